"""Mechanisms of market failure, one a file: the economics, nothing numerical."""
