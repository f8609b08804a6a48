"""Links: the agent's end of the transport to the controller."""
