"""Small plans and versions for tests of the controller."""

from __future__ import annotations

from edge_orch_controller.core.records import JobVersion, RolledOut, Rollout

from edge_orch.plan.expression import Call, Context, Expression, Literal
from edge_orch.plan.plan import Limits, ParamSpec, Plan, Source, digest, encode_plan
from edge_orch.plan.schema import FieldType

HOT = ParamSpec("hot_c", FieldType.FLOAT, 85.0, 0, 200, "operator")
QUORUM = ParamSpec("quorum", FieldType.INT, 4, 1, None, "admin")
FIXED = ParamSpec("unit", FieldType.STRING, "C")


def label_is(label: str, value: str) -> Expression:
    """`label = 'value'`."""
    name = Context(f"device.labels.{label}")
    return Call("eq", (name, Literal(value, FieldType.STRING)), FieldType.BOOL)


def plan(name: str, edition: int = 1, target: Expression | None = None) -> Plan:
    """A plan whose content depends on `edition`."""
    return Plan(
        name=name,
        labels={"edition": str(edition)},
        target=target,
        params=(HOT, QUORUM, FIXED),
        source=Source("mqtt", {"topic": "factory/+/raw"}),
        steps=(),
        outputs=(),
        sinks=(),
        limits=Limits(),
    )


def version(name: str, number: int, target: Expression | None = None) -> JobVersion:
    """Version `number` of a job."""
    data = encode_plan(plan(name, number, target))
    return JobVersion(name, number, digest(data), "text", data, b"envelope", number, "ada")


def rolled_out(name: str, number: int, generation: int, target: Expression | None = None) -> RolledOut:
    """The version with its rollout."""
    found = version(name, number, target)
    return RolledOut(found, Rollout.begin(found, generation, 1, "ada"))
