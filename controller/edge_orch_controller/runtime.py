"""Puts a controller together and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import ipaddress
import logging
import os
import random
import signal
import socket
import sys
from collections.abc import Callable

import msgspec
from aiohttp import web

from edge_orch.errors import Invalid, Problem, Unavailable
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.twin.hand import PURPOSE
from edge_orch.wire.api import TokenRequest
from edge_orch.wire.link import Hub
from edge_orch_controller.api.app import make_app
from edge_orch_controller.api.context import Controller
from edge_orch_controller.clock import Clock, SystemClock
from edge_orch_controller.core.controller_core import ControllerCore
from edge_orch_controller.core.records import AuditEntry
from edge_orch_controller.core.settings import Settings
from edge_orch_controller.credentials import make_token, token_digest
from edge_orch_controller.data_folder import ADMIN, ControllerFolder
from edge_orch_controller.driver import CONTROLLER, Driver
from edge_orch_controller.links.mqtt import MqttHub
from edge_orch_controller.links.switchboard import Switchboard
from edge_orch_controller.links.websocket import WebSocketHub
from edge_orch_controller.registry import Registry
from edge_orch_controller.screen import Screen
from edge_orch_controller.store.port import Store
from edge_orch_controller.store.sqlite_store import SqliteStore

SWITCH_S = 0.0005
YOUNG = 5_000
"""Objects that must have come up before the garbage collector looks; Python's 700 would have it walk through the whole
fleet again and again while that returns: a fifth of the processor time with 4,000 agents.
"""
BACKLOG = 4096
"""Connections that the kernel holds until they are accepted. A fleet that returns at once fills fewer in a moment, and
whoever then finds no place tries again after 1, 3, 7, 15 … seconds of silence. aiohttp would ask for 128.
"""

log = logging.getLogger(__name__)


class ServeOptions(msgspec.Struct, frozen=True):
    """Where to serve. `mqtt`: a broker that agents may come through, besides the WebSocket. Port 0: any free one."""

    host: str = "127.0.0.1"
    port: int = 8420
    mqtt: str | None = None


def serve(folder: ControllerFolder, options: ServeOptions, ready: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. `ready` is told the controller's address once it answers.

    Raises `EdgeOrchError` for whatever keeps it from running.
    """
    refuse_foreign_networks(options.host)
    # The threads of the store and of the screen do little each time they run: they shall not wait 5 ms, Python's own
    # interval, behind the event loop for each row and each message while a whole fleet returns.
    sys.setswitchinterval(SWITCH_S)
    os.umask(0o077)  # whatever is made in the data folder is for this user only
    gc.set_threshold(YOUNG)
    clock = SystemClock()
    with folder.locked():
        store = SqliteStore(folder.database)
        try:
            key = folder.key(make=not store.load().agents)
            ensure_admin(folder, store, clock)
            with listening(options) as server:
                asyncio.run(_serve(store=store, key=key, clock=clock, options=options, server=server, ready=ready))
        finally:
            store.close()


def refuse_foreign_networks(host: str) -> None:
    """Tokens travel in clear text until there is TLS: loopback only. Raises `Invalid`."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise Invalid(
            Problem(
                "the controller serves this machine only: without TLS, tokens would cross the network in clear text",
                expected="--host 127.0.0.1, ::1 or localhost",
                found=f"--host {host}",
                next_step="let agents elsewhere come through an SSH tunnel, or an MQTT broker with TLS (--mqtt)",
            )
        )


def ensure_admin(folder: ControllerFolder, store: Store, clock: Clock) -> None:
    """An admin's token in `admin.token`; a new one if the file is missing or from another database."""
    if folder.admin_token.exists() and store.token(token_digest(folder.admin_token.read_text().strip())):
        return
    now_us = clock.now().wall_us
    text, token = make_token(TokenRequest("user", ADMIN, role="admin", expires_in=""), CONTROLLER, now_us)
    entry = AuditEntry(now_us, CONTROLLER, "token.create.user", ADMIN, "role admin, for admin.token")
    store.add_token(token, entry)
    folder.write(folder.admin_token, text.encode() + b"\n")


def listening(options: ServeOptions) -> socket.socket:
    """A listening socket. Raises `Unavailable` when the port is taken."""
    try:
        family = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((options.host, options.port), family=family, backlog=BACKLOG)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise Unavailable(
            Problem(
                f"port {options.port} is in use" if taken else f"cannot listen on {options.host}:{options.port}",
                found="" if taken else str(error),
                next_step="stop what uses it, or give another with --port" if taken else "check --host and --port",
            )
        ) from error


async def _serve(
    *,
    store: SqliteStore,
    key: PrivateKey,
    clock: Clock,
    options: ServeOptions,
    server: socket.socket,
    ready: Callable[[str], None],
) -> None:
    core = ControllerCore(Settings(CONTROLLER, os.urandom(8), key.derive(PURPOSE)), store.load())

    def key_of(agent: str) -> PublicKey | None:
        return driver.key_of(agent)

    gc.collect()
    gc.freeze()  # what is here by now, the fleet as the store knows it, stays
    websocket = WebSocketHub(key_of)
    hubs: list[Hub] = [websocket]
    if options.mqtt is not None:
        hubs.append(MqttHub(options.mqtt, CONTROLLER, lambda bound: random.uniform(0, bound)))  # noqa: S311 -- jitter
    driver = Driver(core, store, key=key, clock=clock, hub=Switchboard(hubs), screen=Screen())
    app = make_app(Controller(driver, Registry(store, key), store, key.public))
    websocket.attach(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, driver.stop)
    try:
        await web.SockSite(runner, server, backlog=BACKLOG).start()
        host, port = server.getsockname()[:2]
        ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
        await driver.run()
    finally:
        await runner.cleanup()
    log.info("stopped")
