"""The application: all resources behind one error boundary."""

from __future__ import annotations

from aiohttp import web

from edge_orch_controller.api import (
    agents,
    alerts,
    artifacts,
    audit,
    history,
    jobs,
    overrides,
    rollouts,
    silences,
    tokens,
)
from edge_orch_controller.api.context import CONTROLLER, Controller
from edge_orch_controller.api.errors import errors_as_words

LARGEST_BODY = 4 << 20  # a job and the tables that ship with it
"""Bytes. The largest body is a job's text."""


def make_app(controller: Controller) -> web.Application:
    """The API of a running controller."""
    app = web.Application(middlewares=[errors_as_words], client_max_size=LARGEST_BODY)
    app[CONTROLLER] = controller
    for resource in (jobs, agents, rollouts, alerts, overrides, silences, history, tokens, artifacts, audit):
        app.add_routes(resource.routes)
    return app
