"""Every path and knob of the project, in one place; each can be set by an environment variable CUSTOMHOUSE_*."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Where things are and how the refresh behaves. Made once by whoever starts, and handed on."""

    model_config = SettingsConfigDict(env_prefix="CUSTOMHOUSE_", env_ignore_empty=True, frozen=True)

    raw_dir: Path = Field(PROJECT_DIR / "raw", description="Inputs as received: one folder a source.")
    warehouse_dir: Path = Field(
        PROJECT_DIR / "warehouse",
        description="The working warehouse, the published file, the kept publications and the lock.",
    )
    dbt_project_dir: Path = Field(PROJECT_DIR / "dbt_project", description="The dbt project.")
    dbt_target_dir: Path = Field(
        PROJECT_DIR / "dbt_project" / "target",
        description="What dbt writes: the manifest, compiled SQL, run results, logs.",
    )
    dagster_home: Path = Field(
        PROJECT_DIR / "dagster_home", description="Dagster's instance: its settings and run history."
    )
    kept_publications: int = Field(
        10, ge=1, description="How many publications are kept for rollback, the current one included."
    )
    lock_timeout_seconds: float = Field(
        1800, ge=0, description="How long a refresh waits for another one to end before it gives up."
    )
    accept_removed_sources: bool = Field(
        False, description="Publish although a source of the last publication is gone from raw/."
    )
    memory_limit: str = Field(
        "3GiB",
        description="Memory limit of DuckDB while it loads, builds and publishes; Python needs up to 1 GB beside it.",
    )
    threads: int = Field(2, ge=1, description="Threads of DuckDB and of dbt.")
    schedule_cron: str = Field(
        "0 12 7,9,14,18,20 * *",
        description="When a scheduled refresh is asked for: noon on the days of the month on which China's customs "
        "publishes (flash figures about the 7th to 9th or the 14th, detail on the 18th, the query on the 20th).",
    )
    schedule_timezone: str = Field("Asia/Shanghai", description="Time zone of the schedule.")
    sensor_interval_seconds: int = Field(30, ge=5, description="How often the sensor looks for new files in raw/.")

    serve_token: SecretStr = Field(
        SecretStr(""),
        description="The token that readers of `customhouse serve` show; empty: the one in the token file.",
    )
    serve_seconds: float = Field(60, gt=0, description="How long a statement of a reader may take.")
    serve_answer_megabytes: int = Field(256, ge=1, description="How large an answer to a reader may be, in MiB.")
    serve_memory_limit: str = Field("512MiB", description="Memory limit of DuckDB for a reader.")
    serve_threads: int = Field(1, ge=1, description="Threads of DuckDB for a reader.")
    serve_processes: int = Field(
        16, ge=1, description="How many readers are answered at once, each by a process of its own."
    )
    serve_idle_seconds: float = Field(
        60, ge=1, description="How long the process of a reader waits for its next statement before it ends."
    )

    @field_validator("raw_dir", "warehouse_dir", "dbt_project_dir", "dbt_target_dir", "dagster_home")
    @classmethod
    def _is_absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()  # now: dbt changes the working folder while it runs

    @cached_property
    def working_database(self) -> Path:
        """The working warehouse: written by one refresh at a time, never opened by readers."""
        return self.warehouse_dir / "working.duckdb"

    @cached_property
    def published_database(self) -> Path:
        """The published warehouse: replaced atomically, read-only for everybody."""
        return self.warehouse_dir / "customhouse.duckdb"

    @cached_property
    def publications_dir(self) -> Path:
        """The kept publications, one file each."""
        return self.warehouse_dir / "publications"

    @cached_property
    def dashboard_dir(self) -> Path:
        """The page of what is published."""
        return self.warehouse_dir / "dashboard"

    @cached_property
    def file_hashes(self) -> Path:
        """Hashes of large raw files, as long as those are not touched."""
        return self.warehouse_dir / "file_hashes.json"

    @cached_property
    def lake_dir(self) -> Path:
        """The lines of declarations, one Parquet file a month of a flow, never changed once written."""
        return self.warehouse_dir / "customs"

    @cached_property
    def serve_token_file(self) -> Path:
        """The token of `customhouse serve`, where the environment gives none."""
        return self.warehouse_dir / "serve.token"

    @cached_property
    def seeds_dir(self) -> Path:
        """The code lists: one copy for Python and SQL."""
        return self.dbt_project_dir / "seeds"

    def export_environment(self) -> None:
        """Tell dbt and Dagster, which read the environment, where things are, and to send no usage statistics."""
        os.environ["CUSTOMHOUSE_WORKING_DATABASE"] = str(self.working_database)
        os.environ["CUSTOMHOUSE_MEMORY_LIMIT"] = self.memory_limit
        os.environ["CUSTOMHOUSE_THREADS"] = str(self.threads)
        os.environ["DAGSTER_HOME"] = str(self.dagster_home)
        os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
        os.environ["DO_NOT_TRACK"] = "1"
