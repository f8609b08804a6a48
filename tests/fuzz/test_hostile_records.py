"""No record, whatever it holds, raises, hangs or goes missing from the account; its batch changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.plan.plan import Plan
from edge_orch.time import SECOND, Instant
from tests.fuzz.jobs import FORMATS, HEADERS, plan

NOW = Instant(1_700_000_010 * SECOND, 0, "boot")
HOSTILE = (
    b"\xff\xfe", b"\x00", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "\u2028".encode(), b"\r",
    b"\x85", b"NaN", b"-Infinity", b"1e999", b"1e306", b"9" * 400, b"-9223372036854775809", b'{"a":' * 600,
    b"[" * 3_000, b'"', b"''", b"\\", b"\\u0000", b"=cmd|' /C calc'!A0", b"@SUM(1)", b"+1", b"{{", b"${secret:KEY}",
    b"%s%n", b"null", b'"ts":1,"ts":2', b"\t", b" " * 50, "١٢٣".encode(), "İ".encode(), b"1_000", b"0x10", b"-0", b".5",
    b"1e-400", b"[]", b"{}", b",,,", b"||", b";;", b"<a>" * 101, b"&a;", b"&#0;", b"<![CDATA[", b"<!--",
    b'<!DOCTYPE r [<!ENTITY a "b">]>', b'<?xml version="1.0" encoding="utf-16"?>', b"</r>", b"<k/><k/>",
)  # fmt: skip
compiled: Callable[[str], Plan] = cache(plan)


def pipeline(name: str) -> Pipeline:
    return Pipeline(compiled(name), device=Device("d", {"site": "s"}), secrets={"KEY": "k"})


@st.composite
def records(draw: Callable[..., Any], valid: bytes) -> bytes:
    """Arbitrary bytes, or a valid record with a few places damaged."""
    if draw(st.integers(0, 5)) == 0:
        return bytes(draw(st.binary(max_size=80)))
    record = valid
    for _ in range(draw(st.integers(0, 3))):
        begin = draw(st.integers(0, len(record)))
        end = min(len(record), begin + draw(st.integers(0, 4)))
        put = draw(st.sampled_from(HOSTILE) | st.binary(max_size=3) | st.just(record[begin:end] * 2))
        record = record[:begin] + put + record[end:]
    return record


@st.composite
def inputs(draw: Callable[..., Any]) -> tuple[str, list[bytes]]:
    name = draw(st.sampled_from(sorted(FORMATS)))
    return name, HEADERS.get(name, []) + draw(st.lists(records(FORMATS[name][2]), min_size=1, max_size=8))


def accounted(emissions: list[Emission], read: Callable[[bytes], Any] = msgspec.json.decode) -> None:
    """Every record has one fate, and what leaves is objects of JSON, as `read` has it."""
    for emission in emissions:
        for count in emission.counts.values():
            assert count.entered == count.passed + count.filtered + count.folded + count.dead
        for name, chunk in emission.outputs.items():
            lines = chunk.data.splitlines()
            assert len(lines) == chunk.count
            assert name == "lines" or all(isinstance(read(line), dict) for line in lines)


def told(emissions: list[Emission]) -> tuple[Any, ...]:
    """All that came of it, whatever the batches were."""
    outputs: dict[str, bytes] = {}
    for emission in emissions:
        for name, chunk in emission.outputs.items():
            outputs[name] = outputs.get(name, b"") + chunk.data
    dead = sorted((d.position, d.step, d.reason, d.field, d.raw) for e in emissions for d in e.dead)
    return outputs, dead, [event for emission in emissions for event in emission.episodes]


@given(inputs())
@settings(max_examples=150)
def test_no_record_raises_or_is_lost_and_batches_change_nothing(given: tuple[str, list[bytes]]) -> None:
    name, singles = given
    one = pipeline(name)
    together = [one.process(Batch("p", singles, NOW)), one.finish()]
    accounted(together)
    first = together[0].counts.get("schematize")
    none = sum(not record.strip() for record in singles) + len(HEADERS.get(name, []))
    assert (first.entered if first else 0) + none >= len(singles)
    each = pipeline(name)
    apart = [each.process(Batch("p", [record], NOW, place)) for place, record in enumerate(singles)]
    accounted(apart)
    assert told([*apart, each.finish()]) == told(together)


@given(inputs())
@settings(max_examples=100)
def test_lines_of_one_payload_are_as_they_are_one_by_one(given: tuple[str, list[bytes]]) -> None:
    name, singles = given
    payload = b"\n".join(singles) + b"\n"
    lines = payload.split(b"\n")[:-1]
    one, each = pipeline(name), pipeline(name)
    together = [one.process(Batch("p", payload, NOW)), one.finish()]
    accounted(together)
    apart = [each.process(Batch("p", line + b"\n", NOW, place)) for place, line in enumerate(lines)]
    assert told([*apart, each.finish()]) == told(together)


PIECES = (b"a", b" ", b'"', b"\\", b"=", b"[", b"a=b ", b'\\"', b"<1>", "é".encode(), b"9", b"a,b;")


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize(("piece", "size"), [*((piece, 1_000_000) for piece in PIECES), (b"a", 10_000_000)])
def test_a_huge_line_is_one_record_like_any_other(name: str, piece: bytes, size: int) -> None:
    """Were a parser to take more than time linear in the line, this would not end."""
    valid = FORMATS[name][2]
    middle = valid.rindex(b"1") + 1 if b"1" in valid else len(valid)
    filling = piece * (size // len(piece))
    payload = b"\n".join([*HEADERS.get(name, []), valid, valid[:middle] + filling + valid[middle:], filling, valid])
    emission = pipeline(name).process(Batch("p", payload, NOW))
    accounted([emission])
    assert emission.counts["schematize"].entered in {4, 4 - (not piece.strip())}
