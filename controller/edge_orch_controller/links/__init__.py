"""The controller's ends of the transport: WebSocket (embedded) and MQTT, behind `edge_orch.wire.link.Hub`."""
