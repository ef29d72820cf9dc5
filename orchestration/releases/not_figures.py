"""Ranks told from ordinals, and the numbers that no figure is about: durations, sizes of lists, counted things."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from orchestration.releases.lexicon import words
from orchestration.releases.numerals import Numeral
from orchestration.releases.sentences import BOUNDARIES, Sentence
from orchestration.releases.statements import Reading
from orchestration.releases.tokens import Quantity, Token

if TYPE_CHECKING:
    from orchestration.releases.grammar import Grammar

_RANK_PLACES = frozenset(words("rank_place"))
_RANK_CHANGES = frozenset(words("rank_change"))
_ORDINAL_SUFFIXES = frozenset(words("ordinal_suffix"))
_NUMBER_LABELS = frozenset(words("number_label"))
_OTHER_COUNTED = words("other_counted")
#: Behind an ordinal they make it no rank: the 39th year in a row.
_TIMES = frozenset(words("time_of_ordinal"))
#: What is counted of the parts of a whole: 14个地州市中有12个.
_COUNTED_PLACES = frozenset({"regions", "partners", "ports"})
#: Behind them and a number of countries those are traded with.
_BEFORE_PARTNERS = frozenset({"to", "with", "from"})
#: Nouns for the members of a group.
_NOUNS_OF_MEMBERS = words("noun_of_members")
_REST_OF_GROUP = frozenset(words("rest_of_group"))
_TIME_UNITS = frozenset({"hour", "day", "month", "year"})
#: Tokens between 居 and 首位: those among whom it is the first.
_REACH_OF_FIRST = 8
#: The unit of a currency whose rate is told, and the tokens from it to what it is worth.
_ONE, _REACH_OF_RATE = frozenset({"1", "100"}), 4
#: Behind a Chinese numeral they make it the number of the peers of a rank: 居九市一区之首.
_PEER_NOUNS = frozenset("市州省区县国地盟")
#: Units that a Chinese number word counts things in: 一台, 两件.
_UNITS_OF_THINGS = frozenset({"piece", "set", "metre", "pieces", "commodities", "item"})


def find_ranks(sentence: Sentence) -> None:
    """Mark the numbers that are ranks, and the ordinals that are none."""
    tokens = sentence.tokens
    for index in sorted({*sentence.quantities(), *sentence.with_sense("ordinal")}):
        quantity = tokens[index].quantity
        if quantity is not None:
            _find_rank(sentence, index, quantity)
        elif not sentence.is_chinese:
            tokens[index].quantity = _of_ordinal(sentence, index)
        elif nearest(sentence, index, -_REACH_OF_FIRST, "rank") is not None:
            quantity = tokens[index].quantity = _of_ordinal(sentence, index)  # 居全省首位
            _make_rank(quantity)


def _find_rank(sentence: Sentence, index: int, quantity: Quantity) -> None:
    """第5位, 居第三, "ranked 5th"."""
    tokens = sentence.tokens
    before = tokens[index - 1] if index else None
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if before is None:
        return
    if sentence.is_chinese and _goes_on_with_ranks(sentence, index, quantity):
        _make_rank(quantity)
        return
    if sentence.is_chinese and before.is_a("rank") and following is not None and following.text in ("至", "到"):
        quantity.unit_kind, quantity.measure = "other", "ordinal"  # 分列二至四位: the ranks of several
        return
    if (label := _place_of_label(tokens, index)) is not None and quantity.unit_kind == "bare":
        names_what = following is not None and following.is_a("rank_noun")  # the No. 2 trading partner
        is_ranked = names_what or nearest(sentence, label, -3, "rank") is not None or _follows_rank(tokens, label, 4)
        if "." not in quantity.printed and is_ranked:
            _make_rank(quantity)  # ranked No. 4
            quantity.start = tokens[label].start
            sentence.claim(label, index, "rank")
        return
    if before.text == "第":
        names_place = quantity.noun in _RANK_PLACES or (
            following is not None and (following.is_a("rank_noun") or following.text in _RANK_PLACES)
        )
        cue = nearest(sentence, index, -4, "rank", skip_text="第")
        if names_place or cue is not None or _follows_rank(tokens, index, 4):
            _make_rank(quantity)
            quantity.start = before.start
            sentence.claim(index - 1, index, "rank")
        else:
            quantity.unit_kind, quantity.measure = "other", "ordinal"
    elif (
        quantity.unit_kind == "bare"
        and following is not None
        and following.text in _ORDINAL_SUFFIXES
        and any(one.is_a("duration") or one.text in _TIMES for one in tokens[index + 2 : index + 4])
    ):
        quantity.unit_kind, quantity.measure = "other", "ordinal"  # the 39th year in a row
    elif (
        before.is_a("rank")
        and "." not in quantity.printed
        and not (following is not None and following.text[:1] in _PEER_NOUNS and sentence.is_chinese)
    ):
        has_suffix = following is not None and following.text in _ORDINAL_SUFFIXES
        is_bare = sentence.is_chinese and not quantity.unit
        if is_bare or (has_suffix and quantity.unit_kind in ("bare", "word")):
            _make_rank(quantity)


def _place_of_label(tokens: list[Token], index: int) -> int | None:
    """Where the "No" of `No. 4` or `No 4` stands."""
    at = index - 1 - (index > 1 and tokens[index - 1].kind == "mark" and tokens[index - 1].text == ".")
    return at if tokens[at].text == "no" else None


def _goes_on_with_ranks(sentence: Sentence, index: int, quantity: Quantity) -> bool:
    """分别居第1、2、2位: the word is said once."""
    is_listed = index > 1 and (
        sentence.tokens[index - 1].is_a("and") or sentence.tokens[index - 1].kind == "enumeration"
    )
    first = sentence.tokens[index - 2].quantity if is_listed else None
    is_place = quantity.unit_kind == "bare" or quantity.noun in _RANK_PLACES
    return first is not None and first.unit_kind == "rank" and is_place and not quantity.scales


def _of_ordinal(sentence: Sentence, index: int) -> Quantity:
    """`the third largest`, `came second`; an ordinal without such words is no rank."""
    tokens = sentence.tokens
    token = tokens[index]
    numeral = Numeral(token.senses["ordinal"], token.start, token.end, "words")
    quantity = Quantity(numeral, token.start, token.end, token.senses["ordinal"])
    last = index
    while _goes_on_with_ordinals(tokens, last):
        last += 2  # the second, third and fourth largest partners
    following = tokens[last + 1] if last + 1 < len(tokens) else None
    says_place = following is not None and (following.is_a("superlative", "rank_noun") or following.text == "place")
    if following is not None and following.text == "among":  # third among the six coastal provinces
        says_place = any(one.quantity is not None for one in tokens[last + 2 : last + 4])
    if says_place or nearest(sentence, index, -4, "rank") is not None or _follows_rank(tokens, index, 3):
        quantity.unit, quantity.unit_kind = "rank", "rank"
    else:
        quantity.unit_kind, quantity.measure = "other", "ordinal"
    return quantity


def _goes_on_with_ordinals(tokens: list[Token], index: int) -> bool:
    """Whether another ordinal stands behind the mark or "and" that follows one."""
    behind = tokens[index + 1 : index + 3]
    return len(behind) == 2 and (behind[0].kind == "comma" or behind[0].is_a("and")) and behind[1].is_a("ordinal")


def _follows_rank(tokens: list[Token], index: int, reach: int) -> bool:
    near = tokens[max(0, index - reach) : index]
    return any(one.quantity is not None and one.quantity.unit_kind == "rank" for one in near)


def _make_rank(quantity: Quantity) -> None:
    quantity.unit, quantity.unit_kind, quantity.measure, quantity.noun = "rank", "rank", "", ""
    quantity.scales = ()


def nearest(sentence: Sentence, index: int, reach: int, *kinds: str, skip_text: str = "") -> int | None:
    """The nearest token of these kinds within `reach` tokens of the same clause (before, if negative), or None."""
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


def set_aside(sentence: Sentence, grammar: Grammar) -> None:
    """Numbers that count nothing that a figure is about are accounted for, each with its reason."""
    for index, whole in _wholes_of_counts(sentence) if sentence.is_chinese else ():
        grammar.account(Reading(whole, not_a_figure="the whole of a count"))
        sentence.spoken_for[index] = "number:whole of a count"
    for index in sentence.quantities():
        if not sentence.free(index):
            continue
        quantity = sentence.tokens[index].quantity
        if quantity is None:
            continue
        reason = _why_no_figure(sentence, index, quantity, grammar.text.chars)
        if reason:
            grammar.account(Reading(quantity, not_a_figure=reason))
            sentence.spoken_for[index] = "number:" + reason


def _wholes_of_counts(sentence: Sentence) -> list[tuple[int, Quantity]]:
    """`14个地州市中有12个`: the first number of such pairs; the second takes from it what is counted."""
    tokens = sentence.tokens
    found: list[tuple[int, Quantity]] = []
    for index in sentence.quantities():
        whole, behind = tokens[index].quantity, tokens[index + 1 : index + 5]
        if whole is None or whole.measure not in _COUNTED_PLACES or not behind or behind[0].text != "中":
            continue
        between = [one for one in behind[1:] if one.kind != "comma" and one.text != "有"]
        part = between[0].quantity if between else None
        if part is None or (part.unit_kind != "bare" and part.unit not in ("piece", whole.unit)):
            continue
        part.unit, part.unit_kind, part.measure, part.noun = whole.unit, "count", whole.measure, whole.noun
        found.append((index, whole))
    return found


def _why_no_figure(sentence: Sentence, index: int, quantity: Quantity, chars: str) -> str:
    """Why a number is no figure; "" where it may be one."""
    before = sentence.tokens[index - 1] if index else None
    kind = quantity.unit_kind
    if kind == "other":
        return quantity.measure or "other"
    if kind == "word":
        return "number word"
    if kind == "bare" and _numbers_a_paragraph(sentence, index, quantity):
        return "number of a paragraph"
    if kind == "rank":
        return ""
    if kind == "money" and _is_rate(sentence, index):
        return "exchange rate"
    if quantity.unit == "kilometre":
        return "length"
    if (
        before is not None
        and quantity.noun in _RANK_PLACES
        and (before.text in _RANK_CHANGES or before.is_a("rise", "fall", "rank"))
    ):
        return "change of a rank"
    if kind in ("bare", "count", "physical") and not quantity.scales:
        if before is not None and before.is_a("top"):
            return "size of a list"
        if "." not in quantity.printed:
            reason = _why_no_count(sentence, index, quantity, chars)
            if reason:
                return reason
    is_labelled = before is not None and (
        (before.kind == "mark" and before.text in "#№") or before.text in _NUMBER_LABELS
    )
    label = sentence.tokens[index - 3].text if index > 2 and before is not None and before.text == "-" else ""
    return "number of a thing" if kind == "bare" and (is_labelled or label in _NUMBER_LABELS) else ""


def _is_rate(sentence: Sentence, index: int) -> bool:
    """`one yuan is about 20 yen`, 1美元合6.3元: what one unit of a currency is worth in another."""
    money = [at for at in sentence.quantities() if _is_plain_money(sentence.tokens[at].quantity)]
    for first, second in pairwise(money):
        one, other = sentence.tokens[first].quantity, sentence.tokens[second].quantity
        between = sentence.tokens[first + 1 : second]
        if one is None or other is None or one.printed not in _ONE or one.unit == other.unit or not between:
            continue
        is_near = len(between) <= _REACH_OF_RATE and all(one.is_a("be", "to", "filler", "qualifier") for one in between)
        if is_near and index in (first, second):
            return True
    return False


def _is_plain_money(quantity: Quantity | None) -> bool:
    return quantity is not None and quantity.unit_kind == "money" and not quantity.scales


def _numbers_a_paragraph(sentence: Sentence, index: int, quantity: Quantity) -> bool:
    """`3. Imports …`, `(3) Imports …`, 三、进口…: a small number that a paragraph begins with, and a mark behind it."""
    tokens = sentence.tokens
    if not sentence.begins_paragraph or index > 1 or quantity.scales or len(quantity.printed) > 2:
        return False
    is_opened = index == 1 and tokens[0].kind == "open"
    behind = tokens[index + 1] if index + 1 < len(tokens) else None
    if behind is None or (index and not is_opened):
        return False
    return behind.kind == "close" or (not is_opened and behind.kind in ("stop", "enumeration"))


def _is_out_of(sentence: Sentence, index: int) -> bool:
    """`ten of the 14 prefectures`."""
    behind = sentence.tokens[index + 1 : index + 4]
    counts = [one for one in behind if one.quantity is not None and one.quantity.unit_kind == "count"]
    return bool(behind) and behind[0].text == "of" and bool(counts)


def _counts_members(sentence: Sentence, index: int) -> bool:
    """Whether a number of countries stands with the name of all of them: `the 10 countries of ASEAN`, 东南亚11国.

    `to 60 countries along the Belt and Road` too.
    """
    tokens = sentence.tokens
    if sentence.is_chinese:
        return index > 0 and tokens[index - 1].may_name("partner") and tokens[index - 1].end == tokens[index].start
    named = index + 2 + (index + 2 < len(tokens) and tokens[index + 2].text == "the")
    link = tokens[index + 1].text if named < len(tokens) and tokens[named].may_name("partner") else ""
    before = tokens[index - 1].text if index else ""
    is_group = (link == "of" and before == "the") or (link in ("of", "in") and before in _REST_OF_GROUP)
    return is_group or (link == "along" and before in _BEFORE_PARTNERS)


def is_part_of_partners(sentence: Sentence, index: int, chars: str) -> bool:
    """`exports to five African countries`: some of a group, told by their number and a word before the noun."""
    quantity = sentence.tokens[index].quantity
    if quantity is None or quantity.measure != "partners" or sentence.is_chinese:
        return False
    before = index - 1 - (index > 1 and sentence.tokens[index - 1].text == "the")
    is_object = before >= 0 and sentence.tokens[before].text in _BEFORE_PARTNERS
    return is_object and len(chars[quantity.numeral.end : quantity.end].strip(" -")) > len(quantity.noun)


def _numbers_members(sentence: Sentence, index: int, chars: str) -> bool:
    """`27 EU member states`, `the other 14 members of the RCEP`: how many a group has."""
    tokens = sentence.tokens
    at = index + 1
    at += at < len(tokens) and tokens[at].text == "other"
    if at < len(tokens) and tokens[at].may_name("partner"):
        if tokens[at].text.endswith(_NOUNS_OF_MEMBERS):
            return True
        at += 1
    return at < len(tokens) and not sentence.is_chinese and chars.startswith(_NOUNS_OF_MEMBERS, tokens[at].start)


def _why_no_count(sentence: Sentence, index: int, quantity: Quantity, chars: str) -> str:
    """Why a whole number without a scale is no figure; "" where it may be one."""
    before = sentence.tokens[index - 1] if index else None
    following = sentence.tokens[index + 1] if index + 1 < len(sentence.tokens) else None
    kind, form = quantity.unit_kind, quantity.numeral.form
    if kind == "count" and quantity.unit == "countries" and _counts_members(sentence, index):
        return "part of a name"
    if kind == "bare" and _numbers_members(sentence, index, chars):
        return "number of members"
    if is_part_of_partners(sentence, index, chars):
        return "part of a name"
    said_before = [token.text for token in sentence.tokens[max(0, index - 2) : index]]
    if kind == "count" and not sentence.is_chinese and said_before in (["among", "the"], ["among", "all"]):
        return "number of peers"  # first among the 9 mainland cities
    if sentence.is_chinese and quantity.unit == "piece" and following is not None and following.may_name("partner"):
        return "part of a name"  # 与25个“一带一路”沿线国家
    if (
        quantity.unit in _TIME_UNITS
        or (following is not None and following.is_a("duration") and kind == "bare")
        or (before is not None and before.is_a("duration"))
    ):
        return "duration"
    if following is not None and following.is_a("other_noun") and kind == "bare":
        return "counted thing"
    if sentence.is_chinese and kind != "count":
        counted = next((one for one in _OTHER_COUNTED if chars.startswith(one, quantity.numeral.end)), "")
        if counted:
            return "duration" if "月" in counted or "年" in counted else "counted thing"
    if form not in ("words", "chinese") or _is_out_of(sentence, index):
        return ""
    if kind == "bare":
        return "number word"
    if form == "chinese" and quantity.unit in _UNITS_OF_THINGS:
        return "counted thing"
    is_small = len(quantity.printed) < 2 or (form == "words" and quantity.measure in ("partners", "regions", "ports"))
    return "number word" if kind == "count" and is_small else ""
