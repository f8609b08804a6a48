"""Job text → plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_orch.plan.plan import Plan
    from edge_orch.spec.assets import Assets


def compile_job(text: str, file: str, assets: Assets | None = None) -> Plan:
    """The plan of the job in `text`; `file` names it in errors; `assets` gives the files that ship with it.

    Raises `Invalid` with all problems: first all of the file's form, and if that is sound, all of its meaning.
    """
    from edge_orch.spec.assets import given_assets  # noqa: PLC0415 -- `--help` of what compiles jobs need not read YAML
    from edge_orch.spec.job import read_job  # noqa: PLC0415

    job = read_job(text, file)
    # Only now: sqlglot takes longer to import than all else together, and a misspelt key needs no SQL.
    from edge_orch.compile.job import compile_spec  # noqa: PLC0415

    return compile_spec(job, assets or given_assets({}))


__all__ = ["compile_job"]
