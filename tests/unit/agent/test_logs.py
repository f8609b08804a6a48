from __future__ import annotations

import logging

from edge_orch_agent.logs import HoldBackRepeats, event


def record(message: str, created: float, level: int = logging.WARNING) -> logging.LogRecord:
    made = logging.LogRecord("agent", level, __file__, 1, message, (), None)
    made.created = created
    return made


def test_a_repeat_is_held_back_and_counted() -> None:
    log = HoldBackRepeats(quiet_s=60)
    assert log.filter(record("link_down", 0))
    assert not any(log.filter(record("link_down", second)) for second in range(1, 60))
    assert log.filter(record("link_up", 30))
    late = record("link_down", 60)
    assert log.filter(late)
    assert late.getMessage() == "link_down repeated=59"


def test_a_clock_that_is_set_back_silences_nothing() -> None:
    log = HoldBackRepeats(quiet_s=60)
    assert log.filter(record("link_down", 1_000_000))
    assert log.filter(record("link_down", 0))


def test_an_event_is_one_line() -> None:
    assert event("source_failed", job="press", reason="no\nanswer", note="", none=None) == (
        'source_failed job=press reason="no answer"'
    )
