"""Where sources listen: `HOST:PORT`, and what to say when that cannot be had."""

from __future__ import annotations

from edge_orch.errors import Problem, Unavailable


def host_and_port(listen: str) -> tuple[str, int]:
    """The parts of `HOST:PORT`; brackets around an IPv6 address are taken off. Raises `Unavailable`."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise Unavailable(Problem("not an address to listen on", expected="HOST:PORT", found=listen))
    return host.removeprefix("[").removesuffix("]"), int(port)


def cannot_listen(listen: str, error: OSError) -> Unavailable:
    """The error of a source whose port is taken, or whose address is not this machine's."""
    reason = error.strerror or str(error)
    return Unavailable(
        Problem(
            f"cannot listen on {listen}: {reason}", next_step="stop what uses the port, or give the job another one"
        )
    )
