"""Copies: whether two devices run as one agent, as two starts of one disk image do.

A process names itself in each `Have` by a nonce that no other ever has. One device has one process at a time: what
speaks again after another has spoken is a second device. A late message of the process before a restart looks like that
too, so it takes three returns.
"""

from __future__ import annotations

from edge_orch.time import HOUR

REMEMBERED_US = HOUR
"""How long after the last turn two devices are still spoken of."""
_TURNS = 6
_RETURNS = 3


class Copies:
    """By agent: the turns that its processes took at speaking, and when the last one was."""

    def __init__(self) -> None:
        self._turns: dict[str, list[bytes]] = {}
        self._seen_us: dict[str, int] = {}

    def heard(self, agent: str, boot: bytes, now_us: int) -> bool:
        """Take note of who speaks; whether two devices do, and that was not known yet."""
        turns = self._turns.setdefault(agent, [])
        if turns and turns[-1] == boot:
            return False
        turns.append(boot)
        del turns[:-_TURNS]
        if len(turns) - len(set(turns)) < _RETURNS:
            return False
        known = self.seen(agent, now_us)
        self._seen_us[agent] = now_us
        return not known

    def seen(self, agent: str, now_us: int) -> bool:
        """Whether two devices were heard as this agent within the last hour."""
        last = self._seen_us.get(agent)
        return last is not None and now_us - last < REMEMBERED_US

    def forget(self, agent: str) -> None:
        """It is enrolled anew: who speaks now is the right one."""
        self._turns.pop(agent, None)
        self._seen_us.pop(agent, None)
