from __future__ import annotations

import msgspec
import pytest
from edge_orch_agent.core.ledger import Account
from edge_orch_agent.core.transaction import StreamId
from edge_orch_agent.core.view import AgentSnapshot, JobStatus, StreamStatus
from edge_orch_agent.core.wear import WearView
from edge_orch_agent.doctor.checks import examine
from edge_orch_agent.doctor.finding import Finding, State
from edge_orch_agent.doctor.readings import MIB, Disk, Process, Reach, Readings, Validity

from edge_orch.plan.plan import Limits
from edge_orch.testing.clock import START_US
from edge_orch.time import DAY, HOUR, ClockQuality, Instant
from edge_orch.twin.facts import Tally
from tests.unit.agent.core.press import a_rig

NOW = Instant(START_US, DAY, "boot")


def well() -> Readings:
    """A device on which all is well."""
    rig = a_rig([])
    rig.run(2 * HOUR // 60)
    status = rig.core.view()
    job = msgspec.structs.replace(status.jobs[0], inflow_per_day=1 * MIB)
    return Readings(
        now=NOW,
        disk=Disk(16 << 30, 8 << 30, reserve=True),
        memory_available=512 * MIB,
        process=Process(7, 86_400.0, 50 * MIB, 500 * MIB),
        status=msgspec.structs.replace(status, jobs=(job,)),
        reach=None,
        validities=(Validity("secret PD_KEY"),),
        damage=(),
    )


WELL = well()
assert WELL.status is not None


def with_status(**changes: object) -> Readings:
    assert WELL.status is not None
    return msgspec.structs.replace(WELL, status=msgspec.structs.replace(WELL.status, **changes))


def with_job(**changes: object) -> Readings:
    assert WELL.status is not None
    return with_status(jobs=(msgspec.structs.replace(WELL.status.jobs[0], **changes),))


def finding(readings: Readings, check: str) -> Finding:
    (found,) = [finding for finding in examine(readings) if finding.check == check]
    return found


def test_a_sound_device_has_nothing_to_do() -> None:
    for found in examine(WELL):
        assert (found.state, found.next_step) == (State.OK, ""), found


def test_the_same_readings_after_a_way_over_the_socket_are_the_same() -> None:
    data = msgspec.json.encode(WELL.status)
    assert msgspec.json.decode(data, type=AgentSnapshot) == WELL.status


STREAM = StreamStatus(StreamId("press", "raw", "lake"), 1, 5, 100, START_US - DAY, "no route to host")
HOLDOVER = msgspec.structs.replace(NOW, quality=ClockQuality.HOLDOVER)
LOST = msgspec.structs.replace(NOW, quality=ClockQuality.UNKNOWN)
NO_BUDGET = with_status(wear=WearView(0, 0, 0, 0, ()))
TROUBLES: list[tuple[Readings, str, State, str]] = [
    (msgspec.structs.replace(WELL, process=None, status=None), "agent", State.FAIL, "no agent runs"),
    (msgspec.structs.replace(WELL, status=None), "agent", State.FAIL, "does not answer"),
    (msgspec.structs.replace(WELL, status=None), "survival", State.UNKNOWN, "while the agent runs"),
    (
        with_status(commit_failure="cannot write\n  found: it is full"),
        "agent",
        State.FAIL,
        "nothing can be stored: cannot write",
    ),
    (with_job(version=0, state="failed", error="broke"), "job press", State.FAIL, "broke"),
    (with_job(trouble="no broker"), "job press", State.WARN, "no broker"),
    (with_job(dead_bytes=20 * MIB), "dead letters press", State.WARN, "20.0 MiB of 32.0 MiB"),
    (with_job(dead_bytes=2 * MIB), "dead letters press", State.OK, "2.0 MiB of 32.0 MiB"),
    (msgspec.structs.replace(WELL, fresh=True), "store", State.UNKNOWN, "no agent has run"),
    (with_status(outbox=(STREAM,)), "sink press/raw/lake", State.WARN, "5 records wait: no route"),
    (with_job(inflow_per_day=None), "survival", State.UNKNOWN, "after a minute"),
    (with_job(inflow_per_day=256 * MIB), "survival", State.WARN, "2.0 days without sinks: the outbox of press"),
    (with_job(inflow_per_day=2 << 30), "survival", State.FAIL, "0.2 days"),
    (with_job(inflow_per_day=0), "survival", State.OK, "nothing comes in"),
    (msgspec.structs.replace(WELL, damage=("the file: malformed",)), "store", State.FAIL, "malformed"),
    (with_status(accounts=(Account("press", 1, "raw", 3, 0, 0, 0, 0, 0, 0, 3),)), "store", State.FAIL, "3 records"),
    (msgspec.structs.replace(WELL, disk=Disk(16 << 30, 100 * MIB, reserve=True)), "disk", State.WARN, "100.0 MiB free"),
    (msgspec.structs.replace(WELL, disk=Disk(16 << 30, 0, reserve=False)), "disk", State.FAIL, "reserve is used up"),
    (msgspec.structs.replace(WELL, process=Process(7, 9.0, 1, 1)), "wear", State.UNKNOWN, "10 minutes"),
    (msgspec.structs.replace(NO_BUDGET, process=Process(7, 86_400.0, 1, 8 << 30)), "wear", State.WARN, "8.0 GiB a day"),
    (msgspec.structs.replace(WELL, process=Process(7, 86_400.0, 1, 64 << 30)), "wear", State.FAIL, "0 years"),
    (with_status(wear=WearView(0, 0, 8 << 30, 0, ())), "wear", State.WARN, "8.0 GiB a day"),
    (with_status(wear=WearView(0, 0, 2 << 30, 1 << 30, ())), "wear", State.FAIL, "its budget is 1.0 GiB"),
    (msgspec.structs.replace(WELL, memory_available=30 * MIB), "memory", State.WARN, "30.0 MiB available"),
    (msgspec.structs.replace(WELL, memory_available=3 * MIB), "memory", State.FAIL, "3.0 MiB available"),
    (msgspec.structs.replace(WELL, now=HOLDOVER), "clock", State.WARN, "runs free"),
    (msgspec.structs.replace(WELL, now=LOST), "clock", State.FAIL, "never set"),
    (
        msgspec.structs.replace(with_status(linked=False), reach=Reach("http://c:1", "no route to host")),
        "network",
        State.WARN,
        "no route to host; jobs run on",
    ),
    (
        msgspec.structs.replace(with_status(linked=False), reach=Reach("http://c:1")),
        "network",
        State.WARN,
        "not connected",
    ),
    (with_status(linked=False), "network", State.UNKNOWN, "not enrolled"),
    *(
        (msgspec.structs.replace(WELL, validities=(validity,), now=now), "secret K", state, words)
        for validity, now, state, words in (
            (Validity("secret K", missing=True), NOW, State.WARN, "no such file"),
            (Validity("secret K", exposed=True), NOW, State.WARN, "other users"),
            (Validity("secret K", START_US + 90 * DAY), NOW, State.OK, "in 90 days"),
            (Validity("secret K", START_US + 10 * DAY), NOW, State.WARN, "in 10 days"),
            (Validity("secret K", START_US - DAY), NOW, State.FAIL, "in -1 days"),
            (Validity("secret K", START_US - DAY), LOST, State.UNKNOWN, "the clock cannot tell"),
        )
    ),
]


@pytest.mark.parametrize(("readings", "check", "state", "words"), TROUBLES, ids=[trouble[3] for trouble in TROUBLES])
def test_each_trouble_is_told_with_what_to_do(readings: Readings, check: str, state: State, words: str) -> None:
    found = finding(readings, check)
    assert found.state is state
    assert words in found.found
    if state in (State.WARN, State.FAIL):
        assert found.next_step


def test_the_age_of_what_waits_shortens_survival() -> None:
    job = JobStatus("press", 1, 1, "running", (), inflow_per_day=1, limits=Limits(max_age_us=3 * DAY))
    readings = with_status(jobs=(job,), outbox=(msgspec.structs.replace(STREAM, failure=""),))
    assert "2.0 days" in finding(readings, "survival").found


def test_what_cannot_be_read_at_all_is_mended_by_what_its_reader_says() -> None:
    damaged = msgspec.structs.replace(WELL, damage=("not a database",), remedy="restart the agent")
    assert finding(damaged, "store").next_step == "restart the agent"


@pytest.mark.parametrize(
    ("age_s", "shown"),
    [(7, "7 seconds"), (180, "3 minutes"), (7_300, "2 hours"), (200_000, "2 days"), (119, "119 seconds")],
)
def test_an_age_is_told_in_a_unit_of_its_size(age_s: float, shown: str) -> None:
    assert WELL.process is not None
    process = msgspec.structs.replace(WELL.process, age_s=age_s)
    assert finding(msgspec.structs.replace(WELL, process=process), "agent").found.endswith(f", for {shown}")


def test_a_rule_that_flaps_is_shown_with_what_to_do() -> None:
    readings = with_status(tallies=(Tally("press", "hot", 180, 0, DAY),))
    found = finding(readings, "alert press.hot")
    assert found.state is State.WARN
    assert found.found == "180 episodes came and went while the controller was away, and are only counted"
    assert "throttle" in found.next_step
