"""Dating: what an unknown clock had stamped gets its time once that is known, as long as the boot lasts."""

from __future__ import annotations

from edge_orch.time import Instant
from edge_orch.twin.facts import DeviceFact
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.redating import Redating
from edge_orch_agent.core.work import Work


class Dating:
    """Watches what the clock is worth. Stamps of an unknown clock are monotonic time, negative: see `Instant.stamp`."""

    def __init__(self, outbox: Outbox, work: Work) -> None:
        self._outbox = outbox
        self._work = work
        self._unsure = False

    def start(self, before: DeviceFact | None, now: Instant) -> None:
        """With another boot than that of the process `before`, what has no time yet will never get one."""
        if not self._outbox.undated():
            return
        if before is not None and before.boot == now.boot:
            self._unsure = True
        else:
            self._write(Redating(None), now)

    def follow(self, now: Instant) -> None:
        """The time may have become known."""
        if not now.trusted:
            if not self._unsure:
                self._outbox.undate()
            self._unsure = True
        elif self._unsure:
            self._unsure = False
            self._write(Redating(now.wall_us - now.mono_us), now)

    def _write(self, redating: Redating, now: Instant) -> None:
        self._outbox.date(redating)
        self._work.gathered.upkeep.redatings.append(redating)
        self._work.note(now)
