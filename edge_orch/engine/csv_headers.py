"""CSV whose header names the columns: what each partition's header says is kept, also over restarts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from edge_orch.engine.csv_lines import cells_object, split_line
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.plan.steps import ParsedField

Read = Callable[[str], Sequence[str | None]]


class Headers:
    """The columns of each partition, and where the fields lie in them; the empty path is an object of all."""

    def __init__(self, fields: Sequence[ParsedField], delimiter: str) -> None:
        self._wanted = [(field.path[0] if field.path else None, field.required) for field in fields]
        self._split = split_line(delimiter)
        self._columns: dict[str, list[str]] = {}

    def reader(self, partition: str, header: str | None) -> Read:
        """What gives the texts of the fields in a line (None: no such column); `header`: the line that begins anew.

        The reader raises `ValueError` with a reason for a line that does not fit, and for every line while a required
        column is missing.
        """
        if header is not None:
            self._columns[partition] = [cell.strip() for cell in self._split(header) or []]
        columns = self._columns.get(partition, [])
        missing = [name for name, required in self._wanted if name and required and columns.count(name) != 1]
        width, split = len(columns), self._split
        known = {name: columns.index(name) for name in columns if columns.count(name) == 1}
        places = [width if name is None else known.get(name) for name, _ in self._wanted]
        object_of = cells_object(columns) if width in places else None

        def read(line: str) -> Sequence[str | None]:
            if missing:
                raise ValueError(f"the header does not have one column `{missing[0]}`")
            cells = split(line)
            if cells is None:
                raise ValueError("has a quote out of place")
            if len(cells) != width:
                raise ValueError(f"has {len(cells)} columns, not {width}")
            if object_of is not None:
                cells.append(object_of(cells))
            return [None if place is None else cells[place] for place in places]

        return read

    def snapshot(self) -> bytes:
        """The columns of every partition."""
        return msgpack_bytes(self._columns)

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        self._columns = msgspec.msgpack.decode(data, type=dict[str, list[str]])
