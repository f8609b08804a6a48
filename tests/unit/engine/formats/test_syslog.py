from __future__ import annotations

from typing import Any

import pytest

from edge_orch.engine.formats.syslog import syslog_parser
from edge_orch.plan.formats import SYSLOG_PARTS, SyslogFormat

JANUARY_2026 = 1_767_600_000_000_000


def parse(line: str, standard: Any = "auto", now_us: int = JANUARY_2026) -> dict[str, str]:
    paths = [(part,) for part in SYSLOG_PARTS] + [("structured_data", "ex@1", "iut"), ("structured_data", "b", "c")]
    texts = syslog_parser(SyslogFormat(standard), paths)(line, now_us)
    return {".".join(path): text for path, text in zip(paths, texts, strict=True) if text is not None}


def test_rfc_5424() -> None:
    head = "<165>1 2003-10-11T22:14:15.003Z web-1 app 77 ID47 "
    line = head + '[ex@1 iut="3" q="a\\"\\]\\x"][b c=""] \ufeffAn event: it = on'
    assert parse(line) == {
        "timestamp": "2003-10-11T22:14:15.003Z",
        "hostname": "web-1",
        "appname": "app",
        "procid": "77",
        "msgid": "ID47",
        "message": "An event: it = on",
        "priority": "165",
        "facility": "local4",
        "facility_code": "20",
        "severity": "notice",
        "severity_code": "5",
        "version": "1",
        "structured_data.ex@1.iut": "3",
        "structured_data.b.c": "",
    }
    assert parse("<0>1 - - - - - -") == {
        "priority": "0", "facility": "kern", "facility_code": "0", "severity": "emerg", "severity_code": "0",
        "version": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<34>Oct 11 22:14:15 box su: failed for x", ("2025-10-11T22:14:15", "box", "su", None, "failed for x")),
        ("Jan  2 01:02:03 box sshd[12]: ok", ("2026-01-02T01:02:03", "box", "sshd", "12", "ok")),
        ("Jan 12 01:02:03.25 box kernel: [1.5] up", ("2026-01-12T01:02:03.25", "box", "kernel", None, "[1.5] up")),
        ("Jan  2 01:02:03 cron[1]: local", ("2026-01-02T01:02:03", None, "cron", "1", "local")),
        ("Jan  2 01:02:03 box a plain text", ("2026-01-02T01:02:03", "box", None, None, "a plain text")),
        ("<13>2026-01-02T03:04:05+01:00 box app: x", ("2026-01-02T03:04:05+01:00", "box", "app", None, "x")),
    ],
)
def test_rfc_3164(line: str, expected: tuple[str | None, ...]) -> None:
    found = parse(line)
    assert tuple(found.get(part) for part in ("timestamp", "hostname", "appname", "procid", "message")) == expected


def test_the_year_is_the_one_nearest_to_arrival() -> None:
    december = "Dec 31 23:59:59 a b: c"
    assert parse(december)["timestamp"] == "2025-12-31T23:59:59"
    assert parse(december, now_us=JANUARY_2026 - 30 * 86_400_000_000)["timestamp"] == "2025-12-31T23:59:59"
    assert parse("Feb 29 00:00:00 a b: c", now_us=1_709_000_000_000_000)["timestamp"] == "2024-02-29T00:00:00"


@pytest.mark.parametrize(
    ("line", "standard", "reason"),
    [
        ("<192>1 - - - - - -", "auto", "priority above 191"),
        ('<1>1 - - - - - [a b="c] x', "auto", "structured data out of form"),
        ("<1>1 - - - - - -x", "auto", "structured data out of form"),
        ("Oct 11 22:14:15 a b: c", "rfc5424", "not a syslog line of RFC 5424"),
        ("<1>1 - - - - - -", "rfc3164", "not a syslog line of RFC 3164"),
        ("Oct 32 22:14:15 a b: c", "auto", "a date that is none"),
        ("Feb 29 22:14:15 a b: c", "auto", "a date that is none"),
        ("Oxt 11 22:14:15 a b: c", "auto", "a month that is none"),
        ("Traceback:", "auto", "not a syslog line"),
    ],
)
def test_what_is_refused(line: str, standard: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(line, standard)
