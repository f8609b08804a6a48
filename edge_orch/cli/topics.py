"""The MQTT topics of records that `edge-orch run` reads: one for all, or one at the beginning of each line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from msgspec import structs

from edge_orch.engine.records import Batch


def under(batch: Batch, topic: str) -> Batch:
    """The same records, come from `topic`, which is their partition, too, as on a device."""
    return structs.replace(batch, partition=topic, context={"topic": topic})


def by_topic(batch: Batch) -> Iterator[Batch]:
    """The records behind the topics and blanks that lines begin with, as `mosquitto_sub -v` writes them.

    A batch for each run of lines of one topic, in their order; of a line without a blank the record is empty. Positions
    stay those of the lines.
    """
    assert isinstance(batch.payload, bytes)  # noqa: S101 -- lines, not documents
    parts = (line.partition(b" ") for line in batch.payload.removesuffix(b"\n").split(b"\n"))
    position = batch.position
    for topic, lines in groupby(parts, key=lambda part: part[0]):
        records = [record for _, _, record in lines]
        yield under(structs.replace(batch, payload=records, position=position), topic.decode(errors="replace"))
        position += len(records)
