"""Kinds of source. Each is imported when a job first asks for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge_orch.errors import Invalid, Problem
from edge_orch.time import Instant
from edge_orch_agent.sources.port import SourceAdapter

KINDS = ("mqtt", "file")


class SourceFactory:
    """Makes sources of this agent. `bus`: the plant's broker, for jobs that name none of their own."""

    def __init__(self, agent: str, bus: str | None, now: Callable[[], Instant]) -> None:
        self._agent = agent
        self._bus = bus
        self._now = now

    def __call__(self, job: str, kind: str, options: dict[str, Any]) -> SourceAdapter:
        """A source that has not started. Raises `Invalid` when this agent cannot make one; options are resolved."""
        if kind == "mqtt":
            from edge_orch_agent.sources.mqtt import MqttSource  # noqa: PLC0415 (paho only where MQTT is used)

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
        if kind == "file":
            from edge_orch_agent.sources.file import FileSource  # noqa: PLC0415 (only where it is used)

            return FileSource(job, Path(options["path"]), self._now)
        raise Invalid(Problem("this agent knows no such source", expected=" or ".join(KINDS), found=kind))
