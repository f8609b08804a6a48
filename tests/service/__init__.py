"""The agent's unit under a real systemd, booted for it alone in namespaces of its own. Needs root; `make systemd`."""
