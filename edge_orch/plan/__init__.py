"""The plan: typed, canonical, digested. What travels to agents and what the engine compiles."""
