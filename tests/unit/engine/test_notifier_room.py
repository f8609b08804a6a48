"""What is told when sinks have no room for more."""

from __future__ import annotations

import msgspec

from edge_orch.engine.notifier import Notifier
from tests.unit.engine.notifying import People, minute, opened, resolved, rule, said


class Sinks:
    """Which sinks have room for one notice more."""

    def __init__(self, *with_room: str) -> None:
        self.with_room = set(with_room)

    def __call__(self, sink: str) -> bool:
        return sink in self.with_room


def crowded(sinks: Sinks) -> Notifier:
    return Notifier([rule()], People(), has_room=sinks)


def test_while_no_sink_has_room_nobody_is_told_and_what_came_and_went_is_counted() -> None:
    sinks = Sinks()
    subject = crowded(sinks)
    assert said(subject.take(opened(), minute(0))) == [("throttled", (), 0)]
    assert subject.take(resolved(), minute(1)) == []
    assert said(subject.take(opened("f"), minute(2))) == [("throttled", (), 0)]
    assert not subject.room_again()
    assert subject.pass_time(minute(3)) == []
    sinks.with_room = {"oncall"}
    assert subject.room_again()
    assert said(subject.pass_time(minute(4))) == [("opened", ("oncall",), 1)]
    assert not subject.room_again()
    assert said(subject.take(resolved("f"), minute(5))) == [("resolved", ("oncall",), 0)]


def test_a_sink_without_room_holds_back_no_other_and_is_told_later() -> None:
    sinks = Sinks("bus")
    subject = crowded(sinks)
    both = [msgspec.structs.replace(opened(name), notify=("oncall", "bus")) for name in "ef"]
    assert said(subject.take(both[0], minute(0))) == [("opened", ("bus",), 0)]
    assert said(subject.take(both[1], minute(0))) == [("opened", ("bus",), 0)]
    ended = msgspec.structs.replace(resolved("f"), notify=("oncall", "bus"))
    assert said(subject.take(ended, minute(1))) == [("resolved", ("bus",), 0)], "and who was not told, of neither"
    sinks.with_room.add("oncall")
    assert subject.room_again()
    assert said(subject.pass_time(minute(2))) == [("opened", ("oncall",), 0)]
    ended = msgspec.structs.replace(resolved("e"), notify=("oncall", "bus"))
    assert said(subject.take(ended, minute(3))) == [("resolved", ("oncall", "bus"), 0)]
    assert not subject.room_again()


def test_what_somebody_has_seen_waits_for_no_room() -> None:
    sinks = Sinks()
    subject = crowded(sinks)
    subject.take(opened(), minute(0))
    assert subject.acknowledged("e") == ()
    sinks.with_room = {"oncall"}
    assert not subject.room_again()
    assert subject.pass_time(minute(1)) == []
