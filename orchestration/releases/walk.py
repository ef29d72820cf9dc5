"""One pass over a sentence: subjects are gathered from left to right, numbers take them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orchestration.figures import UNMAPPED
from orchestration.releases.claims import Claims
from orchestration.releases.frames import drop_subject, open_frame
from orchestration.releases.lexicon import words, words_with_values
from orchestration.releases.naming import REST_OF_GROUP, dimension_of, item_of, start_of_members
from orchestration.releases.number_subjects import named_before
from orchestration.releases.periods import Span, length_in_months
from orchestration.releases.roles import assign, flow_of_rank_noun, multiple_statements
from orchestration.releases.sentences import BOUNDARIES, Sentence
from orchestration.releases.statements import RECKONED_OTHERWISE, TARGET, Reading, Statement
from orchestration.releases.subjects import Frame, Item, Phrase, innermost_region
from orchestration.releases.text import is_chinese
from orchestration.releases.tokens import Token
from orchestration.releases.unknown_names import LONGER_NAME, UnknownNames

if TYPE_CHECKING:
    from orchestration.releases.grammar import Grammar

_DELIVERIES = frozenset(words("delivery"))
_TRADITIONAL = words("traditional")
_TRADING_VERBS = frozenset(words("trading_verb"))
#: What a partner does, and the flow that it is for the one who reports.
_DEALINGS = dict(words_with_values("partner_dealing"))
_MORE_OR_LESS = frozenset(words("more_or_less"))
_WHOSE = frozenset({"its", "their"})
#: Between a preposition and trade: the deficit in international merchandise trade.
_BEFORE_TRADE = frozenset(words("before_trade"))
#: Behind what is delivered they say the flow; "abroad" does without a partner.
_WAYS_OUT_AND_IN = {"to": "export", "from": "import", "abroad": "export"}
_EARNING = frozenset(words("earning"))
#: Words for the partner named last, and whether that is a country or a group of them.
_PARTNERS_AGAIN = dict(words_with_values("partner_again"))
_BOTH_WAYS = {"exports and imports": ("export", "import"), "imports and exports": ("import", "export")}
#: Behind the name of a place: its parts, and all of it.
_AMONG_ITS_PARTS = words("among_its_parts")
_THOSE = frozenset({"those", "that"})
_ENDS_OF_ZONES = words("end_of_zone")
#: Zones that "the zone" may point back to.
_MOST_ZONES = 20
_BRINGING = frozenset(words("bringing"))
_ADVERBIALS = frozenset(words("adverbial_start"))
_HOME_PLACES = frozenset(words("home_place"))
#: Nouns that name the nation, but not behind such words: any other country.
_COUNTRIES, _ANY_COUNTRY = frozenset({"country", "nation"}), frozenset(words("any_country"))
#: They point back to the period that was named last.
_THEN = frozenset(words("then"))
_VERBS_TOO = frozenset(words("verb_too"))
_ARTICLES = frozenset({"a", "an", "the", "one"})
_EXAMPLES = frozenset(words("example_of"))
_NAME_LINKS = frozenset({*words("name_link"), "'s"})
_ACROSS_THE_BORDER = "cross border trade"
_BALANCE_OF_PAYMENTS = "balance_of_payments"
_SERVICE = "service"
_OF_SERVICES = "it may be of services"
_GOODS_WORDS = words("goods_noun")
_PLAIN_TRADE = frozenset(words("plain_trade"))
_VALUE_WORDS = frozenset(words("value_word"))
#: Before a flow they make it that of all goods and partners.
_TOTALS = frozenset(words("total_flow"))
_TOTAL_FLOWS = tuple(f"{word} " for word in words("total_flow"))
_AMONG = frozenset({"among", "amongst", "within"})
#: Names that are partners only right behind a preposition.
_OTHERS = ("other ", "其他")
#: Behind a flow they are verbs.
_COSTING = frozenset({"cost", "costs"})
#: All partners, where none was named before.
_ALL_OTHERS = frozenset({"other countries", "other nations", "other markets", "other countries and regions"})
#: Between a place and the one that it lies in.
_WHERE_IT_LIES = frozenset(words("where_it_lies"))
_TO_OTHERS = frozenset({"to", "with", "from", "for", "对", "自", "向", "与"})
_TOWARDS, _FROM = frozenset({"对", "向"}), frozenset({"自", "从"})
#: Before a partner that is not named again: exports to them, trade with the three.
_BESIDE_PARTNERS = frozenset({"to", "with", "from", "对", "与", "自", "从", "向", "同"})
#: What a number of partners that were named is called by.
_NOUNS_OF_PARTNERS = ("countries", "nations", "markets", "partners", "economies", "members", "states")
#: Before so many partners that were named.
_POINTING = frozenset({"the", "these", "those"})
_WHICH_PARTNER = "which partner is meant is said before, and not known"
#: Between two words for a balance, the first of which says its sign: the deficit of the balance, in Malta's balance.
_BETWEEN_BALANCES = frozenset({"of", "in", "on", "the", "'s"})
#: With whom a balance is, in words that say imports elsewhere.
_COMING_OF = frozenset({"来自", "源自"})
#: Begin what two sides trade with each other: two-way trade.
_BILATERAL = ("two way ", "bilateral ", "mutual ")
#: Between two flows of one list: exports to and imports from, trade as a whole, its exports and its imports.
_BETWEEN_FLOWS = frozenset({"to", "from", "of", "the", "its", "their", "as", "a", "whole", "total"})
#: Before 增速 in such a list: 进出口总体增速.
_OVERALL = frozenset({"总体", "整体"})
#: The zones of the nation, all together.
_ZONES_OF_NATION = frozenset({"CN-BONDED-ALL", "CN-FTZ-ALL"})
#: All partners of the European Union as one.
_EU, _OUTSIDE_EU = "EU", "NON_EU"
#: A measure that begins so holds for the clause behind its comma: by volume, exports fell.
_ADVERBIAL_MEASURES = ("by ", "in ", "after ", "以", "按", "价格方面")
#: Tokens between goods and the balance of trade in them.
_NEAR = 3
_FLOW_PAIRS = {
    phrase: pair for pair in (("export", "import"), ("import", "export")) for phrase in words("flow_pair", pair[0])
}


def _joins_flows(token: Token) -> bool:
    """Whether a token may stand between two flows of one list: `exports to and imports from`, 出口增速、进口增速."""
    is_link = token.kind in ("comma", "enumeration") or token.is_a("and") or token.text in _BETWEEN_FLOWS
    return is_link or (is_chinese(token.text[0]) and (token.is_a("growth_noun") or token.text in _OVERALL))


def _is_part(span: Span, whole: Span) -> bool:
    return span != whole and whole[0] <= span[0] and span[1] <= whole[1]


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
        #: What the sentence says at its beginning that all of it is measured in: by volume, …
        self.sentence_measure = claims.measure or grammar.paragraph_measure
        self.currency_terms = grammar.paragraph_currency
        self.own_period = False
        self.joint_next = False
        self.sentence_doubt = ""
        self.says_goods = False
        self.passed_over: dict[str, list[Item]] = {}
        #: Two names that `the former` and `the latter` are one of, and their list.
        self.pointed_list: tuple[str, list[Item]] | None = None
        self.unknown: UnknownNames
        self.stated: list[Statement] = []
        #: The last statement in parentheses, by the kind of its number.
        self.parentheticals: dict[str, Statement] = {}
        self.named_after = False
        self.outside: list[Span] = []
        self.in_order = False
        self.flow_doubt = ""
        self.unknown_starts: set[int] = set()
        self.pending_break = False
        self.in_list_of = {index for group in lists.values() for index in group}
        self.position = 0
        self._last_flow: int | None = None
        self._month_before: Span | None = None
        self._last_measure = 0

    # --- walking --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Walk the tokens from left to right."""
        grammar, tokens, sentence = self.grammar, self.tokens, self.sentence
        period_before = grammar.period
        self._set_sentence_period()
        self._turn_to_another_period()
        joint_at = self.claims.joint_at if self.claims.joint_size else None
        self.unknown = UnknownNames(grammar, sentence)
        self.sentence_doubt = self.unknown.doubt or self.claims.doubt
        senses = {sense for token in tokens for sense in token.senses}
        if "condition" in senses:
            self.sentence_doubt = self.sentence_doubt or RECKONED_OTHERWISE  # be it said behind the number
        self.says_goods = self._says_goods()
        is_carried = grammar.of_services and not sentence.begins_paragraph and not self.says_goods
        if is_carried or self._speaks_of_services():
            self.sentence_doubt = self.sentence_doubt or _OF_SERVICES
        grammar.of_services = self.sentence_doubt == _OF_SERVICES
        if self._says_respectively_of_no_list():
            self.sentence_doubt = self.sentence_doubt or "which number is of which is not said"
        if {"pointing", "each"} <= senses:
            self.sentence_doubt = self.sentence_doubt or "whether it is of one of the two or of each is not said"
        if any(token.text == _ACROSS_THE_BORDER for token in tokens):
            self.sentence_doubt = self.sentence_doubt or "whether it is all trade that crosses the border is not said"
        if self._tells_of_a_company():
            self.sentence_doubt = self.sentence_doubt or "it may be of one company"
        if any(token.is_a("among", "anaphor") for token in tokens[:_NEAR]) and not sentence.begins_paragraph:
            self.sentence_doubt = self.sentence_doubt or grammar.condition
        grammar.condition = ""
        says_period = any(index not in self.claims.local for index in self.claims.spans)
        if says_period or any(token.period is not None and token.period.kind == "same" for token in tokens):
            grammar.other_period = None
        elif grammar.other_period is not None:
            self.sentence_doubt = self.sentence_doubt or "which of the periods before is meant is not said"
        self.phrase.is_drilling = self.claims.drills
        self._header()
        for index, token in enumerate(tokens):
            self.position = index
            if joint_at is not None and token.end > joint_at:
                self.joint_next, joint_at = True, None
            if index in self.lists:
                assign(self, self.lists[index])
                continue
            if token.quantity is not None and index not in self.unknown.spans:
                self._hint_flow(index, token)
                self._point_to_group(index, token)
                continue
            if sentence.free(index):
                self.mention(index)
            elif index in self.unknown.spans and sentence.spoken_for[index] == LONGER_NAME:
                self.mention_unknown(*self.unknown.spans[index])
        for token in tokens:
            if token.quantity is not None and not grammar.is_accounted(token.quantity):
                grammar.account(Reading(token.quantity, unread="no rule reads it"))
        grammar.condition = RECKONED_OTHERWISE if self.sentence_doubt == RECKONED_OTHERWISE else ""
        self._carry_period(period_before)
        grammar.paragraph_has_figures = grammar.paragraph_has_figures or bool(self.stated)
        grammar.trailing_measures = [one for one in self.phrase.measures if one != "value"]
        if self.frame is None and not self.phrase.is_empty() and not self.phrase.is_nontrade:
            open_frame(self)
        if self.frame is not None:
            grammar.top = self.frame
        grammar.scope.learn(self.stated, self.frame, grammar)

    def _carry_period(self, before: Span | None) -> None:
        """The period that the next sentence inherits: of several the latest and longest, not one in the background."""
        grammar = self.grammar
        if self.claims.is_stock:
            grammar.period = before
            return
        if self.claims.so_far:  # 进口36.99万吨，…，累计进口132.19万吨: the next sentence is about the month again
            months = [span for index, span in self.claims.spans.items() if index not in self.claims.so_far]
            grammar.period = grammar.paragraph_period = months[-1] if months else before
            return
        spans = list(dict.fromkeys(self.outside))
        first = self.tokens[0].period
        opens = first is not None and (first.kind == "single" or self.sentence.begins_paragraph)
        if self.sentence.is_chinese and self.lists and opens and [length_in_months(one) for one in spans] == [1]:
            grammar.paragraph_period = spans[0]  # 当月，全省出口…。民营企业出口…: of the month, too
        if len(spans) > 2 and before is not None and all(_is_part(span, before) for span in spans):
            grammar.period = before  # its parts, one by one
        elif len(spans) > 1:
            grammar.period = max(spans, key=lambda span: (span[1], -span[0].toordinal()))
            if not self.sentence.is_chinese:
                grammar.other_period = next(span for span in spans if span != grammar.period)
        elif spans and before is not None and not self.sentence.is_chinese and _is_part(before, spans[0]):
            grammar.other_period = before  # the month again, or the months so far: what follows does not say
        elif spans and before is not None and spans[0][1] < before[0] and self._only_compares():
            grammar.period = before
        elif spans and before is not None and not self.sentence.begins_paragraph:
            is_drill = any(token.is_a("among") for token in self.tokens[:3])
            if spans[0][1] < before[0] or (is_drill and _is_part(spans[0], before)):
                grammar.period = before
                if not self.sentence.is_chinese:
                    grammar.other_period = spans[0]  # what follows may go on with the year before

    def _only_compares(self) -> bool:
        """`The increase in exports compares with one of 17.7 percent in December`: the period is no new subject."""
        tells = bool(self.lists) and not self.sentence.is_chinese
        return tells and any(token.text.startswith("compare") for token in self.tokens)

    def _speaks_of_services(self) -> bool:
        """`The surplus in services was 2 billion as exports rose to 5 billion`: nothing says that they are of goods."""
        if self.sentence.is_chinese:
            return False
        return any(_SERVICE in self.tokens[index].text for index in self.sentence.with_sense("nontrade"))

    def _says_respectively_of_no_list(self) -> bool:
        """`fell to 3 billion from 4, and to 31 billion from 40 respectively`: the numbers are no list of one kind."""
        if self.sentence.is_chinese or not self.sentence.says("respectively"):
            return False
        within = (self.tokens[group[0] : group[-1]] for group in self.lists.values())
        says_to = any(token.text == "to" for tokens in within for token in tokens)
        return says_to and any(token.text == "from" for token in self.tokens)

    def _says_goods(self) -> bool:
        """Whether an English sentence says that it is about goods, or names some."""
        return any(token.may_name("commodity") or token.text.endswith(_GOODS_WORDS) for token in self.tokens)

    def _set_sentence_period(self) -> None:
        """Where a sentence names one period, all of it is about that one."""
        grammar = self.grammar
        depth = 0
        outside: list[Span] = []
        for index, token in enumerate(self.tokens):
            depth += (token.kind == "open") - (token.kind == "close")
            if index in self.claims.spans and depth <= 0 and index not in self.claims.local:
                outside.append(self.claims.spans[index])
        so_far = {self.claims.spans[index] for index in self.claims.so_far}
        if not self.lists and all(span[0].month == 1 and span[1].month == 12 for span in outside):
            return  # a year in the background
        for span in () if self.claims.is_stock else outside:
            if span not in so_far:
                grammar.note_period(span)
        self.outside = outside
        spans = list(dict.fromkeys(outside))
        first_number = min(self.lists, default=len(self.tokens))
        late = self.sentence.is_chinese and all(index > first_number for index in self.claims.spans)
        shared = {index: span for index, span in self.claims.spans.items() if index not in self.claims.local}
        self.in_order = len(set(shared.values())) > 1 or late
        brings = [at for at, token in enumerate(self.tokens) if token.text in _BRINGING and at > first_number]
        late = late or (bool(brings) and all(index > brings[0] for index in self.claims.spans))
        self.in_order = self.in_order or late
        if len(spans) == 1 and not late:
            is_single = any(token.period is not None and token.period.kind == "single" for token in self.tokens)
            grammar.period = spans[0]
            is_first_said = not grammar.paragraph_has_figures
            if (self.sentence.begins_paragraph or is_first_said) and not (is_single or self.claims.is_stock):
                grammar.paragraph_period = spans[0]
            self.own_period = True

    def _turn_to_another_period(self) -> None:
        """`Compare that with May.` and `Exports then stood at …`: what follows may be of a period only named."""
        grammar, claims = self.grammar, self.claims
        before = grammar.period
        named = [*claims.comparison_spans.items(), *claims.spans.items()]
        if not claims.spans and before is not None:
            compared = list(dict.fromkeys(claims.comparison_spans.values()))
            is_told = not self.lists and len(compared) == 1 and compared[0][1] < before[0]
            is_then = any(token.text in _THEN for token in self.tokens[1:]) and grammar.last_named is not None
            turned = compared[0] if is_told else grammar.last_named if is_then and not compared else None
            if turned is not None and turned not in (before, grammar.other_period):
                grammar.period = grammar.paragraph_period = turned
                grammar.other_period = before
                if length_in_months(turned) == 1:
                    grammar.last_month = turned
        if named:
            grammar.last_named = max(named)[1]

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

    def mention(self, index: int) -> None:
        """Take a token into the subject gathered so far."""
        token = self.tokens[index]
        if self._is_boundary(index, token):
            return
        if self._mention_cue(token):
            return
        self._mention_country(index, token)
        if token.kind == "word":
            self._mention_unknown_word(index, token)
        self._mention_delivery(index, token)
        self._mention_dealing(index, token)
        if token.names:
            self._mention_name(index, token)
        elif token.senses:
            self._mention_sense(index, token)
        elif index in self.claims.spans:
            self._mention_period(index)
        if index in self.unknown.spans:
            self.mention_unknown(*self.unknown.spans[index])

    def _mention_sense(self, index: int, token: Token) -> None:
        """Take what a phrase of the vocabulary says into the subject, or as a statement of its own."""
        if token.is_a("flow", "measure"):
            if token.is_a("flow"):
                self._mention_flow(index, token)
            if token.is_a("measure"):
                self._mention_measure(index, token)
        elif index in self.claims.spans:
            self._mention_period(index)
        elif token.is_a("rank_noun") and not self.phrase.flows and not self.sentence.is_chinese:
            self.phrase.hinted_flow = flow_of_rank_noun(token.text)
        elif token.is_a("multiple", "flat"):
            multiple_statements(self, index, token)

    def _hint_flow(self, index: int, token: Token) -> None:
        """`the top three export markets, with shipments of …`: the size of a list says the flow of its members."""
        if self.sentence.is_set_aside(index) and not self.sentence.is_chinese and "market" in token.text:
            flow = flow_of_rank_noun(token.text)
            if flow != "total" and not self.phrase.flows:
                self.phrase.hinted_flow = flow

    def _flow_follows(self, index: int) -> bool:
        """Whether a clause begins behind a mark with its own flow: ，其中出口…; but not one that stands alone there."""
        following = next(
            (at for at in range(index + 1, len(self.tokens)) if not self.tokens[at].is_a("filler", "among", "word")),
            index,
        )
        behind = self.tokens[following + 1 : following + 2]
        is_listed = not behind or behind[0].is_a("and") or behind[0].kind in BOUNDARIES
        return self.tokens[following].is_a("flow") and not is_listed

    def _point_to_group(self, index: int, token: Token) -> None:
        """`trade with the five countries`: the group, or as many partners, that was named last."""
        tokens = self.tokens
        is_of_them = token.text.endswith(_NOUNS_OF_PARTNERS) and self.sentence.is_set_aside(index)
        points = index > 1 and tokens[index - 1].text in _POINTING
        if not is_of_them or not points or self.phrase.names.get("partner"):
            return
        if tokens[index - 2].text not in _BESIDE_PARTNERS:
            return
        for items in (named_before(self, "partner"), self.grammar.scope.names.get("partner", [])):
            is_group = len(items) == 1 and items[0].code not in self.grammar.codes.countries
            is_as_many = token.quantity is not None and str(len(items)) == token.quantity.printed
            if is_group or (len(items) > 1 and is_as_many):
                self.phrase.names["partner"] = list(items)
                return
        named = self.partners_of_sentence_before()
        if token.quantity is not None and str(len(named)) == token.quantity.printed:
            self.phrase.names["partner"] = named

    def partners_of_sentence_before(self) -> list[Item]:
        """The partners that the sentence before names, each once: Mongolia and Russia, of which it states nothing."""
        before = self.grammar.sentences[-2].tokens if len(self.grammar.sentences) > 1 else []
        found: dict[str, Item] = {}
        for index, token in enumerate(before):
            dimension, code = dimension_of(self.grammar, before, index) if token.names else ("", "")
            if dimension == "partner":
                found.setdefault(code, item_of(self.grammar, token, dimension, code))
        return list(found.values())

    def _is_boundary(self, index: int, token: Token) -> bool:
        """Whether a token ends a clause or sets one apart; what follows from that is done."""
        phrase = self.phrase
        if token.kind in ("semicolon", "stop") or (token.is_a("while") and self._begins_another(index)):
            if not phrase.is_empty() and token.kind != "stop":
                drop_subject(self)
            if token.kind == "semicolon" and self._month_before is not None:  # …累计进口6.45万吨；从哈萨克斯坦进口
                self.grammar.period, self._month_before = self._month_before, None
            self.clause_break = "strong"
        elif token.kind == "open":
            self._open_parenthesis()
        elif token.kind == "close":
            self._close_parenthesis()
        elif token.kind in ("comma", "colon", "dash"):
            if phrase.is_empty() and self.tokens[self.sentence.clause_start(index)].text in _ADVERBIALS:
                phrase.unknown_words, phrase.unknown_names = 0, []
            if self.sentence.is_chinese and len(phrase.flows) > 1 and self._flow_follows(index):
                phrase.flows = []  # 进口值和出口值双双创新高：出口为…
            if token.kind == "colon":
                phrase.unknown_characters = 0  # 外贸“成绩单”出炉：…
                if self._announces(index):
                    phrase.names = {}  # 水果刚刚运抵法国，海关公布数据：今年前8个月，全市进出口…
            self.clause_break = self.clause_break or "weak"
            self.pending_break = True
        else:
            return False
        return True

    def _begins_another(self, index: int) -> bool:
        """Whether a `while` begins what is of something else; not where its verb follows parentheses: （…）则下跌."""
        before, behind = self.tokens[index - 1] if index else None, self.tokens[index + 1 : index + 2]
        if before is None or before.kind != "close":
            return before is None or before.kind in BOUNDARIES
        return not any(token.is_a("rise", "fall") or token.is_a("respectively", "each") for token in behind)

    def _announces(self, index: int) -> bool:
        """Whether a Chinese colon ends what only leads to the news: behind it the place is named with its trade."""
        before, behind = self.tokens[:index], self.tokens[index + 1 :]
        if {*self.phrase.flows} - {"total"} or self.frame is not None or not self.sentence.is_chinese:
            return False
        first_number = next((place for place, one in enumerate(behind) if one.quantity is not None), len(behind))
        said = behind[:first_number]
        return (
            any(one.kind == "comma" for one in before)
            and any(one.is_a("scope_self") or one.may_name("region") for one in said)
            and any(one.is_a("flow") for one in said)
        )

    def _mention_cue(self, token: Token) -> bool:
        """Note how a token joins the subject to others; true where it says nothing else."""
        phrase, senses = self.phrase, token.senses
        if not senses:
            return False
        if "among" in senses and phrase.names and self.is_first and self.pending_break and self.frame is None:
            open_frame(self)  # 对甲、乙、丙等市场进出口有增无减，其中对甲…
            phrase = self.phrase
        phrase.is_drilling = phrase.is_drilling or "among" in senses
        phrase.is_anaphoric = phrase.is_anaphoric or "anaphor" in senses
        before = self.tokens[self.position - 1].text if self.position else ""
        phrase.is_with_them = phrase.is_with_them or ("anaphor" in senses and before in _BESIDE_PARTNERS)
        phrase.says_whose = phrase.says_whose or token.text in _WHOSE
        phrase.is_bilateral = phrase.is_bilateral or token.text.startswith(_BILATERAL)
        phrase.is_next_in_order = phrase.is_next_in_order or "next_in_order" in senses
        phrase.is_joint = phrase.is_joint or ("together" in senses and not self._counts_behind())
        phrase.each = phrase.each or ("each" in senses and "per" not in senses)
        phrase.has_statistic = phrase.has_statistic or token.is_a("growth_noun", "rise", "fall", "share", "rank")
        self.currency_terms = senses.get("currency_terms", self.currency_terms)
        phrase.pointed = senses.get("pointing", phrase.pointed)
        if "carrier" in senses:
            phrase.carrier = token.text
        if token.text in _EARNING and phrase.names.get("commodity") and not phrase.flows:
            phrase.hinted_flow = "export"  # tea and coffee earned 45 billion shillings
        phrase.is_whole = phrase.is_whole or "scope_self" in senses
        says_place = "scope_self" in senses or "scope_province" in senses
        following = self.tokens[self.position + 1 : self.position + 2]
        begins = self.pending_break and any(one.is_a("flow") for one in following)
        is_of_the_place = says_place and self.sentence.is_chinese and begins
        if is_of_the_place and phrase.has_statistic and not phrase.flows:
            phrase.names, phrase.measures = {}, []  # 煤炭价格回落，全省进口…
        if "condition" in senses:
            self.sentence_doubt = self.sentence_doubt or RECKONED_OTHERWISE
        if "target" in senses:
            self.sentence_doubt = self.sentence_doubt or TARGET
        is_verb = token.text in _COSTING and bool(phrase.flows)  # imports had cost 1.3 billion
        phrase.is_nontrade = phrase.is_nontrade if is_verb else senses.get("nontrade", phrase.is_nontrade)
        if "count_measure" in senses:
            phrase.measures.append(senses["count_measure"])
            phrase.counted = phrase.counted or not self.sentence.is_chinese or token.text.endswith(("数", "数量"))
            return phrase.counted
        return False

    def _counts_behind(self) -> bool:
        """Whether a count stands right behind a word for "together": 国家和地区共64个."""
        behind = self.tokens[self.position + 1].quantity if self.position + 1 < len(self.tokens) else None
        return behind is not None and behind.unit_kind not in ("money", "percent")

    def _mention_country(self, index: int, token: Token) -> None:
        """`exports to the country`, `imports from the bloc`, `trade with the region`: the partner named last.

        Where a country imports to, or exports from, is itself.
        """
        kind = _PARTNERS_AGAIN.get(token.text)
        if kind is None or not index or self.sentence.is_chinese or self.phrase.names.get("partner"):
            return
        before = self.tokens[index - 1].text
        flow = _WAYS_OUT_AND_IN.get(before)
        if self.phrase.flows != [flow] and not (before == "with" and self.phrase.flows):
            return
        named = (self.frame or self.grammar.top).names.get("partner", []) or self.partners_of_sentence_before()
        is_country = len(named) == 1 and self.grammar.codes.is_country(named[0].code)
        if len(named) == 1 and named[0].is_known and is_country == (kind == "country"):
            self.phrase.names["partner"] = list(named)
        elif not self.sentence_doubt:
            self.sentence_doubt = _WHICH_PARTNER

    def _tells_of_a_company(self) -> bool:
        """Whether a sentence tells what one company trades."""
        return any(
            index == 0 or not (self.tokens[index - 1].quantity or self.tokens[index - 1].names)
            for index in self.sentence.with_sense("company")
        )

    def _mention_delivery(self, index: int, token: Token) -> None:
        """`Shipments to Japan` are exports, `purchases from Japan` imports: the preposition says it."""
        if token.text not in _DELIVERIES or self.phrase.flows or index + 1 >= len(self.tokens):
            return
        if index and self.tokens[index - 1].text in _TRADITIONAL:
            self.phrase.flows = ["export"]  # non-traditional shipments: what a country sells abroad
            return
        link = index + 1
        if self.tokens[link].text == "of":  # shipments of apples to Thailand
            while link < min(index + 9, len(self.tokens) - 1) and self.tokens[link].text not in _WAYS_OUT_AND_IN:
                is_end = self.tokens[link].kind in BOUNDARIES and not self.tokens[link + 1].names
                if is_end or self.tokens[link].quantity is not None:
                    return
                link += 1
        preposition, _, pronoun = self.tokens[link].text.partition(" ")
        flow = _WAYS_OUT_AND_IN.get(preposition)
        following = self.tokens[link + 1 : link + 3]
        points_back = bool(pronoun) or (bool(following) and following[0].is_a("anaphor"))
        is_back = points_back and self._has_partner()  # purchases from them, from it
        is_to_partner = is_back or any(one.may_name("partner") for one in following)
        if flow and (is_to_partner or preposition == "abroad"):
            self.phrase.flows = [flow]

    def _mention_dealing(self, index: int, token: Token) -> None:
        """`China received goods worth …`, `and supplied $5 billion`: what a partner takes is exported to it."""
        flow = _DEALINGS.get(token.text, "")
        phrase = self.phrase
        if not flow or phrase.flows or self.sentence.is_chinese or index + 1 >= len(self.tokens):
            return
        following = self.tokens[index + 1 : index + 6]
        said = [one for one in following if not one.is_a("qualifier", "filler") or one.text in _MORE_OR_LESS]
        amount = said[0].quantity if said else None
        is_change = len(said) > 1 and said[1].text in _MORE_OR_LESS  # took 28 percent less
        if amount is None or not (amount.unit_kind == "money" or (amount.unit_kind == "percent" and is_change)):
            return
        if phrase.names.get("partner") and self._partner_is_subject():
            phrase.hinted_flow = flow
        elif not phrase.names and self._has_partner() and index and self.tokens[index - 1].is_a("and"):
            phrase.flows = [flow]

    def _has_partner(self) -> bool:
        """Whether the clause before named a partner: `…, while purchases from them …`."""
        return bool(self.frame is not None and self.frame.names.get("partner"))

    def _mention_unknown_word(self, index: int, token: Token) -> None:
        phrase = self.phrase
        if len(token.text) > 2:
            phrase.unknown_words += 1
            if index and self.tokens[index - 1].kind != "stop" and self.grammar.text.cased[token.start].isupper():
                phrase.unknown_names.append(token.text)
        if is_chinese(token.text[0]):
            phrase.unknown_characters += 1

    def mention_unknown(self, first: int, last: int) -> None:
        """A name that no list knows takes the dimension of the list it stands in, else it is a commodity."""
        start, end = self.grammar.text.span(self.tokens[first].start, self.tokens[last - 1].end)
        dimension = self.unknown.dimensions.get(first, "commodity")
        for candidate, at in () if first in self.unknown.dimensions else self.last_name.items():
            if at < first - 1 and all(
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
            dimension = dimension_of(self.grammar, self.tokens, last + 1)[0] or dimension
        text = self.grammar.source[start:end]
        item = self.unknown.items.get(first)
        if item is None or not item.is_word:
            self.unknown_starts.add(start)
        code = self.unknown.codes.get(first) or self.grammar.codes.resolve(
            dimension, text, region_id=self.grammar.region_id
        )
        if code == UNMAPPED and dimension == "commodity" and self._is_before_flow(last):
            code = self.grammar.codes.resolve(dimension, f"{text} products", region_id=self.grammar.region_id)
        if code in _ZONES_OF_NATION and self.grammar.region_id != "CHN":
            code = UNMAPPED  # 新疆综合保税区: those of the place that reports
        item = item or Item(code, text, start, end)
        self._add_item(dimension, replace(item, start=start, end=end), first)
        self.last_name[dimension] = last - 1

    def _is_before_flow(self, index: int) -> bool:
        """Whether exports or imports follow in English, so that the noun of goods may be left out: farm exports."""
        follows = self.tokens[index] if index < len(self.tokens) else None
        return not self.sentence.is_chinese and follows is not None and follows.is_a("flow")

    def _open_parenthesis(self) -> None:
        """What stands in parentheses speaks of the name or number before it, and leaves no trace after them."""
        grammar = self.grammar
        named = bool(self.phrase.dimensions)  # the name that the parenthesis is of stays among those named
        self.outer.append(
            (
                self.phrase, self.frame, self.is_first, self.last_level, self.list_measures, self.previous,
                dict(self.last_name), grammar.period, grammar.top, grammar.topic, grammar.topic_flow,
                len(grammar.siblings) + named, self.clause_break, self.currency_terms,
            )
        )  # fmt: skip
        if not self.phrase.is_empty():
            is_of_each = self._holds_for_each()
            is_of_several = self._lists_names() and not is_of_each
            if is_of_each:
                begins = self._end_of_number_before()
                since = {
                    name: [item for item in items if item.start >= begins] or items[-1:]
                    for name, items in self.phrase.names.items()
                }
                self.phrase = replace(self.phrase, names=since)
            else:
                self.phrase = self._last_of(self.phrase)
            if self.sentence.is_chinese and not self.phrase.flows and (flow := self._flow_behind_list()):
                self.phrase.flows = [flow]
            frame = open_frame(self)
            if is_of_several:
                frame.doubt = frame.doubt or "whether the parenthesis is of the last name or of all is not said"
        self.phrase = Phrase()

    def _flow_behind_list(self) -> str:
        """`对美国（35.1%）、越南（17.3%）的出口`: the flow of names whose numbers stand in parentheses; "" for none."""
        depth = 0
        for token in self.tokens[self.position :]:
            depth += (token.kind == "open") - (token.kind == "close")
            if depth or token.kind == "close" or token.names or token.is_a("and") or token.text in ("的", "等"):
                continue
            return token.senses.get("flow", "")
        return ""

    def _end_of_number_before(self) -> int:
        """Where the last number before ends in the source; 0 where there is none."""
        before = [token for token in self.tokens[: self.position] if token.quantity is not None]
        return self.grammar.text.span(before[-1].end, before[-1].end)[0] if before else 0

    def _holds_for_each(self) -> bool:
        """`Germany and Lithuania (both 10%)`, `(12% each)`: whether a parenthesis is of all the names before it."""
        inside = self.tokens[self.position + 1 :]
        end = next((at for at, token in enumerate(inside) if token.kind == "close"), 0)
        return any(token.is_a("each") and not token.is_a("per") for token in inside[:end])

    def _lists_names(self) -> bool:
        """Whether several names stand between the number before and a parenthesis: `textiles, clothing and hides (4%)`.

        In Chinese the marks of enumeration tell.
        """
        begins = self._end_of_number_before()
        listed = (sum(item.start >= begins for item in items) for items in self.phrase.names.values())
        return not self.sentence.is_chinese and max(listed, default=0) > 1

    def _close_parenthesis(self) -> None:
        if not self.outer:
            return
        grammar = self.grammar
        (
            self.phrase, self.frame, self.is_first, self.last_level, self.list_measures, self.previous, self.last_name,
            grammar.period, grammar.top, grammar.topic, grammar.topic_flow, siblings, self.clause_break,
            self.currency_terms,
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
            head={},
            examples={},
        )

    def _mention_period(self, index: int) -> None:
        span = self.claims.spans[index]
        behind = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        leads = behind is not None and behind.quantity is not None  # 由…增至2021年的3875亿元，增长27%
        if index in self.claims.local or (self._follows_number(index) and not leads):
            return
        if self.in_order:
            self._month_before = self.grammar.period if index in self.claims.so_far else None
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

    def _is_home(self, index: int) -> bool:
        """Whether a token names the place that reports."""
        return ("region", self.grammar.region_id) in self.tokens[index].names

    def _is_of_others_here(self, index: int, flow: str) -> bool:
        """`countries that import from Lebanon`, in a text of Lebanon: what others buy here is its exports."""
        behind = [one for one in self.tokens[index + 1 : index + 4] if one.text != "the"][:2]
        way = {"export": "to", "import": "from", "total": "with"}.get(flow)
        is_way = not self.sentence.is_chinese and len(behind) == 2 and behind[0].text == way
        is_own_verb = not self.tokens[index].text.endswith("shipped")  # but: iron ore was shipped to China
        return is_way and is_own_verb and any(code == self.grammar.region_id for _, code in behind[1].names)

    def _mention_name(self, index: int, token: Token) -> None:
        dimension, code = dimension_of(self.grammar, self.tokens, index)
        if not dimension:
            return
        behind = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        is_subject = self.sentence.is_chinese and behind is not None and behind.is_a("flow")  # 我国进出口总值
        if token.text in _HOME_PLACES and code != self.grammar.region_id and not is_subject:
            return  # where the place lies, no subject
        if token.text in _COUNTRIES and index and self.tokens[index - 1].text in _ANY_COUNTRY:
            return  # more than with any other country
        if dimension == "partner" and code == _OUTSIDE_EU and self.grammar.region_id == _EU:
            return  # the extra-EU exports of the EU are all of its exports
        if token.text in _VERBS_TOO and behind is not None and (behind.quantity or behind.text in _ARTICLES):
            return  # Japan logs a deficit
        before = index - 1 - (index > 1 and self.tokens[index - 1].text == "the")
        between = any(one.text == "between" for one in self.tokens[max(0, before - 3) : max(0, before)])
        is_with_home = before > 0 and self.tokens[before].is_a("and") and self._is_home(before - 1)
        is_object = index and (self.tokens[before].text in _TO_OTHERS or between or is_with_home)
        if dimension == "partner" and token.text.startswith(_OTHERS) and not is_object:
            if self.phrase.names.get("partner"):  # ASEAN and other countries
                self.sentence_doubt = self.sentence_doubt or "others that are not named are taken with it"
            return  # behind a preposition they are meant: those to other markets, China and other members
        is_of_goods = bool(self.phrase.names.get("commodity")) and not self._names_partner_before()
        if token.text in _ALL_OTHERS and code == UNMAPPED and is_of_goods:
            return  # shipments of phones to other countries: to all of them
        if dimension == "region" and self.grammar.text.chars.startswith(_AMONG_ITS_PARTS, token.end):
            return  # 在苏州各县市中位列第一, 高于苏州大市平均水平: among whom it is first, and above whom
        before_it = self.tokens[index - 1].text if index else ""
        if dimension == "trade_mode" and (
            before_it == "including" or (behind is not None and behind.text == "included")
        ):
            return  # exports, including re-exports, of 5.6 million
        if dimension == "partner" and self._is_part_of_area(index):
            self.sentence_doubt = self.sentence_doubt or "whether all of the area is meant, or some of it, is not said"
        if dimension == "partner" and self._is_of_others(index):
            self.sentence_doubt = self.sentence_doubt or "whether it is the trade of the partner itself is not said"
        if self.sentence.is_chinese and self._are_compared(index):
            self.sentence_doubt = self.sentence_doubt or "whether it is the trade of the partner itself is not said"
        if dimension == "partner" and self._is_exporter(index):
            self.sentence_doubt = self.sentence_doubt or "whether it is told by the partner is not said"
        item = item_of(self.grammar, token, dimension, code)
        if dimension == "partner" and (first := start_of_members(self.tokens, index)) is not None:
            item = self._as_members(item, self.grammar.text.span(self.tokens[first].start, token.end)[0])
        if dimension == "commodity":
            item = replace(item, longer=self.unknown.longer.get(index))
        if dimension == "commodity" and before_it == "主要" and token.start == self.tokens[index - 1].end:
            start = self.grammar.text.span(self.tokens[index - 1].start, token.end)[0]
            item = replace(item, text=self.grammar.source[start : item.end])  # as it is stated
        if code in _ZONES_OF_NATION and self.grammar.region_id != "CHN":
            item = replace(item, code=UNMAPPED)  # the zones of the place that reports, not the nation's
            self.sentence_doubt = self.sentence_doubt or "which zone is meant is not certain"
        if dimension == "region" and code == UNMAPPED and dict(token.names).get("partner") == self.grammar.region_id:
            self.sentence_doubt = self.sentence_doubt or "which part of the nation is meant is not certain"
        if dimension == "region" and self._is_other_side(index, code):
            self.phrase.is_flipped = True
            return
        if dimension == "region" and code == self.grammar.region_id and self._follows_number(index):
            return
        if dimension == "region" and self._says_where_it_lies(index, code):
            return  # the port of Erenhot in Inner Mongolia, north China
        if dimension == "region" and not self.lists and self._holds_what_is_named(code):
            return  # Heilongjiang is at the forefront of China's opening up. Its trade …
        if dimension == "region" and code == self.grammar.region_id:
            items = self.phrase.names.get("region", [])
            inner = [one for one in items if code in self.grammar.codes.containing_regions(one.code)[1:]]
            if inner:
                return
        if index in self.unknown.doubtful:
            self.phrase.unknown_names.append(token.text)
        self._add_item(dimension, item, index)

    def _names_partner_before(self) -> bool:
        """Whether the sentence, or one before it in its paragraph, has named a partner."""
        frames = (self.frame, *self.grammar.siblings)
        return bool(self.phrase.names.get("partner")) or any(
            one.names.get("partner") for one in frames if one is not None
        )

    def _as_members(self, item: Item, start: int) -> Item:
        """A group as `partners in the RCEP`, as it is stated; without the one who reports, where it says so."""
        text, code = self.grammar.source[start : item.end], item.code
        if text.lower().startswith(REST_OF_GROUP):
            group = item.text.removeprefix("the ")
            resolved = (
                self.grammar.codes.resolve("partner", f"other members of {article}{group}") for article in ("", "the ")
            )
            code = next((one for one in resolved if one != UNMAPPED), UNMAPPED)
        return replace(item, text=text, code=code)

    def _says_where_it_lies(self, index: int, code: str) -> bool:
        """Whether a place of an English sentence holds the one named right before it, joined by "in" or a comma."""
        before = index - 1
        while before > 0 and (
            self.tokens[before].kind == "comma" or self.tokens[before].text.split(" ")[0] in _WHERE_IT_LIES
        ):
            before -= 1
        if self.sentence.is_chinese or before < 0 or before == index - 1:
            return False
        if self._is_aside_on_place(before, index):
            return True  # the bonded zone, in Sichuan province, saw …
        inner = {inner for name, inner in self.tokens[before].names if name == "region"} - {code}
        return any(code in self.grammar.codes.containing_regions(one) for one in inner)

    def _is_aside_on_place(self, before: int, index: int) -> bool:
        """Whether a place stands in `, in Sichuan province,` right behind the name of a zone or port."""
        tokens = self.tokens
        is_aside = tokens[before + 1].kind == "comma" and tokens[before + 2].text.split(" ")[0] == "in"
        last = index + 1
        while last < len(tokens) and (tokens[last].names or tokens[last].text.split(" ")[0] in _WHERE_IT_LIES):
            last += 1
        is_closed = last < len(tokens) and tokens[last].kind == "comma"
        return is_aside and is_closed and tokens[before].text.lower().endswith(_ENDS_OF_ZONES)

    def _holds_what_is_named(self, code: str) -> bool:
        """Whether a place holds the one that reports, which the sentence has named before."""
        home = self.grammar.region_id
        is_named = [item.code for item in self.phrase.names.get("region", [])] == [home]
        return is_named and code != home and code in self.grammar.codes.containing_regions(home)

    def _is_trader(self, index: int) -> bool:
        """Whether a partner is the subject of a verb: what China sold is imported from it."""
        if self.sentence.is_chinese or not index or self.tokens[index].text not in _TRADING_VERBS:
            return False
        before = index - 1
        if self.tokens[before].kind == "comma":  # Japan, a traditional market, bought …
            first = self.sentence.clause_start(before - 1) if before else 0
            before = first - 2 if first > 1 and self.tokens[first].text in _ARTICLES else before
        while before > 0 and self.tokens[before].is_a("be", "filler") and not self.tokens[before].names:
            before -= 1
        if not self.tokens[before].names or self._dimension(before) != "partner":
            return False
        while before > 1 and self._joins_partner(before - 1):
            before -= 1  # China, Hong Kong and Macao bought …
        return before == 0 or not self.tokens[before - 1].is_a("partner_preposition", "of")

    def _joins_partner(self, index: int) -> bool:
        """Whether a token joins partners to a list, or is one of them."""
        token = self.tokens[index]
        if token.kind == "comma" or token.is_a("and") or token.text == "the":
            return any(one.names for one in self.tokens[max(index - 2, 0) : index])
        return bool(token.names) and self._dimension(index) == "partner"

    def _is_part_of_area(self, index: int) -> bool:
        """`BRI partner countries in the Middle East`: they are some of the group, and of the area."""
        before = index - 1 - (index > 1 and self.tokens[index - 1].text == "the")
        return before > 0 and self.tokens[before].text == "in" and self._dimension(before - 1) == "partner"

    def _is_of_others(self, index: int) -> bool:
        """`Exports outpaced those of Germany`: what is compared with is Germany's own trade."""
        before = index - (index > 0 and self.tokens[index - 1].text == "the")
        is_of_those = before > 1 and self.tokens[before - 1].text == "of" and self.tokens[before - 2].text in _THOSE
        return is_of_those and not any(token.is_a("share") for token in self.tokens[:before])  # that is the share

    def _are_compared(self, index: int) -> bool:
        """`拿主要国家的出口来比，台湾…，新加坡…`: the trade of several countries is compared, each its own."""
        before = self.grammar.text.chars[self.tokens[0].start : self.tokens[index].start]
        return any(f"{verb}比" in before for verb in ("来", "相")) and "国家" in before and "的" in before

    def _is_exporter(self, index: int) -> bool:
        """Whether a partner's own exports or imports are named: `Kazakh exports`, `China's imports`."""
        if self.sentence.is_chinese:
            return False
        after = index + 1
        is_its = after < len(self.tokens) and self.tokens[after].kind == "possessive"
        after += is_its
        flow = self.tokens[after] if after < len(self.tokens) else None
        is_noun = flow is not None and flow.is_a("flow") and flow.text not in _TRADING_VERBS
        flows = ("export", "import", "total") if is_its else ("export", "import")
        if flow is None or not is_noun or flow.senses["flow"] not in flows:
            return False
        return not index or not self.tokens[index - 1].is_a("partner_preposition", "of", "and")

    def _is_other_side(self, index: int, code: str) -> bool:
        """Whether the one who reports is named as the other side: "the US, importing 44 billion from Vietnam"."""
        if code != self.grammar.region_id or not index:
            return False
        if self.sentence.is_chinese:  # 荷兰对德国出口, of Germany: what it imports
            if code not in self.grammar.codes.countries:
                return False  # 对顺德出口产品的需求: what others want of it
            before, behind = self.tokens[index - 1].text, self.tokens[index + 1 : index + 2]
            ways = {before, self.tokens[index].text[0]}
            flow = behind[0].senses.get("flow") if behind else None
            return bool((flow == "export" and ways & _TOWARDS) or (flow == "import" and ways & _FROM))
        flows = self.phrase.flows or (self.frame.flows if self.frame is not None else [])
        wanted = {"import": "from", "export": "to"}.get(flows[-1] if flows else "", "")
        subject = self.phrase.names.get("partner") or (
            self.frame.names.get("partner") if self.frame is not None else None
        )
        if not wanted or self.tokens[index - 1].text != wanted:
            return False
        if not subject:
            return wanted == "to"  # 842 million tonnes were shipped to China
        return bool(
            min(item.start for item in subject) < self.grammar.text.offsets[self.tokens[index].start]
            and self._partner_is_subject()
        )

    def _partner_is_subject(self) -> bool:
        first = self.last_name.get("partner")
        return first is not None and (first == 0 or self.tokens[first - 1].text not in ("to", "from", "with"))

    def _add_item(self, dimension: str, item: Item, index: int) -> None:
        phrase = self.phrase
        if dimension == "region" and item.text.lower().endswith(_ENDS_OF_ZONES):
            self.grammar.zones = [*self.grammar.zones[1 - _MOST_ZONES :], item]
        last = self.last_name.get(dimension)
        if last is not None and phrase.names.get(dimension) and self._sums_up(last, index):
            phrase.examples[dimension] = phrase.names[dimension]
            first = phrase.names[dimension][0].start  # A、B等三地: the names are examples of what follows
            phrase.names[dimension] = [replace(item, text=self.grammar.source[first : item.end], start=first)]
            self.last_name[dimension] = index
            return
        is_listed = last is not None and (self._coordinated(last, index) or self._is_followed(last, index))
        if is_listed and phrase.names.get(dimension):
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
            between = self.tokens[last or 0 : index]
            turns = self.sentence.is_chinese and any(token.is_a("flow") for token in between)
            if previous and not turns and any(token.text in _EXAMPLES for token in between):
                phrase.head[dimension] = previous
            phrase.names[dimension] = [item]
        self.last_name[dimension] = index

    def _dimension(self, index: int) -> str:
        return dimension_of(self.grammar, self.tokens, index)[0]

    def _sums_up(self, last: int, index: int) -> bool:
        """Whether a name sums up those before it: 纺织、服装、鞋类等七大类劳动密集型产品."""
        between = self.tokens[last + 1 : index]
        is_counted = len(between) == 1 and between[0].quantity is not None and between[0].text.endswith("个")
        return is_counted or (  # 南非、巴西、印度、俄罗斯四个金砖国家
            bool(between)
            and len(between) <= 6
            and between[0].text == "等"
            and not any(token.kind in ("comma", "enumeration", "semicolon") for token in between)
        )

    def _nested(self, items: list[Item], item: Item) -> bool:
        codes = self.grammar.codes
        holders = codes.containing_regions(item.code)
        return any(one.code in holders or item.code in codes.containing_regions(one.code) for one in items)

    def _is_followed(self, first: int, last: int) -> bool:
        """`Mongolia was the largest partner, followed by Russia, with trade of …`: one after the other in one list."""
        between = self.tokens[first + 1 : last]
        before = next((one for one in reversed(between) if one.text != "the"), None)
        has_own = any(one.quantity is not None or one.is_a("flow") for one in between)
        return before is not None and before.is_a("next_in_order") and not has_own

    def _is_group_of(self, first: int, last: int) -> bool:
        """`Among agricultural products, soybeans fell …`: what stands behind the comma is a part of the first."""
        start = first - 1 - (first > 1 and self.tokens[first - 1].text == "the")
        is_among = start >= 0 and self.tokens[start].text in _AMONG and last == first + 2
        behind = self.tokens[last + 1] if last + 1 < len(self.tokens) else None
        goes_on = behind is not None and (behind.kind == "comma" or behind.is_a("and"))
        return is_among and self.tokens[first + 1].kind == "comma" and not goes_on

    def _coordinated(self, first: int, last: int) -> bool:
        """Whether only what separates names of one list stands between two names."""
        if self._is_group_of(first, last):
            return False
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
                if self._dimension(cursor) != self._dimension(last):
                    return False
            elif (
                (token.text in _NAME_LINKS or token.kind == "possessive")
                or (token.is_a("flow") and self.sentence.is_chinese and has_separator is False)
                or (token.is_a("flow") and self.phrase.flows and token.senses["flow"] == self.phrase.flows[-1])
                or cursor in self.unknown.spans
            ):
                continue
            else:
                return False
        return has_separator

    def _mention_flow(self, index: int, token: Token) -> None:
        phrase = self.phrase
        flow = token.senses["flow"]
        before_it = phrase.flows
        if before_it == ["balance"] and token.text in _COMING_OF:
            return  # 逆差主要来自台湾
        if token.is_a("nontrade") or (flow == "balance" and phrase.is_nontrade == _BALANCE_OF_PAYMENTS):
            return  # the balance of payments was in deficit
        before = self.tokens[index - 1].text if index else ""
        if phrase.is_nontrade and before in ("for", "on"):
            return  # clearance time for imports, tariffs on imports
        is_total = before in _TOTALS or token.text.startswith(_TOTAL_FLOWS) or self._is_of_all(index)
        phrase.is_total = phrase.is_total or is_total
        is_of_clause_before = self._last_measure < self.sentence.clause_start(index)
        says_how = self.tokens[self._last_measure].text.startswith(_ADVERBIAL_MEASURES)
        is_kept = self.sentence.is_chinese or says_how or phrase.counted
        if phrase.measures and not phrase.flows and is_of_clause_before and not is_kept:
            phrase.measures = []  # demand lifted prices, and exports of vegetables grew
        pair = _FLOW_PAIRS.get(token.text, ())
        goes_on = before_it == ["total"] and self._last_flow == index - 2 and self.tokens[index - 1].kind == "comma"
        if token.text in _BOTH_WAYS and (goes_on or self._says_each(index)):
            whole = ["total"] if goes_on else []  # total trade, exports and imports ranked 4th, 3rd and 6th
            phrase.flows, phrase.flow_pair, phrase.is_nontrade = [*whole, *_BOTH_WAYS[token.text]], (), ""
            self._last_flow = index
            return
        if self._is_of_others_here(index, flow):
            self.sentence_doubt = self.sentence_doubt or "whether it is told by the partner is not said"
        if self._is_trader(index):
            flow = {"export": "import", "import": "export"}.get(flow, flow)
        if "+" in flow:
            phrase.flows, phrase.flow_pair, phrase.is_nontrade = flow.split("+"), (), ""
            self._last_flow = index
            return
        between: list[Token] = []
        if phrase.flows and self._last_flow is not None:
            between = self.tokens[self._last_flow + 1 : index]
        joins = self.sentence.is_chinese or any(one.is_a("and") for one in between) or self._flow_list_goes_on(index)
        if phrase.flows and between and joins and all(_joins_flows(one) for one in between):
            for one in pair if pair and len(phrase.flows) == 1 else (flow,):
                if one not in phrase.flows:
                    phrase.flows.append(one)
        elif (phrase.flows and phrase.flows[-1] == flow) or (
            phrase.flows
            and flow == "total"
            and phrase.flows[-1] in ("export", "import", "balance")
            and not any(one.kind in BOUNDARIES for one in between)
            # the deficit in international trade in goods
            and (token.text in _PLAIN_TRADE or (phrase.flows[-1] == "balance" and self._is_in(index)))
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
        is_far = index - self.last_name.get("commodity", index) > _NEAR
        if flow == "balance" and is_far and before_it != ["total"]:
            phrase.names.pop("commodity", None)  # weak shipments of rice pushed the deficit
        phrase.flow_pair = pair
        is_of_balance = before_it == ["balance"] and before in _BETWEEN_BALANCES
        if flow == "balance" and not (is_of_balance and phrase.is_deficit):
            phrase.is_deficit = token.is_a("balance_sign")
        if token.text not in _TRADING_VERBS:
            phrase.is_nontrade = ""  # but services that were exported stay services
        self._last_flow = index

    def _is_in(self, index: int) -> bool:
        """`the deficit in trade`, `on the trade in goods`: whether a preposition stands before a flow."""
        before = index - 1
        while before > 0 and self.tokens[before].text in _BEFORE_TRADE:
            before -= 1
        return before >= 0 and self.tokens[before].text in ("in", "of", "on")

    def _says_each(self, index: int) -> bool:
        """Whether `each` or `both` stands between a flow and the number behind it: exports and imports both fell 6%."""
        behind = self.tokens[index + 1 : self.sentence.clause_end(index)]
        number = next((at for at, one in enumerate(behind) if one.quantity is not None), 0)
        if index and self.tokens[index - 1].text == "both" and number:
            return True  # both exports and imports went down by 1 percent
        return any(one.is_a("each") or one.text == "both" for one in behind[:number])

    def _is_of_all(self, index: int) -> bool:
        """Whether a clause begins with a flow that is of all: `while foreign trade as a whole grew`."""
        behind = [one.text for one in self.tokens[index + 1 : index + 4]]
        before = self.tokens[self.sentence.clause_start(index) : index]
        return behind == ["as", "a", "whole"] and all(one.is_a("while", "and", "filler") for one in before)

    def _flow_list_goes_on(self, index: int) -> bool:
        """Whether a last flow follows: `trade, exports and imports`."""
        behind = self.tokens[index + 1 : index + 5]
        following = [token for token in behind if token.kind != "comma" and token.text not in _BETWEEN_FLOWS]
        return len(following) > 1 and following[0].is_a("and") and following[1].is_a("flow")

    def _says_value(self) -> bool:
        """Whether the sentence sets a value apart from a volume."""
        return any(token.text in _VALUE_WORDS for token in self.tokens)

    def _says_price(self) -> bool:
        """Whether an English sentence sets a volume apart from a price: `prices rose 2%, volumes fell 1%`."""
        return not self.sentence.is_chinese and any(
            token.is_a("measure") and token.senses["measure"] == "unit_value" for token in self.tokens
        )

    def _names_since(self, index: int) -> bool:
        start = self.sentence.clause_start(index)
        return any(last >= start for last in self.last_name.values())

    def _mention_measure(self, index: int, token: Token) -> None:
        phrase = self.phrase
        measure = token.senses["measure"]
        if measure == "volume":
            other = any(
                one.is_a("measure") and one.senses["measure"] in ("value", "quantity") and at != index
                for at, one in enumerate(self.tokens)
            )
            measure = "quantity" if (other and self._says_value()) or self._says_price() else "volume"
        if measure == "value" and not self._is_measure_list(index):
            says_other = any(one in ("quantity", "unit_value", "volume") for one in phrase.measures)
            is_of_another = self.last_level is not None and self.last_level.measure in ("quantity", "unit_value")
            framed = self.frame is not None and set(self.frame.measures) - {"value"}
            if not (says_other or framed or is_of_another):
                return
        is_first = not self.stated and not phrase.flows and not phrase.names
        if is_first and token.text.startswith(_ADVERBIAL_MEASURES):
            self.sentence_measure = measure
            if self.sentence.is_chinese:
                self.grammar.paragraph_measure = measure
        if phrase.measures and not self._between_are_separators(self._last_measure, index):
            phrase.measures = [measure]
        else:
            phrase.measures.append(measure)
        self._last_measure = index

    def _between_are_separators(self, first: int, last: int) -> bool:
        return all(
            token.kind in ("comma", "enumeration") or token.is_a("and", "filler", "flow")
            for token in self.tokens[first + 1 : last]
        )

    def _is_measure_list(self, index: int) -> bool:
        near = self.tokens[max(0, index - 3) : index + 4]
        return sum(1 for token in near if token.is_a("measure") and token.senses["measure"] != "value") > 0
