"""Job text → plan."""

from __future__ import annotations

from edge_orch.plan.plan import Plan


def compile_job(text: str, file: str) -> Plan:
    """The plan of the job in `text`; `file` names it in errors.

    Raises `Invalid` with all problems: first all of the file's form, and if that is sound, all of its meaning.
    """
    from edge_orch.spec.job import read_job  # noqa: PLC0415 -- `--help` of what compiles jobs need not read YAML

    job = read_job(text, file)
    # Only now: sqlglot takes longer to import than all else together, and a misspelt key needs no SQL.
    from edge_orch.compile.job import compile_spec  # noqa: PLC0415

    return compile_spec(job)


__all__ = ["compile_job"]
