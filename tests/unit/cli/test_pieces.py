"""A file is read in pieces that end anywhere: inside a character, a quote, an escape. The answer is the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from io import BufferedReader, BytesIO

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.cli import inputs
from edge_orch.cli.inputs import chunks
from edge_orch.cli.pace import Pace
from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device
from edge_orch.plan.plan import Plan

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: pieces}}
spec:
  source: {{file: {{path: x}}}}
  steps:
    - schematize:
        {format}
        fields: {{{fields}}}
  outputs: {{out: {{from: schematize, to: out}}}}
  sinks: {{out: {{file: {{path: y}}}}}}
"""
Record = dict[str, object]


class Format(msgspec.Struct, frozen=True):
    """A format, its fields, what begins each file, and lines: each with its record, or None if it is a dead letter."""

    format: str
    fields: str
    lines: dict[bytes, Record | None]
    head: bytes = b""


_A_B = "a: string, b: {type: string, required: false}"
FORMATS = {
    "csv": Format(
        "csv: {header: true}",
        "a: string, b: string",
        {
            '"x, ""y""",°C €'.encode(): {"a": 'x, "y"', "b": "°C €"},
            '𝄞,"a,b"'.encode(): {"a": "𝄞", "b": "a,b"},
            b'  pad ," "': {"a": "  pad ", "b": " "},
            b'"never closed,x': None,
            b"one": None,
        },
        b'\xef\xbb\xbf"a",b\r\n',
    ),
    "csv of semicolons": Format(
        "csv: {columns: [a, b], delimiter: ';'}",
        "a: string, b: string",
        {'"é;";"1,5"'.encode(): {"a": "é;", "b": "1,5"}, b"x;y;z": None},
    ),
    "syslog": Format(
        "syslog: rfc5424",
        "m: {type: string, path: message}, v: {type: string, path: [structured_data, a@1, v]}",
        {
            rb'<34>1 2026-01-01T00:00:00Z h app 7 id [a@1 v="q\"b\\c\]d"] text': {"m": "text", "v": 'q"b\\c]d'},
            '<34>1 2026-01-01T00:00:00Z h app - - [b@1 v="x"][a@1 v="ü\\]"] \ufeffé'.encode(): {
                "m": "é",  # RFC 5424: a message in UTF-8 begins with a byte order mark
                "v": "ü]",
            },
            rb'<34>1 2026-01-01T00:00:00Z h app - - [a@1 v="open] text': None,
        },
    ),
    "influx": Format(
        "influx: {}",
        "m: {type: string, path: measurement}, t: {type: string, path: tags.a b}, f: {type: string, path: fields.f}",
        {
            r'my\,\ cpu,a\ b=x\,\=\ y f="say \"hi\", \\ °"'.encode(): {
                "m": "my, cpu",
                "t": "x,= y",
                "f": 'say "hi", \\ °',
            },
            r'm,a\ b=ä f="a b,c=d" 1767225600000000000'.encode(): {"m": "m", "t": "ä", "f": "a b,c=d"},
            b'm,a\\ b=1 f="open': None,
        },
    ),
    "logfmt": Format(
        "logfmt: {}",
        _A_B,
        {
            r'a="say \"hi\" \\ \n °" b'.encode(): {"a": 'say "hi" \\ \n °', "b": "true"},
            'a=ß b="x = y"'.encode(): {"a": "ß", "b": "x = y"},
            b'a="open b=1': None,
        },
    ),
    "key_value": Format(
        "key_value: {field_delimiter: '; ', key_value_delimiter: ': '}",
        _A_B,
        {'a: "x; y"; b: 21,5 °C'.encode(): {"a": "x; y", "b": "21,5 °C"}, b"b: 1": None},
    ),
    "json": Format(
        "json: {}",
        _A_B,
        {
            r'{"a": "\ud834\udd1e \"q\" \\", "b": "°𝄞"}'.encode(): {"a": '𝄞 "q" \\', "b": "°𝄞"},
            '{"a":"ü","a":"last"}'.encode(): {"a": "last", "b": None},
            b'{"a": "\xff"}': None,
            b'{"a": "open': None,
        },
    ),
    "regex": Format(
        "regex: '(?P<a>\\S+) TEMP=(?P<b>[^ ]+)'",
        _A_B,
        {"präß TEMP=1°".encode(): {"a": "präß", "b": "1°"}, b"nothing": None},
    ),
    "raw": Format("raw: {}", "a: string", {" €𝄞 \\".encode(): {"a": " €𝄞 \\"}, b"\xe2\x82": None}),
}


@cache
def _plan(format_: str, fields: str) -> Plan:
    return compile_job(JOB.format(format=format_, fields=fields), "pieces.yaml")


def answer(one: Format, pieces: Iterable[bytes]) -> tuple[list[Record], list[tuple[int, bytes]]]:
    """The records that leave, and position and bytes of the dead letters, which are kept as they came, with any CR."""
    pipeline = Pipeline(_plan(one.format, one.fields), device=Device("d", {}))
    data, dead = b"", []
    for batch in Pace(at_us=0).batches(pieces, "file"):
        assert isinstance(batch, Batch)  # no piece is empty, so none is a mere time
        emission = pipeline.process(batch)
        data += emission.outputs["out"].data if "out" in emission.outputs else b""
        dead += [(letter.position, letter.raw.removesuffix(b"\r")) for letter in emission.dead]
    return [msgspec.json.decode(line) for line in data.splitlines()], dead


def cut(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    """The data in pieces of these sizes, again and again."""
    while data:
        for size in sizes:
            if data:
                yield data[:size]
            data = data[size:]


def expected(one: Format, lines: list[bytes]) -> tuple[list[Record], list[tuple[int, bytes]]]:
    """What each line says by itself."""
    first = bool(one.head)
    records = [record for line in lines if (record := one.lines[line]) is not None]
    return records, [(first + number, line) for number, line in enumerate(lines) if one.lines[line] is None]


@settings(deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", FORMATS)
def test_wherever_a_piece_ends_the_records_are_those_of_the_lines(name: str, data: st.DataObject) -> None:
    one = FORMATS[name]
    lines = data.draw(st.lists(st.sampled_from(list(one.lines)), min_size=1, max_size=12))
    sizes = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=5))
    end = data.draw(st.sampled_from([b"\n", b"\r\n"]))
    content = one.head + end.join(lines) + data.draw(st.sampled_from([b"", end]))
    assert answer(one, cut(content, sizes)) == expected(one, lines)


@pytest.mark.parametrize("name", FORMATS)
def test_at_the_border_of_pieces_as_they_are_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty lines are put before the records until the border has lain in all parts of all lines."""
    size = 64 * 1024
    monkeypatch.setattr(inputs, "CHUNK", size)
    one = FORMATS[name]
    block = list(one.lines)
    length = sum(len(line) + 1 for line in block)
    times = size // length + 2
    lines = block * times
    content = one.head + b"".join(line + b"\n" for line in lines)
    whole = expected(one, lines)
    for shift in range(0, length, max(1, length // 8)):
        padding = content[: len(one.head)] + b"\n" * shift + content[len(one.head) :]
        records, dead = answer(one, chunks(BufferedReader(BytesIO(padding))))
        assert records == whole[0]
        assert [raw for _, raw in dead] == [raw for _, raw in whole[1]]
