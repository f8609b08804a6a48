from __future__ import annotations

from collections.abc import Mapping

import pytest

from edge_orch.expr.functions import AGGREGATES, ELSEWHERE, FUNCTIONS, SYNONYMS
from edge_orch.expr.library import aggregates
from edge_orch.spec import elsewhere
from edge_orch.spec.sinks import SINKS
from edge_orch.spec.sources import SOURCES
from edge_orch.spec.steps import STEPS
from edge_orch.spec.steps.formats import FORMATS
from edge_orch.spec.steps.windows import WINDOWS


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (elsewhere.SOURCES, SOURCES),
        (elsewhere.SINKS, SINKS),
        (elsewhere.WINDOWS, WINDOWS),
        (elsewhere.FORMATS, FORMATS),
        (elsewhere.STEPS, STEPS),
        (ELSEWHERE, {**FUNCTIONS, **SYNONYMS, **AGGREGATES}),
        (aggregates.ELSEWHERE, {**AGGREGATES, **aggregates.SYNONYMS}),
    ],
)
def test_what_is_told_of_other_names_is_of_none_of_ours(theirs: Mapping[str, str], ours: Mapping[str, object]) -> None:
    assert not theirs.keys() & ours.keys()
    assert all(word == word.lower() for word in theirs)  # names are looked up in small letters
