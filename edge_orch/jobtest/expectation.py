"""What a test case expects: records, alerts, dead letters. Models of the test file, read as jobs are."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.jobtest.episode_key import KeyValue
from edge_orch.jobtest.json_value import JsonValue, json_value
from edge_orch.jobtest.moment import Moment
from edge_orch.jobtest.notifications import ExpectedNotification
from edge_orch.spec.leaves import Flag, Integer, JsonSchema, LabelName, Name, StepInput, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence
from edge_orch.spec.reading import Doc, fields_of, read, read_model


class Count(Integer, frozen=True):
    """How many."""

    minimum: ClassVar[int] = 0


class Expected(Model, frozen=True):
    """The value of one field: any scalar, also null; a list or a mapping is JSON."""

    value: JsonValue

    @classmethod
    def read(cls, node: Node) -> Self:
        return cls(json_value(node))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return {}


class ExpectedRecord(Model, frozen=True):
    """Fields and their values; fields that are not named may have any value."""

    fields: dict[Text, Expected]
    where: Location

    @classmethod
    def read(cls, node: Node) -> Self:
        return cls(read(dict[Text, Expected], node), node.where)


class RecordsForm(Model, frozen=True):
    """What a test may say of records, if not all of them as a list."""

    records: Annotated[tuple[ExpectedRecord, ...] | None, Doc("all of them, in order")]
    includes: Annotated[tuple[ExpectedRecord, ...], Doc("some of them, in order", default="[]")]
    count: Annotated[Count | None, Doc("how many there are")]
    exact: Annotated[Flag, Doc("whether the fields named are all that a record has", default="false")]


_FORM = {field.key for field in fields_of(RecordsForm)}


class ExpectedRecords(Model, frozen=True):
    """The records of one output or step: a list of all of them, or a form that says more or less."""

    rest: ClassVar[type] = RecordsForm
    where: Location
    records: tuple[ExpectedRecord, ...] | None
    includes: tuple[ExpectedRecord, ...]
    count: Count | None
    exact: bool

    @classmethod
    def read(cls, node: Node) -> Self:
        if isinstance(node, Sequence):
            return cls(node.where, read(tuple[ExpectedRecord, ...], node), (), None, exact=False)
        if isinstance(node, Mapping) and not any(key.text in _FORM for key, _ in node.entries):
            next_step = "write a list: [{…}, …]; or a form: {count: 3, includes: [{…}]}"
            raise Invalid(Problem("a record alone", node.where, "a list of records", next_step=next_step))
        form: RecordsForm = read_model(RecordsForm, node)
        return cls(node.where, form.records, form.includes, form.count, bool(form.exact.value))


class AlertForm(Model, frozen=True):
    """What a test may say of an event of an episode."""

    opened: Annotated[Name | None, Doc("the rule whose episode opens")]
    resolved: Annotated[Name | None, Doc("the rule whose episode resolves")]
    key: Annotated[tuple[KeyValue, ...] | None, Doc("values of the rule's key; left out: any")]
    at: Annotated[Moment | None, Doc("event time; left out: any")]
    summary: Annotated[Text | None, Doc("the whole summary; left out: any")]


class ExpectedAlert(Model, frozen=True):
    """One event of an episode: `{opened: rule, at: 12s}`."""

    rest: ClassVar[type] = AlertForm
    kind: str
    rule: Name
    key: tuple[KeyValue, ...] | None
    at: Moment | None
    summary: Text | None
    where: Location

    @classmethod
    def read(cls, node: Node) -> Self:
        form: AlertForm = read_model(AlertForm, node)
        rules = {kind: rule for kind, rule in (("opened", form.opened), ("resolved", form.resolved)) if rule}
        if len(rules) != 1:
            raise Invalid(
                Problem("an alert is either opened or resolved", node.where, "opened: RULE or resolved: RULE")
            )
        ((kind, rule),) = rules.items()
        return cls(kind, rule, form.key, form.at, form.summary, node.where)


class DeadLetterForm(Model, frozen=True):
    """What a test may say of a dead letter."""

    reason: Annotated[Text | None, Doc("a part of the reason; left out: any")]
    step: Annotated[Name | None, Doc("the step that failed; left out: any")]
    field: Annotated[Name | None, Doc("the field that was wrong; left out: any")]
    raw: Annotated[
        Text | None,
        Doc("a part of the record, of bytes that are no text also in hexadecimal, as 81 a1 61; left out: any"),
    ]


class ExpectedDeadLetter(Model, frozen=True):
    """A record that could not be processed."""

    rest: ClassVar[type] = DeadLetterForm
    where: Location
    reason: Text | None
    step: Name | None
    field: Name | None
    raw: Text | None

    @classmethod
    def read(cls, node: Node) -> Self:
        form: DeadLetterForm = read_model(DeadLetterForm, node)
        return cls(node.where, form.reason, form.step, form.field, form.raw)


class ExpectedDeadLetters(Model, frozen=True):
    """How many there are, or each of them in order."""

    rest: ClassVar[type] = DeadLetterForm
    where: Location
    count: Count | None
    letters: tuple[ExpectedDeadLetter, ...]

    @classmethod
    def read(cls, node: Node) -> Self:
        if isinstance(node, Scalar):
            return cls(node.where, Count.read(node), ())
        letters: tuple[Any, ...] = read(tuple[ExpectedDeadLetter, ...], node)
        return cls(node.where, None, letters)


class Expectation(Model, frozen=True):
    """All that is compared. Alerts and dead letters that are not expected are failures, too."""

    outputs: Annotated[dict[LabelName, ExpectedRecords], Doc("records by output; one left out: any", default="{}")]
    steps: Annotated[
        dict[StepInput, ExpectedRecords], Doc("records that a step or route.branch passed on", default="{}")
    ]
    alerts: Annotated[tuple[ExpectedAlert, ...], Doc("events of episodes, in order", default="[]")]
    notifications: Annotated[
        tuple[ExpectedNotification, ...] | None, Doc("what people are told, in order; left out: not looked at")
    ]
    dead_letters: Annotated[ExpectedDeadLetters, Doc("how many, or a list", default="0")]
