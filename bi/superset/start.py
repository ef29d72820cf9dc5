"""Starting Superset on the published warehouse: the first start sets it up and imports what is in assets/.

Run by the environment that bi/superset/requirements.lock describes, which knows nothing of the rest of the project.
Everything that Superset writes is in the folder `superset` of the warehouse, which may be deleted.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ASSETS_DIR = FOLDER / "assets"
#: In assets/databases, for the path of the published file.
PLACEHOLDER = "PUBLISHED"
USER = "admin"


def main() -> None:
    """Set up what is not set up yet, then become the server."""
    parser = argparse.ArgumentParser(prog="make superset", description=__doc__)
    parser.add_argument("warehouse", type=Path, help="the folder that holds customhouse.duckdb")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8088)
    arguments = parser.parse_args()
    published = arguments.warehouse.absolute() / "customhouse.duckdb"
    if not published.is_file():
        sys.exit(f"{published} does not exist: nothing is published yet. Publish with `make refresh`")
    home = published.parent / "superset"
    home.mkdir(mode=0o700, exist_ok=True)
    secret(home / "secret_key")
    password = home / "admin_password"
    os.environ["SUPERSET_HOME"] = str(home)
    os.environ["SUPERSET_CONFIG_PATH"] = str(FOLDER / "superset_config.py")
    state = state_of(
        published, [*ASSETS_DIR.rglob("*.yaml"), FOLDER / "requirements.lock", FOLDER / "superset_config.py"]
    )
    prepared = home / "prepared"
    if not (prepared.exists() and password.exists() and prepared.read_text(encoding="ascii") == state):
        print("Setting Superset up: 15 seconds once, not at the next start", flush=True)
        prepare(published, secret(password))
        write_for_owner(prepared, state)
    print(f"Superset: http://{arguments.host}:{arguments.port} user {USER}, password in {password}", flush=True)
    gunicorn = Path(sys.executable).with_name("gunicorn")
    # One process, so that its memory holds what limits the rate of requests; DuckDB answers in threads.
    options = ["--workers", "1", "--worker-class", "gthread", "--threads", "16", "--timeout", "120"]
    bound = ["--bind", f"{arguments.host}:{arguments.port}", "--no-control-socket", "--log-level", "warning"]
    os.execv(gunicorn, [str(gunicorn), *options, *bound, "superset.app:create_app()"])  # noqa: S606  # no shell


def prepare(published: Path, password: str) -> None:
    """Bring Superset's own database up to date, make its user, import the assets. May be repeated."""
    from flask_migrate import upgrade
    from superset.app import create_app

    logging.disable(logging.WARNING)  # a line for each of hundreds of tables; errors are raised
    with create_app().app_context():
        upgrade()
    app = create_app()  # anew, since the first one started without tables
    with app.app_context():
        from superset import appbuilder, security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.extensions import db

        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        user = security_manager.find_user(USER)
        if user:
            security_manager.reset_password(user.id, password)
        else:
            role = security_manager.find_role("Admin")
            security_manager.add_user(USER, "Customhouse", "Admin", f"{USER}@localhost", role, password)
        db.session.commit()
        with app.test_request_context():
            from flask import g

            g.user = security_manager.find_user(USER)
            ImportAssetsCommand(assets(published)).run()


def assets(published: Path) -> dict[str, str]:
    """The texts of assets/, by their names, with the path of the published file where it belongs."""
    texts = {str(file.relative_to(ASSETS_DIR)): file.read_text(encoding="utf-8") for file in ASSETS_DIR.rglob("*.yaml")}
    database = "databases/customhouse.yaml"
    return texts | {database: texts[database].replace(PLACEHOLDER, str(published))}


def state_of(published: Path, files: Iterable[Path]) -> str:
    """A hash of all that a set-up depends on."""
    state = hashlib.sha256(str(published).encode())
    for file in sorted(files):
        state.update(hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def secret(file: Path) -> str:
    """The secret that the file holds: made at first, and for its owner's eyes only."""
    if not file.exists():
        write_for_owner(file, secrets.token_urlsafe(32))
    return file.read_text(encoding="ascii")


def write_for_owner(file: Path, text: str) -> None:
    """Write a file that only its owner can read, all of it or nothing."""
    draft = file.with_name(f".{file.name}.draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:  # noqa: PTH123
        opened.write(text)
    draft.replace(file)


if __name__ == "__main__":
    main()
