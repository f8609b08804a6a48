"""The story of the demo, scene by scene. Each ends only when what it tells can be seen from outside."""

from __future__ import annotations

import asyncio

from edge_orch.errors import EdgeOrchError
from edge_orch.wire.api import ApplyResult, OverrideRequest, RolloutView
from edge_orch_controller.demo.checker import Evidence
from edge_orch_controller.demo.console import Console
from edge_orch_controller.demo.fleet import dead_letters, dropped, undelivered
from edge_orch_controller.demo.script import FILE, JOB, first_version, second_version
from edge_orch_controller.demo.stage import Stage

REASON = "new dies run hotter until Friday"
HOT_C = 88.0


class Story:
    """Plays on a stage, tells a console, and gathers the evidence for the checker."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self._stage = stage
        self._fleet = stage.fleet
        self._account = stage.receiver.account
        self._console = console
        self._rollout = ""
        self._converged = False
        self._overrides_kept = 0

    async def play(self) -> None:
        """All scenes. Raises `EdgeOrchError` at the first that does not end as it should."""
        await self.curtain()
        await self.first_rollout()
        await self.steady_run()
        await self.cut()
        await self.decide_apart()
        await self.fault()
        await self.power_cut()
        await self.fault_ends()
        await self.join()
        await self.drain()

    async def curtain(self) -> None:
        """Controller, bus and agents come up and find each other."""
        members = self._fleet.members
        with self._console.scene(f"start a controller, the plant's bus and {len(members)} agents") as scene:
            await self._stage.start_agents()
            await self._stage.until("every agent is online", self._all_online, 20)
            scene.result = f"{self._stage.bus.name}; " + ", ".join(member.name for member in members)

    async def first_rollout(self) -> None:
        """Version 1 reaches everyone, and the first lines come through."""
        with self._console.scene(f"apply {FILE}") as scene:
            applied = await self._fleet.apply(first_version(), FILE)
            rollout = await self._rollout_of(applied)
            await self._stage.until("version 1 runs everywhere", lambda: self._is_done(rollout.id), 20)
            scene.result = f"{JOB} version {applied.version} on {rollout.total} of {rollout.total}"
        with self._console.scene("first lines arrive from every site"):
            self._stage.start_sensors()
            await self._stage.until("a line of every site arrives", self._all_connected, 20)
            self._stage.sensors.begin()

    async def steady_run(self) -> None:
        """Windows of ten seconds close at every site."""
        with self._console.scene("steady run until a 10 s window has closed at every site") as scene:
            await self._stage.until("a window of every agent arrives", self._all_closed_a_window, 25)
            scene.result = f"{len(self._stage.sensors.published)} lines so far"

    async def cut(self) -> None:
        """The cable breaks; the controller sees nobody."""
        with self._console.scene("cut the cable between the agents and the controller") as scene:
            self._stage.cable.cut()
            await self._stage.until("the controller sees every agent offline", self._all_offline, 15)
            scene.result = "all agents offline"

    async def decide_apart(self) -> None:
        """An operator at a machine and the controller each decide something the other cannot know."""
        operated = self._fleet.members[0]
        with self._console.scene(f"meanwhile an operator at {operated.name} overrides hot_c") as scene:
            request = OverrideRequest(JOB, "hot_c", HOT_C, REASON, expires_in="8h")
            await self._fleet.override(operated, request)
            scene.result = f"85 → {HOT_C:g}, «{REASON}»"
        with self._console.scene("and the controller rolls out version 2 (quorum 4 → 5)") as scene:
            rollout = await self._rollout_of(await self._fleet.apply(second_version(), FILE))
            self._rollout = rollout.id
            scene.result = f"{rollout.pending} pending, none failed"

    async def fault(self) -> None:
        """Presses overheat; every agent tells so by itself."""
        with self._console.scene("presses overheat; the agents alert by themselves") as scene:
            self._stage.sensors.fault = True
            await self._stage.until("an alert of every agent arrives", lambda: self._all_told("opened"), 25)
            scene.result = f"{len(self._told('opened'))} alerts while the link is down"

    async def power_cut(self) -> None:
        """SIGKILL in mid-stream; the agent comes back offline and goes on."""
        victim = self._fleet.members[1]
        child = self._fleet.agents[victim.name]
        with self._console.scene(f"SIGKILL {victim.name} in mid-stream; it restarts offline") as scene:
            before, starts = self._arrived(victim.site), child.starts
            child.kill()
            await self._stage.until(
                "the killed agent delivers again",
                lambda: _now(child.starts > starts and self._arrived(victim.site) > before + 100),
                20,
            )
            scene.result = "it delivers again"

    async def fault_ends(self) -> None:
        """Presses cool down; the agents say so."""
        with self._console.scene("the presses cool down; the alerts resolve") as scene:
            self._stage.sensors.fault = False
            await self._stage.until("every alert resolves", lambda: self._all_told("resolved"), 25)
            scene.result = f"{len(self._told('resolved'))} resolved"

    async def join(self) -> None:
        """The cable is whole again; both sides' decisions merge."""
        with self._console.scene("join the cable") as scene:
            self._stage.cable.join()
            await self._stage.until("every agent is online", self._all_online, 20)
            await self._stage.until("version 2 runs everywhere", lambda: self._is_done(self._rollout), 20)
            scene.result = "version 2 everywhere"
        operated = self._fleet.members[0]
        with self._console.scene("the override has survived, with its reason, at both ends") as scene:
            await self._stage.until("both ends explain the override", self._override_is_kept, 15)
            self._overrides_kept = 1
            why = await self._fleet.why(operated, JOB, "hot_c", at_the_machine=False)
            scene.result = f"hot_c = {why.value} on {operated.name}"

    async def drain(self) -> None:
        """The sensors fall silent, everything arrives, twins are equal."""
        sensors = self._stage.sensors
        with self._console.scene("stop the sensors and wait until everything has arrived") as scene:
            sensors.running = False
            await self._stage.until("the bus has every line", lambda: _now(not sensors.unacknowledged), 10)
            await self._stage.until("every line has arrived or is a dead letter", self._all_settled, 20)
            await self._stage.until("every outbox is empty", self._all_delivered, 15)
            scene.result = f"{len(sensors.published)} lines, outboxes empty"
        with self._console.scene("twins are equal"):
            await self._stage.until("agents and controller have the same heads", self._twins_equal, 15)
            self._converged = True

    async def evidence(self) -> Evidence:
        """What can be seen now, however far the story came."""
        members = self._fleet.members
        try:
            alerts = await self._fleet.alerts()
            dead = await asyncio.to_thread(lambda: frozenset().union(*map(dead_letters, members)))
            lost_on_purpose = await asyncio.to_thread(lambda: sum(map(dropped, members)))
        except EdgeOrchError:  # what cannot be asked is not evidence; the checker will miss it
            alerts, dead, lost_on_purpose, self._converged = [], frozenset(), 0, False
        return Evidence(
            agents=len(self._fleet.agents),
            published=self._stage.sensors.published,
            records=self._account.records,
            dead=dead,
            dropped=lost_on_purpose,
            episodes=frozenset((alert.agent, alert.episode) for alert in alerts),
            notifications=tuple(self._account.notifications),
            overrides_kept=self._overrides_kept,
            converged=self._converged,
            seconds=self._console.seconds,
        )

    # What can be seen.

    async def _all_online(self) -> bool:
        return sum(view.online for view in await self._fleet.views()) == len(self._fleet.members)

    async def _all_offline(self) -> bool:
        return not any(view.online for view in await self._fleet.views())

    async def _rollout_of(self, applied: ApplyResult) -> RolloutView:
        # A controller that was killed before it answered has it stored: then the repetition starts no rollout.
        rollouts = await self._fleet.ask(lambda client: client.get(list[RolloutView], "rollouts"))
        for view in rollouts:
            if (view.job, view.version) == (applied.job, applied.version):
                return view
        raise EdgeOrchError(f"{applied.job} version {applied.version} is stored, but has no rollout")

    async def _is_done(self, rollout_id: str) -> bool:
        view = await self._fleet.rollout(rollout_id)
        if view.state == "failed":
            raise EdgeOrchError(f"rollout {rollout_id} failed: {view.errors}")
        return view.state == "done" and view.done == len(self._fleet.members)

    async def _all_connected(self) -> bool:
        return {number[0] for number in self._account.probes} == {member.site for member in self._fleet.members}

    async def _all_closed_a_window(self) -> bool:
        return all(self._account.windows[member.name] for member in self._fleet.members)

    def _told(self, event: str) -> set[str]:
        return {told.agent for told in self._account.notifications if told.event == event and told.offline}

    async def _all_told(self, event: str) -> bool:
        return self._told(event) == {member.name for member in self._fleet.members}

    def _arrived(self, site: str) -> int:
        return sum(number[0] == site for number in self._account.records)

    async def _override_is_kept(self) -> bool:
        for at_the_machine in (True, False):
            why = await self._fleet.why(self._fleet.members[0], JOB, "hot_c", at_the_machine)
            if why.value != HOT_C or not any(REASON in reason for reason in why.reasons):
                return False
        return True

    async def _all_settled(self) -> bool:
        published = self._stage.sensors.published
        waiting = {number for number, malformed in published.items() if not malformed} - self._account.records.keys()
        if waiting:
            return False
        dead = await asyncio.to_thread(lambda: frozenset().union(*map(dead_letters, self._fleet.members)))
        return all(number in dead for number, malformed in published.items() if malformed)

    async def _all_delivered(self) -> bool:
        return not await asyncio.to_thread(lambda: sum(map(undelivered, self._fleet.members)))

    async def _twins_equal(self) -> bool:
        views = {view.name: view for view in await self._fleet.views()}
        heads = [await self._fleet.heads(member) for member in self._fleet.members]
        return [sorted(views[member.name].heads) for member in self._fleet.members] == [sorted(one) for one in heads]


async def _now(holds: bool) -> bool:
    return holds
