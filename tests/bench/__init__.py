"""Measurements, not tests: each `bench_*.py` here yields figures. `python3 make.py bench --list` names them."""
