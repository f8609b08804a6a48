"""Takes the readings: from the machine, the data folder and the agent's socket. Changes nothing."""

from __future__ import annotations

import fcntl
import os
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from edge_orch.cli.client import Client
from edge_orch.errors import EdgeOrchError, Problem, Refused, StorageError
from edge_orch.trust.envelope import open_envelope
from edge_orch.trust.expiry import expires_at
from edge_orch_agent.clock import SystemClock
from edge_orch_agent.core.view import AgentSnapshot
from edge_orch_agent.data_folder import AgentFolder, Enrolment
from edge_orch_agent.doctor.readings import Disk, Process, Reach, Readings, Validity
from edge_orch_agent.store.inspection import inspecting

PATIENCE_S = 3.0
_SECRET = re.compile(rb"\$\{secret:([^}]*)\}")
_PROC = Path("/proc")


def gather(folder: AgentFolder) -> Readings:
    """Raises `StorageError` for a folder that is no agent's, and where the enrolment is damaged."""
    enrolment = folder.enrolment()
    fresh = not folder.database.is_file() and not (folder.path / "agent.ballast").is_file()
    if fresh and enrolment is None:
        raise StorageError(
            Problem(
                f"{folder.path} is not an agent's data folder",
                expected="agent.json, or agent.db",
                next_step="name it with --local DIR or EDGE_ORCH_LOCAL, or enrol: edge-orch agent enroll --help",
            )
        )
    process = _process(folder.path / "agent.lock")
    status = _status(folder.path) if process else None
    damage, envelopes, share, remedy = _store(folder)
    reach = _reach(enrolment.controller) if enrolment and not (status and status.linked) else None
    return Readings(
        now=SystemClock().now(),
        disk=_disk(folder.path),
        memory_available=_field(_PROC / "meminfo", "MemAvailable") * 1024,
        process=process,
        status=status,
        reach=reach,
        validities=tuple(_validities(folder.path, _needed(enrolment, envelopes))),
        damage=damage,
        remedy=remedy,
        stored_share=share,
        fresh=fresh,
    )


def _process(lock: Path) -> Process | None:
    """Whoever holds the folder; the lock goes with its process, however it ends."""
    if not lock.is_file():
        return None
    try:
        with lock.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = int(file.read().strip() or b"0")
            else:
                return None
        started = int((_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[19])
        age_s = float((_PROC / "uptime").read_text().split()[0]) - started / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return None
    return Process(pid, age_s, _optional(pid, "smaps_rollup", "Pss", 1024), _optional(pid, "io", "write_bytes", 1))


def _optional(pid: int, file: str, name: str, unit: int) -> int | None:
    try:
        return _field(_PROC / str(pid) / file, name) * unit
    except (OSError, KeyError):  # another user's process, or a kernel without this account
        return None


def _field(path: Path, name: str) -> int:
    """A line `Name: number …`."""
    for line in path.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise KeyError(name)


def _status(folder: Path) -> AgentSnapshot | None:
    try:
        return Client("", local=folder).get(AgentSnapshot, "status")
    except EdgeOrchError:
        return None


def _disk(folder: Path) -> Disk:
    found = os.statvfs(folder)
    return Disk(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize, (folder / "agent.ballast").is_file())


def _store(folder: AgentFolder) -> tuple[tuple[str, ...], list[bytes], float | None, str]:
    """What is wrong with the database, the plans in it, what a byte of waiting records takes on the disk, and what to
    do about a database that cannot be read."""
    if not folder.database.is_file():
        return ("agent.db is missing",), [], None, "start the agent: it begins anew, and tells the controller"
    try:
        with inspecting(folder.path) as inspection:
            state = inspection.state()
            return tuple(inspection.findings()), list(state.envelopes.values()), inspection.stored_share(), ""
    except EdgeOrchError as error:
        problem = error.problems[0]
        return (problem.what,), [], None, problem.next_step


def _needed(enrolment: Enrolment | None, envelopes: list[bytes]) -> list[str]:
    """Names of the secrets that jobs on this device ask for."""
    keys = [enrolment.public_key] if enrolment else []
    names: set[str] = set()
    for envelope in envelopes:
        try:
            plan = open_envelope(envelope, keys).plan
        except Refused:
            continue
        names.update(name.decode() for name in _SECRET.findall(msgspec.json.encode(plan)))
    return sorted(names)


def _validities(folder: Path, needed: list[str]) -> list[Validity]:
    secrets = folder / "secrets"
    here = sorted(path.name for path in secrets.iterdir() if path.is_file()) if secrets.is_dir() else []
    certificates = sorted(path for path in folder.iterdir() if path.suffix in (".pem", ".crt") and path.is_file())
    missing = [Validity(f"secret {name}", missing=True) for name in needed if name not in here]
    return [
        *missing,
        *(_validity(f"secret {name}", secrets / name) for name in here),
        *(_validity(f"certificate {path.name}", path) for path in certificates),
    ]


def _validity(name: str, path: Path) -> Validity:
    try:
        exposed = name.startswith("secret") and bool(path.stat().st_mode & 0o077)
        return Validity(name, expires_at(path.read_bytes()), exposed=exposed)
    except OSError:
        return Validity(name, missing=True)


def _reach(address: str) -> Reach:
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname or "", port), PATIENCE_S):
            return Reach(address)
    except (OSError, ValueError) as error:
        return Reach(address, getattr(error, "strerror", None) or str(error))
