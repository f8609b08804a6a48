"""A broker and an agent that acknowledge, lose connections and crash."""

from __future__ import annotations

from edge_orch_agent.sources.unacknowledged import Unacknowledged, Verdict

TOPIC = "factory/1/raw"


def changed(stored: dict[int, bytes], parts: dict[int, bytes | None]) -> dict[int, bytes]:
    """What stands in the store once these parts are written."""
    return {number: part for number, part in (stored | parts).items() if part is not None}


class World:
    """A broker with a persistent session, two channels that can break, and an agent that can crash."""

    def __init__(self) -> None:
        self.published: list[bytes] = []
        self.queue: list[bytes] = []
        self.inflight: dict[int, bytes] = {}
        self.next_mid = 1
        self.down: list[tuple[str, int, bool, bytes]] = []
        self.up: list[tuple[str, int]] = []
        self.stored: dict[int, bytes] = {}
        self.durable: list[bytes] = []
        self.start_agent()

    def start_agent(self) -> None:
        self.account = Unacknowledged(self.stored)
        self.waiting: list[tuple[int, dict[int, bytes | None], list[bytes]]] = []
        self.fence: list[int] | None = None
        self.fences = 0
        self.raise_fence()

    # The broker.

    def publish(self) -> None:
        payload = b"m%d" % len(self.published)
        self.published.append(payload)
        self.queue.append(payload)
        self.send_queued()

    def broker_reads(self) -> None:
        if not self.up:
            return
        kind, number = self.up.pop(0)
        if kind == "fence":
            self.down.append(("fence", number, False, b""))
        else:
            self.inflight.pop(number, None)
            self.send_queued()

    def send_queued(self) -> None:
        while self.queue and len(self.inflight) < 6:
            while self.next_mid in self.inflight:
                self.next_mid = self.next_mid % 12 + 1
            mid, self.next_mid = self.next_mid, self.next_mid % 12 + 1
            self.inflight[mid] = self.queue.pop(0)
            self.down.append(("message", mid, False, self.inflight[mid]))

    def reconnect(self, processed: int) -> None:
        for _ in range(processed):
            self.broker_reads()
        self.up.clear()
        self.down = [("message", mid, True, payload) for mid, payload in self.inflight.items()]
        self.fence = None

    # The agent.

    def agent_reads(self) -> None:
        if not self.down:
            return
        kind, mid, dup, payload = self.down.pop(0)
        if kind == "fence":
            if self.fence is not None and mid == self.fences:
                covered, self.fence = self.fence, None
                self.account.fence_answered(covered)
                self.raise_fence()
            return
        verdict, packet = self.account.arrived(mid, dup, TOPIC, payload)
        if verdict is Verdict.NEW:
            receipt, position = self.account.read([packet])
            self.waiting.append((receipt, position, [payload]))
        elif verdict is Verdict.DONE:
            self.up.append(("ack", mid))

    def commit(self, acknowledge: bool = True) -> None:
        """Everything read becomes durable in one transaction; a crash may come before the acknowledgement."""
        if not self.waiting:
            return
        for _, parts, payloads in self.waiting:
            self.stored = changed(self.stored, parts)
            self.durable.extend(payloads)
        waiting, self.waiting = self.waiting, []
        if acknowledge:
            for receipt, _, _ in waiting:
                self.up.extend(("ack", mid) for mid in self.account.durable(receipt))
            self.raise_fence()

    def raise_fence(self) -> None:
        if self.fence is None and self.account.fence_needed:
            self.fences += 1
            self.fence = self.account.fence_sent()
            self.up.append(("fence", self.fences))

    def lose_connection(self, processed: int) -> None:
        self.reconnect(processed)
        self.account.reconnected(resumed=True)
        self.raise_fence()

    def crash(self, processed: int, committed: bool) -> None:
        if committed:
            self.commit(acknowledge=False)
        self.reconnect(processed)
        self.start_agent()

    def settle(self) -> None:
        for _ in range(10 * len(self.published) + 50):
            self.agent_reads()
            self.commit()
            self.broker_reads()
