from __future__ import annotations

import msgspec
import pytest

from edge_orch.errors import EdgeOrchError, Invalid, Refused
from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType
from edge_orch.testing.clock import Clock
from edge_orch.twin.facts import EpisodeFact, Facts, Override, Silence
from edge_orch.twin.interventions import (
    LONGEST_SILENCE_US,
    Hush,
    NotFound,
    Wish,
    checked_value,
    live_overrides,
    make_ack,
    make_override,
    make_silence,
)

NOW = Clock().read(0)
PARAMS = (
    ParamSpec("hot_c", FieldType.FLOAT, 85.0, min=0, max=200, override="operator"),
    ParamSpec("quorum", FieldType.INT, 4, min=1, override="admin"),
    ParamSpec("site", FieldType.STRING, "austin"),
)
WISH = Wish("press", "hot_c", 90, reason="bearing", by="maria", role="operator", origin="agent")


def made(wish: Wish, facts: Facts | None = None, id_: str = "a-1") -> Override:
    return make_override(wish, PARAMS, facts or Facts(), id_, NOW)


def test_an_override_holds_the_value_as_its_parameter_does() -> None:
    override = made(WISH)
    assert (override.value, type(override.value), override.made_at) == (90.0, float, NOW)


def test_it_supersedes_what_its_author_saw() -> None:
    first = made(WISH)
    second = made(WISH, Facts(overrides={"a-1": first}), "a-2")
    third = made(WISH, Facts(overrides={"a-1": first, "a-2": second}), "a-3")
    assert (second.supersedes, third.supersedes) == (("a-1",), ("a-2",))


def test_a_revocation_needs_something_to_revoke_and_then_nothing_lives() -> None:
    revoke = msgspec.structs.replace(WISH, value=None)
    with pytest.raises(NotFound, match="no override to revoke"):
        made(revoke)
    overrides = {"a-1": made(WISH)}
    overrides["a-2"] = made(revoke, Facts(overrides=overrides), "a-2")
    assert live_overrides(Facts(overrides=overrides), "press", "hot_c") == ()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"param": "cold_c"}, NotFound, "has no parameter 'cold_c'"),
        ({"value": 200.5}, Invalid, "out of bounds"),
        ({"value": True}, Invalid, "wrong type"),
        ({"value": float("nan")}, Invalid, "wrong type"),
        ({"reason": "  "}, Invalid, "needs a reason"),
        ({"role": "viewer"}, Refused, "needs the role operator"),
        ({"param": "quorum", "value": 5}, Refused, "needs the role admin"),
        ({"param": "site", "value": "x", "role": "admin"}, Refused, "may not be overridden"),
    ],
)
def test_what_is_wrong_is_refused_with_the_reason(
    change: dict[str, object], error: type[EdgeOrchError], words: str
) -> None:
    with pytest.raises(error, match=words):
        made(msgspec.structs.replace(WISH, **change))


def test_an_admin_may_do_what_an_operator_may() -> None:
    assert made(msgspec.structs.replace(WISH, role="admin")).role == "admin"


def test_bounds_are_allowed_values() -> None:
    assert [checked_value(PARAMS[0], value) for value in (0, 200)] == [0.0, 200.0]


def test_no_two_acknowledgements_have_one_key() -> None:
    opened = EpisodeFact("e1", "opened", "press", 1, "hot", 5)
    facts = Facts(episodes={opened.key: opened})
    first = make_ack(facts, "e1", origin="agent", by="maria", note="", at=NOW)
    later = make_ack(facts, "e1", origin="agent", by="maria", note="", at=NOW.after(1))
    facts_of_one_moment = Facts(episodes=facts.episodes, acks={first.key: first})
    again = make_ack(facts_of_one_moment, "e1", origin="agent", by="olga", note="", at=NOW)
    assert len({first.key, later.key, again.key}) == 3
    with pytest.raises(NotFound, match="no alert 'e2'"):
        make_ack(facts, "e2", origin="agent", by="maria", note="", at=NOW)


def test_an_acknowledgement_after_a_restore_has_another_key_than_the_forgotten_one() -> None:
    opened = EpisodeFact("e1", "opened", "press", 1, "hot", 5)
    facts = Facts(episodes={opened.key: opened})  # the backup is older than the first acknowledgement
    forgotten = make_ack(facts, "e1", origin="agent", by="maria", note="", at=NOW)
    made = make_ack(facts, "e1", origin="agent", by="olga", note="", at=msgspec.structs.replace(NOW, boot="next"))
    assert forgotten.key != made.key


def test_an_acknowledgement_says_which_opening_it_is_about() -> None:
    told = [EpisodeFact("e1", event, "press", 1, "hot", 5) for event in ("opened", "resolved", "reopened")]
    facts = Facts(episodes={fact.key: fact for fact in told})
    assert make_ack(facts, "e1", origin="agent", by="maria", note="", at=NOW).opening == 2


HUSH = Hush("press", "hot", "dies are changed", "maria", "agent", 60_000_000, ("k",))


def hushed(hush: Hush, facts: Facts | None = None, id_: str = "a-1") -> Silence:
    return make_silence(hush, {"press": ["hot", "cold"]}, facts or Facts(), id_, NOW)


def test_a_silence_is_made_and_lifted() -> None:
    first = hushed(HUSH)
    assert (first.rule, first.key_values, first.expires_in_us, first.made_at) == ("hot", ("k",), 60_000_000, NOW)
    lifted = hushed(
        msgspec.structs.replace(HUSH, job="", rule="", lifts=("a-1",)), Facts(silences={"a-1": first}), "a-2"
    )
    assert (lifted.job, lifted.rule, lifted.lifts) == ("press", "hot", ("a-1",))
    both = Facts(silences={"a-1": first, "a-2": lifted})
    with pytest.raises(NotFound, match="lifted already"):
        hushed(msgspec.structs.replace(HUSH, lifts=("a-1",)), both, "a-3")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"reason": " "}, Invalid, "needs a reason"),
        ({"job": "oven"}, NotFound, "no job 'oven' here"),
        ({"rule": "warm"}, NotFound, "no alert rule 'warm'"),
        ({"expires_in_us": 0}, Invalid, "must end"),
        ({"expires_in_us": LONGEST_SILENCE_US + 1}, Invalid, "must end"),
        ({"lifts": ("a-9",)}, NotFound, "no silence 'a-9'"),
    ],
)
def test_what_cannot_be_silenced_is_refused_with_the_reason(
    change: dict[str, object], error: type[EdgeOrchError], words: str
) -> None:
    with pytest.raises(error, match=words):
        hushed(msgspec.structs.replace(HUSH, **change))
