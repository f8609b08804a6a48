"""Jobs: applied, listed."""

from __future__ import annotations

from aiohttp import web

from edge_orch.errors import Problem
from edge_orch.twin.interventions import NotFound
from edge_orch.wire.api import ApplyRequest, ApplyResult
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import answer, body_of, controller_of
from edge_orch_controller.api.views import job_view
from edge_orch_controller.core.events import JobApplied

routes = web.RouteTableDef()


@routes.post("/v1/jobs")
async def apply(request: web.Request) -> web.Response:
    """Make the text a version and roll it out."""
    user = await user_of(request, "admin")
    wanted = await body_of(request, ApplyRequest)
    driver, registry = controller_of(request).driver, controller_of(request).registry
    applied = await driver.read(registry.apply, wanted, user.name, driver.clock.now())
    if applied.job is not None:
        driver.handle(JobApplied(applied.job))
    version = applied.version
    rollout = applied.job.rollout.id if applied.job else ""
    return answer(
        ApplyResult(version.job, version.version, version.digest, applied.created, rollout),
        201 if applied.created else 200,
    )


@routes.get("/v1/jobs")
async def list_jobs(request: web.Request) -> web.Response:
    await user_of(request, "viewer")
    plans = controller_of(request).driver.core.plans()
    return answer([job_view(plans[name]) for name in sorted(plans)])


@routes.get("/v1/jobs/{name}")
async def get_job(request: web.Request) -> web.Response:
    await user_of(request, "viewer")
    name = request.match_info["name"]
    plan = controller_of(request).driver.core.plans().get(name)
    if plan is None:
        raise NotFound(Problem(f"no job {name!r}", next_step="edge-orch get jobs"))
    return answer(job_view(plan))
