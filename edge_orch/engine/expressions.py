"""Expressions → Python expressions, with SQL's three-valued logic.

Values are written so that None is NULL. Conditions (`true`, `false`) are written as plain Python truth, which is
shorter: NULL is neither. Whether a value can be NULL is worked out here and taken from no plan, so that a wrong
`required` cannot make generated code fail. Parameters and what is made only of them are read once per call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import msgspec

from edge_orch.engine import functions
from edge_orch.engine.calls import cast, json, number, text
from edge_orch.engine.code import NULL, Code, literal, written
from edge_orch.engine.element_expressions import ELEMENTWISE, WHOLE, Elements
from edge_orch.engine.json_expressions import array_of, member_of, object_of
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.trees import between, flat, is_constant
from edge_orch.engine.writer import FunctionWriter, Names
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.expression import Call, Column, Context, Expression, Literal, Param
from edge_orch.plan.schema import FieldType

MOMENT = {
    "source.received_at": "moment.now.wall_us",
    "source.clock": "moment.now.quality._value_",
    "source.boot": "moment.now.boot",
}
"""Contexts that rows of an aggregate have as well: of the call in which they come out."""
_OPPOSITE = {"eq": "!=", "ne": "==", "lt": ">=", "le": ">", "gt": "<=", "ge": "<"}
_RANGES = {FieldType.INT: "SMALLEST <= {0} <= LARGEST", FieldType.TIMESTAMP: "EARLIEST_US <= {0} <= LATEST_US"}


class Surroundings(msgspec.Struct, frozen=True):
    """What all expressions of a plan share: names, the place of each parameter in PARAMS, the `device` root."""

    names: Names
    params: dict[str, int]
    device: dict[str, str]


class ExpressionWriter:
    """Writes the expressions of one step in one generated function."""

    def __init__(self, surroundings: Surroundings, function: FunctionWriter, scope: Scope | None = None) -> None:
        self.may_overflow = False
        self._names = surroundings.names
        self._surroundings = surroundings
        self._function = function
        self._columns = scope.columns if scope else {}
        self._elements: dict[tuple[str, str], Symbol] = {}
        self._in_main = scope is not None and scope.in_main
        self._sourced = scope is not None and scope.sourced

    def value(self, node: Expression) -> Code:
        """Code that gives the value, or None for NULL."""
        match node:
            case Literal():
                return literal(node.value)
            case Column():
                symbol = self._columns[node.name]
                return Code(symbol.code, symbol.nullable, atom=True)
            case Param():
                place = self._surroundings.params[node.name]
                return Code(self._function.once(f"p{place}", f"PARAMS[{place}]"), False, atom=True, constant=True)
            case Context():
                return self._context_value(node.path)
            case Call():
                return self._hoisted(self._call(node))

    def true(self, node: Expression) -> str:
        """A condition that holds exactly when the expression is TRUE."""
        return self._truth(node, wanted=True)

    def false(self, node: Expression) -> str:
        """A condition that holds exactly when the expression is FALSE."""
        return self._truth(node, wanted=False)

    def _truth(self, node: Expression, *, wanted: bool) -> str:
        if isinstance(node, Call):
            if node.function in ("and", "or"):
                sign = "and" if (node.function == "and") is wanted else "or"
                operands = [self._truth(part, wanted=wanted) for part in flat(node)]
                return "(" + f" {sign} ".join(operands) + ")"
            if node.function == "not":
                return self._truth(node.args[0], wanted=not wanted)
            if node.function in functions.COMPARISONS:
                sign = functions.COMPARISONS[node.function] if wanted else _OPPOSITE[node.function]
                args, checks = self._arguments(node.args, "is not None")
                return "(" + " and ".join([*checks, f"{args[0]} {sign} {args[1]}"]) + ")"
            if node.function == "between":
                return self._truth(between(node), wanted=wanted)
        code = self.value(node)
        if code.nullable:
            return f"({code.text} is {wanted})"
        return code.text if wanted else f"(not {code.text})"

    def _call(self, node: Call) -> Code:
        name, args = node.function, node.args
        special: dict[str, Callable[[], Code]] = {
            "and": lambda: self._junction(flat(node), conjunction=True),
            "or": lambda: self._junction(flat(node), conjunction=False),
            "not": lambda: self._strict(args, lambda code: f"(not {code[0]})"),
            "is_null": lambda: self._is_null(args[0]),
            "in": lambda: self._membership(args),
            "between": lambda: self._call(between(node)),
            "case": lambda: self._case(args, node.type),
            "coalesce": lambda: self._coalesce(args, node.type),
            "nullif": lambda: self._nullif(args),
            "greatest": lambda: self._extreme(number.largest_of, args, node.type),
            **dict.fromkeys(functions.MADE, lambda: self._made(name, *args)),
            "json_object": lambda: self._json(object_of(args, self.value, self._names)),
            "json_array": lambda: self._json(array_of(args, self.value, self._names)),
            **dict.fromkeys(ELEMENTWISE, lambda: self._each(name, args)),
            "least": lambda: self._extreme(number.smallest_of, args, node.type),
        }
        if name in special:
            return special[name]()
        if name in functions.ARITHMETIC:
            return self._arithmetic(functions.ARITHMETIC[name], args, node.type)
        if name.startswith("cast_"):
            return self._cast(args[0], node.type)
        function = functions.STRICT.get(name)
        if function is None:
            raise Invalid(Problem("the plan calls a function this engine does not know", found=name))
        if name == "like" and isinstance(args[1], Literal) and isinstance(args[1].value, str):
            matcher = self._names.bind("k", text.like_pattern(args[1].value).fullmatch)
            return self._strict(args[:1], lambda code: f"({matcher}({code[0]}) is not None)")
        if function.call is None:
            return self._strict(args, lambda code: function.template.format(*code))
        if function.may_overflow and node.type is FieldType.INT:
            self.may_overflow = True
        called = self._names.bind(name + "_", function.call)
        return self._strict(args, lambda code: f"{called}({', '.join(code)})", may_fail=function.may_fail)

    def _strict(
        self, args: Sequence[Expression], template: Callable[[list[str]], str], *, may_fail: bool = False
    ) -> Code:
        """A value that is NULL when an argument is."""
        texts, checks = self._arguments(args, "is None")
        result = template(texts)
        if checks:
            result = f"(None if {' or '.join(checks)} else {result})"
        return Code(result, may_fail or bool(checks), constant=self._constant(args))

    def _arguments(self, args: Sequence[Expression], test: str) -> tuple[list[str], list[str]]:
        """The arguments' code, and NULL checks to make before it is used; what is checked is evaluated once."""
        texts: list[str] = []
        checks: list[str] = []
        for arg in args:
            code = self.value(arg)
            if not code.nullable:
                texts.append(code.text)
            elif code.atom:
                texts.append(code.text)
                checks.append(f"{code.text} {test}")
            else:
                temporary = self._names.fresh("t")
                texts.append(temporary)
                checks.append(f"({temporary} := {code.text}) {test}")
        return texts, checks

    def _arithmetic(self, sign: str, args: Sequence[Expression], type_: FieldType) -> Code:
        result = self._names.fresh("t")
        if type_ is FieldType.FLOAT:
            test, otherwise = "-INF < {0} < INF", "None"
        elif type_ is FieldType.INT:
            test, otherwise = _RANGES[type_], "overflow()"
            self.may_overflow = True
        else:
            test, otherwise = _RANGES[FieldType.TIMESTAMP], "None"

        def template(code: list[str]) -> str:
            return f"({result} if {test.format(f'({result} := {code[0]} {sign} {code[1]})')} else {otherwise})"

        return self._strict(args, template, may_fail=otherwise == "None")

    def _junction(self, operands: Sequence[Expression], *, conjunction: bool) -> Code:
        codes = [self.value(operand) for operand in operands]
        if not any(code.nullable for code in codes):
            sign = " and " if conjunction else " or "
            return Code("(" + sign.join(code.text for code in codes) + ")", False, constant=_all_constant(codes))
        decisive, neutral = (False, True) if conjunction else (True, False)
        names = [self._names.fresh("t") for _ in codes]
        decides = " or ".join(f"({name} := {code.text}) is {decisive}" for name, code in zip(names, codes, strict=True))
        unknown = " or ".join(f"{name} is None" for name, code in zip(names, codes, strict=True) if code.nullable)
        return Code(f"({decisive} if {decides} else None if {unknown} else {neutral})", True)

    def _membership(self, args: Sequence[Expression]) -> Code:
        """`x IN (…)`: NULL when x is, or when nothing equals it and something in the list is NULL."""
        values = [arg.value for arg in args[1:] if isinstance(arg, Literal) and arg.value is not None]
        if len(values) == len(args) - 1:
            members = self._names.bind("k", frozenset(values))
            return self._strict(args[:1], lambda code: f"({code[0]} in {members})")
        if len(args) == 1:
            return self._strict(args, lambda code: f"({code[0]} is None)")  # in an empty list: false
        equal = tuple(Call("eq", (args[0], arg), FieldType.BOOL) for arg in args[1:])
        return self._junction(equal, conjunction=False)

    def _is_null(self, arg: Expression) -> Code:
        code = self.value(arg)
        if code.atom and not code.nullable:
            return Code("False", False, atom=True, constant=True)
        return Code(f"({code.text} is None)", False)

    def _case(self, args: Sequence[Expression], type_: FieldType) -> Code:
        otherwise = self._typed(args[-1], type_) if len(args) % 2 else NULL
        parts, nullable = [], otherwise.nullable
        for condition, result in zip(args[0:-1:2], args[1::2], strict=False):
            code = self._typed(result, type_)
            nullable = nullable or code.nullable
            parts.append(f"{code.text} if {self.true(condition)} else ")
        return Code("(" + "".join(parts) + otherwise.text + ")", nullable)

    def _coalesce(self, args: Sequence[Expression], type_: FieldType) -> Code:
        parts: list[str] = []
        for arg in args:
            code = self._typed(arg, type_)
            if not code.nullable:
                return Code("(" + "".join(parts) + code.text + ")", False)
            name = code.text if code.atom else self._names.fresh("t")
            test = name if code.atom else f"({name} := {code.text})"
            parts.append(f"{name} if {test} is not None else ")
        return Code("(" + "".join(parts) + "None)", True)

    def _each(self, name: str, args: Sequence[Expression]) -> Code:
        """A function of an array or object, and of what is said of each part, by the names that come behind."""
        array, body, *named = args
        known = Elements(self._names, name, body, [written(each, "a name") for each in named])
        inner = copy(self)
        inner._columns = {**self._columns, **known.columns}
        inner._elements = known.wholes
        said = inner.true(body) if name.endswith("_filter") else member_of(body, inner.value, self._names)
        self.may_overflow = inner.may_overflow
        code = self._strict((array,), lambda code: known.call(code[0], said), may_fail=True)
        return msgspec.structs.replace(code, constant=False)

    def _nullif(self, args: Sequence[Expression]) -> Code:
        equal = self.true(Call("eq", (args[0], args[1]), FieldType.BOOL))
        return Code(f"(None if {equal} else {self.value(args[0]).text})", True)

    def _extreme(self, choose: Callable[..., Any], args: Sequence[Expression], type_: FieldType) -> Code:
        codes = [self._typed(arg, type_) for arg in args]
        inner = ", ".join(code.text for code in codes)
        called = self._names.bind("k", choose)
        return Code(f"{called}({inner})", all(code.nullable for code in codes))

    def _cast(self, arg: Expression, target: FieldType) -> Code:
        if arg.type is target:
            return self.value(arg)
        called = self._names.bind("cast_", cast.cast(arg.type, target))
        return self._strict((arg,), lambda code: f"{called}({code[0]})", may_fail=cast.may_fail(arg.type, target))

    def _json(self, made: str) -> Code:
        return Code(f"{self._names.bind('k', json.json_text)}({made})", False)

    def _made(self, name: str, arg: Expression, *how: Expression) -> Code:
        """A function that is made once, of constant texts: a time zone, a form of timestamps, a path, a network."""
        said = [written(each, "a time zone, a form, a path or a network") for each in how]
        if said == [WHOLE] and isinstance(arg, Column) and (name, arg.name) in self._elements:
            symbol = self._elements[name, arg.name]
            return Code(symbol.code, symbol.nullable, atom=True)
        called = self._names.bind("k", functions.MADE[name](*said))
        return self._strict((arg,), lambda code: f"{called}({code[0]})", may_fail=name not in functions.SURE)

    def _typed(self, arg: Expression, type_: FieldType) -> Code:
        """The value, as a float where integers meet floats."""
        if arg.type is FieldType.INT and type_ is FieldType.FLOAT:
            return self._cast(arg, type_)
        return self.value(arg)

    def _context_value(self, path: str) -> Code:
        if path in self._surroundings.device:
            return literal(self._surroundings.device[path])
        root, _, name = path.partition(".")
        if path in MOMENT:
            return Code(self._function.once(self._names.fresh("x"), MOMENT[path]), False, atom=True, constant=True)
        if root != "source" or not self._sourced:
            return NULL
        if name == "partition":
            return Code("partition", not self._in_main, atom=True, constant=True)
        key = self._names.bind("k", name)
        return Code(self._function.once(self._names.fresh("x"), f"context.get({key})"), True, atom=True, constant=True)

    def _constant(self, args: Sequence[Expression]) -> bool:
        return all(is_constant(arg) for arg in args)

    def _hoisted(self, code: Code) -> Code:
        if not code.constant or code.atom or "overflow()" in code.text or self.may_overflow:
            return code
        return Code(self._function.once(self._names.fresh("h"), code.text), code.nullable, atom=True, constant=True)


def _all_constant(codes: Sequence[Code]) -> bool:
    return all(code.constant for code in codes)
