"""The commands for the machine: on a stopped agent's folder, and while the store is open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from edge_orch_agent.core.transaction import Drop, JobDeadLetter, LedgerEntry, Transaction

from edge_orch.cli.main import main
from edge_orch.engine.records import DeadLetter
from tests.contracts.stored import STREAM, a_segment
from tests.unit.agent.store.killing import kill, opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An agent that has delivered 3 records, holds 2 in a segment, dropped 4 and met 2 dead letters; then killed."""
    store = opened(tmp_path / "agent.db")
    store.commit(
        Transaction(
            segments=[a_segment(5)],
            cursors={STREAM: 4},
            ledger=[
                LedgerEntry("press", 1, "stats/lake", "out", 9),
                LedgerEntry("press", 1, "stats/lake", "delivered", 3),
                LedgerEntry("press", 1, "stats/lake", "dropped:max_age", 4),
            ],
            drops=[Drop(STREAM, 1, 2, 4, 4, "max_age", 1_767_225_600_000_000)],
            dead=[
                JobDeadLetter("press", 1, 0, DeadLetter(b"\xff bad", "parsed", "not UTF-8", "factory/1", 3)),
                JobDeadLetter("other", 2, 0, DeadLetter(b'{"n": "x"}', "parsed", "not a number", "factory/1", 4, "n")),
            ],
        )
    )
    kill(store, tmp_path / "agent.db")
    return tmp_path


def run(capfd: pytest.CaptureFixture[str], folder: Path, *args: str, code: int = 0) -> str:
    found = main([*args, "--local", str(folder)])
    out, err = capfd.readouterr()
    assert found == code, err
    return out if code in (0, 1) else err


def break_segment(folder: Path, statement: str) -> None:
    store = opened(folder / "agent.db")
    store._database.execute(statement)
    store.close()


def test_the_ledger_as_a_table_and_as_json(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = run(capfd, folder, "ledger")
    assert "stats/lake" in text
    assert "2-4" in text
    shown = json.loads(run(capfd, folder, "ledger", "-o", "json"))
    assert shown["balanced"] is True
    (account,) = shown["accounts"]
    assert (account["entered"], account["out"], account["dropped"], account["held"], account["gap"]) == (9, 3, 4, 2, 0)
    assert shown["drops"][0]["reason"] == "max_age"


def test_a_gap_ends_with_one_and_repair_writes_it_off(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    break_segment(folder, "DELETE FROM segment")
    assert json.loads(run(capfd, folder, "ledger", "-o", "json", code=1))["accounts"][0]["gap"] == 2
    assert "2 records missing" in run(capfd, folder, "outbox", "verify", code=1)
    assert "2 missing records written off" in run(capfd, folder, "outbox", "repair")
    run(capfd, folder, "ledger")
    assert run(capfd, folder, "outbox", "repair") == "nothing is missing\n"


def test_repair_settles_what_damage_has_done_to_the_account_itself(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    break_segment(folder, "DELETE FROM ledger WHERE fate = 'out'")
    store = opened(folder / "agent.db")
    store.commit(Transaction(ledger=[LedgerEntry("press", 1, "parsed", "entered", 5)]))
    store.close()
    run(capfd, folder, "ledger", code=1)
    text = run(capfd, folder, "outbox", "repair")
    assert "press/parsed, version 1: 5 missing records written off" in text
    assert "press/stats/lake, version 1: 9 records counted as having come" in text
    run(capfd, folder, "ledger")


def test_dead_letters_are_listed_shown_and_exported(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = run(capfd, folder, "dead", "list")
    assert "(not UTF-8)" in text
    assert "not a number" in text
    (only,) = json.loads(run(capfd, folder, "dead", "list", "--job", "press", "-o", "json"))
    assert (only["id"], only["base64"]) == (1, "/yBiYWQ=")
    assert '{"n": "x"}' in run(capfd, folder, "dead", "show", "2")
    assert "dead list" in run(capfd, folder, "dead", "show", "9", code=3)
    first, second = run(capfd, folder, "dead", "export").splitlines()
    assert (json.loads(first)["reason"], json.loads(second)["text"]) == ("not UTF-8", '{"n": "x"}')
    assert run(capfd, folder, "dead", "export", "--raw", "--job", "other") == '{"n": "x"}\n'


def test_the_outbox_is_inspected_verified_and_exported(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (stream,) = json.loads(run(capfd, folder, "outbox", "inspect", "-o", "json"))
    assert (stream["stream"], stream["first"], stream["records"]) == (str(STREAM), 5, 2)
    assert "all sound" in run(capfd, folder, "outbox", "verify")
    assert run(capfd, folder, "outbox", "export", str(STREAM)) == '{"n":1}\n{"n":2}\n'
    assert "expected: press/stats/lake" in run(capfd, folder, "outbox", "export", "press/other/lake", code=3)


def test_a_flipped_bit_is_found(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    break_segment(folder, "UPDATE segment SET data = x'00'")
    assert "segment 5 of press/stats/lake is damaged" in run(capfd, folder, "outbox", "verify", code=1)
    assert "segment 5 of press/stats/lake is damaged" in run(capfd, folder, "outbox", "export", code=6)


def test_one_damaged_segment_does_not_keep_others_from_being_exported(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = opened(folder / "agent.db")
    store.commit(Transaction(segments=[a_segment(6)]))
    store.close()
    break_segment(folder, "UPDATE segment SET data = x'00' WHERE sequence = 5")
    assert main(["outbox", "export", "--local", str(folder)]) == 6
    assert capfd.readouterr().out == a_segment(6).data.decode()


def test_the_doctor_knows_whose_folder_it_is(tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "else").mkdir()
    assert "is not an agent's data folder" in run(capfd, tmp_path / "else", "doctor", code=6)
    (folder / "agent.db").unlink()
    (folder / "agent.ballast").write_bytes(b"")
    assert "agent.db is missing" in run(capfd, folder, "doctor", code=1)


def test_looking_changes_nothing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = {part: part.read_bytes() for part in folder.iterdir() if part.name != "agent.db-shm"}
    for args in (["ledger"], ["dead", "list"], ["outbox", "inspect"], ["outbox", "verify"], ["outbox", "export"]):
        run(capfd, folder, *args)
    assert {part: part.read_bytes() for part in folder.iterdir() if part.name != "agent.db-shm"} == before


def test_while_an_agent_holds_the_database_it_can_be_looked_into(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = opened(folder / "agent.db")
    store.commit(Transaction(segments=[a_segment(6)], ledger=[LedgerEntry("press", 1, "stats/lake", "out", 2)]))
    assert json.loads(run(capfd, folder, "ledger", "-o", "json"))["accounts"][0]["held"] == 4
    store.close()


def test_a_folder_without_a_database_and_one_of_another_version_are_said_so(
    tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "no agent's database" in run(capfd, tmp_path / "none", "ledger", code=6)
    break_segment(folder, "PRAGMA user_version = 99")
    assert "schema 99" in run(capfd, folder, "ledger", code=6)
    for part in folder.glob("agent.db*"):  # the file too: what still has the old one open must not write into the new
        part.unlink()
    (folder / "agent.db").write_bytes(b"no database at all" * 100)
    assert "not a database" in run(capfd, folder, "dead", "list", code=6)
    said = run(capfd, folder, "doctor", code=1)
    assert "not a database" in said
    assert "→ restart the agent: it sets the file aside" in said


def test_the_doctor_says_that_nobody_is_at_work_and_what_to_do(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "PD_KEY").write_text("hunter2")
    (secrets / "PD_KEY").chmod(0o644)
    found = {each["check"]: each for each in json.loads(run(capfd, folder, "doctor", "-o", "json", code=1))}
    assert found["agent"]["state"] == "fail"
    assert "systemctl start" in found["agent"]["next_step"]
    assert found["store"]["state"] == "ok"
    assert found["secret PD_KEY"] == {
        "check": "secret PD_KEY",
        "state": "warn",
        "found": "other users of this machine can read it",
        "next_step": "chmod 600",
    }
    text = run(capfd, folder, "doctor", code=1)
    assert "hunter2" not in text
    lines = text.splitlines()
    assert lines[0].startswith("fail     agent ")
    assert lines[1].strip() == "→ systemctl start edge-orch-agent"
    assert lines[-1].startswith("1 failing, ")
    break_segment(folder, "UPDATE segment SET data = x'00'")
    broken = json.loads(run(capfd, folder, "doctor", "-o", "json", code=1))
    assert next(each for each in broken if each["check"] == "store")["state"] == "fail"
    assert "no data folder" in run(capfd, folder / "none", "doctor", code=6)
