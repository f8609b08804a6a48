"""A peer that has a key and no manners: random, damaged, borrowed and presumptuous messages."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from edge_orch.testing.world import Body
from edge_orch.time import HOUR, Instant
from edge_orch.trust.seal import seal
from edge_orch.twin.actor import new_actor
from edge_orch.twin.facts import Desired, EpisodeFact
from edge_orch.twin.replica import Replica
from edge_orch.wire.messages import Delta, Have, Message, Roll, encode_message
from tests.simulation.agent_host import CONTROLLER
from tests.simulation.centre import Centre
from tests.simulation.faults import HOSTILE
from tests.simulation.keys import QuickKey

MALLORY = "mallory"


class Mallory:
    """Enrolled, and hostile. Sends something every few hours."""

    def __init__(self, centre: Centre, random: Random) -> None:
        self._centre = centre
        self._random = random
        self._next: int | None = None
        self._acts = 0
        self.key = QuickKey(b"m" * 32)

    def started(self) -> str:
        return "started"

    def woke(self) -> str:
        return "woke"

    def received(self, source: str, payload: object) -> str:  # noqa: ARG002 -- the host's shape
        return "heard something"

    def handle(self, event: str, now: Instant) -> list[bytes]:
        """What to send now."""
        if event == "heard something":
            return []
        self._next = now.mono_us + self._random.randint(HOUR, 12 * HOUR)
        self._acts += 1
        act = self._random.choice(HOSTILE)
        self._centre.happened[f"hostile: {act}"] += 1
        makes: Callable[[], Message] = getattr(self, f"_{act}")
        return [seal(self.key, self._victim() if act == "forged" else MALLORY, encode_message(makes()))]

    def wake_at(self) -> int | None:
        return self._next

    def perform(self, command: bytes, body: Body, now: Instant) -> None:  # noqa: ARG002 -- the host's shape
        body.send(CONTROLLER, command)

    def _noise(self) -> Delta:
        return self._delta(self._random.randbytes(self._random.randint(0, 300)))

    def _damaged(self) -> Delta:
        raw = bytearray(self._own())
        raw[self._random.randrange(len(raw))] ^= 1 << self._random.randrange(8)
        return self._delta(bytes(raw))

    def _borrowed(self) -> Delta:
        """Changes of somebody else's twin, as of its own twin or of theirs."""
        victim = self._victim()
        raws = [change.raw for change in self._centre.store.changes(victim)][:3]
        return self._delta(*raws, doc=self._random.choice([victim, MALLORY]))

    def _presumptuous(self) -> Delta:
        """A wish to itself, in the controller's name."""
        replica = Replica.open(MALLORY, new_actor("controller", CONTROLLER, self._nonce()), [])
        wish = Desired("press", 1_000, 1, "0" * 64, "mine")
        return self._delta(*(change.raw for change in replica.edit([wish])))

    def _boast(self) -> Have:
        vector = {self._random.randbytes(16): self._random.randint(1, 1 << 40) for _ in range(5)}
        return Have(MALLORY, 0, vector, (self._random.randbytes(32),), b"boot")

    def _forged(self) -> Have:
        """In somebody else's name, under its own key: that it has nothing, so that everything is sent."""
        return Have(self._victim(), 0, {}, (), b"boot")

    def _split(self) -> Delta:
        """Another content each time under one actor and number."""
        return self._delta(self._own(b"the same"))

    def _far(self) -> Message:
        """Numbers that nobody can have come to."""
        epoch, seq = (self._random.choice([-1, 1, 1 << 47, 1 << 56, (1 << 64) - 1]) for _ in range(2))
        vector = {self._random.choice([b"", MALLORY.encode() * 2, self._random.randbytes(16)]): seq}
        messages: list[Message] = [
            Have(MALLORY, epoch, vector, (b"",), b""),
            Delta(MALLORY, epoch, (self._own(),), vector, b"boot", vector),
            Roll(MALLORY, epoch, vector, (), b"boot"),
        ]
        return self._random.choice(messages)

    def _victim(self) -> str:
        return self._random.choice(sorted(name for name in self._centre.ever if name != MALLORY))

    def _own(self, nonce: bytes = b"") -> bytes:
        replica = Replica.open(MALLORY, new_actor("agent", MALLORY, nonce or self._nonce()), [])
        return replica.edit([EpisodeFact(f"e{self._acts}", "opened", "press", 1, "hot", 0)])[0].raw

    def _nonce(self) -> bytes:
        return self._acts.to_bytes(8, "big")

    def _delta(self, *raws: bytes, doc: str = MALLORY) -> Delta:
        return Delta(doc, 0, raws, {}, b"boot")
