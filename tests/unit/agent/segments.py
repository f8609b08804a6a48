"""Segments for tests of sinks."""

from __future__ import annotations

import msgspec
from edge_orch_agent.core.notices import Notice
from edge_orch_agent.core.transaction import ALERTS, Priority, Segment, StreamId


def records(*lines: bytes, sequence: int = 1, output: str = "raw", sink: str = "lake", run: str = "") -> Segment:
    data = b"".join(line + b"\n" for line in lines)
    return Segment(StreamId("press", output, sink), sequence, 1, len(lines), Priority.NORMAL, 0, data, run=run)


def notice(event: str = "opened", episode: str = "press-overheating-1", severity: str = "critical") -> Notice:
    return Notice(
        agent="press-1",
        episode=episode,
        event=event,
        job="press",
        version=3,
        rule="overheating",
        key=("north",),
        severity=severity,
        summary="5 sensors above 85 °C",
        at="2026-01-02T03:04:05Z",
        labels={"site": "austin"},
        values={"count": 5, "hot_c": 85.0, "note": None},
    )


def alert(*notices: Notice, sequence: int = 1, sink: str = "oncall") -> Segment:
    return records(*(msgspec.json.encode(one) for one in notices), sequence=sequence, output=ALERTS, sink=sink)
