"""Tests of the server: pure rules, stores on real SQLite, the API over ASGI, streams and kills on real processes."""
