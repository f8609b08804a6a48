"""The jobs as people would write them. Labels fill in where a run reads and delivers."""

from __future__ import annotations

from edge_orch.compile import compile_job
from edge_orch.plan.plan import Plan

_HEAD = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: %s}
spec:
"""

BUS = (
    _HEAD % "bus"
    + """\
  source: {mqtt: {topic: bench/readings}}
  steps:
    - schematize:
        json: {}
        fields:
          n: int
          ts: {type: timestamp, format: unix_s}
          sensor: string
          line: string
          temp_c: {type: float, min: -40, max: 200}
          vib: float
          status: string
        time: ts
    - name: good
      filter: status = 'ok'
    - name: hot
      alert:
        when: temp_c > 90
        key: [sensor]
        severity: warning
        summary: '{sensor} is hot'
        notify: [people]
  outputs:
    records: {from: good, to: lake}
  sinks:
    lake: {http: {url: '${label:sink_url}/records'}}
    people: {webhook: {url: '${label:sink_url}/alerts'}}
"""
)
"""Every record over HTTP, and alerts."""

FEED = BUS.replace("name: bus", "name: feed").replace(
    "mqtt: {topic: bench/readings}", "file: {path: '${label:folder}/feed.in'}"
)
"""The same of a file."""

J1 = (
    _HEAD % "j1"
    + """\
  source: {file: {path: '${label:folder}/j1.in'}}
  steps:
    - schematize:
        json: {}
        fields: {ts: float, sensor: string, line: string, temp_c: float, vib: float, fw: string, status: string}
    - name: good
      filter: temp_c > -40 AND temp_c < 200 AND status = 'ok'
  outputs:
    records: {from: good, to: out}
  sinks:
    out: {file: {path: '${label:folder}/j1.out'}}
"""
)
"""NDJSON → filter → NDJSON, as in the engine's benchmark."""

J2 = (
    _HEAD % "j2"
    + """\
  source: {file: {path: '${label:folder}/j2.in'}}
  steps:
    - schematize:
        regex: >-
          (?P<ts>\\d+\\.\\d+) (?P<sensor>\\S+) TEMP=(?P<temp_c>-?\\d+(?:\\.\\d+)?)C VIB=(?P<vib>\\d+(?:\\.\\d+)?)
          FW=(?P<fw>\\S+) st=(?P<status>\\S+)
        fields: {ts: float, sensor: string, temp_c: float, vib: float, fw: string, status: string}
    - name: good
      filter: temp_c > -40 AND temp_c < 200 AND status = 'ok'
    - enrich: {site: device.labels.site, role: device.labels.role, agent: device.id, source_path: source.partition}
  outputs:
    records: {from: enrich, to: out}
  sinks:
    out: {http: {url: '${label:sink_url}/bulk'}}
"""
)
"""Raw text → regular expression → filter → enrich → NDJSON over HTTP."""

J1_HTTP = J1.replace("j1", "j1-http").replace(
    "file: {path: '${label:folder}/j1-http.out'", "http: {url: '${label:sink_url}/bulk'"
)
"""J1 to the other sink."""

J2_FILE = J2.replace("j2", "j2-file").replace(
    "http: {url: '${label:sink_url}/bulk'", "file: {path: '${label:folder}/j2-file.out'"
)
"""J2 to the other sink."""

KUIPER = (
    _HEAD % "kuiper"
    + """\
  source: {mqtt: {topic: bench/kuiper}}
  steps:
    - schematize:
        json: {}
        fields: {temperature: float, humidity: float, n: int}
    - name: warm
      filter: temperature > 50
  outputs:
    records: {from: warm, to: out}
  sinks:
    out: {file: {path: '${label:folder}/kuiper.out'}}
"""
)
"""The rule of eKuiper's published benchmark: `SELECT * FROM demo WHERE temperature > 50`, MQTT in, file out."""


def plan(text: str) -> Plan:
    """What the engine runs."""
    return compile_job(text, "job.yaml")
