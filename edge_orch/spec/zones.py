"""Names of time zones, as IANA has them."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from edge_orch.spec.words import did_you_mean

_CITIES = {"Wien": "Europe/Vienna", "München": "Europe/Berlin", "Roma": "Europe/Rome", "Praha": "Europe/Prague"}
_ABBREVIATED = {
    **dict.fromkeys(("CEST", "MESZ", "MEZ"), "Europe/Berlin"), "BST": "Europe/London", "EEST": "Europe/Athens",
    "EDT": "America/New_York", "CDT": "America/Chicago", "CST": "America/Chicago", "MDT": "America/Denver",
    "PDT": "America/Los_Angeles", "PST": "America/Los_Angeles", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
    "AEST": "Australia/Sydney", "SGT": "Asia/Singapore",
}  # fmt: skip
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])0?(\d{1,2}):?(?:00)?")


def is_zone(name: str) -> bool:
    """Whether this machine knows the zone."""
    if name == "UTC":  # known even where no zone data is installed
        return True
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def zone_meant(name: str) -> str:
    """The next step for a name that is no zone: the nearest one, by its whole name or by its city."""
    if offset := _OFFSET.fullmatch(name.upper()):
        # POSIX counts westwards: Etc/GMT-2 is two hours east of Greenwich.
        return f"write Etc/GMT{'-' if offset[1] == '+' else '+'}{offset[2]}, which is what UTC{offset[1]}{offset[2]} is"
    if name.upper() in _ABBREVIATED:
        return f"name a place, whose clocks change by themselves: {_ABBREVIATED[name.upper()]}"
    city = name.rpartition("/")[2].replace(" ", "_")
    zones = available_timezones()
    by_city = {zone.rpartition("/")[2]: zone for zone in sorted(zones, reverse=True)} | _CITIES
    return f"write {by_city[city]}" if city in by_city else did_you_mean(name, zones)
