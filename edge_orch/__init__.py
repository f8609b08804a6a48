"""The shared, pure core of Edge Orchestrator and its command."""
