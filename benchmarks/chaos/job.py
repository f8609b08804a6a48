"""The job under test, and the numbered lines that it reads. No dedupe step: what comes twice is the agent's fault."""

from __future__ import annotations

TOPIC = "chaos/lines"
BROKEN_EVERY = 97
"""Each line with such a number is cut off in the middle: a dead letter, and nothing else, must become of it."""
KEYS = 7
STEP_S = 0.001
"""Event time between two lines: it follows the number, not the clock, so that windows have the same content always."""
PROBE = "probe"
LAST = "last"
"""Keys of lines that nobody counts: before the first subscription, and the one whose event time closes all windows."""

TEXT = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: chaos}
spec:
  source: {mqtt: {topic: chaos/lines}}
  steps:
    - schematize:
        json: {}
        fields:
          n: {type: int, required: true}
          key: {type: string, required: true}
          ts: {type: timestamp, format: unix_s, required: true}
        time: ts
    - name: counted
      filter: n >= 0
    - name: totals
      from: schematize
      aggregate:
        window: {tumbling: 1s}
        by: [key]
        compute: {count: count(*), total: sum(n)}
        grace: 5s
  outputs:
    lines: {from: counted, to: lines}
    totals: {from: totals, to: totals}
  sinks:
    lines: {http: {url: '${label:sink_url}/lines'}}
    totals: {http: {url: '${label:sink_url}/totals'}}
"""


def line(number: int, begin_s: int, key: str = "") -> bytes:
    """The text of line `number`, stamped by it; a broken one keeps its number readable."""
    stamp = begin_s + number * STEP_S
    text = f'{{"n":{number},"key":"{key or f"k{number % KEYS}"}","ts":{stamp:.3f}}}'
    return (text[: text.index(',"ts"')] if broken(number) else text).encode()


def broken(number: int) -> bool:
    """Whether line `number` can be read by no job."""
    return number > 0 and number % BROKEN_EVERY == 0
