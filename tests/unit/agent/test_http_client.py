from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from edge_orch_agent import http_client
from edge_orch_agent.http_client import HttpClient

from edge_orch.errors import Unavailable

BODY = bytes(range(256)) * 40_000


@asynccontextmanager
async def echoing() -> AsyncIterator[tuple[HttpClient, str]]:
    """A client, and the address of a server that says what it is told."""

    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = web.Application(client_max_size=len(BODY))
    app.router.add_post("/", echo)
    client = HttpClient()
    async with TestServer(app) as server:
        yield client, str(server.make_url("/"))
        await client.close()


async def test_a_long_body_arrives_whole_in_both_directions() -> None:
    async with echoing() as (client, url):
        assert (await client.request("POST", url, data=BODY)).body == BODY


async def test_an_answer_beyond_all_measure_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "LARGEST_ANSWER", len(BODY) - 1)
    async with echoing() as (client, url):
        with pytest.raises(Unavailable):
            await client.request("POST", url, data=BODY)
