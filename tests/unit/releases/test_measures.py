"""How well releases are read, by the scorer that lies beside the project: the measures must not fall below these."""

from __future__ import annotations

import csv
import datetime
import importlib.util
import io
import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from orchestration.codes import CodeLists
from orchestration.figures import FIGURE_COLUMNS
from orchestration.releases.reading import read_text
from orchestration.settings import PROJECT_DIR

SHARED = PROJECT_DIR.parent / "shared"
SCORER = SHARED / "tools" / "score_reading.py"
RELEASES = PROJECT_DIR / "tests" / "releases"

pytestmark = pytest.mark.skipif(not SCORER.exists(), reason="the scorer is not part of the project")


@dataclass(frozen=True)
class Measures:
    """F1 of numbers and of tuples, the part of the published rows that match no gold figure, published rows a gold row.

    A reader that doubts all it reads is never wrong: hence the last.
    """

    number: float
    tuple: float
    wrong: float
    published: float


#: The least that is accepted; what was measured stands in docs/releases.md.
LEAST = {
    SHARED / "seed_release": Measures(1.0, 1.0, 0.0, 0.85),
    SHARED / "corpus": Measures(0.99, 0.97, 0.0, 0.8),
    RELEASES / "tuned": Measures(0.985, 0.935, 0.003, 0.35),
    RELEASES / "held_back": Measures(0.985, 0.97, 0.005, 0.55),
}
#: Of how many tuned releases, from the first on, what must be reached: later ones are harder and lower what the whole
#: of `tuned` can ask, and they must not hide a fall of those before.
LEAST_OF_FIRST_TUNED = {270: Measures(0.99, 0.95, 0.003, 0.4), 414: Measures(0.99, 0.94, 0.003, 0.35)}


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_reading", SCORER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _read(folder: Path, codes: CodeLists) -> str:
    """The figures of a release as the command prints them."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    reading = read_text(
        (folder / "release.txt").read_text(encoding="utf-8"),
        codes=codes,
        source_id=folder.name,
        region_id=meta["reporter_region"],
        published=datetime.date.fromisoformat((meta["published_date"] + "-20")[:10]),
    )
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(FIGURE_COLUMNS)
    for figure in reading.figures:
        values = (getattr(figure, column) for column in FIGURE_COLUMNS)
        rows.writerow(["" if value is None else value for value in values])
    return text.getvalue()


def measured(folders: list[Path], codes: CodeLists) -> Measures:
    scorer = _scorer()
    names = scorer.Names(PROJECT_DIR / "dbt_project" / "seeds" / "aliases.csv")
    totals = {"number": [0, 0, 0], "tuple": [0, 0, 0]}
    wrong, published, stated = 0, 0, 0
    for folder in folders:
        golds = list(scorer.gold_rows(folder / "gold.csv", names))
        reads = list(scorer.read_rows(_read(folder, codes), names))
        for kind, same in (("number", scorer.same_number), ("tuple", scorer.same_tuple)):
            hit, offered, wanted, pairs = scorer.score(golds, reads, same)
            totals[kind] = [a + b for a, b in zip(totals[kind], (hit, offered, wanted), strict=True)]
        taken = set(pairs.values())
        wrong += sum(1 for index, row in enumerate(reads) if index not in taken and not row["uncertain"])
        published += sum(1 for row in reads if not row["uncertain"])
        stated += len(golds)
    scores = {kind: scorer.ratio(*counts)[2] for kind, counts in totals.items()}
    return Measures(scores["number"], scores["tuple"], wrong / published, published / stated)


def _must_not_fall(folders: list[Path], least: Measures, codes: CodeLists) -> None:
    found = measured(folders, codes)
    assert found.number >= least.number
    assert found.tuple >= least.tuple
    assert found.wrong <= least.wrong
    assert found.published >= least.published


@pytest.mark.parametrize("base", LEAST, ids=lambda base: base.name)
def test_the_measures_do_not_fall(base: Path, codes: CodeLists) -> None:
    _must_not_fall(sorted(path.parent for path in base.glob("**/gold.csv")), LEAST[base], codes)


@pytest.mark.parametrize("count", LEAST_OF_FIRST_TUNED)
def test_the_measures_of_the_first_tuned_releases_do_not_fall(count: int, codes: CodeLists) -> None:
    folders = sorted(path.parent for path in (RELEASES / "tuned").glob("*/gold.csv"))
    first = [folder for folder in folders if int(folder.name.split("_")[0]) <= count]
    assert len(first) == count
    _must_not_fall(first, LEAST_OF_FIRST_TUNED[count], codes)
