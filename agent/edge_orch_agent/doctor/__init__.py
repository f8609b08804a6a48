"""What `edge-orch doctor` reads of a device, and what it makes of it."""
