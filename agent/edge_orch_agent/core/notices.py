"""Notices: what an alert sink is told about an episode."""

from __future__ import annotations

import msgspec

from edge_orch.engine.notifier import Notification
from edge_orch.engine.records import EpisodeEvent
from edge_orch.engine.stamps import LATEST_US
from edge_orch.time import format_timestamp
from edge_orch.twin.encoding import shortened
from edge_orch.twin.facts import Ack, EpisodeFact
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.transaction import SegmentInfo

ACKNOWLEDGED = "acknowledged"
"""The event of an episode that people bring about, not the pipeline."""


class Notice(msgspec.Struct, frozen=True):
    """The one record of an alert segment, as a line of JSON.

    `episode` is stable over the life of the episode: what sinks use as their key to tie `resolved` to `opened`.
    `event`: `opened`, `acknowledged`, `escalated` or `resolved`. `at`: event time, RFC 3339; of an acknowledgement,
    when it was made; of an escalation, when the episode opened. `by`, `note`: of an acknowledgement only, who made it
    and what they said. `suppressed`: how many episodes of the rule and key came and went untold since the last that was
    told; absent if none.
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
    by: str | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType = msgspec.UNSET
    suppressed: int | msgspec.UnsetType = msgspec.UNSET


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Notice)


def encode_notice(identity: AgentIdentity, job: str, version: int, told: Notification) -> bytes:
    """What is told of an episode as the data of an alert segment."""
    event = told.event
    notice = Notice(
        agent=identity.agent,
        episode=event.episode,
        event=told.telling.value,
        job=job,
        version=version,
        rule=event.rule,
        key=event.key,
        severity=event.severity,
        summary=event.summary,
        at=format_timestamp(event.at_us),
        labels=identity.labels,
        values=event.values,
        suppressed=told.suppressed or msgspec.UNSET,
    )
    return _ENCODER.encode(notice) + b"\n"


def encode_acknowledgement(identity: AgentIdentity, fact: EpisodeFact, ack: Ack) -> bytes:
    """The episode's `acknowledged_fact` as the data of an alert segment."""
    notice = Notice(
        agent=identity.agent,
        episode=fact.episode,
        event=fact.event,
        job=fact.job,
        version=fact.version,
        rule=fact.rule,
        key=fact.key_values,
        severity=fact.severity,
        summary=fact.summary,
        at=format_timestamp(fact.at_us),
        labels=identity.labels,
        by=ack.by,
        note=ack.note,
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


def acknowledged_fact(opened: EpisodeFact, ack: Ack) -> EpisodeFact:
    """That alert sinks are told of this acknowledgement. Made of facts alone: made again, it is the same.

    Nobody acknowledges what has not opened: a clock that says so, or gives no date at all, is not believed.
    """
    believed = opened.at_us <= ack.at.wall_us <= LATEST_US
    return msgspec.structs.replace(opened, event=ACKNOWLEDGED, at_us=ack.at.wall_us if believed else opened.at_us)


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
