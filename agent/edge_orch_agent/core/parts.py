"""Parts of a batch: where a job breaks on one, its records are given to it, or given up, in smaller ones."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from edge_orch.engine.records import Batch, DeadLetter, Emission, StepCount
from edge_orch.plan.steps import SOURCE


def records_of(batch: Batch) -> Sequence[bytes]:
    """What it holds, one by one."""
    payload = batch.payload
    return payload.removesuffix(b"\n").split(b"\n") if isinstance(payload, bytes) else payload


def part_of(batch: Batch, records: Sequence[bytes], start: int, stop: int) -> Batch:
    """These of its records as a batch, numbered as before."""
    chosen = records[start:stop]
    payload = b"".join(record + b"\n" for record in chosen) if isinstance(batch.payload, bytes) else chosen
    return msgspec.structs.replace(batch, payload=payload, position=batch.position + start)


def size_of(emission: Emission) -> int:
    """Bytes for its outputs; those of one step share them."""
    return sum({id(chunk): len(chunk.data) for chunk in emission.outputs.values()}.values())


def dead_letters(batch: Batch, records: Sequence[bytes], reason: str) -> Emission:
    """What becomes of these records, with which the batch begins, when they are given up."""
    dead = [
        DeadLetter(raw, SOURCE, reason, batch.partition, batch.position + number) for number, raw in enumerate(records)
    ]
    return Emission(dead=dead, counts={SOURCE: StepCount(entered=len(dead), dead=len(dead))}, records=len(dead))
