"""Rollouts: listed, and followed as server-sent events."""

from __future__ import annotations

import asyncio

import msgspec
from aiohttp import web

from edge_orch.errors import Problem
from edge_orch.twin.interventions import NotFound
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import Controller, answer, controller_of
from edge_orch_controller.api.views import rollout_view
from edge_orch_controller.core.records import Rollout

KEEPALIVE_S = 15.0
"""A comment each, so that proxies and clients know a quiet rollout from a dead connection."""

routes = web.RouteTableDef()


@routes.get("/v1/rollouts")
async def list_rollouts(request: web.Request) -> web.Response:
    await user_of(request, "viewer")
    controller = controller_of(request)
    stored = await controller.driver.read(controller.store.rollouts)
    return answer([rollout_view(controller.driver.core.rollout(rollout.id) or rollout) for rollout in stored])


@routes.get("/v1/rollouts/{id}")
async def get_rollout(request: web.Request) -> web.StreamResponse:
    """One rollout; with `?watch=1` as it goes: `data: <RolloutView>` at each change, until it is over."""
    await user_of(request, "viewer")
    controller, rollout_id = controller_of(request), request.match_info["id"]
    found = await _find(controller, rollout_id)
    if request.query.get("watch", "") in ("", "0"):
        return answer(rollout_view(found))
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    async with controller.driver.watch() as happened:
        shown = None
        while not controller.driver.stopping:
            happened.clear()
            found = await _find(controller, rollout_id)
            if found != shown:
                await response.write(b"data: " + msgspec.json.encode(rollout_view(found)) + b"\n\n")
                shown = found
            if found.state != "running":
                break
            try:
                async with asyncio.timeout(KEEPALIVE_S):
                    await happened.wait()
            except TimeoutError:
                await response.write(b": waiting\n\n")
    return response


async def _find(controller: Controller, rollout_id: str) -> Rollout:
    live = controller.driver.core.rollout(rollout_id)
    if live is not None:
        return live
    for rollout in await controller.driver.read(controller.store.rollouts):
        if rollout.id == rollout_id:
            return rollout
    raise NotFound(Problem(f"no rollout {rollout_id!r}", next_step="edge-orch get rollouts"))
