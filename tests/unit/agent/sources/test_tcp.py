from __future__ import annotations

import asyncio
import contextlib

import pytest
from edge_orch_agent.sources import tcp
from edge_orch_agent.sources.tcp import TcpSource

from tests.contracts.source_contract import NOW, PATIENCE_S, Reader


def a_source(framing: str = "lines") -> TcpSource:
    return TcpSource(job="press", listen="127.0.0.1:0", framing=framing, now=lambda: NOW)


async def connect(reader: Reader) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    assert isinstance(reader.source, TcpSource)
    return await asyncio.open_connection("127.0.0.1", reader.source.port)


async def test_connections_do_not_mix_and_a_partition_is_a_sender() -> None:
    async with Reader(a_source("syslog")) as reader:
        (_, one), (_, other) = await connect(reader), await connect(reader)
        one.write(b"5 ab")
        other.write(b"4 wxyz")
        await reader.until(1)
        one.write(b"cde")
        assert await reader.until(2) == [b"wxyz", b"abcde"]
        assert {event.batch.partition for event in reader.batches} == {"127.0.0.1"}
        one.close()
        other.close()


async def test_what_cannot_be_taken_waits_with_its_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "WINDOW", 1_000)
    async with Reader(a_source(), keeps=True) as reader:
        _, writer = await connect(reader)
        line = b"x" * 999 + b"\n"
        writer.write(line)
        await reader.until(1)
        writer.write(line * 2)
        _, late = await connect(reader)
        late.write(line)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(reader.records) == 1
        reader.keeps = False
        reader.acknowledge(reader.batches[0])
        await reader.until(4)
        writer.close()
        late.close()


async def test_more_connections_than_allowed_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "CONNECTIONS", 1)
    async with Reader(a_source()) as reader:
        _, first = await connect(reader)
        first.write(b"1\n")
        await reader.until(1)
        incoming, second = await connect(reader)
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionResetError):
                assert await incoming.read() == b""
        first.close()
        second.close()
