"""Who is told of an episode, and when: the one place that decides whether a notification leaves now.

Theory. An episode lives by its records (`alert_table`); people are told of it by other rules, which only ever withhold,
delay or add notifications and never touch the episode. The opening of an episode is told at once, unless

    silenced    a silence window of the job, or a silence that a person made, holds for its rule and key
    throttled   another opening of the same rule and key was told less than `throttle` ago, or so many notices wait for
                every one of its sinks that one more would help nobody

Then it is withheld. As soon as neither holds any more and the episode is still open and unacknowledged, it is told,
with the number of episodes of its rule and key that came and went meanwhile. An episode that ends while withheld is
told to nobody and counted in the next one that is told.

Where only some of its sinks have no room, the others are told at once, and those as soon as they have, if the episode
is still open then and unacknowledged.

An end or an acknowledgement is told to whoever was told of the opening, silence or not: it wakes nobody, and something
must close what stands open there.

An episode that was told and that nobody acknowledges within `escalate.after` is told to a second route, once; in a
silence, at its end.

Time is that of people, not of records. Silence windows go by the wall clock, while it can be trusted; else they silence
nothing: an alarm is worth more than sleep. The others run on the monotonic clock, and across boots by wall clocks both
trusted; where no clock can tell, a throttle is over and an escalation is counted anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import msgspec

from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.engine.silence_windows import SilenceWindows
from edge_orch.plan.steps import Alert
from edge_orch.time import Instant

Key = tuple[str, ...]
Silenced = Callable[[str, Key, Instant], bool]
"""Whether people have silenced a rule and key now."""
HasRoom = Callable[[str], bool]
"""Whether one notice more may wait for this sink."""


class Telling(StrEnum):
    """What becomes of the notifications of an episode."""

    OPENED = "opened"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    SILENCED = "silenced"  # withheld
    THROTTLED = "throttled"  # withheld


class Notification(msgspec.Struct, frozen=True):
    """What was decided about one episode. `event`: as it opened or ended. `sinks`: whom to tell; none if withheld.

    `suppressed`: how many episodes of its rule and key nobody was told of since the last that somebody was.
    """

    telling: Telling
    event: EpisodeEvent
    sinks: tuple[str, ...] = ()
    suppressed: int = 0


class Standing(msgspec.Struct):
    """An open episode. `told`: when its opening was told, None while it is withheld, for the reason `withheld`.

    `left_out`: its sinks that have no room for it; all of them, or the others were told.
    """

    event: EpisodeEvent
    told: Instant | None = None
    withheld: Telling | None = None
    acknowledged: bool = False
    escalated: bool = False
    left_out: tuple[str, ...] = ()


class Series(msgspec.Struct):
    """The episodes of one rule and key. `told`: when the latest opening was told; `suppressed` since then."""

    told: Instant | None = None
    suppressed: int = 0


class Notifier:
    """Decides for the rules of one job version. What it remembers can be handed to it at the beginning."""

    def __init__(
        self,
        rules: Iterable[Alert],
        silenced: Silenced,
        open_episodes: Iterable[Standing] = (),
        series: dict[tuple[str, Key], Series] | None = None,
        has_room: HasRoom = lambda _: True,
    ) -> None:
        self._rules = {rule.name: rule for rule in rules}
        self._windows = {name: SilenceWindows(rule.silence) for name, rule in self._rules.items() if rule.silence}
        self._silenced = silenced
        self._has_room = has_room
        self._left_out = False  # whether some sink may be: asked after each event
        self._timed = any(rule.throttle_us or rule.silence or rule.escalate for rule in self._rules.values())
        self._open = {standing.event.episode: standing for standing in open_episodes}
        self._series = series if series is not None else {}

    def take(self, event: EpisodeEvent, now: Instant) -> list[Notification]:
        """An episode has opened or ended."""
        if event.kind is EpisodeEventKind.OPENED:
            standing = self._open[event.episode] = Standing(event)
            return self._tell(standing, now)
        ended = self._open.pop(event.episode, None)
        if ended is None or ended.told is not None:
            return [Notification(Telling.RESOLVED, event, self._told_sinks(event, ended))]
        self._series_of(event).suppressed += 1
        return []

    def acknowledged(self, episode: str) -> tuple[str, ...]:
        """Somebody has seen it: it is neither told nor escalated any more. Whom to tell of that."""
        standing = self._open.get(episode)
        if standing is None:
            return ()
        standing.acknowledged = True
        return self._told_sinks(standing.event, standing) if standing.told is not None else ()

    def pass_time(self, now: Instant) -> list[Notification]:
        """Time has passed, or silences have changed: what may leave now, in the order of the openings."""
        told: list[Notification] = []
        self._forget(now)
        for standing in self._open.values():
            if standing.acknowledged:
                continue
            if standing.told is None:
                told += self._tell(standing, now)
            else:
                told += [*self._catch_up(standing), *self._escalate(standing, standing.told, now)]
        self._left_out = any(standing.left_out for standing in self._open.values())
        return told

    def room_again(self) -> bool:
        """Whether a sink has room now for which an opening waits."""
        if not self._left_out:
            return False
        waiting = (standing for standing in self._open.values() if not standing.acknowledged)
        return any(map(self._has_room, {sink for standing in waiting for sink in standing.left_out}))

    def wake_at(self, now: Instant) -> int | None:
        """On the monotonic clock: when time alone may change something. Whoever knows people's silences adds theirs."""
        if not self._timed:
            return None
        return min((at for standing in self._open.values() for at in self._waits(standing, now)), default=None)

    def _tell(self, standing: Standing, now: Instant) -> list[Notification]:
        event = standing.event
        series = self._series_of(event)
        sinks = tuple(filter(self._has_room, event.notify))
        standing.left_out = tuple(sink for sink in event.notify if sink not in sinks)
        self._left_out |= bool(standing.left_out)
        withheld = self._withheld(event, series, now)
        if withheld is None and event.notify and not sinks:
            withheld = Telling.THROTTLED
        if withheld is not None:
            known, standing.withheld = standing.withheld is not None, withheld
            return [] if known else [Notification(withheld, event)]
        told = Notification(Telling.OPENED, event, sinks, series.suppressed)
        standing.told = series.told = now
        standing.withheld, series.suppressed = None, 0
        return [told]

    def _withheld(self, event: EpisodeEvent, series: Series, now: Instant) -> Telling | None:
        if self._is_silenced(event, now):
            return Telling.SILENCED
        return Telling.THROTTLED if self._throttled_for(event.rule, series, now) > 0 else None

    def _catch_up(self, standing: Standing) -> list[Notification]:
        """Tell the sinks that were left out and have room now."""
        sinks = tuple(filter(self._has_room, standing.left_out))
        standing.left_out = tuple(sink for sink in standing.left_out if sink not in sinks)
        return [Notification(Telling.OPENED, standing.event, sinks)] if sinks else []

    def _is_silenced(self, event: EpisodeEvent, now: Instant) -> bool:
        return self._silent_until(event, now) is not None or self._silenced(event.rule, event.key, now)

    def _silent_until(self, event: EpisodeEvent, now: Instant) -> int | None:
        windows = self._windows.get(event.rule)
        return windows.until(now.wall_us) if windows is not None and now.trusted else None

    def _throttled_for(self, name: str, series: Series, now: Instant) -> int:
        rule = self._rules.get(name)
        if rule is None or rule.throttle_us is None or series.told is None:
            return 0
        elapsed = now.since(series.told)
        return 0 if elapsed is None else rule.throttle_us - elapsed

    def _escalate(self, standing: Standing, told: Instant, now: Instant) -> list[Notification]:
        waits = self._escalates_in(standing, told, now)
        if waits is None or waits > 0 or self._is_silenced(standing.event, now):
            return []
        standing.escalated = True
        return [Notification(Telling.ESCALATED, standing.event, self._second_route(standing.event))]

    def _escalates_in(self, standing: Standing, told: Instant, now: Instant) -> int | None:
        rule = self._rules.get(standing.event.rule)
        if rule is None or rule.escalate is None or standing.escalated:
            return None
        elapsed = now.since(told)
        if elapsed is None:  # no clock can tell: counted anew
            standing.told, elapsed = now, 0
        return rule.escalate.after_us - elapsed

    def _waits(self, standing: Standing, now: Instant) -> Sequence[int]:
        if standing.acknowledged:
            return ()
        event = standing.event
        silent = self._silent_until(event, now)
        silent_for = 0 if silent is None else silent - now.wall_us
        if standing.told is not None:
            waits = self._escalates_in(standing, standing.told, now)
        else:
            waits = self._throttled_for(event.rule, self._series_of(event), now)
        if waits is None:
            return ()
        # Nothing to wait for by time alone: a silence that a person made holds it.
        return (now.mono_us + longest,) if (longest := max(waits, silent_for)) > 0 else ()

    def _forget(self, now: Instant) -> None:
        """Of a series that holds nothing back, nothing has to be remembered."""
        self._series = {
            (rule, key): series
            for (rule, key), series in self._series.items()
            if series.suppressed or self._throttled_for(rule, series, now) > 0
        }

    def _told_sinks(self, event: EpisodeEvent, standing: Standing | None) -> tuple[str, ...]:
        second = self._second_route(event) if standing is not None and standing.escalated else ()
        left_out = standing.left_out if standing is not None else ()
        return tuple(sink for sink in event.notify if sink not in left_out) + second

    def _second_route(self, event: EpisodeEvent) -> tuple[str, ...]:
        rule = self._rules.get(event.rule)
        return rule.escalate.notify if rule is not None and rule.escalate is not None else ()

    def _series_of(self, event: EpisodeEvent) -> Series:
        return self._series.setdefault((event.rule, event.key), Series())
