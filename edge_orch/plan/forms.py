"""Forms of timestamps in expressions: of what C's `strptime` knows, the part that is the same everywhere."""

from __future__ import annotations

DIRECTIVES = ("Y", "y", "m", "d", "H", "I", "M", "S", "f", "p", "j", "a", "A", "b", "B", "z", "%")

WRITTEN = (*DIRECTIVES, "g", ":z")
"""What `strftime` writes beside: %g, milliseconds, and %:z, the offset as RFC 3339 has it. An agent from before does
not know them: `strftime_ms` and `strftime_offset` in a plan.
"""
