"""All at once, or line by line: the same objects, from the same lines."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.json_lines import DECODE_ERRORS, FEWEST, LineDecoder
from edge_orch.engine.lines import Lines


class Part(msgspec.Struct):
    a: int = 0
    part: Part | None = None


class Reading(msgspec.Struct):
    """A typed field, one that is another object, one of any value, one as it stands; `e` and others are skipped."""

    a: int = 0
    b: Part | None = None
    c: Any = None
    d: msgspec.Raw = msgspec.Raw()


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
NESTED = b'{"b":{"a":1},"c":[{},{"x":"}{"}],"d":{"y":{}},"e":[{"z":{}}],"a":1}'


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
            line.decode()  # msgspec does not look at the texts that it skips
            found.append((index, msgspec.json.decode(line, type=Reading).a))
        except DECODE_ERRORS:
            continue
    return found


@given(st.lists(st.one_of(st.just(GOOD), st.lists(st.sampled_from(PIECES), max_size=6).map(b"".join)), max_size=6))
def test_any_lines_are_read_as_by_themselves(lines: list[bytes]) -> None:
    payload = b"\n".join([*FILLING, *lines])

    assert read(LineDecoder(Reading), payload) == one_by_one(payload)


@given(
    st.lists(st.sampled_from([GOOD, NESTED, b'{"a":1,"e":"}"}', '{"c":"ü"}'.encode()]), min_size=1, max_size=6),
    st.sampled_from([b"\n", b"\r\n"]),
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 3), st.sampled_from([*PIECES, b"}\n{", b"\xff"])), max_size=3
    ),
)
def test_any_bytes_changed_are_read_as_line_by_line(
    lines: list[bytes], ending: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    payload = ending.join([*lines, *FILLING, b""])
    for place, removed, put in changes:
        payload = payload[:place] + put + payload[place + removed :]

    assert read(LineDecoder(Reading), payload) == one_by_one(payload)


AROUND = [
    (b"[", b"]"),
    (b"[1,", b",2]"),
    (b"[{", b"}]"),
    (b'{"x":', b"}"),
    (b'{"x":1,"y":', b',"z":2}'),
    (b'{"x":1', b'"y":2}'),
    (b'"', b'"'),
    (b'"\\"', b'"'),
]


@given(st.sampled_from("abcde"), st.lists(st.sampled_from(AROUND), max_size=6))
def test_a_newline_between_two_braces_never_stands_inside_an_object(
    field: str, around: list[tuple[bytes, bytes]]
) -> None:
    """What the second rule rests on, at any depth: in texts, arrays and objects, in fields of any sort."""
    inner = b"}\n{"
    for before, behind in around:
        inner = before + inner + behind

    with pytest.raises(DECODE_ERRORS):
        msgspec.json.decode(b'{"%s":%s}' % (field.encode(), inner), type=Reading)


@pytest.mark.parametrize("line", [GOOD, NESTED, '{"c":"ü}"}'.encode()])
@pytest.mark.parametrize(("ending", "last"), [(b"\n", b"\n"), (b"\n", b""), (b"\r\n", b"\r\n")])
def test_lines_of_whole_objects_are_decoded_together(line: bytes, ending: bytes, last: bytes) -> None:
    payload = ending.join([line] * (FEWEST // len(line) + 1)) + last

    feed, objects = LineDecoder(Reading).begin(Lines(payload))

    assert feed is objects


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
