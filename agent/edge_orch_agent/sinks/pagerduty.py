"""PagerDuty, Events API v2: trigger, acknowledge and resolve one incident per episode.

The episode's id is the `dedup_key`, so that a repetition updates the incident instead of opening another. Shapes and
limits are those of «Send an alert event», developer.pagerduty.com/docs/events-api-v2-overview.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from edge_orch_agent.core.notices import Notice
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.sinks.http import post
from edge_orch_agent.sinks.one_by_one import Progress, read_notice

EVENTS_URL = "https://events.pagerduty.com/v2/enqueue"
LONGEST_KEY = 255
LONGEST_SUMMARY = 1024
_ACTIONS = {"opened": "trigger", "escalated": "trigger", "acknowledged": "acknowledge", "resolved": "resolve"}


class PagerDutySink:
    """One event a notice. PagerDuty answers 202 when it has queued the event for good."""

    def __init__(self, client: HttpClient, routing_key: str, url: str = EVENTS_URL) -> None:
        self._client = client
        self._routing_key = routing_key
        self._url = url
        self._progress = Progress()

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        """Return once every event was accepted."""
        await self._progress.deliver(segment, idempotency_key, self._send)

    async def _send(self, record: bytes, _key: str) -> None:
        event = event_of(read_notice(record), self._routing_key)
        await post(self._client, self._url, {"Content-Type": "application/json"}, msgspec.json.encode(event))

    async def close(self) -> None:
        """Connections belong to the shared client."""


def event_of(notice: Notice, routing_key: str) -> dict[str, Any]:
    """The notice as an event; only a trigger needs a payload."""
    action = _ACTIONS[notice.event]
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": dedup_key(notice.episode),
    }
    if action == "trigger":
        suppressed = {} if notice.suppressed is msgspec.UNSET else {"suppressed": notice.suppressed}
        event["client"] = "Edge Orchestrator"
        event["payload"] = {
            "summary": (notice.summary or notice.rule)[:LONGEST_SUMMARY],
            "source": notice.agent,
            "severity": notice.severity,
            "timestamp": notice.at,
            "component": notice.job,
            "class": notice.rule,
            "custom_details": {
                "episode": notice.episode,
                "version": notice.version,
                "key": list(notice.key),
                "labels": notice.labels,
                "values": notice.values,
                **suppressed,
            },
        }
    return event


def dedup_key(episode: str) -> str:
    """The episode's id, or its digest where the id is longer than PagerDuty allows."""
    return episode if len(episode) <= LONGEST_KEY else hashlib.sha256(episode.encode()).hexdigest()
