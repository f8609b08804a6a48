"""An agent as the controller sees it, and no more of one: a key, a twin, and what it says. No pipeline, no disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from edge_orch.time import SECOND
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.twin.actor import new_actor
from edge_orch.twin.commands import Begin, Persist, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.encoding import encode_fact
from edge_orch.twin.facts import DeviceFact, EpisodeFact, Fact, JobState, Reported, Section
from edge_orch.twin.fold import latest_desired
from edge_orch.twin.replica import Replica
from edge_orch.twin.rights import may_write
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import OPEN_EPISODES, Have, Telemetry, decode_message, encode_message

FACTS = 20
"""Made by each agent during the outage: ten episodes, opened and resolved, each fact a change of its own."""
_START_US = 1_767_225_600 * SECOND


class LightAgent:
    """What it writes is durable at once. `wanted` is called with a digest that it should run; then call `runs`.

    `running`: the version it reports. `alarmed`: it says that it has an open alert. `confirmed`: the controller has
    said that it has all that is here. `sent`, `received`: bytes of its connections. `refusals`: what broke the rules;
    there should be none.
    """

    def __init__(
        self, name: str, key: PrivateKey, controller: PublicKey, wanted: Callable[[LightAgent, str], None]
    ) -> None:
        boot = key.public.to_bytes()[:8]
        self.name, self.key = name, key
        self.confirmed = False
        self.alarmed = False
        self.running = 0
        self.sent = self.received = 0
        self.refusals: list[str] = []
        self._controller = controller
        self._wanted = wanted
        self._generation = 0
        replica = Replica.open(name, new_actor("agent", name, boot), [])
        self._session = SyncSession(replica, doc=name, boot=boot, allow=partial(_allow, name))
        self.write([DeviceFact(name, {"role": "press"}, "1.0", "0.1.0", boot.hex())])

    def open(self) -> list[bytes]:
        """What it says when its link comes up: its `Have`, and the gauges of the moment."""
        return [*self._perform(self._session.open()), self.gauges()]

    def compare(self) -> list[bytes]:
        """What it says every half minute."""
        return self._perform(self._session.open())

    def gauges(self) -> bytes:
        """What it says every few seconds: as large as a real agent's."""
        values: dict[str, int | float | str] = {
            OPEN_EPISODES: int(self.alarmed),
            "outbox.records": 1200,
            "outbox.bytes": 48_000,
            "records.dropped": 0,
            "clock": "synced",
            "records.out": 123_456,
            "records.delivered": 122_256,
            "records.dead": 17,
        }
        return self._sealed(Telemetry(self.name, _START_US, values))

    def write(self, facts: Iterable[Fact]) -> list[bytes]:
        """Facts of its own; what it says then."""
        self.confirmed = False
        return self._perform(self._session.persisted(self._session.replica.edit(facts)))

    def hear(self, payload: bytes) -> list[bytes]:
        """A sealed message of the controller; the answers."""
        message = decode_message(open_sealed(payload, lambda _: self._controller).body)
        if not isinstance(message, SyncMessage):
            return []
        answers = self._perform(self._session.receive(message))
        if isinstance(message, Have):
            self.confirmed = message.vector == self._session.replica.vector()
        for wish in latest_desired(self._session.replica.facts().desired.values()).values():
            if wish.generation > self._generation:
                self._generation = wish.generation
                self.confirmed = False
                self._wanted(self, wish.digest)
        return answers

    def runs(self, job: str) -> list[bytes]:
        """The version it was asked for runs; what it says then."""
        wish = latest_desired(self._session.replica.facts().desired.values())[job]
        self.running = wish.version
        return self.write([Reported(job, wish.version, wish.digest, wish.generation, JobState.RUNNING)])

    def live_alone(self) -> int:
        """Make `FACTS` facts, as in an outage; their own size, keys and texts, in bytes."""
        size = 0
        for number in range(FACTS):
            fact = _fact(number)
            _, key, text = encode_fact(fact)
            size += len(key.encode()) + len(text.encode())
            self.write([fact])
        return size

    def _perform(self, commands: Iterable[SyncCommand]) -> list[bytes]:
        messages: list[bytes] = []
        for command in commands:
            match command:
                case Persist(changes):
                    messages += self._perform(self._session.persisted(changes))
                case Begin(rolled):
                    messages += self._perform(self._session.persisted(rolled.changes))
                case Transmit(message):
                    messages.append(self._sealed(message))
                case _:
                    self.refusals.append(command.reason)
        return messages

    def _sealed(self, message: SyncMessage | Telemetry) -> bytes:
        return seal(self.key, self.name, encode_message(message))


def _allow(agent: str, actor: bytes, section: Section, key: str) -> bool:
    return may_write(actor, agent, section, key)


def _fact(number: int) -> EpisodeFact:
    episode = f"press-temperature/overheating/press-{number // 2:02}/{_START_US + number // 2 * SECOND}"
    event = ("opened", "resolved")[number % 2]
    return EpisodeFact(
        episode,
        event,
        "press-temperature",
        3,
        "overheating",
        _START_US + number * SECOND,
        (f"press-{number // 2:02}",),
        "critical",
        "4 sensors above 85.0 °C at austin",
    )
