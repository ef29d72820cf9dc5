"""Fetching: brings files over HTTPS into raw/, checked before they are accepted. Knows nothing of Dagster or DuckDB."""
