"""Every path and knob of the project, in one place; each can be set by an environment variable CUSTOMHOUSE_*."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Literal

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
    kept_months: int = Field(
        0, ge=0, description="Of how many months the last publication is kept, too: months in which any was made."
    )
    kept_runs: int = Field(
        200, ge=1, description="Runs kept in Dagster's history, beside those that made the kept publications."
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
    engine: Literal["duckdb", "spark"] = Field("duckdb", description="Where the models are built (docs/scale.md).")
    spark_master: str = Field(
        "", description="Spark's master, such as spark://host:7077 or yarn; empty: this machine, with these threads."
    )
    spark_memory: str = Field("3g", description="Memory of Spark's driver, which on one machine does all the work.")
    spark_options: str = Field(
        "", description="Further options of Spark, with spaces between: spark.executor.memory=8g spark.cores.max=16."
    )
    calendar: Path = Field(
        PROJECT_DIR / "orchestration" / "calendar" / "release_calendar.csv",
        description="The release calendar: who publishes what on which days, and which of it is followed.",
    )
    schedule_cron: str = Field(
        "", description="When a scheduled refresh is asked for, as a line of cron; empty: on the days of the calendar."
    )
    schedule_timezone: str = Field("Asia/Shanghai", description="Time zone of the schedule.")
    sensor_interval_seconds: int = Field(30, ge=5, description="How often the sensor looks for new files in raw/.")

    retry_attempts: int = Field(
        3, ge=0, description="How often a step is tried again after a failure that may pass; 0: never."
    )
    retry_seconds: float = Field(
        5, ge=0, description="How long the first of these waits; each further one waits twice as long."
    )

    log_format: Literal["json", "text"] = Field("json", description="What a line of the log file is.")
    log_megabytes: int = Field(10, ge=1, description="At which size, in MiB, a new log file is begun.")
    log_files: int = Field(5, ge=1, description="How many log files are kept, the one being written included.")
    metrics_file: str = Field("", description="Where metrics are written; empty: `metrics.prom` beside the warehouse.")

    alert_mail_to: str = Field("", description="Who is told by e-mail, with commas between; empty: nobody.")
    alert_mail_from: str = Field("", description="The sender of these e-mails; empty: the first who is told.")
    alert_smtp_host: str = Field("localhost", description="The mail server.")
    alert_smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    alert_smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted; `none` is for a mail server on this machine."
    )
    alert_smtp_user: str = Field("", description="The name to log in with; empty: without a login.")
    alert_smtp_password: SecretStr = Field(SecretStr(""), description="The password to log in with.")
    alert_webhook_url: SecretStr = Field(
        SecretStr(""), description="Where alerts are posted to as JSON, over HTTPS; empty: nowhere."
    )
    alert_webhook_secret: SecretStr = Field(
        SecretStr(""), description="What signs them, so that the receiver knows who sent them; empty: not signed."
    )
    alert_seconds: float = Field(10, gt=0, description="How long a receiver of alerts may take in all.")
    alert_reminder_days: int = Field(7, ge=1, description="After how many days of the same state it is told again.")

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

    fetch_file: Path = Field(
        PROJECT_DIR / "fetch.yml", description="What `customhouse fetch` fetches; where it is missing, nothing."
    )
    fetch_comtrade_key: SecretStr = Field(SecretStr(""), description="The key to UN Comtrade's API, sent to it alone.")
    fetch_user_agent: str = Field("customhouse", description="What fetching calls itself to the servers that it asks.")
    fetch_delay_seconds: float = Field(2, ge=0, description="Time between two requests to one host.")
    fetch_requests: int = Field(200, ge=1, description="How many requests one run makes at most.")
    fetch_attempts: int = Field(
        4, ge=1, description="How often a request is made before what may pass counts as failed."
    )
    fetch_backoff_seconds: float = Field(
        5, ge=0, description="Wait before the second attempt; doubled before each further one, with jitter."
    )
    fetch_retry_after_seconds: float = Field(
        120,
        ge=0,
        description="The longest wait that a server may ask for; one that asks for more is left for this run.",
    )
    fetch_megabytes: float = Field(100, gt=0, description="How large a fetched file may be, unpacked, in MiB.")
    fetch_connect_seconds: float = Field(10, gt=0, description="How long connecting to a server may take.")
    fetch_read_seconds: float = Field(30, gt=0, description="How long a server may be silent.")
    fetch_seconds: float = Field(300, gt=0, description="How long one request may take, with redirects and body.")
    fetch_redirects: int = Field(5, ge=0, description="How many redirects a request follows.")
    fetch_size_factor: float = Field(
        10, gt=1, description="How many times larger or smaller than its last version a document may be."
    )

    @field_validator(
        "raw_dir", "warehouse_dir", "dbt_project_dir", "dbt_target_dir", "dagster_home", "calendar", "fetch_file"
    )
    @classmethod
    def _is_absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()  # now: dbt changes the working folder while it runs

    @field_validator("metrics_file")
    @classmethod
    def _is_absolute_or_empty(cls, path: str) -> str:
        return str(Path(path).expanduser().absolute()) if path else ""

    @field_validator("spark_options")
    @classmethod
    def _are_options(cls, options: str) -> str:
        for option in options.split():
            if "=" not in option.strip("="):
                raise ValueError(f"{option!r} is no option of Spark: each is name=value")
        return options

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
    def verified_mark(self) -> Path:
        """Size and times of the published file when all of it was last read and found to be whole."""
        return self.warehouse_dir / "verified.json"

    @cached_property
    def unfinished_mark(self) -> Path:
        """Stands while a refresh works: found by the next one, it says that the last one was cut off."""
        return self.warehouse_dir / "working.unfinished"

    @cached_property
    def lake_dir(self) -> Path:
        """The lines of declarations, one Parquet file a month of a flow, never changed once written."""
        return self.warehouse_dir / "customs"

    @cached_property
    def spark_dir(self) -> Path:
        """What Spark builds: its tables, their catalogue, and what was carried over to it."""
        return self.warehouse_dir / "spark"

    @cached_property
    def spark_options_by_name(self) -> dict[str, str]:
        """Further options of Spark."""
        return dict(option.split("=", 1) for option in self.spark_options.split())

    @cached_property
    def is_spark_local(self) -> bool:
        """Whether Spark runs within this process' machine."""
        return self.spark_master_or_local.startswith("local")

    @cached_property
    def spark_master_or_local(self) -> str:
        """Spark's master, by name."""
        return self.spark_master or f"local[{self.threads}]"

    @cached_property
    def log_file(self) -> Path:
        """The log of refreshes, a line an event."""
        return self.warehouse_dir / "logs" / "customhouse.log"

    @cached_property
    def metrics_path(self) -> Path:
        """The metrics, in the form that Prometheus reads."""
        return Path(self.metrics_file) if self.metrics_file else self.warehouse_dir / "metrics.prom"

    @cached_property
    def refresh_record(self) -> Path:
        """How the last refresh ended, and when the last good one and the last bad one did."""
        return self.warehouse_dir / "last_refresh.json"

    @cached_property
    def alerts_ledger(self) -> Path:
        """Which alerts were sent, so that a state is told once."""
        return self.warehouse_dir / "alerts.json"

    @cached_property
    def serve_token_file(self) -> Path:
        """The token of `customhouse serve`, where the environment gives none."""
        return self.warehouse_dir / "serve.token"

    @cached_property
    def fetch_dir(self) -> Path:
        """What fetching keeps: what servers said of their documents, what was refused, what is on its way."""
        return self.warehouse_dir / "fetch"

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
