from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from edge_orch_agent import http_client
from edge_orch_agent.http_client import HttpClient

from edge_orch.errors import Unavailable
from tests.unit.agent.raw_server import raw_server

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(timeout_s=5)
    yield client
    await client.close()


async def test_requests_to_one_server_share_a_connection(client: HttpClient) -> None:
    async with raw_server([None, OK, None, OK]) as server:
        for _ in range(2):
            answer = await client.request("GET", f"http://127.0.0.1:{server.port}/v1/x?a=b", {"X-Y": "z"})
            assert (answer.status, answer.body) == (200, b"ok")
        assert server.connections == 1
    lines = server.heard[1].decode().split("\r\n")
    assert lines[0] == "GET /v1/x?a=b HTTP/1.1"
    assert {f"Host: 127.0.0.1:{server.port}", "X-Y: z"} <= set(lines)


async def test_a_connection_that_the_server_closed_is_not_used_again(client: HttpClient) -> None:
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with raw_server([None, closing], [None, OK]) as server:
        for _ in range(2):
            assert (await client.request("GET", f"http://127.0.0.1:{server.port}/")).status == 200
        assert server.connections == 2


async def test_a_kept_connection_ends_after_a_while(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "KEPT_S", 0.0)
    async with raw_server([None, OK, None], [None, OK]) as server, asyncio.timeout(10):
        await client.request("GET", f"http://127.0.0.1:{server.port}/")
        await server.deserted.wait()
        await client.request("GET", f"http://127.0.0.1:{server.port}/")
        assert server.connections == 2


async def test_a_long_body_arrives_whole_in_both_directions(client: HttpClient) -> None:
    body = bytes(range(256)) * 40_000

    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = web.Application(client_max_size=len(body))
    app.router.add_post("/", echo)
    async with TestServer(app) as server:
        answer = await client.request("POST", str(server.make_url("/")), data=body)
    assert answer.body == body


async def test_a_server_may_refuse_before_it_has_read_the_body(client: HttpClient) -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with raw_server([None, refusal]) as server:
        answer = await client.request("POST", f"http://127.0.0.1:{server.port}/", data=b"x" * 100_000)
    assert answer.status == 413


async def test_redirects_are_answers(client: HttpClient) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    async with raw_server([None, moved]) as server:
        assert (await client.request("POST", f"http://127.0.0.1:{server.port}/", data=b"{}")).status == 302


async def test_the_user_in_the_address_is_told_to_the_server_only(client: HttpClient) -> None:
    async with raw_server([None, OK]) as server:
        await client.request("GET", f"http://press:hot%21@127.0.0.1:{server.port}")
    assert b"Authorization: Basic cHJlc3M6aG90IQ==\r\n" in server.heard[0]
    assert b"press:" not in server.heard[0]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (b"", "RemoteProtocolError"),
        (b"what?\r\n\r\n", "RemoteProtocolError"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "RemoteProtocolError"),
    ],
)
async def test_half_an_answer_is_none(client: HttpClient, said: bytes, found: str) -> None:
    async with raw_server([None, said]) as server:
        with pytest.raises(Unavailable) as caught:
            await client.request("GET", f"http://127.0.0.1:{server.port}/")
    assert caught.value.problems[0].found == found


async def test_an_answer_beyond_all_measure_is_refused(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "LARGEST_ANSWER", 1)
    async with raw_server([None, OK]) as server:
        with pytest.raises(Unavailable):
            await client.request("GET", f"http://127.0.0.1:{server.port}/")


@pytest.mark.parametrize("url", ["http://user:secret@127.0.0.1:9/", "ftp://user:secret@x/", "http://x:y/secret", "x"])
async def test_why_a_server_cannot_be_reached_is_said_without_its_address(client: HttpClient, url: str) -> None:
    with pytest.raises(Unavailable) as caught:
        await client.request("GET", url)
    assert not any(word in str(caught.value) for word in ("secret", "127.0.0.1", "ftp"))


async def test_a_line_break_in_a_header_is_not_sent(client: HttpClient) -> None:
    async with raw_server([None, OK]) as server:
        with pytest.raises(Unavailable):
            await client.request("GET", f"http://127.0.0.1:{server.port}/", {"X": "a\r\nY: b"})
    assert server.heard == []


async def test_a_server_that_says_nothing_is_given_up() -> None:
    client = HttpClient(timeout_s=0.05)
    async with raw_server([None, None]) as server:
        with pytest.raises(Unavailable, match="no answer in time"):
            await client.request("GET", f"http://127.0.0.1:{server.port}/")
