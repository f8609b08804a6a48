"""A field of the path `$`: all that an expression or a row of CSV has, as an object."""

from __future__ import annotations

import json

import pytest

from edge_orch.engine.text_reader import text_reader
from edge_orch.plan.formats import CsvFormat, Format, RegexFormat
from tests.unit.engine.plans import INT, STRING, batch, parsed, pipeline, plan, rows, schematize

ALL = parsed("all", STRING, path=(), json=True)
NUMBER = parsed("n", INT)
NAMES: dict[str, tuple[str, ...]] = {"k.x": ("k_x", "k_x_2")}
EXPRESSION = RegexFormat(r"(?P<n>\d+) (?:(?P<k_x>[a-z]+)|(?P<k_x_2>[A-Z]+))(?: (?P<rest>.*))?", NAMES)
LINES = [
    ("7 ab", {"n": "7", "k.x": "ab"}),
    ("8 CD x y", {"n": "8", "k.x": "CD", "rest": "x y"}),
    ("9 é", None),
    ('10 e "', {"n": "10", "k.x": "e", "rest": '"'}),
]
CELLS = [
    ("a,7,", {"s": "a", "n": "7", "t": ""}),
    ('"b,c",8,"x"', {"s": "b,c", "n": "8", "t": "x"}),
    ("d,9", None),
]


def read(kind: Format, payload: str) -> tuple[list[dict[str, object]], int]:
    emission = pipeline(plan(schematize(ALL, NUMBER, kind=kind))).process(batch(payload.encode()))
    found = [{"all": json.loads(row["all"]), "n": row["n"]} for row in rows(emission)]
    return found, len(emission.dead)


@pytest.mark.parametrize("times", [1, 50], ids=["a few", "many"])
def test_all_groups_that_took_part_by_their_names(times: int) -> None:
    found, dead = read(EXPRESSION, "".join(f"{line}\n" for line, _ in LINES) * times)
    good = [{"all": whole, "n": int(whole["n"])} for _, whole in LINES if whole]
    assert (found, dead) == (good * times, times)


@pytest.mark.parametrize("lead", ["", "s,n,t\n"], ids=["columns", "header"])
def test_all_cells_by_their_columns(lead: str) -> None:
    kind = CsvFormat(() if lead else ("s", "n", "t"), header=bool(lead))
    found, dead = read(kind, lead + "".join(f"{line}\n" for line, _ in CELLS))
    good = [{"all": whole, "n": int(whole["n"])} for _, whole in CELLS if whole]
    assert (found, dead) == (good, 1)


@pytest.mark.parametrize(
    ("kind", "line", "whole"),
    [(EXPRESSION, *LINES[1]), (CsvFormat(("s", "n", "t")), *CELLS[1])],
    ids=["expression", "csv"],
)
def test_a_text_inside_a_record_likewise(kind: Format, line: str, whole: dict[str, str]) -> None:
    text, number, *wrong = text_reader(kind, [ALL, NUMBER])(line, 0)
    assert wrong == ["", ""]
    assert number == int(whole["n"])
    assert text == "{" + ",".join(f'"{key}":"{value}"' for key, value in whole.items()) + "}"
    assert text_reader(kind, [ALL, NUMBER])(None, 0)[-2:] == ("is missing", "all")
