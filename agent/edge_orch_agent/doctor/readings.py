"""What a device says of itself: read once, judged by `checks`."""

from __future__ import annotations

import msgspec

from edge_orch.time import Instant
from edge_orch_agent.core.view import AgentSnapshot

MIB = 1 << 20


class Disk(msgspec.Struct, frozen=True):
    """The file system of the data folder, in bytes. `reserve`: whether the ballast lies ready."""

    size: int
    free: int
    reserve: bool


class Process(msgspec.Struct, frozen=True):
    """The agent's process. `written`: bytes that it caused to be written to the disk in `age_s`, as the kernel counts;
    None where the kernel does not say."""

    pid: int
    age_s: float
    memory: int | None
    written: int | None


class Validity(msgspec.Struct, frozen=True):
    """A secret or certificate of the device. `expires_us`: wall clock, None: never, or it does not say.

    `missing`: a job needs it and it is not there. `exposed`: other users of the machine can read it.
    """

    name: str
    expires_us: int | None = None
    missing: bool = False
    exposed: bool = False


class Reach(msgspec.Struct, frozen=True):
    """Whether the controller's address answers; `failure`: why not."""

    address: str
    failure: str = ""


class Readings(msgspec.Struct, frozen=True):
    """All of it. `status`: None where no agent answers. `damage`: what is wrong with the database, in words.

    `remedy`: what to do where it cannot be read at all. `fresh`: there is none, for no agent has run here yet.
    `stored_share`: bytes on the disk a byte of waiting records, None if nothing waits.
    """

    now: Instant
    disk: Disk
    memory_available: int
    process: Process | None
    status: AgentSnapshot | None
    reach: Reach | None
    validities: tuple[Validity, ...]
    damage: tuple[str, ...]
    stored_share: float | None = None
    remedy: str = ""
    fresh: bool = False
