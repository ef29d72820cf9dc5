"""Releases with one error planted: how often it is found, and how often it alone is named.

Run by `python -m bench.planted_errors`. The releases are synthetic (bench/worlds.py). Each is consistent as it is
written; then one figure that the others determine is spoiled in one of the ways that people spoil figures:

- `digit`: one digit of the printed number is another one;
- `swapped`: two figures of one kind (two levels, two growths, two shares) have each other's numbers;
- `whole`: the share is of another whole than it says.

Found is an error that a verdict names (an inconsistent figure among those spoiled, or a set of conflicting figures that
holds one). Named is one that a culprit names. `visible` counts only errors after which the number, taken alone, lies
outside what the other figures imply: no method could see another.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from rich.console import Console
from rich.table import Table

from bench.worlds import AS_RELEASES, VARIED, World, Writer, releases, whole_trade
from orchestration.deduction import Check, DocumentDeduction, Structure, deduce
from orchestration.deduction.series import Series, Span
from orchestration.figures import Figure
from orchestration.intervals import natural_bounds
from orchestration.settings import PROJECT_DIR

ERRORS = ("digit", "swapped", "whole")


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--releases", type=int, default=1000, help="releases for each kind of error (default 1000)")
    count = ask.parse_args().releases
    table = Table(title="Planted errors in synthetic releases")
    for column in ("material", "error", "planted", "found", "visible", "found of visible", "named of visible"):
        table.add_column(column, justify="left" if column in ("material", "error") else "right")
    for name, kinds in (("as releases", AS_RELEASES), ("varied", VARIED)):
        for error in ERRORS:
            rates = measure(error, count, 50, kinds)
            visible = rates["visible"] or 1
            table.add_row(
                name,
                error,
                f"{rates['planted']:,}",
                f"{rates['found'] / max(1, rates['planted']):.1%}",
                f"{rates['visible']:,}",
                f"{rates['found visible'] / visible:.1%}",
                f"{rates['named visible'] / visible:.1%}",
            )
    Console().print(table)


def measure(error: str, count: int, statements: int, kinds: Sequence[str], seed: int = 7) -> Counter[str]:
    """Plant one error in each of `count` releases and count what becomes of them.

    `right whole` counts shares of another whole for which the right one is among those said to fit.
    """
    structure = Structure(PROJECT_DIR / "dbt_project" / "seeds")
    random = Random(seed)
    made = list(releases(random, count, statements, kinds))
    written = {writer.source.source_id: writer for _, writer in made}
    worlds = {writer.source.source_id: world for world, writer in made}
    sources = [writer.source for writer in written.values()]
    spoiled: dict[str, tuple[list[Figure], set[str], set[str]]] = {}
    sound = [figure for writer in written.values() for figure in writer.figures.values()]
    for deduction in deduce(sound, sources, structure):
        source_id = deduction.document.document_id
        planted = _planted(random, error, written[source_id], worlds[source_id], deduction)
        if planted is not None:
            spoiled[source_id] = planted
    rates: Counter[str] = Counter(planted=len(spoiled))
    stated = [figure for figures, _, _ in spoiled.values() for figure in figures]
    for deduction in deduce(stated, sources, structure):
        _, wrong, visible = spoiled[deduction.document.document_id]
        checks = {check.figure_id: check for check in deduction.checks()}
        found, named = _found(deduction, wrong, checks)
        rates["found"] += found
        rates["visible"] += bool(visible)
        rates["found visible"] += found and bool(visible)
        rates["named visible"] += named and bool(visible)
        rates["right whole"] += any("partner=WORLD;flow=total" in checks[one].fitting_wholes for one in wrong)
    return rates


def _found(deduction: DocumentDeduction, wrong: set[str], checks: dict[str, Check]) -> tuple[bool, bool]:
    in_sets = {one for conflict in deduction.conflicts for each in conflict.minimal_sets for one in each}
    culprits = {one for conflict in deduction.conflicts for one in conflict.culprits}
    is_found = bool(wrong & in_sets) or any(checks[one].verdict == "inconsistent" for one in wrong)
    return is_found, bool(wrong & culprits)


def _planted(
    random: Random, error: str, writer: Writer, world: World, deduction: DocumentDeduction
) -> tuple[list[Figure], set[str], set[str]] | None:
    """The figures with an error, the ids of those that are wrong, and of those that the others show to be wrong."""
    determined = {check.figure_id: check for check in deduction.checks() if check.verdict == "consistent"}
    candidates = [
        figure
        for figure_id, figure in writer.figures.items()
        if figure_id in determined and figure.qualifier == "exact" and figure.statistic in ("level", "growth", "share")
        and figure.unit in ("CNY", "percent")
    ]  # fmt: skip
    random.shuffle(candidates)
    for figure in candidates:
        wrong = _spoiled(random, error, figure, writer, world)
        if wrong is not None:
            visible = {
                one.figure_id
                for one in wrong
                if one.figure_id in determined and _lies_apart(one, determined[one.figure_id])
            }
            figures = writer.figures | {one.figure_id: one for one in wrong}
            return list(figures.values()), {one.figure_id for one in wrong}, visible
    return None


def _spoiled(random: Random, error: str, figure: Figure, writer: Writer, world: World) -> list[Figure] | None:
    """The figures that an error makes of one; None where it cannot be made of this one."""
    match error:
        case "digit":
            place = random.choice([place for place, one in enumerate(figure.quote) if one.isdigit()])
            digit = random.choice([one for one in "0123456789" if one != figure.quote[place]])
            wrong = [_reprinted(figure, figure.quote[:place] + digit + figure.quote[place + 1 :])]
        case "swapped":
            kind = (figure.statistic, figure.unit, figure.qualifier)
            alike = [
                one
                for one in writer.figures.values()
                if (one.statistic, one.unit, one.qualifier) == kind and one.value != figure.value
            ]
            if not alike:
                return None
            other = random.choice(alike)
            scales = [_scale(one) for one in (figure, other)]
            if None in scales or scales[0] != scales[1]:
                return None
            wrong = [_reprinted(figure, other.quote), _reprinted(other, figure.quote)]
        case _:
            if figure.statistic != "share" or figure.flow == "total" or figure.reference != "partner=WORLD":
                return None
            share = 100 * world.level(series_of(figure), span_of_figure(figure))
            share /= world.level(whole_trade(), span_of_figure(figure))
            wrong = [_reprinted(figure, f"{share:.{len(figure.quote.partition('.')[2])}f}")]
    return [one for one in wrong if one is not None] if None not in wrong else None


def _scale(figure: Figure) -> Decimal | None:
    """What a printed unit is worth; None of a number printed as nought."""
    printed = Decimal(figure.quote)
    return figure.value / printed if printed and figure.value is not None else None


def _reprinted(figure: Figure, printed: str) -> Figure | None:
    """The figure with other digits; None where no such number can be."""
    scale = _scale(figure)
    if scale is None:
        return None
    value = Decimal(printed) * scale
    floor, ceiling = natural_bounds(figure.statistic, figure.flow)
    if (floor is not None and value < floor) or (ceiling is not None and value > ceiling) or value == figure.value:
        return None
    margin = scale.scaleb(-len(printed.partition(".")[2])) / 2
    low, high = value - margin, value + margin
    low = low if floor is None else max(low, floor)
    high = high if ceiling is None else min(high, ceiling)
    return replace(figure, value=value, low=low, high=high, quote=printed)


def _lies_apart(figure: Figure, check: Check) -> bool:
    """Whether a figure contradicts what the others imply, by more than a digit that differences may be off."""
    if figure.low is None or figure.high is None or check.implied_low is None or check.implied_high is None:
        return False
    return figure.high < check.implied_low or figure.low > check.implied_high


def series_of(figure: Figure) -> Series:
    """The series whose level a share in percent is a part of."""
    return Series(
        figure.region_id,
        figure.partner_id,
        figure.commodity_id,
        figure.flow,
        figure.ownership_id,
        figure.trade_mode_id,
        figure.measure,
        "CNY",
    )


def span_of_figure(figure: Figure) -> Span:
    """The days a figure covers; raises ValueError where it has none."""
    if figure.period_start is None or figure.period_end is None:
        raise ValueError(figure.figure_id)
    return Span(figure.period_start, figure.period_end)


if __name__ == "__main__":
    main()
