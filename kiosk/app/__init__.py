"""The display process, put together: read `bootstrap.py` first."""
