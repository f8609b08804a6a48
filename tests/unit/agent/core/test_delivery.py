from __future__ import annotations

from random import Random

from edge_orch_agent.core.backoff import Backoff
from edge_orch_agent.core.breaker import BreakerState
from edge_orch_agent.core.commands import Deliver
from edge_orch_agent.core.delivery import Delivery
from edge_orch_agent.core.events import Delivered, DeliveryFailed
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Priority, SegmentInfo, StreamId
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.plan.plan import Sink
from edge_orch.testing.clock import Clock
from edge_orch.time import Instant

LAKE = StreamId("press", "raw", "lake")
ONCALL = StreamId("press", "alerts", "oncall")
SINK = Sink("any", "webhook", {})
NOW = Clock().read(0)


def info(stream: StreamId, sequence: int, count: int = 1) -> SegmentInfo:
    priority = Priority.ALERT if stream is ONCALL else Priority.NORMAL
    return SegmentInfo(stream, sequence, 1, count, 10, priority, 1_000)


def a_delivery(*segments: SegmentInfo) -> tuple[Delivery, Outbox]:
    outbox = Outbox(StoredState(segments=list(segments)))
    return Delivery(outbox, Backoff(Settings(), Random(1))), outbox  # noqa: S311


def start(delivery: Delivery, now: Instant = NOW) -> list[Deliver]:
    return delivery.start(lambda _: SINK, now)


def test_every_stream_starts_at_its_head_and_alerts_come_first() -> None:
    delivery, _ = a_delivery(info(LAKE, 1), info(LAKE, 2), info(ONCALL, 1))
    assert start(delivery) == [Deliver(ONCALL, 1, SINK), Deliver(LAKE, 1, SINK)]
    assert start(delivery) == []


def test_the_next_segment_follows_the_delivered_one() -> None:
    delivery, outbox = a_delivery(info(LAKE, 1), info(LAKE, 2))
    start(delivery)
    outcome = delivery.delivered(Delivered(LAKE, 1))
    assert outcome is not None
    assert outcome.segment == info(LAKE, 1)
    assert outcome.rejected == 0
    assert start(delivery) == [Deliver(LAKE, 2, SINK)]
    assert outbox.head(LAKE) == info(LAKE, 2)


def test_delivery_is_never_further_ahead_of_what_is_durable_than_it_may_be() -> None:
    outbox = Outbox(StoredState(segments=[info(LAKE, number) for number in range(1, 9)]), ahead=3)
    delivery = Delivery(outbox, Backoff(Settings(), Random(1)))  # noqa: S311
    for number in range(1, 4):
        assert start(delivery) == [Deliver(LAKE, number, SINK)]
        delivery.delivered(Delivered(LAKE, number))
    assert start(delivery) == []
    outbox.passed(LAKE, 2)
    assert outbox.ahead(LAKE) == 1
    assert start(delivery) == [Deliver(LAKE, 4, SINK)]


@given(st.integers(0, 3_600_000_000))
def test_a_sink_that_asks_for_patience_is_left_alone_for_as_long(after_us: int) -> None:
    delivery, _ = a_delivery(info(LAKE, 1))
    start(delivery)
    delivery.failed(DeliveryFailed(LAKE, 1, False, "429", after_us), NOW)
    assert start(delivery, NOW.after(after_us)) == []
    assert start(delivery, NOW.after(after_us + Settings().retry_first_us)) == [Deliver(LAKE, 1, SINK)]


def test_a_segment_that_cannot_be_read_is_asked_for_once_and_the_stream_goes_on() -> None:
    delivery, outbox = a_delivery(info(LAKE, 1, count=1_000_000), info(LAKE, 2))
    start(delivery)
    delivery.failed(DeliveryFailed(LAKE, 1, True, "422"), NOW)
    start(delivery)
    delivery.delivered(Delivered(LAKE, 1))  # its first half was; then the card broke
    start(delivery)
    outcome = delivery.failed(DeliveryFailed(LAKE, 1, True, "the segment is gone", gone=True), NOW)
    assert outcome is not None
    assert (outcome.rejected, outcome.gone) == (500_000, True)
    assert start(delivery) == [Deliver(LAKE, 2, SINK)]
    assert outbox.head(LAKE) == info(LAKE, 2)


def test_a_sink_that_is_down_is_tried_again_later_and_stalls_only_itself() -> None:
    delivery, _ = a_delivery(info(LAKE, 1), info(ONCALL, 1))
    start(delivery)
    assert delivery.failed(DeliveryFailed(LAKE, 1, False, "503"), NOW) is None
    assert delivery.failure(LAKE) == "503"
    wake = delivery.wake_at(NOW)
    assert wake is not None
    assert start(delivery) == []
    delivery.delivered(Delivered(ONCALL, 1))
    assert start(delivery, NOW.after(wake - NOW.mono_us)) == [Deliver(LAKE, 1, SINK)]


RAW, STATS = StreamId("press", "raw", "lake"), StreamId("press", "stats", "lake")


def test_a_sink_that_fails_again_and_again_is_asked_by_one_stream_at_a_time() -> None:
    delivery, _ = a_delivery(info(RAW, 1), info(STATS, 1), info(ONCALL, 1))
    now, asked = NOW, list[int]()
    for _ in range(20):
        commands = [command for command in start(delivery, now) if command.stream is not ONCALL]
        asked.append(len(commands))
        for command in commands:
            if delivery.breaker(RAW) is BreakerState.HALF_OPEN:
                assert commands == [command]
            delivery.failed(DeliveryFailed(command.stream, 1, False, "refused"), now)
        wake = delivery.wake_at(now)
        assert wake is not None
        now = now.after(wake - now.mono_us)
    assert delivery.breaker(RAW) is delivery.breaker(STATS) is BreakerState.OPEN
    assert delivery.breaker(ONCALL) is BreakerState.CLOSED
    assert max(asked[5:]) == 1
    assert sum(asked[5:]) == 15
    (probe,) = start(delivery, now)
    delivery.delivered(Delivered(probe.stream, 1))
    assert delivery.breaker(RAW) is BreakerState.CLOSED
    assert len(start(delivery, now)) == 1, "the other stream need not wait for its own turn"


def test_a_sink_that_rejects_works() -> None:
    delivery, _ = a_delivery(*(info(RAW, number) for number in range(1, 9)))
    for number in range(1, 9):
        start(delivery)
        delivery.failed(DeliveryFailed(RAW, number, True, "422"), NOW)
    assert delivery.breaker(RAW) is BreakerState.CLOSED


def test_backoff_grows_to_its_bound_and_success_resets_it() -> None:
    settings = Settings(retry_first_us=10, retry_most_us=1_000)
    backoff = Backoff(settings, Random(3))  # noqa: S311
    draws = [max(backoff.delay_us(attempt) for _ in range(200)) for attempt in (0, 1, 2, 10, 10_000)]
    assert draws[0] <= 10 < draws[1] <= 20 < draws[2] <= 40
    assert 900 < draws[3] <= 1_000
    assert 900 < draws[4] <= 1_000


def test_a_stray_answer_changes_nothing() -> None:
    delivery, outbox = a_delivery(info(LAKE, 2))
    assert delivery.delivered(Delivered(LAKE, 2)) is None
    start(delivery)
    assert delivery.delivered(Delivered(LAKE, 1)) is None
    assert delivery.failed(DeliveryFailed(ONCALL, 1, True, "?"), NOW) is None
    assert outbox.head(LAKE) == info(LAKE, 2)


def test_without_a_sink_a_stream_waits() -> None:
    delivery, _ = a_delivery(info(LAKE, 1))
    assert delivery.start(lambda _: None, NOW) == []
    assert delivery.wake_at(NOW) is None
    assert start(delivery) == [Deliver(LAKE, 1, SINK)]


def test_a_new_definition_of_the_sinks_is_tried_at_once() -> None:
    delivery, _ = a_delivery(info(LAKE, 1))
    start(delivery)
    delivery.failed(DeliveryFailed(LAKE, 1, False, "no such host"), NOW)
    delivery.hurry("press")
    assert start(delivery) == [Deliver(LAKE, 1, SINK)]


@given(st.integers(1, 200), st.sets(st.integers(0, 199)), st.integers(0, 2**32))
def test_a_permanent_rejection_is_halved_down_to_the_bad_records(count: int, bad: set[int], seed: int) -> None:
    """Every good record is delivered exactly once, in order; exactly the bad ones are rejected."""
    chance = Random(seed)  # noqa: S311
    bad = {number for number in bad if number < count}
    delivery, outbox = a_delivery(info(LAKE, 1, count))
    now, delivered, outcome = NOW, list[int](), None
    while outcome is None:
        now = now.after(10**9)
        (command,) = start(delivery, now)
        stop = count if command.stop is None else command.stop
        part = range(command.start, stop)
        if chance.random() < 0.1:
            outcome = delivery.failed(DeliveryFailed(LAKE, 1, False, "timeout"), now)
        elif bad.intersection(part):
            outcome = delivery.failed(DeliveryFailed(LAKE, 1, True, "422"), now)
        else:
            delivered += part
            outcome = delivery.delivered(Delivered(LAKE, 1))
    rejected = [number for item in outcome.rejections for number in range(item.start, item.stop)]
    assert delivered == [number for number in range(count) if number not in bad]
    assert rejected == sorted(bad)
    assert outbox.head(LAKE) is None
