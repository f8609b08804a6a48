"""A plan that holds what this release does not know is not read as one that does not hold it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from edge_orch.plan.plan import Plan


def parts() -> list[type[msgspec.Struct]]:
    """Everything that a plan is made of."""
    found: dict[type[msgspec.Struct], None] = {}
    ahead: list[msgspec.inspect.Type] = [msgspec.inspect.type_info(Plan)]
    while ahead:
        of = ahead.pop()
        if isinstance(of, msgspec.inspect.StructType):
            if of.cls in found:
                continue
            found[of.cls] = None
            ahead += [field.type for field in of.fields]
        ahead += inner(of)
    return list(found)


def inner(of: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    for name in of.__struct_fields__:
        held = getattr(of, name)
        yield from (
            each for each in (held if isinstance(held, tuple) else (held,)) if isinstance(each, msgspec.inspect.Type)
        )


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.__name__)
def test_each_part_refuses_fields_that_it_does_not_know(part: type[msgspec.Struct]) -> None:
    assert part.__struct_config__.forbid_unknown_fields
    assert part.__struct_config__.frozen


def test_steps_expressions_and_windows_are_among_them() -> None:
    assert {"Plan", "Output", "Aggregate", "Call", "TumblingWindow", "RegexFormat", "Field"} <= {
        part.__name__ for part in parts()
    }
