"""Parts of text formats that are objects of all there is."""

from __future__ import annotations

import json

import pytest

from edge_orch.engine.formats import line_parser
from edge_orch.plan.formats import KeyValueFormat, SyslogFormat


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('a=1 b.c="x y" d a=2', {"a": "2", "b.c": "x y", "d": "true"}),
        ("", {}),
        ("a=", {"a": ""}),
    ],
)
def test_all_names_of_key_value(line: str, found: dict[str, str]) -> None:
    whole, a = line_parser(KeyValueFormat(), [(), ("a",)])(line, 0) or (None, None)
    assert whole is not None
    assert (json.loads(whole), a) == (found, found.get("a"))


def test_the_structured_data_of_syslog() -> None:
    parse = line_parser(SyslogFormat(), [("structured_data",), ("structured_data", "b@1", "y")])
    line = '<34>1 2026-01-01T00:00:00Z h a - - [a@1 x="1" y="\\"2"][b@1 y="3"] m'
    whole, y = parse(line, 0) or (None, None)
    assert whole is not None
    assert (json.loads(whole), y) == ({"a@1": {"x": "1", "y": '"2'}, "b@1": {"y": "3"}}, "3")
    assert parse("<34>1 2026-01-01T00:00:00Z h a - - - m", 0) == [None, None]
    assert parse("Jan  1 00:00:00 h a: m", 0) == [None, None]
