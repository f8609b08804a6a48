"""What handlers work with, and how they read requests and write answers."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch.trust.keys import PublicKey
from edge_orch_controller.core.records import AuditEntry
from edge_orch_controller.driver import Driver
from edge_orch_controller.registry import Registry
from edge_orch_controller.store.port import Store

T = TypeVar("T")


class Malformed(EdgeOrchError):
    """The body is not what this path takes."""


class Controller(msgspec.Struct, frozen=True):
    """The parts of a running controller that handlers use."""

    driver: Driver
    registry: Registry
    store: Store
    public_key: PublicKey

    def audited(self, who: str, what: str, subject: str, detail: str = "") -> AuditEntry:
        """An entry for the audit log, stamped now."""
        return AuditEntry(self.driver.clock.now().wall_us, who, what, subject, detail)


CONTROLLER = web.AppKey("controller", Controller)


def controller_of(request: web.Request) -> Controller:
    return request.app[CONTROLLER]


async def body_of(request: web.Request, shape: type[T]) -> T:
    """The request's JSON body. Raises `Malformed` with what is wrong in it."""
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(Problem("the request's body is not understood", found=str(error))) from error


def answer(body: object, status: int = 200) -> web.Response:
    """The body as JSON."""
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
