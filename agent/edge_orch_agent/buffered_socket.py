"""A socket that reads and writes much at once, for a client that asks for single bytes and sends packet by packet."""

from __future__ import annotations

import socket
import ssl

READ_BYTES = 64 * 1024
"""Read in one go: some hundred messages of a sensor, and some milliseconds of the event loop."""


class BufferedSocket:
    """Stands between paho and its socket, which never blocks; one system call moves what paho needs hundreds for.

    `fill` when the socket is readable, then let paho read while `pending`; `flush` after paho has written. The end of
    the connection, and whatever breaks it, reaches paho in `recv` once everything that came before has been read.
    """

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._incoming = b""
        self._at = 0
        self._outgoing = bytearray()
        self._ended = False
        self._failure: OSError | None = None

    @property
    def pending(self) -> bool:
        """Whether `recv` has something to say: bytes, or that there will be no more."""
        return self._at < len(self._incoming) or self._ended

    @property
    def unsent(self) -> bool:
        """Whether the network has not taken everything yet, and still might."""
        return bool(self._outgoing) and not self._ended

    @property
    def hidden(self) -> bool:
        """Whether TLS holds bytes that it has taken from the network, for which the event loop will not wake us."""
        return isinstance(self._inner, ssl.SSLSocket) and self._inner.pending() > 0

    def fill(self) -> None:
        """Read what is there, up to `READ_BYTES`; call only when nothing is `pending`."""
        if self._ended:
            return
        try:
            self._incoming, self._at = self._inner.recv(READ_BYTES), 0
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            self._end(error)
        else:
            if not self._incoming:
                self._end(None)

    @property
    def ahead(self) -> tuple[bytes, int]:
        """What was read last, and how much of it has been taken."""
        return self._incoming, self._at

    def skip(self, to: int) -> None:
        """So much of what is `ahead` has been taken."""
        self._at = to

    def flush(self) -> None:
        """Send what the network takes now."""
        while self._outgoing and not self._ended:
            try:
                sent = self._inner.send(self._outgoing)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self._end(error)
                return
            del self._outgoing[:sent]

    def recv(self, size: int) -> bytes:
        """At most `size` of the bytes that were read; raises `BlockingIOError` when there are none."""
        at = self._at
        if at < len(self._incoming):
            data = self._incoming[at : at + size]
            self._at = at + len(data)
            return data
        if self._failure is not None:
            raise self._failure
        if self._ended:
            return b""
        raise BlockingIOError

    def send(self, data: bytes | bytearray) -> int:
        """Keep all of it for `flush`."""
        self._outgoing += data
        return len(data)

    def close(self) -> None:
        """Send what can still be sent at once, and close."""
        self.flush()
        self._inner.close()

    def fileno(self) -> int:
        """For the event loop."""
        return self._inner.fileno()

    def setblocking(self, flag: bool) -> None:
        """As of any socket."""
        self._inner.setblocking(flag)

    def _end(self, failure: OSError | None) -> None:
        self._ended, self._failure = True, failure
