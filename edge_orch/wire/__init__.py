"""What travels: messages between agent and controller, topics, and the shapes of the HTTP API."""
