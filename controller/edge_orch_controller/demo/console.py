"""What the demo prints while it goes: one line a scene, with the second at which it was over."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click


class Scene:
    """A scene that is being played; `result` stands behind its title once it is over."""

    def __init__(self) -> None:
        self.result = ""


class Console:
    """Prints to stdout. On a terminal the scene that is being played is shown too, and overwritten when it is over."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._live = sys.stdout.isatty()

    @property
    def seconds(self) -> float:
        """Since the curtain rose."""
        return time.monotonic() - self._began

    def say(self, text: str = "") -> None:
        """One line."""
        click.echo(text)

    @contextmanager
    def scene(self, title: str) -> Iterator[Scene]:
        """Tick it off when the body is over, or mark it as failed when it raises, as stopped when it is cancelled."""
        scene = Scene()
        if self._live:
            click.echo(f"  …        {title}", nl=False)
        try:
            yield scene
        except asyncio.CancelledError:
            self._over(click.style("■", fg="yellow"), f"{title}: stopped", scene)
            raise
        except BaseException:
            self._over(click.style("✗", fg="red", bold=True), title, scene)
            raise
        self._over(click.style("✓", fg="green", bold=True), title, scene)

    def _over(self, mark: str, title: str, scene: Scene) -> None:
        behind = click.style(f": {scene.result}", dim=True) if scene.result else ""
        click.echo(("\r\x1b[K" if self._live else "") + f"  {mark} {self.seconds:5.1f} s {title}{behind}")
