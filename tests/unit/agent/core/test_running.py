from __future__ import annotations

import pytest
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.transaction import Slot, SlotName

from edge_orch.engine.records import Device
from edge_orch.errors import Invalid
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Hash, Mask
from tests.unit.engine.plans import STRING, batch, parsed, plan, rows, schematize


def masked() -> Plan:
    step = schematize(parsed("k", STRING))
    return plan(step, Mask("mask", "parse", (("k", Hash("${secret:PII_KEY}")),), step.schema))


def running(secrets: dict[str, str]) -> RunningJob:
    slot = Slot("job", SlotName.CURRENT, 1, "sha256:0", 1)
    return RunningJob(slot, masked(), device=Device("d"), values={}, secret=secrets.get, state=b"", since_us=0)


def test_steps_are_given_the_devices_secrets() -> None:
    first, second = (rows(running({"PII_KEY": key}).process(batch(b'{"k":"Ada"}')))[0]["k"] for key in ("a", "b"))
    assert len(first) == 64
    assert first != second


def test_a_job_whose_secret_is_missing_does_not_start() -> None:
    with pytest.raises(Invalid, match="secret PII_KEY is not on this device"):
        running({})
