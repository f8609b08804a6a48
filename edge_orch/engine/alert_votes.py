"""Who says what about one key of an alert rule: the latest word of every voter, counted as it changes."""

from __future__ import annotations

import msgspec


class Vote(msgspec.Struct, array_like=True):
    """A voter's latest record: its event time, and whether it met the condition and the clear condition."""

    time_us: int
    met: bool
    cleared: bool


class Votes(msgspec.Struct, array_like=True):
    """The votes of one key.

    `met` counts the voters that meet the condition, `uncleared` those that do not meet the clear condition.
    `oldest_us` is not later than any vote, and exact after `drop_before`: looking for votes to drop costs a scan
    only when time has passed it.
    """

    latest: dict[str, Vote] = {}
    met: int = 0
    uncleared: int = 0
    oldest_us: int = 0

    def cast(self, voter: str, time_us: int, met: bool, cleared: bool) -> None:
        """Take a voter's record; one that is older than the voter's latest changes nothing."""
        before = self.latest.get(voter)
        if before is not None:
            if time_us < before.time_us:
                return
            self._uncount(before)
        self.oldest_us = min(self.oldest_us, time_us) if self.latest else time_us
        self.latest[voter] = Vote(time_us, met, cleared)
        self.met += met
        self.uncleared += not cleared

    def drop_before(self, time_us: int) -> list[str]:
        """Forget every vote older than `time_us`. Returns the voters who have none any more."""
        dropped = [voter for voter, vote in self.latest.items() if vote.time_us < time_us]
        for voter in dropped:
            self._uncount(self.latest.pop(voter))
        self.oldest_us = min((vote.time_us for vote in self.latest.values()), default=0)
        return dropped

    def _uncount(self, vote: Vote) -> None:
        self.met -= vote.met
        self.uncleared -= not vote.cleared
