"""Regular expressions in jobs: checked where they are written, so that no agent meets a bad one."""

from __future__ import annotations

import re
import warnings

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import Text


def compiled_regex(text: Text) -> re.Pattern[str]:
    """The pattern. Raises `Invalid` that points at the character where it goes wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(text.value)
    except re.error as error:
        where = text.node.at(error.pos or 0)
        raise Invalid(Problem(f"not a regular expression: {error.msg}", where, found=repr(text.value))) from None
    except (OverflowError, RecursionError):
        raise Invalid(Problem("not a regular expression: too large", text.where)) from None
