"""Every source that needs no server of its own, against the one suite. MQTT's is in tests/integration."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from edge_orch_agent.sources.file import FileSource
from edge_orch_agent.sources.http import HttpSource
from edge_orch_agent.sources.port import SourceAdapter
from edge_orch_agent.sources.tcp import TcpSource
from edge_orch_agent.sources.udp import UdpSource

from tests.contracts.source_contract import (
    NOW,
    CountingSourceContract,
    DurableSourceContract,
    ListeningSourceContract,
)
from tests.unit.agent.sources.requests import post


class TestFileSource(CountingSourceContract, DurableSourceContract):
    @pytest.fixture
    def origin(self, tmp_path: Path) -> Path:
        return tmp_path / "log"

    def source(self, origin: Any) -> SourceAdapter:
        return FileSource("press", origin, lambda: NOW, poll_s=0.001)

    async def send(self, origin: Any, source: SourceAdapter, records: Sequence[bytes]) -> None:  # noqa: ARG002
        with origin.open("ab") as file:
            file.writelines(record + b"\n" for record in records)


class TestHttpSource(ListeningSourceContract):
    @pytest.fixture
    def origin(self) -> None:
        return None

    def source(self, origin: Any, port: int = 0) -> HttpSource:  # noqa: ARG002
        listen = f"127.0.0.1:{port}"
        return HttpSource(job="press", listen=listen, path="/ingest", token=None, max_body=1 << 20, now=lambda: NOW)

    def another(self, running: SourceAdapter) -> SourceAdapter:
        assert isinstance(running, HttpSource)
        return self.source(None, running.port)

    async def send(self, origin: Any, source: SourceAdapter, records: Sequence[bytes]) -> None:  # noqa: ARG002
        assert isinstance(source, HttpSource)
        assert (await post(source.port, b"\n".join(records))).status == 200


class TestTcpSource(ListeningSourceContract):
    @pytest.fixture
    def origin(self) -> None:
        return None

    def source(self, origin: Any, port: int = 0) -> TcpSource:  # noqa: ARG002
        return TcpSource(job="press", listen=f"127.0.0.1:{port}", framing="lines", now=lambda: NOW)

    def another(self, running: SourceAdapter) -> SourceAdapter:
        assert isinstance(running, TcpSource)
        return self.source(None, running.port)

    async def send(self, origin: Any, source: SourceAdapter, records: Sequence[bytes]) -> None:  # noqa: ARG002
        assert isinstance(source, TcpSource)
        _, writer = await asyncio.open_connection("127.0.0.1", source.port)
        writer.write(b"\n".join(records))
        writer.close()
        await writer.wait_closed()


class TestUdpSource(ListeningSourceContract):
    @pytest.fixture
    def origin(self) -> None:
        return None

    def source(self, origin: Any, port: int = 0) -> UdpSource:  # noqa: ARG002
        return UdpSource(job="press", listen=f"127.0.0.1:{port}", now=lambda: NOW)

    def another(self, running: SourceAdapter) -> SourceAdapter:
        assert isinstance(running, UdpSource)
        return self.source(None, running.port)

    async def send(self, origin: Any, source: SourceAdapter, records: Sequence[bytes]) -> None:  # noqa: ARG002
        assert isinstance(source, UdpSource)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for record in records:
                sender.sendto(record, ("127.0.0.1", source.port))
