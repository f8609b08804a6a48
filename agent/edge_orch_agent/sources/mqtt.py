"""Reads MQTT topics: QoS 1, persistent session, acknowledged after the commit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import msgspec
from paho.mqtt.client import topic_matches_sub

from edge_orch.engine.records import Batch
from edge_orch.time import Instant
from edge_orch_agent.core.events import BatchRead, SourceFailed
from edge_orch_agent.mqtt_connection import MqttConnection
from edge_orch_agent.mqtt_happenings import Connected, Happening, Lost, Message, Unsubscribed
from edge_orch_agent.sources.port import Emit
from edge_orch_agent.sources.stored_position import decoded
from edge_orch_agent.sources.unacknowledged import Unacknowledged, Verdict

WINDOW = 8192
"""Records read and not acknowledged; beyond it the broker holds back."""
BATCH = 2000
"""Records in one batch at most."""
PATIENCE_S = 1.0
"""How long a stop waits for the broker to have seen the last acknowledgements."""
PARTITION = "session"
"""The key of the first part of this source's position: packet ids count per session, not per topic."""


class Position(msgspec.Struct, array_like=True):
    """One part of what is stored: the topic filters subscribed to, and packets that the broker may send again."""

    topics: tuple[str, ...] = ()
    unacknowledged: bytes = b""


_decode_position = msgspec.msgpack.Decoder(Position).decode


class MqttSource:
    """One job's subscription. The client id is stable per agent and job, so that the broker keeps what we miss."""

    def __init__(
        self, *, agent: str, job: str, broker: str, topics: Sequence[str], qos: int, now: Callable[[], Instant]
    ) -> None:
        self._job = job
        self._qos = min(qos, 1)  # QoS 2 adds a round trip and nothing else: repetitions are recognised here
        self._topics = tuple(topics)
        self._now = now
        self._connection = MqttConnection(broker, f"edge-orch-{agent}-{job}", self._happened, window=WINDOW)
        self._left = set[str]()
        self._unacknowledged = Unacknowledged()
        self._untold: dict[int, bytes | None] = {}
        self._fence: tuple[int, list[int]] | None = None
        self._fences_answered = asyncio.Event()
        self._counts: dict[str, int] = {}
        self._sizes: dict[int, int] = {}
        self._records = 0
        self._failing = False
        self._emit: Emit
        self._task: asyncio.Task[None]

    async def start(self, positions: dict[str, bytes], emit: Emit) -> None:
        """Connect in the background, for ever."""
        self._emit = emit
        stored = dict(decoded(positions, lambda key, part: (_number(key), _decode_position(part))).values())
        self._left = {topic for part in stored.values() for topic in part.topics}.difference(self._topics)
        self._unacknowledged = Unacknowledged({number: part.unacknowledged for number, part in stored.items()})
        self._task = asyncio.create_task(self._connection.run(), name=f"mqtt source of {self._job}")

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        """Send PUBACK for every packet of these batches."""
        for receipt in receipts:
            self._records -= self._sizes.pop(receipt, 0)
            self._connection.acknowledge(self._unacknowledged.durable(receipt))
        if self._records <= WINDOW:
            self._connection.let_go()
        self._raise_fence()

    async def stop(self) -> None:
        """Disconnect; the broker keeps the session and everything not acknowledged."""
        self._emit = lambda _event: None
        # A socket closed with unread bytes in it resets the connection, and PUBACKs on their way are lost with it.
        if self._fence is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._fences_answered.wait(), PATIENCE_S)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def _happened(self, happenings: list[Happening]) -> None:
        messages: list[Message] = []
        for happening in happenings:
            if isinstance(happening, Message):
                messages.append(happening)
                continue
            # Messages before a lost connection must be told apart from those behind it.
            self._read(messages)
            messages = []
            match happening:
                case Connected(resumed):
                    self._connected(resumed)
                case Lost(reason):
                    self._lost(reason)
                case Unsubscribed(mid):
                    self._unsubscribed(mid)
        self._read(messages)

    def _connected(self, resumed: bool) -> None:
        self._failing = False
        self._fence = None
        self._unacknowledged.reconnected(resumed)
        for topic in self._left:
            self._connection.unsubscribe(topic)
        for topic in self._topics:
            self._connection.subscribe(topic, self._qos)
        self._raise_fence()

    def _lost(self, reason: str) -> None:
        self._fence = None
        if not self._failing:
            self._failing = True
            self._emit(SourceFailed(self._job, reason))

    def _raise_fence(self) -> None:
        if self._fence is None and self._unacknowledged.fence_needed:
            # Nobody subscribes to this topic: only the broker's answer matters, which every version of MQTT demands.
            mid = self._connection.unsubscribe("edge-orch/fence")
            if mid is not None:
                self._fence = mid, self._unacknowledged.fence_sent()
                self._fences_answered.clear()

    def _unsubscribed(self, mid: int) -> None:
        if self._fence is not None and self._fence[0] == mid:
            receipts = self._fence[1]
            self._fence = None
            self._unacknowledged.fence_answered(receipts)
            self._raise_fence()
            if self._fence is None:
                self._fences_answered.set()

    def _read(self, messages: list[Message]) -> None:
        if not messages:
            return
        received = self._now()
        by_topic: dict[str, list[tuple[bytes, int | None]]] = {}
        for message in messages:
            topic, payload = message.topic, message.payload
            packet = None
            if message.mid:
                verdict, packet = self._unacknowledged.arrived(message.mid, message.dup, topic, payload)
                if verdict is not Verdict.NEW:
                    if verdict is Verdict.DONE:
                        self._connection.acknowledge([message.mid])
                    continue
            by_topic.setdefault(topic, []).append((payload, packet))
        for topic, records in by_topic.items():
            for start in range(0, len(records), BATCH):
                self._emit_batch(topic, records[start : start + BATCH], received)

    def _emit_batch(self, topic: str, records: list[tuple[bytes, int | None]], received: Instant) -> None:
        receipt, parts = self._unacknowledged.read([packet for _, packet in records if packet is not None])
        self._untold |= parts
        if not any(topic_matches_sub(wanted, topic) for wanted in self._topics):
            # Left over from the topics of an older version, and no longer asked for.
            self.acknowledge((receipt,))
            return
        first = self._counts.get(topic, 0)
        self._counts[topic] = first + len(records)
        self._sizes[receipt] = len(records)
        self._records += len(records)
        if self._records > WINDOW:
            # A broker that keeps to our window never comes here; without QoS 1, or with MQTT 3.1.1, it has none.
            self._connection.hold()
        batch = Batch(topic, [payload for payload, _ in records], received, first, {"topic": topic})
        self._emit(BatchRead(self._job, batch, receipt, self._positions()))

    def _positions(self) -> dict[str, bytes | None]:
        """What must be stored anew."""
        untold, self._untold = self._untold, {}
        return {
            _key(number): None if part is None else msgspec.msgpack.encode(Position(self._topics, part))
            for number, part in untold.items()
        }


def _key(part: int) -> str:
    return f"{PARTITION}/{part}" if part else PARTITION


def _number(key: str) -> int:
    return int(key.removeprefix(PARTITION).removeprefix("/") or 0)
