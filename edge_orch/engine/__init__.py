"""The engine: plan → one generated Python function, windows, alert rules, state. Pure; needs only msgspec."""
