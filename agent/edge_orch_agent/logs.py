"""The agent's log: one line an event on standard error, repeats held back."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping

QUIET_S = 60.0
BURST = 10
REFILL_S = 30.0
_KNOWN = 512
_MOST = 500
"""Characters of one value: a sink may answer with a page."""
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class HoldBack(logging.Filter):
    """Lets the same line through once in `QUIET_S` seconds, and of one event at most `BURST` lines, then one in
    `REFILL_S` seconds; what it held back is counted, and said with the next line of the event that goes through.

    An outage of weeks, or a sink whose every error reads differently, must not wear out the SD card with its report.
    Counts by the monotonic clock.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._last: dict[tuple[int, str], tuple[float, int]] = {}
        self._budgets: dict[str, tuple[float, float, int]] = {}
        self.held_back = 0
        """Lines so far that were never written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        now, line = self._clock(), record.getMessage()
        repeats = self._repeats((record.levelno, line), now)
        suppressed = None if repeats is None else self._suppressed(line.partition(" ")[0], now)
        if repeats is None or suppressed is None:
            self.held_back += 1
            return False
        counts = {"repeated": repeats, "suppressed": suppressed}
        record.msg = " ".join([line, *(f"{name}={count}" for name, count in counts.items() if count)])
        record.args = ()
        return True

    def _repeats(self, line: tuple[int, str], now: float) -> int | None:
        """How often the line was held back since it was last written; None: it is too early for it again."""
        said, held_back = self._last.get(line, (-QUIET_S, 0))
        if now - said < QUIET_S:
            self._last[line] = said, held_back + 1
            return None
        if len(self._last) >= _KNOWN:
            self._last.clear()
        self._last[line] = now, 0
        return held_back

    def _suppressed(self, event: str, now: float) -> int | None:
        """How many lines of the event were held back since the last one; None: its budget is used up."""
        if len(self._budgets) >= _KNOWN:
            self._budgets.clear()
        left, at, suppressed = self._budgets.get(event, (BURST, now, 0))
        left = min(BURST, left + (now - at) / REFILL_S)
        if left < 1:
            self._budgets[event] = left, now, suppressed + 1
            return None
        self._budgets[event] = left - 1, now, 0
        return suppressed


class _ForTheJournal(logging.Formatter):
    """`<3>event key=value …`: the journal reads the priority from it, and puts the time there itself."""

    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())


def event(name: str, **fields: object) -> str:
    """`name key=value …` on one line; values with spaces in quotes, and what is too long cut."""
    return " ".join([name, *(f"{key}={_shown(value)}" for key, value in fields.items() if value not in ("", None))])


def _shown(value: object) -> str:
    text = " ".join(str(value)[: 2 * _MOST].split())
    text = text if len(text) <= _MOST else text[: _MOST - 1] + "…"
    return f'"{text}"' if " " in text or "=" in text else text


def configure(level: str = "INFO") -> None:
    """Log to standard error, where the service manager reads it; how many lines were held back is said at the end."""
    handler = logging.StreamHandler(sys.stderr)
    form = "%(message)s" if to_journal(sys.stderr.fileno(), os.environ) else "%(asctime)s %(levelname)s %(message)s"
    kind = _ForTheJournal if form == "%(message)s" else logging.Formatter
    handler.setFormatter(kind(form, "%Y-%m-%dT%H:%M:%S%z"))
    hold_back = HoldBack()
    handler.addFilter(hold_back)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Their lines repeat what ours say, in many more words.
    for name in ("aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
    atexit.register(_tell_held_back, hold_back)


def to_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Whether what is written there goes to the journal, as systemd.exec(5) says it is to be found out."""
    status = os.fstat(descriptor)
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _tell_held_back(hold_back: HoldBack) -> None:
    if hold_back.held_back:
        logging.getLogger(__name__).info(event("log_held_back", lines=hold_back.held_back))
