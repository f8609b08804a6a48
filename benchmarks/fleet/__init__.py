"""A whole fleet against one real controller process: steady state, rollout, and everyone coming back at once."""
