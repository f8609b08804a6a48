"""`explode`: a record for each element of an array, member of an object, or part of a text.

The account: an array or object enters and is folded (or dead, if it is none); each of its elements enters, too, and is
passed on or dead.
"""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.defaults import filled
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.explosion import exploder, splitter
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Explode


def emit_explode(generator: Generator, function: FunctionWriter, step: Explode, scope: Scope, flow: Flow) -> None:
    """A loop over the elements; the event time stays that of the record they came in."""
    number, body = generator.number(step), function.body
    split = step.separator and splitter(step.fields[0], step.separator)
    explode = generator.names.bind(
        "explode", split or exploder(step.fields, named=step.key is not None, nested=step.nested)
    )
    passed = function.counter(f"passed{number}")
    broken = function.counter(f"broken{number}")
    misfit = function.counter(f"misfit{number}")
    elements, reason, wrong = f"elements{number}", f"reason{number}", f"wrong{number}"
    with body.block("try:"):
        body.line(f"{elements} = {explode}({scope.columns[step.field].code}, {_beside(step, scope)})")
    with body.block("except ValueError as error:"):
        body.line(f"{elements} = ()")
        body.line(f"{broken} += 1")
        body.line(scope.kill.format(step=repr(step.name), reason="str(error)", field=repr(step.field)))
    made = {field.name: Symbol(generator.names.fresh("f"), field.type, not field.required) for field in step.fields}
    place = {name: Symbol(generator.names.fresh("f"), type_, False) for name, type_ in _place(step)}
    variables = ", ".join(symbol.code for name, symbol in (place | made).items() if name != step.index)
    loop = f"for {variables}, {reason}, {wrong} in {elements}:"
    if step.index is not None:
        loop = f"for {place[step.index].code}, ({variables}, {reason}, {wrong}) in enumerate({elements}):"
    with body.block(loop):
        with body.block(f"if {reason}:"):
            body.line(f"{misfit} += 1")
            body.line(scope.kill.format(step=repr(step.name), reason=reason, field=wrong))
        with body.block("else:"):
            body.line(f"{passed} += 1")
            columns = {name: symbol for name, symbol in scope.columns.items() if name != step.field}
            time = f"({scope.time.code} or 0)" if scope.time.nullable else scope.time.code
            columns |= place | filled(generator, function, step.fields, made, time)
            below = msgspec.structs.replace(scope, columns=columns, passed=passed, carrier=None)
            flow(generator, function, step, below)
    emit_account(
        generator,
        function,
        step,
        entered=f"{scope.passed} + {passed} + {misfit}",
        passed=passed,
        folded=less(scope.passed, broken),
        dead=f"{broken} + {misfit}",
    )


def _beside(step: Explode, scope: Scope) -> str:
    """The code for how many characters each record has from the one it came in."""
    texts = [
        f"len({symbol.code} or '')" if symbol.nullable else f"len({symbol.code})"
        for name, symbol in scope.columns.items()
        if symbol.type is FieldType.STRING and name != step.field
    ]
    return " + ".join(texts) or "0"


def _place(step: Explode) -> list[tuple[str, FieldType]]:
    """The fields that say which element it is."""
    named = ((step.key, FieldType.STRING), (step.index, FieldType.INT))
    return [(name, type_) for name, type_ in named if name is not None]
