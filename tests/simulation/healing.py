"""What must be true once everything that was broken is whole again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.transaction import PositionKey
from edge_orch_controller.core.controller_core import ControllerCore

from edge_orch.twin.actor import new_actor
from edge_orch.twin.encoding import decode_fact
from edge_orch.twin.facts import Ack, EpisodeFact, Fact, Facts, Override
from edge_orch.twin.fold import fold
from edge_orch.twin.replica import Replica
from tests.simulation.agent_host import CONTROLLER
from tests.simulation.device import Device
from tests.simulation.fleet import Fleet
from tests.simulation.jobs import RECORDS, number_of


class Healing:
    """Looks from the outside: at disks, sinks and what people were told.

    Work goes on meanwhile, over wires that still lose and delay: of many devices one always has news under way. So each
    is well once it has been seen with a twin that is the same on both sides, running what it should. A device whose
    disk was restored or copied may end in quarantine, if both sides wrote different facts under one key; it must then
    say so. Of every other device everything is asked.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._before: dict[tuple[str, str], int] = {}
        self._well: set[str] = set()

    def begin(self) -> None:
        """From now on everything is whole."""
        devices = self._fleet.devices.items()
        self._before = {(address, job): kept for address, device in devices for job, kept in device.kept.items()}

    def missing(self) -> list[str]:
        """What is still to come, in words; empty when there is nothing left to wait for.

        Raises AssertionError when a device that is well means something else than the controller, or has lost a fact.
        """
        controller = self._fleet.controller()
        if controller is None:
            return ["the controller is down"]
        missing = []
        self._well |= {address for address in self.apart() if self._is_well(self._fleet.devices[address])}
        apart = self.apart()
        for address, device in self._fleet.devices.items():
            if device.account.waiting():
                missing.append(f"{address}: {device.account.waiting()} segments are not delivered")
            agent = self._fleet.agent(address)
            for job in agent.core.jobs.running if agent else ():
                if device.kept.get(job, 0) <= self._before.get((address, job), -1):
                    missing.append(f"{address}: nothing is read for {job}")
            if address in apart and not self._quarantined(device):
                missing.append(f"{address}: the twins differ, or it runs something else, and nobody says why")
        if not any(self._quarantined(self._fleet.devices[address]) for address in apart):
            states = {plan.id: plan.account().state for plan in controller.core.plans().values()}
            missing += [f"rollout {name} is {state}" for name, state in states.items() if state != "done"]
        return missing

    def apart(self) -> list[str]:
        """Devices whose twin was never seen to be the controller's."""
        return [address for address in self._fleet.devices if address not in self._well]

    def check(self) -> None:
        """The account of all records, at the end. Raises AssertionError with the device and the broken invariant."""
        for device in self._fleet.devices.values():
            if not device.account.exempt:
                self._records(device)

    def _is_well(self, device: Device) -> bool:
        agent, controller = self._fleet.agent(device.address), self._fleet.controller()
        if agent is None or controller is None or not self._fleet.twin_is_equal(device.address):
            return False
        newest = {job: plan.version.digest for job, plan in controller.core.plans().items()}
        if any(running.slot.digest != newest[job] for job, running in agent.core.jobs.running.items()):
            return False
        self._same_meaning(device, agent.core, controller.core)
        self._promises(device)
        return True

    def _quarantined(self, device: Device) -> bool:
        agent = self._fleet.agent(device.address)
        said = any(name == device.name for name, _ in self._fleet.centre.warned)
        return device.account.exempt and (said or bool(agent and agent.core.twin.refusal))

    def _same_meaning(self, device: Device, agent: AgentCore, controller: ControllerCore) -> None:
        facts = self._fleet.centre.store.facts(device.name)
        durable = Replica.open(device.name, new_actor("agent", device.name, b"onlooker"), device.store.load().changes)
        assert facts == durable.facts(), f"{device.name}: equal twins, unequal facts"
        now = self._fleet.world.clocks[CONTROLLER].read(self._fleet.world.now_us)
        here = {job: running.plan.params for job, running in agent.jobs.running.items()}
        there = {job: params for job, params in controller.params().items() if job in here}
        assert fold(facts, here, now) == fold(facts, there, now), f"{device.name}: equal facts, unequal meaning"

    def _promises(self, device: Device) -> None:
        known = self._fleet.centre.known(device.name)
        lost = (device.account.promised | self._fleet.centre.promised[device.name]) - known
        assert not lost, f"{device.name}: people were told of facts that are gone: {sorted(lost)}"
        store, promised = self._fleet.centre.store, set(self._fleet.centre.promised[device.name])
        if not device.account.exempt:
            promised |= device.account.promised
        left = [fact for place in store.archived(device.name) if (fact := decode_fact(*place)) is not None]
        _overrides_hold(device, promised, store.facts(device.name), left)
        _seen_is_told(device, promised, store.facts(device.name), left)

    def _records(self, device: Device) -> None:
        stored = device.store.load()
        ledger: Counter[tuple[str, str, bool]] = Counter()
        for entry in stored.ledger:
            ledger[entry.job, entry.fate.split(":")[0], "/" in entry.stream] += entry.count
        for job, kept in device.kept.items():
            numbers = [number_of(line) for line in device.records("lake", job)]
            assert numbers == sorted(set(numbers)), f"{device.name}/{job}: a record was doubled or put out of order"
            position = stored.positions.get(PositionKey(job, "p"))
            upto = kept if position is None else int(position)
            entered = upto * RECORDS
            fates = (("filtered", False), ("dead", False), ("dead", True), ("dropped", True))
            gone = sum(ledger[job, fate, at_sink] for fate, at_sink in fates)
            assert len(numbers) + gone == entered, (
                f"{device.name}/{job}: of {entered} records, {len(numbers)} were delivered and {gone} accounted for"
            )


def _overrides_hold(device: Device, promised: set[str], present: Facts, left: Iterable[Fact]) -> None:
    """What somebody set without an end, and nobody replaced, does not leave the twin."""
    gone = {fact.id: fact for fact in left if isinstance(fact, Override) and fact.id not in present.overrides}
    replaced = {old for fact in (*gone.values(), *present.overrides.values()) for old in fact.supersedes}
    endless = {id_ for id_, fact in gone.items() if fact.value is not None and fact.expires_in_us is None}
    assert not endless & promised - replaced, f"{device.name}: overrides that held have left: {endless - replaced}"


def _seen_is_told(device: Device, promised: set[str], present: Facts, left: Iterable[Fact]) -> None:
    """What somebody acknowledged is told one by one, and not only counted with others."""
    facts = [*present.episodes.values(), *present.acks.values(), *left]
    told = {fact.episode for fact in facts if isinstance(fact, EpisodeFact)}
    seen = {fact.episode for fact in facts if isinstance(fact, Ack) and fact.key in promised}
    assert seen <= told, f"{device.name}: episodes that people have seen are told nowhere: {sorted(seen - told)}"
