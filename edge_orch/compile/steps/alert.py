"""Compiling `alert`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.flow import LOST
from edge_orch.compile.sinks import sink_problem
from edge_orch.compile.summary import parse_summary
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.conversion import is_required
from edge_orch.expr.expression import parse_condition, parse_whole_number
from edge_orch.expr.scope import Scope
from edge_orch.plan import steps as plan
from edge_orch.plan.expression import Call, Expression
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Sql, value_of
from edge_orch.spec.steps.alert import Alert, Quorum

T = TypeVar("T")


def compile_alert(spec: Alert, context: StepContext) -> Compiled:
    """A rule; no records flow out. Its `schema` is that of its input, which its summary names."""
    problems: list[Problem] = []
    failed: list[bool] = []

    def part(make: Callable[[], T]) -> T | None:
        try:
            return make()
        except Invalid as error:
            failed.append(True)
            problems.extend(error.problems)
            return None

    part(context.need_event_time)
    part(lambda: _check_question(spec, context))
    asked = spec.when
    when = part(lambda: parse_condition(asked, context.scope)) if asked else None
    quorum = part(lambda: _quorum(spec.quorum, context))
    key = part(lambda: context.flow.fields(spec.key))
    clear_when = part(lambda: _clear(spec.clear.when, when, context))
    summary = part(lambda: parse_summary(spec.summary, context.name, context.flow, context.params))
    unfit = (sink_problem(sink, "alerts", context.sinks) for sink in spec.notify)
    problems.extend(problem for problem in unfit if problem)
    if failed or problems or key is None or summary is None:
        return Compiled(None, LOST, tuple(problems))
    step = plan.Alert(
        name=context.name,
        input=context.input,
        when=when,
        key=tuple(field.name for field in key),
        hold_us=spec.hold.value,
        clear=plan.Clear(clear_when, spec.clear.hold.value),
        severity=spec.severity.value,
        summary=summary,
        notify=tuple(sink.value for sink in spec.notify),
        schema=context.flow.schema,
        quorum=quorum,
        absent_us=value_of(spec.absent),
    )
    return Compiled(step, LOST)


def _check_question(spec: Alert, context: StepContext) -> None:
    if spec.absent is None:
        if spec.when is None:
            raise Invalid(
                Problem("the alert asks nothing", context.where, "`when` or `absent`", "", "add when: a condition")
            )
        return
    clashes = [
        (spec.when and spec.when.where, "an alert has `when` or `absent`", "make two alerts of it"),
        (spec.quorum and spec.quorum.distinct.where, "nobody votes on what is absent", "leave out `quorum`"),
        (spec.clear.when and spec.clear.when.where, "any record clears an absence", "leave out `clear.when`"),
    ]
    problems = [Problem(what, where, next_step=next_step) for where, what, next_step in clashes if where]
    if problems:
        raise Invalid(*problems)


def _clear(sql: Sql | None, when: Expression | None, context: StepContext) -> Expression | None:
    if sql:
        return parse_condition(sql, context.scope)
    return when and Call("not", (when,), FieldType.BOOL, is_required(when))


def _quorum(spec: Quorum | None, context: StepContext) -> plan.Quorum | None:
    if spec is None:
        return None
    distinct = context.flow.fields([spec.distinct])[0]
    # Counted over records, so no single record's field can say how many.
    at_least = parse_whole_number(spec.at_least, Scope(params=context.params, contexts=False))
    return plan.Quorum(distinct.name, at_least, spec.within.value)
