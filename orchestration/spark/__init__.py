"""Building the models on Apache Spark instead of DuckDB: a session, what is carried over to it, and what comes back."""
