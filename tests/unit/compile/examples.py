"""The main job of the design, as a text."""

from __future__ import annotations

PRESSES = r"""apiVersion: edge-orch/v1
kind: Job
metadata: {name: press-temperature, labels: {team: maintenance}}
spec:
  target: site = 'austin' AND role = 'press'
  params:
    hot_c:  {type: float, default: 85.0, min: 0, max: 200, override: operator}
    quorum: {type: int, default: 4, min: 1, override: admin}
  source:
    mqtt: {topic: factory/+/raw}
  steps:
    - schematize:
        regex: '^(?P<ts>\S+) (?P<sensor>\S+) TEMP=(?P<temp_c>\S+)C$'
        fields:
          ts:     {type: timestamp, format: unix_s}
          sensor: {type: string, pattern: '^press-\d+$'}
          temp_c: {type: float, min: -40, max: 200}
        time: ts
    - enrich: {site: device.labels.site, firmware: device.firmware, source_topic: source.topic}
    - filter: temp_c IS NOT NULL
    - name: per_sensor
      aggregate:
        window: {tumbling: 10s}
        by: [sensor]
        compute: {n: count(*), avg_c: avg(temp_c), max_c: max(temp_c), p95_c: 'quantile(temp_c, 0.95)'}
        grace: 5s
    - name: overheating
      from: enrich
      alert:
        when: temp_c > :hot_c
        quorum: {distinct: sensor, at_least: :quorum, within: 30s}
        key: []
        hold: 5s
        clear: {when: temp_c < :hot_c - 5, hold: 60s}
        severity: critical
        summary: '{count} sensors above {hot_c} °C at {site}'
        notify: [oncall, bus]
  outputs:
    raw:    {from: schematize, to: lake, priority: low}
    stats:  {from: per_sensor, to: warehouse}
  sinks:
    lake:      {file: {path: /data/x.ndjson}}
    warehouse: {http: {url: 'http://x/y', headers: {Authorization: 'Bearer ${secret:T}'}}}
    oncall:    {pagerduty: {routing_key: '${secret:PD_KEY}'}}
    bus:       {sqs: {queue_url: 'http://127.0.0.1:5000/x'}}
  limits: {outbox: 512MiB, state: 64MiB, dead_letters: 32MiB, max_age: 30d, on_full: drop_oldest}
"""
