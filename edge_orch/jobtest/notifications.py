"""What a test case expects people to be told, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Self

import msgspec

from edge_orch.engine.notifier import Notification
from edge_orch.errors import Invalid, Location, Problem
from edge_orch.jobtest.episode_key import KeyValue
from edge_orch.jobtest.moment import Moment
from edge_orch.spec.leaves import Integer, LabelName, Name
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node
from edge_orch.spec.reading import Doc, read_model
from edge_orch.time import format_timestamp

_KINDS = ("opened", "escalated", "acknowledged", "resolved")


class ExpectedNotification(Model, frozen=True):
    """What leaves about one episode: `{opened: rule, at: 12s, to: [oncall]}`."""

    kind: str
    rule: Name
    key: tuple[KeyValue, ...] | None
    at: Moment | None
    to: tuple[LabelName, ...] | None
    suppressed: Integer | None
    where: Location

    @classmethod
    def read(cls, node: Node) -> Self:
        form: _Form = read_model(_Form, node)
        rules = [(kind, rule) for kind in _KINDS if (rule := getattr(form, kind)) is not None]
        if len(rules) != 1:
            raise Invalid(Problem("a notification tells one thing", node.where, f"one of: {', '.join(_KINDS)}"))
        ((kind, rule),) = rules
        return cls(kind, rule, form.key, form.at, form.to, form.suppressed, node.where)


class _Form(Model, frozen=True):
    opened: Annotated[Name | None, Doc("the rule whose episode has opened")]
    escalated: Annotated[Name | None, Doc("the rule whose episode nobody acknowledged")]
    acknowledged: Annotated[Name | None, Doc("the rule whose episode somebody acknowledged")]
    resolved: Annotated[Name | None, Doc("the rule whose episode is over")]
    key: Annotated[tuple[KeyValue, ...] | None, Doc("values of the rule's key; left out: any")]
    at: Annotated[Moment | None, Doc("when it leaves; left out: any time")]
    to: Annotated[tuple[LabelName, ...] | None, Doc("the sinks it goes to; left out: any")]
    suppressed: Annotated[Integer | None, Doc("how many episodes were not told since the last; left out: any")]


class Told(msgspec.Struct, frozen=True):
    """A notification that left at `at_us`, wall clock. `kind`: of `Notification`, or `acknowledged`."""

    at_us: int
    kind: str
    rule: str
    key: tuple[str, ...]
    to: tuple[str, ...]
    suppressed: int = 0


def told(notification: Notification, at_us: int) -> Told:
    """The notification as it leaves now."""
    event = notification.event
    kind = notification.telling.value
    return Told(at_us, kind, event.rule, event.key, notification.sinks, notification.suppressed)


def notifications_problems(
    expected: Sequence[ExpectedNotification], found: Sequence[Told], start_us: int, where: Location
) -> Iterator[Problem]:
    """What is wrong with the notifications, compared in order."""
    for wanted, other in zip(expected, found, strict=False):
        want, got = _wanted(wanted, start_us), _shown(other)
        if any(got[name] != value for name, value in want.items()):
            yield Problem("another notification", wanted.where, _text(want), _text(got))
    for wanted in expected[len(found) :]:
        yield Problem("a notification is missing", wanted.where, _text(_wanted(wanted, start_us)), "no more of them")
    for other in found[len(expected) :]:
        next_step = "add it to `notifications`"
        yield Problem("a notification that was not expected", where, "no more of them", _text(_shown(other)), next_step)


def _wanted(expected: ExpectedNotification, start_us: int) -> dict[str, Any]:
    parts: dict[str, Any] = {"kind": expected.kind, "rule": expected.rule.value}
    if expected.key is not None:
        parts["key"] = [text.value for text in expected.key]
    if expected.at is not None:
        parts["at"] = format_timestamp(expected.at.after(start_us))
    if expected.to is not None:
        parts["to"] = [sink.value for sink in expected.to]
    if expected.suppressed is not None:
        parts["suppressed"] = expected.suppressed.value
    return parts


def _shown(found: Told) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "rule": found.rule,
        "key": list(found.key),
        "at": format_timestamp(found.at_us),
        "to": list(found.to),
        "suppressed": found.suppressed,
    }


def _text(parts: dict[str, Any]) -> str:
    named = {parts["kind"]: parts["rule"]} | {name: parts[name] for name in parts if name not in ("kind", "rule")}
    return msgspec.json.encode(named).decode()
