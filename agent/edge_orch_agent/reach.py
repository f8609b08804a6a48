"""Tries the sources and sinks of a job from this machine: opens a connection to each, says nothing, and closes it.

Nothing is sent but a TLS handshake where the address asks for one; no credential is used, so that a sink that can be
reached may still refuse. What a source listens on is bound for a moment.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from edge_orch.cli.reaching import Reached, Surroundings
from edge_orch.errors import Unavailable
from edge_orch.plan.plan import Plan, Sink, Source
from edge_orch_agent.references import Resolver
from edge_orch_agent.sinks.pagerduty import EVENTS_URL

_PORTS = {"http": 80, "https": 443, "mqtt": 1883, "mqtts": 8883}
_UNKNOWN = "-"
"""Stands for each secret."""
_ENCRYPTED = {"https", "mqtts"}


def connect(plan: Plan, surroundings: Surroundings) -> list[Reached]:
    """What was found out about the source and each sink, all tried at once."""
    wanted: list[Source | Sink] = [plan.source, *plan.sinks]
    with ThreadPoolExecutor(len(wanted), "reach") as threads:
        return list(threads.map(lambda one: _tried(one, surroundings), wanted))


def _tried(one: Source | Sink, surroundings: Surroundings) -> Reached:
    name = one.name if isinstance(one, Sink) else "source"
    kind = one.kind
    # A secret in an address is not needed to find the host; one is never made up for anything that is sent.
    resolver = Resolver(lambda _name: _UNKNOWN, surroundings.labels)
    tried = ""
    try:
        tried, attempt = _attempt(isinstance(one, Source), kind, resolver.resolve(one.options), surroundings)
        attempt()
    except Unavailable as error:
        return Reached(name, kind, tried, _words(error.problems[0].what))
    except ssl.SSLError as error:
        return Reached(name, kind, tried, f"no trusted TLS: {error.reason or error}")
    except TimeoutError:
        return Reached(name, kind, tried, f"no answer within {surroundings.timeout_s:g} s")
    except OSError as error:
        return Reached(name, kind, tried, error.strerror or str(error))
    return Reached(name, kind, tried)


def _words(what: str) -> str:
    label = what.removeprefix("this device has no label ")
    return what if label == what else f"{what}: --device-label {label}=VALUE gives it one"


def _attempt(
    is_source: bool, kind: str, options: Mapping[str, Any], surroundings: Surroundings
) -> tuple[str, Callable[[], None]]:
    """What is tried, in words, and how."""
    if kind == "file":
        path = Path(options["path"])
        return str(path), lambda: _readable(path) if is_source else _writable(path)
    if "listen" in options:
        listen = str(options["listen"])
        return listen, lambda: _free(listen, datagrams=kind == "udp")
    url = options.get("broker") or options.get("endpoint") or options.get("url") or options.get("queue_url")
    url = url or {"mqtt": surroundings.bus, "pagerduty": EVENTS_URL}.get(kind)
    if url is None:
        raise Unavailable("it is the device's own bus: give its address by --bus")
    parts = urlsplit(str(url))
    try:
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        words = (
            "an address that the device alone knows"
            if url == _UNKNOWN
            else f"no address: {url}, which is like {'mqtt' if kind == 'mqtt' else 'http'}://HOST:PORT"
        )
        raise Unavailable(words) from None
    return f"{parts.scheme}://{host}:{port}", lambda: _open(
        host, port, parts.scheme in _ENCRYPTED, surroundings.timeout_s
    )


def _open(host: str, port: int, encrypted: bool, timeout_s: float) -> None:
    with socket.create_connection((host, port), timeout_s) as connection:
        if encrypted:
            ssl.create_default_context().wrap_socket(connection, server_hostname=host).close()


def _free(listen: str, *, datagrams: bool) -> None:
    host, _, port = listen.rpartition(":")
    kind = socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM
    family, _, _, _, address = socket.getaddrinfo(host.strip("[]") or None, int(port), type=kind)[0]
    with socket.socket(family, kind) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)


def _readable(path: Path) -> None:
    """A file, or in its folder one of a pattern such as `*.log`."""
    found = [path] if path.exists() else sorted(path.parent.glob(path.name))
    if not found:
        raise FileNotFoundError(2, "there is no such file")
    with found[0].open("rb"):
        pass


def _writable(path: Path) -> None:
    """The file, or the nearest folder in which it would be made."""
    place = next(one for one in (path, *path.absolute().parents) if one.exists())
    if not os.access(place, os.W_OK):
        raise PermissionError(13, f"no permission to write to {place}")
