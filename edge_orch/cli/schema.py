"""`edge-orch schema`: the job language for editors."""

from __future__ import annotations

import click

from edge_orch.cli.render import as_json


@click.command(short_help="Print the JSON Schema of job files, for editors.")
def schema() -> None:
    """Print the JSON Schema of job files, for editors.

    \b
    Example:
      edge-orch schema > job.schema.json
      # and as the first line of a job, for editors that run yaml-language-server:
      # yaml-language-server: $schema=job.schema.json
    """
    from edge_orch.spec.job import job_json_schema  # noqa: PLC0415 -- help must not wait for YAML

    click.echo(as_json(job_json_schema()))
