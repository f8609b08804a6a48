"""Rolling: from one epoch of a twin to the next, at the agent that decides it and at whoever follows.

The agent whose twin it is decides, when the controller has all that it has; so nothing is asked and nothing can be
refused. A controller, or an agent restored from a backup, follows: it takes the root as it is, and carries over what it
wrote itself and the root cannot know of. Both keep what left in an archive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from edge_orch.twin.change import Vector
from edge_orch.twin.epoch import MAX_EPOCH, MAX_ROOT, Epoch, Rolled, Texts, later_past, read_root, written_above
from edge_orch.twin.facts import Section
from edge_orch.twin.gate import Inspected
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import REPLACEABLE, may_write


def roll(replica: Replica, gone: Collection[tuple[Section, str]]) -> tuple[Replica, Rolled] | None:
    """The next epoch with every fact but those in `gone`; None where that would not be half as large as what is there,
    or too large for one message, or the last epoch there is."""
    texts = {place: text for place, text in replica.texts().items() if place not in gone}
    number = replica.epoch.number + 1
    raws = replica.root(number, texts) if number <= MAX_EPOCH else []
    size = sum(map(len, raws))
    if not raws or size > MAX_ROOT or size * 2 > replica.size:
        return None
    root = read_root(number, raws, lambda *_: True)
    return _begin(replica, number, root, later_past(replica.epoch.past, replica.vector()))


def follow(
    replica: Replica, number: int, past: Vector, raws: Sequence[bytes], admit: Callable[[Section, str, str], bool]
) -> tuple[Replica, Rolled]:
    """The epoch that a peer has begun. Raises `Refused` unless its root is what `read_root` says."""
    return _begin(replica, number, read_root(number, raws, admit), past)


def _begin(replica: Replica, number: int, root: Sequence[Inspected], past: Vector) -> tuple[Replica, Rolled]:
    before = replica.texts()
    fresh = replica.begun(Epoch(number, root[0].change.actor, len(root), past), root)
    ours: Texts = {}
    for place in sorted(written_above(replica.history(), past)):
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
