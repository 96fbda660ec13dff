"""Proof of play on its way out: an impression is on disk first, then sent until the server has it, and counted."""
