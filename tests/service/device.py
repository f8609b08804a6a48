"""An enrolled agent's data folder with one job on it, which copies numbered records from one file to another."""

from __future__ import annotations

from pathlib import Path

from edge_orch_agent.core.transaction import Slot, SlotName, Transaction
from edge_orch_agent.data_folder import AgentFolder, Enrolment
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.compile import compile_job
from edge_orch.plan.plan import digest, encode_plan
from edge_orch.trust.envelope import sign_plan
from edge_orch.trust.keys import PrivateKey

READINGS = "/srv/readings.ndjson"
COPIED = "/var/lib/edge-orch/copied.ndjson"
JOB = f"""
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: copy}}
spec:
  source:
    file: {{path: {READINGS}}}
  steps:
    - schematize:
        json: {{}}
        fields: {{n: {{type: int}}}}
  outputs:
    all: {{from: schematize, to: copied}}
  sinks:
    copied: {{file: {{path: {COPIED}}}}}
"""


def enrolled(folder: Path) -> None:
    """Make it, as if a controller had been there and gone."""
    controller = PrivateKey.generate()
    device = AgentFolder(folder)
    with device.locked():
        device.key()
        device.save_enrolment(Enrolment("press-1", {}, "http://127.0.0.1:9", controller.public.hex))
        plan = encode_plan(compile_job(JOB, "job.yaml"))
        slot = Slot("copy", SlotName.CURRENT, 1, digest(plan), 1)
        store = SqliteStore(device.database)
        store.commit(Transaction(slots=[slot], envelopes={slot.digest: sign_plan(controller, "copy", 1, plan)}))
        store.close()
