"""Two replicas that write, lose, crash and come back, and what must be true of them in the end."""

from __future__ import annotations

from hypothesis import strategies as st

from edge_orch.testing.network import Faults
from edge_orch.testing.world import World
from edge_orch.time import SECOND
from edge_orch.twin.facts import Fact
from edge_orch.twin.replica import Replica
from tests.unit.twin.examples import ack, desired, device, override, reported
from tests.unit.twin.peers import Disk, Peer, Written

NAMES = ("agent", "controller")


class History:
    """A seeded history of two peers, with everything that may go wrong, and then a time of peace."""

    def __init__(self, seed: int, faults: Faults, *, crash_chance: float = 0.0, restores: bool = False) -> None:
        self.disks = {name: Disk() for name in NAMES}
        self.world = World(seed, faults, crash_chance=crash_chance)
        self.restores = restores
        self.wrote = 0
        self.flags = {"reuse_actor": False, "eager": False}

    def start(self) -> None:
        self.world.add("agent", lambda: Peer("agent", self.disks["agent"], "controller", **self.flags))
        self.world.add("controller", lambda: Peer("controller", self.disks["controller"], "agent", **self.flags))

    def write(self, name: str) -> None:
        self.wrote += 1
        n = self.wrote
        local: list[Fact] = [ack(n), device(f"b{n}"), reported(n), override(f"a-{n}")]
        central: list[Fact] = [desired(n), ack(n, "controller"), override(f"c-{n}")]
        facts = local if name == "agent" else central
        self.world.tell(name, Written(tuple(facts[: self.world.random.randint(1, len(facts))])))

    def live(self, steps: int) -> None:
        random = self.world.random
        for _ in range(steps):
            name, dice = random.choice(NAMES), random.random()
            if dice < 0.5:
                self.write(name)
            elif dice < 0.6:
                random.choice([self.world.network.cut, self.world.network.mend])("agent", "controller")
            elif dice < 0.7:
                random.choice([self.world.network.partition, lambda *_: self.world.network.heal()])(*NAMES)
            elif dice < 0.8:
                self.world.crash(name)
                self.world.restart(name)
            elif dice < 0.85:
                self.disks[name].back_up()
            elif dice < 0.9 and self.restores:
                self.world.crash(name)
                self.disks[name].restore()
                for other in NAMES:  # what was acknowledged by a replica that was rolled back no longer counts
                    self.disks[other].acknowledged.clear()
                    self.world.network.drop_for(other)
                self.world.restart(name)
            self.world.run(random.randint(0, 3 * SECOND))

    def peace(self) -> None:
        self.world.crash_chance = 0.0
        self.world.network.faults = Faults()
        self.world.network.heal()
        self.world.run(30 * SECOND)

    def replicas(self) -> list[Replica]:
        hosts = [self.world.host(name) for name in NAMES]
        return [host.replica for host in hosts if isinstance(host, Peer)]


def check(history: History) -> None:
    agent, controller = history.replicas()
    if (agent.vector(), agent.heads()) != (controller.vector(), controller.heads()):
        history.world.fail("after healing they differ")
    if agent.facts() != controller.facts():
        history.world.fail("after healing they mean different things")
    present = {change.hash for change in agent.changes_since({})}
    for disk in history.disks.values():
        if disk.quarantines or disk.ignored:
            history.world.fail(f"honest peers met {disk.quarantines or disk.ignored}")
        if not {change.hash for change in disk.rows.values()} <= present:
            history.world.fail("a durable fact is missing")
        if not disk.acknowledged <= present:
            history.world.fail("an acknowledged fact is missing")


FAULTS = st.builds(
    Faults,
    loss=st.sampled_from([0.0, 0.05, 0.3, 0.7]),
    duplication=st.sampled_from([0.0, 0.3]),
    corruption=st.sampled_from([0.0, 0.1]),
    max_delay_us=st.sampled_from([50_000, 8 * SECOND]),
)
