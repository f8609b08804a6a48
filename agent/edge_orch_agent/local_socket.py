"""The agent's unix socket. What answers there is imported when somebody knocks: an agent may run for weeks unasked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from edge_orch.errors import Problem, StorageError
from edge_orch.time import Instant

if TYPE_CHECKING:
    from edge_orch_agent.local_api import LocalApi, Look, Remembered, Request, Snapshots


class LocalSocket:
    """Listens from `open` to `close`; the first connection waits for the import, some milliseconds.

    What it is made with is what `LocalApi` is.
    """

    def __init__(
        self, core: Snapshots, request: Request, now: Callable[[], Instant], remembered: Remembered, look: Look
    ) -> None:
        self._parts = core, request, now, remembered, look
        self._path: Path | None = None
        self._listener: socket.socket | None = None
        self._serving: asyncio.Task[LocalApi] | None = None

    def open(self, path: Path) -> None:
        """Listen on `path`; what a killed agent left behind is replaced. Raises `StorageError`."""
        self._listener = listening_socket(path)
        self._listener.listen()
        self._path = path
        asyncio.get_running_loop().add_reader(self._listener, self._knocked)

    async def close(self) -> None:
        """Stop listening and remove the socket."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
        if self._serving is not None:
            with contextlib.suppress(Exception):  # it never began to serve, and the log has said why
                await (await self._serving).close()
        if self._listener is not None:
            self._listener.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _knocked(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._serving = asyncio.create_task(self._serve(self._listener), name="local API")

    async def _serve(self, listener: socket.socket) -> LocalApi:
        from edge_orch_agent.local_api import LocalApi  # noqa: PLC0415 (aiohttp's server, only when it is asked)

        api = LocalApi(*self._parts)
        await api.start(listener)
        return api


def listening_socket(path: Path) -> socket.socket:
    """A unix socket of mode 0600. Its folder may lie deeper than the 107 bytes of a socket's address allow."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = -1
    before = os.umask(0o177)
    try:
        path.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        found = error.strerror or str(error)
        raise StorageError(
            Problem(f"cannot listen on {path}", found=found, next_step="mend the data folder")
        ) from error
    finally:
        os.umask(before)
        if folder >= 0:
            os.close(folder)
    return listener
