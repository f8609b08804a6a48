"""`alert`: the two conditions, and a call of the rule where they matter."""

from __future__ import annotations

from edge_orch.engine.alert import AlertRule
from edge_orch.engine.alert_absence import AbsenceRule
from edge_orch.engine.calls.cast import CASTS
from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import guarded
from edge_orch.engine.emit.timed import dated, refresh, text_of
from edge_orch.engine.generator import Generator, encoded
from edge_orch.engine.room import STATE_LIMIT
from edge_orch.engine.scope import Scope
from edge_orch.engine.timers import RuleTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Alert


def emit_alert(generator: Generator, function: FunctionWriter, step: Alert, scope: Scope) -> None:
    """While no key has state, a record whose condition is not true costs one test. Absence looks at every record."""
    number, job = generator.number(step), generator.plan.name
    room = generator.room(step)
    rule = AlertRule(step, job, room) if step.absent_us is None else AbsenceRule(step, job, step.absent_us, room)
    generator.rules[step.name] = rule
    generator.stateful[step.name] = RuleTimer(rule, generator.episodes)
    name = generator.names.bind("rule", rule)
    generator.names.objects["to_text"] = CASTS[FieldType.FLOAT, FieldType.STRING]
    expressions = generator.expressions(function, scope)
    key = "".join(f"{text_of(scope, column)}, " for column in step.key)
    fields = generator.names.bind("k", step.schema.names)
    values = "".join(f"{encoded(scope.columns[column])}, " for column in step.schema.names)
    values = f"dict(zip({fields}, ({values})))"
    observed, live, statements = f"seen({scope.time.code}, ({key}), {values})", "True", []
    if step.when is not None and step.clear.when is not None:
        when, clear, live = f"when{number}", f"clear{number}", f"live{number}"
        statements = [
            f"{when} = {expressions.value(step.when).text}",
            f"{live} = {when} or {name}.active",
            f"{clear} = {expressions.value(step.clear.when).text} if {live} else None",
        ]
        voter = text_of(scope, step.quorum.distinct) if step.quorum else "''"
        observed = f"observe({scope.time.code}, ({key}), {voter}, {when}, {clear}, {values})"
    body, refused = function.body, function.counter(f"refused{number}")
    with (
        dated(generator, function, step, scope) as undated,
        guarded(generator, function, step, scope, statements, may_overflow=expressions.may_overflow) as dead,
        body.block(f"if {live}:"),
    ):
        body.line(f"episodes.extend({name}.{observed})")
        with body.block(f"if {name}.refused:"):
            body.line(f"{refused} += 1")
            body.line(scope.kill.format(step=repr(step.name), reason=repr(STATE_LIMIT), field="''"))
        refresh(function, step, scope)
    folded = less(scope.passed, dead, undated, refused)
    dead = f"{dead} + {undated} + {refused}"
    emit_account(generator, function, step, entered=scope.passed, folded=folded, dead=dead)
