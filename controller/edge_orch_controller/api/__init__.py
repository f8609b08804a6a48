"""The HTTP API: one module a resource; paths and shapes are those of `edge_orch.wire.api`."""
