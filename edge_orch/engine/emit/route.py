"""`route`: each record takes the first branch whose condition is true."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow, guarded
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Route, ports


def emit_route(generator: Generator, function: FunctionWriter, step: Route, scope: Scope, flow: Flow) -> None:
    """The number of the branch, then an `if` for each; what no branch takes is filtered."""
    number = generator.number(step)
    expressions = generator.expressions(function, scope)
    choices = [f"{place} if {expressions.true(each.condition)} else " for place, each in enumerate(step.branches)]
    branch = f"branch{number}"
    statement = f"{branch} = {''.join(choices)}{len(step.branches)}"
    counters = [function.counter(f"passed{number}_{place}") for place in range(len(ports(step)))]
    with guarded(generator, function, step, scope, [statement], may_overflow=expressions.may_overflow) as dead:
        for place, port in enumerate(ports(step)):
            with function.body.block(f"{'elif' if place else 'if'} {branch} == {place}:"):
                function.body.line(f"{counters[place]} += 1")
                taken = msgspec.structs.replace(step, name=port)
                flow(generator, function, taken, msgspec.structs.replace(scope, passed=counters[place]))
    filtered = less(scope.passed, *counters, dead)
    emit_account(
        generator, function, step, entered=scope.passed, passed=" + ".join(counters), filtered=filtered, dead=dead
    )
