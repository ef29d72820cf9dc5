"""Names that no list knows: found by what stands around them, so that their figures are of them and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.figures import JOINT, UNMAPPED
from orchestration.releases.lexicon import words
from orchestration.releases.naming import dimension_of
from orchestration.releases.not_figures import is_part_of_partners
from orchestration.releases.sentences import BOUNDARIES, Sentence
from orchestration.releases.subjects import Item
from orchestration.releases.text import is_chinese
from orchestration.releases.tokens import Token

if TYPE_CHECKING:
    from orchestration.releases.grammar import Grammar

#: Why the tokens of such a name are spoken for.
LONGER_NAME = "longer name"
_FLOW_WORDS = frozenset(words("flow_word"))
#: A phrase that has no other sense may be part of a name.
_SENSES_IN_NAMES = frozenset({"filler", "header_dimension", "other_noun"})
#: Before "of" and a name they are no part of it: deliveries of coal.
_AMOUNTS = frozenset(words("amount_of"))
_ENTERPRISES = frozenset(words("enterprise_noun"))
#: Before enterprises: what kind they are, and behind a hyphen whose.
_KINDS_OF_ENTERPRISES = frozenset(words("kind_of_enterprise"))
_WHOSE_ENTERPRISES = frozenset(words("funded"))
#: Before English goods: what may be part of their name.
_ADJECTIVES_OF_GOODS = frozenset(words("adjective_of_goods"))
_NOUNS_BEFORE_GOODS = frozenset(words("noun_before_goods"))
#: Before goods they make them all others: 非纺织品.
_OTHER_THAN = frozenset(words("other_than"))
#: Of those, the words that always leave out: "apart from tea" may also mean tea and more.
_EXCLUDING = frozenset(words("excluding"))
#: Words before English goods that may be part of their name.
_WORDS_BEFORE_GOODS = 2
#: Characters of goods that a clause begins with.
_LONGEST_GOODS = 6
#: Before "market" they make it no partner of its own.
_ANY_MARKET = frozenset(words("any_market"))
#: Between one of them and a flow a partner stands.
_BEFORE_PARTNERS = frozenset({"对", "向", "自", "从", "与"})
#: Before a place they make it a wider one.
_WIDER = frozenset(words("wider_place"))
_OTHER_MEMBERS = words("other_members")
#: Behind a place they make it a part of it.
_PARTS_BY_DIRECTION = words("part_by_direction")
#: What is in a group of countries, or outside it.
_MEMBERS = frozenset(words("member"))
_TRADITIONAL = words("traditional")
#: Behind a group they are part of its name.
_NOUNS_OF_MEMBERS = words("noun_of_members")
#: Behind goods they deliver them.
_DELIVERIES = frozenset(words("delivery"))
#: What belongs to goods, and small words before it.
_PARTS_OF_GOODS = words("part_of_goods")
#: Behind goods: who trades or makes them.
_TRADERS = frozenset(words("trader"))
_OF_THE_SAME = frozenset({"其", "its", "their", "spare", "related"})
_GENERAL_GOODS = frozenset(words("general_goods"))
#: Before "zone" or "port" they point back to one.
#: Words in the name of a zone, before the noun.
_WORDS_OF_ZONE = 3
_ZONES_AGAIN = frozenset(words("area_of_zone"))
#: Before a partner.
_TOWARDS_PARTNERS = frozenset({"对", "自", "向"})
_POINTING_TO_ZONES = frozenset({"the", "this", "that"})
_CUSTOMS_AREAS = frozenset(words("customs_area"))
#: In the codes of zones: pilot free trade, comprehensive bonded.
_ZONE_CODES = frozenset({"FTZ", "CBZ"})
#: Behind a direction, parts of a place.
_DIRECTIONS = frozenset(words("direction"))
_PARTS_OF_PLACES = frozenset(words("parts_of_place"))
_WHICH_PART = "which part of the place is meant is not certain"
#: A part of a zone, behind its city.
_AREAS_OF_ZONES = frozenset(words("area_of_zone"))
#: Before a port that goods pass: 经.
_BY_WAY_OF = frozenset(words("by_way_of"))
#: Behind a city and "new" they are a part of it: Wuxi New District.
_PARTS_OF_CITIES = frozenset(words("part_of_city"))
#: 口岸, 关区
_PASSAGES = frozenset(words("passage_place"))
#: Ends of names of districts and towns, and their longest.
_DISTRICT_ENDS = frozenset("区县市镇乡旗")
_LONGEST_DISTRICT = 5
#: Words that end as such names do, and what makes several of them.
_NO_DISTRICTS = words("no_district")
_ANY_DISTRICT = frozenset("各全本该我两三等其此")
_BEFORE_DISTRICTS = BOUNDARIES | {"enumeration", "period"}
#: Tokens of these kinds are no part of a name in such a list, nor are words before a partner.
_NO_PARTS_OF_LISTED = ("flow", "rise", "fall", "be", "share", "while", "versus")
#: Prepositions within names of goods, and words that name none before them.
_IN_NAMES_OF_GOODS = frozenset({"of", "on", "in", "for"})
_IDLE = frozenset(words("idle_word"))
_TOWARDS = frozenset({"to"})
#: What stands for the flow that is said before: that excluding ships.
_THAT = frozenset({"that", "those"})
#: Before the first of a list whose members have a number in parentheses each.
_BEFORE_LISTED = frozenset(words("before_listed"))
#: Ends of nouns that look like adverbs: supply, assembly, family, jelly.
_NOUNS_IN_LY = ("pply", "mbly", "mily", "elly")
_NO_PARTS_OF_NAMES = frozenset(words("part_of_name"))


def _is_content(token: Token) -> bool:
    """Whether a word that no table knows may name something."""
    return token.kind == "word" and len(token.text) > 2 and token.text.replace("-", "").isalpha()


def _is_zone(token: Token) -> bool:
    """Whether a token names a zone, or is a word for one."""
    return token.is_a("zone") or any(
        name == "region" and not _ZONE_CODES.isdisjoint(code.split("-")) for name, code in token.names
    )


def _is_part_of_word(token: Token) -> bool:
    """Whether a Chinese character is only part of a word: 零 in 手机零件 too, which is no number there."""
    return is_chinese(token.text[0]) and (token.kind == "word" or set(token.senses) == {"word"})


class UnknownNames:
    """The names of one sentence that no list knows.

    `spans` says by its first token where each begins and ends; `dimensions` and `codes` what is known of some; `items`
    are the zone that "the zone" points back to, and goods in two words; `doubtful` are names that are known but may be
    the end of a longer one, and `longer` says of English goods which. `doubt` is not empty where the sentence speaks of
    a zone without saying which. Their tokens are taken out of the subject where a name that is known lies within.
    """

    def __init__(self, grammar: Grammar, sentence: Sentence) -> None:
        """Find them: words between the names of a list, and the words that exports or imports are of."""
        self.grammar = grammar
        self.sentence = sentence
        self.tokens = sentence.tokens
        self.spans: dict[int, tuple[int, int]] = {}
        self.dimensions: dict[int, str] = {}
        self.codes: dict[int, str] = {}
        self.items: dict[int, Item] = {}
        self.doubtful: set[int] = set()
        self.longer: dict[int, tuple[int, int]] = {}
        self.doubt = ""
        self._areas_of_zones()
        self._zones()
        self._zones_again()
        self._places()
        self._kinds_of_enterprises()
        self._districts()
        self._some_partners()
        self._unknown_partners()
        self._ports()
        for index in sentence.with_sense("flow"):
            if sentence.free(index) and self.tokens[index].senses["flow"] in ("export", "import"):
                self._unknown_after(index)
                self._unknown_before(index)
                self._of_tradition(index)
        for index, token in enumerate(self.tokens):
            if token.text in _DELIVERIES and not token.is_a("flow"):
                self._of_tradition(index)
        self._unknown_between()
        self._unknown_first()
        self._unknown_before_a_mark()
        self._unknown_before_an_amount()
        self._listed_with_parentheses()
        self._listed_with_amounts()
        self._shared_heads()
        self._compounds()
        self._with_parts()
        self._others_than()
        self._outside()
        self._but_for()
        self._without_goods()
        self._groups()
        self._rests_of_groups()
        self._others_of_groups()
        self._extended_names()
        self._examples()
        self._doubtful_names()

    def _unknown_partners(self) -> None:
        """对尼贸易额: trade with a partner in one character that no list knows is not that with all."""
        tokens = self.tokens
        for index, token in enumerate(tokens[:-2] if self.sentence.is_chinese else ()):
            behind = tokens[index + 1]
            if token.text not in _TOWARDS_PARTNERS or behind.kind != "word" or behind.start != token.end:
                continue
            after = tokens[index + 2]
            if after.start == behind.end and (after.is_a("flow") or after.may_name("trade_mode")):
                self.doubt = self.doubt or f"a name that no list knows: {behind.text}"

    def _zones(self) -> None:
        """A zone of a place, 成都高新综合保税区: a region of its own, that no list may know."""
        tokens = self.tokens
        for index in self.sentence.with_sense("zone"):
            token = tokens[index]
            if not self.sentence.free(index):
                continue
            if self._is_some_of_many(index):
                self.doubt = self.doubt or "which zone is meant is not certain"
            first = index - 1
            while (
                first >= 0
                and first > index - 7
                and (
                    tokens[first].kind in ("word", "mark", "possessive")
                    or set(tokens[first].senses) == {"filler"}
                    or (token.text in _CUSTOMS_AREAS and tokens[first].is_a("attribution"))
                )
                and self.sentence.free(first)
            ):
                first -= 1
            if first < 0 or not tokens[first].may_name("region"):
                if zone := self._zone_before(index):
                    self._take(index, index + 1, "region")
                    self.items[index] = zone
                    continue
                if last := self._end_of_place(index):
                    start = first + 1
                    while start < index and (tokens[start].is_a("filler") or tokens[start].text == "the"):
                        start += 1  # through the port of Erenhot
                    self._take(start, last, "region", self._zone_of_place(index))
                    continue
                if (start := self._start_of_zone(index)) < index:
                    self._take(start, index + 1, "region")  # Gyirong Port, Beibu Bay Economic Zone
                elif not self.sentence.is_chinese and token.text in _CUSTOMS_AREAS:
                    self._take(index, index + 1, "region")  # the areas under special supervision
                elif not self.sentence.is_chinese and self.grammar.region_id != "CHN":
                    self.doubt = "which zone is meant is not certain"
                elif self.sentence.is_chinese and index - first > 2 and tokens[first + 1].kind == "word":
                    is_way = tokens[first + 1].text in _BY_WAY_OF
                    self._take(first + 1 + is_way, index + 1, "region")  # 洋浦保税港区, 经拱北关区
                elif self.sentence.is_chinese and not token.names and self._is_trading(index):
                    self._take(index, index + 1, "region")  # 海关特殊监管区域进出口…
                continue
            if self._is_province(first) and token.text not in _CUSTOMS_AREAS:  # the zones of the province together
                # 我省综合保税区 and words for a class, as 海关特殊监管区域, are no names with a province in them
                is_said = tokens[first].is_a("scope_province", "scope_self") or "监管" in token.text
                self._take(first + is_said, index + 1, "region")  # but 广东综保区
            elif (
                self.sentence.is_chinese
                or first == index - 1
                or (tokens[first + 1].kind == "possessive" and first == index - 2)
                or self._is_capitalised(first, index)
            ):
                self._take(first, index + 1, "region")
                self._share_zone(first, index)
            else:
                self.doubt = "which zone is meant is not certain"

    def _share_zone(self, first: int, index: int) -> None:
        """合肥、蚌埠高新区: the noun that is said once belongs to the places before it, too."""
        tokens, grammar = self.tokens, self.grammar
        while self.sentence.is_chinese and first > 1 and tokens[first - 1].is_a("and"):
            first -= 2
            is_whole = tokens[first].text.endswith(tuple(_DISTRICT_ENDS))  # 昆山市、苏州工业园区
            if is_whole or not tokens[first].may_name("region") or not self.sentence.free(first):
                return
            start, end = grammar.text.span(tokens[first].start, tokens[first].end)
            noun = grammar.source[slice(*grammar.text.span(tokens[index].start, tokens[index].end))]
            self._take(first, first + 1, "region")
            self.items[first] = Item(UNMAPPED, grammar.source[start:end] + noun, start, end)

    def _areas_of_zones(self) -> None:
        """`the Qingdao area of the Shandong pilot free trade zone`: a part of a zone that no list knows."""
        tokens = self.tokens
        for index, token in enumerate(tokens[:-2] if not self.sentence.is_chinese else ()):
            place, behind = tokens[index - 1] if index else None, tokens[index + 1 : index + 6]
            if token.text not in _AREAS_OF_ZONES or place is None or behind[0].text != "of":
                continue
            last = next((at for at, one in enumerate(behind) if _is_zone(one)), None)
            if last is not None and place.may_name("region"):
                self._take(index - 1, index + 2 + last, "region")

    def _is_province(self, index: int) -> bool:
        """Whether a Chinese token names the province that reports."""
        home = self.grammar.region_id
        return self.sentence.is_chinese and home.startswith("CN-") and ("region", home) in self.tokens[index].names

    def _is_capitalised(self, first: int, last: int) -> bool:
        """`Chengdu High-tech Comprehensive Bonded Zone`: whether all words of a name are written as such."""
        text, source = self.grammar.text, self.grammar.source
        said = [token for token in self.tokens[first + 1 : last + 1] if token.kind != "mark"]
        begins = [token for token in said if source[text.span(token.start, token.end)[0] - 1] != "-"]  # Hi-tech
        return all(text.cased[token.start].isupper() for token in begins)

    def _is_some_of_many(self, index: int) -> bool:
        """中西部地区的74个综合保税区: zones of some places, told by their number, and not all that there are."""
        tokens = self.tokens
        if not self.sentence.is_chinese or index < 2 or tokens[index - 1].quantity is None:
            return False
        return any(one.may_name("region") for one in tokens[max(0, index - 5) : index - 1])

    def _start_of_zone(self, index: int) -> int:
        """Where the name of a zone begins that no list knows: the capitalised words right before the noun for it."""
        tokens, cased, first = self.tokens, self.grammar.text.cased, index
        while (
            first > 0
            and index - first < _WORDS_OF_ZONE
            and tokens[first - 1].kind == "word"
            and self.sentence.free(first - 1)
            and cased[tokens[first - 1].start].isupper()
        ):
            first -= 1
        return index if self.sentence.is_chinese else first

    def _end_of_place(self, index: int) -> int:
        """Where `the comprehensive bonded zones of Henan` ends, `bonded area of the Shanghai FTZ`; 0 for another."""
        at = index + 2
        at += at < len(self.tokens) and self.tokens[at].text == "the"
        if self.sentence.is_chinese or at >= len(self.tokens) or self.tokens[index + 1].text not in ("of", "in"):
            return 0
        return at + 1 if self.tokens[at].may_name("region") and self.sentence.free(at) else 0

    def _zone_of_place(self, index: int) -> str:
        """The code of `the port of Erenhot`, which the lists have as Erenhot Port; "" where they have none."""
        name = f"{self.tokens[index + 2].text} {self.tokens[index].text}"
        code = self.grammar.codes.resolve("region", name, region_id=self.grammar.region_id)
        return "" if code == UNMAPPED else code

    def _is_trading(self, index: int) -> bool:
        """Whether a flow stands right behind a zone: it is the subject."""
        return any(token.is_a("flow") for token in self.tokens[index + 1 : index + 3])

    def _zone_before(self, index: int) -> Item | None:
        """What `the zone` points back to, where the text is about one."""
        token = self.tokens[index]
        before = self.tokens[index - 1] if index else None
        points_back = before is not None and before.text in _POINTING_TO_ZONES
        if not points_back or self.sentence.is_chinese:
            return None
        noun = token.text.removesuffix("s")
        named = next((zone for zone in reversed(self.grammar.zones) if noun in zone.text.lower()), None)
        return self.grammar.scope.zone(token.text) or named

    def _zones_again(self) -> None:
        """`The area's foreign trade`: a zone that was named before, by a noun that is no word for zones alone."""
        for index, token in enumerate(self.tokens):
            goes_on = index + 1 < len(self.tokens) and self.tokens[index + 1].text == "of"
            if token.text not in _ZONES_AGAIN or goes_on or not self.sentence.free(index):
                continue
            if zone := self._zone_before(index):
                self._take(index, index + 1, "region")
                self.items[index] = zone

    def _places(self) -> None:
        """`Atyrau region`, `the city of Almaty`: a place that no list knows, by the noun beside it."""
        tokens, cased = self.tokens, self.grammar.text.cased
        if self.sentence.is_chinese:
            return
        for index, token in enumerate(tokens):
            if token.text in _PARTS_OF_CITIES and index > 1 and tokens[index - 1].text == "new":
                place = tokens[index - 2]
                if place.may_name("region") and self.sentence.free(index - 2):
                    self._take(index - 2, index + 1, "region")  # Wuxi New District, which no list knows
                    continue
            if index and token.text in _PARTS_OF_PLACES and tokens[index - 1].text in _DIRECTIONS:
                self.doubt = self.doubt or _WHICH_PART  # China's western regions
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
                is_in_city = (
                    index + 2 < len(tokens) and tokens[index + 1].text == "of" and tokens[index + 2].may_name("region")
                )
                self._take(first, index + 1 + 2 * is_in_city, "region")  # the Yantian District of Shenzhen
            elif (
                index + 2 < len(tokens)
                and tokens[index + 1].text == "of"
                and tokens[index + 2].kind == "word"
                and self.sentence.free(index + 2)
                and cased[tokens[index + 2].start].isupper()
            ):
                self._take(index + 2, index + 3, "region")

    def _kinds_of_enterprises(self) -> None:
        """`Taiwan-funded enterprises`, `production enterprises`: a kind of enterprise that no list knows."""
        tokens = self.tokens
        for index, token in enumerate(tokens if not self.sentence.is_chinese else ()):
            if token.text not in _ENTERPRISES or token.names or not index or not self.sentence.free(index):
                continue
            first = index - 1
            if tokens[first].text in _WHOSE_ENTERPRISES and first and self._is_hyphened(first):
                first -= 1
            elif tokens[first].text not in _KINDS_OF_ENTERPRISES:
                continue
            if all(self.sentence.free(at) and tokens[at].quantity is None for at in range(first, index)):
                self._take(first, index + 1, "ownership")

    def _is_hyphened(self, index: int) -> bool:
        """Whether a hyphen joins a token to the one before it."""
        start, _ = self.grammar.text.span(self.tokens[index].start, self.tokens[index].end)
        return start > 0 and self.grammar.source[start - 1] == "-"

    def _ports(self) -> None:
        """山东口岸进口原油, 上海关区: what passes the ports or the customs of a place is not its own trade."""
        for index, token in enumerate(self.tokens if self.sentence.is_chinese else ()):
            place = self.tokens[index - 1] if index else None
            if token.text not in _PASSAGES or token.names or place is None or not self.sentence.free(index - 1):
                continue
            first = index
            while first > 0 and index - first < _LONGEST_DISTRICT and self.tokens[first - 1].kind == "word":
                first -= 1
            if index - first > 1 and self._is_trading(index):
                self._take(first, index + 1, "region")  # 横琴口岸, whose place no list knows
            is_way = index > 1 and self.tokens[index - 2].text in _BY_WAY_OF  # 经新疆口岸进出口的货物
            if dimension_of(self.grammar, self.tokens, index - 1)[0] == "region" and not is_way:
                self._take_word(index - 1, index + 1, "region")

    def _districts(self) -> None:
        """新吴区进出口…, 其中，滨湖区…: a district or town that a clause begins with, and that no list knows."""
        tokens, grammar = self.tokens, self.grammar
        for index, token in enumerate(tokens[:-1] if self.sentence.is_chinese else ()):
            follows = tokens[index + 1]
            goes_on = follows.is_a("flow", "and") or follows.period is not None or follows.kind == "enumeration"
            if token.text not in _DISTRICT_ENDS or token.names or not (goes_on or follows.text == "外贸"):
                continue
            first = index
            while first > 0 and index - first < _LONGEST_DISTRICT and self._is_in_district(first - 1):
                first -= 1
            before = tokens[first - 1] if first else None
            text = grammar.text.chars[tokens[first].start : token.end]
            is_start = before is None or before.kind in _BEFORE_DISTRICTS or before.is_a("among", "and")
            is_named = len(text) > 2 and not text.endswith(_NO_DISTRICTS) and text[0] not in _ANY_DISTRICT
            if is_start and is_named and not grammar.is_home(text):
                self._take_word(first, index + 1, "region")

    def _is_in_district(self, index: int) -> bool:
        """Whether a character may be part of the name of a district."""
        token = self.tokens[index]
        is_plain = token.kind == "word" or (token.kind == "phrase" and set(token.senses) == {"filler"})
        return is_plain and len(token.text) == 1 and is_chinese(token.text) and self.sentence.free(index)

    def _some_partners(self) -> None:
        """`exports to five African countries`: no list knows which."""
        for index in self.sentence.quantities():
            if is_part_of_partners(self.sentence, index, self.grammar.text.chars):
                self._take(index, index + 1, "partner")

    def _take(self, first: int, last: int, dimension: str = "", code: str = "") -> None:
        """Take the tokens from `first` to before `last` as one name."""
        self.spans[first] = (first, last)
        if dimension:
            self.dimensions[first] = dimension
        if code:
            self.codes[first] = code
        for cursor in range(first, last):
            self.sentence.spoken_for[cursor] = LONGER_NAME

    def _of_tradition(self, index: int) -> None:
        """`Non-traditional exports`: what a country has sold for long, and what it has not, are goods of their own."""
        tokens = self.tokens
        first = index - 1
        if self.sentence.is_chinese or first < 0 or tokens[first].text not in _TRADITIONAL:
            return
        first -= bool(first) and tokens[first - 1].text == "non"
        if all(self.sentence.free(cursor) for cursor in range(first, index)):
            self._take_word(first, index, "commodity")

    def _take_word(self, first: int, last: int, dimension: str) -> None:
        """Take tokens as a name that has no code, and that is certain."""
        start, end = self.grammar.text.span(self.tokens[first].start, self.tokens[last - 1].end)
        self._take(first, last, dimension)
        self.items[first] = Item(UNMAPPED, self.grammar.source[start:end], start, end, is_word=True)

    def _groups(self) -> None:
        """`EAC partner states`: a group that no list knows, with the noun for its members."""
        tokens, chars = self.tokens, self.grammar.text.chars
        for index, token in enumerate(tokens[:-1] if not self.sentence.is_chinese else ()):
            if ("partner", UNMAPPED) not in token.names or not self.sentence.free(index):
                continue
            start = tokens[index + 1].start
            ends = {one.end: at + 1 for at, one in enumerate(tokens[index + 1 : index + 4], index + 1)}
            found = [start + len(noun) for noun in _NOUNS_OF_MEMBERS if chars.startswith(noun, start)]
            last = max((ends[end] for end in found if end in ends), default=0)
            if last:
                self._take_word(index, last, "partner")

    def _rests_of_groups(self) -> None:
        """`imports from the rest of Asia`: what is left of a group is a partner of its own."""
        tokens = self.tokens
        for index, token in enumerate(tokens if not self.sentence.is_chinese else ()):
            before = index - 1 - (index > 1 and tokens[index - 1].text == "the")
            is_rest = before > 0 and (tokens[before - 1].text, tokens[before].text) == ("rest", "of")
            if not is_rest or not token.names or not self.sentence.free(index):
                continue
            dimension, code = dimension_of(self.grammar, tokens, index)
            if dimension == "partner" and code != "WORLD" and not self.grammar.codes.is_country(code):
                self._take_word(before - 1, index + 1, "partner")

    def _others_of_groups(self) -> None:
        """“一带一路”其他国家: those of a group that were not named before it."""
        tokens = self.tokens
        for index, token in enumerate(tokens if self.sentence.is_chinese else ()):
            if not token.names or not self.sentence.free(index):
                continue
            found = next((one for one in _OTHER_MEMBERS if self.grammar.text.chars.startswith(one, token.end)), "")
            ends = {one.end: at + 1 for at, one in enumerate(tokens[index + 1 : index + 7], index + 1)}
            last = ends.get(token.end + len(found), 0) if found else 0
            if last and dimension_of(self.grammar, tokens, index)[0] == "partner":
                self._take_word(index, last, "partner")

    def _unknown_after(self, index: int) -> None:
        tokens, sentence = self.tokens, self.sentence
        first = index + 1
        if not sentence.is_chinese:
            if first >= len(tokens) or tokens[first].text != "of":
                return
            first += 1
        elif first < len(tokens) and dimension_of(self.grammar, tokens, first)[0] == "partner":
            first += 1  # 进口蒙古国原煤38万吨
        last = first
        while last < len(tokens) and (
            self._is_unknown_word(last)
            or (
                not sentence.is_chinese
                and last > first
                and tokens[first].kind == "word"
                and (
                    tokens[last].is_a("and")
                    or (bool(tokens[last].names) and dimension_of(self.grammar, tokens, last)[0] == "commodity")
                )
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
        is_short = width < 2 and not (last < len(tokens) and tokens[last].quantity is not None)  # but 进口煤3亿吨
        if sentence.is_chinese and (
            is_short
            or not (
                last < len(tokens)
                and (
                    tokens[last].quantity is not None
                    or tokens[last].is_a("rise", "fall", "to", "respectively", "and")
                    or tokens[last].kind == "enumeration"
                )
            )
        ):
            return
        if width > 50:
            return
        self.spans[first] = (first, last)
        if tokens[first - 1].names:
            self.dimensions[first] = "commodity"  # and no second partner

    def _compounds(self) -> None:
        """电脑硬盘, `computer hard drives`: goods right before a word for goods are one name with it."""
        tokens, grammar = self.tokens, self.grammar
        for index, token in enumerate(tokens[1:], 1):
            before = tokens[index - 1]
            if before.text == "制" and token.names and index > 1 and tokens[index - 2].names:
                self._take_made_of(index)
                continue
            if before.text == "for" and index > 1 and self._are_goods_for(index):
                self._take_word(index - 2, index + 1, "commodity")  # raw materials for chemicals
                continue
            if ("commodity", UNMAPPED) not in token.names or not before.names or before.senses:
                continue
            is_joined = token.start - before.end <= (0 if self.sentence.is_chinese else 1)
            if not is_joined or dimension_of(grammar, tokens, index - 1)[0] != "commodity":
                continue
            if self.sentence.free(index) and self.sentence.free(index - 1):
                self._take_word(index - 1, index + 1, "commodity")

    def _are_goods_for(self, index: int) -> bool:
        """Whether goods are told by what they are for: `Imports of raw materials for chemicals`."""
        places = (index - 2, index)
        is_free = all(self.sentence.free(at) for at in (index - 2, index - 1, index))
        return is_free and all(dimension_of(self.grammar, self.tokens, at)[0] == "commodity" for at in places)

    def _take_made_of(self, index: int) -> None:
        """黄金制首饰: goods made of others are one name."""
        tokens, grammar = self.tokens, self.grammar
        if any(dimension_of(grammar, tokens, at)[0] != "commodity" for at in (index - 2, index)):
            return
        start, end = grammar.text.span(tokens[index - 2].start, tokens[index].end)
        stated = grammar.source[start:end]
        code = grammar.codes.resolve("commodity", stated, region_id=grammar.region_id)
        self._take(index - 2, index + 1, "commodity", code)
        self.items[index - 2] = Item(code, stated, start, end, is_word=True)

    def _with_parts(self) -> None:
        """电话机及其零件, `phones and their parts`: goods with what belongs to them are one name."""
        tokens, grammar = self.tokens, self.grammar
        longer = {end - 1: first for first, (_, end) in self.spans.items()}
        for index, token in enumerate(tokens[:-2]):
            is_free = self.sentence.free(index) or index in longer
            if not token.names or not tokens[index + 1].is_a("and") or not is_free:
                continue
            behind = index + 2
            while behind < len(tokens) and tokens[behind].text in _OF_THE_SAME:
                behind += 1
            last = self._end_of_parts(index + 2) or self._end_of_parts(behind)
            if not last:
                continue
            if dimension_of(grammar, tokens, index)[0] != "commodity":
                continue
            first = longer.get(index, index)  # pulp paper and related products
            start, end = grammar.text.span(tokens[first].start, tokens[last - 1].end)
            stated = grammar.source[start:end]
            code = grammar.codes.resolve("commodity", stated, region_id=grammar.region_id)
            for inner in range(first, last):
                self.spans.pop(inner, None)
            self._take(first, last, "commodity", code)
            self.items[first] = Item(code, stated, start, end, is_word=True)

    def _end_of_parts(self, first: int) -> int:
        """The token after a word for the parts of goods that begins at a token; 0 where none does."""
        if first >= len(self.tokens):
            return 0
        start, chars = self.tokens[first].start, self.grammar.text.chars
        ends = {token.end: at + 1 for at, token in enumerate(self.tokens[first : first + 5], first)}
        found = [start + len(part) for part in _PARTS_OF_GOODS if chars.startswith(part, start)]
        return max((ends[end] for end in found if end in ends), default=0)

    def _others_than(self) -> None:
        """`Non-crude oil exports`, `non-oil products`: all goods but those; 非欧盟国家: all partners but those."""
        tokens = self.tokens
        for index, token in enumerate(tokens[1:], 1):
            if tokens[index - 1].text == "非" and token.names and self.sentence.free(index):
                if dimension_of(self.grammar, tokens, index)[0] == "partner":
                    self._take_word(index - 1, index + 1, "partner")
                continue
            if tokens[index - 1].text != "non" or not token.names or not self.sentence.free(index):
                continue
            last = index + 1
            while last < len(tokens) and last < index + 3 and tokens[last].text in _GENERAL_GOODS:
                last += 1
            if last < len(tokens) and tokens[last].kind == "comma":
                continue  # among the non-textile items, …
            self._take_word(index - 1, last, "commodity")

    def _outside(self) -> None:
        """`EU countries outside the euro area`, `countries outside the European Union`: partners of their own."""
        tokens, grammar = self.tokens, self.grammar
        for index, token in enumerate(tokens):
            if (
                token.text.removesuffix(" the") not in _OTHER_THAN
                or not index
                or tokens[index - 1].text not in _MEMBERS
            ):
                continue
            last = index + 1
            while last < len(tokens) and tokens[last].text == "the":
                last += 1
            if last >= len(tokens) or not tokens[last].names or dimension_of(grammar, tokens, last)[0] != "partner":
                continue
            first = index - 1
            while first > 0 and (tokens[first - 1].text == "member" or tokens[first - 1].names):
                first -= 1
            if all(self.sentence.free(cursor) for cursor in range(first, last + 1)):
                self._take_word(first, last + 1, "partner")

    def _but_for(self) -> None:
        """东盟以外的国家, 大中华地区以外的一带一路国家: what is left of a list is a name of its own."""
        tokens = self.tokens
        for index in range(2, len(tokens) - 1):
            if tokens[index].text != "外" or tokens[index - 1].text not in ("以", "之"):
                continue
            what = index + 1
            while what < len(tokens) - 1 and tokens[what].is_a("filler") and not tokens[what].is_a("header_dimension"):
                what += 1
            dimension = dimension_of(self.grammar, tokens, what)[0] or tokens[what].senses.get("header_dimension", "")
            if dimension == "region":  # 地区
                dimension = "partner"
            first = index - 1
            while first > 0 and self._may_be_left_out(first - 1):
                first -= 1
            first += tokens[first].is_a("and")  # 与东盟以外的国家
            if dimension and first < index - 1:
                self._take_word(first, what + 1, dimension)

    def _without_goods(self) -> None:
        """`imports of goods, excluding diamonds`, `Excluding oil products, exports …`: a name of its own."""
        tokens = self.tokens
        for index, token in enumerate(tokens if not self.sentence.is_chinese else ()):
            if token.text.removesuffix(" the") not in _EXCLUDING:
                continue
            last = first = index + 1
            while last < len(tokens) and (tokens[last].may_name("commodity") or tokens[last].is_a("and", "filler")):
                last += 1
            while last > first and not tokens[last - 1].names:
                last -= 1
            if last == first or not all(self.sentence.free(cursor) for cursor in range(index, last)):
                continue
            before = index - 1
            while before > 0 and (tokens[before].kind == "comma" or tokens[before].text in _GENERAL_GOODS):
                before -= 1
            is_behind = before >= 0 and (tokens[before].is_a("flow") or tokens[before].text in _THAT)
            opens = index == 0 or tokens[index - 1].kind in BOUNDARIES or tokens[index - 1].is_a("and")
            if is_behind or (opens and any(one.is_a("flow", "rise", "fall") for one in tokens[last : last + 4])):
                self._take_word(index, last, "commodity")

    def _may_be_left_out(self, index: int) -> bool:
        """Whether a token may be part of what stands before 以外."""
        token = self.tokens[index]
        is_named = bool(token.names) and dimension_of(self.grammar, self.tokens, index)[0] != "region"
        is_part = is_named or token.kind in ("word", "enumeration") or token.is_a("and", "header_dimension")
        return self.sentence.free(index) and is_part and not token.is_a("flow")

    def _extended_names(self) -> None:
        """A Chinese name inside a longer word that no list knows is that word: 电动机 in 电动机械."""
        tokens = self.tokens
        for index, token in enumerate(tokens):
            if not token.names or not self.sentence.free(index):
                continue
            if dimension_of(self.grammar, tokens, index)[0] != "commodity":
                continue
            if not is_chinese(token.text[0]):
                self._extended_in_english(index)
                continue
            first, last = index, index + 1
            while last < len(tokens) and last - index < 6 and _is_part_of_word(tokens[last]):
                last += 1
            ends = tokens[last] if last < len(tokens) else None
            if ends is None or not (
                ends.quantity is not None
                or ends.is_a("flow", "and", "measure", "rise", "fall", "respectively")
                or ends.kind in ("enumeration", "open")
            ):
                last = index + 1
            while first > 0 and index - first < 6 and _is_part_of_word(tokens[first - 1]):
                first -= 1
            if index and tokens[index - 1].text in _OTHER_THAN:
                self._take(index - 1, last)
                continue
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
                self._take(first, last)

    def _extended_in_english(self, index: int) -> None:
        """`Textile group exports`, `cotton cloth`: a name and the words right after it, before a flow or a number."""
        tokens = self.tokens
        last = index + 1
        while last < len(tokens) and last - index < 3 and tokens[last].kind == "word" and len(tokens[last].text) > 2:
            if tokens[last].text in _DELIVERIES or tokens[last].text in _TRADERS or self._begins_predicate(last):
                break  # gold sales, the coal exporters, oil "notably recovered"
            last += 1
        is_object = last < len(tokens) and (tokens[last].quantity is not None or tokens[last].is_a("flow"))
        if is_object and tokens[last - 1].text.endswith("ed"):
            last -= 1  # a verb: `garments fetched 3 billion`, `machinery dominated exports`
        if last == index + 1 or last >= len(tokens):
            return
        ends = tokens[last]
        is_plural = tokens[last - 1].text.endswith("s") and not tokens[last - 1].text.endswith("ss")
        goes_on = ends.quantity is not None or ends.is_a("flow", "rise", "fall") or ends.kind == "open"
        if goes_on or (is_plural and (ends.kind in BOUNDARIES or ends.is_a("and"))):  # no verb: it would be in the past
            self._take(index, last)

    def _begins_predicate(self, index: int) -> bool:
        """Whether an adverb, or what stands in quotation marks, begins at a token, so that a name ends before it."""
        word = self.sentence.tokens[index]
        between = self.grammar.text.chars[self.sentence.tokens[index - 1].end : word.start]
        return '"' in between or (word.text.endswith("ly") and not word.text.endswith(_NOUNS_IN_LY))

    def _english_name_before(self, index: int) -> None:
        """`Coffee exports`, `palm oil purchases`: the words right before the flow that are neither names nor small."""
        tokens = self.tokens
        first = index
        while (
            first > 0
            and first > index - 4
            and tokens[first - 1].kind == "word"
            and len(tokens[first - 1].text) > 2
            and tokens[first - 1].text not in _NO_PARTS_OF_NAMES
            and self.sentence.free(first - 1)
        ):
            first -= 1
        before = tokens[first - 1] if first else None
        if first == index or tokens[index].text not in _FLOW_WORDS:
            return
        if before is None or (
            not before.names
            and (
                before.kind in BOUNDARIES
                or before.is_a("and", "while", "among", "of", "filler")
                or before.period is not None
                or before.kind == "possessive"
            )
        ):
            self.spans[first] = (first, index)

    def _unknown_before(self, index: int) -> None:
        tokens, sentence = self.tokens, self.sentence
        if not sentence.is_chinese:
            self._english_name_before(index)
            return
        if self._partner_before(index):
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
            or before.may_name("region")  # 青海冬虫夏草出口
        )
        is_word = width == 1 and self._is_goods(first, index)  # ；煤进口4348万吨
        if (2 <= width <= 12 or is_word) and starts_clause:
            self.spans[first] = (first, index)

    def _partner_before(self, index: int) -> bool:
        """对传统市场出口: what stands between a preposition and the flow is a partner."""
        tokens = self.tokens
        first = index
        while first > 0 and tokens[first - 1].text not in _BEFORE_PARTNERS and self._is_unknown_word(first - 1):
            first -= 1
        if first == index or not first or tokens[first - 1].text not in _BEFORE_PARTNERS:
            self._partner_in_other_words(index)
            return False
        if tokens[first].text in _ANY_MARKET or not 3 <= tokens[index - 1].end - tokens[first].start <= 12:
            return False
        self._take(first, index, "partner")
        return True

    def _partner_in_other_words(self, index: int) -> None:
        """对第三方市场出口: between the preposition and the flow stand words that name no partner that is known."""
        tokens, words_between = self.tokens, 0
        for first in range(index - 1, max(-1, index - 8), -1):
            token = tokens[first]
            if token.names or token.kind in BOUNDARIES or token.quantity is not None or token.is_a("flow", "anaphor"):
                return
            if token.text in _BEFORE_PARTNERS and words_between > 2:
                if tokens[first + 1].text not in _ANY_MARKET:
                    self.doubt = self.doubt or "which partner is meant is not known"
                return
            words_between += len(token.text)

    def _shared_heads(self) -> None:
        """`Labor-intensive and electromechanical products`: the noun said once belongs to both."""
        tokens, grammar = self.tokens, self.grammar
        if self.sentence.is_chinese:
            self._shared_chinese_heads()
            return
        for index, token in enumerate(tokens):
            if index < 2 or not token.names or tokens[index - 1].text != "and" or tokens[index - 2].names:
                continue
            dimension = dimension_of(self.grammar, self.tokens, index)[0]
            if dimension not in ("commodity", "ownership", "region"):
                continue
            head = token.text.rsplit(" ", 1)[-1]
            for first in range(max(0, index - 4), index - 1):
                start, end = grammar.text.span(tokens[first].start, tokens[index - 2].end)
                stated = grammar.source[start:end]
                code = grammar.codes.resolve(dimension, f"{stated} {head}", region_id=grammar.region_id)
                if code != UNMAPPED and all(self.sentence.free(cursor) for cursor in range(first, index - 1)):
                    if dimension == "commodity" and tokens[index + 1 : index + 2] and tokens[index + 1].kind == "open":
                        self._take_goods(first, index + 1, {code, dimension_of(grammar, tokens, index)[1]})
                        break  # chemical and pharmaceutical products (+5.8%)
                    self._take(first, index - 1, dimension, code)
                    self._shared_before(first, dimension, head)
                    break

    def _shared_before(self, index: int, dimension: str, head: str) -> None:
        """The first names of `private, state-owned and foreign-invested enterprises`."""
        tokens, grammar = self.tokens, self.grammar
        while index > 1 and tokens[index - 1].kind == "comma":
            for first in range(max(0, index - 4), index - 1):
                start, end = grammar.text.span(tokens[first].start, tokens[index - 2].end)
                stated = f"{grammar.source[start:end]} {head}"
                code = grammar.codes.resolve(dimension, stated, region_id=grammar.region_id)
                if code != UNMAPPED and all(self.sentence.free(cursor) for cursor in range(first, index - 1)):
                    self._take(first, index - 1, dimension, code)
                    index = first
                    break
            else:
                return

    def _shared_chinese_heads(self) -> None:
        """集体和民营企业: the noun said once belongs to both."""
        tokens, grammar = self.tokens, self.grammar
        for index, token in enumerate(tokens):
            if index < 2 or not token.names or not (tokens[index - 1].is_a("and") or tokens[index - 1].text == "、"):
                continue
            dimension = dimension_of(grammar, tokens, index)[0]
            if dimension != "ownership":
                continue
            first = index - 1
            while (
                first > 0 and first > index - 6 and self._is_unknown_word(first - 1) and self.sentence.free(first - 1)
            ):
                first -= 1
            for start in range(first, index - 1):
                stated = grammar.source[
                    grammar.text.offsets[tokens[start].start] : grammar.text.offsets[tokens[index - 1].start]
                ]
                code = grammar.codes.resolve(dimension, stated + token.text[-2:], region_id=grammar.region_id)
                if code != UNMAPPED:
                    self._take(start, index - 1, dimension, code)
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
            while first < index and (tokens[first].is_a("filler") or tokens[first].text in _BEFORE_LISTED):
                first += 1
            before = tokens[first - 1] if first else None
            if first == index or not any(one.kind == "word" for one in tokens[first:index]):
                continue
            listed = before is not None and (
                before.kind in ("semicolon", "enumeration", "comma", "colon")
                or before.is_a("and")
                or before.text in _BEFORE_LISTED
            )
            width = tokens[index - 1].end - tokens[first].start
            following = tokens[index + 1].quantity
            is_money = following is not None and following.unit_kind == "money"
            if listed and (token.kind == "dash" or self.sentence.is_chinese or is_money) and 2 <= width <= 40:
                self.spans[first] = (first, index)

    def _listed_with_parentheses(self) -> None:
        """`were textiles and footwear (6.7%), fuels (3.7%) and metals (2.8%)`: all that stands before each.

        Two numbers in parentheses, or behind dashes, make a list, whose members are goods; one word that is known stays
        as it is.
        """
        tokens = self.tokens
        opens = [
            at
            for at, token in enumerate(tokens[:-2] if not self.sentence.is_chinese else ())
            if tokens[at + 1].quantity is not None
            and (token.kind == "dash" or (token.kind == "open" and tokens[at + 2].kind == "close"))
        ]
        self._take_listed([(self._start_of_listed(at), at) for at in opens])

    def _listed_with_amounts(self) -> None:
        """`completed by: coconut oil, $26.95 million; cathodes, of refined copper, $20 million`: likewise.

        So is an item of a list: `• Wood, cork & articles thereof [HS 44-46], down $23.6 million`.
        """
        tokens, found = self.tokens, []
        is_item = self.sentence.is_item and self.grammar.heading is not None
        for index in self.sentence.quantities() if not self.sentence.is_chinese else ():
            quantity, last = tokens[index].quantity, self._end_before_amount(index)
            first = last
            while first > 0 and tokens[first - 1].kind not in ("semicolon", "colon") and not tokens[first - 1].quantity:
                first -= 1
            while first < last and (tokens[first].kind == "mark" or tokens[first].is_a("and")):
                first += 1
            begins = first > 0 and (tokens[first - 1].kind in ("semicolon", "colon") or tokens[first - 1].is_a("and"))
            is_amount = quantity is not None and quantity.unit_kind in ("money", "physical", "percent")
            if is_amount and (begins or is_item) and 0 < first < last and not self._says_anything(first, last):
                found.append((first, last))
        self._take_listed(found, is_item=is_item)

    def _end_before_amount(self, index: int) -> int:
        """Where a name ends that stands before `, $5 million`, `[HS 44-46], down $23.6 million`; 0 where none does."""
        tokens, last = self.tokens, index - 1
        while last > 0 and (tokens[last].is_a("qualifier", "rise", "fall") and tokens[last].quantity is None):
            last -= 1
        if last <= 0 or tokens[last].kind != "comma":
            return 0
        if tokens[last - 1].kind == "close":
            return next((at for at in range(last - 1, -1, -1) if tokens[at].kind == "open"), 0)
        return last

    def _says_anything(self, first: int, last: int) -> bool:
        """Whether words tell of something and are no mere name: a verb, or a flow that is not part of a title."""
        cased = self.grammar.text.cased
        return any(
            (token.is_a("rise", "fall", "be", "share", "while", "versus") and token.text not in _BEFORE_LISTED)
            or (token.is_a("flow") and not cased[token.start].isupper())
            for token in self.tokens[first:last]
        )

    def _take_listed(self, ranges: list[tuple[int, int]], *, is_item: bool = False) -> None:
        """Take the members of a list of goods as their names, each from its first token to before its last.

        `is_item`: the sentence is one member of a list with a heading.
        """
        kinds_of = {
            (first, last): {dimension_of(self.grammar, self.tokens, index)[0] for index in range(first, last)} - {""}
            for first, last in ranges
        }
        kinds_of_list = set().union(*kinds_of.values())
        is_of_goods = (len(ranges) > 1 and kinds_of_list == {"commodity"}) or (
            is_item and kinds_of_list <= {"commodity"}
        )
        for (first, last), kinds in kinds_of.items() if is_of_goods else ():
            is_free = all(map(self.sentence.free, range(first, last)))
            is_goods = kinds <= {"commodity"} and self._are_goods(first, last)
            if first and first < last - 1 and is_free and is_goods:
                self._take_goods(first, last)

    def _are_goods(self, first: int, last: int) -> bool:
        """Whether words may be a name of goods: a preposition in it stands behind a noun; not "ahead of …"."""
        tokens = self.tokens
        if not any(token.kind == "word" or token.names for token in tokens[first:last]):
            return False
        return all(
            at > first and (tokens[at - 1].names or self._is_noun_or_participle(first, at - 1))
            for at in range(first, last)
            if tokens[at].text in _IN_NAMES_OF_GOODS
        )

    def _is_noun_or_participle(self, first: int, index: int) -> bool:
        """Whether a word may stand before a preposition in the name that begins at `first`: sets used in vehicles."""
        token = self.tokens[index]
        is_participle = token.text.endswith("ed") and index > first
        is_noun = self._may_be_named(index) or token.is_a("other_noun", "header_dimension")
        return token.text not in _IDLE and (is_participle or is_noun or token.kind == "comma")

    def _take_goods(self, first: int, last: int, codes: set[str] | None = None) -> None:
        """Take tokens as goods that are certain: one name of the lists, several of them together, or a name without.

        `codes`: those of several, where the names do not say them one by one.
        """
        grammar, within = self.grammar, self.tokens[first:last]
        start, end = grammar.text.span(within[0].start, within[-1].end)
        stated = grammar.source[start:end]
        code = grammar.codes.resolve("commodity", stated, region_id=grammar.region_id)
        named = [at for at in range(first, last) if self.tokens[at].names]
        is_plain = all(token.names or token.kind == "comma" or token.is_a("and") for token in within)
        if code == UNMAPPED and codes:
            code = UNMAPPED if UNMAPPED in codes else JOINT.join(sorted(codes))
        elif code == UNMAPPED and is_plain and len(named) > 1:
            codes = {dimension_of(grammar, self.tokens, at)[1] for at in named}
            code = UNMAPPED if UNMAPPED in codes else JOINT.join(sorted(codes))
        for inner in range(first, last):
            self.spans.pop(inner, None)
        self._take(first, last, "commodity", code)
        self.items[first] = Item(code, stated, start, end, is_word=True)

    def _start_of_listed(self, index: int) -> int:
        """Where the name before a parenthesis begins; 0 where a verb, a flow or a preposition stands in it.

        Behind another number in parentheses, or a colon, all of it is the name; the first of a list begins at a word.
        """
        tokens, first, start = self.tokens, index, 0
        while first > 0 and tokens[first - 1].period is None:
            before = tokens[first - 1]
            if before.is_a(*_NO_PARTS_OF_LISTED) and before.text not in _BEFORE_LISTED:
                break
            is_mark = before.kind in ("semicolon", "comma") or before.is_a("and")
            is_behind = first > 1 and (
                tokens[first - 2].kind == "close" or (tokens[index].kind == "dash" and tokens[first - 2].quantity)
            )
            if before.kind in ("colon", "close") or (is_mark and is_behind):
                first += first < index and tokens[first].is_a("and")
                return first + (tokens[first].text in _BEFORE_LISTED)
            start = start or (first if before.text in _BEFORE_LISTED else 0)
            if before.quantity is not None or before.text in _TOWARDS:
                return start
            first -= 1
        return start or (first if first and tokens[first - 1].is_a("be") else 0)

    def _unknown_before_an_amount(self) -> None:
        """`of which basmati $476 million`, `and Astana $19 billion`, `; beans, 14.6 thousand tonnes`."""
        tokens = self.tokens
        for index in self.sentence.quantities():
            quantity = tokens[index].quantity
            if quantity is None or quantity.unit_kind not in ("money", "physical") or self.sentence.is_set_aside(index):
                continue
            if self.sentence.is_chinese:
                self._goods_at_clause_start(index)
                continue
            last = index
            while last > 0 and (tokens[last - 1].is_a("qualifier") or tokens[last - 1].text in ("with", "at", "for")):
                last -= 1
            has_comma = last > 0 and tokens[last - 1].kind == "comma"
            last -= has_comma
            first = last
            while first > 0 and first > last - 3 and self._may_be_named(first - 1):
                first -= 1
            before = tokens[first - 1] if first else None
            if first == last or before is None or first in self.spans:
                continue
            if before.kind in ("semicolon", "colon") or (
                not has_comma and (before.is_a("among", "and") or before.kind == "comma")
            ):
                self.spans[first] = (first, last)

    def _goods_at_clause_start(self, index: int) -> None:
        """`；煤2.05亿吨`: all that stands between the start of a clause and an amount."""
        tokens = self.tokens
        first = index
        while first > 0 and tokens[first - 1].kind == "word" and self.sentence.free(first - 1):
            first -= 1
        if first == index or first in self.spans or not is_chinese(tokens[first].text[0]):
            return
        before = tokens[first - 1] if first else None
        if before is not None and before.kind not in BOUNDARIES:
            return
        if self._is_goods(first, index):
            self.spans[first] = (first, index)

    def _is_goods(self, first: int, last: int) -> bool:
        """Whether a few characters are goods of the code lists: 煤."""
        text = "".join(token.text for token in self.tokens[first:last])
        code = self.grammar.codes.resolve("commodity", text, region_id=self.grammar.region_id)
        return len(text) <= _LONGEST_GOODS and code != UNMAPPED

    def _may_be_named(self, index: int) -> bool:
        token = self.tokens[index]
        is_verb = token.text.endswith(("ed", "ing", "ly")) or token.text in _NO_PARTS_OF_NAMES
        return _is_content(token) and not is_verb and self.sentence.free(index)

    def _unknown_between(self) -> None:
        """An item in a list of names that is no name itself."""
        tokens = self.tokens
        name_at = [index for index, token in enumerate(tokens) if token.names and self.sentence.free(index)]
        for left in name_at:
            dimension = dimension_of(self.grammar, self.tokens, left)[0]
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
                or (self.sentence.is_chinese and (ends.is_a("and", "flow", "respectively") or ends.text == "等"))
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
                    self.spans[first] = (first, last)

    def _unknown_first(self) -> None:
        """娱乐场用品、香水则减少…: the first of a list, where only the second is known."""
        tokens = self.tokens
        for index, token in enumerate(tokens):
            if index < 2 or not token.names or tokens[index - 1].text != "、" or tokens[index - 2].names:
                continue
            if not self.sentence.free(index) or dimension_of(self.grammar, tokens, index)[0] != "commodity":
                continue
            first = index - 1
            while first > 0 and self._is_unknown_word(first - 1) and self.sentence.free(first - 1):
                first -= 1
            width = tokens[index - 2].end - tokens[first].start if first < index - 1 else 0
            is_start = first == 0 or tokens[first - 1].kind in BOUNDARIES or tokens[first - 1].is_a("among")
            if 2 <= width <= 12 and is_start and first not in self.spans:
                self.spans[first] = (first, index - 1)
                self.dimensions[first] = "commodity"

    def _examples(self) -> None:
        """`communication equipment such as telephones`: what the examples are of is the name, and they are none."""
        tokens = self.tokens
        if self.sentence.is_chinese:
            return
        for index, token in enumerate(tokens):
            if token.text != "such as" or not index:
                continue
            first = index
            while (
                first > 0 and first > index - 4 and self._is_unknown_word(first - 1) and self.sentence.free(first - 1)
            ):
                first -= 1
            while first < index and tokens[first].is_a("filler"):
                first += 1
            if first == index:
                continue
            self._take(first, index, "commodity")
            last = index
            while last < len(tokens) and (
                tokens[last].names or tokens[last].is_a("and", "or") or tokens[last].kind in ("word", "comma")
            ):
                last += 1
            self.sentence.claim(index, last, "example")

    def _doubtful_names(self) -> None:
        """`ores of precious metals`, `agro-forestry and fishery products`: a name may be the end of a longer one."""
        tokens = self.tokens
        if self.sentence.is_chinese:
            self._doubtful_chinese_places()
            return
        for index, token in enumerate(tokens):
            if not index or not token.names or not self.sentence.free(index):
                continue
            if self._is_excluded(index):
                self.doubtful.add(index)
            if dimension_of(self.grammar, tokens, index)[0] != "commodity":
                continue
            if longer := self._with_words_beside(index):
                self.longer[index] = longer
            if index < 2:
                continue
            before, link = tokens[index - 2], tokens[index - 1]
            if link.text == "other":
                self.doubtful.add(index)  # face masks and other textiles: those but what was named
            if link.text not in ("of", "and") or not self.sentence.free(index - 2) or not _is_content(before):
                continue
            if link.text == "of" and before.text in _AMOUNTS:
                continue
            if link.text == "and" and index - 2 in self._ends_of_spans():
                continue
            self.doubtful.add(index)

    def _with_words_beside(self, index: int) -> tuple[int, int] | None:
        """Where English goods begin and end with the words beside them that may be part of their name; None for none.

        `classical toys`, `light rare earths`, `parts of portable computers`; `palm oil-based goods`, `copper ores and
        concentrates`.
        """
        tokens, first, last = self.tokens, index, self._end_of_goods(index)
        while first > 0 and index - first < _WORDS_BEFORE_GOODS and self._may_narrow(first - 1, first):
            first -= 1
        if first > 1 and tokens[first - 1].kind == "word" and self._is_hyphened(first - 1):
            first -= 2  # cocoa-containing foods
        if first > 1 and tokens[first - 1].text in ("of", "for") and tokens[first - 2].text in _NOUNS_BEFORE_GOODS:
            first -= 2
        if (first, last) == (index, index):
            return None
        return self.grammar.text.span(tokens[first].start, tokens[last].end)

    def _end_of_goods(self, index: int) -> int:
        """The last token of a name of English goods: behind `-based`, and behind "and" the noun that ends a clause.

        `electrical and electronic components`, `rubber finished products`.
        """
        tokens = self.tokens
        behind = tokens[index + 1 : index + 4]
        if behind and behind[0].kind == "word" and behind[0].text in _NOUNS_BEFORE_GOODS:
            return index + 1
        if len(behind) < 2:
            return index
        if behind[0].kind == "word" and behind[0].text in _ADJECTIVES_OF_GOODS and behind[1].is_a("header_dimension"):
            return index + 2
        if self._is_hyphened(index + 1) and behind[0].kind == "word":
            is_goods = behind[1].kind == "word" or behind[1].is_a("header_dimension") or bool(behind[1].names)
            return index + 2 if is_goods else index
        joins = behind[0].is_a("and") and behind[0].text in ("and", "&")
        is_noun = behind[1].kind == "word" or behind[1].is_a("header_dimension", "other_noun")
        ends = len(behind) > 2 and (behind[2].is_a("rise", "fall", "be", "to") or behind[2].quantity is not None)
        is_plural = behind[1].text.endswith("s") and behind[1].text not in _NO_PARTS_OF_NAMES
        return index + 2 if joins and is_noun and is_plural and ends else index

    def _may_narrow(self, index: int, behind: int) -> bool:
        """Whether an unknown word right before another may be part of one name with it; not an "-ing" form."""
        token = self.tokens[index]
        is_joined = token.end + 1 == self.tokens[behind].start
        is_word = (token.is_unknown and not token.text.endswith("ing")) or token.text in _ADJECTIVES_OF_GOODS
        return is_word and is_joined and self.sentence.free(index)

    def _is_excluded(self, index: int) -> bool:
        """`countries outside the European Union`, `EU members outside …`: the name bounds another one."""
        tokens = self.tokens
        before = index - 1
        while before > 0 and tokens[before].text in ("the", "for", "of"):
            before -= 1
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        says_two = before > 0 and f"{tokens[before - 1].text} {tokens[before].text}" in _OTHER_THAN
        return says_two or tokens[before].text in _OTHER_THAN or after in _OTHER_THAN

    def _doubtful_chinese_places(self) -> None:
        """泛珠三角九省: a place with a word before it or a count behind it is another one."""
        tokens = self.tokens
        for index, token in enumerate(tokens):
            if not token.names or dimension_of(self.grammar, tokens, index)[0] not in ("region", "partner"):
                continue
            before = tokens[index - 1] if index else None
            if before is not None and before.text in _WIDER:
                self.doubtful.add(index)
            if self.grammar.text.chars.startswith(_PARTS_BY_DIRECTION, token.end):
                self.doubt = self.doubt or _WHICH_PART  # 新疆南部地区口岸

    def _ends_of_spans(self) -> set[int]:
        return {last - 1 for _, last in self.spans.values()}

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
        return set(token.senses) <= _SENSES_IN_NAMES and token.text not in _NO_PARTS_OF_NAMES
