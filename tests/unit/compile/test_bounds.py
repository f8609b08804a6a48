from __future__ import annotations

from edge_orch.compile.bounds import bounds_together


def test_records_of_several_branches_have_the_widest_bounds() -> None:
    hot, cold = {"t": (0.0, 400.0), "u": (None, 5.0), "v": (1.0, 2.0)}, {"t": (-40.0, 100.0), "u": (1.0, None)}
    assert bounds_together([(("t", "u", "v"), hot), (("t", "u"), cold)]) == {"t": (-40.0, 400.0), "v": (1.0, 2.0)}
    assert bounds_together([(("t",), {"t": (0.0, 1.0)}), (("t",), {})]) == {}


def test_fields_that_no_branch_has_any_more_have_no_bounds() -> None:
    assert bounds_together([(("u",), {"t": (0.0, 1.0)}), (("u",), {"t": (0.0, 2.0), "u": (1.0, None)})]) == {}
    assert bounds_together([(("u",), {"t": (0.0, 1.0)}), (("t",), {"t": (0.0, 2.0)})]) == {"t": (0.0, 2.0)}
