"""Regular expressions in jobs: checked where they are written, so that no agent meets a bad one."""

from __future__ import annotations

import re
import warnings

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.backtracking import FOREVER, longest_text
from edge_orch.spec.leaves import Text
from edge_orch.spec.words import MEND_BACKTRACKING, MEND_REGEX, REGEX, TAKES_FOREVER


def compiled_regex(text: Text) -> re.Pattern[str]:
    """The pattern. Raises `Invalid` that points at the character where it goes wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pattern = re.compile(text.value)
            forever = longest_text(text.value) == FOREVER
    except re.error as error:
        where = text.node.at(error.pos or 0)
        what = f"not a regular expression: {error.msg}"
        raise Invalid(Problem(what, where, REGEX, repr(text.value), MEND_REGEX)) from None
    except (OverflowError, RecursionError):
        next_step = "repeat less often and nest less deeply"
        raise Invalid(Problem("not a regular expression: too large", text.where, REGEX, "", next_step)) from None
    if forever:
        raise Invalid(Problem(TAKES_FOREVER, text.where, "", repr(text.value), MEND_BACKTRACKING))
    return pattern
