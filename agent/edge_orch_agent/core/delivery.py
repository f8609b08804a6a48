"""Delivery: one courier per stream, in order, patient with a sink that is down, exact about what it will not take."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from edge_orch.plan.plan import Sink
from edge_orch.time import Instant
from edge_orch_agent.core.backoff import Backoff
from edge_orch_agent.core.breaker import Breaker, BreakerState
from edge_orch_agent.core.commands import Deliver
from edge_orch_agent.core.events import Delivered, DeliveryFailed
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.transaction import Rejection, SegmentInfo, StreamId


class Courier(msgspec.Struct):
    """Where the delivery of one stream's head stands.

    `parts`: ranges of its records still to deliver, first one first; more than one only after a permanent rejection,
    which is halved until the records to blame are alone. `failure`: why the last attempt did not succeed.
    """

    parts: list[tuple[int, int]] = []
    busy: bool = False
    attempt: int = 0
    retry_at: int = 0
    failure: str = ""
    rejections: list[Rejection] = []


class Outcome(msgspec.Struct, frozen=True):
    """A segment that is done with: delivered but for the rejected records. `gone`: they could not even be read."""

    segment: SegmentInfo
    rejections: list[Rejection]
    gone: bool = False

    @property
    def rejected(self) -> int:
        """How many of its records the sink will never take."""
        return sum(rejection.stop - rejection.start for rejection in self.rejections)


class Delivery:
    """All couriers. A dead sink stalls only its own streams."""

    def __init__(self, outbox: Outbox, backoff: Backoff) -> None:
        self._outbox = outbox
        self._backoff = backoff
        self._couriers: dict[StreamId, Courier] = {}
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self._ending = False

    def start(self, sink_of: Callable[[StreamId], Sink | None], now: Instant) -> list[Deliver]:
        """What to hand to sinks now: of every idle stream the head, alerts first."""
        commands: list[Deliver] = []
        if self._ending:
            return commands
        for stream in self._outbox.streams():
            head, sink = self._outbox.head(stream), sink_of(stream)
            courier = self._couriers.setdefault(stream, Courier())
            if head is None or sink is None or courier.busy or courier.retry_at > now.mono_us:
                continue
            if self._outbox.ahead(stream) >= self._outbox.most_ahead:  # until the cursor is durable
                continue
            breaker = self._breaker(stream)
            if not breaker.admits(now.mono_us):
                continue
            breaker.tried(stream)
            courier.parts = courier.parts or [(0, head.count)]
            courier.busy = True
            start, stop = courier.parts[0]
            whole = (start, stop) == (0, head.count)
            commands.append(Deliver(stream, head.sequence, sink, start, None if whole else stop))
        return commands

    def end(self) -> None:
        """Begin nothing more."""
        self._ending = True

    def ended(self, event: Delivered | DeliveryFailed, now: Instant) -> Outcome | None:
        """What became of the part on its way; the outcome when that was the last of its segment."""
        return self.delivered(event) if isinstance(event, Delivered) else self.failed(event, now)

    def delivered(self, event: Delivered) -> Outcome | None:
        """The part on its way has arrived; the outcome when it was the last of its segment."""
        courier = self._awaiting(event.stream, event.sequence)
        if courier is None:
            return None
        courier.attempt, courier.failure = 0, ""
        self._answered(event.stream)
        return self._part_done(event.stream, courier)

    def failed(self, event: DeliveryFailed, now: Instant) -> Outcome | None:
        """The part on its way was not taken: again later, or, if it never will be, in halves."""
        courier = self._awaiting(event.stream, event.sequence)
        if courier is None:
            return None
        courier.failure = event.reason
        if not event.permanent:
            # Added to the draw: whoever was asked to wait a minute must not return all at once then.
            courier.retry_at = now.mono_us + event.after_us + self._backoff.delay_us(courier.attempt)
            courier.attempt += 1
            self._breaker(event.stream).failed(event.stream, courier.retry_at)
            return None
        start, stop = courier.parts[0]
        if event.gone:  # all of it, and no sink has answered
            stop = courier.parts[-1][1]
            courier.parts = [(start, stop)]
        else:
            self._answered(event.stream)
            if stop - start > 1:
                middle = (start + stop) // 2
                courier.parts[:1] = [(start, middle), (middle, stop)]
                return None
        if courier.rejections and (last := courier.rejections[-1]).stop == start and last.reason == event.reason:
            courier.rejections[-1] = msgspec.structs.replace(last, stop=stop)
        else:
            courier.rejections.append(
                Rejection(event.stream, event.sequence, start, stop, event.reason, at_us=now.wall_us)
            )
        return self._part_done(event.stream, courier, gone=event.gone)

    def dropped(self, stream: StreamId) -> None:
        """The stream's head is not to be delivered any more: what was known about it is void."""
        courier = self._couriers.get(stream)
        if courier is not None:
            courier.parts, courier.rejections = [], []

    def hurry(self, job: str) -> None:
        """The job's sinks may have changed: try all of its streams again at once."""
        for stream, courier in self._couriers.items():
            if stream.job == job:
                courier.retry_at = courier.attempt = 0
                self._breaker(stream).answered()

    def busy(self) -> Collection[StreamId]:
        """Streams with a delivery on its way."""
        return {stream for stream, courier in self._couriers.items() if courier.busy}

    def failure(self, stream: StreamId) -> str:
        """Why the stream does not move; empty when it does."""
        courier = self._couriers.get(stream)
        return courier.failure if courier else ""

    def breaker(self, stream: StreamId) -> BreakerState:
        """Whether the stream's sink is asked."""
        return self._breaker(stream).state

    def wake_at(self, now: Instant) -> int | None:
        """When the next retry is due."""
        waiting = (
            max(courier.retry_at, self._breaker(stream).retry_at)
            for stream in self._outbox.streams()
            if (courier := self._couriers.get(stream)) and not courier.busy and self._outbox.head(stream)
        )
        return min((at for at in waiting if at > now.mono_us), default=None)

    def _breaker(self, stream: StreamId) -> Breaker:
        return self._breakers.setdefault((stream.job, stream.sink), Breaker())

    def _answered(self, stream: StreamId) -> None:
        """The sink works: if it counted as down, all its streams may go on at once."""
        breaker = self._breaker(stream)
        if breaker.state is not BreakerState.CLOSED:
            for other, courier in self._couriers.items():
                if (other.job, other.sink) == (stream.job, stream.sink):
                    courier.retry_at = courier.attempt = 0
        breaker.answered()

    def _awaiting(self, stream: StreamId, sequence: int) -> Courier | None:
        """The courier that waits for this answer, now free; None if the answer is a stray one."""
        courier, head = self._couriers.get(stream), self._outbox.head(stream)
        if courier is None or head is None or head.sequence != sequence or not courier.busy:
            return None
        courier.busy = False
        return courier

    def _part_done(self, stream: StreamId, courier: Courier, *, gone: bool = False) -> Outcome | None:
        courier.parts = courier.parts[1:]
        if courier.parts:
            return None
        outcome = Outcome(self._outbox.pop(stream), courier.rejections, gone)
        courier.rejections = []
        return outcome
