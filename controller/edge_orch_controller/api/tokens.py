"""Tokens: made and shown once."""

from __future__ import annotations

from aiohttp import web

from edge_orch.time import format_timestamp
from edge_orch.wire.api import TokenRequest, TokenView
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import answer, body_of, controller_of
from edge_orch_controller.credentials import make_token

routes = web.RouteTableDef()


@routes.post("/v1/tokens")
async def create_token(request: web.Request) -> web.Response:
    """Make a join token or a person's credential."""
    user = await user_of(request, "admin")
    wanted = await body_of(request, TokenRequest)
    controller = controller_of(request)
    text, token = make_token(wanted, user.name, controller.driver.clock.now().wall_us)
    detail = f"role {token.role}" if token.kind == "user" else f"labels {token.labels}"
    detail += ", may replace the agent's key" if token.replace else ""
    entry = controller.audited(user.name, f"token.create.{token.kind}", token.name, detail)
    await controller.driver.read(controller.store.add_token, token, entry)
    expires_at = "" if token.expires_at_us is None else format_timestamp(token.expires_at_us)
    return answer(TokenView(text, token.kind, token.name, expires_at), 201)
