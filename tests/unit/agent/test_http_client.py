from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from edge_orch_agent import http_client
from edge_orch_agent.http_client import HttpClient, retry_after_s

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


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "9" * 5000}, 3600),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "Wed, 21 Oct 2015 07:27:00 GMT"}, 60),
        ({"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT", "Date": "Wed, 21 Oct 2015 07:27:00 GMT"}, 3600),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "Wed, 21 Oct 2015 08:27:00 GMT"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0),
    ],
)
def test_what_a_server_asks_for_is_measured_by_its_own_clock(headers: dict[str, str], seconds: float) -> None:
    assert retry_after_s(headers) == seconds
