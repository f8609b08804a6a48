from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from edge_orch_controller.demo.bus import free_port
from edge_orch_controller.demo.cable import Cable


@pytest.fixture
async def cable() -> AsyncIterator[Cable]:
    """A cable to a server that answers every line with itself."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    cable = Cable(server.sockets[0].getsockname()[1])
    await cable.start()
    yield cable
    await cable.stop()
    server.close()


async def said(cable: Cable) -> bytes:
    """What comes back over a new connection; nothing if it breaks."""
    reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
    writer.write(b"hello\n")
    try:
        return await reader.readline()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_it_relays_both_ways(cable: Cable) -> None:
    assert await said(cable) == b"hello\n"


async def test_a_cut_breaks_what_is_open_and_what_is_new_until_it_is_joined(cable: Cable) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    cable.cut()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    assert await said(cable) == b""
    cable.join()
    assert await said(cable) == b"hello\n"
    writer.close()


async def test_nobody_at_the_far_end_is_a_broken_connection() -> None:
    cable = Cable(free_port())
    await cable.start()
    assert await said(cable) == b""
    await cable.stop()
