"""Names in their place: which list a name belongs to there, and what it says beside its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.figures import UNMAPPED
from orchestration.releases.lexicon import words, words_with_values
from orchestration.releases.subjects import Item
from orchestration.releases.tokens import Token

if TYPE_CHECKING:
    from orchestration.releases.grammar import Grammar

_OBJECT_PREPOSITIONS = frozenset(words("object_preposition"))
#: Customs areas of their own, which the nation's customs have as partners.
_APART_FROM_THE_MAINLAND = frozenset({"CN-HK", "CN-MO", "CN-TW"})
#: What stands before a partner in one character, and in one phrase with it.
_BEFORE_SHORT_PARTNER = frozenset("对自从与向由")
_PARTNERS_BEHIND = words("partners_behind")
_DIRECTIONS = frozenset(words("direction"))
_AREAS_OF_UNION = frozenset(words("area_of_union"))
#: What "units" are, by a word of the goods.
UNITS_OF_GOODS = dict(words_with_values("unit_of_goods"))
_MEMBERS = frozenset(words("member"))
#: Before the members of a group of which the one who reports is one.
REST_OF_GROUP = words("rest_of_group")
#: Words between a number and the goods that it counts: 12,400 imported passenger cars.
_WORDS_BEFORE_COUNTED_GOODS = 3
_FLOW_PARTS = tuple((word, flow) for flow in ("export", "import") for word in words("flow_part", flow))


def dimension_of(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str, str]:
    """The list that a name belongs to where it stands, and its code there; ("", "") for what is no name."""
    pairs = dict(tokens[index].names)
    if pairs.get("partner") == grammar.region_id:
        is_part = index > 0 and tokens[index - 1].text in _DIRECTIONS
        return "region", UNMAPPED if is_part else grammar.region_id  # Western Australia
    if grammar.region_id == "EU" and tokens[index].text in _AREAS_OF_UNION and "partner" in pairs:
        return "region", UNMAPPED  # a part of the one who reports; to others it is a partner
    if len(pairs) == 1:
        dimension, code = next(iter(pairs.items()))
        if dimension == "region" and code == "CHN" and not grammar.is_chinese_reporter:
            return "", ""  # "the country" of another than China
        if (
            dimension == "region"
            and code in grammar.codes.countries
            and code != grammar.region_id
            and not grammar.region_id.startswith("CN")
            and code != "CHN"
        ):
            return "partner", code
        if dimension == "region" and code.startswith("CN-") and not grammar.is_chinese_reporter:
            return "partner", UNMAPPED
        if dimension == "region" and code.endswith("-FTZ") and _names_partners(tokens, index):
            return "partner", UNMAPPED  # 自贸区市场: those with whom there is free trade
        own = () if grammar.is_apart else grammar.codes.containing_regions(grammar.region_id)
        if dimension == "partner" and code in own:
            return "region", code  # "the Chinese capital Beijing", which has no trade with China
        return dimension, code
    if "region" in pairs and "partner" in pairs:
        code = pairs["region"]
        if code == "CHN" and grammar.is_apart:
            return "partner", pairs["partner"]
        if grammar.region_id == "CHN" and code in _APART_FROM_THE_MAINLAND:
            return "partner", pairs["partner"]
        holders = grammar.codes.containing_regions(grammar.region_id)
        if code in holders or grammar.region_id in grammar.codes.containing_regions(code):
            is_object = index > 0 and tokens[index - 1].text in _OBJECT_PREPOSITIONS
            if not (is_object and code not in (grammar.region_id, "CHN")):
                return "region", code
        if code == "CHN" and grammar.is_chinese_reporter:
            return "region", code
        return "partner", pairs["partner"]
    if "region" in pairs and _is_listed_with_places(tokens, index):
        return "region", pairs["region"]  # 兰州、白银、嘉峪关: the city, not the metal
    for dimension in ("trade_mode", "ownership", "commodity", "partner", "region"):
        if dimension in pairs:
            return dimension, pairs[dimension]
    return "", ""


def _names_partners(tokens: list[Token], index: int) -> bool:
    """Whether what stands behind a name makes partners of it: 市场, 伙伴."""
    return index + 1 < len(tokens) and tokens[index + 1].text.startswith(_PARTNERS_BEHIND)


def goods_as_unit(grammar: Grammar, tokens: list[Token], number: int) -> tuple[str, str, int]:
    """The unit of the goods that stand behind a number, their code and their place; ("", "", 0) where none do.

    `53 aircraft`, `19.47 million new inflated rubber tires`.
    """
    at = number + 1
    last = min(len(tokens), at + _WORDS_BEFORE_COUNTED_GOODS)
    while at < last and (tokens[at].kind == "word" or set(tokens[at].senses) == {"filler"}):
        at += 1
    token = tokens[at] if at < len(tokens) else None
    unit = UNITS_OF_GOODS.get(token.text.rsplit(" ", 1)[-1], "") if token is not None and token.names else ""
    dimension, code = dimension_of(grammar, tokens, at) if unit else ("", "")
    return (unit, code, at) if dimension == "commodity" else ("", "", 0)


def _is_listed_with_places(tokens: list[Token], index: int) -> bool:
    """Whether a name stands in a list beside names that can only be places."""
    for step in (-1, 1):
        link, other = index + step, index + 2 * step
        if not 0 <= other < len(tokens) or not 0 <= link < len(tokens):
            continue
        is_link = tokens[link].is_a("and") or tokens[link].kind in ("enumeration", "comma")
        if is_link and tokens[other].names and all(list_name == "region" for list_name, _ in tokens[other].names):
            return True
    return False


def item_of(grammar: Grammar, token: Token, dimension: str, code: str) -> Item:
    """A name with its code, and the flow that it says itself: 加工贸易出口; without the preposition of 对俄."""
    is_behind_preposition = dimension == "partner" and token.text[0] in _BEFORE_SHORT_PARTNER  # 对俄
    start, end = grammar.text.span(token.start + is_behind_preposition, token.end)
    flow = ""
    if dimension in ("trade_mode", "commodity"):
        if "进出口" in token.text or "imports and exports" in token.text:
            flow = "total"
        elif "imported materials" not in token.text:
            for word, its_flow in _FLOW_PARTS:
                flow = its_flow if word in token.text else flow
        if code == "RE_EXPORTS" and grammar.is_apart:
            flow = "export"  # 轉口
    is_word = code == UNMAPPED and (dimension, UNMAPPED) in token.names
    return Item(code, grammar.source[start:end], start, end, flow, is_word)


def start_of_members(tokens: list[Token], index: int) -> int | None:
    """Where `partners in` and `the other 14 members of` begin, before a group at `index`; None where they do not."""
    first, before = index, index - 1
    if before >= 0 and tokens[before].text.endswith("个") and tokens[before].end == tokens[index].start:
        return before  # 四个金砖国家
    before -= before > 0 and tokens[before].text == "the"
    if before > 0 and tokens[before].text in ("in", "of") and tokens[before - 1].text.split(" ")[-1] in _MEMBERS:
        first = before - 1 - (before > 1 and tokens[before - 2].text == "member")
    is_counted = tokens[first].quantity is not None or (first > 0 and tokens[first - 1].quantity is not None)
    counted = first - (tokens[first].quantity is None) if is_counted else first
    if counted and tokens[counted - 1].text in REST_OF_GROUP:
        first = counted - 1
    elif first < index:
        first = counted
    return first if first < index else None
