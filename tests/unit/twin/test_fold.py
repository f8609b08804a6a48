"""The laws of the fold: pure, total, independent of order."""

from __future__ import annotations

from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType
from edge_orch.time import ClockQuality, Instant
from edge_orch.twin.effective import Effective, OverrideStateName
from edge_orch.twin.facts import SECTION_OF, Ack, Desired, EpisodeFact, Fact, Facts, Override, Silence
from edge_orch.twin.fold import fold
from edge_orch.twin.parameters import typed
from edge_orch.twin.silences import silencing
from edge_orch.twin.views import alert_views, override_views, silence_views, why_view
from edge_orch.wire.api import OverrideView
from tests.unit.twin.examples import NOON, desired

NAMES = st.sampled_from(["a", "b"])
IDS = st.sampled_from(["a-1", "a-2", "a-3", "c-1", "c-2", "c-3"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
    st.sampled_from([0, 1, 50.0]),
)
INSTANTS = st.builds(
    Instant,
    st.one_of(st.integers(), st.integers(0, 100)),
    st.integers(0, 100),
    st.sampled_from(["b1", "b2"]),
    st.sampled_from(ClockQuality),
)
OVERRIDES = st.builds(
    Override,
    id=IDS,
    job=NAMES,
    param=NAMES,
    value=VALUES,
    by=st.just("ann"),
    role=st.sampled_from(["operator", "admin"]),
    reason=st.text(max_size=3),
    origin=st.sampled_from(["agent", "controller"]),
    made_at=INSTANTS,
    expires_in_us=st.one_of(st.none(), st.integers(-5, 100), st.integers()),
    supersedes=st.lists(IDS, max_size=2).map(tuple),
)
EPISODES = st.builds(
    EpisodeFact,
    NAMES,
    st.sampled_from(
        ["opened", "resolved", "resolved.2", "reopened", "escalated", "notified.opened.x", "notified.", "."]
    ),
    NAMES,
    st.integers(),
    NAMES,
    st.integers(),
)
ORIGINS = st.sampled_from(["agent", "controller"])
ACKS = st.builds(Ack, NAMES, ORIGINS, st.integers(0, 3), NAMES, INSTANTS, opening=st.integers(-1, 3))
SILENCES = st.builds(
    Silence,
    IDS,
    NAMES,
    st.sampled_from(["", "a", "b"]),
    NAMES,
    NAMES,
    ORIGINS,
    INSTANTS,
    st.one_of(st.integers(-5, 100), st.integers()),
    st.sampled_from([None, (), ("k",)]),
    st.lists(IDS, max_size=2).map(tuple),
)
DESIRED = st.builds(Desired, NAMES, st.integers(0, 5), st.integers(), NAMES, NAMES, st.booleans())
SPECS = st.builds(
    ParamSpec,
    name=NAMES,
    type=st.sampled_from(FieldType),
    default=st.sampled_from([1, 2.5, True, "x"]),
    min=st.sampled_from([None, 0.0, 10.5]),
    max=st.sampled_from([None, 40.5, 100.0]),
    override=st.sampled_from([None, "operator", "admin"]),
)
PARAMS = st.dictionaries(NAMES, st.lists(SPECS, max_size=2, unique_by=lambda spec: spec.name))
ALL = st.lists(
    st.one_of(OVERRIDES, EPISODES, ACKS, DESIRED, SILENCES), max_size=12, unique_by=lambda fact: (type(fact), fact.key)
)


def gathered(facts: list[Fact]) -> Facts:
    sections: dict[str, dict[str, Fact]] = {section.value: {} for section in SECTION_OF.values()}
    for fact in facts:
        sections[SECTION_OF[type(fact)]][fact.key] = fact
    return Facts(**sections)  # type: ignore[arg-type]


@given(ALL, PARAMS, INSTANTS, st.randoms(use_true_random=False))
def test_any_facts_in_any_order_mean_the_same(facts, params, now, rng) -> None:  # type: ignore[no-untyped-def]
    effective = fold(gathered(facts), params, now)
    shuffled = list(facts)
    rng.shuffle(shuffled)
    assert fold(gathered(shuffled), params, now) == effective
    check_meaning(effective, facts, params, now)
    assert len(msgspec.json.encode(alert_views("pi", effective))) > 1
    assert len(msgspec.json.encode(override_views("pi", effective))) > 1
    assert len(msgspec.json.encode(silence_views("pi", effective))) > 1


def check_meaning(effective: Effective, facts, params, now) -> None:  # type: ignore[no-untyped-def]
    """What holds whatever the facts."""
    assert set(effective.overrides) == {fact.key for fact in facts if isinstance(fact, Override)}, "none vanishes"
    for job, specs in params.items():
        for spec in specs:
            found = effective.parameters[job, spec.name]
            states = {
                id_: state.state
                for id_, state in effective.overrides.items()
                if (state.override.job, state.override.param) == (job, spec.name)
            }
            living = sorted(id_ for id_, state in states.items() if state in ("active", "conflict"))
            assert [found.winner] == [id_ for id_, state in states.items() if state == "active"] or not living
            assert found.conflict == (tuple(living) if len(living) > 1 else ())
            assert "orphaned" not in states.values()
            assert found.reasons
            if found.winner:
                assert typed(spec, found.value) == found.value
            if isinstance(found.value, float) and spec.min is not None and spec.max is not None:
                assert spec.min <= found.value <= spec.max
            view = why_view("pi", job, spec.name, effective)
            assert view is not None
            assert view.conflict == (len(living) > 1)
    silences = [fact for fact in facts if isinstance(fact, Silence)]
    assert set(effective.silences) == {silence.id for silence in silences}, "none vanishes"
    for alert in effective.alerts.values():
        assert alert.silenced == silencing(silences, alert.job, alert.rule, alert.key, now)
    acks = {fact for fact in facts if isinstance(fact, Ack)}
    shown = {ack for alert in effective.alerts.values() for ack in alert.acks}
    assert shown == {ack for ack in acks if ack.episode in effective.alerts}
    for wish in (fact for fact in facts if isinstance(fact, Desired)):
        assert effective.desired[wish.job].generation >= wish.generation


def test_the_highest_generation_counts() -> None:
    facts = Facts(
        desired={wish.key: wish for wish in (desired(2, 7), desired(10, 3), desired(9, 9), desired(1, job="x"))}
    )
    assert fold(facts, {}, NOON).desired == {"press": desired(10, 3), "x": desired(1, job="x")}


def test_the_api_knows_every_state() -> None:
    (state,) = (field.type for field in msgspec.structs.fields(OverrideView) if field.name == "state")
    assert set(get_args(state)) == set(get_args(OverrideStateName))
