from __future__ import annotations

import pytest

from edge_orch.engine.formats.influx import influx_parser

PATHS = [("measurement",), ("tags", "a"), ("tags", "b c"), ("fields", "x"), ("fields", "y"), ("timestamp",)]


def parse(line: str) -> list[str | None] | None:
    return influx_parser(PATHS)(line, 0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("m,a=1 x=1.5,y=2i 7", ["m", "1", None, "1.5", "2", "7"]),
        ("m x=t", ["m", None, None, "t", None, None]),
        (r"m\,\ n,b\ c=v\=\, x=-1e3 -7 ", ["m, n", None, "v=,", "-1e3", None, "-7"]),
        (r'm x="a \"b\", c=d \\ \n",y=3u 7', ["m", None, None, r'a "b", c=d \ \n', "3", "7"]),
        (r"m\a x=.5", [r"m\a", None, None, ".5", None, None]),
        ("# a comment", None),
    ],
)
def test_lines(line: str, expected: list[str | None] | None) -> None:
    assert parse(line) == expected


@pytest.mark.parametrize(
    ("line", "tags", "fields"),
    [
        ("m,a=1,b\\ c=x y=1.5,z=2i,t=t,f=false", '{"a":"1","b c":"x"}', '{"y":1.5,"z":2,"t":true,"f":false}'),
        ('m x="t",y="1 \\"2\\"",é="ü"', "{}", '{"x":"t","y":"1 \\"2\\"","é":"ü"}'),
        ("m x=.5,y=5.,z=+7,e=1e3,big=1e999,x=3", "{}", '{"x":3,"y":5.0,"z":7,"e":1000.0,"big":null}'),
        ('m x="1",x=1', "{}", '{"x":1}'),
        ('m x=1,x="1"', "{}", '{"x":"1"}'),
    ],
)
def test_all_tags_and_fields_are_objects(line: str, tags: str, fields: str) -> None:
    assert influx_parser([("tags",), ("fields",), ("measurement",)])(line, 0) == [tags, fields, "m"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",a=1 x=1", "no measurement"),
        ("m,a= x=1", "tags out of form"),
        ("m", "tags out of form"),
        ("m x", "fields out of form"),
        ("m x=1,", "fields out of form"),
        ('m x="a', "fields out of form"),
        ("m x=1z", "a field value that is no"),
        ("m x=NaN", "a field value that is no"),
        ("m x=1 1.5", "a timestamp that is no whole number"),
        ("m x=1 1 1", "a timestamp that is no whole number"),
    ],
)
def test_what_is_refused(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(line)


def test_so_many_fields_and_no_more() -> None:
    parse = influx_parser([("fields", "b")])

    assert parse("m " + "a=1," * 99_999 + "b=2", 0) == ["2"]
    with pytest.raises(ValueError, match="has more than 100,000 fields"):
        parse("m " + "a=1," * 100_000 + "b=2", 0)
