"""The controller's half of an agent's twin, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from edge_orch.compile import compile_job
from edge_orch.plan.plan import Plan, digest, encode_plan
from edge_orch.trust.envelope import sign_plan
from edge_orch.trust.keys import PrivateKey
from edge_orch.twin.actor import new_actor
from edge_orch.twin.change import Change
from edge_orch.twin.commands import Begin, Persist, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.facts import Desired, Fact
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import agent_may_write
from edge_orch.twin.sync import SyncSession

KEY = PrivateKey(b"k" * 32)

AGENT = "press-1"


@lru_cache
def _compiled(text: str) -> Plan:
    return compile_job(text, "job.yaml")


class Controller:
    """The controller's half of the twin, kept in memory, and the artifacts it serves."""

    def __init__(self) -> None:
        replica = Replica.open(AGENT, new_actor("controller", "main", b"c" * 8), [])
        self.session = SyncSession(replica, doc=AGENT, boot=b"c" * 8, allow=self._allow)
        self.envelopes: dict[str, bytes] = {}
        self._generation = 0

    @property
    def replica(self) -> Replica:
        return self.session.replica

    @staticmethod
    def _allow(actor: bytes, section: object, key: str) -> bool:
        return agent_may_write(actor, AGENT, section, key)  # type: ignore[arg-type]

    def desire(self, text: str, version: int, *, removed: bool = False) -> Plan:
        """Want this version of the job; any version may be the next one."""
        plan = _compiled(text)
        data = encode_plan(plan)
        self._generation += 1
        self.envelopes[digest(data)] = sign_plan(KEY, plan.name, version, data)
        self.write(Desired(plan.name, self._generation, version, digest(data), "r1", removed))
        return plan

    def write(self, *facts: Fact) -> None:
        """Facts of the controller, durable at once."""
        self._persist(self.replica.edit(facts))

    def received(self, message: SyncMessage) -> list[SyncMessage]:
        return self._answers(self.session.receive(message))

    def _answers(self, commands: Iterable[SyncCommand]) -> list[SyncMessage]:
        answers: list[SyncMessage] = []
        for command in commands:
            if isinstance(command, Persist):
                answers += self._persist(list(command.changes))
            elif isinstance(command, Begin):
                answers += self._persist(list(command.rolled.changes))
            else:
                assert isinstance(command, Transmit), command
                answers.append(command.message)
        return answers

    def _persist(self, changes: list[Change]) -> list[SyncMessage]:
        return self._answers(self.session.persisted(changes))
