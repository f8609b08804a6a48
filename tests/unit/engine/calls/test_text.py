from __future__ import annotations

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


def test_base64_of_no_text_is_null() -> None:
    assert (
        text.from_base64("_w==") is text.from_base64("/w==") is text.from_base64("a") is text.from_base64("ä") is None
    )
