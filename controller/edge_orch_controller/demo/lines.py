"""The text lines of one site's presses: numbered, seeded, a few malformed. Pure: the same seed, the same lines."""

from __future__ import annotations

import random
import re

import msgspec

MALFORMED = 0.005
"""Share of lines that no job could read."""

OVERHEAT = 32.0
"""°C that the fault adds; a healthy press stays below 76."""

Number = tuple[str, str, int]
"""Site, sensor and the sensor's own count from 1: names one line for ever."""

PROBE = "press-0"
"""Sends the lines that only find out whether a site listens; nobody counts them."""

_NUMBER = re.compile(rb"(press-\d+) n=(\d+)")


class Line(msgspec.Struct, frozen=True):
    """One line as it goes to the plant's bus."""

    number: Number
    text: bytes
    malformed: bool

    @property
    def topic(self) -> str:
        """Where the site publishes its raw lines."""
        return f"factory/{self.number[0]}/raw"


class SiteLines:
    """Endless lines of one site, its presses in turn."""

    def __init__(self, site: str, seed: int, presses: int) -> None:
        self._site = site
        self._random = random.Random(f"{seed}/{site}")  # noqa: S311 -- a play, not a secret
        self._count = [0] * presses
        self._base = [self._random.uniform(64, 72) for _ in range(presses)]
        self._turn = 0
        self._probes = 0

    def probe(self, wall_us: int) -> Line:
        """A line of the press that does not exist."""
        self._probes += 1
        text = f"{wall_us / 1e6:.6f} {PROBE} n={self._probes} TEMP=20.0C".encode()
        return Line((self._site, PROBE, self._probes), text, malformed=False)

    def next(self, wall_us: int, fault: bool) -> Line:
        """The next line, stamped `wall_us` (microseconds since the epoch).

        With `fault` three quarters of the presses, but at least six, run far too hot.
        """
        press = self._turn
        self._turn = (press + 1) % len(self._count)
        self._count[press] += 1
        sensor = f"press-{press + 1}"
        hot = fault and press < max(6, len(self._count) * 3 // 4)
        celsius = self._base[press] + self._random.gauss(0, 1) + (OVERHEAT if hot else 0)
        head = f"{wall_us / 1e6:.6f} {sensor} n={self._count[press]} ".encode()
        malformed = self._random.random() < MALFORMED
        tail = self._broken() if malformed else f"TEMP={celsius:.2f}C".encode()
        return Line((self._site, sensor, self._count[press]), head + tail, malformed)

    def _broken(self) -> bytes:
        """A reading as broken gateways send them: no number, no unit, beyond all sense, cut off, not UTF-8."""
        return self._random.choice(
            (b"TEMP=nanC", b"TEMP=ERRC", b"TEMP=71.2", b"TEMP=9999.00C", b"TEMP", b"TEMP=\xff\xfeC")
        )


def number_of(site: str, raw: bytes) -> Number | None:
    """The number of a raw line, also of a malformed one; None if it is not from a press."""
    found = _NUMBER.search(raw)
    return (site, found[1].decode(), int(found[2])) if found else None
