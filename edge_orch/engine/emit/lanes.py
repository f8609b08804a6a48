"""The lanes of aggregates: one for each distinct value and filter, shared by all functions of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import msgspec

from edge_orch.engine.accumulators.accumulator import Accumulator, Growing
from edge_orch.engine.accumulators.factory import factory, is_ranked, is_timed, whole
from edge_orch.engine.expressions import ExpressionWriter
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.windows.cell import Layout
from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregation


class LaneCode(msgspec.Struct, frozen=True):
    """`item` goes into the lane when all `conditions` hold; `setup` comes before. `texts`: the codes of those in it."""

    setup: tuple[str, ...]
    conditions: tuple[str, ...]
    item: str
    texts: tuple[str, ...]

    @property
    def taken(self) -> str:
        """What the lane takes of a record, None where it takes nothing."""
        return f"{self.item} if {' and '.join(self.conditions)} else None" if self.conditions else self.item


def plan_lanes(
    generator: Generator, expressions: ExpressionWriter, compute: Sequence[Aggregation], scope: Scope
) -> tuple[list[LaneCode], Layout]:
    """The code of each lane, and how cells are laid out."""
    codes: dict[Hashable, LaneCode] = {}
    for aggregation in compute:
        identity = _identity(aggregation)
        if aggregation.value is not None and identity not in codes:
            codes[identity] = _lane(generator, expressions, aggregation, scope)
    # `count(*)` needs no values of its own where a lane takes every record anyway.
    complete = next((identity for identity, code in codes.items() if not code.conditions), None)
    chosen: list[Hashable] = []
    for aggregation in compute:
        identity = _identity(aggregation)
        if aggregation.value is None and aggregation.where is None and complete is not None:
            identity = complete
        elif identity not in codes:
            codes[identity] = _lane(generator, expressions, aggregation, scope)
        chosen.append(identity)
    order = list(codes)
    makers: list[list[Callable[[], Accumulator]]] = [[] for _ in order]
    columns = []
    for identity, aggregation in zip(chosen, compute, strict=True):
        lane = order.index(identity)
        columns.append((lane, len(makers[lane])))
        makers[lane].append(factory(aggregation))
    growing = tuple(any(isinstance(make(), Growing) for make in lane) for lane in makers)
    wholes = tuple((whole(aggregation), lane) for aggregation, (lane, _) in zip(compute, columns, strict=True))
    texts = tuple(bool(code.texts) for code in codes.values())
    return list(codes.values()), Layout(tuple(tuple(lane) for lane in makers), tuple(columns), wholes, growing, texts)


def _identity(aggregation: Aggregation) -> Hashable:
    return (aggregation.value, aggregation.where, _ordering(aggregation))


def _ordering(aggregation: Aggregation) -> Hashable:
    """By what its values are put in order: time, one of themselves, or another expression; None if they are not.

    With time, by which name they are told apart.
    """
    if is_timed(aggregation.function):
        return "time", aggregation.order
    if aggregation.order is None and is_ranked(aggregation):
        return aggregation.value
    return aggregation.order


def _lane(generator: Generator, expressions: ExpressionWriter, aggregation: Aggregation, scope: Scope) -> LaneCode:
    setup: list[str] = []
    conditions: list[str] = []
    texts: list[str] = []
    chosen = ""
    if aggregation.where is not None:
        chosen = generator.names.fresh("w")
        setup.append(f"{chosen} = {expressions.true(aggregation.where)}")
        conditions.append(chosen)

    def operand(value: Expression, *, or_null: bool = False) -> str:
        code = expressions.value(value)
        text = code.text
        if not code.atom:
            text = generator.names.fresh("v")
            # What the filter leaves out is not computed, so that it cannot overflow.
            setup.append(f"{text} = {code.text} if {chosen} else None" if chosen else f"{text} = {code.text}")
        if code.nullable and not or_null:
            conditions.append(f"{text} is not None")
        if value.type is FieldType.STRING:
            texts.append(f"({text} or '')" if code.nullable and or_null else text)
        return text

    named = aggregation.function == "json_group_object"  # in an object NULL is a value like any other
    item = scope.time.code if aggregation.value is None else operand(aggregation.value, or_null=named)
    if aggregation.order is not None:
        item = f"({operand(aggregation.order)}, {item})"
    elif is_ranked(aggregation):
        item = f"({item}, {item})"
    if is_timed(aggregation.function):
        item = f"({scope.time.code}, {item})"
    return LaneCode(tuple(setup), tuple(conditions), item, tuple(texts))
