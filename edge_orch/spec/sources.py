"""Kinds of sources and their options: one class and one entry in `SOURCES` each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from edge_orch.spec.leaves import Integer
from edge_orch.spec.reading import Doc
from edge_orch.spec.references import BrokerUrl, Template


class Qos(Integer, frozen=True):
    """MQTT quality of service."""

    minimum: ClassVar[int] = 0
    maximum: ClassVar[int] = 2


@dataclass(frozen=True)
class MqttSource:
    """Messages of an MQTT topic filter; a partition is a topic, a message one record."""

    example: ClassVar[str] = "mqtt: {topic: 'factory/${label:site}/+/raw'}"
    topic: Annotated[Template, Doc("topic filter, such as factory/+/raw")]
    broker: Annotated[BrokerUrl | None, Doc("mqtt://host:port instead of the agent's own bus")]
    qos: Annotated[Qos, Doc("0, 1 or 2; below 1 records may be lost", default="1")]


@dataclass(frozen=True)
class FileSource:
    """Lines of a file on the device."""

    example: ClassVar[str] = "file: {path: '${label:log_file}'}"
    path: Annotated[Template, Doc("path of the file")]


SOURCES: dict[str, Any] = {"mqtt": MqttSource, "file": FileSource}
