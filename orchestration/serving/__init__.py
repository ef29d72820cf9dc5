"""Serving the published warehouse to many readers over the network, read-only, with DuckDB's own protocol (quack)."""
