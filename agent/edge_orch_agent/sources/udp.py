"""Takes datagrams, each one record.

At most once: what comes while nobody reads, or faster than it can be committed, is dropped by the kernel, which counts
it in /proc/net/udp; what was read and is not durable is lost when the power goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from edge_orch.engine.records import Batch
from edge_orch.time import Instant
from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.sources.listening import cannot_listen, host_and_port
from edge_orch_agent.sources.port import Emit
from edge_orch_agent.sources.stored_position import decoded
from edge_orch_agent.sources.window import Window

WINDOW = 4 << 20
"""Bytes handed in and not durable; beyond it datagrams are left to the kernel."""
BUFFER = 4 << 20
"""Bytes asked of the kernel for what has not been read; it may give less."""
BATCH = 1_000
"""Datagrams read at a time."""
LARGEST = 65_535
PARTITION = "count"
"""The key of this source's one position: how many records came so far."""


class UdpSource:
    """One job's socket. A line break that ends a datagram is no part of its record, unless it is taken `whole`."""

    def __init__(self, *, job: str, listen: str, now: Callable[[], Instant], whole: bool = False) -> None:
        self._job = job
        self._listen = listen
        self._now = now
        self._end = b"" if whole else b"\n"
        self._window = Window(WINDOW)
        self._count = 0
        self._reading = False
        self._emit: Emit
        self._open = False
        self._socket: socket.socket

    async def start(self, positions: dict[str, bytes], emit: Emit) -> None:
        """Bind. Raises `Unavailable` where that is not possible."""
        self._emit = emit
        self._count = decoded(positions, lambda _partition, count: int(count)).get(PARTITION, 0)
        host, port = host_and_port(self._listen)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, address = found[0]
            self._socket = socket.socket(family, kind, protocol)
            try:
                self._socket.setblocking(False)
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
                self._socket.bind(address)
            except OSError:
                self._socket.close()
                raise
        except OSError as error:
            raise cannot_listen(self._listen, error) from error
        self._open = True
        self._read_on()

    @property
    def port(self) -> int:
        """The port it listens on."""
        number: int = self._socket.getsockname()[1]
        return number

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        """Room for more."""
        self._window.release(receipts)
        if not self._window.full:
            self._read_on()

    async def stop(self) -> None:
        """Close the socket."""
        self._pause()
        if self._open:
            self._socket.close()

    def _read_on(self) -> None:
        if not self._reading:
            self._reading = True
            asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            asyncio.get_running_loop().remove_reader(self._socket)

    def _readable(self) -> None:
        by_sender: dict[str, list[bytes]] = {}
        with contextlib.suppress(BlockingIOError, ConnectionError):
            for _ in range(BATCH):
                data, sender = self._socket.recvfrom(LARGEST)
                if record := data.removesuffix(self._end):
                    by_sender.setdefault(str(sender[0]), []).append(record)
        received = self._now()
        for sender, records in by_sender.items():
            receipt = self._window.take(records)
            batch = Batch(sender, records, received, self._count)
            self._count += len(records)
            self._emit(BatchRead(self._job, batch, receipt, {PARTITION: b"%d" % self._count}))
        if self._window.full:
            self._pause()
