from __future__ import annotations

from edge_orch_agent.core.inflow import Inflow
from edge_orch_agent.core.survival import Burden, Survival, survival
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.time import DAY, HOUR, MINUTE, SECOND, Instant

MIB = 1 << 20
ROOMY = 1 << 50


def press(waiting: int = 0, per_day: int | None = 10 * MIB, **more: object) -> Burden:
    fields = {"limit": 100 * MIB, "max_age_us": 30 * DAY} | more
    return Burden("press", waiting, per_day=per_day, **fields)  # type: ignore[arg-type]


def test_an_outbox_fills_at_its_rate() -> None:
    found = survival([press(waiting=40 * MIB)], ROOMY)
    assert found == Survival(6.0, "the outbox of press is full then and drops records")
    assert "stops reading" in survival([press(on_full="block")], ROOMY).by


def test_what_waits_too_long_is_lost_as_well() -> None:
    found = survival([press(per_day=1, waits_us=25 * DAY)], ROOMY)
    assert found.days == 5.0
    assert "greatest age" in found.by


def test_all_jobs_share_the_disk_and_compression_counts() -> None:
    both = [press(), press(per_day=30 * MIB, limit=1 << 40)]
    assert survival(both, 80 * MIB).days == 2.0
    assert "disk" in survival(both, 80 * MIB).by
    assert survival(both, 80 * MIB, stored_share=0.25).days == 8.0


def test_what_is_full_now_has_no_days_left() -> None:
    assert survival([press(waiting=200 * MIB)], ROOMY).days == 0.0


def test_nothing_coming_in_is_for_ever_and_not_the_same_as_not_knowing() -> None:
    assert survival([], 0) == Survival(None)
    assert survival([press(per_day=0)], 0) == Survival(None)
    assert survival([press(per_day=None)], ROOMY) == Survival(None, known=False)
    assert survival([press(per_day=None), press()], ROOMY).known is False


@given(st.integers(0, 200 * MIB), st.integers(1, 1 << 40), st.integers(0, 1 << 50))
def test_more_waiting_or_less_room_never_gives_more_days(waiting: int, per_day: int, free: int) -> None:
    days = survival([press(waiting, per_day)], free).days
    assert days is not None
    fuller = survival([press(waiting + MIB, per_day)], free // 2).days
    assert fuller is not None
    assert 0 <= fuller <= days


def at(us: int) -> Instant:
    return Instant(0, us, "boot")  # the wall clock stands still: it is not asked


def test_a_steady_rate_is_found_from_the_first_minute_on() -> None:
    inflow = Inflow()
    inflow.add("press", 0, at(0))
    assert inflow.per_day("press", at(30 * SECOND)) is None
    for second in range(1, 4 * 3_600):
        inflow.add("press", 100, at(second * SECOND))
        if second % 600 == 0:
            found = inflow.per_day("press", at(second * SECOND))
            assert found is not None
            assert abs(found - 8_640_000) < 8_640_000 * 0.01


def test_it_fades_when_nothing_comes_and_jobs_are_apart() -> None:
    inflow = Inflow()
    inflow.add("press", 1_000_000, at(0))
    after = [inflow.per_day("press", at(hours * HOUR)) or 0 for hours in (1, 2, 10)]
    assert after == sorted(after, reverse=True)
    assert 0 < after[-1] < 24_000_000 / 10_000
    assert inflow.per_day("other", at(MINUTE)) is None
