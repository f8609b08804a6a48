"""A whole job over what a gateway reads from registers: bits, floats of two registers, nested JSON in and out."""

from __future__ import annotations

import msgspec

from edge_orch.compile import compile_job
from tests.unit.engine.plans import batch, pipeline, rows

JOB = r"""
apiVersion: edge-orch/v1
kind: Job
metadata: {name: registers}
spec:
  source: {mqtt: {topic: plant/+/modbus}}
  steps:
    - schematize:
        json: {}
        zone: Europe/Berlin
        fields:
          ts: {type: timestamp, format: '%Y-%m-%d %H:%M:%S'}
          unit: string
          regs: json
          meta: {type: json, required: false}
          log: {type: string, required: false}
        time: ts
    - map:
        temp: float32(CAST(regs ->> 0 AS int) << 16 | CAST(regs ->> 1 AS int))
        raw: signed(CAST(regs ->> 2 AS int), 16) / 10
        running: CAST(regs ->> 3 AS int) & 1 = 1
        alarm: CAST(regs ->> 3 AS int) >> 4 & 15
        level: upper(regexp_extract(log, '^\[(\w+)\]', 1))
        message: regexp_replace(log, '^\[\w+\] *', '')
    - filter: unit ILIKE 'PUMP%' AND level IS DISTINCT FROM 'DEBUG'
    - name: shaped
      map:
        device: >-
          json_object('id', unit, 'site', meta ->> '$.site.name', 'values', json_array(round(temp, 2), raw))
    - name: kept
      select: [ts, device, running, alarm, level, message]
  outputs: {out: {from: kept, to: file}}
  sinks: {file: {file: {path: x}}}
"""


def test_registers_become_readings() -> None:
    stamp = "2026-07-01 12:00:00"
    records = [
        {"ts": stamp, "unit": "pump-1", "regs": [16830, 41943, 65526, 33], "meta": {"site": {"name": "linz"}},
         "log": "[warn] too hot"},
        {"ts": stamp, "unit": "Pump-2", "regs": [1, "x", 1], "log": "[debug] a"},
        {"ts": stamp, "unit": "PUMP-3", "regs": [1]},
    ]  # fmt: skip
    running = pipeline(compile_job(JOB, "registers.yaml"))
    at = "2026-07-01T10:00:00Z"
    assert rows(running.process(batch([msgspec.json.encode(record) for record in records]))) == [
        {"ts": at, "device": {"id": "pump-1", "site": "linz", "values": [23.83, -1.0]}, "running": True, "alarm": 2,
         "level": "WARN", "message": "too hot"},
        {"ts": at, "device": {"id": "PUMP-3", "site": None, "values": [None, None]}, "running": None, "alarm": None,
         "level": None, "message": None},
    ]  # fmt: skip
