from __future__ import annotations

from edge_orch.errors import Location
from edge_orch.spec.keys import meant_for, unknown_key
from edge_orch.spec.nodes import Scalar

MISSING = {"gap": "how long a key must be silent"}


def key(text: str) -> Scalar:
    return Scalar(text, Location("f.yaml", 1, 1))


def test_a_key_under_another_name_is_not_missing_as_well() -> None:
    problem = unknown_key(key("gapp"), ["gap"])
    assert meant_for([problem], MISSING, ()) == ([problem], {"gap"})


def test_the_only_unknown_key_is_taken_for_the_only_missing_one() -> None:
    (problem,), told = meant_for([unknown_key(key("silence"), ["gap"])], MISSING, ())
    assert (problem.next_step, told) == ("write gap: how long a key must be silent", {"gap"})


def test_of_two_unknown_keys_none_is_taken_for_the_missing_one() -> None:
    unknown = [unknown_key(key(text), ["gap"]) for text in ("silence", "length")]
    assert meant_for(unknown, MISSING, ()) == (unknown, set())


def test_unknown_keys_belong_below_a_missing_one_whose_keys_are_free() -> None:
    unknown = [unknown_key(key(text), ["routes"]) for text in ("hot", "cold")]
    mended, told = meant_for(unknown, {"routes": "branch: condition"}, {"routes"})
    assert ([one.next_step for one in mended], told) == (["write it below `routes`"] * 2, {"routes"})
