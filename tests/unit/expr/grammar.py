"""Random expressions and rows, to be computed by DuckDB and by us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hypothesis import strategies as st

bits = st.integers(0, 5)
ints = st.sampled_from([0, 1, 2, 3, 7, 9, -1, -4, -9])
floats = st.sampled_from([0.0, 0.5, 1.0, 2.5, 3.25, -0.125, -2.5, -7.75, 100.0, 1e-3])
texts = st.sampled_from(["", "a", "Ab", " x ", "a-b-c", "héllo", "5", "-3", " 7 ", "2.5", "true", "aaa", "%_", "x'y"])
times = st.integers(-315_619_200_000, 2_208_988_800_000).map(
    lambda ms: datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None)
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "b": st.booleans(),
    "i": ints,
    "j": ints,
    "f": floats,
    "g": floats,
    "s": texts,
    "u": texts,
    "t": times,
}
ROWS = st.fixed_dictionaries({name: values if name in "jgu" else st.none() | values for name, values in VALUES.items()})


class Pair(NamedTuple):
    """The same expression in our words and in DuckDB's, in which what fails is NULL."""

    ours: str
    theirs: str


def same(template: str, *parts: Pair) -> Pair:
    return Pair(template.format(*(part.ours for part in parts)), template.format(*(part.theirs for part in parts)))


def both(ours: str, theirs: str, *parts: Pair) -> Pair:
    return Pair(ours.format(*(part.ours for part in parts)), theirs.format(*(part.theirs for part in parts)))


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


Make = Callable[..., Any]


class Grammar:
    """Strategies of expressions by type, nested at most so deep."""

    def __init__(self, draw: Make) -> None:
        self.draw = draw

    def literal(self, values: st.SearchStrategy[Any]) -> Pair:
        value = self.draw(values)
        text = quoted(value) if isinstance(value, str) else str(value)
        return Pair(f"({text})", f"({text}::double)" if isinstance(value, float) else f"({text})")

    def pick(self, *choices: Callable[[], Pair]) -> Pair:
        chosen: Callable[[], Pair] = self.draw(st.sampled_from(choices))
        return chosen()

    def choice(self, kind: Callable[[int], Pair], depth: int) -> Pair:
        """What any type can be made by."""
        return self.pick(
            lambda: same("CASE WHEN {} THEN {} ELSE {} END", self.boolean(depth), kind(depth), kind(depth)),
            lambda: same("CASE WHEN {} THEN {} END", self.boolean(depth), kind(depth)),
            lambda: same("coalesce({}, {})", kind(depth), kind(depth)),
            lambda: same("nullif({}, {})", kind(depth), kind(depth)),
            lambda: same("greatest({}, {})", kind(depth), kind(depth)),
            lambda: same("least({}, {}, {})", kind(depth), kind(depth), kind(depth)),
        )

    def compared(self, depth: int) -> Pair:
        kind = self.draw(st.sampled_from([self.integer, self.real, self.text, self.time]))
        return self.pick(
            *(
                lambda sign=sign: same(f"({{}} {sign} {{}})", kind(depth), kind(depth))
                for sign in ("=", "<>", "<", "<=", ">", ">=")
            ),
            lambda: same("({} BETWEEN {} AND {})", kind(depth), kind(depth), kind(depth)),
            lambda: same("({} IN ({}, {}))", kind(depth), kind(depth), kind(depth)),
            lambda: same("({} IS NULL)", kind(depth)),
            lambda: same("({} IS NOT NULL)", kind(depth)),
        )

    def boolean(self, depth: int) -> Pair:
        if not depth:
            return self.pick(*(lambda text=text: Pair(text, text) for text in ("b", "TRUE", "(i > j)")))
        depth -= 1
        return self.pick(
            lambda: same("({} AND {})", self.boolean(depth), self.boolean(depth)),
            lambda: same("({} OR {})", self.boolean(depth), self.boolean(depth)),
            lambda: same("(NOT {})", self.boolean(depth)),
            lambda: same("({} IS TRUE)", self.boolean(depth)),
            lambda: same("({} IS NOT FALSE)", self.boolean(depth)),
            lambda: self.compared(depth),
            lambda: self.compared(depth),
            lambda: same(f"({{}} LIKE {self.draw(st.sampled_from(PATTERNS))})", self.text(depth)),
            lambda: same("starts_with({}, {})", self.text(depth), self.text(depth)),
            lambda: same("ends_with({}, {})", self.text(depth), self.text(depth)),
            lambda: same("contains({}, {})", self.text(depth), self.text(depth)),
            lambda: same("({} IS DISTINCT FROM {})", self.text(depth), self.text(depth)),
            lambda: same("({} IS NOT DISTINCT FROM {})", self.integer(depth), self.integer(depth)),
            lambda: same(f"({{}} ILIKE {self.draw(st.sampled_from(PATTERNS))})", self.text(depth)),
            lambda: same("list_contains(string_split({}, '-'), {})", self.text(depth), self.text(depth)),
            lambda: both("regexp_like({}, '^[a-z]')", "regexp_matches({}, '^[a-z]')", self.text(depth)),
        )

    def integer(self, depth: int) -> Pair:
        if not depth:
            return self.pick(lambda: Pair("i", "i"), lambda: Pair("j", "j"), lambda: self.literal(ints))
        depth -= 1
        unit = self.draw(st.sampled_from(["minute", "hour", "day", "week", "month", "quarter", "year"]))
        return self.pick(
            *(
                lambda sign=sign: both(
                    f"({{}} {sign} {{}})", f"TRY({{}} {sign} {{}})", self.integer(depth), self.integer(depth)
                )
                for sign in "+-*%"
            ),
            lambda: both("(- {})", "TRY(- {})", self.integer(depth)),
            lambda: same("abs({})", self.integer(depth)),
            lambda: same("({} & {})", self.integer(depth), self.integer(depth)),
            lambda: same("({} | {})", self.integer(depth), self.integer(depth)),
            lambda: same("(~ {})", self.integer(depth)),
            lambda: same("xor({}, {})", self.integer(depth), self.integer(depth)),
            lambda: self.shift(self.draw(bits)),
            lambda: both("bit_count({})", "bit_count(({})::bigint)", self.integer(depth)),
            lambda: both("mod({}, {})", "TRY({} % {})", self.integer(depth), self.integer(depth)),
            lambda: same("sign({})", self.real(depth)),
            lambda: self.cut(self.draw(st.integers(-3, 2)), depth),
            lambda: same("strpos({}, {})", self.text(depth), self.text(depth)),
            lambda: same("position({} IN {})", self.text(depth), self.text(depth)),
            lambda: same("epoch_ms({})", self.time(depth)),
            lambda: same("epoch_us({})", self.time(depth)),
            lambda: same("length({})", self.text(depth)),
            lambda: same("CAST({} AS bigint)", self.boolean(depth)),
            lambda: both("CAST({} AS bigint)", "TRY_CAST({} AS bigint)", self.real(depth)),
            lambda: same(f"extract({self.draw(st.sampled_from([*PARTS, unit]))} FROM {{}})", self.time(depth)),
            lambda: same(f"date_diff('{unit}', {{}}, {{}})", self.time(depth), self.time(depth)),
            lambda: self.choice(self.integer, depth),
        )

    def cut(self, digits: int, depth: int) -> Pair:
        return both(f"trunc({{}}, {digits})", f"trunc(({{}})::bigint, {digits})", self.integer(depth))

    def shift(self, by: int) -> Pair:
        return both(f"({{}} >> {by})", f"shifted({{}}, {by})", self.integer(0))

    def real(self, depth: int) -> Pair:
        if not depth:
            return self.pick(lambda: Pair("f", "f"), lambda: Pair("g", "g"), lambda: self.literal(floats))
        depth -= 1
        return self.pick(
            *(
                lambda sign=sign: both(
                    f"({{}} {sign} {{}})", f"fin({{}} {sign} {{}})", self.real(depth), self.real(depth)
                )
                for sign in "+-*/"
            ),
            lambda: both("({} / {})", "fin({}::double / {})", self.integer(depth), self.integer(depth)),
            lambda: same("({} + {})", self.integer(depth), self.real(depth)),
            lambda: same(f"round({{}}, {self.draw(st.integers(0, 3))})", self.real(0)),
            lambda: same("floor({})", self.real(depth)),
            lambda: same("ceil({})", self.real(depth)),
            lambda: both("sqrt({})", "fin(TRY(sqrt({})))", self.real(depth)),
            lambda: both("ln({})", "fin(TRY(ln({})))", self.real(depth)),
            *(lambda name=name: both(f"{name}({{}})", f"fin(TRY({name}({{}})))", self.real(0)) for name in UNARY),
            lambda: same("atan2({}, {})", self.real(0), self.real(0)),
            lambda: same("trunc({})", self.real(depth)),
            lambda: both("mod({}, {})", "fin({} % {})", self.real(depth), self.real(depth)),
            lambda: both("power({}, {})", "fin(TRY(power({}, {})))", self.real(0), self.real(0)),
            lambda: same("abs({})", self.real(depth)),
            lambda: same("CAST({} AS double)", self.integer(depth)),
            lambda: both("CAST({} AS double)", "TRY_CAST({} AS double)", Pair("s", "s")),
            lambda: both(
                "clamp({}, {}, {})", "clamped({}, {}, {})", self.real(depth), Pair("(-1.0)", "(-1.0)"), self.real(0)
            ),
            lambda: self.choice(self.real, depth),
        )

    def text(self, depth: int) -> Pair:
        if not depth:
            return self.pick(lambda: Pair("s", "s"), lambda: Pair("u", "u"), lambda: self.literal(texts))
        depth -= 1
        start, length = self.draw(st.integers(-3, 6)), self.draw(st.integers(0, 4))
        return self.pick(
            lambda: same("({} || {})", self.text(depth), self.text(depth)),
            lambda: both("concat({}, {})", "({} || {})", self.text(depth), self.text(depth)),
            lambda: same("lower({})", self.text(depth)),
            lambda: same("upper({})", self.text(depth)),
            lambda: same("trim({})", self.text(depth)),
            lambda: same(f"substr({{}}, ({start}), {length})", self.text(depth)),
            lambda: same("replace({}, {}, {})", self.text(depth), self.text(depth), self.text(depth)),
            lambda: same(f"split_part({{}}, '-', {length + 1})", self.text(depth)),
            lambda: same("array_to_string(list_reverse(string_split({}, '-')), '+')", self.text(depth)),
            lambda: same("array_to_string(list_sort(string_split({}, 'a')), '+')", self.text(depth)),
            lambda: same("array_to_string(list_sort(list_distinct(string_split({}, '-'))), '+')", self.text(depth)),
            lambda: same(f"array_to_string(list_slice(string_split({{}}, '-'), 1, {length}), '+')", self.text(depth)),
            lambda: same("array_to_string(regexp_extract_all({}, '[a-z]+', 0), '+')", self.text(depth)),
            lambda: same(
                "array_to_string(list_concat(string_split(coalesce({}, ''), '-'), string_split(u, 'a')), '')",
                self.text(depth),
            ),
            lambda: same(
                "array_to_string(list_filter(string_split({}, '-'), lambda e: NOT e > {}), '+')",
                self.text(depth),
                self.text(0),
            ),
            lambda: same(
                "array_to_string(list_transform(string_split({}, '-'), lambda e, k: nullif(e, {}) || k), '+')",
                self.text(depth),
                self.text(0),
            ),
            lambda: same("array_to_string(generate_series({} % 20, {} % 20), ',')", self.integer(0), self.integer(0)),
            lambda: same("sha1({})", self.text(depth)),
            lambda: both("regexp_extract({}, '[a-z]+', 0)", "extracted({}, '[a-z]+')", self.text(depth)),
            lambda: same("CAST({} AS text)", self.integer(depth)),
            lambda: same("CAST({} AS text)", self.boolean(depth)),
            lambda: same("sha256({})", self.text(depth)),
            lambda: same("md5({})", self.text(depth)),
            self.json,
            lambda: both(f"fixed({{}}, {length})", f"printf('%.{length}f', ({{}})::double)", self.integer(depth)),
            lambda: both(f"fixed({{}}, {length})", f"printf('%.{length}f', {{}})", self.real(depth)),
            lambda: both("base64_to_hex(to_base64({}))", "hex(encode({}))", self.text(depth)),
            lambda: both("to_base64({})", "to_base64(encode({}))", self.text(depth)),
            lambda: both("from_base64(to_base64({}))", "({})", self.text(depth)),
            lambda: same("url_encode({})", self.text(depth)),
            lambda: both("url_decode(url_encode({}))", "({})", self.text(depth)),
            lambda: same("ltrim({})", self.text(depth)),
            lambda: same("rtrim({})", self.text(depth)),
            lambda: same("trim({}, 'ab')", self.text(depth)),
            lambda: same("ltrim({}, {})", self.text(depth), self.text(0)),
            lambda: same("rtrim({}, 'a-')", self.text(depth)),
            lambda: same(f"left({{}}, {start})", self.text(depth)),
            lambda: same(f"right({{}}, {start})", self.text(depth)),
            lambda: same(f"lpad({{}}, {length}, 'xy')", self.text(depth)),
            lambda: same(f"rpad({{}}, {length + 4}, '·')", self.text(depth)),
            lambda: same(f"repeat({{}}, {length})", self.text(depth)),
            lambda: same("reverse({})", self.text(depth)),
            lambda: same("regexp_replace({}, '([a-z])-?', '<\\1>')", self.text(depth)),
            lambda: same("regexp_replace({}, '[a-z]', 'é', 'g')", self.text(depth)),
            lambda: same("to_base(abs({} % 1000), 7)", self.integer(depth)),
            lambda: both("to_hex({})", "to_hex(({})::bigint)", self.integer(depth)),
            lambda: same(f"strftime({{}}, '{self.draw(st.sampled_from(FORMS))}')", self.time(depth)),
            lambda: self.choice(self.text, depth),
        )

    def json(self) -> Pair:
        path = self.draw(st.sampled_from(PATHS))
        return self.pick(
            lambda: Pair(f"('{JSON}' -> '{path}')", f"CAST(nullif('{JSON}'::json -> '{path}', 'null') AS text)"),
            lambda: Pair(f"('{JSON}' ->> '{path}')", f"('{JSON}'::json ->> '{path}')"),
            lambda: Pair(f"(u ->> '{path}')", f"(CASE WHEN json_valid(u) THEN u::json ->> '{path}' END)"),
        )

    def time(self, depth: int) -> Pair:
        if not depth:
            return self.pick(
                lambda: Pair("t", "t"),
                lambda: Pair("CAST('2024-02-29T12:00:00Z' AS timestamp)", "(TIMESTAMP '2024-02-29 12:00:00')"),
            )
        depth -= 1
        unit = self.draw(st.sampled_from(["second", "minute", "hour", "day", "week", "month", "quarter", "year"]))
        return self.pick(
            lambda: same(f"CAST(date_trunc('{unit}', {{}}) AS timestamp)", self.time(depth)),
            lambda: same("({} + INTERVAL '90' minute)", self.time(depth)),
            lambda: both("time_bucket('2h', {})", "bucketed({})", self.time(depth)),
            lambda: both("make_timestamp_ms({})", "make_timestamp_ms({})", self.integer(depth)),
            lambda: both("to_timestamp({})", "make_timestamp(({} * 1000000)::bigint)", self.integer(0)),
            lambda: same("strptime(strftime({}, '%Y %j %H:%M:%S.%f'), '%Y %j %H:%M:%S.%f')", self.time(depth)),
            lambda: same("({} - INTERVAL '3' day)", self.time(depth)),
            lambda: self.choice(self.time, depth),
        )


JSON = '{"a":{"b":[1,"x",{"c":true}],"d e":2.5},"n":null,"t":"it","@id":"7","ns:é":8}'
PATHS = (
    "$",
    "$.a",
    "$.a.b",
    "$.a.b[1]",
    "$.a.b[2].c",
    "$.a.b[9]",
    '$.a."d e"',
    "$.n",
    "t",
    "a",
    "$.t.x",
    "$.b",
    "$.@id",
    "$.ns:é",
)
PARTS = ("millisecond", "second", "dow", "isodow", "isoyear", "doy")
UNARY = (
    *("exp", "log10", "log2", "asin", "acos", "sin", "cos", "tan", "degrees", "radians", "atan"),
    *("sinh", "cosh", "tanh"),
)
FORMS = ("%Y-%m-%d %H:%M:%S.%f", "%a %A %d %b %B %y", "%I %p", "%j %%", "%H:%M:%S.%g")
PATTERNS = ("'a%'", "'%b%'", "'_'", "''", "'%'", "'a_b%'", "'x''_'")


@st.composite
def expressions(draw: Make) -> Pair:
    grammar = Grammar(draw)
    kind: Callable[[int], Pair] = draw(
        st.sampled_from([grammar.boolean, grammar.integer, grammar.real, grammar.text, grammar.time])
    )
    return kind(draw(st.integers(1, 3)))
