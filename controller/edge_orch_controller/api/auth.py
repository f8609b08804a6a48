"""Who is asking: people by Bearer token, agents by a seal over the very request."""

from __future__ import annotations

import base64
import binascii

from aiohttp import web

from edge_orch.errors import EdgeOrchError, Problem, Refused
from edge_orch.trust.seal import open_sealed
from edge_orch_controller.api.context import controller_of
from edge_orch_controller.core.records import Role
from edge_orch_controller.credentials import User, token_digest


class Unauthenticated(Refused):
    """Nobody the controller knows."""


async def user_of(request: web.Request, role: Role) -> User:
    """The person who asks. Raises `Unauthenticated`, or `Refused` if their role is below `role`."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not text:
        raise Unauthenticated(Problem("this needs a token", expected="Authorization: Bearer TOKEN"))
    controller = controller_of(request)
    token = await controller.driver.read(controller.store.token, token_digest(text.strip()))
    if token is None or token.kind != "user":
        advice = "check EDGE_ORCH_TOKEN or EDGE_ORCH_TOKEN_FILE; an admin makes tokens: edge-orch token create --user"
        raise Unauthenticated(Problem("this token is not known", next_step=advice))
    if token.expired(controller.driver.clock.now().wall_us):
        raise Unauthenticated(Problem("this token has expired", next_step="ask an admin for another"))
    user = User(token.name, token.role)
    user.need(role)
    return user


async def reader_of(request: web.Request) -> str:
    """The enrolled agent, or the person, that may read artifacts. Raises `Unauthenticated`."""
    scheme, _, proof = request.headers.get("Authorization", "").partition(" ")
    if scheme != "EdgeOrch":
        return (await user_of(request, "viewer")).name
    try:
        sealed = open_sealed(base64.urlsafe_b64decode(proof), controller_of(request).driver.key_of)
    except (EdgeOrchError, binascii.Error, ValueError) as error:
        raise Unauthenticated(Problem("not sealed by an enrolled agent", found=str(error))) from error
    if sealed.body != f"GET {request.path}".encode():
        raise Unauthenticated(Problem("sealed for another request", expected=f"GET {request.path}"))
    return sealed.sender
