from __future__ import annotations

import click

from edge_orch.cli.render import as_json, fields, labels, moment, section, short, table, value, word
from edge_orch.wire.api import WhyView


def test_tables_are_aligned_also_around_colours() -> None:
    text = table(("name", "state"), [("a", word("failed")), ("longer", word("done"))])
    assert click.unstyle(text) == "NAME    STATE\na       failed\nlonger  done"
    assert "\x1b[31mfailed" in text


def test_numbers_and_blanks_stay_as_they_are() -> None:
    assert table(("a", "b"), [("007", "1e5"), ("", "x")]).splitlines()[1:] == ["007  1e5", "     x"]


def test_no_rows_say_so() -> None:
    assert table(("a",), [], nothing="none yet") == "none yet"


def test_fields_leave_out_what_is_empty() -> None:
    assert fields([("Name", "x"), ("Error", ""), ("Version", 0)]) == "Name:     x\nVersion:  0"


def test_a_section_is_indented() -> None:
    assert section("Jobs", "a\nb") == "Jobs:\n  a\n  b"


def test_values_look_as_one_would_type_them() -> None:
    assert [value(v) for v in (92, 92.5, True, "a b", None)] == ["92", "92.5", "true", '"a b"', "-"]


def test_labels_are_sorted() -> None:
    assert labels({"b": "2", "a": "1"}) == "a=1,b=2"


def test_json_keeps_the_order_of_the_api() -> None:
    assert as_json(WhyView("a", "j", "p", 1, ("default",))).splitlines()[:3] == [
        "{",
        '  "agent": "a",',
        '  "job": "j",',
    ]


def test_times_are_told_to_the_second() -> None:
    assert moment("2026-01-02T03:04:05.123456Z") == moment("2026-01-02T03:04:05Z") == "2026-01-02T03:04:05Z"
    assert moment("") == ""


def test_a_digest_is_told_by_its_beginning() -> None:
    assert short("sha256:0123456789abcdef") == short("0123456789abcdef") == "0123456789ab"
