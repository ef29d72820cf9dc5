"""Apache Superset: how it is set up and started, and the datasets, charts and dashboard that it imports."""
