from __future__ import annotations

import pytest

from edge_orch.engine.calls.forms import stamp_reader, stamp_writer
from edge_orch.engine.stamps import EARLIEST_US, LATEST_US
from edge_orch.plan.forms import WRITTEN


@pytest.mark.parametrize("moment_us", [EARLIEST_US, -1, 0, 1_767_323_045_000_001, LATEST_US])
def test_a_stamp_is_written_and_read_back(moment_us: int) -> None:
    form = "%A %a %d %B %b %Y %j %H %I %p %M %S.%f %z %%"
    assert stamp_reader(form)(stamp_writer(form)(moment_us)) == moment_us


def test_every_directive_is_written() -> None:
    assert "%" not in stamp_writer(" ".join(f"%{one}" for one in WRITTEN if one != "%"))(0)


def test_text_of_another_form_is_null() -> None:
    assert stamp_reader("%Y")("x") is None
    assert stamp_reader("%H:%M")("01:00") == (stamp_reader("%Y")("1900") or 0) + 3_600_000_000
    assert stamp_reader("%d")("31") == 30 * 86_400_000_000 - 70 * 365 * 86_400_000_000 - 17 * 86_400_000_000
