"""Plan → Python source: `process`, straight-line code for each record of a batch, and a function for each aggregate's
rows. Names of generated variables are numbered; what a user named or wrote appears through `repr` only.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import inf
from typing import Any

import msgspec

from edge_orch.engine import stamps, texts
from edge_orch.engine.account import Account
from edge_orch.engine.alert import AlertRule
from edge_orch.engine.calls import number
from edge_orch.engine.casualties import Casualties
from edge_orch.engine.clock import BEFORE, Clock
from edge_orch.engine.csv_headers import Headers
from edge_orch.engine.encoding import json_bytes, long_record_lines, record_lines
from edge_orch.engine.expressions import ExpressionWriter, Surroundings
from edge_orch.engine.graph import Graph
from edge_orch.engine.json_lines import DECODE_ERRORS
from edge_orch.engine.json_objects import struct
from edge_orch.engine.real_time import first_real, real_bounds
from edge_orch.engine.records import Device, EpisodeEvent, StepCount
from edge_orch.engine.room import Room
from edge_orch.engine.scope import Arrival, Scope, Symbol
from edge_orch.engine.stream import Stream
from edge_orch.engine.timers import MemoryTimer, RuleTimer
from edge_orch.engine.windows.aligned import CLOSED
from edge_orch.engine.windows.windows import Stage
from edge_orch.engine.writer import FunctionWriter, Names
from edge_orch.plan.growth import lengthens
from edge_orch.plan.plan import Plan
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.plan.steps import Aggregate, Alert, Deadband, Dedupe, Lag, Latest, Moving, Running, Sort, Step, Throttle
from edge_orch.time import Instant

Stateful = Stage | RuleTimer | MemoryTimer

MAIN = "process"
"""The function that takes records of the source."""
ALONE = "process_alone"
"""The one that takes a record that came alone, if the plan has one."""

KEEPERS = (Aggregate, Alert, Deadband, Dedupe, Lag, Latest, Moving, Running, Sort, Throttle)
"""Steps that keep state."""


class Moment:
    """When the present call is."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = Instant(0, 0, "")


class Generator:
    """What emitters share while one plan is written: names, functions, and the parts that generated code drives."""

    def __init__(self, plan: Plan, device: Device, secrets: Mapping[str, str]) -> None:
        self.plan = plan
        self.secrets = secrets
        self.graph = Graph(plan)
        self.names = Names()
        self.functions: list[FunctionWriter] = []
        self.arrivals: dict[str, dict[str, Arrival]] = {}
        self.accounts: dict[str, Account] = {}
        self.streams: list[Stream] = []
        self.record_lines = long_record_lines if lengthens(plan) else record_lines
        self.clocks: dict[tuple[str, str], Clock] = {}
        self.stateful: dict[str, Stateful] = {}
        self.headers: dict[str, Headers] = {}
        self.rules: dict[str, AlertRule] = {}
        self.casualties = Casualties()
        self.moment = Moment()
        self.episodes: list[EpisodeEvent] = []
        self.surroundings = Surroundings(
            self.names, {param.name: place for place, param in enumerate(plan.params)}, _device_root(device)
        )
        self._numbers = {step.name: number for number, step in enumerate(plan.steps)}
        self._encodable: dict[tuple[str, ...], str] = {}
        self.names.objects.update(
            PARAMS=[],
            INF=inf,
            BEFORE=BEFORE,
            CLOSED=CLOSED,
            NO_CONTEXT={},
            Raw=msgspec.Raw,
            SMALLEST=texts.SMALLEST,
            LARGEST=texts.LARGEST,
            EARLIEST_US=stamps.EARLIEST_US,
            LATEST_US=stamps.LATEST_US,
            DECODE_ERRORS=DECODE_ERRORS,
            IntegerOverflow=number.IntegerOverflow,
            overflow=number.overflow,
            stamp=stamps.format_stamp,
            casualties=self.casualties,
            moment=self.moment,
            episodes=self.episodes,
            plain_float=texts.plain_float,
            first_real=first_real,
            real_bounds=real_bounds,
            StepCount=StepCount,
        )

    def number(self, step: Step) -> int:
        """The step's place in the plan: the number in the names of its variables."""
        return self._numbers[step.name]

    def room(self, step: Step) -> Room:
        """What the step may take for its state: an equal share of the job's limit."""
        keepers = sum(isinstance(each, KEEPERS) for each in self.plan.steps)
        return Room(self.plan.limits.state // keepers, self._account(step))

    def count(self, step: Step) -> str:
        """The variable that holds the step's account."""
        name = f"count{self.number(step)}"
        self.names.objects[name] = self._account(step)
        return name

    def _account(self, step: Step) -> Account:
        return self.accounts.setdefault(step.name, Account())

    def function(self, name: str, arguments: str) -> FunctionWriter:
        """A new generated function."""
        function = FunctionWriter(name, arguments)
        self.functions.append(function)
        return function

    def expressions(self, function: FunctionWriter, scope: Scope | None = None) -> ExpressionWriter:
        """A writer of expressions over the records of `scope`."""
        return ExpressionWriter(self.surroundings, function, scope)

    def encodable(self, schema: Schema, scope: Scope) -> str:
        """Code of an object that msgspec writes as the record's JSON object, in the schema's order.

        Fields side by side that are the same in all records are one piece of JSON, which the first of them stands for.
        """
        members: list[tuple[str, str]] = []
        for fixed, fields in groupby(schema.fields, lambda field: scope.columns[field.name].fixed):
            if fixed:
                members.append(self._piece(list(fields), scope))
            else:
                members += [(field.name, encoded(scope.columns[field.name], json=field.json)) for field in fields]
        names = tuple(name for name, _ in members)
        kind = self._encodable.get(names)
        if kind is None:
            kind = self._encodable[names] = self.names.bind("o", struct("Row", [(name, Any) for name in names]))
        return f"{kind}({', '.join(code for _, code in members)})"

    def _piece(self, fields: Sequence[Field], scope: Scope) -> tuple[str, str]:
        """The first field's name, and code of its value, followed by the other fields with theirs."""
        values = [fixed_json(scope.columns[field.name], json=field.json) for field in fields]
        rest = zip(fields[1:], values[1:], strict=True)
        piece = values[0] + b"".join(b",%b:%b" % (json_bytes(field.name), value) for field, value in rest)
        return fields[0].name, self.names.bind("k", msgspec.Raw(piece))

    def source(self) -> str:
        """The whole module."""
        return "\n\n\n".join("\n".join(function.source()) for function in self.functions) + "\n"


def encoded(symbol: Symbol, *, json: bool = False) -> str:
    """Code of a value as it stands in JSON: a timestamp as RFC 3339 text, `json` as what it says."""
    form = "Raw" if json else "stamp" if symbol.type is FieldType.TIMESTAMP else ""
    if symbol.text:
        return symbol.text
    if not form or symbol.code == "None":
        return symbol.code
    if symbol.nullable:
        return f"None if {symbol.code} is None else {form}({symbol.code})"
    return f"{form}({symbol.code})"


def fixed_json(symbol: Symbol, *, json: bool = False) -> bytes:
    """The JSON of a symbol that is `fixed`."""
    value = literal_eval(symbol.code)
    if value is None or not (json or symbol.type is FieldType.TIMESTAMP):
        return json_bytes(value)
    return value.encode() if json else json_bytes(stamps.format_stamp(value))


def _device_root(device: Device) -> dict[str, str]:
    labels = {f"device.labels.{name}": value for name, value in device.labels.items()}
    return {"device.id": device.id, "device.firmware": device.firmware, **labels}
