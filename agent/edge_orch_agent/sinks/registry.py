"""Kinds of sink. Each is imported when a job first delivers to it."""

# ruff: noqa: PLC0415 (an agent imports only what its jobs use)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_orch.errors import Invalid, Problem, Unavailable
from edge_orch.time import Instant
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.sinks.port import SinkAdapter

if TYPE_CHECKING:
    from edge_orch_agent.sinks.file import FileSink

KINDS = ("file", "http", "webhook", "pagerduty", "sqs", "mqtt")


class SinkFactory:
    """Makes sinks of this agent. `secret` looks up what the device itself holds."""

    def __init__(
        self,
        agent: str,
        bus: str | None,
        client: HttpClient,
        secret: Callable[[str], str | None],
        now: Callable[[], Instant],
    ) -> None:
        self._agent = agent
        self._bus = bus
        self._client = client
        self._secret = secret
        self._now = now
        self._files: dict[Path, FileSink] = {}  # one writer a file, whatever streams end in it

    def __call__(self, job: str, name: str, kind: str, options: dict[str, Any]) -> SinkAdapter:
        """A sink ready to deliver. Raises `EdgeOrchError` when this agent cannot make one; options are resolved."""
        match kind:
            case "file":
                from edge_orch_agent.sinks.file import FileSink

                path = Path(options["path"]).resolve()
                return self._files.setdefault(path, FileSink(path))
            case "http":
                from edge_orch_agent.sinks.http import HttpSink

                return HttpSink(self._client, options["url"], options.get("headers") or {})
            case "webhook":
                from edge_orch_agent.sinks.webhook import WebhookSink

                return WebhookSink(self._client, options["url"], options.get("headers") or {})
            case "pagerduty":
                from edge_orch_agent.sinks.pagerduty import EVENTS_URL, PagerDutySink

                return PagerDutySink(self._client, options["routing_key"], options.get("url") or EVENTS_URL)
            case "sqs":
                return self._sqs(options)
            case "mqtt":
                from edge_orch_agent.sinks.mqtt import MqttSink

                if self._bus is None:
                    raise Unavailable(Problem("this agent has no bus", None, "--bus mqtt://HOST:PORT at its start"))
                client = f"edge-orch-{self._agent}-{job}-{name}-sink"
                return MqttSink(self._bus, client, options["topic"], retain=options.get("retain", False))
            case _:
                raise Invalid(Problem("this agent knows no such sink", None, " or ".join(KINDS), kind))

    def _sqs(self, options: dict[str, Any]) -> SinkAdapter:
        from edge_orch_agent.sinks.sigv4 import Credentials
        from edge_orch_agent.sinks.sqs import SqsSink

        key = options.get("access_key_id") or self._secret("AWS_ACCESS_KEY_ID")
        secret = options.get("secret_access_key") or self._secret("AWS_SECRET_ACCESS_KEY")
        if not key or not secret:
            raise Unavailable(
                Problem(
                    "no credentials for SQS on this device",
                    next_step="put AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY into the agent's secrets folder",
                )
            )
        token = "" if options.get("access_key_id") else self._secret("AWS_SESSION_TOKEN") or ""
        return SqsSink(
            self._client,
            queue_url=options["queue_url"],
            region=options.get("region") or "us-east-1",
            credentials=Credentials(key, secret, token),
            wall_us=lambda: self._now().wall_us,
            endpoint=options.get("endpoint"),
        )
