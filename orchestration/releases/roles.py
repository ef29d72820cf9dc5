"""What a number says (level, growth, share …) and which of the subjects in reach it says it of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orchestration.figures import UNMAPPED
from orchestration.releases.numerals import Numeral
from orchestration.releases.periods import Span, shifted
from orchestration.releases.sentences import BOUNDARIES
from orchestration.releases.statements import Reading, Statement
from orchestration.releases.subjects import Frame, Item
from orchestration.releases.text import is_chinese
from orchestration.releases.tokens import Quantity, Token

if TYPE_CHECKING:
    from orchestration.releases.walk import Walk

#: Readings of one number beside the likeliest.
_MOST_OTHERS = 4
_CUES = ("rise", "fall", "flat", "share", "growth_noun")


class _Numbers:
    """A number, or a list of them, on its way to statements."""

    def __init__(self, walk: Walk, group: list[int]) -> None:
        self.walk = walk
        self.group = group
        self.tokens = walk.tokens
        self.sentence = walk.sentence
        self.grammar = walk.grammar
        self.claims = walk.claims
        self.first, self.last = group[0], group[-1]
        self.quantities = [self._quantity(index) for index in group]
        self.kind = self.quantities[-1].unit_kind
        self.window_start = self._window_start()
        self.window_end = self._window_end()
        self.clause_start = max(self.sentence.clause_start(self.first), self.window_start)
        self.clause_end = min(self.sentence.clause_end(self.last), self.window_end)
        self.in_parentheses = self._in_parentheses()
        self.other_of: Statement | None = None

    def _quantity(self, index: int) -> Quantity:
        quantity = self.tokens[index].quantity
        if quantity is None:
            raise ValueError("not a number")
        return quantity

    def _window_start(self) -> int:
        index = self.first - 1
        while index >= 0:
            quantity = self.tokens[index].quantity
            if quantity is not None and quantity.unit_kind not in ("other", "word"):
                return index + 1
            index -= 1
        return 0

    def _window_end(self) -> int:
        index = self.last + 1
        while index < len(self.tokens):
            quantity = self.tokens[index].quantity
            if quantity is not None and quantity.unit_kind not in ("other", "word"):
                return index
            index += 1
        return len(self.tokens)

    def _in_parentheses(self) -> bool:
        index = self.first - 1
        while index >= 0 and self.tokens[index].kind != "close":
            if self.tokens[index].kind == "open":
                return True
            index -= 1
        return False

    # --- cues -----------------------------------------------------------------------------------------------------

    def left(self, *kinds: str, clause: bool = True, start: int | None = None) -> int | None:
        """The nearest token before the number with one of these senses."""
        first = start if start is not None else (self.clause_start if clause else self.window_start)
        for index in range(self.first - 1, first - 1, -1):
            if self.sentence.spoken_for.get(index) in ("reference", "attribution"):
                continue
            if self.tokens[index].is_a(*kinds):
                return index
        return None

    def right(self, *kinds: str, reach: int = 4) -> int | None:
        """The nearest token after the number, in its clause, with one of these senses."""
        for index in range(self.last + 1, min(self.clause_end, self.last + 1 + reach)):
            token = self.tokens[index]
            if self.sentence.spoken_for.get(index) == "reference":
                return None
            if token.is_a(*kinds):
                return index
            if token.is_a("and", "while") or token.text in ("with", "to"):
                return None
        return None

    def adjacent_left(self, *kinds: str) -> int | None:
        """A cue right before the number, with nothing but small words between."""
        for index in range(self.first - 1, max(self.clause_start, self.first - 6) - 1, -1):
            token = self.tokens[index]
            if token.is_a(*kinds):
                return index
            if token.is_a("by", "qualifier", "comparison", "respectively", "each") or token.text in (
                "a",
                "an",
                "of",
                "by",
                "the",
                "了",
                "about",
                "is",
                "was",
                "were",
                "为",
                "约",
            ):
                continue
            return None
        return None

    def sign_of(self, index: int) -> int:
        """The sign that a cue gives."""
        token = self.tokens[index]
        if token.is_a("fall") and not token.is_a("rise"):
            return -1
        if token.is_a("fall") and token.is_a("rise"):
            return -1 if token.text in ("below", "lower", "narrowed") else 1
        return 1


def assign(walk: Walk, group: list[int]) -> None:
    """Read a number or list of numbers; the readings go to the grammar."""
    numbers = _Numbers(walk, group)
    numbers.other_of = _other_of(numbers)

    statements: list[list[Statement]] = []
    why = ""
    kind = numbers.kind
    if kind == "bare":
        statements, why = _bare(numbers)
    else:
        _subject_after(numbers)
        frame = _frame(numbers)
        if frame.nontrade and kind in ("money", "percent", "points", "physical", "times", "rank"):
            for quantity in numbers.quantities:
                walk.grammar.account(
                    Reading(quantity, not_a_figure=f"not about trade: {frame.nontrade.replace('_', ' ')}")
                )
            return
        reader = {
            "money": _money, "percent": _percent, "points": _points, "physical": _physical, "count": _count,
            "times": _times, "rank": _rank,
        }.get(kind)  # fmt: skip
        if reader is None:
            why = "no unit that is known"
        else:
            statements = reader(numbers, frame)
            why = "" if statements else "what it states is not known"
    if not statements:
        for quantity in numbers.quantities:
            walk.grammar.account(Reading(quantity, unread=why or "what it states is not known"))
        return
    for quantity, readings in zip(numbers.quantities, statements, strict=True):
        walk.grammar.account(Reading(quantity, statements=readings))
    walk.previous = [readings[0] for readings in statements]
    walk.stated += walk.previous
    if numbers.in_parentheses and len({one.statistic for one in statements[0]}) == 1:
        walk.parenthetical = statements[0][0]


def _other_of(numbers: _Numbers) -> Statement | None:
    """The statement that this number says in another way: `down $870 million or 17.2 percent`."""
    tokens = numbers.tokens
    between = tokens[numbers.window_start : numbers.first]
    if not any(token.is_a("or") for token in between):
        return None
    if any(
        not (token.is_a("or", "qualifier", "by") or token.kind == "comma" or token.text in ("a", "an", "by", "of"))
        for token in between
    ):
        return None
    return numbers.walk.previous[-1] if numbers.walk.previous else None


# --- subjects ---------------------------------------------------------------------------------------------------------


def _subject_after(numbers: _Numbers) -> None:
    """In English the subject may follow: `growth of 5 percent in exports`, `goods worth … were shipped out`."""
    walk, tokens, sentence = numbers.walk, numbers.tokens, numbers.sentence
    if sentence.is_chinese or numbers.in_parentheses:
        return
    phrase = walk.phrase
    start, end = numbers.last + 1, numbers.window_end
    stop = start
    depth = 0
    while stop < end:
        token = tokens[stop]
        if token.kind == "open":
            depth += 1
        elif token.kind == "close":
            depth -= 1
        elif depth == 0 and (
            token.kind in ("comma", "semicolon", "colon", "stop", "dash")
            or token.is_a("while", "among")
            or (token.is_a("and") and not _joins_names(walk, stop))
        ):
            break
        stop += 1
    if tokens[start : start + 1] and tokens[start].kind == "open":  # `44.4 billion yuan (about 6.4 billion dollars)`
        close = next((index for index in range(start, len(tokens)) if tokens[index].kind == "close"), None)
        if close is not None and phrase.flows == [] and walk.frame is None:
            start = close + 1
            stop = start
            while (
                stop < len(tokens)
                and tokens[stop].kind not in BOUNDARIES
                and tokens[stop].quantity is None
                and not tokens[stop].is_a("and", "while")
            ):
                stop += 1
    subject = [
        index
        for index in range(start, stop)
        if sentence.free(index) and (tokens[index].names or tokens[index].is_a("flow", "measure", "nontrade"))
    ]
    if not subject:
        return
    if _is_named_after(numbers, start, subject):
        walk._mention(subject[0], tokens[subject[0]])
        sentence.spoken_for[subject[0]] = "subject of the number before"
        return
    has_flow = any(tokens[index].is_a("flow") for index in subject)
    mentions = tokens[start : subject[0]]
    lead = tokens[start].text if start < len(tokens) else ""
    is_complement = lead in ("in", "of", "from", "by", "for", "worth", "to", "with", "on", "through") or any(
        token.text in ("worth", "in", "of") for token in mentions
    )
    measure_only = all(tokens[index].is_a("measure") for index in subject)
    if (
        measure_only
        or (phrase.is_empty() and walk.frame is None)
        or (not phrase.flows and has_flow and not phrase.is_anaphoric)
        or (phrase.is_empty() and is_complement and has_flow and numbers.kind == "percent")
    ):
        if not measure_only and not is_complement and not phrase.is_empty() and not has_flow:
            return
        if walk.frame is not None and phrase.is_empty() and not is_complement and not measure_only:
            return
        for index in range(start, stop):
            if sentence.free(index):
                walk._mention(index, tokens[index])
                sentence.spoken_for[index] = "subject of the number before"
    elif (
        phrase.flows
        and not phrase.names.get("partner")
        and any(pair[0] == "partner" for index in subject for pair in tokens[index].names)
        and not has_flow
        and lead in ("to", "from", "with")
    ):
        # `exported 5 billion yuan to ASEAN`
        for index in range(start, stop):
            if sentence.free(index):
                walk._mention(index, tokens[index])
                sentence.spoken_for[index] = "subject of the number before"


def _is_named_after(numbers: _Numbers, start: int, subject: list[int]) -> bool:
    """`rose by 24.6% in Changsha, by 48.7% in Chenzhou`, `78.8% for coal`: each number's name stands behind it."""
    tokens, walk = numbers.tokens, numbers.walk
    first = subject[0]
    if numbers.kind not in ("percent", "money", "times") or tokens[start].text not in ("in", "for", "to", "from", "with"):
        return False
    if first > start + 2 or (first == start + 2 and tokens[start + 1].text != "the"):
        return False
    if not tokens[first].names or any(tokens[index].is_a("flow") for index in subject):
        return False
    dimension, code = walk._dimension(first, tokens[first])
    known = walk.phrase.names.get(dimension) or (walk.frame is not None and not walk.named_after and walk.frame.names.get(dimension))
    if not dimension or known:
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


def _frame(numbers: _Numbers) -> Frame:
    walk = numbers.walk
    phrase = walk.phrase
    if walk.frame is None or not phrase.is_empty():
        if numbers.in_parentheses and walk.frame is not None and not phrase.flows and not phrase.names:
            return walk.frame
        frame = walk._open_frame()
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


def _joint_frame(numbers: _Numbers, frame: Frame) -> Frame | None:
    """The subjects of the clauses before, together: 二者相加, "together", 以上市场合计."""
    if any(len(items) > 1 for items in frame.names.values()):
        return frame
    walk, grammar = numbers.walk, numbers.grammar
    own = frame.own if frame.own - {"flow"} else grammar.top.own
    dimension = next((one for one in ("partner", "commodity", "ownership", "trade_mode", "region") if one in own), None)
    if dimension is None:
        for candidate in reversed(grammar.siblings):
            dimension = next(
                (one for one in ("partner", "commodity", "ownership", "trade_mode", "region") if one in candidate.own),
                None,
            )
            if dimension:
                break
    if dimension is None:
        return None
    items: list[Item] = []
    for sibling in grammar.siblings:
        if dimension in sibling.own:
            items += [
                item
                for item in sibling.names.get(dimension, [])
                if item.code not in {one.code for one in items} or item.code == "UNMAPPED"
            ]
    wanted = numbers.claims.joint_size
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


# --- the kinds of numbers ---------------------------------------------------------------------------------------------


def _bare(numbers: _Numbers) -> tuple[list[list[Statement]], str]:
    """`10 of the 14 prefectures`: a count whose unit stands with the whole it is out of."""
    tokens = numbers.tokens
    index = numbers.last + 1
    if len(numbers.group) == 1 and "." not in numbers.quantities[0].printed:
        counted = numbers.walk.phrase.counted or (
            numbers.walk.frame is not None
            and numbers.walk.frame.count_unit == "enterprises"
            and numbers.walk.phrase.is_empty()
        )
        if counted:
            quantity = numbers.quantities[0]
            frame = _frame(numbers)
            quantity.unit, quantity.unit_kind, quantity.measure = "enterprises", "count", frame.count_measure
            return _count(numbers, frame), ""
    if len(numbers.group) == 1 and index < len(tokens) and "." not in numbers.quantities[0].printed:
        if tokens[index].text == "of":
            for cursor in range(index + 1, min(index + 5, len(tokens))):
                whole = tokens[cursor].quantity
                if whole is not None and whole.unit_kind == "count":
                    quantity = numbers.quantities[0]
                    quantity.unit, quantity.unit_kind, quantity.measure = whole.unit, "count", whole.measure
                    numbers.kind = "count"

                    numbers.grammar.account(Reading(whole, not_a_figure="the whole of a count"))
                    numbers.sentence.spoken_for[cursor] = "number:whole of a count"
                    numbers.walk.lists.pop(cursor, None)
                    return _count(numbers, _frame(numbers)), ""
        if tokens[index].is_a("be"):
            for cursor in range(numbers.first - 1, -1, -1):
                noun = numbers.walk.grammar.text.chars[tokens[cursor].start : tokens[cursor].end]
                if noun.endswith(("enterprises", "companies", "firms")):
                    quantity = numbers.quantities[0]
                    quantity.unit, quantity.unit_kind, quantity.measure = "enterprises", "count", "enterprises"
                    numbers.walk.sentence_doubt = "which enterprises are meant is not certain"
                    return _count(numbers, _frame(numbers)), ""
    counts = [one for one in numbers.walk.stated if one.quantity.unit_kind == "count"]
    if counts and index + 1 < len(tokens) and tokens[index].text == "of" and tokens[index + 1].text in ("them", "these"):
        quantity, last = numbers.quantities[0], counts[-1].quantity
        quantity.unit, quantity.unit_kind = last.unit, "count"
        quantity.measure = "regions" if last.unit in ("prefectures", "regions", "cities") else last.measure
        numbers.kind = "count"
        return _count(numbers, _frame(numbers)), ""
    if len(numbers.quantities[0].printed) < 2:
        for quantity in numbers.quantities:
            quantity.unit_kind = "other"
    return [], "a number without a unit"


def _money(numbers: _Numbers, frame: Frame) -> list[list[Statement]]:
    walk, tokens = numbers.walk, numbers.tokens
    price_unit = _per_unit(numbers)
    statistic, sign, measure, rule = "level", 1, "value", "level"
    period = _period(numbers)
    doubt = ""
    change = numbers.adjacent_left("rise", "fall")
    if change is not None and (
        tokens[change].is_a("qualifier", "to")
        or (tokens[change].is_a("growth_noun") and not tokens[change].text.startswith(("growth", "increase")))
    ):
        change = None
    if not price_unit and "unit_value" in frame.measures:
        price_unit = _unit_of_price(numbers)
    if price_unit or (
        any(item in frame.measures for item in ("unit_value",))
        and numbers.quantities[0].unit
        and not frame.has_own_flow
    ):
        measure, rule = "unit_value", "unit value"
    base = _is_base(numbers)
    if base:
        period = _base_period(numbers, period)
        rule = "level of the period compared with"
    elif change is not None:
        statistic, sign, rule = "change", numbers.sign_of(change), "change"
    elif numbers.other_of is not None and numbers.other_of.statistic == "growth":
        statistic, sign, rule = "change", numbers.other_of.sign, "change, as growth before"
    elif _change_after(numbers):
        statistic, rule = "change", "change"
        sign = _change_after(numbers)
    average = numbers.left("average")
    if average is None:
        average = numbers.right("average", reach=3)
    if average is not None and statistic == "level":
        measure = f"{tokens[average].senses['average']}_average_value"
        rule = "average"
    following = tokens[numbers.last + 1] if numbers.last + 1 < len(tokens) else None
    if any(token.is_a("target") for token in tokens[numbers.clause_start : numbers.sentence.clause_end(numbers.last)]):
        doubt = "a target or forecast, not a measured value"
    before = tokens[numbers.clause_start : numbers.first]
    earlier = tokens[numbers.window_start - 1].quantity if numbers.window_start else None
    if (
        _qualifier(numbers, numbers.first, numbers.quantities[0]) == "over"
        and earlier is not None
        and (earlier.unit_kind == "count" or "种" in tokens[numbers.window_start - 1].text)
    ):
        doubt = "a bound for each of several"
    if any(token.is_a("duration") for token in before) or any(token.text in ("连续", "保持") for token in before):
        doubt = "a bound that held for several periods"
    if following is not None and following.is_a("threshold"):
        doubt = "a threshold that is passed, not a measured value"
    flow_signs = _balance_sign(numbers, frame)
    statements = _distribute(
        numbers,
        frame,
        statistic,
        sign * flow_signs if statistic == "level" else sign,
        measure,
        period=period,
        rule=rule,
        doubt=doubt,
        unit=price_unit,
    )
    if statistic == "level" and not base and not doubt:
        _remember_level(numbers, statements, measure)
    return statements


def _change_after(numbers: _Numbers) -> int:
    """The sign of `US$25 billion more than the year-ago period`; 0 where the number is no change."""
    following = numbers.tokens[numbers.last + 1] if numbers.last + 1 < len(numbers.tokens) else None
    if (
        following is None
        or numbers.sentence.is_chinese
        or not following.text.startswith(("more", "less", "higher", "lower", "fewer"))
    ):
        return 0
    return -1 if following.text.startswith(("less", "lower", "fewer")) else 1


def _balance_sign(numbers: _Numbers, frame: Frame) -> int:
    if frame.flows != ["balance"]:
        return 1
    for index in range(numbers.first - 1, -1, -1):
        token = numbers.tokens[index]
        if token.is_a("flow") and token.senses["flow"] == "balance":
            if numbers.quantities[0].explicit_sign:
                return 1
            return -1 if token.is_a("balance_sign") else 1
    return 1


def _physical(numbers: _Numbers, frame: Frame) -> list[list[Statement]]:
    quantity = numbers.quantities[-1]
    if quantity.unit in ("kilometre", "hour", "day", "metre", "month", "year"):
        return []
    change = numbers.adjacent_left("rise", "fall")
    if change is not None and numbers.tokens[change].is_a("qualifier", "to"):
        change = None
    period = _period(numbers)
    statistic, sign = ("level", 1) if change is None else ("change", numbers.sign_of(change))
    if _is_base(numbers):
        statistic, sign, period = "level", 1, _base_period(numbers, period)
    doubt = ""
    if not frame.names.get("commodity") and quantity.unit in (
        "piece",
        "item",
        "set",
        "bag",
        "ship",
        "vehicle",
        "container",
        "TEU",
        "head",
        "pair",
    ):
        doubt = "which goods are counted is not known"
    chars = numbers.grammar.text.chars
    clause = chars[numbers.tokens[numbers.clause_start].start : numbers.tokens[numbers.clause_end - 1].end]
    if any(word in clause for word in ("吞吐量", "throughput")):
        doubt = "cargo that a port handles is no trade of the place"
    if not frame.names.get("commodity") and not any(
        word in clause for word in ("货运量", "货物", "过货", "货量", "cargo", "freight", "goods")
    ):
        doubt = doubt or "which goods are weighed is not said"
    statements = _distribute(numbers, frame, statistic, sign, "quantity", period=period, rule="quantity", doubt=doubt)
    if statistic == "level":
        _remember_level(numbers, statements, "quantity")
    return statements


def _is_vehicle(name: str) -> bool:
    return any(
        word in name.lower()
        for word in ("vehicle", "car", "automobile", "autos", "truck", "motorcycle", "汽车", "乘用车")
    )


def _count(numbers: _Numbers, frame: Frame) -> list[list[Statement]]:
    walk, tokens = numbers.walk, numbers.tokens
    quantity = numbers.quantities[-1]
    clause = tokens[numbers.clause_start : numbers.sentence.clause_end(numbers.last)]
    measure = quantity.measure or "enterprises"
    stated = [one for one in frame.measures if one.endswith("enterprises")]
    if measure == "enterprises" and stated:
        measure = stated[-1]
    chars = numbers.grammar.text.chars
    after = chars[tokens[numbers.last].end : tokens[numbers.last].end + 24]
    if measure == "enterprises":
        measure = _enterprises(numbers, after)
    doubt = ""
    if measure in ("regions", "partners", "ports", "commodity_kinds"):
        sentence = tokens[numbers.last : numbers.sentence.clause_end(numbers.last)]
        before = tokens[numbers.clause_start : numbers.first]
        near = tokens[numbers.last : min(numbers.last + 9, numbers.clause_end)]
        cues = [token for token in (*reversed(before), *near) if token.is_a("multiple", "cause", "rise")]
        if cues and cues[0].is_a("multiple", "cause"):
            measure = {"regions": "doubling_regions"}.get(measure, measure)
        elif any(token.is_a("rise") for token in sentence):
            measure = {"regions": "growing_regions", "partners": "growing_partners"}.get(measure, measure)
        elif quantity.numeral.form != "digits" or len(quantity.printed) < 2:
            doubt = "what is counted is not known"
        else:
            doubt = "what is counted is not known"
    change = numbers.adjacent_left("rise", "fall")
    statistic, sign = ("level", 1)
    if change is not None and not tokens[change].is_a("qualifier", "to") and tokens[change].text not in ("新增",):
        statistic, sign = "change", numbers.sign_of(change)
    period = _period(numbers)
    following = tokens[numbers.last + 1] if numbers.last + 1 < len(tokens) else None
    if following is not None and following.text in (
        "with",
        "having",
        "engaged",
        "that",
        "which",
        "involved",
        "in",
        "registered",
    ):
        last = numbers.last + 1
        while last < numbers.clause_end and not (tokens[last].is_a("be") and last > numbers.last + 2):
            last += 1
        for index in range(numbers.last + 1, last):
            if tokens[index].is_a("flow", "measure") or not tokens[index].names:
                numbers.sentence.spoken_for.setdefault(index, "what is counted")
    counted = frame.copy()
    counted.parent, counted.own = frame.parent, frame.own
    counted.count_measure, counted.count_unit = measure, quantity.unit
    if not walk.sentence_doubt and measure.endswith("enterprises"):
        counted.doubt, counted.others = "", ()  # what is counted is said with the number
    counted.flows = [""]
    counted.names = {"region": frame.names.get("region", [])}
    counted.own = frozenset({"count"})
    walk.frame = counted
    numbers.grammar.top = counted
    del clause
    return _distribute(numbers, counted, statistic, sign, measure, period=period, rule="count", doubt=doubt)


def _enterprises(numbers: _Numbers, after: str) -> str:
    chars = numbers.grammar.text.chars
    tokens = numbers.tokens
    around = chars[tokens[numbers.clause_start].start : tokens[numbers.last].end] + after
    for phrase, measure in (
        ("有进出口实绩", "active_enterprises"), ("有出口实绩", "exporting_enterprises"), ("有进口实绩", "importing_enterprises"),
        ("实绩", "active_enterprises"), ("备案", "registered_enterprises"), ("注册", "registered_enterprises"), ("registered", "registered_enterprises"), ("performance", "active_enterprises"),
        ("net profit", "profitable_enterprises"),
    ):  # fmt: skip
        if phrase in around:
            return measure
    return "enterprises"


def _percent(numbers: _Numbers, frame: Frame) -> list[list[Statement]]:
    if numbers.walk.joint_next or numbers.walk.phrase.is_joint:
        joint = _joint_frame(numbers, frame)
        numbers.walk.joint_next = False
        numbers.walk.phrase.is_joint = False
        if joint is not None:
            frame = joint
    period = _period(numbers)
    another = next((numbers.claims.others[index] for index in numbers.group if index in numbers.claims.others), "")
    if another:
        text = "全国" if another == "CHN" else another
        other = frame.copy()
        start = numbers.grammar.text.offsets[numbers.tokens[numbers.first].start]
        other.names = {"region": [Item(another, text, start, start)]}
        return _choices(numbers, other, [("growth", 1, "growth of another")], period)
    contribution = next(
        (numbers.claims.contributions[index] for index in numbers.group if index in numbers.claims.contributions), None
    )
    if contribution is not None:
        return _choices(numbers, frame, [("contribution", contribution, "contribution")], period, unit="percent")
    whole = next((numbers.claims.references[index] for index in numbers.group if index in numbers.claims.references), {})
    if numbers.walk.flow_doubt and whole.get("flow"):
        frame = replace(frame.copy(), flows=[whole["flow"]], others=(), doubt="")  # the whole says the flow of the part
    choices = _percent_roles(numbers)
    if _is_base(numbers) and (
        numbers.first in numbers.claims.base_values
        or any(index in numbers.claims.comparisons for index in (numbers.first - 1, numbers.first - 2))
    ):
        period = _base_period(numbers, period)
        sentence = numbers.tokens
        if choices[0][0] == "growth" and any(token.is_a("share") for token in sentence):
            choices = [("share", 1, "share of the period compared with")]
    return _choices(numbers, frame, choices, period)


def _percent_roles(numbers: _Numbers) -> list[tuple[str, int, str]]:
    """(statistic, sign, rule) that a percentage may be, the likeliest first; more than one is a doubt."""
    tokens, grammar = numbers.tokens, numbers.grammar
    explicit = numbers.quantities[0].explicit_sign
    if any(index in numbers.claims.references for index in numbers.group):
        left = numbers.adjacent_left("rise", "fall")
        if left is None or tokens[left].is_a("share", "qualifier"):
            return [("share", 1, "share of")]
        return [("share", 1, "share of")]
    if numbers.other_of is not None and numbers.other_of.statistic in ("change", "level", "growth"):
        if numbers.other_of.statistic == "change":
            return [("growth", numbers.other_of.sign, "growth, as change before")]
        return [("share", 1, "share, as level before")]
    behind = tokens[numbers.last + 1 : numbers.last + 4]
    if (
        numbers.sentence.is_chinese
        and behind
        and behind[0].text == "的"
        and any(one.is_a("flow") for one in behind[1:])
    ):
        return [("share", 1, "share of what follows")]
    cue = numbers.left(*_CUES)
    after = numbers.right(*_CUES, reach=4)
    if cue is None and len(behind) > 1 and behind[0].is_a("or"):
        value = next((one.quantity for one in behind[1:] if one.quantity is not None), None)
        if value is not None and value.unit_kind == "money":
            return [("share", 1, "share and its value")]
    if (
        cue is not None
        and tokens[cue].is_a("qualifier")
        and not tokens[cue].is_a("growth_noun")
        and tokens[cue].text not in ("up",)
    ):
        further = _further(numbers, cue)
        if further is not None or tokens[cue].text in ("above", "below", "less than", "more than"):
            cue = further
    if after is not None and not _is_after_cue(numbers, after):
        after = None
    if (
        cue is not None
        and after is not None
        and after == numbers.last + 1
        and cue < numbers.first - 2
        and not _only_small(numbers, cue)
    ):
        cue = None
    if cue is not None:
        role = _role_of_cue(numbers, cue)
        if role:
            return [role]
    if after is not None:
        token = tokens[after]
        if token.is_a("share") and not token.is_a("rise", "fall"):
            return [("share", 1, "share after")]
        return [("growth", numbers.sign_of(after), "growth after")]
    if explicit:
        return [("growth", 1, "growth with its sign")]
    if numbers.walk.previous and numbers.kind == "percent":
        previous = numbers.walk.previous[-1]
        if (
            previous.statistic in ("growth", "share")
            and previous.quantity.unit_kind == "percent"
            and _list_like(numbers)
        ):
            return [(previous.statistic, previous.sign, "as the number before")]
    comparison = _comparison_near(numbers)
    if comparison:
        return [("growth", 1, "growth by its comparison")]
    cue = numbers.left(*_CUES, clause=False)
    if cue is not None and not any(numbers.tokens[index].kind == "semicolon" for index in range(cue, numbers.first)):
        role = _role_of_cue(numbers, cue)
        if role and tokens[cue].is_a("share", "growth_noun", "rise", "fall"):
            return [role]
    following = tokens[numbers.last + 1 : numbers.last + 3]
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    if len(following) == 2 and following[0].text == "to" and following[1].quantity is not None:
        if following[1].quantity.unit_kind == "money" and previous is not None:
            earlier = next((one for one in reversed(numbers.walk.stated) if one.statistic == "growth"), None)
            if earlier is not None:  # `imports rose 59.8% to …, exports 91.6% to …`: the verb is said once
                return [("growth", earlier.sign, "growth, as that before")]
    if numbers.in_parentheses and numbers.walk.parenthetical is not None:
        earlier = numbers.walk.parenthetical
        if earlier.quantity.unit_kind == numbers.kind and earlier.statistic in ("growth", "share"):
            return [(earlier.statistic, earlier.sign, "as in the parenthesis before")]
    if numbers.in_parentheses:
        if numbers.walk.previous and numbers.walk.previous[-1].statistic == "level":
            return [("growth", 1, "in parentheses"), ("share", 1, "in parentheses")]
    return [("growth", 1, "no cue"), ("share", 1, "no cue")]


def _further(numbers: _Numbers, cue: int) -> int | None:
    for index in range(cue - 1, numbers.clause_start - 1, -1):
        if numbers.tokens[index].is_a(*_CUES) and not numbers.tokens[index].is_a("qualifier"):
            return index
    return None


def _list_like(numbers: _Numbers) -> bool:
    """Whether nothing but names and small words stands between the number and the one before it."""
    spoken_for = numbers.sentence.spoken_for
    return all(
        token.kind in ("comma", "enumeration", "semicolon", "close", "possessive")
        or token.is_a("and", "filler", "partner_preposition", "measure", "by")
        or bool(token.names)
        or spoken_for.get(index) == "reference"
        for index, token in enumerate(numbers.tokens[: numbers.first])
        if index >= numbers.window_start
    )


def _only_small(numbers: _Numbers, cue: int) -> bool:
    return all(
        token.is_a("by", "qualifier", "comparison", "respectively", "filler", "of", "to", "be")
        or token.kind in ("mark", "period", "possessive")
        for token in numbers.tokens[cue + 1 : numbers.first]
    )


def _is_after_cue(numbers: _Numbers, after: int) -> bool:
    """Whether a cue behind the number belongs to it: `23 percent more`, not `5 percent, exports rose`."""
    tokens = numbers.tokens
    for index in range(numbers.last + 1, after):
        token = tokens[index]
        if token.names or token.is_a("flow") or token.quantity is not None or token.is_a("be"):
            return False
    token = tokens[after]
    if numbers.sentence.is_chinese:
        return token.is_a("growth_noun") or token.text.startswith(("增", "降", "跌", "涨"))
    return not (token.text in ("growing", "rising", "falling") and after > numbers.last + 1)


def _role_of_cue(numbers: _Numbers, cue: int) -> tuple[str, int, str] | None:
    tokens = numbers.tokens
    token = tokens[cue]
    between = tokens[cue + 1 : numbers.first]
    clause = tokens[numbers.clause_start : numbers.first]
    if token.is_a("share") and not token.is_a("rise", "fall"):
        return ("share", 1, "share")
    is_to = (
        bool(between)
        and any(
            one.is_a("to") and one.text in ("to", "至", "到", "为", "达", "达到", "at", "to reach", "reaching")
            for one in between[-2:]
        )
    ) or (token.is_a("to") and token.text.endswith(("至", "到")))
    share = any(one.is_a("share") for one in clause)
    growth_noun = any(one.is_a("growth_noun") for one in clause)
    if is_to and share:
        return ("share", 1, "share that rose to")
    if is_to and growth_noun:
        falls = any(one.text in ("降幅", "跌幅", "减幅", "decline", "drop") for one in clause)
        return ("growth", -1 if falls else 1, "growth that came to")
    if token.is_a("flat"):
        return None
    falling_noun = [one for one in clause if one.text in ("降幅", "跌幅", "减幅", "同比降幅", "下降幅度")]
    if falling_noun:
        return ("growth", -1, "fall")
    return ("growth", numbers.sign_of(cue), "growth")


def _points(numbers: _Numbers, frame: Frame) -> list[list[Statement]]:
    tokens, grammar, walk = numbers.tokens, numbers.grammar, numbers.walk
    if walk.joint_next or walk.phrase.is_joint:
        joint = _joint_frame(numbers, frame)
        walk.joint_next = walk.phrase.is_joint = False
        frame = joint or frame
    period = _period(numbers)
    gap = next((index for index in numbers.group if index in numbers.claims.gaps), None)
    if gap is not None:
        return _choices(
            numbers,
            frame,
            [("growth_gap", numbers.claims.gaps[gap], "gap")],
            period,
            reference=numbers.claims.references.get(gap),
        )
    claimed = next(
        (numbers.claims.contributions[index] for index in numbers.group if index in numbers.claims.contributions), None
    )
    if claimed is not None:
        return _choices(numbers, frame, [("contribution", claimed, "contribution")], period)
    contribution = numbers.left("contribution", clause=False)
    around = numbers.right("contribution", reach=12)
    growth_after = any(
        token.is_a("growth_noun") or token.text in ("growth", "增长")
        for token in tokens[numbers.last + 1 : numbers.clause_end]
    )
    if (
        (contribution is not None and not tokens[contribution].is_a("share"))
        or around is not None
        or (
            numbers.left("share") is not None
            and tokens[numbers.left("share") or 0].text.startswith("contribut")
            and growth_after
        )
    ):
        sign = -1 if contribution is not None and tokens[contribution].text in ("拉低", "拖累") else 1
        return _choices(numbers, frame, [("contribution", sign, "contribution")], period)
    cue = numbers.left("rise", "fall", "gap_up", "gap_down")
    if cue is None:
        cue = numbers.right("rise", "fall", "gap_up", "gap_down", reach=3)
    if cue is None:
        cue = numbers.left("rise", "fall", "gap_up", "gap_down", clause=False)
    sign = 1
    if cue is not None:
        token = tokens[cue]
        sign = -1 if (token.is_a("fall") or token.is_a("gap_down")) and not token.is_a("rise", "gap_up") else 1
    clause = tokens[numbers.window_start : numbers.clause_end]
    share_noun = any(
        token.is_a("share_change_noun") or (token.is_a("share") and not numbers.sentence.is_chinese) for token in clause
    )
    growth_noun = next((token for token in clause if token.is_a("growth_noun")), None)
    previous = walk.previous[-1] if walk.previous else None
    if share_noun:
        return _choices(numbers, frame, [("share_change", sign, "share change")], period)
    if growth_noun is not None:
        falling = growth_noun.text in ("降幅", "跌幅", "减幅")
        narrowed = cue is not None and tokens[cue].is_a("fall")
        if falling:
            sign = 1 if narrowed else -1
        return _choices(
            numbers,
            frame,
            [("growth_gap", sign, "growth against an earlier one")],
            period,
            reference={"region": _own_region(numbers, frame)},
        )
    if previous is not None and previous.statistic == "share":
        return _choices(numbers, frame, [("share_change", sign, "share change")], period)
    if (
        previous is not None
        and previous.statistic in ("growth", "growth_gap")
        and numbers.left("gap_up", "gap_down") is not None
    ):
        return _choices(
            numbers, frame, [("growth_gap", sign, "gap")], period, reference={"region": _own_region(numbers, frame)}
        )
    return _choices(
        numbers,
        frame,
        [("share_change", sign, "no cue"), ("growth_gap", sign, "no cue")],
        period,
        reference={"region": "CHN" if grammar.is_chinese_reporter else grammar.region_id},
    )


def _own_region(numbers: _Numbers, frame: Frame) -> str:
    items = frame.names.get("region", [])
    return items[0].code if len(items) == 1 and items[0].code != "UNMAPPED" else numbers.grammar.region_id


def _times(numbers: _Numbers, frame: Frame) -> list[list[Statement]]:
    tokens = numbers.tokens
    period = _period(numbers)
    cue = numbers.left("rise", "fall", "growth_noun")
    after = numbers.right("rise", "growth_noun", reach=2)
    following = tokens[numbers.last + 1] if numbers.last + 1 < len(tokens) else None
    is_ratio = following is not None and (
        following.text in ("that", "as", "the", "those", "its") or following.is_a("anaphor")
    )
    before = tokens[numbers.first - 1] if numbers.first else None
    if numbers.sentence.is_chinese and before is not None and before.text == "的":
        is_ratio = True
    if is_ratio:
        return _choices(
            numbers, frame, [("ratio", 1, "ratio")], period, unit="times", doubt="what the ratio is to is not kept"
        )
    if cue is not None or after is not None:
        sign = numbers.sign_of(cue) if cue is not None else 1
        return _choices(numbers, frame, [("growth", sign, "growth of N times")], period)
    return _choices(numbers, frame, [("growth", 1, "no cue"), ("ratio", 1, "no cue")], period)


def _rank(numbers: _Numbers, frame: Frame) -> list[list[Statement]]:
    walk, tokens, grammar = numbers.walk, numbers.tokens, numbers.grammar
    period = _period(numbers)
    for index in range(numbers.first - 1, numbers.window_start - 1, -1):
        if numbers.claims.comparisons.get(index) in ("base", "prior") and tokens[index].kind not in BOUNDARIES:
            period = _base_period(numbers, period)
            break
        if tokens[index].kind in BOUNDARIES:
            break
    clause = tokens[numbers.clause_start : numbers.sentence.clause_end(numbers.last)]
    ranked_by = (
        "growth"
        if any(
            token.is_a("growth_noun")
            for token in tokens[numbers.window_start : numbers.first]
            if token.is_a("growth_noun")
        )
        and not any(
            token.is_a("flow") and token.senses["flow"] and token.text.endswith(("规模", "scale")) for token in clause
        )
        else "level"
    )
    if (
        ranked_by == "level"
        and walk.previous
        and walk.previous[-1].statistic == "growth"
        and not any(token.is_a("measure", "flow") for token in clause)
        and not any(token.is_a("rank_noun") for token in clause)
    ):
        ranked_by = (
            "growth" if any(token.text in ("growth", "growth rate", "增速", "增幅") for token in clause) else ranked_by
        )
    partner = frame.names.get("partner")
    if partner or any(token.is_a("rank_noun") and token.senses["rank_noun"] == "partner" for token in clause):
        reference = {"partner": "WORLD"}
    elif frame.names.get("commodity"):
        reference = {"commodity": "TOTAL"}
    else:
        region = frame.names.get("region")
        holders = list(grammar.codes.containing_regions(region[0].code if region else grammar.region_id))
        nation = any(token.is_a("scope_nation") for token in clause)
        province = any(token.is_a("scope_province") for token in clause)
        peers = "CHN" if nation or len(holders) < 2 else holders[1]
        if province:
            peers = grammar.province()
        reference = {"region": peers}
    reference["ranked_by"] = ranked_by
    noun = next(
        (
            token.text
            for token in tokens[numbers.last : numbers.sentence.clause_end(numbers.last)]
            if token.is_a("rank_noun")
        ),
        "",
    )
    frame_ = frame.copy()
    frame_.parent, frame_.own = frame.parent, frame.own
    if "出口" in noun or "export" in noun:
        frame_.flows = ["export"]
    elif "进口" in noun or "import" in noun or "supplier" in noun:
        frame_.flows = ["import"]
    if not frame.names.get("partner") and any(token.is_a("rank_noun") for token in clause):
        names = [pair for token in clause for pair in token.names if pair[0] == "partner"]
        if not names and frame.doubt == "":
            return _choices(
                numbers,
                frame_,
                [("rank", 1, "rank of a partner not named")],
                period,
                reference=reference,
                doubt="whose rank it is, is not said",
            )
    return _choices(numbers, frame_, [("rank", 1, "rank")], period, reference=reference)


# --- statements -------------------------------------------------------------------------------------------------------


def _choices(
    numbers: _Numbers, frame: Frame, choices: list[tuple[str, int, str]], period: Span | None, *,
    reference: dict[str, str] | None = None, unit: str = "", doubt: str = "",
) -> list[list[Statement]]:  # fmt: skip
    merged: list[list[Statement]] = [[] for _ in numbers.quantities]
    if len(choices) > 1 and any(float(one.printed) > 100 for one in numbers.quantities):
        choices = [one for one in choices if one[0] != "share"]  # no share is above a hundred percent
    for statistic, sign, rule in choices:
        measure = _measure_of_change(numbers, frame, statistic)
        readings = _distribute(
            numbers,
            frame,
            statistic,
            sign,
            measure,
            period=period,
            rule="; ".join((rule, *frame.notes)),
            reference=reference,
            unit=unit,
            doubt=doubt
            or ("what it states is not said" if len(choices) > 1 else "")
            or (
                "what the whole of a share of counted things is" if statistic == "share" and frame.count_measure else ""
            ),
        )
        for into, found in zip(merged, readings, strict=True):
            into += found
    return merged


def _measure_of_change(numbers: _Numbers, frame: Frame, statistic: str) -> str:
    """What a growth or share is measured in: as said, else as the level before."""
    walk = numbers.walk
    if frame.count_measure:
        return frame.count_measure
    if [item.code for item in frame.names.get("commodity", [])] == ["PORT_CARGO"]:
        return "quantity"
    after = numbers.right("measure", reach=3)
    if after is not None and numbers.tokens[after].text.startswith(("in ", "by ")):
        return numbers.tokens[after].senses["measure"]
    if len(frame.measures) == 1 and frame.measures[0] != "volume" and not frame.measures[0].endswith("enterprises"):
        return frame.measures[0]
    if walk.last_level is not None and walk.last_level.measure in ("quantity", "unit_value"):
        return walk.last_level.measure
    if len(frame.measures) == 1 and frame.measures[0] == "volume":
        return "volume" if frame.names.get("commodity") and walk.last_level is None else "value"
    return "value"


def _distribute(
    numbers: _Numbers, frame: Frame, statistic: str, sign: int, measure: str, *,
    period: Span | None, rule: str, reference: dict[str, str] | None = None, unit: str = "", doubt: str = "",
) -> list[list[Statement]]:  # fmt: skip
    """One statement a number, or several where each of a list has it; numbers and names are counted against each other."""
    walk = numbers.walk
    size = len(numbers.quantities)
    each = walk.phrase.each or any(
        token.is_a("each") and not token.is_a("per") for token in numbers.tokens[numbers.window_start : numbers.first]
    )
    subjects, assigned_doubt = _subjects(numbers, frame, size, measure, each=each)
    result: list[list[Statement]] = []
    for position, (index, quantity) in enumerate(zip(numbers.group, numbers.quantities, strict=True)):
        own_sign = _own_sign(numbers, index, sign) if statistic in ("growth", "share_change", "growth_gap") else sign
        row: list[Statement] = []
        for subject in subjects[position]:
            row.append(
                _statement(
                    numbers,
                    index,
                    quantity,
                    subject,
                    statistic,
                    own_sign,
                    period,
                    rule,
                    reference,
                    unit,
                    doubt or assigned_doubt,
                )
            )
        stated = list(row)
        for names, flow in frame.others[:_MOST_OTHERS]:
            row += [
                replace(
                    one,
                    names=one.names if names is None else dict(names),
                    flow=flow or one.flow,
                    rule=f"{one.rule}; or so",
                )
                for one in stated
            ]
        result.append(row)
    return result


_Subject = tuple[Frame, dict[str, list[Item]], str, str, "Span | None"]


def _subjects(
    numbers: _Numbers, frame: Frame, size: int, measure: str, *, each: bool
) -> tuple[list[list[_Subject]], str]:
    """For each number the subjects it speaks of: (frame, names, flow, measure, period)."""
    walk = numbers.walk
    names = frame.names
    flow = frame.flows[0] if len(frame.flows) == 1 else "total"
    if size > 1:
        if size == len(numbers.claims.quarters):
            return [[(frame, names, flow, measure, span)] for span in numbers.claims.quarters], ""
        for dimension in sorted(names, key=lambda name: -max((item.start for item in names[name]), default=0)):
            if len(names[dimension]) == size:
                return [
                    [(frame, {**names, dimension: [item]}, item.flow or flow, measure, None)]
                    for item in names[dimension]
                ], ""
        if len(frame.flows) == size:
            return [[(frame, names, one, measure, None)] for one in frame.flows], ""
        if len(frame.measures) == size:
            return [[(frame, names, flow, one if one != "volume" else "quantity", None)] for one in frame.measures], ""
        if len(walk.list_measures) == size:
            return [[(frame, names, flow, one, None)] for one in walk.list_measures], ""
        spans = list(dict.fromkeys(numbers.claims.spans.values()))
        if len(spans) == size and not frame.flow_pair:
            return [[(frame, names, flow, measure, span)] for span in spans], ""
        if size == 2 and frame.flow_pair:
            return [[(frame, names, one, measure, None)] for one in frame.flow_pair], ""
        recent = [one for one in walk.recent if one.own == frame.own or one.own & frame.own]
        if len(recent) >= size:
            return [
                [(one, one.names, one.flows[0] if len(one.flows) == 1 else "total", measure, None)]
                for one in recent[-size:]
            ], ""
        products = [(dimension, items) for dimension, items in names.items() if len(items) > 1]
        if len(products) == 1 and len(frame.measures) > 1 and len(products[0][1]) * len(frame.measures) == size:
            dimension, items = products[0]
            return [
                [(frame, {**names, dimension: [item]}, flow, one, None)] for item in items for one in frame.measures
            ], ""
        if len(products) == 1 and len(frame.flows) * len(products[0][1]) == size:
            dimension, items = products[0]
            return [
                [(frame, {**names, dimension: [item]}, one, measure, None)] for item in items for one in frame.flows
            ], ""
        listed = _enumerated(numbers, size)
        if listed is not None:
            dimension, items = listed
            known = all(item.code != UNMAPPED for item in items)
            frame.names = names = {**names, dimension: items}
            return [[(frame, {**names, dimension: [item]}, item.flow or flow, measure, None)] for item in items], (
                "" if known else "names of the list that no list knows"
            )
        longest = max(names.values(), key=len, default=[])
        if len(longest) > size:
            dimension = next(name for name, items in names.items() if items is longest)
            return [
                [(frame, {**names, dimension: [item]}, flow, measure, None)] for item in longest[:size]
            ], "the numbers and the names of the list are not equally many"
        return [
            [(frame, names, flow, measure, None)] for _ in range(size)
        ], "the numbers are a list, what they are of is none"
    if each:
        for dimension, items in names.items():
            if len(items) > 1:
                return [[(frame, {**names, dimension: [item]}, item.flow or flow, measure, None) for item in items]], ""
        if len(frame.flows) > 1:
            return [[(frame, names, one, measure, None) for one in frame.flows]], ""
    if frame.head:
        names = {**names, **frame.head}
    if len(frame.flows) > 1 and set(frame.flows) == {"export", "import"}:
        flow = "total"
    if frame.measures and len(frame.measures) > 1 and measure in ("value", "volume"):
        measure = "value"
    return [[(frame, names, flow, measure, None)]], ""


def _enumerated(numbers: _Numbers, size: int) -> tuple[str, list[Item]] | None:
    """The list of as many things as there are numbers, known names or not: 葡萄、柑橘、梨、橙; 民营、国有、外资企业."""
    tokens, grammar, walk = numbers.tokens, numbers.grammar, numbers.walk
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
            _is_around_a_name(tokens[run[0]]) or (len(run) > 1 and run is best[0] and _is_place(tokens[run[0]]))
        ):
            run.pop(0)
        while run and _is_around_a_name(tokens[run[-1]]):
            run.pop()
        if not run or len(run) > 12:
            return None
        start, end = grammar.text.span(tokens[run[0]].start, tokens[run[-1]].end)
        named = [index for index in run if tokens[index].names]
        if named and len(run) == 1:
            dimension, code = walk._dimension(named[0], tokens[named[0]])
            items.append(walk._item(tokens[named[0]], dimension, code))
        else:
            items.append(Item(UNMAPPED, grammar.source[start:end], start, end))
    dimension = dimension or "commodity"
    last = items[-1].text
    resolved: list[Item] = []
    for item in items:
        if item.code == UNMAPPED:
            for text in (item.text, item.text + last[-2:]):  # 民营、国有、外资企业: what is said once, of all
                code = grammar.codes.resolve(dimension, text, region_id=grammar.region_id)
                if code != UNMAPPED:
                    item = replace(item, code=code)
                    break
        resolved.append(item)
    return (dimension, resolved) if len({item.text for item in resolved}) == size else None


def _is_place(token: Token) -> bool:
    return any(list_name == "region" for list_name, _ in token.names)


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


def _own_sign(numbers: _Numbers, index: int, sign: int) -> int:
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
    numbers: _Numbers, index: int, quantity: Quantity, subject: _Subject, statistic: str, sign: int, period: Span | None,
    rule: str, reference: dict[str, str] | None, unit: str, doubt: str,
) -> Statement:  # fmt: skip

    frame, names, flow, measure, own_period = subject
    if quantity.explicit_sign and statistic in (
        "growth",
        "share_change",
        "growth_gap",
        "change",
        "level",
        "contribution",
    ):
        sign = quantity.sign
    comparison, span = _comparison(numbers)
    statement = Statement(
        quantity=quantity, statistic=statistic, sign=sign, measure=measure, frame=frame, names=names, flow=flow,
        period=own_period or period, comparison=comparison, comparison_span=span, doubt=doubt or frame.doubt or numbers.walk.sentence_doubt, rule=rule,
        unit=unit, scale_times=quantity.unit_kind == "times" and statistic == "growth",
        qualifier=_qualifier(numbers, index, quantity), currency_terms=numbers.walk.currency_terms,
    )  # fmt: skip
    statement.reference = dict(
        reference or numbers.claims.references.get(index) or numbers.claims.references.get(numbers.last) or {}
    )
    return statement


def _qualifier(numbers: _Numbers, index: int, quantity: Quantity) -> str:
    if quantity.qualifier:
        return quantity.qualifier
    for cursor in range(index - 1, max(index - 3, -1), -1):
        token = numbers.tokens[cursor]
        if token.is_a("qualifier"):
            if token.is_a("growth_noun") or (
                token.is_a("rise", "fall")
                and not numbers.sentence.is_chinese
                and token.text in ("above", "below")
                and False
            ):
                return ""
            return token.senses["qualifier"]
        if not (token.is_a("by", "to", "filler") and token.kind == "phrase"):
            return ""
    return ""


def _period(numbers: _Numbers) -> Span | None:
    grammar = numbers.grammar
    if len(set(numbers.claims.spans.values())) > 1 or numbers.in_parentheses:
        stop = numbers.clause_end
        for index in range(numbers.last + 1, stop):
            token = numbers.tokens[index]
            if token.is_a("and", "while"):
                break
            if index in numbers.claims.spans:
                grammar.period = numbers.claims.spans[index]
                break
    return grammar.period


def _is_base(numbers: _Numbers) -> bool:
    """Whether the number is that of the period compared with."""
    grammar = numbers.grammar
    if numbers.first in numbers.claims.base_values:
        return True
    start = numbers.clause_start
    if (
        start > 1
        and numbers.tokens[start].text in ("which", "when")
        and numbers.claims.comparisons.get(start - 2) == "base"
    ):
        return True
    for index in range(numbers.first - 1, numbers.clause_start - 1, -1):
        if numbers.tokens[index].is_a("and") and not numbers.sentence.is_chinese:
            break
        if numbers.claims.comparisons.get(index) in ("base", "prior"):
            return not any(numbers.tokens[cursor].is_a("rise", "fall") for cursor in range(index, numbers.first))
        if numbers.tokens[index].is_a("rise", "fall"):
            return False
    for index in range(numbers.last + 1, min(numbers.clause_end, numbers.last + 5)):
        if numbers.claims.comparisons.get(index) == "base" and not any(
            numbers.tokens[cursor].is_a("versus", "than", "rise", "fall")
            for cursor in range(numbers.last + 1, index + 1)
        ):
            left = numbers.tokens[numbers.first - 1] if numbers.first else None
            return left is not None and left.text in ("from", "against", "versus", "to", "with", "at")
    return False


def _base_period(numbers: _Numbers, period: Span | None) -> Span | None:
    if period is None:
        return None
    window = range(max(0, numbers.first - 8), min(len(numbers.tokens), numbers.last + 6))
    for index in window:
        if index in numbers.claims.comparison_spans:
            return numbers.claims.comparison_spans[index]
    if any(numbers.claims.comparisons.get(index) in ("prior", "mom") for index in window):
        return shifted(period, -1)
    return shifted(period, -12)


def _comparison_near(numbers: _Numbers) -> str:
    for index in [
        *range(numbers.last + 1, min(numbers.clause_end, numbers.last + 8)),
        *range(numbers.first - 1, numbers.clause_start - 1, -1),
    ]:
        found = numbers.claims.comparisons.get(index)
        if found in ("yoy", "mom", "qoq", "base", "prior", "span"):
            return found
    return ""


def _comparison(numbers: _Numbers) -> tuple[str, Span | None]:
    """What the number is compared with: the clause says, before or after it."""
    grammar = numbers.grammar
    for index in [
        *range(numbers.last + 1, numbers.clause_end),
        *range(numbers.first - 1, numbers.window_start - 1, -1),
    ]:
        if index in numbers.claims.comparison_spans:
            return "span", numbers.claims.comparison_spans[index]
        found = numbers.claims.comparisons.get(index)
        if found == "prior":
            return "mom", None
        if found in ("yoy", "mom", "qoq"):
            return found, None
        if found == "base":
            return "yoy", None
    return "yoy", None


def _remember_level(numbers: _Numbers, statements: list[list[Statement]], measure: str) -> None:
    walk = numbers.walk
    if numbers.in_parentheses:
        return
    walk.last_level = statements[-1][0] if statements and statements[-1] else None
    if len(numbers.group) == 1:
        walk.list_measures = [*walk.list_measures, measure]


def _per_unit(numbers: _Numbers) -> str:
    """`CNY/tonne` where the number is a price."""
    tokens, grammar = numbers.tokens, numbers.grammar
    currency = numbers.quantities[-1].unit
    following = numbers.last + 1
    lexicon_units = frozenset({"unit"})
    lexicon = numbers.walk.grammar.lexicon
    if following + 1 < len(tokens) and (
        tokens[following].text in ("per", "a", "each", "/") or tokens[following].is_a("per")
    ):
        phrase, senses = lexicon.suffix_at(grammar.text.chars, tokens[following + 1].start, lexicon_units)
        if phrase:
            unit = dict(senses)["unit"]
            return f"{currency}/{unit}" if unit not in ("day", "hour") else ""
    for index in range(numbers.first - 1, max(numbers.clause_start, numbers.first - 5) - 1, -1):
        if tokens[index].is_a("per") or tokens[index].text.startswith("每"):
            start = tokens[index].start + 1 if tokens[index].text.startswith("每") else tokens[index + 1].start
            phrase, senses = lexicon.suffix_at(grammar.text.chars, start, lexicon_units)
            unit = dict(senses).get("unit", "")
            return f"{currency}/{unit}" if unit and unit not in ("day", "hour") else ""
    return ""


def _unit_of_price(numbers: _Numbers) -> str:
    """The unit of a price that the sentence says elsewhere: `the average price per tonne fell to $625`."""
    tokens, grammar = numbers.tokens, numbers.grammar
    for index, token in enumerate(tokens[:-1]):
        if token.text == "per" or token.text.startswith("每"):
            phrase, senses = grammar.lexicon.suffix_at(grammar.text.chars, tokens[index + 1].start, frozenset({"unit"}))
            if phrase and dict(senses)["unit"] not in ("day", "hour"):
                return f"{numbers.quantities[-1].unit}/{dict(senses)['unit']}"
    return ""


def multiple_statements(walk: Walk, index: int, token: Token) -> None:
    """`doubled`, 翻一番, 持平: growth in a word."""

    if walk.sentence.quantities() and any(
        cursor in walk.in_list_of
        for cursor in range(walk.sentence.clause_start(index), walk.sentence.clause_end(index))
    ):
        return
    if walk.phrase.is_empty() and walk.frame is None:
        return
    if token.is_a("multiple"):
        factor = float(token.senses["multiple"])
        printed = f"{abs(factor - 1) * 100:.0f}"
        sign = 1 if factor > 1 else -1
    else:
        printed, sign = "0", 1
    numeral = Numeral(printed, token.start, token.end, "words")
    quantity = Quantity(
        numeral, token.start, token.end, printed, sign=sign, unit="percent", unit_kind="percent", qualifier=""
    )
    before = walk.tokens[index - 1] if index else None
    quantity.qualifier = before.senses["qualifier"] if before is not None and before.is_a("qualifier") else "about"
    token.quantity = quantity
    numbers = _Numbers(walk, [index])
    frame = _frame(numbers)
    if frame.nontrade or frame.doubt:
        token.quantity = None
        return
    statements = _distribute(
        numbers,
        frame,
        "growth",
        sign,
        _measure_of_change(numbers, frame, "growth"),
        period=_period(numbers),
        rule="growth in a word",
    )
    walk.grammar.account(Reading(quantity, statements=statements[0]))
    token.quantity = None
