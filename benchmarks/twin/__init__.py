"""How large a twin becomes in a month, how long it takes to open, and what a reconciliation costs."""
