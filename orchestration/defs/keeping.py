"""What is kept no longer of all that refreshes write, in an order in which removing it may be cut off anywhere."""

from __future__ import annotations

import dagster as dg

from orchestration.codes import CodeLists
from orchestration.customs import KIND, unused_files
from orchestration.defs.history import old_runs
from orchestration.hashing import FileHashes
from orchestration.settings import Settings
from orchestration.warehouse.retention import Leftover, leftovers, of_file, run_ids


def all_leftovers(settings: Settings, instance: dg.DagsterInstance) -> list[Leftover]:
    """All that may go, in the order in which it must: the caller holds the warehouse lock."""
    unused = unused_files(
        settings.raw_dir / KIND, settings.lake_dir, CodeLists(settings.seeds_dir), FileHashes(settings.file_hashes)
    )
    return [
        *leftovers(settings),
        *(of_file("manifest", path) for path in unused),
        *(of_file("draft", path) for path in sorted(settings.warehouse_dir.glob(f".{settings.file_hashes.name}.*"))),
        *old_runs(instance, kept=settings.kept_runs, needed=run_ids(settings)),
    ]
