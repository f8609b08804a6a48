"""The `edge-orch` command: one module a sub-command, each imported only when it is called."""
