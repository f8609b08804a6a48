"""A job while it is written at random: its steps so far, and what can be read of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

Draw = Callable[..., Any]
Fields = dict[str, str]
DATES = ("t", "window_start", "window_end")
"""The fields that date records."""


class Stage(NamedTuple):
    """Records that a step passes on: their fields; whether all are rows of windows; the field that is their event time,
    if they have one; and whether time alone decides when those windows end.
    """

    fields: Fields
    rows: bool = False
    time: str = "t"
    aligned: bool = True

    def of(self, *kinds: str) -> list[str]:
        """The fields of these types."""
        return [name for name, kind in self.fields.items() if kind in kinds]


class Writing:
    """Names, choices, and the steps."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.ports: dict[str, Stage] = {}
        self.steps: list[str] = []
        self._names = 0

    def one(self, *choices: Any) -> Any:
        """One of these."""
        return self.draw(st.sampled_from(choices))

    def often(self, one_in: int) -> bool:
        """Once in so many times."""
        return bool(self.draw(st.integers(0, one_in - 1)) == 0)

    def some(self, names: Sequence[str], least: int = 1, most: int = 2) -> list[str]:
        """A few of these."""
        if not names:
            return []
        return list(self.draw(st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True)))

    def keys(self, stage: Stage, least: int = 0) -> list[str]:
        """Fields that can tell series apart."""
        return self.some(stage.of("string", "int", "bool", "float") or list(stage.fields), least, 2)

    def fresh(self, what: str) -> str:
        """A name not used before."""
        self._names += 1
        return f"{what}{self._names}"

    def together(self, names: Sequence[str]) -> Stage | None:
        """What a union of these passes on; None if there is none."""
        stages = [self.ports[name] for name in names]
        fields: Fields = {}
        for stage in stages:
            for name, kind in stage.fields.items():
                known = fields.setdefault(name, kind)
                if known != kind and {known, kind} != {"int", "float"}:
                    return None
                fields[name] = kind if known == kind else "float"
        if len(stages) == 1:
            return stages[0]
        rows = {stage.rows for stage in stages}
        times = {stage.time if not stage.rows or stage.aligned else "" for stage in stages}
        return Stage(fields, rows == {True}, times.pop() if len(times) == len(rows) == 1 else "")


def quoted(sql: str) -> str:
    """As YAML takes it."""
    return json.dumps(sql, ensure_ascii=False)


def pairs(named: dict[str, str]) -> str:
    """A mapping in one line."""
    return f"{{{', '.join(f'{name}: {value}' for name, value in named.items())}}}"


def names(of: Sequence[str]) -> str:
    """A list in one line."""
    return f"[{', '.join(of)}]"
