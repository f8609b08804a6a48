"""The agent's log: one line an event on standard error, repeats held back."""

from __future__ import annotations

import logging
import sys

QUIET_S = 60.0
_KNOWN = 512


class HoldBackRepeats(logging.Filter):
    """Lets the same line through once in `quiet_s` seconds, and says then how many were held back meanwhile.

    An outage of weeks must not wear out the SD card with its own report.
    """

    def __init__(self, quiet_s: float = QUIET_S) -> None:
        super().__init__()
        self._quiet_s = quiet_s
        self._last: dict[tuple[int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        line = record.levelno, record.getMessage()
        said, held_back = self._last.get(line, (None, 0))
        if said is not None and 0 <= record.created - said < self._quiet_s:
            self._last[line] = said, held_back + 1
            return False
        if len(self._last) >= _KNOWN:
            self._last.clear()
        self._last[line] = record.created, 0
        if held_back:
            record.msg, record.args = f"{line[1]} repeated={held_back}", ()
        return True


def event(name: str, **fields: object) -> str:
    """`name key=value …` on one line; values with spaces in quotes."""
    return " ".join([name, *(f"{key}={_shown(value)}" for key, value in fields.items() if value not in ("", None))])


def _shown(value: object) -> str:
    text = " ".join(str(value).split())
    return f'"{text}"' if " " in text or "=" in text else text


def configure(level: str = "INFO") -> None:
    """Log to standard error, where the service manager reads it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    handler.addFilter(HoldBackRepeats())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Their lines repeat what ours say, in many more words.
    for name in ("aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
