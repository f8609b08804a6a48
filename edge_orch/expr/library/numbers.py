"""Functions of numbers."""

from __future__ import annotations

from edge_orch.expr.library.function import FLOAT, INT, STRING, Function

NUMBERS: dict[str, Function] = {
    "abs": Function(("same_number",), None, "abs(x): without its sign", example="abs(-2.5)"),
    "round": Function(
        ("same_number", INT),
        None,
        "round(x, digits): half away from zero",
        optional=1,
        null="may_fail",
        example="round(2.345, 1)",
    ),
    "floor": Function(("same_number",), None, "floor(x): towards minus infinity", example="floor(-2.5)"),
    "ceil": Function(("same_number",), None, "ceil(x): towards infinity", example="ceil(-2.5)"),
    "power": Function(
        ("number", "number"), FLOAT, "power(x, y): NULL on overflow", null="may_fail", example="power(2, 10)"
    ),
    "sqrt": Function(("number",), FLOAT, "sqrt(x): NULL if negative", null="may_fail", example="sqrt(2.25)"),
    "ln": Function(("number",), FLOAT, "ln(x): NULL unless positive", null="may_fail", example="ln(1)"),
    "clamp": Function(
        ("same_number",) * 3, None, "clamp(x, low, high): x kept within low and high", example="clamp(120, 0, 100)"
    ),
    "mod": Function(
        (
            "same_number",
            "same_number",
        ),
        None,
        "mod(x, y): the remainder, with the sign of x; also x % y",
        null="may_fail",
        example="mod(7, 3)",
    ),
    "fixed": Function(
        ("number", INT),
        STRING,
        "fixed(x, digits): as text with 0 to 15 digits after the point, always as many",
        null="may_fail",
        example="fixed(21.5, 2)",
    ),
    "sign": Function(("number",), INT, "sign(x): -1, 0 or 1", example="sign(-2.5)"),
    "trunc": Function(
        ("same_number", INT),
        None,
        "trunc(x, digits): towards zero",
        optional=1,
        example="trunc(-2.349, 2)",
        full="trunc_digits",
    ),
    "exp": Function(("number",), FLOAT, "exp(x): NULL on overflow", null="may_fail", example="exp(0)"),
    "log10": Function(("number",), FLOAT, "log10(x): NULL unless positive", null="may_fail", example="log10(1000)"),
    "log2": Function(("number",), FLOAT, "log2(x): NULL unless positive", null="may_fail", example="log2(8)"),
    "sin": Function(("number",), FLOAT, "sin(x): x in radians", example="sin(0)"),
    "cos": Function(("number",), FLOAT, "cos(x): x in radians", example="cos(0)"),
    "tan": Function(("number",), FLOAT, "tan(x): x in radians", example="tan(0)"),
    "asin": Function(("number",), FLOAT, "asin(x): NULL beyond -1 and 1", null="may_fail", example="asin(0)"),
    "acos": Function(("number",), FLOAT, "acos(x): NULL beyond -1 and 1", null="may_fail", example="acos(1)"),
    "atan": Function(("number",), FLOAT, "atan(x): in radians", example="atan(0)"),
    "atan2": Function(
        (
            "number",
            "number",
        ),
        FLOAT,
        "atan2(y, x): the angle of the point (x, y)",
        example="atan2(0, 1)",
    ),
    "sinh": Function(("number",), FLOAT, "sinh(x): NULL on overflow", null="may_fail", example="sinh(0)"),
    "cosh": Function(("number",), FLOAT, "cosh(x): NULL on overflow", null="may_fail", example="cosh(0)"),
    "tanh": Function(("number",), FLOAT, "tanh(x): between -1 and 1", example="tanh(0)"),
    "radians": Function(("number",), FLOAT, "radians(x): of degrees", example="radians(180)"),
    "degrees": Function(
        ("number",), FLOAT, "degrees(x): of radians; NULL on overflow", null="may_fail", example="degrees(0)"
    ),
}
