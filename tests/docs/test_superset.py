"""What Superset is given matches what is published."""

from __future__ import annotations

from pathlib import Path

from bi.superset.datasets import DATASETS_DIR, dataset_files


def test_datasets_are_those_of_the_published_schema(published: Path) -> None:
    committed = {file.name: file.read_text(encoding="utf-8") for file in DATASETS_DIR.iterdir()}
    made = dataset_files(published)
    stale = sorted(name for name in made.keys() | committed.keys() if made.get(name) != committed.get(name))
    assert not stale, "run `make refresh`, then `.venv/bin/python -m bi.superset.datasets`"
