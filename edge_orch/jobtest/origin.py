"""Where the records of a case come from: a topic that the job's source takes."""

from __future__ import annotations

import re

from edge_orch.errors import Invalid, Problem
from edge_orch.jobtest.case import ANY_TOPIC, Arrival
from edge_orch.plan.plan import Source

_PART = re.compile(r"\$\{[^}]*\}|\+|#|[^$+#]+|\$")


def check_topic(source: Source, arrival: Arrival) -> None:
    """Raise `Invalid` for records of a topic to which an mqtt source does not subscribe; the one by default is any."""
    wanted = source.options.get("topic") if source.kind == "mqtt" else None
    topic = arrival.topic.value
    if not isinstance(wanted, str) or topic == ANY_TOPIC or takes(wanted, topic):
        return
    next_step = "write a topic that the filter of the source takes, or leave it out"
    what = f"the job takes nothing from the topic `{topic}`"
    raise Invalid(Problem(what, arrival.topic.where, f"a topic of {wanted}", "", next_step))


def takes(wanted: str, topic: str) -> bool:
    """Whether an MQTT topic filter, in which references stand for any text, takes what is published to `topic`."""
    shared = re.sub(r"^\$share/[^/]+/", "", wanted)
    every = shared.endswith("/#")
    parts = _PART.findall(shared.removesuffix("/#") if every else shared)
    signs = {"+": "[^/]*", "#": ".*"}
    pattern = "".join(signs.get(part) or (".*" if part.startswith("${") else re.escape(part)) for part in parts)
    return re.fullmatch(pattern + ("(/.*)?" if every else ""), topic) is not None
