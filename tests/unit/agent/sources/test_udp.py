from __future__ import annotations

import asyncio
import socket

import pytest
from edge_orch_agent.sources import udp
from edge_orch_agent.sources.udp import UdpSource

from tests.contracts.source_contract import NOW, Reader


async def test_taken_whole_a_datagram_is_a_record_to_its_last_byte() -> None:
    for whole, expected in ((False, b"\x81\xa1x"), (True, b"\x81\xa1x\n")):
        source = UdpSource(job="press", listen="127.0.0.1:0", now=lambda: NOW, whole=whole)
        async with Reader(source) as reader:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"\x81\xa1x\n", ("127.0.0.1", source.port))
                assert (await reader.until(1))[0] == expected


async def test_beyond_the_window_datagrams_are_left_to_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "WINDOW", 100)
    source = UdpSource(job="press", listen="127.0.0.1:0", now=lambda: NOW)
    async with Reader(source, keeps=True) as reader:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<34>1 a\nb\n" * 20, ("127.0.0.1", source.port))
            await reader.until(1)
            sender.sendto(b"second", ("127.0.0.1", source.port))
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(reader.batches) == 1
        source.acknowledge((reader.batches[0].receipt,))
        assert (await reader.until(2))[1] == b"second"
    assert reader.batches[0].batch.payload == [b"<34>1 a\nb\n" * 19 + b"<34>1 a\nb"]
