"""Kinds of sources and their options: one class and one entry in `SOURCES` each."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.addresses import HttpPath, Listen
from edge_orch.spec.amounts import Size
from edge_orch.spec.json_schema import model_schema
from edge_orch.spec.leaves import Choice, Integer, JsonSchema
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node
from edge_orch.spec.reading import Doc, read_model
from edge_orch.spec.references import BrokerUrl, FilePattern, Secret
from edge_orch.spec.topics import TopicFilter


class Qos(Integer, frozen=True):
    """MQTT quality of service."""

    minimum: ClassVar[int] = 0
    maximum: ClassVar[int] = 2


class Framing(Choice, frozen=True):
    """Where a record ends in a stream of bytes."""

    value: Literal["lines", "syslog"]


class MqttSource(Model, frozen=True):
    """Messages of an MQTT topic filter; a partition is a topic, a message one record."""

    example: ClassVar[str] = "mqtt: {topic: 'factory/${label:site}/+/raw'}"
    topic: Annotated[TopicFilter, Doc("topic filter, such as factory/+/raw")]
    broker: Annotated[BrokerUrl | None, Doc("mqtt://host:port instead of the agent's own bus")]
    qos: Annotated[Qos, Doc("0, 1 or 2; below 1 records may be lost", default="1")]


class FileSource(Model, frozen=True):
    """Lines of a file on the device, or of all files that a pattern names; a partition is a file."""

    example: ClassVar[str] = "file: {path: '${label:log_file}'}"
    path: Annotated[FilePattern, Doc("path of the file; *, ? and [ ] in its last part name several")]


class HttpSource(Model, frozen=True):
    """Records that others POST to the device; answered 200 when they are durable."""

    example: ClassVar[str] = "http: {listen: '127.0.0.1:8099', path: /ingest}"
    listen: Annotated[Listen, Doc("HOST:PORT to listen on", default="127.0.0.1:8099")]
    path: Annotated[HttpPath, Doc("path to POST to", default="/ingest")]
    token: Annotated[Secret | None, Doc("bearer token of the callers; needed beyond this machine")]
    max_body: Annotated[Size, Doc("largest body that is taken", default="4MiB")]

    @classmethod
    def read(cls, node: Node) -> Self:
        """Raises `Invalid` for one that listens to the network and lets anybody in."""
        source: Self = read_model(cls, node)
        if source.token is None and not source.listen.is_loopback:
            raise Invalid(
                Problem(
                    "beyond this machine an http source needs a token",
                    source.listen.where,
                    "token: ${secret:NAME}, or an address such as 127.0.0.1:8099",
                )
            )
        return source

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return model_schema(cls)


class TcpSource(Model, frozen=True):
    """Records from whoever connects; a partition is a sender's address."""

    example: ClassVar[str] = "tcp: {listen: '127.0.0.1:5514', framing: syslog}"
    listen: Annotated[Listen, Doc("HOST:PORT to listen on")]
    framing: Annotated[Framing, Doc("lines, or syslog: lines or octet counting, as RFC 6587 has both", default="lines")]


class UdpSource(Model, frozen=True):
    """Datagrams, each one record; a partition is a sender's address."""

    example: ClassVar[str] = "udp: {listen: '127.0.0.1:5514'}"
    listen: Annotated[Listen, Doc("HOST:PORT to listen on")]


SOURCES: dict[str, Any] = {
    "mqtt": MqttSource,
    "file": FileSource,
    "http": HttpSource,
    "tcp": TcpSource,
    "udp": UdpSource,
}
