from __future__ import annotations

import json
from typing import Any

import pytest
from edge_orch_agent.core.commands import Acknowledge, Commit, Deliver
from edge_orch_agent.core.events import AckRequested, BatchRead, OverrideRequested
from edge_orch_agent.core.transaction import Transaction

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Emission
from edge_orch.plan.plan import Plan, digest, encode_plan
from edge_orch.time import HOUR, MILLISECOND, MINUTE, SECOND
from edge_orch.trust.envelope import sign_plan
from edge_orch.trust.keys import PrivateKey
from edge_orch.twin.facts import JobState
from tests.unit.agent.core.rig import KEY, Rig, Source

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


def a_rig(batches: list[bytes], *, unplug_at: int | None = None) -> Rig:
    """A device on which version 1 of the job runs, with the link up."""
    rig = Rig(unplug_at=unplug_at)
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


def told(rig: Rig) -> list[tuple[str, str]]:
    """What the people on call were told."""
    return [(notice["event"], notice["at"]) for notice in map(json.loads, rig.records("oncall"))]


def override(value: float | None, *, request: int = 1, param: str = "hot_c", **more: object) -> OverrideRequested:
    fields = {"reason": "bearing changed", "by": "maria", "role": "operator"} | more
    return OverrideRequested(request=request, job="press", param=param, value=value, **fields)  # type: ignore[arg-type]


class TestWork:
    def test_batch_commit_acknowledge_deliver_cursor(self) -> None:
        rig = a_rig(CALM[:1])
        rig.run(SECOND)
        kinds = [type(item) for item in rig.trace]
        taken = kinds.index(BatchRead)
        assert kinds[taken:].index(Commit) < kinds[taken:].index(Acknowledge) < kinds[taken:].index(Deliver)
        assert numbers(rig) == list(range(5))
        state = rig.store.load()
        assert state.segments == []
        assert list(state.cursors.values()) == [1]
        assert list(state.positions.values()) == [b"1"]

    def test_batches_are_gathered_into_one_commit(self) -> None:
        rig = a_rig(CALM[:3])
        before = len(commits(rig))
        rig.run(100 * MILLISECOND)
        (commit,) = commits(rig)[before:]
        assert list(commit.transaction.positions.values()) == [b"3"]

    def test_nothing_is_acknowledged_or_delivered_before_it_is_durable(self) -> None:
        rig = a_rig(CALM)
        rig.commits_to_fail = 1_000
        rig.run(10 * SECOND)
        assert rig.sources["press"].acknowledged == set()
        assert numbers(rig) == []
        assert rig.core.view().commit_failure == "disk full"

    def test_a_failed_commit_is_given_again_unchanged(self) -> None:
        rig = a_rig(CALM)
        rig.commits_to_fail = 2
        before = len(commits(rig))
        rig.run(30 * SECOND)
        first, second, third, *_ = commits(rig)[before:]
        assert first == second == third
        assert numbers(rig) == list(range(22))
        assert rig.core.view().commit_failure == ""

    def test_every_record_has_its_fate_in_the_ledger(self) -> None:
        rig = a_rig([lines(0, 5) + b"not json\n", *CALM[1:]])
        rig.run(10 * SECOND)
        ledger = rig.ledger()
        assert ledger["parsed", "entered"] == 23
        assert ledger["parsed", "passed"] + ledger["parsed", "dead"] == 23
        assert ledger["raw/lake", "out"] == ledger["raw/lake", "delivered"] == 22
        assert [dead.letter.raw for dead in rig.store.dead] == [b"not json"]
        assert rig.core.ledger.entries() == rig.store.load().ledger

    def test_time_alone_closes_a_window(self) -> None:
        rig = a_rig([lines(0, 5)])
        rig.run(2 * MINUTE)
        assert windows(rig) == [(5, "2026-01-01T00:00:00Z")]

    def test_a_window_survives_a_reboot_without_new_records(self) -> None:
        rig = a_rig([lines(0, 5)])
        rig.run(30 * SECOND)
        rig.restart()
        rig.run(3 * MINUTE)
        assert windows(rig) == [(5, "2026-01-01T00:00:00Z")]


class TestAlerts:
    def test_an_episode_is_committed_at_once_and_notified_once(self) -> None:
        rig = a_rig(FEVER)
        assert told(rig) == [("opened", "2026-01-01T00:00:05Z"), ("resolved", "2026-01-01T00:00:08Z")]
        assert all(times == 1 for times in rig.deliveries.values())
        rig.run(MINUTE)
        (alert,) = rig.core.view().alerts
        assert (alert.state, alert.notified) == ("resolved", ("oncall",))
        assert sorted(fact.event for fact in rig.facts().episodes.values()) == [
            "notified.opened.oncall",
            "notified.resolved.oncall",
            "opened",
            "resolved",
        ]
        assert len(rig.records("oncall")) == 2

    def test_it_leaves_with_no_network(self) -> None:
        rig = a_rig([])
        rig.link(up=False)
        rig.sources["press"].batches = FEVER
        rig.tell()
        assert len(rig.records("oncall")) == 2

    def test_alerts_are_delivered_while_the_other_sink_is_down(self) -> None:
        rig = a_rig([])
        rig.down = {"lake"}
        rig.sources["press"].batches = FEVER
        rig.run(HOUR)
        assert len(rig.records("oncall")) == 2
        assert numbers(rig) == []
        (raw, _) = rig.core.view().outbox
        assert (raw.records, raw.failure) == (21, "no route to host")

    def test_an_acknowledgement_at_the_machine(self) -> None:
        rig = a_rig(FEVER[:2])
        (alert,) = rig.core.view().alerts
        rig.tell(AckRequested(request=7, episode=alert.episode, by="maria", note="on my way"))
        assert rig.replies[7].fact_key == f"{alert.episode}/agent/1"
        (alert,) = rig.core.view().alerts
        assert (alert.state, alert.acks[0].by) == ("acknowledged", "maria")
        assert f"{alert.episode}/agent/1" in rig.controller.replica.facts().acks

    def test_an_unknown_episode_cannot_be_acknowledged(self) -> None:
        rig = a_rig([])
        rig.tell(AckRequested(request=7, episode="none", by="maria"))
        assert rig.replies[7].problem is not None


class TestDelivery:
    def test_a_sink_that_comes_back_gets_everything_in_order_and_once(self) -> None:
        rig = a_rig([lines(n, 1) for n in range(60)])
        rig.down = {"lake"}
        rig.run(HOUR)
        rig.restart()
        rig.down = set()
        rig.run(10 * MINUTE)
        assert numbers(rig) == list(range(60))
        assert rig.store.load().segments == []

    def test_a_poison_record_is_the_only_one_that_is_not_delivered(self) -> None:
        rig = a_rig([lines(0, 500), lines(500, 500)])
        rig.poison = b'"n":617,'
        rig.run(MINUTE)
        assert numbers(rig) == [n for n in range(1_000) if n != 617]
        (dead,) = rig.store.dead
        assert json.loads(dead.letter.raw)["n"] == 617
        assert dead.letter.reason == "HTTP 422"
        ledger = rig.ledger()
        assert (ledger["raw/lake", "delivered"], ledger["raw/lake", "dead"]) == (999, 1)

    @pytest.mark.parametrize("policy", ["drop_oldest", "drop_newest"])
    def test_a_full_outbox_drops_and_counts(self, policy: str) -> None:
        rig = Rig()
        rig.sources["press"] = Source([lines(n, 1) for n in range(200)], ahead=1)
        rig.down = {"lake"}
        rig.desire(JOB + f"  limits: {{outbox: 2KiB, on_full: {policy}}}\n", 1)
        rig.link(up=True)
        rig.run(10 * MINUTE)
        assert rig.core.outbox.size("press") <= 2048
        rig.down = set()
        rig.run(10 * MINUTE)
        ledger = rig.ledger()
        assert 0 < len(numbers(rig)) < 200
        assert ledger["raw/lake", "delivered"] + ledger["raw/lake", "dropped:outbox_full"] == 200
        assert (199 in numbers(rig)) == (policy == "drop_oldest")
        assert (0 in numbers(rig)) == (policy == "drop_newest")

    def test_a_full_outbox_that_blocks_stops_the_source_and_loses_nothing(self) -> None:
        rig = Rig()
        rig.sources["press"] = Source([lines(n, 1) for n in range(200)], ahead=1)
        rig.down = {"lake"}
        rig.desire(JOB + "  limits: {outbox: 2KiB, on_full: block}\n", 1)
        rig.link(up=True)
        rig.run(10 * MINUTE)
        assert len(rig.sources["press"].acknowledged) < 200
        assert rig.core.outbox.size("press") < 3_000
        rig.down = set()
        rig.run(10 * MINUTE)
        assert numbers(rig) == list(range(200))

    def test_a_corrected_sink_is_tried_at_once_with_what_waits(self) -> None:
        rig = a_rig([lines(0, 5)])
        rig.down = {"lake"}
        rig.run(HOUR)
        rig.down = set()
        rig.desire(JOB.replace("/lake", "/pond"), 2)
        assert numbers(rig) == list(range(5))
        assert [item.sink.options["url"] for item in rig.trace if isinstance(item, Deliver)][-1].endswith("/pond")

    def test_dead_letters_keep_their_cap_and_the_rest_is_counted(self) -> None:
        rig = Rig()
        rig.sources["press"] = Source([b"x" * 100 + b"\n"] * 30)
        rig.desire(JOB + "  limits: {dead_letters: 1KiB}\n", 1)
        rig.link(up=True)
        rig.run(10 * SECOND)
        assert len(rig.store.dead) == 10
        rig.restart()
        rig.sources["press"].batches += [b"y" * 100]
        rig.run(10 * SECOND)
        assert len(rig.store.dead) == 10
        assert rig.ledger()["parsed", "dropped:dead_letters_full"] == 21


class TestOverrides:
    def test_an_override_counts_from_the_next_record_on_and_is_kept_when_the_link_returns(self) -> None:
        rig = a_rig([])
        rig.link(up=False)
        rig.tell(override(98.0))
        assert rig.replies[1].problem is None
        rig.sources["press"].batches = FEVER
        rig.run(SECOND)
        assert len(rig.records("oncall")) == 2  # 99 °C is above 98 as well
        rig.tell(override(150.0, request=2))
        rig.sources["press"].batches = [*FEVER, lines(30, 5, 120.0)]
        rig.run(SECOND)
        assert len(rig.records("oncall")) == 2
        assert rig.controller.replica.facts().overrides == {}
        rig.link(up=True)
        assert rig.controller.replica.facts().overrides == rig.facts().overrides
        assert rig.controller.replica.heads() == rig.core.twin.replica.heads()
        first, second = rig.core.view().overrides
        assert (first.state, second.state) == ("superseded", "active")
        (why,) = rig.core.view().parameters
        assert (why.value, why.conflict) == (150.0, False)
        assert "bearing changed" in why.reasons[-1]

    def test_it_survives_a_restart(self) -> None:
        rig = a_rig([])
        rig.link(up=False)
        rig.tell(override(150.0))
        rig.restart()
        rig.sources["press"].batches = FEVER
        rig.run(SECOND)
        assert rig.records("oncall") == []

    def test_it_expires_by_itself(self) -> None:
        rig = a_rig([])
        rig.tell(override(150.0, expires_in_us=HOUR))
        rig.run(HOUR - SECOND)
        assert rig.core.view().parameters[0].value == 150.0
        rig.run(2 * SECOND)
        assert rig.core.view().parameters[0].value == 85.0
        rig.sources["press"].batches = FEVER
        rig.run(SECOND)
        assert len(rig.records("oncall")) == 2

    def test_it_can_be_revoked(self) -> None:
        rig = a_rig([])
        rig.tell(override(150.0), override(None, request=2))
        assert rig.replies[2].problem is None
        assert rig.core.view().parameters[0].value == 85.0

    @pytest.mark.parametrize(
        ("request_", "words"),
        [
            (override(1_000.0), "out of bounds"),
            (override("hot"), "wrong type"),  # type: ignore[arg-type]
            (override(90.0, role="viewer"), "needs the role"),
            (override(90.0, reason=" "), "needs a reason"),
            (override(90.0, param="cold_c"), "no parameter"),
            (override(None), "no override to revoke"),
        ],
    )
    def test_what_is_wrong_is_said_and_changes_nothing(self, request_: OverrideRequested, words: str) -> None:
        rig = a_rig([])
        rig.tell(request_)
        problem = rig.replies[1].problem
        assert problem is not None
        assert words in problem.what
        assert rig.facts().overrides == {}

    def test_the_reply_comes_when_the_fact_is_durable(self) -> None:
        rig = a_rig([])
        rig.commits_to_fail = 1
        rig.tell(override(90.0))
        assert rig.replies == {}
        rig.run(MINUTE)
        assert rig.replies[1].fact_key in rig.facts().overrides


WITH_ANOTHER_WINDOW = JOB.replace("hottest: max(temp_c)", "hottest: max(temp_c), coldest: min(temp_c)")
WITH_ANOTHER_SUMMARY = JOB.replace("summary: 'hot'", "summary: 'very hot'")


class TestVersions:
    def test_a_new_version_runs_and_keeps_the_windows_of_unchanged_steps(self) -> None:
        rig = a_rig([lines(0, 5)])
        rig.run(SECOND)
        rig.desire(WITH_ANOTHER_SUMMARY, 2)
        rig.run(SECOND)
        rig.sources["press"].batches = [lines(0, 5), lines(5, 5), lines(10, 5)]
        rig.run(SECOND)
        assert windows(rig) == [(10, "2026-01-01T00:00:00Z")]
        assert numbers(rig) == list(range(15))
        (job,) = rig.core.view().jobs
        assert (job.version, job.desired, job.state, job.error) == (2, 2, "running", "")
        assert rig.controller.replica.facts().reported["press"].version == 2
        assert rig.sources["press"].starts == 1  # the source is the same: it went on reading

    def test_a_changed_source_starts_anew_behind_what_was_read(self) -> None:
        rig = a_rig([lines(0, 5), lines(5, 5)])
        rig.run(SECOND)
        rig.desire(JOB.replace("topic: raw", "topic: other"), 2)
        rig.sources["press"].batches = [lines(n * 5, 5) for n in range(4)]
        rig.run(SECOND)
        assert rig.sources["press"].starts == 2
        assert numbers(rig) == list(range(20))

    def test_it_becomes_the_last_good_one_after_its_probation(self) -> None:
        rig = a_rig([])
        rig.run(2 * MINUTE)
        rig.desire(WITH_ANOTHER_SUMMARY, 2)
        rig.run(30 * SECOND)
        slots = {slot.slot.value: slot.version for slot in rig.store.load().slots}
        assert slots == {"current": 1, "candidate": 2}
        rig.run(MINUTE)
        slots = {slot.slot.value: slot.version for slot in rig.store.load().slots}
        assert slots == {"last_good": 1, "current": 2}

    def test_an_older_version_is_run_when_the_controller_wants_it(self) -> None:
        rig = a_rig([])
        rig.desire(WITH_ANOTHER_SUMMARY, 2)
        rig.desire(JOB, 1)
        rig.run(SECOND)
        (job,) = rig.core.view().jobs
        assert (job.version, job.state) == (1, "running")

    def test_everything_runs_after_a_restart_with_no_network(self) -> None:
        rig = a_rig([lines(0, 5)])
        rig.run(SECOND)
        rig.link(up=False)
        rig.restart()
        rig.sources["press"].batches = [lines(0, 5), lines(5, 10)]
        rig.run(SECOND)
        assert numbers(rig) == list(range(15))
        assert windows(rig) == [(10, "2026-01-01T00:00:00Z")]

    def test_one_that_breaks_is_given_up_offline_and_not_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rig = a_rig([lines(0, 5)])
        rig.run(2 * MINUTE)
        break_versions(monkeypatch, {2})
        rig.desire(WITH_ANOTHER_SUMMARY, 2)
        rig.link(up=False)
        rig.sources["press"].batches = [lines(n * 5, 5) for n in range(6)]
        rig.run(SECOND)
        (job,) = rig.core.view().jobs
        assert (job.version, job.desired) == (1, 2)
        assert "RuntimeError: bug in the engine" in job.error
        assert len(rig.store.dead) == 15  # three batches: kept, to be replayed
        assert numbers(rig) == [*range(5), *range(20, 30)]
        rig.link(up=True)
        rig.restart()
        rig.run(SECOND)
        (job,) = rig.core.view().jobs
        assert (job.version, job.state) == (1, "running")
        reported = rig.controller.replica.facts().reported["press"]
        assert (reported.version, reported.generation, reported.state) == (1, 2, JobState.RUNNING)
        assert "bug in the engine" in reported.error

    def test_a_version_that_cannot_start_leaves_the_running_one_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rig = a_rig([lines(0, 5)])
        break_versions(monkeypatch, {2}, at="__init__")
        rig.desire(WITH_ANOTHER_SUMMARY, 2)
        rig.sources["press"].batches = [lines(0, 5), lines(5, 5)]
        rig.run(SECOND)
        assert numbers(rig) == list(range(10))
        reported = rig.controller.replica.facts().reported["press"]
        assert (reported.version, reported.generation) == (1, 2)
        assert "version 2 cannot start" in reported.error

    def test_a_first_version_that_breaks_is_stopped_and_reported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        break_versions(monkeypatch, {1})
        rig = a_rig([lines(n * 5, 5) for n in range(6)])
        rig.run(SECOND)
        (job,) = rig.core.view().jobs
        assert (job.version, job.state) == (0, "failed")
        assert rig.controller.replica.facts().reported["press"].state is JobState.FAILED

    def test_a_batch_that_breaks_the_job_is_dead_and_leaves_no_trace_in_its_windows(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        break_versions(monkeypatch, {1}, on=b'"n":5,')
        rig = a_rig([lines(0, 5), lines(5, 2), lines(7, 5)])
        rig.run(SECOND)
        assert len(rig.store.dead) == 2
        assert windows(rig) == [(8, "2026-01-01T00:00:00Z")]
        assert rig.core.view().jobs[0].version == 1

    def test_an_untrusted_plan_is_refused(self) -> None:
        rig = a_rig([])
        plan = rig.controller.desire(WITH_ANOTHER_SUMMARY, 2)
        data = encode_plan(plan)
        rig.controller.envelopes[digest(data)] = sign_plan(PrivateKey(b"x" * 32), plan.name, 2, data)
        rig.run(10 * SECOND)
        (job,) = rig.core.view().jobs
        assert job.version == 1
        assert "no trusted key signed this plan" in job.error
        rig.controller.envelopes[digest(data)] = sign_plan(KEY, plan.name, 2, data)
        rig.run(2 * MINUTE)
        (job,) = rig.core.view().jobs
        assert (job.version, job.error) == (2, "")

    def test_a_plan_signed_as_another_version_is_refused(self) -> None:
        rig = a_rig([])
        plan = rig.controller.desire(WITH_ANOTHER_SUMMARY, 2)
        data = encode_plan(plan)
        rig.controller.envelopes[digest(data)] = sign_plan(KEY, plan.name, 3, data)
        rig.run(10 * SECOND)
        assert rig.core.view().jobs[0].version == 1

    def test_a_removed_job_closes_its_windows_and_still_delivers(self) -> None:
        rig = a_rig([lines(0, 5)])
        rig.down = {"lake"}
        rig.run(SECOND)
        rig.desire(JOB, 1, removed=True)
        rig.restart()
        rig.down = set()
        rig.run(2 * MINUTE)
        assert numbers(rig) == list(range(5))
        assert windows(rig) == [(5, "2026-01-01T00:00:00Z")]
        assert rig.controller.replica.facts().reported["press"].state is JobState.REMOVED
        state = rig.store.load()
        assert (state.slots, state.envelopes, state.states, state.positions, state.segments) == ([], {}, {}, {}, [])

    def test_an_episode_of_a_rule_that_changes_is_resolved(self) -> None:
        rig = a_rig(FEVER[:2])
        assert [event for event, _ in told(rig)] == ["opened"]
        rig.desire(WITH_ANOTHER_SUMMARY, 2)
        rig.run(SECOND)
        assert [event for event, _ in told(rig)] == ["opened", "resolved"]
        assert [alert.state for alert in rig.core.view().alerts] == ["resolved"]

    def test_an_episode_of_a_rule_that_stays_goes_on(self) -> None:
        rig = a_rig(FEVER[:2])
        rig.desire(WITH_ANOTHER_WINDOW, 2)
        rig.run(SECOND)
        rig.sources["press"].batches = FEVER
        rig.run(SECOND)
        assert told(rig) == [("opened", "2026-01-01T00:00:05Z"), ("resolved", "2026-01-01T00:00:08Z")]

    def test_damaged_state_starts_the_job_with_empty_windows(self) -> None:
        rig = a_rig([lines(0, 5)])
        rig.run(SECOND)
        rig.store.commit(Transaction(states={"press": b"\xff"}))
        rig.restart()
        rig.sources["press"].batches = [lines(0, 5), lines(5, 10)]
        assert "empty windows" in rig.core.view().jobs[0].trouble
        rig.run(SECOND)
        assert numbers(rig) == list(range(15))


def break_versions(
    monkeypatch: pytest.MonkeyPatch, versions: set[int], *, at: str = "process", on: bytes = b""
) -> None:
    """A bug in the engine that shows in these versions."""

    class Buggy(Pipeline):
        def __init__(self, plan: Plan, *, version: int = 1, **more: Any) -> None:
            if at == "__init__" and version in versions:
                raise RuntimeError("bug in the engine")
            super().__init__(plan, version=version, **more)

        def process(self, batch: Batch) -> Emission:
            emission = super().process(batch)
            if at == "process" and self.version in versions and on in batch.payload:
                raise RuntimeError("bug in the engine")
            return emission

    monkeypatch.setattr("edge_orch_agent.core.running.Pipeline", Buggy)


def a_history(unplug_at: int | None) -> Rig:
    """Data, an alert, an override offline, a new version, the link's return."""
    rig = a_rig(FEVER[:2], unplug_at=unplug_at)
    rig.link(up=False)
    rig.tell(override(90.0))
    rig.controller.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.sources["press"].batches = [*FEVER, lines(21, 5, 95.0), lines(26, 9)]
    rig.run(5 * SECOND)
    rig.link(up=True)
    rig.run(2 * MINUTE)
    rig.tell(*([] if rig.facts().overrides else [override(90.0, request=2)]))  # the person saw no reply, and asks again
    rig.run(MINUTE)
    return rig


def test_a_crash_before_any_command_loses_and_doubles_nothing() -> None:
    calm = a_history(None)
    assert numbers(calm) == list(range(35))
    assert len(calm.records("oncall")) == 4
    for unplug_at in range(calm.performed):
        rig = a_history(unplug_at)
        assert rig.unplug_at is None, "the power was never cut"
        assert numbers(rig) == numbers(calm), unplug_at
        assert windows(rig) == windows(calm), unplug_at
        assert told(rig) == told(calm), unplug_at
        assert rig.ledger() == calm.ledger(), unplug_at
        assert rig.store.load().segments == []
        assert rig.controller.replica.heads() == rig.core.twin.replica.heads()
        facts = rig.facts()
        assert facts.reported["press"].version == 2
        assert len(facts.overrides) == 1
        assert facts.episodes.keys() == calm.facts().episodes.keys()
