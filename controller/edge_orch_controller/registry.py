"""The registry of jobs: text becomes a plan, a plan becomes a signed version. The same content is the same version."""

from __future__ import annotations

import msgspec

from edge_orch.compile import compile_job
from edge_orch.plan.plan import digest, encode_plan
from edge_orch.spec.assets import given_assets
from edge_orch.time import Instant
from edge_orch.trust.envelope import sign_plan
from edge_orch.trust.keys import PrivateKey
from edge_orch.wire.api import ApplyRequest
from edge_orch_controller.core.records import AuditEntry, JobVersion, RolledOut
from edge_orch_controller.core.target import matcher
from edge_orch_controller.store.port import Store, Taken

_ATTEMPTS = 5  # replicas of a controller may hand out the same next number; one of them tries again


class Applied(msgspec.Struct, frozen=True):
    """What applying a job did. `job` is None when its newest rollout brings this very version already."""

    version: JobVersion
    created: bool
    job: RolledOut | None


class Registry:
    """Signs with the controller's key; keeps versions in its store."""

    def __init__(self, store: Store, key: PrivateKey) -> None:
        self._store = store
        self._key = key

    def apply(self, request: ApplyRequest, by: str, now: Instant) -> Applied:
        """Make the text a version, if it is not one, and begin its rollout, if that is not the newest.

        Applying the content of an older version is how to ask to go back to it: it keeps its number, and gets a
        rollout of its own. Raises `Invalid` with every problem found in the text; then nothing was changed.
        """
        plan = compile_job(request.source, request.file, given_assets(request.assets))
        matcher(plan.target)  # refuses a target that labels cannot answer
        plan_bytes = encode_plan(plan)
        for attempt in range(_ATTEMPTS):
            try:
                return self._keep(plan.name, plan_bytes, request.source, by, now)
            except Taken:
                if attempt + 1 == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _keep(self, job: str, plan_bytes: bytes, source: str, by: str, now: Instant) -> Applied:
        known = self._store.version_by_digest(digest(plan_bytes))
        if known is None:
            return self._create(job, plan_bytes, source, by, now)
        newest = next(rollout for rollout in self._store.rollouts() if rollout.job == job)
        if newest.version == known.version:
            return Applied(known, created=False, job=None)
        back = AuditEntry(now.wall_us, by, "job.rollback", f"{job}/{known.version}", f"from version {newest.version}")
        rollout = self._store.add_rollout(known, now.wall_us, by, back)
        return Applied(known, created=False, job=RolledOut(known, rollout))

    def _create(self, job: str, plan_bytes: bytes, source: str, by: str, now: Instant) -> Applied:
        kept = max((version.version for version in self._store.versions(job)), default=0)
        number = max(kept, self._store.wished(job)[0]) + 1
        version = JobVersion(
            job=job,
            version=number,
            digest=digest(plan_bytes),
            source=source,
            plan=plan_bytes,
            envelope=sign_plan(self._key, job, number, plan_bytes),
            applied_at_us=now.wall_us,
            applied_by=by,
        )
        entry = AuditEntry(now.wall_us, by, "job.apply", f"{job}/{number}", version.digest)
        rollout = self._store.add_version(version, entry)
        return Applied(version, created=True, job=RolledOut(version, rollout))
