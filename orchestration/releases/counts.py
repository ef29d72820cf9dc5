"""Numbers that count something, and bare numbers whose words say elsewhere what they count."""

from __future__ import annotations

import re

from orchestration.figures import UNMAPPED
from orchestration.releases.comparisons import base_period, is_base, period_of
from orchestration.releases.distribution import distribute
from orchestration.releases.lexicon import words, words_with_values
from orchestration.releases.naming import dimension_of, item_of
from orchestration.releases.number_groups import NumberGroup, change_after
from orchestration.releases.number_subjects import frame_of
from orchestration.releases.statements import Reading, Statement
from orchestration.releases.subjects import Frame, Item

#: Counts that a trade mode may have: parcels of cross-border e-commerce.
_OF_A_MODE = frozenset({"parcels", "declarations"})
_COUNTED_THAT = frozenset(words("counted_that"))
#: Which enterprises are meant, by words near the number; what says more stands first.
_ENTERPRISE_CUES = words_with_values("enterprise_cue")
_COUNTED_IN_PART = "whether those are counted that trade at all, or as the clause before says, is not said"


def bare_statements(numbers: NumberGroup) -> tuple[list[list[Statement]], str]:
    """A number without a unit is a count where its words say of what, else nothing is known of it."""
    quantity = numbers.quantities[0]
    if len(numbers.group) == 1 and "." not in quantity.printed:
        counted = _named_count(numbers) or _count_out_of(numbers) or _count_before_verb(numbers)
        if counted:
            return counted, ""
    if _is_of_those_counted(numbers):
        last = next(one.quantity for one in reversed(numbers.walk.stated) if one.quantity.unit_kind == "count")
        is_place = last.unit in ("prefectures", "regions", "cities")
        return _counted_as(numbers, last.unit, "regions" if is_place else last.measure), ""
    if len(quantity.printed) < 2:
        for one in numbers.quantities:
            one.unit_kind = "other"
    return [], "a number without a unit"


def _counted_as(numbers: NumberGroup, unit: str, measure: str) -> list[list[Statement]]:
    quantity = numbers.quantities[0]
    quantity.unit, quantity.unit_kind, quantity.measure = unit, "count", measure
    numbers.kind = "count"
    return count_statements(numbers, frame_of(numbers))


def _named_count(numbers: NumberGroup) -> list[list[Statement]]:
    """`the number of enterprises reached 3,210`: what is counted is the subject."""
    walk = numbers.walk
    goes_on = walk.frame is not None and walk.frame.count_unit == "enterprises" and walk.phrase.is_empty()
    if not (walk.phrase.counted or goes_on):
        return []
    frame = frame_of(numbers)
    quantity = numbers.quantities[0]
    quantity.unit, quantity.unit_kind, quantity.measure = "enterprises", "count", frame.count_measure
    return count_statements(numbers, frame)


def _count_out_of(numbers: NumberGroup) -> list[list[Statement]]:
    """`10 of the 14 prefectures`: the unit stands with the whole that the count is out of."""
    tokens, index = numbers.tokens, numbers.last + 1
    if index >= len(tokens) or tokens[index].text != "of":
        return []
    for cursor in range(index + 1, min(index + 5, len(tokens))):
        whole = tokens[cursor].quantity
        if whole is not None and whole.unit_kind == "count":
            numbers.grammar.account(Reading(whole, not_a_figure="the whole of a count"))
            numbers.sentence.spoken_for[cursor] = "number:whole of a count"
            numbers.walk.lists.pop(cursor, None)
            return _counted_as(numbers, whole.unit, whole.measure)
    return []


def _count_before_verb(numbers: NumberGroup) -> list[list[Statement]]:
    """`Of the enterprises, 120 were …`."""
    tokens, index = numbers.tokens, numbers.last + 1
    if index >= len(tokens) or not tokens[index].is_a("be"):
        return []
    chars = numbers.grammar.text.chars
    for token in tokens[: numbers.first]:
        if chars[token.start : token.end].endswith(("enterprises", "companies", "firms")):
            numbers.walk.sentence_doubt = "which enterprises are meant is not certain"
            return _counted_as(numbers, "enterprises", "enterprises")
    return []


def _is_of_those_counted(numbers: NumberGroup) -> bool:
    """`12 of them`, after a count."""
    following = [token.text for token in numbers.tokens[numbers.last + 1 : numbers.last + 3]]
    has_count = any(one.quantity.unit_kind == "count" for one in numbers.walk.stated)
    return has_count and following in (["of", "them"], ["of", "these"])


def count_statements(numbers: NumberGroup, frame: Frame) -> list[list[Statement]]:
    """How many enterprises, regions, trains … there are; the subject is then what is counted."""
    walk, tokens = numbers.walk, numbers.tokens
    quantity = numbers.quantities[-1]
    measure, doubt = _counted_measure(numbers, frame)
    statistic, sign = "level", 1
    change = numbers.adjacent_left("rise", "fall")
    if change is not None and not tokens[change].is_a("qualifier", "to") and tokens[change].text != "新增":
        statistic, sign = "change", numbers.sign_of(change)
    elif sign_after := change_after(numbers):
        statistic, sign = "change", sign_after  # 2,100 more than a year before
    period, rule = period_of(numbers), "count"
    if statistic == "level" and is_base(numbers):
        period, rule = base_period(numbers, period), "count of the period compared with"
    _claim_what_is_counted(numbers)
    counted = frame.copy()
    counted.parent, counted.own = frame.parent, frozenset({"count"})
    counted.count_measure, counted.count_unit = measure, quantity.unit
    if not walk.sentence_doubt and measure.endswith(("enterprises", "growing_regions", "doubling_regions")):
        counted.doubt, counted.others = "", ()  # what is counted is said with the number
    is_of_part = any(frame.names.get(name) for name in ("partner", "commodity", "trade_mode"))
    if walk.stated and is_of_part and measure.endswith("enterprises"):
        counted.doubt = counted.doubt or _COUNTED_IN_PART
    counted.flows = [""]
    regions = frame.names.get("region", [])
    if measure.endswith(("regions", "partners")):  # 21个市州中16个: of the place that reports, whatever came before
        begins = numbers.grammar.text.offsets[tokens[0].start]
        regions = [item for item in regions if item.start >= begins]
    counted.names = {"region": regions}
    kept = "ownership" if measure.endswith("enterprises") else "trade_mode" if measure in _OF_A_MODE else ""
    begins = numbers.grammar.text.offsets[tokens[numbers.clause_start].start]
    own = [item for item in frame.names.get(kept, []) if item.start >= begins]
    if kept == "ownership":
        own = _owner_of_counted(numbers) or own
    if own:
        counted.names[kept] = own  # 其中民营企业10.9万家
    if not (measure == "partners" and frame.has_own_flow and not numbers.sentence.is_chinese):
        walk.frame = counted  # but `exported to over 40 countries, with Japan taking 35 percent` goes on with exports
        numbers.grammar.top = counted
    return distribute(numbers, counted, statistic, sign, measure, period=period, rule=rule, doubt=doubt)


def _owner_of_counted(numbers: NumberGroup) -> list[Item]:
    """`542,000 private enterprises`, 4518家民营企业: whose they are stands behind the number."""
    grammar, quantity = numbers.grammar, numbers.quantities[-1]
    behind = numbers.tokens[numbers.last + 1 : numbers.last + 2]
    if numbers.sentence.is_chinese and any(token.may_name("ownership") for token in behind):
        _, code = dimension_of(grammar, numbers.tokens, numbers.last + 1)
        return [item_of(grammar, behind[0], "ownership", code)]
    printed = grammar.text.chars[quantity.start : quantity.end]
    for found in re.finditer(r"(?<= )[a-z]", printed):
        name = printed[found.start() :]
        code = grammar.codes.resolve("ownership", name, region_id=grammar.region_id)
        if code != UNMAPPED:
            start, end = grammar.text.span(quantity.start + found.start(), quantity.end)
            return [Item(code, grammar.source[start:end], start, end)]
    return []


def _counted_measure(numbers: NumberGroup, frame: Frame) -> tuple[str, str]:
    """What is counted, and the doubt about it."""
    tokens = numbers.tokens
    measure = numbers.quantities[-1].measure or "enterprises"
    stated = [one for one in frame.measures if one.endswith("enterprises")]
    if measure == "enterprises" and stated:
        measure = stated[-1]
    if measure == "enterprises":
        return _enterprises(numbers), ""
    if measure not in ("regions", "partners", "ports", "commodity_kinds"):
        return measure, ""
    before = tokens[numbers.clause_start : numbers.first]
    near = tokens[numbers.last : min(numbers.last + 9, numbers.clause_end)]
    cue = next((token for token in (*reversed(before), *near) if token.is_a("multiple", "cause", "rise")), None)
    if cue is not None and cue.is_a("multiple", "cause"):
        return ("doubling_regions" if measure == "regions" else measure), ""
    if any(token.is_a("rise") for token in tokens[numbers.last : numbers.sentence.clause_end(numbers.last)]):
        return (f"growing_{measure}" if measure in ("regions", "partners") else measure), ""
    return measure, "what is counted is not known"


def _enterprises(numbers: NumberGroup) -> str:
    """Which enterprises are counted: those registered, those with trade, …"""
    chars, tokens = numbers.grammar.text.chars, numbers.tokens
    around = chars[tokens[numbers.clause_start].start : tokens[numbers.last].end + 24]
    return next((measure for phrase, measure in _ENTERPRISE_CUES if phrase in around), "enterprises")


def _claim_what_is_counted(numbers: NumberGroup) -> None:
    """`1,200 enterprises engaged in exports`: what the counted do is no subject of what follows."""
    tokens = numbers.tokens
    first = numbers.last + 1
    if first >= len(tokens) or tokens[first].text not in _COUNTED_THAT:
        return
    last = first
    while last < numbers.clause_end and not (tokens[last].is_a("be") and last > first + 1):
        last += 1
    for index in range(first, last):
        if tokens[index].is_a("flow", "measure") or not tokens[index].names:
            numbers.sentence.spoken_for.setdefault(index, "what is counted")
