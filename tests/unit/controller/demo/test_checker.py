"""The checker must see every way in which the demo can fail."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest
from edge_orch_controller.demo.checker import Evidence, Row, account, judge
from edge_orch_controller.demo.lines import Number
from edge_orch_controller.demo.receiver import Notification

GOOD: list[Number] = [("austin", "press-1", n) for n in range(1, 6)] + [("brno", "press-1", n) for n in range(1, 4)]
BAD: Number = ("austin", "press-2", 1)


def told(agent: str, event: str, offline: bool = True) -> Notification:
    return Notification(agent, "e-" + agent, event, "hot", offline)


def evidence(**changes: Any) -> Evidence:
    well = Evidence(
        agents=2,
        published={**dict.fromkeys(GOOD, False), BAD: True},
        records=Counter(GOOD),
        dead=frozenset({BAD}),
        dropped=0,
        episodes=frozenset({("a1", "e-a1"), ("a2", "e-a2")}),
        notifications=tuple(told(agent, event) for agent in ("a1", "a2") for event in ("opened", "resolved")),
        overrides_kept=1,
        converged=True,
        seconds=41.26,
    )
    return msgspec.structs.replace(well, **changes)


def test_all_well() -> None:
    verdict, complaints = judge(evidence())
    assert complaints == []
    assert msgspec.json.encode(verdict) == (
        b'{"agents":2,"records_in":9,"delivered":8,"dead":1,"dropped":0,"lost":0,"duplicated":0,"alerts_opened":2,'
        b'"alerts_notified":2,"overrides_kept":1,"converged":true,"seconds":41.3}'
    )


def test_a_row_a_site() -> None:
    assert account(evidence()) == [Row("austin", 6, 5, 1, 0, 0), Row("brno", 3, 3, 0, 0, 0)]


@pytest.mark.parametrize(
    ("changes", "lost", "duplicated"),
    [
        ({"records": Counter(GOOD[1:])}, 1, 0),
        ({"dead": frozenset()}, 1, 0),
        ({"records": Counter(GOOD[1:]), "dead": frozenset({BAD, GOOD[0]})}, 1, 0),
        ({"records": Counter(GOOD + GOOD[:2])}, 0, 2),
        ({"records": Counter([*GOOD, BAD])}, 0, 1),
        ({"records": Counter([*GOOD, ("mars", "press-1", 1)])}, 0, 1),
        ({"records": Counter()}, 8, 0),
    ],
)
def test_what_is_missing_and_what_is_too_much(changes: dict[str, Any], lost: int, duplicated: int) -> None:
    verdict, complaints = judge(evidence(**changes))
    assert (verdict.lost, verdict.duplicated) == (lost, duplicated)
    assert complaints


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"dropped": 3}, "3 records were dropped"),
        ({"overrides_kept": 0}, "override"),
        ({"converged": False}, "converge"),
        ({"published": {}, "records": Counter(), "dead": frozenset()}, "published nothing"),
        ({"episodes": frozenset({("a1", "e-a1")})}, "not every agent"),
        ({"notifications": (told("a1", "opened"), told("a1", "resolved"))}, "told 0 times"),
        ({"notifications": (*evidence().notifications, told("a1", "opened"))}, "told 2 times"),
        ({"notifications": (*evidence().notifications, told("a9", "opened"))}, "knows nothing"),
        (
            {"notifications": tuple(told(n.agent, n.event, offline=False) for n in evidence().notifications)},
            "not every agent raised its alert",
        ),
    ],
)
def test_every_other_fault_is_named(changes: dict[str, Any], complaint: str) -> None:
    assert any(complaint in text for text in judge(evidence(**changes))[1])
