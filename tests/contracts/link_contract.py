"""What every transport promises, whatever carries it: one agent's `Link` and the controller's `Hub`, joined.

A pair's test class inherits `LinkContract` and gives it `pair`: both ends for the agent `press-1`, sharing one way that
the test can cut.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec

from edge_orch.wire.link import Hub, Link
from edge_orch.wire.messages import MAX_MESSAGE

AGENT = "press-1"
PATIENCE_S = 15.0


class Heard:
    """Collects what one end tells; `until` waits for it to become true."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.messages: list[bytes] = []
        self._something = asyncio.Event()

    def note(self, word: str, payload: bytes | None = None) -> None:
        self.said.append(word)
        if payload is not None:
            self.messages.append(payload)
        self._something.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._something.clear()
                await self._something.wait()


class AgentEnd(Heard):
    """A `LinkHandler`."""

    def link_up(self) -> None:
        self.note("up")

    def link_down(self) -> None:
        self.note("down")

    def message_received(self, payload: bytes) -> None:
        self.note("message", payload)


class ControllerEnd(Heard):
    """A `HubHandler`."""

    def agent_up(self, agent: str) -> None:
        self.note(f"up {agent}")

    def agent_down(self, agent: str) -> None:
        self.note(f"down {agent}")

    def message_received(self, agent: str, payload: bytes) -> None:
        self.note(f"message {agent}", payload)


class Pair(msgspec.Struct):
    """Both ends and the way between them."""

    link: Link
    hub: Hub
    cut: Callable[[], Awaitable[None]]
    mend: Callable[[], Awaitable[None]]


class Joined:
    """Runs both ends of a pair while a test looks at them."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.agent = AgentEnd()
        self.controller = ControllerEnd()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Joined:
        self._tasks["hub"] = asyncio.create_task(self.pair.hub.run(self.controller))
        self.start_link()
        await self.both_up()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        for name in list(self._tasks):
            await self.stop(name)

    def start_link(self) -> None:
        self._tasks["link"] = asyncio.create_task(self.pair.link.run(self.agent))

    async def stop(self, name: str) -> None:
        task = self._tasks.pop(name)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def both_up(self) -> None:
        """Up as told, and a message passes in each direction: a subscription may follow a connection."""
        await self.agent.until(lambda: bool(self.agent.said) and self.agent.said[-1] != "down")
        await self.controller.until(lambda: self.controller.said[-1:] not in ([], [f"down {AGENT}"]))
        async with asyncio.timeout(PATIENCE_S):
            while b"probe" not in self.agent.messages:
                self.pair.hub.send(AGENT, b"probe")
                await asyncio.sleep(0.01)
            while b"probe" not in self.controller.messages:
                self.pair.link.send(b"probe")
                await asyncio.sleep(0.01)
        for end in (self.agent, self.controller):
            end.said.clear()
            end.messages.clear()


def without_probes(messages: list[bytes]) -> list[bytes]:
    return [message for message in messages if message != b"probe"]


class LinkContract:
    """The suite."""

    async def test_messages_pass_in_order_both_ways(self, pair: Pair) -> None:
        async with Joined(pair) as joined:
            payloads = [b"%d" % number for number in range(100)]
            assert all(pair.link.send(payload) for payload in payloads)
            assert all(pair.hub.send(AGENT, payload) for payload in payloads)
            await joined.agent.until(lambda: without_probes(joined.agent.messages) == payloads)
            await joined.controller.until(lambda: without_probes(joined.controller.messages) == payloads)

    async def test_the_largest_message_and_any_bytes_pass_unchanged(self, pair: Pair) -> None:
        async with Joined(pair) as joined:
            payload = bytes(range(256)) * (MAX_MESSAGE // 256)
            assert pair.link.send(payload)
            assert pair.hub.send(AGENT, payload)
            await joined.agent.until(lambda: payload in joined.agent.messages)
            await joined.controller.until(lambda: payload in joined.controller.messages)

    async def test_an_unknown_agent_cannot_be_sent_to(self, pair: Pair) -> None:
        async with Joined(pair):
            assert not pair.hub.send("nobody", b"x")

    async def test_a_stopped_link_is_down_at_both_ends_and_keeps_nothing(self, pair: Pair) -> None:
        async with Joined(pair) as joined:
            await joined.stop("link")
            assert joined.agent.said[-1] == "down"
            await joined.controller.until(lambda: f"down {AGENT}" in joined.controller.said)
            assert not pair.link.send(b"lost")
            assert not pair.hub.send(AGENT, b"lost")
            joined.agent.said.clear()
            joined.controller.said.clear()
            joined.start_link()
            await joined.both_up()
            assert b"lost" not in joined.agent.messages + joined.controller.messages

    async def test_a_cut_is_noticed_and_healed_without_help(self, pair: Pair) -> None:
        async with Joined(pair) as joined:
            await pair.cut()
            await joined.agent.until(lambda: "down" in joined.agent.said)
            await joined.controller.until(lambda: f"down {AGENT}" in joined.controller.said)
            assert not pair.link.send(b"lost")
            await pair.mend()
            await joined.agent.until(lambda: joined.agent.said[-1] in ("up", "message"))
            await joined.both_up()
            assert b"lost" not in joined.controller.messages
