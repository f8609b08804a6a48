"""SQL text → sqlglot's syntax tree of one expression. The only module that knows how to drive sqlglot."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import methodcaller
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parser import Parser as SqlParser

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.expr.cases import CaseParser
from edge_orch.expr.casts import NAMES
from edge_orch.expr.elements import OVER_ELEMENTS, ElementParser
from edge_orch.expr.misread import BEFORE, BRACKET, misread
from edge_orch.spec.leaves import Sql

MAX_LENGTH = 8_000
MAX_DEPTH = 64
_MAX_BRACKETS = 32
_CUT_OFF = "YAML takes ` #` and what follows for a comment: put the whole value in quotes"
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


def _operator(name: str) -> Callable[[SqlParser, exp.Expression, exp.Expression], exp.Expression]:
    return lambda _, left, right: exp.Anonymous(this=name, expressions=[left, right])


_JSON = {"ARROW": _operator("json_extract"), "DARROW": _operator("json_extract_string")}


class _Jobs(Dialect):
    """SQL in which every call is left as it is written: the allow-list alone says what functions there are."""

    class Parser(CaseParser, ElementParser):
        FUNCTIONS = {}  # noqa: RUF012 (sqlglot's own declaration)
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012
        FUNCTION_PARSERS = {  # noqa: RUF012
            **{name: SqlParser.FUNCTION_PARSERS[name] for name in ("CAST", "TRY_CAST", "EXTRACT", "POSITION")},
            **{name.upper(): methodcaller("over_elements", name) for name in OVER_ELEMENTS},
        }
        # Types that nest make the parser try each bracket in two ways: 31 of `struct(` would take for ever.
        TYPE_TOKENS = {  # noqa: RUF012
            token
            for token in SqlParser.TYPE_TOKENS - SqlParser.NESTED_TYPE_TOKENS - SqlParser.STRUCT_TYPE_TOKENS
            if token.name in NAMES
        }
        NESTED_TYPE_TOKENS = set()  # noqa: RUF012
        STRUCT_TYPE_TOKENS = set()  # noqa: RUF012
        LAMBDAS = {}  # noqa: RUF012 (`->` is for JSON, but in `OVER_ELEMENTS`)
        # In SQL `%` binds as `*` and `/` do; sqlglot counts it among `+` and `-`.
        TERM = {  # noqa: RUF012
            token: made for token, made in SqlParser.TERM.items() if made is not exp.Mod
        }
        FACTOR = {  # noqa: RUF012
            **SqlParser.FACTOR,
            **{token: made for token, made in SqlParser.TERM.items() if made is exp.Mod},
        }
        COLUMN_OPERATORS = {  # noqa: RUF012 (sqlglot would parse JSON paths itself, and log their mistakes)
            **{token: parse for token, parse in SqlParser.COLUMN_OPERATORS.items() if token.name in {"DOT", "DCOLON"}},
            **{token: _JSON[token.name] for token in SqlParser.COLUMN_OPERATORS if token.name in _JSON},
        }
        NO_PAREN_FUNCTION_PARSERS = {"CASE": methodcaller("case")}  # noqa: RUF012

        def validate_expression(self, expression: Any, args: Any = None) -> Any:
            """As sqlglot's, which tells what is missing in the order of a set: of several, always the same is told."""
            for message in sorted(expression.error_messages(args), key=methodcaller("startswith", BEFORE)):
                self.raise_error(message)
            return expression


def parse_sql(sql: Sql) -> exp.Expression:
    """The tree of the one expression in `sql`. Raises `Invalid` that points at the token which does not fit."""
    text = sql.value
    if len(text) > MAX_LENGTH:
        raise Invalid(Problem(f"longer than {MAX_LENGTH} characters", sql.where, next_step="split it over steps"))
    if _bracket_depth(text) > _MAX_BRACKETS:
        raise _too_deep(sql)
    try:
        trees = _Jobs().parse_into(exp.Condition, text)
    except ParseError as error:
        raise _syntax_problem(sql, error) from None
    except SqlglotError:
        next_step = "close every quote; a quote inside text is written twice: 'it''s'"
        next_step = _CUT_OFF if sql.node.comment else next_step
        where = sql.node.at(_open_quote(text))
        raise Invalid(Problem("cannot be read as SQL", where, next_step=next_step)) from None
    except RecursionError:
        raise _too_deep(sql) from None
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, exp.Expression):
        what = "more than one expression" if trees[1:] else "no expression"
        raise Invalid(Problem(what, sql.where, "one SQL expression", repr(text)))
    if _depth(tree) > MAX_DEPTH:
        raise _too_deep(sql)
    return tree


def place_of(sql: Sql, node: exp.Expression, into: int | None = None) -> Location:
    """Where `node` begins in the file; or, if that is a text, where its character `into` stands."""
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    if isinstance(node, exp.Placeholder | exp.Parameter):
        sign = "[?]" if node.name == "?" else ":" if isinstance(node, exp.Placeholder) else "@"
        name = "" if node.name == "?" else rf"\s*{re.escape(node.name)}(?!\w)"
        match = re.search(sign + name, sql.value)
        starts = [match.start()] if match else []
    start = _opened(sql.value, node, min(starts, default=0))
    if into is not None and isinstance(node, exp.Literal):
        start += 1 + into + node.name.count("'", 0, into)  # the quote before it, and those that are written twice
    return sql.node.at(start)


_OPENINGS: dict[type[exp.Expression], str] = {
    exp.Extract: r"(?i)\bextract\s*\(\s*\w+\s+from\s*$",
    exp.Cast: r"(?i)\b(try_)?cast\s*\(\s*$",
    exp.TryCast: r"(?i)\b(try_)?cast\s*\(\s*$",
    exp.Case: r"(?i)\bcase\s+(when\s+)?$",
}


def _opened(text: str, node: exp.Expression, start: int) -> int:
    """Where what begins with `node` begins, given the place of its first name: the parser forgets that of words."""
    first: exp.Expression | None = node
    while first is not None and type(first) not in _OPENINGS:
        first = first.this if isinstance(first.this, exp.Expression) else None
    opening = re.search(_OPENINGS[type(first)], text[:start]) if first else None
    return opening.start() if opening else start


def _bracket_depth(text: str) -> int:
    depth = deepest = 0
    for character in _QUOTED.sub("", text):
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _depth(tree: exp.Expression) -> int:
    level: list[exp.Expression] = [tree]
    depth = 0
    while level:
        depth += 1
        level = [child for node in level for child in node.iter_expressions()]
    return depth


def _too_deep(sql: Sql) -> Invalid:
    return Invalid(Problem("nested too deeply", sql.where, f"at most {MAX_DEPTH} levels", "", "split it over steps"))


def _syntax_problem(sql: Sql, error: ParseError) -> Invalid:
    details = error.errors[0] if error.errors else {}
    token = details.get("highlight") or ""
    lines = sql.value.splitlines(keepends=True)
    above = sum(map(len, lines[: (details.get("line") or 1) - 1]))
    offset = max(0, above + (details.get("col") or 1) - len(token))
    bare = _QUOTED.sub(lambda quoted: quoted[0][0] * len(quoted[0]), sql.value)
    bracket = _open_bracket(bare)
    if bracket is not None:
        next_step = _CUT_OFF if sql.node.comment else BRACKET if sql.node.plain else "close it"
        raise Invalid(
            Problem("not an SQL expression: a bracket is not closed", sql.node.at(bracket), "", "", next_step)
        )
    description = str(details.get("description") or "")
    operator = re.search(r"([-+*/%<>=!|&^~]+)\s*$", bare[:offset]) if description.startswith(BEFORE) else None
    if operator:
        token, offset = operator[1], operator.start()
    what, next_step = misread(_QUOTED.sub("''", sql.value), token, description)
    if sql.node.comment and not sql.value[offset + len(token) :].strip():
        next_step = _CUT_OFF
    return Invalid(Problem(f"not an SQL expression: {what}", sql.node.at(offset), next_step=next_step))


def _open_bracket(bare: str) -> int | None:
    """Where the bracket stands that is never closed."""
    open_ones: list[int] = []
    for place, character in enumerate(bare):
        if character == "(":
            open_ones.append(place)
        elif character == ")" and open_ones:
            open_ones.pop()
    return open_ones[0] if open_ones and bare.count("(") > bare.count(")") else None


def _open_quote(text: str) -> int:
    """Where the quote stands that is never closed; 0 if there is none."""
    match = re.search("['\"]", _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), text))
    return match.start() if match else 0
