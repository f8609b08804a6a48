"""Commands for the machine the agent runs on: they look into its data folder, with the agent running or not."""
