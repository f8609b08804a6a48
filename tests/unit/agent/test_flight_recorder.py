from __future__ import annotations

import os
import signal
from pathlib import Path

from edge_orch_agent.core.guarding import Crash
from edge_orch_agent.flight_recorder import FlightRecorder


def die(path: Path, *calls: tuple[str, int, str], inside: bool = True, settled: bool = False) -> None:
    """A process that makes these calls and is killed: in the last one, or after it."""
    pid = os.fork()
    if pid == 0:
        recorder = FlightRecorder(path)
        for number, call in enumerate(calls, 1):
            if settled:
                recorder.settle()
            recorder.begin(*call)
            if number < len(calls) or not inside:
                recorder.end()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)


def found(path: Path) -> Crash | None:
    return FlightRecorder(path).crash


def test_it_names_what_ran_when_the_process_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "agent.flight"
    die(path, ("calm", 1, "a"), ("press", 7, "b"))
    assert found(path) == Crash("press", 7, in_a_row=1, on_one_input=1)
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_an_end_outside_of_calls_or_in_order_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "agent.flight"
    die(path, ("press", 7, "b"), inside=False)
    assert found(path) is None
    die(path, ("press", 7, "b"))
    FlightRecorder(path).close()
    assert found(path) is None


def test_it_counts_ends_in_a_row_and_those_with_the_same_input(tmp_path: Path) -> None:
    path = tmp_path / "agent.flight"
    for what in ("a", "a", "b", "b", "b"):
        die(path, ("press", 7, what))
    assert found(path) == Crash("press", 7, in_a_row=5, on_one_input=3)
    die(path, ("press", 8, "b"))
    assert found(path) == Crash("press", 8, in_a_row=1, on_one_input=1)


def test_a_process_that_has_worked_for_a_while_begins_the_count_anew(tmp_path: Path) -> None:
    path = tmp_path / "agent.flight"
    die(path, ("press", 7, "a"))
    die(path, ("press", 7, "a"), settled=True)
    assert found(path) == Crash("press", 7, in_a_row=1, on_one_input=1)


def test_damage_is_a_recorder_that_knows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "agent.flight"
    for damage in (b"\xff" * 10, b""):
        path.write_bytes(damage)
        assert found(path) is None


def test_where_nothing_can_be_recorded_the_agent_works_all_the_same(tmp_path: Path) -> None:
    recorder = FlightRecorder(tmp_path / "no such folder" / "agent.flight")
    recorder.begin("press", 1, "a")
    recorder.end()
    recorder.close()
    assert recorder.crash is None
