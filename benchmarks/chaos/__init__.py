"""Pulls every plug of a working agent at random moments, and asks numbered records whether one is lost or doubled."""
