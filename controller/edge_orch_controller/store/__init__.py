"""Durable state of a controller: one port, two adapters, one contract suite (tests/contracts)."""
