"""The subject that a number takes: gathered before it, said after it, or several before it together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from orchestration.figures import UNMAPPED
from orchestration.releases.frames import open_frame, other_flows
from orchestration.releases.lexicon import words
from orchestration.releases.naming import dimension_of, item_of, start_of_members
from orchestration.releases.number_groups import NumberGroup
from orchestration.releases.sentences import BOUNDARIES, Sentence
from orchestration.releases.subjects import Frame, Item, Phrase
from orchestration.releases.tokens import Token
from orchestration.releases.unknown_names import LONGER_NAME

if TYPE_CHECKING:
    from orchestration.releases.walk import Walk

#: What begins the rest of a subject behind its number, and what begins a name that is the number's own.
_COMPLEMENTS = frozenset(words("complement_start"))
_CAUSES = frozenset({*words("cause_start"), "because"})
_NAMED_AFTER = frozenset(words("named_after_start"))
#: `5 billion yuan of this came from …`.
_COMING = frozenset(words("coming"))
#: `came from them`: where the goods go or come from.
_WAYS = tuple(
    (f"{preposition} {place}", flow)
    for preposition, flow in (("from", "import"), ("to", "export"))
    for place in ("them", "it", "these", "those", "the bloc", "the group", "this group", "there")
)
_UNKNOWN_GOODS = "which goods are meant is not known"
#: `goods worth 5 billion yuan were destined for …`.
_MOVING = frozenset(words("moving"))
_POINTING_TO_GOODS = ("them", "these", "those", "such goods", "such products")
#: Before a number they point back to the goods named last.
_SUCH_GOODS = frozenset({"such goods", "such products", "these goods", "these products"})
_BEFORE_PARTNER = ("to", "from", "with")
#: Why a percentage is a share: it is said to go to a partner, or to come from one.
SHARE_THAT_GOES = "share that goes to"
#: Verbs of what stands first among the parts of a whole.
_LEADING = frozenset({"led", "leads", "topped", "tops", "headed", "heads", "dominated", "dominates"})
_OF_THEM = frozenset({"them", "it", "this", "that", "which", "these", "those"})
_WAYS_OF_PARTS = frozenset({"to", "from", "for"})
#: Between an amount and the goods that it measures.
_MEASURING = words("measuring")
#: Goods of whatever kind, behind an amount: 5 billion yuan worth of goods.
_PLAIN_GOODS = frozenset(("of", "in", *words("goods_noun")))
#: Between a percentage and the goods that changed by it: 5 percent more coal.
_MORE_OR_LESS = frozenset({"more", "less", "fewer"})
#: The dimensions whose members are taken together, the likeliest first.
_JOINT_DIMENSIONS = ("partner", "commodity", "ownership", "trade_mode", "region")


def take_subject_after(numbers: NumberGroup) -> None:
    """In English the subject may follow: `growth of 5 percent in exports`, `goods worth … were shipped out`."""
    walk, tokens, sentence = numbers.walk, numbers.tokens, numbers.sentence
    if sentence.is_chinese or numbers.in_parentheses:
        return
    if (partner := _destination(numbers)) is not None:
        flow = {"to": "export", "for": "export", "from": "import"}.get(_preposition_before(tokens, partner), "")
        _take(numbers, partner)
        if (flow and not walk.phrase.flows and walk.frame is None) or (flow and walk.clause_break):
            walk.phrase.flows = walk.phrase.flows or [flow]
        return
    behind = numbers.last + 1
    is_article = numbers.first > 0 and tokens[numbers.first - 1].text in ("a", "an", "the")
    is_followed = behind < numbers.window_end and tokens[behind].senses.get("flow") == "balance"
    if is_article and is_followed and numbers.kind == "money" and sentence.free(behind):
        _take(numbers, behind)  # trade posted a 5.74 billion deficit
        return
    part = _end_of_part(numbers)
    if part is None:
        part = where_part_goes(numbers)
    if part is not None:
        _take(numbers, part)
        if walk.frame is not None:  # the parts are of one whole
            walk.phrase.flows = walk.phrase.flows or list(walk.frame.flows)
            walk.phrase.names = {**walk.frame.names, **walk.phrase.names}
        return
    if (partner := _partner_of_balance(numbers)) is not None:
        _take(numbers, partner)
        return
    if (partner := _partner_of_change(numbers)) is not None:
        _take(numbers, partner)
        return
    if (partner := _partner_of_growth(numbers)) is not None:
        walk.phrase.names.pop("partner", None)  # among the Arab countries
        _take(numbers, partner)
        return
    if (extent := _subject_behind_comma(numbers)) is not None:
        _mention_all(numbers, *extent)
        return
    if (goods := _goods_of_more(numbers)) is not None:
        _take(numbers, goods)
        return
    if (way := _flow_behind_parenthesis(numbers)) is not None:
        whom = way + 2 + (tokens[way + 2 : way + 3] != [] and tokens[way + 2].text == "the")
        to_partner = whom < len(tokens) and tokens[way + 1].is_a("partner_preposition") and tokens[whom].names
        _take(numbers, *((way, whom) if to_partner else (way,)))  # were shipped to the European Union
        return
    if (goods := _goods_of_share(numbers)) is not None:
        _take(numbers, goods)
        return
    _take_way_of_goods(numbers)
    _take_what_is_pointed_at(numbers)
    if (partner := _next_destination(numbers)) is not None:
        _take(numbers, partner)
        return
    if (partner := _partner_behind_parenthesis(numbers)) is not None:
        _take(numbers, partner)
    phrase = walk.phrase
    start, stop = _extent_after(numbers)
    subject = [
        index
        for index in range(start, stop)
        if _is_longer_name(walk, index)
        or (sentence.free(index) and (tokens[index].names or tokens[index].is_a("flow", "measure", "nontrade")))
    ]
    if not subject:
        return
    if _is_named_after(numbers, start, subject):
        _take(numbers, subject[0])
        return
    if _is_own_complement(numbers, start, subject):
        _mention_all(numbers, start, _end_of_complement(numbers, subject[0], stop))
        return
    if _is_predicate(numbers, start):
        _take(numbers, start + 1)
        return
    has_flow = any(tokens[index].is_a("flow") for index in subject)
    if phrase.flows and has_flow and _is_change_in(tokens, start):
        walk.phrase = phrase = Phrase()  # exports rose as a result of a 4.9% rise in oil exports
        _mention_all(numbers, start, stop)
        return
    if walk.frame is not None and phrase.is_empty() and not has_flow and _is_attribute(numbers, start):
        _mention_all(numbers, start, stop)
        phrase.is_drilling = True
        if phrase.flows == walk.frame.flows:
            phrase.flows = []  # a rise in shipments to China: the flow goes on, and the partner ends with it
        return
    mentions = tokens[start : subject[0]]
    lead = tokens[start].text
    comes = any(token.text in _COMING for token in mentions)
    is_complement = comes or lead in _COMPLEMENTS or any(token.text in ("worth", "in", "of") for token in mentions)
    measure_only = all(tokens[index].is_a("measure") for index in subject)
    if measure_only and lead == "at" and numbers.kind == "percent":
        return  # exports rose 4 percent at an average price of 5 dollars
    if (
        measure_only
        or (phrase.is_empty() and walk.frame is None)
        or (not phrase.flows and has_flow and not phrase.is_anaphoric)
        or (phrase.is_empty() and is_complement and has_flow and numbers.kind == "percent")
        or (phrase.is_empty() and comes)
        or (phrase.is_empty() and walk.clause_break == "strong" and is_complement and has_flow)
    ):
        if not measure_only and not is_complement and not phrase.is_empty() and not has_flow:
            return
        if walk.frame is not None and phrase.is_empty() and not is_complement and not measure_only:
            return
        walk.named_after = walk.named_after or comes
        _mention_all(numbers, start, stop)
    elif (
        phrase.flows
        and not phrase.names.get("partner")
        and any(tokens[index].may_name("partner") for index in subject)
        and not has_flow
        and _is_object(sentence, next(index for index in subject if dict(tokens[index].names).get("partner")))
    ):
        # `exported 5 billion yuan to ASEAN`
        _mention_all(numbers, start, stop)
    elif (
        phrase.flows
        and not phrase.names.get("commodity")
        and (lead in ("of", "in") or tokens[start].is_a("measure", "to"))
        and dimension_of(walk.grammar, tokens, subject[0])[0] == "commodity"
        and not has_flow
        and numbers.kind in ("money", "physical")
    ):
        # `exported 5 billion yuan of cars and lorries`, `worth of …`
        _mention_all(numbers, start, stop)
        if _goes_on_unknown(numbers, stop):
            walk.sentence_doubt = walk.sentence_doubt or _UNKNOWN_GOODS
    elif phrase.flows and phrase.names.get("partner"):
        for index in subject:  # `the largest market, importing 5 billion yuan of goods from here`
            if dimension_of(walk.grammar, tokens, index) == ("region", walk.grammar.region_id):
                walk.mention(index)


def _take(numbers: NumberGroup, *places: int) -> None:
    """Take the tokens at a few places behind a number into its subject, and out of what follows."""
    for index in places:
        numbers.walk.mention(index)
        numbers.sentence.spoken_for[index] = "subject of the number before"


def _subject_behind_comma(numbers: NumberGroup) -> tuple[int, int] | None:
    """Where the subject stands in `At 80.5 billion shillings ($948 million), the deficit compared with …`.

    Likewise in `From $45 billion in the same period of last year, exports rose to …`.
    """
    tokens, at = numbers.tokens, numbers.last + 1
    before = tokens[numbers.sentence.clause_start(numbers.first) : numbers.first]
    opens = bool(before) and before[0].text in ("at", "from") and all(one.is_a("qualifier") for one in before[1:])
    if [one.text for one in before] == ["with", "a", "share of"] and numbers.kind == "percent":
        return _leader_behind_comma(numbers)
    while (
        opens
        and before[0].text == "from"
        and at < len(tokens)
        and (tokens[at].period is not None or tokens[at].text in ("in", "of", "for", "the"))
    ):
        at += 1
    is_settled = numbers.walk.frame is not None or not numbers.walk.phrase.is_empty()  # imports, at 497 million, grew
    if not opens or numbers.kind not in ("money", "physical") or is_settled:
        return None
    if at < len(tokens) and tokens[at].kind == "open":
        at = next((cursor + 1 for cursor in range(at, len(tokens)) if tokens[cursor].kind == "close"), len(tokens))
    if at >= len(tokens) or tokens[at].kind != "comma":
        return None
    end = next(
        (
            cursor
            for cursor in range(at + 1, len(tokens))
            if tokens[cursor].kind in BOUNDARIES
            or tokens[cursor].quantity is not None
            or (
                tokens[cursor].is_a("be", "rise", "fall", "versus", "to", "rank", "share")
                and tokens[cursor].text != "to"
            )
        ),
        len(tokens),
    )
    return (at + 1, end) if any(token.is_a("flow") for token in tokens[at + 1 : end]) else None


def _leader_behind_comma(numbers: NumberGroup) -> tuple[int, int] | None:
    """Where the subject stands in `With a share of 21%, diamonds led the re-exports`."""
    tokens, start = numbers.tokens, numbers.last + 2
    leads = next((at for at in range(start, min(start + 6, len(tokens))) if tokens[at].text in _LEADING), 0)
    is_named = leads and tokens[start - 1].kind == "comma" and any(one.names for one in tokens[start:leads])
    end = next((at for at in range(leads, len(tokens)) if tokens[at].kind in BOUNDARIES), len(tokens))
    return (start, end) if is_named else None


def _partner_of_balance(numbers: NumberGroup) -> int | None:
    """Where the partner stands in `a surplus of 12 billion in trade with Norway and a deficit in the EU trade`."""
    tokens, phrase = numbers.tokens, numbers.walk.phrase
    behind = [at for at in range(numbers.last + 1, min(numbers.last + 6, len(tokens))) if tokens[at].text != "the"]
    is_balance = phrase.flows == ["balance"] and numbers.kind == "money" and not phrase.names.get("partner")
    if not is_balance or len(behind) < 3 or tokens[behind[0]].text not in ("in", "on"):
        return None
    second, third = tokens[behind[1]], tokens[behind[2]]
    says_with = second.is_a("flow") and third.text == "with" and len(behind) > 3
    partner = behind[3] if says_with else behind[1] if third.is_a("flow") else None
    if partner is None or not tokens[partner].names:
        return None
    return partner if dimension_of(numbers.grammar, tokens, partner)[0] == "partner" else None


def _partner_of_change(numbers: NumberGroup) -> int | None:
    """Where the partner stands in `a 17.7% increase with Russia, a 0.9% decrease with Europe`."""
    tokens, at = numbers.tokens, numbers.last + 1
    is_noun = numbers.first > 0 and tokens[numbers.first - 1].text in ("a", "an") and numbers.kind == "percent"
    if not is_noun or at + 2 >= len(tokens) or not tokens[at].is_a("rise", "fall"):
        return None
    at += 2 + (tokens[at + 2].text == "the")
    is_with = tokens[numbers.last + 2].text in _BEFORE_PARTNER and at < len(tokens) and bool(tokens[at].names)
    is_open = numbers.walk.frame is not None and not numbers.walk.phrase.names.get("partner")
    return at if is_with and is_open and dimension_of(numbers.grammar, tokens, at)[0] == "partner" else None


def _partner_of_growth(numbers: NumberGroup) -> int | None:
    """Where the partner stands in `exports went up by 36.7% with Algeria and by 19.1% with Egypt`."""
    tokens, at = numbers.tokens, numbers.last + 1
    is_by = numbers.kind == "percent" and len(numbers.group) == 1 and numbers.first > 1
    if not is_by or tokens[numbers.first - 1].text != "by" or at + 1 >= len(tokens) or tokens[at].text != "with":
        return None
    at += 1 + (tokens[at + 1].text == "the")
    before = tokens[numbers.first - 2]
    has_verb = before.is_a("rise", "fall") or (before.is_a("and") and numbers.walk.frame is not None)
    is_partner = has_verb and at < len(tokens) and bool(tokens[at].names) and numbers.sentence.free(at)
    ends = at + 1 >= len(tokens) or tokens[at + 1].kind in BOUNDARIES or tokens[at + 1].is_a("and")
    return at if is_partner and ends and dimension_of(numbers.grammar, tokens, at)[0] == "partner" else None


def _end_of_part(numbers: NumberGroup) -> int | None:
    """Where the partner stands in `Of the gold exported, 91 percent (5 tonnes) was sold to Switzerland, 5 to the UK`.

    Likewise goods: `Of exports to Asia, 68 percent were fuels`.
    """
    tokens, at = numbers.tokens, numbers.last + 1
    if numbers.kind != "percent" or tokens[0].text != "of":
        return None
    if at < len(tokens) and tokens[at].kind == "open":
        at = next((cursor + 1 for cursor in range(at, len(tokens)) if tokens[cursor].kind == "close"), len(tokens))
    start = at
    while at < len(tokens) and (
        tokens[at].text in _MOVING or tokens[at].text in _COMING or tokens[at].is_a("be", "flow")
    ):
        at += 1
    if at < len(tokens) and at == start + 1 and tokens[start].is_a("be") and tokens[at].names:
        return at if dimension_of(numbers.walk.grammar, tokens, at)[0] == "commodity" else None
    has_partner = bool(numbers.walk.phrase.names.get("partner"))
    if has_partner or at + 1 >= len(tokens) or tokens[at].text not in _BEFORE_PARTNER:
        return None
    at += 1 + (tokens[at + 1].text == "the")
    is_partner = at < len(tokens) and bool(tokens[at].names)
    return at if is_partner and dimension_of(numbers.walk.grammar, tokens, at)[0] == "partner" else None


def where_part_goes(numbers: NumberGroup) -> int | None:
    """Where the partner stands in `31 percent of them were bound for the EU, 21 percent for Asia and 14 for …`.

    Likewise in `Of these, 31 percent went to the EU`, and behind `31 percent of exports were`.
    """
    tokens, at = numbers.tokens, numbers.last + 1
    if numbers.kind != "percent" or numbers.sentence.is_chinese or numbers.in_parentheses:
        return None
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    opens = numbers.first
    while opens > 0 and (tokens[opens - 1].kind == "comma" or tokens[opens - 1].is_a("and", "qualifier", "while")):
        opens -= 1
    taken = opens > 0 and numbers.sentence.spoken_for.get(opens - 1) == "subject of the number before"
    goes_on = previous is not None and previous.rule.startswith(SHARE_THAT_GOES) and taken
    while numbers.sentence.spoken_for.get(at) == "reference":
        at += 1  # of all exports
    is_of_them = at > numbers.last + 1
    words_behind = " ".join(one.text for one in tokens[at : at + 2]).split()[:2]
    if len(words_behind) == 2 and words_behind[0] == "of" and words_behind[1] in _OF_THEM:
        is_of_them, at = True, at + (1 if " " in tokens[at].text else 2)
    is_of_them = is_of_them or (opens > 0 and tokens[opens - 1].is_a("among"))
    start = at
    while at < len(tokens) and (tokens[at].is_a("be") or tokens[at].text in _MOVING or tokens[at].text in _COMING):
        at += 1
    if not (goes_on or (is_of_them and at > start)) or at + 1 >= len(tokens):
        return None
    way = tokens[at].text.split()[-1]  # bound for
    verbs = [*(one.text for one in tokens[start:at]), *tokens[at].text.split()[:-1]]
    if way not in _WAYS_OF_PARTS or any(one.is_a("rise", "fall") for one in tokens[start:at]):
        return None
    if way == "for" and not goes_on and not any(verb in _MOVING for verb in verbs):
        return None
    at += 1 + (tokens[at + 1].text == "the")
    is_partner = at < len(tokens) and (bool(tokens[at].names) or _is_longer_name(numbers.walk, at))
    return at if is_partner and dimension_of(numbers.grammar, tokens, at)[0] == "partner" else None


def _goods_of_more(numbers: NumberGroup) -> int | None:
    """The goods of `sold 17.5 percent more machinery`, `takes 20 percent less LNG`; None where none are named."""
    tokens, at = numbers.tokens, numbers.last + 2
    if numbers.kind != "percent" or at >= len(tokens) or numbers.walk.phrase.names.get("commodity"):
        return None
    is_said = tokens[at - 1].text in _MORE_OR_LESS and numbers.sentence.free(at) and bool(tokens[at].names)
    is_goods = is_said and dimension_of(numbers.walk.grammar, tokens, at)[0] == "commodity"
    return at if is_goods else None


def _next_destination(numbers: NumberGroup) -> int | None:
    """Where the partner stands in `shipped $3 billion of tea to Pakistan and $1 billion to Egypt`."""
    walk, tokens = numbers.walk, numbers.tokens
    frame, at = walk.frame, numbers.last + 2
    if frame is None or not walk.phrase.is_empty() or numbers.kind not in ("money", "physical"):
        return None
    wanted = {"export": "to", "import": "from"}.get(frame.flows[0] if len(frame.flows) == 1 else "", "")
    if not wanted or at >= len(tokens) or tokens[at - 1].text != wanted or not frame.names.get("partner"):
        return None
    at += tokens[at].text == "the"
    before = tokens[numbers.window_start : numbers.first]
    is_listed = any(token.is_a("and") or token.kind in ("comma", "semicolon") for token in before)
    if at >= len(tokens) or not is_listed or not tokens[at].names:
        return None
    return at if dimension_of(numbers.grammar, tokens, at)[0] == "partner" else None


def _flow_behind_parenthesis(numbers: NumberGroup) -> int | None:
    """Where the flow stands in `$894 million (-8.50 percent) in Chinese exports`, `10 billion (+4%) were sold`."""
    tokens, at = numbers.tokens, numbers.last + 1
    if numbers.kind != "money" or numbers.walk.phrase.flows or at >= len(tokens) or tokens[at].kind != "open":
        return None
    close = next((cursor for cursor in range(at, len(tokens)) if tokens[cursor].kind == "close"), len(tokens))
    if close + 1 >= len(tokens) or not (tokens[close + 1].text == "in" or tokens[close + 1].is_a("be")):
        return None
    near = range(close + 2, min(close + 5, len(tokens)))
    flow = next((cursor for cursor in near if tokens[cursor].is_a("flow")), None)
    is_way = flow is not None and tokens[flow].senses["flow"] in ("export", "import") and numbers.sentence.free(flow)
    between = tokens[close + 2 : flow] if is_way else []
    is_plain = all(one.names or one.is_a("filler") for one in between)
    return flow if is_way and is_plain else None


def _partner_behind_parenthesis(numbers: NumberGroup) -> int | None:
    """Where the partner stands in `traded goods worth 1.2 trillion yuan ($176 billion) with ASEAN`."""
    walk, tokens, at = numbers.walk, numbers.tokens, numbers.last + 1
    if numbers.kind != "money" or not walk.phrase.flows or walk.phrase.names.get("partner"):
        return None
    if at >= len(tokens) or tokens[at].kind != "open":
        return None
    while at < len(tokens) and tokens[at].kind != "close":
        at += 1
    at += 1
    while at < len(tokens) and (tokens[at].text in _MEASURING or tokens[at].text in _PLAIN_GOODS):
        at += 1  # 28 billion yuan ($4.4 billion) worth of goods with …
    if at >= len(tokens) or not tokens[at].is_a("partner_preposition"):
        return None
    at += 1 + (at + 1 < len(tokens) and tokens[at + 1].text == "the")
    is_partner = at < len(tokens) and bool(tokens[at].names)
    return at if is_partner and dimension_of(numbers.grammar, tokens, at)[0] == "partner" else None


def _take_way_of_goods(numbers: NumberGroup) -> None:
    """`goods worth 5 billion came from them`, `5 billion went there`: the way says the flow with the partner before."""
    walk, behind = numbers.walk, numbers.tokens[numbers.last + 1 : numbers.last + 5]
    if walk.phrase.flows or walk.phrase.names or numbers.kind != "money" or len(behind) < 2:
        return
    if not (behind[0].text in _COMING or behind[0].text in _MOVING or behind[0].text in ("was", "were")):
        return
    top = walk.frame if walk.frame is not None else walk.grammar.top
    way = " ".join(token.text for token in behind)
    flow = next((one for text, one in _WAYS if f" {text} " in f" {way} "), "")
    if flow and top.names.get("partner"):
        walk.phrase.flows, walk.phrase.is_anaphoric = [flow], True


def _take_what_is_pointed_at(numbers: NumberGroup) -> None:
    """`1.23 trillion yuan to these countries`, `1.9 billion yuan worth of them`: those of the kind named last."""
    walk, behind = numbers.walk, numbers.tokens[numbers.last + 1 : numbers.last + 3]
    if len(behind) < 2:
        return
    lead, pronoun = behind
    if lead.text in ("of", *_MEASURING) and pronoun.is_a("pointing"):
        walk.phrase.pointed = pronoun.senses["pointing"]  # 42.52 billion yuan of the former
        return
    if not walk.phrase.flows:
        return
    before = numbers.tokens[numbers.window_start : numbers.first]
    if lead.text == "of them" or any(token.text in _SUCH_GOODS for token in before):
        _take_named_last(walk, "commodity", _UNKNOWN_GOODS)  # exported such products worth 97 billion
        return
    if lead.text in _BEFORE_PARTNER and pronoun.is_a("anaphor") and numbers.kind in ("money", "physical"):
        _take_named_last(walk, "partner", "which partner it points back to is not known")
    elif lead.text in ("of", *_MEASURING) and pronoun.text in _POINTING_TO_GOODS:
        _take_named_last(walk, "commodity", _UNKNOWN_GOODS)


def named_before(walk: Walk, dimension: str) -> list[Item]:
    """The names of a dimension that stand closest before a number; none where none was named."""
    frames = [walk.frame, walk.grammar.top, *reversed(walk.grammar.siblings)]
    named = (one.names[dimension] for one in frames if one is not None and one.names.get(dimension))
    return next(named, [])


def _take_named_last(walk: Walk, dimension: str, doubt: str) -> None:
    """Take the names of a dimension that stand closest before into the subject, where it has none; else doubt."""
    if walk.phrase.names.get(dimension):
        return
    if items := named_before(walk, dimension):
        walk.phrase.names[dimension] = list(items)
    else:
        walk.sentence_doubt = walk.sentence_doubt or doubt


def _preposition_before(tokens: list[Token], index: int) -> str:
    before = index - 1
    if before > 0 and tokens[before].text == "the":
        before -= 1
    return tokens[before].text.rsplit(" ", 1)[-1]


def _destination(numbers: NumberGroup) -> int | None:
    """Where the partner stands in `goods worth 1.8 billion, or 53 percent, were destined for Ghana`."""
    tokens = numbers.tokens
    before = tokens[numbers.clause_start : numbers.first]
    is_worth = any(token.is_a("measure") or token.text == "valued at" for token in before)
    if numbers.kind != "money" or not is_worth or len(numbers.group) > 1:
        return None
    moves = False
    for index in range(numbers.last + 1, min(numbers.last + 14, len(tokens))):
        token = tokens[index]
        moves = moves or token.text in _MOVING
        if token.names:
            is_object = (moves and tokens[index - 1].is_a("partner_preposition")) or tokens[index - 1].text == "the"
            return index if is_object and dimension_of(numbers.grammar, tokens, index)[0] == "partner" else None
        if token.kind in ("semicolon", "stop") or token.is_a("flow", "rise", "fall", "while"):
            return None
    return None


def _is_predicate(numbers: NumberGroup, start: int) -> bool:
    """`the remaining 1.1 trillion yuan was imports`."""
    tokens = numbers.tokens
    if start + 1 >= len(tokens):
        return False
    is_verb = tokens[start + 1].text.endswith("ed")  # goods worth 3 billion were exported
    is_said = tokens[start].text in ("was", "were", "is", "are") and tokens[start + 1].is_a("flow") and not is_verb
    taken = numbers.sentence.spoken_for
    before = [
        tokens[index]
        for index in range(numbers.clause_start, numbers.first)
        if taken.get(index) != "subject of the number before"
    ]
    is_alone = all(token.is_a("filler", "and", "while", "among", "be") for token in before)
    return is_said and numbers.walk.phrase.is_empty() and is_alone


def _goods_of_share(numbers: NumberGroup) -> int | None:
    """Where the goods stand in `14.4 percent of the total were agricultural products`; None where none do."""
    tokens, at = numbers.tokens, numbers.last + 1
    while numbers.sentence.spoken_for.get(at) == "reference":
        at += 1
    goods = at + 1
    if numbers.kind != "percent" or at == numbers.last + 1 or goods >= len(tokens) or not tokens[at].is_a("be"):
        return None
    is_last = goods + 1 == len(tokens) or (
        tokens[goods + 1].kind in BOUNDARIES and not (tokens[goods + 2 : goods + 3] and tokens[goods + 2].names)
    )
    is_goods = tokens[goods].names and dimension_of(numbers.grammar, tokens, goods)[0] == "commodity"
    return goods if is_last and is_goods and numbers.sentence.free(goods) else None


def _is_change_in(tokens: list[Token], start: int) -> bool:
    """`rise in …`, right behind a number."""
    link = tokens[start + 1] if start + 1 < len(tokens) else None
    return tokens[start].is_a("rise", "fall") and link is not None and link.text.split(" ")[0] in ("in", "of")


def _is_attribute(numbers: NumberGroup, start: int) -> bool:
    """`imports grew 1.2%, boosted by a 1.9% rise in consumer goods`: a change of its own, of what stands behind."""
    before = numbers.tokens[numbers.first - 1] if numbers.first else None
    return before is not None and before.text in ("a", "an") and _is_change_in(numbers.tokens, start)


def _is_own_complement(numbers: NumberGroup, start: int, subject: list[int]) -> bool:
    """`41.2 million tonnes of crude oil`, `5 billion yuan of exports`: what stands right behind is the number's own."""
    tokens = numbers.tokens
    if numbers.kind not in ("money", "physical") or len(numbers.group) > 1:
        return False
    named = [index for index in subject if tokens[index].text not in _MEASURING]
    if not named or named[0] > start + 3 or any(_ends_complement(tokens[index]) for index in range(start, named[0])):
        return False
    first, lead = tokens[named[0]], tokens[start].text
    if first.is_a("flow"):
        is_flow = first.senses["flow"] in ("export", "import") and not first.is_a("nontrade")
        return is_flow and (lead in ("of", "in", "from") or (named[0] == start and first.text.startswith("on ")))
    dimension = dimension_of(numbers.grammar, tokens, named[0])[0]
    if dimension == "partner" and named[1:2] == [named[0] + 1]:  # 4 million tonnes of Russian crude oil
        dimension = dimension_of(numbers.grammar, tokens, named[1])[0]
    return lead in ("of", *_MEASURING) and dimension == "commodity"


def _ends_complement(token: Token) -> bool:
    """`a surplus of $422 million in February as exports fell`: what stands behind such a token is said of its own."""
    return token.kind == "word" or token.period is not None or token.text == "as"


def _goes_on_unknown(numbers: NumberGroup, stop: int) -> bool:
    """Whether a list of goods goes on with a name that no list knows: `in face masks, goggles and gowns`."""
    behind = numbers.tokens[stop : stop + 4]
    return len(behind) == 4 and behind[0].kind == "comma" and _is_unknown(behind[1]) and behind[2].is_a("and")


def _end_of_complement(numbers: NumberGroup, first: int, stop: int) -> int:
    """Behind a flow that is the number's own nothing more is, but in `3 billion from exports of rice`."""
    is_all = not numbers.tokens[first].is_a("flow") or numbers.tokens[first - 1].text == "from"
    return stop if is_all else first + 1


def _is_longer_name(walk: Walk, index: int) -> bool:
    """Whether a name in several words begins here: `a rise of 8 percent in non-oil exports`."""
    return index in walk.unknown.spans and walk.sentence.spoken_for.get(index) == LONGER_NAME


def _mention_all(numbers: NumberGroup, start: int, stop: int) -> None:
    for index in range(start, stop):
        if _is_longer_name(numbers.walk, index):
            first, last = numbers.walk.unknown.spans[index]
            numbers.walk.mention_unknown(first, last)
            for cursor in range(first, last):
                numbers.sentence.spoken_for[cursor] = "subject of the number before"
            continue
        if numbers.sentence.free(index):
            numbers.walk.mention(index)
            numbers.sentence.spoken_for[index] = "subject of the number before"


def _extent_after(numbers: NumberGroup) -> tuple[int, int]:
    """Where the words begin and end that may be the subject behind a number."""
    walk, tokens = numbers.walk, numbers.tokens
    start = stop = numbers.last + 1
    depth = 0
    while stop < numbers.window_end:
        token = tokens[stop]
        if numbers.sentence.spoken_for.get(stop) == "role":
            pass  # with its biggest trade partner, the ASEAN
        elif token.kind == "open":
            if not any(one.kind == "close" for one in tokens[stop : numbers.window_end]):
                break  # it holds the next number
            depth += 1
        elif token.kind == "close":
            depth -= 1
        elif (
            depth == 0
            and (
                token.kind in ("comma", "semicolon", "colon", "stop", "dash")
                or _begins_cause(tokens, stop)
                or (token.is_a("be") and _is_change_in(tokens, start))  # the 2 billion increase in exports was …
                or (token.is_a("while", "among") and not _comes_of(tokens, start, stop))
                or (token.is_a("and") and not _joins_names(walk, stop))
            )
            and not _list_goes_on(walk, start, stop, "partner" if len(numbers.group) > 1 else "commodity")
        ):
            break
        stop += 1
    if start < len(tokens) and tokens[start].kind == "open":  # `44.4 billion yuan (about 6.4 billion dollars)`
        close = next((index for index in range(start, len(tokens)) if tokens[index].kind == "close"), None)
        if close is not None and not walk.phrase.flows and walk.frame is None:
            start = stop = close + 1
            while (
                stop < len(tokens)
                and tokens[stop].kind not in BOUNDARIES
                and tokens[stop].quantity is None
                and not tokens[stop].is_a("and", "while")
            ):
                stop += 1
    return start, stop


def _begins_cause(tokens: list[Token], index: int) -> bool:
    """Whether what follows is why: `on the back of higher trade with China`, `due to weak exports`."""
    token = tokens[index]
    if token.text == "on":
        return [one.text for one in tokens[index + 1 : index + 3]] == ["the", "back"]
    return token.text in _CAUSES and not token.is_a("rise", "fall")


def _comes_of(tokens: list[Token], start: int, index: int) -> bool:
    """Whether "of this" right behind a number is followed by where it came from."""
    return index == start and index + 1 < len(tokens) and tokens[index + 1].text in _COMING


def _is_object(sentence: Sentence, index: int) -> bool:
    """Whether a partner stands behind its preposition: `of goods to Kazakhstan`."""
    tokens = sentence.tokens
    before = index - 1
    while before > 0 and (tokens[before].text == "the" or sentence.spoken_for.get(before) == "role"):
        before -= 1
    if (first := start_of_members(tokens, index)) is not None:
        before = first - 1 - (first > 1 and tokens[first - 1].text == "the")  # to the other members of ASEAN
    return before >= 0 and tokens[before].text in ("to", "from", "with")


def _list_goes_on(walk: Walk, start: int, index: int, dimension: str) -> bool:
    """Whether the names of a list, of goods or of partners, stand on both sides of a comma or "and"."""
    tokens = walk.tokens
    after = index + 1
    while after < len(tokens) and (tokens[after].is_a("and") or tokens[after].text == "the"):
        after += 1
    if index == start or after >= len(tokens) or tokens[index].kind not in ("comma", "phrase"):
        return False
    spans = walk.unknown.spans
    has_before = any(
        tokens[cursor].names and dimension_of(walk.grammar, tokens, cursor)[0] == dimension
        for cursor in range(start, index)
    )
    return has_before and (
        after in spans or (bool(tokens[after].names) and dimension_of(walk.grammar, tokens, after)[0] == dimension)
    )


def _is_named_after(numbers: NumberGroup, start: int, subject: list[int]) -> bool:
    """`rose by 24.6% in Changsha, by 48.7% in Chenzhou`, `78.8% for coal`: each number's name stands behind it."""
    tokens, walk = numbers.tokens, numbers.walk
    first = subject[0]
    if numbers.kind not in ("percent", "money", "times") or tokens[start].text not in _NAMED_AFTER:
        return False
    if len(subject) > 1 and len(numbers.group) > 1:
        return False  # 3, 2 and 1 billion yuan with the USA, the EU and ASEAN
    roles = [index for index in range(start, first) if numbers.sentence.spoken_for.get(index) == "role"]
    between = first - start - len(roles)
    if between > 2 or (between == 2 and tokens[first - 1].text != "the"):
        return False
    if not tokens[first].names or any(tokens[index].is_a("flow") for index in subject):
        return False
    dimension, code = dimension_of(walk.grammar, tokens, first)
    in_frame = walk.frame is not None and not walk.named_after and walk.frame.names.get(dimension)
    known = walk.phrase.names.get(dimension) or in_frame
    if dimension == "partner" and known and len(known) > 1 and any(item.code == code for item in known):
        walk.phrase.names.pop(dimension, None)  # trade with A and B rose: 5 billion with A and 3 billion with B
    elif not dimension or known:
        return False
    if dimension == "region":
        holders = set(walk.grammar.codes.containing_regions(code)) - {code}
        if walk.grammar.region_id not in holders:
            return False
    elif tokens[start].text == "in":
        return False
    walk.named_after = True
    return True


def _joins_names(walk: Walk, index: int) -> bool:
    before, after = walk.tokens[index - 1], walk.tokens[index + 1] if index + 1 < len(walk.tokens) else None
    if after is not None and after.text == "the" and index + 2 < len(walk.tokens):
        after = walk.tokens[index + 2]
    return bool(before.names and after is not None and after.names)


def frame_of(numbers: NumberGroup) -> Frame:
    """The subject of a number: that gathered since the number before, or else that of the number before."""
    walk = numbers.walk
    phrase = walk.phrase
    if phrase.pointed and not phrase.names.keys() - {"region"} and (walk.frame is not None or numbers.grammar.siblings):
        return _pointed_at(numbers)
    if walk.frame is None or not phrase.is_empty():
        if numbers.in_parentheses and walk.frame is not None and not phrase.flows and not phrase.names:
            return walk.frame
        frame = open_frame(walk)
        numbers.opens_frame = True
        walk.last_level = None
        walk.recent = [*walk.recent, frame]
        return frame
    if phrase.is_nontrade:
        frame = walk.frame.copy()
        frame.parent, frame.own = walk.frame.parent, walk.frame.own
        frame.nontrade = phrase.is_nontrade
        walk.frame = frame
    if phrase.is_joint:
        walk.joint_next = True
    return walk.frame


def _pointed_at(numbers: NumberGroup) -> Frame:
    """前者, "the latter": one of the two last named; which some of several are is in doubt."""
    walk, pointed = numbers.walk, numbers.walk.phrase.pointed
    frame = walk.frame if walk.frame is not None else walk.grammar.top
    listed = next(((name, items) for name, items in frame.names.items() if len(items) > 1), walk.pointed_list)
    pair = walk.grammar.siblings[-2:]
    if listed is None and not (len(pair) == 2 and pair[0].own == pair[1].own and pair[0].own - {"flow", "region"}):
        listed = _pair_in_sentence_before(numbers)
    found = frame.copy()
    found.parent, found.own = frame.parent, frame.own
    found.flows = list(walk.phrase.flows or found.flows)
    if "region" in walk.phrase.names:
        is_home = [item.code for item in walk.phrase.names["region"]] == [walk.grammar.region_id]
        found.names["region"] = [] if is_home else list(walk.phrase.names["region"])
    if pointed != "some" and listed is not None and len(listed[1]) == 2:
        found.names[listed[0]] = [listed[1][0 if pointed == "former" else 1]]
        found.own = found.own | {listed[0]}
        walk.recent, walk.pointed_list, walk.frame = [*walk.recent, found], listed, found
        walk.phrase, walk.is_first, walk.last_level, numbers.opens_frame = Phrase(), False, None, True
    elif pointed != "some" and listed is None and len(pair) == 2 and pair[0].own == pair[1].own:
        chosen = pair[0 if pointed == "former" else 1]
        found.names = {name: list(items) for name, items in chosen.names.items()}
        found.flows = list(chosen.flows)
    else:
        found.doubt = found.doubt or "which of those named before is meant is not said"
        walk.frame = found
    walk.phrase.pointed = ""
    return found


def _pair_in_sentence_before(numbers: NumberGroup) -> tuple[str, list[Item]] | None:
    """The last two names that "and" joins in the English sentence before, and their list: A and B drove the rise."""
    grammar = numbers.grammar
    if numbers.sentence.is_chinese or len(grammar.sentences) < 2:
        return None
    tokens = grammar.sentences[-2].tokens
    for at in range(len(tokens) - 2, 0, -1):
        if not (tokens[at].is_a("and") and tokens[at - 1].names and tokens[at + 1].names):
            continue
        first, second = dimension_of(grammar, tokens, at - 1), dimension_of(grammar, tokens, at + 1)
        if first[0] == second[0] != "":
            pairs = ((tokens[at - 1], first), (tokens[at + 1], second))
            return first[0], [item_of(grammar, token, *named) for token, named in pairs]
    return None


def doubt_unknown_subject(numbers: NumberGroup, frame: Frame) -> Frame:
    """In English the subject of a number is that of its verb; words before the verb that no list knows are a doubt."""
    if numbers.sentence.is_chinese or numbers.in_parentheses or frame.doubt or frame.nontrade:
        return frame
    if numbers.kind in ("money", "physical") and _is_of_unknown_goods(numbers, frame):
        return _doubted(numbers, frame, _UNKNOWN_GOODS)
    verb = numbers.left("rise", "fall", "be", "to", "share")
    if verb is None:
        return frame
    start = numbers.clause_start
    for index in range(verb - 1, start - 1, -1):
        if numbers.tokens[index].is_a("while") or numbers.tokens[index].text == "with":
            start = index + 1
            break
    before = numbers.tokens[start:verb]
    if before and before[-1].text.endswith("ing"):
        before = before[:-1]  # edging up
    opens = before[0].text if before and start and numbers.tokens[start - 1].kind == "comma" else ""
    if opens.endswith("ing") and opens != "following":
        before = before[1:]  # …, reflecting a growth rate of
    if any(_says_subject(token) for token in numbers.tokens[verb + 1 : numbers.first]):
        return frame  # a decrease in supplies of gold by 17 percent
    if any(_is_unknown(one) and after.kind == "possessive" for one, after in pairwise(before)):
        return _doubted(numbers, frame, "the subject of the verb is not known")  # X's share in total exports
    if any(_says_subject(token) for token in before) or not any(_is_unknown(token) for token in before):
        return frame
    return _doubted(numbers, frame, "the subject of the verb is not known")


def _is_of_unknown_goods(numbers: NumberGroup, frame: Frame) -> bool:
    """`exported 60 billion yuan in face masks`: the goods stand behind, and no list knows them."""
    if frame.names.get("commodity") or frame.flows not in (["export"], ["import"]):
        return False
    behind = numbers.tokens[numbers.last + 1 : numbers.last + 4]
    if len(behind) < 2 or behind[0].text not in ("in", "of", "worth of") or not _is_unknown(behind[1]):
        return False
    return not any(token.is_a("flow", "measure", "nontrade") or token.period is not None for token in behind)


def _doubted(numbers: NumberGroup, frame: Frame, doubt: str) -> Frame:
    walk = numbers.walk
    doubtful = frame.copy()
    doubtful.parent, doubtful.own = frame.parent, frame.own
    doubtful.doubt = doubt
    if not doubtful.others:
        doubtful.others = tuple(other_flows(frame))
    if walk.frame is frame:
        walk.frame = walk.grammar.top = doubtful
    return doubtful


def _says_subject(token: Token) -> bool:
    return bool(token.names) or token.is_a(
        "flow", "measure", "anaphor", "scope_self", "scope_nation", "scope_province", "growth_noun", "share",
        "nontrade", "count_measure", "respectively",
    )  # fmt: skip


def _is_unknown(token: Token) -> bool:
    return token.kind == "word" and len(token.text) > 2 and token.text.isalpha()


def joint_or(numbers: NumberGroup, frame: Frame) -> Frame:
    """The subjects before taken together, where the words say so and they are known; else the frame."""
    walk = numbers.walk
    if not (walk.joint_next or walk.phrase.is_joint):
        return frame
    walk.joint_next = walk.phrase.is_joint = False
    joint = _joint_frame(numbers, frame)
    if joint is None and numbers.claims.joint_size and not frame.doubt:
        joint = frame.copy()
        joint.parent, joint.own = frame.parent, frame.own
        joint.doubt = "which are taken together is not known"
    return joint or frame


def _joint_frame(numbers: NumberGroup, frame: Frame) -> Frame | None:
    """The subjects of the clauses before, together: 二者相加, "together", 以上市场合计."""
    size = max((len(items) for items in frame.names.values()), default=0)
    if size > 1 and numbers.claims.joint_size in (0, size):
        return frame
    grammar = numbers.grammar
    own = frame.own if frame.own - {"flow"} else grammar.top.own
    candidates = (own, *(one.own for one in reversed(grammar.siblings)))
    dimension = next((one for its_own in candidates for one in _JOINT_DIMENSIONS if one in its_own), None)
    if dimension is None:
        return None
    wanted = numbers.claims.joint_size
    told = [one for one in grammar.siblings if dimension in one.own]
    if told and not wanted:  # of exports and imports of goods, those of the flow that was spoken of last
        told = [one for one in told if one.flows == told[-1].flows]
    items: list[Item] = []
    for sibling in reversed(told):
        known = {item.code for item in items}
        others = [item for item in sibling.names.get(dimension, []) if item.code not in known or item.code == UNMAPPED]
        items = [*others, *items]
        if wanted and len(items) >= wanted:
            break
    if wanted and len(items) < wanted:
        return None
    if wanted:
        items = items[-wanted:]
    if len(items) < 2:
        return None
    joint = frame.copy()
    joint.parent = frame.parent
    joint.names[dimension] = items
    return joint
