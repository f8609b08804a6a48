"""The sensors against a real broker on a real socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from edge_orch_controller.demo import sensors as sensors_module
from edge_orch_controller.demo.broker import Broker, Session
from edge_orch_controller.demo.bus import free_port
from edge_orch_controller.demo.lines import PROBE, number_of
from edge_orch_controller.demo.sensors import Sensors


class Subscriber:
    """A broker whose one session takes everything; `numbers` fills as messages are routed."""

    def __init__(self) -> None:
        self.port = free_port()
        self.numbers: list[tuple[str, str, int]] = []
        self.broker = Broker(self.port)
        session: Session = self.broker.session("everything", clean=False)[1]
        session.filters.add("factory/+/raw")
        self.session = session

    def lines(self) -> list[tuple[str, str, int]]:
        """All that came so far, probes left out."""
        while self.session.waiting:
            message = self.session.waiting.popleft()
            number = number_of(message.topic.split("/")[1], message.payload)
            assert number is not None
            self.numbers.append(number)
        return [number for number in self.numbers if number[1] != PROBE]


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


async def test_probes_then_lines_then_silence_and_repetition_after_a_broken_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sensors_module, "PROBE_S", 0.01)
    subscriber = Subscriber()
    sensors = Sensors(subscriber.port, ["austin", "brno"], rate=2_000, seed=1, presses=8)
    async with asyncio.TaskGroup() as tasks:
        broker = tasks.create_task(subscriber.broker.run())
        playing = tasks.create_task(sensors.run())
        await until(lambda: subscriber.lines() == [] and len(subscriber.numbers) >= 4)
        sensors.begin()
        await until(lambda: len(sensors.published) > 200)
        sensors.running = False
        await until(lambda: not sensors.unacknowledged)
        once = subscriber.lines()
        assert once == list(sensors.published)
        for transport in tuple(subscriber.broker._connections):
            transport.abort()
        await until(lambda: len(subscriber.lines()) >= 2 * len(once))
        assert subscriber.lines() == once + once
        playing.cancel()
        broker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing
