"""Which sink can take what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from edge_orch.errors import Problem
from edge_orch.spec.leaves import LabelName
from edge_orch.spec.sinks import SINKS
from edge_orch.spec.words import did_you_mean, names


def sink_problem(sink: LabelName, what: Literal["records", "alerts"], kinds: Mapping[str, str]) -> Problem | None:
    """What is wrong with sending records or alerts to `sink`; `kinds` are the declared sinks' kinds by name."""
    if sink.value not in kinds:
        next_step = did_you_mean(sink.value, kinds, "declare it under spec.sinks")
        return Problem(f"unknown sink `{sink.value}`", sink.where, f"one of: {names(kinds)}", "", next_step)
    kind = kinds[sink.value]
    if what not in SINKS[kind].carries:
        able = names(name for name, model in SINKS.items() if what in model.carries)
        return Problem(f"a {kind} sink cannot carry {what}", sink.where, f"a sink of kind: {able}")
    return None
