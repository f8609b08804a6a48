from __future__ import annotations

import pytest

from edge_orch.engine.calls.forms import stamp_reader, stamp_writer, zoned_writer
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


def test_a_zone_shows_its_own_clocks_and_their_offset() -> None:
    winter, summer = 1767323045_250000, 1782961445_250000
    write = zoned_writer("%Y-%m-%dT%H:%M:%S.%g%:z %A %z %%:z", "Europe/Vienna")
    assert write(winter) == "2026-01-02T04:04:05.250+01:00 Friday +0100 %:z"
    assert write(summer) == "2026-07-02T05:04:05.250+02:00 Thursday +0200 %:z"
    assert zoned_writer("%H%:z", "America/St_Johns")(winter) == "23-03:30"


def test_beyond_the_years_of_a_zone_it_is_utc() -> None:
    assert zoned_writer("%Y %H%z", "Asia/Tokyo")(LATEST_US) == "9999 23+0000"
    assert zoned_writer("%Y %H%z", "America/New_York")(EARLIEST_US) == "0001 00+0000"
