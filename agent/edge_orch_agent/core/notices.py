"""Notices: what an alert sink is told about an episode."""

from __future__ import annotations

import msgspec

from edge_orch.engine.records import EpisodeEvent
from edge_orch.time import format_timestamp
from edge_orch.twin.encoding import shortened
from edge_orch.twin.facts import EpisodeFact
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.transaction import SegmentInfo


class Notice(msgspec.Struct, frozen=True):
    """The one record of an alert segment, as a line of JSON.

    `episode` is stable over the life of the episode: what sinks use as their key to tie `resolved` to `opened`.
    `event`: `opened` or `resolved`. `at`: event time, RFC 3339.
    """

    agent: str
    episode: str
    event: str
    job: str
    version: int
    rule: str
    key: tuple[str, ...]
    severity: str
    summary: str
    at: str
    labels: dict[str, str] = {}
    values: dict[str, bool | int | float | str | None] = {}


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Notice)


def encode_notice(identity: AgentIdentity, job: str, version: int, event: EpisodeEvent) -> bytes:
    """The event as the data of an alert segment."""
    notice = Notice(
        agent=identity.agent,
        episode=event.episode,
        event=event.kind.value,
        job=job,
        version=version,
        rule=event.rule,
        key=event.key,
        severity=event.severity,
        summary=event.summary,
        at=format_timestamp(event.at_us),
        labels=identity.labels,
        values=event.values,
    )
    return _ENCODER.encode(notice) + b"\n"


def decode_notice(data: bytes) -> Notice:
    """The notice in an alert segment's data. Raises `msgspec.MsgspecError` on anything else."""
    return _DECODER.decode(data)


def episode_fact(job: str, version: int, event: EpisodeEvent) -> EpisodeFact:
    """The event as a fact of the twin."""
    return EpisodeFact(
        episode=event.episode,
        event=event.kind.value,
        job=job,
        version=version,
        rule=event.rule,
        at_us=event.at_us,
        key_values=event.key,
        severity=event.severity,
        summary=shortened(event.summary),
    )


def notified_fact(about: EpisodeFact, segment: SegmentInfo, at_us: int) -> EpisodeFact:
    """That the sink of this alert segment has taken the notice of `about`."""
    return EpisodeFact(
        episode=about.episode,
        event=f"notified.{about.event}.{segment.stream.sink}",
        job=about.job,
        version=about.version,
        rule=about.rule,
        at_us=at_us,
    )
