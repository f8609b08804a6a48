"""One of several values."""

from __future__ import annotations

from edge_orch.expr.library.function import Function

CHOICES: dict[str, Function] = {
    "greatest": Function(
        ("same",), None, "greatest(a, b, …): NULLs are left out", variadic=True, null="all", example="greatest(1, 3, 2)"
    ),
    "least": Function(
        ("same",), None, "least(a, b, …): NULLs are left out", variadic=True, null="all", example="least(1, 3, 2)"
    ),
    "coalesce": Function(
        ("same",),
        None,
        "coalesce(a, b, …): the first that is not NULL",
        variadic=True,
        null="all",
        example="coalesce(device.labels.line, 'none')",
    ),
    "nullif": Function(
        ("same", "same"), None, "nullif(a, b): NULL if equal, else a", null="may_fail", example="nullif(5, 0)"
    ),
}
