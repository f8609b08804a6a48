"""Names in generated code: a variable of a function must not hide an object of the same name that the code knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from edge_orch.compile import compile_job
from edge_orch.engine.compiled import compile_plan
from edge_orch.engine.records import Device
from edge_orch.spec.assets import given_assets

JOBS = sorted((Path(__file__).parents[3] / "jobs").glob("*.yaml"))
EVERY_FORMAT = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: formats}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize: {csv: {header: true}, fields: {row: {type: json, path: $}, line: string}}
    - {name: a, parse: {field: line, json: {}, fields: {x: float, xs: json}}}
    - {name: b, explode: {field: xs, fields: {each: {type: json, path: $}}}}
    - {name: from_xml, from: source, schematize: {xml: {}, fields: {r: {type: string, path: r.a}}}}
    - {name: c, parse: {field: r, json: {}, fields: {y: float}}}
    - {name: from_json, from: source, schematize: {json: {}, fields: {all: {type: json, path: $}, z: float}}}
    - {name: d, map: {z: CAST(all ->> 'w' AS float) + z}}
  outputs:
    b: {from: b, to: file, merge_into: row}
    c: {from: c, to: file, omit_nulls: true}
    d: {from: d, to: file, merge_into: all}
  sinks: {file: {file: {path: x}}}
"""


def check_names(text: str, assets: dict[str, str]) -> None:
    secrets = dict.fromkeys(re.findall(r"\$\{secret:(\w+)\}", text), "of the tests")
    compiled = compile_plan(compile_job(text, "job.yaml", given_assets(assets)), Device("d"), secrets)
    for function in ast.parse(compiled.code).body:
        assigned = {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        assert not assigned & compiled.process.__globals__.keys()


def test_variables_hide_nothing_in_a_job_of_every_format() -> None:
    check_names(EVERY_FORMAT, {})


@pytest.mark.parametrize("file", [file for file in JOBS if ".test." not in file.name], ids=lambda file: file.stem)
def test_variables_hide_nothing_in_ready_jobs(file: Path) -> None:
    tables = {str(table.relative_to(file.parent)): table.read_text("utf-8") for table in file.parent.rglob("*.csv")}
    check_names(file.read_text("utf-8"), tables)
