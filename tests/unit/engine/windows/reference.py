"""What windows should say, worked out as plainly as can be: every record is kept, every window is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from edge_orch.plan.windows import CalendarWindow, CycleWindow, SessionWindow, Window

Is = Callable[["Given"], bool]
Spans = Callable[[int], list[tuple[int, int]]]
Place = tuple[int, int, str | None]
"""A window and a key."""


class Given(NamedTuple):
    """A record: its partition, event time, key and value."""

    partition: str
    time: int
    key: str | None
    value: int | None


class Said(NamedTuple):
    """A row, its records reduced to what the tests aggregate."""

    start: int
    end: int
    revision: int
    key: str | None
    n: int
    total: float | None
    first: int | None
    last: int | None


class Case(NamedTuple):
    """A step: its window and how it treats what is late."""

    window: Window
    grace: int
    on_late: str
    empty: int | None = None
    early: int | None = None


def said(start: int, end: int, revision: int, key: str | None, records: Sequence[Given]) -> Said:
    """The row of these records, which stand in the order in which they came."""
    known = [record for record in records if record.value is not None]
    first = min(known, key=lambda record: record.time).value if known else None
    last = max(reversed(known), key=lambda record: record.time).value if known else None
    total = float(sum(record.value or 0 for record in known)) if known else None
    return Said(start, end, revision, key, len(records), total, first, last)


def watermarks(records: Sequence[Given]) -> list[int]:
    """The watermark at each record: the smallest of the partitions' newest times, the record's own included."""
    tops: dict[str, int] = {}
    reached, found = -(1 << 62), []
    for record in records:
        tops[record.partition] = max(tops.get(record.partition, record.time), record.time)
        reached = max(reached, min(tops.values()))
        found.append(reached)
    return found


def aligned(case: Case, spans: Spans, records: Sequence[Given]) -> tuple[list[Said], int]:
    """Rows, and how many records were late, for windows that time alone decides; `spans`: the windows of a moment."""
    on_time: dict[Place, list[Given]] = {}
    late: dict[Place, list[Given]] = {}
    lost = 0
    for record, watermark in zip(records, watermarks(records), strict=True):
        taken = False
        for start, end in spans(record.time):
            place = (start, end, record.key)
            if end + case.grace > watermark:
                on_time.setdefault(place, []).append(record)
                taken = True
            elif case.on_late == "revise" and end + 2 * case.grace > watermark:
                late.setdefault(place, []).append(record)
                taken = True
        lost += not taken
    rows = [said(start, end, 0, key, found) for (start, end, key), found in on_time.items()]
    empty = _empty(case, spans, records, [*on_time], late) if case.empty is not None else set()
    rows += [said(start, end, 0, key, []) for start, end, key in empty]
    rows += _early(case, on_time, records) if case.early is not None else []
    # What was on time came before what was late: a window does not open again.
    for place, found in late.items():
        start, end, key = place
        before = on_time.get(place, [])
        told = bool(before) or place in empty
        for number in range(1, len(found) + 1):
            rows.append(said(start, end, number - (not told), key, before + found[:number]))
    return rows, lost


def _early(case: Case, on_time: Mapping[Place, list[Given]], records: Sequence[Given]) -> list[Said]:
    """Rows of what came in time before a mark, and before it was told."""
    rows = []
    reached = watermarks(records)
    order = {id(record): at for at, record in enumerate(records)}
    for (start, end, key), found in on_time.items():
        for mark in range(start + (case.early or 0), end, case.early or 1):
            told = next((at for at, watermark in enumerate(reached) if watermark >= mark + case.grace), len(records))
            before = [record for record in found if record.time < mark and order[id(record)] < told]
            rows += [said(start, mark, 0, key, before)] if before else []
    return rows


def _empty(
    case: Case, spans: Spans, records: Sequence[Given], on_time: Sequence[Place], late: Mapping[Place, list[Given]]
) -> set[Place]:
    """The windows without records of which keys have rows: each window up to the newest record is looked at."""
    times = [record.time for record in records]
    pace = 1200 if isinstance(case.window, CalendarWindow) else 1
    windows = {window for time in range(min(times), max(times) + 1, pace) for window in spans(time)}
    reached = watermarks(records)
    late_at = [(place, records.index(record)) for place, found in late.items() for record in found]
    empty = set()
    for start, end in windows:
        closed_at = next((at for at, watermark in enumerate(reached) if watermark >= end + case.grace), len(records))
        with_records = [*on_time, *(place for place, at in late_at if at < closed_at)]
        for key in {record.key for record in records}:
            before = [ended for began, ended, of in with_records if of == key and began < start]
            if before and start < max(before) + (case.empty or 0) and (start, end, key) not in on_time:
                empty.add((start, end, key))
    return empty


def sessions(case: Case, window: SessionWindow, records: Sequence[Given]) -> tuple[list[Said], int]:
    """Rows, and how many records were late, for sessions."""
    gap, longest = window.gap_us, window.max_us
    rows: list[Said] = []
    lost = 0
    live: list[list[Given]] = []  # records that hang together, in the order in which they came

    def bounds(session: list[Given]) -> tuple[int, int]:
        times = [record.time for record in session]
        return min(times), max(times) + gap if longest is None else min(max(times) + gap, min(times) + longest)

    def emit(session: list[Given]) -> None:
        rows.append(said(*bounds(session), 0, session[0].key, session))

    def hang_together(*sessions: list[Given]) -> bool:
        times = sorted(record.time for session in sessions for record in session)
        near = all(later - time < gap for time, later in pairwise(times))
        return near and (longest is None or times[-1] - times[0] < longest)

    def joined(record: Given) -> list[list[Given]]:
        mine = sorted((each for each in live if each[0].key == record.key), key=lambda each: bounds(each)[0])
        before = [each for each in mine if bounds(each)[0] <= record.time][-1:]
        after = [each for each in mine if bounds(each)[0] > record.time][:1]
        for near in (before + after, before, after):
            if near and hang_together(*near, [record]):
                return near
        return []

    order = {id(record): place for place, record in enumerate(records)}
    for record, watermark in zip(records, watermarks(records), strict=True):
        for session in [each for each in live if bounds(each)[1] + case.grace <= watermark]:
            live.remove(session)
            emit(session)
        near = joined(record)
        merged = [*(member for each in near for member in each), record]
        if bounds(merged)[1] + case.grace <= watermark:
            near, merged = [], [record]
        if bounds(merged)[1] + case.grace <= watermark:
            lost += 1
            continue
        for each in near:
            live.remove(each)
        live.append(sorted(merged, key=lambda r: order[id(r)]))
    for session in live:
        emit(session)
    return rows, lost


def cycles(window: CycleWindow, begins: Is, ends: Is, records: Sequence[Given]) -> tuple[list[Said], int]:
    """Rows, and how many records were between two cycles."""
    rows: list[Said] = []
    lost = 0
    live: dict[str | None, list[Given]] = {}

    def times(cycle: list[Given]) -> list[int]:
        return [record.time for record in cycle]

    def emit(key: str | None) -> None:
        cycle = live.pop(key)
        rows.append(said(min(times(cycle)), max(times(cycle)), 0, key, cycle))

    def over_at(times: list[int]) -> int:
        timeout = max(times) + window.timeout_us
        return timeout if window.max_us is None else min(timeout, min(times) + window.max_us)

    def too_long(cycle: list[Given]) -> bool:
        return window.max_us is not None and max(times(cycle)) - min(times(cycle)) >= window.max_us

    for record, watermark in zip(records, watermarks(records), strict=True):
        begun = window.begin is not None and begins(record)
        for key in [key for key, cycle in live.items() if over_at(times(cycle)) <= watermark]:
            emit(key)
        mine = live.get(record.key)
        if mine and (begun or record.time >= max(times(mine)) + window.timeout_us or too_long([*mine, record])):
            emit(record.key)
        if record.key not in live and window.begin is not None and window.end is not None and not begun:
            lost += 1
            continue
        live.setdefault(record.key, []).append(record)
        if window.end is not None and ends(record):
            emit(record.key)
    for key in list(live):
        emit(key)
    return rows, lost


def counted(size: int, records: Sequence[Given]) -> list[Said]:
    """Rows of count windows."""
    rows = []
    for key in {record.key for record in records}:
        mine = [record for record in records if record.key == key]
        for at in range(0, len(mine), size):
            part = mine[at : at + size]
            times = [record.time for record in part]
            rows.append(said(min(times), max(times), 0, key, part))
    return rows
