from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from edge_orch_agent.buffered_socket import READ_BYTES, BufferedSocket

WANTS = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


@pytest.fixture
def pair() -> Iterator[tuple[BufferedSocket, socket.socket]]:
    mine, theirs = socket.socketpair()
    mine.setblocking(False)
    theirs.setblocking(False)
    with mine, theirs:
        yield BufferedSocket(mine), theirs


def test_single_bytes_come_from_what_was_read_at_once(pair: tuple[BufferedSocket, socket.socket]) -> None:
    buffered, peer = pair
    peer.send(b"abcdef")
    with pytest.raises(BlockingIOError):
        buffered.recv(1)
    buffered.fill()
    assert [buffered.recv(1), buffered.recv(2), buffered.recv(9)] == [b"a", b"bc", b"def"]
    assert not buffered.pending
    with pytest.raises(BlockingIOError):
        buffered.recv(1)


def test_many_packets_leave_in_one_piece_and_only_when_flushed(pair: tuple[BufferedSocket, socket.socket]) -> None:
    buffered, peer = pair
    assert [buffered.send(b"one"), buffered.send(bytearray(b"two"))] == [3, 3]
    with pytest.raises(BlockingIOError):
        peer.recv(10)
    buffered.flush()
    assert peer.recv(10) == b"onetwo"
    assert not buffered.unsent


def test_what_the_network_does_not_take_stays(pair: tuple[BufferedSocket, socket.socket]) -> None:
    buffered, peer = pair
    data = bytes(range(256)) * 40_000
    buffered.send(data)
    received = b""
    buffered.flush()
    assert buffered.unsent
    while len(received) < len(data):
        received += peer.recv(1 << 20)
        buffered.flush()
    assert received == data
    assert not buffered.unsent


def test_the_end_comes_after_everything_before_it(pair: tuple[BufferedSocket, socket.socket]) -> None:
    buffered, peer = pair
    peer.send(b"last")
    peer.close()
    buffered.fill()
    assert buffered.recv(10) == b"last"
    buffered.fill()
    assert buffered.pending
    assert buffered.recv(1) == b""


def test_closing_sends_what_was_not_flushed(pair: tuple[BufferedSocket, socket.socket]) -> None:
    buffered, peer = pair
    buffered.send(b"goodbye")
    buffered.close()
    assert peer.recv(10) == b"goodbye"
    assert peer.recv(10) == b""


def test_a_broken_connection_is_said_to_the_reader() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    mine = socket.create_connection(listener.getsockname())
    theirs, _ = listener.accept()
    with listener, mine:
        mine.setblocking(False)
        buffered = BufferedSocket(mine)
        # Closed with unread bytes in it: a reset.
        mine.send(b"unread")
        theirs.recv(1)
        theirs.close()
        buffered.send(b"more")
        while not buffered.pending:
            buffered.flush()
            buffered.fill()
        with pytest.raises(ConnectionError):
            buffered.recv(1)


def test_bytes_that_tls_holds_back_are_known_of(tmp_path: Path) -> None:
    mine, theirs = _tls_pair(tmp_path)
    with mine, theirs:
        data = bytes(READ_BYTES // 2)
        theirs.send(data[:16_000])
        assert mine.recv(1) == data[:1]  # one record of TLS is decrypted as a whole
        buffered = BufferedSocket(mine)
        assert buffered.hidden
        buffered.fill()
        assert len(buffered.recv(READ_BYTES)) == 15_999
        assert not buffered.hidden
        buffered.fill()  # nothing there, and no error
        assert not buffered.pending
        buffered.send(b"answer")
        buffered.flush()
        assert theirs.recv(10) == b"answer"


def _tls_pair(folder: Path) -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
    """A client's and a server's end, shaken hands, neither blocking."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    certificate = builder.not_valid_after(datetime(2100, 1, 1, tzinfo=UTC)).sign(key, SHA256())
    pem = folder / "broker.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)
    mine = client.wrap_socket(ends[0], do_handshake_on_connect=False)
    theirs = server.wrap_socket(ends[1], server_side=True, do_handshake_on_connect=False)
    for _ in range(4):
        for end in (mine, theirs):
            with suppress(*WANTS):
                end.do_handshake()
    with suppress(*WANTS):
        mine.recv(0)
    return mine, theirs
