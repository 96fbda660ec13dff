"""Tools to look with: what they make is for eyes, not for asserts."""
