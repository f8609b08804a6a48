"""Expiry: what has waited too long for its sink is given up, whether or not anything new arrives."""

from __future__ import annotations

from collections.abc import Callable

from edge_orch.plan.plan import Sink
from edge_orch.time import Instant
from edge_orch_agent.core.delivery import Delivery
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.sealing import Sealing
from edge_orch_agent.core.transaction import StreamId
from edge_orch_agent.core.work import Work

TOO_OLD = "max_age"
NO_SINK = "no_sink"


class Expiry:
    """Looks at every stream's head. Does nothing while the wall clock cannot be trusted."""

    def __init__(self, outbox: Outbox, delivery: Delivery, sealing: Sealing, work: Work) -> None:
        self._outbox = outbox
        self._delivery = delivery
        self._sealing = sealing
        self._work = work

    def drop(self, max_age_us: Callable[[str], int], sink_of: Callable[[StreamId], Sink | None], now: Instant) -> None:
        """Give up what is older than its job allows (`max_age_us`), but for what is being delivered right now."""
        if not now.trusted:
            return
        busy = self._delivery.busy()
        for stream in self._outbox.streams():
            oldest_us = now.wall_us - max_age_us(stream.job)
            if stream not in busy and (aged := self._outbox.drop_aged(stream, oldest_us)):
                reason = TOO_OLD if sink_of(stream) else NO_SINK
                self._sealing.drop(aged, reason, self._work.gathered.freeing, now)
                self._work.note(now)

    def wake_at(self, max_age_us: Callable[[str], int], now: Instant) -> int | None:
        """When the next head becomes too old, on the monotonic clock."""
        streams = self._outbox.streams()
        if not streams or not now.trusted:
            return None
        busy = self._delivery.busy()
        heads = [head for stream in streams if stream not in busy and (head := self._outbox.head(stream))]
        left = (head.created_us + max_age_us(head.stream.job) - now.wall_us for head in heads if head.created_us > 0)
        return min((now.mono_us + max(us, 0) + 1 for us in left), default=None)
