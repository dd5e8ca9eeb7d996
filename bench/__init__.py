"""Measurements of the product against floors and peers; `python -m bench` runs them, README.md holds the protocol."""
