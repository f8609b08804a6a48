"""The controller: versions, signs and rolls out jobs, and merges."""
