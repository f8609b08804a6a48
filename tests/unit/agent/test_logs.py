from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from edge_orch_agent.logs import BURST, REFILL_S, HoldBack, configure, event, to_journal


class Log:
    """Lines at times, and whether they are written."""

    def __init__(self) -> None:
        self.now = 0.0
        self.filter = HoldBack(lambda: self.now)

    def say(self, message: str, at: float) -> str | None:
        """The line as it is written, None if it is held back."""
        self.now = at
        record = logging.LogRecord("agent", logging.WARNING, __file__, 1, message, (), None)
        return record.getMessage() if self.filter.filter(record) else None


def test_a_repeat_is_held_back_and_counted() -> None:
    log = Log()
    assert log.say("link_down", 0) == "link_down"
    assert not any(log.say("link_down", second) for second in range(1, 60))
    assert log.say("link_up", 59) == "link_up"
    assert log.say("link_down", 60) == "link_down repeated=59"
    assert log.filter.held_back == 59


def test_a_storm_of_differing_lines_is_held_back_counted_and_told() -> None:
    log = Log()
    lines = [log.say(f"delivery_failed after={n}ms", n / 1000) for n in range(86_400)]
    written = [line for line in lines if line]
    assert len(written) == BURST + 86 // REFILL_S
    told = sum(int(line.partition("suppressed=")[2] or 0) for line in written)
    assert log.filter.held_back == len(lines) - len(written)
    assert 0 < log.filter.held_back - told < REFILL_S * 1000
    assert log.say("source_failed job=press", 87) == "source_failed job=press"


def test_what_is_known_of_lines_and_events_is_bounded() -> None:
    log = Log()
    for n in range(100_000):
        assert log.say(f"event_{n}", n / 1000)
    assert len(log.filter._last) + len(log.filter._budgets) <= 2 * 512


def test_an_event_is_one_line() -> None:
    assert event("source_failed", job="press", reason="no\nanswer", note="", none=None) == (
        'source_failed job=press reason="no answer"'
    )


def test_what_a_sink_answers_is_cut() -> None:
    assert event("delivery_failed", reason="x" * 100_000) == f"delivery_failed reason={'x' * 499}…"
    assert len(event("delivery_failed", reason="a b " * 100_000)) < 600


def test_a_day_of_storms_is_a_few_megabytes() -> None:
    """Three troubles at once, a hundred times a second, each time in other words, as long as they may be."""
    log = Log()
    names = ("delivery_failed", "source_failed", "commit_failed")
    size = 0
    for tick in range(10 * 3_600 * 24 // 100):  # one in a hundred: what is held back costs nothing more
        for name in names:
            size += len(log.say(event(name, reason=f"{tick} " + "x" * 1_000), tick * 10) or "")
    assert 2 << 20 < size < 5 << 20


def test_the_journal_is_told_the_priority_and_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def restore() -> None:
        root.setLevel(level)
        root.handlers[:] = before

    request.addfinalizer(restore)
    with (tmp_path / "journal").open("w+") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        monkeypatch.setattr("sys.stderr", stream)
        configure()
        try:
            raise RuntimeError("a bug")
        except RuntimeError:
            logging.getLogger("agent").exception(event("core_failed", job="press"))
        logging.getLogger("agent").info(event("link_up"))
        stream.seek(0)
        lines = stream.read().splitlines()
    assert lines[0] == "<3>core_failed job=press"
    assert all(line.startswith("<3>") for line in lines[:-1])
    assert lines[-1] == "<6>link_up"
    assert not to_journal(0, {})
    assert not to_journal(0, {"JOURNAL_STREAM": "1:2"})
