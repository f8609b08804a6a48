"""Which jobs take what came at once as one record."""

from __future__ import annotations

import pytest

from edge_orch.compile import compile_job
from edge_orch.plan.plan import Plan, decode_plan, encode_plan

FORMATS = {"xml: {}": "{id: {type: int, path: r.@id}}", "msgpack: {}": "{id: int}", "hex: {}": "{frame: string}"}


def job(source: str, format_: str, fields: str) -> Plan:
    return compile_job(
        f"""
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: documents}}
spec:
  source: {{{source}}}
  steps:
    - schematize: {{{format_}, fields: {fields}}}
  outputs: {{o: {{from: schematize, to: out}}}}
  sinks: {{out: {{file: {{path: y}}}}}}
""",
        "documents.yaml",
    )


@pytest.mark.parametrize(("format_", "fields"), FORMATS.items())
@pytest.mark.parametrize(
    "source", ["mqtt: {topic: a}", "udp: {listen: '127.0.0.1:5514'}", "http: {listen: '127.0.0.1:8099'}"]
)
def test_messages_datagrams_and_bodies_are_documents(source: str, format_: str, fields: str) -> None:
    plan = job(source, format_, fields)
    assert plan.whole
    assert plan.source.options.get("whole", False) == (not source.startswith("mqtt"))
    assert decode_plan(encode_plan(plan)) == plan


def test_lines_are_records_of_their_own() -> None:
    for source in ("file: {path: a.log}", "tcp: {listen: '127.0.0.1:5514'}"):
        assert not job(source, "xml: {}", FORMATS["xml: {}"]).whole
    plan = job("http: {listen: '127.0.0.1:8099'}", "json: {}", "{id: int}")
    assert not plan.whole
    assert "whole" not in plan.source.options
