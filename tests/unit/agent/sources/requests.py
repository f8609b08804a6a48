"""Requests to a source that listens."""

from __future__ import annotations

import aiohttp
import msgspec


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: str
    headers: dict[str, str]


async def post(port: int, body: bytes, path: str = "/ingest", **headers: str) -> Answer:
    """`_` in the name of a header stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"http://127.0.0.1:{port}{path}"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=named) as answer:
        return Answer(answer.status, await answer.text(), dict(answer.headers))
