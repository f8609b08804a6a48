"""Kinds of sinks and their options: one class and one entry in `SINKS` each.

`carries` says what a kind can deliver: the records of outputs, alerts, or both.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.json_schema import model_schema
from edge_orch.spec.leaves import Flag, JsonSchema, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node
from edge_orch.spec.reading import Doc, read_model
from edge_orch.spec.references import Headers, OneFile, Secret, Template, Url
from edge_orch.spec.topics import RecordTopic

BOTH = frozenset({"records", "alerts"})


class FileSink(Model, frozen=True):
    """Appends lines to a file on the device: records as JSON, or the text of an output with `line`."""

    example: ClassVar[str] = "file: {path: out/alerts.ndjson}"
    carries: ClassVar[frozenset[str]] = BOTH
    path: Annotated[OneFile, Doc("path of the file")]


class HttpSink(Model, frozen=True):
    """POSTs batches of lines: NDJSON, or text where nothing but outputs with `line` go.

    `Content-Type` says which, unless `headers` does; `Idempotency-Key` is the same at every attempt.
    """

    example: ClassVar[str] = """
http:
  url: 'https://warehouse.example/rows'
  headers: {Authorization: 'Bearer ${secret:WAREHOUSE_TOKEN}'}
"""
    carries: ClassVar[frozenset[str]] = BOTH
    url: Annotated[Url, Doc("http(s) address")]
    headers: Annotated[Headers, Doc("HTTP headers, credentials as ${secret:NAME}", default="{}")]


class WebhookSink(Model, frozen=True):
    """POSTs one JSON object an alert or record, or the text of an output with `line`.

    `Content-Type` says which, unless `headers` does; `Idempotency-Key` is the same at every attempt.
    """

    example: ClassVar[str] = "webhook: {url: 'https://chat.example/hooks/line-7'}"
    carries: ClassVar[frozenset[str]] = BOTH
    url: Annotated[Url, Doc("http(s) address")]
    headers: Annotated[Headers, Doc("HTTP headers, credentials as ${secret:NAME}", default="{}")]


class PagerDutySink(Model, frozen=True):
    """PagerDuty Events API v2: trigger, acknowledge and resolve under the episode's stable key."""

    example: ClassVar[str] = "pagerduty: {routing_key: '${secret:PD_KEY}'}"
    carries: ClassVar[frozenset[str]] = frozenset({"alerts"})
    routing_key: Annotated[Secret, Doc("integration key, as ${secret:NAME}")]
    url: Annotated[Url, Doc("address of the API", default="https://events.pagerduty.com/v2/enqueue")]


class SqsSink(Model, frozen=True):
    """Amazon SQS, or what speaks its protocol."""

    example: ClassVar[str] = """
sqs:
  queue_url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/alerts'
  region: eu-west-1
"""
    carries: ClassVar[frozenset[str]] = BOTH
    queue_url: Annotated[Url, Doc("URL of the queue")]
    region: Annotated[Text, Doc("AWS region", default="us-east-1")]
    endpoint: Annotated[Url | None, Doc("another endpoint than Amazon's")]
    access_key_id: Annotated[Template | None, Doc("access key id; left out: the device's own credentials")]
    secret_access_key: Annotated[Secret | None, Doc("secret access key, as ${secret:NAME}")]

    @classmethod
    def read(cls, node: Node) -> Self:
        """Raises `Invalid` for half of a pair of keys."""
        sink: Self = read_model(cls, node)
        given = sink.access_key_id or sink.secret_access_key
        if given and not (sink.access_key_id and sink.secret_access_key):
            what = "one key without the other"
            next_step = "write both, or none: then the device has its own credentials"
            raise Invalid(Problem(what, given.where, "access_key_id and secret_access_key", "", next_step))
        return sink

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return model_schema(cls)


class MqttSink(Model, frozen=True):
    """Publishes to the agent's bus, each record or alert as a message.

    In a topic `{sensor}` is that field of the record; in what it holds, `+` and `#` become `_`, and so does what is
    NULL or empty. Such a sink carries no alerts, no dead letters and no outputs with `line`.
    """

    example: ClassVar[str] = "mqtt: {topic: 'factory/${label:site}/{sensor}/hourly', retain: true}"
    carries: ClassVar[frozenset[str]] = BOTH
    topic: Annotated[RecordTopic, Doc("topic to publish to; {field}: what the record has there")]
    retain: Annotated[Flag, Doc("the broker keeps the last message of each topic for who comes later", default="false")]


SINKS: dict[str, Any] = {
    "file": FileSink,
    "http": HttpSink,
    "webhook": WebhookSink,
    "pagerduty": PagerDutySink,
    "sqs": SqsSink,
    "mqtt": MqttSink,
}
