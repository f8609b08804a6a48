"""`enrich: {site: device.labels.site}`."""

from __future__ import annotations

from typing import ClassVar

from edge_orch.spec.steps.map import Map


class Enrich(Map, frozen=True):
    """Add fields from the device and the source; the same as `map`, said with its purpose."""

    example: ClassVar[str] = "enrich: {site: device.labels.site, topic: source.topic}"
