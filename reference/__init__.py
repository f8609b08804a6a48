"""Writes docs/reference from the components of the job language: `make docs`."""
