from __future__ import annotations

import msgspec
import pytest
from edge_orch_agent.core.events import OverrideRequested, SilenceRequested

from edge_orch.time import HOUR, MINUTE, SECOND
from tests.unit.agent.core.press import (
    FEVER,
    a_rig,
    lines,
    override,
)


def test_an_override_counts_from_the_next_record_on_and_is_kept_when_the_link_returns() -> None:
    rig = a_rig([])
    rig.link(up=False)
    rig.tell(override(98.0))
    assert rig.replies[1].problem is None
    rig.sources["press"].batches = FEVER
    rig.run(SECOND)
    assert len(rig.records("oncall")) == 2  # 99 °C is above 98 as well
    rig.tell(override(150.0, request=2))
    rig.sources["press"].batches = [*FEVER, lines(30, 5, 120.0)]
    rig.run(SECOND)
    assert len(rig.records("oncall")) == 2
    assert rig.controller.replica.facts().overrides == {}
    rig.link(up=True)
    assert rig.controller.replica.facts().overrides == rig.facts().overrides
    assert rig.controller.replica.heads() == rig.core.twin.replica.heads()
    first, second = rig.core.view().overrides
    assert (first.state, second.state) == ("superseded", "active")
    (why,) = rig.core.view().parameters
    assert (why.value, why.conflict) == (150.0, False)
    assert "bearing changed" in why.reasons[-1]


def test_it_survives_a_restart() -> None:
    rig = a_rig([])
    rig.link(up=False)
    rig.tell(override(150.0))
    rig.restart()
    rig.sources["press"].batches = FEVER
    rig.run(SECOND)
    assert rig.records("oncall") == []


def test_it_expires_by_itself() -> None:
    rig = a_rig([])
    rig.tell(override(150.0, expires_in_us=HOUR))
    rig.run(HOUR - SECOND)
    assert rig.core.view().parameters[0].value == 150.0
    rig.run(2 * SECOND)
    assert rig.core.view().parameters[0].value == 85.0
    rig.sources["press"].batches = FEVER
    rig.run(SECOND)
    assert len(rig.records("oncall")) == 2


def test_it_can_be_revoked() -> None:
    rig = a_rig([])
    rig.tell(override(150.0), override(None, request=2))
    assert rig.replies[2].problem is None
    assert rig.core.view().parameters[0].value == 85.0


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (override(1_000.0), "out of bounds"),
        (override("hot"), "wrong type"),  # type: ignore[arg-type]
        (override(90.0, role="viewer"), "needs the role"),
        (override(90.0, reason=" "), "needs a reason"),
        (override(90.0, param="cold_c"), "no parameter"),
        (override(None), "no override to revoke"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(request_: OverrideRequested, words: str) -> None:
    rig = a_rig([])
    rig.tell(request_)
    problem = rig.replies[1].problem
    assert problem is not None
    assert words in problem.what
    assert rig.facts().overrides == {}


def test_the_reply_comes_when_the_fact_is_durable() -> None:
    rig = a_rig([])
    rig.commits_to_fail = 1
    rig.tell(override(90.0))
    assert rig.replies == {}
    rig.run(MINUTE)
    assert rig.replies[1].fact_key in rig.facts().overrides


def silenced(request: int, lifts: tuple[str, ...] = (), rule: str = "hot") -> SilenceRequested:
    return SilenceRequested(request, "press", rule, "dies are changed", "maria", 0 if lifts else HOUR, None, lifts)


def test_a_silence_made_with_no_network_holds_is_shown_and_reaches_the_controller() -> None:
    rig = a_rig([])
    rig.link(up=False)
    rig.tell(silenced(1))
    assert rig.replies[1].problem is None
    rig.sources["press"].batches = FEVER
    rig.run(SECOND)
    (alert,) = rig.core.view().alerts
    (silence,) = rig.core.view().silences
    assert alert.silenced == (silence.id,)
    rig.link(up=True)
    assert rig.controller.replica.facts().silences == rig.facts().silences
    rig.tell(silenced(2, lifts=(silence.id,)))
    assert [view.state for view in rig.core.view().silences] == ["lifted", "lifted"]
    assert rig.core.view().alerts[0].silenced == ()


def test_a_silence_is_over_by_itself() -> None:
    rig = a_rig([])
    rig.tell(silenced(1))
    rig.run(HOUR - SECOND)
    assert rig.core.view().silences[0].state == "active"
    rig.run(2 * SECOND)
    assert rig.core.view().silences[0].state == "expired"


def test_a_rule_that_the_job_lacks_cannot_be_silenced() -> None:
    rig = a_rig([])
    rig.tell(silenced(1, rule="cold"))
    problem = rig.replies[1].problem
    assert problem is not None
    assert (problem.what, problem.expected) == ("job 'press' has no alert rule 'cold'", "one of: hot")


def test_overrides_made_apart_are_shown_as_a_conflict_at_the_machine_until_somebody_decides() -> None:
    rig = a_rig([])
    rig.link(up=False)
    rig.tell(override(98.0))
    central = msgspec.structs.replace(
        next(iter(rig.facts().overrides.values())), id="c-1", origin="controller", value=90.0
    )
    rig.controller.write(central)
    rig.link(up=True)
    (conflict,) = rig.core.view().conflicts
    assert (conflict.kind, conflict.subject, len(conflict.overrides)) == ("concurrent", "press.hot_c", 2)
    rig.tell(override(95.0, request=2))
    assert rig.core.view().conflicts == ()
