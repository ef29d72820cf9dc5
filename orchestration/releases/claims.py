"""What of a sentence is spoken for before subjects are gathered: datelines, offices, wholes of shares, spans."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from orchestration.releases.balances import balances
from orchestration.releases.lexicon import words
from orchestration.releases.naming import dimension_of
from orchestration.releases.not_figures import find_ranks, nearest, set_aside
from orchestration.releases.periods import Period, Span, length_in_months, resolve, shifted, span_of
from orchestration.releases.sentences import BOUNDARIES, Sentence, share_units
from orchestration.releases.statements import OTHER_YEAR
from orchestration.releases.tokens import THE_PROVINCE, Quantity, Token

if TYPE_CHECKING:
    from orchestration.releases.grammar import Grammar

#: `三国合计`, `the three together`: how many subjects a number takes.
_JOINT = re.compile(
    r"(?:([二两三四五六七八九十])(?:个|大|者|家|国|市|地|项|类|省|区|县|州){1,2}[^，。；,;0-9%]{0,6}?"
    r"(?:合计|共|总计|加起来|包揽|合占|占|合并))"
    r"|(?:(?:the|these|those|all) (two|three|four|five|six|seven|eight|nine|ten) (?:[a-z]+ ){0,2}"
    r"(?:together|combined|accounted|took|made up|represented|combine|account|contributed|supplied|provided))"
)
#: How many are taken together, by their words.
JOINT_SIZES = {
    word: size
    for size, words_of_size in enumerate(
        ("两 二 two", "三 three", "四 four", "五 five", "六 six", "七 seven", "八 eight", "九 nine", "十 ten"), 2
    )
    for word in words_of_size.split()
}
_DATELINE_ENDS = frozenset(words("dateline_end"))
_RELATIVES = frozenset(words("relative"))
_NAMED_SOURCES = frozenset(words("named_source"))
_ATTRIBUTION_STARTS = frozenset(words("attribution_start"))
_SHARE_NOUNS = words("share_noun")
_WHOLES = frozenset(words("whole"))
_REFERENCE_ENDS = frozenset(words("reference_end"))
_LOOKING_BACK = _RELATIVES | {"had"}
#: Tokens of `of this total amount`.
_LONGEST_WHOLE = 5
#: Words between a preposition and what the partner is: its single largest.
_LONGEST_ROLE = 4
_BORDERS = frozenset(words("border_word"))
#: Of these those that may stand before a partner, too.
_NEIGHBORING = frozenset(word for word in _BORDERS if word.endswith("ing"))
_DIRECTIONS = frozenset(words("direction"))
#: Between a thing and what it is: 是, 为.
_IS = frozenset(words("is"))
#: Begins what is left out of what follows.
_WITHOUT = frozenset(words("other_than"))
#: Between what stands out and those among whom it does, and the tokens before in which it is said that it does.
_AMONG = frozenset(words("before_peers"))
_LONGEST_STANDING = 4
_SUPERLATIVES = frozenset(words("top_of_group"))
_ONE_OF_GROUP = frozenset(words("one_of_group"))
_THINGS = frozenset({"them", "these", "those", "it"})
_CAUSES = frozenset(words("cause_start"))
#: Partners that may be called a region of China.
_PARTNERS_WITHIN = frozenset(("partner", code) for code in ("HKG", "MAC", "TWN"))
#: As the first word of a Chinese sentence the month before publication, else the one before that spoken of.
_LAST_MONTH = frozenset({"上月", "上个月"})
#: Between a group and the rank in it: 在东盟的前三大贸易伙伴, 在欧洲国家第一.
_OF_PLACES = frozenset(words("between_group_and_rank"))
#: Begin how something stands out among others.
_STANDING = ("前", "第", "最")
#: Months in a period of which the months so far are a longer one.
_MONTHS_OR_QUARTERS = (1, 3)
#: Kinds of periods of whole months: a text that names one speaks of a part of a month no longer.
_OF_MONTHS = frozenset({"span", "fiscal", "calendar_fiscal", "rolling", "to_date", "year_to_date"})
#: Tokens between a value that is compared with and its period.
_BASE_REACH = 6
_ASIDES = frozenset(words("aside_start"))
#: Where a sentence tells of quarters one by one: the four of a year, or those of the span that was spoken of.
_FOUR_QUARTERS, _QUARTER_BY_QUARTER = words("four_quarters"), words("quarter_by_quarter")
_ORDINALS_OF_QUARTERS = words("ordinal_of_quarter")
_ANY_QUARTER = "|".join(_ORDINALS_OF_QUARTERS)
_NUMBERED_QUARTERS = re.compile(rf"\b((?:{_ANY_QUARTER})(?:(?:, and|,| and) (?:{_ANY_QUARTER}))+) quarters\b")
_GROWTH_WORDS = frozenset(words("growth_word"))
_GROWTH_PREPOSITIONS = frozenset(words("growth_preposition"))
_CONTRIBUTING = words("contributing_stem")
_COMPARING = frozenset(words("comparing"))
_COMPARING_BEFORE = frozenset(words("comparing_before"))
#: 仅次于, 高于: behind them stands the level of another period.
_COMPARED_LEVELS = tuple(word for word in words("comparing_before") if word.endswith("于"))
_LONGEST_COMPARING = max(map(len, _COMPARED_LEVELS))
_COMPARING_AFTER = frozenset(words("comparing_after"))
_RECORDS = frozenset(words("record_word"))
#: Begin what a sentence opens with, or what a place is said to be.
_OPENINGS = frozenset(words("opening"))
#: In a release of the nation they are a part of it, that which was spoken of.
_PLACES_WITHIN = ("the region", "the city", "the province")
#: Openings that in the middle of a sentence say what something is.
_LINKS = frozenset(words("description_link"))
_DESCRIPTIONS = frozenset(words("description"))
_NO_TRADE_OF = frozenset(words("no_trade_of"))
#: Before a whole and its rise: 使全市出口提高6.4个百分点.
_MAKING = frozenset(words("making"))
_BESIDES = frozenset(words("besides"))
_DONE_BY = frozenset(words("done_by"))
_HUBS = frozenset(words("hub"))
_CAPITALS = frozenset(words("capital"))
_TITLES = frozenset(words("title_noun"))
#: Between "from" and the value compared with: from a revised 44.7 billion.
_REVISED = frozenset(words("revised"))
_CORRECTING = words("correcting")
_OFFICES = words("office_start")
_OUTSIDE = frozenset(words("outside"))
_BEHIND = words("behind")
_WORLD_TRADE = words("world_trade")
_PUBLISHED = frozenset(words("published"))
#: Tokens from such a word to its day: published at the beginning of July.
_REACH_OF_PUBLISHED = 6
_TREATIES = frozenset(words("treaty"))
_CUSTOMS_AREAS = frozenset(words("customs_area"))
_MONTH_ENDS = frozenset(words("month_end"))
_NEXT_AFTER = frozenset(words("next_after"))
_SINCE_AFTER = frozenset(words("since_after"))
#: Before "from" and a period that something is held against.
_CHANGED = frozenset({"changed", "unchanged", "differed", "differs", "different", "moved"})
#: Years within a period.
_YEARS = re.compile(r"\b(?:19|20)[0-9]{2}\b")
#: Between a value and the one that it is greater than.
_EXCEEDING = frozenset(words("exceeding", "+"))
#: Behind a comma they begin an aside that names some of what it is of.
_INCLUDING = frozenset(words("including"))
#: They make a year that is not over the months of it so far.
_SO_FAR = frozenset(words("cumulative"))
#: Figures of a year are published from its last days on.
_DAYS_AHEAD = 31
#: For so long the months that have ended are news.
_DAYS_OF_NEWS = 75
#: 拉低: what gives less than nothing to growth.
NEGATIVE_CONTRIBUTIONS = frozenset(words("negative_contribution"))


def _quarters_in(chars: str, spoken_of: Span) -> list[Span]:
    """The quarters that a sentence tells of one by one: all of a year, those of a span, or those that it numbers."""
    if named := _NUMBERED_QUARTERS.search(chars):
        numbers = [_ORDINALS_OF_QUARTERS.index(one) for one in re.findall(r"[a-z]+", named[1]) if one != "and"]
        return [span_of(spoken_of[1].year, 3 * number + 1, 3) for number in numbers]
    if any(phrase in chars for phrase in _FOUR_QUARTERS):
        return [span_of(spoken_of[1].year, first, 3) for first in (1, 4, 7, 10)]
    months = length_in_months(spoken_of)
    if any(phrase in chars for phrase in _QUARTER_BY_QUARTER) and months % 3 == 0 and spoken_of[0].month % 3 == 1:
        return [span_of(spoken_of[0].year, spoken_of[0].month + at, 3) for at in range(0, months, 3)]
    return []


class Claims:
    """The claims on one sentence, found in the order of `__init__`."""

    def __init__(self, grammar: Grammar, sentence: Sentence) -> None:
        """Find all of them; what is claimed is marked in the sentence."""
        self.grammar = grammar
        self.references: dict[int, dict[str, str]] = {}
        self.gaps: dict[int, int] = {}
        #: Who is beaten by a percentage: the sign of the gap, and the reference.
        self.beaten: dict[int, tuple[int, dict[str, str]]] = {}
        self.gap_places: dict[int, list[str]] = {}
        #: Gaps between two of those named before.
        self.gaps_of_two: set[int] = set()
        self.contributions: dict[int, int] = {}
        self.quarters: list[Span] = []
        self.others: dict[int, str] = {}
        self.is_stock = False
        #: What the sentence says that all of it is measured in.
        self.measure = ""
        self.joint_at = 0
        self.joint_size = self._joint_size(sentence)
        self.base_values: set[int] = set()
        #: Values that others are compared with in turn, by those others: 6 and 7 percent, against 5 and 8.
        self.in_turn: dict[int, int] = {}
        #: Values that have been revised since they were first told.
        self.superseded: set[int] = set()
        self.doubt = ""
        self.spans: dict[int, Span] = {}
        self.local: set[int] = set()
        #: Where a sentence about a month or quarter turns to the months so far: 累计.
        self.so_far: set[int] = set()
        self.comparisons: dict[int, str] = {}
        self.comparison_spans: dict[int, Span] = {}
        #: Where a sentence turns to tell of what it compares with: slower than in May, when exports rose 48 percent.
        self.turns: dict[int, Span] = {}
        #: Numbers by which exports exceed imports, with their signs.
        self.balances = balances(sentence, grammar.text.chars)
        self._claim_dateline(sentence)
        self._claim_attributions(sentence)
        self._claim_relatives(sentence)
        self._claim_overtaken(sentence)
        self.drills = self._claim_whole_before(sentence)
        if self.drills and sentence.begins_paragraph:
            self.doubt = "of which total it is a part is said in another paragraph"
        self._claim_treaties(sentence)
        if not sentence.is_chinese:
            self._claim_hubs(sentence)
            self._claim_members(sentence)
            self._claim_descriptions(sentence)
            self._claim_capital(sentence)
            self._claim_nation_behind(sentence)
            self._claim_demand(sentence)
            self._claim_buyers(sentence)
            self._claim_outside(sentence)
            self._claim_roles(sentence)
        else:
            self._claim_besides(sentence)
        self._claim_appositions(sentence)
        self._claim_locations(sentence)
        self._claim_peers(sentence)
        self._claim_opening_name(sentence)
        self._claim_peers_in_english(sentence)
        self._doubt_what_is_pointed_at(sentence)
        self._doubt_world_trade(sentence)
        self._claim_causes(sentence)
        self._claim_opening(sentence)
        self._claim_included(sentence)
        for index, token in enumerate(sentence.tokens[:-1]):
            if token.text == "per":
                _claim_names(sentence, index + 1, index + 2, "unit")  # 93,000 yuan per vehicle
        find_ranks(sentence)
        share_units(sentence)
        self._claim_rank_places(sentence)
        set_aside(sentence, grammar)
        self._claim_references(sentence)
        self._claim_periods(sentence)

    def _joint_size(self, sentence: Sentence) -> int:
        """How many subjects "the three" or 三国合计 takes together; 0 where nothing says."""
        text = self.grammar.text.chars[sentence.tokens[0].start : sentence.tokens[-1].end]
        found = _JOINT.search(text)
        self.joint_at = sentence.tokens[0].start + found.start() if found else 0
        if any(token.names and token.start <= self.joint_at < token.end for token in sentence.tokens):
            return 0  # 中亚五国: the number is part of a name
        return JOINT_SIZES[found[1] or found[2]] if found else 0

    def _claim_dateline(self, sentence: Sentence) -> None:
        """`NANJING, July 18 —`, 济南12月11日讯: where and when it was written is no subject."""
        if not sentence.begins_paragraph:
            return
        tokens = sentence.tokens
        for index, token in enumerate(tokens[:14]):
            if token.quantity is not None or token.is_a("flow"):
                return
            if sentence.is_chinese and token.text in _DATELINE_ENDS and index:
                sentence.claim(0, index + 1, "dateline")
                return
            if not sentence.is_chinese and (
                token.kind in ("dash", "colon") or (token.kind == "stop" and index < 9 and _has_date(tokens[:index]))
            ):
                cased = self.grammar.text.cased[tokens[0].start : tokens[0].end]
                is_short = index <= 3 or _has_date(tokens[:index])
                if self._is_label(sentence, index) or any(_is_of_trade(one) for one in tokens[:index]):
                    return
                if cased[:1].isupper() and is_short and (index > 1 or tokens[0].names or cased.isupper()):
                    sentence.claim(0, index + 1, "dateline")
                return

    def _is_label(self, sentence: Sentence, index: int) -> bool:
        """`Asia: the deficit shrank …`: a partner or goods before a colon is what the paragraph is about."""
        tokens = sentence.tokens
        cased = self.grammar.text.cased[tokens[0].start : tokens[index - 1].end]
        is_named = index and tokens[index].kind == "colon" and not cased.isupper() and len(tokens) > index + 1
        named = tokens[:index]
        if not is_named or not all(token.names or token.is_a("and") or token.text == "the" for token in named):
            return False
        kinds = {dimension_of(self.grammar, tokens, at)[0] for at in range(index) if tokens[at].names}
        return bool(kinds) and "region" not in kinds

    def _claim_relatives(self, sentence: Sentence) -> None:
        """Relative clauses without a number (`…, which has areas in Kashgar, …`) and who says so name no subject."""
        for index, token in enumerate(sentence.tokens):
            is_relative = not sentence.is_chinese and token.text in _RELATIVES
            is_behind = index > 1 and sentence.tokens[index - 1].text == "in"  # trade, in which chains are longer
            if is_relative and index and sentence.tokens[index - 1 - is_behind].kind == "comma":
                self._claim_relative(sentence, index)
            if token.is_a("reporting"):
                self._claim_reporting(sentence, index)
            if sentence.is_chinese and token.text in _IS:
                self._claim_description(sentence, index)
            if sentence.is_chinese and token.text == "以":
                self._claim_main(sentence, index)

    @staticmethod
    def _claim_description(sentence: Sentence, index: int) -> None:
        """柑橘是出口最多的水果: what something is, without a number, is not what the next clause is about."""
        tokens, last = sentence.tokens, sentence.clause_end(index) - 1
        if last < index + 2 or tokens[last - 1].text != "的" or any(one.quantity for one in tokens[index:last]):
            return
        kinds = {list_name for list_name, _ in tokens[last].names}
        if kinds & {list_name for one in tokens[sentence.clause_start(index) : index] for list_name, _ in one.names}:
            sentence.claim(index, last + 1, "description")

    @staticmethod
    def _claim_main(sentence: Sentence, index: int) -> None:
        """以便携式电脑、集成电路等为主: what goods mainly are is no subject of what follows."""
        last = sentence.clause_end(index)
        clause = sentence.tokens[index:last]
        text = "".join(one.text for one in clause)
        begins = not index or sentence.tokens[index - 1].kind in BOUNDARIES
        if begins and text.endswith("为主") and not any(one.quantity is not None for one in clause):
            _claim_names(sentence, index, last, "description")

    def _claim_relative(self, sentence: Sentence, index: int) -> None:
        tokens = sentence.tokens
        last = index
        while last < len(tokens) and (
            tokens[last].kind not in BOUNDARIES or (tokens[last].kind == "comma" and self._within_names(tokens, last))
        ):
            if tokens[last].quantity is not None:
                break
            last += 1
        if last < len(tokens) and tokens[last].quantity is None:
            for cursor in range(index, last):  # its words, too: they are no part of a name
                if tokens[cursor].kind in ("word", "period") or tokens[cursor].is_a("nontrade"):
                    sentence.spoken_for.setdefault(cursor, "relative clause")
            _claim_names(sentence, index, last, "relative clause")

    @staticmethod
    def _claim_reporting(sentence: Sentence, index: int) -> None:
        """The clause of a verb such as "said" or 介绍."""
        tokens = sentence.tokens
        first, last = sentence.clause_start(index), sentence.clause_end(index)
        clause = tokens[first:last]
        names_source = not sentence.is_chinese and tokens[index].text in _NAMED_SOURCES
        if any(one.quantity is not None for one in clause):
            if names_source and not any(one.quantity is not None for one in tokens[index:last]):
                sentence.claim(index, last, "attribution")
        elif names_source:
            sentence.claim(index, last, "attribution")
        elif (
            sentence.is_chinese
            and last < len(tokens)
            and (clause[0].text in _ATTRIBUTION_STARTS or any(one.is_a("attribution") for one in clause))
        ):
            _claim_names(sentence, first, last, "attribution")

    @staticmethod
    def _within_names(tokens: list[Token], index: int) -> bool:
        return index + 1 < len(tokens) and bool(tokens[index - 1].names) and bool(tokens[index + 1].names)

    @staticmethod
    def _joins(tokens: list[Token], index: int) -> bool:
        """Whether a comma or "and" stands between two names."""
        if not (tokens[index].kind in ("comma", "enumeration") or tokens[index].is_a("and")):
            return False
        after = next((one for one in tokens[index + 1 : index + 4] if one.text != "the" and not one.is_a("and")), None)
        return after is not None and bool(after.names)

    def _leads(self, sentence: Sentence, index: int) -> bool:
        """Whether a Chinese clause says before whom a partner comes, and not by how much: 欧盟继续领先美国."""
        if not (sentence.is_chinese and sentence.tokens[index].is_a("gap_up")):
            return False
        clause = sentence.tokens[index : sentence.clause_end(index)]
        is_told = any(token.quantity is not None for token in clause)
        return not is_told and self._dimension(sentence, index + 1) == "partner"

    def _claim_overtaken(self, sentence: Sentence) -> None:
        """Who was overtaken is no subject: 东盟超越美国成为第二大市场."""
        tokens = sentence.tokens
        for index in sentence.with_sense("overtake", "gap_up", "gap_down"):
            token = tokens[index]
            if index + 1 < len(tokens) and (token.is_a("overtake") or self._leads(sentence, index)):
                cursor = index + 1
                while cursor < len(tokens) and (
                    tokens[cursor].names
                    or tokens[cursor].text == "the"
                    or self._joins(tokens, cursor)
                    or (tokens[cursor].is_a("flow") and not sentence.is_chinese)  # imports outpaced exports
                ):
                    cursor += 1
                has_number = cursor < len(tokens) and (
                    tokens[cursor].text in ("with", "at", "of") or tokens[cursor].kind in ("open", "quantity")
                )
                if not has_number:
                    sentence.claim(index + 1, cursor, "overtaken")
            if token.text.endswith("than") and not token.is_a("overtake"):
                self._claim_outpaced(sentence, index)

    @staticmethod
    def _claim_outpaced(sentence: Sentence, index: int) -> None:
        """`Imports grew faster than exports, jumping 24.9 percent`: what is said behind is of the first."""
        tokens = sentence.tokens
        cursor = index + 1
        while cursor < len(tokens) and (tokens[cursor].text in ("the", "those", "that", "of", "its")):
            cursor += 1
        behind = tokens[cursor + 1] if cursor + 1 < len(tokens) else None
        is_alone = behind is None or behind.kind in BOUNDARIES
        if cursor < len(tokens) and tokens[cursor].is_a("flow") and is_alone:
            sentence.claim(cursor, cursor + 1, "overtaken")

    def _claim_appositions(self, sentence: Sentence) -> None:
        """Names between two dashes explain the one of their kind before them: `the new three – cars, …, cells –`."""
        if sentence.is_chinese:
            return
        dashes = [index for index, token in enumerate(sentence.tokens) if token.kind == "dash"]
        for first, last in pairwise(dashes):
            if any(token.quantity is not None for token in sentence.tokens[first:last]):
                continue
            explained = {self._dimension(sentence, index) for index in range(first)} - {""}
            for index in range(first + 1, last):
                if self._dimension(sentence, index) in explained:
                    sentence.spoken_for.setdefault(index, "apposition")

    @staticmethod
    def _claim_members(sentence: Sentence) -> None:
        """`the Delta region, that is Jiangsu, Anhui and Zhejiang plus Shanghai, …`: who belongs to it is no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens[:-3]):
            if token.kind != "comma" or tokens[index + 1].text != "that" or not tokens[index + 2].is_a("be"):
                continue
            if index and tokens[index - 1].quantity is not None:
                continue  # the six leading partners, that is the European Union, …
            last = index + 3
            while last < len(tokens) and (
                tokens[last].names
                or tokens[last].kind == "word"
                or tokens[last].is_a("and")
                or tokens[last].text == "the"
                or (last + 1 < len(tokens) and tokens[last].kind == "comma" and tokens[last + 1].names)
            ):
                last += 1
            if last < len(tokens) and tokens[last].kind == "comma":
                _claim_names(sentence, index + 1, last, "apposition")

    def _claim_besides(self, sentence: Sentence) -> None:
        """`除棉花外，出口…`: what is told of is the others, or all of them again."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens):
            if token.text not in _BESIDES or (index and tokens[index - 1].kind not in BOUNDARIES):
                continue
            last = sentence.clause_end(index)
            clause = tokens[index:last]
            if not any(one.names for one in clause) or any(one.quantity is not None for one in clause):
                continue
            if last < len(tokens) and tokens[last - 1].text.endswith(("外", "以外")):
                _claim_names(sentence, index, last, "besides")
                first_number = next((at for at in sentence.quantities() if at > last), len(tokens))
                kinds = {self._dimension(sentence, at) for at in range(last, first_number)}
                if not kinds & {"commodity", "partner", "ownership", "trade_mode"}:
                    self.doubt = self.doubt or "it may be of all but those that are named"

    @staticmethod
    def _claim_hubs(sentence: Sentence) -> None:
        """`Shenzhen, a manufacturing hub in south China, …`: what a place is known for is no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens):
            if token.text in _HUBS and index and tokens[index - 1].names:
                first = index - 1
                while first > 0 and (tokens[first - 1].names or tokens[first - 1].is_a("and")):
                    first -= 1
                sentence.claim(first, index + 1, "apposition")

    @staticmethod
    def _claim_treaties(sentence: Sentence) -> None:
        """`the China-ASEAN free trade area`: those between whom a treaty is are no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens):
            if token.text not in _TREATIES:
                continue
            first = index
            while first > 0 and (tokens[first - 1].names or tokens[first - 1].text in ("-", "—")):
                first -= 1
            named = sum(bool(one.names) for one in tokens[first:index])
            if named > sentence.is_chinese:  # in Chinese a place and a zone are that zone
                sentence.claim(first, index + 1, "treaty")

    def _dimension(self, sentence: Sentence, index: int) -> str:
        return dimension_of(self.grammar, sentence.tokens, index)[0] if sentence.tokens[index].names else ""

    @staticmethod
    def _claim_whole_before(sentence: Sentence) -> bool:
        """`Of that figure, exports made up …`: a part of what the sentence before spoke of."""
        tokens = sentence.tokens
        end = sentence.clause_end(0)
        if sentence.is_chinese or tokens[0].text != "of" or not 1 < end <= _LONGEST_WHOLE:
            return False
        if sentence.begins_paragraph and tokens[1].text != "the total":
            return False
        if any(token.names or token.is_a("flow") or token.quantity is not None for token in tokens[:end]):
            return False
        sentence.claim(0, end, "reference")
        return True

    @staticmethod
    def _claim_locations(sentence: Sentence) -> None:
        """`on the border with Myanmar`, 与越南接壤: where a place lies is no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens):
            if token.text not in _BORDERS:
                continue
            step = -1 if sentence.is_chinese else 1
            cursor = index + step
            if token.text == "border" and cursor < len(tokens) and tokens[cursor].names:
                continue  # the border port of Khorgos
            if index and tokens[index - 1].is_a("partner_preposition") and token.text in _NEIGHBORING:
                continue  # trade with neighboring Nepal
            is_between = cursor < len(tokens) and tokens[cursor].text == "between"
            while 0 <= cursor < len(tokens) and (
                tokens[cursor].names
                or tokens[cursor].is_a("and", "partner_preposition", "filler")
                or tokens[cursor].kind == "enumeration"
                or (is_between and (tokens[cursor].kind == "possessive" or tokens[cursor].text in _DIRECTIONS))
            ):
                cursor += step
            is_subject = not is_between and not sentence.is_chinese and cursor < len(tokens) and cursor > index + 1
            is_first = (
                is_subject and index == 0 and token.text.endswith("ing") and tokens[cursor].kind not in BOUNDARIES
            )
            if is_subject and (is_first or tokens[cursor].is_a("flow") or tokens[cursor].kind == "possessive"):
                continue  # neighbouring Sichuan traded …
            _claim_names(sentence, min(index, cursor + 1), max(index, cursor), "location")

    def _claim_peers_in_english(self, sentence: Sentence) -> None:
        """`Germany was the largest trading partner in Europe`: those among whom one stands out are no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens if not sentence.is_chinese else ()):
            first = index - 1 - (index > 1 and tokens[index - 1].text == "the")
            if first < 1 or not token.names or tokens[first].text not in _AMONG:
                continue
            dimension, code = dimension_of(self.grammar, tokens, index)
            if dimension != "partner" or self.grammar.codes.is_country(code):
                continue
            if [one.text for one in tokens[index + 1 : index + 3]] == [",", "which"]:
                continue  # found its largest market in Asia, which made up 35.7 percent
            near = tokens[max(0, first - _LONGEST_STANDING) : first]
            stands_out = any(one.is_a("superlative") or not _SUPERLATIVES.isdisjoint(one.text.split()) for one in near)
            if stands_out and tokens[first - 1].text.rpartition(" ")[2].removesuffix("s") in _ONE_OF_GROUP:
                sentence.claim(first, index + 1, "peers")

    def _claim_opening_name(self, sentence: Sentence) -> None:
        """`Within the EU, …`, `Excluding Chengdu, …`: a name that the sentence begins with and sets apart."""
        tokens = sentence.tokens
        index = 2 if [token.text for token in tokens[1:2]] == ["the"] else 1
        if sentence.is_chinese or index + 1 >= len(tokens):
            return
        if not tokens[index].names or tokens[index + 1].kind != "comma":
            return
        if tokens[0].text == "within":
            sentence.claim(0, index + 1, "peers")  # Within the EU, exports to the euro area …
        elif tokens[0].text in _WITHOUT and not tokens[index].may_name("commodity"):
            sentence.claim(0, index + 1, "outside")  # Excluding Chengdu, Sichuan's exports …
            self.doubt = self.doubt or "it is reckoned without a part that is named"

    @staticmethod
    def _claim_peers(sentence: Sentence) -> None:
        """`在中部六省里，总值排第6位`, 在“新三样”中增速最快: those among whom something stands out are no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens if sentence.is_chinese else ()):
            if token.is_a("scope_nation", "scope_province") and _is_superlative(tokens[index + 1 : index + 2]):
                sentence.spoken_for.setdefault(index, "peers")  # 成为全国最大口岸
            if token.text != "在":
                continue
            last = index + 1  # 福建在东盟的前三大贸易伙伴, 中国在欧洲最大的贸易伙伴
            while last < len(tokens) and last < index + 4 and (tokens[last].names or tokens[last].text in _OF_PLACES):
                last += 1
            if last > index + 1 and last < len(tokens) and tokens[last].text.startswith(_STANDING):
                _claim_names(sentence, index, last, "peers")
            clause = tokens[index : sentence.clause_end(index)]
            number = next((at for at, one in enumerate(clause) if one.quantity is not None), None)
            quantity = None if number is None else clause[number].quantity
            ends = [at for at, one in enumerate(clause[:number]) if one.text.endswith(("里", "中", "内"))]
            if not ends or (quantity is not None and quantity.unit_kind != "rank"):
                continue
            if quantity is None and ends[-1] == len(clause) - 1:
                _claim_names(sentence, index, index + len(clause), "peers")
            elif quantity is not None or any(one.text.startswith("最") for one in clause[ends[0] :]):
                _claim_names(sentence, index, index + ends[0], "peers")  # 增速在全国外贸万亿级城市中列第二位

    def _doubt_what_is_pointed_at(self, sentence: Sentence) -> None:
        """`trade in them`, `of what was shipped there`: the goods or the partner are named before."""
        tokens = sentence.tokens
        if sentence.is_chinese:
            return
        for index in sentence.with_sense("flow"):
            behind = [token.text for token in tokens[index + 1 : index + 3]]
            if len(behind) == 2 and behind[0] == "in" and behind[1] in _THINGS:
                self.doubt = self.doubt or "which goods are meant is said before"
        opening = tokens[: sentence.clause_end(0)]
        if opening and opening[0].text == "of" and any(one.text == "there" for one in opening):
            self.doubt = self.doubt or "which of those before is meant is not said"

    def _doubt_world_trade(self, sentence: Sentence) -> None:
        """`global trade may grow by 0.8 percent`: what follows in the clause is of the world, and not of the place."""
        chars = self.grammar.text.chars
        for index, token in enumerate(sentence.tokens):
            if not chars.startswith(_WORLD_TRADE, token.start) or not sentence.free(index):
                continue
            last = sentence.clause_end(index)
            number = next((at for at in sentence.quantities() if index < at < last), None)
            if number is not None and not any(one.names for one in sentence.tokens[index:number]):
                self.doubt = self.doubt or "it may be of the trade of the world"

    @staticmethod
    def _claim_causes(sentence: Sentence) -> None:
        """`…, driven by semiconductors, …`: a clause without a number that says why names no subject."""
        if sentence.is_chinese:
            return
        tokens = sentence.tokens
        for index, token in enumerate(tokens):
            if token.text not in _CAUSES or (index and tokens[index - 1].kind not in BOUNDARIES):
                continue
            last = sentence.clause_end(index)
            if index and not any(one.quantity is not None for one in tokens[index:last]):
                has_number = last + 1 < len(tokens) and tokens[last].kind == "open" and tokens[last + 1].quantity
                _claim_names(sentence, index, last - bool(has_number), "cause")  # led by wheat (+66.8%)
                for cursor in range(index, last):
                    if tokens[cursor].period is not None:  # in spite of the lockdowns in April and May
                        sentence.spoken_for.setdefault(cursor, "relative clause")

    @staticmethod
    def _claim_opening(sentence: Sentence) -> None:
        """`Amid rising oil prices, exports rose …`: what the sentence opens with names no subject where one follows."""
        tokens = sentence.tokens
        if sentence.is_chinese:
            _claim_chinese_openings(sentence)
            return
        is_phrase = " ".join(token.text for token in tokens[:4]) in _OPENINGS  # on the back of strong demand
        if not is_phrase and (tokens[0].text not in _OPENINGS or tokens[0].is_a("header")):
            return
        if [token.text for token in tokens[:2]] in (["as", "to"], ["as", "for"]):
            return  # as to partners, Nepal remains the largest
        beside = next((token for token in tokens[1:3] if token.text != "the"), tokens[0])
        if tokens[0].is_a("partner_preposition") and beside.names:
            return  # with Taiwan and Japan, Chongqing traded …
        last = sentence.clause_end(0)
        opening = tokens[1:last]
        is_brief = len(opening) <= _LONGEST_ROLE and not any(one.is_a("rise", "fall", "flow") for one in opening)
        if tokens[0].is_a("partner_preposition") and is_brief and opening and opening[-1].may_name("partner"):
            return  # with neighboring Nepal, the region's trade soared
        while last + 1 < len(tokens) and _goes_on_with_names(tokens, last + 1):
            end = sentence.clause_end(last + 1)
            if any(token.is_a("flow") for token in tokens[last + 1 : end]):
                break
            last = end
        first_number = next(iter(sentence.quantities()), len(tokens))
        follows = tokens[last + 1 : first_number]
        has_flow = any(token.is_a("flow") and not token.is_a("nontrade") for token in follows)
        if last < first_number < len(tokens) and has_flow:
            _claim_names(sentence, 0, last, "cause", "measure", "rise", "fall")

    @staticmethod
    def _claim_included(sentence: Sentence) -> None:
        """`Exports of farm products, including tomatoes and walnuts, amounted to …`: of them an aside names some."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens[:-1]):
            if token.text in ("included", "excluded") and index > 1 and tokens[index + 1].kind in BOUNDARIES:
                first = sentence.clause_start(index)  # with Asia as a whole, China included, …
                if first and all(_is_in_list_of_names(one) for one in tokens[first:index]):
                    sentence.claim(first, index + 1, "example")
            if token.text not in _INCLUDING or not index or tokens[index - 1].kind != "comma":
                continue
            last, comma = index + 1, 0
            while last < len(tokens) and _is_in_list_of_names(tokens[last]):
                comma = last if tokens[last].kind == "comma" else comma
                last += 1
            is_aside = comma and last == comma + 1 < len(tokens)
            if is_aside and tokens[last].is_a("to", "rise", "fall", "be", "share"):
                sentence.claim(index, comma, "example")

    @staticmethod
    def _claim_descriptions(sentence: Sentence) -> None:
        """`Shandong, a major producer of garlic, saw …`, `home to many steel firms`: what a place is, is no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens[:-1]):
            last = sentence.clause_end(index + 1)
            clause = tokens[index + 1 : last]
            if token.kind == "comma" and _is_title(tokens, index, last):
                _claim_names(sentence, index + 1, last, "apposition", "rank_noun")
            is_first = tokens[index + 1].text == "the" and index + 2 < last and tokens[index + 2].is_a("ordinal", "top")
            is_first = is_first and tokens[index - 1].period is None  # in May, the main partners were ASEAN, …
            if token.kind != "comma" or not (tokens[index + 1].text in _DESCRIPTIONS or is_first):
                continue
            is_ranked = any(one.is_a("superlative", "ordinal") for one in clause)
            is_supplier = clause[0].text in ("a", "an") and not is_ranked
            telling = ("flow", "rise", "fall") if is_supplier else ("flow", "rank_noun", "rise", "fall")
            is_told = any(one.quantity is not None or one.is_a(*telling) for one in clause)
            if last < len(tokens) and tokens[last].kind == "comma" and not is_told:
                _claim_names(sentence, index + 1, last, "apposition")

    @staticmethod
    def _claim_nation_behind(sentence: Sentence) -> None:
        """`exports to the Hong Kong region of China`: of what a partner is a part is no place that trades."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens[1:-1], 1):
            is_behind = token.text == "of" and ("region", "CHN") in tokens[index + 1].names
            if is_behind and any(pair in _PARTNERS_WITHIN for pair in tokens[index - 1].names):
                sentence.claim(index, index + 2, "location")

    def _claim_capital(self, sentence: Sentence) -> None:
        """`The capital of South China's Guangdong`, in a release of that capital: what it is the capital of."""
        tokens = sentence.tokens
        holders = set(self.grammar.codes.containing_regions(self.grammar.region_id)[1:])
        for index, token in enumerate(tokens):
            if token.text not in _CAPITALS:
                continue
            last = index + 1
            while last < len(tokens) and (
                tokens[last].names
                or tokens[last].kind == "possessive"
                or tokens[last].text in _DIRECTIONS
                or tokens[last].text in ("of", "the")
            ):
                last += 1
            named = {code for one in tokens[index + 1 : last] for list_name, code in one.names if list_name == "region"}
            if named and named <= holders:
                sentence.claim(index, last, "apposition")

    def _claim_outside(self, sentence: Sentence) -> None:
        """`The USA was the main market outside the EU`: the group that a partner is no part of is no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens):
            if token.text not in _OUTSIDE or not index or not tokens[index - 1].is_a("rank_noun", "header_dimension"):
                continue
            last = index + 1
            while last < len(tokens) and tokens[last].text == "the":
                last += 1
            is_group = last < len(tokens) and self._dimension(sentence, last) == "partner"
            start = sentence.clause_start(index)
            if is_group and any(self._dimension(sentence, at) == "partner" for at in range(start, index)):
                sentence.claim(index, last + 1, "outside")

    def _claim_roles(self, sentence: Sentence) -> None:
        """`trade with its biggest partner, the ASEAN`: what a partner is, told before its name, is no subject."""
        tokens = sentence.tokens
        for index in sentence.with_sense("rank_noun"):
            if index + 2 >= len(tokens) or tokens[index + 1].kind != "comma":
                continue
            first = index
            while first > 0 and not tokens[first - 1].is_a("partner_preposition") and index - first < _LONGEST_ROLE:
                first -= 1
            name = index + 2 + (tokens[index + 2].text == "the")
            role = tokens[first:index]
            is_told = any(one.names or (one.quantity is not None and not one.is_a("rank")) for one in role)
            has_name = name < len(tokens) and self._dimension(sentence, name) == "partner"
            if first and tokens[first - 1].is_a("partner_preposition") and has_name and not is_told:
                sentence.claim(first, index + 2, "role")

    @staticmethod
    def _claim_buyers(sentence: Sentence) -> None:
        """`Tea, bought chiefly by Pakistan and Egypt, earned …`: who buys or makes it is no subject."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens[:-2]):
            if token.kind != "comma" or tokens[index + 1].text not in _DONE_BY:
                continue
            if not any(one.text == "by" for one in tokens[index + 2 : index + 5]):
                continue
            last = sentence.clause_end(index + 1)
            while last + 1 < len(tokens) and (
                _goes_on_with_names(tokens, last + 1) or (tokens[last + 1].text == "the" and tokens[last + 2].names)
            ):
                last = sentence.clause_end(last + 1)
            is_told = any(one.quantity is not None for one in tokens[index + 1 : last])
            if last < len(tokens) and tokens[last].kind == "comma" and not is_told:
                _claim_names(sentence, index + 1, last, "apposition", "flow")

    @staticmethod
    def _claim_demand(sentence: Sentence) -> None:
        """`demand for coal`, `production of cars`: goods that are wanted or made are no subject of trade."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens[:-2]):
            if token.text not in _NO_TRADE_OF or tokens[index + 1].text not in ("for", "of", "on"):
                continue
            last = index + 2
            while last < len(tokens) and (
                tokens[last].names or tokens[last].is_a("and", "filler") or _goes_on_with_names(tokens, last + 1)
            ):
                last += 1
            _claim_names(sentence, index, last, "cause")

    def _claim_attributions(self, sentence: Sentence) -> None:
        """Names of offices: `Urumqi customs`, 乌鲁木齐海关."""
        tokens = sentence.tokens
        for index in sentence.with_sense("attribution"):
            first = index
            while (
                first > 0
                and first > index - 4
                and (
                    (tokens[first - 1].names and not tokens[first - 1].is_a("scope_nation"))
                    or (tokens[first - 1].kind == "word" and not sentence.is_chinese)
                    or tokens[first - 1].is_a("attribution", "scope_self", "scope_province")
                    or tokens[first - 1].kind == "possessive"
                )
            ):
                if tokens[first - 1].kind == "word" and not (first > 1 and tokens[first - 2].names):
                    break
                first -= 1
            while sentence.is_chinese and first > 1 and self._joins_offices(sentence, first - 1):
                first -= 2  # 福州、厦门海关
            last = self._end_of_office(tokens, index)
            following = tokens[last + 1] if last + 1 < len(tokens) else None
            if following is not None and following.text in _CUSTOMS_AREAS:
                continue  # 杭州海关关区: a region of its own
            if following is not None and following.is_a("flow") and first == last:
                sentence.claim(last, last + 1, "attribution")
                continue
            sentence.claim(first, last + 1, "attribution")

    def _joins_offices(self, sentence: Sentence, index: int) -> bool:
        """Whether a comma of a list, or "and", stands between the places of two offices."""
        tokens = sentence.tokens
        is_link = tokens[index].kind == "enumeration" or tokens[index].is_a("and")
        return is_link and all(self._dimension(sentence, at) == "region" for at in (index - 1, index + 1))

    def _end_of_office(self, tokens: list[Token], index: int) -> int:
        """The last token of `the Ministry of Trade, Industry and Energy`: what it is for is no subject."""
        if not tokens[index].text.startswith(_OFFICES):
            return index
        cased, last, end = self.grammar.text.cased, index + 1, index
        while last + 1 < len(tokens) and (tokens[last].kind == "comma" or tokens[last].is_a("and")):
            is_last = tokens[last].is_a("and")
            last += 1
            while last < len(tokens) and cased[tokens[last].start].isupper() and tokens[last].quantity is None:
                last += 1
            if is_last:
                end = last - 1
                break
        return end

    def _claim_rank_places(self, sentence: Sentence) -> None:
        """Among whom something is first is no subject: 位居全省首位, 居全国各省区之首."""
        tokens = sentence.tokens
        holders = set(self.grammar.codes.containing_regions(self.grammar.region_id)) | {"CHN"}
        for index in sentence.with_sense("rank") if sentence.is_chinese else ():
            if index and tokens[index - 1].is_a("scope_nation"):
                sentence.spoken_for.setdefault(index - 1, "reference")  # 全国排名列第19位
            if index + 1 == len(tokens):
                continue
            self._claim_those_before(sentence, index)
            place = tokens[index + 1]
            is_place = any(
                list_name == "region" and (code in holders or not self._lies_within(code))
                for list_name, code in place.names
            )
            ranked = any(
                one.quantity is not None and one.quantity.unit_kind == "rank"
                for one in tokens[index : sentence.clause_end(index)]
            )
            if not ranked and (is_place or place.is_a("scope_nation", "scope_province", "scope_self")):
                sentence.spoken_for.setdefault(index + 1, "reference")

    def _claim_those_before(self, sentence: Sentence, index: int) -> None:
        """排在厦门、福州之后: behind whom something comes is no subject."""
        tokens, last = sentence.tokens, index + 1
        while last < len(tokens) and (tokens[last].names or tokens[last].is_a("and")):
            last += 1
        start = tokens[last].start if last < len(tokens) else 0
        if last > index + 1 and self.grammar.text.chars.startswith(_BEHIND, start):
            _claim_names(sentence, index + 1, last, "reference")

    def _lies_within(self, code: str) -> bool:
        """Whether a region is a part of the place that reports."""
        return self.grammar.region_id in self.grammar.codes.containing_regions(code)

    def _claim_references(self, sentence: Sentence) -> None:
        """Tokens that say what a share is of, what a growth is faster than, what it compares with."""
        tokens = sentence.tokens
        for index in sentence.quantities():
            quantity = tokens[index].quantity
            if quantity is None or sentence.is_set_aside(index):
                continue
            if quantity.unit_kind in ("percent", "points"):
                self._contribution_reference(sentence, index)
            if index in self.contributions:
                continue
            if quantity.unit_kind == "percent":
                self._growth_of_another(sentence, index)
            if index in self.others:
                continue
            if quantity.unit_kind == "percent" and self._beaten_by(sentence, index):
                continue
            if quantity.unit_kind == "percent":
                self._share_reference(sentence, index)
            elif quantity.unit_kind == "points" and self._share_change_reference(sentence, index):
                continue
            elif quantity.unit_kind == "points":
                self._gap_reference(sentence, index)
            elif quantity.unit_kind == "rank":
                self._peers(sentence, index)
        for index, token in enumerate(tokens):
            if token.text in _EXCEEDING and not sentence.is_chinese:
                self._value_exceeded(sentence, index)
            if token.text in _COMPARING_BEFORE:
                self._value_of_another_span(sentence, index)
            if sentence.is_chinese and token.is_a("comparison", "base"):
                self._value_of_base(sentence, index)
            if token.is_a("versus", "than") or token.text in _COMPARING or token.text.endswith(" than"):
                self._comparison(sentence, index)

    def _share_reference(self, sentence: Sentence, index: int) -> None:
        tokens = sentence.tokens
        if not sentence.is_chinese:
            if index + 1 < len(tokens) and (tokens[index + 1].text == "of" or self._is_share_in(sentence, index)):
                last = index + 2
                while last < len(tokens) and not self._ends_reference(tokens, last):
                    last += 1
                named = tokens[index + 2 : last]
                if any(self._may_be_whole(token) for token in named):
                    self.references[index] = self._reference(named)
                    sentence.claim(index + 1, last, "reference")
                    return
            self._share_noun_reference(sentence, index)
            return
        cue = None
        cursor = index - 1
        first = sentence.clause_start(index)
        while cursor >= first:
            token = tokens[cursor]
            if token.is_a("share"):
                cue = cursor
            if token.quantity is not None or token.is_a("rise", "fall"):
                break
            cursor -= 1
        if cue is None and index and tokens[index - 1].kind == "close":
            # 在全省进出口总值中占(下同)67.5%: the whole stands before, and a note between
            opened = index - 1
            while opened > 0 and tokens[opened].kind != "open":
                opened -= 1
            if opened and tokens[opened - 1].is_a("share"):
                cue = opened - 1
                first = sentence.clause_start(cue)
        if cue is None:
            self._next_whole(sentence, index)
            return
        # 占全省进出口的比重由2010年的16%…: the year is no part of the whole
        last = next((at for at in range(cue + 1, index) if tokens[at].text in _COMPARING_BEFORE), index)
        named = [token for token in tokens[cue + 1 : last] if token.kind not in ("open", "close")]
        start = cue + 1
        if not any(self._may_be_whole(token) for token in named):
            inside = cue - 1
            while inside >= first and tokens[inside].text != "在":
                inside -= 1
            if inside >= first and tokens[inside].text == "在":
                named, start = tokens[inside:cue], inside
                self.references[index] = self._reference(named)
                sentence.claim(start, cue, "reference")
            return
        if any(self._may_be_whole(token) for token in named):
            self.references[index] = self._reference(named)
            sentence.claim(start, last, "reference")

    @staticmethod
    def _is_share_in(sentence: Sentence, index: int) -> bool:
        """`Their share was 5.8% in exports and 9.0% in total imports`: a flow behind "in" is the whole of a share."""
        tokens, at = sentence.tokens, index + 1
        says_share = any(token.is_a("share") and token.text.startswith(_SHARE_NOUNS) for token in tokens[:index])
        behind = tokens[at + 1 : at + 4]
        is_flow = any(token.is_a("flow") for token in behind) and all(
            token.is_a("flow", "filler", "and") or token.text in _WHOLES for token in behind[:1]
        )
        return says_share and at < len(tokens) and tokens[at].text == "in" and is_flow

    def _next_whole(self, sentence: Sentence, index: int) -> None:
        """`占全国的7.5%、全省的52.6%`: the second of two shares of one part."""
        tokens = sentence.tokens
        if index < 4 or tokens[index - 1].text != "的" or index - 4 not in self.references:
            return
        is_listed = tokens[index - 3].kind in ("enumeration", "comma") or tokens[index - 3].is_a("and")
        if is_listed and self._may_be_whole(tokens[index - 2]):
            self.references[index] = self._reference([tokens[index - 2]])
            sentence.claim(index - 2, index, "reference")

    def _share_change_reference(self, sentence: Sentence, index: int) -> bool:
        """`占全省外贸总额的比重较上年提升14.8个百分点`, `在进出口总值中的比重提高1个百分点`: what the share is of."""
        tokens = sentence.tokens
        if not sentence.is_chinese:
            return False
        clause = range(sentence.clause_start(index), index)
        cue = next((at for at in clause if tokens[at].is_a("share") and tokens[at].text.startswith("占")), None)
        cue = next((at for at in clause if tokens[at].text == "在"), None) if cue is None else cue
        noun = next(
            (at for at in clause if cue is not None and at > cue and tokens[at].is_a("share_change_noun")), None
        )
        if cue is None or noun is None or not any(self._may_be_whole(token) for token in tokens[cue + 1 : noun]):
            return False
        self.references[index] = self._reference(tokens[cue + 1 : noun])
        sentence.claim(cue + 1, noun, "reference")
        return True

    def _share_noun_reference(self, sentence: Sentence, index: int) -> None:
        """`its share of total exports`, `the share of coal in imports`: the whole stands with the noun."""
        tokens = sentence.tokens
        cursor = index - 1
        while cursor >= 0 and not (tokens[cursor].is_a("share") and tokens[cursor].text.startswith(_SHARE_NOUNS)):
            if tokens[cursor].quantity is not None or tokens[cursor].kind in ("semicolon", "stop"):
                return
            cursor -= 1
        if cursor < 0:
            return
        start = cursor + 1
        is_of = tokens[cursor].text.endswith(" of")
        if not is_of and start < index and tokens[start].text in ("of", "in"):
            is_of = tokens[start].text == "of"
            start += 1
        elif not is_of:
            return
        last = start
        while last < index and not self._ends_reference(tokens, last):
            last += 1
        inside = next((at for at in range(start, last) if tokens[at].text == "in"), None)
        if inside is not None:
            start = inside + 1
        elif is_of and not self._has_part_before(sentence, cursor):
            return
        if any(self._may_be_whole(token) for token in tokens[start:last]):
            self.references[index] = self._reference(tokens[start:last])
            sentence.claim(start, last, "reference")

    @staticmethod
    def _has_part_before(sentence: Sentence, index: int) -> bool:
        """Whether the part that a share is of is named before the noun: `Coal's share of imports`."""
        before = sentence.tokens[sentence.clause_start(index) : index]
        return any(token.names or token.is_a("anaphor", "share") for token in before)

    @staticmethod
    def _may_be_whole(token: Token) -> bool:
        return (
            bool(token.names)
            or token.is_a("flow", "scope_nation", "scope_province", "scope_self", "anaphor", "nontrade", "base")
            or token.text in _WHOLES
        )

    @staticmethod
    def _ends_reference(tokens: list[Token], index: int) -> bool:
        token = tokens[index]
        if (
            token.kind in BOUNDARIES
            or token.quantity is not None
            or token.is_a("while", "rise", "fall", "comparison", "respectively")
        ):
            return True
        before = tokens[index - 1]
        is_of_flow = token.text == "with" and (before.is_a("flow") or before.text.rpartition(" ")[2] in _WHOLES)
        if token.is_a("be") or (token.text in _REFERENCE_ENDS and not is_of_flow):
            return True
        if token.is_a("and") and index + 1 < len(tokens):
            flows = (tokens[index - 1].senses.get("flow"), tokens[index + 1].senses.get("flow"))
            return None in flows or flows[0] == "total"  # 80 percent of total trade and imports for 20 percent
        return False

    def _places_of(self, named: list[Token]) -> list[str]:
        """The places that a few tokens name, each in turn."""
        places = [self._reference([token]).get("region", "") for token in named]
        return [place for place in places if place]

    def _reference(self, named: list[Token]) -> dict[str, str]:
        """The whole that a few tokens name, as far as they say."""
        reference: dict[str, str] = {}
        for token in named:
            if token.is_a("scope_nation"):
                reference["region"] = "CHN" if self.grammar.is_chinese_reporter else self.grammar.region_id
            elif token.is_a("scope_province") or token.text in THE_PROVINCE:
                reference.setdefault("region", self.grammar.province())
            elif token.is_a("scope_self") and not (
                self.grammar.region_id == "CHN" and token.text.startswith(_PLACES_WITHIN)
            ):
                reference.setdefault("region", self.grammar.region_id)
            is_home = ("region", "CHN") in token.names and self.grammar.is_chinese_reporter
            for list_name, code in token.names:
                if list_name == "region":
                    reference["region"] = code
                elif list_name == "partner" and is_home:
                    continue  # China's total foreign trade
                elif list_name in ("partner", "commodity", "ownership", "trade_mode"):
                    reference.setdefault(list_name, code)
            if token.is_a("flow") and token.senses["flow"] != "balance":
                flow = token.senses["flow"]
                if flow in ("export", "import") or "flow" not in reference:
                    reference["flow"] = flow
        return reference

    def _growth_of_another(self, sentence: Sentence, index: int) -> None:
        """`高于同期全国2.8%的整体增幅`: the number is the growth of the place it is compared with."""
        tokens = sentence.tokens
        if not sentence.is_chinese or index + 1 >= len(tokens):
            return
        if tokens[index + 1].text != "的":
            self._growth_that_is_surpassed(sentence, index)
            return
        last = sentence.clause_end(index)
        noun = next((at for at in range(index + 1, last) if tokens[at].is_a("growth_noun")), None)
        if noun is None:
            return
        for cursor in range(index - 1, sentence.clause_start(index) - 1, -1):
            if tokens[cursor].quantity is not None:
                return
            if tokens[cursor].is_a("gap_up", "gap_down") or tokens[cursor].text in ("比", "较"):
                region = self._reference(tokens[cursor:index]).get("region", "")
                if region:
                    self.others[index] = region
                    sentence.claim(cursor, index, "reference")
                    sentence.claim(index + 1, noun + 1, "reference")
                return

    def _growth_that_is_surpassed(self, sentence: Sentence, index: int) -> None:
        """`增幅优于日本与香港1至7月的25.0%、24.8%`: the growths of the places that it is compared with, in turn."""
        tokens = sentence.tokens
        first = sentence.clause_start(index)
        link = next((at for at in range(index - 1, first, -1) if tokens[at].text == "的"), None)
        if link is None or not any(one.is_a("growth_noun") for one in tokens[:link]):
            return
        cue = next((at for at in range(link - 1, first - 1, -1) if tokens[at].is_a("gap_up", "gap_down")), None)
        if cue is None or any(one.quantity is not None for one in tokens[cue:link]):
            return
        places = [place for one in tokens[cue + 1 : link] if (place := self._place(one))]
        numbers = [at for at in range(link + 1, sentence.clause_end(index)) if tokens[at].quantity is not None]
        named = [one for one in tokens[cue + 1 : link] if one.names]
        if index in numbers and len(places) == len(numbers) == len(named):
            self.others[index] = places[numbers.index(index)]
            for at in range(cue, link + 1):
                if at not in self.spans and tokens[at].period is None:
                    sentence.spoken_for.setdefault(at, "reference")

    def _place(self, token: Token) -> str:
        """The code of a place that others report of: a region, or a partner that is a country."""
        codes = dict(token.names)
        return codes.get("region", "") or codes.get("partner", "")

    def _contribution_reference(self, sentence: Sentence, index: int) -> None:
        """`对全省外贸增长的贡献率为85.3%`, `contributing 3 points to the province's growth`: to whose growth."""
        tokens = sentence.tokens
        first = sentence.clause_start(index)
        for cursor in range(index - 1, first - 1, -1):
            token = tokens[cursor]
            if token.quantity is not None:
                break
            if token.is_a("contribution") and tokens[cursor + 1].text == "by" and cursor + 2 < index:
                return  # imports fell, dragged down by a 6 percent drop in fuel
            if token.is_a("contribution"):
                start = cursor
                for earlier in range(cursor - 1, first - 1, -1):
                    if tokens[earlier].text in ("对", "为", "to"):
                        start = earlier
                        break
                    if tokens[earlier].quantity is not None:
                        break
                self.contributions[index] = -1 if token.text in NEGATIVE_CONTRIBUTIONS else 1
                sentence.claim(start, index, "reference")
                return
        if sentence.is_chinese:
            self._made_rise(sentence, index, first)
        else:
            last = sentence.clause_end(index)
            while first > 1 and tokens[first - 1].kind == "comma" and tokens[first - 2].quantity is not None:
                first = sentence.clause_start(first - 2)  # contributed 0.9, 0.8 and 1.2 percent to the growth
            following = tokens[index + 1 : last]
            before = tokens[first:index]
            gave = any(token.text.startswith(_CONTRIBUTING) for token in before)
            growth = next(
                (at for at in range(index + 1, last) if _is_growth(tokens[at])),
                None,
            )
            if gave and growth is not None and following and following[0].text in _GROWTH_PREPOSITIONS:
                self.contributions[index] = 1
                sentence.claim(index + 1, growth + 1, "reference")
            to_which = [token.text for token in before[:2]] == ["to", "which"]
            if gave and to_which and any(_is_growth(token) for token in tokens[:first]):
                self.contributions[index] = 1  # the growth of trade, to which they contributed 46.7 percent
                return
            opening = [token.text for token in tokens[:first]]
            if gave and opening[:2] == ["to", "the"] and any(text.startswith("growth") for text in opening[2:4]):
                self.contributions[index] = 1  # to the growth of foreign trade, private enterprises contributed 80.8%
                sentence.claim(0, first - 1, "reference")

    def _made_rise(self, sentence: Sentence, index: int, first: int) -> None:
        """`使全市出口提高6.4个百分点`: what is told of made the whole rise by so many points."""
        tokens = sentence.tokens
        quantity = tokens[index].quantity
        makes = next((at for at in range(first, index) if tokens[at].text in _MAKING), None)
        if makes is None or quantity is None or quantity.unit_kind != "points":
            return
        cue = next((one for one in tokens[makes:index] if one.is_a("rise", "fall")), None)
        if cue is not None and any(one.is_a("flow") for one in tokens[makes:index]):
            self.contributions[index] = -1 if cue.is_a("fall") else 1
            sentence.claim(makes, index, "reference")

    def _peers(self, sentence: Sentence, index: int) -> None:
        """Among whom a rank is: regions that hold the one that reports are its peers' place, no subject."""
        tokens = sentence.tokens
        codes = self.grammar.codes
        holders = codes.containing_regions(self.grammar.region_id)[1:]
        places: list[str] = []
        first, last = sentence.clause_start(index), sentence.clause_end(index)
        has_cue = any(token.is_a("rank") for token in tokens[max(first, index - 8) : last])
        for cursor in range(first, last):
            token = tokens[cursor]
            region = next((code for list_name, code in token.names if list_name == "region"), "")
            if (
                region == self.grammar.region_id
                and cursor < index
                and cursor > first
                and tokens[cursor - 1].is_a("rank")
            ):
                sentence.spoken_for.setdefault(cursor, "reference")  # 居全区第5位: among the parts of the place
                places.append(region)
                continue
            says_rank = cursor > first and tokens[cursor - 1].is_a("rank")
            is_peer_place = cursor < index and (says_rank or _follows_rank(tokens, cursor))
            if region and is_peer_place and self.grammar.region_id not in set(codes.containing_regions(region)):
                sentence.spoken_for.setdefault(cursor, "reference")  # 居西北五省区第1位
                places.append(region)
                continue
            nation = token.is_a("scope_nation", "scope_province")
            if (region and (region in holders or (region == "CHN" and self.grammar.is_chinese_reporter))) or (
                nation and not region
            ):
                is_subject = cursor + 1 < index and tokens[cursor + 1].is_a("flow") and not says_rank
                if cursor < index and (not has_cue or (is_subject and sentence.is_chinese)):
                    continue  # 湖北省进出口总值排名第17位
                sentence.spoken_for.setdefault(cursor, "reference")
                places.append(region or ("CHN" if token.is_a("scope_nation") else self.grammar.province()))
        if places:
            ranks = [
                at
                for at in sentence.quantities()
                if first <= at < last and (quantity := tokens[at].quantity) and quantity.unit_kind == "rank"
            ]
            place = places[ranks.index(index)] if len(places) == len(ranks) and index in ranks else places[-1]
            self.references[index] = {"region": place}

    def _gap_reference(self, sentence: Sentence, index: int) -> None:
        """`75.5 points higher than that of the whole country`, 比全国增速高32个, 快于全国27.7个百分点."""
        tokens = sentence.tokens
        first = sentence.clause_start(index)
        if sentence.is_chinese:
            self._chinese_gap(sentence, index, first)
            return
        if first > 1 and tokens[first].text == "by" and tokens[first - 1].kind == "comma":
            first = sentence.clause_start(first - 2)  # faster than the province, by 1.2 and 3.4 points
        following = index + 1
        while (
            following < len(tokens)
            and tokens[following].is_a("filler")
            and not tokens[following].is_a("gap_up", "gap_down", "than", "rise", "fall")
        ):
            following += 1
        if following < len(tokens) and tokens[following].is_a("gap_up", "gap_down", "than"):
            self._english_gap(sentence, index, following)
            if index in self.gaps:
                return
        cursor = index - 1
        while cursor >= first:
            if tokens[cursor].is_a("gap_up", "gap_down") and self._names_other(tokens[cursor + 1 : index]):
                self.gaps[index] = -1 if tokens[cursor].is_a("gap_down") and not tokens[cursor].is_a("gap_up") else 1
                self.references[index] = self._reference(tokens[cursor:index])
                sentence.claim(cursor, index, "reference")
                return
            if tokens[cursor].quantity is not None:
                return
            cursor -= 1

    def _beaten_by(self, sentence: Sentence, index: int) -> bool:
        """`beating the province by 0.3 percent`: who is beaten is no subject of the number."""
        tokens, first = sentence.tokens, sentence.clause_start(index)
        if index < 2 or tokens[index - 1].text != "by":
            return False
        for cursor in range(index - 2, first - 1, -1):
            if tokens[cursor].is_a("gap_up", "gap_down"):
                named = tokens[cursor + 1 : index - 1]
                if self._names_other(named):
                    is_below = tokens[cursor].is_a("gap_down") and not tokens[cursor].is_a("gap_up")
                    self.beaten[index] = (-1 if is_below else 1, self._reference(named))
                    sentence.claim(cursor, index - 1, "reference")
                return index in self.beaten
            if tokens[cursor].quantity is not None or tokens[cursor].is_a("rise", "fall", "flow"):
                return False
        return False

    def _chinese_gap(self, sentence: Sentence, index: int, first: int) -> None:
        tokens = sentence.tokens
        direction = None
        for cursor in range(index - 1, first - 1, -1):
            token = tokens[cursor]
            if token.quantity is not None and token.quantity.unit_kind == "rank":
                continue  # 比排在第二位的对欧盟进出口增速高15.1个百分点
            if token.quantity is not None:
                break
            if direction is None and token.is_a("gap_up", "gap_down"):
                direction = cursor
            if token.text in ("比", "较") and cursor < index - 1:
                inner = tokens[cursor + 1 : index]
                if direction is None:
                    direction = next((at for at in range(cursor + 1, index) if tokens[at].is_a("rise", "fall")), None)
                if direction is not None and _is_other_flow(inner):
                    self._hold_against_flow(sentence, cursor, index, tokens[direction])
                    return
                if direction is not None and self._names_other(inner):
                    self.gaps[index] = 1 if tokens[direction].is_a("gap_up", "rise") else -1
                    self.references[index] = self._reference(inner)
                    self.gap_places[index] = self._places_of(inner)
                    sentence.claim(cursor, index, "reference")
                    return
                break
        if direction is not None and self._compares_the_two(sentence, first, index):
            self.gaps[index] = 1 if tokens[direction].is_a("gap_up", "rise") else -1
            return
        if direction is not None and _is_other_flow(tokens[direction + 1 : index]):
            self._hold_against_flow(sentence, direction, index, tokens[direction])
            return
        if direction is not None and self._names_other(tokens[direction + 1 : index]):
            self.gaps[index] = 1 if tokens[direction].is_a("gap_up") else -1
            self.references[index] = self._reference(tokens[direction + 1 : index])
            self.gap_places[index] = self._places_of(tokens[direction + 1 : index])
            sentence.claim(direction, index, "reference")

    def _hold_against_flow(self, sentence: Sentence, first: int, index: int, direction: Token) -> None:
        """`进口增幅高出出口10.4个百分点`, `出口增速比进口快3.2个百分点`: the flow named last is no subject."""
        self.gaps[index] = 1 if direction.is_a("gap_up", "rise") else -1
        self.gaps_of_two.add(index)
        self.references[index] = {"region": self.grammar.region_id}
        sentence.claim(first, index, "reference")

    def _compares_the_two(self, sentence: Sentence, first: int, index: int) -> bool:
        """`前者增速高出后者7.7个百分点`: the first is the subject, the second what it is held against."""
        named = [at for at in range(first, index) if sentence.tokens[at].is_a("pointing")]
        if [sentence.tokens[at].senses["pointing"] for at in named] not in (["former", "latter"], ["latter", "former"]):
            return False
        sentence.spoken_for.setdefault(named[1], "reference")
        self.gaps_of_two.add(index)
        return True

    def _english_gap(self, sentence: Sentence, index: int, following: int) -> None:
        tokens = sentence.tokens
        last = following + 1
        while (
            last < len(tokens)
            and tokens[last].kind not in BOUNDARIES
            and tokens[last].quantity is None
            and not (tokens[last].is_a("and", "while") and last > following + 1)
        ):
            last += 1
        named = tokens[following:last]
        if self._names_other(named) or any(token.text == "average" for token in named):
            is_below = any(token.is_a("gap_down") and not token.is_a("gap_up") for token in named[:2])
            self.gaps[index] = -1 if is_below else 1
            nation = "CHN" if self.grammar.is_chinese_reporter else self.grammar.region_id
            self.references[index] = self._reference(named) or {"region": nation}
            sentence.claim(index + 1, last, "reference")

    def _names_other(self, named: list[Token]) -> bool:
        home = self.grammar.region_id
        others = THE_PROVINCE if self.grammar.province() != home else ()
        return any(
            token.is_a("scope_nation", "scope_province") or bool(token.names) or token.text in others for token in named
        )

    def _value_of_another_span(self, sentence: Sentence, index: int) -> None:
        """`由2023年的1282亿元收窄至…`, `较2023年的1549亿元下跌`: the value of the span that is named before it."""
        tokens = sentence.tokens
        period = tokens[index + 1].period if index + 1 < len(tokens) else None
        if period is None:
            return
        cursor = index + 2
        while cursor < len(tokens) and cursor < index + 5 and tokens[cursor].text in ("的", "为", "，"):
            cursor += 1
        quantity = tokens[cursor].quantity if cursor < len(tokens) else None
        if quantity is not None and quantity.unit_kind in ("money", "physical", "percent"):
            self.base_values.add(cursor)
            sentence.claim(index, index + 2, "comparison:" + str(index + 1))

    def _value_exceeded(self, sentence: Sentence, index: int) -> None:
        """`exports exceed the 99 billion of September 2016 by 2.6 percent`: the value that is exceeded is the base."""
        tokens = sentence.tokens
        amount = index + 1 + (index + 1 < len(tokens) and tokens[index + 1].text == "the")
        last = sentence.clause_end(index)
        quantity = tokens[amount].quantity if amount < last else None
        by = next((at for at in range(amount + 1, last - 1) if tokens[at].text == "by"), None)
        percent = tokens[by + 1].quantity if by is not None else None
        is_money = quantity is not None and quantity.unit_kind == "money"
        if is_money and percent is not None and percent.unit_kind == "percent":
            self.base_values.add(amount)

    def _value_of_base(self, sentence: Sentence, index: int) -> None:
        """`较去年同期的243.9亿元增加`: the value compared with, right behind what says so."""
        tokens = sentence.tokens
        quantity = tokens[index + 2].quantity if index + 2 < len(tokens) else None
        if quantity is None or quantity.unit_kind not in ("money", "physical") or tokens[index + 1].text != "的":
            return
        if tokens[index].senses.get("comparison", "yoy") in ("yoy", "mom"):
            self.base_values.add(index + 2)

    def _less_than_then(self, sentence: Sentence, index: int) -> bool:
        """`…, which was less than the 42.9 percent and 49.4 percent of 2007`: those told before, and then, in turn."""
        tokens, start = sentence.tokens, sentence.clause_start(index)
        begins = tokens[start : start + 2]
        is_which = len(begins) > 1 and begins[0].text == "which" and begins[1].is_a("be")
        first = index + 1 + (index + 1 < len(tokens) and tokens[index + 1].text == "the")
        quantity = tokens[first].quantity if first < len(tokens) else None
        if not is_which or quantity is None or quantity.unit_kind != "percent":
            return False
        self._bases_in_turn(sentence, index, first)
        return first in self.in_turn

    def _comparison(self, sentence: Sentence, index: int) -> None:
        """`compared to USD 39.59 billion in the same period`, `than in the same months of 2023`, `from 35 billion`."""
        tokens = sentence.tokens
        if not sentence.free(index):
            return
        if tokens[index].text in ("on", "over") and not (
            _ends_any_change(tokens, index - 1) or self._is_growth_over_base(sentence, index)
        ):
            return
        if self._percent_over_value(sentence, index) or self._less_than_then(sentence, index):
            return
        if tokens[index].text.endswith("from") and _is_corrected(tokens, index):
            self.superseded.update([at for at in sentence.quantities() if index < at <= index + 3][:1])
            return
        cursor = index + 1
        while cursor < len(tokens) and cursor < index + 7 and tokens[cursor].kind not in BOUNDARIES:
            token = tokens[cursor]
            if token.period is not None:
                if tokens[index].text == "over" and self._is_news(sentence, token.period):
                    return  # expanded by 10.3 percent over the first five months of 2022
                is_year = token.period.months == 12 and token.period.year is not None
                follows = index > 0 and (tokens[index - 1].quantity is not None or _ends_change(tokens, index - 1))
                is_of_base = is_year and self._is_growth_over_base(sentence, index)
                if (
                    tokens[index].text == "from"
                    and token.period.kind == "span"
                    and not (token.period.is_loose or is_year or follows or is_of_base)
                ):
                    return
                sentence.claim(index, cursor + 1, "comparison:" + str(cursor))
                return
            if token.quantity is not None and token.text != "one":  # a deficit of 80 billion, against one of 58 billion
                is_apart = cursor > index + 1 and not tokens[index + 1].is_a("qualifier")
                is_revised = all(
                    one.text in _REVISED or one.text == "just" or one.is_a("qualifier")
                    for one in tokens[index + 1 : cursor]
                )
                if tokens[index].text == "from" and is_apart and not is_revised:
                    return
                behind = tokens[cursor + 1 : cursor + 3]
                if (
                    tokens[index].text == "from"
                    and len(behind) == 2
                    and behind[0].text == "in"
                    and behind[1].is_a("flow")
                ):
                    return  # a surplus of 1.3 billion, from 5 billion in exports and 3.7 billion in imports
                if sentence.is_chinese and any(one.is_a("rise", "fall") for one in tokens[index:cursor]):
                    return  # 与去年同期的每吨911.1美元相比上涨0.6%
                if tokens[index].text == "after":
                    behind = tokens[cursor + 1 : cursor + 4]
                    dated = behind[1].period if len(behind) > 1 and behind[0].text == "in" else None
                    is_amount = token.quantity.unit_kind in ("money", "physical")
                    if is_amount and dated is not None and dated.kind == "span":
                        self.base_values.add(cursor)  # exported for 14 million in 2006 after 16 million in 2005
                    elif any(
                        one.is_a("base", "prior") or (one.period is not None and one.period.kind in ("base", "prior"))
                        for one in behind
                    ):
                        self.base_values.add(cursor)
                    return
                is_count = token.quantity.unit_kind in ("bare", "count") and tokens[index].text == "from"
                goes_on = cursor + 1 < len(tokens) and tokens[cursor + 1].text == "to"
                if is_count and goes_on and index and tokens[index - 1].is_a("rise", "fall"):
                    self.base_values.add(cursor)  # the number of firms rose from 600 to 1,500
                is_amount = token.quantity.unit_kind in ("money", "physical", "percent")
                is_bare = token.quantity.unit_kind == "bare" and bool(token.quantity.scales)  # from 194.5 million
                if (is_amount or (is_bare and tokens[index].text == "from")) and tokens[index].is_a("versus"):
                    if token.quantity.unit_kind == "percent" and tokens[index].text == "from":
                        after = nearest(sentence, cursor, 6, "comparison", "base", "anaphor")
                        is_dated = self._is_left_from(sentence, cursor) and any(
                            later.period is not None and later.period.kind == "span" and not later.period.is_loose
                            for later in tokens[cursor : cursor + 4]
                        )
                        if (
                            after is None
                            and not is_dated
                            and not any(
                                later.period is not None and later.period.kind == "base"
                                for later in tokens[cursor : cursor + 6]
                            )
                        ):
                            return
                    self.base_values.add(cursor)
                    self._next_base(sentence, cursor)
                    self._bases_in_turn(sentence, index, cursor)
                return
            if token.names or token.is_a("target") or (token.is_a("flow") and token.senses["flow"] != "balance"):
                return
            cursor += 1

    def _next_base(self, sentence: Sentence, index: int) -> None:
        """`compared with 8.9 percent in 2009 and 11.6 percent in 2008`: a second value that is compared with."""
        tokens, kind = sentence.tokens, sentence.tokens[index].quantity
        link = next((at for at in range(index + 2, min(index + 5, len(tokens))) if tokens[at].is_a("and")), None)
        if kind is None or link is None or link + 2 >= len(tokens):
            return
        value = tokens[link + 1].quantity
        is_dated = all(
            any(token.period is not None and token.period.kind == "span" for token in behind)
            for behind in (tokens[index + 1 : link], tokens[link + 2 : link + 4])
        )
        if value is not None and value.unit_kind == kind.unit_kind and is_dated:
            self.base_values.add(link + 1)

    def _bases_in_turn(self, sentence: Sentence, index: int, first: int) -> None:
        """`6.1% in exports and 6.5% in imports, against 5.8% and 7.8% in 2019`: as many values as were told before."""
        tokens = sentence.tokens
        told = [at for at in sentence.quantities() if not sentence.is_set_aside(at)]
        kind, stop, depth = tokens[first].quantity, first, 0
        while stop < len(tokens) and (depth > 0 or _may_separate_bases(tokens[stop])):
            depth += (tokens[stop].kind == "open") - (tokens[stop].kind == "close")
            stop += 1
        behind = [at for at in told if first <= at < stop]
        alike = [at for at in told if kind is not None and _is_alike(tokens[at], kind)]
        before = [at for at in alike if at < index]
        is_list = len(behind) > 1 and all(at in alike for at in behind) and len(before) >= len(behind)
        if is_list and not sentence.is_chinese:
            self.base_values.update(behind)
            self.in_turn.update(zip(behind, before[-len(behind) :], strict=True))

    def _is_growth_over_base(self, sentence: Sentence, index: int) -> bool:
        """`the top markets by growth over October 2023`, in a text about October 2024."""
        at = index - 1 - (index > 1 and sentence.tokens[index - 1].text.endswith("ly"))
        noun = sentence.tokens[at] if index else None  # categories that rose notably over 2016
        behind = sentence.tokens[index + 1].period if index + 1 < len(sentence.tokens) else None
        if noun is None or not noun.is_a("growth_noun", "rise", "fall") or behind is None or behind.kind != "span":
            return False
        span = resolve(behind, self.grammar.published, self.grammar.region_id)
        spoken_of = (self.grammar.period, self.grammar.first_period)
        return any(one is not None and span in (shifted(one, -12), shifted(one, -1)) for one in spoken_of)

    def _is_news(self, sentence: Sentence, period: Period) -> bool:
        """Whether several months that the sentence names alone have just ended: nothing is compared with them yet."""
        published = self.grammar.published
        free = (one for at, one in enumerate(sentence.tokens) if sentence.spoken_for.get(at) != "relative clause")
        named = [one.period for one in free if one.period is not None and one.period.kind == "span"]
        if published is None or period.kind != "span" or period.is_loose or period.months < 2 or period.months == 12:
            return False
        is_alone = all(one == period or one.months == 0 for one in named)
        span = resolve(period, published, self.grammar.region_id) if is_alone else None
        return span is not None and 0 <= (published - span[1]).days <= _DAYS_OF_NEWS

    def _percent_over_value(self, sentence: Sentence, index: int) -> bool:
        """`3.9 percent over $1.6 billion in May`, `2 billion less than the 13.6 billion of July`."""
        tokens = sentence.tokens
        is_than = tokens[index].is_a("than") or tokens[index].text.endswith(" than")
        if not is_than and tokens[index].text not in ("over", "on"):
            return False
        percent = index - 2 if index > 1 and tokens[index - 1].is_a("rise", "fall") else index - 1
        percent -= (
            percent > 0 and tokens[percent].kind == "comma"
        )  # $0.4 billion, or 5 percent, less than the $8 billion
        value = index + 1
        while value < len(tokens) and (
            tokens[value].text in ("the", "a", "an", "of")
            or tokens[value].is_a("flow", "filler", "qualifier")
            or (tokens[value].may_name("commodity") and tokens[value - 1].quantity is None)
        ):
            value += 1  # 4.1 percent over the trade of $14.5 billion in the same month of last year
        first = tokens[percent].quantity if percent >= 0 else None
        second = tokens[value].quantity if value < len(tokens) else None
        if first is None or second is None:
            return False
        is_named = any(token.may_name("commodity") for token in tokens[index + 1 : value])  # over the oil imports of …
        is_more = is_than and percent < index and first.unit == second.unit and not is_named
        is_change = first.unit_kind == "percent" or is_more
        is_base = is_change and second.unit_kind in ("money", "physical")
        if is_base:
            self.base_values.add(value)
        return is_base

    def _claim_periods(self, sentence: Sentence) -> None:
        """The periods of the sentence that figures are about, by where they stand."""
        tokens = sentence.tokens
        chars = self.grammar.text.chars[tokens[0].start : tokens[-1].end]
        grammar = self.grammar
        grammar.note_part_of_month(chars)
        grammar.is_of_part_of_month = grammar.says_part_of_month or (
            grammar.is_of_part_of_month and not any(one.period and one.period.kind in _OF_MONTHS for one in tokens)
        )
        if grammar.is_of_part_of_month:
            self.doubt = self.doubt or "it is of a part of a month"
        spoken_of = self.grammar.period or self.grammar.first_period
        if spoken_of is not None:
            self.quarters = _quarters_in(chars, spoken_of)
        for index in sentence.with_sense("comparison", "base", "prior"):
            senses = tokens[index].senses
            self.comparisons[index] = senses.get("comparison") or ("base" if "base" in senses else "prior")
        for index, token in enumerate(tokens):
            period = token.period
            if period is None or sentence.spoken_for.get(index) == "relative clause":
                continue  # the agreement, which took effect in October 2019
            day = self.grammar.published
            if index == 0 and token.text in _LAST_MONTH and day is not None:  # 上月，全省进出口…
                self.spans[index] = span_of(day.year, day.month - 1, 1)
                continue
            if _is_of_prices(tokens, index):  # at prices of May 2017: what changed are quantities
                sentence.claim(index - 3, index + 1, "background")
                self.measure = "quantity"
                continue
            if period.kind in ("base", "prior"):
                self.comparisons[index] = period.kind
                continue
            self.grammar.last_year = period.year or self.grammar.last_year
            if period.kind == "that_year":
                if not self.grammar.last_year:
                    continue
                period = token.period = Period("span", 1, 12, self.grammar.last_year)
            if period.kind == "year_to_date" and self.grammar.published is not None:
                self.grammar.stated_year = self.grammar.published.year  # 今年以来，…前三季度
            if period.kind in ("date", "year_to_date", "same"):
                continue
            if period.kind == "length":
                known = self._span_of_length(period.months) or self.grammar.span_of_length(period.months)
                if known is None and (known := self.grammar.year_to_month(period.months)):
                    self.doubt = self.doubt or "whether it is of the year that ends with this month is not said"
                if known is not None:
                    self.spans[index] = known
                continue
            if period.kind == "this_month":
                is_ahead = bool(index) and tokens[index - 1].is_a("stock") and not sentence.quantities()
                if not is_ahead and (month := self._this_month()) is not None:  # at its end a fair will open
                    self.spans[index] = month
                continue
            if period.kind == "same_month":
                if self.grammar.last_month is not None:
                    self.spans[index] = self.grammar.last_month
                continue
            if period.kind == "quarter_again":
                if self.grammar.last_quarter is not None:
                    year = self.grammar.last_quarter[0].year
                    self.spans[index] = span_of(year, period.first_month, period.months)
                continue
            if period.kind == "to_date" and self._is_record_of(sentence, index):
                continue  # the best month so far this year
            if period.kind == "to_date":
                base = self.grammar.first_period or self.grammar.period
                if base is not None:
                    self.spans[index] = span_of(base[1].year, 1, base[1].month)
                continue
            if period.kind == "so_far":
                base = self.spans[max(self.spans)] if self.spans else self.grammar.period or self.grammar.first_period
                if base is not None and length_in_months(base) in _MONTHS_OR_QUARTERS:
                    self.spans[index] = span_of(base[1].year, 1, base[1].month)
                    self.so_far.add(index)
                continue
            if period.kind == "last_month":
                self._claim_last_month(sentence, index)
                continue
            if period.kind == "rolling":
                base = self.grammar.period or self.grammar.first_period
                if base is not None:
                    end = base[1]
                    self.spans[index] = span_of(end.year, end.month - period.months + 1, period.months)
                continue
            claimed = sentence.spoken_for.get(index, "")
            if token.text.startswith("by "):
                self.doubt = self.doubt or "whether it is of the month alone or of the year up to it is not said"
            if not sentence.is_chinese and _is_of_publication(tokens, index):
                continue  # figures that the government published at the beginning of July
            if period.kind == "single":
                main = self.grammar.main_period or self.grammar.first_period
                if main is not None:
                    self.spans[index] = _last_month(main)
                continue
            if is_since(sentence, index) or self._is_since_year(token.text, period):
                sentence.claim(index, index + 1, "since")
                continue
            is_base = claimed.startswith("comparison") and "全年" in token.text
            if period.months == 12 and self._is_not_over(period) and (told := self._months_so_far(sentence)):
                self.spans[index] = told
                continue
            if (period.months == 12 and not is_base) and (
                (period.year is None and self._is_background_year(sentence, index)) or self._is_not_over(period)
            ):
                sentence.claim(index, index + 1, "background")
                continue
            if period.months == 0 and period.is_loose:
                span = self._compared_span(period)
                if span is not None:
                    self.comparison_spans[index] = span
                self.comparisons[index] = "base"
                continue
            if claimed.startswith("comparison") or is_compared(sentence, index) or self._dates_base(sentence, index):
                span = self._compared_span(period)
                is_whole_year = "全年" in token.text or self._goes_on_to_a_year(sentence, index)
                if period.months == 12 and (period.year or period.relative_year) and is_whole_year:
                    span = resolve(period, self.grammar.published, self.grammar.region_id)
                if span is not None:
                    self.comparison_spans[index] = span
                    self._tell_of_base(sentence, index, span)
                self.comparisons[index] = "span"
                continue
            if period.is_loose and self._is_record_of(sentence, index):
                continue
            if period.is_loose:
                known = self._span_of_length(period.months)
                if known is not None:
                    self.spans[index] = known
                    continue
                if period.months < 2:
                    continue
            span = self.grammar.span(self._of_year_before(sentence, index, period))
            if span is None:
                continue
            if (
                period.kind == "span"
                and period.months in (2, 13)
                and self._says_two_years(token)
                and _tells_a_change(sentence)
            ):
                self.comparison_spans[index] = _first_month(span)  # from August 2015 to September 2015 exports grew
                self.comparisons[index] = "span"
                self.spans[index] = _last_month(span)
                continue
            if period.months == 2 and _goes_from_one_to_next(sentence, index):
                self.comparisons[index] = "mom"  # the biggest rise from June to July
                self.spans[index] = _last_month(span)
                continue
            if token.text.startswith("between ") and period.months == 2 and self._is_change(sentence):
                self.comparisons[index] = "prior"  # between August and September exports grew
                self.spans[index] = _last_month(span)
                continue
            if token.text.startswith("between ") and 1 < period.months < 12 and self._goes_from_to(sentence):
                self.doubt = self.doubt or "whether it is from the first of these months to the last is not said"
                self.comparison_spans[index] = _first_month(span)
                self.comparisons[index] = "span"
                self.spans[index] = _last_month(span)
                continue
            before = tokens[index - 1] if index else None
            if (before is not None and before.is_a("stock") and period.months) or (
                index + 1 < len(tokens) and sentence.is_chinese and tokens[index + 1].text in _MONTH_ENDS
            ):
                span = self._up_to_end_of(sentence, _last_month(span))
            self.spans[index] = span
        if grammar.is_year_open:
            self.doubt = self.doubt or "whether it is of last year or of this one is not said"
        self._drop_enclosing_periods(sentence)
        self.local = {index for index, span in self.spans.items() if self._is_local(sentence, index, span)}
        spoken_of = self._spoken_of()
        compared = [
            token.period.year
            for index, token in enumerate(tokens)
            if self.comparisons.get(index) == "span" and token.period is not None and token.period.months == 12
        ]
        years = [year for year in compared if year is not None]
        if spoken_of is not None and years and max(years) < spoken_of[1].year - 1:
            self.doubt = OTHER_YEAR

    def _is_since_year(self, text: str, period: Period) -> bool:
        """Whether a Chinese period says since which year something is: 2012年以来, but not the year of the text."""
        published = self.grammar.published
        is_past = published is not None and period.year is not None and period.year < published.year
        return is_past and text.endswith("以来")

    @staticmethod
    def _of_year_before(sentence: Sentence, index: int, period: Period) -> Period:
        """`not since 2019, when January-June receipts fell …`: the months are of that year."""
        start = sentence.clause_start(index)
        year = sentence.tokens[start - 2].period if start > 1 else None
        is_when = sentence.tokens[start].text in ("when", "which")
        if period.year is None and year is not None and year.months == 12 and year.year and is_when:
            return replace(period, year=year.year, relative_year=None)
        return period

    def _says_two_years(self, token: Token) -> bool:
        """Whether a period names two months, each with its year: months that are one period share what is said once."""
        is_range = token.text.startswith(("from ", "between ")) and len(_YEARS.findall(token.text)) == 2
        return is_range and not (token.text.startswith("from january") and self.grammar.is_chinese_reporter)

    @staticmethod
    def _is_change(sentence: Sentence) -> bool:
        """Whether a sentence tells a change and no level: what lies between two months is from one to the other."""
        tokens = sentence.tokens
        return any(
            tokens[at - 1].is_a("by") and any(one.is_a("rise", "fall") for one in tokens[max(0, at - 3) : at])
            for at in sentence.quantities()
            if at
        )

    @staticmethod
    def _goes_from_to(sentence: Sentence) -> bool:
        """Whether a sentence tells two levels: `between January and March exports rose from 5 billion to 6 billion`."""
        tokens, numbers = sentence.tokens, sentence.quantities()
        return not sentence.is_chinese and any(
            left and tokens[left - 1].text == "from" and tokens[right - 1].text == "to" and right == left + 2
            for left, right in pairwise(numbers)
        )

    def _up_to_end_of(self, sentence: Sentence, month: Span) -> Span:
        """`12 firms by the end of July` is a count of that day; what was exported by then is of the months so far."""
        kinds = {one.unit_kind for at in sentence.quantities() if (one := sentence.tokens[at].quantity) is not None}
        is_of_trade = (
            "money" in kinds
            and "count" not in kinds
            and any(one.is_a("flow") or one.text == "they" for one in sentence.tokens)
        )
        if not is_of_trade:
            self.is_stock = True
            return month
        told, so_far = self.grammar.first_period, span_of(month[1].year, 1, month[1].month)
        if told is not None and told[1] == month[1] and told != month and not self.grammar.is_first_period_open:
            return told
        compares_periods = any(
            one.period is not None and one.period.kind in ("base", "span") and "period" in one.text
            for one in sentence.tokens
        )
        if not compares_periods and month != so_far:
            self.doubt = self.doubt or "whether it is of the last month or of all the months so far is not said"
        return so_far

    def _tell_of_base(self, sentence: Sentence, index: int, span: Span) -> None:
        """Note where "when" stands behind a period that is compared with."""
        at = index + 1 + (index + 1 < len(sentence.tokens) and sentence.tokens[index + 1].kind == "comma")
        if at < len(sentence.tokens) and sentence.tokens[at].text == "when":
            self.turns[at] = span

    def _is_local(self, sentence: Sentence, index: int, span: Span) -> bool:
        """Whether a period is that of an aside with its own number: `…, after a decline of 7.3 percent in June`."""
        if sentence.is_chinese:  # 规模仅次于1月的895.9亿元: what follows goes on with the month before
            behind = [token for token in sentence.tokens[index + 1 : index + 3] if token.text != "的"]
            start = sentence.tokens[index].start
            is_beside = self.grammar.text.chars[max(0, start - _LONGEST_COMPARING) : start].endswith(_COMPARED_LEVELS)
            return is_beside and bool(behind) and behind[0].quantity is not None
        first, last = sentence.clause_start(index), sentence.clause_end(index)
        joined = [at for at in range(first + 1, index) if sentence.tokens[at].text in _ASIDES]
        if joined and sentence.tokens[joined[-1] - 1].is_a("and"):
            first = joined[-1]  # up for the 12th month and following an increase of 18.4% in May
        has_number = any(
            token.quantity is not None and not sentence.is_set_aside(at)
            for at, token in enumerate(sentence.tokens[first:last], first)
        )
        spoken_of = self.grammar.period or self.grammar.first_period
        is_before = spoken_of is not None and span[1] < spoken_of[0] and first > 0
        looks_back = is_before and any(token.text in _LOOKING_BACK for token in sentence.tokens[first:last])
        tokens = sentence.tokens
        change = index - 2  # a rebound from the 5.7-percent fall in April
        is_of_change = (
            change > 1
            and tokens[index - 1].text == "in"
            and tokens[change].is_a("rise", "fall")
            and tokens[change - 1].quantity is not None
            and any(token.text == "from" for token in tokens[max(first, change - 3) : change])
        )
        if is_before and is_of_change:
            return True
        is_compared_with = is_before and sentence.tokens[first].text.endswith("than")  # higher than the 9% seen in 2016
        return has_number and (sentence.tokens[first].text in _ASIDES or looks_back or is_compared_with)

    def _this_month(self) -> Span | None:
        """The month that a text of a month is about, else the one in which it is published."""
        told, published = self.grammar.first_period, self.grammar.published
        if told is not None and length_in_months(told) == 1:
            return told
        return None if published is None else span_of(published.year, published.month, 1)

    def _claim_last_month(self, sentence: Sentence, index: int) -> None:
        """`last month` is the month before that spoken of where something is compared, else that before publication."""
        before = sentence.tokens[index - 1] if index else None
        is_base = is_compared(sentence, index) or (before is not None and before.is_a("versus", "than", "by"))
        if index > 1 and before is not None and before.text == "on":  # £1.0 billion (3.5 per cent) down on last month
            changed = sentence.tokens[index - 2]
            is_base = is_base or changed.is_a("rise", "fall") or changed.text.endswith("ly")
        published = self.grammar.published
        if is_base or published is None:
            self.comparisons[index] = "prior"
        else:
            self.spans[index] = span_of(published.year, published.month - 1, 1)

    def _drop_enclosing_periods(self, sentence: Sentence) -> None:
        """`in April, the tenth month of the fiscal year 2016-17`: the longer period only places the one before it."""
        tokens = sentence.tokens
        for left, right in pairwise(sorted(self.spans)):
            inner, outer = self.spans[left], self.spans[right]
            between = tokens[left + 1 : right]
            is_part = outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]
            if (
                is_part
                and not sentence.is_chinese
                and right - left <= 8
                and any(token.text == "of" for token in between)
                and all(
                    token.quantity is None or sentence.is_set_aside(at + left + 1) for at, token in enumerate(between)
                )
            ):
                for index in [at for at in self.spans if at >= right and self.spans[at] == outer]:
                    del self.spans[index]
                return

    @staticmethod
    def _goes_on_to_a_year(sentence: Sentence, index: int) -> bool:
        """`由2019年的3943亿元增至2023年的6450亿元`, "from 5 billion in 2013 to 9 in 2024": to another whole year."""
        behind = sentence.tokens[index + 1 : index + 12]
        spans = (at for at, one in enumerate(behind) if one.period is not None and one.period.kind == "span")
        later = next(spans, None)
        period = behind[later].period if later is not None else None
        is_year = period is not None and period.months == 12 and period.year is not None
        if sentence.is_chinese or not is_year:
            return is_year
        says_part = any(one.period is not None and 0 < one.period.months < 12 for one in sentence.tokens[:index])
        return any(one.text == "to" for one in behind[:later]) and not says_part  # in January … in 2020

    @staticmethod
    def _is_record_of(sentence: Sentence, index: int) -> bool:
        """`the first surplus in three months`, `a low in six months`: how long it was not so."""
        for token in reversed(sentence.tokens[max(0, index - 4) : index]):
            if token.kind in BOUNDARIES:
                return False
            is_ordinal = token.quantity is not None and token.quantity.measure == "ordinal"
            if is_ordinal or token.is_a("superlative") or token.text in _RECORDS:
                return True
        return False

    def _span_of_length(self, months: int) -> Span | None:
        """The span spoken of that is so long: what "the eleven months" points back to."""
        for span in (self.grammar.period, self.grammar.main_period):
            if span and length_in_months(span) == months:
                return span
        return None

    def _is_not_over(self, period: Period) -> bool:
        """Whether a year had not ended, by a month, when the text was published: no figure is of it."""
        published = self.grammar.published
        span = resolve(period, published, self.grammar.region_id)
        return published is not None and span is not None and (span[1] - published).days > _DAYS_AHEAD

    def _months_so_far(self, sentence: Sentence) -> Span | None:
        """`For 2015, the cumulative deficit stands at …`: the months of the year up to the one spoken of."""
        now = self.grammar.period or self.grammar.first_period
        says_so = not sentence.is_chinese and any(token.text in _SO_FAR for token in sentence.tokens)
        return span_of(now[1].year, 1, now[1].month) if now is not None and says_so else None

    @staticmethod
    def _is_background_year(sentence: Sentence, index: int) -> bool:
        """Whether a whole year stands beside another span, or is that of a target."""
        first, last = sentence.clause_start(index), sentence.clause_end(index)
        if any(token.is_a("average") for token in sentence.tokens[index + 1 : index + 2]):
            return False  # 全年月均
        if "季" in sentence.tokens[index].text:
            return False  # 一至四季度
        if any(token.is_a("target", "threshold") for token in sentence.tokens[first:last]):
            return True
        has_number = any(token.quantity is not None for token in sentence.tokens[index:last])
        is_alone = sum(token.period is not None for token in sentence.tokens[first:last]) == 1
        if sentence.tokens[index].text == "全年" and index == first and has_number and is_alone:
            return False  # 四季度有所回暖，全年进出口5.51万亿元
        return any(
            at != index and token.period is not None and 0 < token.period.months < 12
            for at, token in enumerate(sentence.tokens)
        )

    def _dates_base(self, sentence: Sentence, index: int) -> bool:
        """Whether a period dates the value compared with, right before it."""
        tokens, cursor, steps = sentence.tokens, index - 1, 0
        while cursor >= 0 and steps < _BASE_REACH:
            steps += 1
            if tokens[cursor].kind == "close":  # from 2.9 billion euros (3.2 billion dollars) in September 2019
                cursor = next((at for at in range(cursor, -1, -1) if tokens[at].kind == "open"), 0) - 1
                continue
            if tokens[cursor].kind in BOUNDARIES or (sentence.is_chinese and tokens[cursor].is_a("to")):
                return False
            if tokens[cursor].quantity is not None:
                return cursor in self.base_values
            cursor -= 1
        return False

    @staticmethod
    def _is_left_from(sentence: Sentence, index: int) -> bool:
        """`rose to 80.6 percent from 72 percent`: whether a number is the second of these."""
        tokens, number = sentence.tokens, sentence.tokens[index].quantity
        if sentence.is_chinese or number is None or not index or tokens[index - 1].text != "from":
            return False
        start = sentence.clause_start(index)
        return any(
            token.quantity is not None and token.quantity.unit_kind == number.unit_kind and tokens[at - 1].is_a("to")
            for at, token in enumerate(tokens[start:index], start)
            if at
        )

    def _spoken_of(self) -> Span | None:
        """The period that a comparison is with: the last one named in the sentence, else that of the text so far."""
        return list(self.spans.values())[-1] if self.spans else self.grammar.period

    def _compared_span(self, period: Period) -> Span | None:
        spoken_of = self._spoken_of()
        if period.months:
            span = resolve(period, self.grammar.published, self.grammar.region_id)
            if span is None or spoken_of is None:
                return span
            before = shifted(spoken_of, -12)
            if period.months == 12 and span[0] <= before[0] and before[1] <= span[1]:
                return before
            if (
                period.months == 12
                and period.first_month == 1
                and length_in_months(spoken_of) < 12
                and period.year is not None
            ):
                return shifted(spoken_of, 12 * (period.year - spoken_of[1].year))
            return span
        if period.year is not None and spoken_of is not None:
            return shifted(spoken_of, 12 * (period.year - spoken_of[1].year))
        return None


def _goes_from_one_to_next(sentence: Sentence, index: int) -> bool:
    """`exports rose from June to July`, `the biggest increase from June to July`: from one month to the next."""
    tokens = sentence.tokens
    if sentence.is_chinese or not (tokens[index].text.startswith("from ") and " to " in tokens[index].text):
        return False
    before = tokens[sentence.clause_start(index) : index]
    says_period = bool(before) and before[-1].text in ("period", "months", "time")
    return not says_period and any(token.is_a("rise", "fall") and token.quantity is None for token in before)


def _is_growth(token: Token) -> bool:
    """Whether a token is a noun for growth, to which something may contribute."""
    return token.text in _GROWTH_WORDS or token.text.startswith("growth")


def _tells_a_change(sentence: Sentence) -> bool:
    """Whether a sentence has a verb of change without a number of its own: exports grew by 5 percent."""
    return any(token.is_a("rise", "fall") and token.quantity is None for token in sentence.tokens)


def _is_corrected(tokens: list[Token], index: int) -> bool:
    """`the surplus for July was revised up from 5.2 billion`: what stands behind is of the same period."""
    return any(token.text.startswith(_CORRECTING) for token in tokens[max(0, index - 2) : index])


def _last_month(span: Span) -> Span:
    return span[1].replace(day=1), span[1]


def _first_month(span: Span) -> Span:
    return span_of(span[0].year, span[0].month, 1)


def _has_date(tokens: list[Token]) -> bool:
    return any(one.period is not None and one.period.kind == "date" for one in tokens)


def _claim_chinese_openings(sentence: Sentence) -> None:
    """受油价上涨影响，…; 在机电产品带动下，…: likewise, and before a part of the sentence: …；受油价下跌影响，进口…."""
    tokens, first = sentence.tokens, 0
    while first < len(tokens):
        last = sentence.clause_end(first)
        if last < len(tokens) and tokens[last].kind == "comma" and _is_chinese_opening(tokens[first:last], first):
            next_number = next((at for at in sentence.quantities() if at > last), len(tokens))
            if any(token.is_a("flow") for token in tokens[last + 1 : next_number]):
                sentence.claim(first, last, "cause")
        first = last + 1


def _is_chinese_opening(clause: list[Token], first: int) -> bool:
    """Whether a clause without a number says why, or beside what; 为 does only where the sentence begins."""
    if not clause or any(one.quantity is not None for one in clause):
        return False
    is_cause = clause[0].text in _OPENINGS and (not first or clause[0].text not in _LINKS)
    return is_cause or (clause[0].text == "在" and clause[-1].text == "下")


def _goes_on_with_names(tokens: list[Token], index: int) -> bool:
    """Whether a list of names goes on: `tyres, cars and machinery`."""
    return index < len(tokens) and tokens[index - 1].kind == "comma" and bool(tokens[index].names)


def _is_in_list_of_names(token: Token) -> bool:
    """Whether a token may stand in a list of names, known or not."""
    return bool(token.names) or token.kind in ("word", "comma") or token.is_a("and") or token.text == "the"


def _may_separate_bases(token: Token) -> bool:
    """Whether a token may stand in a list of values that are compared with: no name, no flow, no verb."""
    is_mark = token.kind in ("comma", "open", "close", "quantity") or token.quantity is not None
    return is_mark or token.is_a("and", "respectively", "qualifier") or token.text == "the"


def _is_alike(token: Token, kind: Quantity) -> bool:
    """Whether a number is in the unit of another."""
    return token.quantity is not None and (token.quantity.unit_kind, token.quantity.unit) == (kind.unit_kind, kind.unit)


def _is_title(tokens: list[Token], comma: int, last: int) -> bool:
    """Whether `, the largest foreign trade port in the north,` stands right behind the name of a place."""
    clause = tokens[comma + 1 : last]
    is_closed = bool(clause) and last < len(tokens) and tokens[last].kind == "comma"
    is_first = comma > 0 and tokens[comma - 1].may_name("region")
    said = [token.text for token in clause[:2]]
    title = " ".join(said[: 1 + (said[:1] == ["the"])])  # "the province" is one phrase
    is_plain = len(clause) > 1 and title.startswith("the ") and title.removeprefix("the ") in _HUBS | _TITLES
    says_title = is_plain or (
        any(token.text in _HUBS | _TITLES for token in clause) and any(token.is_a("superlative") for token in clause)
    )
    return is_closed and is_first and says_title and not any(token.quantity is not None for token in clause)


def _is_of_trade(token: Token) -> bool:
    """Whether a token speaks of a kind of trade, of goods, of how they changed or of a zone: no dateline does."""
    return token.is_a("rise", "fall", "zone") or any(
        name in ("trade_mode", "commodity", "ownership") for name, _ in token.names
    )


def _is_superlative(tokens: list[Token]) -> bool:
    """Whether Chinese tokens begin with what stands out among others."""
    return bool(tokens) and tokens[0].text.startswith("最")


def _is_other_flow(named: list[Token]) -> bool:
    """Whether a few Chinese words name a flow and no more than its growth: 进口, 出口增速."""
    behind = ("growth_noun", "filler", "gap_up", "gap_down", "rise", "fall")
    return bool(named) and named[0].is_a("flow") and all(one.is_a(*behind) or one.text == "的" for one in named[1:])


def _claim_names(sentence: Sentence, first: int, last: int, reason: str, *kinds: str) -> None:
    for cursor in range(first, last):
        if sentence.tokens[cursor].names or sentence.tokens[cursor].is_a("flow", *kinds):
            sentence.spoken_for.setdefault(cursor, reason)


def is_compared(sentence: Sentence, index: int) -> bool:
    """Whether a period is the one compared with."""
    following = sentence.tokens[index + 1] if index + 1 < len(sentence.tokens) else None
    if following is not None and following.text in _COMPARING_AFTER:
        return True
    if index == 1 and sentence.tokens[0].text == "on" and following is not None and following.kind == "comma":
        return not sentence.is_chinese  # On February 2007, dispatches were up by 6.7%
    if index > 1 and sentence.tokens[index - 1].text == "from" and sentence.tokens[index - 2].text in _CHANGED:
        return True  # exports hardly changed from January 2008
    text = sentence.tokens[index].text
    if text.startswith("from ") and text.endswith(" year") and not sentence.is_chinese:
        before = _before_comma(sentence.tokens, index)  # a rise of 12.4 percent from January-August last year
        return _ends_change(sentence.tokens, before)
    for cursor in range(index - 1, max(index - 6, -1), -1):
        token = sentence.tokens[cursor]
        is_pronoun = token.text == "one"  # than the one in January
        if token.kind in BOUNDARIES or (token.quantity is not None and not is_pronoun) or token.is_a("target"):
            return False  # narrowed by more than expected in August
        if (
            (token.is_a("versus") and token.text != "from")
            or (token.text == "from" and _ends_change(sentence.tokens, _before_comma(sentence.tokens, cursor)))
            or (token.text == "of" and cursor == index - 1 and sentence.tokens[cursor - 1].text in ("those", "that"))
            or (token.text == "from" and cursor == index - 1 and _is_of_change(sentence.tokens, cursor - 1))
            or (sentence.is_chinese and cursor == index - 1 and token.is_a("gap_up", "gap_down"))
            or token.text in ("比", "较", "相比", "level")
            or (sentence.is_chinese and cursor == index - 1 and token.is_a("and") and _is_flat(following))
            or token.text.endswith("than")
            or _is_second_as(sentence.tokens, cursor)
        ):
            return True
    return False


def _before_comma(tokens: list[Token], index: int) -> int:
    """What stands before a token, but for a comma: up 9.1 percent from April, down $5, or 3 percent, from May."""
    return index - 1 - (index > 1 and tokens[index - 1].kind == "comma")


def _is_flat(token: Token | None) -> bool:
    """Whether a word says that nothing has changed: 同2011年持平."""
    return token is not None and token.is_a("flat")


def _is_second_as(tokens: list[Token], index: int) -> bool:
    """`as large as the one recorded for January`, `the same figure as in 2016`."""
    before = [token.text for token in tokens[max(0, index - 3) : index]]
    return tokens[index].text == "as" and ("as" in before[-2:-1] or any(one.endswith("same") for one in before))


def _is_percent(tokens: list[Token], index: int) -> bool:
    quantity = tokens[index].quantity if index >= 0 else None
    return quantity is not None and quantity.unit_kind == "percent"


def _follows_rank(tokens: list[Token], index: int) -> bool:
    """Whether a place stands in a list behind a rank: 列全国第8位、中西部第1位."""
    quantity = tokens[index - 2].quantity if index > 1 and tokens[index - 1].is_a("and") else None
    return quantity is not None and quantity.unit_kind == "rank"


def _ends_change(tokens: list[Token], index: int) -> bool:
    """Whether a change ends at a place: `up 9 percent`, `up $4 billion (11 percent)`, `up 11 percent ($4 billion)`."""
    if index > 2 and tokens[index].kind == "close":
        is_again = tokens[index - 1].quantity is not None and tokens[index - 2].kind == "open"
        return _is_percent(tokens, index - 1) or (is_again and _is_percent(tokens, index - 3))
    quantity = tokens[index].quantity if index >= 0 else None
    if quantity is not None and quantity.unit_kind != "percent" and index > 1 and tokens[index - 1].is_a("or"):
        index = _before_comma(tokens, index - 1)  # a rise of 12.4 percent, or 408.2 million, from last year
        quantity = tokens[index].quantity
    return quantity is not None and (
        quantity.unit_kind == "percent" or any(one.is_a("rise", "fall") for one in tokens[max(index - 3, 0) : index])
    )


def _ends_any_change(tokens: list[Token], index: int) -> bool:
    """Whether a number, or a change told in any way, ends at a place: `up $446 million (11 percent)`, `0.4% down`."""
    if index > 0 and tokens[index].is_a("rise", "fall") and tokens[index - 1].quantity is not None:
        return True
    return index >= 0 and (tokens[index].quantity is not None or _ends_change(tokens, index))


def _is_of_change(tokens: list[Token], index: int) -> bool:
    """Whether a noun of change stands at a place: `the increases from August`."""
    return index > 0 and tokens[index].is_a("rise", "fall") and not tokens[index - 1].is_a("flow", "scope_self")


def _is_of_prices(tokens: list[Token], index: int) -> bool:
    """Whether a period is that of whose prices values are reckoned: `at prices of May 2017`."""
    before = [token.text for token in tokens[max(0, index - 3) : index]]
    return before[-2:] == ["prices", "of"] and before[:-2] in (["at"], ["in"])


def _is_of_publication(tokens: list[Token], index: int) -> bool:
    """Whether a period is that in which figures were published."""
    for token in reversed(tokens[max(0, index - _REACH_OF_PUBLISHED) : index]):
        if token.text in _PUBLISHED:
            return True
        if token.quantity is not None or token.names or token.kind in BOUNDARIES or token.is_a("flow"):
            return False
    return False


def is_since(sentence: Sentence, index: int) -> bool:
    """Whether a period says since when something is, or when it was set up."""
    before = sentence.tokens[max(index - 3, 0) : index]
    if any(token.is_a("since") for token in before):
        return True
    following = sentence.tokens[index + 1] if index + 1 < len(sentence.tokens) else None
    if sentence.is_chinese and before and before[-1].text in _NEXT_AFTER:
        return True  # 继9月之后再次站上2000亿元
    behind = "".join(token.text for token in sentence.tokens[index + 1 : index + 3])
    if sentence.is_chinese and behind in _SINCE_AFTER:
        return True  # 在2月份之后再创新高
    return following is not None and following.text in _SINCE_AFTER
