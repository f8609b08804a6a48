"""Enrolment: a join token and a fresh public key against labels and the controller's key."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import msgspec

from edge_orch.errors import EdgeOrchError, Invalid, Problem, Refused, Unavailable
from edge_orch.trust.keys import PrivateKey
from edge_orch.wire.api import EnrollRequest, EnrollResult, ErrorBody
from edge_orch_agent.data_folder import AgentFolder, Enrolment

TIMEOUT_S = 10.0


def enroll(folder: AgentFolder, controller: str, token: str, name: str) -> Enrolment:
    """Enrol at the controller and keep the result. The private key stays here.

    Raises `Unavailable` when the controller cannot be reached, `Refused` when it does not take the token or the name.
    A repetition with the same token and key is harmless: an answer that got lost can be asked for again.
    """
    enrolment = _enrolled(controller, token, name, folder.key())
    folder.save_enrolment(enrolment)
    return enrolment


def enroll_again(folder: AgentFolder, controller: str, token: str, name: str) -> Enrolment:
    """Enrol the agent of this folder with a new key, with a token made to replace it; its data stay.

    The new key is kept before it is told, so that it can be told again if the answer is lost. Raises as `enroll`.
    """
    enrolment = _enrolled(controller, token, name, folder.next_key())
    folder.adopt_next_key()
    folder.save_enrolment(enrolment)
    return enrolment


def _enrolled(controller: str, token: str, name: str, key: PrivateKey) -> Enrolment:
    request = EnrollRequest(token, name, key.public.hex)
    status, body = _post(controller, msgspec.json.encode(request))
    if status // 100 != 2:
        raise _refusal(controller, status, body)
    try:
        result = msgspec.json.decode(body, type=EnrollResult)
    except msgspec.MsgspecError as error:
        raise _not_a_controller(controller, str(error)) from error
    enrolment = Enrolment(result.agent, result.labels, controller, result.controller_key)
    _ = enrolment.public_key  # refuses a key that is none, before it is kept
    return enrolment


def _post(controller: str, body: bytes) -> tuple[int, bytes]:
    connection = _connection(controller)
    try:
        connection.request("POST", "/v1/enroll", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(
            Problem(
                f"cannot reach the controller at {controller}",
                found=str(error) or type(error).__name__,
                next_step="is it running (`edge-orch controller serve`), and is the address right?",
            )
        ) from error
    finally:
        connection.close()


def _connection(controller: str) -> http.client.HTTPConnection:
    makers: dict[str, type[http.client.HTTPConnection]] = {
        "http": http.client.HTTPConnection,
        "https": http.client.HTTPSConnection,
    }
    try:
        address = urlsplit(controller)
        if address.scheme in makers and address.hostname:
            return makers[address.scheme](address.hostname, address.port, timeout=TIMEOUT_S)
    except ValueError:  # no port, or no host in brackets
        pass
    raise Invalid(Problem("not a controller's address", expected="http://HOST:PORT", found=repr(controller)))


def _refusal(controller: str, status: int, body: bytes) -> EdgeOrchError:
    try:
        problems = msgspec.json.decode(body, type=ErrorBody).problems
    except msgspec.MsgspecError:
        return _not_a_controller(controller, f"status {status}")
    return (Refused if status in (401, 403, 409) else Invalid if status < 500 else Unavailable)(*problems)


def _not_a_controller(controller: str, found: str) -> Unavailable:
    return Unavailable(
        Problem(
            f"what answers at {controller} is no controller of this version",
            found=found,
            next_step="check the address, and compare `edge-orch --version` on both sides",
        )
    )
