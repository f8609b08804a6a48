"""The systemd unit under which an agent is meant to run."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

STATE = "edge-orch"
"""Name of its folders below /var/lib and /run."""

_HIDDEN = ("/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/")  # noqa: S108 -- by ProtectHome and PrivateTmp

_TEMPLATE = """\
# Written by `edge-orch agent unit`. Put it into /etc/systemd/system/edge-orch-agent.service, then:
#   systemctl daemon-reload && systemctl enable --now edge-orch-agent
# Enrol at the first start: EDGE_ORCH_CONTROLLER, EDGE_ORCH_JOIN_TOKEN and EDGE_ORCH_NAME in /etc/edge-orch/agent.env
[Unit]
Description=Edge Orchestrator agent
# No network and no time are needed to begin: neither is waited for.
After=local-fs.target
# An agent that cannot start is tried for ever: nobody may be there to start it by hand. It waits half a minute before
# it ends, for each start is a dozen lines in the journal.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
EnvironmentFile=-/etc/edge-orch/agent.env
Restart=always
RestartSec=2s
TimeoutStartSec=90s
# A stop takes at most 5 s; what is not done then is repeated at the next start.
TimeoutStopSec=10s
# Longer than the longest work of a job that may not be interrupted; see docs/adr/0008.
WatchdogSec=90s

DynamicUser=yes
StateDirectory={state}
StateDirectoryMode=0700
# The flight recorder lies here and must outlive a crash.
RuntimeDirectory={state}
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=restart
UMask=0077

MemoryMax={memory}
LimitCORE=0
# The agent holds its own log back already; this is the second line.
LogRateLimitIntervalSec=60s
LogRateLimitBurst=500

NoNewPrivileges=yes
CapabilityBoundingSet=
# Everything but the folders above is read-only. Jobs that write files need ReadWritePaths=/their/folder, jobs that read
# them need files that others may read.
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
# Whether a time service disciplines the clock is asked by adjtimex, which ProtectClock would forbid. Nothing is set.
SystemCallFilter=@system-service adjtimex clock_adjtime

[Install]
WantedBy=multi-user.target
"""


def unit(program: str, arguments: Sequence[str], memory: str) -> str:
    """The unit's text. `program`: the absolute path of `edge-orch`; `memory`: what the kernel lets it have at most."""
    command = shlex.join([program, "agent", "run", "--data", f"%S/{STATE}"])
    more = " ".join(shlex.quote(argument).replace("%", "%%") for argument in arguments)
    return _TEMPLATE.format(command=f"{command} {more}".strip(), state=STATE, memory=memory)


def hidden(*paths: str) -> list[str]:
    """Those that a service under this unit cannot see."""
    return [path for path in dict.fromkeys(paths) if path.startswith(_HIDDEN)]
