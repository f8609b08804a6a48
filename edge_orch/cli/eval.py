"""`edge-orch eval`: an expression on sample rows."""

# ruff: noqa: PLC0415 (help must not wait for the compiler)

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

import click

from edge_orch.cli.options import assigned, parse_value, printed
from edge_orch.cli.render import Output, show, table

if TYPE_CHECKING:
    from edge_orch.jobtest.evaluation import Answer, Evaluation

MOST_ROWS = 1000
"""Rows of a file that are looked at: a sample."""


@click.command("eval", short_help="Evaluate an expression on sample rows.")
@click.argument("expression")
@click.option("--input", "source", metavar="FILE", help="Rows of JSON, one a line; - is standard input.")
@click.option("--row", "rows", multiple=True, metavar="JSON", help="A row; may be given several times.")
@click.option("--type", "types", multiple=True, metavar="FIELD=TYPE", help="The type of a field; else it is inferred.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter that it names as :NAME.")
@click.option("--device-label", "labels", multiple=True, metavar="KEY=VALUE", help="A label of the device.")
@printed
def eval_(
    *,
    expression: str,
    source: str | None,
    rows: tuple[str, ...],
    types: tuple[str, ...],
    params: tuple[str, ...],
    labels: tuple[str, ...],
    output: Output,
) -> None:
    """Evaluate an expression on sample rows.

    It is checked and computed as in a `map` or `filter` of a job. Types are inferred from the rows: numbers, true and
    false, text, RFC 3339 timestamps, json for lists and objects. Of a file, the first 1000 rows are read.

    \b
    Examples:
      edge-orch eval "temp_c * 1.8 + 32" --row '{"temp_c": 20}'
      edge-orch eval "temp_c > :hot" --input rows.ndjson --param hot=85 -o json
      edge-orch eval "extract(hour FROM ts)" --row '{"ts": 1767225600}' --type ts=int
    """
    from edge_orch.cli.inputs import open_input
    from edge_orch.engine.records import Device
    from edge_orch.jobtest.evaluation import evaluate
    from edge_orch.time import Instant

    lines = [row.encode() for row in rows]
    if source is not None:
        with open_input(source) as file:
            lines += islice((line for line in file if line.strip()), MOST_ROWS)
    found = evaluate(
        expression,
        lines or [b"{}"],
        types=assigned(types, "--type"),
        params={name: parse_value(text) for name, text in assigned(params, "--param").items()},
        device=Device("local", assigned(labels, "--device-label")),
        now=Instant(time.time_ns() // 1000, 0, "eval"),
    )
    show(found, output, lambda: _text(found, [line.decode("utf-8", "replace").strip() for line in lines]))


def _text(found: Evaluation, rows: list[str]) -> str:
    title = f"{found.type}{'?' if found.nullable else ''}"
    answers = [_answer(answer) for answer in found.answers]
    return table([title, "row"], zip(answers, rows or [""], strict=True))


def _answer(answer: Answer) -> str:
    from edge_orch.cli.render import value

    return f"dead letter: {answer.dead}" if answer.dead else "NULL" if answer.value is None else value(answer.value)
