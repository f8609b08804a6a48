"""Functions of text."""

from __future__ import annotations

from edge_orch.expr.library.function import BOOL, INT, STRING, Function

TEXT: dict[str, Function] = {
    "lower": Function((STRING,), STRING, "lower(text): in small letters", example="lower('Press')"),
    "upper": Function((STRING,), STRING, "upper(text): in capital letters", example="upper('Press')"),
    "trim": Function(
        (STRING, STRING),
        STRING,
        "trim(text, letters): without white space, or any of these letters, at both ends",
        optional=1,
        example="trim('  press ')",
        full="trim_letters",
    ),
    "substr": Function(
        (STRING, INT, INT),
        STRING,
        "substr(text, start, length): counted from 1",
        optional=1,
        example="substr('press-12', 1, 5)",
    ),
    "length": Function((STRING,), INT, "length(text): number of characters", example="length('press')"),
    "replace": Function(
        (STRING, STRING, STRING),
        STRING,
        "replace(text, old, new): every old text by the new one; NULL beyond 10,000,000 characters",
        null="may_fail",
        example="replace('press-12', 'press', 'oven')",
    ),
    "concat": Function(
        ("any",),
        STRING,
        "concat(a, b, …): as one text; NULL if one is NULL",
        variadic=True,
        example="concat('press-', 12)",
    ),
    "starts_with": Function(
        (STRING, STRING),
        BOOL,
        "starts_with(text, beginning): whether it begins so",
        example="starts_with('press-12', 'press')",
    ),
    "ends_with": Function(
        (STRING, STRING), BOOL, "ends_with(text, end): whether it ends so", example="ends_with('press-12', '12')"
    ),
    "contains": Function(
        (STRING, STRING),
        BOOL,
        "contains(text, part): whether the part stands in it",
        example="contains('press-12', 's-1')",
    ),
    "regexp_like": Function(
        (STRING, "regex"),
        BOOL,
        "regexp_like(text, 'regex'): matches somewhere; (?i) before it: in any case",
        example="regexp_like('press-12', '[0-9]+')",
    ),
    "regexp_extract": Function(
        (STRING, "regex", INT),
        STRING,
        "regexp_extract(text, 'regex', group): NULL if none",
        1,
        null="may_fail",
        example="regexp_extract('press-12', '([a-z]+)-([0-9]+)', 2)",
    ),
    "split_part": Function(
        (STRING, STRING, INT),
        STRING,
        "split_part(text, separator, n): counted from 1",
        example="split_part('press-12', '-', 2)",
    ),
    "sha256": Function((STRING,), STRING, "sha256(text): 64 hexadecimal digits", example="sha256('press')"),
    "ltrim": Function(
        (STRING, STRING),
        STRING,
        "ltrim(text, letters): without white space, or any of these letters, at its beginning",
        optional=1,
        example="ltrim('007', '0')",
        full="ltrim_letters",
    ),
    "rtrim": Function(
        (STRING, STRING),
        STRING,
        "rtrim(text, letters): without white space, or any of these letters, at its end",
        optional=1,
        example="rtrim('press  ')",
        full="rtrim_letters",
    ),
    "lpad": Function(
        (
            STRING,
            INT,
            STRING,
        ),
        STRING,
        "lpad(text, length, fill): filled up at its beginning, or cut, to a length of at most 10,000",
        null="may_fail",
        example="lpad('7', 3, '0')",
    ),
    "rpad": Function(
        (
            STRING,
            INT,
            STRING,
        ),
        STRING,
        "rpad(text, length, fill): filled up at its end, or cut, to a length of at most 10,000",
        null="may_fail",
        example="rpad('7', 3, '.')",
    ),
    "left": Function(
        (
            STRING,
            INT,
        ),
        STRING,
        "left(text, n): its first n characters; all but the last -n",
        example="left('press-12', 5)",
    ),
    "right": Function(
        (
            STRING,
            INT,
        ),
        STRING,
        "right(text, n): its last n characters; all but the first -n",
        example="right('press-12', 2)",
    ),
    "reverse": Function((STRING,), STRING, "reverse(text): backwards", example="reverse('press')"),
    "repeat": Function(
        (
            STRING,
            INT,
        ),
        STRING,
        "repeat(text, n): n times; NULL beyond 10,000 characters",
        null="may_fail",
        example="repeat('ab', 3)",
    ),
    "strpos": Function(
        (
            STRING,
            STRING,
        ),
        INT,
        "strpos(text, part): where it begins, counted from 1; 0: nowhere; also position(part IN text)",
        example="strpos('press-12', '-')",
    ),
    "regexp_replace": Function(
        (
            STRING,
            "regex",
            STRING,
            STRING,
        ),
        STRING,
        "regexp_replace(text, 'regex', new, 'g'): the first match, with 'g' every match; \\1 in new is its first group",
        optional=1,
        example="regexp_replace('press-12', '([a-z]+)-', '\\1 ')",
    ),
    "md5": Function((STRING,), STRING, "md5(text): 32 hexadecimal digits; no protection", example="md5('press')"),
    "sha1": Function((STRING,), STRING, "sha1(text): 40 hexadecimal digits; no protection", example="sha1('press')"),
    "sha512": Function((STRING,), STRING, "sha512(text): 128 hexadecimal digits", example="sha512('press')"),
    "to_base64": Function((STRING,), STRING, "to_base64(text): of its UTF-8 bytes", example="to_base64('press')"),
    "from_base64": Function(
        (STRING,),
        STRING,
        "from_base64(text): NULL unless UTF-8 in Base64",
        null="may_fail",
        example="from_base64('cHJlc3M=')",
    ),
    "base64_to_hex": Function(
        (STRING,),
        STRING,
        "base64_to_hex(text): its bytes in hexadecimal, two digits each, as of LoRaWAN payloads; NULL unless Base64",
        null="may_fail",
        example="base64_to_hex('AWcA/w==')",
    ),
    "url_encode": Function(
        (STRING,),
        STRING,
        "url_encode(text): as a part of an address, %20 for a blank",
        example="url_encode('oil & gas')",
    ),
    "url_decode": Function(
        (STRING,),
        STRING,
        "url_decode(text): NULL unless UTF-8; + stays, a query string wants it replaced before",
        null="may_fail",
        example="url_decode('oil%20%26%20gas')",
    ),
    "in_network": Function(
        (STRING, "network"),
        BOOL,
        "in_network(text, '10.0.0.0/8'): whether the address, IPv4 or IPv6, lies in it; NULL if it is none",
        null="may_fail",
        example="in_network('10.4.1.7', '10.0.0.0/8')",
    ),
    "ip_network": Function(
        (STRING, INT),
        STRING,
        "ip_network(text, bits): the address with no more than its first bits, the others 0; NULL if it is none",
        null="may_fail",
        example="ip_network('10.4.1.7', 16)",
    ),
}
