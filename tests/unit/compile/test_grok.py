from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge_orch.compile.grok import PATTERNS, expanded
from edge_orch.compile.groups import with_groups
from edge_orch.errors import Invalid, Location
from edge_orch.plan.backtracking import longest_text
from edge_orch.spec.leaves import Name, Text
from edge_orch.spec.nodes import Scalar


def text(pattern: str) -> Text:
    where = Location("job.yaml", 1, 1)
    return Text(pattern, Scalar(pattern, where, plain=False, inner=where))


def own(**patterns: str) -> dict[Name, Text]:
    return {Name(name, text(name).node): text(pattern) for name, pattern in patterns.items()}


def groups(pattern: str, line: str, **patterns: str) -> dict[str, str | None] | None:
    match = re.fullmatch(expanded(text(pattern), own(**patterns)).value, line)
    return match and match.groupdict()


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_reads_lines_as_long_as_a_web_server_takes_them(name: str) -> None:
    longest = longest_text(with_groups(expanded(text(f"%{{{name}}}"), {}).value).pattern)
    assert longest is None or longest >= 8192


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("WORD", ["press", "a_1"], ["", "a b"]),
        ("INT", ["0", "-12", "+7"], ["1.5", "x"]),
        ("POSINT", ["1", "120"], ["0", "-1"]),
        ("NUMBER", ["1", "-1.5", ".5", "5."], ["", ".", "1e"]),
        ("BASE16NUM", ["0xFF", "beef"], ["0x"]),
        ("QS", ['"a \\" b"', "'a'", '""'], ['"a', 'a"']),
        ("UUID", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]),
        ("MAC", ["00:1B:44:11:3A:B7", "001b.4411.3ab7"], ["00:1B"]),
        ("IPV4", ["1.2.3.4", "255.255.255.255"], ["256.1.1.1", "1.2.3", "1.2.3.4.5"]),
        ("MONTHNUM2", ["01", "12"], ["1", "13"]),
        ("COMMONMAC", ["00:1B:44:11:3A:B7"], ["00-1B-44-11-3A-B7"]),
        ("URN", ["urn:isbn:0451450523"], ["isbn:1"]),
        ("TTY", ["/dev/pts/0", "/dev/tty1", "/dev/ttyS0"], ["/dev/null"]),
        ("DATESTAMP_RFC2822", ["Fri, 2 Jan 2026 03:04:05 +0100"], ["2 Jan 2026"]),
        ("DATESTAMP_EVENTLOG", ["20260102030405"], ["2026"]),
        ("SYSLOGLINE", ["Jan  2 03:04:05 press-1 sshd[77]: disk full"], ["disk full"]),
        ("JAVACLASS", ["com.example.Press$1"], ["1x"]),
        ("JAVASTACKTRACEPART", ["\tat com.example.Press.run(Press.java:42)", "at A.<init>(A.java)"], ["at"]),
        ("GREEDYMULTILINE", ["a\nb"], []),
        ("IPV6", ["::1", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4"], ["1.2.3.4", "press"]),
        ("IPORHOST", ["1.2.3.4", "::1", "a.example.com", "press-1"], ["", "a b", "-a"]),
        ("HOSTPORT", ["a.example.com:80", "1.2.3.4:8080"], ["a.example.com"]),
        ("EMAILADDRESS", ["a.b@example.com"], ["@example.com"]),
        ("PATH", ["/var/log/x.log", "C:\\temp\\x"], ["x", "var/log"]),
        ("URI", ["http://a.example.com:80/b/c?d=1", "ftp://u:p@h/x"], ["/b/c"]),
        ("URIPATHPARAM", ["/a/b?c=d"], ["a"]),
        ("MONTH", ["Jan", "January", "May"], ["Foo"]),
        ("DAY", ["Mon", "Monday"], ["Foo"]),
        ("TIME", ["03:04:05", "3:04:05.123", "23:59"], ["24:00:00", "03:60"]),
        (
            "TIMESTAMP_ISO8601",
            ["2026-01-02T03:04:05Z", "2026-01-02 03:04:05,123", "2026-01-02T03:04:05+01:00"],
            ["2026"],
        ),
        ("HTTPDATE", ["10/Oct/2000:13:55:36 -0700"], ["10/Oct/2000"]),
        ("SYSLOGTIMESTAMP", ["Jan  2 03:04:05", "Dec 12 03:04:05"], ["Jan 03:04:05"]),
        ("DATE_EU", ["02.01.2026", "2/1/26"], ["2026"]),
        ("DATE_US", ["01/31/2026"], ["31/01/2026"]),
        ("LOGLEVEL", ["WARN", "info", "Error", "CRITICAL"], ["loud"]),
    ],
)
def test_a_pattern_takes_what_its_name_says(name: str, yes: list[str], no: list[str]) -> None:
    assert [line for line in yes if groups(f"%{{{name}}}", line) is None] == []
    assert [line for line in no if groups(f"%{{{name}}}", line) is not None] == []


def test_the_guide_names_every_pattern() -> None:
    guide = Path(__file__).parents[3] / "docs/job-language.md"
    assert f": {', '.join(PATTERNS)}." in " ".join(guide.read_text("utf-8").split())


def test_the_combined_log_of_apache() -> None:
    line = (
        '1.2.3.4 - bob [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 - "http://r/" "Mozilla/5.0 (X; \\"Y\\")"'
    )
    assert groups("%{COMBINEDAPACHELOG}", line) == {
        "clientip": "1.2.3.4", "ident": "-", "auth": "bob", "timestamp": "10/Oct/2000:13:55:36 -0700", "verb": "GET",
        "request": "/a?b=1", "httpversion": "1.1", "rawrequest": None, "response": "200", "bytes": None,
        "referrer": '"http://r/"', "agent": '"Mozilla/5.0 (X; \\"Y\\")"',
    }  # fmt: skip


def test_the_pattern_of_a_syslog_line() -> None:
    pattern = r"<%{POSINT:pri}>%{SYSLOGTIMESTAMP:at} %{SYSLOGHOST:host} %{SYSLOGPROG}: %{GREEDYDATA:message}"
    found = groups(pattern, "<34>Oct 11 22:14:15 mymachine su[77]: failed: x")
    assert found == {
        "pri": "34", "at": "Oct 11 22:14:15", "host": "mymachine", "program": "su", "pid": "77", "message": "failed: x"
    }  # fmt: skip


def test_a_job_may_define_its_own_and_a_type_says_nothing() -> None:
    assert groups("%{SITE:site} %{INT:n:int}", "vie-01 5", SITE="%{WORD}-[0-9]+") == {"site": "vie-01", "n": "5"}


@pytest.mark.parametrize(
    ("pattern", "patterns", "what", "column"),
    [
        ("a %{IPADDR:x}", {}, "no grok pattern is named `IPADDR`", 3),
        ("%{A}", {"A": "%{B}", "B": "x%{A}"}, "the grok pattern `A` contains itself", 1),
        ("%{WORD:a b}", {}, "not a name of a field", 1),
        ("%{A}", {"A": "%{B}" * 40, "B": "%{C}" * 40, "C": "x" * 40}, "the grok pattern is too large", 1),
    ],
)
def test_what_cannot_be_followed_is_told(pattern: str, patterns: dict[str, str], what: str, column: int) -> None:
    with pytest.raises(Invalid) as error:
        expanded(text(pattern), own(**patterns))
    (problem,) = error.value.problems
    assert (problem.what, problem.where and problem.where.column) == (what, column)


@pytest.mark.parametrize(
    "line",
    [
        "[Fri Jan  2 03:04:05 2026] [error] [client 10.0.0.7] File does not exist: /x",
        "[Fri Jan 02 03:04:05.123456 2026] [core:error] [pid 7:tid 140] [client 10.0.0.7:4711] AH00126: Invalid URI",
    ],
)
def test_the_error_log_of_apache_old_and_new(line: str) -> None:
    found = with_groups(expanded(text("%{HTTPD_ERRORLOG}"), {}).value)
    match = re.fullmatch(found.pattern, line)
    assert match
    clients = [match[group] for group in found.names["clientip"]]
    assert "10.0.0.7" in clients


def test_data_ends_at_what_stands_behind_it_where_it_would_take_for_ever() -> None:
    quoted = " ".join(f'"%{{DATA:{name}}}"' for name in "abcd")
    assert longest_text(expanded(text(quoted), {}).value) == 0
    short = expanded(text(quoted), {}, short_data=True).value
    assert longest_text(short) is None
    match = re.fullmatch(short, '"1 2" "" "x" "3"')
    assert match
    assert match.groupdict() == {"a": "1 2", "b": "", "c": "x", "d": "3"}


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        (r"%{DATA:a}\]", r"(?P<a>[^\]]*?)\]"),
        ("%{DATA} x", r"(?:[^\ ]*?) x"),
        ("%{DATA}", "(?:.*?)"),
        ("%{DATA} ?x", "(?:.*?) ?x"),
        ("%{DATA}%{SPACE}", r"(?:.*?)(?:\s*)"),
        (r"%{DATA}\s", r"(?:.*?)\s"),
        ("%{DATA}(x)", "(?:.*?)(x)"),
    ],
)
def test_only_a_character_that_must_stand_behind_it_ends_data(pattern: str, expression: str) -> None:
    assert expanded(text(pattern), {}, short_data=True).value == expression
    assert expanded(text(pattern), own(DATA="z"), short_data=True).value == (
        expanded(text(pattern), own(DATA="z")).value
    )


@pytest.mark.parametrize("written", [r"(.|\n|\t)*", "(.|\n|\t)*", r"(?:.|\r|\n)*", r"(.|\s)*"])
def test_any_character_as_it_is_published_is_one_way_to_read_it(written: str) -> None:
    found = expanded(text("%{WORD:a}: %{ALL:b}"), own(ALL=written)).value
    assert longest_text(found) is None
    match = re.fullmatch(found, "x: 1\n\t2")
    assert match
    assert match["b"] == "1\n\t2"


def test_a_dot_and_tabs_is_a_dot() -> None:
    assert expanded(text(r"(.|\t)*"), {}).value == "(.)*"
    assert expanded(text(r"(.|x)*"), {}).value == "(.|x)*"
