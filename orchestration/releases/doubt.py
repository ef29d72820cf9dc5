"""Doubt: where a reading that nothing contradicts may still be wrong, because not all around it was understood.

A figure is doubted for what its sentence leaves open: words that no table knows stand before it, its period or a part
of its subject comes from elsewhere, another period is near. Where other numbers of the text bear out one of its
sentence (`Contradictions.agreeing`), only what they may all share counts.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from operator import attrgetter

from orchestration.figures import JOINT, UNMAPPED, WHOLE, Figure
from orchestration.releases.lexicon import words, words_with_values
from orchestration.releases.periods import Span, length_in_months, shifted
from orchestration.releases.sentences import Sentence
from orchestration.releases.subjects import DIMENSIONS, PORT_CARGO
from orchestration.releases.text import folded_phrase
from orchestration.releases.tokens import Quantity, Token
from orchestration.releases.unknown_names import LONGER_NAME

#: Why a number is in doubt in a Chinese clause with characters that no table knows.
_CLAUSE_NOT_UNDERSTOOD = "words of its clause are not understood"
#: How doubts begin that are of whose trade it is.
NAMES_THAT_NO_LIST_KNOWS = ("a name that no list knows", "which zone is meant", "a part of its subject is a name")
#: The part of the numbers of a text that may stay unread before what nothing bears out is in doubt.
_MOST_UNREAD = 0.05
#: In English "Beijing" may be the city or the nation.
_CAPITAL = "CN-BJ"
#: A city that its sentence does not name.
_A_CITY = frozenset(words("unnamed_city"))
#: Reporters, beside those with a number for a code, that are cities themselves.
_CITIES = frozenset({"CN-BJ", "CN-CQ", "CN-HK", "CN-MO", "CN-SH", "CN-TJ", "HKG", "MAC", "SGP"})
_UNREAL = frozenset(words("unreal"))
_FLOW_PARTS = {flow: words("flow_part", flow) for flow in ("export", "import")}
#: The part of the figures of a text that one period has at most where the text speaks of several.
_MOST_OF_ONE = 0.8
#: The part of the numbers of a text or sentence that may be in doubt before the others need to be borne out.
_MOST_DOUBTED = 0.5
#: What is in doubt in most texts, whatever is around it.
_SELDOM_SURE = frozenset({"contribution", "rank"})
#: Numbers from which on a text is long enough to say how much of it is in doubt.
_ENOUGH_NUMBERS = 6
#: Of a longer span a growth may be that from year to year.
_MONTHS_OF_YEAR = 12
#: Letters in the code of a country.
_LENGTH_OF_NATION = 3
#: Ports, where a sentence tells what passed there: Shanghai ports handled …, trade via …
_PORTS, _THROUGH = frozenset(words("port_noun")), frozenset(words("through"))
#: Behind a customs: what it records is what passed it.
_RECORDED = frozenset({"recorded", "saw", "registered", "posted", "logged", "handled", "processed"})
#: What is handled somewhere, whoever trades it: 口岸, customs district; `cleared by`.
_PASSAGES, _CLEARED = frozenset(words("passage_place")), frozenset(words("cleared"))
#: A heading and the first sentences say what a text is about.
_OPENING_SENTENCES = 4
#: Sentences that the next one may go on with.
_SENTENCES_BEFORE = 2
#: Sentences of a paragraph that are looked back on.
_LONGEST_PARAGRAPH = 50
#: Months between a period and those that it is compared with.
_COMPARED = (1, 3, 12)
#: Periods that can be those of a figure; others are what it is compared with.
_OWN_PERIODS = frozenset({"span", "fiscal", "calendar_fiscal", "single", "length"})
_BASES = frozenset({"base", "prior"})
#: What is compared with a period before.
_CHANGES = frozenset({"growth", "change"})
#: Months in a period that may be compared with the one right before.
_LENGTHS = (1, 3)
#: Numbers of a paragraph that is no more than a remark.
_NUMBERS_OF_A_REMARK = 2
#: In the reading of a value of the period compared with.
_OF_BASE = "compared with"
#: Before a place that goods pass.
_WAYS = frozenset(words("by_way_of"))
#: A sentence without one of these tells of no place that something passed.
_WORDS_OF_PASSAGE = _PASSAGES | _PORTS | _CLEARED | _WAYS
_COUNTS_OF_PLACES = frozenset({"regions", "partners", "ports"})
#: Before a period it is since when, before anything else from where.
_FROM = frozenset(words("from_or_since"))
_AND = " and "
#: Nouns for the members of a dimension, how many tokens before one its number stands, and how that reads in a word.
_NOUNS_OF_GROUPS = dict(words_with_values("noun_of_group"))
_REACH_OF_SIZE = 4
_SO_MANY = re.compile(
    r"[一二三四五六七八九十0-9]大|前[一二三四五六七八九十0-9]+[大位]|^the (?:two|three|four|five|six|ten)$"
)
_TOP = frozenset(words("top_of_group"))
_NAMES = attrgetter(*(f"{dimension}_id" for dimension in DIMENSIONS))


@dataclass(slots=True)
class Stated:
    """A figure, the number that states it, and the sentence in which it stands, counted from 1.

    `says_base` is whether that sentence says what a change is compared with: the month or the year before.
    """

    figure: Figure
    quantity: Quantity
    sentence: int
    says_base: bool = True

    @property
    def span(self) -> Span | None:
        """The period of the figure."""
        start, end = self.figure.period_start, self.figure.period_end
        return None if start is None or end is None else (start, end)

    @property
    def names(self) -> tuple[str, ...]:
        """What the figure is of, dimension by dimension."""
        names: tuple[str, ...] = _NAMES(self.figure)
        return names


def doubts(
    stated: list[Stated],
    sentences: list[Sentence],
    *,
    agreeing: Collection[int],
    slips: Mapping[int, str],
    region_id: str,
    holders: Collection[str],
    unread: float,
    of_unknown: Collection[int],
    elsewhere: Collection[str],
) -> dict[int, str]:
    """Why figures that would be published are in doubt, by their places in `stated`.

    `agreeing` are the places of those that other numbers of the text bear out, `slips` says what others contradict,
    `unread` is the part of the numbers of the text that no rule reads, `of_unknown` are the sentences about a name that
    no list knows, `elsewhere` the cities of other provinces than that of the text.
    """
    read = {place: one for place, one in enumerate(stated) if one.figure.status == "read"}
    lead = next((one for one in stated if one.figure.status != "unread"), None)
    text = _Text(sentences, region_id, holders, stated, list(read.values()), lead, of_unknown, elsewhere)
    text.look_for_months(stated)
    borne_out = {stated[place].sentence for place in agreeing if place in read}
    found: dict[int, str] = {}
    for place, one in read.items():
        why = text.against(one, is_borne_out=place in agreeing)
        why = why or ("" if one.sentence in borne_out else text.open(one)) or slips.get(place, "")
        if not why and unread >= _MOST_UNREAD and place not in agreeing:
            why = "much of the text is not understood"
        if why:
            found[place] = why
    certain = {id(one.quantity) for place, one in read.items() if place not in found}
    for place, one in read.items():
        before = text.percentage_of(one)
        if place not in found and before is not None and id(before) not in certain:
            found[place] = "it stands behind a percentage that is in doubt"
    sure = read.keys() - found.keys()
    return found | _doubted_for_others(stated, sure, sure.difference(agreeing))


def _doubted_for_others(stated: list[Stated], sure: set[int], alone: set[int]) -> dict[int, str]:
    """Which figures, of those that stand `alone`, are in doubt because half of the numbers around them are."""
    counted = [place for place, one in enumerate(stated) if one.figure.statistic not in _SELDOM_SURE]
    sentence_of = {id(stated[place].quantity): stated[place].sentence for place in counted}
    sure_of = {id(stated[place].quantity): stated[place].sentence for place in counted if place in sure}
    numbers, certain = Counter(sentence_of.values()), Counter(sure_of.values())
    of_text = len(sentence_of)
    is_most_of_text = of_text >= _ENOUGH_NUMBERS and len(sure_of) <= (1 - _MOST_DOUBTED) * of_text
    found = {}
    for place in alone.intersection(counted):
        sentence = stated[place].sentence
        if certain[sentence] <= (1 - _MOST_DOUBTED) * numbers[sentence]:
            found[place] = "half of its sentence is in doubt"
        elif is_most_of_text:
            found[place] = "half of the text is in doubt"
    return found


class _Text:
    """A text as far as doubts ask for it."""

    def __init__(
        self,
        sentences: list[Sentence],
        region_id: str,
        holders: Collection[str],
        told: list[Stated],
        read: list[Stated],
        lead: Stated | None,
        of_unknown: Collection[int],
        elsewhere: Collection[str],
    ) -> None:
        self._of_unknown, self._elsewhere = frozenset(of_unknown), frozenset(elsewhere)
        self._region_id = region_id
        self._is_larger_than_a_city = not region_id.isdigit() and region_id not in _CITIES
        self._wholes = frozenset({"", PORT_CARGO, region_id, *WHOLE.values()})
        self._lead = None if lead is None else lead.figure
        self._lead_sentence = 0 if lead is None else lead.sentence
        self._surroundings = [_Surroundings(sentence) for sentence in sentences]
        begins = [index for index, sentence in enumerate(sentences) if sentence.begins_paragraph or not index]
        #: Of each sentence the first of its paragraph, the last up to it that names a period (-1 for none), and how
        #: many figures stand before it.
        self._paragraph_starts = [begins[bisect_right(begins, index) - 1] for index in range(len(sentences))]
        naming = [index if around.spans else -1 for index, around in enumerate(self._surroundings)]
        self._named_until = list(accumulate(naming, max))
        counted = Counter(one.sentence for one in told)
        self._figures_until = [0, *accumulate(counted[index + 1] for index in range(len(sentences)))]
        opening = [around.passages for around in self._surroundings[:_OPENING_SENTENCES]]
        self._passages = frozenset({region_id}.union(*opening)) if any(opening) else frozenset()
        self._nation = next((code for code in (region_id, *holders) if len(code) == _LENGTH_OF_NATION), "")
        #: The place that reports and what holds it.
        self._known_places = frozenset({"", region_id, *WHOLE.values()}) | frozenset(holders)
        self._telling = {one.sentence for one in read}
        self._places: dict[int, set[str]] = {}
        for one in read:
            self._places.setdefault(one.sentence, set()).add(one.figure.region_id)
        #: The figures that differ by nothing but their partner, by their sentence and what they have in common.
        self._alike: dict[tuple[object, ...], list[Stated]] = {}
        for one in told:
            self._alike.setdefault(_list_of(one), []).append(one)
        levels = {(one.names, one.figure.flow, one.span) for one in read if one.figure.statistic == "level"}
        #: Growths of quantities and prices of which no level is told.
        self._bare_volumes = [
            one
            for one in read
            if one.figure.statistic == "growth"
            and one.figure.measure in ("quantity", "unit_value")
            and (one.names, one.figure.flow, one.span) not in levels
        ]
        self._levels = levels
        #: The sentences that state a value of the period compared with: that is why they name it.
        self._with_base = {one.sentence for one in read if _OF_BASE in one.figure.reading}
        balances = [one for one in read if one.figure.flow == "balance" and one.figure.statistic == "level"]
        signs = {(one.names, one.span, (one.figure.value or 0) > 0) for one in balances if one.figure.value}
        self._two_balances = {(names, span) for names, span, is_more in signs if (names, span, not is_more) in signs}
        spans = Counter(one.span for one in read if one.span is not None)
        self._main = max(spans, key=spans.__getitem__, default=None)
        bases = {shifted(span, -months) for span in spans for months in _COMPARED}
        is_of_one = max(spans.values(), default=0) >= _MOST_OF_ONE * spans.total()
        self._has_several_spans = len(spans.keys() - bases) > 1 and not is_of_one
        #: Lengths of spans, months or quarters, whose changes may be those from the one before, for some are.
        self.compared_lengths: set[int] = set()

    def look_for_months(self, stated: list[Stated]) -> None:
        """Note whether the text compares months or quarters with those right before."""
        said = [one for one in stated if one.figure.statistic in _CHANGES and one.says_base and _is_short(one)]
        before = None if self._main is None else shifted(self._main, -length_in_months(self._main))
        is_base = any(one.span == before and _OF_BASE in one.figure.reading for one in stated)
        self.compared_lengths = {length_in_months(one.span) for one in said if one.span and _is_by_month(one)}
        if self._main is not None and is_base:
            self.compared_lengths.add(length_in_months(self._main))

    def percentage_of(self, one: Stated) -> Quantity | None:
        """The percentage that an amount stands behind in parentheses: `8.0 percent (P48.9 million)`."""
        if one.figure.statistic != "level":
            return None
        around = self._surroundings[one.sentence - 1]
        at = around.place_of(one.quantity)
        behind_open = at > 1 and around.tokens[at - 1].kind == "open"
        percentage = around.tokens[at - 2].quantity if behind_open else None
        return percentage if percentage is not None and percentage.unit_kind == "percent" else None

    def against(self, one: Stated, *, is_borne_out: bool) -> str:
        """What speaks against a figure even where others agree with it, for they may be wrong in the same way."""
        figure, around = one.figure, self._surroundings[one.sentence - 1]
        at = around.place_of(one.quantity)
        if figure.statistic in _CHANGES and one.span is not None and length_in_months(one.span) > _MONTHS_OF_YEAR:
            return "a change over more than a year, or from year to year"
        own = self._own_spans(one)
        says_base = _OF_BASE in figure.reading and one.span in around.sentence.compared.values()
        if self._main not in own and not own & around.spans and not says_base:
            return "its period is carried on from elsewhere, and is not the one that most of the text is about"
        if not own & around.spans and self._comes_from_a_remark(one):
            return "its period is that of a short paragraph before, and the text began with another"
        compared = (figure.comparison_start, figure.comparison_end)
        if any(span not in own and span != compared for index, span in around.sentence.spans.items() if index < at):
            return "another period is named before it"
        if around.is_unreal(at):
            return "its sentence says what may be, or what is not so"
        if around.offices - {self._nation}:
            return "it is told by an office of another country, which may count otherwise"
        if figure.region_id == _CAPITAL and self._region_id == "CHN" and not around.sentence.is_chinese:
            return "whether the capital stands for the nation is not said"
        is_of_home = figure.region_id == self._region_id
        if figure.region_id in self._passages or (is_of_home and around.names_office_on_way(at)):
            return "whether it is the trade of the place, or what passed its customs or port, is not said"
        if figure.region_id == self._region_id and self._is_of_another_place(one, around):
            return "the sentence before it in the paragraph is of another place"
        if figure.region_id in self._elsewhere:
            return "a city of another province has that name, and a place of this one may have it, too"
        if around.subject_is_not_understood(at):
            return _CLAUSE_NOT_UNDERSTOOD
        if self._follows_unknown(one, around):
            return "a sentence before it is about a name that no list knows"
        if self._passes_over_what_is_announced(one, around):
            return "the sentence before it, without a number, speaks of another place or partner"
        if self._may_go_on_with_another(one, around):
            return "whether it goes on with the place or partner of the sentences before is not said"
        if self._leaves_lead(figure, around):
            return "the text begins with another place or with one partner, which its sentence does not take up"
        if not is_borne_out and not self._knows_members(one):
            return "several names are taken together, and not each has a level of its own"
        if (one.names, one.span) in self._two_balances and figure.flow == "balance" and figure.statistic == "level":
            return "a surplus and a deficit of the same period"
        if figure.region_id == self._region_id and self._is_larger_than_a_city and around.speaks_of_a_city(at):
            return "its sentence speaks of a city, and the text is about a larger place"
        is_told = one.span is not None and length_in_months(one.span) in self.compared_lengths
        if is_told and self._has_open_base(one, around):
            return "whether it is compared with the month or with the year before is not said"
        if figure.statistic == "growth" and figure.measure == "value" and self._is_among_volumes(one, around):
            return "whether it is of the value or, as those before it, of the quantity or the price is not said"
        if figure.ownership_id == WHOLE["ownership"] and figure.flow and around.speaks_of_firms(at):
            return "whether it is of certain enterprises alone is not said"
        groups = around.unnamed_groups(at)
        if any(getattr(figure, f"{kind}_id") == WHOLE.get(kind) and not around.codes_of(kind) for kind in groups):
            return "the largest partners or goods, which its sentence does not name, may be meant alone"
        if figure.statistic == "rank" and around.sentence.is_chinese and around.tokens[at].is_a("ordinal"):
            return "it is first in a word, and among whom, by what and in which flow is seldom all said"
        if figure.statistic == "change" and not figure.flow:
            return "of what it is more or fewer is said with another number"
        if figure.statistic == "rank" and figure.region_id in self._known_places - {self._region_id}:
            return "as it is read, a place that holds the one of the text has the rank"
        if figure.statistic == "rank" and figure.measure in _COUNTS_OF_PLACES:
            return "it ranks a place among those that are counted before it"
        if figure.statistic == "contribution":
            return "to the growth of what it contributes is seldom said"
        behind = around.names_behind(at) - set(one.names) - self._listed_with(one)
        if behind - self._known_places - around.codes_before(at) or self._region_id in behind:
            return "a place or partner behind it is not taken for a part of its subject"
        untaken = around.kinds_named_behind(at, is_change=figure.statistic != "level")
        if any(getattr(figure, f"{kind}_id") == WHOLE[kind] for kind in untaken):
            return "goods or a kind of trade behind it are not taken for a part of its subject"
        if figure.statistic == "share" and around.says_another_flow_behind(figure.flow, at):
            return "the other flow stands behind it"
        if figure.flow not in ("total", "") and around.names_something and not around.says_flow(figure.flow, at):
            return "its sentence does not say whether it is exports or imports"
        is_open = figure.flow == "total" and around.names_something and not around.flows(at)
        leads = self._lead is not None and self._lead.flow in _FLOW_PARTS and figure.statistic == "rank"
        if is_open and (leads or self._goes_on_with_one_flow(one, around)):
            return "its sentence does not say whether it is exports, imports or both"
        return ""

    def _listed_with(self, one: Stated) -> set[str]:
        """The partners of the other numbers of its list: 3, 2 and 1 billion with the USA, the EU and ASEAN."""
        alike = self._alike.get(_list_of(one), [])
        return {other.figure.partner_id for other in alike} if one.figure.partner_id != WHOLE["partner"] else set()

    def _goes_on_with_one_flow(self, one: Stated, around: _Surroundings) -> bool:
        """Whether the last flow that the paragraph has said, before an English sentence, was one way alone."""
        if around.sentence.is_chinese or around.sentence.begins_paragraph:
            return False
        for before in reversed(self._surroundings[: one.sentence - 1]):
            said = before.flows(len(before.tokens))
            if said or before.sentence.begins_paragraph:
                return bool(said) and said[-1] in ("export", "import")
        return False

    def open(self, one: Stated) -> str:
        """What the sentence of a figure leaves open; "" where it is nothing."""
        around = self._surroundings[one.sentence - 1]
        is_chinese = around.sentence.is_chinese
        at = around.place_of(one.quantity)
        if not is_chinese and around.unknown:
            return f"words of its sentence are not understood: {around.unknown[0]}"
        if is_chinese and around.unknown_characters(at):
            return _CLAUSE_NOT_UNDERSTOOD
        if UNMAPPED in one.names:
            return "a part of its subject is a name that no list knows"
        own = self._own_spans(one)
        if self._has_several_spans and not own & around.spans and (not is_chinese or self._spans_beside(one) - own):
            return "its sentence names no period, and the text speaks of several"
        says_base = one.sentence in self._with_base or self._is_confirmed(one, around)
        unused = around.has_period(_OWN_PERIODS) and not (says_base and around.is_compared_alone)
        if unused or (self._has_several_spans and around.has_period({"same"})):
            return "its sentence names a period that was not taken for its own"
        if is_chinese and around.names_something and self._is_carried(one, around, at):
            return "a part of its subject is named in another sentence only"
        if around.says_open_or:
            return "its sentence says a number in two ways"
        if around.says_since(at):
            return "its sentence says since when, or after what"
        return ""

    @staticmethod
    def _has_open_base(one: Stated, around: _Surroundings) -> bool:
        """Whether a change of a month or quarter is told without saying from when."""
        is_open = one.figure.statistic in _CHANGES and not one.says_base
        return is_open and _is_short(one) and not around.sentence.is_chinese

    def _spans_beside(self, one: Stated) -> set[Span]:
        """The periods that the paragraph has named up to the end of the sentence."""
        found: set[Span] = set()
        for around in reversed(self._surroundings[: one.sentence]):
            found |= around.spans
            if around.sentence.begins_paragraph:
                break
        return found

    def _own_spans(self, one: Stated) -> set[Span]:
        """The periods that a sentence may name for a figure: its own, and of a base those that are compared with it."""
        if one.span is None:
            return set()
        is_base = _OF_BASE in one.figure.reading or self._surroundings[one.sentence - 1].has_period(_BASES)
        return {one.span, *(shifted(one.span, months) for months in _COMPARED if is_base)}

    def _comes_from_a_remark(self, one: Stated) -> bool:
        """Whether the paragraph that named the period of a figure, before its own, tells no more than a number or two.

        今年第一季度，出口增长10.3%。 as a paragraph, in a text about March: what follows may be of March again.
        """
        begins = self._paragraph_starts[one.sentence - 1]
        named = self._named_until[begins - 1] if begins else -1
        if self._lead is None or named < 0 or self._named_until[one.sentence - 1] != named:
            return False  # its own paragraph names a period
        first = self._paragraph_starts[named]
        last = bisect_left(self._paragraph_starts, first + 1)  # the paragraph behind it
        told = self._figures_until[last] - self._figures_until[first]
        return (self._lead.period_start, self._lead.period_end) != one.span and told <= _NUMBERS_OF_A_REMARK

    @staticmethod
    def _is_confirmed(one: Stated, around: _Surroundings) -> bool:
        """Whether all periods that the sentence compares with lie a month, a quarter or a year before that of a figure.

        `up 4 percent on November 2021` says in a release of November 2022 that it is of November 2022.
        """
        span, compared = one.span, around.sentence.compared
        if span is None or around.sentence.is_chinese:
            return False
        may_be_base = one.figure.statistic == "level" and min(compared, default=0) < around.place_of(one.quantity)
        return not may_be_base and set(compared.values()) <= {shifted(span, -months) for months in _COMPARED}

    def _is_among_volumes(self, one: Stated, around: _Surroundings) -> bool:
        """Whether a Chinese paragraph tells growths of quantities or prices without levels, and then this one."""
        if not around.sentence.is_chinese or (one.names, one.figure.flow, one.span) in self._levels:
            return False
        first = one.sentence - 1
        while first > 0 and not self._surroundings[first].sentence.begins_paragraph:
            first -= 1
        return any(
            first < other.sentence <= one.sentence and other.quantity.start < one.quantity.start
            for other in self._bare_volumes
        )

    def _is_of_another_place(self, one: Stated, around: _Surroundings) -> bool:
        """Whether a sentence that names no place follows, in its paragraph, one that is all of another place."""
        if around.sentence.begins_paragraph or around.names_code(self._region_id):
            return False
        before = self._places.get(one.sentence - 1, set())
        return bool(before) and self._region_id not in before

    def _follows_unknown(self, one: Stated, around: _Surroundings) -> bool:
        """Whether a sentence without a place of its own goes on behind one about a name that no list knows.

        That is the one before it in its paragraph, or the first of the text.
        """
        if one.figure.region_id != self._region_id or around.says("scope_self"):
            return False
        if around.codes_of("region") or around.codes_of("partner"):
            return False
        first, furthest = one.sentence, max(1, one.sentence - _LONGEST_PARAGRAPH)
        while first > furthest and not self._surroundings[first - 1].sentence.begins_paragraph:
            first -= 1
            if first in self._of_unknown:
                return True
            if self._surroundings[first - 1].codes_of("region"):
                return False
        return self._lead_sentence in self._of_unknown

    def _passes_over_what_is_announced(self, one: Stated, around: _Surroundings) -> bool:
        """Whether sentences without figures right before name a place or partner that is no part of a figure's subject.

        `Neighboring Guangxi bucked the trend. Its exports …`; `Most of it went to ASEAN. The bloc took …`. A sentence
        that names one itself has said whose trade it is of.
        """
        named = around.codes_of("region") | around.codes_of("partner")
        if around.sentence.begins_paragraph or not named <= self._known_places:
            return False
        is_of_place = around.says("scope_self") or around.says("scope_province") or self._region_id in named
        lists = ("partner",) if is_of_place else ("region", "partner")
        announced: set[str] = set()
        for place in range(one.sentence - 2, -1, -1):
            if place + 1 in self._telling:
                break
            before = self._surroundings[place]
            announced |= {code for name in lists for code in before.codes_of(name)} - self._known_places
            if before.sentence.begins_paragraph:
                break
        return bool(announced) and announced.isdisjoint(one.names)

    def _may_go_on_with_another(self, one: Stated, around: _Surroundings) -> bool:
        """Whether a sentence that names the reporting place follows some of another place or partner.

        `Trade with BRICS countries rose … In the period, China's exports came to 1.23 trillion yuan`: to all, or to
        them? Chinese says more often when it turns to the whole again, and of a part whose part it is.
        """
        home = self._region_id
        names_home = around.names_code(home) or around.says("scope_self") or around.says("scope_province")
        is_of_part = any(name not in self._known_places for name in one.names[1:])
        is_of_partner = one.figure.partner_id != WHOLE["partner"]
        if not names_home or is_of_partner or not one.figure.flow or (around.sentence.is_chinese and is_of_part):
            return False
        if one.figure.region_id != home:
            return False
        others: set[str] = set()
        for before in reversed(self._surroundings[max(0, one.sentence - 1 - _SENTENCES_BEFORE) : one.sentence - 1]):
            if before.is_heading:
                break
            others |= before.codes_of("region") | before.codes_of("partner")
        return not others <= self._known_places | set(one.names)

    def _leaves_lead(self, figure: Figure, around: _Surroundings) -> bool:
        """Whether a figure is of the whole where the first of the text is of a part that all of it may be about."""
        if self._lead is None:
            return False
        home, world = self._region_id, WHOLE["partner"]
        leaves_place = figure.region_id == home != self._lead.region_id and not around.names_code(home)
        return leaves_place or figure.partner_id == world != self._lead.partner_id

    def _knows_members(self, one: Stated) -> bool:
        """Whether each of several names that are taken together has a level of its own; true where one stands alone."""
        names = one.names
        texts = (getattr(one.figure, f"{dimension}_text") for dimension in DIMENSIONS)
        unmapped = [text for name, text in zip(names, texts, strict=True) if name == UNMAPPED and _AND in text]
        if not all(self._surroundings[one.sentence - 1].says_in_words(text) for text in unmapped):
            return False  # gathered from several places
        joint = [at for at, name in enumerate(names) if JOINT in name]
        members = names[joint[0]].split(JOINT) if joint else []
        alone = [(*names[: joint[0]], member, *names[joint[0] + 1 :]) for member in members]
        return all((member, one.figure.flow, one.span) in self._levels for member in alone)

    def _is_carried(self, one: Stated, around: _Surroundings, at: int) -> bool:
        """Whether the subject is narrowed by what the sentence does not name."""
        figure = one.figure  # of "542,000 private firms" the owner stands within the number's own words
        owner = {figure.ownership_id} if figure.ownership_text and figure.ownership_text in figure.quote else set()
        narrowing = [code for code in one.names if code not in self._wholes | owner]
        named = around.codes(at) if narrowing else set()
        return any(named.isdisjoint(code.split(JOINT)) for code in narrowing)


class _Surroundings:
    """What stands around the numbers of a sentence."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        self.tokens = sentence.tokens

    @cached_property
    def _unused_periods(self) -> set[str]:
        """The kinds of the periods that were not taken for that of a figure."""
        spans = self.sentence.spans
        return {
            token.period.kind
            for index, token in enumerate(self.tokens)
            if token.period is not None and index not in spans
        }

    @cached_property
    def spans(self) -> set[Span]:
        """The periods that the sentence names."""
        return set(self.sentence.spans.values())

    @cached_property
    def is_heading(self) -> bool:
        """Whether it is a paragraph of its own, without a full stop and without a number."""
        is_open = self.tokens[-1].kind != "stop"
        return self.sentence.begins_paragraph and is_open and not any(_is_number(token) for token in self.tokens)

    @cached_property
    def unknown(self) -> list[str]:
        """The words that no table knows."""
        return [token.text for token in self.tokens if token.is_unknown]

    @cached_property
    def passages(self) -> set[str]:
        """The places of which it tells what a customs or a port handled: 宁波口岸进出口, goods cleared by a customs."""
        found = self._recorded_by_customs
        if _WORDS_OF_PASSAGE.isdisjoint(token.text for token in self.tokens):
            return found
        for index, token in enumerate(self.tokens[:-1]):
            behind, before = self.tokens[index + 1], self.tokens[max(0, index - 2) : index]
            is_passage = token.text in _PASSAGES and (behind.is_a("flow") or not self.sentence.is_chinese)
            is_port = token.text in _PORTS and self._tells_what_passed
            if is_passage or is_port:
                found |= _regions(before[-1:])
            if token.text in _PORTS and before[-1:] and before[-1].kind == "possessive":
                found |= _regions(before)  # exports from Shanghai's ports
            office = self.tokens[index + 1 : index + 5]
            around = [*self.tokens[max(0, index - 3) : index], *office]
            if token.text in _CLEARED and any(one.is_a("attribution") for one in around):
                found |= _regions(around)  # handled by Shanghai Customs
            passing = [one for one in office if one.text != "the"][: 3 if self.sentence.is_chinese else 1]
            if token.text in _WAYS and (not self.sentence.is_chinese or _names_office_with_trade(passing)):
                found |= _regions(passing)  # exports via Shanghai, 经上海海关进出口
        return found

    @property
    def _recorded_by_customs(self) -> set[str]:
        """The places below a nation whose customs has trade of its own: `Shanghai Customs recorded exports of …`."""
        found: set[str] = set()
        for index, token in enumerate(self.tokens[:-3] if not self.sentence.is_chinese else ()):
            recorded, behind = self.tokens[index + 2], self.tokens[index + 3 : index + 5]
            if (
                self.tokens[index + 1].text == "customs"
                and recorded.text in _RECORDED
                and behind[0].is_a("flow", "filler")
            ):
                found |= _regions([token])
        return {code for code in found if len(code) != _LENGTH_OF_NATION}

    def names_office_on_way(self, at: int) -> bool:
        """Whether it is said before a number that goods passed a customs whose name is that of no place: 经拱北海关."""
        pairs = pairwise(self.tokens[:at] if self.sentence.is_chinese else ())
        return any(one.text in _WAYS and after.is_a("attribution") for one, after in pairs)

    @cached_property
    def _tells_what_passed(self) -> bool:
        """Whether an English sentence tells of trade that passed somewhere: `Shanghai ports handled $378 billion`."""
        says_how = any(token.text in _THROUGH for token in self.tokens)
        return says_how and self.sentence.says("flow")

    @cached_property
    def is_compared_alone(self) -> bool:
        """Whether all the periods that were not taken for that of a figure are what something is compared with."""
        spans, compared = self.sentence.spans, self.sentence.compared
        return all(
            index in compared
            for index, token in enumerate(self.tokens)
            if token.period is not None and token.period.kind in _OWN_PERIODS and index not in spans
        )

    @cached_property
    def offices(self) -> set[str]:
        """The countries of the offices that the sentence names: the Federal Customs Service of Russia."""
        claimed = (self.tokens[at] for at, why in self.sentence.spoken_for.items() if why == "attribution")
        named = {code for token in claimed for list_name, code in token.names if list_name == "partner"}
        return {code for code in named if len(code) == _LENGTH_OF_NATION}

    def unknown_characters(self, at: int) -> int:
        """How many Chinese characters of a clause no table knows; of the one before, too, where it has no subject."""
        start = self.sentence.clause_start(at)
        clause = self.tokens[start : self.sentence.clause_end(at)]
        found = sum(token.is_unknown for token in clause)
        has_subject = any(token.names or token.is_a("flow") for token in clause)
        return found if has_subject or start < 2 else found + self.unknown_characters(start - 2)

    def subject_is_not_understood(self, at: int) -> bool:
        """Whether a Chinese clause has characters that no table knows right before its flow: 对某小额贸易额."""
        if not self.sentence.is_chinese:
            return False
        start = self.sentence.clause_start(at)
        flow = next((index for index in range(at - 1, start - 1, -1) if self.tokens[index].is_a("flow")), start)
        return any(token.is_unknown for token in self.tokens[max(start, flow - 3) : flow])

    def says_in_words(self, text: str) -> bool:
        """Whether a few words stand in the sentence one after the other."""
        return " ".join(folded_phrase(text).split()) in " ".join(token.text for token in self.tokens)

    def says(self, sense: str) -> bool:
        """Whether a phrase of the sentence has this sense."""
        return self.sentence.says(sense)

    @cached_property
    def says_open_or(self) -> bool:
        """Whether an "or" joins anything but two numbers of two kinds, which say one thing: 5 percent, or 8 billion."""
        return any(not self._joins_two_kinds(index) for index in self.sentence.with_sense("or"))

    def _joins_two_kinds(self, index: int) -> bool:
        near = [one for one in self.tokens[max(0, index - 6) : index] if one.period is None and one.text != "in"]
        before = next((one.quantity for one in near[-2:][::-1] if one.quantity), None)
        after = next((one.quantity for one in self.tokens[index + 1 : index + 4] if one.quantity), None)
        return before is not None and after is not None and before.unit_kind != after.unit_kind

    def says_since(self, at: int) -> bool:
        """Whether it is said before a place since when, or after what; 自东盟进口 says from where."""
        return any(
            token.is_a("since") and (token.text not in _FROM or self.tokens[index + 1].period is not None)
            for index, token in enumerate(self.tokens[:at])
        )

    def has_period(self, kinds: Collection[str]) -> bool:
        """Whether a period of one of these kinds is named that was not taken for that of a figure."""
        return any(kind in kinds for kind in self._unused_periods)

    def is_unreal(self, at: int) -> bool:
        """Whether the clause of a number says that it may be, or is not so: `could reach`, `did not rise`."""
        clause = self.tokens[self.sentence.clause_start(at) : at]
        return any(token.text in _UNREAL and token.period is None for token in clause)

    def speaks_of_a_city(self, at: int) -> bool:
        """Whether the sentence says of a number that it is of a city, without its name: `the city's exports`."""
        return any(token.text in _A_CITY for token in self.tokens[:at])

    def speaks_of_firms(self, at: int) -> bool:
        """Whether a Chinese clause says that it is of enterprises of a kind that no list knows: 百强企业进出口…."""
        if not self._firms:
            return False
        first = self.sentence.clause_start(at)
        while first > 1 and not any(one.names or one.is_a("flow") for one in self.tokens[first:at]):
            first = self.sentence.clause_start(first - 2)  # what follows is told of the same
        return any(
            first <= index < at and any(one.is_a("flow") for one in self.tokens[index + 1 : at])
            for index in self._firms
        )

    @cached_property
    def _firms(self) -> list[int]:
        """Where a Chinese sentence has a noun for enterprises with a word before it that no list knows."""
        return [
            index
            for index, (before, token) in enumerate(pairwise(self.tokens), 1)
            if token.senses.get("header_dimension") == "ownership"
            and self.sentence.free(index)
            and (before.kind == "word" or "word" in before.senses)
        ]

    def place_of(self, quantity: Quantity) -> int:
        """The token of a number, or of the word that says it."""
        return bisect_right(self._starts, quantity.start) - 1

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self.tokens]

    @cached_property
    def names_something(self) -> bool:
        """Whether anything of a subject is named in the sentence."""
        return self.sentence.says("flow") or any(token.names for token in self.tokens)

    def codes_of(self, list_name: str) -> set[str]:
        """What the names of a list stand for, but for those of offices and the like."""
        return {code for name, code in self._free_names if name == list_name}

    @cached_property
    def _free_names(self) -> set[tuple[str, str]]:
        return {pair for index, token in enumerate(self.tokens) if self.sentence.free(index) for pair in token.names}

    def unnamed_groups(self, at: int) -> set[str]:
        """Of which dimensions so many members stand before a place: `the top five partners`, 前十大出口商品."""
        return {kind for index, kind in self._groups if index < at}

    @cached_property
    def _groups(self) -> list[tuple[int, str]]:
        return [
            (index, kind)
            for index, token in enumerate(self.tokens)
            if (kind := _group_of(token))
            and _says_how_many(
                self.tokens[max(0, index - _REACH_OF_SIZE) : index + 1], is_chinese=self.sentence.is_chinese
            )
        ]

    def names_behind(self, at: int) -> set[str]:
        """What places and partners behind a number, up to the end of its clause or the next number, stand for."""
        return {
            code
            for index in range(at + 1, self._end_beyond_parentheses(at))
            for name, code in self.tokens[index].names
            if name in ("region", "partner") and self.sentence.spoken_for.get(index, "").startswith("subject")
        }

    def kinds_named_behind(self, at: int, *, is_change: bool) -> set[str]:
        """What is named behind an English number that no number took: `5 million on cars`, `5 percent more cars`.

        Goods stand in its clause, right behind `more` where it is a change. A kind of trade may end the sentence where
        `form` says that one is told, which is all that is asked: `149 billion yuan took the form of general trade`.
        """
        if self.sentence.is_chinese:
            return set()
        last = self._end(at)
        if is_change:
            is_more = at + 1 < len(self.tokens) and self.tokens[at + 1].text in ("more", "less", "fewer")
            last = at + 4 if is_more else at + 1
        found = {"commodity"} if self._is_named(range(at + 1, min(last, len(self.tokens))), "commodity") else set()
        says_form = any(token.text == "form" for token in self.tokens[at + 1 :])
        if says_form and self._is_named(range(at + 1, len(self.tokens)), "trade_mode"):
            found.add("trade_mode")
        return found

    def _is_named(self, places: range, list_name: str) -> bool:
        return any(
            self.sentence.free(index) and any(name == list_name for name, _ in self.tokens[index].names)
            for index in places
        )

    def names_code(self, code: str) -> bool:
        """Whether a name of the sentence stands for a code."""
        return any(code == named for token in self.tokens for _, named in token.names)

    def codes_before(self, at: int) -> set[str]:
        """What the names before a number stand for."""
        return {code for token in self.tokens[:at] for _, code in token.names}

    def codes(self, at: int) -> set[str]:
        """What the names stand for that are said before a number or in its clause."""
        last = self._end(at)
        named = {code for token in self.tokens[:last] for _, code in token.names}
        spoken_for = self.sentence.spoken_for
        named |= {code for index in self._taken_back for _, code in self.tokens[index].names}
        if any(index < last and reason == LONGER_NAME for index, reason in spoken_for.items()):
            named.add(UNMAPPED)
        return named

    @cached_property
    def _taken_back(self) -> list[int]:
        """The tokens that a number before them has for its subject: traded goods worth 1.2 trillion yuan with ASEAN."""
        return [at for at, reason in self.sentence.spoken_for.items() if reason == "subject of the number before"]

    def says_flow(self, flow: str, at: int) -> bool:
        """Whether a flow is said before a number or in its clause, by itself or as a part of a name.

        A balance is also said by exports and imports, where one exceeds the other by it.
        """
        if flow == "balance" and self.says_flow("export", at) and self.says_flow("import", at):
            return True
        return any(
            token.senses.get("flow") == flow
            or (
                bool(token.names or token.is_a("flow"))
                and any(part in token.text for part in _FLOW_PARTS.get(flow, ()))
            )
            for token in (*self.tokens[: self._end(at)], *self._opens_with(at))
        )

    def _opens_with(self, at: int) -> list[Token]:
        """What an amount has taken for its subject behind the comma: `At 80 billion ($948 million), the deficit …`."""
        is_opening = not self.sentence.is_chinese and self.tokens[0].text == "at"
        return [self.tokens[index] for index in self._taken_back if index > at] if is_opening else []

    def says_another_flow_behind(self, flow: str, at: int) -> bool:
        """Whether an English clause says the other flow behind a share: 73.1 percent of what the city imported."""
        if self.sentence.is_chinese or flow not in _FLOW_PARTS:
            return False
        said: set[str] = set()
        for token in self.tokens[at + 1 : self._end(at)]:
            if token.is_a("and", "while"):
                break
            said.add(token.senses.get("flow", ""))
        return flow not in said and bool(said & _FLOW_PARTS.keys())

    def flows(self, at: int) -> list[str]:
        """The flows that are said up to the end of the clause of a number, by themselves or as part of a name."""
        found = []
        for token in self.tokens[: self._end(at) if at < len(self.tokens) else at]:
            if flow := token.senses.get("flow"):
                found.append(flow)
            elif token.names:
                parts = [flow for flow, words_of in _FLOW_PARTS.items() if any(part in token.text for part in words_of)]
                found += parts[:1] or (["total"] if "trade" in token.text else [])
        return found

    def _end_beyond_parentheses(self, at: int) -> int:
        """Where the words of a clause end that goes on behind parentheses: `22 billion (3 billion dollars) were …`."""
        behind = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if behind is None or behind.kind != "open":
            return self._end(at)
        close = next((index for index in range(at + 1, len(self.tokens)) if self.tokens[index].kind == "close"), at)
        return self._end(close + 1) if close + 1 < len(self.tokens) else self._end(at)

    def _end(self, at: int) -> int:
        """Where the words of the clause behind a number end, at the next number."""
        last = self.sentence.clause_end(at)
        numbers = (index for index in range(at + 1, last) if _is_number(self.tokens[index]))
        return next((index for index in numbers if not self.sentence.is_in_name(index)), last)


def _list_of(one: Stated) -> tuple[object, ...]:
    """What the figures of one list of partners have in common."""
    figure = one.figure
    return one.sentence, one.span, figure.statistic, figure.flow, figure.region_id, figure.commodity_id, figure.unit


def _group_of(token: Token) -> str:
    """The dimension whose members a noun is for; "" for another word: markets, trading partners, 主要市场."""
    noun = token.text.rpartition(" ")[2]
    return token.senses.get("header_dimension") or token.senses.get("rank_noun") or _NOUNS_OF_GROUPS.get(noun, "")


def _says_how_many(tokens: list[Token], *, is_chinese: bool) -> bool:
    """Whether a noun, the last of a few tokens, is of so many: of the largest where the language is English."""
    if is_chinese:
        return any(_SO_MANY.search(f"{token.text}{behind.text}") for token, behind in pairwise(tokens))
    counts = any(token.quantity is not None or _SO_MANY.search(token.text) for token in tokens)
    return counts and any(token.is_a("top") or not _TOP.isdisjoint(token.text.split()) for token in tokens)


def _regions(tokens: list[Token]) -> set[str]:
    """What the places that tokens name stand for."""
    return {code for token in tokens for list_name, code in token.names if list_name == "region"}


def _names_office_with_trade(tokens: list[Token]) -> bool:
    """Whether Chinese tokens are a place, an office of it, and a flow: 上海海关进出口."""
    return len(tokens) > 2 and bool(_regions(tokens[:1])) and tokens[1].is_a("attribution") and tokens[2].is_a("flow")


def _is_short(one: Stated) -> bool:
    """Whether the period of a figure is a month or a quarter."""
    return one.span is not None and length_in_months(one.span) in _LENGTHS


def _is_by_month(one: Stated) -> bool:
    """Whether a figure is a change from the month or quarter right before."""
    compared = (one.figure.comparison_start, one.figure.comparison_end)
    return one.span is not None and compared == shifted(one.span, -length_in_months(one.span))


def _is_number(token: Token) -> bool:
    return token.quantity is not None and token.quantity.unit_kind not in ("other", "word")
