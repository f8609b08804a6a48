"""Rolling: from one epoch of a twin to the next, at the agent that decides it and at whoever follows.

The agent whose twin it is decides, when the controller has all that it has; so nothing is asked and nothing can be
refused. A controller, or an agent restored from a backup, follows: it takes the root as it is, and carries over what it
wrote itself and the root cannot know of. Both keep what left in an archive.

An agent that is away for long, and whose twin has no more room, decides alone. Then what it wrote since the last epoch
stands beside the root, in changes of its own: should another root win, they are carried over into that epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from edge_orch.twin.actor import writer_of
from edge_orch.twin.change import Vector
from edge_orch.twin.encoding import encode_fact
from edge_orch.twin.epoch import (
    MAX_EPOCH,
    MAX_ROOT,
    Epoch,
    Places,
    Rolled,
    Texts,
    later_past,
    read_root,
    room_for,
    written_above,
)
from edge_orch.twin.facts import Fact, Section
from edge_orch.twin.gate import Inspected
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import REPLACEABLE, may_write

_EPISODES_IN_ROOT = MAX_ROOT - MAX_ROOT // 8
"""Bytes of a root up to which episodes go into it; those beyond stand beside it."""


def roll(
    replica: Replica, gone: Places, news: Iterable[Fact] = (), *, alone: bool = False
) -> tuple[Replica, Rolled] | None:
    """The next epoch with every fact but those in `gone`, and `news` of our own.

    `alone`: the peer may lack some of what is here. None where the next epoch would not be half as large as what is
    there, or its root too large for one message, or where this is the last epoch there is.
    """
    texts = {place: text for place, text in replica.texts().items() if place not in gone}
    made = {(section, key): text for section, key, text in map(encode_fact, news)}
    since = written_above(replica.history(), replica.epoch.past) if alone else ()
    beside = made | _beside(replica, texts, since)
    number = replica.epoch.number + 1
    within = {place: text for place, text in texts.items() if place not in beside}
    raws = replica.root(number, within) if number <= MAX_EPOCH else []
    if not raws or sum(map(len, raws)) > MAX_ROOT:
        return None
    root = read_root(number, raws, lambda *_: True)
    fresh, rolled = _begin(replica, number, root, later_past(replica.epoch.past, replica.vector()), beside)
    return (fresh, rolled) if fresh.size * 2 <= replica.size else None


def follow(
    replica: Replica, number: int, past: Vector, raws: Sequence[bytes], admit: Callable[[Section, str, str], bool]
) -> tuple[Replica, Rolled]:
    """The epoch that a peer has begun. Raises `Refused` unless its root is what `read_root` says."""
    return _begin(replica, number, read_root(number, raws, admit), past)


def _beside(replica: Replica, texts: Texts, since: Places) -> Texts:
    """Of the texts those of our own that do not go into the root: all in `since`, and episodes beyond its room."""
    beside: Texts = {}
    room = _EPISODES_IN_ROOT
    for place, text in sorted(texts.items(), key=lambda item: (item[0][0] is Section.EPISODES, item[0])):
        section, key = place
        own = section is not Section.DEVICE and may_write(replica.actor, replica.doc, section, key)
        if own and (place in since or (section is Section.EPISODES and room_for(key, text) > room)):
            beside[place] = text
        else:
            room -= room_for(key, text)
    return beside


def _forgotten(replica: Replica, past: Vector) -> bool:
    """Whether an agent has begun this epoch that does not know all that it wrote itself, as from a backup. Then the
    root cannot know either what we wrote into an epoch that the agent has lost."""
    return writer_of(replica.actor, replica.doc) == "controller" and any(
        writer_of(actor, replica.doc) == "agent" and seq > past.get(actor, 0) for actor, seq in replica.vector().items()
    )


def _begin(
    replica: Replica, number: int, root: Sequence[Inspected], past: Vector, beside: Texts | None = None
) -> tuple[Replica, Rolled]:
    before = replica.texts()
    fresh = replica.begun(Epoch(number, root[0].change.actor, len(root), past), root)
    ours = dict(beside or {})
    places = written_above(replica.history(), past)
    if _forgotten(replica, past):
        places |= {place for place in before if fresh.text(*place) is None}
    for place in sorted(places):
        free = fresh.text(*place) is None or place[0] in REPLACEABLE
        if free and may_write(fresh.actor, fresh.doc, *place):
            ours[place] = before[place]
    carried = fresh.carry(ours)
    now = fresh.texts()
    left = (
        (*place, text)
        for place, text in before.items()
        if place not in now or (now[place] != text and place[0] not in REPLACEABLE)
    )
    changes = (*(item.change for item in root), *carried)
    return fresh, Rolled(fresh.epoch, changes, tuple(sorted(left)))
