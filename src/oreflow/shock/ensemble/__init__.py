"""Thousands of futures: drawn, solved, kept on disk, and what they say together."""
