"""SQL text → sqlglot's syntax tree of one expression. The only module that knows how to drive sqlglot."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parser import Parser as SqlParser

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.expr.casts import NAMES
from edge_orch.spec.leaves import Sql

MAX_LENGTH = 8_000
MAX_DEPTH = 64
_MAX_BRACKETS = 32
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")

# A habit from another language → what to write here. Looked for where SQL could not be read, outside of quotes.
_MENDING = (
    ("==", "SQL compares with a single ="),
    ("&&", "to join conditions, write AND"),
    (r"\?.*:", "write CASE WHEN … THEN … ELSE … END"),
    (r"(?i)^\s*(select|where|having|from)\b", "write the expression alone"),
    ("[‘’“”]", "write straight quotes: 'x'"),
    (r"\d,\d", "write a decimal point: 0.5"),
    (r"\d\s*%\s*($|\W)", "write 0.05 for 5 %"),
    (r"\*\*", "for a power, write power(x, y)"),
    (r"~", "write regexp_like(x, 'regex')"),
    (r"\+\+|--", "write x + 1"),
    (r"(^|[\s(])\.[A-Za-z_]", "write the name of the field alone"),
    (r"(?i)\bis\s+(not\s+)?(empty|nan|none)\b", "write IS NULL or IS NOT NULL"),
)


def _operator(name: str) -> Callable[[SqlParser, exp.Expression, exp.Expression], exp.Expression]:
    return lambda _, left, right: exp.Anonymous(this=name, expressions=[left, right])


_JSON = {"ARROW": _operator("json_extract"), "DARROW": _operator("json_extract_string")}


class _Jobs(Dialect):
    """SQL in which every call is left as it is written: the allow-list alone says what functions there are."""

    class Parser(SqlParser):
        FUNCTIONS = {}  # noqa: RUF012 (sqlglot's own declaration)
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012
        FUNCTION_PARSERS = {  # noqa: RUF012
            name: parse
            for name, parse in SqlParser.FUNCTION_PARSERS.items()
            if name in {"CAST", "TRY_CAST", "EXTRACT", "POSITION"}
        }
        # Types that nest make the parser try each bracket in two ways: 31 of `struct(` would take for ever.
        TYPE_TOKENS = {  # noqa: RUF012
            token
            for token in SqlParser.TYPE_TOKENS - SqlParser.NESTED_TYPE_TOKENS - SqlParser.STRUCT_TYPE_TOKENS
            if token.name in NAMES
        }
        NESTED_TYPE_TOKENS = set()  # noqa: RUF012
        STRUCT_TYPE_TOKENS = set()  # noqa: RUF012
        LAMBDAS = {}  # noqa: RUF012 (`->` is for JSON)
        COLUMN_OPERATORS = {  # noqa: RUF012 (sqlglot would parse JSON paths itself, and log their mistakes)
            **{token: parse for token, parse in SqlParser.COLUMN_OPERATORS.items() if token.name in {"DOT", "DCOLON"}},
            **{token: _JSON[token.name] for token in SqlParser.COLUMN_OPERATORS if token.name in _JSON},
        }
        NO_PAREN_FUNCTION_PARSERS = {  # noqa: RUF012
            name: parse for name, parse in SqlParser.NO_PAREN_FUNCTION_PARSERS.items() if name == "CASE"
        }


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
        raise Invalid(Problem("cannot be read as SQL", sql.where, next_step=next_step)) from None
    except RecursionError:
        raise _too_deep(sql) from None
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, exp.Expression):
        what = "more than one expression" if trees[1:] else "no expression"
        raise Invalid(Problem(what, sql.where, "one SQL expression", repr(text)))
    if _depth(tree) > MAX_DEPTH:
        raise _too_deep(sql)
    return tree


def place_of(sql: Sql, node: exp.Expression) -> Location:
    """Where `node` begins in the file."""
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    if isinstance(node, exp.Placeholder):
        match = re.search(rf":\s*{re.escape(node.name)}\b", sql.value)
        starts = [match.start()] if match else []
    return sql.node.at(min(starts, default=0))


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
    description = str(details.get("description") or "")
    one_line = details.get("line") == 1 and "\n" not in sql.value
    where = sql.node.at(max(0, (details.get("col") or 1) - len(token))) if one_line else sql.where
    next_step = ""
    if _QUOTED.sub("", sql.value).count("(") > _QUOTED.sub("", sql.value).count(")"):
        what = "a bracket is not closed"
        next_step = "close it; inside YAML's { } a comma ends a value: put the expression in quotes"
    elif "TYPE" in description:
        what = f"`{token}` is not a type"
        next_step = "use bool, int, float, string or timestamp"
    elif description.startswith("Required keyword"):
        what = f"something is missing after `{token}`"
    elif description.startswith("Expect"):
        what = f"{description.rstrip('.').lower()}, near `{token}`" if "<" not in description else f"near `{token}`"
    else:
        what = f"`{token}` does not fit here"
        if re.fullmatch(r"[A-Za-z_]+", token):
            next_step = f'if it is a field, write "{token}" in double quotes: it is a word of SQL\'s'
    bare = _QUOTED.sub("", sql.value)
    next_step = next((mending for sign, mending in _MENDING if re.search(sign, bare)), next_step)
    return Invalid(Problem(f"not an SQL expression: {what}", where, next_step=next_step))
