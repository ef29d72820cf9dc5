"""From words to the figures that they mean: "Xinjiang exports 2023-Q1", in the terms of the published warehouse.

Names are those of the code lists, phrases and periods those of the reader of releases, in English and Chinese; periods
may also be written as numbers: 2023, 2023-04, 2023-Q1, 2023H1, 2023-01..2023-04.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.codes import LISTS, CodeLists
from orchestration.deduction.series import SERIES_COLUMNS, Series, Span
from orchestration.figures import STATISTICS, WHOLE
from orchestration.releases.lexicon import Entry, Lexicon, lexicon_of
from orchestration.releases.periods import Period, period_at, resolve, span_of
from orchestration.releases.text import NormalText, is_chinese, normal_text

#: What phrases of the reader's vocabulary ask for.
_STATISTICS_OF_SENSES = {
    "share_change_noun": "share_change", "share": "share", "contribution": "contribution", "growth_noun": "growth",
    "rise": "growth", "fall": "growth", "rank_noun": "rank", "rank": "rank",
}  # fmt: skip
#: The base of all, and what is asked for where nothing is said.
_USUAL = {"statistic": "level", "measure": "value", "flow": "total"}
_YEAR = r"(?P<{0}>(?:19|20)[0-9]{{2}})"
_PART = r"(?:[- ]?(?:q(?P<{0}_quarter>[1-4])|h(?P<{0}_half>[12]))|-(?P<{0}_month>0[1-9]|1[0-2]))?"
_WRITTEN = re.compile(
    (_YEAR + _PART).format("first") + r"(?:\.\." + (_YEAR + _PART).format("last") + r")?(?![0-9a-z-])"
)
_WRITTEN_WORD = re.compile(r"[\w-]+")
_WORD = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")
#: Words between the others that ask for nothing.
_SILENT = frozenset({
    "of", "to", "with", "from", "in", "by", "for", "the", "and", "a", "an", "how", "known", "is", "are", "was", "were",
    "what", "total", "as", "at", "on", "s",
})  # fmt: skip
#: Suggestions that are made where nothing fits.
SUGGESTED = 10


class NotUnderstood(ValueError):
    """Words that ask for nothing that is known; says which, and what was understood."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, and the codes it may stand for, as (list, code)."""

    text: str
    codes: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Question:
    """What words ask for. An empty `flow`, `measure`, `unit` or `statistic` was not said."""

    names: list[Name] = field(default_factory=list)
    flow: str = ""
    measure: str = ""
    unit: str = ""
    statistic: str = ""
    span: Span | None = None
    months: tuple[int, int] | None = None  # first month and number of months, where no year is said
    period_text: str = ""
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A figure that fits: `id` is a `deduced_id`, or the `figure_id` of a rank.

    `others` are the ids of the same in other documents.
    """

    id: str
    statistic: str
    series: Series
    period: Span
    reference: str
    low: Decimal | None
    high: Decimal | None
    origin: str
    source_id: str
    as_of_date: datetime.date
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The figures that fit, one a subject. Where none does: `closest` fit without the part that `dropped` names."""

    found: list[Candidate]
    closest: list[Candidate] = field(default_factory=list)
    dropped: str = ""


def understood(text: str, codes: CodeLists, today: datetime.date) -> Question:
    """What the words ask for; years that are not said but meant ("last year") are told from `today`."""
    lexicon = lexicon_of(codes)
    question = _Reading(text, lexicon, "", today).question
    regions = [code for name in question.names for list_name, code in name.codes if list_name == "region"]
    if regions:  # names that only releases about this region use
        question = _Reading(text, lexicon, regions[0], today).question
    return question


class _Reading:
    """Reads words from left to right, at each place the longest that means something."""

    def __init__(self, text: str, lexicon: Lexicon, region_id: str, today: datetime.date) -> None:
        self.question = Question()
        self._lexicon = lexicon
        self._region_id = region_id
        self._today = today
        self._text = text
        folded = normal_text(text.replace("\n", " "))
        matches = lexicon.matches(folded.chars)
        position = 0
        while position < len(folded.chars):
            position = self._read(folded, position, matches)

    def _read(self, text: NormalText, position: int, matches: dict[int, list[Entry]]) -> int:
        chars = text.chars
        if not (chars[position].isalnum() or is_chinese(chars[position])):
            return position + 1
        return (
            self._written_period(text, position)
            or self._period(text, position)
            or self._code(text, position, is_plain_word=False)
            or self._phrase(matches.get(position, []), position)
            or self._code(text, position, is_plain_word=True)
            or self._word(chars, position)
        )

    def _written_period(self, text: NormalText, position: int) -> int:
        """Years, quarters, halves and months in figures."""
        found = _WRITTEN.match(text.chars, position)
        if not found or (position and _is_latin(text.chars[position - 1])):
            return 0
        if is_chinese(text.chars[found.end() : found.end() + 1] or " "):
            return 0  # 2023年一季度
        first = _written_span(found, "first")
        last = _written_span(found, "last") if found["last"] else first
        is_year = found[0] == found["first"]
        if is_year and _follows_period(text.chars, found.end()):
            return 0
        self.question.span, self.question.period_text = Span(first[0], last[1]), found[0]
        return found.end()

    def _period(self, text: NormalText, position: int) -> int:
        chars = text.chars
        is_chinese_here = any(map(is_chinese, chars[position : position + 8]))
        found = period_at(chars, text.cased, position, is_chinese=is_chinese_here)
        if found is None:
            return 0
        period, end = found
        if period.kind in ("span", "fiscal", "calendar_fiscal") and period.months:
            self._take_period(period, chars[position:end])
            return end
        return 0

    def _take_period(self, period: Period, text: str) -> None:
        is_dated = period.year is not None or period.relative_year is not None or period.kind != "span"
        span = resolve(period, self._today, self._region_id) if is_dated else None
        self.question.period_text = text
        if span is not None:
            self.question.span = Span(*span)
        elif self.question.span is not None:  # "2023, first quarter"
            year = self.question.span.start.year
            self.question.span = Span(*span_of(year, period.first_month, period.months))
        else:
            self.question.months = (period.first_month, period.months)

    def _code(self, text: NormalText, position: int, *, is_plain_word: bool) -> int:
        """A code of a list, as it is written in the tables. A plain word such as `private` may begin a longer name."""
        word = _WRITTEN_WORD.match(self._text, text.offsets[position])
        if not word or (position and _is_latin(text.chars[position - 1])):
            return 0
        written = word[0]
        if is_plain_word != (written.isalpha() and written.islower()):
            return 0
        known = self._lexicon.codes
        pairs = tuple((one, written) for one in LISTS if written in known.codes(one) and not written.isdigit())
        pairs += tuple((one, written) for one in ("region",) if written.isdigit() and written in known.codes(one))
        if written in known.units and len(written) == 3 and written.isupper():
            self.question.unit = written
        elif pairs:
            self.question.names.append(Name(written, pairs))
        elif written in STATISTICS:
            self.question.statistic = written
        elif written in known.measures:
            self.question.measure = written
        else:
            return 0
        last = text.offsets[position] + len(written)
        return next(place for place in range(position, len(text.offsets)) if text.offsets[place] >= last)

    def _phrase(self, entries: Sequence[Entry], position: int) -> int:
        """The longest name or phrase that means something."""
        return next((position + len(entry.phrase) for entry in entries if self._means(entry)), 0)

    def _means(self, entry: Entry) -> bool:
        senses = dict(entry.senses)
        names = self._lexicon.resolve(entry, self._region_id)
        if names:
            self.question.names.append(Name(entry.phrase, names))
            return True
        if "flow" in senses:
            self.question.flow = senses["flow"]
        elif "measure" in senses and senses["measure"] in self._lexicon.codes.measures:
            self.question.measure = senses["measure"]
        elif statistics := [statistic for kind, statistic in _STATISTICS_OF_SENSES.items() if kind in senses]:
            is_of_share = "share" in (self.question.statistic, statistics[0]) and "growth" not in statistics
            self.question.statistic = statistics[0] if not self.question.statistic or is_of_share else "share_change"
        elif "currency_prefix" in senses:
            self.question.unit = senses["currency_prefix"]
        else:
            return False
        return True

    def _word(self, chars: str, position: int) -> int:
        """A word that no list knows: it is told, unless it asks for nothing."""
        measure, end = _measure_at(chars, position, self._lexicon.codes)
        if measure:
            names = self.question.names
            is_of_name = bool(names) and any(list_name == "ownership" for list_name, _ in names[-1].codes)
            if not (is_of_name and measure == "enterprises"):  # private enterprises
                self.question.measure = measure
            return end
        if is_chinese(chars[position]):
            if chars[position] not in "的对与和在":
                self.question.unknown.append(chars[position])
            return position + 1
        word = _WORD.match(chars, position)
        end = word.end() if word else position + 1
        text = chars[position:end]
        if text not in _SILENT:
            self.question.unknown.append(text)
        return end


def _measure_at(chars: str, position: int, codes: CodeLists) -> tuple[str, int]:
    """The measure whose name stands here."""
    for measure, row in codes.measures.items():
        for name in (row["name_en"].lower(), row["name_zh"]):
            if name and chars.startswith(name, position) and not chars[position + len(name) :][:1].isalpha():
                return measure, position + len(name)
    return "", position


def _is_latin(char: str) -> bool:
    return char.isalnum() and not is_chinese(char)


def _follows_period(chars: str, position: int) -> bool:
    """Whether a period that is said in words follows a year: `2023 first quarter` is read as a whole."""
    return bool(re.match(r" ?q[1-4]|年", chars[position:]))


def _written_span(found: re.Match[str], end: str) -> tuple[datetime.date, datetime.date]:
    year = int(found[end])
    if found[f"{end}_quarter"]:
        return span_of(year, 3 * int(found[f"{end}_quarter"]) - 2, 3)
    if found[f"{end}_half"]:
        return span_of(year, 6 * int(found[f"{end}_half"]) - 5, 6)
    if found[f"{end}_month"]:
        return span_of(year, int(found[f"{end}_month"]), 1)
    return span_of(year, 1, 12)


# What the warehouse has of it


def answer(connection: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    """The figures that fit, the closest where none does. Raises NotUnderstood where words mean nothing.

    What is not said is the whole: all partners, goods, owners and modes, both flows, the level in value. Where nothing
    fits as a whole, any part may be meant.
    """
    said = _said(question)
    if question.unknown or not said:
        words = ", ".join(f"“{word}”" for word in question.unknown) or "nothing was asked for"
        raise NotUnderstood(f"not understood: {words}. {_in_words(question)}")
    unsaid = _unsaid(question)
    for conditions in ([*said, *unsaid], [*said, *(one for one in unsaid if one.label == "statistic")]):
        found = _candidates(connection, conditions)
        if found:
            return Answer(found)
    for dropped in sorted(said, key=lambda one: one.label != "period"):
        kept = [one for one in said if one is not dropped]
        for conditions in ([*kept, *unsaid], kept):
            closest = _candidates(connection, conditions) if kept else []
            if closest:
                return Answer([], closest[:SUGGESTED], dropped.text)
    return Answer([], [], "")


@dataclass(frozen=True, slots=True)
class _Condition:
    """A part of a question as SQL with its parameters; `text` is how it was said."""

    label: str
    text: str
    sql: str
    parameters: list[object]


def _said(question: Question) -> list[_Condition]:
    conditions = []
    for name in question.names:
        sql = " OR ".join(f"{list_name}_id = ?" for list_name, _ in name.codes)
        conditions.append(_Condition("name", name.text, f"({sql})", [code for _, code in name.codes]))
    for column in ("flow", "measure", "unit", "statistic"):
        value = getattr(question, column)
        if value:
            conditions.append(_Condition(column, value, f"{column} = ?", [value]))
    if question.span is not None:
        sql = "period_start = ? AND period_end = ?"
        conditions.append(_Condition("period", question.period_text, sql, list(question.span)))
    elif question.months is not None:
        first, count = question.months
        sql = "month(period_start) = ? AND datediff('month', period_start, period_end) = ?"
        conditions.append(_Condition("period", question.period_text, sql, [first, count - 1]))
    return conditions


def _unsaid(question: Question) -> list[_Condition]:
    """What is meant where nothing is said."""
    named = {list_name for name in question.names for list_name, _ in name.codes}
    conditions = [
        _Condition("whole", "", f"({list_name}_id = ?)", [whole])
        for list_name, whole in WHOLE.items()
        if list_name not in named or (list_name == "partner" and _names_regions_only(question))
    ]
    usual = dict(_USUAL)
    if question.measure not in ("", "value", "quantity", "unit_value"):  # enterprises have no flow
        usual.pop("flow")
    for column, value in usual.items():
        if not getattr(question, column):
            conditions.append(_Condition(column, "", f"{column} = ?", [value]))
    return conditions


def _names_regions_only(question: Question) -> bool:
    """Whether every name may be a region: China alone is the country whose trade it is, not a partner."""
    return all(any(list_name == "region" for list_name, _ in name.codes) for name in question.names)


def _candidates(connection: duckdb.DuckDBPyConnection, conditions: Sequence[_Condition]) -> list[Candidate]:
    where = " AND ".join(one.sql for one in conditions)
    columns = ", ".join(SERIES_COLUMNS)
    rows = connection.execute(
        f"""SELECT deduced_id AS id, statistic, {columns}, period_start, period_end,
            coalesce(reference, '') AS reference, low, high, origin, source_id, as_of_date
        FROM fct_deductions WHERE {where}
        UNION ALL
        SELECT figure_id, statistic, {columns.replace("unit", "series_unit")}, period_start, period_end,
            coalesce(reference, ''), low, high, 'stated', source_id, published_date
        FROM (SELECT * EXCLUDE (unit), series_unit AS unit, series_unit FROM fct_figures)
        WHERE status = 'read' AND statistic = 'rank' AND matched_figure_id IS NULL AND {where}
        ORDER BY ALL""",  # noqa: S608  # conditions of this module, values as parameters
        [parameter for _ in range(2) for one in conditions for parameter in one.parameters],
    ).fetchall()
    return list(_one_a_subject(map(_candidate, rows)))


def _candidate(row: tuple[Any, ...]) -> Candidate:
    size = len(SERIES_COLUMNS) + 2
    return Candidate(
        id=row[0], statistic=row[1], series=Series(*row[2:size]), period=Span(*row[size : size + 2]),
        reference=row[size + 2], low=row[size + 3], high=row[size + 4], origin=row[size + 5], source_id=row[size + 6],
        as_of_date=row[size + 7],
    )  # fmt: skip


def _one_a_subject(candidates: Iterator[Candidate] | map[Candidate]) -> Iterator[Candidate]:
    """Of several documents the one that states it, the last of them; the last one where none does."""
    subjects: dict[tuple[object, ...], list[Candidate]] = {}
    for one in candidates:
        subjects.setdefault((one.statistic, one.series, one.period, one.reference), []).append(one)
    for said in subjects.values():
        said.sort(key=lambda one: (one.origin == "stated", one.as_of_date, one.id), reverse=True)
        best = said[0]
        yield Candidate(
            **{name: getattr(best, name) for name in Candidate.__slots__ if name != "others"},
            others=tuple(one.id for one in said[1:]),
        )


def _in_words(question: Question) -> str:
    parts = [one.text for one in _said(question)]
    return f"Understood: {', '.join(parts)}" if parts else "Say what, of where, and when: Xinjiang exports 2023-Q1"
