"""Puts an agent together and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.trust.keys import PrivateKey
from edge_orch.twin.facts import Facts, Section
from edge_orch.wire.link import Link
from edge_orch_agent.artifacts import Artifacts
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.clock import SystemClock
from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.data_folder import AgentFolder, Enrolment
from edge_orch_agent.driver import Driver
from edge_orch_agent.flight_recorder import FlightRecorder
from edge_orch_agent.guard import ProcessGuard
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.local_socket import LocalSocket
from edge_orch_agent.logs import event as line
from edge_orch_agent.memory import Tidy
from edge_orch_agent.references import Resolver
from edge_orch_agent.service import ServiceManager
from edge_orch_agent.sinks.registry import SinkFactory
from edge_orch_agent.sources.registry import SourceFactory
from edge_orch_agent.store.port import StoreLost
from edge_orch_agent.store.sqlite_store import SqliteStore

WEBSOCKET = "websocket"

log = logging.getLogger(__name__)


class RunOptions(msgspec.Struct, frozen=True):
    """How to run. `bus`: the plant's broker. `link`: `websocket`, or the address of the control plane's broker.

    `link_retry_s`: the longest wait between attempts to reach the controller.
    """

    bus: str | None = None
    link: str = WEBSOCKET
    link_retry_s: float = 30.0
    firmware: str = ""
    software: str = ""
    log_level: str = "info"
    settings: Settings = Settings()


def run_agent(folder: AgentFolder, options: RunOptions) -> None:
    """Run until SIGTERM or SIGINT; what was read is durable then.

    Raises `EdgeOrchError` for whatever keeps it from running.
    """
    with folder.locked():
        for name in folder.mend(SystemClock().now().wall_us):
            log.error(line("file_restored", file=name, source=f"{name}.spare"))
        enrolment = folder.enrolment()
        if enrolment is None:
            raise Invalid(
                Problem(
                    f"the agent in {folder.path} is not enrolled",
                    next_step="edge-orch agent enroll --controller URL --token TOKEN --data DIR --name NAME",
                )
            )
        backoff, lost = Backoff(most_s=60.0), ""
        while True:
            try:
                _run_once(folder, enrolment, options, lost)
            except StoreLost as error:
                lost = error.problems[0].what
                log.error(line("store_lost", reason=error))
                time.sleep(backoff.next_s())
            else:
                return


def _run_once(folder: AgentFolder, enrolment: Enrolment, options: RunOptions, lost: str) -> None:
    """`lost`: why the store had to be opened anew, or empty. Raises `StoreLost` if it has to be again."""
    clock = SystemClock()
    store = SqliteStore(folder.database, clock.now().wall_us, lost)
    if store.set_aside is not None:
        log.error(line("database_set_aside", path=store.set_aside))
    if store.deleted:
        log.warning(line("set_aside_deleted", files=", ".join(store.deleted)))
    try:
        asyncio.run(_run(folder, enrolment, options, clock, store))
    finally:
        store.close()


async def _run(
    folder: AgentFolder, enrolment: Enrolment, options: RunOptions, clock: SystemClock, store: SqliteStore
) -> None:
    client = HttpClient()
    key = folder.key()
    recorder = FlightRecorder(folder.flight)
    guard = ProcessGuard(recorder)
    identity = _identity(enrolment, options, clock)
    core = AgentCore(identity, store.load(), options.settings, folder.secrets.get, guard)
    driver = Driver(
        core,
        store,
        agent=enrolment.agent,
        key=key,
        controller_key=enrolment.public_key,
        clock=clock,
        link=_link(options, client, enrolment, key),
        artifacts=Artifacts(client, enrolment.controller, enrolment.agent, key),
        sources=SourceFactory(enrolment.agent, options.bus, clock.now),
        sinks=SinkFactory(enrolment.agent, options.bus, client, folder.secrets.get, clock.now),
        resolver=Resolver(folder.secrets.get, enrolment.labels),
        crash=recorder.crash,
    )
    loop = asyncio.get_running_loop()
    service = ServiceManager()

    def stop() -> None:
        service.stopping()
        driver.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)

    async def remembered() -> tuple[Facts, list[tuple[Section, str, str]]]:
        return core.twin.facts(), await asyncio.to_thread(store.archived)

    api = LocalSocket(core, driver.request, clock.now, remembered, driver.people.look)
    tidy = Tidy()
    try:
        api.open(folder.socket)
        tidy.start()
        guard.start()
        ready = _ready(folder.path, enrolment, options)
        print(ready, flush=True)
        service.ready(ready)
        await driver.run()
    finally:
        service.close()
        guard.stop()
        tidy.stop()
        await api.close()
        await client.close()


def _identity(enrolment: Enrolment, options: RunOptions, clock: SystemClock) -> AgentIdentity:
    return AgentIdentity(
        agent=enrolment.agent,
        labels=enrolment.labels,
        firmware=options.firmware or os.uname().release,
        software=options.software,
        boot=clock.boot,
        actor_nonce=os.urandom(8),
        controller_keys=(enrolment.public_key,),
        seed=int.from_bytes(os.urandom(8)),
    )


def _link(options: RunOptions, client: HttpClient, enrolment: Enrolment, key: PrivateKey) -> Link:
    backoff = Backoff(most_s=options.link_retry_s)
    if options.link == WEBSOCKET:
        from edge_orch_agent.links.websocket import WebSocketLink  # noqa: PLC0415 (aiohttp's client only if used)

        return WebSocketLink(client, enrolment.controller, enrolment.agent, key, backoff)
    from edge_orch_agent.links.mqtt import MqttLink  # noqa: PLC0415 (paho only where MQTT is used)

    return MqttLink(options.link, enrolment.agent, backoff)


def _ready(path: Path, enrolment: Enrolment, options: RunOptions) -> str:
    bus = f", bus {_without_password(options.bus)}" if options.bus else ""
    link = f" by {_without_password(options.link)}"
    return f"agent {enrolment.agent} ready: data {path}, controller {enrolment.controller}{link}{bus}"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
