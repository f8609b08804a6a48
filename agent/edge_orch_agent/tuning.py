"""The core's settings, as far as the command line and the configuration file may change them."""

from __future__ import annotations

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.size import parse_size
from edge_orch.time import SECOND, parse_duration
from edge_orch_agent.core.settings import Settings

LONGEST_INTERVAL_US = 60 * SECOND
"""Brokers and clients give up on whoever lets them wait longer."""
MOST_RECORDS = 8192
"""As many as an MQTT source reads ahead: beyond it nothing more would come before the commit."""
LARGEST_COMMIT = 16 << 20
"""What is gathered is held in memory, twice while it is compressed."""


def tuned(
    interval: str | None = None, size: str | None = None, records: str | None = None, flash_budget: str | None = None
) -> Settings:
    """None keeps the default. Raises `Invalid` for what is no duration, size or number, or out of bounds."""
    given: dict[str, int] = {}
    if interval is not None:
        given["commit_after_us"] = parse_duration(interval)
        _check("--commit-interval", interval, given["commit_after_us"], LONGEST_INTERVAL_US, "1ms to 60s")
    if size is not None:
        given["commit_bytes"] = parse_size(size)
        _check("--commit-size", size, given["commit_bytes"], LARGEST_COMMIT, "1B to 16MiB")
    if records is not None:
        given["commit_messages"] = int(records) if records.isdecimal() else 0
        _check("--commit-records", records, given["commit_messages"], MOST_RECORDS, f"1 to {MOST_RECORDS}")
    if flash_budget is not None:
        given["flash_budget"] = parse_size(flash_budget)
    return msgspec.structs.replace(Settings(), **given)


def _check(option: str, text: str, value: int, most: int, expected: str) -> None:
    if not 0 < value <= most:
        raise Invalid(Problem(f"{option} is out of bounds", expected=expected, found=repr(text)))
