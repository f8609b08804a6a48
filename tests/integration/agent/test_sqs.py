from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import boto3
import pytest
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.sinks.port import Rejected
from edge_orch_agent.sinks.sigv4 import Credentials
from edge_orch_agent.sinks.sqs import SqsSink
from moto.server import ThreadedMotoServer

from tests.unit.agent.segments import alert, notice, records

pytestmark = pytest.mark.integration
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def sqs(endpoint: str) -> Any:
    return boto3.client(
        "sqs", region_name=REGION, endpoint_url=endpoint, aws_access_key_id="AKID", aws_secret_access_key="secret"
    )


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient()
    yield client
    await client.close()


def sink(client: HttpClient, queue_url: str, endpoint: str) -> SqsSink:
    return SqsSink(
        client,
        queue_url=queue_url,
        region=REGION,
        credentials=Credentials("AKID", "secret"),
        wall_us=lambda: 1_700_000_000_000_000,
        endpoint=endpoint,
    )


def received(sqs: Any, queue_url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while more := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
        "Messages"
    ):
        found.extend(more)
    return found


async def test_a_fifo_queue_takes_each_notice_once(sqs: Any, endpoint: str, client: HttpClient) -> None:
    attributes = {"FifoQueue": "true"}
    queue_url = sqs.create_queue(QueueName="alerts.fifo", Attributes=attributes)["QueueUrl"]
    segment = alert(notice("opened"))
    await sink(client, queue_url, endpoint).deliver(segment, "k/1")
    await sink(client, queue_url, endpoint).deliver(segment, "k/1")
    (message,) = received(sqs, queue_url)
    assert json.loads(message["Body"])["event"] == "opened"
    assert message["MessageAttributes"]["idempotency_key"]["StringValue"] == "press-overheating-1/opened/oncall"


async def test_a_long_segment_goes_in_several_requests(sqs: Any, endpoint: str, client: HttpClient) -> None:
    queue_url = sqs.create_queue(QueueName="records")["QueueUrl"]
    lines = [b'{"n":%d,"text":"%s"}' % (number, b"\xc3\xa9" * 15_000) for number in range(25)]
    await sink(client, queue_url, endpoint).deliver(records(*lines), "k/1")
    assert sorted(json.loads(one["Body"])["n"] for one in received(sqs, queue_url)) == list(range(25))


async def test_a_queue_that_does_not_exist_rejects(sqs: Any, endpoint: str, client: HttpClient) -> None:
    queue_url = sqs.create_queue(QueueName="gone")["QueueUrl"]
    sqs.delete_queue(QueueUrl=queue_url)
    with pytest.raises(Rejected, match="400"):
        await sink(client, queue_url, endpoint).deliver(records(b"1"), "k/1")
