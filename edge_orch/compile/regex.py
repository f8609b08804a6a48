"""Regular expressions in jobs: checked where they are written, so that no agent meets a bad one."""

from __future__ import annotations

import re
import warnings

from edge_orch.compile.groups import Groups
from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import Text
from edge_orch.spec.regexes import regex_mistake

_LONGEST = 200  # characters that an error repeats: a grok pattern may stand for thousands


def compiled_regex(text: Text, groups: Groups | None = None) -> re.Pattern[str]:
    """The pattern, with other names of its `groups`. Raises `Invalid` at the character where it goes wrong."""
    groups = groups or Groups(text.value, {})
    if mistake := regex_mistake(groups.pattern):
        found = repr(text.value) if len(text.value) <= _LONGEST else ""
        where = text.node.at(groups.origin(mistake.at))
        raise Invalid(Problem(mistake.what, where, mistake.expected, found, mistake.next_step))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(groups.pattern)
