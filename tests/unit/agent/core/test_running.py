from __future__ import annotations

import pytest
from edge_orch_agent.core.guarding import Overran, Unguarded
from edge_orch_agent.core.running import BREAKS, RunningJob
from edge_orch_agent.core.transaction import Slot, SlotName
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.errors import Invalid
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Hash, Mask
from tests.unit.engine.plans import STRING, batch, parsed, plan, rows, schematize


def masked() -> Plan:
    step = schematize(parsed("k", STRING))
    return plan(step, Mask("mask", "parse", (("k", Hash("${secret:PII_KEY}")),), step.schema))


def running(secrets: dict[str, str], job: Plan | None = None) -> RunningJob:
    slot = Slot("job", SlotName.CURRENT, 1, "sha256:0", 1)
    return RunningJob(
        slot,
        job or masked(),
        device=Device("d"),
        values={},
        secret=secrets.get,
        state=b"",
        since_us=0,
        guard=Unguarded(),
    )


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> RunningJob:
    """A job, one batch of which may bring forth a hundred bytes."""
    monkeypatch.setattr("edge_orch_agent.core.running.MOST_MADE", 100)
    return running({}, plan(schematize(parsed("k", STRING))))


def test_what_one_batch_brings_forth_is_bounded(bounded: RunningJob) -> None:
    payload = b"".join(b'{"k":"%d"}\n' % number for number in range(64))  # 10 or 11 bytes each, in and out
    out, dead = fates(bounded, payload)
    assert out == [str(number) for number in range(len(out))]
    assert 90 <= len(b"".join(b'{"k":"%s"}\n' % key.encode() for key in out)) <= 200
    assert [position for _, position in dead] == list(range(100 + len(out), 164))
    assert bounded.failures == 1


def test_what_is_too_much_at_once_is_no_failure_where_the_bound_is_kept(bounded: RunningJob) -> None:
    assert fates(bounded, b'{"k":"a"}\n' * 8) == (["a"] * 8, [])
    assert bounded.failures == 0


def test_steps_are_given_the_devices_secrets() -> None:
    first, second = (
        rows(emission)[0]["k"]
        for key in ("a", "b")
        for emission in running({"PII_KEY": key}).process(batch(b'{"k":"Ada"}'))
    )
    assert len(first) == 64
    assert first != second


def test_a_job_whose_secret_is_missing_does_not_start() -> None:
    with pytest.raises(Invalid, match="secret PII_KEY is not on this device"):
        running({})


@pytest.fixture(params=[RuntimeError("a bug"), MemoryError(), Overran("it took more than 2 s of the processor")])
def allergic(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RunningJob:
    """A job that, having taken in the whole batch, cannot stand `poison` in it."""

    class Allergic(Pipeline):
        def process(self, batch: Batch) -> Emission:
            emission = super().process(batch)
            if b"poison" in (batch.payload if isinstance(batch.payload, bytes) else b"".join(batch.payload)):
                raise request.param
            return emission

    monkeypatch.setattr("edge_orch_agent.core.running.Pipeline", Allergic)
    return running({}, plan(schematize(parsed("k", STRING))))


def fates(job: RunningJob, payload: bytes | list[bytes]) -> tuple[list[str], list[tuple[bytes, int]]]:
    """What came out, and what died with its number."""
    emissions = job.process(batch(payload, position=100))
    out = [row["k"] for emission in emissions for row in rows(emission)]
    return out, [(letter.raw, letter.position) for emission in emissions for letter in emission.dead]


def test_a_poison_record_in_a_thousand_dies_alone(allergic: RunningJob) -> None:
    payload = [b'{"k":"%s"}' % (b"poison" if n == 700 else b"%d" % n) for n in range(1_000)]
    for given_as in (payload, b"".join(line + b"\n" for line in payload)):
        out, dead = fates(allergic, given_as)
        assert out == [str(n) for n in range(1_000) if n != 700]
        assert dead == [(b'{"k":"poison"}', 800)]
    assert allergic.failures == 0
    assert "job" in allergic.failure
    assert fates(allergic, payload[:3]) == (["0", "1", "2"], [])
    assert allergic.failure == ""


def test_a_batch_that_is_all_poison_is_not_searched_for_ever(allergic: RunningJob) -> None:
    out, dead = fates(allergic, b'{"k":"poison"}\n' * 1_000)
    assert not out
    assert [position for _, position in dead] == list(range(100, 1_100))
    assert allergic.failures == 1
    fates(allergic, b'{"k":"poison"}\n')
    assert allergic.failures == 2


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_every_record_has_one_fate_and_while_they_are_few_only_the_poisonous_die(
    poisonous: list[bool],
) -> None:
    class Allergic(Pipeline):
        def process(self, batch: Batch) -> Emission:
            if b"poison" in batch.payload:
                raise RuntimeError
            return super().process(batch)

    payload = b"".join(b'{"k":"%s%d"}\n' % (b"poison" if bad else b"", n) for n, bad in enumerate(poisonous))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge_orch_agent.core.running.Pipeline", Allergic)
        out, dead = fates(running({}, plan(schematize(parsed("k", STRING)))), payload)
    numbers = sorted([*map(int, out), *(position - 100 for _, position in dead)])
    assert numbers == list(range(len(poisonous)))
    assert out == sorted(out, key=int)
    assert all(not poisonous[int(n)] for n in out)
    if sum(poisonous) * (len(poisonous).bit_length() + 1) < BREAKS:
        assert len(dead) == sum(poisonous)
