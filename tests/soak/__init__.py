"""Long runs that are no part of the suite: `python -m tests.soak`."""
