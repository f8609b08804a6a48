"""The controller is away; whoever is on call hears of an episode from its opening to its end all the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from edge_orch_agent.artifacts import Artifacts
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.clock import SystemClock
from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.events import AckRequested
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.transaction import Slot, SlotName, Transaction
from edge_orch_agent.driver import Driver
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.links.websocket import WebSocketLink
from edge_orch_agent.references import Resolver
from edge_orch_agent.sinks.registry import SinkFactory
from edge_orch_agent.sources.registry import SourceFactory
from edge_orch_agent.store.sqlite_store import SqliteStore
from moto.server import ThreadedMotoServer

from edge_orch.compile import compile_job
from edge_orch.plan.plan import digest, encode_plan
from edge_orch.trust.envelope import sign_plan
from edge_orch.trust.keys import PrivateKey
from edge_orch.wire.api import AlertView
from tests.integration.agent.http_receiver import HttpReceiver, http_receiver
from tests.integration.mosquitto import free_port
from tests.unit.agent.sinks.test_pagerduty import EVENT, ROUTING_KEY

pytestmark = pytest.mark.integration
REGION = "eu-west-1"
SECRETS = {"PD_KEY": ROUTING_KEY, "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}
JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: press}}
spec:
  target: site = 'austin'
  source:
    file: {{path: {readings}}}
  steps:
    - schematize:
        json: {{}}
        fields:
          ts: {{type: timestamp, format: unix_s}}
          temp_c: {{type: float}}
        time: ts
    - name: hot
      alert:
        when: temp_c > 85
        clear: {{when: temp_c < 80}}
        severity: critical
        summary: 'hot'
        notify: [oncall, bus]
  sinks:
    oncall: {{pagerduty: {{routing_key: '${{secret:PD_KEY}}', url: '{pagerduty}'}}}}
    bus: {{sqs: {{queue_url: '{queue}', endpoint: '{moto}', region: {region}}}}}
"""


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
async def pagerduty() -> AsyncIterator[HttpReceiver]:
    async with http_receiver() as running:
        running.status = 202
        yield running


class Device:
    """An agent whose controller has put the job on it and has not been there since."""

    def __init__(self, folder: Path, job: str, bus: str | None = None) -> None:
        self.bus = bus
        self.readings = folder / "readings.ndjson"
        self.readings.touch()
        self.path = folder / "agent.db"
        self.key, self.controller_key = PrivateKey.generate(), PrivateKey.generate()
        self.controller = f"http://127.0.0.1:{free_port()}"
        self.boots = 0
        plan = encode_plan(compile_job(job, "job.yaml"))
        slot = Slot("press", SlotName.CURRENT, 1, digest(plan), 1)
        envelope = sign_plan(self.controller_key, "press", 1, plan)
        store = SqliteStore(self.path)
        store.commit(Transaction(slots=[slot], envelopes={slot.digest: envelope}))
        store.close()

    def reads(self, second: int, temp_c: float) -> None:
        """The press says how warm it is."""
        with self.readings.open("a") as file:
            file.write(f'{{"ts":{1_767_225_600 + second},"temp_c":{temp_c}}}\n')

    @asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[AgentCore, Driver]]:
        """From one start of the agent to its end."""
        self.boots += 1
        clock, client, store = SystemClock(), HttpClient(timeout_s=5), SqliteStore(self.path)
        identity = AgentIdentity(
            agent="press-1",
            labels={"site": "austin"},
            firmware="1.0",
            software="0.1.0",
            boot=clock.boot,
            actor_nonce=self.boots.to_bytes(8),
            controller_keys=(self.controller_key.public,),
            seed=self.boots,
        )
        core = AgentCore(identity, store.load(), Settings(), SECRETS.get)
        driver = Driver(
            core,
            store,
            agent="press-1",
            key=self.key,
            controller_key=self.controller_key.public,
            clock=clock,
            link=WebSocketLink(client, self.controller, "press-1", self.key, Backoff()),
            artifacts=Artifacts(client, self.controller, "press-1", self.key),
            sources=SourceFactory("press-1", self.bus, clock.now),
            sinks=SinkFactory("press-1", self.bus, client, SECRETS.get, clock.now),
            resolver=Resolver(SECRETS.get, identity.labels),
        )
        task = asyncio.create_task(driver.run())
        try:
            yield core, driver
        finally:
            driver.stop()
            await task
            await client.close()
            store.close()


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):  # only an end: each notification is a commit and two servers on a busy machine
        while not condition():
            await asyncio.sleep(0.02)


async def acknowledge(core: AgentCore, driver: Driver, by: str) -> None:
    """Somebody at the machine says that they have seen it."""
    await until(lambda: core.view().alerts)
    (alert,) = core.view().alerts
    reply = await driver.request(lambda number: AckRequested(number, alert.episode, by, "on my way"))
    assert reply.problem is None


def settled(core: AgentCore, state: str, told: int) -> AlertView | None:
    """The alert, once it is in that state and both sinks are known, durably, to have taken so many notifications."""
    view = core.view()
    fates = {(entry.stream, entry.fate): entry.count for entry in view.ledger}
    taken = [fates.get((f"alerts/{sink}", "delivered"), 0) for sink in ("oncall", "bus")]
    return next((alert for alert in view.alerts if alert.state == state and taken == [told, told]), None)


async def test_opened_acknowledged_and_resolved_reach_pagerduty_and_sqs_once_each(
    tmp_path: Path, pagerduty: HttpReceiver, moto: str
) -> None:
    sqs = boto3.client(
        "sqs", region_name=REGION, endpoint_url=moto, aws_access_key_id="AKID", aws_secret_access_key="secret"
    )
    # A name of its own: all moto servers of one process have the same queues.
    queue = sqs.create_queue(QueueName="while-away.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    words = {"readings": tmp_path / "readings.ndjson", "pagerduty": pagerduty.url, "queue": queue, "moto": moto}
    device = Device(tmp_path, JOB.format(**words, region=REGION))

    async with device.running() as (core, driver):
        device.reads(0, 20)
        device.reads(1, 99)
        await until(lambda: settled(core, "open", 1))
        await acknowledge(core, driver, "maria")
        await until(lambda: settled(core, "acknowledged", 2))
    async with device.running() as (core, driver):
        await acknowledge(core, driver, "olga")
        device.reads(2, 20)
        await until(lambda: settled(core, "resolved", 3))
        assert not core.view().linked
        alert = settled(core, "resolved", 3)

    assert alert is not None
    assert alert.notified == ("bus", "oncall")
    events = [json.loads(request.body) for request in pagerduty.received]
    for event in events:
        EVENT.validate(event)
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "resolve"]
    assert {(event["routing_key"], event["dedup_key"]) for event in events} == {(ROUTING_KEY, alert.episode)}
    messages = received(sqs, queue)
    assert [message["event"] for message in messages] == ["opened", "acknowledged", "resolved"]
    assert {message["episode"] for message in messages} == {alert.episode}
    assert messages[1]["by"] == "maria"


def received(sqs: Any, queue: str) -> list[dict[str, Any]]:
    """Everything in the queue, in order; what is taken is deleted, or its group would give no more."""
    found: list[dict[str, Any]] = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found
