"""Several hubs as one."""

from __future__ import annotations

import asyncio
import contextlib

from edge_orch_controller.links.switchboard import Switchboard

from edge_orch.wire.link import HubHandler


class FakeHub:
    """A hub whose agents come and go by hand."""

    def __init__(self) -> None:
        self.handler: HubHandler
        self.sent: list[tuple[str, bytes]] = []
        self.works = True

    async def run(self, handler: HubHandler) -> None:
        self.handler = handler
        await asyncio.Event().wait()

    def send(self, agent: str, payload: bytes) -> bool:
        if self.works:
            self.sent.append((agent, payload))
        return self.works


class Said:
    """What the owner of the hubs is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def agent_up(self, agent: str) -> None:
        self.lines.append(f"up {agent}")

    def agent_down(self, agent: str) -> None:
        self.lines.append(f"down {agent}")

    def message_received(self, agent: str, payload: bytes) -> None:
        self.lines.append(f"{agent}: {payload.decode()}")


async def test_an_agent_is_gone_when_its_last_line_is() -> None:
    web, mqtt, said = FakeHub(), FakeHub(), Said()
    board = Switchboard([web, mqtt])
    running = asyncio.create_task(board.run(said))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not board.send("a", b"nobody there")
    web.handler.agent_up("a")
    mqtt.handler.agent_up("a")
    assert board.send("a", b"1")
    web.handler.message_received("a", b"hello")
    assert board.send("a", b"2")
    web.works = False
    assert board.send("a", b"3")
    web.handler.agent_down("a")
    mqtt.handler.agent_down("a")
    mqtt.handler.agent_down("a")
    assert said.lines == ["up a", "up a", "a: hello", "down a"]
    assert mqtt.sent == [("a", b"1"), ("a", b"3")]
    assert web.sent == [("a", b"2")]
    assert not board.send("a", b"gone")
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
