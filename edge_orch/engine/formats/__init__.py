"""Text formats that a parser of their own takes apart: one module each, pure, in time linear in the line.

A parser takes a line and the time of its arrival, and gives the text of each field (None: absent), or None for a line
that is no record, such as a comment. It raises `ValueError` with a reason for a line that is not of its format.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_orch.engine.formats.influx import influx_parser
from edge_orch.engine.formats.key_value import key_value_parser
from edge_orch.engine.formats.raw import raw_parser
from edge_orch.engine.formats.syslog import syslog_parser
from edge_orch.plan.formats import InfluxFormat, KeyValueFormat, RawFormat, SyslogFormat

LineFormat = RawFormat | KeyValueFormat | SyslogFormat | InfluxFormat
LineParser = Callable[[str, int], Sequence[str | None] | None]


def line_parser(format_: LineFormat, paths: Sequence[tuple[str, ...]]) -> LineParser:
    """The parser of a format for fields that lie at these paths."""
    match format_:
        case RawFormat():
            return raw_parser(paths)
        case KeyValueFormat():
            return key_value_parser(format_, paths)
        case SyslogFormat():
            return syslog_parser(format_, paths)
        case InfluxFormat():
            return influx_parser(paths)
