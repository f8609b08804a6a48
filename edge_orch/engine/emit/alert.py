"""`alert`: the two conditions, and a call of the rule where they matter."""

from __future__ import annotations

from edge_orch.engine.alert import AlertRule
from edge_orch.engine.calls.cast import CASTS
from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import guarded
from edge_orch.engine.emit.timed import dated, refresh, text_of
from edge_orch.engine.generator import Generator, encoded
from edge_orch.engine.scope import Scope
from edge_orch.engine.timers import RuleTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Alert


def emit_alert(generator: Generator, function: FunctionWriter, step: Alert, scope: Scope) -> None:
    """While no key has state, a record whose condition is not true costs one test."""
    number = generator.number(step)
    rule = AlertRule(step, generator.plan.name)
    generator.rules[step.name] = rule
    generator.stateful[step.name] = RuleTimer(rule, generator.episodes)
    name = generator.names.bind("rule", rule)
    generator.names.objects["to_text"] = CASTS[FieldType.FLOAT, FieldType.STRING]
    expressions = generator.expressions(function, scope)
    when, clear, live = f"when{number}", f"clear{number}", f"live{number}"
    statements = [
        f"{when} = {expressions.value(step.when).text}",
        f"{live} = {when} or {name}.active",
        f"{clear} = {expressions.value(step.clear.when).text} if {live} else None",
    ]
    key = "".join(f"{text_of(scope, column)}, " for column in step.key)
    voter = text_of(scope, step.quorum.distinct) if step.quorum else "''"
    fields = generator.names.bind("k", step.schema.names)
    values = "".join(f"{encoded(scope.columns[column])}, " for column in step.schema.names)
    body = function.body
    with (
        dated(generator, function, step, scope) as undated,
        guarded(generator, function, step, scope, statements, may_overflow=expressions.may_overflow) as dead,
        body.block(f"if {live}:"),
    ):
        observed = f"{scope.time.code}, ({key}), {voter}, {when}, {clear}, dict(zip({fields}, ({values})))"
        body.line(f"episodes.extend({name}.observe({observed}))")
        refresh(function, step, scope)
    folded = less(scope.passed, dead, undated)
    emit_account(generator, function, step, entered=scope.passed, folded=folded, dead=f"{dead} + {undated}")
