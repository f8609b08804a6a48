"""Retention: how much of what has left an agent's twin is kept in the archive, and what became of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from edge_orch.time import DAY
from edge_orch.twin.facts import Section

MACHINE = (Section.DEVICE, Section.REPORTED, Section.DESIRED, Section.EPISODES)
"""What machines wrote of themselves. The rest people did, or a later release knows what it is: it is never dropped."""


class Retention(msgspec.Struct, frozen=True):
    """Of each agent: facts that machines wrote are kept for `age_us`, and the newest `size` bytes of them.

    A year of twenty episodes a day is 10 MB. Episodes that a person acknowledged stay with their acknowledgement. It is
    looked at whenever the agent's twin begins anew: what does not grow is not looked at.
    """

    age_us: int = 365 * DAY
    size: int = 16 << 20


USUAL = Retention()


class Archived(msgspec.Struct, frozen=True, array_like=True):
    """A fact in the archive without its text. `size`: bytes of key and text. `left_at_us`: when it left, 0: unknown."""

    id: int
    section: str
    key: str
    size: int
    left_at_us: int


class Dropped(msgspec.Struct, frozen=True):
    """What was dropped of an agent's archive so far. `until_us`: when the latest of it had left the twin."""

    facts: int = 0
    size: int = 0
    until_us: int = 0

    def and_also(self, more: Sequence[Archived]) -> Dropped:
        """Both together."""
        until_us = max((one.left_at_us for one in more), default=0)
        size = sum(one.size for one in more)
        return Dropped(self.facts + len(more), self.size + size, max(self.until_us, until_us))


def outdated(archived: Sequence[Archived], retention: Retention, now_us: int) -> Iterator[Archived]:
    """Which of an agent's facts, given newest first, are to be dropped. `now_us`: 0 while the time is not known."""
    acknowledged = {_episode(one.key) for one in archived if one.section == Section.ACKS}
    size = 0
    for one in archived:
        if one.section not in MACHINE or (one.section == Section.EPISODES and _episode(one.key) in acknowledged):
            continue
        size += one.size
        if size > retention.size or 0 < one.left_at_us < now_us - retention.age_us:
            yield one


def _episode(key: str) -> str:
    """Of a fact's key: both episodes' and acknowledgements' begin with the episode."""
    return key.partition("/")[0]
