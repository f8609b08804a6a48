"""What a component's example makes of its sample."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.plan.plan import Output
from edge_orch.plan.secrets import step_secrets
from edge_orch.plan.steps import ports
from edge_orch.spec.catalogue import Component
from edge_orch.time import Instant, format_timestamp, parse_timestamp
from reference.framing import STAGE, framed

DEVICE = Device("pi-7", {"site": "austin"}, "1.4")
TOPIC = "factory/austin/raw"


def run(component: Component) -> list[str]:
    """The records that come of the sample, as lines of NDJSON, then alerts and dead letters in words."""
    plan = compile_job(framed(component), "example.yaml")
    outputs = tuple(Output(port, port, "") for port in ports(plan.step(STAGE)))
    plan = msgspec.structs.replace(plan, outputs=outputs)
    pipeline = Pipeline(plan, device=DEVICE, secrets=dict.fromkeys(step_secrets(plan), "a key of the device"))
    now = Instant(parse_timestamp("2026-01-01T00:00:10Z"), 0, "reference")
    payload: bytes | list[bytes] = component.sample.encode() + b"\n"
    if component.binary:
        payload = [bytes.fromhex(line) for line in component.sample.splitlines()]
    emissions = [pipeline.process(Batch(TOPIC, payload, now, 0, {"topic": TOPIC})), pipeline.finish()]
    return [line for emission in emissions for line in _told(emission)]


def values(component: Component) -> list[str]:
    """What the field `value` is in each record that comes of the sample, as JSON; text without its quotes."""
    found = [msgspec.json.decode(line)["value"] for line in run(component)]
    return [value if isinstance(value, str) else msgspec.json.encode(value).decode() for value in found]


def _told(emission: Emission) -> Iterator[str]:
    for name, chunk in emission.outputs.items():
        branch = name.removeprefix(STAGE)
        yield from (f"{branch}{' ' if branch else ''}{line}" for line in chunk.data.decode().splitlines())
    for event in emission.episodes:
        yield f"{event.kind.value} at {format_timestamp(event.at_us)}, {event.severity}: {event.summary}"
    for letter in emission.dead:
        yield f"dead letter, {letter.field or 'record'}: {letter.reason}"
