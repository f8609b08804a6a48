"""The agent's one HTTP client; connections are kept for a while and shared."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping

import h11

from edge_orch.errors import Problem, Unavailable
from edge_orch_agent.http_address import Address
from edge_orch_agent.http_connection import Answer, HttpConnection

TIMEOUT_S = 30.0
KEPT_S = 15.0
"""How long a connection is kept unused: less than servers wait before they close it."""
LARGEST_ANSWER = 32 << 20


class HttpClient:
    """Requests with a time limit. Redirects are not followed: a POST must arrive where it was addressed."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._kept: dict[tuple[bool, str, int], list[tuple[HttpConnection, asyncio.TimerHandle]]] = {}

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> Answer:
        """The server's answer, whatever its status. Raises `Unavailable` when there is none."""
        try:
            address = Address.parse(url)
            async with asyncio.timeout(self._timeout_s):
                return await self._exchange(method, address, headers or {}, data)
        except TimeoutError as error:
            raise Unavailable(Problem("no answer in time", found=f"nothing after {self._timeout_s:g} s")) from error
        except (h11.ProtocolError, OSError, ValueError) as error:
            # The address is left out on purpose: it may hold a secret.
            raise Unavailable(Problem("cannot reach the server", found=_reason(error))) from error

    async def close(self) -> None:
        """Release connections."""
        for kept in self._kept.values():
            for connection, timer in kept:
                timer.cancel()
                connection.close()
        self._kept.clear()

    async def _exchange(self, method: str, address: Address, headers: Mapping[str, str], data: bytes | None) -> Answer:
        connection = self._take(address) or HttpConnection(*await address.connect())
        try:
            answer = await connection.exchange(method, address, headers, data, LARGEST_ANSWER)
        except BaseException:
            connection.close()
            raise
        self._keep(address, connection)
        return answer

    def _take(self, address: Address) -> HttpConnection | None:
        """The connection that was used last: the others may end."""
        kept = self._kept.get(address.origin, [])
        while kept:
            connection, timer = kept.pop()
            timer.cancel()
            if connection.reusable:
                return connection
            connection.close()
        return None

    def _keep(self, address: Address, connection: HttpConnection) -> None:
        if not connection.reusable:
            connection.close()
            return
        kept = self._kept.setdefault(address.origin, [])

        def let_go() -> None:
            kept.remove((connection, timer))
            connection.close()

        timer = asyncio.get_running_loop().call_later(KEPT_S, let_go)
        kept.append((connection, timer))


def _reason(error: Exception) -> str:
    """In words, and without the address: some errors of asyncio name it in theirs."""
    if isinstance(error, OSError) and not isinstance(error, socket.gaierror) and error.errno:
        return os.strerror(error.errno)
    return (error.strerror if isinstance(error, socket.gaierror) else None) or type(error).__name__
