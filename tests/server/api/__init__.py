"""The HTTP API, call by call, as its contract says."""
