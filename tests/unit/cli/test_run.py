from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from edge_orch.cli.inputs import followed

ROOT = Path(__file__).parents[3]
PRESS = str(ROOT / "jobs" / "press_temperature.yaml")
LOG = """\
1767225600 press-01 n=1 TEMP=70.25C
1767225601 press-02 n=1 TEMP=hotC
1767225602 press-03 n=1 TEMP=90C
1767225610 press-03 n=2 TEMP=91C
"""


@pytest.fixture
def log(tmp_path: Path) -> str:
    """A file with four records, one of them broken."""
    (tmp_path / "press.log").write_text(LOG)
    return str(tmp_path / "press.log")


def test_records_go_to_standard_output_and_the_rest_to_standard_error(cli: Any, log: str) -> None:
    answer = cli("run", PRESS, "--input", log, "--only", "raw", "--param", "quorum=1", "--device-label", "site=x=y")
    assert answer.code == 0
    assert [json.loads(line)["seq"] for line in answer.out.splitlines()] == [1, 1, 2]
    assert json.loads(answer.out.splitlines()[0])["site"] == "x=y"
    assert "dead letter: line 2, schematize.temp_c: " in answer.err
    assert "opened    overheating  critical: 1 sensors above 85 °C at x=y" in answer.err
    sums = dict(line.rsplit(maxsplit=1) for line in answer.err.splitlines() if line[-1:].isdigit())
    assert (sums["records in"], sums["output raw"], sums["output stats"], sums["dead letters"]) == ("4", "3", "3", "1")


def test_a_folder_gets_a_file_for_each_output(cli: Any, log: str, tmp_path: Path) -> None:
    answer = cli("run", PRESS, "--input", log, "--output-dir", str(tmp_path / "out"), "-o", "json")
    assert (answer.code, answer.out) == (0, "")
    counts = {path.name: len(path.read_text().splitlines()) for path in (tmp_path / "out").iterdir()}
    assert counts == {"raw.ndjson": 3, "stats.ndjson": 3, "dead_letters.ndjson": 1}
    assert json.loads(answer.err)["summary"] == {
        "records_in": 4, "outputs": {"raw": 3, "stats": 3}, "filtered": 0, "late": 0, "dead_letters": 1, "opened": 0,
        "resolved": 0,
    }  # fmt: skip


def test_standard_input_is_the_default(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BufferedReader(io.BytesIO(LOG.encode()))

    monkeypatch.setattr("sys.stdin", Stdin)
    answer = cli("run", PRESS, "--only", "stats")
    assert answer.code == 0
    assert len(answer.out.splitlines()) == 3


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["missing.yaml"], 3, "cannot read missing.yaml"),
        ([PRESS, "--input", "missing.log"], 3, "No such file or directory"),
        ([PRESS, "--input", "."], 3, "Is a directory"),
        ([PRESS, "--only", "stat"], 3, "did you mean `stats`?"),
        ([PRESS, "--param", "hot_c"], 3, "--param needs a name and a value"),
        ([PRESS, "--param", "hot=1"], 3, "the job has no parameter hot"),
        ([PRESS, "--param", "hot_c=1000"], 3, "the parameter hot_c is out of bounds"),
        ([PRESS, "--input", PRESS, "--output-dir", PRESS], 6, "cannot write to"),
        ([PRESS, "--nonsense"], 2, "No such option"),
        ([PRESS, "--rate", "nan"], 2, "nan is not a number of records"),
        ([PRESS, "--rate", "inf"], 2, "inf is not a number of records"),
    ],
)
def test_what_is_wrong_is_told_in_words(cli: Any, args: list[str], code: int, told: str) -> None:
    answer = cli("run", *args)
    assert answer.code == code
    assert told in answer.err
    assert "Traceback" not in answer.err


def test_of_a_job_that_reads_documents_a_file_is_one_record(cli: Any, tmp_path: Path) -> None:
    job = str(ROOT / "jobs" / "mtconnect_current.yaml")
    first, second = tmp_path / "first.xml", tmp_path / "second.xml"
    first.write_text('<MTConnectStreams>\n  <Header instanceId="1"/>\n  <Streams/>\n</MTConnectStreams>\n')
    second.write_bytes("<?xml version='1.0'?>\n<MTConnectError>\n°\n</MTConnectError>".encode("utf-16"))
    answer = cli("run", job, "--input", str(first), "--input", str(second), "--output-dir", str(tmp_path / "out"))
    sums = dict(line.rsplit(maxsplit=1) for line in answer.err.splitlines() if line[-1:].isdigit())
    assert (sums["records in"], sums["dead letters"]) == ("2", "1")
    (letter,) = (tmp_path / "out" / "dead_letters.ndjson").read_text().splitlines()
    assert bytes.fromhex(json.loads(letter)["raw_hex"]) == second.read_bytes()
    answer = cli("run", job, "--input", str(first), "--follow")
    assert (answer.code, answer.err.splitlines()[0]) == (
        3, "error: a record of this job is a whole file, and one that is followed never ends"
    )  # fmt: skip


def test_ctrl_c_tells_how_far_it_came(cli: Any, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Any:
        yield LOG.encode()
        raise KeyboardInterrupt

    monkeypatch.setattr("edge_orch.cli.run_job.chunks", interrupted)
    answer = cli("run", PRESS, "--input", log)
    assert answer.code == 130
    assert "interrupted; so far:" in answer.err


def test_secrets_of_steps_come_from_the_environment(cli: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    job = str(ROOT / "jobs" / "pii_masking.yaml")
    visit = {"at": "2026-01-01T08:00:00Z", "gate": "n", "visitor": {"name": "Ada", "badge": "A123456"}}
    (tmp_path / "visits").write_text(json.dumps(visit))
    arguments = ("run", job, "--input", str(tmp_path / "visits"), "--only", "visits")
    missing = cli(*arguments)
    assert (missing.code, missing.out) == (3, "")
    assert "a step needs the secret PII_KEY" in missing.err
    assert "EDGE_ORCH_SECRET_PII_KEY" in missing.err
    monkeypatch.setenv("EDGE_ORCH_SECRET_PII_KEY", "the very secret key")
    answer = cli(*arguments)
    assert answer.code == 0
    assert len(json.loads(answer.out)["badge"]) == 64
    assert "the very secret key" not in answer.out + answer.err


def test_a_tap_prints_what_any_stage_passes_on(cli: Any, log: str) -> None:
    answer = cli("run", PRESS, "--input", log, "--tap", "schematize")
    assert [json.loads(line)["sensor"] for line in answer.out.splitlines()] == ["press-01", "press-03", "press-03"]
    answer = cli("run", PRESS, "--input", log, "--tap", "per_sensr")
    assert answer.code == 3
    assert "has no stage `per_sensr`" in answer.err
    assert cli("run", PRESS, "--input", log, "--tap", "enrich", "--only", "raw").code == 2


def test_several_files_are_read_one_after_the_other(cli: Any, log: str, tmp_path: Path) -> None:
    (tmp_path / "more.log").write_text("1767225611 press-04 n=1 TEMP=20C\n")
    answer = cli("run", PRESS, "--input", log, "--input", str(tmp_path / "more.log"), "--only", "raw")
    assert [json.loads(line)["sensor"] for line in answer.out.splitlines()][-1] == "press-04"


ARRIVAL = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: arrival}
spec:
  source: {mqtt: {topic: t}}
  steps:
    - schematize: {json: {}, fields: {v: int}}
    - aggregate: {window: {tumbling: 1s}, compute: {n: count(*)}}
  outputs: {rows: {from: aggregate, to: out}}
  sinks: {out: {file: {path: x}}}
"""


def test_in_virtual_time_records_arrive_at_the_rate(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(ARRIVAL)
    (tmp_path / "in.ndjson").write_text('{"v": 1}\n' * 5)
    args = ["run", str(tmp_path / "job.yaml"), "--input", str(tmp_path / "in.ndjson"), "--at", "2026-01-01T00:00:00Z"]
    rows = [json.loads(line) for line in cli(*args, "--rate", "2").out.splitlines()]
    assert [(row["window_start"], row["n"]) for row in rows] == [
        ("2026-01-01T00:00:00Z", 2),
        ("2026-01-01T00:00:01Z", 2),
        ("2026-01-01T00:00:02Z", 1),
    ]
    assert [json.loads(line)["n"] for line in cli(*args, "--once").out.splitlines()] == [5]
    assert cli(*args[:-1], "soon").code == 2
    assert cli(*args, "--follow").code == 2


def test_a_file_that_is_followed_is_read_on(cli: Any, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def grown(_seconds: float) -> None:
        path = Path(log)
        if path.read_text().count("\n") > 4:
            raise KeyboardInterrupt
        path.write_text(LOG + "1767225620 press-05 n=1 TEMP=20C\n")

    monkeypatch.setattr("edge_orch.cli.run_job.followed", lambda file: followed(file, grown))
    answer = cli("run", PRESS, "--input", log, "--follow", "--only", "raw")
    assert answer.code == 130
    assert [json.loads(line)["sensor"] for line in answer.out.splitlines()][-1] == "press-05"
    assert cli("run", PRESS, "--follow").code == 2
