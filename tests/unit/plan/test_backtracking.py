from __future__ import annotations

import re

import pytest

from edge_orch.plan.backtracking import FOREVER, longest_text

GROK = r"(?P<at>\S+) \[(?P<level>\w+)\] (?:(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) )?(?P<message>.*)"
ADDRESS = r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}"


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?P<ts>\S+) (?P<sensor>\S+) TEMP=(?P<temp_c>\S+)C", r"\d{1,3}(\.\d{1,3}){3}", r"(?:[^\"\\\\]|\\\\.)*",
        ADDRESS, GROK,
        r"(\s*\w+\s*=)*", "(?i)[a-z]+[0-9]+", r"(?a)\w+é+", "(?:(a)|b)*(?(1)c|d)",
        "|".join(f"word{i}" for i in range(200)),
        r"( (?<![0-9])[0-9]+(?![0-9]))*", "(" + "x" * 200 + ")?y", " (a[1-3]b|a[4-6]b|a[7-9]b)" * 30,
        r'"(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"',
        r"(?P<key>[^=]+)=(?P<value>.*)", "(?>[a-z]+)[0-9]", "x*+y", "(ab|ac)*", r"[^\d]+\d+", "[^→]+→", r"\W+\w+", "",
    ],
)  # fmt: skip
def test_linear(pattern: str) -> None:
    assert longest_text(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b", "(a*)*", "(a|a)*b", r"(\w+\s?)*x", r"(\d+,?)*x", "(a?b?)*c", "(x+x+)+y", "([a-z]+|[0-9]+)*",
        "(a|b|ab)*c",
        r"^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){30}a{30}", "a?" * 30 + "a" * 30, "(.*)(.*)(.*)(.*)x", "a?" * 9_000,
        "(.{0,900}){0,900}x", r"(.*?,){9}x", r"\w*\w*-\w*\w*-\w*\w*-\w*\w*!", " (a[1-3]b|a[3-6]b)" * 30,
    ],
)  # fmt: skip
def test_forever(pattern: str) -> None:
    assert longest_text(pattern) == FOREVER


@pytest.mark.parametrize("pattern", ["(.*)=(.*)=(.*);", ".*?: .*", r"(.+)\1", r"\w*\d*\w*", r"\s*\s*x", "[^a]*[^b]*c"])
def test_bounded(pattern: str) -> None:
    assert 400 < (longest_text(pattern) or 0) < 20_000


def test_a_search_can_begin_anywhere_unless_it_is_anchored() -> None:
    assert longest_text(r"\d+x") is longest_text(r"^\d+x", anywhere=True) is None
    assert (longest_text(r"\d+x", anywhere=True) or 0) > 5_000
    assert longest_text("press-[0-9]", anywhere=True) is None


def test_what_is_no_pattern_raises() -> None:
    with pytest.raises(re.error):
        longest_text("(")


@pytest.mark.parametrize(
    ("pattern", "piece", "end"),
    [
        ("(.*)=(.*)=(.*);", "=", ""),
        (".*?: .*x", ": ", "\n"),
        (r"(.+)\1y", "a", ""),
        (r"\w*\d*\w*!", "1", ""),
        (r"\w*\w*-\w*\w*!", "a" * 200 + "-", ""),
        (r"(?:.*? )?CEF:(?:(?:[^|\\]|\\.)*\|){7}.*!", " CEF:" + "\\|" * 40, ""),
        (ADDRESS, "1", ""),
    ],
)
def test_the_longest_text_is_matched_in_time(pattern: str, piece: str, end: str) -> None:
    """The worst that we know to write, of the greatest length: were that too great, this would not end."""
    length = longest_text(pattern) or 10_000
    text = (piece * length)[: length - len(end)] + end
    assert re.fullmatch(pattern, text) is None
