from __future__ import annotations

from edge_orch.spec.words import did_you_mean, names


def test_the_nearest_word_is_offered_whatever_its_case() -> None:
    assert did_you_mean("Temp_C", ["temp_c", "sensor"]) == "did you mean `temp_c`?"
    assert did_you_mean("xyz", ["temp_c"]) == ""
    assert did_you_mean("xyz", ["temp_c"], "look again") == "look again"


def test_names_are_sorted() -> None:
    assert names(["b", "a"]) == "a, b"
    assert names([]) == "none"
