"""Findings: one sentence a check, and what to do."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class State(StrEnum):
    """How it is with one thing."""

    OK = "ok"
    WARN = "warn"  # works, and will not for ever
    FAIL = "fail"  # something is lost, or does not work, until somebody acts
    UNKNOWN = "unknown"  # cannot be told now


class Finding(msgspec.Struct, frozen=True):
    """What was found of `check`; `next_step`: what to do, empty where nothing is to be done."""

    check: str
    state: State
    found: str
    next_step: str = ""
