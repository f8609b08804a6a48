"""What is said of each element of a list, or value and key of an object → a Python function of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_orch.engine.calls import lists, objects
from edge_orch.engine.scope import Symbol
from edge_orch.engine.writer import Names
from edge_orch.plan.expression import Call, Column, Expression, Literal
from edge_orch.plan.schema import FieldType

ELEMENTWISE: dict[str, Callable[..., str | None]] = {
    "list_filter": lists.list_filter,
    "list_transform": lists.list_transform,
    "json_filter": objects.json_filter,
    "json_transform": objects.json_transform,
    "json_rename": objects.json_rename,
}
_OF_MEMBERS = {"json_filter", "json_transform", "json_rename"}
WHOLE = "$"


class Elements:
    """The names by which `body` knows an element and its place, and the call in which they have a value.

    Of a member of an object: key and value, where the value is in place of the element, and the key of its place.
    `columns`: their symbols. `wholes`: what `x ->> '$'` and `x -> '$'` are for an element `x`, by function and name:
    the text that `x` is, and its JSON. JSON by any other path is that of the text.
    """

    def __init__(self, names: Names, name: str, body: Expression, named: Sequence[str]) -> None:
        self._names = names
        self._call = ELEMENTWISE[name]
        of_members = name in _OF_MEMBERS
        named = named[::-1] if of_members else named
        self._element, self._place = names.fresh("e"), names.fresh("e")
        self._both = _asks_json(body, named[0])
        text, json = (f"{self._element}[0]", f"{self._element}[1]") if self._both else (self._element, "")
        place = FieldType.STRING if of_members else FieldType.INT
        known = Symbol(text, FieldType.STRING, nullable=True), Symbol(self._place, place, nullable=False)
        self.columns = dict(zip(named, known, strict=False))
        self.wholes = {
            ("json_extract_string", named[0]): known[0],
            ("json_extract", named[0]): Symbol(json, FieldType.STRING, nullable=True),
        }

    def call(self, array: str, said: str) -> str:
        """Code of the call for an array or object, given the code of what is said of each element."""
        called = self._names.bind(self._call.__name__ + "_", self._call)
        told = f", {self._names.bind('k', lists.text_and_json)}" if self._both else ""
        return f"{called}({array}, lambda {self._element}, {self._place}: {said}{told})"


def _asks_json(node: Expression, element: str) -> bool:
    if not isinstance(node, Call):
        return False
    match node.function, node.args:
        case "json_extract", (Column(name=name), Literal(value="$")) if name == element:
            return True
    return any(_asks_json(arg, element) for arg in node.args)
