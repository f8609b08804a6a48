"""`edge-orch controller serve` as a process: its first start, its end, and whatever keeps it from running."""

from __future__ import annotations

import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from edge_orch.errors import ExitCode

pytestmark = pytest.mark.integration
COMMAND = [sys.executable, "-m", "edge_orch.cli.main", "controller", "serve"]


@contextmanager
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address, once it is ready."""
    arguments = [*COMMAND, "--data", str(data), "--port", "0"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready: export EDGE_ORCH_CONTROLLER=http://127.0.0.1:"), process.communicate()
        assert line.rstrip().endswith(f" EDGE_ORCH_TOKEN_FILE={data / 'admin.token'}")
        yield process, line.split("EDGE_ORCH_CONTROLLER=")[1].split()[0]
    finally:
        process.kill()
        process.communicate()


def get(url: str, token: str) -> int:
    try:
        with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def refused(*arguments: str) -> tuple[int, str]:
    """Exit code and what was said, on one run that must not come up."""
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_first_start_stop_and_second_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as (process, url):
        token = (data / "admin.token").read_text().strip()
        assert get(f"{url}/v1/jobs", token) == 200
        assert get(f"{url}/v1/jobs", "wrong") == 401
        for path in data.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    with serving(data) as (process, url):
        assert (data / "admin.token").read_text().strip() == token
        assert get(f"{url}/v1/jobs", token) == 200
        process.kill()
    with serving(data) as (_, url):
        assert get(f"{url}/v1/jobs", token) == 200


def test_a_lost_admin_token_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path / "data"):
        old = (tmp_path / "data" / "admin.token").read_text()
    (tmp_path / "data" / "admin.token").unlink()
    with serving(tmp_path / "data") as (_, url):
        new = (tmp_path / "data" / "admin.token").read_text()
        assert new != old
        assert get(f"{url}/v1/jobs", new.strip()) == 200


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = refused("--data", str(tmp_path / "data"), "--port", port)
    assert code == ExitCode.UNAVAILABLE
    assert f"port {port} is in use" in said


def test_a_folder_in_use(tmp_path: Path) -> None:
    with serving(tmp_path / "data"):
        code, said = refused("--data", str(tmp_path / "data"), "--port", "0")
    assert code == ExitCode.UNAVAILABLE
    assert "another controller is running" in said


def test_a_host_beyond_this_machine(tmp_path: Path) -> None:
    code, said = refused("--data", str(tmp_path / "data"), "--host", "0.0.0.0")  # noqa: S104 -- refused
    assert code == ExitCode.INVALID
    assert "without TLS" in said
    assert not (tmp_path / "data").exists()


def test_a_broker_that_is_none(tmp_path: Path) -> None:
    code, said = refused("--data", str(tmp_path / "data"), "--mqtt", "http://user:secret@broker")
    assert code == ExitCode.INVALID
    assert "secret" not in said


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, said = refused("--data", str(tmp_path / "file" / "data"))
    assert code == ExitCode.STORAGE
    assert "cannot use the data folder" in said


def test_a_foreign_database(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "controller.db")
    db.execute("CREATE TABLE theirs (x)")
    db.close()
    code, said = refused("--data", str(tmp_path), "--port", "0")
    assert code == ExitCode.STORAGE
    assert "not a controller's database" in said


def test_a_key_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "controller.key").write_bytes(b"short")
    code, said = refused("--data", str(tmp_path), "--port", "0")
    assert code == ExitCode.STORAGE
    assert "restore it from a backup" in said
