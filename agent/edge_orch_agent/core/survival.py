"""Survival: how long a device can go on keeping everything while none of its sinks takes anything."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from edge_orch.time import DAY


class Burden(msgspec.Struct, frozen=True):
    """What one job lays up. Bytes, before compression; `per_day` None: not known yet.

    `waits_us`: how long its oldest waiting segment has waited. `on_full`: what its outbox does at its limit.
    """

    job: str
    waiting: int
    limit: int
    per_day: int | None
    max_age_us: int
    waits_us: int = 0
    on_full: str = "drop_oldest"


class Survival(msgspec.Struct, frozen=True):
    """`days` until the first record is dropped or refused, from now on, if no sink takes anything; and `by` what.

    None: nothing comes, or it is not known yet (`known`).
    """

    days: float | None
    by: str = ""
    known: bool = True


def survival(burdens: Iterable[Burden], disk_free: int, stored_share: float = 1.0) -> Survival:
    """The first of: a job's outbox at its limit, a job's records at their greatest age, the disk full.

    `disk_free`: bytes. `stored_share`: what a byte of records takes on the disk, compressed.
    """
    burdens = list(burdens)
    ends: list[tuple[float, str]] = []
    for burden in burdens:
        if not burden.per_day:
            continue
        words = "stops reading" if burden.on_full == "block" else "drops records"
        full = max(burden.limit - burden.waiting, 0) / burden.per_day
        ends.append((full, f"the outbox of {burden.job} is full then and {words}"))
        aged = max(burden.max_age_us - burden.waits_us, 0) / DAY
        ends.append((aged, f"records of {burden.job} reach their greatest age then and are dropped"))
    total = sum(burden.per_day or 0 for burden in burdens)
    if total:
        ends.append((disk_free / (total * stored_share), "the disk is full then, and sources are not read on"))
    known = all(burden.per_day is not None for burden in burdens)
    if not ends:
        return Survival(None, known=known)
    days, by = min(ends)
    return Survival(round(days, 2), by, known)
