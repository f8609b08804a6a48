"""Which override counts, case by case; the laws are in test_fold."""

from __future__ import annotations

import msgspec
import pytest

from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType
from edge_orch.time import HOUR, ClockQuality, Instant
from edge_orch.twin.effective import EffectiveParameter, OverrideState
from edge_orch.twin.facts import Override, Value
from edge_orch.twin.overrides import resolve
from tests.unit.twin.examples import NOON, override

HOT = ParamSpec("hot_c", FieldType.FLOAT, 85.0, min=0, max=200, override="operator")
QUORUM = ParamSpec("quorum", FieldType.INT, 4, min=1, override="admin")
FIXED = ParamSpec("fixed", FieldType.STRING, "x")
PARAMS = {"press": (HOT, QUORUM, FIXED)}
LATER = NOON.after(HOUR)
UNKNOWN = Instant(0, 7, "b0", ClockQuality.UNKNOWN)


def folded(*overrides: Override, param: str = "hot_c", now: Instant = LATER) -> EffectiveParameter:
    return resolve(overrides, PARAMS, now)[0]["press", param]


def states(*overrides: Override, now: Instant = LATER) -> dict[str, str]:
    return {id_: state.state for id_, state in resolve(overrides, PARAMS, now)[1].items()}


def test_without_overrides_the_default_holds() -> None:
    assert folded() == EffectiveParameter(85.0, 85.0, ("default of press: 85.0",))


def test_a_live_override_decides_and_says_why() -> None:
    found = folded(override("a-1", 90))
    assert (found.value, type(found.value), found.winner, found.conflict) == (90.0, float, "a-1", ())
    assert found.reasons == (
        "default of press: 85.0",
        "override a-1 by ann (operator, at the machine): 90, because «summer»",
    )
    assert states(override("a-1", 90)) == {"a-1": "active"}


def test_a_superseded_one_is_dead_even_after_its_successor_has_expired() -> None:
    old, new = override("a-1", 90.0), override("c-2", 95.0, supersedes=("a-1",), expires_in_us=HOUR)
    assert folded(old, new, now=NOON).value == 95.0
    assert folded(old, new, now=LATER).value == 85.0
    assert states(old, new, now=LATER) == {"a-1": "superseded", "c-2": "expired"}


def test_a_revocation_ends_what_its_author_saw_and_nothing_else() -> None:
    seen, unseen, end = override("a-1", 90.0), override("c-1", 95.0), override("a-2", None, supersedes=("a-1",))
    assert folded(seen, unseen, end).value == 95.0
    assert folded(seen, unseen, end).conflict == ()
    assert states(seen, unseen, end) == {"a-1": "revoked", "c-1": "active", "a-2": "revoked"}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (override("a-9", 1.0, role="operator"), override("c-1", 2.0, role="admin")),  # the higher role
        (override("c-1", 1.0), override("a-9", 2.0)),  # made at the machine
        (override("a-2", 1.0), override("a-1", 2.0)),  # the smaller id
        (override("a-10", 1.0), override("a-1", 2.0)),
    ],
)
def test_of_concurrent_ones_the_second_wins_and_both_are_shown(one: Override, two: Override) -> None:
    found = folded(one, two)
    assert (found.value, found.winner, found.conflict) == (2.0, two.id, tuple(sorted([one.id, two.id])))
    assert [reason.split()[1] for reason in found.reasons] == ["of", one.id, two.id]
    assert states(one, two) == {one.id: "conflict", two.id: "active"}


def test_a_decision_ends_the_conflict() -> None:
    one, two = override("a-1", 1.0), override("c-1", 2.0)
    found = folded(one, two, override("c-2", 3.0, supersedes=("a-1", "c-1")))
    assert (found.value, found.conflict) == (3.0, ())


@pytest.mark.parametrize(("wanted", "value"), [(500.0, 200.0), (-3.0, 0.0), (10**400, 85.0)])
def test_the_limits_of_the_job_clamp_everything(wanted: Value, value: float) -> None:
    found = folded(override("a-1", wanted))
    assert found.value == value
    assert ("limits of press (0 to 200)" in found.reasons[-1]) == (value != 85.0)


def test_the_role_must_suffice() -> None:
    mine = override("a-1", 9, param="quorum")
    assert folded(mine, param="quorum").value == 4
    assert folded(mine, param="quorum").reasons[0].endswith("no effect: this parameter needs the role admin")
    assert states(mine) == {"a-1": "refused"}
    theirs = override("c-1", 2, param="quorum", role="admin")
    assert folded(theirs, override("a-2", None, param="quorum", supersedes=("c-1",)), param="quorum").value == 2
    fixed = override("c-1", "y", param="fixed", role="admin")
    assert folded(fixed, param="fixed").value == "x"
    assert folded(fixed, param="fixed").reasons[0].endswith("no effect: this parameter may not be overridden")


@pytest.mark.parametrize(("param", "value"), [("hot_c", "90"), ("hot_c", True), ("quorum", 4.5), ("quorum", 2**63)])
def test_a_value_of_the_wrong_type_has_no_effect_and_says_so(param: str, value: Value) -> None:
    bad = override("a-1", value, param=param, role="admin")
    found = folded(bad, param=param)
    assert (found.value, found.winner) == (found.default, "")
    assert "no effect: not a value of type" in found.reasons[0]
    assert states(bad) == {"a-1": "refused"}


def test_an_override_of_a_parameter_the_job_lacks_is_orphaned() -> None:
    gone, other = override("a-1", 1, param="gone"), override("a-2", 1, job="unknown")
    dead = override("a-3", 1, param="gone", expires_in_us=1)
    assert states(gone, other, dead) == {"a-1": "orphaned", "a-2": "orphaned", "a-3": "expired"}


class TestTime:
    """Expiry runs on time that can be trusted only."""

    def test_it_expires_when_its_time_is_over(self) -> None:
        one = override("a-1", 90.0, expires_in_us=HOUR)
        assert folded(one, now=NOON.after(HOUR - 1)).value == 90.0
        assert folded(one, now=LATER).value == 85.0
        assert "for 1h" in folded(one, now=NOON).reasons[-1]

    def test_another_boot_compares_by_wall_clock(self) -> None:
        one = override("a-1", 90.0, expires_in_us=HOUR)
        assert folded(one, now=Instant(LATER.wall_us, 0, "b2")).value == 85.0

    def test_with_the_time_unknown_it_stays_and_says_so(self) -> None:
        one = override("a-1", 90.0, expires_in_us=HOUR)
        found = folded(one, now=msgspec.structs.replace(UNKNOWN, wall_us=NOON.wall_us * 2))
        assert found.value == 90.0
        assert found.reasons[-1].endswith("whether that is over cannot be told, because the time is not known")

    def test_one_made_at_an_unknown_time_stays_elsewhere_and_expires_in_its_own_boot(self) -> None:
        one = override("a-1", 90.0, made_at=UNKNOWN, expires_in_us=HOUR)
        assert folded(one, now=LATER).value == 90.0
        assert folded(one, now=UNKNOWN.after(HOUR)).value == 85.0
        assert folded(one, now=UNKNOWN.after(HOUR - 1)).value == 90.0

    def test_when_it_expires_is_told_as_far_as_known(self) -> None:
        def expiry(one: Override, now: Instant) -> int | None:
            state: OverrideState = resolve([one], PARAMS, now)[1][one.id]
            return state.expires_at_us

        assert expiry(override("a-1"), NOON) is None
        assert expiry(override("a-1", expires_in_us=HOUR), UNKNOWN) == NOON.wall_us + HOUR
        early = override("a-1", made_at=UNKNOWN, expires_in_us=HOUR)
        assert expiry(early, LATER) is None
        assert expiry(early, UNKNOWN.after(5)) is None
        synced = Instant(NOON.wall_us, UNKNOWN.mono_us + 5, UNKNOWN.boot)
        assert expiry(early, synced) == NOON.wall_us - 5 + HOUR
