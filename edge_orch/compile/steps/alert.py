"""Compiling `alert`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.fields import check_zone
from edge_orch.compile.flow import LOST
from edge_orch.compile.sinks import sink_problem
from edge_orch.compile.summary import parse_summary
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.conversion import is_required
from edge_orch.expr.expression import parse_condition, parse_whole_number
from edge_orch.expr.possible import never_true, values_of
from edge_orch.expr.scope import Scope
from edge_orch.plan import steps as plan
from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import INT64, LabelName, Sql, value_of
from edge_orch.spec.reading import gathered
from edge_orch.spec.steps.alert import Alert, Day, Escalate, Silence
from edge_orch.time import DAY

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
    when = part(lambda: parse_condition(asked, context.scope, deciding=True)) if asked else None
    quorum = part(lambda: _quorum(spec, context))
    key = part(lambda: context.flow.fields(spec.key))
    clear_when = part(lambda: _clear(spec.clear.when, when, context))
    summary = part(lambda: parse_summary(spec.summary, context.name, context.flow, context.params))
    silence = part(lambda: _silences(spec.silence))
    part(lambda: _check_routes(spec))
    part(lambda: _check_clear(spec, when, clear_when))
    part(lambda: _check_voters(spec, when, quorum))
    problems.extend(_repeated(spec.notify))
    unfit = (sink_problem(sink, "alerts", context.sinks) for sink in spec.told)
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
        throttle_us=value_of(spec.throttle),
        silence=silence or (),
        escalate=_escalation(spec.escalate),
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


def _check_routes(spec: Alert) -> None:
    escalate = spec.escalate
    if escalate is None:
        return
    if not spec.notify:
        what = "escalates what nobody was told"
        raise Invalid(Problem(what, escalate.after.where, "sinks in `notify`", "", "add notify: [SINK]"))
    if not escalate.notify:
        raise Invalid(
            Problem("escalates to nobody", escalate.after.where, "sinks in `escalate.notify`", "", "name one")
        )
    first = {sink.value for sink in spec.notify}
    again = next((sink for sink in escalate.notify if sink.value in first), None)
    if again is not None:
        what = f"`{again.value}` is told at once already"
        raise Invalid(Problem(what, again.where, "a sink that is not in `notify`", "", "name another"))


def _repeated(sinks: Sequence[LabelName]) -> list[Problem]:
    told: set[str] = set()
    problems = []
    for sink in sinks:
        if sink.value in told:
            problems.append(Problem(f"`{sink.value}` stands here twice", sink.where, next_step="remove it"))
        told.add(sink.value)
    return problems


def _escalation(spec: Escalate | None) -> plan.Escalation | None:
    if spec is None:
        return None
    return plan.Escalation(spec.after.value, tuple(sink.value for sink in spec.notify))


def _silences(spec: Sequence[Silence]) -> tuple[plan.SilenceWindow, ...]:
    windows = tuple(gathered(spec, _silence))
    if windows and len({window.zone for window in windows}) == 1 and _covers_the_week(windows):
        next_step = "name days, or from and to; to tell nobody at all, leave out `notify`"
        raise Invalid(Problem("silent at all times", spec[0].start.where, "some time of the week", "", next_step))
    return windows


def _covers_the_week(windows: Sequence[plan.SilenceWindow]) -> bool:
    """Whether the windows, of one zone, leave no moment of the week."""
    week = len(Day.choices()) * DAY
    spans = []
    for window in windows:
        length = (window.end_us - window.start_us - 1) % DAY + 1
        spans += [(day * DAY + window.start_us, length) for day in window.days or range(len(Day.choices()))]
    covered = 0
    for start, length in sorted([*spans, *((start - week, length) for start, length in spans)]):
        if start <= covered:
            covered = max(covered, start + length)
    return covered >= week


def _silence(spec: Silence) -> plan.SilenceWindow:
    check_zone(spec.zone)
    if spec.start.value == DAY:
        raise Invalid(
            Problem(
                "begins when the day is over",
                spec.start.where,
                "a time before 24:00",
                "24:00",
                "say 00:00 of the day after",
            )
        )
    days = tuple(sorted({Day.choices().index(day.value) for day in spec.days}))
    return plan.SilenceWindow(days, spec.start.value, spec.to.value, spec.zone.value)


def _clear(sql: Sql | None, when: Expression | None, context: StepContext) -> Expression | None:
    if sql:
        return parse_condition(sql, context.scope, deciding=True)
    return when and Call("not", (when,), FieldType.BOOL, is_required(when))


def _check_clear(spec: Alert, when: Expression | None, clear_when: Expression | None) -> None:
    """Raise `Invalid` where every record that fires clears as well; not for TRUE, which ends what outlasts its hold."""
    if spec.clear.when is None or when is None or clear_when is None or isinstance(clear_when, Literal):
        return
    if never_true(when, unless=[clear_when]):
        next_step = "write its opposite, or leave it out"
        raise Invalid(Problem("clears while it fires", spec.clear.when.where, "", "", next_step))


def _check_voters(spec: Alert, when: Expression | None, quorum: plan.Quorum | None) -> None:
    """Raise `Invalid` where the condition itself names fewer voters than must agree."""
    if spec.quorum is None or when is None or quorum is None or not isinstance(quorum.at_least, Literal):
        return
    voters = values_of(when, quorum.distinct)
    if voters is not None and isinstance(quorum.at_least.value, int) and quorum.at_least.value > len(voters):
        what = f"never that many voters: `when` lets only {len(voters)} vote"
        raise Invalid(Problem(what, spec.quorum.at_least.where, f"at most {len(voters)}", str(quorum.at_least.value)))


def _quorum(alert: Alert, context: StepContext) -> plan.Quorum | None:
    spec = alert.quorum
    if spec is None:
        return None
    distinct = context.flow.fields([spec.distinct])[0]
    if spec.distinct.value in {field.value for field in alert.key}:
        what = f"`{spec.distinct.value}` is the alert's key: of each there is one voter"
        next_step = "leave it out of `key`; key: [] counts the voters of all records"
        raise Invalid(Problem(what, spec.distinct.where, "a field that differs within one key", "", next_step))
    # Counted over records, so no single record's field can say how many.
    at_least = parse_whole_number(
        spec.at_least, Scope(params=context.params, contexts=False, instead="a number, or a :parameter")
    )
    voters = 2 if distinct.type is FieldType.BOOL else INT64[1]
    if isinstance(at_least, Literal) and isinstance(at_least.value, int) and not 1 <= at_least.value <= voters:
        expected = f"1 to {voters}: so many values a bool has" if voters == 2 else "1 or more"
        what = "never that many voters" if at_least.value > voters else "nobody need agree"
        raise Invalid(Problem(what, spec.at_least.where, expected, str(at_least.value)))
    return plan.Quorum(distinct.name, at_least, spec.within.value)
