"""An agent among controllers of other releases."""

from __future__ import annotations

from edge_orch_agent.core.commands import Send
from edge_orch_agent.core.events import MessageReceived

from edge_orch.wire.messages import Have, Unknown, Unsupported
from tests.unit.agent.core.controller import AGENT
from tests.unit.agent.core.press import a_rig


def test_a_message_that_it_does_not_know_is_answered_politely_and_an_answer_is_not_answered() -> None:
    rig = a_rig([])
    assert Send(Unsupported("song")) in rig.core.handle(MessageReceived(Unknown("song")), rig.now)
    assert not any(isinstance(one, Send) for one in rig.core.handle(MessageReceived(Unsupported("x")), rig.now))
    assert "'x'" in rig.core.twin.refusal


def test_a_controller_whose_protocol_it_does_not_speak_is_reported_and_work_goes_on() -> None:
    rig = a_rig([])
    rig.tell(MessageReceived(Have(AGENT, 0, {}, (), b"c", (7, 9))))
    assert "speaks protocols 7 to 9" in rig.core.view().refusal
    assert rig.core.jobs.running
