"""Settings: their defaults, the environment variables that change them, and what dbt and Dagster are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestration.settings import PROJECT_DIR, Settings

#: Another value of every setting, as an environment variable gives it.
OTHERS = {
    "raw_dir": "/elsewhere/raw",
    "warehouse_dir": "/elsewhere/warehouse",
    "dbt_project_dir": "/elsewhere/dbt_project",
    "dbt_target_dir": "/elsewhere/target",
    "dagster_home": "/elsewhere/home",
    "kept_publications": "3",
    "kept_months": "12",
    "kept_runs": "50",
    "lock_timeout_seconds": "0.5",
    "accept_removed_sources": "true",
    "memory_limit": "1GiB",
    "threads": "7",
    "engine": "spark",
    "spark_master": "spark://elsewhere:7077",
    "spark_memory": "6g",
    "spark_options": "spark.executor.memory=8g spark.cores.max=16",
    "calendar": "/elsewhere/calendar.csv",
    "schedule_cron": "0 6 * * *",
    "schedule_timezone": "Europe/Berlin",
    "sensor_interval_seconds": "60",
    "retry_attempts": "1",
    "retry_seconds": "0.5",
    "log_format": "text",
    "log_megabytes": "3",
    "log_files": "2",
    "metrics_file": "/elsewhere/metrics.prom",
    "alert_mail_to": "one@example.org,other@example.org",
    "alert_mail_from": "customhouse@example.org",
    "alert_smtp_host": "mail.example.org",
    "alert_smtp_port": "465",
    "alert_smtp_security": "tls",
    "alert_smtp_user": "customhouse",
    "alert_smtp_password": "**********",  # what any secret is printed as
    "alert_webhook_url": "**********",
    "alert_webhook_secret": "**********",
    "alert_seconds": "2.5",
    "alert_reminder_days": "3",
    "serve_token": "**********",  # what any token is printed as
    "serve_seconds": "5.5",
    "serve_answer_megabytes": "7",
    "serve_memory_limit": "1GiB",
    "serve_threads": "2",
    "serve_processes": "3",
    "serve_idle_seconds": "7.5",
    "fetch_file": "/elsewhere/fetch.yml",
    "fetch_comtrade_key": "**********",
    "fetch_user_agent": "customhouse of a test",
    "fetch_delay_seconds": "3.5",
    "fetch_requests": "11",
    "fetch_attempts": "2",
    "fetch_backoff_seconds": "0.5",
    "fetch_retry_after_seconds": "30.5",
    "fetch_megabytes": "7.5",
    "fetch_connect_seconds": "4.5",
    "fetch_read_seconds": "5.5",
    "fetch_seconds": "60.5",
    "fetch_redirects": "2",
    "fetch_size_factor": "4.5",
}


def test_the_defaults_are_folders_of_the_project() -> None:
    settings = Settings()
    assert settings.raw_dir == PROJECT_DIR / "raw"
    assert settings.working_database == PROJECT_DIR / "warehouse" / "working.duckdb"
    assert settings.published_database == PROJECT_DIR / "warehouse" / "customhouse.duckdb"
    assert settings.publications_dir == PROJECT_DIR / "warehouse" / "publications"
    assert settings.seeds_dir == PROJECT_DIR / "dbt_project" / "seeds"
    assert (PROJECT_DIR / "pyproject.toml").exists()


def test_every_setting_is_described_and_has_another_value_here() -> None:
    assert sorted(OTHERS) == sorted(Settings.model_fields)
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_an_environment_variable_changes_its_setting_and_no_other(name: str) -> None:
    default = Settings()
    os.environ[f"CUSTOMHOUSE_{name.upper()}"] = OTHERS[name]
    changed = Settings()
    value = getattr(changed, name)
    assert type(value) is type(getattr(default, name))
    assert str(value).lower() == OTHERS[name].lower()
    others = set(OTHERS) - {name}
    assert {other: getattr(changed, other) for other in others} == {other: getattr(default, other) for other in others}


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_an_empty_environment_variable_changes_nothing(name: str) -> None:
    default = Settings()
    os.environ[f"CUSTOMHOUSE_{name.upper()}"] = ""
    assert Settings() == default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kept_publications", "0"),
        ("kept_publications", "many"),
        ("lock_timeout_seconds", "-1"),
        ("threads", "0"),
        ("threads", "1.5"),
        ("accept_removed_sources", "perhaps"),
        ("sensor_interval_seconds", "1"),
        ("engine", "hive"),
        ("spark_options", "spark.cores.max=4 fast"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    os.environ[f"CUSTOMHOUSE_{name.upper()}"] = value
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_a_relative_path_is_meant_from_where_the_command_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.environ["CUSTOMHOUSE_WAREHOUSE_DIR"] = "warehouse"
    os.environ["CUSTOMHOUSE_RAW_DIR"] = "~/raw"
    settings = Settings()
    monkeypatch.chdir("/")  # dbt changes the folder while it works
    assert settings.warehouse_dir == tmp_path / "warehouse"
    assert settings.working_database == tmp_path / "warehouse" / "working.duckdb"
    assert settings.raw_dir == Path.home() / "raw"


def test_settings_do_not_change_once_made() -> None:
    with pytest.raises(ValidationError):
        Settings().threads = 3  # type: ignore[misc]


def test_dbt_and_dagster_are_told_where_things_are_and_to_send_nothing(settings: Settings) -> None:
    settings.model_copy(update={"memory_limit": "1GiB", "threads": 3}).export_environment()
    assert {
        name: os.environ[name]
        for name in ("CUSTOMHOUSE_WORKING_DATABASE", "CUSTOMHOUSE_MEMORY_LIMIT", "CUSTOMHOUSE_THREADS", "DAGSTER_HOME")
    } == {
        "CUSTOMHOUSE_WORKING_DATABASE": str(settings.warehouse_dir / "working.duckdb"),
        "CUSTOMHOUSE_MEMORY_LIMIT": "1GiB",
        "CUSTOMHOUSE_THREADS": "3",
        "DAGSTER_HOME": str(settings.dagster_home),
    }
    assert os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert os.environ["DO_NOT_TRACK"] == "1"


def test_what_is_exported_is_read_back_as_the_same_settings(settings: Settings) -> None:
    settings.export_environment()
    assert Settings().memory_limit == settings.memory_limit
    assert Settings().threads == settings.threads
