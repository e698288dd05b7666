"""How good a graph is; so far, what is in it."""
