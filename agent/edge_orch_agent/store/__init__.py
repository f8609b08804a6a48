"""Where the agent's transactions become durable."""
