"""Bus → agent → HTTP sink with durability on, beside a bare subscriber that keeps nothing."""
