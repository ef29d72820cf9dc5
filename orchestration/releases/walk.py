"""One pass over a sentence: subjects are gathered from left to right, numbers take them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orchestration.figures import UNMAPPED
from orchestration.releases.claims import Claims
from orchestration.releases.periods import Span
from orchestration.releases.roles import assign, multiple_statements
from orchestration.releases.sentences import BOUNDARIES, Sentence
from orchestration.releases.statements import Reading, Statement
from orchestration.releases.subjects import Frame, Item, Phrase, innermost_region
from orchestration.releases.text import is_chinese
from orchestration.releases.tokens import Token

if TYPE_CHECKING:
    from orchestration.releases.grammar import Grammar

_FLOW_WORDS = {"export": ("export", "出口", "输出"), "import": ("import", "进口", "输入")}


#: How many subjects deep one narrows another, and how many a word such as "together" reaches back over.
_DEEPEST = 12
_MOST_SIBLINGS = 40


class Walk:
    """One pass over a sentence: subjects are gathered, numbers take them."""

    def __init__(self, grammar: Grammar, sentence: Sentence, claims: Claims, lists: dict[int, list[int]]) -> None:
        self.claims = claims
        self.recent: list[Frame] = []
        self.outer: list[tuple[Any, ...]] = []
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
        self.sentence_doubt = ""
        self.stated: list[Statement] = []
        self.parenthetical: Statement | None = None
        self.named_after = False
        self.outside: list[Span] = []
        self.in_order = False
        self.flow_doubt = ""
        self.unknown_starts: set[int] = set()
        self.pending_break = False
        self.in_list_of: set[int] = set()
        for group in lists.values():
            self.in_list_of.update(group)

    # --- walking --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Walk the tokens from left to right."""
        grammar, tokens, sentence = self.grammar, self.tokens, self.sentence
        period_before = grammar.period
        self._set_sentence_period()
        if self.claims.joint_size:
            self.joint_next = True
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
                if index in self.unknown and sentence.spoken_for[index] == "longer name":
                    self._mention_unknown(*self.unknown[index])
                index += 1
                continue
            self._mention(index, token)
            index += 1
        for token in tokens:
            if token.quantity is not None and not grammar.is_accounted(token.quantity):
                grammar.account(Reading(token.quantity, unread="no rule reads it"))
        self._carry_period(period_before)
        grammar.trailing_measures = [one for one in self.phrase.measures if one != "value"]
        if self.frame is None and not self.phrase.is_empty() and not self.phrase.is_nontrade:
            self._open_frame()
        if self.frame is not None:
            grammar.top = self.frame

    def _carry_period(self, before: Span | None) -> None:
        """The period that the next sentence inherits: of several the latest and longest, not one in the background."""
        grammar = self.grammar
        if self.claims.is_stock:
            grammar.period = before
            return
        spans = list(dict.fromkeys(self.outside))
        if len(spans) > 1:
            grammar.period = max(spans, key=lambda span: (span[1], -span[0].toordinal()))
        elif spans and before is not None and not self.sentence.begins_paragraph:
            is_drill = any(token.is_a("among") for token in self.tokens[:3])
            is_part = before[0] <= spans[0][0] and spans[0][1] <= before[1] and spans[0] != before
            if spans[0][1] < before[0] or (is_drill and is_part):
                grammar.period = before

    def _set_sentence_period(self) -> None:
        """Where a sentence names one period, all of it is about that one."""
        grammar = self.grammar
        depth = 0
        outside: list[Span] = []
        for index, token in enumerate(self.tokens):
            depth += (token.kind == "open") - (token.kind == "close")
            if index in self.claims.spans and depth <= 0:
                outside.append(self.claims.spans[index])
        if not self.lists and all(span[0].month == 1 and span[1].month == 12 for span in outside):
            return  # a year in the background
        for span in () if self.claims.is_stock else outside:
            grammar.note_period(span)
        self.outside = outside
        spans = list(dict.fromkeys(outside))
        first_number = min(self.lists, default=len(self.tokens))
        late = self.sentence.is_chinese and all(index > first_number for index in self.claims.spans)
        self.in_order = len(set(self.claims.spans.values())) > 1 or late
        if len(spans) == 1 and not late:
            is_single = any(token.period is not None and token.period.kind == "single" for token in self.tokens)
            grammar.period = spans[0]
            if self.sentence.begins_paragraph and not is_single:
                grammar.paragraph_period = spans[0]
            self.own_period = True

    def _header(self) -> None:
        """A first clause such as 出口方面 or "In terms of exports" sets the flow of the paragraph."""
        end = self.sentence.clause_end(0)
        if not 0 < end < len(self.tokens) or end > 9:
            return
        clause = self.tokens[:end]
        if any(token.quantity is not None for token in clause):
            return
        flows = {token.senses["flow"] for token in clause if token.is_a("flow")}
        if self.sentence.is_chinese:
            is_header = any(token.is_a("header_end") for token in clause[-2:])
        else:
            is_header = clause[0].is_a("header") or (
                clause[0].text == "in" and any(token.text == "terms" for token in clause)
            )
        if is_header and len(flows) == 1:
            self.grammar.paragraph_flow = next(iter(flows))
        elif is_header and not flows:
            self.grammar.paragraph_flow = self.grammar.paragraph_flow if self.sentence.begins_paragraph is False else ""

    # --- subjects -------------------------------------------------------------------------------------------------

    def _mention(self, index: int, token: Token) -> None:
        phrase = self.phrase
        if token.kind in ("semicolon", "stop") or (
            token.is_a("while") and (index == 0 or self.tokens[index - 1].kind in BOUNDARIES)
        ):
            if not phrase.is_empty() and token.kind != "stop":
                self._drop_subject()
            self.clause_break = "strong"
            return
        if token.kind == "open":
            self._open_parenthesis()
            return
        if token.kind == "close":
            self._close_parenthesis()
            return
        if token.kind in ("comma", "colon", "dash"):
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
            phrase.counted = phrase.counted or not self.sentence.is_chinese or token.text.endswith(("数", "数量"))
            if phrase.counted:
                return
        if token.kind == "word" and len(token.text) > 2:
            phrase.unknown_words += 1
            if index and self.tokens[index - 1].kind != "stop" and self.grammar.text.cased[token.start].isupper():
                phrase.unknown_names.append(token.text)
        if token.kind == "word" and is_chinese(token.text[0]):
            phrase.unknown_characters += 1
        if token.names:
            self._mention_name(index, token)
        elif token.is_a("flow", "measure"):
            if token.is_a("flow"):
                self._mention_flow(index, token)
            if token.is_a("measure"):
                self._mention_measure(index, token)
        elif index in self.claims.spans:
            self._mention_period(index)
        elif token.is_a("multiple", "flat"):
            multiple_statements(self, index, token)
        if index in self.unknown:
            self._mention_unknown(*self.unknown[index])

    def _mention_unknown(self, first: int, last: int) -> None:
        """A name that no list knows takes the dimension of the list it stands in, else it is a commodity."""
        start, end = self.grammar.text.span(self.tokens[first].start, self.tokens[last - 1].end)
        dimension = self.unknown_dimension.get(first, "commodity")
        for candidate, at in () if first in self.unknown_dimension else self.last_name.items():
            if at < first and all(
                token.kind in ("comma", "enumeration") or token.is_a("and") for token in self.tokens[at + 1 : first]
            ):
                dimension = candidate
        following = self.tokens[last + 1] if last + 1 < len(self.tokens) else None
        if (
            dimension == "commodity"
            and following is not None
            and following.names
            and self.tokens[last].kind == "enumeration"
        ):
            dimension = self._dimension(last + 1, following)[0] or dimension
        text = self.grammar.source[start:end]
        self.unknown_starts.add(start)
        code = self.resolved.get(first) or self.grammar.codes.resolve(
            dimension, text, region_id=self.grammar.region_id
        )
        self._add_item(dimension, Item(code, text, start, end), first)
        self.last_name[dimension] = last - 1

    def _open_parenthesis(self) -> None:
        """What stands in parentheses speaks of the name or number before it, and leaves no trace after them."""
        grammar = self.grammar
        self.outer.append(
            (
                self.phrase, self.frame, self.is_first, self.last_level, self.list_measures, self.previous, dict(self.last_name),
                grammar.period, grammar.top, grammar.topic, grammar.topic_flow, len(grammar.siblings), self.clause_break,
            )
        )  # fmt: skip
        if not self.phrase.is_empty():
            self.phrase = self._last_of(self.phrase)
            self._open_frame()
        self.phrase = Phrase()

    def _close_parenthesis(self) -> None:
        if not self.outer:
            return
        grammar = self.grammar
        (
            self.phrase, self.frame, self.is_first, self.last_level, self.list_measures, self.previous, self.last_name,
            grammar.period, grammar.top, grammar.topic, grammar.topic_flow, siblings, self.clause_break,
        ) = self.outer.pop()  # fmt: skip
        del grammar.siblings[siblings:]

    @staticmethod
    def _last_of(phrase: Phrase) -> Phrase:
        """The phrase with the last of the names that it lists alone."""
        last = max((items[-1].end for items in phrase.names.values() if items), default=0)
        names = {
            name: [items[-1]] if items and items[-1].end == last else list(items)
            for name, items in phrase.names.items()
        }
        flows = phrase.flows[-1:] if len(phrase.flows) > 1 else list(phrase.flows)
        return replace(
            phrase,
            names=names,
            flows=flows,
            flow_pair=(),
            measures=list(phrase.measures),
            periods=list(phrase.periods),
            head={},
        )

    def _mention_period(self, index: int) -> None:
        span = self.claims.spans[index]
        if self._follows_number(index):
            return
        if self.in_order:
            self.phrase.periods.append(span)
            self.grammar.period = span
            self.own_period = True

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
        if token.text in ("我省", "本省", "我国") and code != self.grammar.region_id:
            return  # where the place lies, no subject
        item = self._item(token, dimension, code)
        if code == "CN-BONDED-ALL" and self.grammar.region_id != "CHN":
            item = replace(item, code=UNMAPPED)  # the zones of the place that reports, not the nation's
        if dimension == "region" and self._is_other_side(index, code):
            self.phrase.is_flipped = True
            return
        if dimension == "region" and code == self.grammar.region_id and self._follows_number(index):
            return
        if dimension == "region" and code == self.grammar.region_id:
            items = self.phrase.names.get("region", [])
            inner = [one for one in items if code in list(self.grammar.codes.containing_regions(one.code))[1:]]
            if inner:
                return
        self._add_item(dimension, item, index)

    def _is_other_side(self, index: int, code: str) -> bool:
        """Whether the one who reports is named as the other side: "the US, importing 44 billion of goods from Vietnam"."""
        if code != self.grammar.region_id or self.sentence.is_chinese or not index:
            return False
        flows = self.phrase.flows or (self.frame.flows if self.frame is not None else [])
        wanted = {"import": "from", "export": "to"}.get(flows[-1] if flows else "", "")
        subject = self.phrase.names.get("partner") or (
            self.frame.names.get("partner") if self.frame is not None else None
        )
        return bool(
            wanted
            and subject
            and self.tokens[index - 1].text == wanted
            and min(item.start for item in subject) < self.grammar.text.offsets[self.tokens[index].start]
            and self._partner_is_subject()
        )

    def _partner_is_subject(self) -> bool:
        first = self.last_name.get("partner")
        return first is not None and (first == 0 or self.tokens[first - 1].text not in ("to", "from", "with"))

    def _add_item(self, dimension: str, item: Item, index: int) -> None:
        phrase = self.phrase
        last = self.last_name.get(dimension)
        if last is not None and phrase.names.get(dimension) and self._sums_up(last, index):
            phrase.names[dimension] = [item]  # A、B等三地: the names are examples of what follows
            self.last_name[dimension] = index
            return
        if last is not None and phrase.names.get(dimension) and self._coordinated(last, index):
            phrase.names[dimension].append(item)
        elif (
            dimension == "region"
            and last is not None
            and index - last <= 5
            and not any(token.kind == "comma" and self.sentence.is_chinese for token in self.tokens[last:index])
            and phrase.names.get(dimension)
            and self._nested(phrase.names[dimension], item)
        ):
            phrase.names[dimension] = innermost_region([*phrase.names[dimension], item], self.grammar.codes)
        else:
            previous = phrase.names.get(dimension)
            if previous and any(
                token.text in ("such", "such as", "namely", "including", "like", "如", "等")
                for token in self.tokens[last or 0 : index]
            ):
                phrase.head[dimension] = previous
            phrase.names[dimension] = [item]
        self.last_name[dimension] = index

    def _sums_up(self, last: int, index: int) -> bool:
        """Whether a name sums up those before it: 纺织、服装、鞋类等七大类劳动密集型产品."""
        between = self.tokens[last + 1 : index]
        return (
            bool(between)
            and len(between) <= 6
            and between[0].text == "等"
            and not any(token.kind in ("comma", "enumeration", "semicolon") for token in between)
        )

    def _nested(self, items: list[Item], item: Item) -> bool:
        codes = self.grammar.codes
        holders = set(codes.containing_regions(item.code))
        return any(one.code in holders or item.code in set(codes.containing_regions(one.code)) for one in items)

    def _coordinated(self, first: int, last: int) -> bool:
        """Whether only what separates names of one list stands between two names."""
        has_separator = False
        depth = 0
        for cursor in range(first + 1, last):
            token = self.tokens[cursor]
            depth += (token.kind == "open") - (token.kind == "close")
            if depth or token.kind == "close":
                continue
            if token.quantity is not None:
                return False
            if token.kind in ("comma", "enumeration") or token.is_a("and"):
                has_separator = True
            elif token.names:
                if self._dimension(cursor, token)[0] != self._dimension(last, self.tokens[last])[0]:
                    return False
            elif (
                (
                    token.text
                    in (
                        "to",
                        "the",
                        "with",
                        "from",
                        "对",
                        "自",
                        "从",
                        "向",
                        "'s",
                        "like",
                        "others",
                        "其他",
                        "other",
                        "countries",
                        "like",
                        "国家",
                        "国",
                    )
                    or token.kind == "possessive"
                )
                or (token.is_a("flow") and self.sentence.is_chinese and has_separator is False)
                or (token.is_a("flow") and self.phrase.flows and token.senses["flow"] == self.phrase.flows[-1])
                or cursor in self.unknown
            ):
                continue
            else:
                return False
        return has_separator

    def _dimension(self, index: int, token: Token) -> tuple[str, str]:
        """Which list a name belongs to here."""
        grammar = self.grammar
        pairs = dict(token.names)
        if pairs.get("partner") == grammar.region_id:
            return "region", grammar.region_id
        if len(pairs) == 1:
            dimension, code = next(iter(pairs.items()))
            if (
                dimension == "region"
                and code in grammar.codes.countries
                and code != grammar.region_id
                and not grammar.region_id.startswith("CN")
                and code != "CHN"
            ):
                return "partner", code
            return dimension, code
        if "region" in pairs and "partner" in pairs:
            code = pairs["region"]
            holders = set(grammar.codes.containing_regions(grammar.region_id))
            if code in holders or grammar.region_id in set(grammar.codes.containing_regions(code)):
                is_object = index > 0 and (
                    self.tokens[index - 1].text in ("with", "to", "from", "对", "与", "自", "向")
                )
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
        if dimension in ("trade_mode", "commodity") and ("进出口" in token.text or "imports and exports" in token.text):
            flow = "total"
        elif dimension in ("trade_mode", "commodity"):
            for name, words in _FLOW_WORDS.items():
                if (
                    any(word in token.text for word in words)
                    and "进出口" not in token.text
                    and "imported materials" not in token.text
                ):
                    flow = name
        return Item(code, self.grammar.source[start:end], start, end, flow)

    def _mention_flow(self, index: int, token: Token) -> None:
        phrase = self.phrase
        flow = token.senses["flow"]
        if token.is_a("nontrade"):
            return
        pair = self._pair(token)
        if "+" in flow:
            phrase.flows, phrase.flow_pair, phrase.is_nontrade = flow.split("+"), (), ""
            self._last_flow = index
            return
        between = self.tokens[self._last_flow + 1 : index] if phrase.flows and self._last_flow is not None else []
        if phrase.flows and between and all(one.kind in ("comma", "enumeration") or one.is_a("and") for one in between):
            for one in pair if pair and len(phrase.flows) == 1 else (flow,):
                if one not in phrase.flows:
                    phrase.flows.append(one)
        elif (phrase.flows and phrase.flows[-1] == flow) or (
            phrase.flows
            and flow == "total"
            and phrase.flows[-1] in ("export", "import")
            and not self.pending_break
            and token.text in ("trade", "贸易", "外贸", "foreign trade", "value", "volume")
        ):
            pass
        else:
            contradicts = phrase.flows and phrase.flows[-1] != "total" and flow != phrase.flows[-1]
            if (
                contradicts
                and self.pending_break
                and not phrase.is_drilling
                and phrase.names
                and not self._names_since(index)
            ):
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
        if text in (
            "exports and imports",
            "export and import",
            "exported and imported",
            "imports and exports",
            "import and export",
            "imported and exported",
        ):
            return ("export", "import") if text.startswith("export") else ("import", "export")
        return ()

    def _mention_measure(self, index: int, token: Token) -> None:
        phrase = self.phrase
        measure = token.senses["measure"]
        if measure == "volume":
            other = any(
                one.is_a("measure") and one.senses["measure"] in ("value", "quantity") and at != index
                for at, one in enumerate(self.tokens)
            )
            measure = (
                "quantity"
                if other
                and any(one.text in ("value", "values", "in value", "by value", "the value of") for one in self.tokens)
                else "volume"
            )
        if measure == "value" and not self._is_measure_list(index):
            if not any(one in ("quantity", "unit_value", "volume") for one in phrase.measures) and not (
                self.frame is not None and set(self.frame.measures) - {"value"}
            ):
                return
        if phrase.measures and not self._between_are_separators(self._last_measure, index):
            phrase.measures = [measure]
        else:
            phrase.measures.append(measure)
        self._last_measure = index

    _last_measure = 0

    def _between_are_separators(self, first: int, last: int) -> bool:
        return all(
            token.kind in ("comma", "enumeration") or token.is_a("and", "filler", "flow")
            for token in self.tokens[first + 1 : last]
        )

    def _is_measure_list(self, index: int) -> bool:
        near = self.tokens[max(0, index - 3) : index + 4]
        return sum(1 for token in near if token.is_a("measure") and token.senses["measure"] != "value") > 0

    def _find_unknown_names(self) -> None:
        """Words between the names of a list, and the words that exports or imports are of: names no list knows."""
        self.unknown: dict[int, tuple[int, int]] = {}
        self.unknown_dimension: dict[int, str] = {}
        self.resolved: dict[int, str] = {}
        self._zones()
        self._places()
        tokens, sentence = self.tokens, self.sentence
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.is_a("flow") and sentence.free(index) and token.senses["flow"] in ("export", "import"):
                self._unknown_after(index)
                self._unknown_before(index)
            index += 1
        self._unknown_between()
        self._unknown_before_a_mark()
        self._shared_heads()
        self._extended_names()

    def _zones(self) -> None:
        """A zone of a place, 成都高新综合保税区: a region of its own, that no list may know."""
        tokens = self.tokens
        for index, token in enumerate(tokens):
            if not token.is_a("zone") or not self.sentence.free(index):
                continue
            first = index - 1
            while (
                first >= 0
                and first > index - 7
                and (tokens[first].kind in ("word", "mark", "possessive") or set(tokens[first].senses) == {"filler"})
                and self.sentence.free(first)
            ):
                first -= 1
            if first < 0 or not any(pair[0] == "region" for pair in tokens[first].names):
                if not self.sentence.is_chinese and self.grammar.region_id != "CHN":
                    self.sentence_doubt = "which zone is meant is not certain"
                continue
            if (
                self.sentence.is_chinese
                or first == index - 1
                or (tokens[first + 1].kind == "possessive" and first == index - 2)
            ):
                self._merge(first, index + 1, "region")
            else:
                self.sentence_doubt = "which zone is meant is not certain"

    def _places(self) -> None:
        """`Atyrau region`, `the city of Almaty`: a place that no list knows, by the noun beside it."""
        tokens, cased = self.tokens, self.grammar.text.cased
        if self.sentence.is_chinese:
            return
        for index, token in enumerate(tokens):
            if not token.is_a("place") or not self.sentence.free(index):
                continue
            first = index
            while (
                first > 0
                and first > index - 3
                and tokens[first - 1].kind == "word"
                and cased[tokens[first - 1].start].isupper()
            ):
                first -= 1
            if first < index:
                self._merge(first, index + 1, "region")
            elif (
                index + 2 < len(tokens)
                and tokens[index + 1].text == "of"
                and tokens[index + 2].kind == "word"
                and cased[tokens[index + 2].start].isupper()
            ):
                self._merge(index + 2, index + 3, "region")

    def _merge(self, first: int, last: int, dimension: str) -> None:
        self.unknown[first] = (first, last)
        self.unknown_dimension[first] = dimension
        for cursor in range(first, last):
            self.sentence.spoken_for[cursor] = "longer name"

    def _unknown_after(self, index: int) -> None:
        tokens, sentence = self.tokens, self.sentence
        first = index + 1
        if not sentence.is_chinese:
            if first >= len(tokens) or tokens[first].text != "of":
                return
            first += 1
        last = first
        while last < len(tokens) and (
            self._is_unknown_word(last)
            or (
                not sentence.is_chinese
                and last > first
                and tokens[first].kind == "word"
                and (tokens[last].is_a("and") or bool(tokens[last].names))
            )
        ):
            last += 1
        while last > first and tokens[last - 1].is_a("and"):
            last -= 1
        while first < last and tokens[first].is_a("filler"):
            first += 1
        while last > first and tokens[last - 1].is_a("filler"):
            last -= 1
        if last <= first or (last < len(tokens) and tokens[last].names):
            return
        width = tokens[last - 1].end - tokens[first].start
        if sentence.is_chinese and (
            width < 2
            or not (
                last < len(tokens)
                and (
                    tokens[last].quantity is not None
                    or tokens[last].is_a("rise", "fall", "to", "respectively", "and")
                    or tokens[last].kind in ("enumeration",)
                )
            )
        ):
            return
        if width > 50:
            return
        self.unknown[first] = (first, last)

    def _extended_names(self) -> None:
        """A Chinese name inside a longer word that no list knows is that word: 电动机 in 电动机械, 黄金 in 非货币用黄金."""
        tokens = self.tokens
        for index, token in enumerate(tokens):
            if not token.names or not self.sentence.free(index) or self._dimension(index, token)[0] != "commodity":
                continue
            if not is_chinese(token.text[0]):
                self._extended_in_english(index)
                continue
            first, last = index, index + 1
            while (
                last < len(tokens)
                and last - index < 6
                and tokens[last].kind == "word"
                and is_chinese(tokens[last].text[0])
            ):
                last += 1
            ends = tokens[last] if last < len(tokens) else None
            if ends is None or not (
                ends.quantity is not None
                or ends.is_a("flow", "and", "measure", "rise", "fall", "respectively")
                or ends.kind in ("enumeration", "open")
            ):
                last = index + 1
            while (
                first > 0
                and index - first < 6
                and tokens[first - 1].kind == "word"
                and is_chinese(tokens[first - 1].text[0])
            ):
                first -= 1
            before = tokens[first - 1] if first else None
            if before is not None and not (
                before.kind in BOUNDARIES
                or before.kind == "enumeration"
                or before.is_a("flow", "and", "among")
                or before.quantity is not None
                or before.period is not None
            ):
                first = index
            if (first, last) != (index, index + 1) and (last > index + 1 or index - first >= 2):
                self.unknown[first] = (first, last)
                for cursor in range(first, last):
                    self.sentence.spoken_for[cursor] = "longer name"

    def _extended_in_english(self, index: int) -> None:
        """`Textile group exports`, `cotton cloth`: a name and the words right after it, before a flow or a number."""
        tokens = self.tokens
        last = index + 1
        while last < len(tokens) and last - index < 3 and tokens[last].kind == "word" and len(tokens[last].text) > 2:
            last += 1
        if last == index + 1 or last >= len(tokens):
            return
        ends = tokens[last]
        if ends.quantity is not None or ends.is_a("flow", "rise", "fall") or ends.kind == "open":
            self.unknown[index] = (index, last)
            for cursor in range(index, last):
                self.sentence.spoken_for[cursor] = "longer name"

    def _english_name_before(self, index: int) -> None:
        """`Coffee exports`, `palm oil purchases`: the words right before the flow, where they are no names or small words."""
        tokens = self.tokens
        first = index
        while (
            first > 0
            and first > index - 4
            and tokens[first - 1].kind == "word"
            and len(tokens[first - 1].text) > 2
            and self.sentence.free(first - 1)
        ):
            first -= 1
        before = tokens[first - 1] if first else None
        if first == index or tokens[index].text not in (
            "exports",
            "imports",
            "export",
            "import",
            "shipments",
            "purchases",
        ):
            return
        if (
            before is None
            or before.kind in BOUNDARIES
            or before.is_a("and", "while", "among", "of", "filler")
            or before.period is not None
            or before.kind == "possessive"
        ):
            if before is None or not before.names:
                self.unknown[first] = (first, index)

    def _unknown_before(self, index: int) -> None:
        tokens, sentence = self.tokens, self.sentence
        if tokens[index].senses["flow"] not in ("export", "import"):
            return
        if not sentence.is_chinese:
            self._english_name_before(index)
            return
        first = index
        while first > 0 and self._is_unknown_word(first - 1) and not tokens[first - 1].is_a("filler"):
            first -= 1
        if first == index:
            return
        width = tokens[index - 1].end - tokens[first].start
        before = tokens[first - 1] if first else None
        starts_clause = (
            before is None
            or before.kind in BOUNDARIES
            or before.kind == "enumeration"
            or before.is_a("among", "and")
            or before.period is not None
        )
        if 2 <= width <= 12 and starts_clause:
            self.unknown[first] = (first, index)

    def _shared_heads(self) -> None:
        """`Labor-intensive and electromechanical products`: the noun said once belongs to both."""
        tokens, grammar = self.tokens, self.grammar
        if self.sentence.is_chinese:
            return
        for index, token in enumerate(tokens):
            if index < 2 or not token.names or tokens[index - 1].text != "and" or tokens[index - 2].names:
                continue
            dimension = self._dimension(index, token)[0]
            if dimension not in ("commodity", "ownership"):
                continue
            head = token.text.rsplit(" ", 1)[-1]
            for first in range(max(0, index - 4), index - 1):
                start, end = grammar.text.span(tokens[first].start, tokens[index - 2].end)
                stated = grammar.source[start:end]
                code = grammar.codes.resolve(dimension, f"{stated} {head}", region_id=grammar.region_id)
                if code != UNMAPPED and all(self.sentence.free(cursor) for cursor in range(first, index - 1)):
                    self.unknown[first] = (first, index - 1)
                    self.unknown_dimension[first] = dimension
                    self.resolved[first] = code
                    for cursor in range(first, index - 1):
                        self.sentence.spoken_for[cursor] = "longer name"
                    break

    def _unknown_before_a_mark(self) -> None:
        """`spirits – USD 69 million`, 石油制品(3.5%): what a dash or parenthesis gives a number to."""
        tokens = self.tokens
        for index, token in enumerate(tokens[:-1]):
            if token.kind not in ("dash", "open") or tokens[index + 1].quantity is None or index == 0:
                continue
            first = index
            while first > 0 and first > index - 8 and self._is_unknown_word(first - 1):
                first -= 1
            while first < index and tokens[first].is_a("filler"):
                first += 1
            before = tokens[first - 1] if first else None
            if first == index or not any(one.kind == "word" for one in tokens[first:index]):
                continue
            listed = before is not None and (
                before.kind in ("semicolon", "enumeration", "comma", "colon") or before.is_a("and")
            )
            width = tokens[index - 1].end - tokens[first].start
            if listed and (token.kind == "dash" or self.sentence.is_chinese) and 2 <= width <= 40:
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
            if separator >= len(tokens) or not (
                tokens[separator].kind in ("enumeration", "comma") or tokens[separator].is_a("and")
            ):
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
            if (
                ends.kind == "enumeration"
                or (not self.sentence.is_chinese and ends.kind == "comma" and last - first <= 4)
                or (self.sentence.is_chinese and (ends.is_a("and", "flow", "respectively") or ends.text in ("等",)))
                or (not self.sentence.is_chinese and ends.is_a("and") and last - first <= 4)
            ):
                if self.sentence.is_chinese and tokens[separator].kind == "comma":
                    continue
                if not self.sentence.is_chinese and (
                    tokens[separator].kind == "comma" and not self._list_goes_on(last)
                ):
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
        return set(token.senses) <= {"filler", "header_dimension", "other_noun"} and token.text not in (
            "said",
            "show",
            "showed",
            "has",
            "have",
            "was",
            "were",
            "is",
            "are",
        )

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
        if self.outer and self.frame is not None:
            frame = before.copy()
            frame.parent = before
            self._collapse(frame)
        elif not own and not phrase.measures:
            frame = self._same_subject(before, phrase)
        elif self.is_first:
            frame = self._first_frame(own, phrase)
        else:
            frame = self._next_frame(own, phrase, before)
        self._note(frame, phrase, own)
        self._fill(frame, phrase, own)
        if self.flow_doubt:
            frame.doubt = frame.doubt or self.flow_doubt
            frame.others = (
                *frame.others,
                *((None, flow) for flow in ("export", "import", "total") if [flow] != frame.flows),
            )
        if self.is_first and not phrase.is_empty():
            grammar.topic = frame
            if phrase.flows:
                grammar.topic_flow = phrase.flows[0] if len(phrase.flows) == 1 else ""
        self.is_first = False
        self.frame = frame
        grammar.top = frame
        frame.depth = 0 if frame.parent is None else frame.parent.depth + 1
        if frame.depth > _DEEPEST:
            frame.parent, frame.depth = None, 0
        if own:
            grammar.siblings.append(frame)
            del grammar.siblings[:-_MOST_SIBLINGS]
        if not phrase.is_empty():
            self.list_measures = []
        self.phrase = Phrase()
        self.clause_break = ""
        self.pending_break = False
        return frame

    def _same_subject(self, before: Frame, phrase: Phrase) -> Frame:
        if self.is_first and self.sentence.begins_paragraph and not phrase.is_anaphoric and not phrase.is_drilling:
            before = self._base_frame()
            before.doubt = "the paragraph begins without a subject"
        frame = before.copy()
        frame.parent, frame.own = before.parent, before.own
        if self.is_first:
            frame.others = ()
        if self.is_first and not (phrase.is_anaphoric or phrase.has_statistic or phrase.is_drilling):
            frame.doubt = "the sentence names no subject; that of the sentence before is taken"
        if self.is_first and phrase.unknown_words >= 2 and not phrase.is_drilling:
            frame.doubt = "the subject of the sentence is not known"
        if self.is_first and grammar_topic_differs(self.grammar) and not frame.doubt and not phrase.is_drilling:
            frame = self.grammar.topic.copy()
            frame.parent, frame.own = self.grammar.topic.parent, self.grammar.topic.own
        if phrase.is_nontrade:
            frame.nontrade = phrase.is_nontrade
        if self.is_first and self.grammar.trailing_measures:
            frame.measures, frame.count_measure = list(self.grammar.trailing_measures), ""
            frame.doubt = ""
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
            frame = parent.copy()
            frame.parent = parent
            frame.count_measure = frame.nontrade = frame.doubt = ""
            frame.measures = []
            self._collapse(frame)
            return frame
        frame = self._base_frame()
        frame.parent = grammar.base
        if own == {"flow"} and not self.sentence.begins_paragraph and self._is_narrow(grammar.top):
            frame.others = (({**grammar.top.names}, None),)
            frame.doubt = "it may go on with the subject of the sentence before"
        if not phrase.flows:
            flow = grammar.paragraph_flow or grammar.topic_flow
            if flow:
                frame.flows = [flow]
        if (
            grammar.paragraph_period
            and not self.own_period
            and not own <= {"flow"}
            and grammar.period != grammar.paragraph_period
        ):
            grammar.period = grammar.paragraph_period
        return frame

    def _is_narrow(self, frame: Frame) -> bool:
        """Whether a subject is a part of the trade of the place that reports."""
        if frame.count_measure or frame.nontrade:
            return False
        return any(len(items) == 1 for name, items in frame.names.items() if name != "region")

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

    def _note(self, frame: Frame, phrase: Phrase, own: frozenset[str]) -> None:
        """What of the subject is not said by its own words: it stands in the reading of its figures."""
        notes: list[str] = []
        if not phrase.flows:
            if not self.is_first:
                notes.append("flow of the clause before")
            elif self.grammar.paragraph_flow:
                notes.append("flow of the paragraph's heading")
            elif own and self.grammar.topic_flow:
                notes.append("flow of the sentence before")
            elif own:
                notes.append("flow not said")
        if not own:
            notes.append("subject of the clause before" if not self.is_first else "subject of the sentence before")
        elif phrase.is_anaphoric or phrase.is_drilling:
            notes.append("narrows the subject before")
        frame.notes = tuple(notes)
        if "subject of the sentence before" in notes and not self.grammar.trailing_measures:
            frame.doubt = frame.doubt or "the sentence names no subject; that of the sentence before is taken"
            if frame.names:
                frame.others = (*frame.others, ({}, None))
        if "flow not said" in notes and not self.sentence.is_chinese and "region" not in own:
            self.flow_doubt = "whether exports, imports or both is not said"
        elif phrase.flows:
            self.flow_doubt = ""

    def _fill(self, frame: Frame, phrase: Phrase, own: frozenset[str]) -> None:
        for dimension, items in phrase.names.items():
            kept = [item for item in items if dimension != "region" or item.code != self.grammar.region_id]
            frame.names[dimension] = kept
        frame.head = dict(phrase.head)
        if phrase.is_flipped:
            phrase.flows = [{"import": "export", "export": "import"}.get(flow, flow) for flow in phrase.flows]
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
        if phrase.counted:
            frame.count_measure, frame.count_unit, frame.flows, frame.doubt = (
                phrase.measures[-1],
                "enterprises",
                [""],
                "",
            )
        if own:
            frame.own = own
            if own != {"flow"}:
                frame.others = ()
            frame.doubt = frame.doubt if frame.others else ""
        if any(
            item.code == UNMAPPED and item.start in self.unknown_starts
            for items in phrase.names.values()
            for item in items
        ):
            frame.doubt = "a name that no list knows"
            known = {
                name: [item for item in items if item.code != UNMAPPED or item.start not in self.unknown_starts]
                for name, items in frame.names.items()
            }
            frame.others = (*frame.others, (known, None))
        if phrase.unknown_names and not phrase.names.get("region"):
            frame.doubt = f"a name that no list knows: {phrase.unknown_names[0]}"
        if phrase.unknown_characters >= 4:
            frame.doubt = "words of the subject that are not understood"
        if phrase.is_nontrade:
            frame.nontrade = phrase.is_nontrade
        elif own:
            frame.nontrade = ""
        if phrase.is_joint and not own - {"flow", "region"}:
            self.joint_next = True

    # --- numbers --------------------------------------------------------------------------------------------------

    def _numbers(self, group: list[int]) -> None:
        assign(self, group)


def grammar_topic_differs(grammar: Grammar) -> bool:
    """Whether the last subject was a narrower one than the topic of its sentence."""
    return grammar.top is not grammar.topic and len(grammar.topic.names.get("commodity", [])) < 2
