"""A thin HTTP client for the controller's API and, over a unix socket, for an agent's: same paths, same words."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from edge_orch.errors import EdgeOrchError, Invalid, Problem, Refused, StorageError, Unavailable
from edge_orch.wire.api import ErrorBody

T = TypeVar("T")

TIMEOUT_SECONDS = 10.0

_ERROR_OF_STATUS: dict[int, type[EdgeOrchError]] = {
    400: Invalid,
    401: Refused,
    403: Refused,
    404: Invalid,
    409: Invalid,
    413: Invalid,
    422: Invalid,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
    507: StorageError,
}


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        # A socket's address holds at most 107 bytes, a data folder may lie deeper: go through its descriptor.
        folder = os.open(self._path.parent, os.O_PATH)
        try:
            self.sock.connect(f"/proc/self/fd/{folder}/{self._path.name}")
        finally:
            os.close(folder)


class Client:
    """Typed requests to one server, a connection each. Every failure is an `EdgeOrchError` that says what to do."""

    def __init__(self, controller: str, *, token: str = "", local: Path | None = None) -> None:
        self._token = token
        self._socket = local / "agent.sock" if local else None
        self._host, self._port = ("", 0) if local else _address(controller)
        self.place = f"agent at {local}" if local else f"controller at {controller}"
        """What the client talks to, in words."""

    @property
    def is_local(self) -> bool:
        """Whether an agent on this machine answers, not a controller."""
        return self._socket is not None

    def get(self, shape: type[T], *path: str, **query: str) -> T:
        """GET `/v1/<path…>?<query>`, empty values left out, decoded as `shape`."""
        arguments = urlencode({name: value for name, value in query.items() if value})
        return self._request("GET", _target(path) + (f"?{arguments}" if arguments else ""), None, shape)

    def post(self, body: msgspec.Struct, *path: str, shape: type[T]) -> T:
        """POST `body` as JSON to `/v1/<path…>`, the answer decoded as `shape`."""
        return self._request("POST", _target(path), msgspec.json.encode(body), shape)

    def stream(self, shape: type[T], *path: str) -> Generator[T, None, None]:
        """GET `/v1/<path…>`: an answer of many lines, each decoded as `shape` as it comes."""
        connection = self._connection()
        try:
            connection.request("GET", _target(path), None, self._headers())
            response = connection.getresponse()
            if response.status >= 400:
                raise self._failure(response.status, response.read())
            while line := response.readline():
                yield msgspec.json.decode(line, type=shape)
        except (OSError, http.client.HTTPException, msgspec.MsgspecError) as error:
            raise self._unreachable(error) from error
        finally:
            connection.close()

    def _request(self, method: str, target: str, body: bytes | None, shape: type[T]) -> T:
        status, data = self._exchange(method, target, body)
        if status >= 400:
            raise self._failure(status, data)
        try:
            return msgspec.json.decode(data, type=shape)
        except msgspec.MsgspecError as error:
            raise Unavailable(
                Problem(
                    f"the {self.place} gave an answer this client does not understand",
                    found=f"{method} {target}: {error}",
                    next_step="compare `edge-orch --version` on both sides",
                )
            ) from error

    def _exchange(self, method: str, target: str, body: bytes | None) -> tuple[int, bytes]:
        connection = self._connection()
        try:
            connection.request(method, target, body, self._headers())
            response = connection.getresponse()
            return response.status, response.read()
        except PermissionError as error:
            raise Refused(
                Problem(
                    f"no permission to talk to the {self.place}",
                    found=str(error),
                    next_step="use the account that the agent runs under",
                )
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._socket:
            return _UnixConnection(self._socket, TIMEOUT_SECONDS)
        return http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})

    def _unreachable(self, error: Exception) -> Unavailable:
        next_step = (
            "is the agent running? `edge-orch agent run`, and --local names its data folder"
            if self._socket
            else "is it running (`edge-orch controller serve`)? --controller or EDGE_ORCH_CONTROLLER names its address"
        )
        found = f"no answer within {TIMEOUT_SECONDS:g} s" if isinstance(error, TimeoutError) else _words(error)
        return Unavailable(Problem(f"cannot reach the {self.place}", found=found, next_step=next_step))

    def _failure(self, status: int, data: bytes) -> EdgeOrchError:
        kind = _ERROR_OF_STATUS.get(status, EdgeOrchError)
        try:
            problems = msgspec.json.decode(data, type=ErrorBody).problems
        except msgspec.MsgspecError:
            words = " ".join(data[:200].decode(errors="replace").split())
            what = f"what answers is no {self.place}" if status == 404 else f"the {self.place} answered with an error"
            problems = (Problem(what, found=f"{status} {words}".strip(), next_step="check the address, and its log"),)
        advice = ""
        if status == 401 and not self._token:
            advice = "set EDGE_ORCH_TOKEN or EDGE_ORCH_TOKEN_FILE (the controller's data folder holds admin.token)"
        elif status == 404 and self.is_local:
            advice = "an agent knows only its own things; without --local the controller is asked"
        if advice:
            problems = tuple(
                problem if problem.next_step else msgspec.structs.replace(problem, next_step=advice)
                for problem in problems
            )
        return kind(*problems)


def _address(controller: str) -> tuple[str, int]:
    """Host and port. Raises `Invalid`."""
    try:
        address = urlsplit(controller)
        if address.scheme == "http" and address.hostname:
            return address.hostname, address.port or 80
    except ValueError:  # no port, or no host in brackets
        pass
    raise Invalid(Problem("not a controller's address", expected="http://HOST:PORT", found=repr(controller)))


def _target(path: tuple[str, ...]) -> str:
    return "/".join(["/v1", *(quote(part, safe="") for part in path)])


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
