"""The jobs of random histories, in several versions, and the sensor that feeds them."""

from __future__ import annotations

import json

from tests.simulation.device import Sensor

RECORDS = 3
"""Records of a batch; record `n` of batch `b` bears the number `b * RECORDS + n`."""

_PRESS = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: press}
spec:
  target: TARGET
  params:
    hot_c: {type: float, default: 85.0, min: 0, max: 200, override: operator}
    PARAM: {type: int, default: 3, min: 0, max: 9, override: admin}
  source: {mqtt: {topic: raw}}
  steps:
    - name: parsed
      schematize:
        json: {}
        fields: {n: {type: int}, temp_c: {type: float}}
    - name: hot
      from: parsed
      alert:
        when: temp_c > :hot_c
        clear: {when: temp_c < :hot_c}
        severity: critical
        summary: 'SUMMARY'
        notify: [oncall]
  outputs: {raw: {from: parsed, to: lake}}
  limits: {on_full: block}
  sinks:
    lake: {http: {url: 'http://127.0.0.1:1/lake'}}
    oncall: {webhook: {url: 'http://127.0.0.1:1/oncall'}}
"""

_METER = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: meter}
spec:
  target: TARGET
  source: {mqtt: {topic: meter}}
  steps:
    - name: parsed
      schematize:
        json: {}
        fields: {n: {type: int}, temp_c: {type: float}}
    - {name: warm, from: parsed, filter: temp_c >= LEAST}
  outputs: {warm: {from: warm, to: lake}}
  limits: {outbox: 1KB, on_full: drop_oldest}
  sinks:
    lake: {http: {url: 'http://127.0.0.1:1/lake'}}
"""


def _press(target: str = "role = 'press'", param: str = "votes", summary: str = "hot") -> str:
    return _PRESS.replace("TARGET", target).replace("PARAM", param).replace("SUMMARY", summary)


def _meter(target: str = "role IN ('press', 'mill')", least: int = 0) -> str:
    return _METER.replace("TARGET", target).replace("LEAST", str(least))


PRESS = (
    _press(),
    _press(summary="too hot"),
    _press(param="turns"),  # the parameter `votes` is gone: its overrides are orphaned
    _press(target="role = 'press' AND site = 'north'"),  # leaves the others
)
METER = (_meter(), _meter(least=-50), _meter(target="role = 'mill'"))
VERSIONS = {"press": PRESS, "meter": METER}


def sensor(period: int, garbage: int) -> Sensor:
    """Hot for three batches of every `period`, or, flapping, every other record; every `garbage`-th is damaged."""

    def batch(number: int, flaps: bool) -> bytes:
        hot = number % period >= period - 3
        numbers = range(number * RECORDS, (number + 1) * RECORDS)
        return b"\n".join(_record(n, 120.0 if (n % 2 if flaps else hot) else 60.0, garbage) for n in numbers)

    return batch


def _record(number: int, temp_c: float, garbage: int) -> bytes:
    return b'{"n":' if damaged(number, garbage) else b'{"n":%d,"temp_c":%.1f}' % (number, temp_c)


def damaged(number: int, garbage: int) -> bool:
    """Whether the record can never be read."""
    return number % garbage == garbage - 1


def rejects(line: bytes) -> bool:
    """Whether the lake will never take the record."""
    return number_of(line) % 97 == 5


def number_of(line: bytes) -> int:
    """The number that a delivered record bears; -1 for none."""
    number = json.loads(line).get("n", -1)
    assert isinstance(number, int)
    return number
