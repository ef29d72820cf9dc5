"""The small form of `make faults`: a kill, a damaged file and a disk that fails, each through whole refreshes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import corruption, disk, kills
from tests.faults.shim import COMPILER
from tests.faults.stage import Stage, stage

pytestmark = pytest.mark.exhaustive

#: Module, kind and the beginning of the name of each case.
CASES = (
    (kills, "SIGKILL at a random instant", "0: "),
    (corruption, "damaged: month of the lake", "zero the middle"),
    (disk, "no room for one file", "working.duckdb"),
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.mark.parametrize(("module", "kind", "name"), CASES, ids=[f"{kind}: {name}" for _, kind, name in CASES])
def test_a_fault_heals(prepared: Stage, module: object, kind: str, name: str) -> None:
    if module is disk and not COMPILER:
        pytest.skip("no C compiler (cc), which makes the library that has a disk fail")
    cases = module.cases(prepared, count=20, seed=20230419)  # type: ignore[attr-defined]
    [case] = [one for one in cases if one.kind == kind and one.name.startswith(name)][:1]
    case.run(prepared)
