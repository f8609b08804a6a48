"""Where the records of `edge-orch run` go: standard output, or a folder with a file for each output."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Protocol

import click
import msgspec

from edge_orch.engine.records import Chunk, DeadLetter
from edge_orch.errors import Invalid, Problem, StorageError
from edge_orch.plan.plan import Output

DEAD_LETTERS = "dead_letters"
SHOWN = 5
"""Dead letters that are told one by one when there is no folder to keep them in."""


class DeadLetterLine(msgspec.Struct, omit_defaults=True):
    """A dead letter as a line of JSON. `line` counts from 1; `raw_hex` stands in for `raw` when it is not UTF-8."""

    line: int
    step: str
    reason: str
    field: str = ""
    raw: str = ""
    raw_hex: str = ""


def as_line(letter: DeadLetter) -> DeadLetterLine:
    """The dead letter for people and programs."""
    line = DeadLetterLine(letter.position + 1, letter.step, letter.reason, letter.field)
    try:
        line.raw = letter.raw.decode("utf-8")
    except UnicodeDecodeError:
        line.raw_hex = letter.raw.hex()
    return line


def _file_name(output: Output) -> str:
    return f"{re.sub('[/ ]', '_', output.name)}.{'txt' if output.line else 'ndjson'}"


class Destination(Protocol):
    """Takes what a run brings forth."""

    def write(self, outputs: dict[str, Chunk], dead: Iterable[DeadLetter]) -> None:
        """Raises `StorageError` when it cannot; a reader of standard output that has gone is `BrokenPipeError`."""
        ...

    def close(self) -> None:
        """Nothing comes any more."""
        ...


class StandardOutput:
    """Records of all outputs, or of the one called `only`, in the order in which they come.

    Dead letters go to standard error: to programs all of them, as lines `{"dead_letter": …}`; to people the first.
    """

    def __init__(self, only: str, *, as_json: bool = False) -> None:
        self._only = only
        self._as_json = as_json
        self._told = 0
        self._stdout = sys.stdout.buffer

    def write(self, outputs: dict[str, Chunk], dead: Iterable[DeadLetter]) -> None:
        """See `Destination`."""
        for name, chunk in outputs.items():
            if self._only in ("", name):
                self._stdout.write(chunk.data)
        self._stdout.flush()
        for letter in dead:
            self._told += 1
            line = as_line(letter)
            if self._as_json:
                click.echo(msgspec.json.encode({"dead_letter": line}), err=True)
            elif self._told <= SHOWN:
                place = f"{line.step}.{line.field}" if line.field else line.step
                click.echo(f"dead letter: line {line.line}, {place}: {line.reason}", err=True)
            elif self._told == SHOWN + 1:
                click.echo("more dead letters follow; --output-dir keeps them all", err=True)

    def close(self) -> None:
        """See `Destination`."""


class Folder:
    """`OUTPUT.ndjson` for each output, `OUTPUT.txt` where it has a `line`, and `dead_letters.ndjson`.

    Files of these names are replaced.
    """

    def __init__(self, path: Path, outputs: Iterable[Output]) -> None:
        files = {one.name: path / _file_name(one) for one in outputs}
        self._dead_path = path / f"{DEAD_LETTERS}.ndjson"
        if len({*files.values(), self._dead_path}) <= len(files):
            raise Invalid(
                Problem(
                    "two outputs would go into one file",
                    found=", ".join(sorted(files)),
                    next_step=f"rename one; {DEAD_LETTERS} is taken",
                )
            )
        self._stack = ExitStack()
        self._path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._files = {name: self._stack.enter_context(file.open("wb")) for name, file in files.items()}
            self._dead: BinaryIO = self._stack.enter_context(self._dead_path.open("wb"))
        except OSError as error:
            self._stack.close()
            raise self._failure(error) from None

    def write(self, outputs: dict[str, Chunk], dead: Iterable[DeadLetter]) -> None:
        """See `Destination`."""
        try:
            for name, chunk in outputs.items():
                self._files[name].write(chunk.data)
            for letter in dead:
                self._dead.write(msgspec.json.encode(as_line(letter)) + b"\n")
        except OSError as error:
            raise self._failure(error) from None

    def close(self) -> None:
        """See `Destination`."""
        try:
            self._stack.close()
        except OSError as error:
            raise self._failure(error) from None

    def _failure(self, error: OSError) -> StorageError:
        return StorageError(Problem(f"cannot write to {self._path}", found=error.strerror or str(error)))
