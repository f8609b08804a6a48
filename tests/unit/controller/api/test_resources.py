"""Jobs, rollouts, agents, alerts and overrides, as a client sees them."""

from __future__ import annotations

import json

import msgspec
import pytest
from edge_orch_controller.core.transaction import Transaction, TwinUpdate
from edge_orch_controller.store.retention import USUAL

from edge_orch.plan.plan import decode_plan
from edge_orch.plan.steps import Lookup
from edge_orch.twin.epoch import Epoch, Rolled
from edge_orch.twin.facts import DeviceFact, EpisodeFact, JobState, Override, Reported, Section
from edge_orch.wire.api import (
    AckRequest,
    AckView,
    AgentView,
    AlertView,
    ApplyRequest,
    ApplyResult,
    ConflictView,
    HappeningView,
    JobView,
    OverrideRequest,
    OverrideView,
    RolloutView,
    SilenceRequest,
    SilenceView,
    WhyView,
)
from tests.unit.controller.api.conftest import JOB, Api

RULE = """
    - name: hot
      from: schematize
      alert: {when: temp_c > :hot_c, severity: critical, summary: hot}
"""


async def test_the_same_content_is_the_same_version(api: Api) -> None:
    first = await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    again = await api.post("/v1/jobs", ApplyRequest("# a comment\n" + JOB), ApplyResult)
    changed = await api.post("/v1/jobs", ApplyRequest(JOB.replace("85.0", "80.0")), ApplyResult)
    assert (first.version, first.created, first.rollout) == (1, True, "press-1")
    assert (again.version, again.created, again.rollout) == (1, False, "")
    assert (changed.version, changed.created, changed.rollout) == (2, True, "press-2")


async def test_applying_an_older_content_goes_back_to_it(api: Api) -> None:
    await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    await api.post("/v1/jobs", ApplyRequest(JOB.replace("85.0", "80.0")), ApplyResult)
    back = await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    assert (back.version, back.created, back.rollout) == (1, False, "press-3")
    assert (await api.get("/v1/jobs/press", JobView)).version == 1


async def test_a_table_that_comes_with_the_job_is_in_its_plan(api: Api) -> None:
    lookup = "    - lookup: {keys: {kind: k}, file: kinds.csv, fields: {line: string}}\n"
    job = JOB.replace("{temp_c: {type: float}}", "{temp_c: float, kind: string}").replace(
        "    - filter", lookup + "    - filter"
    )
    request = ApplyRequest(job, "shop/press.yaml", {"kinds.csv": "k,line\npress,A\n"})
    await api.post("/v1/jobs", request, ApplyResult)
    step = decode_plan(api.store.versions("press")[0].plan).step("lookup")
    assert isinstance(step, Lookup)
    assert step.rows == (("press", "A"),)
    status, error = await api.refused("POST", "/v1/jobs", ApplyRequest(job, "shop/press.yaml"))
    assert (status, error.problems[0].what) == (422, "the asset kinds.csv did not come with the job")


async def test_an_invalid_job_is_told_with_places(api: Api) -> None:
    wrong = JOB.replace("temp_c < :hot_c", "temp_k < :hot_c").replace("override: admin", "overide: admin")
    status, error = await api.refused("POST", "/v1/jobs", ApplyRequest(wrong, "shop/press.yaml"))
    assert status == 422
    where = error.problems[0].where
    assert where is not None
    assert (where.file, where.line) == ("shop/press.yaml", 8)
    assert api.store.versions("press") == []


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b'{"source": 7}', 400), (b"\xff", 400), (b"x" * (5 << 20), 413)]
)
async def test_bodies_that_are_not_understood(api: Api, body: bytes, status: int) -> None:
    assert (await api.refused("POST", "/v1/jobs", body))[0] == status


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/v1/jobs/none", "/v1/agents/none", "/v1/rollouts/none", "/v1/why?agent=none"]
)
async def test_what_is_not_there_is_said_to_be_not_there(api: Api, path: str) -> None:
    assert (await api.refused("GET", path))[0] == 404


async def test_what_was_not_foreseen_is_told_without_its_insides(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("secret insides")

    monkeypatch.setattr(api.store, "rollouts", broken)
    status, error = await api.refused("GET", "/v1/rollouts")
    assert status == 500
    assert "insides" not in repr(error)
    assert "secret insides" in caplog.text


async def test_a_rollout_is_followed_until_it_is_done(api: Api) -> None:
    await api.enroll("press-1")
    await api.enroll("oven-1")
    applied = await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    assert (await api.get(f"/v1/rollouts/{applied.rollout}", RolloutView)).pending == 1
    headers = {"Authorization": f"Bearer {api.tokens['viewer']}"}
    seen = []
    async with api.client.get(f"/v1/rollouts/{applied.rollout}?watch=1", headers=headers) as response:
        assert response.content_type == "text/event-stream"
        async for line in response.content:
            if not line.startswith(b"data: "):
                continue
            seen.append(json.loads(line.removeprefix(b"data: "))["state"])
            if len(seen) == 1:
                device = DeviceFact("press-1", {"role": "press"}, "fw 1", "0.1", "boot")
                api.agent_says("press-1", device, Reported("press", 1, applied.digest, 1, JobState.RUNNING))
    assert seen == ["running", "done"]
    (view,) = await api.get("/v1/rollouts", list[RolloutView])
    assert (view.state, view.total, view.done) == ("done", 1, 1)
    job = await api.get("/v1/jobs/press", JobView)
    assert (job.targeted, job.running) == (1, 1)
    agents = await api.get("/v1/agents", list[AgentView])
    assert [(agent.name, agent.online, agent.firmware) for agent in agents] == [
        ("oven-1", False, ""),
        ("press-1", True, "fw 1"),
    ]
    assert [(j.job, j.version, j.desired, j.state) for j in agents[1].jobs] == [("press", 1, 1, "running")]
    assert (await api.get("/v1/agents/press-1", AgentView)).heads


async def test_an_override_is_made_listed_and_explained(api: Api) -> None:
    await api.enroll("press-1")
    await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    wish = OverrideRequest("press", "hot_c", 90, "new dies", "press-1", "8h")
    made = await api.post("/v1/overrides", wish, OverrideView, who="operator")
    assert (made.value, made.state, made.by, made.role) == (90.0, "active", "operator", "operator")
    assert made.expires_at > made.made_at
    assert await api.get("/v1/overrides", list[OverrideView]) == [made]
    why = await api.get("/v1/why?agent=press-1&job=press&param=hot_c", WhyView)
    assert why.value == 90.0
    assert "new dies" in why.reasons[-1]
    await api.post("/v1/overrides", OverrideRequest("press", "hot_c", None, "dies back", "press-1"), OverrideView)
    why = await api.get("/v1/why?agent=press-1&job=press&param=hot_c", WhyView)
    assert why.value == 85.0


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        (OverrideRequest("press", "hot_c", 900, "why", "press-1"), 422),
        (OverrideRequest("press", "hot_c", 90, "", "press-1"), 422),
        (OverrideRequest("press", "hot_c", 90, "why", ""), 422),
        (OverrideRequest("press", "hot_c", 90, "why", "press-1", "soon"), 422),
        (OverrideRequest("press", "cold_c", 90, "why", "press-1"), 404),
        (OverrideRequest("press", "hot_c", 90, "why", "press-9"), 404),
        (OverrideRequest("press", "quorum", 2, "why", "press-1"), 403),
    ],
)
async def test_an_override_that_cannot_be_is_refused(api: Api, wish: OverrideRequest, status: int) -> None:
    await api.enroll("press-1")
    await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    assert (await api.refused("POST", "/v1/overrides", wish, who="operator"))[0] == status
    assert await api.get("/v1/overrides", list[OverrideView]) == []


async def test_an_alert_is_listed_and_acknowledged(api: Api) -> None:
    await api.enroll("press-1")
    api.agent_says("press-1", EpisodeFact("e1", "opened", "press", 1, "hot", 5, ("k",), "critical", "hot"))
    await api.until(lambda: bool(api.store.facts("press-1").episodes))
    ack = await api.post("/v1/alerts/e1/acks", AckRequest(note="on my way"), AckView, who="operator")
    assert (ack.by, ack.origin, ack.note) == ("operator", "controller", "on my way")
    (alert,) = await api.get("/v1/alerts", list[AlertView])
    assert (alert.episode, alert.agent, alert.state, alert.acks) == ("e1", "press-1", "acknowledged", (ack,))
    assert (await api.refused("POST", "/v1/alerts/e9/acks", AckRequest()))[0] == 404


async def test_silences_are_made_listed_and_lifted(api: Api) -> None:
    await api.post("/v1/jobs", ApplyRequest(JOB.replace("  outputs:", RULE + "  outputs:")), ApplyResult)
    await api.enroll("press-1")
    wanted = SilenceRequest("dies are changed", "press", "hot", lasts="2h", agent="press-1")
    made = await api.post("/v1/silences", wanted, SilenceView, who="operator")
    assert (made.rule, made.by, made.origin, made.state, made.key) == ("hot", "operator", "controller", "active", None)
    lifted = await api.post("/v1/silences", SilenceRequest("done", lifts=(made.id,), agent="press-1"), SilenceView)
    assert lifted.state == "lifted"
    states = {view.id: view.state for view in await api.get("/v1/silences", list[SilenceView])}
    assert states == {made.id: "lifted", lifted.id: "lifted"}
    entries = await api.ask("GET", "/v1/audit")
    assert [entry["what"] for entry in json.loads(await entries.text())][:2] == ["silence.lift", "silence.set"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"agent": ""}, 422, "on which agent"),
        ({"agent": "press-9"}, 404, "no agent 'press-9'"),
        ({"job": "oven"}, 404, "no job 'oven'"),
        ({"rule": "warm"}, 404, "no alert rule 'warm'"),
        ({"lasts": ""}, 422, "must end"),
        ({"reason": ""}, 422, "needs a reason"),
    ],
)
async def test_a_silence_that_cannot_be_is_refused(api: Api, change: dict[str, str], status: int, words: str) -> None:
    await api.post("/v1/jobs", ApplyRequest(JOB.replace("  outputs:", RULE + "  outputs:")), ApplyResult)
    await api.enroll("press-1")
    wanted = SilenceRequest("dies are changed", "press", "hot", lasts="2h", agent="press-1")
    found, error = await api.refused("POST", "/v1/silences", msgspec.structs.replace(wanted, **change))
    assert (found, words in error.problems[0].what) == (status, True)
    assert (await api.refused("POST", "/v1/silences", wanted, who="viewer"))[0] == 403


async def test_history_and_conflicts_of_what_was_decided_apart(api: Api) -> None:
    await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    await api.enroll("press-1")
    await api.post("/v1/overrides", OverrideRequest("press", "hot_c", 91.0, "summer", "press-1"), OverrideView)
    local = Override("a-1", "press", "hot_c", 92.0, "olga", "operator", "new dies", "agent", api.clock.instant)
    api.agent_says("press-1", local)
    await api.until(lambda: "a-1" in api.store.facts("press-1").overrides)
    (conflict,) = await api.get("/v1/conflicts", list[ConflictView])
    assert (conflict.kind, conflict.subject, len(conflict.overrides)) == ("concurrent", "press.hot_c", 2)
    assert await api.get("/v1/conflicts?agent=press-1", list[ConflictView]) == [conflict]
    told = await api.get("/v1/history?agent=press-1&job=press&name=hot_c", list[HappeningView])
    assert {one.by for one in told} == {"olga", "admin"}
    assert len(await api.get("/v1/history?job=press", list[HappeningView])) >= 2
    assert (await api.refused("GET", "/v1/history"))[0] == 422
    assert (await api.refused("GET", "/v1/history?job=press&agent=x"))[0] == 404
    assert (await api.refused("GET", "/v1/conflicts?agent=x"))[0] == 404


async def test_what_the_archive_no_longer_has_is_told_where_people_look(api: Api) -> None:
    await api.enroll("press-1")
    assert (await api.get("/v1/agents/press-1", AgentView)).dropped == 0
    assert await api.get("/v1/history?job=press", list[HappeningView]) == []
    half = USUAL.size // 2
    left = tuple((Section.EPISODES, f"e{n}/opened", "x" * half) for n in range(3))
    rolled = Rolled(Epoch(1, b"e" * 16, 1), (), left)
    api.store.commit(Transaction(twins={"press-1": TwinUpdate(rolls=[rolled])}, at_us=1_767_225_600_000_000))
    assert (await api.get("/v1/agents/press-1", AgentView)).dropped == 2
    (told,) = await api.get("/v1/history?job=press", list[HappeningView])
    assert (told.at, told.agent, told.archived) == ("2026-01-01T00:00:00Z", "press-1", True)
    assert told.what == "2 facts that machines wrote and that left the twin by then are no longer kept"
