"""The grammar: what each number of a sentence says, and of what."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from orchestration.figures import UNMAPPED
from orchestration.releases.lexicon import Lexicon
from orchestration.releases.periods import Period, Span, length_in_months, resolve, shifted
from orchestration.releases.roles import assign, multiple_statements
from orchestration.releases.sentences import BOUNDARIES, Sentence, number_lists, separated, sentences, share_units
from orchestration.releases.subjects import DIMENSIONS, Frame, Item, Phrase, innermost_region
from orchestration.releases.text import NormalText, is_chinese
from orchestration.releases.tokens import Quantity, Token

_FLOW_WORDS = {"export": ("export", "出口", "输出"), "import": ("import", "进口", "输入")}


@dataclass(slots=True)
class Statement:
    """One number with one reading of it."""

    quantity: Quantity
    statistic: str
    sign: int = 1
    measure: str = "value"
    unit: str = ""
    frame: Frame = field(default_factory=Frame)
    names: dict[str, list[Item]] = field(default_factory=dict)
    flow: str = "total"
    period: Span | None = None
    comparison: str = "yoy"
    comparison_span: Span | None = None
    reference: dict[str, str] = field(default_factory=dict)
    qualifier: str = ""
    currency_terms: str = ""
    doubt: str = ""
    rule: str = ""
    scale_times: bool = False


@dataclass(slots=True)
class Reading:
    """What became of one number: its readings (more than one: uncertain), or why it is none."""

    quantity: Quantity
    statements: list[Statement] = field(default_factory=list)
    not_a_figure: str = ""
    unread: str = ""


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
        self.is_chinese_reporter = region_id.startswith("CN-") or region_id[:1].isdigit() or region_id == "CHN"
        self.main_period: Span | None = None
        self.period: Span | None = None
        self.paragraph_period: Span | None = None
        self.paragraph_flow = ""
        self.topic_flow = ""
        self.base = Frame()
        self.top = self.base
        self.topic = self.base
        self.siblings: list[Frame] = []
        self.year_unknown = False

    # --- the whole text -------------------------------------------------------------------------------------------

    def read(self, tokens: list[Token]) -> list[Reading]:
        """Read every sentence in turn."""
        found = sentences(tokens)
        self.main_period = self._main_period(found)
        self.period = self.main_period
        for sentence in found:
            if sentence.begins_paragraph:
                self._begin_paragraph()
            self._read_sentence(sentence)
        self.readings.sort(key=lambda reading: reading.quantity.start)
        return self.readings

    def _begin_paragraph(self) -> None:
        self.period = self.main_period
        self.paragraph_period = self.main_period
        self.paragraph_flow = ""
        self.topic_flow = ""
        self.top = self.topic = self.base
        self.siblings = []

    def _main_period(self, found: list[Sentence]) -> Span | None:
        """The first span of months that a sentence with numbers speaks of."""
        fallback: Span | None = None
        for sentence in found:
            has_number = any(
                token.quantity and token.quantity.unit_kind in ("money", "percent", "physical") for token in sentence.tokens
            )
            for index, token in enumerate(sentence.tokens):
                if token.period is None or token.period.kind not in ("span", "fiscal", "calendar_fiscal"):
                    continue
                if token.period.is_loose or self._is_compared(sentence, index) or self._is_since(sentence, index):
                    continue
                span = self._span(token.period)
                if span is None:
                    continue
                if has_number:
                    return span
                fallback = fallback or span
        return fallback

    def _span(self, period: Period) -> Span | None:
        if period.months == 0:
            return None
        context_year = None
        if period.year is None and period.relative_year is None and self.period is not None and period.kind == "span":
            context_year = self.period[1].year
        span = resolve(period, self.published, self.region_id, context_year)
        if span is None:
            self.year_unknown = True
        return span

    # --- one sentence ---------------------------------------------------------------------------------------------

    def _read_sentence(self, sentence: Sentence) -> None:
        tokens = sentence.tokens
        self._claim_attributions(sentence)
        self._find_ranks(sentence)
        share_units(sentence)
        self._set_aside(sentence)
        self._claim_references(sentence)
        self._claim_periods(sentence)
        lists = {group[0]: group for group in number_lists(sentence) if not self._is_done(sentence, group[0])}
        walk = _Walk(self, sentence, lists)
        walk.run()

    @staticmethod
    def _is_done(sentence: Sentence, index: int) -> bool:
        return sentence.spoken_for.get(index, "").startswith("number:")

    def _claim_attributions(self, sentence: Sentence) -> None:
        """Names of offices: `Urumqi customs`, 乌鲁木齐海关."""
        tokens = sentence.tokens
        for index, token in enumerate(tokens):
            if not token.is_a("attribution"):
                continue
            first = index
            while first > 0 and first > index - 4 and (
                (tokens[first - 1].names and not tokens[first - 1].is_a("scope_nation")) or (tokens[first - 1].kind == "word" and not sentence.is_chinese)
                or tokens[first - 1].is_a("attribution", "scope_self", "scope_province") or tokens[first - 1].kind == "possessive"
            ):
                if tokens[first - 1].kind == "word" and not (first > 1 and tokens[first - 2].names):
                    break
                first -= 1
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            if following is not None and following.is_a("flow") and first == index:
                sentence.claim(index, index + 1, "attribution")
                continue
            sentence.claim(first, index + 1, "attribution")

    def _find_ranks(self, sentence: Sentence) -> None:
        tokens = sentence.tokens
        for index, token in enumerate(tokens):
            quantity = token.quantity
            if quantity is not None:
                before = tokens[index - 1] if index else None
                following = tokens[index + 1] if index + 1 < len(tokens) else None
                ordinal = before is not None and before.text == "第"
                names_place = quantity.noun in ("位", "名") or (
                    following is not None and (following.is_a("rank_noun") or following.text in ("位", "名"))
                )
                cue = self._near(sentence, index, -4, "rank", skip_text="第")
                if ordinal and (names_place or cue is not None):
                    self._make_rank(quantity, tokens, index)
                    if before is not None:
                        quantity.start = before.start
                        sentence.claim(index - 1, index, "rank")
                elif ordinal:
                    quantity.unit_kind, quantity.measure = "other", "ordinal"
                elif before is not None and before.is_a("rank") and sentence.is_chinese and not quantity.unit and "." not in quantity.printed:
                    self._make_rank(quantity, tokens, index)
                elif before is not None and before.is_a("rank") and quantity.unit_kind in ("bare", "word") and "." not in quantity.printed and following is not None and following.text in ("th", "st", "nd", "rd"):
                    self._make_rank(quantity, tokens, index)
            elif token.is_a("ordinal") and not sentence.is_chinese:
                following = tokens[index + 1] if index + 1 < len(tokens) else None
                cue = self._near(sentence, index, -4, "rank")
                superlative = following is not None and (following.is_a("superlative") or following.is_a("rank_noun"))
                numeral_quantity = self._ordinal_quantity(token)
                token.quantity = numeral_quantity
                if cue is not None or superlative or (following is not None and following.text == "place"):
                    numeral_quantity.unit, numeral_quantity.unit_kind = "rank", "rank"
                else:
                    numeral_quantity.unit_kind, numeral_quantity.measure = "other", "ordinal"

    @staticmethod
    def _ordinal_quantity(token: Token) -> Quantity:
        from orchestration.releases.numerals import Numeral

        numeral = Numeral(token.senses["ordinal"], token.start, token.end, "words")
        return Quantity(numeral, token.start, token.end, token.senses["ordinal"])

    @staticmethod
    def _make_rank(quantity: Quantity, tokens: list[Token], index: int) -> None:
        quantity.unit, quantity.unit_kind, quantity.measure, quantity.noun = "rank", "rank", "", ""
        quantity.scales = ()

    def _near(self, sentence: Sentence, index: int, reach: int, *kinds: str, skip_text: str = "") -> int | None:
        """The nearest token of these kinds within `reach` tokens of the same clause, or None."""
        step = -1 if reach < 0 else 1
        cursor = index + step
        for _ in range(abs(reach)):
            if not 0 <= cursor < len(sentence.tokens) or sentence.tokens[cursor].kind in BOUNDARIES:
                return None
            token = sentence.tokens[cursor]
            if token.is_a(*kinds) and token.text != skip_text:
                return cursor
            if token.quantity is not None and token.quantity.unit_kind != "other":
                return None
            cursor += step
        return None

    # --- numbers that are no figures ------------------------------------------------------------------------------

    def _set_aside(self, sentence: Sentence) -> None:
        """Numbers that count nothing that a figure is about, each with its reason."""
        tokens = sentence.tokens
        for index in sentence.quantities():
            quantity = tokens[index].quantity
            if quantity is None:
                continue
            reason = self._why_no_figure(sentence, index, quantity)
            if reason:
                self.readings.append(Reading(quantity, not_a_figure=reason))
                sentence.spoken_for[index] = "number:" + reason

    def _why_no_figure(self, sentence: Sentence, index: int, quantity: Quantity) -> str:
        tokens = sentence.tokens
        before = tokens[index - 1] if index else None
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        kind = quantity.unit_kind
        if kind == "other":
            return quantity.measure or "other"
        if kind == "word":
            return "number word"
        if kind == "rank":
            return ""
        chars = self.text.chars
        if before is not None and before.is_a("top") and kind in ("bare", "count", "physical") and not quantity.scales:
            return "size of a list"
        if kind in ("bare", "count", "physical") and not quantity.scales and "." not in quantity.printed:
            if following is not None and following.is_a("duration") and kind == "bare":
                return "duration"
            if quantity.unit in ("hour", "day", "month", "year"):
                return "duration"
            if before is not None and before.is_a("duration"):
                return "duration"
            if following is not None and following.is_a("other_noun") and kind == "bare":
                return "counted thing"
            if sentence.is_chinese:
                phrase = _starts_with(chars, quantity.numeral.end, _CHINESE_OTHER)
                if phrase and kind != "count":
                    return "duration" if "月" in phrase or "年" in phrase else "counted thing"
            if quantity.numeral.form in ("words", "chinese") and kind == "bare":
                return "number word"
            if quantity.numeral.form == "chinese" and kind in ("physical", "count") and quantity.unit in ("piece", "set", "metre", "pieces", "commodities", "item"):
                return "counted thing"
            if quantity.numeral.form in ("words", "chinese") and kind == "count" and len(quantity.printed) < 2:
                return "number word"
            if quantity.numeral.form == "words" and kind == "count" and quantity.measure in ("partners", "regions", "ports"):
                return "number word"
        if kind == "bare" and before is not None and before.kind == "mark" and before.text in "#№":
            return "number of a thing"
        if kind == "bare" and before is not None and before.text in ("no", "no.", "vol", "page", "covid", "rmb"):
            return "number of a thing"
        return ""

    # --- references -----------------------------------------------------------------------------------------------

    def _claim_references(self, sentence: Sentence) -> None:
        """Tokens that say what a share is of, what a growth is faster than, what it compares with."""
        self.references: dict[int, dict[str, str]] = {}
        self.gaps: dict[int, int] = {}
        self.base_values: set[int] = set()
        tokens = sentence.tokens
        for index in sentence.quantities():
            quantity = tokens[index].quantity
            if quantity is None or self._is_done(sentence, index):
                continue
            if quantity.unit_kind == "percent":
                self._share_reference(sentence, index)
            elif quantity.unit_kind == "points":
                self._gap_reference(sentence, index)
        for index, token in enumerate(tokens):
            if token.is_a("versus") or token.is_a("than") or token.text in ("than", "from", "against", "over", "比", "较", "against"):
                self._comparison(sentence, index)

    def _share_reference(self, sentence: Sentence, index: int) -> None:
        tokens = sentence.tokens
        if not sentence.is_chinese:
            if index + 1 < len(tokens) and tokens[index + 1].text == "of":
                last = index + 2
                while last < len(tokens) and not self._ends_reference(tokens, last):
                    last += 1
                named = tokens[index + 2 : last]
                if any(self._may_be_whole(token) for token in named):
                    self.references[index] = self._reference(named)
                    sentence.claim(index + 1, last, "reference")
            return
        cue = None
        cursor = index - 1
        first = sentence.clause_start(index)
        while cursor >= first:
            token = tokens[cursor]
            if token.is_a("share"):
                cue = cursor
                break
            if token.quantity is not None or token.is_a("rise", "fall"):
                break
            cursor -= 1
        if cue is None:
            # 在全省进出口总值中占(下同)67.5%: the whole stands before, and a note between
            if index and tokens[index - 1].kind == "close":
                opened = index - 1
                while opened > 0 and tokens[opened].kind != "open":
                    opened -= 1
                if opened and tokens[opened - 1].is_a("share"):
                    cue = opened - 1
                    first = sentence.clause_start(cue)
        if cue is None:
            return
        named = [token for token in tokens[cue + 1 : index] if token.kind not in ("open", "close")]
        start = cue + 1
        if not any(self._may_be_whole(token) for token in named):
            inside = cue - 1
            while inside >= first and tokens[inside].text not in ("在",):
                inside -= 1
            if inside >= first and tokens[inside].text == "在":
                named, start = tokens[inside:cue], inside
                self.references[index] = self._reference(named)
                sentence.claim(start, cue, "reference")
            return
        if any(self._may_be_whole(token) for token in named):
            self.references[index] = self._reference(named)
            sentence.claim(start, index, "reference")

    @staticmethod
    def _may_be_whole(token: Token) -> bool:
        return bool(token.names) or token.is_a("flow", "scope_nation", "scope_province", "scope_self", "anaphor", "nontrade", "base") or token.text in ("total", "overall", "all", "those", "whole", "总量", "总值", "总额", "value")

    @staticmethod
    def _ends_reference(tokens: list[Token], index: int) -> bool:
        token = tokens[index]
        if token.kind in BOUNDARIES or token.quantity is not None or token.is_a("while", "rise", "fall", "comparison", "respectively"):
            return True
        if token.is_a("be") or token.text in ("with", "during", "while", "up", "down", "came", "went"):
            return True
        if token.is_a("and") and index + 1 < len(tokens):
            following = tokens[index + 1]
            return not following.is_a("flow")
        return False

    def _reference(self, named: list[Token]) -> dict[str, str]:
        """The whole that a few tokens name, as far as they say."""
        reference: dict[str, str] = {}
        for token in named:
            if token.is_a("scope_nation"):
                reference["region"] = "CHN" if self.is_chinese_reporter else self.region_id
            elif token.is_a("scope_province"):
                reference.setdefault("region", self._province())
            elif token.is_a("scope_self"):
                reference.setdefault("region", self.region_id)
            for list_name, code in token.names:
                if list_name == "region":
                    reference["region"] = code
                elif list_name in ("commodity", "ownership", "trade_mode"):
                    reference.setdefault(list_name, code)
            if token.is_a("flow") and token.senses["flow"] != "balance":
                flow = token.senses["flow"]
                if flow == "export" or flow == "import" or "flow" not in reference:
                    reference["flow"] = flow
        return reference

    def _province(self) -> str:
        """The province that the release's region is or lies in."""
        for holder in self.codes.containing_regions(self.region_id):
            if holder.startswith("CN-"):
                return holder
        return self.region_id

    def _gap_reference(self, sentence: Sentence, index: int) -> None:
        """`75.5 points higher than that of the whole country`, 比全国增速高32个, 快于全国27.7个百分点."""
        tokens = sentence.tokens
        first = sentence.clause_start(index)
        if sentence.is_chinese:
            direction = None
            cursor = index - 1
            while cursor >= first:
                token = tokens[cursor]
                if token.is_a("gap_up", "gap_down") and direction is None and not token.is_a("rise", "fall"):
                    direction = cursor
                if token.is_a("gap_up", "gap_down") and direction is None and self._names_other(tokens[cursor + 1 : index]):
                    direction = cursor
                if token.text in ("比", "较") and cursor < index - 1:
                    inner = tokens[cursor + 1 : index]
                    if direction is None:
                        direction = next((at for at in range(cursor + 1, index) if tokens[at].is_a("gap_up", "gap_down", "rise", "fall")), None)
                    if direction is not None and self._names_other(inner):
                        self.gaps[index] = 1 if tokens[direction].is_a("gap_up", "rise") else -1
                        self.references[index] = self._reference(inner)
                        sentence.claim(cursor, index, "reference")
                    return
                if token.quantity is not None:
                    break
                cursor -= 1
            if direction is not None and self._names_other(tokens[direction + 1 : index]):
                self.gaps[index] = 1 if tokens[direction].is_a("gap_up") else -1
                self.references[index] = self._reference(tokens[direction + 1 : index])
                sentence.claim(direction, index, "reference")
            elif direction is not None and self._names_other(tokens[first:direction]):
                pass
            return
        following = index + 1
        while following < len(tokens) and tokens[following].is_a("filler") and not tokens[following].is_a("gap_up", "gap_down", "than", "rise", "fall"):
            following += 1
        if following < len(tokens) and tokens[following].is_a("gap_up", "gap_down", "than"):
            last = following + 1
            while last < len(tokens) and tokens[last].kind not in BOUNDARIES and tokens[last].quantity is None and not (
                tokens[last].is_a("and", "while") and last > following + 1
            ):
                last += 1
            named = tokens[following:last]
            text = [token.text for token in named]
            if self._names_other(named) or "average" in text:
                self.gaps[index] = -1 if any(token.is_a("gap_down") and not token.is_a("gap_up") for token in named[:2]) else 1
                self.references[index] = self._reference(named) or {"region": "CHN" if self.is_chinese_reporter else self.region_id}
                sentence.claim(index + 1, last, "reference")
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

    def _names_other(self, named: list[Token]) -> bool:
        return any(
            token.is_a("scope_nation", "scope_province") or any(pair[0] == "region" for pair in token.names) for token in named
        )

    def _comparison(self, sentence: Sentence, index: int) -> None:
        """`compared to USD 39.59 billion in the same period`, `than in the same months of 2023`, `from 35 billion`."""
        tokens = sentence.tokens
        if not sentence.free(index):
            return
        cursor = index + 1
        while cursor < len(tokens) and cursor < index + 7 and tokens[cursor].kind not in BOUNDARIES:
            token = tokens[cursor]
            if token.period is not None:
                if token.period.kind in ("base", "prior") or token.period.is_loose or token.period.year is not None or tokens[index].text == "than" or tokens[index].is_a("versus"):
                    if tokens[index].text == "from" and token.period.kind == "span" and not token.period.is_loose:
                        return
                    sentence.claim(index, cursor + 1, "comparison:" + str(cursor))
                return
            if token.quantity is not None:
                if token.quantity.unit_kind in ("money", "physical", "percent") and tokens[index].is_a("versus"):
                    if token.quantity.unit_kind == "percent" and tokens[index].text == "from":
                        after = self._near(sentence, cursor, 6, "comparison", "base", "anaphor")
                        if after is None and not any(later.period is not None and later.period.kind == "base" for later in tokens[cursor : cursor + 6]):
                            return
                    self.base_values.add(cursor)
                return
            if token.names or token.is_a("flow"):
                return
            cursor += 1

    def _is_compared(self, sentence: Sentence, index: int) -> bool:
        """Whether a period is the one compared with."""
        for cursor in range(index - 1, max(index - 6, -1), -1):
            token = sentence.tokens[cursor]
            if token.kind in BOUNDARIES or token.quantity is not None:
                return False
            if token.is_a("versus") and token.text != "from" or token.text in ("than", "比", "较", "相比"):
                return True
        return False

    def _is_since(self, sentence: Sentence, index: int) -> bool:
        before = sentence.tokens[max(index - 3, 0) : index]
        if any(token.is_a("since") for token in before):
            return True
        following = sentence.tokens[index + 1] if index + 1 < len(sentence.tokens) else None
        return following is not None and following.text in ("以来", "成立", "设立", "起")

    def _claim_periods(self, sentence: Sentence) -> None:
        """The periods of the sentence that figures are about, by where they stand."""
        tokens = sentence.tokens
        self.spans: dict[int, Span] = {}
        self.comparisons: dict[int, str] = {}
        self.comparison_spans: dict[int, Span] = {}
        for index, token in enumerate(tokens):
            if token.is_a("comparison"):
                self.comparisons[index] = token.senses["comparison"]
            elif token.is_a("base"):
                self.comparisons[index] = "base"
            elif token.is_a("prior"):
                self.comparisons[index] = "prior"
            period = token.period
            if period is None:
                continue
            if period.kind in ("base", "prior"):
                self.comparisons[index] = period.kind
                continue
            if period.kind in ("date", "year_to_date"):
                continue
            if period.kind == "same":
                continue
            claimed = sentence.spoken_for.get(index, "")
            if period.kind == "single":
                if self.main_period is not None:
                    end = self.main_period[1]
                    self.spans[index] = (end.replace(day=1), end)
                continue
            if self._is_since(sentence, index):
                sentence.claim(index, index + 1, "since")
                continue
            if claimed.startswith("comparison") or self._is_compared(sentence, index):
                span = self._compared_span(period)
                if span is not None:
                    self.comparison_spans[index] = span
                self.comparisons[index] = "span"
                continue
            if period.is_loose:
                known = next((span for span in (self.period, self.main_period) if span and length_in_months(span) == period.months), None)
                if known is not None:
                    self.spans[index] = known
                    continue
                if period.months < 2:
                    continue
            span = self._span(period)
            if span is None:
                continue
            before = tokens[index - 1] if index else None
            if before is not None and before.is_a("stock") and period.months:
                span = (span[1].replace(day=1), span[1])
            elif index + 1 < len(tokens) and sentence.is_chinese and tokens[index + 1].text in ("底", "末"):
                span = (span[1].replace(day=1), span[1])
            self.spans[index] = span

    def _compared_span(self, period: Period) -> Span | None:
        if period.months:
            span = resolve(period, self.published, self.region_id)
            if span is None or self.period is None:
                return span
            if period.months == 12 and period.first_month == 1 and length_in_months(self.period) < 12 and period.year is not None:
                return shifted(self.period, 12 * (period.year - self.period[1].year))
            return span
        if period.year is not None and self.period is not None:
            return shifted(self.period, 12 * (period.year - self.period[1].year))
        return None


_CHINESE_OTHER = (
    "个月", "个季度", "个方面", "个百分", "周年", "年来", "年间", "年期", "年", "个环节", "个亮点", "个特点", "个项目", "个领域",
    "个工作日", "项", "届", "场", "次会", "条", "岁", "层", "章", "步", "大类", "个平台", "个园区", "个站点", "个片区", "个综",
    "个自", "条航线", "条线路", "条措施", "月", "日", "时", "分钟", "小时", "天", "个小时", "号", "期", "版", "级", "代", "轮", "批次", "周",
)  # fmt: skip


def _starts_with(chars: str, position: int, phrases: tuple[str, ...]) -> str:
    return next((phrase for phrase in phrases if chars.startswith(phrase, position)), "")


class _Walk:
    """One pass over a sentence: subjects are gathered, numbers take them."""

    def __init__(self, grammar: Grammar, sentence: Sentence, lists: dict[int, list[int]]) -> None:
        self.grammar = grammar
        self.sentence = sentence
        self.tokens = sentence.tokens
        self.lists = lists
        self.phrase = Phrase()
        self.frame: Frame | None = None
        self.is_first = True
        self.last_end = 0
        self.last_name: dict[str, int] = {}
        self.previous: list[Statement] = []
        self.last_level: Statement | None = None
        self.list_measures: list[str] = []
        self.clause_break = ""
        self.currency_terms = ""
        self.own_period = False
        self.joint_next = False
        self.pending_break = False
        self.in_list_of: set[int] = set()
        for group in lists.values():
            self.in_list_of.update(group)

    # --- walking --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Walk the tokens from left to right."""
        grammar, tokens, sentence = self.grammar, self.tokens, self.sentence
        self._set_sentence_period()
        self._find_unknown_names()
        self._header()
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if index in self.lists:
                group = self.lists[index]
                self._numbers(group)
                index += 1
                continue
            if token.quantity is not None:
                index += 1
                continue
            if not sentence.free(index):
                index += 1
                continue
            self._mention(index, token)
            index += 1
        for token in tokens:
            if token.quantity is not None and not any(reading.quantity is token.quantity for reading in grammar.readings):
                grammar.readings.append(Reading(token.quantity, unread="no rule reads it"))
        if self.frame is None and not self.phrase.is_empty() and not self.phrase.is_nontrade:
            self._open_frame()
        if self.frame is not None:
            grammar.top = self.frame

    def _set_sentence_period(self) -> None:
        """Where a sentence names one period, all of it is about that one."""
        grammar = self.grammar
        spans = list(dict.fromkeys(grammar.spans.values()))
        if len(spans) == 1:
            is_single = any(token.period is not None and token.period.kind == "single" for token in self.tokens)
            grammar.period = spans[0]
            if self.sentence.begins_paragraph and not is_single:
                grammar.paragraph_period = spans[0]
            self.own_period = True
        elif any(token.period is not None and token.period.kind == "same" for token in self.tokens):
            pass

    def _header(self) -> None:
        """A first clause such as 出口方面 or "In terms of exports" sets the flow of the paragraph."""
        end = self.sentence.clause_end(0)
        if end >= len(self.tokens) or end > 9:
            return
        clause = self.tokens[:end]
        if any(token.quantity is not None for token in clause):
            return
        flows = {token.senses["flow"] for token in clause if token.is_a("flow")}
        if self.sentence.is_chinese:
            is_header = any(token.is_a("header_end") for token in clause[-2:])
        else:
            is_header = clause[0].is_a("header") or (clause[0].text == "in" and any(token.text == "terms" for token in clause))
        if is_header and len(flows) == 1:
            self.grammar.paragraph_flow = next(iter(flows))
        elif is_header and not flows:
            self.grammar.paragraph_flow = self.grammar.paragraph_flow if self.sentence.begins_paragraph is False else ""

    # --- subjects -------------------------------------------------------------------------------------------------

    def _mention(self, index: int, token: Token) -> None:
        phrase = self.phrase
        if token.kind in ("semicolon", "stop") or token.is_a("while"):
            if not phrase.is_empty() and token.kind != "stop":
                self._drop_subject()
            self.clause_break = "strong"
            return
        if token.kind in ("comma", "colon", "dash", "close", "open"):
            self.clause_break = self.clause_break or "weak"
            self.pending_break = True
            return
        if token.is_a("among"):
            phrase.is_drilling = True
        if token.is_a("anaphor"):
            phrase.is_anaphoric = True
        if token.is_a("together"):
            phrase.is_joint = True
        if token.is_a("each") and not token.is_a("per"):
            phrase.each = True
        if token.is_a("growth_noun", "rise", "fall", "share", "rank"):
            phrase.has_statistic = True
        if token.is_a("currency_terms"):
            self.currency_terms = token.senses["currency_terms"]
        if token.is_a("nontrade"):
            phrase.is_nontrade = token.senses["nontrade"]
        if token.is_a("count_measure"):
            phrase.measures.append(token.senses["count_measure"])
        if token.kind == "word" and not token.is_a("filler") and (len(token.text) > 2):
            phrase.unknown_words += 1
        if token.names:
            self._mention_name(index, token)
        elif token.is_a("flow"):
            self._mention_flow(index, token)
        elif token.is_a("measure"):
            self._mention_measure(index, token)
        elif index in self.grammar.spans:
            self._mention_period(index)
        elif token.is_a("multiple", "flat"):
            multiple_statements(self, index, token)
        if index in self.unknown:
            self._mention_unknown(*self.unknown[index])

    def _mention_unknown(self, first: int, last: int) -> None:
        """A name that no list knows takes the dimension of the list it stands in, else it is a commodity."""
        start, end = self.grammar.text.span(self.tokens[first].start, self.tokens[last - 1].end)
        dimension = "commodity"
        for candidate, at in self.last_name.items():
            if at < first and all(token.kind in ("comma", "enumeration") or token.is_a("and") for token in self.tokens[at + 1 : first]):
                dimension = candidate
        following = self.tokens[last + 1] if last + 1 < len(self.tokens) else None
        if dimension == "commodity" and following is not None and following.names and self.tokens[last].kind == "enumeration":
            dimension = self._dimension(last + 1, following)[0] or dimension
        self._add_item(dimension, Item(UNMAPPED, self.grammar.source[start:end], start, end), first)
        self.last_name[dimension] = last - 1

    def _mention_period(self, index: int) -> None:
        span = self.grammar.spans[index]
        if self._follows_number(index):
            return
        if len(set(self.grammar.spans.values())) > 1:
            self.phrase.periods.append(span)
            self.grammar.period = span

    def _follows_number(self, index: int) -> bool:
        """Whether a token stands in a clause after its number, and so was taken with it."""
        cursor = index - 1
        while cursor >= 0 and self.tokens[cursor].kind not in BOUNDARIES:
            if self.tokens[cursor].quantity is not None and cursor in self.in_list_of:
                return True
            if self.tokens[cursor].is_a("and", "while"):
                return False
            cursor -= 1
        return False

    def _mention_name(self, index: int, token: Token) -> None:
        dimension, code = self._dimension(index, token)
        if not dimension:
            return
        item = self._item(token, dimension, code)
        if dimension == "region" and code == self.grammar.region_id:
            items = self.phrase.names.get("region", [])
            inner = [one for one in items if code in list(self.grammar.codes.containing_regions(one.code))[1:]]
            if inner:
                return
        self._add_item(dimension, item, index)

    def _add_item(self, dimension: str, item: Item, index: int) -> None:
        phrase = self.phrase
        last = self.last_name.get(dimension)
        if last is not None and phrase.names.get(dimension) and self._coordinated(last, index):
            phrase.names[dimension].append(item)
        elif dimension == "region" and phrase.names.get(dimension) and self._nested(phrase.names[dimension], item):
            phrase.names[dimension] = innermost_region([*phrase.names[dimension], item], self.grammar.codes)
        else:
            previous = phrase.names.get(dimension)
            if previous and any(token.text in ("such", "such as", "namely", "including", "like", "如", "等") for token in self.tokens[last or 0 : index]):
                phrase.head[dimension] = previous
            phrase.names[dimension] = [item]
        self.last_name[dimension] = index

    def _nested(self, items: list[Item], item: Item) -> bool:
        codes = self.grammar.codes
        holders = set(codes.containing_regions(item.code))
        return any(one.code in holders or item.code in set(codes.containing_regions(one.code)) for one in items)

    def _coordinated(self, first: int, last: int) -> bool:
        """Whether only what separates names of one list stands between two names."""
        has_separator = False
        for cursor in range(first + 1, last):
            token = self.tokens[cursor]
            if token.quantity is not None:
                return False
            if token.kind in ("comma", "enumeration") or token.is_a("and"):
                has_separator = True
            elif token.names:
                if self._dimension(cursor, token)[0] != self._dimension(last, self.tokens[last])[0]:
                    return False
            elif token.text in ("to", "the", "with", "from", "对", "自", "从", "向", "'s", "like", "others", "其他", "other", "countries", "like", "国家", "国") or token.kind == "possessive":
                continue
            elif token.is_a("flow") and self.sentence.is_chinese and has_separator is False:
                continue
            elif token.is_a("flow") and self.phrase.flows and token.senses["flow"] == self.phrase.flows[-1]:
                continue
            elif cursor in self.unknown:
                continue
            else:
                return False
        return has_separator

    def _dimension(self, index: int, token: Token) -> tuple[str, str]:
        """Which list a name belongs to here."""
        grammar = self.grammar
        pairs = dict(token.names)
        if len(pairs) == 1:
            dimension, code = next(iter(pairs.items()))
            if dimension == "region" and code in grammar.codes.countries and code != grammar.region_id and not grammar.region_id.startswith("CN") and code != "CHN":
                return "partner", code
            return dimension, code
        if "region" in pairs and "partner" in pairs:
            code = pairs["region"]
            holders = set(grammar.codes.containing_regions(grammar.region_id))
            if code in holders or grammar.region_id in set(grammar.codes.containing_regions(code)):
                is_object = index > 0 and (self.tokens[index - 1].text in ("with", "to", "from", "对", "与", "自", "向"))
                if not (is_object and code != grammar.region_id and code != "CHN"):
                    return "region", code
            if code == "CHN" and grammar.is_chinese_reporter:
                return "region", code
            return "partner", pairs["partner"]
        for dimension in ("trade_mode", "ownership", "commodity", "partner", "region"):
            if dimension in pairs:
                return dimension, pairs[dimension]
        return "", ""

    def _item(self, token: Token, dimension: str, code: str) -> Item:
        start, end = self.grammar.text.span(token.start, token.end)
        flow = ""
        if dimension in ("trade_mode", "commodity"):
            for name, words in _FLOW_WORDS.items():
                if any(word in token.text for word in words) and "进出口" not in token.text and "imported materials" not in token.text:
                    flow = name
        return Item(code, self.grammar.source[start:end], start, end, flow)

    def _mention_flow(self, index: int, token: Token) -> None:
        phrase = self.phrase
        flow = token.senses["flow"]
        if token.is_a("nontrade"):
            return
        pair = self._pair(token)
        between = self.tokens[self._last_flow + 1 : index] if phrase.flows and self._last_flow is not None else []
        if phrase.flows and between and all(one.kind in ("comma", "enumeration") or one.is_a("and") for one in between):
            if flow not in phrase.flows:
                phrase.flows.append(flow)
        elif phrase.flows and phrase.flows[-1] == flow:
            pass
        elif phrase.flows and flow == "total" and phrase.flows[-1] in ("export", "import") and not self.pending_break and token.text in ("trade", "贸易", "外贸", "foreign trade", "value", "volume"):
            pass
        else:
            contradicts = phrase.flows and phrase.flows[-1] != "total" and flow != phrase.flows[-1]
            if contradicts and self.pending_break and not phrase.is_drilling and phrase.names and not self._names_since(index):
                phrase.names = {name: items for name, items in phrase.names.items() if name == "region"}
            phrase.flows = [flow]
        phrase.flow_pair = pair
        phrase.is_nontrade = ""
        self._last_flow: int | None = index

    _last_flow = None

    def _names_since(self, index: int) -> bool:
        start = self.sentence.clause_start(index)
        return any(last >= start for last in self.last_name.values())

    @staticmethod
    def _pair(token: Token) -> tuple[str, ...]:
        text = token.text
        if text in ("exports and imports", "export and import", "exported and imported", "imports and exports", "import and export", "imported and exported"):
            return ("export", "import") if text.startswith("export") else ("import", "export")
        return ()

    def _mention_measure(self, index: int, token: Token) -> None:
        phrase = self.phrase
        measure = token.senses["measure"]
        if measure == "volume":
            other = any(one.is_a("measure") and one.senses["measure"] in ("value", "quantity") and at != index for at, one in enumerate(self.tokens))
            measure = "quantity" if other and any(one.text in ("value", "values", "in value", "by value", "the value of") for one in self.tokens) else "volume"
        if measure == "value" and not self._is_measure_list(index):
            if not any(one in ("quantity", "unit_value", "volume") for one in phrase.measures) and self.last_level is None:
                return
        if phrase.measures and not self._between_are_separators(self._last_measure, index):
            phrase.measures = [measure]
        else:
            phrase.measures.append(measure)
        self._last_measure = index

    _last_measure = 0

    def _between_are_separators(self, first: int, last: int) -> bool:
        return all(token.kind in ("comma", "enumeration") or token.is_a("and", "filler", "flow") for token in self.tokens[first + 1 : last])

    def _is_measure_list(self, index: int) -> bool:
        near = self.tokens[max(0, index - 3) : index + 4]
        return sum(1 for token in near if token.is_a("measure") and token.senses["measure"] != "value") > 0

    def _find_unknown_names(self) -> None:
        """Words between the names of a list, and the words that exports or imports are of: names no list knows."""
        self.unknown: dict[int, tuple[int, int]] = {}
        tokens, sentence = self.tokens, self.sentence
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.is_a("flow") and sentence.free(index) and token.senses["flow"] in ("export", "import", "total"):
                self._unknown_after(index)
                self._unknown_before(index)
            index += 1
        self._unknown_between()

    def _unknown_after(self, index: int) -> None:
        tokens, sentence = self.tokens, self.sentence
        first = index + 1
        if not sentence.is_chinese:
            if first >= len(tokens) or tokens[first].text != "of":
                return
            first += 1
        last = first
        while last < len(tokens) and self._is_unknown_word(last):
            last += 1
        while first < last and tokens[first].is_a("filler") :
            first += 1
        while last > first and tokens[last - 1].is_a("filler"):
            last -= 1
        if last <= first or (last < len(tokens) and tokens[last].names):
            return
        width = tokens[last - 1].end - tokens[first].start
        if sentence.is_chinese and (width < 2 or not (last < len(tokens) and (tokens[last].quantity is not None or tokens[last].is_a("rise", "fall", "to", "respectively", "and") or tokens[last].kind in ("enumeration",)))):
            return
        if width > 50:
            return
        self.unknown[first] = (first, last)

    def _unknown_before(self, index: int) -> None:
        tokens, sentence = self.tokens, self.sentence
        if not sentence.is_chinese or not tokens[index].senses["flow"] in ("export", "import"):
            return
        first = index
        while first > 0 and self._is_unknown_word(first - 1) and not tokens[first - 1].is_a("filler"):
            first -= 1
        if first == index:
            return
        width = tokens[index - 1].end - tokens[first].start
        before = tokens[first - 1] if first else None
        starts_clause = before is None or before.kind in BOUNDARIES or before.kind == "enumeration" or before.is_a("among", "and") or before.period is not None
        if 2 <= width <= 12 and starts_clause:
            self.unknown[first] = (first, index)

    def _unknown_between(self) -> None:
        """An item in a list of names that is no name itself."""
        tokens = self.tokens
        name_at = [index for index, token in enumerate(tokens) if token.names and self.sentence.free(index)]
        for left in name_at:
            dimension = self._dimension(left, tokens[left])[0]
            if dimension not in ("commodity", "region", "partner"):
                continue
            separator = left + 1
            if separator >= len(tokens) or not (tokens[separator].kind in ("enumeration", "comma") or tokens[separator].is_a("and")):
                continue
            first = separator + 1
            if first < len(tokens) and tokens[first].is_a("and") and tokens[first].kind != "enumeration":
                first += 1
            last = first
            while last < len(tokens) and self._is_unknown_word(last):
                last += 1
            if last == first or last >= len(tokens):
                continue
            ends = tokens[last]
            width = tokens[last - 1].end - tokens[first].start
            if ends.kind == "enumeration" or (not self.sentence.is_chinese and ends.kind == "comma" and last - first <= 4) or (self.sentence.is_chinese and (ends.is_a("and", "flow", "respectively") or ends.text in ("等",))) or (not self.sentence.is_chinese and ends.is_a("and") and last - first <= 4):
                if self.sentence.is_chinese and tokens[separator].kind == "comma":
                    continue
                if not self.sentence.is_chinese and (tokens[separator].kind == "comma" and not self._list_goes_on(last)):
                    continue
                while last > first and tokens[last - 1].is_a("filler"):
                    last -= 1
                if last > first and 2 <= width <= 40 and not all(token.is_a("filler") for token in tokens[first:last]):
                    self.unknown[first] = (first, last)

    def _list_goes_on(self, index: int) -> bool:
        """Whether another name follows right after the separator at `index`."""
        cursor = index + 1
        while cursor < len(self.tokens) and (self.tokens[cursor].is_a("and") or self.tokens[cursor].text == "the"):
            cursor += 1
        return cursor < len(self.tokens) and bool(self.tokens[cursor].names)

    def _is_unknown_word(self, index: int) -> bool:
        token = self.tokens[index]
        if token.kind == "word":
            return True
        if token.quantity is not None or token.names or token.period is not None or token.kind != "phrase":
            return False
        return set(token.senses) <= {"filler", "header_dimension", "other_noun"} and token.text not in ("said", "show", "showed", "has", "have", "was", "were", "is", "are")

    # --- frames ---------------------------------------------------------------------------------------------------

    def _drop_subject(self) -> None:
        """A subject without a number of its own: the next clause begins anew."""
        keep = self.phrase
        self.phrase = Phrase(periods=keep.periods)
        if not self.is_first or keep.is_nontrade:
            return
        self.phrase.is_drilling = keep.is_drilling

    def _open_frame(self) -> Frame:
        """The frame of the subject gathered so far; the phrase begins anew."""
        grammar, phrase = self.grammar, self.phrase
        own = frozenset(phrase.dimensions)
        before = self.frame if self.frame is not None else grammar.top
        frame: Frame
        if not own and not phrase.measures:
            frame = self._same_subject(before, phrase)
        elif self.is_first:
            frame = self._first_frame(own, phrase)
        else:
            frame = self._next_frame(own, phrase, before)
        self._fill(frame, phrase, own)
        if self.is_first and not phrase.is_empty():
            grammar.topic = frame
            if phrase.flows:
                grammar.topic_flow = phrase.flows[0] if len(phrase.flows) == 1 else ""
        self.is_first = False
        self.frame = frame
        grammar.top = frame
        if own:
            grammar.siblings.append(frame)
        if not phrase.is_empty():
            self.list_measures = []
        self.phrase = Phrase()
        self.clause_break = ""
        self.pending_break = False
        return frame

    def _same_subject(self, before: Frame, phrase: Phrase) -> Frame:
        frame = before.copy()
        frame.parent, frame.own = before.parent, before.own
        if self.is_first and not (phrase.is_anaphoric or phrase.has_statistic or phrase.is_drilling):
            frame.doubt = "the sentence names no subject; that of the sentence before is taken"
        if self.is_first and phrase.unknown_words >= 2 and not phrase.is_drilling:
            frame.doubt = "the subject of the sentence is not known"
        if self.is_first and grammar_topic_differs(self.grammar) and not frame.doubt and not phrase.is_drilling:
            frame = self.grammar.topic.copy()
            frame.parent, frame.own = self.grammar.topic.parent, self.grammar.topic.own
        if phrase.is_nontrade:
            frame.nontrade = phrase.is_nontrade
        return frame

    def _base_frame(self) -> Frame:
        grammar = self.grammar
        frame = Frame(flows=[grammar.paragraph_flow or "total"])
        frame.parent = None
        return frame

    def _first_frame(self, own: frozenset[str], phrase: Phrase) -> Frame:
        grammar = self.grammar
        if phrase.is_drilling or (phrase.is_anaphoric and own <= {"flow"}):
            parent = grammar.top
            while parent.parent is not None and parent.own & own - {"flow"}:
                parent = parent.parent
            frame = parent.copy()
            frame.parent = parent
            frame.count_measure = frame.nontrade = frame.doubt = ""
            frame.measures = []
            self._collapse(frame)
            return frame
        frame = self._base_frame()
        frame.parent = grammar.base
        if not phrase.flows:
            flow = grammar.paragraph_flow or grammar.topic_flow
            if flow:
                frame.flows = [flow]
        if grammar.paragraph_period and not self.own_period and not own <= {"flow"} and grammar.period != grammar.paragraph_period:
            grammar.period = grammar.paragraph_period
        return frame

    def _next_frame(self, own: frozenset[str], phrase: Phrase, before: Frame) -> Frame:
        narrow = own - {"flow"} or own
        if not own:
            frame = before.copy()
            frame.parent = before.parent
            frame.own = before.own
            return frame
        if phrase.is_drilling:
            frame = before.copy()
            frame.parent = before
            self._collapse(frame)
            frame.measures, frame.count_measure, frame.nontrade = [], "", ""
            return frame
        sibling: Frame | None = before
        while sibling is not None and not sibling.own & narrow:
            sibling = sibling.parent
        if own == {"flow"}:
            source = sibling if sibling is not None and sibling.own else before
            frame = source.copy()
            frame.parent = source if source.own - {"flow"} else source.parent
            self._collapse(frame)
            frame.measures, frame.count_measure, frame.nontrade = [], "", ""
            return frame
        if sibling is None:
            if self.clause_break == "strong" and phrase.flows:
                frame = self._base_frame()
                frame.parent = self.grammar.base
            else:
                frame = before.copy()
                frame.parent = before
                if phrase.flows and not phrase.is_anaphoric and before.own - {"flow", "region"}:
                    frame = self._base_frame()
                    frame.parent = self.grammar.base
            frame.measures, frame.count_measure, frame.nontrade = [], "", ""
            self._collapse(frame)
            return frame
        if phrase.flows:
            parent = sibling.parent or self.grammar.base
            frame = parent.copy()
            frame.parent = parent
            self._collapse(frame)
        else:
            frame = sibling.copy()
            frame.parent = sibling.parent
            self._collapse(frame, keep_flow=True)
        frame.measures, frame.count_measure, frame.nontrade = [], "", ""
        return frame

    @staticmethod
    def _collapse(frame: Frame, *, keep_flow: bool = False) -> None:
        """A list does not carry on into the next subject as a list."""
        frame.head = {}
        if len(frame.flows) > 1:
            frame.flows = ["total"]
        frame.flow_pair = ()

    def _fill(self, frame: Frame, phrase: Phrase, own: frozenset[str]) -> None:
        for dimension, items in phrase.names.items():
            kept = [item for item in items if dimension != "region" or item.code != self.grammar.region_id]
            frame.names[dimension] = kept
        frame.head = dict(phrase.head)
        if phrase.flows:
            frame.flows = list(phrase.flows)
            frame.flow_pair = phrase.flow_pair
            frame.has_own_flow = True
        else:
            hinted = [item.flow for items in phrase.names.values() for item in items if item.flow]
            if hinted and len(phrase.names.get("trade_mode", phrase.names.get("commodity", []))) == 1:
                frame.flows = [hinted[0]]
        if phrase.measures:
            frame.measures = list(phrase.measures)
        if own:
            frame.own = own
            frame.doubt = ""
        if phrase.is_nontrade:
            frame.nontrade = phrase.is_nontrade
        elif own:
            frame.nontrade = ""
        if phrase.is_joint:
            self.joint_next = True

    # --- numbers --------------------------------------------------------------------------------------------------

    def _numbers(self, group: list[int]) -> None:
        assign(self, group)


def grammar_topic_differs(grammar: Grammar) -> bool:
    """Whether the last subject was a narrower one than the topic of its sentence."""
    return grammar.top is not grammar.topic and len(grammar.topic.names.get("commodity", [])) < 2
