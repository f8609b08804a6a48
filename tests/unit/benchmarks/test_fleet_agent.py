"""The fleet benchmark's agents are small but honest: real twins, and connections that count every byte they carry."""

from __future__ import annotations

import asyncio

from benchmarks.fleet.__main__ import Figures, _connections, _table
from benchmarks.fleet.agent import FACTS, LightAgent
from benchmarks.fleet.crowd import Crowd
from benchmarks.fleet.wires import WebSocketWire
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import open_sealed, seal
from edge_orch.twin.actor import new_actor
from edge_orch.twin.commands import Persist, Transmit
from edge_orch.twin.facts import Desired
from edge_orch.twin.replica import Replica
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import Challenge, Delta, Have, Hello, Telemetry, decode_message, encode_message

KEY, CENTRE = PrivateKey.generate(), PrivateKey.generate()
NAME = "press-00001"


class Controller:
    """The other end: a replica whose disk never fails."""

    def __init__(self) -> None:
        self.replica = Replica.open(NAME, new_actor("controller", "controller", b"bench---"), [])
        self.session = SyncSession(self.replica, doc=NAME, boot=b"1", allow=lambda *_: True)

    def hear(self, payloads: list[bytes]) -> list[bytes]:
        said: list[bytes] = []
        for payload in payloads:
            message = decode_message(open_sealed(payload, lambda _: KEY.public).body)
            if isinstance(message, Have | Delta):
                commands = self.session.receive(message)
                for command in commands:
                    if isinstance(command, Persist):
                        commands = self.session.persisted(command.changes)
                said += [
                    seal(CENTRE, "controller", encode_message(command.message))
                    for command in commands
                    if isinstance(command, Transmit)
                ]
        return said


def converse(agent: LightAgent, controller: Controller) -> None:
    payloads = agent.open()
    while payloads:
        payloads = [answer for payload in controller.hear(payloads) for answer in agent.hear(payload)]


def test_it_knows_that_all_it_has_is_stored_only_when_it_is_told_so() -> None:
    agent, controller = LightAgent(NAME, KEY, CENTRE.public, lambda *_: None), Controller()
    size = agent.live_alone()
    assert size > FACTS * 100
    assert not agent.confirmed
    converse(agent, controller)
    assert agent.confirmed
    assert len(controller.replica.facts().episodes) == FACTS
    assert agent.refusals == []


def test_it_wants_what_it_is_asked_to_run_once_and_reports_it() -> None:
    wanted: list[str] = []
    agent, controller = LightAgent(NAME, KEY, CENTRE.public, lambda _, digest: wanted.append(digest)), Controller()
    wish = Desired("bench", 1, 7, "d" * 64, "bench-1")
    controller.session.persisted(controller.replica.edit([wish]))
    converse(agent, controller)
    converse(agent, controller)
    assert wanted == ["d" * 64]
    agent.runs("bench")
    converse(agent, controller)
    assert agent.confirmed
    assert controller.replica.facts().reported["bench"].version == agent.running == 7


class Cable(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return False


def test_a_connection_takes_its_bytes_in_any_pieces_and_counts_them_all() -> None:
    agent, cable = LightAgent(NAME, KEY, CENTRE.public, lambda *_: None), Cable()
    wire = WebSocketWire(agent, "x", lambda _: None)
    wire.connection_made(cable)
    challenge = encode_message(Challenge(b"n" * 32))
    incoming = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" + bytes([0x82, len(challenge)]) + challenge
    )
    for number in range(len(incoming)):
        assert not wire.up
        wire.data_received(incoming[number : number + 1])
    assert wire.up
    payloads = [frame[(frame[1] & 0x7F == 126 and 8) or 6 :] for frame in cable.written[1:]]
    messages = [decode_message(open_sealed(payload, lambda _: KEY.public).body) for payload in payloads]
    assert messages[0] == Hello(NAME, b"n" * 32)
    assert [type(message) for message in messages[1:]] == [Have, Telemetry]
    assert agent.received == len(incoming)
    assert agent.sent == sum(map(len, cable.written))


def test_the_table_says_who_is_connected_how_and_how_each_figure_grows() -> None:
    fleets: list[Figures] = [
        {"agents": 100, "websockets": 90, "mqtt": 10, "sharing": 0, "news_all_s": 2.0, "refused": 0},
        {"agents": 1000, "websockets": 700, "mqtt": 100, "sharing": 200, "news_all_s": 11.0, "refused": None},
    ]
    said = "700 by WebSocket and 100 by MQTT on a connection of their own, 200 more on one MQTT connection together"
    assert said in _connections(fleets[1])
    table = [line.split() for line in _table(fleets).splitlines()]
    assert ["news_all_s", "2.0", "11.0", "×", "5.5"] in table
    assert ["refused", "0", "None"] in table


def test_agents_beyond_the_sockets_share_one_connection() -> None:
    keys = {f"press-{number}": PrivateKey.generate() for number in range(6)}
    crowd = Crowd(keys, CENTRE.public, mqtt=2, sockets=5)
    assert [len(crowd.by_websocket), len(crowd.by_mqtt), len(crowd.shared)] == [2, 3, 2]
    assert [len(agents) for agents in crowd.by_mqtt] == [1, 1, 2]
