"""Artifacts: signed plans by content digest."""

from __future__ import annotations

from aiohttp import web

from edge_orch.errors import Problem
from edge_orch.twin.interventions import NotFound
from edge_orch_controller.api.auth import reader_of
from edge_orch_controller.api.context import controller_of

routes = web.RouteTableDef()


@routes.get("/v1/artifacts/{digest}")
async def get_artifact(request: web.Request) -> web.Response:
    """The envelope. It never changes under its digest."""
    await reader_of(request)
    controller, digest = controller_of(request), request.match_info["digest"]
    version = await controller.driver.read(controller.store.version_by_digest, digest)
    if version is None:
        raise NotFound(Problem(f"no artifact {digest!r}"))
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return web.Response(body=version.envelope, content_type="application/json", headers=headers)
