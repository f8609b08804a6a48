"""The sentence that tells a person what an episode is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge_orch.plan.steps import SummaryPart


def render(parts: Iterable[SummaryPart], values: Mapping[str, bool | int | float | str | None]) -> str:
    """The parts with values put in: floats short (`85`, `71.25`), NULL or an unknown name as « ? »."""
    return "".join(_text(values.get(part.value)) if part.value else part.text for part in parts)


def _text(value: bool | int | float | str | None) -> str:
    match value:
        case None:
            return "?"
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
