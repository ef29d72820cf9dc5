"""Benchmarks: each is a module with a `main`, prints ratios measured in one run, and never judges."""
