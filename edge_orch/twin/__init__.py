"""The twin: facts that one agent and the controller share, their merge, and the fold that gives them meaning."""
