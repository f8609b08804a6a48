from __future__ import annotations

import msgspec
from edge_orch_agent.core.transaction import Transaction

from edge_orch.plan.plan import step_digest
from edge_orch.time import HOUR, MINUTE, SECOND
from edge_orch.twin.facts import JobState
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import FEVER, JOB, a_rig, lines, numbers, told, windows
from tests.unit.agent.core.rig import Rig

MISSED = JOB.replace("when: temp_c > :hot_c", "absent: 5m").replace("        clear: {when: temp_c < :hot_c}\n", "")


def damage(rig: Rig, step: str) -> None:
    """What is stored of the step's state is not what this code has stored."""
    (plan,) = [running.plan for running in rig.core.jobs.running.values()]
    (digest,) = [step_digest(one) for one in plan.steps if one.name == step]
    saved = msgspec.msgpack.decode(rig.store.load().states["press"], type=dict[str, bytes])
    assert digest in saved
    rig.store.commit(Transaction(states={"press": msgspec.msgpack.encode({**saved, digest: b"\x91\x01"})}))


def test_one_step_whose_state_cannot_be_read_begins_empty_and_the_others_go_on() -> None:
    rig = a_rig(FEVER[:2])
    rig.run(SECOND)
    assert told(rig) == [("opened", "2026-01-01T00:00:05Z")]
    damage(rig, "per_window")
    rig.restart()
    assert "begins with per_window empty" in rig.core.view().jobs[0].trouble
    reported = rig.controller.replica.facts().reported["press"]
    assert (reported.state, reported.version) == (JobState.RUNNING, 1)
    assert "with per_window empty" in reported.error
    rig.sources["press"].batches = FEVER
    rig.run(MINUTE)
    assert told(rig) == [("opened", "2026-01-01T00:00:05Z"), ("resolved", "2026-01-01T00:00:08Z")]
    assert numbers(rig) == list(range(21))
    assert [count for count, _ in windows(rig)] == [2, 10]


def missed(rig: Rig, *, away_us: int, behind: list[bytes]) -> list[tuple[str, str]]:
    """What is told after the process was away for so long, and found so much behind it at its source."""
    rig.sources["press"] = Source([lines(0, 5)])
    rig.desire(MISSED, 1)
    rig.link(up=True)
    rig.run(MINUTE)
    rig.now_us += away_us
    rig.restart(reboot=False)
    rig.sources["press"].batches = [lines(0, 5), *behind]
    rig.run(4 * MINUTE)
    return told(rig)


def test_while_no_process_listened_nothing_was_silent() -> None:
    assert missed(Rig(), away_us=HOUR, behind=[]) == []
    assert missed(Rig(), away_us=HOUR, behind=[lines(5, 5)]) == []


def test_after_a_restart_silence_is_counted_again() -> None:
    rig = Rig()
    missed(rig, away_us=HOUR, behind=[])
    rig.run(2 * MINUTE)
    assert [event for event, _ in told(rig)] == ["opened"]


def test_what_was_read_late_is_not_late() -> None:
    """Windows wait for an idle source only while somebody listens: the backlog still finds them open."""
    rig = a_rig([lines(0, 5)])
    rig.run(SECOND)
    rig.now_us += HOUR
    rig.restart(reboot=False)
    rig.run(SECOND)
    rig.sources["press"].batches = [lines(0, 5), lines(5, 20)]
    rig.run(SECOND)
    assert windows(rig)[:1] == [(10, "2026-01-01T00:00:00Z")]
