"""The steps of a plan: every name resolved, every expression typed, every default written out; a module a kind.

A step's `input` is the name of an earlier step, or `SOURCE`; a union has several `inputs`. Its `schema` describes
the records it passes on. Durations are microseconds.
"""

from __future__ import annotations

from edge_orch.plan.steps.aggregate import Aggregate, Aggregation, Argument
from edge_orch.plan.steps.alert import Alert, Clear, Escalation, Quorum, SilenceWindow, SummaryPart
from edge_orch.plan.steps.deadband import Deadband
from edge_orch.plan.steps.dedupe import Dedupe
from edge_orch.plan.steps.explode import Explode
from edge_orch.plan.steps.filter import Filter
from edge_orch.plan.steps.lag import Lag
from edge_orch.plan.steps.latest import Latest
from edge_orch.plan.steps.lookup import Lookup
from edge_orch.plan.steps.map import Assignment, Map
from edge_orch.plan.steps.mask import Encrypt, Generalize, Hash, Mask, Masking, Redact, Truncate
from edge_orch.plan.steps.moving import Moving
from edge_orch.plan.steps.parse import Parse, Reading, united
from edge_orch.plan.steps.route import Branch, Route
from edge_orch.plan.steps.running import Carried, Running
from edge_orch.plan.steps.sample import Sample
from edge_orch.plan.steps.schematize import ParsedField, Schematize
from edge_orch.plan.steps.sort import Sort
from edge_orch.plan.steps.throttle import Throttle
from edge_orch.plan.steps.union import Union, is_joined, joined

SOURCE = "source"

Step = (
    Schematize
    | Map
    | Mask
    | Lookup
    | Parse
    | Explode
    | Filter
    | Route
    | Dedupe
    | Deadband
    | Throttle
    | Sample
    | Lag
    | Latest
    | Moving
    | Running
    | Sort
    | Aggregate
    | Alert
    | Union
)

__all__ = [
    "SOURCE",
    "Aggregate",
    "Aggregation",
    "Alert",
    "Argument",
    "Assignment",
    "Branch",
    "Carried",
    "Clear",
    "Deadband",
    "Dedupe",
    "Encrypt",
    "Escalation",
    "Explode",
    "Filter",
    "Generalize",
    "Hash",
    "Lag",
    "Latest",
    "Lookup",
    "Map",
    "Mask",
    "Masking",
    "Moving",
    "Parse",
    "ParsedField",
    "Quorum",
    "Reading",
    "Redact",
    "Route",
    "Running",
    "Sample",
    "Schematize",
    "SilenceWindow",
    "Sort",
    "Step",
    "SummaryPart",
    "Throttle",
    "Truncate",
    "Union",
    "inputs",
    "is_joined",
    "joined",
    "ports",
    "united",
]


def ports(step: Step) -> tuple[str, ...]:
    """The names under which other steps and outputs take its records."""
    if isinstance(step, Alert):
        return ()
    if isinstance(step, Route):
        branches = [branch.name for branch in step.branches]
        return tuple(f"{step.name}.{name}" for name in [*branches, *([step.default] if step.default else [])])
    return (step.name,)


def inputs(step: Step) -> tuple[str, ...]:
    """Whose records it takes."""
    return step.inputs if isinstance(step, Union) else (step.input,)
