"""The HTTP API: one module a group of calls, `problems` for what goes wrong, `app` to put them together.

Calls parse and answer; what they mean is in the stores. The wire's shapes are `kiosk.protocol`'s.
"""
