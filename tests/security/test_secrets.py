"""Servers, secrets and files: who can reach them, and where a secret must not stand; docs/security.md names each."""

from __future__ import annotations

import ast
import os
import re
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path

import duckdb
import pytest

from orchestration.console import print_failed_checks
from orchestration.serving.token import LONGEST, TokenUnusable, token_for
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.sql import literal
from orchestration.transformation import FoundRows
from orchestration.warehouse.working import CheckOutcome
from tests.conftest import write_sheet
from tests.integration.installation import Installation
from tests.unit.hand_made import publish_rows

TOKEN = "a-token-of-the-environment-that-nobody-may-read"
HOSTILE = "'); DROP TABLE x; --<script>alert(1)</script><img src=x onerror=alert(1)>{{ x }}\x1b[31m=1+1"

SOURCES = sorted((PROJECT_DIR / "orchestration").rglob("*.py"))


# Addresses


def test_every_server_that_the_project_starts_listens_on_this_machine_only() -> None:
    makefile = (PROJECT_DIR / "Makefile").read_text()
    started = [line for line in makefile.splitlines() if re.search(r"dagster (dev|-webserver)|gunicorn", line)]
    assert started
    assert all("--host 127.0.0.1" in line for line in started)
    command = ast.parse((PROJECT_DIR / "orchestration" / "cli.py").read_text())
    serve = next(one for one in command.body if isinstance(one, ast.FunctionDef) and one.name == "serve")
    assert ast.literal_eval(serve.args.defaults[0]) == "127.0.0.1"
    superset = (PROJECT_DIR / "bi" / "superset" / "start.py").read_text()
    assert re.search(r'"--host", default="127\.0\.0\.1"', superset)
    for path in [*SOURCES, *(PROJECT_DIR / "bi").rglob("*.py")]:
        bound = re.findall(r"\.bind\(\((.*?),|create_server\(\(?(.*?),", path.read_text())
        assert all('"127.0.0.1"' in "".join(one) for one in bound), path


#: What opens connections does so because somebody has declared what to fetch, or whom to tell.
CONNECTING = ("fetching", "alerts")


def test_nothing_of_the_product_opens_a_connection_by_itself() -> None:
    """No other module imports a library that connects; httpfs is loaded for its cryptography, in a locked process."""
    fetching = {"requests", "urllib.request", "urllib3", "http.client", "httpx", "aiohttp", "ftplib", "smtplib"}
    others = [path for path in SOURCES if path.parent.name not in CONNECTING]
    assert len(others) < len(SOURCES)
    for path in others:
        assert not fetching & set(imported(path)), path


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


def imported(path: Path) -> list[str]:
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


# What runs raw content


def test_nothing_of_the_product_unpickles_or_evaluates() -> None:
    for path in SOURCES:
        assert not {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"} & set(imported(path)), (
            path
        )
        for node in nodes(path):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            assert name not in ("eval", "exec", "compile", "__import__", "os.system", "os.popen"), f"{path}: {name}"
            assert name.rpartition(".")[2] not in ("read_pickle", "unsafe_load", "full_load"), f"{path}: {name}"
            if name == "yaml.load":
                assert ast.unparse(node.keywords[0].value) in ("PlainLoader", "TextLoader"), path
            assert not any(one.arg == "shell" for one in node.keywords), f"{path}: a shell"


# The token's file


def test_a_token_that_somebody_else_put_there_is_refused(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere"
    real.write_text(TOKEN)
    real.chmod(0o600)
    link = tmp_path / "serve.token"
    link.symlink_to(real)
    with pytest.raises(TokenUnusable, match="cannot be opened as a file of its own"):
        token_for("", link)
    link.unlink()
    os.mkfifo(link, 0o600)
    with pytest.raises(TokenUnusable, match="somebody else has put it there"):
        token_for("", link)
    link.unlink()
    link.symlink_to(tmp_path / "nothing")  # a link to nowhere is no invitation to write there
    with pytest.raises(TokenUnusable):
        token_for("", link)
    assert not (tmp_path / "nothing").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_token_of_another_user_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "serve.token"
    token_for("", path)
    os.chown(path, 12345, 12345)
    with pytest.raises(TokenUnusable, match="somebody else has put it there"):
        token_for("", path)


@pytest.mark.parametrize(("mode", "is_refused"), [(0o777, True), (0o757, True), (0o1777, False), (0o775, False)])
def test_a_folder_that_everybody_may_write_to_keeps_no_token(tmp_path: Path, mode: int, is_refused: bool) -> None:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    folder.chmod(mode)
    if is_refused:
        with pytest.raises(TokenUnusable, match="everybody may write to it"):
            token_for("", folder / "serve.token")
        assert list(folder.iterdir()) == []
    else:
        assert len(token_for("", folder / "serve.token")) >= 40


def test_a_token_that_is_no_token_is_refused_and_not_told(tmp_path: Path) -> None:
    path = tmp_path / "serve.token"
    for content in ("x" * (LONGEST + 1), "a b\nc\x00" * 5, ""):
        path.write_text(content)
        path.chmod(0o600)
        with pytest.raises(TokenUnusable) as told:
            token_for("", path)
        assert not content or content not in str(told.value)
    assert [one.name for one in tmp_path.iterdir()] == ["serve.token"]


# Files that are written


def test_what_is_published_is_for_reading_only(settings: Settings) -> None:
    publish_rows(settings)
    for path in (settings.published_database, *settings.publications_dir.glob("*.duckdb")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o444


@pytest.mark.parametrize("name", ["page.html"])
def test_a_draft_that_somebody_has_put_there_is_not_written_through(tmp_path: Path, name: str) -> None:
    from orchestration.releases.review_page import write_review_page

    victim = tmp_path / "victim"
    victim.write_text("kept")
    (tmp_path / f".{name}.{os.getpid()}").symlink_to(victim)
    write_review_page([], tmp_path / name)
    assert victim.read_text() == "kept"
    assert (tmp_path / name).read_text().startswith("<!DOCTYPE html>")
    assert not (tmp_path / name).is_symlink()


def test_no_file_is_made_under_a_name_of_its_own_in_the_folder_of_all() -> None:
    """Temporary files come from `tempfile`, or lie beside what they become."""
    for path in SOURCES:
        text = path.read_text()
        assert not re.search(r"""["'f]/tmp|mktemp\(|gettempdir\(|/var/tmp|/dev/shm""", text), path


# The screen


def test_rows_of_a_failed_check_are_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    check = CheckOutcome(
        check_name="a name", kind="dbt", severity="error", status="fail", failures=1, message="[red]x[/red]"
    )
    print_failed_checks([FoundRows(check, ("name",), [("[link=http://x]\x1b[31m[/nothing]",)])])
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "[link=http://x]␛[31m[/nothing]" in shown


# A whole refresh with a secret in its environment, on hostile names


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A warehouse refreshed from names made to do harm, with the token of the server in the environment."""
    installation = Installation.make(tmp_path_factory.mktemp("hostile") / "installation")
    rows = [{"partner": HOSTILE, "printed": "1.25"}, {"commodity": HOSTILE, "printed": "2.5"}]
    write_sheet(installation.sheets, "o'clock\"; DROP TABLE x; --", rows, title=HOSTILE, publisher=HOSTILE)
    done = subprocess.run(
        [Path(sys.executable).parent / "customhouse", "refresh"],
        capture_output=True,
        text=True,
        env=installation.environment(CUSTOMHOUSE_SERVE_TOKEN=TOKEN),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "\x1b[31m" not in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    return installation


@pytest.mark.long
def test_hostile_names_are_published_as_text(hostile: Installation) -> None:
    with duckdb.connect(str(hostile.published), read_only=True) as connection:
        names = connection.execute(
            "SELECT partner_text, commodity_text FROM marts.fct_figures WHERE source_id LIKE 'o''clock%' ORDER BY ALL"
        ).fetchall()
        assert sorted(name for row in names for name in row if name) == [HOSTILE, HOSTILE]
        unmapped = connection.execute("SELECT count(*) FROM marts.mart_unmapped_names WHERE name = ?", [HOSTILE])
        assert unmapped.fetchone() == (2,)
    page = (hostile.warehouse / "dashboard" / "index.html").read_text()
    assert "<img src=x" not in page
    assert "<script>alert(1)" not in page


@pytest.mark.long
def test_hostile_names_calculate_in_no_export(hostile: Installation, tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "customhouse", "export", "-f", "csv", "-o", str(tmp_path / "export")],
        capture_output=True,
        text=True,
        env=hostile.environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cells = 0
    for path in (tmp_path / "export" / "csv").glob("*.csv"):
        with duckdb.connect() as connection:
            columns = connection.execute(
                f"FROM read_csv({literal(str(path))}, all_varchar = true, header = true)"
            ).fetchall()
        for row in columns:
            for cell in filter(None, row):
                cells += 1
                assert not cell.startswith(("=", "@", "\t", "\r", "+")), (path.name, cell)
                assert not re.match(r"-(?![0-9.])", cell), (path.name, cell)
    assert cells > 10_000


@pytest.mark.long
def test_the_token_stands_in_no_file_that_a_refresh_writes(hostile: Installation) -> None:
    """Dagster's history, dbt's logs and manifest, the warehouse, the page."""
    written = [path for path in hostile.folder.rglob("*") if path.is_file()]
    assert {"dagster_home", "warehouse", "target"} <= {path.relative_to(hostile.folder).parts[0] for path in written}
    for path in written:
        assert TOKEN.encode() not in path.read_bytes(), path


@pytest.mark.long
def test_a_refresh_pickles_nothing(hostile: Installation) -> None:
    for path in (hostile.folder / "dagster_home").rglob("*"):
        assert not path.is_file() or path.suffix in (".db", ".yaml", ".err", ".out", ".complete", ".lock"), path


@pytest.mark.long
def test_the_token_stands_in_no_list_of_processes_and_no_log(hostile: Installation) -> None:
    from tests.unit.test_serving import CONNECT  # what a client sends first

    command = [str(Path(sys.executable).parent / "customhouse"), "serve", "--port", "0", "--log"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=hostile.environment(CUSTOMHOUSE_SERVE_TOKEN=TOKEN),
    )
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        port = int(told.rstrip().rpartition(":")[2])
        assert "127.0.0.1" in told
        listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        assert f"0100007F:{port:04X}" in listening
        assert f"00000000:{port:04X}" not in listening
        import socket

        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"POST /quack HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(CONNECT) + CONNECT)
            assert b"Authentication failed" in client.recv(4096)
        lines = b"".join(commands())
        assert b"serve\0--port" in lines
        assert TOKEN.encode() not in lines
    finally:
        process.terminate()
        output, errors = process.communicate(timeout=60)
    assert TOKEN not in told + output + errors
    assert "secret123" not in errors  # what a stranger tried is not kept, either: it may be mistyped
    assert '"reason": "wrong token"' in errors
    assert not (hostile.warehouse / "serve.token").exists()


def commands() -> list[bytes]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return found
