"""How answers look: aligned tables for people, JSON for programs. Colour goes where click allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import click
import msgspec

_COLOURS = {
    "green": {"running", "done", "online", "active", "resolved", "created"},
    "yellow": {"pending", "acknowledged", "conflict", "concurrent", "fetching", "superseded", "orphaned"},
    "red": {"failed", "open", "offline", "apart", "copied", "refused"},
}
_COLOUR_OF = {word: colour for colour, words in _COLOURS.items() for word in words}


class Output(StrEnum):
    """What `-o` accepts."""

    TABLE = "table"
    JSON = "json"


def show(view: object, output: Output, text: Callable[[], str]) -> None:
    """Print `view` as indented JSON, or what `text` makes of it."""
    click.echo(as_json(view) if output == Output.JSON else text())


def as_json(view: object) -> str:
    """Indented JSON, keys in the order of the API."""
    return msgspec.json.format(msgspec.json.encode(view), indent=2).decode()


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], nothing: str = "nothing to show") -> str:
    """Columns under upper-case headers, two spaces apart, or the words `nothing`."""
    cells = [[str(cell) for cell in row] for row in rows]
    if not cells:
        return nothing
    from tabulate import tabulate  # noqa: PLC0415 -- 30 ms that `-o json` need not pay

    titles = [header.upper() for header in headers]
    return tabulate(cells, titles, tablefmt="plain", disable_numparse=True)


def fields(pairs: Iterable[tuple[str, object]]) -> str:
    """`name: value` lines, values aligned; pairs with an empty value are left out."""
    shown = [(name, str(value)) for name, value in pairs if value not in ("", None)]
    width = max((len(name) for name, _ in shown), default=0) + 1
    return "\n".join(f"{name + ':':<{width}}  {value}" for name, value in shown)


def section(title: str, body: str) -> str:
    """A titled, indented block below the fields of a description."""
    return "\n".join([f"{title}:", *(f"  {line}" for line in body.splitlines())])


def word(state: str) -> str:
    """A state in its colour."""
    colour = _COLOUR_OF.get(state)
    return click.style(state, fg=colour) if colour else state


def labels(pairs: dict[str, str]) -> str:
    """`k=v,k=v`, sorted."""
    return ",".join(f"{name}={value}" for name, value in sorted(pairs.items()))


def value(scalar: object) -> str:
    """A parameter's value as one would type it; `-` for none (a revocation)."""
    return "-" if scalar is None else msgspec.json.encode(scalar).decode()


def short(identifier: str) -> str:
    """The first twelve characters of a digest (its algorithm left out) or a head; enough to tell them apart."""
    return identifier.rpartition(":")[2][:12]


def moment(timestamp: str) -> str:
    """An RFC 3339 timestamp to the second: `2026-01-02T03:04:05.123456Z` → `2026-01-02T03:04:05Z`."""
    whole, dot, _ = timestamp.partition(".")
    return f"{whole}Z" if dot else timestamp
