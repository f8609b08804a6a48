"""Arrival time under every clock there is: set forward and back, woken in 1970, rebooted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.arrival import FASTEST, Arrival
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.time import DAY, HOUR, MINUTE, SECOND, ClockQuality, Instant

NOON = 1_767_268_800 * SECOND
KNOWN, UNKNOWN = ClockQuality.SYNCED, ClockQuality.UNKNOWN


def moment(wall_us: int, mono_us: int, boot: str = "one", quality: ClockQuality = KNOWN) -> Instant:
    return Instant(wall_us, mono_us, boot, quality)


def line(*moments: Instant) -> list[int]:
    arrival = Arrival()
    return [arrival.date(each).wall_us for each in moments]


def test_a_clock_that_nobody_touches_is_followed_exactly() -> None:
    moments = [moment(NOON + second * SECOND, second * SECOND) for second in range(100)]
    assert line(*moments) == [each.wall_us for each in moments]


@pytest.mark.parametrize("step", [HOUR, -HOUR, SECOND, -SECOND])
def test_a_clock_that_is_set_is_caught_up_with_slowly(step: int) -> None:
    arrival = Arrival()
    arrival.date(moment(NOON, 0))
    before, seconds = NOON, 0
    for seconds in range(1, 12 * 3_600):
        wall_us = NOON + step + seconds * SECOND
        dated = arrival.date(moment(wall_us, seconds * SECOND)).wall_us
        assert abs(dated - before - SECOND) <= SECOND // FASTEST
        before = dated
        if dated == wall_us:
            break
    assert seconds == pytest.approx(abs(step) / SECOND * FASTEST, abs=2)


def test_a_device_that_wakes_in_1970_goes_on_where_it_stood_until_it_knows_the_time() -> None:
    assert line(
        moment(NOON, 500 * SECOND),
        moment(5 * SECOND, 5 * SECOND, "two", UNKNOWN),
        moment(9 * SECOND, 9 * SECOND, "two", UNKNOWN),
        moment(NOON + HOUR, 10 * SECOND, "two"),
    ) == [NOON, NOON, NOON + 4 * SECOND, NOON + HOUR]


def test_an_unknown_clock_is_not_believed_across_the_decades() -> None:
    assert line(moment(NOON, 0), moment(NOON + 4_000 * DAY, 0, "two", UNKNOWN)) == [NOON, NOON]
    assert line(moment(NOON, 0), moment(NOON + HOUR, 0, "two", UNKNOWN)) == [NOON, NOON + HOUR]
    assert line(moment(NOON, 0), moment(NOON + HOUR, 5, quality=UNKNOWN)) == [NOON, NOON + 5]


def test_a_clock_that_ran_ahead_while_unknown_is_waited_for() -> None:
    dated = line(moment(NOON + HOUR, 0, quality=UNKNOWN), moment(NOON, 10 * SECOND))
    assert dated == [NOON + HOUR, NOON + HOUR + 9 * SECOND]


def test_it_jumps_over_what_was_slept_through_and_over_more_than_a_day() -> None:
    assert line(moment(NOON, 0), moment(NOON + 8 * HOUR, 0, "two")) == [NOON, NOON + 8 * HOUR]
    assert line(moment(NOON, 0), moment(NOON + 2 * DAY, SECOND)) == [NOON, NOON + 2 * DAY]
    # A machine that was suspended: its monotonic clock stood still, as every timeout did.
    assert line(moment(NOON, 0), moment(NOON + 3 * HOUR, SECOND)) == [NOON, NOON + SECOND + SECOND // FASTEST]


MOMENTS = st.lists(
    st.tuples(
        st.integers(0, 2 * HOUR),
        st.integers(-60 * 365 * DAY, 60 * 365 * DAY),
        st.booleans(),
        st.sampled_from([KNOWN, UNKNOWN]),
    ),
    max_size=40,
)


@given(MOMENTS)
def test_whatever_is_done_to_the_clock_it_never_goes_back_and_survives_a_snapshot(
    story: list[tuple[int, int, bool, ClockQuality]],
) -> None:
    arrival, mono_us, boot, before = Arrival(), 0, 1, None
    for elapsed_us, wall_us, reboots, quality in story:
        boot, mono_us = (boot + 1, elapsed_us) if reboots else (boot, mono_us + elapsed_us)
        again = Arrival()
        again.restore(arrival.snapshot())
        now = moment(wall_us, mono_us, str(boot), quality)
        dated = arrival.date(now)
        assert again.date(now) == dated
        assert before is None or dated.wall_us >= before
        assert (dated.mono_us, dated.boot, dated.quality) == (now.mono_us, now.boot, now.quality)
        before = dated.wall_us


# Windows and rules that are dated by arrival.

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: press}
spec:
  source: {mqtt: {topic: raw}}
  steps:
    - name: parsed
      schematize: {json: {}, fields: {sensor: {type: string}, temp_c: {type: float}}}
    - name: marked
      enrich: {at: source.received_at, clock: source.clock, boot: source.boot}
    - name: per_window
      from: parsed
      aggregate: {window: {tumbling: 10s}, compute: {n: count(*)}, grace: 0s}
    - name: marked_rows
      enrich: {clock: source.clock}
    - name: hot
      from: parsed
      alert: {when: temp_c > 80, hold: 30s, severity: critical, summary: hot, notify: []}
    - name: silent
      from: parsed
      alert: {absent: 5m, key: [sensor], severity: warning, summary: silent, notify: []}
  outputs:
    records: {from: marked, to: lake}
    rows: {from: marked_rows, to: lake}
  sinks:
    lake: {file: {path: /dev/null}}
"""


class Press:
    """A sensor that speaks every second, on a device whose clock shows the truth plus `off_us`."""

    def __init__(self, off_us: int = 0, quality: ClockQuality = KNOWN) -> None:
        self.plan = compile_job(JOB, "job.yaml")
        self.pipeline = Pipeline(self.plan, device=Device("press-1"))
        self.off_us, self.quality, self.boot, self.booted_us, self.true_us = off_us, quality, 1, 0, 0
        self.emissions: list[Emission] = []
        self.sent = 0

    @property
    def now(self) -> Instant:
        wall_us = NOON + self.true_us + self.off_us
        return moment(wall_us, self.true_us - self.booted_us, str(self.boot), self.quality)

    def run(self, seconds: int, temp_c: float = 20.0, every: int = 1) -> None:
        for _ in range(seconds):
            self.true_us += SECOND
            if every and self.true_us // SECOND % every == 0:
                self.sent += 1
                payload = b'{"sensor":"a","temp_c":%f}' % temp_c
                self.emissions.append(self.pipeline.process(Batch("p", payload, self.now)))
            elif (due := self.pipeline.wake_at()) is not None and due <= self.now.mono_us:
                self.emissions.append(self.pipeline.advance(self.now))

    def reboot(self, off_us: int, quality: ClockQuality) -> None:
        state = self.pipeline.snapshot()
        self.boot, self.booted_us, self.off_us, self.quality = self.boot + 1, self.true_us, off_us, quality
        self.pipeline = Pipeline(self.plan, device=Device("press-1"), state=state)

    def rows(self, output: str) -> list[dict[str, object]]:
        chunks = [emission.outputs[output].data for emission in self.emissions if output in emission.outputs]
        return [json.loads(row) for row in b"".join(chunks).splitlines()]

    def counted(self) -> int:
        self.emissions.append(self.pipeline.finish())
        return sum(int(str(row["n"])) for row in self.rows("rows"))

    def episodes(self) -> list[tuple[str, str]]:
        return [(event.rule, event.kind.value) for emission in self.emissions for event in emission.episodes]

    def late(self) -> int:
        return sum(count.late + count.dead for emission in self.emissions for count in emission.counts.values())


JUMPS = [HOUR, -HOUR, 10 * MINUTE, -10 * MINUTE]


@pytest.mark.parametrize("jump", JUMPS)
def test_no_record_is_late_and_every_one_is_in_one_window_when_the_clock_is_set(jump: int) -> None:
    press = Press()
    press.run(25)
    press.off_us = jump
    press.run(100)
    press.off_us = 0
    press.run(100)
    assert press.late() == 0
    assert press.counted() == press.sent
    starts = [str(row["window_start"]) for row in press.rows("rows")]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("jump", JUMPS)
def test_a_hold_lasts_as_long_as_it_says_when_the_clock_is_set(jump: int) -> None:
    press = Press()
    press.run(25)
    press.run(5, temp_c=90)
    press.off_us = jump
    press.run(20, temp_c=90)
    assert press.episodes() == []
    press.run(12, temp_c=90)
    assert press.episodes() == [("hot", "opened")]


@pytest.mark.parametrize("jump", JUMPS)
def test_silence_is_as_long_as_it_says_when_the_clock_is_set(jump: int) -> None:
    press = Press()
    press.run(25)
    press.off_us = jump
    press.run(250, every=0)
    assert press.episodes() == []
    press.run(100, every=0)
    assert press.episodes() == [("silent", "opened")]


def test_boot_in_1970_with_open_windows_and_a_running_hold_loses_nothing() -> None:
    press = Press()
    press.run(25)
    press.run(10, temp_c=90)
    press.reboot(-NOON, UNKNOWN)
    press.run(15, temp_c=90)
    assert press.episodes() == []
    press.run(10, temp_c=90)
    assert press.episodes() == [("hot", "opened")]
    press.off_us, press.quality = 0, KNOWN
    press.run(25)
    assert press.late() == 0
    assert press.counted() == press.sent
    assert {row["clock"] for row in press.rows("records")} == {"synced", "unknown"}
    assert [row["clock"] for row in press.rows("records")].count("unknown") == 25
    assert all(str(row["window_start"]) > "2026" for row in press.rows("rows"))


def test_every_record_and_row_says_what_its_clock_was_worth() -> None:
    press = Press(-NOON, UNKNOWN)
    press.run(25)
    press.off_us, press.quality = 0, KNOWN
    press.run(25)
    assert [row["clock"] for row in press.rows("rows")][:2] == ["unknown", "unknown"]
    assert press.rows("rows")[-1]["clock"] == "synced"
    assert {row["boot"] for row in press.rows("records")} == {"1"}
    assert press.counted() == press.sent
    assert press.late() == 0


def test_a_record_can_say_when_it_came() -> None:
    press = Press()
    press.run(3)
    assert [str(row["at"])[-9:] for row in press.rows("records")] == ["12:00:01Z", "12:00:02Z", "12:00:03Z"]
