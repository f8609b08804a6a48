from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge_orch.cli.options import parameter_name, parse_value
from edge_orch.errors import Invalid
from tests.unit.cli.conftest import FakeServer


def test_the_last_dot_divides_job_and_parameter() -> None:
    assert parameter_name("press.v2.hot_c") == ("press.v2", "hot_c")
    for text in ("hot_c", ".hot_c", "press."):
        with pytest.raises(Invalid):
            parameter_name(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("92", 92), ("92.5", 92.5), ("true", True), ('"92"', "92"), ("off", "off"), ("", ""), ("null", "null")],
)
def test_values_are_what_they_look_like(text: str, value: object) -> None:
    assert parse_value(text) == value
    assert type(parse_value(text)) is type(value)


def test_a_token_file_is_read_and_its_absence_explained(
    controller: FakeServer, cli: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    controller.answer("GET /v1/jobs", [])
    monkeypatch.delenv("EDGE_ORCH_TOKEN")
    monkeypatch.setenv("EDGE_ORCH_TOKEN_FILE", str(tmp_path / "admin.token"))
    answer = cli("get", "jobs")
    assert answer.code == 6
    assert "cannot read the token file" in answer.err
    (tmp_path / "admin.token").write_text("from-file\n")
    assert cli("get", "jobs").code == 0
    assert controller.authorization == ["Bearer from-file"]


@pytest.mark.parametrize("token", [b"two words", b"two\nlines", "ünicode".encode(), b"\xff"])
def test_what_is_no_token_is_refused_and_not_repeated(
    cli: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, token: bytes
) -> None:
    (tmp_path / "token").write_bytes(token)
    monkeypatch.setenv("EDGE_ORCH_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.delenv("EDGE_ORCH_TOKEN", raising=False)
    answer = cli("get", "jobs")
    assert (answer.code, answer.err.splitlines()[0]) == (3, f"error: {tmp_path / 'token'} holds no token")
    monkeypatch.setenv("EDGE_ORCH_TOKEN", token.decode(errors="surrogateescape"))
    assert cli("get", "jobs").err.startswith("error: EDGE_ORCH_TOKEN holds no token\n")


def test_the_option_goes_before_the_environment(
    controller: FakeServer, cli: Any, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    controller.answer("GET /v1/jobs", [])
    monkeypatch.setenv("EDGE_ORCH_CONTROLLER", f"http://127.0.0.1:{unused_port}")
    assert cli("get", "jobs").code == 4
    assert cli("get", "jobs", "--controller", controller.url).code == 0


def test_a_wrong_duration_names_its_option_and_what_was_meant(cli: Any, tmp_path: Path) -> None:
    answer = cli("validate", "--timeout", "5 seconds", str(tmp_path / "none.yaml"))
    assert answer.code == 3
    assert "not a duration for --timeout" in answer.err
    assert "next: write 5s" in answer.err
