"""Every error becomes an `ErrorBody` with its status; what was not foreseen is logged and shown without its insides."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from edge_orch.errors import EdgeOrchError, Invalid, Problem, Refused, StorageError, Unavailable
from edge_orch.twin.interventions import NotFound
from edge_orch.wire.api import ErrorBody
from edge_orch_controller.api.auth import Unauthenticated
from edge_orch_controller.api.context import Malformed, answer
from edge_orch_controller.store.port import Taken

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# The first that fits counts: subclasses stand before their bases.
_STATUS: tuple[tuple[type[EdgeOrchError], int], ...] = (
    (Malformed, 400),
    (Unauthenticated, 401),
    (Refused, 403),
    (NotFound, 404),
    (Taken, 409),
    (Invalid, 422),
    (Unavailable, 503),
    (StorageError, 507),
)

log = logging.getLogger(__name__)


@web.middleware
async def errors_as_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into an answer."""
    try:
        return await handler(request)
    except EdgeOrchError as error:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        return answer(ErrorBody(error.problems), status)
    except web.HTTPException as error:
        what = {404: f"no such path: {request.path}", 405: f"{request.method} is not possible here"}
        problem = Problem(what.get(error.status, error.text or error.reason))
        response = answer(ErrorBody((problem,)), error.status)
        for name in ("Allow", "Retry-After"):
            if name in error.headers:
                response.headers[name] = error.headers[name]
        return response
    except Exception:
        log.exception("%s %s", request.method, request.path)
        problem = Problem("the controller met a bug of its own", next_step="its log says more")
        return answer(ErrorBody((problem,)), 500)
