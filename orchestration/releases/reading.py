"""From the text of a release to figure records, and the account of every number in it."""

from __future__ import annotations

import dataclasses
import datetime
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from orchestration.codes import CodeLists
from orchestration.figures import (
    COMPARING_STATISTICS,
    DECIMAL_PLACES,
    UNMAPPED,
    WHOLE,
    Figure,
    InvalidFigure,
    figure_identity,
)
from orchestration.intervals import SCALES, NotANumber, printed_interval
from orchestration.releases.contradictions import Contradictions
from orchestration.releases.doubt import NAMES_THAT_NO_LIST_KNOWS, Stated, doubts
from orchestration.releases.grammar import Grammar, is_in_china
from orchestration.releases.lexicon import lexicon_of
from orchestration.releases.numerals import CHINESE_NUMERALS, numeral_at
from orchestration.releases.other_readings import Number, other_readings
from orchestration.releases.periods import Span, length_in_months, shifted
from orchestration.releases.sentences import Sentence
from orchestration.releases.statements import Reading, Statement
from orchestration.releases.subjects import DIMENSIONS, PORT_CARGO, Item, code_and_text
from orchestration.releases.sums import Candidate, borne_out
from orchestration.releases.text import NormalText, normal_text
from orchestration.releases.tokens import Quantity, Token, Tokeniser

#: Measures of what has no direction.
_FLOWLESS_MEASURES = frozenset({
    "enterprises", "trains", "vehicles", "vessels", "flights", "passengers", "parcels", "declarations", "regions",
    "partners", "ports", "commodity_kinds",
})  # fmt: skip
#: Where a numeral may begin: at a digit, a Chinese numeral or the first letter of a word.
_NUMERAL_STARTS = re.compile(rf"[0-9半{''.join(sorted(CHINESE_NUMERALS))}]|(?<![^\W_])[A-Za-z]")
#: Scales that stand for a number: 千亿级产业.
_BARE_SCALES = re.compile("[百千万亿]{2,}")
#: Why a growth of goods is in doubt of which the text tells the quantity alone.
_WEIGHED = "whether it is of the value or of the quantity, which alone is told, is not said"
#: Why tonnes without goods are in doubt.
_CARGO = "cargo through a port may be transport, and no trade of the place"
_ANY_CARGO = Item(PORT_CARGO, "", 0, 0)
#: Scales that only prose has.
PROSE_SCALES = {
    "lakh": Decimal(10) ** 5,
    "hundred_thousand": Decimal(10) ** 5,
    "crore": Decimal(10) ** 7,
    "ten_million": Decimal(10) ** 7,
    "ten_billion": Decimal(10) ** 10,
    "hundred_billion": Decimal(10) ** 11,
}


class MissingPublicationDate(ValueError):
    """The text speaks of periods without a year, and nothing says when it was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberAccount:
    """One numeral of a text and what became of it.

    `kind` is `read`, `uncertain`, `unread` or `not_a_figure`; `reason` says why it is none of the figures, or not
    understood; `figure_ids` are the figures that it is in.
    """

    char_start: int
    char_end: int
    printed: str
    kind: str
    reason: str
    figure_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReading:
    """The figures of a release, and the account of its numbers, both in the order of the text."""

    figures: list[Figure]
    numbers: list[NumberAccount]


def read_text(
    text: str,
    *,
    codes: CodeLists,
    source_id: str,
    region_id: str,
    published: datetime.date | None,
    body_start: int = 0,
    title: str = "",
    doubting: bool = True,
) -> ReleaseReading:
    """Read the release `text` from `body_start` on; spans count in the whole text.

    `region_id` is the region that reports, `published` the day of publication, from which years that the text does
    not say are known. Without `doubting` all that one reading fits is read, whatever its sentence leaves open. Raises
    MissingPublicationDate where such a year is needed and there is no date.
    """
    lexicon = lexicon_of(codes)
    folded = normal_text(text, body_start)
    tokens = Tokeniser(lexicon, region_id).tokens(folded)
    grammar = Grammar(folded, text, lexicon, region_id, published)
    readings = grammar.read(tokens)
    if published is None and grammar.year_unknown:
        raise MissingPublicationDate(
            "the text names periods without their year: add the day of publication (published_date in the sidecar or "
            "front matter, or --published)"
        )
    builder = _Builder(text, folded, source_id, region_id)
    builder.look_for_weights(readings)
    for reading in readings:
        builder.add(reading)
    builder.doubt(codes, grammar.sentences if doubting else [])
    if doubting:
        builder.settle_sums()
        builder.offer_others()
    builder.add_dates(tokens)
    builder.numbers.sort(key=lambda number: number.char_start)
    return ReleaseReading(figures=builder.figures, numbers=builder.numbers)


_COLUMNS_OF_NAMES = tuple((dimension, f"{dimension}_id", f"{dimension}_text") for dimension in DIMENSIONS)
#: What tells readings of one number apart.
_subject = attrgetter(
    "statistic", "measure", "value", "unit", "flow", "period_start", "period_end", "comparison_start",
    *(f"{dimension}_{part}" for dimension in DIMENSIONS for part in ("id", "text")),
)  # fmt: skip


class _Builder:
    """Makes figure records and accounts from readings."""

    def __init__(self, text: str, folded: NormalText, source_id: str, region_id: str) -> None:
        self._text = text
        self._folded = folded
        self._source_id = source_id
        self._region_id = region_id
        self._identities: Counter[str] = Counter()
        #: Whether the text weighs goods of whatever kind: then its changes of quantities without goods are of that.
        self._weighs_cargo = False
        #: Goods of which the text tells how much there was, and never for what they sold.
        self._weighed_goods: frozenset[str] = frozenset()
        #: Of each figure the number that states it, its sentence, and whether that says what it is compared with.
        self._stated_by: list[tuple[Quantity, int, bool]] = []
        self.figures: list[Figure] = []
        self.numbers: list[NumberAccount] = []

    def look_for_weights(self, readings: list[Reading]) -> None:
        """Note whether a number of the text weighs goods without saying which, and which goods are only weighed."""
        self._weighs_cargo = any(
            reading.quantity.unit == "tonne" and not statement.names.get("commodity")
            for reading in readings
            for statement in reading.statements
        )
        measures: dict[str, set[str]] = {}
        for statement in (one for reading in readings for one in reading.statements if one.statistic == "level"):
            for item in statement.names.get("commodity", []):
                measures.setdefault(item.code, set()).add(statement.measure)
        self._weighed_goods = frozenset(code for code, told in measures.items() if told == {"quantity"})

    def add(self, reading: Reading) -> None:
        """Add what became of one number."""
        quantity = reading.quantity
        start, end = self._folded.span(quantity.start, quantity.end)
        printed = self._text[start:end]
        if reading.not_a_figure:
            self._account(start, end, printed, "not_a_figure", reading.not_a_figure, ())
            return
        statements = list(self._with_measures(reading))
        made: list[Figure] = []
        says_base: list[bool] = []
        reason = reading.unread
        each_of_list = len({statement.rule for statement in reading.statements}) == 1 and len(reading.statements) > 1
        says_volume = any(statement.measure == "volume" for statement in reading.statements)
        is_uncertain = says_volume or any(statement.doubt for statement in statements)
        for statement in statements:
            first = made[0].figure_id if made and not each_of_list else ""
            try:
                figure = self._figure(statement, start, end, printed, is_uncertain=is_uncertain, alternative_to=first)
            except (InvalidFigure, NotANumber) as problem:
                reason = str(problem)
                continue
            if figure is not None:
                if all(_subject(figure) != _subject(other) for other in made):
                    made.append(figure)
                    says_base.append(bool(statement.comparison) and not statement.may_be_yearly)
            else:
                reason = "its period is not known"
        if not made:
            figure_id = self._identity("unread", start, printed)
            self.figures.append(_unread(figure_id, self._source_id, quantity.printed, printed, start, end))
            self._stated_by.append((quantity, reading.sentence, True))
            self._account(start, end, printed, "unread", reason or "what it states is not known", (figure_id,))
            return
        if says_volume:
            reason = "volume may be value or quantity"
        if not is_uncertain and len(made) > 1 and not each_of_list:
            is_uncertain, first = True, made[0].figure_id
            made = [dataclasses.replace(one, status="uncertain", alternatives_id=first) for one in made]
        if is_uncertain:
            doubts = [statement.doubt for statement in statements if statement.doubt]
            ids = tuple(one.figure_id for one in made)
            self._account(
                start, end, printed, "uncertain", doubts[0] if doubts else reason or "more than one reading", ids
            )
        else:
            self._account(start, end, printed, "read", "", tuple(one.figure_id for one in made))
        self.figures += made
        self._stated_by += [(quantity, reading.sentence, one) for one in says_base]

    def _with_measures(self, reading: Reading) -> Iterator[Statement]:
        """The readings of a number whose measure or goods can be understood in two ways; else its statements.

        `volume` may be value or quantity; an English growth of goods that are weighed, too; and tonnes of no goods are
        those that were traded, or all that passed the ports.
        """
        for statement in reading.statements:
            if statement.measure == "volume":
                yield dataclasses.replace(statement, measure="quantity")
                yield dataclasses.replace(statement, measure="value")
                continue
            goods = {item.code for item in statement.names.get("commodity", ())}
            if goods == {PORT_CARGO} and statement.measure == "value":
                yield dataclasses.replace(statement, names=_without_goods(statement))  # 货运量46.4万吨，货值18.2亿美元
                continue
            if statement.measure == "quantity" and goods <= {PORT_CARGO} and self._is_weighed(statement, goods):
                doubt = statement.doubt or _CARGO
                others = _without_goods(statement)
                cargo = statement.names.get("commodity") or [_ANY_CARGO]
                yield dataclasses.replace(statement, names={**others, "commodity": cargo}, doubt=doubt)
                yield dataclasses.replace(statement, names=others, doubt=doubt)
                continue
            yield statement
            is_growth = statement.statistic == "growth" and statement.measure == "value"
            if is_growth and goods and goods <= self._weighed_goods and reading.leaves_measure_open:
                doubt = statement.doubt or _WEIGHED
                yield statement.alternative(measure="quantity", doubt=doubt)

    def _is_weighed(self, statement: Statement, goods: set[str]) -> bool:
        """Whether a quantity is told in tonnes, as far as a change of it says."""
        unit = _unit(statement)
        return unit == "tonne" or (unit == "percent" and (self._weighs_cargo or bool(goods)))

    def doubt(self, codes: CodeLists, sentences: list[Sentence]) -> None:
        """Mark uncertain what other figures of the text contradict, and what `sentences` leave open."""
        numbers = [sentence for _, sentence, _ in self._stated_by]
        contradictions = Contradictions(self.figures, numbers, codes, self._region_id)
        self._make_uncertain(contradictions.doubts)
        if sentences:
            stated = [Stated(figure, *by) for figure, by in zip(self.figures, self._stated_by, strict=True)]
            kinds = Counter(number.kind for number in self.numbers)
            unread = kinds["unread"] / max(1, kinds["unread"] + kinds["uncertain"] + kinds["read"])
            region_id, holders = self._region_id, codes.containing_regions(self._region_id)
            reason_of = {one: number.reason for number in self.numbers for one in number.figure_ids}
            elsewhere = {
                place
                for place in {one.figure.region_id for one in stated if one.figure.region_id.isdigit()}
                if not _shares_province(codes, place, region_id)
            }
            of_unknown = {
                one.sentence for one in stated if reason_of[one.figure.figure_id].startswith(NAMES_THAT_NO_LIST_KNOWS)
            }
            self._make_uncertain(
                doubts(
                    stated,
                    sentences,
                    agreeing=contradictions.agreeing,
                    slips=contradictions.slips,
                    region_id=region_id,
                    holders=holders,
                    unread=unread,
                    of_unknown=of_unknown,
                    elsewhere=elsewhere,
                )
            )

    def settle_sums(self) -> None:
        """Publish what is in doubt and borne out by a sum; the other readings of such a number are ruled out."""
        account_of = {one: at for at, number in enumerate(self.numbers) for one in number.figure_ids}
        accounts = [account_of[figure.figure_id] for figure in self.figures]
        readings = [
            Candidate(place, account, self.numbers[account].reason, self.figures[place])
            for place, account in enumerate(accounts)
        ]
        proven = {accounts[place]: place for place in borne_out(readings)}
        for account, place in proven.items():
            figure = self.figures[place]
            rule = f"{figure.reading}; borne out by a sum"
            self.figures[place] = dataclasses.replace(figure, status="read", alternatives_id="", reading=rule)
            self.numbers[account] = dataclasses.replace(
                self.numbers[account], kind="read", reason="", figure_ids=(figure.figure_id,)
            )
        self.figures = [
            figure for place, figure in enumerate(self.figures) if proven.get(accounts[place], place) == place
        ]

    def offer_others(self) -> None:
        """Add to what is in doubt what the text around it says that it may be."""
        figures_of: dict[int, list[Figure]] = {}
        account_of = {one: at for at, number in enumerate(self.numbers) for one in number.figure_ids}
        for figure in self.figures:
            figures_of.setdefault(account_of[figure.figure_id], []).append(figure)
        accounts = [at for at, found in figures_of.items() if found[0].status != "unread"]
        line_ends = [found.start() for found in re.finditer("\n", self._text)]
        numbers = [
            Number(
                figures_of[at][0],
                self.numbers[at].reason if self.numbers[at].kind == "uncertain" else "",
                bisect_right(line_ends, self.numbers[at].char_start),
            )
            for at in accounts
        ]
        for place, changes in other_readings(numbers):
            found = figures_of[accounts[place]]
            likeliest = found[0]
            identity = self._identity(likeliest.figure_id, *changes.values())
            try:
                other = dataclasses.replace(
                    likeliest,
                    figure_id=identity,
                    alternatives_id=likeliest.alternatives_id,
                    reading=f"{likeliest.reading}; as the text around it",
                    **changes,  # type: ignore[arg-type]
                )
            except InvalidFigure:
                continue
            if all(_subject(other) != _subject(one) for one in found):
                found.append(other)
        self.figures = [figure for found in figures_of.values() for figure in found]
        for at, found in figures_of.items():
            ids = tuple(one.figure_id for one in found)
            if ids != self.numbers[at].figure_ids:
                self.numbers[at] = dataclasses.replace(self.numbers[at], figure_ids=ids)

    def _make_uncertain(self, why: dict[int, str]) -> None:
        reasons: dict[str, str] = {}
        for place, reason in why.items():
            figure = self.figures[place]
            reasons[figure.figure_id] = reason
            self.figures[place] = dataclasses.replace(figure, status="uncertain", alternatives_id=figure.figure_id)
        for at, number in enumerate(self.numbers if reasons else ()):
            doubted = [reasons[figure_id] for figure_id in number.figure_ids if figure_id in reasons]
            if doubted:
                self.numbers[at] = dataclasses.replace(number, kind="uncertain", reason=doubted[0])

    def add_dates(self, tokens: list[Token]) -> None:
        """Numerals inside dates, periods and names: they are accounted for as what they are part of."""
        self.numbers.sort(key=lambda number: number.char_start)
        starts = [number.char_start for number in self.numbers]
        ends = [number.char_end for number in self.numbers]
        for token in tokens:
            if token.quantity is not None or not (token.period or token.names or token.senses):
                continue
            if not _may_hold_numeral(self._folded.chars[token.start : token.end]):
                continue
            is_date = token.period is not None and not token.text.strip("0123456789./-")  # 19.10.2023 is one numeral
            whole = [(token.start, token.end)]
            for first, last in whole if is_date else _numerals(self._folded.chars, token.start, token.end):
                start, end = self._folded.span(first, last)
                at = bisect_right(starts, start) - 1
                if (at >= 0 and start < ends[at]) or (at + 1 < len(starts) and end > starts[at + 1]):
                    continue  # part of a number that is accounted for
                reason = "date or period" if token.period else "part of a name" if token.names else "part of a phrase"
                self._account(start, end, self._text[start:end], "not_a_figure", reason, ())

    def _account(self, start: int, end: int, printed: str, kind: str, reason: str, ids: tuple[str, ...]) -> None:
        self.numbers.append(
            NumberAccount(char_start=start, char_end=end, printed=printed, kind=kind, reason=reason, figure_ids=ids)
        )

    def _identity(self, *parts: object) -> str:
        identity = figure_identity([self._source_id, *parts])
        self._identities[identity] += 1
        if self._identities[identity] > 1:
            identity = figure_identity([identity, self._identities[identity]])
        return identity

    def _figure(
        self, statement: Statement, start: int, end: int, printed: str, *, is_uncertain: bool, alternative_to: str
    ) -> Figure | None:
        """The figure of one reading, an alternative to another or to itself where it is uncertain."""
        period = statement.period
        if period is None:
            return None
        statistic, measure, unit = statement.statistic, statement.measure, _unit(statement)
        value, low, high, qualifier = _interval(statement, unit)
        names = {}
        for dimension, id_column, text_column in _COLUMNS_OF_NAMES:
            code, text = code_and_text(statement.names.get(dimension, []), dimension, self._text)
            names[id_column], names[text_column] = code or self._region_id, text
        flow = statement.flow
        if measure in _FLOWLESS_MEASURES or measure.endswith(("enterprises", "regions", "partners")):
            flow = ""
        comparison = _comparison_span(statement, period) if statistic in COMPARING_STATISTICS else None
        reference = _reference(statement, names, flow, self._region_id)
        if statement.currency_terms and statistic == "growth" and measure == "value":
            reference = f"unit={statement.currency_terms}"
        figure_id = self._identity(
            statistic,
            measure,
            value,
            unit,
            start,
            names["partner_id"],
            names["commodity_id"],
            names["region_id"],
            flow,
            names["ownership_id"],
            names["trade_mode_id"],
            statement.rule,
        )
        return Figure(
            figure_id=figure_id,
            source_id=self._source_id,
            statistic=statistic,
            measure=measure,
            value=value,
            low=low,
            high=high,
            unit=unit,
            qualifier=qualifier,
            flow=flow,
            period_start=period[0],
            period_end=period[1],
            comparison_start=comparison[0] if comparison else None,
            comparison_end=comparison[1] if comparison else None,
            reference=reference,
            quote=printed,
            char_start=start,
            char_end=end,
            status="uncertain" if is_uncertain else "read",
            reading=statement.rule,
            alternatives_id=(alternative_to or figure_id) if is_uncertain else "",
            **names,
        )


def _shares_province(codes: CodeLists, place: str, region_id: str) -> bool:
    """Whether a city lies in the province of the place that reports, or that is the nation or no place of China."""
    holders = {holder for holder in codes.containing_regions(region_id) if holder.startswith("CN-")}
    return not holders or not holders.isdisjoint(codes.containing_regions(place))


def _without_goods(statement: Statement) -> dict[str, list[Item]]:
    return {name: items for name, items in statement.names.items() if name != "commodity"}


def _numerals(chars: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where numerals stand within a few characters: digits, number words, Chinese numerals."""
    position = start
    while found := _NUMERAL_STARTS.search(chars, position, end):
        first = found.start()
        numeral, scales = numeral_at(chars, first), _BARE_SCALES.match(chars, first, end)
        ends = [one for one in (numeral.end if numeral else 0, scales.end() if scales else 0) if one]
        position = min(max(ends, default=first + 1), end)
        if ends:
            yield first, position


@lru_cache(maxsize=4096)
def _may_hold_numeral(text: str) -> bool:
    """Whether a numeral may begin within the text of a token, be it one that goes on behind it."""
    if text.isascii() and not any(char.isdigit() for char in text):
        return next(_numerals(text, 0, len(text)), None) is not None
    return _NUMERAL_STARTS.search(text) is not None


def _unit(statement: Statement) -> str:
    if statement.unit:
        return statement.unit
    if statement.statistic == "contribution":
        return "percent" if statement.quantity.unit_kind == "percent" else "pp"
    return {
        "growth": "percent", "share": "percent", "share_change": "pp", "growth_gap": "pp", "rank": "rank",
        "ratio": "times",
    }.get(statement.statistic) or statement.quantity.unit  # fmt: skip


def _interval(statement: Statement, unit: str) -> tuple[Decimal, Decimal | None, Decimal | None, str]:
    quantity = statement.quantity
    qualifier = statement.qualifier or "exact"
    sign = "-" if statement.sign < 0 and Decimal(quantity.printed) != 0 else ""
    scales = list(quantity.scales)
    if statement.scale_times:
        scales.append("times")
    factor = Decimal(1)
    for scale in scales:
        factor *= PROSE_SCALES.get(scale) or SCALES[scale]
    floor = ceiling = None
    if statement.statistic == "share":
        floor, ceiling = Decimal(0), Decimal(100)
    elif statement.statistic == "level" and statement.flow != "balance":
        floor = Decimal(0)
    elif statement.statistic == "growth":
        floor = Decimal(-100)
    elif statement.statistic == "rank":
        floor = Decimal(1)
    is_exact = statement.statistic == "rank" or quantity.unit_kind == "count"
    scaled = printed_interval(
        sign + quantity.printed,
        qualifier=qualifier,
        is_exact=is_exact and factor == 1,
        floor=None if floor is None else floor / factor,
        ceiling=None if ceiling is None else ceiling / factor,
    )

    def based(number: Decimal | None) -> Decimal | None:
        return None if number is None else number * factor

    value = scaled.value * factor
    return value, based(scaled.low), based(scaled.high), qualifier


def _comparison_span(statement: Statement, period: Span) -> Span:
    if statement.comparison_span is not None:
        return statement.comparison_span
    before = -3 if length_in_months(period) == 3 else -1  # of a quarter it is the quarter before
    months = {"mom": before, "qoq": -3}.get(statement.comparison, -12)
    return shifted(period, months)


def _reference(statement: Statement, names: dict[str, str], flow: str, region_id: str) -> str:
    """What a share, gap or rank refers to, in the words of the record."""
    said = dict(statement.reference)
    if statement.statistic in ("growth_gap", "rank"):
        said.pop("flow", None)
        if statement.statistic == "growth_gap":
            return ";".join(f"{key}={value}" for key, value in said.items() if key == "region") or (
                f"region={'CHN' if is_in_china(region_id) else region_id}"
            )
        return ";".join(f"{key}={value}" for key, value in said.items())
    if statement.statistic not in ("share", "share_change"):
        return ""
    parts: dict[str, str] = {}
    whole_region = said.get("region", "")
    if whole_region and whole_region != names["region_id"] and whole_region != UNMAPPED:
        parts["region"] = whole_region
    narrow = [
        (dimension, WHOLE[dimension])
        for dimension in ("partner", "commodity", "ownership", "trade_mode")
        if names[f"{dimension}_id"] != WHOLE[dimension]
    ]
    if "region" not in parts and narrow:
        # 95 percent of coal exports are sold to one partner: the whole is of coal, too
        widened = [one for one in narrow if said.get(one[0]) != names[f"{one[0]}_id"]] or narrow
        dimension, whole = widened[-1]
        stated = said.get(dimension, "")
        parts[dimension] = stated if stated and stated != names[f"{dimension}_id"] else whole
    if "region" not in parts and not narrow:
        parts["region" if names["region_id"] != region_id else "flow"] = (
            region_id if names["region_id"] != region_id else "total"
        )
        if names["region_id"] == region_id and flow in ("total", ""):
            parts = {"region": "CHN" if is_in_china(region_id) else region_id}
    if "flow" in said and said["flow"] != flow and flow:
        parts["flow"] = said["flow"]
    return ";".join(f"{key}={value}" for key, value in parts.items())


def _unread(figure_id: str, source_id: str, printed: str, quote: str, start: int, end: int) -> Figure:
    empty = {f"{dimension}_{suffix}": "" for dimension in DIMENSIONS for suffix in ("id", "text")}
    return Figure(
        figure_id=figure_id, source_id=source_id, statistic="", measure="", value=_storable(printed), low=None,
        high=None, unit="", qualifier="", flow="", period_start=None, period_end=None, comparison_start=None,
        comparison_end=None, quote=quote, char_start=start, char_end=end, status="unread", **empty,
    )  # fmt: skip


def _storable(printed: str) -> Decimal | None:
    """The number as printed, where a column of the warehouse holds it."""
    whole, _, decimals = printed.partition(".")
    return Decimal(printed) if len(whole) <= 21 and len(decimals) <= DECIMAL_PLACES else None
