"""Keeps twins open while there is work for them: loads, edits, lets sessions speak, and closes what is idle."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from edge_orch.errors import EdgeOrchError, Problem, StorageError
from edge_orch.time import Instant
from edge_orch.twin.actor import NONCE_BYTES, new_actor
from edge_orch.twin.change import Change
from edge_orch.twin.commands import Begin, Persist, SyncCommand, Transmit
from edge_orch.twin.epoch import Epoch
from edge_orch.twin.facts import Fact
from edge_orch.twin.hand import Hand
from edge_orch.twin.replica import Replica
from edge_orch_controller.core.commands import Command, LoadTwin, Reply, Send, Warn
from edge_orch_controller.core.gathering import Gathering, Work
from edge_orch_controller.core.settings import Settings
from edge_orch_controller.core.twins import OpenTwins, Twin

TwinWork = Callable[[Twin, Instant], Iterable[Command]]


class Keeper:
    """`changed` is told of a twin that was loaded or has new facts; `online` says whom it is worth sending to."""

    def __init__(
        self,
        settings: Settings,
        gathering: Gathering,
        *,
        changed: Callable[[Twin], None],
        online: Callable[[str], bool],
    ) -> None:
        self._name = settings.name
        self._boot = settings.nonce
        self._hand = Hand(settings.hand_key) if settings.hand_key else None
        self._opened = 0
        self._gathering = gathering
        self._changed = changed
        self._online = online
        self._open = OpenTwins(settings.open_twins)
        self._waiting: dict[str, list[tuple[TwinWork, int | None]]] = {}

    def do(self, agent: str, work: TwinWork, now: Instant, request: int | None = None) -> Iterable[Command]:
        """Do the work now if the twin is open, otherwise as soon as it is loaded.

        If it cannot be loaded the work is forgotten, and `request`, if given, is answered with an error.
        """
        twin = self._open.get(agent)
        if twin is not None:
            return work(twin, now)
        waiting = self._waiting.setdefault(agent, [])
        waiting.append((work, request))
        return [LoadTwin(agent)] if len(waiting) == 1 else []

    def find(self, agent: str) -> Twin | None:
        """The agent's twin if it is open."""
        return self._open.get(agent)

    def loaded(self, agent: str, changes: Iterable[Change], epoch: Epoch, now: Instant) -> Iterable[Command]:
        """Open the twin and do what has waited for it."""
        self._opened += 1
        # A replica's actor must never have written before: each opening has one of its own.
        nonce = hashlib.sha256(self._boot + self._opened.to_bytes(8, "big")).digest()[:NONCE_BYTES]
        try:
            actor = new_actor("controller", self._name, nonce)
            twin = Twin(agent, Replica.open(agent, actor, changes, self._hand, epoch), self._boot, self._hand)
        except EdgeOrchError as error:
            yield from self.load_failed(agent, str(error))
            return
        self._open.add(twin)
        self._changed(twin)
        for change in twin.replica.unusable:
            yield Warn(agent, Problem("a stored change is damaged or lacks its cause", found=change.hash.hex()))
        for work, _ in self._waiting.pop(agent, ()):
            yield from work(twin, now)

    def load_failed(self, agent: str, reason: str) -> Iterable[Command]:
        """Give up what has waited; whatever matters is asked for again at the agent's next message or round."""
        problem = Problem("its twin cannot be opened", found=reason)
        yield Warn(agent, problem)
        for _, request in self._waiting.pop(agent, ()):
            if request is not None:
                yield Reply(request, error=StorageError(problem))

    def edit(self, twin: Twin, facts: list[Fact]) -> None:
        """Write facts of ours into the twin; they are sent when they are durable."""
        if facts:
            self._keep(twin, twin.replica.edit(facts))

    def perform(self, twin: Twin, wanted: Iterable[SyncCommand]) -> list[Command]:
        """Do what the twin's session asks for."""
        commands: list[Command] = []
        for command in wanted:
            if isinstance(command, Persist):
                self._keep(twin, command.changes)
            elif isinstance(command, Begin):
                self._gathering.twin_rolled(twin, command.rolled)
                self._changed(twin)
            elif isinstance(command, Transmit):
                if self._online(twin.agent):
                    commands.append(Send(twin.agent, command.message))
            else:
                commands.append(Warn(twin.agent, Problem(command.reason)))
        return commands

    def committed(self, work: Work) -> Iterable[Command]:
        """Let the sessions say that their changes are durable now."""
        for agent, twin in work.twins.items():
            yield from self.perform(twin, twin.session.persisted(work.transaction.twins[agent].all_changes()))

    def drop(self, agent: str) -> None:
        """Forget the twin with all that was not committed; it is loaded again when needed."""
        self._open.drop(agent)

    def _keep(self, twin: Twin, changes: Iterable[Change]) -> None:
        self._gathering.twin_changed(twin, changes)
        self._changed(twin)
