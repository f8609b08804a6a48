"""Windows: the state of one aggregate step, and when its rows come out. One module a family of windows."""
