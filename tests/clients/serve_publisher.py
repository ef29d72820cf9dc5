"""Publishes with the project's own function, once for every line that comes in: each time two tables count one more.

Runs in the product's environment. What it publishes is a copied working warehouse with `marts.dim_counter`, one row,
and `marts.fct_counter`, many rows that all hold the same number.
"""

from __future__ import annotations

import sys

from orchestration.inputs import Input, Inputs
from orchestration.settings import Settings
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.publication import publish
from orchestration.warehouse.working import open_working

ROWS = 100_000


def main() -> None:
    """Answer each line with the number and the id of the publication that has it."""
    settings = Settings()
    for number, _ in enumerate(sys.stdin, 1):
        with warehouse_lock(settings.warehouse_dir, purpose="test", timeout_seconds=60):
            with open_working(settings) as connection:
                connection.execute(f"CREATE OR REPLACE TABLE marts.dim_counter AS SELECT {number} AS number")
                connection.execute(
                    f"CREATE OR REPLACE TABLE marts.fct_counter AS SELECT {number} AS number FROM range({ROWS})"
                )
            inputs = Inputs((Input("raw/counter", "raw", f"{number:064x}", 1),))
            done = publish(settings, inputs, run_id="counter")
        print(number, done.publication_id, flush=True)


if __name__ == "__main__":
    main()
