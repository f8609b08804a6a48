from __future__ import annotations

import contextlib
import re
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from edge_orch_agent.core.guarding import Overran
from edge_orch_agent.flight_recorder import FlightRecorder
from edge_orch_agent.guard import ProcessGuard


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[ProcessGuard]:
    guard = ProcessGuard(FlightRecorder(tmp_path / "agent.flight"), cpu_s=0.1, memory_bytes=64 << 20)
    guard.start()
    yield guard
    guard.stop()


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[ProcessGuard]:
    """Bounds memory alone: to take 64 MB piece by piece needs time as well, and more on a busy machine."""
    guard = ProcessGuard(FlightRecorder(tmp_path / "agent.flight"), cpu_s=600, memory_bytes=64 << 20)
    guard.start()
    yield guard
    guard.stop()


def endless() -> None:
    while True:
        pass


def test_no_record_is_blamed_where_descriptors_have_run_out(guard: ProcessGuard) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        assert guard.call("press", 1, "p 0 1", lambda: "well") == "well"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Finalized:
    """What is raised in here is swallowed by the interpreter."""

    def __del__(self) -> None:
        endless()


def endless_finalizer() -> None:
    Finalized()
    endless()


@pytest.mark.parametrize("job", [endless, lambda: re.match("^(a+)+$", "a" * 64 + "b")], ids=["loop", "regex"])
def test_a_call_without_end_is_interrupted(guard: ProcessGuard, job: object) -> None:
    with pytest.raises(Overran, match=r"more than 0\.1 s of the processor"):
        guard.call("press", 1, "p 0 1", job)  # type: ignore[arg-type]
    assert guard.cpu_us("press") >= 100_000
    assert guard.cpu_us("another") == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interruption_that_is_swallowed_is_repeated(guard: ProcessGuard) -> None:
    with pytest.raises(Overran):
        guard.call("press", 1, "p 0 1", endless_finalizer)


def test_work_outside_of_a_call_is_never_interrupted(guard: ProcessGuard) -> None:
    assert guard.call("press", 1, "p 0 1", lambda: "done") == "done"
    assert sum(range(20_000_000)) > 0  # longer than a job may take


def test_what_a_broken_call_left_behind_is_no_burden_of_the_next(patient: ProcessGuard) -> None:
    def breaks() -> None:
        kept: list[object] = [bytearray(48 << 20)]
        kept.append(kept)  # nothing but the collector frees it
        raise ValueError

    with contextlib.suppress(ValueError):
        patient.call("press", 1, "p 0 1", breaks)
    assert len(patient.call("press", 1, "start", lambda: bytearray(48 << 20))) == 48 << 20


def test_memory_without_end_is_an_error_of_the_call_alone(patient: ProcessGuard) -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    for job in (lambda: bytearray(1 << 40), lambda: [str(n) * 100 for n in range(1 << 40)]):
        with pytest.raises(MemoryError):
            patient.call("press", 1, "p 0 1", job)
        assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert patient.call("press", 1, "p 0 1", lambda: len(bytearray(32 << 20))) == 32 << 20
