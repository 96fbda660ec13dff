"""Tests of the server: pure rules, stores on a real SQLite file, the API over ASGI, streams and kills on real processes."""
