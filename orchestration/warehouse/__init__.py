"""DuckDB: the working warehouse that a refresh writes, the publication of its marts, and reading what is published."""
