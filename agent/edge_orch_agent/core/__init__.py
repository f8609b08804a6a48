"""The agent's decisions, pure: events in, commands out."""
