"""Back-ups: bags that other tools verify, whole or not there, restored to an empty place alone; damage is told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestration import backup, bag
from orchestration.backup import NotRestored, back_up, restore
from orchestration.bag import MANIFEST, BagDamaged, NotBagged, read_bag, write_bag
from orchestration.cli import app
from orchestration.hashing import SEAL_SUFFIX
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.warehouse.lock import warehouse_lock
from orchestration.warehouse.publication import put_in_place, roll_back
from orchestration.warehouse.published import kept_publications, open_published
from orchestration.warehouse.retention import leftovers, remove_all
from tests.unit.test_retention import publish_lines


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def silent(_: str) -> None:
    """Nobody listens."""


def settings_in(folder: Path) -> Settings:
    return Settings(raw_dir=folder / "raw", warehouse_dir=folder / "warehouse")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two publications with declarations, the first in place again; a token, and a name that manifests must escape.

    To copy to where it was made: publications name their files of the lake by their absolute paths.
    """
    place = tmp_path_factory.mktemp("backup") / "installation"
    settings = settings_in(place)
    (settings.raw_dir / "releases").mkdir(parents=True)
    (settings.raw_dir / "releases" / "one.md").write_text("text")
    (settings.raw_dir / "releases" / "one.yml").write_text("title: one\n")
    (settings.raw_dir / "releases" / "a 100% odd\nname 二.md").write_text("text")
    publish_lines(settings, ["a", "b"])
    publish_lines(settings, ["b", "c"])
    roll_back(settings)
    (settings.warehouse_dir / "serve.token").write_text("a secret of readers")
    (settings.lake_dir / "files").mkdir()
    (settings.lake_dir / "files" / "known-1.json").write_text("{}")
    (settings.lake_dir / "lines" / "unused.parquet").touch()
    return place.rename(place.with_name("template"))


@pytest.fixture
def published(template: Path) -> Iterator[Settings]:
    """The same in its place, to change."""
    place = template.with_name("installation")
    shutil.copytree(template, place)
    settings = settings_in(place)
    first, _ = kept_publications(settings.publications_dir)
    put_in_place(first.path, settings.published_database)  # a link again
    yield settings
    shutil.rmtree(place)


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    """Where nothing is yet: on another machine folders have other names."""
    return Settings(raw_dir=tmp_path / "elsewhere" / "raw files", warehouse_dir=tmp_path / "elsewhere" / "a warehouse")


def lines(settings: Settings) -> object:
    with open_published(settings.published_database) as connection:
        return connection.execute("SELECT count(*) FROM fct_trade_monthly").fetchone()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# Making one


def test_what_is_in_it_and_what_is_not(published: Settings, tmp_path: Path) -> None:
    first, second = kept_publications(published.publications_dir)
    made = back_up(published, tmp_path / "backup", tell=silent)
    assert {name for name in made.files if name.startswith("warehouse/")} == {
        f"warehouse/publications/{first.publication_id}.duckdb",
        f"warehouse/publications/{second.publication_id}.duckdb",
        f"warehouse/publications/{second.publication_id}.withdrawn",
        *(f"warehouse/customs/lines/{name}.parquet{suffix}" for name in "abc" for suffix in ("", SEAL_SUFFIX)),
        "warehouse/customs/files/known-1.json",
    }
    assert {f"raw/{name}" for name in contents(published.raw_dir)} == {
        name for name in made.files if name.startswith("raw/")
    }
    assert "code_lists/aliases.csv" in made.files
    assert made.info["Customhouse-Publication"] == first.publication_id
    assert b"a secret of readers" not in b"".join(contents(tmp_path / "backup").values())
    assert [path.name for path in published.warehouse_dir.iterdir() if path.name.startswith(".")] == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_other_tools_verify_it(published: Settings, tmp_path: Path) -> None:
    (published.raw_dir / "releases" / "a 100% odd\nname 二.md").unlink()  # sha256sum has an escape of its own for it
    folder = tmp_path / "backup"
    back_up(published, folder, tell=silent)
    for manifest in (MANIFEST, "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", manifest], cwd=folder, check=True)
    (folder / "data" / "raw" / "releases" / "one.md").write_text("other")
    ended = subprocess.run(["sha256sum", "--check", "--status", MANIFEST], cwd=folder, check=False)
    assert ended.returncode == 1


def test_it_is_not_written_over_anything(published: Settings, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    with pytest.raises(NotBagged, match="new folder"):
        back_up(published, tmp_path / "backup", tell=silent)


def test_what_a_refresh_removes_meanwhile_is_in_it_all_the_same(
    published: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = kept_publications(published.publications_dir)
    copy = bag.copied
    begun: list[Path] = []

    def refresh_first(source: Path, target: Path) -> str:
        if not begun:
            begun.append(source)
            with warehouse_lock(published.warehouse_dir, purpose="refresh", timeout_seconds=0):  # nobody holds it
                publish_lines(published, ["d", "e"])
                remove_all(leftovers(published.model_copy(update={"kept_publications": 1})))
        return copy(source, target)

    monkeypatch.setattr(bag, "copied", refresh_first)
    made = back_up(published, tmp_path / "backup", tell=silent)
    assert not first.path.exists()
    assert f"warehouse/publications/{first.path.name}" in made.files
    assert "warehouse/customs/lines/a.parquet" in read_bag(tmp_path / "backup").files


def test_a_file_that_changes_while_it_is_copied_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"before")
    sync = os.fsync
    touched: list[int] = []

    def write_meanwhile(descriptor: int) -> None:
        if not touched:
            touched.append(descriptor)
            source.write_bytes(b"and after")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", write_meanwhile)
    made = write_bag(tmp_path / "bag", {"one": source}, {})
    assert made.path("one").read_bytes() == b"and after"
    assert read_bag(tmp_path / "bag").files == made.files


@pytest.mark.parametrize("at", [1, 20])
def test_one_that_is_killed_is_not_there_and_the_next_is_whole(published: Settings, tmp_path: Path, at: int) -> None:
    code = f"""
import os, signal
from pathlib import Path
from orchestration import bag
from orchestration.backup import back_up
from orchestration.hashing import SEAL_SUFFIX
from orchestration.settings import Settings
copy, count = bag.copied, 0
def die(source, target):
    global count
    count += 1
    if count == {at}:
        target.write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
    return copy(source, target)
bag.copied = die
back_up(Settings(), Path({str(tmp_path / "backup")!r}), tell=print)
"""
    environment = {
        **os.environ,
        "CUSTOMHOUSE_RAW_DIR": str(published.raw_dir),
        "CUSTOMHOUSE_WAREHOUSE_DIR": str(published.warehouse_dir),
    }
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_DIR, env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not (tmp_path / "backup").exists()
    back_up(published, tmp_path / "backup", tell=silent)
    read_bag(tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert not (published.warehouse_dir / ".backup").exists()


# Damage


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


def one_of(folder: Path, pattern: str) -> Path:
    return sorted(folder.rglob(pattern))[0]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: flip(one_of(folder, "*.duckdb")), "another content"),
        (lambda folder: flip(one_of(folder, "*.yml")), "another content"),
        (lambda folder: os.truncate(one_of(folder, "*.parquet"), 10), "another content"),
        (lambda folder: one_of(folder, "*.withdrawn").unlink(), "is missing"),
        (lambda folder: (folder / "data" / "raw" / "added.txt").touch(), "in no manifest"),
        (lambda folder: flip(folder / MANIFEST), "manifest"),
        (lambda folder: (folder / MANIFEST).unlink(), "lost a part"),
        (lambda folder: flip(folder / "bag-info.txt"), "another content"),
        (lambda folder: (folder / "bagit.txt").write_text("BagIt-Version: 2.0\n"), "version 1.0"),
        (lambda folder: (folder / MANIFEST).write_text(f"{'0' * 64}  ../../etc/passwd\n"), "no line of a manifest"),
        (lambda folder: (folder / MANIFEST).write_text(f"{'0' * 64}  /etc/passwd\n"), "no line of a manifest"),
        (lambda folder: shutil.rmtree(folder / "data"), "is missing"),
        (shutil.rmtree, "not a back-up"),
    ],
)
def test_a_damaged_one_is_told_and_nothing_of_it_is_restored(
    published: Settings, empty: Settings, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    folder = tmp_path / "backup"
    back_up(published, folder, tell=silent)
    assert run("backup", "--verify", folder).exit_code == 0
    damage(folder)
    ended = run("backup", "--verify", folder)
    assert ended.exit_code == 1
    assert words in " ".join(ended.output.split())
    with pytest.raises(BagDamaged):
        restore(empty, folder, tell=silent)
    assert not empty.raw_dir.exists()
    assert not empty.warehouse_dir.exists()


def test_a_link_that_leads_out_of_it_is_no_part_of_it(published: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    back_up(published, folder, tell=silent)
    inside = one_of(folder, "*.yml")
    outside = inside.rename(tmp_path / "outside.yml")
    inside.symlink_to(outside)
    with pytest.raises(BagDamaged, match="is missing"):
        read_bag(folder)


# Restoring


def test_what_was_published_is_published_again_and_finds_its_declarations(
    published: Settings, empty: Settings, tmp_path: Path
) -> None:
    first, second = kept_publications(published.publications_dir)
    back_up(published, tmp_path / "backup", tell=silent)
    shutil.rmtree(published.lake_dir)  # whoever still reads there fails
    done = restore(empty, tmp_path / "backup", tell=silent)
    assert done.publication_id == first.publication_id
    assert done.other_code_lists == ()
    assert contents(empty.raw_dir) == contents(published.raw_dir)
    assert lines(empty) == (2,)
    kept = kept_publications(empty.publications_dir)
    assert [(one.publication_id, one.is_withdrawn) for one in kept] == [
        (first.publication_id, False), (second.publication_id, True),
    ]  # fmt: skip
    assert kept[0].path.samefile(empty.published_database)
    assert kept[0].path.stat().st_mode & 0o222 == 0
    assert roll_back(empty, second.publication_id).publication_id == second.publication_id
    assert lines(empty) == (2,)
    with open_published(empty.published_database) as connection:
        files = connection.execute("SELECT path FROM metadata.lake_files").fetchall()
        assert {Path(path).parent for (path,) in files} == {empty.lake_dir / "lines"}
    assert sorted(path.name for path in empty.warehouse_dir.iterdir()) == [
        "customhouse.duckdb", "customs", "publications", "writer.lock",
    ]  # fmt: skip


def test_where_anything_is_nothing_is_restored(published: Settings, empty: Settings, tmp_path: Path) -> None:
    back_up(published, tmp_path / "backup", tell=silent)
    publish_lines(empty, ["x", "y"])
    before = contents(empty.warehouse_dir)
    with pytest.raises(NotRestored, match="not empty"):
        restore(empty, tmp_path / "backup", tell=silent)
    assert contents(empty.warehouse_dir).keys() == {*before, "writer.lock"}
    shutil.rmtree(empty.warehouse_dir)
    empty.raw_dir.mkdir(parents=True)
    (empty.raw_dir / "mine.txt").write_text("a file of somebody")
    with pytest.raises(NotRestored, match="CUSTOMHOUSE_RAW_DIR"):
        restore(empty, tmp_path / "backup", tell=silent)
    assert contents(empty.raw_dir) == {"mine.txt": b"a file of somebody"}
    assert not empty.published_database.exists()


@pytest.mark.parametrize("step", ["_restore_raw", "_copy_below", "_restore_publications", "put_in_place"])
def test_one_that_is_killed_is_completed_by_the_next(
    published: Settings, empty: Settings, tmp_path: Path, step: str
) -> None:
    back_up(published, tmp_path / "backup", tell=silent)
    code = f"""
import os, signal
from pathlib import Path
from orchestration import backup
from orchestration.settings import Settings
do = backup.{step}
def die(*arguments):
    if {step!r} == "_copy_below":
        do(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
backup.{step} = die
backup.restore(Settings(), Path({str(tmp_path / "backup")!r}), tell=print)
"""
    environment = {
        **os.environ,
        "CUSTOMHOUSE_RAW_DIR": str(empty.raw_dir),
        "CUSTOMHOUSE_WAREHOUSE_DIR": str(empty.warehouse_dir),
    }
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_DIR, env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not empty.published_database.exists()
    restore(empty, tmp_path / "backup", tell=silent)
    assert contents(empty.raw_dir) == contents(published.raw_dir)
    assert lines(empty) == (2,)
    assert not list(empty.raw_dir.parent.glob(".*"))


def test_code_lists_that_are_others_here_are_named(
    published: Settings, empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    shutil.copytree(PROJECT_DIR / "dbt_project" / "seeds", project / "seeds")
    with (project / "seeds" / "aliases.csv").open("a", encoding="utf-8") as file:
        file.write("partner,KAZ,a name of one's own,en,\n")
    back_up(published.model_copy(update={"dbt_project_dir": project}), tmp_path / "backup", tell=silent)
    for name in ("raw_dir", "warehouse_dir"):
        monkeypatch.setenv(f"CUSTOMHOUSE_{name.upper()}", str(getattr(empty, name)))
    ended = run("restore", tmp_path / "backup")
    assert ended.exit_code == 0, ended.output
    assert "seeds/aliases.csv is not that of the back-up" in " ".join(ended.output.split())


def test_an_installation_where_nothing_was_published_is_backed_up_and_restored(empty: Settings, tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "here")
    settings.raw_dir.mkdir(parents=True)
    (settings.raw_dir / "one.md").write_text("text")
    back_up(settings, tmp_path / "backup", tell=silent)
    assert restore(empty, tmp_path / "backup", tell=silent).publication_id == ""
    assert contents(empty.raw_dir) == contents(settings.raw_dir)
    assert backup._MARK not in {path.name for path in empty.warehouse_dir.iterdir()}
