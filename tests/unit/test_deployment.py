"""The files of deploy/: units that systemd accepts, commands and settings that there are, versions that are locked."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.settings import PROJECT_DIR, Settings

DEPLOY = PROJECT_DIR / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
INSTALLED_IN = "/opt/customhouse"


def unit(path: Path) -> ConfigParser:
    parsed = ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read(path, encoding="utf-8")
    return parsed


def environment() -> dict[str, str]:
    """What customhouse.env sets, and what its comments offer."""
    lines = (DEPLOY / "customhouse.env").read_text(encoding="utf-8").splitlines()
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", "\n".join(lines), re.MULTILINE))


def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    """It looks for the programs, too: they are named where they are here."""
    for one in [*UNITS, *TIMERS]:
        text = one.read_text(encoding="utf-8").replace(f"{INSTALLED_IN}/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / one.name).write_text(text, encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / one.name) for one in [*UNITS, *TIMERS])],
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in verified.stderr.splitlines() if "customhouse" in line]
    assert about_ours == []
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_service_is_hardened_and_limited(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == service["Group"] == "customhouse"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == "/var/lib/customhouse"
    assert service["CapabilityBoundingSet"] == ""
    assert service["MemoryMax"]
    if service.get("Type") != "oneshot":
        assert service["Restart"] == "on-failure"
        assert int(unit(path)["Unit"]["StartLimitBurst"]) > 0


def options_of(program: str, subcommand: str) -> set[str]:
    """The options that a command really takes."""
    from dagster._daemon.cli import create_dagster_daemon_cli
    from dagster_webserver.cli import create_dagster_webserver_cli
    from typer.main import get_command

    from orchestration.cli import app

    if program == "dagster-webserver":
        command: Any = create_dagster_webserver_cli()
    else:
        group: Any = get_command(app) if program == "customhouse" else create_dagster_daemon_cli()
        command = group.commands[subcommand]
    return {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_service_runs_a_command_that_takes_these_options_and_listens_on_loopback(path: Path) -> None:
    program, *arguments = shlex.split(unit(path)["Service"]["ExecStart"])
    assert program.startswith(f"{INSTALLED_IN}/.venv/bin/")
    name = Path(program).name
    assert Path(sys.executable).with_name(name).exists()
    assert {one for one in arguments if one.startswith("--")} <= options_of(name, arguments[0])
    if "--host" in arguments:
        assert arguments[arguments.index("--host") + 1] == "127.0.0.1"


def test_what_is_written_is_where_the_units_allow_it() -> None:
    found = environment()
    settings = Settings.model_validate(
        {
            name.removeprefix("CUSTOMHOUSE_").lower(): value
            for name, value in found.items()
            if value and name.startswith("CUSTOMHOUSE_")
        }
    )
    for folder in (settings.raw_dir, settings.warehouse_dir, settings.dbt_target_dir, settings.dagster_home):
        assert folder.is_relative_to("/var/lib/customhouse")
    assert found["DAGSTER_HOME"] == found["CUSTOMHOUSE_DAGSTER_HOME"]


def test_every_setting_that_is_offered_exists_and_no_secret_has_a_value() -> None:
    found = environment()
    known = {f"CUSTOMHOUSE_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in found if name.startswith("CUSTOMHOUSE_")} <= known
    assert [name for name, value in found.items() if re.search("PASSWORD|SECRET|URL|TOKEN", name) and value] == []


def test_containers_run_the_commands_of_the_units_and_are_reached_from_this_machine_only() -> None:
    services = compose()["services"]
    for name in ("daemon", "webserver", "serve"):
        (path,) = [one for one in UNITS if one.stem == f"customhouse-{name}"]
        started = shlex.split(unit(path)["Service"]["ExecStart"])
        listening = ["0.0.0.0" if word == "127.0.0.1" else word for word in started[1:]]
        assert services[name]["command"] == [Path(started[0]).name, *listening]
        assert all(port.startswith("127.0.0.1:") for port in services[name].get("ports", []))
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]


def test_the_image_is_made_of_files_that_there_are_and_of_no_raw_file() -> None:
    text = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert copied
    let_in = (DEPLOY / "container" / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    for path in copied:
        assert (PROJECT_DIR / path).exists(), path
        assert f"!{path}" in let_in
    assert not any(path.startswith("raw") for path in copied)
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["customhouse"]


def test_with_postgres_dagster_does_all_else_as_without() -> None:
    own = yaml.safe_load((DEPLOY / "postgres" / "dagster.yaml").read_text(encoding="utf-8"))
    default = yaml.safe_load((PROJECT_DIR / "dagster_home" / "dagster.yaml").read_text(encoding="utf-8"))
    storage = own.pop("storage")["postgres"]["postgres_db"]
    default.pop("event_log_storage")
    assert own == default
    assert storage.pop("scheme") == "postgresql+psycopg2"  # what requirements.lock there has: psycopg2-binary
    assert all(set(value) == {"env"} and value["env"] in environment() for value in storage.values())


def test_versions_with_postgres_are_locked_and_are_those_without() -> None:
    def versions(path: Path) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", path.read_text(encoding="utf-8"), re.MULTILINE))

    without, own = versions(PROJECT_DIR / "requirements.lock"), versions(DEPLOY / "postgres" / "requirements.lock")
    assert {"dagster-postgres", "psycopg2-binary"} == set(own) - set(without)
    assert {name: version for name, version in own.items() if without.get(name, version) != version} == {}
