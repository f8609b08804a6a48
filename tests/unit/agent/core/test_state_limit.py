from __future__ import annotations

from edge_orch.time import MINUTE
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import lines
from tests.unit.agent.core.rig import Rig

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: press}
spec:
  source: {mqtt: {topic: raw}}
  steps:
    - name: parsed
      schematize:
        json: {}
        fields: {ts: {type: timestamp, format: unix_s}, n: int, temp_c: float}
        time: ts
    - name: unique
      dedupe: {keys: [n], within: 1d}
    - name: by_n
      aggregate: {window: {tumbling: 1d}, by: [n], compute: {hottest: max(temp_c)}}
  outputs: {stats: {from: by_n, to: lake}}
  sinks: {lake: {http: {url: 'http://127.0.0.1:1/lake'}}}
  limits: {state: 100KB}
"""


def test_a_job_whose_keys_explode_stays_within_its_limit_and_all_is_accounted_for_over_restarts() -> None:
    rig = Rig()
    rig.sources["press"] = Source([lines(first, 100) for first in range(0, 2000, 100)])
    rig.desire(JOB, 1)
    rig.link(up=True)
    rig.run(MINUTE)
    rig.restart()
    rig.run(MINUTE)
    ledger = rig.ledger()
    refused = [letter.letter for letter in rig.dead()]
    assert ledger["unique", "passed"] == 2000
    assert 1000 < ledger["unique", "evicted"] < 2000
    assert ledger["by_n", "folded"] + len(refused) == 2000
    assert 0 < ledger["by_n", "folded"] < 100
    assert {(letter.step, letter.reason.partition(":")[0]) for letter in refused} == {("by_n", "state_limit")}
    accounts = {account.stream: account for account in rig.core.view().accounts}
    assert not any(account.gap for account in accounts.values())
    assert accounts["unique"].evicted == ledger["unique", "evicted"]
    assert len(rig.store.load().states["press"]) < 100_000
