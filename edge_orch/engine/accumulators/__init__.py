"""Aggregate functions. Each folds lists of non-NULL values, gives its value, and can be merged, saved and restored.

NULLs never reach an accumulator. With no value folded, `count` is 0 and all others are NULL. Sums of floats are
rounded once per folded list, and lists are cut at fixed lengths: the same values give the same bits, however they
were batched.
"""
