"""Dagster only: a module a source, plus what runs the models, publishes, schedules and watches."""
