from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from edge_orch_agent.sinks.pagerduty import dedup_key, event_of
from jsonschema import Draft202012Validator, FormatChecker

from tests.unit.agent.segments import notice

ROUTING_KEY = "r" * 32
SCHEMA = json.loads(Path(__file__).with_name("events_v2_schema.json").read_text())
EVENT = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


@pytest.mark.parametrize("severity", ["info", "warning", "error", "critical"])
@pytest.mark.parametrize(
    ("event", "action"), [("opened", "trigger"), ("acknowledged", "acknowledge"), ("resolved", "resolve")]
)
def test_every_event_is_one_of_the_published_schema(event: str, action: str, severity: str) -> None:
    body = json.loads(msgspec.json.encode(event_of(notice(event, severity=severity), ROUTING_KEY)))
    EVENT.validate(body)
    assert body["event_action"] == action


def test_one_episode_has_one_dedup_key() -> None:
    keys = {event_of(notice(event), ROUTING_KEY)["dedup_key"] for event in ("opened", "acknowledged", "resolved")}
    assert keys == {"press-overheating-1"}


def test_what_is_too_long_is_shortened_and_stays_distinct() -> None:
    long = notice(episode="e" * 300)
    body = event_of(msgspec.structs.replace(long, summary="s" * 3000), ROUTING_KEY)
    EVENT.validate(body)
    assert dedup_key("e" * 300) != dedup_key("e" * 301)


def test_an_empty_summary_becomes_the_rule() -> None:
    body = event_of(msgspec.structs.replace(notice(), summary=""), ROUTING_KEY)
    assert body["payload"]["summary"] == "overheating"
