"""Faults made on purpose: the machinery that `bench.soak` and `tests/faults` share.

Each module makes one kind of trouble and counts what it did to what was acknowledged.
"""
