"""An agent that is reloaded again and again: what it holds on to afterwards."""
