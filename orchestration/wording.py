"""Figures in plain English: what a number is about, when, and how much; only wording belongs here."""

from __future__ import annotations

import calendar
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from orchestration.codes import CodeLists
from orchestration.deduction.series import EXCEPT, REFERENCE_NAMES, Series, Span
from orchestration.figures import JOINT, WHOLE, Figure

FLOW_WORDS = {"export": "exports", "import": "imports", "total": "trade", "balance": "trade balance"}
STATISTIC_WORDS = {
    "level": "",
    "growth": "growth of",
    "change": "change of",
    "share": "share of",
    "share_change": "change of share of",
    "growth_gap": "growth, less that of another, of",
    "contribution": "contribution of",
    "rank": "rank of",
    "ratio": "ratio of",
}
#: The units of statistics that are not measured in that of their series.
_OWN_UNITS = {
    "growth": "percent", "share": "percent", "share_change": "pp", "growth_gap": "pp", "contribution": "pp",
    "contribution_share": "percent", "rank": "",
}  # fmt: skip
_DIMENSIONS = ("commodity", "partner", "ownership", "trade_mode")
_SCALES = ((Decimal(10) ** 12, "trillion "), (Decimal(10) ** 9, "billion "), (Decimal(10) ** 6, "million "))
_SIGNIFICANT_DIGITS = 2


class Wording:
    """Says things with the names of the code lists."""

    def __init__(self, codes: CodeLists) -> None:
        self._codes = codes

    def subject(self, series: Series, reference: str = "") -> str:
        """What a number is about: `Xinjiang exports, Clothing, to or from Kazakhstan`; wholes are not said."""
        flow = FLOW_WORDS.get(series.flow, "")
        measure = "" if series.measure == "value" else self._measure(series.measure)
        first = " ".join(filter(None, (self.code("region", series.region_id), flow, measure)))
        parts = [
            self.code(name, code)
            for name in _DIMENSIONS
            if (code := getattr(series, f"{name}_id")) != WHOLE[name]
        ]  # fmt: skip
        said = ", ".join((first, *parts))
        whole = self.whole(reference)
        return f"{said} (in {whole})" if whole else said

    def whole(self, reference: str) -> str:
        """The whole of a share, the other of a gap or the peers of a rank, from `commodity=TOTAL;flow=export`.

        That a dimension is widened to all that there is needs no words.
        """
        pairs = (part.partition("=") for part in reference.split(";") if part)
        return ", ".join(self._of_reference(name, code) for name, _, code in pairs if code != WHOLE.get(name))

    def code(self, list_name: str, code: str) -> str:
        """The English name of a code, of several together, or of a whole less some parts."""
        whole, is_rest, parts = code.partition(EXCEPT)
        if is_rest:
            return f"{self.code(list_name, whole)} except {self.code(list_name, parts)}"
        return " and ".join(self._codes.name(list_name, one) for one in code.split(JOINT))

    def figure(self, figure: Figure) -> str:
        """What a stated figure says, without its number: statistic, subject, period."""
        series = Series(
            figure.region_id, figure.partner_id, figure.commodity_id, figure.flow, figure.ownership_id,
            figure.trade_mode_id, figure.measure, figure.unit,
        )  # fmt: skip
        period = None
        if figure.period_start is not None and figure.period_end is not None:
            period = Span(figure.period_start, figure.period_end)
        return self.about(figure.statistic, series, period, figure.reference)

    def about(self, statistic: str, series: Series, period: Span | None, reference: str = "") -> str:
        """Statistic, subject and period in words."""
        words = f"{STATISTIC_WORDS.get(statistic, statistic)} {self.subject(series, reference)}".strip()
        return f"{words}, {span_in_words(period)}" if period is not None else words

    def _of_reference(self, name: str, code: str) -> str:
        if name == "flow":
            return FLOW_WORDS.get(code, code)
        if name == "ranked_by":
            return f"by {code}"
        return self.code(name, code) if name in REFERENCE_NAMES and name not in ("measure", "unit") else code

    def _measure(self, measure: str) -> str:
        known = self._codes.measures.get(measure)
        return known["name_en"].lower() if known is not None else measure


def unit_of(statistic: str, unit: str) -> str:
    """The unit in which a statistic of a series in `unit` is given; empty for ranks."""
    return _OWN_UNITS.get(statistic, unit)


def span_in_words(span: Span) -> str:
    """`2023`, `March 2023`, `January–March 2023`, or days where it is not of whole months."""
    start, end = span
    if start.day != 1 or end.day != calendar.monthrange(end.year, end.month)[1]:
        return f"{start} to {end}"
    if (start.month, end.month) == (1, 12):
        return f"{start.year}" if start.year == end.year else f"{start.year}–{end.year}"
    last = f"{calendar.month_name[end.month]} {end.year}"
    if (start.year, start.month) == (end.year, end.month):
        return last
    first = calendar.month_name[start.month]
    return f"{first}–{last}" if start.year == end.year else f"{first} {start.year}–{last}"


def interval_in_words(low: Decimal | None, high: Decimal | None, unit: str) -> str:
    """`37.74 to 37.77 billion CNY`, `at least 5 percent`; as many digits as tell the bounds apart, rounded outwards."""
    if low is None and high is None:
        return "anything"
    size = max(abs(one) for one in (low, high) if one is not None)
    factor, scale = next(((factor, word) for factor, word in _SCALES if size >= factor), (Decimal(1), ""))
    places = _places(low, high, factor)
    words = [
        None if one is None else _plain((one / factor).quantize(places, rounding))
        for one, rounding in ((low, ROUND_FLOOR), (high, ROUND_CEILING))
    ]
    end = f"{scale}{unit}".strip()
    if words[0] is None:
        return f"at most {words[1]} {end}".strip()
    if words[1] is None:
        return f"at least {words[0]} {end}".strip()
    amount = words[0] if words[0] == words[1] else f"{words[0]} to {words[1]}"
    return f"{amount} {end}".strip()


def _places(low: Decimal | None, high: Decimal | None, factor: Decimal) -> Decimal:
    """The last decimal that is worth showing."""
    if low is None or high is None or low == high:
        return Decimal("0.0001") if factor > 1 else Decimal("0.01")
    width = (high - low) / factor
    return Decimal(1).scaleb(min(0, width.adjusted() - _SIGNIFICANT_DIGITS + 1))


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
