"""Grok patterns of whole lines: what they read of lines as the programs write them."""

from __future__ import annotations

import re

import pytest

from edge_orch.compile.grok import expanded
from edge_orch.compile.grok_lines import LINES
from edge_orch.compile.groups import with_groups
from edge_orch.errors import Location
from edge_orch.plan.backtracking import longest_text
from edge_orch.spec.leaves import Text
from edge_orch.spec.nodes import Scalar


def pattern(name: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    where = Location("job.yaml", 1, 1)
    written = f"%{{{name}}}"
    found = with_groups(expanded(Text(written, Scalar(written, where, plain=False, inner=where)), {}).value)
    return found.pattern, found.names


@pytest.mark.parametrize("name", LINES)
def test_the_time_is_linear(name: str) -> None:
    assert longest_text(pattern(name)[0]) is None


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        (
            "HAPROXYHTTP",
            "Nov  3 06:25:25 edge haproxy[143]: 10.0.0.7:5 [03/Nov/2025:06:25:25.105] web~ api/a1 45/0/1/428/+502 304"
            ' 320 - - ---- 1/2/3/4/0 5/6 {a|} "GET /x?y=1 HTTP/1.1"',
            {
                "syslog_timestamp": "Nov  3 06:25:25", "pid": "143", "accept_date": "03/Nov/2025:06:25:25.105",
                "frontend_name": "web~", "backend_name": "api", "server_name": "a1", "time_duration": "+502",
                "http_status_code": "304", "srvconn": "4", "backend_queue": "6", "captured_request_headers": "a|",
                "captured_response_headers": None, "http_verb": "GET", "http_request": "/x?y=1", "http_version": "1.1",
            },
        ),
        (
            "HAPROXYHTTP",
            "2025-11-03T06:25:25+01:00 edge haproxy[143]: 10.0.0.7:5 [03/Nov/2025:06:25:25.105] web web/<NOSRV> "
            '-1/-1/-1/-1/6001 408 212 - - cR-- 100/89/0/0/0 0/0 "<BADREQ>"',
            {"server_name": "<NOSRV>", "time_request": "-1", "termination_state": "cR--", "http_verb": None},
        ),
        (
            "HAPROXYTCP",
            "Nov  3 06:25:25 10.0.0.1 haproxy[143]: 10.0.0.7:5 [03/Nov/2025:06:25:25.1] main app/<NOSRV> -1/-1/1 212 SC"
            " 1/1/0/0/0 0/0",
            {"syslog_server": "10.0.0.1", "bytes_read": "212", "termination_state": "SC", "time_duration": "1"},
        ),
        (
            "S3_ACCESS_LOG",
            'a7 logs [06/Feb/2025:00:00:38 +0000] 10.0.0.3 a7 3E57 REST.GET x.csv "GET /logs/x.csv HTTP/1.1" 200 -'
            ' 113 9 7 - "-" "Console/0.4 (a b)" - extra',
            {
                "bucket": "logs", "key": "x.csv", "request": "/logs/x.csv", "response": "200", "error_code": None,
                "bytes": "113", "object_size": "9", "turnaround_time_ms": None, "agent": '"Console/0.4 (a b)"',
            },
        ),
        (
            "ELB_ACCESS_LOG",
            "2025-04-10T08:11:09.8Z eu 10.0.0.1:5 10.0.0.2:80 0.1 -1 0.3 504 - 12 34 "
            '"PUT https://a.b:443/x HTTP/1.1" "curl/7.3 (a)" X TLSv1.2',
            {"backendip": "10.0.0.2", "backend_processing_time": "-1", "backend_response": None, "ssl_cipher": "X"},
        ),
        (
            "CATALINALOG",
            "Jan 9, 2025 7:13:13 AM org.a.b.C$D start now",
            {"timestamp": "Jan 9, 2025 7:13:13 AM", "class": "org.a.b.C$D", "logmessage": "start now"},
        ),
        (
            "TOMCATLOG",
            "2025-01-09 17:32:25,527 -0800 | ERROR | a.b.C - it failed",
            {"timestamp": "2025-01-09 17:32:25,527 -0800", "level": "ERROR", "logmessage": "it failed"},
        ),
        ("MONGO_LOG", "Jan  9 17:32:25 [conn1] end", {"component": "conn1", "message": "end"}),
        (
            "MONGO3_LOG",
            "2025-04-23T06:57:28.256+0200 I JOURNAL  [journal writer] started",
            {"severity": "I", "component": "JOURNAL", "context": "journal writer", "message": "started"},
        ),
        (
            "MONGO3_LOG",
            "2025-04-23T06:57:28.256+0200 F -        Ctrl-C signal",
            {"component": "-", "context": None, "message": "Ctrl-C signal"},
        ),
        (
            "REDISMONLOG",
            '133.10 [0 10.0.0.1:6] "keys" "*"',
            {"database": "0", "client": "10.0.0.1", "port": "6", "command": "keys", "params": '"*"'},
        ),
        (
            "RUBY_LOGGER",
            "I, [2025-01-09T17:32:25.5 #12]  INFO -- app: up: 1",
            {"pid": "12", "loglevel": "INFO", "progname": "app", "message": "up: 1"},
        ),
        (
            "SQUID3",
            "152.899  16867 10.0.0.1 TCP_TUNNEL/200 6256 CONNECT a.b:443 - HIER_DIRECT/10.0.0.2 -",
            {"duration": "16867", "cache_result": "TCP_TUNNEL", "user": None, "server": "10.0.0.2"},
        ),
        (
            "CRONLOG",
            "Jan  9 17:32:25 edge CRON[7]: (root) CMD (run (all) now)",
            {"user": "root", "action": "CMD", "message": "run (all) now", "pid": "7"},
        ),
        (
            "SYSLOGPAMSESSION",
            "Jan  9 17:32:25 edge sshd[7]: pam_unix(sshd:session): session opened for user ada by (uid=0)",
            {
                "pam_module": "pam_unix", "pam_caller": "sshd:session", "pam_session_state": "opened",
                "username": "ada", "pam_by": "(uid=0)", "program": "sshd",
            },
        ),
    ],
)  # fmt: skip
def test_lines_as_programs_write_them(name: str, line: str, expected: dict[str, str | None]) -> None:
    expression, names = pattern(name)
    match = re.fullmatch(expression, line)
    assert match
    found = {field: next((match[g] for g in groups if match[g] is not None), None) for field, groups in names.items()}
    assert {field: found[field] for field in expected} == expected
