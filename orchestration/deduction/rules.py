"""The rules: what follows between the numbers of one document, and where each rule comes from.

A rule looks at what a document's statements made and adds what ties it, or defines what follows. The definitions of
growth, share, change, share change, contribution and gap stand with the variables they define, in `model.py`.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from itertools import combinations, pairwise, product
from operator import itemgetter

from orchestration.deduction.model import DocumentModel
from orchestration.deduction.network import Count
from orchestration.deduction.series import (
    COMMODITY,
    FLOW,
    MEASURE,
    OWNERSHIP,
    PARTNER,
    REGION,
    TRADE_MODE,
    UNIT,
    WHOLES,
    Series,
    Span,
    joint,
    without,
)
from orchestration.deduction.statements import UNSTATED, Statement
from orchestration.deduction.structure import Structure
from orchestration.figures import JOINT

#: What a count of regions counts, as (a region surely counts above, surely does not below). "Doubled" is said of about
#: twice as much: what grew by 90 percent may have been counted, what grew by 100 was.
COUNTED_GROWTHS = {"growing_regions": (0.0, 0.0), "doubling_regions": (1.0, 0.9)}
_DIMENSIONS = (REGION, PARTNER, COMMODITY, OWNERSHIP, TRADE_MODE)
_PARTS = (PARTNER, COMMODITY, OWNERSHIP, TRADE_MODE)
_codes_of_parts = itemgetter(*_PARTS)
_CODES_OF_WHOLES = tuple(WHOLES[dimension] for dimension in _PARTS)
_ONE_DAY = datetime.timedelta(days=1)


def say(model: DocumentModel, statement: Statement) -> int:
    """The variable that a statement speaks of, with its definition; -1 for a rank, which speaks of several."""
    statistic, stated, stated_span, stated_before, stated_whole = statement.subject
    series, span = model.number_of(stated), model.number_of_span(stated_span)
    before = model.number_of_span(stated_before) if stated_before is not None else -1
    whole = model.number_of(stated_whole) if stated_whole is not None else -1
    if before >= 0:
        model.comparisons[span, before] = None
    at, then = (series, span), (series, before)
    match statistic:
        case "level":
            model.informed.add(at)
            variable = model.level(series, span)
        case "growth":
            variable = model.growth(series, span, before)
        case "ratio":
            variable = model.factor(model.growth(series, span, before))
        case "change":
            model.informed.update((at, then))
            if stated.flow != "balance":
                model.growth(series, span, before)
            variable = model.change(series, span, before)
        case "share":
            model.informed.update((at, (whole, span)))
            variable = model.share(series, whole, span)
        case "share_change":
            model.informed.update((at, (whole, span)))
            model.growth(series, span, before)
            model.growth(whole, span, before)
            variable = model.share_change(series, whole, span, before)
        case "growth_gap":
            variable = model.gap(series, whole, span, before)
        case "contribution":
            model.growth(series, span, before)
            model.growth(whole, span, before)
            variable = model.contribution(series, whole, span, before)
        case "contribution_share":
            model.growth(series, span, before)
            model.growth(whole, span, before)
            variable = model.contribution_share(series, whole, span, before)
        case _:
            variable = -1
    return variable


def spread_knowledge(model: DocumentModel, structure: Structure) -> None:
    """What is known of a level is known of its base, and the reverse, where a growth joins them."""
    for series, span, before in model.growths:
        if (series, span) in model.informed or (series, before) in model.informed:
            model.informed.update(((series, span), (series, before)))


def add_flows(model: DocumentModel, structure: Structure) -> None:
    """Total = exports + imports, and exports = imports + balance.

    Source: the definition of the flows in the seed `flows`. What is neither value nor quantity has no such total.
    """
    without_flow = cache(lambda series: model.series[series].at(FLOW, ""))
    known: defaultdict[tuple[Series, int], set[str]] = defaultdict(set)
    for series, span in model.levels:
        subject = model.series[series]
        if subject.flow and subject.measure in structure.additive:
            known[without_flow(series), span].add(subject.flow)
    for (subject, span), flows in known.items():
        if len(flows) < 2:
            continue
        numbers = [model.number_of(subject.at(FLOW, flow)) for flow in ("export", "import", "total")]
        one, two, both = (model.level(number, span) for number in numbers)
        model.informed.update((number, span) for number in numbers)
        model.sum(both, one, two, "flows")
        if "balance" in flows:
            balance = model.level(model.number_of(subject.at(FLOW, "balance")), span)
            model.sum(one, two, balance, "balance")
            # Total and balance make twice the exports: neither of the two sums alone says so.
            twice = model.hidden("twice")
            model.sum(twice, both, balance, "balance")
            model.sum(twice, one, one, "balance")
            half = model.hidden("two")
            model.sum(half, model.one, model.one, "balance")
            model.times(twice, one, half, "balance")


def add_joint_subjects(model: DocumentModel, structure: Structure) -> None:
    """A and B together = A + B, where the lists do not say that one is in the other.

    Source: the wording of releases ("which together made up 84% of exports"): they add up what they print.
    """
    for series, span in list(model.levels):
        subject = model.series[series]
        for dimension in _DIMENSIONS:
            if JOINT not in subject[dimension] or subject.measure not in structure.additive:
                continue
            members = subject[dimension].split(JOINT)
            if not _all_apart(structure, dimension, members, subject.region_id):
                continue
            left = model.level(series, span)
            numbers = [model.number_of(subject.at(dimension, member)) for member in members]
            for number in numbers[:-1]:
                # No bound: what is left of a balance may be negative.
                rest = model.hidden("rest") if number != numbers[-2] else model.level(numbers[-1], span)
                model.sum(left, model.level(number, span), rest, "members")
                left = rest
            model.informed.update((number, span) for number in (series, *numbers))


def _all_apart(structure: Structure, dimension: int, members: list[str], region_id: str) -> bool:
    return all(structure.are_apart(dimension, one, other, region_id) for one, other in combinations(members, 2))


def add_spans(model: DocumentModel, structure: Structure) -> None:
    """A longer span = a shorter one with the same first or last day + the days between.

    Source: customs' cumulative figures: January to November less November is January to October.
    """
    spans_of: defaultdict[int, list[int]] = defaultdict(list)
    for series, span in model.levels:
        if model.series[series].measure in structure.additive:
            spans_of[series].append(span)
    made: dict[tuple[int, int], int] = {}

    @cache
    def divided(*spans: int) -> list[tuple[int, int, int]]:
        """Of some spans the longer ones, the shorter ones in them, and the days between."""
        return [
            (
                model.number_of_span(longer),
                model.number_of_span(shorter),
                model.number_of_span(days_between(longer, shorter)),
            )
            for longer, shorter in nested([model.spans[span] for span in spans])
        ]

    for series, spans in spans_of.items():
        if len(spans) < 2:
            continue
        for longer, shorter, between in divided(*spans):
            made[longer, shorter] = between
            model.sum(model.level(series, longer), model.level(series, shorter), model.level(series, between), "spans")
            if (series, longer) in model.informed and (series, shorter) in model.informed:
                model.informed.add((series, between))
    for (longer, shorter), between in made.items():
        befores = [[before for now, before in model.comparisons if now == one] for one in (longer, shorter)]
        for longer_before, shorter_before in product(*befores):
            if (longer_before, shorter_before) in made:
                model.comparisons[between, made[longer_before, shorter_before]] = None


def nested(spans: list[Span]) -> list[tuple[Span, Span]]:
    """Of the spans that begin together, and of those that end together, each with the next shorter one."""
    found: dict[tuple[Span, Span], None] = {}
    for end in (0, 1):
        groups: defaultdict[datetime.date, list[Span]] = defaultdict(list)
        for span in sorted(spans):
            groups[span[end]].append(span)
        for group in groups.values():
            group.sort(key=lambda one: one.end - one.start)
            found |= {(longer, shorter): None for shorter, longer in pairwise(group)}
    return list(found)


def days_between(longer: Span, shorter: Span) -> Span:
    """What a span holds beside a shorter one that begins or ends with it."""
    if longer.start == shorter.start:
        return Span(shorter.end + _ONE_DAY, longer.end)
    return Span(longer.start, shorter.start - _ONE_DAY)


def add_unit_values(model: DocumentModel, structure: Structure) -> None:
    """Value = quantity × unit value, of levels and of their growth factors.

    Source: customs' average price is value divided by quantity (seed `measures`, unit_value). Value, quantity and unit
    value belong together where their units say so, or where a document states only growths.
    """
    measures: defaultdict[tuple[Series, int], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    if all(series.measure != "quantity" for series in model.series):
        return
    without_measure = cache(lambda series: model.series[series].at(MEASURE, "").at(UNIT, ""))
    for series, span in model.levels:
        measure = model.series[series].measure
        if measure in ("value", "quantity", "unit_value"):
            measures[without_measure(series), span][measure].append(series)
    for (subject, span), found in measures.items():
        if subject.flow == "balance":
            continue
        for quantity in found["quantity"]:
            counted_in = model.series[quantity].unit
            values = [(one, f"{model.series[one].unit}/{counted_in}") for one in found["value"]]
            if not values:
                # A price is printed with its units: the value follows though it is not stated.
                values = [
                    (model.number_of(subject.at(MEASURE, "value").at(UNIT, unit.removesuffix(f"/{counted_in}"))), unit)
                    for unit in (model.series[one].unit for one in found["unit_value"])
                    if unit.endswith(f"/{counted_in}")
                ]
            for value, unit in values:
                # Prices in yuan and in dollars grow differently: an unstated unit is that of the value if there is one.
                units = (unit, UNSTATED) if len(values) == 1 else (unit,)
                stated = [one for one in found["unit_value"] if model.series[one].unit in units]
                price = stated[0] if stated else model.number_of(subject.at(MEASURE, "unit_value").at(UNIT, unit))
                levels = (model.level(one, span) for one in (value, quantity, price))
                model.product(next(levels), next(levels), next(levels), "unit_value")
                if (quantity, span) in model.informed or (value, span) in model.informed:
                    model.informed.update(((value, span), (price, span)))
                for now, before in list(model.comparisons):
                    if now == span and _is_compared(model, (value, quantity, price), now, before):
                        factors = (model.factor(model.growth(one, now, before)) for one in (value, quantity, price))
                        model.product(next(factors), next(factors), next(factors), "unit_value")


def _is_compared(model: DocumentModel, series: tuple[int, ...], span: int, before: int) -> bool:
    """Whether two of them have a growth, so that the third follows."""
    return sum((one, span, before) in model.growths for one in series) >= 2


def add_parts(model: DocumentModel, structure: Structure) -> None:
    """A part is at most its whole.

    Source: a share's own words, and the seeds: everything is a part of the trade with all partners, of all goods, of
    all owners, in all modes, and a prefecture's trade of its province's. Only what adds up (seed `measures`) has parts.
    """
    for series, whole, span in model.shares:
        if model.series[series].measure in structure.additive:
            model.parts[series, whole, span] = _difference(model.series[series], model.series[whole])
        else:
            model.at_least(model.level(whole, span), model.level(series, span), "parts")

    @cache
    def wholes(series: int) -> list[tuple[int, int]]:
        """What a series is a part of, with the dimension in which they differ."""
        subject = model.series[series]
        if subject.measure not in structure.additive or subject.flow == "balance":
            return []
        return [(model.known_number_of(whole), dimension) for dimension, whole in _wholes(subject, structure)]

    for (series, span), part in model.levels.items():
        for whole, dimension in wholes(series):
            level = model.levels.get((whole, span))
            if level is not None:
                model.at_least(level, part, "parts")
                if (series, span) in model.informed and (whole, span) in model.informed:
                    model.parts[series, whole, span] = dimension


def define_parts(model: DocumentModel, structure: Structure) -> None:
    """The share of every part in its whole, and the rest: whole = part + rest."""

    @cache
    def rest_of(whole: int, series: int, dimension: int) -> int:
        """The series that is the whole without the part."""
        part, widened = model.series[series], model.series[whole]
        return model.number_of(part.at(dimension, without(widened[dimension], [part[dimension]])))

    for (series, whole, span), dimension in model.parts.items():
        model.share(series, whole, span)
        if dimension is None:
            continue
        rest = rest_of(whole, series, dimension)
        if (rest, span) not in model.levels:
            model.sum(model.level(whole, span), model.level(series, span), model.level(rest, span), "parts")
            model.informed.add((rest, span))


def _wholes(subject: Series, structure: Structure) -> list[tuple[int, Series]]:
    """What a series is a part of, by the dimension in which they differ."""
    wholes = [
        (dimension, subject.at(dimension, WHOLES[dimension]))
        for dimension in _PARTS
        if subject[dimension] != WHOLES[dimension]
    ]
    parent = structure.parent(subject.region_id)
    if parent:
        wholes.append((REGION, subject.at(REGION, parent)))
    return wholes


def _difference(part: Series, whole: Series) -> int | None:
    """The one dimension in which a part and its whole differ; None where there are more, or it is the flow."""
    dimensions = [number for number in range(len(part)) if part[number] != whole[number]]
    return dimensions[0] if len(dimensions) == 1 and dimensions[0] in _DIMENSIONS else None


def add_disjoint_parts(model: DocumentModel, structure: Structure) -> None:
    """A whole = several parts that share nothing + the rest; no rest where they are a declared partition.

    Source: `is_partition_member` of the seed `ownerships` with its dates; countries are apart, groups of them where the
    membership lists share no country, regions of one kind in one region.
    """
    parts_of: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
    for (series, whole, span), dimension in model.parts.items():
        if dimension in (PARTNER, OWNERSHIP, REGION):
            parts_of[whole, span, dimension].append(series)

    @cache
    def apart(dimension: int, *parts: int) -> list[int]:
        """Of some parts those that share nothing with those before, in the order of their codes."""
        chosen: list[int] = []
        for series in sorted(parts, key=model.series.__getitem__):
            code, region_id = model.series[series][dimension], model.series[series].region_id
            others = (model.series[one][dimension] for one in chosen)
            if all(structure.are_apart(dimension, code, other, region_id) for other in others):
                chosen.append(series)
        return chosen

    for (whole, span, dimension), parts in parts_of.items():
        chosen = apart(dimension, *parts)
        if len(chosen) > 1:
            _add_together(model, structure, (whole, span, dimension), chosen)


def _add_together(model: DocumentModel, structure: Structure, divided: tuple[int, int, int], parts: list[int]) -> None:
    """Take one part after another from the whole; what is left at the end has a name."""
    whole, span, dimension = divided
    subject = model.series[whole]
    codes = [model.series[one][dimension] for one in parts]
    partition = set(structure.partition(model.spans[span])) if dimension == OWNERSHIP else set()
    missing = partition - set(codes)
    if partition and not missing:
        *parts, last = parts
    else:
        name = missing.pop() if len(missing) == 1 else without(subject[dimension], codes)
        last = model.number_of(subject.at(dimension, name))
        model.informed.add((last, span))
    left = model.level(whole, span)
    for series in parts:
        rest = model.level(last, span) if series == parts[-1] else model.hidden("rest", 0.0)
        model.sum(left, model.level(series, span), rest, "parts")
        left = rest


def add_memberships(model: DocumentModel, structure: Structure) -> None:
    """A member, and a group within a group, is at most the group.

    Source: the seeds of members with their days of validity; assumed and disputed members bind nothing. The membership
    must hold from the earliest day compared until the publication, as customs applies today's list to both years.
    """
    if not model.spans:  # a document of which no figure can be used
        return
    first = min(span.start for span in model.spans)
    valid = Span(first, model.document.published_date)
    spoken_of = {
        dimension: {series[dimension] for series in model.series} for dimension in (PARTNER, COMMODITY, REGION)
    }

    @cache
    def groups(series: int) -> list[int]:
        """The groups of one dimension that hold a series, of those that the document speaks of."""
        subject = model.series[series]
        if subject.measure not in structure.additive or subject.flow == "balance":
            return []
        return [
            model.known_number_of(subject.at(dimension, code))
            for dimension, codes in spoken_of.items()
            for code in structure.containers(dimension, subject[dimension], valid, subject.region_id)
            if code in codes
        ]

    for (series, span), member in model.levels.items():
        for group in groups(series):
            level = model.levels.get((group, span))
            if level is not None:
                model.at_least(level, member, "members")


def define_comparisons(model: DocumentModel, structure: Structure) -> None:
    """Growth, change, share change and contribution of everything whose level stands on both sides of a comparison.

    Source: the definitions. The contribution is to the growth of the region's trade in the same flow.
    """
    for span, before in model.comparisons:
        here = [series for series, at in model.levels if at == span and (series, before) in model.levels]
        for series in here:
            if model.series[series].flow != "balance" and (series, span) in model.informed:
                model.growth(series, span, before)
        for (series, whole, at), dimension in model.parts.items():
            if at != span or (series, span, before) not in model.growths or (whole, span, before) not in model.growths:
                continue
            model.share_change(series, whole, span, before)
            if dimension in _PARTS and _codes_of_parts(model.series[whole]) == _CODES_OF_WHOLES:
                model.contribution(series, whole, span, before)


def add_ranks(model: DocumentModel, structure: Structure, ranks: list[tuple[int, Statement]]) -> None:
    """Who is ranked before another has at least as much, and who is not ranked at most as much as the last of a list.

    Source: a rank's own words. A list holds for all peers only where it begins with the first and leaves none out.
    """
    lists: defaultdict[tuple[int, str, Series, Span], list[tuple[int, int, Statement]]] = defaultdict(list)
    for number, statement in ranks:
        whole = statement.subject.whole
        if whole is None or statement.low != statement.high:
            continue
        # Ranks of one list speak of the same trade, but for the dimension ranked.
        key = (statement.peers, statement.ranked_by, whole, statement.subject.span)
        lists[key].append((int(statement.low), number, statement))
    for (_, ranked_by, whole, span), entries in lists.items():
        entries.sort(key=lambda entry: entry[:2])
        ranked = [
            (place, number, _ranked(model, statement.subject.series, span, ranked_by))
            for place, number, statement in entries
        ]
        ranked = [entry for entry in ranked if entry[2] >= 0]
        for (place, _, higher), (next_place, number, lower) in pairwise(ranked):
            if place < next_place:
                _add_rank(model, higher, lower, number)
        if not ranked or [place for place, _, _ in ranked] != list(range(1, len(ranked) + 1)):
            continue
        named = {statement.subject.series for _, _, statement in entries}
        _, number, last = ranked[-1]
        for peer in _peers(model, structure, whole, entries[0][2]):
            if peer not in named:
                variable = _ranked(model, peer, span, ranked_by)
                if variable >= 0:
                    _add_rank(model, last, variable, number)


def _add_rank(model: DocumentModel, higher: int, lower: int, statement: int) -> None:
    """The statement says that the difference is not negative: so a wrong rank can be dropped as any other statement."""
    lead = model.hidden("lead")
    model.sum(higher, lower, lead, "rank")
    model.network.assert_bounds(lead, statement, 0.0, float("inf"))


def _ranked(model: DocumentModel, series: Series, span: Span, ranked_by: str) -> int:
    number, at = model.number_of(series), model.number_of_span(span)
    if ranked_by == "level":
        return model.level(number, at)
    before = _only_comparison(model, at)
    return model.growth(number, at, before) if before >= 0 else -1


def _only_comparison(model: DocumentModel, span: int) -> int:
    """The span that a span is compared with; -1 where there are several, as it is not said which is meant."""
    befores = [before for now, before in model.comparisons if now == span]
    return befores[0] if len(befores) == 1 else -1


def _peers(model: DocumentModel, structure: Structure, whole: Series, first: Statement) -> list[Series]:
    """Who could stand in a list of ranks: all regions of a region; of countries those that the document speaks of."""
    ranked, span = first.subject.series, first.subject.span
    if first.peers == REGION:
        peers = structure.peers(whole.region_id, span)
        return [ranked.at(REGION, peer) for peer in peers] if ranked.region_id in peers else []
    if first.peers == PARTNER and whole.partner_id == WHOLES[PARTNER] and ranked.partner_id in structure.countries:
        at = model.number_of_span(span)
        spoken_of = (model.series[series] for series, one in list(model.levels) if one == at)
        return [
            one
            for one in spoken_of
            if one.partner_id in structure.countries and one == ranked.at(PARTNER, one.partner_id)
        ]
    return []


def add_counts(model: DocumentModel, structure: Structure, counts: list[tuple[int, Statement]]) -> None:
    """Of so many regions, so many grew: once all of them are known the others did not, and the reverse.

    Source: a count's own words; the peers are the regions of one kind in the code list, where the unit says which.
    """
    for variable, statement in counts:
        subject = statement.subject.series
        span = model.number_of_span(statement.subject.span)
        before = _only_comparison(model, span)
        peers = structure.peers(subject.region_id, statement.subject.span)
        kind = "prefectures" if structure.parent(subject.region_id) else "provinces"
        if before < 0 or not peers or subject.unit != kind:
            continue
        trade = _counted_trade(model, peers, span, before)
        growths = tuple(model.growth(model.number_of(trade.at(REGION, peer)), span, before) for peer in peers)
        stated = {
            one.subject.series.region_id
            for one in model.document.statements
            if one.subject.statistic == "growth"
            and one.subject.series == trade.at(REGION, one.subject.series.region_id)
            and one.subject.span == statement.subject.span
        }
        others = tuple(growth for peer, growth in zip(peers, growths, strict=True) if peer not in stated)
        unnamed = -1
        if others and len(others) < len(peers):
            codes = joint([peer for peer in peers if peer not in stated])
            series = model.number_of(subject.at(REGION, codes))
            unnamed = model.bounded_level(series, span, float(len(others)))
        surely, possibly = COUNTED_GROWTHS[subject.measure]
        model.network.counts.append(Count(variable, growths, others, unnamed, surely, possibly))


def _counted_trade(model: DocumentModel, peers: tuple[str, ...], span: int, before: int) -> Series:
    """The trade whose growth was counted: all of a region's, in the unit that the document states for the peers."""
    units = sorted(
        {
            model.series[series].unit
            for series, now, then in model.growths
            if (now, then) == (span, before)
            and model.series[series].region_id in peers
            and model.series[series].measure == "value"
        }
    )
    whole = (WHOLES[dimension] for dimension in _PARTS)
    partner, commodity, ownership, trade_mode = whole
    return Series(
        peers[0], partner, commodity, "total", ownership, trade_mode, "value", units[0] if units else UNSTATED
    )


#: Rules that tie what is stated, in the order they are called: later ones see the series that earlier ones added.
CORE_RULES: tuple[Callable[[DocumentModel, Structure], None], ...] = (
    spread_knowledge,
    add_flows,
    add_joint_subjects,
    add_spans,
    add_unit_values,
    spread_knowledge,
    add_parts,
    add_disjoint_parts,
    add_memberships,
)
#: Rules that define what only follows from it.
OUTPUT_RULES: tuple[Callable[[DocumentModel, Structure], None], ...] = (define_parts, define_comparisons)
