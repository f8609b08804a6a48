"""Kinds of source. Each is imported when a job first asks for it."""

# ruff: noqa: PLC0415 (an agent imports only what its jobs use)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge_orch.errors import Invalid, Problem
from edge_orch.time import Instant
from edge_orch_agent.sources.port import SourceAdapter

KINDS = ("mqtt", "file", "http", "tcp", "udp")


class SourceFactory:
    """Makes sources of this agent. `bus`: the plant's broker, for jobs that name none of their own."""

    def __init__(self, agent: str, bus: str | None, now: Callable[[], Instant]) -> None:
        self._agent = agent
        self._bus = bus
        self._now = now

    def __call__(self, job: str, kind: str, options: dict[str, Any]) -> SourceAdapter:
        """A source that has not started. Raises `Invalid` when this agent cannot make one; options are resolved."""
        match kind:
            case "mqtt":
                return self._mqtt(job, options)
            case "file":
                from edge_orch_agent.sources.file import FileSource

                return FileSource(job, Path(options["path"]), self._now)
            case "http":
                from edge_orch_agent.sources.http import HttpSource

                return HttpSource(
                    job=job,
                    listen=options["listen"],
                    path=options["path"],
                    token=options.get("token"),
                    max_body=options["max_body"],
                    whole=options.get("whole", False),
                    now=self._now,
                )
            case "tcp":
                from edge_orch_agent.sources.tcp import TcpSource

                return TcpSource(job=job, listen=options["listen"], framing=options["framing"], now=self._now)
            case "udp":
                from edge_orch_agent.sources.udp import UdpSource

                return UdpSource(job=job, listen=options["listen"], now=self._now, whole=options.get("whole", False))
            case _:
                raise Invalid(Problem("this agent knows no such source", expected=" or ".join(KINDS), found=kind))

    def _mqtt(self, job: str, options: dict[str, Any]) -> SourceAdapter:
        from edge_orch_agent.sources.mqtt import MqttSource

        broker = options.get("broker") or self._bus
        if not broker:
            raise Invalid(
                Problem(
                    f"job {job} reads MQTT, and neither the job nor this agent names a broker",
                    next_step="start the agent with --bus mqtt://HOST:PORT",
                )
            )
        topics = options["topic"]
        return MqttSource(
            agent=self._agent,
            job=job,
            broker=broker,
            topics=[topics] if isinstance(topics, str) else topics,
            qos=options.get("qos", 1),
            now=self._now,
        )
