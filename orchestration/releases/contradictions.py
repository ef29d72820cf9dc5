"""Figures of one text that cannot all hold as they were read: what is inferred and contradicted is not published.

The deduction (`orchestration/deduction`) finds all that documents imply. Here only what tells a slip of reading is
looked at, in one pass over the figures of one text: the same figure twice with different values, a part larger than its
whole, flows that do not add up, a share that is not part over whole, a growth that lies outside those of its parts.
What agrees in the same way was most likely read rightly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, permutations
from math import inf

from orchestration.codes import CodeLists
from orchestration.figures import JOINT, UNMAPPED, WHOLE, Figure, parse_reference

_TWICE = "another number of the text is read as the same figure"
_LARGER = "it would be larger than the whole that it is a part of"
_FLOWS = "exports, imports, both and their balance do not agree as they are read"
_SHARE = "share, part and whole do not agree as they are read"
_GROWTH = "growth, level and level before do not agree as they are read"
_MIXED = "the growth of exports and imports together does not lie between theirs"
#: Ends the reason where the subject of each number stands with it: then the source itself may be wrong.
AS_STATED = ", though each says what it is of"
#: What is more often a slip of reading than of the source.
_OF_THE_READING = frozenset({_TWICE, _LARGER, _MIXED})
#: Dimensions that a subject narrows, where the whole is everything.
_NARROWED = ("partner", "commodity", "ownership", "trade_mode")
#: How much wider than rounding to the nearest allows: some sources cut digits off.
_ROOM = 0.5
#: Points by which a percentage in words may be off.
_ROOM_OF_WORDS = 3.0
#: Points of growth that rounding of levels and growths may shift a mean.
_POINTS = 0.15
#: Points between the growths of exports and imports from which on it says something that the mean is right.
_APART = 1.0
#: Spans of one subject that are compared, each with each.
_MOST_SPANS = 12
#: Words in the rule of a reading by which a part of its subject was not said with it.
_INFERRED = ("before", "not said", "no cue", "as that", "heading")

#: Region, partner, goods, ownership, mode.
_Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Number:
    """A figure with its interval as floats."""

    place: int
    sentence: int
    figure: Figure
    names: _Names
    low: float
    high: float

    @property
    def is_inferred(self) -> bool:
        return any(word in self.figure.reading for word in _INFERRED)


@dataclass(frozen=True, slots=True)
class _Contradiction:
    members: tuple[_Number, ...]
    reason: str


class Contradictions:
    """What of the figures of one text contradicts the others; `doubts` says why, by their places in the list.

    `slips` says it of what a reader who doubts would doubt, too. `agreeing` are the places of figures that several
    numbers of the text bear out.
    """

    def __init__(self, figures: list[Figure], sentences: list[int], codes: CodeLists, region_id: str) -> None:
        """Look at every figure that would be published; `sentences` says in which sentence each stands."""
        self._codes = codes
        self._region_id = region_id
        self._levels: dict[tuple[object, ...], _Number] = {}
        self._growths: dict[tuple[object, ...], _Number] = {}
        self.agreeing: set[int] = set()
        self._found: list[_Contradiction] = []
        numbers = [
            _number(place, sentence, figure)
            for place, (sentence, figure) in enumerate(zip(sentences, figures, strict=True))
            if _is_checked(figure)
        ]
        self._find_twice(numbers)
        for number in numbers:
            if number.figure.statistic == "level":
                self._levels.setdefault(_level_key(number), number)
            elif number.figure.statistic == "growth":
                self._growths.setdefault(_growth_key(number), number)
        self._currencies = list(
            dict.fromkeys(one.figure.unit for one in self._levels.values() if one.figure.measure == "value")
        )
        for number in self._levels.values():
            self._check_flows(number)
            self._check_parts(number)
        self._check_spans()
        for number in numbers:
            if number.figure.statistic == "share":
                self._check_share(number)
            elif number.figure.statistic == "growth":
                self._check_growth(number)
        for place, figure in enumerate(figures):
            if (
                figure.status == "read"
                and figure.statistic == "share"
                and any(JOINT in name for name in _names(figure))
            ):
                self._check_joint_share(_number(place, sentences[place], figure))
        said_with: dict[tuple[object, ...], list[int]] = {}
        for number in numbers:
            said_with.setdefault(_clause_key(number), []).append(number.place)
        self.doubts = {place: reason for number, reason in self._doubted() for place in said_with[_clause_key(number)]}
        self.slips = {place: reason for number, reason in self._slips() for place in said_with[_clause_key(number)]}

    def _doubted(self) -> Iterator[tuple[_Number, str]]:
        """Of each contradiction what has a part of its subject from elsewhere, and nothing bears out.

        Numbers whose subject stands with them may contradict because the source is wrong: that is a finding for those
        who check statements, and no doubt about the reading.
        """
        for one in self._found:
            for number in one.members:
                if number.is_inferred and (one.reason == _TWICE or number.place not in self.agreeing):
                    yield number, one.reason

    def _slips(self) -> Iterator[tuple[_Number, str]]:
        """What nothing bears out, though its subject stands with it, where the source is seldom at fault.

        That a source says two values of one thing, or a part that is larger than its whole, is rarer than a slip of
        reading. 成倍增长 and 146% are no two values.
        """
        for one in self._found:
            is_of_digits = all(any(map(str.isdigit, number.figure.quote)) for number in one.members)
            is_inferred = any(number.is_inferred for number in one.members)
            for number in one.members if one.reason in _OF_THE_READING and is_of_digits and not is_inferred else ():
                if number.place not in self.agreeing:
                    yield number, one.reason + AS_STATED

    def _contradict(self, reason: str, *members: _Number) -> None:
        self._found.append(_Contradiction(members, reason))

    def _find_twice(self, numbers: list[_Number]) -> None:
        said: dict[tuple[object, ...], list[_Number]] = {}
        currency = ""
        for number in numbers:
            figure = number.figure
            if figure.statistic == "level" and figure.measure == "value":
                currency = figure.unit
            key = (
                figure.statistic, figure.measure, figure.unit, number.names, figure.flow, figure.period_start,
                figure.period_end, figure.comparison_start, figure.comparison_end, figure.reference,
                currency if figure.statistic == "growth" and figure.measure == "value" else "",
            )  # fmt: skip
            if figure.statistic in ("level", "growth", "share") and figure.measure in (
                "value", "quantity", "unit_value",
            ):  # fmt: skip
                said.setdefault(key, []).append(number)
        for same in said.values():
            for first, second in pairwise(sorted(same, key=lambda number: number.low)):
                if not _meet(first, second):
                    self._contradict(_TWICE, first, second)

    def _check_flows(self, total: _Number) -> None:
        figure = total.figure
        if figure.flow != "total" or figure.measure != "value":
            return
        exports, imports = self._level_like(total, "export"), self._level_like(total, "import")
        if exports is None or imports is None:
            return
        self._judge(_FLOWS, total, exports.low + imports.low, exports.high + imports.high, exports, imports)
        balance = self._level_like(total, "balance")
        if balance is not None:
            self._judge(_FLOWS, balance, exports.low - imports.high, exports.high - imports.low, exports, imports)

    def _judge(self, reason: str, number: _Number, low: float, high: float, *others: _Number) -> None:
        """Whether a number lies where others say that it lies."""
        if number.low <= high and low <= number.high:
            is_one = len({one.sentence for one in (number, *others)}) == 1
            if high - low < inf and number.high < inf and not (is_one and reason == _GROWTH):
                self.agreeing.update((number.place, *(other.place for other in others)))
        else:
            self._contradict(reason, number, *others)

    def _level_like(
        self, number: _Number, flow: str, names: _Names | None = None, *, is_before: bool = False
    ) -> _Number | None:
        """The level of the same subject and period with another flow or other names, or that of the period before."""
        figure = number.figure
        start, end = (
            (figure.comparison_start, figure.comparison_end) if is_before else (figure.period_start, figure.period_end)
        )
        for unit in [figure.unit] if figure.statistic == "level" else self._currencies:
            found = self._levels.get((number.names if names is None else names, flow, start, end, unit, figure.measure))
            if found is not None:
                return found
        return None

    def _check_parts(self, part: _Number) -> None:
        figure = part.figure
        if figure.measure != "value" or figure.flow == "balance":
            return
        wholes = [self._level_like(part, figure.flow, names) for names in self._wider(part.names)]
        if figure.flow != "total":
            wholes.append(self._level_like(part, "total"))
        for whole in wholes:
            if whole is not None and part.low > whole.high:
                self._contradict(_LARGER, part, whole)

    def _check_spans(self) -> None:
        """Of one subject a part of a year has no more than all of it."""
        series: dict[tuple[object, ...], list[_Number]] = {}
        for number in self._levels.values():
            if number.figure.flow != "balance" and number.figure.measure in ("value", "quantity"):
                key = (number.names, number.figure.flow, number.figure.unit, number.figure.measure)
                series.setdefault(key, []).append(number)
        for numbers in series.values():
            for part, whole in permutations(numbers[:_MOST_SPANS], 2):
                inner, outer = part.figure, whole.figure
                if (
                    inner.period_start is not None and inner.period_end is not None
                    and outer.period_start is not None and outer.period_end is not None
                    and outer.period_start <= inner.period_start and inner.period_end <= outer.period_end
                    and part.low > whole.high
                ):  # fmt: skip
                    self._contradict(_LARGER, part, whole)

    def _wider(self, names: _Names) -> Iterator[_Names]:
        """The subjects that one narrows by one dimension, and that of the place that reports."""
        for at, dimension in enumerate(_NARROWED, 1):
            if names[at] != WHOLE[dimension]:
                yield (*names[:at], WHOLE[dimension], *names[at + 1 :])
        if names[0] != self._region_id and self._region_id in self._codes.containing_regions(names[0]):
            yield (self._region_id, *names[1:])

    def _check_share(self, share: _Number) -> None:
        for part, whole in self._parts_and_wholes(share, [share.names]):
            high = part.high / whole.low * 100 if part.high < inf else inf
            if part is not whole:
                self._judge(_SHARE, share, part.low / whole.high * 100, high, part, whole)

    def _check_joint_share(self, share: _Number) -> None:
        """Whether what several have together is what each of them has."""
        joint = [at for at, name in enumerate(share.names) if JOINT in name]
        if len(joint) > 1:
            return
        before, after = share.names[: joint[0]], share.names[joint[0] + 1 :]
        members = [(*before, name, *after) for name in share.names[joint[0]].split(JOINT)]
        for part, whole in self._parts_and_wholes(share, members):
            if part.low / whole.high * 100 <= share.high and share.low <= part.high / whole.low * 100 < inf:
                self.agreeing.add(share.place)

    def _parts_and_wholes(self, share: _Number, members: list[_Names]) -> Iterator[tuple[_Number, _Number]]:
        """The level of what has a share, summed over its members, and that of the whole, in each currency."""
        figure = share.figure
        names, flow = list(share.names), figure.flow
        for dimension, name in parse_reference(figure.reference).items():
            if dimension == "flow":
                flow = name
            elif dimension == "region":
                names[0] = name
            elif dimension in _NARROWED:
                names[1 + _NARROWED.index(dimension)] = name
            else:
                return
        for unit in self._currencies if figure.flow != "balance" else ():
            at = (figure.period_start, figure.period_end, unit, "value")
            parts = [self._levels.get((member, figure.flow, *at)) for member in members]
            whole = self._levels.get((tuple(names), flow, *at))
            known = [part for part in parts if part is not None]
            if whole is not None and whole.low > 0 and len(known) == len(members):
                low, high = sum(part.low for part in known), sum(part.high for part in known)
                yield known[0] if len(known) == 1 else replace(known[0], low=low, high=high), whole

    def _check_growth(self, growth: _Number) -> None:
        figure = growth.figure
        if figure.flow == "balance":
            return
        now = self._level_like(growth, figure.flow)
        before = self._level_like(growth, figure.flow, is_before=True)
        if now is not None and before is not None and before.low > 0 and now.figure.unit == before.figure.unit:
            high = (now.high / before.low - 1) * 100 if now.high < inf else inf
            self._judge(_GROWTH, growth, (now.low / before.high - 1) * 100, high, now, before)
        if figure.flow != "total" or figure.measure != "value":
            return
        exports = self._growths.get(_growth_key(growth, "export"))
        imports = self._growths.get(_growth_key(growth, "import"))
        if exports is not None and imports is not None:
            low, high = min(exports.low, imports.low) - _POINTS, max(exports.high, imports.high) + _POINTS
            if not (growth.low <= high and low <= growth.high):
                self._contradict(_MIXED, growth, exports, imports)
            else:
                self._check_mean(growth, exports, imports)

    def _check_mean(self, growth: _Number, exports: _Number, imports: _Number) -> None:
        """Whether growth is the mean of those of exports and imports, by what each of them was before."""
        parts = [
            (self._level_like(growth, one.figure.flow), float(one.figure.value or 0)) for one in (exports, imports)
        ]
        if abs(parts[0][1] - parts[1][1]) < _APART or any(level is None or rate <= -99 for level, rate in parts):
            return
        levels = [level for level, _ in parts if level is not None]
        now = [(level.low + level.high) / 2 for level in levels]
        before = sum(amount / (1 + rate / 100) for amount, (_, rate) in zip(now, parts, strict=True))
        mean = (sum(now) / before - 1) * 100 if 0 < before < inf else inf
        if growth.low - _POINTS <= mean <= growth.high + _POINTS:
            self.agreeing.update(one.place for one in (growth, exports, imports, *levels))


def _is_checked(figure: Figure) -> bool:
    names = _names(figure)
    return (
        figure.status == "read"
        and figure.value is not None
        and not any(name == UNMAPPED or JOINT in name for name in names)
    )


def _names(figure: Figure) -> _Names:
    return (figure.region_id, figure.partner_id, figure.commodity_id, figure.ownership_id, figure.trade_mode_id)


def _number(place: int, sentence: int, figure: Figure) -> _Number:
    low = -inf if figure.low is None else float(figure.low)
    high = inf if figure.high is None else float(figure.high)
    room = _ROOM * (high - low) if -inf < low and high < inf else 0.0
    if figure.unit == "percent" and not any(character.isdigit() for character in figure.quote):
        room = _ROOM_OF_WORDS  # "a third", 四成
    return _Number(place, sentence, figure, _names(figure), low - room, high + room)


def _meet(first: _Number, second: _Number) -> bool:
    return first.low <= second.high and second.low <= first.high


def _level_key(number: _Number) -> tuple[object, ...]:
    figure = number.figure
    return (number.names, figure.flow, figure.period_start, figure.period_end, figure.unit, figure.measure)


def _clause_key(number: _Number) -> tuple[object, ...]:
    """What is said of one subject and period in one sentence stands or falls together."""
    figure = number.figure
    return (number.sentence, number.names, figure.flow, figure.period_start, figure.period_end)


def _growth_key(number: _Number, flow: str = "") -> tuple[object, ...]:
    figure = number.figure
    return (
        number.names, flow or figure.flow, figure.period_start, figure.period_end, figure.comparison_start,
        figure.comparison_end, figure.measure, figure.reference,
    )  # fmt: skip
