"""A backlog of small segments: what a month without its sink costs an agent."""
