"""Superset's settings: what differs from its defaults, and why.

Superset reads this by SUPERSET_CONFIG_PATH; SUPERSET_HOME is the folder that it writes to. `bi.superset.start` sets
both.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

HOME = Path(os.environ["SUPERSET_HOME"])

SECRET_KEY = (HOME / "secret_key").read_text(encoding="ascii")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}"

APP_NAME = "Customhouse"
LOG_LEVEL = "ERROR"  # below it, a line for each page and query
# Answers are not kept (Superset's default as well): what is shown is what is published.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
# In memory: one process serves.
RATELIMIT_STORAGE_URI = "memory://"

# Pages may load from this server and from nowhere else: Superset's own list allows its usage statistics and map tiles.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}


def newest_publication(uri: Any, parameters: dict[str, Any], *_: Any) -> tuple[Any, dict[str, Any]]:
    """Open the kept publication that the published path stands for, by its own name.

    DuckDB shares an open file among the connections of a process by its path: as long as one query runs, another one
    on the published path would be answered from the file of before. The names of kept publications are never used
    again, and the published file is a hard link to one of them.
    """
    published = Path(uri.database)
    with suppress(OSError):  # a file that cannot be found is DuckDB's to report
        for kept in sorted((published.parent / "publications").glob("[!.]*.duckdb"), reverse=True):
            if kept.samefile(published):
                return uri.set(database=str(kept)), parameters
    return uri, parameters


DB_CONNECTION_MUTATOR = newest_publication
