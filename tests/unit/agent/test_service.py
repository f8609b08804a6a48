from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from edge_orch_agent.service import FAILED_START_S, ServiceManager, hold_failed_start


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        yield listener


def environment(manager: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "30000", **more}


async def heard(manager: socket.socket) -> str:
    async with asyncio.timeout(10):
        return (await asyncio.get_running_loop().sock_recv(manager, 4096)).decode()


async def test_it_tells_that_it_is_ready_alive_and_ending(manager: socket.socket) -> None:
    service = ServiceManager(environment(manager, WATCHDOG_PID=str(os.getpid())))
    service.ready("agent press-1 ready")
    assert await heard(manager) == "READY=1\nSTATUS=agent press-1 ready"
    assert [await heard(manager) for _ in range(3)] == ["WATCHDOG=1"] * 3
    service.stopping()
    while (said := await heard(manager)) != "STOPPING=1":
        assert said == "WATCHDOG=1"
    service.close()


@pytest.mark.parametrize("more", [{"WATCHDOG_USEC": ""}, {"WATCHDOG_PID": "1"}])
async def test_without_a_watchdog_for_this_process_there_are_no_pings(
    manager: socket.socket, more: dict[str, str]
) -> None:
    service = ServiceManager(environment(manager, **more))
    service.ready("")
    service.stopping()
    assert await heard(manager) == "READY=1\nSTATUS="
    assert await heard(manager) == "STOPPING=1"


async def test_with_nobody_there_it_says_nothing(tmp_path: Path) -> None:
    for nobody in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone"), "WATCHDOG_USEC": "1000000"}):
        service = ServiceManager(nobody)
        service.ready("")
        service.stopping()
        service.close()


def test_a_failed_start_waits_under_a_service_manager_and_nowhere_else(manager: socket.socket) -> None:
    waited: list[float] = []
    hold_failed_start({}, waited.append)
    assert waited == []
    hold_failed_start(environment(manager), waited.append)
    assert waited == [FAILED_START_S]
