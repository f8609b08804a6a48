"""The laws of a pipeline, for jobs made at random."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine import lines as engine_lines
from edge_orch.engine import pipeline as engine_pipeline
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, StepCount
from edge_orch.errors import Invalid
from edge_orch.plan.plan import Output, Plan, decode_plan, encode_plan
from edge_orch.plan.steps import Aggregate, Alert, Explode, Schematize, Sort, Union, ports
from tests.unit.engine.plans import at, pipeline
from tests.unit.engine.random_jobs.cases import Case, Event, cases
from tests.unit.engine.random_jobs.formats import DOCUMENTS
from tests.unit.engine.test_pipeline_laws import Log


def compiled(case: Case) -> Plan:
    """The job; where the compiler finds something that says nothing in it, there is none."""
    try:
        return compile_job(case.text, "job.yaml")
    except Invalid:
        assume(False)
        raise


def run(job: Plan, events: tuple[Event, ...], *, as_lines: bool, apart: bool = False) -> Log:
    """All that comes of it. `apart`: records come one by one, behind each the pipeline begins anew with its state."""
    log, params, positions = Log(), {"warm": 10.0}, dict.fromkeys("pq", 0)
    engine = pipeline(job, params=params)
    for event in events:
        if event.warm is not None:
            params = {"warm": event.warm}
            engine.bind(params)
        elif not event.partition:
            log.add(engine.advance(at(event.second)))
        for part in [[record] for record in event.records] if apart else [list(event.records)]:
            if not event.partition:
                break
            payload = b"".join(record + b"\n" for record in part) if as_lines else part
            place = positions[event.partition]
            context = {"topic": f"t/{event.partition}"}
            log.add(engine.process(Batch(event.partition, payload, at(event.second), place, context)))
            positions[event.partition] += len(part)
            if apart:
                nothing_due(engine, event.second)
                engine = pipeline(job, params=params, state=engine.snapshot())
    log.add(engine.advance(at(events[-1].second + 63)))
    if apart:
        engine = pipeline(job, params=params, state=engine.snapshot())
    log.add(engine.finish())
    return log


def nothing_due(engine: Pipeline, second: float) -> None:
    """Before `wake_at`, time alone does nothing."""
    wakes_at = engine.wake_at()
    if wakes_at is None or wakes_at > at(second).mono_us:
        emission = engine.advance(at(second))
        assert not emission.outputs
        assert not emission.dead
        assert not emission.episodes


def facts(job: Plan, log: Log) -> tuple[Any, ...]:
    """All that came; letters of different steps come in no order that is promised."""
    mixed = {output.name for output in job.outputs if output.input == "dead_letters"}
    outputs = {name: sorted(data.splitlines()) if name in mixed else data for name, data in log.outputs.items()}
    return outputs, log.dead, log.episodes, log.counts


@given(cases(), st.booleans())
@settings(max_examples=25)
def test_how_records_are_batched_and_restarts_change_nothing(case: Case, lines: bool) -> None:
    job, as_lines = compiled(case), lines and case.kind not in DOCUMENTS
    assert decode_plan(encode_plan(job)) == job
    once = facts(job, run(job, case.events, as_lines=as_lines))
    assert facts(job, run(job, case.events, as_lines=as_lines, apart=True)) == once
    if as_lines:
        with pytest.MonkeyPatch.context() as short:
            short.setattr(engine_lines, "PIECE", 40)
            short.setattr(engine_pipeline, "PIECE", 40)
            assert facts(job, run(job, case.events, as_lines=True)) == once


@given(cases(), st.booleans())
@settings(max_examples=25)
def test_looking_at_all_records_changes_nothing_and_their_accounts_add_up(case: Case, lines: bool) -> None:
    job, as_lines = compiled(case), lines and case.kind not in DOCUMENTS
    shown = {port: f"of {port}" for step in job.steps for port in ports(step)}
    outputs = tuple(Output(name, port, "s") for port, name in shown.items())
    seen = run(msgspec.structs.replace(job, outputs=job.outputs + outputs), case.events, as_lines=as_lines)
    count = {port: seen.outputs.get(name, b"").count(b"\n") for port, name in shown.items()}
    for step in job.steps:
        account = seen.counts.get(step.name, StepCount())
        if isinstance(step, Union):
            assert count[step.name] == sum(count[port] for port in step.inputs)
            continue
        assert account.entered == account.passed + account.filtered + account.folded + account.dead, step.name
        assert account.dead == len(seen.dead.get(step.name, ())), step.name
        if not isinstance(step, Schematize | Explode):
            assert account.entered == count[step.input], step.name
        if not isinstance(step, Aggregate | Alert | Sort):
            assert account.passed == sum(count[port] for port in ports(step)), step.name
    for name in shown.values():
        seen.outputs.pop(name, None)
    assert facts(job, seen) == facts(job, run(job, case.events, as_lines=as_lines))
