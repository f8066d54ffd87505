"""Algorithms, one a file: the numerics, no economics."""
