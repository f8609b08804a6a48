"""Text that is no SQL: what is wrong, and the next step, above all for habits from other languages."""

from __future__ import annotations

import re
from unicodedata import normalize

from sqlglot.tokens import Tokenizer

BEFORE = "Required keyword: 'this'"
"""What sqlglot says at the token behind an operator that has nothing before it."""
BRACKET = "close it; inside YAML's { } a comma ends a value: put the expression in quotes"

# The token that does not fit → what to write here.
_TOKENS = {
    "==": "SQL compares with a single =",
    "&&": "to join conditions, write AND",
    "=>": "write >=",
    "=<": "write <=",
    "WHERE": "write sum(x) FILTER (WHERE …), or a filter step",
    ":=": "to compare, write a single =",
    "≥": "write >=",
    "≤": "write <=",
    "≠": "write <>",
    ",": "in a number write a decimal point, 0.5; to join conditions, AND",
    **dict.fromkeys((")", "}", "]"), "it closes nothing: remove it"),
    "~": "write regexp_like(x, 'regex')",
    "AS": "leave it out: the name stands before the colon, NAME: EXPRESSION",
    "IF": "write CASE WHEN … THEN … ELSE … END",
    "ORDER BY": "leave it out: records come in the order of time; for the first or greatest, see the aggregates",
}
_DAY = "write CAST(x AS timestamp); of a timestamp, date_trunc('day', ts) or strftime(ts, '%Y-%m-%d')"
_DECIMAL = "write CAST(x AS float); round(x, 2) or fixed(x, 2) of it"
_TYPES = {**dict.fromkeys(("date", "time"), _DAY), **dict.fromkeys(("decimal", "numeric", "real", "number"), _DECIMAL)}
_OURS = "int|integer|bigint|float|double|string|text|varchar|bool|boolean|timestamp"
_CALLED = "avg|sum|min|max|count|first|last|median|lower|upper|trim|length|abs|round|floor|ceil|sqrt"
# A habit, looked for in the expression without its quoted texts → what to write here; \\1 is its first group.
_WORD = 'if it is a field, write "\\1" in double quotes: it is a word of SQL\'s'
_HABITS = (
    (r"(?i)^\s*(from|with|as|using)\s*(?:[=<>+*/|-]|$)", _WORD),
    ("=<", "write <="),
    (r"#>>|#>", "write x ->> '$.a.b'"),
    (r"@>|<@", "of a JSON array, write list_contains(x, 'a')"),
    (r"(^|\s)#", "in an expression a comment begins with --"),
    (r"[-+*/]=", "an expression gives a value and changes none: write x + 1"),
    (";", "leave out the semicolon: one expression stands there"),
    (rf"(?i)^\s*({_CALLED})\s+([a-z_]\w*)\s*$", r"write \1(\2)"),
    (r"(?i)^\s*exists\s+([a-z_]\w*)\s*$", r"write \1 IS NOT NULL"),
    (rf"(?i)^\s*\(({_OURS})\)\s*([a-z_]\w*)", r"write CAST(\2 AS \1)"),
    (rf"(?i)\b(\w+)\s*:\s?({_OURS})\b", r"write CAST(\1 AS \2)"),
    (rf"(?i)^\s*([a-z_]\w*)\s+as\s+({_OURS})\s*$", r"write CAST(\1 AS \2)"),
    (r"(?i)\blabels?:(\w+)", r"write device.labels.\1"),
    (r"\w://|\b\d+:\d", "text stands in single quotes"),
    (r"(?i)\bi?like\s+([\w%]*%)", r"text stands in single quotes: '\1'"),
    (r"(?i)\bbetween\b(?!.*\band\b)|\bbetween\s*\(", "write x BETWEEN 1 AND 2"),
    (r"(?i)\bfilter\s+where\b", "write count(*) FILTER (WHERE …)"),
    (r"(?i)\bfor\s+(\d+\s*[a-z]+)\s*$", r"how long it must last stands beside it: hold: \1"),
    (r"(?i)\bxor\b", "of conditions write a <> b, of the bits of ints xor(a, b)"),
    ("==", "SQL compares with a single ="),
    ("&&", "to join conditions, write AND"),
    (r"\?\?", "write coalesce(x, y)"),
    (r"\?.*:", "write CASE WHEN … THEN … ELSE … END"),
    (r"(?i)^\s*(select|where|having|from)\b", "write the expression alone"),
    ("[‘’“”´„]", "write straight quotes: 'x'"),
    (r",\s*$", "leave out the comma at the end"),
    (r"(?i)\belse?if\b", "write another WHEN … THEN …"),
    (r"(?i)^\s*if\b", "write CASE WHEN … THEN … ELSE … END"),
    (r"(?i)(\bas|::)\s*(date|time)\b", _DAY),
    (r"(?i)(\bas|::)\s*(decimal|numeric|real|number)\b", _DECIMAL),
    (r"(?i)cast\s*\(", "write CAST(x AS float)"),
    (r"(?i)\bdate\s*'", "write TIMESTAMP '2026-01-31T00:00:00Z'"),
    (r"(?i)\btrim\s*\(\s*leading\b", "write ltrim(x, '0')"),
    (r"(?i)\btrim\s*\(\s*trailing\b", "write rtrim(x, '0')"),
    (r"(?i)\btrim\s*\(.*\bfrom\b", "write trim(x, '0')"),
    (r"(?i)\boverlay\s*\(", "write left(x, 3) || 'new' || substr(x, 7)"),
    (r"(?i)\b(floor|ceil)\s*\(.*\bto\b", "write date_trunc('hour', ts)"),
    (r"(?<=[\w)\s])//(?=[\w(\s])", "write floor(x / y)"),
    (r"(?i)\bjoin\s*\(", "join texts with ||, those of many records with string_agg(x, ', ')"),
    (r"(?i)\bsubstring\s*\(.*\bfrom\b", "write substr(x, 1, 3)"),
    (r"(?i)\w\s+(not\s+)?(contains|includes|has)\s+'", "write contains(x, 'part')"),
    (r"(?i)\w\s+(not\s+)?matches\s+'", "write regexp_like(x, 'regex')"),
    (r"(?i)\w\s+(not\s+)?starts?_?with\s+'", "write starts_with(x, 'a')"),
    (r"(?i)\w\s+(not\s+)?ends?_?with\s+'", "write ends_with(x, 'a')"),
    ("`", "leave out the backticks: names stand bare, or in double quotes"),
    (r"\d\s*%\s*($|\W)", "write 0.05 for 5 %"),
    (r"(?i)^\s*lambda\s*:", "write the expression alone"),
    (r"\|>", "write a step for each, one below the other"),
    (r"\*\*", "for a power, write power(x, y)"),
    (r"\+\+", "write x + 1"),
    (r"--", "-- begins a comment: write x - 1, or a blank between two signs"),
    (r"\d\s*°", "write the number in decimal digits alone"),
    (r"(^|[\s(])\.[A-Za-z_]", "write the name of the field alone"),
    (r"\w!\s*\(", "leave out the !: what fails is NULL"),
    (r"(?i)\bis\s+(not\s+)?(empty|nan|none)\b", "write IS NULL or IS NOT NULL"),
    (r"(?<![\w.])\d[\d.]*(?!e[-+]?\d)[A-Za-z_]", "write the number in decimal digits alone"),
    # Where a value begins, and not behind the words that these belong to.
    (r"(?i)(?:[(,=<>+*/|-]|\b(?:and|or|not|when|then|else)\b)\s*(from|with|as|using)\b", _WORD),
)
# The beginning of what sqlglot says → what is missing at a token.
_MISSING = {
    "Expected END": "a CASE without its END",
    "Expected AS": "a CAST without its type",
    "Expected WHEN": "a CASE without a WHEN",
    "Expected THEN": "a WHEN without its THEN",
    BEFORE: "something is missing before `{}`",
    "Required keyword": "something is missing after `{}`",
}
_END = {
    _MISSING["Expected END"]: "end it with END",
    _MISSING["Expected WHEN"]: "write CASE WHEN condition THEN value … END",
    _MISSING["Expected THEN"]: "write WHEN condition THEN value",
}
_JOINING = frozenset({"AND", "OR", "NOT", "IS", "IN", "LIKE", "ILIKE", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE"})
_OPERATOR = "an operator before it is missing, such as AND, || or +"


def misread(bare: str, token: str, description: str) -> tuple[str, str]:
    """What is wrong at `token`, and the next step; `bare`: the text without what stands in its quotes.

    `description`: what sqlglot says of it.
    """
    if "TYPE" in description:
        return f"`{token}` is not a type", _TYPES.get(token.lower(), "use bool, int, float, string or timestamp")
    if missing := next((what for start, what in _MISSING.items() if description.startswith(start)), ""):
        named = "" if token.upper() in _JOINING else _keyword(token)
        if token.startswith(":"):
            return missing.format(token), "name the parameter; one that is called as a word of SQL's needs another name"
        return missing.format(token), _habit(bare) or _END.get(
            missing
        ) or named or "write what belongs there, or remove it"
    parameter = re.search(r"(?<![\w )]):([A-Za-z_]\w*)", f" {bare}") if token.startswith(":") else None
    if parameter and parameter[1].upper() in Tokenizer.KEYWORDS:
        return f"`{parameter[1]}` is a word of SQL's", "give the parameter another name"
    if description.startswith("Expect"):
        what = f"{description.rstrip('.').lower()}, near `{token}`" if "<" not in description else f"near `{token}`"
    else:
        what = f"`{token}` does not fit here"
    return what, _habit(bare) or _TOKENS.get(token.upper(), "") or _of_token(token)


def _habit(bare: str) -> str:
    found = ((re.search(sign, bare), mending) for sign, mending in _HABITS)
    return next((match.expand(mending) for match, mending in found if match), "")


def _of_token(token: str) -> str:
    plain = normalize("NFKC", token)
    if plain != token and plain.isascii():
        return f"write {plain}, as keyboards have it"
    if not re.fullmatch(r"[A-Za-z_]+", token):
        return ""
    return _keyword(token) or _OPERATOR


def _keyword(token: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]+", token) or token.upper() not in Tokenizer.KEYWORDS:
        return ""
    return f'if it is a field, write "{token}" in double quotes: it is a word of SQL\'s'
