from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.sinks.http import HttpSink
from edge_orch_agent.sinks.pagerduty import PagerDutySink
from edge_orch_agent.sinks.port import Rejected, Retry
from edge_orch_agent.sinks.webhook import WebhookSink

from tests.integration.agent.http_receiver import HttpReceiver, http_receiver
from tests.integration.mosquitto import free_port
from tests.unit.agent.segments import alert, notice, records
from tests.unit.agent.sinks.test_pagerduty import EVENT, ROUTING_KEY

pytestmark = pytest.mark.integration


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(timeout_s=2)
    yield client
    await client.close()


@pytest.fixture
async def receiver() -> AsyncIterator[HttpReceiver]:
    async with http_receiver() as running:
        yield running


async def test_http_posts_the_whole_segment_under_its_key(client: HttpClient, receiver: HttpReceiver) -> None:
    sink = HttpSink(client, receiver.url, {"X-Team": "maintenance"})
    await sink.deliver(records(b'{"a":1}', b'{"a":2}'), "agent/press/1/raw/lake/1")
    (request,) = receiver.received
    assert request.body == b'{"a":1}\n{"a":2}\n'
    assert request.headers["Idempotency-Key"] == "agent/press/1/raw/lake/1"
    assert request.headers["Content-Type"] == "application/x-ndjson"
    assert request.headers["X-Team"] == "maintenance"


@pytest.mark.parametrize("status", [301, 308, 401, 403, 404, 405, 407, 408, 421, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(client: HttpClient, receiver: HttpReceiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(Retry, match=str(status)):
        await HttpSink(client, receiver.url, {}).deliver(records(b"1"), "k")


async def test_it_is_tried_again_when_the_server_says(client: HttpClient, receiver: HttpReceiver) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "7"}
    with pytest.raises(Retry) as raised:
        await HttpSink(client, receiver.url, {}).deliver(records(b"1"), "k")
    assert raised.value.after_s == 7


@pytest.mark.parametrize("status", [400, 409, 410, 413, 422])
async def test_what_will_never_pass_is_rejected(client: HttpClient, receiver: HttpReceiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(Rejected, match=str(status)):
        await HttpSink(client, receiver.url, {}).deliver(records(b"1"), "k")


async def test_nobody_there_is_tried_again(client: HttpClient) -> None:
    with pytest.raises(Retry, match="cannot reach"):
        await HttpSink(client, f"http://127.0.0.1:{free_port()}/", {}).deliver(records(b"1"), "k")


async def test_webhook_posts_one_stable_document_a_notice(client: HttpClient, receiver: HttpReceiver) -> None:
    sink = WebhookSink(client, receiver.url, {})
    segment = alert(notice("opened"))
    await sink.deliver(segment, "k/1")
    await WebhookSink(client, receiver.url, {}).deliver(segment, "k/1")
    first, second = receiver.received
    assert json.loads(first.body)["episode"] == "press-overheating-1"
    assert first.headers["Idempotency-Key"] == "press-overheating-1/opened/oncall"
    assert (first.body, first.headers["Idempotency-Key"]) == (second.body, second.headers["Idempotency-Key"])


async def test_a_retry_goes_on_behind_what_was_taken(client: HttpClient, receiver: HttpReceiver) -> None:
    sink = WebhookSink(client, receiver.url, {})
    segment = alert(notice("opened", "e1"), notice("opened", "e2"))
    receiver.answers = [200, 503]
    with pytest.raises(Retry):
        await sink.deliver(segment, "k/1")
    await sink.deliver(segment, "k/1")
    assert [json.loads(one.body)["episode"] for one in receiver.received] == ["e1", "e2", "e2"]


async def test_webhook_takes_records_of_outputs_too(client: HttpClient, receiver: HttpReceiver) -> None:
    await WebhookSink(client, receiver.url, {}).deliver(records(b'{"a":1}', b'{"a":2}'), "k/1")
    assert [one.headers["Idempotency-Key"] for one in receiver.received] == ["k/1/0", "k/1/1"]


async def test_pagerduty_gets_valid_events_under_one_key(client: HttpClient, receiver: HttpReceiver) -> None:
    receiver.status = 202
    sink = PagerDutySink(client, ROUTING_KEY, receiver.url)
    for sequence, event in enumerate(("opened", "acknowledged", "resolved"), 1):
        await sink.deliver(alert(notice(event), sequence=sequence), f"k/{sequence}")
    events = [json.loads(one.body) for one in receiver.received]
    for event in events:
        EVENT.validate(event)
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "resolve"]
    assert len({event["dedup_key"] for event in events}) == 1


async def test_pagerduty_takes_no_records(client: HttpClient, receiver: HttpReceiver) -> None:
    with pytest.raises(Rejected, match="notices of alerts only"):
        await PagerDutySink(client, ROUTING_KEY, receiver.url).deliver(records(b'{"a":1}'), "k")
    assert receiver.received == []
