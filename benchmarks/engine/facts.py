"""What the jobs know of the device and of their input: no more, since each contender that is measured loads it."""

from __future__ import annotations

import re

META = {"site": "plant-7", "device": "edge-0042", "job": "press@12"}
PII_KEY = "a key of the benchmark"
TEXT = re.compile(
    r"(\d+\.\d+) (\S+) TEMP=(-?\d+(?:\.\d+)?)C VIB=(\d+(?:\.\d+)?) FW=(\S+) st=(\S+)",
    re.ASCII,
)
NUMBERS, TEXTS = ("ts", "temp_c", "vib"), ("sensor", "line", "fw", "status")
FIELDS = ("ts", "sensor", "line", "temp_c", "vib", "fw", "status")
