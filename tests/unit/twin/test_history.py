"""History: which facts are about a subject, in which order, in which words."""

from __future__ import annotations

from hypothesis import given

from edge_orch.twin.encoding import encode_fact
from edge_orch.twin.facts import Section
from edge_orch.twin.history import Subject, history
from tests.unit.twin.examples import NOON, ack, desired, device, episode, override, reported, silence
from tests.unit.twin.test_fold import ALL, gathered

FACTS = gathered([
    device(),
    desired(2),
    reported(2),
    override("a-1"),
    override("a-2", 91.0, supersedes=("a-1",), made_at=NOON.after(1), expires_in_us=60_000_000),
    override("c-3", None, supersedes=("a-2",), made_at=NOON.after(2)),
    override("c-4", job="oven"),
    episode(),
    episode("notified.opened.oncall"),
    episode("resolved"),
    ack(1, note="on my way"),
    silence("a-1"),
    silence("c-2", lifts=("a-1",), made_at=NOON.after(3)),
])  # fmt: skip


def words(subject: Subject) -> list[str]:
    return [one.what for one in history(FACTS, [], subject)]


def test_of_a_parameter_its_overrides_in_their_order() -> None:
    assert words(Subject("press", "hot_c")) == [
        "a-1: press.hot_c = 90.0 at the machine (operator), because «summer»",
        "a-2: press.hot_c = 91.0 for 1m at the machine (operator), in place of a-1, because «summer»",
        "c-3: press.hot_c revoked centrally (operator), in place of a-2, because «summer»",
    ]


def test_of_a_rule_its_episodes_and_silences() -> None:
    assert words(Subject("press", "hot")) == [
        "press/hot/1 acknowledged at the machine: on my way",
        "press/hot/1 oncall was told: opened",
        "press/hot/1 opened: too hot",
        "press/hot/1 resolved",
        "a-1: press.hot silenced for 1m at the machine, because «dies are changed»",
        "c-2: lifts a-1 centrally, because «dies are changed»",
    ]


def test_of_a_job_everything_and_of_an_episode_by_the_beginning_of_its_id_only_that() -> None:
    assert len(words(Subject("press"))) == 11
    assert words(Subject("press"))[-1] == "press: version 2 running (generation 2)"
    assert len(words(Subject(episode="press/hot"))) == 4
    assert words(Subject("nothing")) == words(Subject(episode="x")) == []


def test_what_has_left_is_told_once_and_as_such() -> None:
    left = [encode_fact(override("a-0", made_at=NOON.after(-9))), encode_fact(override("a-1"))]
    told = history(FACTS, [*left, (Section.ACKS, "k", "no json")], Subject("press", "hot_c"))
    assert [(one.key, one.archived) for one in told][:2] == [("a-0", True), ("a-1", False)]


@given(ALL)
def test_any_facts_have_a_history(found) -> None:  # type: ignore[no-untyped-def]
    facts = gathered(found)
    for subject in (Subject("a"), Subject("a", "b"), Subject(episode="a")):
        archived = [encode_fact(fact) for fact in found[:3]]
        assert history(facts, archived, subject) == history(gathered(found[::-1]), archived, subject)
