"""Every component is documented, shows itself in an example that compiles, and has its place in every room."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_orch.cli.list import KINDS
from edge_orch.compile import compile_job
from edge_orch.compile.steps import COMPILERS
from edge_orch.plan.plan import Plan
from edge_orch.spec.catalogue import Component, Kind, components
from edge_orch.spec.steps import STEPS
from reference.framing import STAGE, framed

ROOMS = Path(__file__).parents[3] / "edge_orch"
COMPONENTS = components()
IDS = [f"{one.kind}-{one.name}" for one in COMPONENTS]


def compiled(component: Component) -> Plan:
    return compile_job(framed(component), "example.yaml")


@pytest.mark.parametrize("component", COMPONENTS, ids=IDS)
def test_it_says_what_it_is_and_what_its_options_mean(component: Component) -> None:
    assert component.doc
    assert not component.doc.startswith(f"{component.name}("), "a docstring of its own"
    assert all(option.doc and option.type for option in component.options)


@pytest.mark.parametrize("component", COMPONENTS, ids=IDS)
def test_its_example_compiles_in_a_minimal_job(component: Component) -> None:
    assert compiled(component).steps
    starts = (f"{component.name}:", f"{component.name}(")
    assert component.example.startswith(starts), "an example begins with the name of what it shows"


@pytest.mark.parametrize("kind", STEPS)
def test_a_step_has_one_file_of_its_name_in_each_room(kind: str) -> None:
    """`enrich`, `select` and `drop` are the plan's `map`: from there on it is the name that counts."""
    step = next(one for one in COMPONENTS if (one.kind, one.name) == (Kind.STEP, kind))
    in_plan = type(compiled(step).step(STAGE)).__struct_config__.tag
    assert (ROOMS / "spec" / "steps" / f"{kind}.py").is_file()
    assert STEPS[kind].__module__ == f"edge_orch.spec.steps.{kind}"
    compiler = COMPILERS[STEPS[kind]].__module__.removeprefix("edge_orch.compile.steps.")
    assert compiler in {kind, in_plan}
    assert (ROOMS / "plan" / "steps" / f"{in_plan}.py").is_file()
    assert (ROOMS / "engine" / "emit" / f"{in_plan}.py").is_file()


def test_the_command_knows_every_kind() -> None:
    assert tuple(Kind) == KINDS
