"""What can be tuned in the core, with the reason of each default."""

from __future__ import annotations

import msgspec

from edge_orch.time import HOUR, MILLISECOND, MINUTE, SECOND


class Settings(msgspec.Struct, frozen=True):
    """Sizes in bytes, durations in microseconds.

    Work is committed when the first of these is reached; a batch that opens or resolves an episode commits at once:
    `commit_after_us` since the first batch, `commit_bytes` read or half again as much brought forth by jobs that make
    more of what they read, `commit_rest_bytes` read once a source has come to its end (less waits: a file that is
    appended to by the line has come there each time), `commit_messages` not acknowledged (half of what
    sources read ahead: while one half is committed the other is read), `commit_batches`, or `quiet_us`
    without a new batch while a source waits (a broker with a narrower window has stopped).

    `have_every_us`: how often, ± 20 %, the twin is compared without cause: heals what the network lost.
    `telemetry_every_us`: how often counters are sent while the controller can be reached; each costs it a signature to
    verify, a quarter of a millisecond: 8 % of a core for 10,000 agents at the default.
    `wear_every_us`: how often the kernel is asked how much this process has had written.
    `retry_first_us`, `retry_most_us`: bounds of exponential backoff with full jitter, for sinks, artifacts, commits.
    `roll_bytes`: how long the history of the twin must be before it is looked at whether the twin should begin anew;
    then as many bytes of resolved episodes stay in it, the newest.
    `apart_bytes`: how long it may become while the controller does not have it, and a quarter of it is what resolved
    episodes may take then; twice as long while the controller can be reached, for then it is being told. A month of
    twenty episodes a day is about that.
    `deliver_ahead`: how many segments a stream may be done with before that is durable: a crash has it deliver so many
    again.
    `merge_segments`: how many must wait in a stream before they are merged, into segments of at most `merge_bytes` and
    `merge_span_us`: `max_age` gives up whole segments, by the stamp of their latest records.
    `notices_waiting`: how many may wait for one sink; each takes 300 bytes of memory. Beyond, openings are withheld as
    by a throttle. A sensor that flaps every ten seconds comes there in half a day.
    `probation_us`: how long a new version must run before it is what one falls back to.
    `dead_share`, `dead_least`: which share of its records, and of how many at least, must become dead letters meanwhile
    for it to be given up (see `Probation`). Nearly all: a version that refuses half may well be meant to.
    `failures_before_rollback`: batches in a row on which a version may break before it is given up.
    `crashes_on_one_input`, `crashes_in_a_row`: how often the process may end without a word while a version works on
    one and the same input, or on any, before it is given up; a plug pulled at random hits the same job often enough,
    but hardly ever the same batch three times running.
    `flash_budget`: bytes a day that the disk should bear, 0 for any number: an alarm tells of more. A card of 32 GB
    whose cells bear a thousand writes, and which itself writes four times what it is told to, lasts five years so.
    """

    commit_after_us: int = SECOND
    commit_bytes: int = 2 << 20
    commit_rest_bytes: int = 64 << 10
    commit_messages: int = 4096
    commit_batches: int = 250
    quiet_us: int = 100 * MILLISECOND
    have_every_us: int = 30 * SECOND
    telemetry_every_us: int = 30 * SECOND
    wear_every_us: int = MINUTE
    retry_first_us: int = 500 * MILLISECOND
    retry_most_us: int = MINUTE
    roll_bytes: int = 48 << 10
    apart_bytes: int = 1 << 20
    deliver_ahead: int = 128
    merge_segments: int = 256
    merge_bytes: int = 256 << 10
    merge_span_us: int = HOUR
    notices_waiting: int = 10_000
    probation_us: int = MINUTE
    dead_share: float = 0.9
    dead_least: int = 20
    failures_before_rollback: int = 3
    crashes_on_one_input: int = 3
    crashes_in_a_row: int = 10
    flash_budget: int = 4_000_000_000
