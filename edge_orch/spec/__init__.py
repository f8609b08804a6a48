"""The job language as written: YAML with positions, typed job model, JSON Schema from the same declarations."""
