"""What names mean in one expression."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.expression import Column, Context, Expression, Param
from edge_orch.plan.schema import Field, FieldType
from edge_orch.spec.words import did_you_mean, names

CONTEXTS = (
    "device.id",
    "device.firmware",
    "device.labels.NAME",
    "source.topic",
    "source.partition",
    "source.received_at",
    "source.clock",
    "source.boot",
)
OF_A_RECORD = frozenset({"source.topic", "source.partition"})
"""Those that rows of windows do not have."""
WHOLE = frozenset(("this", "root", "msg", "payload", "event", "doc", "record"))
"""What other products call a record."""

_TAILS = {"device": "device.id", "source": "source.topic", "labels": "device.labels.NAME"} | {
    name.rpartition(".")[2]: name for name in CONTEXTS if name not in {"device.id", "source.clock", "source.boot"}
}
"""What stands alone and is a part of a name → the name."""

RECEIVED_AT = Context("source.received_at", FieldType.TIMESTAMP, required=True)


Bounds = tuple[float | None, float | None]
"""The least and the greatest number that a field can be; None where there is none."""


class Scope(msgspec.Struct, frozen=True):
    """Fields, parameters and contexts that an expression may name.

    `beside`: fields that the same step makes. `gone`: fields that a step above did not pass on, and which one.
    `rows_of`: the aggregate or sort whose records these are, which come from no source.
    `bounds`: between which numbers fields lie. `instead`: where there are no fields, what is expected.
    `undeclared`: what to do for a parameter that is none. `labels`: bare names are labels of the agent (in `target`).
    `broken`: fields that exist but whose definition is already reported; naming one raises an `Invalid` without
    problems, so that one mistake is told once. `lost`: all fields are so.
    """

    fields: Mapping[str, Field] = {}
    params: Mapping[str, FieldType] = {}
    broken: frozenset[str] = frozenset()
    gone: Mapping[str, str] = {}
    lost: bool = False
    beside: frozenset[str] = frozenset()
    contexts: bool = True
    labels: bool = False
    bounds: Mapping[str, Bounds] = {}
    instead: str = ""
    undeclared: str = "declare it under spec.params"
    rows_of: str | None = None

    def name(self, parts: tuple[str, ...]) -> Expression:
        """The expression that a dotted name stands for. Raises `Invalid`, its problems without a place."""
        if len(parts) == 1:
            return Context(f"device.labels.{parts[0]}") if self.labels else self.field(parts[0])
        path = ".".join(parts)
        if not self.contexts or self.labels:
            next_step = f"write {parts[-1]}" if self.labels and "labels" in parts else ""
            raise Invalid(Problem(f"`{path}` has no meaning here", expected="a bare name", next_step=next_step))
        if self.rows_of and path in OF_A_RECORD:
            what = f"`{path}` is not known behind `{self.rows_of}`, which takes records of any source"
            enriched = f"before `{self.rows_of}`, write enrich: {{{parts[-1]}: {path}}}"
            next_step = f"{enriched}; an aggregate keeps it as a key, by: [{parts[-1]}]"
            raise Invalid(Problem(what, next_step=next_step))
        if path in CONTEXTS or (parts[:2] == ("device", "labels") and len(parts) == 3):
            return RECEIVED_AT if path == RECEIVED_AT.path else Context(path)
        raise Invalid(Problem(f"unknown name `{path}`", expected=names(CONTEXTS), next_step=self._meant(parts)))

    def field(self, name: str) -> Column:
        """The field of that name."""
        if self.lost or name in self.broken:
            raise Invalid
        if name not in self.fields:
            next_step = did_you_mean(name, self.fields)
            if name in self.params:
                next_step = f"write :{name} for the parameter"
            elif name in self.gone:
                step = self.gone[name]
                next_step = f"the step `{step}` does not pass it on: keep it there, or read a step above with `from`"
            elif name in self.beside:
                next_step = "this step makes it, and sees records as they came: use it in a map step after this one"
            elif name in _TAILS and self.contexts:
                next_step = f"write {_TAILS[name]}"
            expected = self.instead or f"one of: {names(self.fields)}"
            raise Invalid(Problem(f"unknown field `{name}`", None, expected, "", next_step))
        field = self.fields[name]
        return Column(name, field.type, field.required, field.json)

    def _meant(self, parts: tuple[str, ...]) -> str:
        if parts[-1] in self.params and parts[0] in {"params", "param", "var", "vars"}:
            return f"write :{parts[-1]} for the parameter"
        if parts[0] in {"device", "agent", "labels"}:
            return _of_the_device(parts)
        near = did_you_mean(".".join(parts), CONTEXTS, cutoff=0.8)
        tail = f"write {_TAILS[parts[-1]]}" if parts[-1] in _TAILS and parts[0] not in self.fields else ""
        return near or tail or self._of_a_field(parts)

    def _of_a_field(self, parts: tuple[str, ...]) -> str:
        first = self.fields.get(parts[0])
        if first and first.type is FieldType.STRING:
            if not first.json and len(parts) == 2 and parts[1].lower() in {"length", "len", "size"}:
                return f"write length({parts[0]})"
            return f"to look into JSON, write {parts[0]} ->> '$.{'.'.join(parts[1:])}'"
        if parts[0] in {"source", "env", "ENV"}:
            return "" if parts[0] == "source" else "write a parameter, :NAME, or device.labels.NAME"
        name = parts[-1] if parts[-1] in self.fields else parts[0] if first else ""
        if name:
            return f"a field goes by its name alone: {name}"
        path = ".".join(parts[1:] if parts[0] in WHOLE else parts)
        return f"declare it in schematize: {parts[-1]}: {{type: …, path: {path}}}"

    def param(self, name: str) -> Param:
        """The parameter of that name."""
        if name in self.params:
            return Param(name, self.params[name])
        if self.labels:
            what = f"`:{name}`: a target knows labels only"
            raise Invalid(Problem(what, None, "a label's bare name", "", "write the value itself"))
        next_step = did_you_mean(f":{name}", [f":{one}" for one in self.params], self.undeclared)
        raise Invalid(Problem(f"unknown parameter `:{name}`", None, f"one of: {names(self.params)}", "", next_step))


def _of_the_device(parts: tuple[str, ...]) -> str:
    """The next step for a name that begins with `device`, `agent` or `labels` and is none."""
    label = parts[parts.index("labels") + 1 :] if "labels" in parts else ()
    if label:
        return f"write device.labels.{label[0]}"
    if parts[-1] in {"id", "name", "hostname", "host", "serial"}:
        return "write device.id, or device.labels.NAME for a label"
    if "label" in parts[:-1]:
        return f"did you mean `device.labels.{parts[-1]}`?"
    return "write device.id, device.firmware, or device.labels.NAME for a label"
