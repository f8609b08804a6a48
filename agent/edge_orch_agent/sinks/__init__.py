"""Sinks: where segments of the outbox go. Each kind is one module."""
