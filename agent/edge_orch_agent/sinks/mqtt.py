"""Publishes each record with QoS 1, to a topic that may be made of its fields."""

from __future__ import annotations

import asyncio
import contextlib

from edge_orch.errors import Problem
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.mqtt_connection import MqttConnection
from edge_orch_agent.mqtt_happenings import Connected, Happening, Published
from edge_orch_agent.sinks.port import Retry
from edge_orch_agent.sinks.topics import TopicTemplate

PATIENCE_S = 10.0


class MqttSink:
    """A segment is delivered once the broker has acknowledged its last record; before that a retry sends all again.

    MQTT has no idempotency key: a crash in between leads to repetitions.
    """

    def __init__(self, broker: str, client_id: str, topic: str, *, retain: bool = False) -> None:
        self._template = TopicTemplate(topic)
        self._retain = retain
        self._connection = MqttConnection(broker, client_id, self._happened)
        self._connected = asyncio.Event()
        self._open: set[int] = set()
        self._progress = asyncio.Event()
        self._task = asyncio.create_task(self._connection.run(), name=f"mqtt sink to {topic}")

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:  # noqa: ARG002 (the port's signature)
        """Return once every record was acknowledged. Raises `Retry` when that takes too long."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._connected.wait()
                for record in segment.records():
                    topic = self._template.topic(record)
                    mid = self._connection.publish(topic, record.rstrip(b"\n"), retain=self._retain)
                    if mid is None:
                        raise TimeoutError
                    self._open.add(mid)
                while self._open:
                    self._progress.clear()
                    await self._progress.wait()
        except TimeoutError as error:
            raise Retry(Problem("the broker did not take the records", found="no acknowledgement in time")) from error
        finally:
            self._open.clear()

    def _happened(self, happenings: list[Happening]) -> None:
        for happening in happenings:
            if isinstance(happening, Published):
                self._open.discard(happening.mid)
            elif isinstance(happening, Connected):
                self._connected.set()
            else:
                self._connected.clear()
        self._progress.set()

    async def close(self) -> None:
        """Disconnect."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
