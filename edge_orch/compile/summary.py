"""Summary templates of alerts: text with `{name}`; `{{` and `}}` are braces."""

from __future__ import annotations

import re
from collections.abc import Mapping

from edge_orch.compile.flow import Flow
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import SummaryPart
from edge_orch.spec.leaves import Text
from edge_orch.spec.words import did_you_mean, names

_BUILT_IN = frozenset({"count", "key"})
_PART = re.compile(r"(?P<text>(?:[^{}]|\{\{|\}\})+)|\{(?P<name>[^{}]*)\}")


def parse_summary(
    template: Text | None, default: str, flow: Flow, params: Mapping[str, FieldType]
) -> tuple[SummaryPart, ...]:
    """The parts of the template. Raises `Invalid` with every unknown or ambiguous name, each at its place."""
    if template is None:
        return (SummaryPart(text=default),)
    if not template.value.strip():
        next_step = "say what is the matter, or leave it out: then it is the step's name"
        raise Invalid(Problem("an empty summary", template.where, next_step=next_step))
    fields = set(flow.schema.names) | flow.broken
    known = {*fields, *params, *_BUILT_IN}
    parts: list[SummaryPart] = []
    problems: list[Problem] = []
    position = 0
    while position < len(template.value):
        where = template.node.at(position)
        match = _PART.match(template.value, position)
        if match is None:
            raise Invalid(
                *problems, Problem("a brace without its other half", where, next_step="write {{ or }} for one")
            )
        position = match.end()
        name = match["name"]
        jinja = re.search(r"\{\{\s*[$.]*(?:\w+\.)*(\w+)\s*\}\}", match["text"] or "")
        if jinja and (jinja[1] in known or re.match(r"\{\{\s*[$.]", jinja[0])):
            place = template.node.at(match.start() + jinja.start())
            next_step = f"write {{{jinja[1] if jinja[1] in known else 'NAME'}}}"
            problems.append(Problem("braces that are written twice are text", place, next_step=next_step))
        elif name in known and (sign := template.value[match.start() - 1 : match.start()]) in {"$", "%"}:
            place = template.node.at(match.start() - 1)
            next_step = f"write {{{name}}}; if the sign is meant, a blank after it"
            problems.append(Problem(f"a {sign} before a brace is text", place, next_step=next_step))
        elif name is None:
            parts.append(SummaryPart(text=match["text"].replace("{{", "{").replace("}}", "}")))
        elif name not in known and not flow.lost:
            next_step = did_you_mean(name.strip(": ").partition(":")[0], known)
            if re.search(r"[\s*/+(-]", name.strip()):
                next_step = "compute it in a map step before, and name its field"
            problems.append(Problem(f"unknown name `{name}`", where, f"one of: {names(known)}", "", next_step))
        elif sum(name in group for group in (fields, params, _BUILT_IN)) > 1:
            what = f"`{name}` could be several things: a field, a parameter, or the alert's own {names(_BUILT_IN)}"
            problems.append(Problem(what, where, next_step="rename the field or the parameter"))
        else:
            parts.append(SummaryPart(value=name))
    if problems:
        raise Invalid(*problems)
    return tuple(parts)
