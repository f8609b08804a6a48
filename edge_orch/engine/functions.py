"""The functions an expression may call: their Python meaning, and whether they can be NULL by themselves.

All of these are strict: NULL in any argument gives NULL. What treats NULL otherwise (and, or, in, case, coalesce …)
is written out by `edge_orch.engine.expressions`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from edge_orch.engine.calls import address, bits, calendar, forms, json, lists, number, objects, text


class Function(msgspec.Struct, frozen=True):
    """`template`: Python code with `{0}`, `{1}` … for arguments, each used once; or a callable of non-NULL values."""

    template: str = ""
    call: Callable[..., Any] | None = None
    may_fail: bool = False  # can be NULL although no argument is
    may_overflow: bool = False  # can raise IntegerOverflow, if of type int


def _inline(template: str) -> Function:
    return Function(template)


def _call(call: Callable[..., Any], *, may_fail: bool = False, may_overflow: bool = False) -> Function:
    return Function("", call, may_fail, may_overflow)


COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
ARITHMETIC = {"add": "+", "sub": "-", "mul": "*"}

STRICT: dict[str, Function] = {
    **{name: _inline(f"({{0}} {sign} {{1}})") for name, sign in COMPARISONS.items()},
    "div": _call(number.div, may_fail=True),
    "mod": _call(number.mod, may_fail=True),
    "neg": _call(number.neg, may_overflow=True),
    "like": _call(text.like),
    "lower": _inline("{0}.lower()"),
    "upper": _inline("{0}.upper()"),
    "trim": _inline("{0}.strip()"),
    "trim_letters": _inline("{0}.strip({1})"),
    "substr": _call(text.substr),
    "length": _inline("len({0})"),
    "replace": _call(text.replace, may_fail=True),
    "concat": _call(text.concat),
    "starts_with": _inline("{0}.startswith({1})"),
    "ends_with": _inline("{0}.endswith({1})"),
    "contains": _inline("({1} in {0})"),
    "regexp_like": _call(text.regexp_like, may_fail=True),
    "regexp_extract": _call(text.regexp_extract, may_fail=True),
    "split_part": _call(text.split_part),
    "abs": _call(number.absolute, may_overflow=True),
    "round": _call(number.rounded, may_fail=True, may_overflow=True),
    "floor": _call(number.floor),
    "ceil": _call(number.ceil),
    "power": _call(number.power, may_fail=True),
    "sqrt": _call(number.sqrt, may_fail=True),
    "ln": _call(number.ln, may_fail=True),
    "clamp": _call(number.clamp),
    "date_trunc": _call(calendar.date_trunc, may_fail=True),
    "extract": _call(calendar.extract, may_fail=True),
    "date_diff": _call(calendar.date_diff, may_fail=True),
    "sha256": _call(text.sha256),
    "ltrim": _inline("{0}.lstrip()"),
    "ltrim_letters": _inline("{0}.lstrip({1})"),
    "rtrim": _inline("{0}.rstrip()"),
    "rtrim_letters": _inline("{0}.rstrip({1})"),
    "lpad": _call(text.lpad, may_fail=True),
    "rpad": _call(text.rpad, may_fail=True),
    "left": _call(text.left),
    "right": _call(text.right),
    "reverse": _call(text.reverse),
    "repeat": _call(text.repeat, may_fail=True),
    "strpos": _call(text.strpos),
    "regexp_replace": _call(text.regexp_replace, may_fail=True),
    "md5": _call(text.md5),
    "sha1": _call(text.sha1),
    "sha512": _call(text.sha512),
    "to_base64": _call(text.to_base64),
    "from_base64": _call(text.from_base64, may_fail=True),
    "base64_to_hex": _call(text.base64_to_hex, may_fail=True),
    "fixed": _call(number.fixed, may_fail=True),
    "sign": _call(number.sign),
    "trunc": _call(number.trunc),
    "trunc_digits": _call(number.trunc_digits),
    "exp": _call(number.exp, may_fail=True),
    "log10": _call(number.log10, may_fail=True),
    "log2": _call(number.log2, may_fail=True),
    "sin": _call(math.sin),
    "cos": _call(math.cos),
    "tan": _call(math.tan),
    "asin": _call(number.asin, may_fail=True),
    "acos": _call(number.acos, may_fail=True),
    "atan": _call(math.atan),
    "atan2": _call(math.atan2),
    "sinh": _call(number.sinh, may_fail=True),
    "cosh": _call(number.cosh, may_fail=True),
    "tanh": _call(math.tanh),
    "radians": _call(math.radians),
    "degrees": _call(number.degrees, may_fail=True),
    "bit_and": _inline("({0} & {1})"),
    "bit_or": _inline("({0} | {1})"),
    "xor": _inline("({0} ^ {1})"),
    "bit_not": _inline("(~{0})"),
    "shift_left": _call(bits.shift_left, may_fail=True, may_overflow=True),
    "shift_right": _call(bits.shift_right, may_fail=True),
    "bit_count": _call(bits.bit_count),
    "signed": _call(bits.signed, may_fail=True),
    "float32": _call(bits.float32, may_fail=True),
    "float64": _call(bits.float64, may_fail=True),
    "to_hex": _call(bits.to_hex),
    "from_hex": _call(bits.from_hex, may_fail=True),
    "from_base": _call(bits.from_base, may_fail=True),
    "to_base": _call(bits.to_base, may_fail=True),
    "reverse_bytes": _call(bits.reverse_bytes, may_fail=True),
    "hex_to_text": _call(bits.hex_to_text, may_fail=True),
    "url_encode": _call(text.url_encode),
    "url_decode": _call(text.url_decode, may_fail=True),
    "json_member": _call(json.json_member, may_fail=True),
    "json_member_string": _call(json.json_member_string, may_fail=True),
    "json_array_length": _call(json.json_array_length, may_fail=True),
    "list_sum": _call(json.list_sum, may_fail=True),
    "list_avg": _call(json.list_avg, may_fail=True),
    "list_min": _call(json.list_min, may_fail=True),
    "list_max": _call(json.list_max, may_fail=True),
    "json_valid": _call(json.json_valid),
    "to_json": _call(json.json_text),
    "string_split": _call(lists.string_split),
    "regexp_extract_all": _call(lists.regexp_extract_all, may_fail=True),
    "array_to_string": _call(lists.array_to_string, may_fail=True),
    "list_contains": _call(lists.list_contains, may_fail=True),
    "list_distinct": _call(lists.list_distinct, may_fail=True),
    "list_sort": _call(lists.list_sort, may_fail=True),
    "list_reverse": _call(lists.list_reverse, may_fail=True),
    "list_concat": _call(lists.list_concat, may_fail=True),
    "generate_series": _call(lists.generate_series, may_fail=True),
    "list_slice": _call(lists.list_slice, may_fail=True),
    "json_keys": _call(objects.json_keys, may_fail=True),
    "json_merge_patch": _call(objects.json_merge_patch, may_fail=True),
    "json_flatten": _call(objects.json_flatten, may_fail=True),
    "json_unflatten": _call(objects.json_unflatten, may_fail=True),
    "json_entries": _call(objects.json_entries, may_fail=True),
    "list_merge": _call(objects.list_merge, may_fail=True),
    "ip_network": _call(address.network_of, may_fail=True),
    "time_bucket": _call(calendar.time_bucket),
    "epoch_ms": _inline("({0} // 1000)"),
    "epoch_us": _inline("({0})"),
    "to_timestamp": _call(calendar.to_timestamp, may_fail=True),
    "make_timestamp_ms": _call(calendar.make_timestamp_ms, may_fail=True),
}

MADE: dict[str, Callable[..., Callable[..., Any]]] = {
    "at_time_zone": calendar.wall_clock,
    "strptime": forms.stamp_reader,
    "strftime": forms.stamp_writer,
    "strftime_ms": forms.stamp_writer,
    "strftime_offset": forms.stamp_writer,
    "strftime_zone": forms.zoned_writer,
    "in_network": address.in_network,
    "json_extract": json.json_extract,
    "json_extract_string": json.json_extract_string,
}
"""What makes a function of one argument, of the constant texts that are the others."""

SURE = {name for name in MADE if name.startswith("strftime")}
"""Those of which what is made gives no NULL."""

# Written out by the expression writer, because NULL has its own meaning in each, or the code depends on types.
SPECIAL = frozenset(
    {"and", "or", "not", "is_null", "in", "between", "case", "coalesce", "nullif", "greatest", "least"}
    | set(MADE)
    | {"json_object", "json_array", "list_filter", "list_transform", "json_filter", "json_transform", "json_rename"}
    | set(ARITHMETIC)
    | {"cast_bool", "cast_int", "cast_float", "cast_string", "cast_timestamp"}
)
