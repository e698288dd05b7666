"""A run as one page: what went in, what came out, what was dropped and why, what it is worth."""
