"""Topics that are made of a record's fields: whether the records that are published there have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from edge_orch.compile.flow import Flow
from edge_orch.errors import Location, Problem
from edge_orch.plan.plan import DEAD_LETTERS
from edge_orch.spec.job import JobBody
from edge_orch.spec.leaves import Name
from edge_orch.spec.sinks import MqttSink
from edge_orch.spec.steps import Alert
from edge_orch.spec.topics import RecordTopic
from edge_orch.spec.words import did_you_mean, names

_OWN_SINK = "give them a sink of their own, whose topic names no fields"


def topic_problems(spec: JobBody, flows: Mapping[str, Flow]) -> Iterator[Problem]:
    """What is wrong with the topics of the job's sinks. `flows`: what each step passes on, by its ports."""
    for name, sink in spec.sinks.items():
        if not isinstance(sink.options, MqttSink) or not sink.options.topic.fields:
            continue
        for where in _told(spec, name.value):
            yield Problem("alerts have no fields for a topic", where, next_step=_OWN_SINK)
        for output in spec.outputs.values():
            if output.to.value != name.value:
                continue
            if output.from_.value == DEAD_LETTERS:
                yield Problem("dead letters have no fields for a topic", output.to.where, next_step=_OWN_SINK)
            elif output.line:
                yield Problem("a line has no fields for a topic", output.line.where, next_step=_OWN_SINK)
            elif output.from_.value in flows:
                yield from _unknown(sink.options.topic, output.from_.value, flows[output.from_.value])
                if output.merge_into:
                    yield from _moved(sink.options.topic, output.merge_into, flows[output.from_.value])


def _told(spec: JobBody, sink: str) -> Iterator[Location]:
    """Where alerts name the sink."""
    for step in spec.steps:
        if isinstance(step.body, Alert):
            yield from (each.where for each in step.body.told if each.value == sink)


def _unknown(topic: RecordTopic, step: str, flow: Flow) -> Iterator[Problem]:
    known = {field.name for field in flow.schema.fields} | flow.broken
    for field, where in topic.fields:
        if field not in known and not flow.lost:
            what = f"records of `{step}` have no field `{field}`"
            yield Problem(what, where, f"one of: {names(known)}", "", did_you_mean(field, known))


def _moved(topic: RecordTopic, holder: Name, flow: Flow) -> Iterator[Problem]:
    """Fields that stand elsewhere in the object that leaves, so that a topic does not find them by their names."""
    homes = flow.homes.paths.get(holder.value) or {}
    for field, where in topic.fields:
        path = homes.get(field, (field,))
        if field in flow.schema.names and path != (field,):
            what = f"`{field}` stands at `{'.'.join(path)}` in what leaves, where a topic does not look"
            yield Problem(what, where, next_step=f"map {{{field}_name: {field}}} before, and name that")
