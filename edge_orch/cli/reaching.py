"""Whether the sources and sinks of a job can be reached from here. Who tries is a plug-in: this room opens no socket.

The distribution that can brings the entry point `connect` of the group `edge_orch.reach`: `try_all` of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from edge_orch.cli.installed import installed
from edge_orch.errors import Problem, Unavailable

if TYPE_CHECKING:
    from edge_orch.plan.plan import Plan

GROUP = "edge_orch.reach"


class Surroundings(msgspec.Struct, frozen=True):
    """What a device would know: its bus, its labels; and how long to wait for each."""

    bus: str | None
    labels: dict[str, str]
    timeout_s: float


class Reached(msgspec.Struct, frozen=True, omit_defaults=True):
    """One source or sink. `tried`: the address or path; `problem`: why it cannot be reached, empty if it can."""

    name: str
    kind: str
    tried: str
    problem: str = ""


TryAll = Callable[["Plan", Surroundings], list[Reached]]


def try_all() -> TryAll:
    """The plug-in. Raises `Unavailable` where nothing that is installed brings it."""
    target = installed(GROUP).get("connect")
    if target is None:
        raise Unavailable(
            Problem("trying sources and sinks needs the agent's code", next_step="pip install edge-orch-agent")
        )
    module, _, attribute = target.partition(":")
    found: TryAll = getattr(import_module(module), attribute)
    return found
