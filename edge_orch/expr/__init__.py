"""SQL expressions → typed trees: parsed by sqlglot, checked against the schema that flows into a step."""
