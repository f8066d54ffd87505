"""Publications, one a file: their claims, replicated."""
