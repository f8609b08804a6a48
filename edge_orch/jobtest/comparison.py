"""Expectation against outcome: every difference as a problem at its place in the test file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from edge_orch.engine.records import DeadLetter, EpisodeEvent
from edge_orch.errors import Location, Problem
from edge_orch.jobtest.alignment import Pair, aligned
from edge_orch.jobtest.expectation import (
    ExpectedAlert,
    ExpectedDeadLetter,
    ExpectedDeadLetters,
    ExpectedRecord,
    ExpectedRecords,
)
from edge_orch.spec.words import did_you_mean
from edge_orch.time import format_timestamp, parse_timestamp

Record = dict[str, Any]


def records_problems(what: str, expected: ExpectedRecords, found: Sequence[Record]) -> Iterator[Problem]:
    """What is wrong with the records of `what` (« output stats »)."""
    if expected.count is not None and expected.count.value != len(found):
        yield Problem(f"{what}: number of records", expected.count.where, str(expected.count.value), str(len(found)))
    if expected.records is not None:
        yield from _one_by_one(what, expected.records, found, expected)
    rest = iter(found)
    for record in expected.includes:
        # `in` on an iterator goes on from the last match: the records must come in this order.
        if not any(not _differences(record, other, expected.exact) for other in rest):
            among = f"nothing like it, in this order, among {len(found)} records"
            yield Problem(f"{what}: a record is missing", record.where, _shown(_plain(record)), among)
            return


def _one_by_one(
    what: str, expected: Sequence[ExpectedRecord], found: Sequence[Record], whole: ExpectedRecords
) -> Iterator[Problem]:
    told = 0

    def same(place: int, at: int) -> bool:
        return not _differences(expected[place], found[at], whole.exact)

    pairs = list(aligned(len(expected), len(found), same))
    elsewhere = _elsewhere(pairs, same)
    for place, at in pairs:
        if place is None and at in elsewhere.values():
            continue
        if place is None and at is not None:
            problem = Problem(f"{what}: a record too many", whole.where, "", f"record {at + 1}: {_shown(found[at])}")
        elif place is not None and at is None:
            next_to = f"not among {len(found)} records" if found else "no records"
            if place in elsewhere:
                next_to = f"out of order: it is record {elsewhere[place] + 1}"
            problem = Problem(
                f"{what}: record {place + 1} is missing",
                expected[place].where,
                _shown(_plain(expected[place])),
                next_to,
            )
        elif place is not None and at is not None and (unlike := _differences(expected[place], found[at], whole.exact)):
            wanted, got = ({name: pair[side] for name, pair in unlike.items()} for side in (0, 1))
            absent = [name for name, value in got.items() if value == _ABSENT]
            near = next(filter(None, (did_you_mean(name, found[at]) for name in absent)), "")
            problem = Problem(f"{what}, record {at + 1}", expected[place].where, _shown(wanted), _shown(got), near)
        else:
            continue
        told += 1
        if told > MOST_TOLD:
            yield Problem(f"{what}: more differences", whole.where, str(len(expected)), f"{len(found)} records")
            return
        yield problem


def _elsewhere(pairs: Sequence[Pair], same: Callable[[int, int], bool]) -> dict[int, int]:
    """Of what was expected and is missing in its place: what is too many in another place and just that."""
    spare = [at for place, at in pairs if place is None and at is not None]
    found: dict[int, int] = {}
    for place in (place for place, at in pairs if at is None and place is not None):
        at = next((at for at in spare[:MOST_TOLD] if same(place, at)), None)
        if at is not None:
            found[place] = at
            spare.remove(at)
    return found


MOST_TOLD = 10
"""Differences of one output that are told; whoever sees ten need not see a thousand."""
_ABSENT = "(absent)"
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{6})?Z")
"""As a timestamp leaves a job."""
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}:?[0-9]{2})$")


def _differences(expected: ExpectedRecord, found: Record, exact: bool) -> dict[str, tuple[Any, Any]]:
    """Field → what was expected and what was found, for the fields that differ."""
    wanted = _plain(expected)
    names = [*wanted, *(name for name in found if exact and name not in wanted)]
    pairs = {name: (wanted.get(name, _ABSENT), found.get(name, _ABSENT)) for name in names}
    return {name: pair for name, pair in pairs.items() if not _same(*pair)}


def _same(expected: Any, found: Any) -> bool:
    """Equal; numbers to nine digits, so that an average can be written down; times as instants. No field is NULL."""
    if expected is None and found == _ABSENT:
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(_same(value, found[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_same, expected, found))
    numbers = [value for value in (expected, found) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == 2:
        return math.isclose(*numbers, rel_tol=1e-9)
    if isinstance(expected, str) and isinstance(found, str):
        return expected == found or (_TIME.fullmatch(found) is not None and _instant(expected) == _instant(found))
    return type(expected) is type(found) and bool(expected == found)


def _instant(text: str) -> int | None:
    """What a job's time means, however many digits or which offset it is written with; None for other text."""
    try:
        return parse_timestamp(text) if _OFFSET.search(text) else None
    except (ValueError, OverflowError):
        return None


def alerts_problems(
    expected: Sequence[ExpectedAlert], found: Sequence[EpisodeEvent], start_us: int, where: Location
) -> Iterator[Problem]:
    """What is wrong with the events of episodes, compared in order."""
    for alert, event in zip(expected, found, strict=False):
        wanted: dict[str, Any] = {alert.kind: alert.rule.value}
        got: dict[str, Any] = {event.kind.value: event.rule}
        if alert.key is not None:
            wanted["key"], got["key"] = [text.value for text in alert.key], list(event.key)
        if alert.at is not None:
            wanted["at"], got["at"] = format_timestamp(alert.at.after(start_us)), format_timestamp(event.at_us)
        if alert.summary is not None:
            wanted["summary"], got["summary"] = alert.summary.value, event.summary
        if wanted != got:
            yield Problem("another alert", alert.where, _shown(wanted), _shown(got))
    for alert in expected[len(found) :]:
        yield Problem("an alert is missing", alert.where, _shown({alert.kind: alert.rule.value}), "no more alerts")
    for event in found[len(expected) :]:
        got = {event.kind.value: event.rule, "key": list(event.key), "at": format_timestamp(event.at_us)}
        yield Problem("an alert that was not expected", where, "no more alerts", _shown(got), "add it to `alerts`")


def dead_letters_problems(expected: ExpectedDeadLetters, found: Sequence[DeadLetter]) -> Iterator[Problem]:
    """What is wrong with the dead letters: with their number, or with each in order."""
    if expected.count is not None:
        if expected.count.value != len(found):
            shown = f"{len(found)}" + (f", the first: {_letter(found[0])}" if found else "")
            yield Problem(
                "number of dead letters",
                expected.where,
                str(expected.count.value),
                shown,
            )
        return
    for wanted, letter in zip(expected.letters, found, strict=False):
        if not _fits(wanted, letter):
            yield Problem("another dead letter", wanted.where, _shown(_wanted(wanted)), _letter(letter))
    for wanted in expected.letters[len(found) :]:
        yield Problem("a dead letter is missing", wanted.where, _shown(_wanted(wanted)), "no more dead letters")
    for letter in found[len(expected.letters) :]:
        yield Problem("a dead letter that was not expected", expected.where, "no more dead letters", _letter(letter))


def _fits(expected: ExpectedDeadLetter, letter: DeadLetter) -> bool:
    return (
        (expected.reason is None or expected.reason.value in letter.reason)
        and (expected.step is None or expected.step.value == letter.step)
        and (expected.field is None or expected.field.value == letter.field)
        and (expected.raw is None or any(expected.raw.value in raw for raw in _raws(letter)))
    )


def _wanted(expected: ExpectedDeadLetter) -> Record:
    parts = {name: getattr(expected, name) for name in ("reason", "step", "field", "raw")}
    return {name: part.value for name, part in parts.items() if part is not None}


def _letter(letter: DeadLetter) -> str:
    return _shown({"reason": letter.reason, "step": letter.step, "field": letter.field, "raw": _raws(letter)[0]})


def _raws(letter: DeadLetter) -> tuple[str, ...]:
    """The ways to write its bytes: as text, or in hexadecimal and with gaps in the text where they are none."""
    try:
        return (letter.raw.decode(),)
    except UnicodeDecodeError:
        return letter.raw.hex(" "), letter.raw.decode(errors="replace")


def _plain(expected: ExpectedRecord) -> Record:
    return {name.value: expectation.value for name, expectation in expected.fields.items()}


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()
