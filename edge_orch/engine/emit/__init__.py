"""Emitters: one module a kind of step, each writing the code that a record meets there."""
