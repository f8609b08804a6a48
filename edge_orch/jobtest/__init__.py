"""A job at its author's desk: its own tests in virtual time, and a run over a file. No agent, no controller."""
