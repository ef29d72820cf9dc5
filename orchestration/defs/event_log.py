"""Where Dagster keeps its events: its own consolidated SQLite log, with connections that stay open."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from sqlalchemy import Connection, Engine, create_engine, event, select

_BUSY_TIMEOUT_SECONDS = 10


class EventLog(ConsolidatedSqliteEventLogStorage):
    """Dagster makes a database engine, and so compiles every statement anew, for each event that it writes.

    A refresh writes hundreds of events; with one engine it takes two seconds less. Files and tables are Dagster's
    own: naming the class above in dagster.yaml instead reads the same history.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._tables: set[str] = set()
        super().__init__(*arguments, **named)

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._conn_string, connect_args={"timeout": _BUSY_TIMEOUT_SECONDS})

        @event.listens_for(engine, "connect")
        def sync_at_checkpoints(connection: Any, _: object) -> None:
            # With a write-ahead log this loses nothing when a process dies, and at most the last events in a power cut.
            connection.execute("PRAGMA synchronous = NORMAL")

        return engine

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the log has a table; asked for each event, and true for ever once it is."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def delete_events_for_run(self, conn: Connection, run_id: str) -> None:
        """Delete the events of a run but those of partitions: which months of declarations there are stays known.

        Dagster's own method takes those, too, and leaves the outcomes of the run's checks.
        """
        events = SqlEventLogStorageTable.c
        going = select(events.id).where(events.run_id == run_id, events.partition.is_(None))
        conn.execute(AssetEventTagsTable.delete().where(AssetEventTagsTable.c.event_id.in_(going)))
        conn.execute(SqlEventLogStorageTable.delete().where(events.id.in_(going)))
        conn.execute(AssetCheckExecutionsTable.delete().where(AssetCheckExecutionsTable.c.run_id == run_id))

    def dispose(self) -> None:
        """Close the connections."""
        self._engine.dispose()
        super().dispose()  # type: ignore[no-untyped-call]
