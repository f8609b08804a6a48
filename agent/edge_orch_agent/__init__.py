"""The agent: runs jobs on a device, with or without a network."""
