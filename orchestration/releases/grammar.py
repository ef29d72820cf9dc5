"""The grammar: what each number of a sentence says, and of what."""

from __future__ import annotations

import datetime
import re

from orchestration.releases.claims import Claims, is_compared, is_since
from orchestration.releases.comparisons import comparison_of_note
from orchestration.releases.lexicon import Lexicon, conventions
from orchestration.releases.periods import Period, Span, length_in_months, resolve, says_part_of_month, span_of
from orchestration.releases.scope import Scope
from orchestration.releases.sentences import Sentence, number_lists, sentences, without_notes
from orchestration.releases.statements import Reading
from orchestration.releases.subjects import Frame, Item
from orchestration.releases.text import NormalText
from orchestration.releases.tokens import Quantity, Token
from orchestration.releases.walk import Walk

#: Where statistics are kept apart from those of China: the nation is the place itself.
_APART = frozenset({"CN-HK", "CN-MO", "CN-TW", "HKG", "MAC", "TWN"})

#: What a text counts beside goods.
_BOTH = re.compile(
    r"\b(?:deficit|surplus|balance|exports?|imports?|trade) (?:in |of )?(?:goods|merchandise) and services\b"
    r"|(?<! of )\b(?:goods|merchandise) and services (?:trade |deficit|surplus|balance|exports|imports)"
)
#: Characters of a headline and a first sentence.
_BEGINNING = 300
#: What a text is about that counts goods alone.
_GOODS = re.compile(r"\b(?:goods|merchandise|visible) (?:trade|exports?|imports?|deficit|surplus|balance)")
#: A text names the place that it is about in its heading or right after it.
_FIRST_SENTENCES = 3
#: For so long a quarter or half that has ended is news.
_DAYS_OF_NEWS = 100
_MONTHS_OF_YEAR = 12
#: Months in a part of a fiscal year that later sentences name without it.
_PARTS_OF_YEAR = frozenset({3, 6})
#: `in billions of dollars`, beside amounts that print no scale.
_SCALE_NOTE = re.compile(
    r"\bin (thousand|million|billion|trillion)s? (?:of )?(?:[a-z.]+ ){0,2}(?:dollar|euro|pound|yen|yuan)"
)


def is_in_china(region_id: str) -> bool:
    """Whether a region is China or lies in it."""
    return region_id.startswith("CN-") or region_id[:1].isdigit() or region_id == "CHN"


class Grammar:
    """Reads the sentences of one release, carrying subject and period from one to the next."""

    def __init__(
        self, text: NormalText, source: str, lexicon: Lexicon, region_id: str, published: datetime.date | None
    ) -> None:
        self.lexicon = lexicon
        codes = lexicon.codes
        self.text = text
        self.source = source
        self.codes = codes
        self.region_id = region_id
        self.published = published
        self.readings: list[Reading] = []
        #: The sentences that were read, in the order of the text.
        self.sentences: list[Sentence] = []
        self._accounted: set[int] = set()
        self.is_apart = region_id in _APART
        self.is_chinese_reporter = is_in_china(region_id) and not self.is_apart
        self.main_period: Span | None = None
        self.first_period: Span | None = None
        #: Whether the text begins with what was traded by the end of a month, and does not say since when.
        self.is_first_period_open = False
        self.trailing_measures: list[str] = []
        self.period: Span | None = None
        #: What a heading of a list says that its items are of: `In August alone:`.
        self.heading_period: Span | None = None
        self.paragraph_period: Span | None = None
        self.paragraph_flow = ""
        #: Of what the amounts of a paragraph are so many, where a note says it once.
        self.paragraph_scale = ""
        #: In which currency a Chinese paragraph tells its amounts: 以美元计价，….
        self.paragraph_currency = ""
        #: What a Chinese paragraph measures all in: 以货量计，….
        self.paragraph_measure = ""
        self.paragraph_has_figures = False
        self.topic_flow = ""
        #: The zones that were named, in the order of the text: "the area" may point back to one.
        self.zones: list[Item] = []
        self.base = Frame()
        self.top = self.base
        self.topic = self.base
        self.siblings: list[Frame] = []
        #: The subject of a heading with a colon, in the items of its list: `Imports from Africa:`.
        self.heading: Frame | None = None
        self.year_unknown = False
        #: Halves and quarters of a fiscal year that were named, by first month and length of the calendar's.
        self.fiscal_parts: dict[tuple[int, int], Span] = {}
        #: A paragraph that names no period may speak of the first of the text instead of the longer one named last.
        self.other_period: Span | None = None
        self.stated_year: int | None = None
        #: Whether that is "last year", and whether a part of a year that is named may be of it or of this one.
        self.says_last_year = self.is_year_open = False
        #: The name of the county or district that reports, where no list knows it.
        self.home_district = ""
        #: The month named last: "in the same month" points back to it.
        self.last_month: Span | None = None
        #: The period that the sentence before named last, be it only to compare with.
        self.last_named: Span | None = None
        #: The year named last, for "in that year"; 0 before one was.
        self.last_year = 0
        #: Likewise "in the second", after the first quarter.
        self.last_quarter: Span | None = None
        #: The currencies of the text in the order of their first amounts.
        self.currencies: list[str] = []
        #: Why the sentence before is in doubt, where that holds for what goes on with it.
        self.condition = ""
        #: Whether the sentence before may be of services.
        self.of_services = False
        #: Whether the sentence speaks of a part of a month, and whether the text does, up to a period of whole months.
        self.says_part_of_month = self.is_of_part_of_month = False
        self._text_says_part_of_month = says_part_of_month(text.chars)
        #: Whether the text counts goods and services together, so that a whole may be of both.
        self.counts_services = _counts_services(text.chars, is_usual="goods_and_services" in conventions(region_id))
        self.scope = Scope()
        #: What a note says that all changes of a month or quarter are compared with.
        self.default_comparison = comparison_of_note(text.chars)
        #: What the change before said that it is compared with, and whether such releases mean the month before.
        self.last_comparison = ""
        self.compares_by_month = "month_on_month" in conventions(region_id)
        #: How many months before its period the last base that was named lies.
        self.base_shift = -12
        #: Whether the last balance was a surplus or a deficit: "the gap" goes on with it.
        self.balance_sign = 0

    # --- the whole text -------------------------------------------------------------------------------------------

    def read(self, tokens: list[Token]) -> list[Reading]:
        """Read every sentence in turn."""
        found = sentences(without_notes(tokens))
        amounts = (token.quantity for token in tokens if token.quantity is not None)
        self.currencies = list(dict.fromkeys(one.unit for one in amounts if one.unit_kind == "money"))
        self.first_period = self._main_period(found)
        self.period = self.first_period
        for before, sentence in zip([None, *found], found, strict=False):
            if sentence.begins_paragraph:
                self._begin_paragraph(sentence)
                if not sentence.is_item and not (before is not None and before.is_number_alone):
                    self.heading = self.heading_period = None
                elif self.heading_period is not None:
                    self.period = self.paragraph_period = self.heading_period
            self._read_sentence(sentence)
            if sentence.is_list_heading and self.top.own:
                self.heading = self.top
            if sentence.is_list_heading and len(spans := set(sentence.spans.values())) == 1:
                self.heading_period = spans.pop()
        self.readings.sort(key=lambda reading: reading.quantity.start)
        return self.readings

    def _begin_paragraph(self, sentence: Sentence) -> None:
        """A paragraph speaks of the main period again; in English, of short paragraphs, unless another was named."""
        main = self.main_period or self.first_period
        if sentence.is_chinese and self.is_apart and self.paragraph_period is not None:
            main = self.paragraph_period  # a month, and in some paragraphs the months so far
        is_part = (
            main is not None and self.period is not None and main[0] <= self.period[0] and self.period[1] <= main[1]
        )
        is_background = (
            not sentence.is_chinese
            and self.period is not None
            and self.first_period is not None
            and self.period[1] < self.first_period[0]
            and length_in_months(self.period) == length_in_months(self.first_period)
        )
        says_same = any(token.period is not None and token.period.kind == "same" for token in sentence.tokens[:4])
        if is_background:
            main = self.first_period
        if (sentence.is_chinese or is_part or is_background or self.period is None) and not (
            says_same and self.period is not None
        ):
            self.period = main
        self.paragraph_period = self.period
        first, current = self.first_period, self.period
        is_wider = first is not None and current is not None and current[0] <= first[0] and first[1] <= current[1]
        is_open = not sentence.is_chinese or self.is_apart
        self.other_period = first if is_wider and first != current and is_open and not says_same else None
        self.stated_year = None
        self.paragraph_flow = ""
        self.paragraph_scale = ""
        self.paragraph_currency = ""
        self.paragraph_measure = ""
        self.paragraph_has_figures = False
        self.topic_flow = ""
        self.topic = self.base
        self.siblings = []

    def _main_period(self, found: list[Sentence]) -> Span | None:
        """The first span of months that a sentence with numbers speaks of."""
        fallback: Span | None = None
        named: Span | None = None  # by a sentence without a number, before all that have one
        for sentence in found:
            self.note_part_of_month(self.text.chars[sentence.tokens[0].start : sentence.tokens[-1].end])
            has_number = any(
                token.quantity and token.quantity.unit_kind in ("money", "percent", "physical")
                for token in sentence.tokens
            )
            for index, token in enumerate(sentence.tokens):
                if token.period is None or token.period.kind not in ("span", "fiscal", "calendar_fiscal", "years"):
                    continue
                if token.period.is_loose or is_compared(sentence, index) or is_since(sentence, index):
                    continue
                span = self.span(token.period)
                if span is None or (self.published is not None and span[0] > self.published):
                    continue
                if self.published is not None and token.period.months == 12 and span[1] > self.published:
                    fallback = fallback or span
                    continue
                if has_number and index and sentence.tokens[index - 1].is_a("stock"):
                    self.is_first_period_open = named is None  # exports by the end of July
                    return named or span_of(span[1].year, 1, span[1].month)
                if has_number and named is not None and not sentence.says("flow"):
                    return named  # tea made it the largest market in the quarter. A fee was scrapped in August 2021 …
                if has_number:
                    return span
                fallback = fallback or span
                named = named or span
            if has_number and named is not None:
                return named
        return fallback

    def note_part_of_month(self, chars: str) -> None:
        """Remember whether a sentence speaks of a part of a month; most texts never do."""
        self.says_part_of_month = self._text_says_part_of_month and says_part_of_month(chars)

    def account(self, reading: Reading) -> None:
        """Take down what became of a number."""
        reading.sentence = len(self.sentences)
        sentence = self.sentences[-1]
        reading.leaves_measure_open = not sentence.is_chinese and not any(
            token.senses.get("measure") == "value" for token in sentence.tokens
        )
        self.readings.append(reading)
        self._accounted.add(id(reading.quantity))

    def span_of_length(self, months: int) -> Span | None:
        """The span of so many months that the text spoke of last, or begins with, or whose last month is told.

        `In December … For the year as a whole, exports …`.
        """
        known = {1: self.last_month, 3: self.last_quarter}.get(months) or self.first_period
        if known is not None and length_in_months(known) == months:
            return known
        now = self.period or self.first_period
        is_last = now is not None and length_in_months(now) == 1 and now[1].month % months == 0
        return span_of(now[1].year, now[1].month - months + 1, months) if now is not None and is_last else None

    def year_to_month(self, months: int) -> Span | None:
        """The year up to the month that a text is about: `annual exports`, "for the year"; not in releases of China."""
        now = self.first_period
        is_of_month = months == _MONTHS_OF_YEAR and now is not None and length_in_months(now) == 1
        if now is None or not is_of_month or self.is_chinese_reporter:
            return None
        return span_of(now[1].year - 1, now[1].month + 1, _MONTHS_OF_YEAR)

    def is_accounted(self, quantity: Quantity) -> bool:
        """Whether it is known what became of a number."""
        return id(quantity) in self._accounted

    def note_period(self, span: Span) -> None:
        """Remember the widest span that the text has spoken of, which a paragraph that names none means, and months."""
        if length_in_months(span) == 1:
            self.last_month = span
        if length_in_months(span) == 3:
            self.last_quarter = span
        main = self.main_period
        if main is None or (span[0] <= main[0] and main[1] <= span[1]):
            self.main_period = span

    def span(self, period: Period) -> Span | None:
        """The days of a period; a year that is not said is that of the period spoken of."""
        if period.months == 0:
            return None
        context_year = None
        if period.year is not None:
            self.stated_year, self.says_last_year = period.year, False
        elif period.relative_year is not None and period.months == 12 and self.published is not None:
            self.stated_year = self.published.year + period.relative_year
            self.says_last_year = True
        elif period.relative_year == 0 and period.kind == "span":
            self.stated_year = None  # 今年前8个月, after years before
        elif period.relative_year is None and period.kind == "span":
            context_year = self.stated_year
        part = (period.first_month, period.months)
        if period.kind == "span" and period.year is None and part in self.fiscal_parts:
            return self.fiscal_parts[part]  # a record high for the first half, in a text on the fiscal first half
        published = self.published
        if self.says_part_of_month and published is not None:  # its first 20 days are over before the month is
            published = span_of(published.year, published.month, 1)[1]
        span = resolve(period, published, self.region_id, context_year)
        if context_year is not None and self.says_last_year and published is not None:
            latest = resolve(period, published, self.region_id)
            if latest is not None and latest != span and (published - latest[1]).days <= _DAYS_OF_NEWS:
                span, self.is_year_open = latest, True  # Last year … In the first quarter …
        if span is None:
            self.year_unknown = True
        elif period.kind == "fiscal" and period.months in _PARTS_OF_YEAR:
            self.fiscal_parts[part] = span
        return span

    def is_home(self, district: str) -> bool:
        """Whether a district that no list knows is the one that reports: the first that the text names.

        Only where the place that reports is a county or district that no list knows either.
        """
        is_listed = self.region_id in self.codes.codes("region")
        if is_listed or self.region_id.endswith("00") or not self.region_id.isdigit():
            return False
        if not self.home_district and len(self.sentences) <= _FIRST_SENTENCES:
            self.home_district = district
        return district == self.home_district

    # --- one sentence ---------------------------------------------------------------------------------------------

    def _read_sentence(self, sentence: Sentence) -> None:
        self.sentences.append(sentence)
        self.is_year_open = False
        self._take_scale_of_note(sentence)
        self._take_currency_of_note(sentence)
        claims = Claims(self, sentence)
        sentence.spans = claims.spans
        sentence.compared = claims.comparison_spans
        lists: dict[int, list[int]] = {}
        for group in number_lists(sentence):
            kept = [index for index in group if not sentence.is_set_aside(index)]
            if kept:
                lists[kept[0]] = kept
        Walk(self, sentence, claims, lists).run()

    def _take_scale_of_note(self, sentence: Sentence) -> None:
        """`surpluses, in billions of dollars, with Brazil ($3.6)`: the amounts of a paragraph that print no scale."""
        chars = self.text.chars[sentence.tokens[0].start : sentence.tokens[-1].end]
        note = None if sentence.is_chinese else _SCALE_NOTE.search(chars)
        self.paragraph_scale = note[1] if note else self.paragraph_scale
        for token in sentence.tokens if self.paragraph_scale else ():
            amount = token.quantity
            if amount is not None and amount.unit_kind == "money" and not amount.scales:
                amount.scales = (self.paragraph_scale,)

    def _take_currency_of_note(self, sentence: Sentence) -> None:
        """`以美元計價，出口3023.5億元`: the bare 元 of a paragraph, up to where another currency is said.

        Where the amounts of the sentence print their currency all the same, the note is of that sentence alone.
        """
        if not sentence.is_chinese:
            return
        for token in sentence.tokens:
            if token.is_a("currency_terms"):
                self.paragraph_currency = token.senses["currency_terms"]
            amount = token.quantity
            if not self.paragraph_currency or amount is None or amount.unit_kind != "money":
                continue
            if not _is_bare_yuan(token):
                self.paragraph_currency = ""
                return
            amount.unit = self.paragraph_currency

    def province(self) -> str:
        """The province that the release's region is or lies in."""
        for holder in self.codes.containing_regions(self.region_id):
            if holder.startswith("CN-"):
                return holder
        return self.region_id


def _is_bare_yuan(token: Token) -> bool:
    """Whether an amount prints 元 and not whose: 3023.5亿元, but not 3023.5亿美元 or 3023.5亿元人民币."""
    name = token.text.rstrip("元")
    return name != token.text and name[-1:] not in "美欧日港澳台币"


def _counts_services(chars: str, *, is_usual: bool) -> bool:
    """Whether a folded text speaks of goods and services together before it speaks of trade in goods.

    `is_usual`: such texts do so without saying it, unless they begin with goods.
    """
    both = _BOTH.search(chars) if "and services" in chars else None
    if both is None and not is_usual:
        return False
    goods = _GOODS.search(chars)
    if both is None:
        return goods is None or goods.start() > _BEGINNING
    return goods is None or both.start() <= goods.start()
