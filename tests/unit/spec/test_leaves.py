from __future__ import annotations

from typing import Any

import pytest

from edge_orch.errors import Invalid, Location
from edge_orch.spec.amounts import Duration, PositiveDuration, Size
from edge_orch.spec.job import Priority
from edge_orch.spec.leaves import Constant, Flag, Integer, JobName, LabelName, Leaf, Name, Number, Sql, Text
from edge_orch.spec.nodes import Scalar, Sequence
from edge_orch.spec.sources import Qos

HERE = Location("job.yaml", 1, 1)


@pytest.mark.parametrize(
    ("leaf", "text", "value"),
    [
        (Text, "abc", "abc"), (Name, "on", "on"), (Name, "a_1", "a_1"), (JobName, "a-b", "a-b"),
        (LabelName, "X-Api.v1", "X-Api.v1"), (Integer, "-3", -3), (Qos, "2", 2), (Number, "3", 3.0),
        (Number, "1e3", 1000.0), (Flag, "true", True), (Duration, "1h30m", 5_400_000_000), (Duration, "0s", 0),
        (PositiveDuration, "1ms", 1000), (Size, "512MiB", 512 << 20), (Size, "1 GB", 10**9), (Size, "7B", 7),
        (Sql, "a > 1", "a > 1"), (Sql, "4", "4"), (Priority, "low", "low"), (Constant, "1:30", "1:30"),
    ],
)  # fmt: skip
def test_a_leaf_reads_its_value(leaf: type[Leaf], text: str, value: Any) -> None:
    found = leaf.read(Scalar(text, HERE)).value
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (Text, "5"), (Text, "true"), (Text, ""), (Name, "a-b"), (Name, "1a"), (Name, "a" * 64), (JobName, "A"),
        (JobName, "a-"), (LabelName, "/x"), (Integer, "1.0"), (Integer, "true"), (Integer, "9" * 30), (Qos, "3"),
        (Number, "abc"), (Number, "true"), (Number, ".nan"), (Number, ".inf"), (Number, "9" * 400), (Flag, "yes"),
        (Duration, "10"), (Duration, "ten"), (Duration, ""), (Duration, "-5s"), (Duration, "9" * 400 + "s"),
        (Duration, "200000d"), (PositiveDuration, "0s"), (Size, "512"), (Size, "512mib"), (Size, "1.5GiB"),
        (Sql, ""), (Priority, "urgent"), (Constant, ""),
    ],
)  # fmt: skip
def test_a_leaf_refuses_what_it_is_not(leaf: type[Leaf], text: str) -> None:
    with pytest.raises(Invalid) as error:
        leaf.read(Scalar(text, HERE))
    assert error.value.problems[0].where == HERE


@pytest.mark.parametrize(
    ("leaf", "node", "next_step"),
    [
        (Number, Scalar("8.5", HERE, plain=False), "write 8.5 without quotes"),
        (Integer, Scalar("8.5", HERE, plain=False), "write a whole number in its place"),
        (Flag, Scalar("true", HERE, plain=False), "write true without quotes"),
        (Number, Scalar("low", HERE), "write a number in its place"),
        (Number, Scalar("", HERE), "give it a value, or leave out its key"),
        (Number, Sequence((), HERE), "write a number in its place"),
        (Text, Scalar("5", HERE), "put it in quotes"),
    ],
)
def test_a_wrong_type_has_a_next_step(leaf: type[Leaf], node: Scalar | Sequence, next_step: str) -> None:
    with pytest.raises(Invalid) as error:
        leaf.read(node)
    assert error.value.problems[0].next_step == next_step


def test_a_list_is_no_leaf() -> None:
    with pytest.raises(Invalid, match="a list"):
        Text.read(Sequence((), HERE))
