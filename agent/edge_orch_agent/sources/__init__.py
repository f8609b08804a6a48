"""Sources: where records come from. Each kind is one module."""
