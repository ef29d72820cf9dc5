"""Random true worlds and what releases would print of them: synthetic material with known answers.

A world is trade by flow and month of two years, split by prefecture, by partner, by owner and by kind of goods, with
quantities of the goods. Everything that a release could say is a sum over one of the splits, so that what is deduced
can be compared with the truth. Nothing in it is a real figure.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

import numpy as np
import numpy.typing as npt

from orchestration.deduction.results import DeducedFigure
from orchestration.deduction.series import EXCEPT, Series, Span
from orchestration.figures import JOINT, Figure, figure_identity
from orchestration.intervals import SCALES, natural_bounds, printed_interval
from orchestration.sources import Source

REGION = "CN-XJ"
PREFECTURES = (
    "650100", "650200", "650400", "650500", "652300", "652700", "652800", "652900", "653000", "653100", "653200",
    "654000", "654200", "654300",
)  # fmt: skip
PARTNERS = ("KAZ", "KGZ", "TJK", "TKM", "UZB", "VNM", "THA", "DEU", "USA", "RUS")
GROUPS = {
    "CENTRAL_ASIA_FIVE": ("KAZ", "KGZ", "TJK", "TKM", "UZB"),
    "ASEAN": ("VNM", "THA"),
    "EU": ("DEU",),
    "BELT_AND_ROAD_ALONG": ("KAZ", "KGZ", "TJK", "TKM", "UZB", "VNM", "THA", "RUS"),
}
OWNERSHIPS = ("private", "foreign-invested", "state-owned", "other")
#: The last stands for all other goods. LABOUR_INTENSIVE and ELECTROMECHANICAL lie apart, as in the code lists.
GOODS = ("LABOUR_INTENSIVE", "ELECTROMECHANICAL", "COAL", "WHEAT", "")
FLOWS = ("export", "import")
MONTHS = 4
_YEAR = 2023
_QUALIFIERS = ("exact",) * 14 + ("about", "over", "nearly", "at_least", "under", "at_most")
#: The spans a release speaks of: first month, last month.
SPANS = ((1, 2), (1, 3), (1, 4), (3, 3), (4, 4))

#: What is stated, by frequency: every form alike, and as the releases of tests/releases state it.
VARIED = (
    "level", "level", "growth", "growth", "growth", "share", "share", "share_change", "gap", "change", "quantity",
    "contribution", "joint", "balance", "ranks", "count",
)  # fmt: skip
AS_RELEASES = (
    *("level and growth",) * 70, *("level",) * 8, *("growth",) * 5, *("share",) * 20, *("quantity",) * 4,
    *("share_change",) * 3, *("change",) * 3, "joint", "balance", "gap", "contribution", "ranks", "count",
)  # fmt: skip

Floats = npt.NDArray[np.float64]


#: For each dimension: its whole, its members (what has no name is the rest), and groups of them.
_SPLITS: dict[str, tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "region_id": (REGION, (*PREFECTURES, ""), {}),
    "partner_id": ("WORLD", PARTNERS, GROUPS),
    "ownership_id": ("ALL", OWNERSHIPS, {}),
    "commodity_id": ("TOTAL", GOODS, {}),
}


@dataclass(slots=True)
class World:
    """The truth behind one document: value by flow, year and month, its splits, quantities, the nation's growth.

    `splits` and `quantities` have the members of a dimension on the first axis; the splits add up to `total`.
    """

    total: Floats
    splits: dict[str, Floats]
    quantities: Floats
    national_growth: float

    def level(self, series: Series, span: Span) -> float:
        """The level of a series; raises KeyError for one that the world knows nothing of."""
        if series.flow == "balance":
            return self.level(series._replace(flow="export"), span) - self.level(series._replace(flow="import"), span)
        if series.measure == "unit_value":
            quantity = series._replace(measure="quantity", unit="tonne")
            return self.level(series._replace(measure="value", unit="CNY"), span) / self.level(quantity, span)
        split = [name for name, (whole, _, _) in _SPLITS.items() if getattr(series, name) != whole]
        if len(split) > 1 or series.measure not in ("value", "quantity"):
            raise KeyError(series)
        table = self.total
        if split:
            everything = self.splits[split[0]] if series.measure == "value" else self.quantities
            table = everything[_chosen(getattr(series, split[0]), *_SPLITS[split[0]])].sum(axis=0)
        flows = slice(None) if series.flow == "total" else FLOWS.index(series.flow)
        year = span.start.year - _YEAR + 1
        return float(table[flows, year, span.start.month - 1 : span.end.month].sum())

    def truth(self, figure: DeducedFigure) -> float:
        """The true number of a deduced figure, in its unit; raises KeyError where the world has none."""
        series, span, before = figure.series, figure.period, figure.comparison
        if figure.statistic == "growth" and series.region_id == "CHN":
            return 100 * self.national_growth
        if series.measure in ("growing_regions", "doubling_regions"):
            threshold = 0.0 if series.measure == "growing_regions" else 1.0
            named = series.region_id.split(JOINT) if series.region_id != REGION else list(PREFECTURES)
            return float(sum(one > threshold for one in self.regional_growths(span, named)))
        now = self.level(series, span)
        base = self.level(series, before) if before is not None else 0.0
        other = _referred(series, figure.reference)
        match figure.statistic:
            case "level":
                truth = now
            case "change":
                truth = now - base
            case "share":
                truth = 100 * now / self.level(other, span)
            case "growth":
                truth = 100 * (now / base - 1)
            case "growth_gap":
                truth = 100 * (now / base - 1 - self.national_growth)
            case "share_change" if before is not None:
                truth = 100 * (now / self.level(other, span) - base / self.level(other, before))
            case "contribution" if before is not None:
                truth = 100 * (now - base) / self.level(other, before)
            case _:
                raise KeyError(figure.statistic)
        return truth

    def regional_growths(self, span: Span, regions: list[str]) -> list[float]:
        """The growth of each prefecture's trade, as a fraction."""
        growths = []
        for region in regions:
            series = whole_trade(region)
            growths.append(self.level(series, span) / self.level(series, year_before(span)) - 1)
        return growths


def whole_trade(region: str = REGION, flow: str = "total") -> Series:
    """All trade of a region, in yuan."""
    return Series(region, "WORLD", "TOTAL", flow, "ALL", "ALL", "value", "CNY")


def span_of(first: int, last: int) -> Span:
    """Months of the year that the worlds speak of."""
    after = datetime.date(_YEAR, last + 1, 1)
    return Span(datetime.date(_YEAR, first, 1), after - datetime.timedelta(days=1))


def year_before(span: Span) -> Span:
    """The same months a year earlier."""
    after = span.end + datetime.timedelta(days=1)
    end = after.replace(year=after.year - 1) - datetime.timedelta(days=1)
    return Span(span.start.replace(year=span.start.year - 1), end)


def random_world(random: Random) -> World:
    """A world of sizes that differ much, with growth that differs by subject."""
    generator = np.random.default_rng(random.getrandbits(64))
    months = generator.lognormal(0.0, 0.3, (len(FLOWS), 2, MONTHS))
    total = months * 10 ** generator.uniform(8.0, 11.0, (len(FLOWS), 1, 1))
    splits = {}
    for name, (_, members, _) in _SPLITS.items():
        size = len(members)
        weights = generator.lognormal(0.0, 1.2, (size, len(FLOWS), 1, 1))
        weights = (
            weights * generator.lognormal(0.0, 0.5, (size, 1, 2, 1)) * generator.lognormal(0.0, 0.2, (size, 2, 2, 4))
        )
        splits[name] = total * weights / weights.sum(axis=0)
    prices = (
        3000
        * generator.lognormal(0.0, 0.7, (len(GOODS), 2, 1, 1))
        * generator.lognormal(0.0, 0.2, (len(GOODS), 2, 2, 4))
    )
    return World(total, splits, splits["commodity_id"] / prices, float(generator.normal(0.05, 0.1)))


class Writer:
    """Prints true numbers of a world as releases do, and keeps them as figures of one source."""

    def __init__(self, random: Random, world: World, source_id: str, published: datetime.date) -> None:
        self.random = random
        self.world = world
        self.figures: dict[str, Figure] = {}
        self.source = Source(
            source_id=source_id, kind="sheets", path=f"{source_id}.csv", title=source_id, publisher=source_id,
            published_date=published, published_date_basis="synthetic", url="", language="en", licence="",
            retrieved_date=None, sha256="", region_id=REGION, currency="CNY",
        )  # fmt: skip

    def say(
        self, statistic: str, series: Series, span: Span, truth: float, *, reference: str = "", unit: str = "percent"
    ) -> Figure | None:
        """State a number in digits of a random length; None where a release would not (nought digits, no number)."""
        scale, decimals = "one", self.random.choice((0, 1, 1, 1, 2))
        if statistic in ("level", "change") and unit == "CNY":
            scale, decimals = self.random.choice(
                (("billion", 2), ("billion", 1), ("million", 0), ("hundred_million", 1))
            )
        qualifier = self.random.choice(_QUALIFIERS) if statistic in ("level", "growth", "share") else "exact"
        is_exact = unit in ("prefectures", "rank")
        if is_exact:
            decimals, qualifier = 0, "exact"
        printed = _printed(truth, scale, decimals, qualifier)
        if not Decimal(printed):  # nobody writes of a fall of over 0 percent
            qualifier = "exact"
            printed = _printed(truth, scale, decimals, qualifier)
        floor, ceiling = natural_bounds(statistic, series.flow)
        interval = printed_interval(
            printed, scale=scale, qualifier=qualifier, is_exact=is_exact, floor=floor, ceiling=ceiling
        )
        if (floor is not None and interval.value < floor) or (ceiling is not None and interval.value > ceiling):
            return None
        before = year_before(span) if statistic not in ("level", "share", "rank") else None
        identity = (self.source.source_id, statistic, *series, *span, reference)
        figure = Figure(
            figure_id=figure_identity(identity), source_id=self.source.source_id, statistic=statistic,
            measure=series.measure, value=interval.value, low=interval.low, high=interval.high, unit=unit,
            qualifier=qualifier, region_id=series.region_id, partner_id=series.partner_id,
            commodity_id=series.commodity_id, flow=series.flow, ownership_id=series.ownership_id,
            trade_mode_id=series.trade_mode_id, region_text="", partner_text="", commodity_text="", ownership_text="",
            trade_mode_text="", period_start=span.start, period_end=span.end,
            comparison_start=before.start if before else None, comparison_end=before.end if before else None,
            reference=reference, quote=printed,
        )  # fmt: skip
        self.figures[figure.figure_id] = figure
        return figure


def _printed(truth: float, scale: str, decimals: int, qualifier: str) -> str:
    """The digits: rounded to the nearest, or for a bound to the side that keeps it true."""
    exact = Decimal(truth) / SCALES[scale]
    place = Decimal(1).scaleb(-decimals)
    if qualifier in ("exact", "about"):
        return f"{exact.quantize(place, ROUND_HALF_EVEN):f}"
    # A fall of over 5 percent is larger than 5: bounds speak of the size.
    size = abs(exact)
    steps = math.floor(size / place) if qualifier in ("over", "at_least") else math.ceil(size / place)
    return f"{(steps * place).copy_sign(exact):f}"


def write_release(random: Random, world: World, source_id: str, statements: int, kinds: Sequence[str]) -> Writer:
    """A release of about so many statements of the given kinds, on a random choice of subjects of a world."""
    writer = Writer(random, world, source_id, datetime.date(_YEAR, 6, 1))
    spans = [span_of(*one) for one in random.sample(SPANS, random.choice((1, 1, 2)))]
    for _ in range(4 * statements):
        if len(writer.figures) >= statements:
            break
        _state(writer, random.choice(spans), random.choice(kinds))
    return writer


def _state(writer: Writer, span: Span, kind: str) -> None:
    random, world = writer.random, writer.world
    series = _random_series(random)
    before = year_before(span)
    now, base = world.level(series, span), world.level(series, before)
    whole, reference = _whole_of(series)
    match kind:
        case "level" | "growth" | "level and growth":
            if kind != "growth":
                writer.say("level", series, span, now, unit="CNY")
            if kind != "level":
                writer.say("growth", series, span, 100 * (now / base - 1))
        case "change":
            writer.say("change", series, span, now - base, unit="CNY")
        case "share" if whole is not None:
            writer.say("share", series, span, 100 * now / world.level(whole, span), reference=reference)
        case "share_change" if whole is not None:
            shares = [100 * world.level(series, one) / world.level(whole, one) for one in (span, before)]
            writer.say("share_change", series, span, _difference(random, *shares), reference=reference, unit="pp")
        case "contribution" if whole is not None:
            change = 100 * (now - base) / world.level(whole, before)
            writer.say("contribution", series, span, change, reference=reference, unit="pp")
        case "balance":
            balance = whole_trade(flow="balance")
            writer.say("level", balance, span, world.level(balance, span), unit="CNY")
        case _ if kind in _OTHERS:
            _OTHERS[kind](writer, span)


def _state_quantity(writer: Writer, span: Span) -> None:
    random, world = writer.random, writer.world
    value = whole_trade(flow=random.choice(FLOWS))._replace(commodity_id=random.choice(("COAL", "WHEAT")))
    for measure, unit in (("value", "CNY"), ("quantity", "tonne"), ("unit_value", "CNY/tonne")):
        series = value._replace(measure=measure, unit=unit)
        now, base = world.level(series, span), world.level(series, year_before(span))
        if random.random() < 0.6:
            writer.say("level", series, span, now, unit=unit)
        if random.random() < 0.6:
            reference = "" if measure == "value" else f"unit={unit}"
            writer.say("growth", series, span, 100 * (now / base - 1), reference=reference)


def _state_gap(writer: Writer, span: Span) -> None:
    now, base = (writer.world.level(whole_trade(), one) for one in (span, year_before(span)))
    gap = _difference(writer.random, 100 * (now / base - 1), 100 * writer.world.national_growth)
    writer.say("growth_gap", whole_trade(), span, gap, reference="region=CHN", unit="pp")


def _state_joint(writer: Writer, span: Span) -> None:
    goods = whole_trade(flow=writer.random.choice(FLOWS))._replace(commodity_id="ELECTROMECHANICAL+LABOUR_INTENSIVE")
    share = 100 * writer.world.level(goods, span) / writer.world.level(goods._replace(commodity_id="TOTAL"), span)
    writer.say("share", goods, span, share, reference="commodity=TOTAL")


def _state_counts(writer: Writer, span: Span) -> None:
    growths = writer.world.regional_growths(span, list(PREFECTURES))
    for measure, threshold in (("growing_regions", 0.0), ("doubling_regions", 1.0)):
        counted = whole_trade(flow="")._replace(measure=measure, unit="prefectures")
        writer.say("level", counted, span, float(sum(one > threshold for one in growths)), unit="prefectures")


def _state_ranks(writer: Writer, span: Span) -> None:
    random, world = writer.random, writer.world
    if random.random() < 0.5:
        subjects, reference = [whole_trade(one) for one in PREFECTURES], f"region={REGION}"
    else:
        subjects, reference = [whole_trade()._replace(partner_id=one) for one in PARTNERS], "partner=WORLD"
    by_growth = random.random() < 0.5
    before = year_before(span)

    def size(series: Series) -> float:
        level = world.level(series, span)
        return level / world.level(series, before) if by_growth else level

    subjects.sort(key=size, reverse=True)
    for place, series in enumerate(subjects[: random.randint(1, 5)], start=1):
        ranked_by = "growth" if by_growth else "level"
        writer.say("rank", series, span, float(place), reference=f"{reference};ranked_by={ranked_by}", unit="rank")


_OTHERS: dict[str, Callable[[Writer, Span], None]] = {
    "gap": _state_gap,
    "joint": _state_joint,
    "quantity": _state_quantity,
    "ranks": _state_ranks,
    "count": _state_counts,
}


def _difference(random: Random, one: float, other: float) -> float:
    """A difference as releases print it: of the true numbers, or of the numbers as printed with one decimal.

    The latter is printed with one decimal in turn; here it stands for itself, as `say` may print fewer digits.
    """
    return one - other if random.random() < 0.7 else round(round(one, 2) - round(other, 2), 2)


def _random_series(random: Random) -> Series:
    series = whole_trade(flow=random.choice(("total", "total", "export", "import")))
    match random.choice(("whole", "partner", "partner", "ownership", "goods", "region")):
        case "partner":
            return series._replace(partner_id=random.choice((*PARTNERS, *GROUPS)))
        case "ownership":
            return series._replace(ownership_id=random.choice(OWNERSHIPS))
        case "goods":
            return series._replace(commodity_id=random.choice(GOODS[:-1]), flow=random.choice(FLOWS))
        case "region":
            return series._replace(region_id=random.choice(PREFECTURES))
    return series


def _whole_of(series: Series) -> tuple[Series | None, str]:
    for column, name, whole in (
        ("partner_id", "partner", "WORLD"),
        ("ownership_id", "ownership", "ALL"),
        ("commodity_id", "commodity", "TOTAL"),
        ("region_id", "region", REGION),
    ):
        if getattr(series, column) != whole:
            return series._replace(**{column: whole}), f"{name}={whole}"
    return None, ""


def _referred(series: Series, reference: str) -> Series:
    for part in filter(None, reference.split(";")):
        name, _, code = part.partition("=")
        column = name if name in ("flow", "measure", "unit") else f"{name}_id"
        series = series._replace(**{column: code})
    return series


def _chosen(code: str, whole: str, members: tuple[str, ...], groups: dict[str, tuple[str, ...]]) -> list[int]:
    """Which members of a dimension a code means: `A+B`, `WHOLE~A+B`, a group, the whole."""
    held, _, taken = code.partition(EXCEPT)

    def expanded(text: str) -> set[str]:
        found: set[str] = set()
        for one in filter(None, text.split(JOINT)):
            found |= set(members) if one == whole else set(groups.get(one, (one,)))
        if not found <= set(members):
            raise KeyError(text)
        return found

    chosen = expanded(held) - expanded(taken)
    return [number for number, member in enumerate(members) if member in chosen]


def releases(
    random: Random, count: int, statements: int, kinds: Sequence[str] = VARIED
) -> Iterator[tuple[World, Writer]]:
    """Worlds with one release each, of one publisher a release."""
    for number in range(count):
        world = random_world(random)
        yield world, write_release(random, world, f"world-{number:06}", statements, kinds)


def copies(writer: Writer, number: int) -> tuple[Source, list[Figure]]:
    """The same release as another document."""
    source_id = f"{writer.source.source_id}-{number}"
    source = replace(writer.source, source_id=source_id, publisher=source_id)
    return source, [
        replace(figure, figure_id=f"{figure.figure_id}-{number}", source_id=source_id)
        for figure in writer.figures.values()
    ]
