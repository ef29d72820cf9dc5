"""Statements from numbers and subjects: the numbers of a list are counted against its names, flows or spans."""

from __future__ import annotations

import re
from dataclasses import replace

from orchestration.figures import UNMAPPED
from orchestration.releases.comparisons import comparison_of, usual_comparison
from orchestration.releases.lexicon import words
from orchestration.releases.naming import dimension_of, goods_as_unit, item_of
from orchestration.releases.number_groups import NumberGroup, Role
from orchestration.releases.periods import Span, length_in_months, shifted, span_of
from orchestration.releases.sentences import BOUNDARIES
from orchestration.releases.statements import COMPARISON_NOT_SAID, RECKONED_OTHERWISE, Statement
from orchestration.releases.subjects import PORT_CARGO, Frame, Item
from orchestration.releases.text import is_chinese
from orchestration.releases.tokens import Quantity, Token

#: Why a number of goods is in doubt whose name may be longer than the one that is known.
_LONGER_NAME = "the words beside its goods may be part of their name"
#: They point back to several, each in turn.
_THEY = frozenset(words("they"))
_EACH_BEHIND = frozenset(words("each_behind"))
#: Readings of one number beside the likeliest.
_MOST_OTHERS = 4
#: Months in a period that a note may compare with the one right before.
_LENGTHS = (1, 3)
#: What is of no use without what it is compared with.
_COMPARED = frozenset({"growth", "change"})
#: Statistics that a printed sign belongs to.
_SIGNED_STATISTICS = frozenset({"growth", "share_change", "growth_gap", "change", "level", "contribution"})

#: A month among those that a token lists.
_MONTHS_IN_LIST = re.compile(r"([0-9]{1,2})月")
#: What one number speaks of: frame, names, flow, measure, and the period where it is its own.
_Subject = tuple[Frame, dict[str, list[Item]], str, str, Span | None]


def choices_of(
    numbers: NumberGroup, frame: Frame, choices: list[Role], period: Span | None, *,
    reference: dict[str, str] | None = None, unit: str = "", doubt: str = "", each_of_one: bool = False,
) -> list[list[Statement]]:  # fmt: skip
    """The statements of numbers that may be read as any of `choices`; all but the likeliest are doubts.

    `each_of_one`: all numbers of the list are of one subject.
    """
    merged: list[list[Statement]] = [[] for _ in numbers.quantities]
    if len(choices) > 1 and any(float(one.printed) > 100 for one in numbers.quantities):
        choices = [one for one in choices if one[0] != "share"]  # no share is above a hundred percent
    for statistic, sign, rule in choices:
        measure = measure_of_change(numbers, frame, statistic)
        readings = distribute(
            numbers,
            frame,
            statistic,
            sign,
            measure,
            period=period,
            rule="; ".join((rule, *frame.notes)),
            reference=reference,
            unit=unit,
            each_of_one=each_of_one,
            doubt=doubt
            or doubt_of_quantity(numbers, measure)
            or ("what it states is not said" if len(choices) > 1 else "")
            or (
                "what the whole of a share of counted things is" if statistic == "share" and frame.count_measure else ""
            ),
        )
        for all_readings, found in zip(merged, readings, strict=True):
            all_readings.extend(found)
    return merged


def _comes_to_a_quantity(numbers: NumberGroup) -> bool:
    """`declined 18 percent to 3,639 tonnes`."""
    tokens, index = numbers.tokens, numbers.window_end
    reached = tokens[index].quantity if index < len(tokens) else None
    between = tokens[numbers.last + 1 : index]
    return (
        reached is not None
        and (reached.unit_kind == "physical" or bool(goods_as_unit(numbers.grammar, tokens, index)[0]))
        and index < numbers.sentence.clause_end(numbers.last)
        and any(token.text in ("to", "at", "至", "到") for token in between)
    )


def doubt_of_quantity(numbers: NumberGroup, measure: str) -> str:
    """A change of a quantity is in doubt where its level is: of what it is, is not said, or a port handled it."""
    level = numbers.walk.last_level
    return level.doubt if measure == "quantity" and not numbers.opens_frame and level is not None else ""


def measure_of_change(numbers: NumberGroup, frame: Frame, statistic: str) -> str:
    """What a growth or share is measured in: as said, else as the level before."""
    walk = numbers.walk
    if frame.count_measure:
        return frame.count_measure
    is_of_value = walk.last_level is not None and walk.last_level.measure == "value" and not numbers.opens_frame
    if [item.code for item in frame.names.get("commodity", [])] == [PORT_CARGO] and not is_of_value:
        return "quantity"
    after = numbers.right("measure", reach=5)
    if after is not None and (
        numbers.tokens[after].text.startswith(("in ", "by ")) or numbers.tokens[after - 1].text in ("in", "by")
    ):
        return numbers.tokens[after].senses["measure"]
    if statistic == "growth" and _comes_to_a_quantity(numbers):
        return "quantity"
    if not numbers.opens_frame and walk.last_level is not None and walk.last_level.measure == "unit_value":
        return "unit_value"  # 进口量…，均价每吨568美元，跌9.2%
    if len(frame.measures) == 1 and frame.measures[0] != "volume" and not frame.measures[0].endswith("enterprises"):
        return frame.measures[0]
    if walk.sentence_measure and not frame.measures:
        return walk.sentence_measure
    if walk.last_level is not None and walk.last_level.measure in ("quantity", "unit_value"):
        return walk.last_level.measure
    if numbers.in_parentheses and walk.previous and walk.previous[-1].statistic == "level":
        between = numbers.tokens[numbers.window_start : numbers.first]
        if [token.kind for token in between] == ["comma"] and walk.previous[-1].measure == "quantity":
            return "quantity"  # (431,000 tons, -24%)
    previous = walk.previous[-1] if walk.previous else None
    if previous is not None and previous.statistic == "change":
        return previous.measure  # 11.6 million tonnes, or 12.8 percent, more
    if previous is not None and walk.stated[0].statistic == "change" and not numbers.opens_frame:
        return previous.measure  # … more than in February, and 19.05 percent more than a year earlier
    if len(frame.measures) == 1 and frame.measures[0] == "volume":
        is_one_way = bool({*frame.flows} <= {"export", "import"} or frame.flow_pair) and not numbers.sentence.is_chinese
        return "volume" if (frame.names.get("commodity") or is_one_way) and walk.last_level is None else "value"
    return "value"


def distribute(
    numbers: NumberGroup, frame: Frame, statistic: str, sign: int, measure: str, *,
    period: Span | None, rule: str, reference: dict[str, str] | None = None, unit: str = "", doubt: str = "",
    each_of_one: bool = False,
) -> list[list[Statement]]:  # fmt: skip
    """One statement a number, or several where each of a list has it; numbers and names are counted."""
    walk = numbers.walk
    size = len(numbers.quantities)
    each = walk.phrase.each or any(
        token.is_a("each") and not token.is_a("per") for token in numbers.tokens[numbers.window_start : numbers.first]
    )
    each = each or _is_bound_of_each(numbers) or _says_each_behind(numbers)
    compared = _comparisons_in_order(numbers)
    wholes = _wholes_in_order(numbers) if statistic == "share" else []
    for index, whole in zip(numbers.group, wholes, strict=False):
        numbers.claims.references[index] = {**(reference or {}), "region": whole}
    reference = None if wholes else reference
    each_of_one = each_of_one or bool(compared) or bool(wholes)
    subjects, assigned_doubt = _subjects(numbers, frame, 1 if each_of_one else size, measure, each=each)
    if each_of_one:
        subjects = subjects * size
    result: list[list[Statement]] = []
    for position, (index, quantity) in enumerate(zip(numbers.group, numbers.quantities, strict=True)):
        own_sign = _own_sign(numbers, index, sign) if statistic in ("growth", "share_change", "growth_gap") else sign
        its_doubt = doubt or assigned_doubt
        is_times = quantity.unit_kind == "times" and own_sign < 0 and statistic == "growth"
        if is_times:
            its_doubt = its_doubt or "a fall by more than all there was"
        stated = [
            _statement(numbers, index, quantity, subject, statistic, own_sign, period, rule, reference, unit, its_doubt)
            for subject in subjects[position]
        ]
        if compared:
            stated = [replace(one, comparison=compared[position], comparison_span=None) for one in stated]
        row = [*stated, *_of_longer_names(stated, numbers.grammar.source)]
        others = subjects[position][0][0].others if subjects[position] else frame.others
        if frame.scope:
            only_flow = numbers.grammar.scope.flow if "flow" not in frame.own else ""
            in_scope = [
                one.alternative(
                    names={**one.names, **frame.scope},
                    flow=only_flow if only_flow and one.flow == "total" else one.flow,
                )
                for one in stated
            ]
            row += in_scope
            if not only_flow:  # what its flow may be instead, it may be in scope, too
                row += [replace(one, flow=flow) for one in in_scope for names, flow in others if names is None and flow]
        goods = numbers.grammar.scope.goods
        if goods and measure == "quantity" and numbers.kind == "percent" and not frame.names.get("commodity"):
            row += [
                one.alternative(names={**one.names, "commodity": goods})
                for one in stated
                if not one.names.get("commodity")
            ]
        other_period = numbers.grammar.other_period
        if other_period is not None:
            later = [one.alternative(period=other_period) for one in stated]
            row += later
            stated = [*stated, *later] if others else stated
        for names, flow in others[:_MOST_OTHERS]:
            row += [
                one.alternative(names=one.names if names is None else dict(names), flow=flow or one.flow)
                for one in stated
            ]
        row += [one.alternative(comparison="yoy", may_be_yearly=False) for one in row if one.may_be_yearly]
        result.append(row)
    return result


def _of_longer_names(stated: list[Statement], source: str) -> list[Statement]:
    """The statements whose goods may have a longer name than the one that is known, with that: `classical toys`."""
    found = []
    for one in stated:
        goods = one.names.get("commodity", [])
        if any(item.longer for item in goods):
            longer = [
                replace(item, code=UNMAPPED, text=source[slice(*item.longer)], start=item.longer[0], end=item.longer[1])
                if item.longer
                else item
                for item in goods
            ]
            found.append(one.alternative(names={**one.names, "commodity": longer}))
    return found


def _comparisons_in_order(numbers: NumberGroup) -> list[str]:
    """What each number of `同比、环比分别增长15.2%、3.1%` is compared with; empty where it is not so told."""
    compared = [
        numbers.claims.comparisons[index]
        for index in range(numbers.window_start, numbers.first)
        if numbers.claims.comparisons.get(index) in ("yoy", "mom", "qoq")
    ]
    is_told = len(compared) == len(numbers.group) > 1 and len(set(compared)) > 1
    return compared if is_told else []


def _wholes_in_order(numbers: NumberGroup) -> list[str]:
    """The places of whose trade each number of a list is a share: 在全国、全省进出口总值中的占比分别为5.9%和46.9%."""
    grammar = numbers.grammar
    holders = set(grammar.codes.containing_regions(grammar.region_id)[1:])
    named = [
        dimension_of(grammar, numbers.tokens, index)
        for index in range(numbers.window_start, numbers.first)
        if numbers.tokens[index].names and numbers.sentence.spoken_for.get(index) == "reference"
    ]
    wholes = [code for dimension, code in named if dimension == "region" and code in holders]
    return wholes if len(wholes) == len(named) == len(numbers.group) > 1 else []


def _says_each_behind(numbers: NumberGroup) -> bool:
    """`1.4 billion dollars each`."""
    behind = numbers.tokens[numbers.last + 1 : numbers.last + 2]
    return len(numbers.group) == 1 and any(token.is_a("each") and token.text in _EACH_BEHIND for token in behind)


def _is_bound_of_each(numbers: NumberGroup) -> bool:
    """`甲、乙增速高于30%，分别达到…`: a bound before the numbers of each is of each."""
    behind = numbers.tokens[numbers.last + 1 : numbers.last + 4]
    is_bound = qualifier_of(numbers, numbers.first, numbers.quantities[0]) in ("over", "under", "at_least", "at_most")
    return is_bound and bool(behind) and behind[0].kind == "comma" and any(one.is_a("respectively") for one in behind)


def _subjects(
    numbers: NumberGroup, frame: Frame, size: int, measure: str, *, each: bool
) -> tuple[list[list[_Subject]], str]:
    """For each number the subjects that it speaks of, and the doubt about which is whose."""
    if size > 1:
        return _subjects_of_list(numbers, frame, size, measure)
    names = frame.names
    flow = _one_flow(frame)
    if each:
        for dimension, items in (*names.items(), *frame.examples.items()):
            if len(items) > 1:
                return [_one_by_one(frame, names, dimension, items, flow, measure)], ""
        if len(frame.flows) > 1:
            return [[(frame, names, one, measure, None) for one in frame.flows]], ""
        if told := _both_flows_before(numbers, frame):
            return [[(one, one.names, _one_flow(one), measure, None) for one in told]], ""
    if frame.head:
        names = {**names, **frame.head}
    if len(frame.measures) > 1 and measure == "volume":
        measure = "value"
    return [[(frame, names, flow, measure, None)]], ""


def _both_flows_before(numbers: NumberGroup, frame: Frame) -> list[Frame]:
    """出口4.57万亿元，进口2.9万亿元，均增长17.4%: the two subjects before, which differ by their flow alone."""
    recent = numbers.walk.recent[-2:]
    is_plain = numbers.sentence.is_chinese and not numbers.opens_frame and recent[-1:] == [frame]
    if not is_plain or {tuple(one.flows) for one in recent} != {("export",), ("import",)}:
        return []
    is_same = recent[0].names == recent[1].names
    return recent if is_same and not any(_has_its_growth(numbers, one) for one in recent) else []


def _one_flow(frame: Frame) -> str:
    return frame.flows[0] if len(frame.flows) == 1 else "total"


def _one_by_one(
    frame: Frame, names: dict[str, list[Item]], dimension: str, items: list[Item], flow: str, measure: str
) -> list[_Subject]:
    """Each of several names with the rest of the subject."""
    return [(frame, {**names, dimension: [item]}, item.flow or flow, measure, None) for item in items]


def _subjects_of_list(numbers: NumberGroup, frame: Frame, size: int, measure: str) -> tuple[list[list[_Subject]], str]:
    """What each number of a list is of: whatever the sentence lists as many of, names before flows before measures."""
    names, flow = frame.names, _one_flow(frame)
    counted = _as_many(numbers, frame, size, measure) or _products(frame, size, measure)
    if counted:
        stated = [item for _, its_names, *_ in counted for items in its_names.values() for item in items]
        known = all(item.is_known for item in stated)
        return [[one] for one in counted], "" if known else "names of the list that no list knows"
    listed = _enumerated(numbers, size)
    if listed is not None:
        dimension, items = listed
        frame.names = names = {**names, dimension: items}
        is_known = all(item.is_known for item in items)
        subjects = [[one] for one in _one_by_one(frame, names, dimension, items, flow, measure)]
        return subjects, "" if is_known else "names of the list that no list knows"
    longest = max(names.values(), key=len, default=[])
    if len(longest) > size:
        dimension = next(name for name, items in names.items() if items is longest)
        return [
            [(frame, {**names, dimension: [item]}, flow, measure, None)] for item in longest[:size]
        ], "the numbers and the names of the list are not equally many"
    same: _Subject = (frame, names, flow, measure, None)
    return [[same] for _ in range(size)], "the numbers are a list, what they are of is none"


def _as_many(numbers: NumberGroup, frame: Frame, size: int, measure: str) -> list[_Subject]:
    """The subjects where something is listed as often as there are numbers; none where nothing is."""
    walk, names, flow = numbers.walk, frame.names, _one_flow(frame)
    if size == len(numbers.claims.quarters):
        return [(frame, names, flow, measure, span) for span in numbers.claims.quarters]
    if told := _levels_of_kinds(numbers, frame, size):
        return told
    if walk.pointed_list is not None and size == len(walk.pointed_list[1]):
        dimension, items = walk.pointed_list  # 3 billion of the former and 2 billion of the latter, up 5 and 6 percent
        if names.get(dimension, [])[:1] in ([one] for one in items):
            return _one_by_one(frame, names, dimension, items, flow, measure)
    for dimension in sorted(names, key=lambda name: -max((item.start for item in names[name]), default=0)):
        if len(names[dimension]) == size:
            return _one_by_one(frame, names, dimension, names[dimension], flow, measure)
    for dimension, items in frame.examples.items():
        if len(items) == size:
            return _one_by_one(frame, names, dimension, items, flow, measure)
    if len(frame.flows) == size:
        return [(frame, names, one, measure, None) for one in frame.flows]
    if len(frame.measures) == size:
        return [(frame, names, flow, one if one != "volume" else "quantity", None) for one in frame.measures]
    if len(walk.list_measures) == size:
        return [(frame, names, flow, one, None) for one in walk.list_measures]
    spans = list(dict.fromkeys(numbers.claims.spans.values()))
    spans = [span for span in spans if not any(_holds(span, other) for other in spans)]
    if len(spans) == size and not frame.flow_pair:
        return [(frame, names, flow, measure, span) for span in spans]
    parts = _parts_of_span(numbers, size)
    if parts:
        return [(frame, names, flow, measure, span) for span in parts]
    is_of_one_level = walk.last_level is not None and walk.last_level.flow == "total"
    if size == 2 and frame.flow_pair and not is_of_one_level:
        return [(frame, names, one, measure, None) for one in frame.flow_pair]
    if told := _told_of_several(numbers, frame, size, measure):
        return told
    if told := _told_before(numbers, frame, size, measure):
        return told
    recent = [one for one in walk.recent if one.own == frame.own or one.own & frame.own]
    is_told = any(_has_its_growth(numbers, one) for one in recent[-size:])
    if len(recent) >= size and not is_told and (numbers.sentence.is_chinese or not numbers.opens_frame):
        return [(one, {**one.names, **one.head}, _one_flow(one), measure, None) for one in recent[-size:]]
    return []


def _levels_of_kinds(numbers: NumberGroup, frame: Frame, size: int) -> list[_Subject]:
    """`出口5409吨，金额2802万美元，分别上升26.68%和36.49%`: quantity, value and price, in turn."""
    between = numbers.tokens[numbers.window_start : numbers.first]
    is_listed = numbers.sentence.is_chinese and any(token.is_a("respectively") for token in between)
    if not is_listed or numbers.kind != "percent" or any(token.names or token.is_a("flow") for token in between):
        return []
    by_number = {id(one.quantity): one for one in reversed(numbers.walk.stated)}
    told = list(reversed(by_number.values()))[-size:]
    is_of_kinds = len(told) == size and len({one.measure for one in told}) > 1
    if not is_of_kinds or any(one.statistic != "level" for one in told):
        return []
    return [(frame, one.names, one.flow, one.measure, None) for one in told]


def _has_its_growth(numbers: NumberGroup, frame: Frame) -> bool:
    """Whether the sentence has told how a subject grew: 出口…，分别增长1%和2%；进口…，分别增长3%和4%."""
    return numbers.kind == "percent" and any(
        one.statistic == "growth" and one.flow == _one_flow(frame) and one.names == frame.names
        for one in numbers.walk.stated
    )


def _told_of_several(numbers: NumberGroup, frame: Frame, size: int, measure: str) -> list[_Subject]:
    """`trade with A stood at 3 billion and that with B and C at 2 billion and 1 billion, up 1, 2 and 3 percent`."""
    listed = next((name for name, items in frame.names.items() if len(items) > 1), "")
    recent = [one for one in numbers.walk.recent if listed and listed in one.own and one.names.get(listed)]
    if len(recent) < 2 or not numbers.sentence.says("respectively"):
        return []
    told = [
        subject
        for one in recent
        for subject in _one_by_one(one, one.names, listed, one.names[listed], _one_flow(one), measure)
    ]
    return told if len(told) == size else []


def _told_before(numbers: NumberGroup, frame: Frame, size: int, measure: str) -> list[_Subject]:
    """`Exports to A came to 3 billion. Those to B came to 2 billion. The two rose by 1 and 2 percent.`, in turn."""
    before = numbers.tokens[numbers.sentence.clause_start(numbers.first) : numbers.first]
    points_back = any(token.is_a("anaphor") or token.text in _THEY for token in before)
    if not points_back or any(token.names for token in before) or numbers.walk.stated or numbers.in_parentheses:
        return []
    listed = [one for one in numbers.grammar.siblings if one is not frame and one.own - {"flow"}]
    told: list[Frame] = []
    for one in reversed(listed):
        if told and _narrowed(one) != _narrowed(told[-1]):
            break
        told.insert(0, one)
    own = _narrowed(told[0]) if told else frozenset()
    if len(told) != size or len(own) != 1:
        return []
    named = [one.names.get(next(iter(own)), []) for one in told]
    if any(len(items) != 1 for items in named) or len({items[0].text for items in named}) != size:
        return []
    return [(one, one.names, _one_flow(one), measure, None) for one in told]


def _narrowed(frame: Frame) -> frozenset[str]:
    """The dimensions by which a subject is told from others; the place only where nothing else is."""
    return frame.own - {"flow", "region"} or frame.own - {"flow"}


def _parts_of_span(numbers: NumberGroup, size: int) -> list[Span]:
    """The months of `11月和12月…分别`, the quarters of 一至四季度: one span, where nothing tells its parts apart."""
    if not numbers.sentence.says("respectively"):
        return []
    for index, span in sorted(numbers.claims.spans.items(), key=lambda one: -one[0]):
        text, length = numbers.tokens[index].text, length_in_months(span)
        months = [int(month) for month in _MONTHS_IN_LIST.findall(text)] if "至" not in text and "-" not in text else []
        if index < numbers.first and len(months) == size > 1 and months[0] == span[0].month:
            return [span_of(span[0].year, month, 1) for month in months]  # 7月、8月、12月分别
        width = 3 if "季" in text or "quarter" in text or text.startswith("q") else 1
        is_list = any(link in text for link in ("和", "、", " and ")) or (width == 3 and length > 3)
        if is_list and index < numbers.first and length == size * width:
            return [span_of(span[0].year, span[0].month + at * width, width) for at in range(size)]
    return []


def _holds(span: Span, other: Span) -> bool:
    return span != other and span[0] <= other[0] and other[1] <= span[1]


def _products(frame: Frame, size: int, measure: str) -> list[_Subject]:
    """Names times measures, or names times flows, where there are as many numbers."""
    listed = [(dimension, items) for dimension, items in frame.names.items() if len(items) > 1]
    if len(listed) != 1:
        return []
    dimension, items = listed[0]
    each = [{**frame.names, dimension: [item]} for item in items]
    if len(frame.measures) > 1 and len(items) * len(frame.measures) == size:
        return [(frame, names, _one_flow(frame), one, None) for names in each for one in frame.measures]
    if len(frame.flows) * len(items) == size:
        return [(frame, names, one, measure, None) for names in each for one in frame.flows]
    return []


def _enumerated(numbers: NumberGroup, size: int) -> tuple[str, list[Item]] | None:
    """The list of as many things as there are numbers, known names or not: 葡萄、柑橘、梨; 民营、国有、外资企业."""
    tokens, grammar = numbers.tokens, numbers.grammar
    runs: list[list[int]] = [[]]
    best: list[list[int]] | None = None
    for index in range(numbers.window_start, numbers.first + 1):
        token = tokens[index]
        ends = index == numbers.first
        separates = (
            token.kind == "enumeration"
            or (token.is_a("and") and (numbers.sentence.is_chinese or token.text == "and"))
            or (token.kind == "comma" and not numbers.sentence.is_chinese)
        )
        if ends or (token.kind in BOUNDARIES and not separates) or token.is_a("rise", "fall", "share", "respectively"):
            if len(runs) == size and all(runs):
                best = runs
            elif len(runs) > size and (joined := _joined_by_and(numbers, runs, size)):
                best = joined
            runs = [[]]
        elif separates:
            if runs[-1] or token.kind == "enumeration":
                runs.append([])
        else:
            runs[-1].append(index)
    if best is None:
        return None
    items: list[Item] = []
    dimension = ""
    for run in best:
        while run and (
            _is_around_a_name(tokens[run[0]]) or (len(run) > 1 and run is best[0] and tokens[run[0]].may_name("region"))
        ):
            run.pop(0)
        while run and _is_around_a_name(tokens[run[-1]]):
            run.pop()
        if not run or len(run) > 12 or _is_no_name(numbers, run):
            return None
        start, end = grammar.text.span(tokens[run[0]].start, tokens[run[-1]].end)
        named = [index for index in run if tokens[index].names]
        if named and len(run) == 1:
            dimension, code = dimension_of(grammar, tokens, named[0])
            items.append(item_of(grammar, tokens[named[0]], dimension, code))
        else:
            items.append(Item(UNMAPPED, grammar.source[start:end], start, end))
    dimension = dimension or "commodity"
    last = items[-1].text
    resolved: list[Item] = []
    for item in items:
        code = item.code
        for text in (item.text, item.text + last[-2:]):  # 民营、国有、外资企业: what is said once, of all
            if code == UNMAPPED:
                code = grammar.codes.resolve(dimension, text, region_id=grammar.region_id)
        resolved.append(replace(item, code=code))
    return (dimension, resolved) if len({item.text for item in resolved}) == size else None


def _is_no_name(numbers: NumberGroup, run: list[int]) -> bool:
    """Whether words of an English list that no list knows are none of its names: `according to …`, a verb alone."""
    tokens = [numbers.tokens[index] for index in run]
    if numbers.sentence.is_chinese or any(token.names for token in tokens):
        return False
    is_verb = len(run) == 1 and tokens[0].text.endswith("ed")
    return is_verb or any(token.is_a("attribution", "reporting") or token.text == "according" for token in tokens)


def _joined_by_and(numbers: NumberGroup, runs: list[list[int]], size: int) -> list[list[int]]:
    """`information technology, medicine and health, aerospace and automotive industries`: only the last "and" parts."""
    if numbers.sentence.is_chinese or not all(runs):
        return []
    joined: list[list[int]] = [runs[0]]
    for position, run in enumerate(runs[1:], 1):
        between = numbers.tokens[joined[-1][-1] + 1 : run[0]]
        is_and = len(between) == 1 and between[0].is_a("and")
        if is_and and position < len(runs) - 1:
            joined[-1] = list(range(joined[-1][0], run[-1] + 1))
        else:
            joined.append(run)
    return joined if len(joined) == size else []


def _is_around_a_name(token: Token) -> bool:
    """Whether a token beside a name in a list is no part of it."""
    if token.names or token.quantity is not None:
        return False
    if len(token.text) == 1 and is_chinese(token.text) and set(token.senses) == {"filler"}:
        return token.text in "的等其为在均"
    return (
        token.is_a(
            "flow", "filler", "among", "partner_preposition", "measure", "be", "to", "of", "comparison", "growth_noun"
        )
        or token.kind in ("period", "possessive", "mark")
        or token.text in ("对", "向", "自", "从")
    )


def _own_sign(numbers: NumberGroup, index: int, sign: int) -> int:
    """In a list each number may have its own verb: `grew 5 percent and fell 3 percent`."""
    if index == numbers.first:
        return sign
    for cursor in range(index - 1, numbers.first, -1):
        token = numbers.tokens[cursor]
        if token.quantity is not None:
            break
        if token.is_a("rise", "fall") and not token.is_a("qualifier"):
            return numbers.sign_of(cursor)
    position = numbers.group.index(index)
    previous = numbers.group[position - 1]
    if previous == numbers.first:
        return sign
    return _own_sign(numbers, previous, sign)


def _statement(
    numbers: NumberGroup, index: int, quantity: Quantity, subject: _Subject, statistic: str, sign: int,
    period: Span | None, rule: str, reference: dict[str, str] | None, unit: str, doubt: str,
) -> Statement:  # fmt: skip
    frame, names, flow, measure, own_period = subject
    if quantity.explicit_sign and statistic in _SIGNED_STATISTICS:
        sign = quantity.sign
    if not flow and measure in ("value", "quantity", "unit_value"):
        doubt = doubt or "whether it is exports or imports is not said"
    is_whole = not names.get("partner") and not names.get("commodity")
    if is_whole and numbers.grammar.counts_services and not numbers.walk.says_goods:
        doubt = doubt or RECKONED_OTHERWISE
    comparison, span = comparison_of(numbers)
    period = own_period or period
    months = length_in_months(period) if period is not None else 0
    if not comparison and months in _LENGTHS:
        comparison = numbers.grammar.default_comparison
    if comparison == "mom" and period is not None and months > max(_LENGTHS):
        period = span_of(period[1].year, period[1].month, 1)  # on the month before: of the last of the months so far
    may_be_yearly = False
    if comparison and statistic in _COMPARED:
        is_before = span is not None and period is not None and months in _LENGTHS and span == shifted(period, -months)
        numbers.grammar.last_comparison = "mom" if is_before else comparison
    elif not comparison and months == 1 and statistic in _COMPARED and not numbers.sentence.is_chinese:
        comparison, span, may_be_yearly = usual_comparison(numbers)
        if may_be_yearly:
            doubt = doubt or COMPARISON_NOT_SAID
    if any(item.longer for item in names.get("commodity", [])):
        doubt = doubt or _LONGER_NAME
    statement = Statement(
        quantity=quantity, statistic=statistic, sign=sign, measure=measure, names=names, flow=flow,
        period=period, comparison=comparison, comparison_span=span, may_be_yearly=may_be_yearly,
        doubt=doubt or frame.doubt or numbers.walk.sentence_doubt, rule=rule, unit=unit,
        scale_times=quantity.unit_kind == "times" and statistic == "growth",
        qualifier=qualifier_of(numbers, index, quantity),
        currency_terms=_currency_terms_behind(numbers) or numbers.walk.currency_terms,
    )  # fmt: skip
    references = numbers.claims.references
    of_list = next((references[one] for one in reversed(numbers.group) if one in references), {})
    statement.reference = dict(reference or references.get(index) or of_list)
    return statement


def _currency_terms_behind(numbers: NumberGroup) -> str:
    """`rose 3.1 percent in US dollar terms`."""
    behind = numbers.tokens[numbers.last + 1 : numbers.clause_end]
    return next((token.senses["currency_terms"] for token in behind if token.is_a("currency_terms")), "")


def qualifier_of(numbers: NumberGroup, index: int, quantity: Quantity) -> str:
    """ "over", "about" … as printed with the number or said right before it; "" where nothing is."""
    if quantity.qualifier:
        return quantity.qualifier
    for cursor in range(index - 1, max(index - 3, -1), -1):
        token = numbers.tokens[cursor]
        if token.is_a("qualifier"):
            return "" if token.is_a("growth_noun") else token.senses["qualifier"]
        if not (token.is_a("by", "to", "filler") and token.kind == "phrase"):
            return ""
    return ""
