"""Compiling `mask`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.steps.map import flow_with
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, FieldType
from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.leaves import Constant, Number
from edge_orch.spec.steps.mask import Mask, Method

_SUITS = {
    "redact": {FieldType.STRING},
    "truncate": {FieldType.STRING},
    "hash": set(FieldType),
    "encrypt": set(FieldType),
    "generalize": {FieldType.INT, FieldType.FLOAT, FieldType.TIMESTAMP},
}


def compile_mask(spec: Mask, context: StepContext) -> Compiled:
    """Masked fields keep their places; one that is hashed or encrypted is text."""
    fields = {field.name: field for field in context.flow.schema.fields}
    maskings: list[tuple[str, plan.Masking]] = []
    problems: list[Problem] = []
    broken = set(context.flow.broken)
    if not spec.methods:
        problems.append(Problem("mask needs at least one field", context.where))
    for name, method in spec.methods.items():
        try:
            field = context.flow.fields([name])[0]
            maskings.append((name.value, _masking(field, method)))
        except Invalid as error:
            problems.extend(error.problems)
            broken.add(name.value)
            continue
        if method.kind.text in {"hash", "encrypt"} or field.json:
            fields[name.value] = Field(name.value, FieldType.STRING, field.required)
    kept = tuple(field for field in fields.values() if field.name not in broken)
    flow = flow_with(context, kept, frozenset(broken))
    if problems or len(maskings) < len(spec.methods):
        return Compiled(None, flow, tuple(problems))
    return Compiled(plan.Mask(context.name, context.input, tuple(maskings), flow.schema), flow)


def _masking(field: Field, method: Method) -> plan.Masking:
    kind, spec = method.kind.text, method.spec
    if field.type not in _SUITS[kind]:
        expected = f"a field of type {' or '.join(sorted(_SUITS[kind]))}"
        next_step = "hash it, or drop it" if kind in {"redact", "truncate"} else "redact, truncate or hash it"
        raise Invalid(Problem(f"{kind} is not for {field.type}", method.kind.where, expected, "", next_step))
    match kind:
        case "redact":
            return plan.Redact(spec.replacement.value)
        case "truncate":
            return plan.Truncate(spec.length.value)
        case "hash":
            return plan.Hash(spec.key.value)
        case "encrypt":
            return plan.Encrypt(spec.key.value, spec.key_id.value)
    return plan.Generalize(_width(spec.width, field.type))


def _width(option: Constant, type_: FieldType) -> int | float:
    if type_ is FieldType.TIMESTAMP:
        return int(PositiveDuration.read(option.node).value)
    width = Number.read(option.node).value
    if width <= 0 or (type_ is FieldType.INT and not (width.is_integer() and width < 1 << 62)):
        expected = "a whole number above 0" if type_ is FieldType.INT else "a number above 0"
        raise Invalid(Problem("not the width of a bin", option.where, expected, option.node.text))
    return int(width) if type_ is FieldType.INT else width
