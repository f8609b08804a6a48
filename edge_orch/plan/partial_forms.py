"""Forms of timestamps that leave out the year, or the whole date: what is left out, the arrival tells."""

from __future__ import annotations

import re
from typing import Literal as OneOf

Missing = OneOf["year", "date"]


def missing(form: str) -> Missing | None:
    """What a stamp of this form does not say; None for one that says it all, and for what is no strptime pattern."""
    parts = set(re.findall("%(.)", form.replace("%%", "")))
    if not parts or parts & set("YyGcx"):
        return None
    if "d" in parts and parts & set("mbB"):
        return "year"
    return None if parts & set("dmbBjUWVuwaA") or not parts & set("HIX") else "date"


def says_when(form: str) -> bool:
    """Whether stamps of this strptime pattern say when, or what they leave out can be told."""
    return missing(form) is not None or bool(re.search("%[YyGcx]", form))
