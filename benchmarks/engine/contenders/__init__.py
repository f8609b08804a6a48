"""Contenders, a module each: whether it is here, and how it is told to do a job."""
