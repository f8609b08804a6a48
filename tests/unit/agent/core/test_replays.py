from __future__ import annotations

import json

from edge_orch_agent.core.events import ReplayRequested

from edge_orch.time import MINUTE, SECOND
from tests.unit.agent.core.press import JOB, a_rig, lines, numbers
from tests.unit.agent.core.rig import Rig

STRICT = JOB.replace("n: {type: int}", "n: {type: int, max: 9}")


def balanced(rig: Rig) -> bool:
    return not any(account.gap for account in rig.core.ledger.accounts())


def a_rig_with_letters(unplug_at: int | None = None) -> Rig:
    """Version 1 refused 2 of 4 records; version 2, which runs, would take them."""
    rig = a_rig([], unplug_at=unplug_at)
    rig.desire(STRICT, 1)
    rig.sources["press"].batches += [lines(8, 4)]
    rig.run(10 * SECOND)
    rig.desire(JOB, 2)
    rig.run(10 * SECOND)
    return rig


def test_letters_enter_the_version_that_runs_and_the_ledger_says_so() -> None:
    rig = a_rig_with_letters()
    assert len(rig.dead()) == 2
    rig.tell(ReplayRequested(7, (1, 2)))
    rig.run(MINUTE)
    assert numbers(rig) == [8, 9, 10, 11]
    assert rig.dead() == []
    assert rig.replies[7].problem is None
    ledger = rig.ledger()
    assert (ledger["parsed", "entered"], ledger["parsed", "dead"], ledger["parsed", "passed"]) == (6, 2, 4)
    assert ledger["dead-letters", "entered"] == ledger["dead-letters", "passed"] == 2
    assert balanced(rig)


def test_what_fails_again_is_a_letter_again() -> None:
    rig = a_rig([b"no json\n"])
    rig.run(10 * SECOND)
    rig.tell(ReplayRequested(7, (1,)))
    rig.run(10 * SECOND)
    (letter,) = rig.dead()
    assert letter.letter.raw == b"no json"
    assert rig.ledger()["parsed", "dead"] == 2
    assert balanced(rig)
    assert rig.core.sealing.dead_bytes("press") == len(b"no json")


def test_what_a_sink_refused_goes_to_that_sink_again() -> None:
    rig = a_rig([lines(0, 5)])
    rig.poison = b'"n":3,'
    rig.run(10 * SECOND)
    assert json.loads(rig.dead()[0].letter.raw)["n"] == 3
    rig.poison = None
    rig.tell(ReplayRequested(7, (1,)))
    rig.run(10 * SECOND)
    assert numbers(rig) == [0, 1, 2, 4, 3]
    assert rig.dead() == []
    ledger = rig.ledger()
    assert (ledger["raw/lake", "out"], ledger["raw/lake", "delivered"], ledger["raw/lake", "dead"]) == (6, 5, 1)
    assert balanced(rig)


def test_asked_twice_at_once_a_letter_enters_once() -> None:
    rig = a_rig_with_letters()
    rig.tell(ReplayRequested(7, (1, 2)), ReplayRequested(8, (1, 2)), ReplayRequested(9, (99,)))
    rig.run(MINUTE)
    assert numbers(rig) == [8, 9, 10, 11]
    assert [rig.replies[request].problem for request in (7, 8, 9)] == [None, None, None]


def test_a_job_that_does_not_run_is_said_so_and_nothing_changes() -> None:
    rig = a_rig([b"no json\n"])
    rig.run(10 * SECOND)
    rig.desire(JOB, 1, removed=True)
    rig.run(10 * SECOND)
    rig.tell(ReplayRequested(7, (1,)))
    problem = rig.replies[7].problem
    assert problem is not None
    assert "does not run on this device" in problem.what
    assert len(rig.dead()) == 1


def test_a_crash_before_any_command_neither_loses_nor_doubles_a_letter() -> None:
    calm = a_rig_with_letters()
    before = calm.performed
    calm.tell(ReplayRequested(7, (1, 2)))
    calm.run(MINUTE)
    for unplug_at in range(before, calm.performed):
        rig = a_rig_with_letters(unplug_at)
        rig.tell(ReplayRequested(7, (1, 2)))
        rig.run(MINUTE)
        if 7 not in rig.replies:
            rig.tell(ReplayRequested(8, tuple(range(1, 1 + len(rig.dead())))))  # the person asks again
        rig.run(MINUTE)
        assert sorted(numbers(rig)) == [8, 9, 10, 11], unplug_at
        assert rig.dead() == [], unplug_at
        assert balanced(rig), unplug_at
