"""An expression written as SQL and read again is the same expression."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_orch.compile import compile_job
from edge_orch.expr.expression import parse_expression
from edge_orch.expr.scope import Scope
from edge_orch.expr.sql_text import sql_text
from edge_orch.plan.expression import Call, Expression
from edge_orch.plan.schema import Field, FieldType
from edge_orch.plan.steps import Filter, Map
from edge_orch.spec.catalogue import Kind, components
from tests.unit.expr.scopes import sql

FIELDS = {
    "ts": FieldType.TIMESTAMP,
    "sensor": FieldType.STRING,
    "temp_c": FieldType.FLOAT,
    "n": FieldType.INT,
    "ok": FieldType.BOOL,
    "odd name": FieldType.STRING,
}
SCOPE = Scope({name: Field(name, type_) for name, type_ in FIELDS.items()}, {"hot": FieldType.FLOAT})
EXPRESSIONS = [
    *(one.example for one in components() if one.kind is Kind.FUNCTION),
    "n + 1 - 2 - (3 - n) * -4 / 5 % 6",
    "-n",
    "NOT (ok OR n > 1 AND n <= 2) AND ok IS NOT NULL OR n IS NULL",
    "ok IS TRUE",
    "n IN (1, 2) AND n NOT IN (3) AND n BETWEEN -1 AND temp_c AND n <> 5",
    "sensor LIKE 'it''s%' AND \"odd name\" NOT LIKE '%'",
    "CASE WHEN n > 1 THEN 'a' WHEN ok THEN sensor ELSE 'c' END",
    "CASE n WHEN 1 THEN 1.5 END",
    "CAST(sensor AS int) + CAST(NULL AS int)",
    "ts + INTERVAL '90' second < '2026-01-01T00:00:00Z'",
    "sensor || '-' || n || coalesce(device.labels.site, 'x')",
    "temp_c > :hot - 5 AND TRUE",
    "1e300 * temp_c",
    "list_filter(sensor, lambda e, i: e > sensor AND i < n)",
    "array_transform(sensor, (e, i) -> e ->> '$.a' || i)",
    "json_filter(sensor, (k, v) -> k > sensor AND v ->> '$.a' IS NULL)",
    "json_rename(sensor, lambda k, v: k || n)",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_written_and_read_again_it_is_the_same(text: str) -> None:
    expression = parse_expression(sql(text), SCOPE)
    assert parse_expression(sql(sql_text(expression)), SCOPE) == expression, sql_text(expression)


@pytest.mark.parametrize(
    "text",
    [
        "temp_c > :hot - 5.0 AND n IS NOT NULL AND ok",
        "CASE WHEN n > 1 THEN 'a' ELSE 'c' END",
        "n - 1 - 2 - (3 - n)",
        "extract(HOUR FROM ts)",
        "n IN (1, 2)",
    ],
)
def test_it_is_written_as_one_would_write_it(text: str) -> None:
    assert sql_text(parse_expression(sql(text), SCOPE)) == text


def expressions(file: Path) -> Iterator[Expression]:
    for step in compile_job(file.read_text("utf-8"), file.name).steps:
        if isinstance(step, Filter):
            yield step.condition
        if isinstance(step, Map):
            yield from (assignment.value for assignment in step.assignments)


def test_those_of_the_catalogue_of_jobs_can_be_written() -> None:
    jobs = Path(__file__).parents[3] / "jobs"
    found = [one for file in jobs.glob("*.yaml") if ".test." not in file.name for one in expressions(file)]
    assert any(isinstance(one, Call) for one in found)
    assert all(sql_text(one) for one in found)
