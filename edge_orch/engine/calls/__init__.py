"""What each function of an expression computes, on arguments that are not NULL. None is NULL; nothing raises."""
