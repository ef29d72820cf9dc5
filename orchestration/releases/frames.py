"""Subjects in full: what of the subject before goes on in the next, and what the words of the next one change."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from orchestration.figures import UNMAPPED, WHOLE
from orchestration.releases.claims import JOINT_SIZES
from orchestration.releases.scope import IN_SCOPE
from orchestration.releases.subjects import PORT_CARGO, Frame, Item, Phrase

if TYPE_CHECKING:
    from orchestration.releases.grammar import Grammar
    from orchestration.releases.tokens import Token
    from orchestration.releases.walk import Walk

_NO_SUBJECT = "the sentence names no subject; that of the sentence before is taken"
_BEGINS_WITHOUT = "the paragraph begins without a subject"
_UNKNOWN_SUBJECT = "the subject of the sentence is not known"
_UNKNOWN_NAME = "a name that no list knows"
_OF_THE_WHOLE = "it may be of all goods again"
_OF_THOSE_COUNTED = "the trade of those that are counted is not that of the place"
_MAY_GO_ON = "it may go on with the subject of the sentence before"
_OF_THE_PLACE_BEFORE = "whether it is of the place that the sentence before is of is not said"
_LEFT_BEHIND = "whether it goes on with the partner before is not said"
_GOODS_LEFT_BEHIND = "whether it goes on with the goods before is not said"
_SUBJECT_DOUBTS = frozenset(
    {
        _NO_SUBJECT,
        _BEGINS_WITHOUT,
        _UNKNOWN_SUBJECT,
        _LEFT_BEHIND,
        "the subject of the verb is not known",
    }
)
#: Before goods that are left out: they are named by what is told of exports alone.
_ALL_BUT = ("non-", "non ")
#: Tokens from "that of" to the number.
_REACH_OF_THAT = 5
#: How many subjects deep one narrows another, and how many a word such as "together" reaches back over.
_DEEPEST = 12
_MOST_SIBLINGS = 40


def _is_of_subject(doubt: str) -> bool:
    """Whether it is in doubt what a clause is about: then what narrows it is in doubt too."""
    return doubt in _SUBJECT_DOUBTS or doubt == _OF_THOSE_COUNTED or doubt.startswith(f"{_UNKNOWN_NAME}: ")


def drop_subject(walk: Walk) -> None:
    """A subject without a number of its own: the next clause begins anew."""
    keep = walk.phrase
    walk.phrase = Phrase()
    walk.passed_over = {name: list(items) for name, items in keep.names.items() if name != "region"}
    if not walk.is_first or keep.is_nontrade:
        return
    walk.phrase.is_drilling = keep.is_drilling


def _is_group_of(item: Item, size: int) -> bool:
    """Whether the name of a group says that it has so many members."""
    return any(JOINT_SIZES.get(word) == size for word in re.findall(r"[a-z]+|[\u4e00-\u9fff]", item.text.lower()))


def open_frame(walk: Walk) -> Frame:
    """The frame of the subject gathered so far; the phrase begins anew."""
    grammar, phrase = walk.grammar, walk.phrase
    for dimension, items in phrase.names.items():
        if len(items) > 2 and _is_group_of(items[0], len(items) - 1):  # the "new three", A, B and C
            phrase.head[dimension], phrase.names[dimension] = items[:1], items[1:]
    if not phrase.flows and (hinted := phrase.hinted_flow or _flow_of_mode(phrase)):
        phrase.flows = [hinted]
    if walk.sentence.is_chinese and not phrase.flows and (behind := _balance_behind(walk)) is not None:
        phrase.flows, phrase.is_deficit = ["balance"], behind.is_a("balance_sign")
    points_back = phrase.is_anaphoric or (phrase.is_bilateral and walk.passed_over.get("partner"))
    if points_back and not phrase.names and walk.passed_over:
        phrase.names = walk.passed_over  # Kazakhstan was the largest partner, but trade with it fell
    if phrase.is_bilateral and walk.is_first and not phrase.names and not walk.grammar.top.names.get("partner"):
        named = walk.partners_of_sentence_before()
        if len(named) == 1:
            phrase.names = {"partner": named}  # The EU remained the top partner. Bilateral trade came to …
    own = frozenset(phrase.dimensions)
    before = walk.frame if walk.frame is not None else grammar.top
    frame: Frame
    if walk.outer and walk.frame is not None:
        frame = before.copy()
        frame.parent = before
        _collapse(frame)
    elif not own and not phrase.measures:
        frame = _same_subject(walk, before, phrase)
    elif walk.is_first:
        frame = _first_frame(walk, own, phrase)
    else:
        frame = _next_frame(walk, own, phrase, before)
    _note(walk, frame, phrase, own)
    _fill(walk, frame, phrase, own)
    if lost := _left_behind(walk, own, phrase, before):
        frame.doubt = frame.doubt or _LEFT_BEHIND
        frame.others = (*frame.others, ({**frame.names, "partner": lost}, None))
    if goods := _goods_of_other_place(walk, own, phrase, before):
        frame.doubt = frame.doubt or _GOODS_LEFT_BEHIND
        frame.others = (*frame.others, (dict(frame.names), None))
        frame.names["commodity"] = goods
    if walk.lists:  # a sentence that states nothing does not turn to the whole
        grammar.scope.widen(phrase)
    frame.scope = {} if phrase.is_total and own == {"flow"} else grammar.scope.missing(frame)  # total exports
    if frame.scope:
        frame.doubt = frame.doubt or IN_SCOPE
    says_whole = "region" in own or phrase.is_whole or frame.count_measure or frame.scope
    if grammar.scope.goods and not frame.names.get("commodity") and not says_whole:
        frame.doubt = frame.doubt or IN_SCOPE  # machinery exports, as the heading has it
        flow = grammar.scope.flow if "flow" not in frame.own else None
        frame.others = (*frame.others, ({**frame.names, "commodity": grammar.scope.goods}, flow or None))
    if walk.flow_doubt:
        frame.doubt = frame.doubt or walk.flow_doubt
        frame.others = (*frame.others, *other_flows(frame))
    is_of_counted = phrase.is_anaphoric or (phrase.is_joint and walk.sentence.is_chinese)  # 612家，合计进出口…
    if before.count_measure and is_of_counted and phrase.flows and not phrase.names:
        frame.doubt = frame.doubt or _OF_THOSE_COUNTED
    if walk.is_first and not phrase.is_empty():
        grammar.topic = frame
        if phrase.flows:
            grammar.topic_flow = phrase.flows[0] if len(phrase.flows) == 1 else ""
    if frame.doubt in _SUBJECT_DOUBTS and not frame.count_measure:
        frame.others = (*frame.others, *other_flows(frame))
    walk.is_first = False
    walk.frame = frame
    grammar.top = frame
    frame.depth = 0 if frame.parent is None else frame.parent.depth + 1
    if frame.depth > _DEEPEST:
        frame.parent, frame.depth = None, 0
    if own:
        grammar.siblings.append(frame)
        del grammar.siblings[:-_MOST_SIBLINGS]
    if phrase.names or phrase.flows:
        walk.list_measures = []
    walk.phrase = Phrase()
    walk.clause_break = ""
    walk.pending_break = False
    return frame


def _balance_behind(walk: Walk) -> Token | None:
    """The balance right behind a number before which no flow is said: 出现4亿美元贸易逆差."""
    tokens, number = walk.tokens, walk.position
    number += tokens[number].quantity is None
    if number + 1 >= len(tokens) or tokens[number].quantity is None:
        return None
    behind = tokens[number + 1]
    clause = tokens[walk.sentence.clause_start(walk.position) : number]
    is_balance = behind.senses.get("flow") == "balance" and not any(token.is_a("flow") for token in clause)
    return behind if is_balance else None


def _flow_of_mode(phrase: Phrase) -> str:
    """The flow that a trade mode says itself: re-exports are exports."""
    said = {item.flow for item in phrase.names.get("trade_mode", [])}
    flow = said.pop() if len(said) == 1 else ""
    return flow if flow in ("export", "import") else ""


def other_flows(frame: Frame) -> list[tuple[None, str]]:
    """The readings of a subject whose flow is open."""
    return [(None, flow) for flow in ("export", "import", "total") if [flow] != frame.flows]


def _same_subject(walk: Walk, before: Frame, phrase: Phrase) -> Frame:
    if walk.is_first and walk.sentence.begins_paragraph and not phrase.is_anaphoric and not phrase.is_drilling:
        before = _base_frame(walk.grammar)
        before.doubt = _BEGINS_WITHOUT
    frame = before.copy()
    frame.parent, frame.own = before.parent, before.own
    if walk.is_first:
        frame.others = ()
    if walk.is_first and not (phrase.is_anaphoric or phrase.has_statistic or phrase.is_drilling):
        frame.doubt = _NO_SUBJECT
    if walk.is_first and phrase.unknown_words >= 2 and not phrase.is_drilling:
        frame.doubt = _UNKNOWN_SUBJECT
    if walk.is_first and _topic_differs(walk.grammar) and not frame.doubt and not phrase.is_drilling:
        frame = walk.grammar.topic.copy()
        frame.parent, frame.own = walk.grammar.topic.parent, walk.grammar.topic.own
    if phrase.is_nontrade:
        frame.nontrade = phrase.is_nontrade
    if walk.is_first and walk.grammar.trailing_measures:
        frame.measures, frame.count_measure = list(walk.grammar.trailing_measures), ""
        frame.doubt = ""
    return frame


def _base_frame(grammar: Grammar) -> Frame:
    """A subject of its own: all the trade of the place that reports."""
    return Frame(flows=[grammar.paragraph_flow or "total"])


def _first_frame(walk: Walk, own: frozenset[str], phrase: Phrase) -> Frame:
    grammar = walk.grammar
    if grammar.heading is not None and walk.sentence.begins_paragraph and not phrase.is_anaphoric:
        frame = grammar.heading.copy()
        frame.parent = grammar.heading
        _forget_measure(frame)
        return frame
    is_again = phrase.is_anaphoric and own <= {"flow"} and not phrase.is_total  # but: total exports, for their part, …
    if phrase.is_drilling or is_again or (not own and _is_orphan(phrase)):
        parent = grammar.topic if _speaks_of_a_holder(grammar) else grammar.top
        frame = parent.copy()
        frame.parent = parent
        _forget_measure(frame)
        frame.doubt = parent.doubt if _is_of_subject(parent.doubt) else ""
        _collapse(frame)
        if (
            not walk.sentence.is_chinese
            and walk.sentence.begins_paragraph
            and len(frame.names.get("commodity", [])) > 1
        ):
            del frame.names["commodity"]  # smartphones, toys and cars. Trade between the two countries fell …
        if phrase.is_anaphoric and walk.sentence.begins_paragraph and _other_places(grammar):
            # the trade of the two sides, after that of Guangxi with ASEAN
            frame.others = ({**frame.names, "region": []}, None), *frame.others
            frame.doubt = frame.doubt or _OF_THE_PLACE_BEFORE
        if phrase.is_anaphoric and own == {"flow"} and _turns_round(walk, phrase, parent):
            frame.others = ({"region": parent.names.get("region", [])}, None), *frame.others
            frame.doubt = frame.doubt or _OF_THE_WHOLE
        return frame
    topic = grammar.topic
    rest = own - {"region"}
    if (
        walk.sentence.is_chinese
        and not phrase.flows
        and not walk.sentence.begins_paragraph
        and rest
        and rest <= topic.own
        and topic.own - rest - {"flow", "region"}
    ):
        # 民营企业对俄进出口…。国有企业…: the same partner
        frame = topic.copy()
        frame.parent = topic.parent
        _forget_measure(frame)
        _collapse(frame)
        return frame
    frame = _base_frame(walk.grammar)
    frame.parent = grammar.base
    if phrase.is_anaphoric and not phrase.says_whose and own == {"flow", "region"} and "commodity" in grammar.top.own:
        # the province exported 3 tonnes of them
        frame.names["commodity"] = list(grammar.top.names.get("commodity", []))
    if phrase.is_with_them and own == {"flow", "region"} and "partner" in grammar.top.own:
        # Suzhou's trade with the three
        frame.names["partner"] = list(grammar.top.names.get("partner", []))
    if own == {"partner"} and _goes_on_weighing(walk):
        # 946,000 tons of bananas were imported. They came from the Philippines (431,000 tons) …
        frame.names["commodity"] = list(grammar.top.names["commodity"])
        frame.flows, frame.has_own_flow, frame.doubt = list(grammar.top.flows), True, grammar.top.doubt
    if phrase.says_whose and "region" not in own:
        frame.names["region"] = _other_places(grammar)  # customs put its trade with Russia at …
    elif "region" not in own and not walk.sentence.begins_paragraph and (places := _other_places(grammar)):
        frame.others = (({"region": places}, None),)
        frame.doubt = _OF_THE_PLACE_BEFORE
    goes_on = own == {"flow"} and not walk.sentence.begins_paragraph and _is_narrow(grammar.top)
    if goes_on and not _names_of_another_flow(grammar.top.names, phrase):
        frame.others = (({**grammar.top.names}, None),)
        frame.doubt = _MAY_GO_ON
    elif own == {"flow"} and not walk.sentence.begins_paragraph and grammar.top.doubt == _MAY_GO_ON:
        frame.others, frame.doubt = grammar.top.others, _MAY_GO_ON
    if not phrase.flows:
        flow = grammar.paragraph_flow or grammar.topic_flow
        if flow:
            frame.flows = [flow]
    if (
        grammar.paragraph_period
        and not walk.own_period
        and not own <= {"flow"}
        and grammar.period != grammar.paragraph_period
    ):
        grammar.period = grammar.paragraph_period
    return frame


def _goes_on_weighing(walk: Walk) -> bool:
    """Whether an English number without goods is weighed, after a sentence of its paragraph that weighed some."""
    top, tokens, at = walk.grammar.top, walk.tokens, walk.position
    at += at + 1 < len(tokens) and tokens[at].quantity is None
    quantity = tokens[at].quantity
    is_weighed = quantity is not None and quantity.unit_kind == "physical"
    is_inside = not walk.sentence.is_chinese and not walk.sentence.begins_paragraph
    return is_weighed and is_inside and len(top.names.get("commodity", [])) == 1 and not top.names.get("partner")


def _other_places(grammar: Grammar) -> list[Item]:
    """The place that the last subject was of, where that is neither the one that reports nor one that holds it."""
    items = grammar.top.names.get("region", [])
    holders = grammar.codes.containing_regions(grammar.region_id)
    return list(items) if len(items) == 1 and items[0].code not in holders else []


def _turns_round(walk: Walk, phrase: Phrase, parent: Frame) -> bool:
    """Whether `Its imports …` comes after the exports of some goods: they need not be imports of the same goods."""
    is_other_flow = bool(phrase.flows) and parent.flows not in (phrase.flows, ["total"])
    return bool(parent.names.get("commodity")) and is_other_flow and not walk.sentence.is_chinese


def _is_orphan(phrase: Phrase) -> bool:
    """Whether a quantity or price has its subject in the sentence before: `The quantity rose 8.3 percent`."""
    return not phrase.counted and set(phrase.measures) <= {"quantity", "unit_value"}


def _is_narrow(frame: Frame) -> bool:
    """Whether a subject is a part of the trade of the place that reports."""
    if frame.count_measure or frame.nontrade:
        return False
    return any(
        len(items) == 1 and items[0].code != WHOLE.get(name) for name, items in frame.names.items() if name != "region"
    )


def _next_frame(walk: Walk, own: frozenset[str], phrase: Phrase, before: Frame) -> Frame:
    frame = _following_frame(walk, own, phrase, before)
    is_of_same = not own & {"flow"} or _says_that_of(walk)
    if phrase.is_anaphoric and own and is_of_same and not before.count_measure:
        frame.measures = list(before.measures)  # the price of coal fell, and that of ore
    elif own and "flow" not in own and before.measures and not phrase.measures and _leaves_out_verb(walk):
        frame.measures = list(before.measures)  # the price fell by 60 percent for coal, by 41 percent for steel
    return frame


def _leaves_out_verb(walk: Walk) -> bool:
    """Whether no verb stands between an English percentage and the one before it: `…, for tires by 41 percent`."""
    tokens, number = walk.tokens, walk.position
    number += tokens[number].quantity is None and number + 1 < len(tokens)
    quantity = tokens[number].quantity
    start = next((at for at in range(number - 1, -1, -1) if tokens[at].quantity is not None), None)
    if quantity is None or quantity.unit_kind != "percent" or start is None or walk.sentence.is_chinese:
        return False
    between = tokens[start + 1 : number]
    says_by = any(token.is_a("by") for token in between)
    return says_by and not any(token.is_a("rise", "fall", "share", "be") for token in between)


def _says_that_of(walk: Walk) -> bool:
    """`the volume of imports rose by 5 percent and that of exports by 2 percent`: of the volume, too."""
    before = [token.text for token in walk.tokens[max(0, walk.position - _REACH_OF_THAT) : walk.position]]
    return any(pair == ("that", "of") for pair in pairwise(before))


def _left_behind(walk: Walk, own: frozenset[str], phrase: Phrase, before: Frame) -> list[Item]:
    """The partner of the clause before, where one in the same flow names other goods: 自俄罗斯进口原油…；进口农产品….

    Only where the partner was said together with goods; else the clause before is a list of partners.
    """
    goes_on = own == {"commodity", "flow"} and {"commodity", "partner"} <= before.own and not walk.is_first
    return before.names.get("partner", []) if goes_on and phrase.flows == before.flows else []


def _goods_of_other_place(walk: Walk, own: frozenset[str], phrase: Phrase, before: Frame) -> list[Item]:
    """The goods of the clause before, where one in the same flow names another place: 东部服装出口…；西部出口…."""
    is_parallel = own == {"region", "flow"} and not walk.is_first and phrase.flows == before.flows
    is_of_place = {"region", "commodity", "flow"} <= before.own or before.doubt == _GOODS_LEFT_BEHIND
    home = walk.grammar.region_id
    is_elsewhere = all(item.code != home for item in (*phrase.names.get("region", []), *before.names.get("region", [])))
    says_whole = phrase.is_total or phrase.is_whole or before.names.get("partner")
    goes_on = is_parallel and is_of_place and is_elsewhere and walk.sentence.is_chinese and not says_whole
    return before.names.get("commodity", []) if goes_on else []


def _following_frame(walk: Walk, own: frozenset[str], phrase: Phrase, before: Frame) -> Frame:
    narrow = own - {"flow"} or own
    if own == {"flow"} and phrase.is_total and not walk.outer and not _follows_colon(walk):
        frame = _base_frame(walk.grammar)  # imports of coal rose 5 percent, total imports 2 percent
        frame.parent = walk.grammar.base
        return frame
    if not own:
        frame = before.copy()
        frame.parent = before.parent
        frame.own = before.own
        return frame
    if phrase.is_drilling:
        frame = before.copy()
        frame.parent = before
        _collapse(frame)
        _forget_measure(frame)
        return frame
    sibling: Frame | None = before
    while sibling is not None and not sibling.own & narrow:
        sibling = sibling.parent
    if own == {"flow"}:
        source = sibling if sibling is not None and sibling.own else before
        if walk.clause_break == "strong" and _speaks_of_a_holder(walk.grammar):
            source = walk.grammar.topic  # 同期全国出口下降2%；进口…: of the place again
        frame = source.copy()
        if phrase.flows == ["balance"] and source.flows in (["export"], ["import"]) and not walk.sentence.is_chinese:
            frame.names["commodity"] = []  # with gold imports doubling to 5 billion, the deficit was 20 billion
        if _leaves_a_part(walk, phrase, before):
            frame.names["commodity"] = []
            frame.others = ((dict(before.names), None),)
            frame.doubt = _OF_THE_WHOLE
        if any(item.text.lower().startswith(_ALL_BUT) for item in source.names.get("commodity", [])):
            frame.names["commodity"] = []  # non-oil exports rose, imports fell: of all goods
        frame.parent = source if source.own - {"flow"} else source.parent
        _collapse(frame)
        _forget_measure(frame)
        return frame
    if sibling is None:
        if walk.clause_break == "strong" and phrase.flows:
            frame = _base_frame(walk.grammar)
            frame.parent = walk.grammar.base
        else:
            frame = before.copy()
            frame.parent = before
            if phrase.flows and not phrase.is_anaphoric and before.own - {"flow", "region"}:
                frame = _base_frame(walk.grammar)
                frame.parent = walk.grammar.base
        _forget_measure(frame)
        _collapse(frame)
        return frame
    if phrase.flows:
        parent = sibling.parent or walk.grammar.base
        frame = parent.copy()
        frame.parent = parent
        _collapse(frame)
    else:
        frame = sibling.copy()
        frame.parent = sibling.parent
        _collapse(frame)
        if before is not sibling and before.own == {"flow"} and phrase.is_next_in_order:
            frame.flows = list(before.flows)
    _forget_measure(frame)
    return frame


def _leaves_a_part(walk: Walk, phrase: Phrase, before: Frame) -> bool:
    """进口额3亿元，其中原油进口额1亿元；出口额2亿元: the other flow behind a part of one need not be of that part."""
    is_part = (
        bool(before.names.get("commodity"))
        and "commodity" in before.own
        and "narrows the subject before" in before.notes
    )
    parent = before.parent
    return (
        walk.clause_break == "strong"
        and is_part
        and parent is not None
        and not parent.names.get("commodity")
        and parent.flows == before.flows != phrase.flows
    )


def _follows_colon(walk: Walk) -> bool:
    """Whether a clause says more of the one before it: `In second place was the EU: total trade …`."""
    start = walk.sentence.clause_start(walk.position)
    return start > 0 and walk.tokens[start - 1].kind == "colon"


def _collapse(frame: Frame) -> None:
    """A list does not carry on into the next subject as a list."""
    frame.head = {}
    if len(frame.flows) > 1:
        frame.flows = ["total"]
    frame.flow_pair = ()


def _note(walk: Walk, frame: Frame, phrase: Phrase, own: frozenset[str]) -> None:
    """What of the subject is not said by its own words: it stands in the reading of its figures."""
    notes: list[str] = []
    if not phrase.flows:
        if not walk.is_first:
            notes.append("flow of the clause before")
        elif walk.grammar.paragraph_flow:
            notes.append("flow of the paragraph's heading")
        elif own and walk.grammar.topic_flow:
            notes.append("flow of the sentence before")
        elif own:
            notes.append("flow not said")
    if not own:
        notes.append("subject of the clause before" if not walk.is_first else "subject of the sentence before")
    elif phrase.is_anaphoric or phrase.is_drilling:
        notes.append("narrows the subject before")
    frame.notes = tuple(notes)
    before = walk.frame
    if "flow of the clause before" in notes and own and before is not None and _is_of_subject(before.doubt):
        walk.flow_doubt = "the flow is that of a clause whose subject is in doubt"
    goes_on = (phrase.is_anaphoric or phrase.measures) and _is_sole_subject(walk.grammar)
    if "subject of the sentence before" in notes and not walk.grammar.trailing_measures and not goes_on:
        frame.doubt = frame.doubt or _NO_SUBJECT
        if frame.names:
            frame.others = (*frame.others, ({}, None))
    if "flow not said" in notes and (ahead := _flow_ahead(walk)):
        phrase.flows = [ahead]
        notes.remove("flow not said")
        frame.notes = tuple(notes)
    is_of_goods = bool(phrase.names.get("commodity")) and not phrase.flows and frame.flows == ["total"]
    if is_of_goods and notes and notes[0].startswith("flow of the ") and not walk.sentence.is_chinese:
        # of goods alone seldom exports and imports together are told
        walk.flow_doubt = walk.flow_doubt or "whether exports, imports or both is not said"
    is_settled = walk.sentence.is_chinese and frame.flows == ["total"] and own != {"commodity"}
    says_trade = any("trade" in item.text.lower() or item.flow for item in phrase.names.get("trade_mode", []))
    is_settled = is_settled or (says_trade and frame.flows == ["total"])  # general trade, after trade in total
    if "flow of the sentence before" in notes and not frame.doubt and not is_settled:
        walk.flow_doubt = "whether the flow is that of the sentence before is not said"
    is_cargo = any(item.code == PORT_CARGO for item in phrase.names.get("commodity", []))  # both ways, if not said
    is_open = not walk.sentence.is_chinese or (own <= {"commodity"} and not is_cargo)
    names_no_place = "region" not in own or ("commodity" in own and not walk.sentence.is_chinese)
    if "flow not said" in notes and is_open and names_no_place and not says_trade:
        walk.flow_doubt = "whether exports, imports or both is not said"
    elif phrase.flows:
        if frame.doubt and frame.doubt == walk.flow_doubt:
            frame.doubt, frame.others = "", ()
        walk.flow_doubt = ""


def _flow_ahead(walk: Walk) -> str:
    """The flow behind the numbers: `growth of 5 percent to 3 billion yuan in exports`, 对甲（…）、乙（…）出口."""
    tokens = walk.tokens
    index, depth, said = walk.position, len(walk.outer), ""
    if tokens[index].kind == "open":
        index += 1
    while index < len(tokens):
        token = tokens[index]
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind in ("semicolon", "stop") or (depth <= 0 and token.kind in ("comma", "colon", "dash")):
            break
        if depth <= 0 and token.is_a("flow") and walk.sentence.free(index):
            said = token.senses["flow"]
            before = tokens[index - 1]
            is_object = before.is_a("be") or any(one.text in ("in", "of") for one in tokens[max(0, index - 3) : index])
            is_ahead = before.kind == "close" if walk.sentence.is_chinese else is_object
            return said if is_ahead and said in ("export", "import", "total") else ""
        index += 1
    return ""


def _names_of_another_flow(names: dict[str, list[Item]], phrase: Phrase) -> list[str]:
    """The dimensions whose names say a flow themselves, another than a phrase: imports are no re-exports."""
    if phrase.flows not in (["export"], ["import"]):
        return []
    return [
        dimension
        for dimension, items in names.items()
        if dimension not in phrase.names and any(item.flow not in ("", "total", phrase.flows[0]) for item in items)
    ]


def _fill(walk: Walk, frame: Frame, phrase: Phrase, own: frozenset[str]) -> None:
    for dimension in _names_of_another_flow(frame.names, phrase):
        del frame.names[dimension]
    for dimension, items in phrase.names.items():
        is_own = dimension == "region" and len(items) == 1 and items[0].code == walk.grammar.region_id
        frame.names[dimension] = [] if is_own else list(items)
    frame.head = dict(phrase.head)
    frame.examples = dict(phrase.examples)
    if phrase.is_flipped:
        phrase.flows = [{"import": "export", "export": "import"}.get(flow, flow) for flow in phrase.flows]
    if phrase.flows:
        frame.flows = list(phrase.flows)
        frame.flow_pair = phrase.flow_pair
        frame.is_deficit = phrase.is_deficit
        frame.has_own_flow = True
    else:
        hinted = [item.flow for items in phrase.names.values() for item in items if item.flow]
        if hinted and len(phrase.names.get("trade_mode", phrase.names.get("commodity", []))) == 1:
            frame.flows = [hinted[0]]
    if phrase.measures:
        frame.measures = list(phrase.measures)
    if phrase.counted and phrase.measures:
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
        narrows_doubt = own != {"flow"} and not phrase.is_drilling
        is_kept = frame.others or (_is_of_subject(frame.doubt) and not narrows_doubt)
        frame.doubt = frame.doubt if is_kept else ""
    if any(
        item.code == UNMAPPED and item.start in walk.unknown_starts for items in frame.names.values() for item in items
    ):
        frame.doubt = _UNKNOWN_NAME
        known = {
            name: [item for item in items if item.code != UNMAPPED or item.start not in walk.unknown_starts]
            for name, items in frame.names.items()
        }
        frame.others = (*frame.others, (known, None))
    unknown = phrase.carrier or (phrase.unknown_names and not phrase.names.get("region") and phrase.unknown_names[0])
    if unknown:
        frame.doubt = f"{_UNKNOWN_NAME}: {unknown}"
    if phrase.unknown_characters >= 4:
        frame.doubt = "words of the subject that are not understood"
    if phrase.is_nontrade:
        frame.nontrade = phrase.is_nontrade
    elif own:
        frame.nontrade = ""
    before = walk.grammar.siblings[-1:]
    turns = bool(phrase.flows and before and before[0].flows != phrase.flows)  # 本地产品出口…。进口货值合计…
    if phrase.is_joint and not own - {"flow", "region"} and not turns:
        walk.joint_next = True


def _forget_measure(frame: Frame) -> None:
    frame.measures, frame.count_measure, frame.nontrade = [], "", ""


def _speaks_of_a_holder(grammar: Grammar) -> bool:
    """Whether the last subject was the nation or province beside the place: 而同期全国进出口增幅为2.8%."""
    holders = grammar.codes.containing_regions(grammar.region_id)[1:]
    regions = [item.code for item in grammar.top.names.get("region", [])]
    topics = [item.code for item in grammar.topic.names.get("region", [])]
    return len(regions) == 1 and regions[0] in holders and topics != regions


def _is_sole_subject(grammar: Grammar) -> bool:
    """Whether the sentence before spoke of one subject only, and of that for sure."""
    top = grammar.top
    return top is grammar.topic and bool(top.own - {"region"}) and not top.doubt and not top.count_measure


def _topic_differs(grammar: Grammar) -> bool:
    """Whether the last subject was a narrower one than the topic of its sentence."""
    return grammar.top is not grammar.topic and len(grammar.topic.names.get("commodity", [])) < 2
