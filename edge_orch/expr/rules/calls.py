"""Calls of allow-listed functions, `||`, EXTRACT and AT TIME ZONE."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from ipaddress import ip_network
from typing import TYPE_CHECKING

from sqlglot import exp

from edge_orch.expr import casts
from edge_orch.expr.conversion import NUMBERS, is_required
from edge_orch.expr.functions import AGGREGATES, ELSEWHERE, FUNCTIONS, MEMBERS, SYNONYMS, Function, Kind
from edge_orch.expr.library import aggregates
from edge_orch.expr.rules.arithmetic import interval
from edge_orch.expr.rules.domains import refuse_outside
from edge_orch.expr.rules.elements import over_elements
from edge_orch.expr.rules.names import NO_CLOCK, RECORD_TIME
from edge_orch.expr.rules.rule import Rule
from edge_orch.expr.rules.vain import refuse_division_by_zero, refuse_vain_call
from edge_orch.plan.backtracking import longest_text
from edge_orch.plan.expression import Call, Expression, Literal, is_json
from edge_orch.plan.forms import DIRECTIVES, WRITTEN
from edge_orch.plan.json_path import parse_json_path
from edge_orch.plan.schema import FieldType
from edge_orch.spec.reading import gathered
from edge_orch.spec.regexes import regex_mistake
from edge_orch.spec.words import did_you_mean
from edge_orch.spec.zones import is_zone, zone_meant

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker

_UNJOINED = {name.replace("_", ""): meant for name, meant in ELSEWHERE.items()}
"""The same names as camels have them: `parseFloat`."""
_ALL = "`edge-orch list components --kind function` shows all there are"


def _anonymous(checker: Checker, node: exp.Anonymous) -> Expression:
    return _call(checker, node, str(node.this).lower(), node.expressions)


def _extract(checker: Checker, node: exp.Extract) -> Expression:
    return _call(checker, node, "extract", [exp.Literal.string(node.this.name), node.expression])


def _at_time_zone(checker: Checker, node: exp.AtTimeZone) -> Expression:
    return _call(checker, node, "at_time_zone", [node.this, node.args["zone"]])


def _call(checker: Checker, node: exp.Expression, name: str, nodes: list[exp.Expression]) -> Expression:
    of_one_record = name in FUNCTIONS and len(nodes) > 1  # bit_or(x, y)
    if aggregates.SYNONYMS.get(name, name) in AGGREGATES and not of_one_record:
        next_step = "use it alone, in the compute of an aggregate, moving or running; combine results in a map after it"
        raise checker.problem(node, f"the aggregate `{name}` cannot stand here", next_step=next_step)
    if name in NO_CLOCK:
        raise checker.problem(node, f"`{name}` is not a function of the record", next_step=RECORD_TIME)
    name = SYNONYMS.get(name, name)
    if name not in FUNCTIONS:
        as_written = node.this if isinstance(node, exp.Anonymous) else name
        elsewhere = ELSEWHERE.get(name) or _UNJOINED.get(name) or _aggregated(name)
        next_step = elsewhere or did_you_mean(name, FUNCTIONS, _ALL)
        raise checker.problem(node, f"unknown function `{as_written}`", next_step=next_step)
    function = FUNCTIONS[name]
    least, most = len(function.args) - function.optional, len(function.args)
    if len(nodes) < least or (len(nodes) > most and not function.variadic):
        what = f"wrong number of arguments for `{name}`"
        raise checker.problem(node, what, function.doc, f"{len(nodes)} argument{'s' if len(nodes) != 1 else ''}")
    if "lambda" in function.args:
        return over_elements(checker, name, nodes)
    if name == "json_object":
        _check_keys(checker, node, nodes)
    return _applied(checker, name, function, nodes)


def _aggregated(name: str) -> str:
    """What to write for the name of an aggregate of others'; empty if it is none."""
    meant = aggregates.ELSEWHERE.get(name)
    return f"in an aggregate, {meant}" if meant else ""


def _check_keys(checker: Checker, node: exp.Expression, nodes: list[exp.Expression]) -> None:
    expected = "json_object('key', x, 'key', y)"
    if len(nodes) % 2:
        raise checker.problem(node, "a key without a value", expected)
    for key in nodes[::2]:
        checker.expect(key, checker.check(key), frozenset({FieldType.STRING}), "a key")


def _applied(checker: Checker, name: str, function: Function, nodes: list[exp.Expression]) -> Expression:
    if function.args[:1] == ("unit",):
        _refuse_unit_behind(checker, name, function, nodes)
    kinds = [function.args[min(index, len(function.args) - 1)] for index in range(len(nodes))]
    pairs = list(zip(nodes, kinds, strict=True))
    args = gathered(pairs, lambda pair: _argument(checker, name, function, *pair))
    refuse_vain_call(checker, name, nodes)
    refuse_outside(checker, name, nodes)
    if name == "mod":
        refuse_division_by_zero(checker, nodes[1])
    if name == "concat":
        return _joined(args)
    if name == "to_json":
        return _as_json(args[0])
    shared = [index for index, kind in enumerate(kinds) if kind in {"same", "same_number"}]
    if shared:
        alike = checker.unified([nodes[i] for i in shared], [args[i] for i in shared], f"the arguments of {name}")
        for index, value in zip(shared, alike, strict=True):
            args[index] = value
        if name in {"greatest", "least"}:
            checker.ordered(nodes[0], args[0], name)
    given = map(is_required, args)
    required = function.null != "may_fail" and (any(given) if function.null == "all" else all(given))
    required = required or function.null == "never"
    if "regex" in function.args and isinstance(args[1], Literal):
        # A text that is too long for an expression that backtracks gives NULL.
        required = required and longest_text(str(args[1].value), anywhere=True) is None
    return Call(_planned(name, function, args), tuple(args), function.result or args[shared[0]].type, required)


def _refuse_unit_behind(checker: Checker, name: str, function: Function, nodes: list[exp.Expression]) -> None:
    """Raise `Invalid` for `date_trunc(ts, 'hour')`."""
    first, second = nodes[:2]
    told = isinstance(second, exp.Literal) and second.name.lower() in function.units
    if told and not (isinstance(first, exp.Literal) and first.is_string):
        raise checker.problem(second, f"the unit stands first in {name}", function.doc, "", "exchange them")


def _as_json(value: Expression) -> Expression:
    """What is JSON stays as it is; a timestamp becomes the text that it is in a record."""
    if is_json(value):
        return value
    if value.type is FieldType.TIMESTAMP:
        value = casts.to_string(value)
    return Call("to_json", (value,), FieldType.STRING, is_required(value))


def _planned(name: str, function: Function, args: list[Expression]) -> str:
    """What the call is named in a plan: an agent from before must refuse what it would misread."""
    if function.full and len(args) == len(function.args):
        return function.full
    if "json_path" in function.args and not isinstance(args[1], Literal):
        return MEMBERS[name]
    form = args[1] if name == "strftime" else None
    parts = re.findall("%(:z|.?)", str(form.value)) if isinstance(form, Literal) else []
    return "strftime_offset" if ":z" in parts else "strftime_ms" if "g" in parts else name


def _argument(checker: Checker, name: str, function: Function, node: exp.Expression, kind: Kind) -> Expression:
    if kind == "length":
        return _length(checker, node)
    value = checker.check(node)
    role = f"an argument of {name}"
    if kind == "unit":
        return _unit(checker, node, value, name, function.units)
    if kind in _LITERALS:
        return _LITERALS[kind](checker, node, value)
    if kind is FieldType.TIMESTAMP and value.type is FieldType.STRING and isinstance(value, Literal):
        return checker.converted(node, value, kind)
    if kind in {"number", "same_number"}:
        return checker.expect(node, value, NUMBERS, role)
    return checker.expect(node, value, frozenset({kind}), role) if isinstance(kind, FieldType) else value


def _length(checker: Checker, node: exp.Expression) -> Literal:
    length = interval(checker, node)
    if not length:
        raise checker.problem(node, "a bin must be longer than 0", "like '15m' or INTERVAL '15' minute")
    return Literal(length, FieldType.INT)


def _unit(checker: Checker, node: exp.Expression, value: Expression, name: str, units: tuple[str, ...]) -> Expression:
    found = str(value.value).lower() if isinstance(value, Literal) else "an expression"
    if found not in units:
        what = f"not a unit of {name}"
        raise checker.problem(node, what, f"one of: {', '.join(units)}", found, did_you_mean(found, units))
    return Literal(found, FieldType.STRING)


def _zone(checker: Checker, node: exp.Expression, value: Expression) -> Expression:
    expected = "an IANA name in quotes, like 'Europe/Berlin'"
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        raise checker.problem(node, "a time zone must be written out", expected, value.type.value)
    if not is_zone(value.value):
        raise checker.problem(node, "unknown time zone", expected, repr(value.value), zone_meant(value.value))
    return value


def _regex(checker: Checker, node: exp.Expression, value: Expression) -> Expression:
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        raise checker.problem(node, "a regular expression must be written out", "text in quotes", value.type.value)
    if mistake := regex_mistake(value.value, anywhere=True):
        found = repr(value.value)
        raise checker.problem(node, mistake.what, mistake.expected, found, mistake.next_step, into=mistake.at)
    return value


def _form(directives: tuple[str, ...], checker: Checker, node: exp.Expression, value: Expression) -> Expression:
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        what = "a form of timestamps must be written out"
        raise checker.problem(node, what, "text in quotes, like '%Y-%m-%d %H:%M:%S'", value.type.value)
    if "%" not in value.value:
        what = "a form of timestamps without a part of one"
        next_step = "write %Y for the year, %m month, %d day, %H hour, %M minute, %S second, %f its fraction"
        raise checker.problem(node, what, "text like '%Y-%m-%d %H:%M:%S'", repr(value.value), next_step)
    for directive in re.findall("%(:z|.?)", value.value):
        if directive not in directives:
            what = f"`%{directive}` is no part of a timestamp"
            raise checker.problem(node, what, f"one of: {', '.join(f'%{one}' for one in directives)}")
    return value


def _network(checker: Checker, node: exp.Expression, value: Expression) -> Expression:
    expected = "a network in quotes, like '10.0.0.0/8' or 'fd00::/8'"
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        raise checker.problem(node, "a network must be written out", expected, value.type.value)
    try:
        ip_network(value.value)
    except ValueError as error:
        raise checker.problem(node, f"not a network: {error}", expected, repr(value.value)) from None
    return value


def _json_path(checker: Checker, node: exp.Expression, value: Expression) -> Expression:
    expected = "a path in quotes, like '$.readings[0].value', or a key"
    if isinstance(value, Literal) and value.type is FieldType.INT:
        return Literal(f"$[{value.value}]", FieldType.STRING)
    if isinstance(value, Call) and value.function == "concat":  # not taken for a key: it looks as if it made a path
        next_step = "a field that names a member stands alone: x ->> name; to join what is found: (x ->> '$.a') || …"
        raise checker.problem(node, "a path must be written out", expected, value.type.value, next_step)
    if not isinstance(value, Literal):
        return checker.expect(node, value, frozenset({FieldType.STRING, FieldType.INT}), "a key")
    if not isinstance(value.value, str):
        raise checker.problem(node, "a path must be written out", expected, value.type.value)
    try:
        parse_json_path(value.value)
    except ValueError as error:
        raise checker.problem(node, f"not a path: it {error}", expected, repr(value.value)) from None
    return value


def _dpipe(checker: Checker, node: exp.DPipe) -> Expression:
    sides = checker.all([node.this, node.expression])
    if all(side.type is FieldType.BOOL for side in sides):
        raise checker.problem(
            node, "|| joins texts", "a text on one side", "bool, bool", "to join conditions, write OR"
        )
    return _joined(sides)


def _joined(values: list[Expression]) -> Expression:
    texts: list[Expression] = []
    for value in values:
        if isinstance(value, Call) and value.function == "concat":
            texts.extend(value.args)  # a || b || c is one call
        else:
            texts.append(value if value.type is FieldType.STRING else casts.to_string(value))
    return Call("concat", tuple(texts), FieldType.STRING, all(map(is_required, texts)))


def _bits(name: str, symbol: str, meant: str, checker: Checker, node: exp.Expression) -> Expression:
    nodes = [node.this, *([node.expression] if node.args.get("expression") else [])]
    args = checker.all(nodes)
    if name == "bit_not" and args[0].type is FieldType.STRING:
        what = "`=~` and `~` are not part of the language"
        raise checker.problem(node, what, next_step="write regexp_like(x, 'regex')")
    for part, arg in zip(nodes, args, strict=True):
        if arg.type is not FieldType.INT:
            raise checker.problem(part, f"wrong type for a side of {symbol}", "int", arg.type.value, meant)
    refuse_outside(checker, name, nodes)
    required = FUNCTIONS[name].null != "may_fail" and all(map(is_required, args))
    return Call(name, tuple(args), FieldType.INT, required)


def _position(checker: Checker, node: exp.StrPosition) -> Expression:
    return _call(checker, node, "strpos", [node.this, node.args["substr"]])


_LITERALS: dict[str, Callable[[Checker, exp.Expression, Expression], Expression]] = {
    "regex": _regex,
    "zone": _zone,
    "form": partial(_form, DIRECTIVES),
    "written_form": partial(_form, WRITTEN),
    "json_path": _json_path,
    "network": _network,
}

RULES: dict[str, Rule] = {
    "BitwiseAnd": partial(_bits, "bit_and", "&", "to join conditions, write AND"),
    "BitwiseOr": partial(_bits, "bit_or", "|", "to join conditions, write OR; to join text, write ||"),
    "BitwiseNot": partial(_bits, "bit_not", "~", "to negate a condition, write NOT"),
    "BitwiseLeftShift": partial(_bits, "shift_left", "<<", "to compare, write a single <"),
    "BitwiseRightShift": partial(_bits, "shift_right", ">>", "to compare, write a single >"),
    "StrPosition": _position,
    "Anonymous": _anonymous,
    "Extract": _extract,
    "AtTimeZone": _at_time_zone,
    "DPipe": _dpipe,
}
