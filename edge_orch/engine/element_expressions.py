"""What is said of each element of a list → a Python function of the element and its place."""

from __future__ import annotations

from collections.abc import Sequence

from edge_orch.engine.calls import lists
from edge_orch.engine.scope import Symbol
from edge_orch.engine.writer import Names
from edge_orch.plan.expression import Call, Column, Expression, Literal
from edge_orch.plan.schema import FieldType

ELEMENTWISE = {"list_filter": lists.list_filter, "list_transform": lists.list_transform}
WHOLE = "$"


class Elements:
    """The names by which `body` knows an element and its place, and the call in which they have a value.

    `columns`: their symbols. `wholes`: what `x ->> '$'` and `x -> '$'` are for an element `x`, by function and name:
    the text that `x` is, and its JSON. JSON by any other path is that of the text.
    """

    def __init__(self, names: Names, body: Expression, named: Sequence[str]) -> None:
        self._names = names
        self._element, self._place = names.fresh("e"), names.fresh("e")
        self._both = _asks_json(body, named[0])
        text, json = (f"{self._element}[0]", f"{self._element}[1]") if self._both else (self._element, "")
        known = Symbol(text, FieldType.STRING, nullable=True), Symbol(self._place, FieldType.INT, nullable=False)
        self.columns = dict(zip(named, known, strict=False))
        self.wholes = {
            ("json_extract_string", named[0]): known[0],
            ("json_extract", named[0]): Symbol(json, FieldType.STRING, nullable=True),
        }

    def call(self, name: str, array: str, said: str) -> str:
        """Code of the call for an array, given the code of what is said of each element."""
        called = self._names.bind(name + "_", ELEMENTWISE[name])
        told = f", {self._names.bind('k', lists.text_and_json)}" if self._both else ""
        return f"{called}({array}, lambda {self._element}, {self._place}: {said}{told})"


def _asks_json(node: Expression, element: str) -> bool:
    if not isinstance(node, Call):
        return False
    match node.function, node.args:
        case "json_extract", (Column(name=name), Literal(value="$")) if name == element:
            return True
    return any(_asks_json(arg, element) for arg in node.args)
