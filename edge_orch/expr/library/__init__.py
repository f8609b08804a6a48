"""What expressions may call, by subject: signatures only. The meaning is in `edge_orch.engine.calls`."""
