"""Regular expressions in jobs: checked where they are written, so that no agent meets a bad one."""

from __future__ import annotations

import re
import warnings

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import Text
from edge_orch.spec.regexes import regex_mistake

_LONGEST = 200  # characters that an error repeats: a grok pattern may stand for thousands


def compiled_regex(text: Text) -> re.Pattern[str]:
    """The pattern. Raises `Invalid` that points at the character where it goes wrong."""
    if mistake := regex_mistake(text.value):
        found = repr(text.value) if len(text.value) <= _LONGEST else ""
        raise Invalid(Problem(mistake.what, text.node.at(mistake.at), mistake.expected, found, mistake.next_step))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(text.value)
