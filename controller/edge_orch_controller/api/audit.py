"""The audit log and the state of health."""

from __future__ import annotations

from aiohttp import web

from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import answer, controller_of

NEWEST = 1_000

routes = web.RouteTableDef()


@routes.get("/v1/audit")
async def get_audit(request: web.Request) -> web.Response:
    """The latest entries, newest first."""
    await user_of(request, "admin")
    controller = controller_of(request)
    return answer(await controller.driver.read(controller.store.audit, NEWEST))


@routes.get("/v1/health")
async def get_health(request: web.Request) -> web.Response:
    """200 when the controller answers and its store can be read; for load balancers, so without credentials."""
    controller = controller_of(request)
    await controller.driver.read(controller.store.audit, 1)
    return answer({"status": "ok"})
