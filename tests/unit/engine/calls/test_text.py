from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.calls import text


def test_what_a_record_asks_for_does_not_fill_the_memory() -> None:
    huge = (1 << 63) - 1
    assert text.lpad("a", huge, "x") is text.rpad("a", huge, "x") is text.repeat("ab", huge) is None
    assert text.repeat("", huge) == text.repeat("a", -huge) == text.left("abc", -huge) == ""
    assert text.lpad("a", 3, "") is None
    assert text.lpad("abc", -1, "x") == ""


def test_replacements_know_groups_and_nothing_else() -> None:
    assert text.regexp_replace("ab", "(a)(x)?", r"[\1\2\0\9\\\n]") == r"[aa\\n]b"
    assert text.regexp_replace("aab", "a", "x", "g") == "xxb"
    assert text.regexp_replace("aab", "(", "x") == "aab"


def test_bytes_in_base64_are_read_in_hexadecimal() -> None:
    assert text.base64_to_hex("AWcA/w==") == "016700FF"
    assert text.base64_to_hex("") == ""
    assert text.base64_to_hex("_w==") is text.base64_to_hex("a") is text.base64_to_hex("ä") is None


def test_base64_of_no_text_is_null() -> None:
    assert (
        text.from_base64("_w==") is text.from_base64("/w==") is text.from_base64("a") is text.from_base64("ä") is None
    )


@given(st.text("ab%_\\\0\n", max_size=8), st.text("ab%_\\\0\n", max_size=8))
def test_like_is_what_backtracking_would_find(subject: str, pattern: str) -> None:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    naive = "".join({"%": ".*", "_": "."}.get(part) or re.escape(part[-1]) for part in parts)
    assert text.like(subject, pattern) == bool(re.fullmatch(naive, subject, re.DOTALL))


def test_like_does_not_go_back() -> None:
    assert not text.like("a" * 100_000, "%a%a%a%a%a%a%a%a%b")


def test_a_text_that_is_too_long_for_its_expression_is_null() -> None:
    long = "=" * 100_000
    assert text.regexp_like(long, "a.*b") is None
    assert text.regexp_extract(long, "a.*b") is None
    assert text.regexp_replace(long, "a.*b", "") is None
    assert text.regexp_like(long, "^=") is True


def test_two_fields_of_a_record_cannot_fill_the_memory_together() -> None:
    half = "a" * 100_000
    assert text.replace(half, "a", half) is None
    assert text.regexp_replace(half, "a", half, "g") is None
    assert text.regexp_replace(half, "(a)", "\\1" * 101, "g") is None
    assert text.replace(half, "a", "bc") == half.replace("a", "bc")
    assert text.replace(half, "aa", "b") == "b" * 50_000


def test_matches_that_are_filled_in_one_by_one_are_counted() -> None:
    many = "a" * (text.MOST_MATCHES + 1)
    assert text.regexp_replace(many, "(a)", "<\\1>", "g") is None
    assert text.regexp_replace(many, "a", "b", "g") == many.replace("a", "b")
    assert text.regexp_replace(many, "(a)", "<\\1>") == "<a>" + many[1:]


@pytest.mark.parametrize(
    ("new", "made"), [("\\\\", "x\\x\\"), ("\\0\\0", "xaaxaa"), ("\\q", "x\\qx\\q"), ("\\9", "xx"), ("", "xx")]
)
def test_a_backslash_in_what_is_put_in_means_a_group_only_before_a_digit(new: str, made: str) -> None:
    assert text.regexp_replace("xaxa", "a", new, "g") == made


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [("a%20b", "a b"), ("%e2%82%AC", "€"), ("%", "%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("%ff", None), ("%%41", "%A")],
)
def test_percents_that_begin_no_byte_stand_for_themselves(encoded: str, decoded: str | None) -> None:
    assert text.url_decode(encoded) == decoded
