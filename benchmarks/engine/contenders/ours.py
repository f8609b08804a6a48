"""The engine, as an agent drives it: plans come compiled, records in batches, outputs as bytes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.engine.blocks import BLOCK, blocks
from benchmarks.engine.contenders.contender import Contender, python
from benchmarks.engine.facts import META, PII_KEY
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.plan.plan import decode_plan
from edge_orch.time import SECOND, Instant

JOBS = {"j5": "j1", "j6": "j1"}
AFTER = Instant((1_767_225_600 + 86_400) * SECOND, 0, "bench")
"""When all records arrive: after the latest of them."""


def main(job: str, plan: str, folder: str) -> None:
    """Do the job over standard input."""
    compiled = decode_plan(Path(plan).read_bytes())
    pipeline = Pipeline(compiled, device=Device("edge-0042", META), secrets={"PII_KEY": PII_KEY})
    dead, counts = 0, {"opened": 0, "resolved": 0}
    with ExitStack() as stack:
        write = {
            output.name: stack.enter_context(Path(folder, f"{output.name}.ndjson").open("wb", buffering=BLOCK)).write
            for output in compiled.outputs
        }
        for emission in _emissions(pipeline, single=job == "j6"):
            for name, chunk in emission.outputs.items():
                write[name](chunk.data)
            dead += len(emission.dead)
            for event in emission.episodes:
                counts[event.kind] += 1
    Path(folder, "counts.json").write_text(json.dumps({"dead": dead, **counts}))


def _emissions(pipeline: Pipeline, *, single: bool) -> Iterator[Emission]:
    position = 0
    for payload in blocks(0):
        for part in payload.splitlines(keepends=True) if single else (payload,):
            emission = pipeline.process(Batch("p", part, AFTER, position))
            position += emission.records
            yield emission
    yield pipeline.finish()


def _prepare(job: str, _source: Path, folder: Path) -> Sequence[str]:
    from edge_orch.cli.jobfile import compile_file  # noqa: PLC0415 -- the measured process does without the compiler
    from edge_orch.plan.plan import encode_plan  # noqa: PLC0415

    plan = folder / "plan.json"
    plan.write_bytes(encode_plan(compile_file(Path(__file__).parent.parent / "jobs" / f"{JOBS.get(job, job)}.yaml")))
    return python("ours", job, str(plan), str(folder))


CONTENDER = Contender("edge-orch", lambda: True, _prepare)

if __name__ == "__main__":
    main(*sys.argv[1:])
