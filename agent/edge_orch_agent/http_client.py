"""The agent's one HTTP client; aiohttp is imported at the first request, connections are shared."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from edge_orch.errors import Problem, Unavailable

if TYPE_CHECKING:
    import aiohttp

TIMEOUT_S = 30.0
LARGEST_ANSWER = 32 << 20
LONGEST_WAIT_S = 3600
"""A server that asks for more, by mistake or malice, is asked again after an hour."""


class Answer(msgspec.Struct, frozen=True):
    """What a server said. `retry_after_s`: its `Retry-After`, 0 without one."""

    status: int
    body: bytes
    retry_after_s: float = 0.0

    @property
    def excerpt(self) -> str:
        """The beginning of the body, for messages to people."""
        return " ".join(self.body[:200].decode(errors="replace").split())


class HttpClient:
    """Requests with a time limit. Redirects are not followed: a POST must arrive where it was addressed."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The shared session; call it on the event loop's thread."""
        import aiohttp  # noqa: PLC0415 (8 MB resident, only where HTTP is used)

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout_s)
            self._session = aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": "edge-orch-agent"})
        return self._session

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> Answer:
        """The server's answer, whatever its status. Raises `Unavailable` when there is none, or one without measure."""
        import aiohttp  # noqa: PLC0415

        try:
            async with self.session.request(method, url, headers=headers, data=data, allow_redirects=False) as response:
                body = await _whole(response.content)
                return Answer(response.status, body, retry_after_s(response.headers))
        except TimeoutError as error:
            raise Unavailable(Problem("no answer in time", found=f"nothing after {self._timeout_s:g} s")) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The address is left out on purpose: it may hold a secret.
            raise Unavailable(Problem("cannot reach the server", found=type(error).__name__)) from error

    async def close(self) -> None:
        """Release connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def retry_after_s(headers: Mapping[str, str]) -> float:
    """The seconds of `Retry-After` (RFC 9110, 10.2.3), at most `LONGEST_WAIT_S`; 0 where it says nothing sensible.

    A date is measured by the server's own `Date`: the device's clock may be wrong.
    """
    asked = headers.get("Retry-After", "")
    if asked.isascii() and asked.isdigit():
        return float(min(int(asked[:9]), LONGEST_WAIT_S))
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):  # no dates, or only one of the two names a zone
        return 0.0
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT_S)


async def _whole(content: aiohttp.StreamReader) -> bytes:
    """The body to its end: one `read` gives what has arrived by then. Raises `ValueError` beyond `LARGEST_ANSWER`."""
    body = bytearray()
    async for part in content.iter_any():
        body += part
        if len(body) > LARGEST_ANSWER:
            raise ValueError("the answer is too large")
    return bytes(body)
