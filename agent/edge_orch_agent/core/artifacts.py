"""Artifacts: signed plans that are wanted and not here yet, asked for again until they come."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from edge_orch.time import Instant
from edge_orch_agent.core.backoff import Backoff
from edge_orch_agent.core.commands import Fetch


class Want(msgspec.Struct):
    """One digest. `asked`: an answer is on its way."""

    asked: bool = False
    attempt: int = 0
    retry_at: int = 0
    failure: str = ""


class Artifacts:
    """What to fetch, and when. Nothing is asked for while the controller cannot be reached."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._wanted: dict[str, Want] = {}

    def want(self, digests: Collection[str]) -> None:
        """Exactly these are wanted from now on."""
        self._wanted = {digest: self._wanted.get(digest) or Want() for digest in digests}

    def fetch(self, linked: bool, now: Instant) -> list[Fetch]:
        """What to ask for now."""
        if not self._wanted or not linked:
            return []
        due = [digest for digest, want in self._wanted.items() if not want.asked and want.retry_at <= now.mono_us]
        for digest in due:
            self._wanted[digest].asked = True
        return [Fetch(digest) for digest in due]

    def failed(self, digest: str, reason: str, now: Instant) -> None:
        """It did not come, or what came was not it: ask again later."""
        want = self._wanted.get(digest)
        if want is not None:
            want.asked, want.failure = False, reason
            want.retry_at = now.mono_us + self._backoff.delay_us(want.attempt)
            want.attempt += 1

    def hurry(self) -> None:
        """The controller can be reached again: ask at once."""
        for want in self._wanted.values():
            want.attempt = want.retry_at = 0

    def wants(self, digest: str) -> bool:
        """Whether it is wanted and not here yet."""
        return digest in self._wanted

    def failure(self, digest: str) -> str:
        """Why it is not here yet; empty if nothing went wrong."""
        want = self._wanted.get(digest)
        return want.failure if want else ""

    def wake_at(self, linked: bool) -> int | None:
        """When to ask again."""
        if not self._wanted or not linked:
            return None
        return min((want.retry_at for want in self._wanted.values() if not want.asked), default=None)
