"""Customhouse: the Python side of the warehouse, from raw files to the published DuckDB file."""
