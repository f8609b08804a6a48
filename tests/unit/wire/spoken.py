"""One message of each kind, and what it carries, always the same bytes.

`python -m tests.unit.wire.spoken` records them. Do so once for a release, and never change what an earlier one has
recorded: the next must still read it.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import msgspec

from edge_orch.time import HOUR
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import seal
from edge_orch.twin.facts import Fact, Section
from edge_orch.twin.hand import Hand
from edge_orch.twin.replica import Replica, new_actor
from edge_orch.wire.messages import (
    Challenge,
    Delta,
    Have,
    Hello,
    Message,
    Roll,
    Telemetry,
    Unsupported,
    encode_message,
)
from tests.unit.twin.examples import AGENT, ack, desired, device, episode, override, reported, silence, write

RELEASE = version("edge-orch")
GOLDEN = Path(__file__).with_name("golden")
KEY = PrivateKey(b"g" * 32)

LOCAL: list[Fact] = [device(), reported(1), episode(), episode("resolved"), ack(1, note="on it"), silence("a-1")]
LOCAL += [override("a-1", expires_in_us=HOUR)]
CENTRAL: list[Fact] = [desired(1), override("c-1", None, supersedes=("a-1",)), ack(1, "controller"), silence("c-1")]


class Recorded(msgspec.Struct):
    """What a release said: by kind, the message in hex; the same sealed; and the texts that its changes put."""

    messages: dict[str, str]
    sealed: str
    public_key: str
    texts: dict[str, str]


def spoken() -> Recorded:
    """What this release says."""
    agent = Replica(AGENT, new_actor("agent", AGENT, b"recorded"))
    controller = Replica(AGENT, new_actor("controller", "controller", b"recorded"), Hand(b"hand"))
    changes = tuple(write(agent, LOCAL) + write(controller, CENTRAL))
    texts = {**agent.texts(), **controller.texts()}
    root = tuple(agent.root(1, texts))
    vector = {**agent.vector(), **controller.vector()}
    messages: list[Message] = [
        Challenge(b"nonce"),
        Hello(AGENT, b"nonce"),
        Have(AGENT, 0, agent.vector(), agent.heads(), b"boot"),
        Delta(AGENT, 0, changes, vector, b"boot", {}),
        Roll(AGENT, 1, vector, root, b"boot"),
        Telemetry(AGENT, 1_700_000_000_000_000, {"outbox.bytes": 7, "load": 0.5, "clock": "synced"}),
        Unsupported("song"),
    ]
    encoded = {str(type(one).__struct_config__.tag): encode_message(one) for one in messages}
    return Recorded(
        messages={kind: data.hex() for kind, data in encoded.items()},
        sealed=seal(KEY, AGENT, encoded["have"]).hex(),
        public_key=KEY.public.hex,
        texts={f"{section.value}/{key}": text for (section, key), text in sorted(texts.items())},
    )


def place_of(name: str) -> tuple[Section, str]:
    """`acks/e/agent/1` → section and key."""
    section, _, key = name.partition("/")
    return Section(section), key


if __name__ == "__main__":
    path = GOLDEN / f"{RELEASE}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(spoken()), indent=2) + b"\n")
