"""The twins a controller has open: a bounded number, least recently used first to go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice

import msgspec

from edge_orch.twin.facts import SECTION_OF, Fact, Facts, Section
from edge_orch.twin.hand import Hand
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import REPLACEABLE, TOLD_APART, agent_may_write, belongs_to
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import Have


class _Rights(msgspec.Struct, frozen=True):
    """What an agent may write into its twin. It does not know the twin, so that a closed one is in no cycle."""

    agent: str
    hand: Hand | None

    def allow(self, actor: bytes, section: Section, key: str) -> bool:
        return agent_may_write(actor, self.agent, section, key)

    def admit(self, section: Section, key: str, text: str, standing: str | None) -> bool:
        """In the root of an epoch: its own facts, and ours in our own words, none rewritten that is written once."""
        if section not in REPLACEABLE | TOLD_APART and standing is not None:
            return standing == text
        if belongs_to("controller", section, key):
            return self.hand is not None and self.hand.recognises(self.agent, section, key, text)
        return belongs_to("agent", section, key)


class Twin:
    """One agent's twin in memory, its session with the agent, and the facts that the store knows of it.

    `uncommitted`: transactions that hold changes of it and are not durable yet; until then it must not be closed.
    """

    def __init__(self, agent: str, replica: Replica, boot: bytes, hand: Hand | None = None) -> None:
        self.agent = agent
        rights = _Rights(agent, hand)
        self.session = SyncSession(replica, doc=agent, boot=boot, allow=rights.allow, admit=rights.admit)
        self.facts = self.replica.facts()
        self.uncommitted = 0

    @property
    def replica(self) -> Replica:
        """The twin in its present epoch."""
        return self.session.replica

    def take_new_facts(self) -> list[Fact]:
        """Facts made or replaced since the last call."""
        before, self.facts = self.facts, self.replica.facts()
        return list(_difference(before, self.facts))

    def holds(self, fact: Fact) -> bool:
        """Whether this stands in the twin, word for word, as of the last `take_new_facts`."""
        section: dict[str, Fact] = getattr(self.facts, SECTION_OF[type(fact)])
        return section.get(fact.key) == fact

    @property
    def have(self) -> Have:
        """What we durably have, as we say it to the agent."""
        return self.session.have()

    @property
    def heads(self) -> tuple[str, ...]:
        """In hex, sorted."""
        return tuple(sorted(head.hex() for head in self.replica.heads()))


def _difference(before: Facts, after: Facts) -> Iterable[Fact]:
    for section in Facts.__struct_fields__:
        old: dict[str, Fact] = getattr(before, section)
        new: dict[str, Fact] = getattr(after, section)
        yield from (fact for key, fact in new.items() if old.get(key) != fact)


class OpenTwins:
    """At most `bound` twins, or more only while they have uncommitted changes."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._twins: OrderedDict[str, Twin] = OrderedDict()

    def get(self, agent: str) -> Twin | None:
        """The agent's twin if it is open; it becomes the most recently used."""
        twin = self._twins.get(agent)
        if twin is not None:
            self._twins.move_to_end(agent)
        return twin

    def add(self, twin: Twin) -> None:
        """Keep the twin, and close others beyond the bound."""
        self._twins[twin.agent] = twin
        excess = max(0, len(self._twins) - self._bound)
        idle = (name for name, other in self._twins.items() if not other.uncommitted and other is not twin)
        for name in [*islice(idle, excess)]:
            del self._twins[name]

    def drop(self, agent: str) -> None:
        """Forget the twin with all that was not committed; it will be loaded again when needed."""
        self._twins.pop(agent, None)

    def __len__(self) -> int:
        return len(self._twins)
