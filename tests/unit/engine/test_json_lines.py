"""All at once, or line by line: the same objects, from the same lines."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.json_lines import DECODE_ERRORS, FEWEST, LineDecoder
from edge_orch.engine.lines import Lines


class Reading(msgspec.Struct):
    a: int = 0


GOOD = b'{"a":1}'
PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b'"a":',
    b'"b":',
    b"1",
    b'"',
    b"{}",
    b'{"a":2}',
    b" ",
    b"\r",
    b"\n",
    b'"}"',
    b"\\",
    "ü".encode(),
]
FILLING = [GOOD] * (FEWEST // len(GOOD))


def read(decoder: LineDecoder, payload: bytes) -> list[tuple[int, int]]:
    """(Index of the line, what it says) of all lines that are objects."""
    lines = Lines(payload)
    feed, objects = decoder.begin(lines)
    found = []
    while True:
        try:
            for reading in objects:
                found.append((lines.index(feed), reading.a))
            return found
        except DECODE_ERRORS:
            continue


def one_by_one(payload: bytes) -> list[tuple[int, int]]:
    found = []
    for index, line in enumerate(payload.split(b"\n")):
        try:
            found.append((index, msgspec.json.decode(line, type=Reading).a))
        except DECODE_ERRORS:
            continue
    return found


@given(st.lists(st.one_of(st.just(GOOD), st.lists(st.sampled_from(PIECES), max_size=6).map(b"".join)), max_size=6))
def test_any_lines_are_read_as_by_themselves(lines: list[bytes]) -> None:
    payload = b"\n".join([*FILLING, *lines])

    assert read(LineDecoder(Reading), payload) == one_by_one(payload)


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"a":', b"2}", b'{"a":3}{"a":4}'],
        [b'{"b":{"a":2}', b"}", b'{"a":3} {"a":4}'],
        [b'{"b":[{"a":2}', b',{"a":3}]}', b'{"a":4}{"a":5}'],
        [b'{"b":"}", "a":', b"2}", b'{"a":3}{"a":4}'],
        [b'{"a":', b"2}", '{"b":"ü"}{"b":"ü"}'.encode()],
    ],
)
def test_objects_over_two_lines_beside_lines_of_two_objects(lines: list[bytes]) -> None:
    payload = b"\n".join([*FILLING, *lines])

    assert read(LineDecoder(Reading), payload) == one_by_one(payload)


def test_good_lines_are_decoded_together() -> None:
    feed, objects = LineDecoder(Reading).begin(Lines(b"\n".join(FILLING)))

    assert feed is objects


def test_after_payloads_that_did_not_do_fewer_are_tried() -> None:
    decoder = LineDecoder(Reading)
    bad, good = b"\n".join([*FILLING, b"{"]), b"\n".join(FILLING)

    def together(payload: bytes) -> bool:
        feed, objects = decoder.begin(Lines(payload))
        return feed is objects

    assert [together(payload) for payload in (bad, good, good, bad, good, good)] == [
        *(False, False, True),
        *(False, False, True),
    ]
    assert [together(bad) for _ in range(4)] == [False] * 4
    assert [together(good) for _ in range(5)] == [False, False, True, True, True]
