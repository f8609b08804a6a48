"""The engine beside a loop written by hand and beside other engines: the same jobs, the same bytes, one pinned core."""
