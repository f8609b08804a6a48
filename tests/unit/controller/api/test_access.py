"""Who may do what, and what everyone is told who may not."""

from __future__ import annotations

import base64

import pytest

from edge_orch.time import HOUR
from edge_orch.trust.envelope import open_envelope
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import seal
from edge_orch.wire.api import (
    AckRequest,
    ApplyRequest,
    ApplyResult,
    EnrollRequest,
    EnrollResult,
    OverrideRequest,
    TokenRequest,
    TokenView,
)
from edge_orch.wire.messages import Have, encode_message
from tests.unit.controller.api.conftest import JOB, Api

READS = ["jobs", "agents", "rollouts", "alerts", "overrides", "why"]
OPERATOR = {
    "/v1/overrides": OverrideRequest("press", "hot_c", 90.0, "why", "press-1"),
    "/v1/alerts/e1/acks": AckRequest("press-1"),
}
ADMIN = {"/v1/jobs": ApplyRequest(JOB), "/v1/tokens": TokenRequest("join", "press-1")}


async def test_health_needs_no_token(api: Api) -> None:
    assert (await api.ask("GET", "/v1/health", who="")).status == 200


@pytest.mark.parametrize("path", READS)
async def test_reading_needs_a_token(api: Api, path: str) -> None:
    status, error = await api.refused("GET", f"/v1/{path}", who="")
    assert status == 401
    assert error.problems[0].expected == "Authorization: Bearer TOKEN"


@pytest.mark.parametrize("path", [*OPERATOR, *ADMIN])
async def test_changing_needs_a_role(api: Api, path: str) -> None:
    body = (OPERATOR | ADMIN)[path]
    for who in ["viewer"] if path in OPERATOR else ["viewer", "operator"]:
        status, error = await api.refused("POST", path, body, who)
        assert status == 403
        assert error.problems[0].what.startswith("this needs the role")
    assert (await api.ask("POST", path, body, who="")).status == 401
    assert api.store.versions("press") == []


async def test_tokens_that_are_not_good_are_refused(api: Api) -> None:
    api.tokens["nobody"] = "eo-user-invented"
    api.add_user("guest", "admin", expires_in="1h")
    join = await api.post("/v1/tokens", TokenRequest("join", "press-1"), TokenView)
    api.tokens["agent"] = join.token
    assert (await api.ask("GET", "/v1/jobs", who="guest")).status == 200
    api.clock.instant = api.clock.instant.after(HOUR)
    for who in ("nobody", "guest", "agent"):
        assert (await api.refused("GET", "/v1/jobs", who=who))[0] == 401


async def test_a_persons_token_works_and_is_stored_only_as_a_digest(api: Api) -> None:
    made = await api.post("/v1/tokens", TokenRequest("user", "olga", role="operator"), TokenView)
    api.tokens["olga"] = made.token
    assert (await api.ask("GET", "/v1/jobs", who="olga")).status == 200
    assert (await api.ask("POST", "/v1/jobs", ApplyRequest(JOB), who="olga")).status == 403
    assert made.token not in repr(api.store.__dict__)


async def test_a_join_token_lets_its_agent_in_once(api: Api) -> None:
    token = (await api.post("/v1/tokens", TokenRequest("join", "press-1", {"role": "press"}), TokenView)).token
    key = PrivateKey.generate().public.hex
    assert (await api.refused("POST", "/v1/enroll", EnrollRequest(token, "press-2", key), who=""))[0] == 403
    assert (await api.refused("POST", "/v1/enroll", EnrollRequest("eo-join-x", "press-1", key), who=""))[0] == 403
    assert (await api.ask("POST", "/v1/enroll", EnrollRequest(token, "press-1", key), who="")).status == 201
    other = PrivateKey.generate().public.hex
    assert (await api.refused("POST", "/v1/enroll", EnrollRequest(token, "press-1", other), who=""))[0] == 409


async def test_a_token_to_replace_locks_the_old_key_out(api: Api) -> None:
    old, new = PrivateKey.generate(), PrivateKey.generate()
    await api.enroll("press-1", old)
    wanted = TokenRequest("join", "press-1", replace=True)
    token = (await api.post("/v1/tokens", wanted, TokenView)).token
    await api.post("/v1/enroll", EnrollRequest(token, "press-1", new.public.hex), EnrollResult, who="")
    driver = api.controller.driver
    assert driver.key_of("press-1") == new.public
    assert driver.core.members()["press-1"].agent.labels == {"role": "press"}
    said = encode_message(Have("press-1", 0, {}, (), b"boot"))
    for key, heard in ((old, False), (new, True)):
        before = driver.core.members()["press-1"].claim
        driver.message_received("press-1", seal(key, "press-1", said))
        assert (driver.core.members()["press-1"].claim != before) == heard
    assert (await api.refused("POST", "/v1/tokens", TokenRequest("user", "olga", replace=True)))[0] == 422


@pytest.mark.parametrize(
    "request_",
    [EnrollRequest("t", "a/b", "00" * 32), EnrollRequest("t", "+", "00" * 32), EnrollRequest("t", "press-1", "xyz")],
)
async def test_names_that_would_break_topics_and_keys_that_are_none_are_refused(
    api: Api, request_: EnrollRequest
) -> None:
    assert (await api.refused("POST", "/v1/enroll", request_, who=""))[0] == 422


async def test_an_artifact_is_for_enrolled_agents_and_people(api: Api) -> None:
    key, stranger = PrivateKey.generate(), PrivateKey.generate()
    await api.enroll("press-1", key)
    applied = await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    path = f"/v1/artifacts/{applied.digest}"

    def proof(by: PrivateKey, request: str = f"GET {path}") -> dict[str, str]:
        sealed = seal(by, "press-1", request.encode())
        return {"Authorization": f"EdgeOrch {base64.urlsafe_b64encode(sealed).decode()}"}

    async with api.client.get(path, headers=proof(key)) as response:
        signed = open_envelope(await response.read(), [api.controller.public_key])
        assert (signed.job, signed.version, signed.digest) == ("press", 1, applied.digest)
    for headers in ({}, proof(stranger), proof(key, "GET /v1/artifacts/other"), {"Authorization": "EdgeOrch %%%"}):
        async with api.client.get(path, headers=headers) as response:
            assert response.status == 401
    assert (await api.ask("GET", path, who="viewer")).status == 200
    assert (await api.refused("GET", "/v1/artifacts/sha256:none"))[0] == 404


async def test_the_audit_log_tells_who_changed_what_without_secrets(api: Api) -> None:
    await api.enroll("press-1")
    await api.post("/v1/jobs", ApplyRequest(JOB), ApplyResult)
    assert (await api.refused("GET", "/v1/audit", who="operator"))[0] == 403
    response = await api.ask("GET", "/v1/audit")
    entries = await response.json()
    assert [(entry["who"], entry["what"]) for entry in entries[:3]] == [
        ("admin", "job.apply"),
        ("press-1", "agent.enroll"),
        ("admin", "token.create.join"),
    ]
    assert "eo-join-" not in await response.text()
