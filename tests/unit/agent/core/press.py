"""A job at a press, its records, and what came of them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from edge_orch_agent.core.commands import Commit
from edge_orch_agent.core.events import OverrideRequested
from edge_orch_agent.store.port import Store

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Emission
from edge_orch.plan.plan import Plan
from edge_orch.time import DAY, HOUR
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.rig import Rig

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: press}
spec:
  target: site = 'austin'
  params:
    hot_c: {type: float, default: 85.0, min: 0, max: 200, override: operator}
  source:
    mqtt: {topic: raw}
  steps:
    - name: parsed
      schematize:
        json: {}
        fields:
          ts: {type: timestamp, format: unix_s}
          n: {type: int}
          temp_c: {type: float}
        time: ts
    - name: per_window
      aggregate:
        window: {tumbling: 10s}
        compute: {count: count(*), hottest: max(temp_c)}
    - name: hot
      from: parsed
      alert:
        when: temp_c > :hot_c
        clear: {when: temp_c < :hot_c}
        severity: critical
        summary: 'hot'
        notify: [oncall]
  outputs:
    raw: {from: parsed, to: lake}
    stats: {from: per_window, to: lake}
  sinks:
    lake: {http: {url: 'http://127.0.0.1:1/lake'}}
    oncall: {webhook: {url: 'http://127.0.0.1:1/oncall'}}
"""


def lines(first: int, count: int, temp_c: float = 20.0) -> bytes:
    return b"".join(
        b'{"ts":%d,"n":%d,"temp_c":%f}\n' % (1_767_225_600 + n, n, temp_c) for n in range(first, first + count)
    )


def a_rig(batches: list[bytes], *, unplug_at: int | None = None, store: Store | None = None) -> Rig:
    """A device on which version 1 of the job runs, with the link up."""
    rig = Rig(unplug_at, store)
    rig.sources["press"] = Source(batches)
    rig.desire(JOB, 1)
    rig.link(up=True)
    return rig


CALM = [lines(0, 5), lines(5, 5), lines(10, 5), lines(15, 7)]
FEVER = [lines(0, 5), lines(5, 3, 99.0), lines(8, 4), lines(12, 9)]


def commits(rig: Rig) -> list[Commit]:
    return [item for item in rig.trace if isinstance(item, Commit)]


def numbers(rig: Rig) -> list[int]:
    """The `n` of every raw record that the lake has, in order of arrival."""
    return [json.loads(line)["n"] for line in rig.records("lake") if b'"n"' in line]


def windows(rig: Rig) -> list[tuple[int, str]]:
    rows = [json.loads(line) for line in rig.records("lake") if b"window_start" in line]
    return [(row["count"], row["window_start"]) for row in rows]


def revisions(rig: Rig) -> list[int]:
    """-1: a row of a window that ended before its time."""
    return [json.loads(line)["revision"] for line in rig.records("lake") if b"window_start" in line]


def told(rig: Rig) -> list[tuple[str, str]]:
    """What the people on call were told."""
    return [(notice["event"], notice["at"]) for notice in map(json.loads, rig.records("oncall"))]


def override(value: float | None, *, request: int = 1, param: str = "hot_c", **more: object) -> OverrideRequested:
    fields = {"reason": "bearing changed", "by": "maria", "role": "operator"} | more
    return OverrideRequested(request=request, job="press", param=param, value=value, **fields)  # type: ignore[arg-type]


WITH_ANOTHER_WINDOW = JOB.replace("hottest: max(temp_c)", "hottest: max(temp_c), coldest: min(temp_c)")
WITH_A_SECRET = JOB.replace("n: {type: int}", "n: {type: int}\n          who: {type: string, required: false}").replace(
    "    - name: hot", "    - {name: hidden, from: parsed, mask: {who: {hash: '${secret:PII_KEY}'}}}\n    - name: hot"
)
WITH_ANOTHER_SUMMARY = JOB.replace("summary: 'hot'", "summary: 'very hot'")


def break_versions(
    monkeypatch: pytest.MonkeyPatch,
    versions: set[int],
    *,
    at: str = "process",
    on: bytes = b"",
    words: str = "bug in the engine",
) -> None:
    """A bug in the engine that shows in these versions."""

    class Buggy(Pipeline):
        def __init__(self, plan: Plan, *, version: int = 1, **more: Any) -> None:
            if at == "__init__" and version in versions:
                raise RuntimeError(words)
            super().__init__(plan, version=version, **more)

        def process(self, batch: Batch) -> Emission:
            emission = super().process(batch)
            if at == "process" and self.version in versions and on in batch.payload:
                raise RuntimeError(words)
            return emission

    monkeypatch.setattr("edge_orch_agent.core.running.Pipeline", Buggy)


def patient(rig: Rig) -> Rig:
    """With long waits between attempts, so that months pass quickly here, too."""
    rig.settings = msgspec.structs.replace(rig.settings, have_every_us=HOUR, telemetry_every_us=HOUR, retry_most_us=DAY)
    rig.restart()
    return rig
