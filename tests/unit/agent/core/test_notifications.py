from __future__ import annotations

import json

import msgspec
from edge_orch_agent.core.events import AckRequested
from edge_orch_agent.core.standings import restored

from edge_orch.plan.steps import Alert
from edge_orch.time import HOUR, MINUTE, SECOND
from edge_orch.twin.facts import Silence
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import JOB, lines
from tests.unit.agent.core.rig import Rig

HOT, COLD = 99.0, 20.0


def job(options: str) -> str:
    return JOB.replace("        notify: [oncall]\n", f"        notify: [oncall]\n{options}").replace(
        "oncall: {webhook: {url: 'http://127.0.0.1:1/oncall'}}",
        "oncall: {webhook: {url: 'http://127.0.0.1:1/oncall'}}\n    boss: {webhook: {url: 'http://127.0.0.1:1/boss'}}",
    )


def started(options: str) -> Rig:
    rig = Rig()
    rig.sources["press"] = Source([])
    rig.desire(job(options), 1)
    rig.link(up=True)
    return rig


def see(rig: Rig, second: int, temp_c: float) -> None:
    """A record of that second after the rig's beginning."""
    rig.sources["press"].batches.append(lines(second, 1, temp_c))
    rig.tell()


def told(rig: Rig, sink: str = "oncall") -> list[tuple[str, int]]:
    notices = [json.loads(line) for line in rig.records(sink)]
    return [(notice["event"], notice.get("suppressed", 0)) for notice in notices]


def events(rig: Rig) -> list[str]:
    return sorted(fact.event for fact in rig.facts().episodes.values() if not fact.event.startswith("notified"))


def acknowledge(rig: Rig) -> None:
    episode = next(alert.episode for alert in rig.core.view().alerts if alert.state == "open")
    rig.tell(AckRequested(request=1, episode=episode, by="maria"))


ESCALATE = "        escalate: {after: 15m, notify: [boss]}\n"
THROTTLE = "        throttle: 10m\n"


def test_what_nobody_acknowledges_is_escalated_also_over_a_restart() -> None:
    rig = started(ESCALATE)
    see(rig, 0, HOT)
    rig.run(10 * MINUTE)
    rig.restart()
    rig.run(4 * MINUTE)
    assert told(rig, "boss") == []
    rig.run(2 * MINUTE)
    assert told(rig, "boss") == [("escalated", 0)]
    rig.restart()
    rig.run(HOUR)
    acknowledge(rig)
    see(rig, 5, COLD)
    assert told(rig) == [("opened", 0), ("acknowledged", 0), ("resolved", 0)]
    assert told(rig, "boss") == [("escalated", 0), ("acknowledged", 0), ("resolved", 0)]
    assert events(rig) == ["acknowledged", "escalated", "opened", "resolved", "told"]


def test_what_somebody_has_seen_is_not_escalated() -> None:
    rig = started(ESCALATE)
    see(rig, 0, HOT)
    acknowledge(rig)
    rig.restart()
    rig.run(HOUR)
    assert told(rig, "boss") == []


def test_a_throttle_and_what_it_counted_survive_a_restart() -> None:
    rig = started(THROTTLE)
    for second in range(0, 8, 2):
        see(rig, second, HOT)
        see(rig, second + 1, COLD)
        rig.restart()
    assert told(rig) == [("opened", 0), ("resolved", 0)]
    rig.run(10 * MINUTE)
    see(rig, 20, HOT)
    assert told(rig) == [("opened", 0), ("resolved", 0), ("opened", 3)]
    assert events(rig).count("throttled") == 3


def test_what_still_fires_at_the_end_of_a_throttle_is_told() -> None:
    rig = started(THROTTLE)
    see(rig, 0, HOT)
    see(rig, 1, COLD)
    see(rig, 2, HOT)
    rig.run(9 * MINUTE)
    assert told(rig) == [("opened", 0), ("resolved", 0)]
    rig.run(2 * MINUTE)
    assert told(rig)[2:] == [("opened", 0)]


def silence(rig: Rig, unique: str, lifts: tuple[str, ...] = ()) -> None:
    """Somebody at the controller silences the rule for an hour, or lifts that."""
    made_at = rig.now
    rig.controller.write(
        Silence(unique, "press", "hot", "olga", "we know", "controller", made_at, 0 if lifts else HOUR, None, lifts)
    )
    rig.link(up=False)
    rig.link(up=True)


def test_a_silence_that_a_person_made_withholds_until_it_is_over() -> None:
    rig = started("")
    silence(rig, "c-1")
    see(rig, 0, HOT)
    rig.restart()
    rig.run(59 * MINUTE)
    assert told(rig) == []
    assert events(rig) == ["opened", "silenced"]
    rig.run(2 * MINUTE)
    assert told(rig) == [("opened", 0)]
    see(rig, 5, COLD)
    assert told(rig) == [("opened", 0), ("resolved", 0)]


def test_a_silence_that_is_lifted_is_over_at_once() -> None:
    rig = started("")
    silence(rig, "c-1")
    see(rig, 0, HOT)
    silence(rig, "c-2", lifts=("c-1",))
    assert told(rig) == [("opened", 0)]


def test_what_ends_in_a_silence_is_told_to_nobody_and_counted() -> None:
    rig = started("")
    silence(rig, "c-1")
    see(rig, 0, HOT)
    see(rig, 1, COLD)
    rig.restart()
    rig.run(HOUR)
    see(rig, 5, HOT)
    assert told(rig) == [("opened", 1)]
    assert events(rig) == ["opened", "opened", "resolved", "silenced"]


def test_windows_of_the_job_hold_by_the_wall_clock() -> None:
    rig = started("        silence: [{from: '00:00', to: '02:00'}]\n")  # the rig begins at midnight
    see(rig, 0, HOT)
    rig.run(HOUR)
    assert told(rig) == []
    rig.run(HOUR + SECOND)
    assert told(rig) == [("opened", 0)]


def test_a_version_that_drops_the_rule_ends_quietly_what_nobody_was_told_of() -> None:
    rig = started("")
    silence(rig, "c-1")
    see(rig, 0, HOT)
    rig.desire(JOB, 2, removed=True)
    rig.run(HOUR)
    assert told(rig) == []
    assert events(rig) == ["opened", "resolved", "silenced"]


def test_a_job_without_options_writes_no_more_facts_than_before() -> None:
    rig = started("")
    see(rig, 0, HOT)
    see(rig, 1, COLD)
    assert events(rig) == ["opened", "resolved"]


def test_facts_alone_say_what_stands() -> None:
    rig = started(THROTTLE + ESCALATE)
    see(rig, 0, HOT)
    (rule,) = [step for step in rig.core.jobs.running["press"].plan.steps if isinstance(step, Alert)]
    now = rig.now
    notifier = restored("press", [rule], lambda *_: False, lambda _: True, rig.facts())
    assert notifier.wake_at(now) == rig.core.notifications.wake_at(now)


def test_a_storm_whose_sink_is_away_fills_no_memory_and_what_still_holds_is_told_when_it_is_back() -> None:
    rig = Rig()
    rig.settings = msgspec.structs.replace(rig.settings, notices_waiting=10)
    rig.restart()
    rig.sources["press"] = Source([])
    rig.desire(job(""), 1)
    rig.link(up=True)
    rig.down.add("oncall")
    for second in range(40):
        see(rig, second, COLD if second % 2 else HOT)
    rig.run(SECOND)
    see(rig, 41, HOT)
    (stream,) = rig.core.view().outbox
    assert stream.segments == 10
    rig.restart()
    rig.down.clear()
    rig.run(HOUR)
    assert told(rig) == [*(5 * [("opened", 0), ("resolved", 0)]), ("opened", 15)]
    see(rig, 42, COLD)
    rig.run(MINUTE)
    assert told(rig)[-1] == ("resolved", 0)
