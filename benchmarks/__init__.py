"""Measurements against floors, in one run on one machine; `make bench` runs them all (docs/benchmarks.md)."""
