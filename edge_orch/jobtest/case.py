"""The tests of a job as written beside it: `name.test.yaml` beside `name.yaml`, a list of cases."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.jobtest.expectation import Expectation
from edge_orch.jobtest.json_value import json_value
from edge_orch.jobtest.moment import Moment, Timestamp
from edge_orch.spec.document import parse_document
from edge_orch.spec.leaves import Constant, Flag, JsonSchema, LabelName, Name, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import Doc, read, read_model
from edge_orch.spec.topics import Topic

ANY_TOPIC = "test"
"""The topic of records of which a case does not say where they come from: one that any source takes."""
_CASES = "a list of cases: - name: …"


class PastTopic(Topic, frozen=True):
    """The topic that records came from, which has no wildcards."""

    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1}
    level: ClassVar[str] = r"(?![+#]$).*"
    expected: ClassVar[str] = "the topic of these records, like factory/austin/raw"

    @classmethod
    def mend(cls) -> str:
        return "write a topic that the filter of the source takes: records have one without + and #"


class _Line(Model, frozen=True):
    raw: Any

    @classmethod
    def read(cls, node: Node) -> Self:
        return cls(Text.read(node).value if isinstance(node, Scalar) else json_value(node))


class Lines(Model, frozen=True):
    """Raw records: a list of texts, or one block of text with a record a line.

    A text in a list is one record, whatever line breaks it holds, as a message is; a list or mapping in a list is JSON,
    or MessagePack where the job reads that.
    """

    lines: tuple[str | list[Any] | dict[str, Any], ...]

    @classmethod
    def read(cls, node: Node) -> Self:
        if isinstance(node, Scalar):
            return cls(tuple(str(Text.read(node).value).splitlines()))
        lines: tuple[_Line, ...] = read(tuple[_Line, ...], node)
        return cls(tuple(line.raw for line in lines))


class Hex(Text, frozen=True):
    """A record of bytes."""

    expected: ClassVar[str] = "two hexadecimal digits a byte, such as 81 a1 61 01"

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        try:
            return bytes.fromhex(text).hex()
        except ValueError:
            raise Invalid(Problem("not bytes in hexadecimal", node.where, cls.expected, repr(text))) from None


class Arrival(Model, frozen=True):
    """Records that arrive at one time from one partition; without records, time just passes."""

    at: Annotated[Moment | None, Doc("when; left out: with the one above")]
    topic: Annotated[PastTopic, Doc("topic they come from; it is their partition, too", default=ANY_TOPIC)]
    lines: Annotated[Lines | None, Doc("the records themselves")]
    hex: Annotated[tuple[Hex, ...], Doc("records of bytes, each in hexadecimal: 81 a1 61 01", default="[]")]
    file: Annotated[Text | None, Doc("a file that holds them, relative to the test file")]
    acknowledge: Annotated[Name | None, Doc("an alert rule whose open episodes somebody acknowledges then")]


class CaseDevice(Model, frozen=True):
    """The device on which the job runs in this case."""

    id: Annotated[Text, Doc("id of the device", default="test-device")]
    firmware: Annotated[Text | None, Doc("its firmware; left out: none")]
    labels: Annotated[dict[LabelName, Text], Doc("its labels", default="{}")]


class CaseBody(Model, frozen=True):
    """These inputs at these times lead to these outputs, alerts and dead letters."""

    name: Annotated[Text, Doc("what this case shows")]
    start: Annotated[Timestamp, Doc("when the case begins", default="2026-01-01T00:00:00Z")]
    device: Annotated[CaseDevice, Doc("the device", default="{}")]
    params: Annotated[dict[Name, Constant], Doc("parameters other than by default", default="{}")]
    secrets: Annotated[dict[LabelName, Text], Doc("secrets that steps need: any text will do", default="{}")]
    input: Annotated[tuple[Arrival, ...], Doc("what arrives")]
    finish: Annotated[Flag, Doc("whether the input ends, so that open windows close", default="true")]
    expect: Annotated[Expectation, Doc("what comes of it", default="{}")]


class Case(Model, frozen=True):
    """One test case and where it stands."""

    where: Location
    body: CaseBody

    @classmethod
    def read(cls, node: Node) -> Self:
        body: CaseBody = read_model(CaseBody, node)
        now = body.start.value
        for arrival in body.input:
            if [arrival.file is not None, arrival.lines is not None, bool(arrival.hex)].count(True) > 1:
                next_step = "make two inputs of it"
                where = arrival.file.where if arrival.file else arrival.hex[0].where
                raise Invalid(Problem("records come from `lines`, `hex` or a `file`", where, "", "", next_step))
            if arrival.at is None:
                continue
            at = arrival.at.after(body.start.value)
            if at < now:
                above = "the start of the case" if now == body.start.value else "the one above"
                raise Invalid(Problem("time goes backwards", arrival.at.where, f"a time not before {above}"))
            now = at
        return cls(node.where, body)


def read_cases(text: str, file: str) -> tuple[Case, ...]:
    """The cases in a test file. Raises `Invalid` with all problems of form."""
    root = parse_document(text, file, _CASES)
    cases: tuple[Case, ...] = read(tuple[Case, ...], root)
    if not cases:
        raise Invalid(Problem("no case", root.where, _CASES))
    first: dict[str, Text] = {}
    for case in cases:
        name = first.setdefault(case.body.name.value, case.body.name)
        if name is not case.body.name:
            what = f"two cases are named `{name.value}`"
            raise Invalid(Problem(what, case.body.name.where, "", "", f"rename it here or in line {name.where.line}"))
    return cases
