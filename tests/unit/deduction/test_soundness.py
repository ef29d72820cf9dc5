"""Random true worlds: whatever releases print of them, no deduced interval excludes the truth and none is accused."""

from __future__ import annotations

from random import Random

import pytest

from bench.worlds import AS_RELEASES, VARIED, releases
from orchestration.deduction import deduce
from tests.unit.deduction.made import structure

#: Truths are sums of binary numbers: they are themselves only so exact.
_RELATIVE, _ABSOLUTE = 1e-12, 1e-9


def check_worlds(seed: int, count: int, statements: int, kinds: tuple[str, ...]) -> int:
    """Deduce from `count` releases and compare with their worlds; returns how many figures were compared."""
    made = list(releases(Random(seed), count, statements, kinds))
    worlds = {writer.source.source_id: world for world, writer in made}
    stated = [figure for _, writer in made for figure in writer.figures.values()]
    compared = 0
    for deduction in deduce(stated, [writer.source for _, writer in made], structure()):
        assert not deduction.conflicts, deduction.document.document_id
        assert all(check.verdict != "inconsistent" for check in deduction.checks())
        world = worlds[deduction.document.document_id]
        for figure in deduction.figures():
            try:
                truth = world.truth(figure)
            except KeyError:
                continue
            compared += 1
            margin = _RELATIVE * abs(truth) + _ABSOLUTE
            assert figure.low is None or float(figure.low) <= truth + margin, (figure, truth)
            assert figure.high is None or truth - margin <= float(figure.high), (figure, truth)
    return compared


@pytest.mark.parametrize(("statements", "kinds"), [(12, VARIED), (40, VARIED), (50, AS_RELEASES)])
def test_no_interval_excludes_the_truth(statements: int, kinds: tuple[str, ...]) -> None:
    assert check_worlds(1, 60, statements, kinds) > 1000


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.long if seed < 5 else pytest.mark.exhaustive) for seed in range(20)]
)
@pytest.mark.parametrize(("statements", "kinds"), [(10, VARIED), (30, VARIED), (60, VARIED), (50, AS_RELEASES)])
def test_no_interval_excludes_the_truth_in_twenty_thousand_worlds(
    seed: int, statements: int, kinds: tuple[str, ...]
) -> None:
    assert check_worlds(100 + seed, 250, statements, kinds) > 1000
