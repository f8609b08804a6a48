"""Where the records of `edge-orch run` come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge_orch.cli.topics import by_topic
from edge_orch.engine.records import Batch
from edge_orch.time import Instant

JOB = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: gas}
spec:
  source: {mqtt: {topic: 'gas/#'}}
  steps:
    - schematize: {raw: {}, fields: {value: string}}
    - enrich: {topic: source.topic, partition: source.partition}
  outputs: {all: {from: enrich, to: out}}
  sinks: {out: {file: {path: x}}}
"""


@pytest.fixture
def job(tmp_path: Path) -> str:
    (tmp_path / "job.yaml").write_text(JOB)
    return str(tmp_path / "job.yaml")


def test_lines_begin_with_their_topics_and_keep_their_order_and_numbers() -> None:
    batch = Batch("file", b"gas/1 5.0\ngas/1 a b\ngas/2 7\ngas/1 \ngas/1\n", Instant(1, 1, "test"), 10)
    found = [(one.context["topic"], one.partition, one.position, one.payload) for one in by_topic(batch)]
    assert found == [
        ("gas/1", "gas/1", 10, [b"5.0", b"a b"]),
        ("gas/2", "gas/2", 12, [b"7"]),
        ("gas/1", "gas/1", 13, [b"", b""]),
    ]


def test_run_takes_topics_from_the_lines_or_one_for_all(cli: Any, job: str, tmp_path: Path) -> None:
    (tmp_path / "in.log").write_text("gas/1 5.0\ngas/2 7.5")
    each = cli("run", job, "--input", str(tmp_path / "in.log"), "--topics")
    assert [json.loads(line) for line in each.out.splitlines()] == [
        {"value": "5.0", "topic": "gas/1", "partition": "gas/1"},
        {"value": "7.5", "topic": "gas/2", "partition": "gas/2"},
    ]
    one = cli("run", job, "--input", str(tmp_path / "in.log"), "--topic", "gas/9")
    assert json.loads(one.out.splitlines()[1]) == {"value": "gas/2 7.5", "topic": "gas/9", "partition": "gas/9"}
    assert "note" not in each.err + one.err


def test_a_job_that_reads_a_topic_is_told_where_there_is_none(cli: Any, job: str, tmp_path: Path) -> None:
    (tmp_path / "in.log").write_text("5.0\n")
    answer = cli("run", job, "--input", str(tmp_path / "in.log"))
    assert answer.err.startswith("note: source.topic is NULL: --topic or --topics say what it is\n")
    assert json.loads(answer.out)["topic"] is None
    assert "source.topic" not in cli("run", job, "--input", str(tmp_path / "in.log"), "-o", "json").err


def test_topics_that_cannot_be_are_refused(cli: Any, job: str) -> None:
    assert "without + and #" in cli("run", job, "--topic", "gas/+").err
    both = cli("run", job, "--topic", "gas/1", "--topics")
    assert both.code == 2
    assert "give one of them" in both.err


def test_a_document_has_one_topic(cli: Any, job: str, tmp_path: Path) -> None:
    Path(job).write_text(JOB.replace("raw: {}, fields: {value: string}", "msgpack: {}, fields: {value: int}"))
    (tmp_path / "one").write_bytes(b"\x81\xa5value\x07")
    assert "write --topic TOPIC" in cli("run", job, "--input", str(tmp_path / "one"), "--topics").err
    answer = cli("run", job, "--input", str(tmp_path / "one"), "--topic", "gas/1")
    assert json.loads(answer.out) == {"value": 7, "topic": "gas/1", "partition": "gas/1"}
