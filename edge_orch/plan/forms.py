"""Forms of timestamps in expressions: of what C's `strptime` knows, the part that is the same everywhere."""

from __future__ import annotations

DIRECTIVES = ("Y", "y", "m", "d", "H", "I", "M", "S", "f", "p", "j", "a", "A", "b", "B", "z", "%")

WRITTEN = (*DIRECTIVES, "g")
"""What `strftime` writes beside: %g, milliseconds. An agent from before does not know it: `strftime_ms` in a plan."""
