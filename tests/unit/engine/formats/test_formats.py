"""What every format owes: any text gives texts, no record, or a reason, and quickly."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.formats import LineFormat, line_parser
from edge_orch.plan.formats import InfluxFormat, KeyValueFormat, RawFormat, SyslogFormat

FORMATS: list[tuple[LineFormat, tuple[tuple[str, ...], ...]]] = [
    (RawFormat(), (("line",),)),
    (KeyValueFormat(), (("a",), ("b", "c"))),
    (KeyValueFormat("; ", ": "), (("a",), ("b",))),
    (SyslogFormat(), (("message",), ("structured_data", "a", "b"))),
    (SyslogFormat("rfc3164"), (("message",), ("timestamp",))),
    (SyslogFormat("rfc5424"), (("message",), ("structured_data", "a", "b"))),
    (InfluxFormat(), (("measurement",), ("tags", "a"), ("fields", "b"), ("timestamp",))),
    (InfluxFormat(), (("tags",), ("fields",))),
]  # fmt: skip
PIECES = st.sampled_from(
    [
        "a",
        "b",
        "=",
        ",",
        " ",
        '"',
        "\\",
        "[",
        "]",
        "<34>",
        "1 ",
        "-",
        ":",
        "; ",
        "Oct 11 22:14:15",
        "1i",
        "é",
        "#",
        "\n",
    ]
)


@pytest.mark.parametrize(("format_", "paths"), FORMATS)
@given(line=st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=40))
def test_any_text_is_taken_apart_or_refused_with_a_reason(
    format_: LineFormat, paths: tuple[tuple[str, ...], ...], line: str
) -> None:
    texts = None
    with suppress(ValueError):
        texts = line_parser(format_, paths)(line, 0)
    assert texts is None or (len(texts) == len(paths) and all(text is None or isinstance(text, str) for text in texts))


HOSTILE = [
    "a" * 500_000,
    "a=" * 250_000,
    'a="' * 150_000,
    'a="' + '\\"' * 250_000,
    "<34>1 - - - - - [a" + ' b="c"' * 80_000,
    "<34>1 - - - - - " + "[a]" * 150_000 + "x",
    "m" + ",a=b" * 120_000,
    "m a=" + '1,a="' * 100_000,
    "Oct 11 22:14:15 " + "a " * 250_000,
    "Oct 11 22:14:15 " + "a[" * 250_000,
]


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line[:20])
@pytest.mark.parametrize(("format_", "paths"), FORMATS)
def test_long_lines_end(format_: LineFormat, paths: tuple[tuple[str, ...], ...], line: str) -> None:
    """A parser that went back and forth would not come to the end of these within a day."""
    with suppress(ValueError):
        line_parser(format_, paths)(line, 0)
