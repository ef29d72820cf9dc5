"""What a number says: a reader for each kind of unit, and the hand-over of what they find to the grammar."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from orchestration.figures import UNMAPPED
from orchestration.releases.comparisons import base_in_turn, base_period, is_base, period_of
from orchestration.releases.counts import bare_statements, count_statements
from orchestration.releases.distribution import (
    choices_of,
    distribute,
    doubt_of_quantity,
    measure_of_change,
    qualifier_of,
)
from orchestration.releases.lexicon import words
from orchestration.releases.naming import UNITS_OF_GOODS, dimension_of, goods_as_unit, item_of
from orchestration.releases.number_groups import (
    NumberGroup,
    Role,
    change_after,
    change_that_is_listed,
    is_above_another,
)
from orchestration.releases.number_subjects import (
    doubt_unknown_subject,
    frame_of,
    joint_or,
    named_before,
    take_subject_after,
)
from orchestration.releases.numerals import Numeral
from orchestration.releases.percentages import percent_statements, points_statements
from orchestration.releases.sentences import BOUNDARIES
from orchestration.releases.statements import TARGET, Reading, Statement
from orchestration.releases.subjects import Frame, Item
from orchestration.releases.tokens import Quantity, Token

if TYPE_CHECKING:
    from orchestration.releases.walk import Walk

_RATIO_TO = frozenset(words("ratio_to"))
_RANKED_GROWTH = frozenset(words("ranked_growth"))
#: Words within a noun such as "export market" that say the flow.
_EXPORT_WORDS = words("ranked_flow", "export")
_IMPORT_WORDS = words("ranked_flow", "import")
#: 成倍增长: at least twice as much.
_VAGUE_MULTIPLES = frozenset(words("vague_multiple"))
#: Between one and what it is, in Chinese; between a place and the rank of its partner.
_IS, _OF_WHOM = words("is"), frozenset({"的", "'s", "the"})
#: Words near a number that say that it is what a port handles, and that goods of whatever kind are weighed.
_PORT_WORDS = words("port_cargo")
_CARGO_WORDS = words("cargo")
#: Units that are so much a day: bpd.
_DAILY_UNITS = words("daily_unit")
#: Words for a balance that may be a surplus or a deficit.
_OPEN_BALANCES = frozenset(words("open_balance"))
_OF_MONTHS = frozenset(words("of_months"))
#: What may be twice as great without anything having doubled.
_PACES = frozenset(words("pace"))
_EACH_BEFORE = frozenset(words("each_before"))
_BETWEEN_BEHIND = words("between_behind")
_EACH_BEHIND = frozenset(words("each_behind"))
#: Before a verb of reporting they say that another value was reported later.
_AT_FIRST = frozenset(words("at_first"))
_REPORTED = words("reported")
#: Between `doubled` and the level that it comes to.
_COMING_TO = frozenset({"to", "reaching", "at"})
_SMALL = frozenset({"the", "those", "that", "to", "from"})
_THAT_IS = frozenset(words("that_is"))
_GAINED = frozenset(words("gained"))
_OF_THEM = frozenset(words("of_them"))
_THINGS = ("unit", "units")
_IN = frozenset({"in", "of", "from", "on"})
_SERVICES = frozenset(words("services"))
#: What may be told of the period compared with, too.
_TOLD_OF_THEN = frozenset({"level", "share", "growth"})
_SCALES_OF_MONEY = frozenset({"million", "billion", "trillion", "hundred_million"})
#: Units of amounts that are no goods, and of goods that have to be named.
_UNITS_OF_NO_GOODS = frozenset({"kilometre", "hour", "day", "metre", "month", "year"})
_UNITS_OF_THINGS = frozenset({"piece", "item", "set", "bag", "ship", "vehicle", "container", "TEU", "head", "pair"})


def assign(walk: Walk, group: list[int]) -> None:
    """Read a number or list of numbers; the readings go to the grammar."""
    numbers = NumberGroup(walk, group)
    numbers.other_of = _other_of(numbers)
    if statements := _bases_in_turn(numbers):
        for quantity, readings in zip(numbers.quantities, statements, strict=True):
            walk.grammar.account(Reading(quantity, statements=readings))
        return
    _take_goods_as_unit(numbers)
    _take_currency_of_text(numbers)
    kind = numbers.kind
    if kind == "bare":
        statements, why = bare_statements(numbers)
    else:
        take_subject_after(numbers)
        frame = doubt_unknown_subject(numbers, frame_of(numbers))
        frame = _balance_said_by_flows(numbers, frame)
        nontrade = "services" if _is_of_services(numbers) else frame.nontrade
        if nontrade and kind in ("money", "percent", "points", "physical", "times", "rank"):
            for quantity in numbers.quantities:
                walk.grammar.account(Reading(quantity, not_a_figure=f"not about trade: {nontrade.replace('_', ' ')}"))
            return
        reader = {
            "money": _money, "percent": percent_statements, "points": points_statements, "physical": _physical,
            "count": count_statements, "times": _times, "rank": _rank,
        }.get(kind)  # fmt: skip
        if reader is None:
            why = "no unit that is known"
        else:
            statements = reader(numbers, frame)
            why = "what it states is not known"
    if not statements:
        for quantity in numbers.quantities:
            walk.grammar.account(Reading(quantity, unread=why))
        return
    for quantity, readings in zip(numbers.quantities, statements, strict=True):
        walk.grammar.account(Reading(quantity, statements=readings))
    walk.previous = [readings[0] for readings in statements]
    walk.stated += walk.previous
    if numbers.in_parentheses and len({one.statistic for one in statements[0]}) == 1:
        walk.parentheticals[kind] = statements[0][0]


def _bases_in_turn(numbers: NumberGroup) -> list[list[Statement]]:
    """`…, as against 12.7%, 14.2% and 26.3% respectively in 2014`: what was told before, each in turn, of then."""
    claims, by_quantity = numbers.claims, {id(one.quantity): one for one in numbers.walk.stated}
    pairs = [(at, claims.in_turn.get(at)) for at in numbers.group]
    told = [by_quantity.get(id(numbers.tokens[before].quantity)) for _, before in pairs if before is not None]
    known = [one for one in told if one is not None and one.statistic in _TOLD_OF_THEN]
    if len(known) < len(numbers.group) or len({one.statistic for one in known}) > 1:
        return []
    rule = "of the period compared with, in turn"
    return [
        [
            replace(
                one,
                quantity=quantity,
                period=base_in_turn(numbers, max(claims.in_turn), one.period),
                qualifier=qualifier_of(numbers, at, quantity),
                rule=f"{one.rule}; {rule}",
            )
        ]
        for one, quantity, at in zip(known, numbers.quantities, numbers.group, strict=True)
    ]


def _is_of_services(numbers: NumberGroup) -> bool:
    """`$129 billion in goods (down 4 percent) and $61 billion in services (up 1 percent)`."""
    tokens, at = numbers.tokens, numbers.last + 1
    if at + 1 < len(tokens) and tokens[at].text in _IN and tokens[at + 1].text in _SERVICES:
        return True
    before = numbers.clause_start - 2 if numbers.in_parentheses else -1
    return before > 0 and tokens[before + 1].kind == "open" and tokens[before].text in _SERVICES


def _take_currency_of_text(numbers: NumberGroup) -> None:
    """`rose 0.9 percent in dollars to 188.5 billion`: so many billions are money, of the one currency that is meant."""
    if numbers.kind != "bare" or not all(set(one.scales) & _SCALES_OF_MONEY for one in numbers.quantities):
        return
    before = numbers.tokens[numbers.first - 1] if numbers.first else None
    first = numbers.quantities[0]
    is_lettered = numbers.grammar.text.chars[first.start].isalpha() and first.start < first.numeral.start
    if is_lettered or (before is not None and before.kind == "word" and before.end == first.start):
        return  # XYZ5.2 million, Q$5.2 million: in a currency that is not known
    currencies = numbers.grammar.currencies
    unit = numbers.walk.currency_terms or (currencies[0] if len(currencies) == 1 else "")
    if unit:
        for one in numbers.quantities:
            one.unit, one.unit_kind = unit, "money"
        numbers.kind = "money"


def _take_goods_as_unit(numbers: NumberGroup) -> None:
    """`exported 12,400 cars`, `53 aircraft`: the goods are their own unit."""
    unit, code, index = goods_as_unit(numbers.grammar, numbers.tokens, numbers.last)
    if numbers.kind != "bare" or not unit or numbers.sentence.is_chinese or len(numbers.group) > 1:
        return
    quantity = numbers.quantities[0]
    quantity.unit, quantity.unit_kind, numbers.kind = unit, "physical", "physical"
    if numbers.sentence.free(index):
        if code != UNMAPPED or not _has_goods(numbers):  # exports of new energy vehicles rose to 214,000 vehicles
            numbers.walk.mention(index)
        numbers.sentence.spoken_for[index] = "subject of the number before"


def _has_goods(numbers: NumberGroup) -> bool:
    """Whether its sentence said before a number of which goods it is."""
    before = (numbers.walk.phrase, numbers.walk.frame)
    return any(one is not None and one.names.get("commodity") for one in before)


def _other_of(numbers: NumberGroup) -> Statement | None:
    """The statement that this number says in another way: `down $870 million or 17.2 percent`."""
    tokens = numbers.tokens
    between = tokens[numbers.window_start : numbers.first]
    if not any(token.is_a("or") for token in between):
        return None
    if any(
        not (
            token.is_a("or", "qualifier", "by", "comparison")
            or token.kind == "comma"
            or token.text in ("a", "an", "by", "of")
            or (token.period is not None and token.period.kind == "base")
            or "/" in (token.text, before.text)  # down $106.5/mt or 6.3 percent
        )
        for before, token in pairwise([tokens[numbers.window_start - 1], *between])
    ):
        return None
    return numbers.walk.previous[-1] if numbers.walk.previous else None


def _money(numbers: NumberGroup, frame: Frame) -> list[list[Statement]]:
    tokens = numbers.tokens
    if numbers.claims.joint_size:
        frame = joint_or(numbers, frame)
    price_unit = _per_unit(numbers)
    statistic, sign, measure, rule = "level", 1, "value", "level"
    period = period_of(numbers)
    change = numbers.adjacent_left("rise", "fall")
    if change is not None and (
        tokens[change].is_a("qualifier", "to")
        or (tokens[change].is_a("growth_noun") and not tokens[change].text.startswith(("growth", "increase")))
    ):
        change = None
    if not price_unit and "unit_value" in frame.measures:
        price_unit = _unit_of_price(numbers)
    if numbers.first in numbers.claims.balances:
        change = None  # by how much exports exceed imports
    if price_unit or ("unit_value" in frame.measures and numbers.quantities[0].unit and not frame.has_own_flow):
        measure, rule = "unit_value", "unit value"
    base = is_base(numbers)
    if base:
        period = base_period(numbers, period)
        rule = "level of the period compared with"
        level = numbers.walk.last_level
        if not price_unit and level is not None and level.measure == "unit_value":
            price_unit, measure = level.unit, "unit_value"
    elif change is not None:
        statistic, sign, rule = "change", numbers.sign_of(change), "change"
    elif not price_unit and (sign_of_whole := _part_of_change(numbers)):
        statistic, sign, rule = "change", sign_of_whole, "change, as that which it is a part of"
    elif numbers.first not in numbers.claims.balances and (sign_of_noun := _change_by(numbers)):
        statistic, sign, rule = "change", sign_of_noun, "change"
    elif not price_unit and (sign_before := _change_of_list(numbers)):
        statistic, sign, rule = "change", sign_before, "change, as that before"
    elif numbers.other_of is not None and numbers.other_of.statistic == "growth":
        statistic, sign, rule = "change", numbers.other_of.sign, "change, as growth before"
    elif numbers.first not in numbers.claims.balances and (sign_after := change_after(numbers)):
        statistic, sign, rule = "change", sign_after, "change"
    elif numbers.in_parentheses and (sign_of_list := change_that_is_listed(numbers)):
        statistic, sign, rule = "change", sign_of_list, "change, as what is listed"
    elif numbers.in_parentheses and (sign_again := _change_again(numbers)):
        statistic, sign, rule = "change", sign_again, "change, as growth before"
    elif numbers.in_parentheses and numbers.quantities[0].explicit_sign and frame.flows != ["balance"]:
        statistic, rule = "change", "change with its sign"  # from Thailand (-RM723.1 million)
    if (converted := _converted(numbers)) is not None:
        statistic, sign, period = converted.statistic, converted.sign, converted.period
        rule = converted.rule.partition(";")[0]
    average = numbers.left("average")
    if average is None:
        average = numbers.right("average", reach=3)
    if average is None:
        average = _average_of_subject(numbers)
    if numbers.left("each_average") is not None:  # 户均进出口3333万元
        numbers.walk.sentence_doubt = numbers.walk.sentence_doubt or "it is an average of those who trade"
    elif average is not None and statistic == "level":
        measure = f"{tokens[average].senses['average']}_average_value"
        rule = "average"
    doubt = _why_no_level(numbers)
    if statistic == "change" and is_above_another(numbers):
        doubt = doubt or "how far it is above another is no change"
    if frame.count_measure and frame.flows == [""]:
        doubt = doubt or "the trade of those that are counted is not that of the place"
    if statistic == "level" and frame.flows == ["balance"]:
        sign = numbers.grammar.balance_sign = _balance_sign(numbers, frame)
    statements = distribute(
        numbers,
        frame,
        statistic,
        sign,
        measure,
        period=period,
        rule=rule,
        doubt=doubt,
        unit=price_unit,
    )
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    if statistic == "change" and previous is not None and previous.measure.endswith("average_value") and not doubt:
        statements = [[replace(one, doubt=_OF_AVERAGE) for one in readings] for readings in statements]
    if statistic == "level" and not base and not doubt:
        _remember_level(numbers, statements, measure)
    if statistic == "change" and change is not None and change == numbers.first - 1 and tokens[change].text in _GAINED:
        return [[reading for one in readings for reading in _gained(numbers, one)] for readings in statements]
    if statistic == "change" and frame.flows == ["balance"] and frame.is_deficit:
        return [[reading for one in readings for reading in _both_signs(one)] for readings in statements]
    return statements


def _converted(numbers: NumberGroup) -> Statement | None:
    """The amount before a parenthesis that says it in another currency: `4.8 billion euros (about $5.3 billion)`."""
    at = numbers.first
    while at > 2 and numbers.tokens[at - 1].is_a("qualifier"):
        at -= 1
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    if previous is None or at < 2 or numbers.tokens[at - 1].kind != "open" or len(numbers.group) > 1:
        return None
    before, own = numbers.tokens[at - 2].quantity, numbers.quantities[0]
    is_alone = numbers.first + 1 < len(numbers.tokens) and numbers.tokens[numbers.first + 1].kind == "close"
    if before is None or before is not previous.quantity or before.unit_kind != "money" or before.unit == own.unit:
        return None
    is_amount = previous.statistic in ("level", "change") and previous.measure == "value"
    return previous if is_alone and is_amount else None


def _gained(numbers: NumberGroup, statement: Statement) -> tuple[Statement, ...]:
    """`the sector gained 7 billion, up 21 percent`: it earned so much, or so much more."""
    behind = numbers.tokens[numbers.last + 1 : numbers.last + 3]
    is_growth_behind = len(behind) > 1 and behind[0].kind == "comma" and behind[1].is_a("rise", "fall")
    if not is_growth_behind and statement.flow != "balance":  # the balance gained 9 billion
        return (statement,)
    doubt = statement.doubt or "whether so much was gained or so much more is not said"
    level = replace(statement, statistic="level", sign=1, doubt=doubt, rule=f"{statement.rule}; or level")
    return replace(statement, doubt=doubt), level


def _both_signs(statement: Statement) -> tuple[Statement, Statement]:
    """`the deficit widened by 3 billion`: the deficit grew by it, the balance fell by it."""
    doubt = statement.doubt or "whether it is the change of the deficit or of the balance is not said"
    other = replace(statement, sign=-statement.sign, doubt=doubt, rule=f"{statement.rule} of the balance")
    return replace(statement, doubt=doubt), other


def _part_of_change(numbers: NumberGroup) -> int:
    """The sign of `rose by $8 billion, of which cars accounted for $4 billion`; 0 where it is no part of a change."""
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    share = numbers.left("share")
    if previous is None or previous.statistic != "change" or share is None or numbers.sentence.is_chinese:
        return 0
    opens = numbers.tokens[numbers.sentence.clause_start(numbers.first)]
    return previous.sign if opens.is_a("among") and share == numbers.first - 1 else 0


def _change_again(numbers: NumberGroup) -> int:
    """The sign of the amount in `went up 33.2% ($1.8 billion) from May`; 0 where it says no change again."""
    tokens, first, closing = numbers.tokens, numbers.first, numbers.last + 1
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    is_framed = (
        first > 1
        and tokens[first - 2].quantity is not None
        and closing < len(tokens)
        and tokens[closing].kind == "close"
    )
    if previous is None or previous.statistic != "growth" or not is_framed or numbers.sentence.is_chinese:
        return 0
    is_compared = any(
        numbers.claims.comparisons.get(index) for index in range(closing + 1, min(closing + 5, len(tokens)))
    )
    return previous.sign if is_compared and tokens[closing + 1].is_a("versus") else 0


def _average_of_subject(numbers: NumberGroup) -> int | None:
    """`Average daily exports rose 12.4 percent to $2.65 billion`: said before the flow, for the whole clause."""
    start = numbers.sentence.clause_start(numbers.first)
    for index in range(start, numbers.window_start):
        token = numbers.tokens[index]
        if token.is_a("average"):
            return index
        if token.is_a("flow") or token.quantity is not None:
            return None
    return None


def _why_no_level(numbers: NumberGroup) -> str:
    """Why an amount of money may be no measured value; "" where nothing speaks against it."""
    tokens = numbers.tokens
    following = tokens[numbers.last + 1] if numbers.last + 1 < len(tokens) else None
    behind = tokens[numbers.last + 1 : numbers.last + 5]
    counted = next((one.quantity for one in behind if one.quantity is not None), None)
    if (
        numbers.sentence.is_chinese
        and len(behind) > 1
        and (behind[0].text == "的" or behind[1].text == "的")
        and counted is not None
        and counted.unit_kind == "count"
    ):
        return "what each of those counted behind has at least"  # 5亿美元以上的4家
    if following is not None and following.is_a("threshold"):
        return "a threshold that is passed, not a measured value"
    before = tokens[numbers.sentence.clause_start(numbers.first) : numbers.first]
    if any(token.is_a("duration") or token.text in ("连续", "保持") for token in before) or any(
        one.quantity is not None and one.quantity.measure == "duration" for one in before
    ):
        return "a bound that held for several periods"
    earlier = tokens[numbers.window_start - 1] if numbers.window_start else None
    if (
        qualifier_of(numbers, numbers.first, numbers.quantities[0]) == "over"
        and earlier is not None
        and earlier.quantity is not None
        and (
            earlier.quantity.unit_kind == "count"
            or "种" in earlier.text
            or tokens[numbers.window_start].text in _OF_THEM
            or _counts_items(numbers)
            or (following is not None and following.text in _EACH_BEHIND)
        )
    ):
        numbers.walk.sentence_doubt = numbers.walk.sentence_doubt or "it is of those that are counted"
        return "a bound for each of several"
    if _is_bound_of_counted(numbers):
        numbers.walk.sentence_doubt = numbers.walk.sentence_doubt or "it is of those that are counted"
        return "a bound for each of several"
    if _is_bound_of_range(numbers):
        return "a bound between which several lie"
    if _is_bound_of_months(numbers):
        return "a bound for each of several"
    if numbers.first in numbers.claims.superseded or _is_first_estimate(before):
        return "it has been revised since"
    if any(token.is_a("target") for token in tokens[numbers.clause_start : numbers.sentence.clause_end(numbers.last)]):
        return TARGET
    return ""


def _is_first_estimate(before: list[Token]) -> bool:
    """`initially reported as`, `previously estimated at`."""
    return any(
        token.text in _AT_FIRST and any(one.text.startswith(_REPORTED) for one in before[at + 1 : at + 3])
        for at, token in enumerate(before)
    )


def _counts_items(numbers: NumberGroup) -> bool:
    """`30 items with export turnover of over $1 billion`: the number before counts what the bound is of."""
    before = numbers.tokens[numbers.window_start : numbers.first]
    return numbers.sentence.is_set_aside(numbers.window_start - 1) and any(token.text == "with" for token in before)


def _is_bound_of_counted(numbers: NumberGroup) -> bool:
    """出口超2000万美元的商品, 每家进出口值都在10亿元以上, 两个城市进出口总额超过千亿元: a bound that several pass."""
    if not numbers.sentence.is_chinese:
        return False
    if qualifier_of(numbers, numbers.first, numbers.quantities[0]) not in ("over", "at_least", "under"):
        return False
    tokens, start = numbers.tokens, numbers.clause_start
    behind = tokens[numbers.last + 1 : numbers.last + 4]
    says_of = bool(behind) and behind[0].text == "的" and any(one.is_a("header_dimension") for one in behind[1:])
    clause = tokens[start : numbers.first]
    counted = any(one.quantity is not None and one.quantity.unit_kind == "count" for one in clause)
    return says_of or counted or any(one.text in _EACH_BEFORE for one in clause)


def _is_bound_of_range(numbers: NumberGroup) -> bool:
    """都在300亿至400亿元之间: between two bounds."""
    tokens, chars = numbers.tokens, numbers.grammar.text.chars
    behind = tokens[numbers.last + 1 : numbers.last + 3]
    is_first = len(behind) > 1 and behind[0].text in ("至", "到", "-") and behind[1].quantity is not None
    end = behind[1].end if is_first else tokens[numbers.last].end
    return numbers.sentence.is_chinese and chars.startswith(_BETWEEN_BEHIND, end)


def _is_bound_of_months(numbers: NumberGroup) -> bool:
    """月度进出口值均超300亿元: each month came to more."""
    is_bound = qualifier_of(numbers, numbers.first, numbers.quantities[0]) in ("over", "at_least", "under")
    before = numbers.tokens[numbers.clause_start : numbers.first]
    return is_bound and any(token.text in _OF_MONTHS for token in before)


def _change_of_list(numbers: NumberGroup) -> int:
    """The sign of `exports rose by 2.5 billion and imports by 0.2 billion`: the verb is said once."""
    before = numbers.tokens[numbers.first - 1] if numbers.first else None
    if before is None or before.text != "by":
        return _change_goes_on(numbers) or _change_of_next(numbers)
    if numbers.first > 1 and _is_done(numbers.tokens[numbers.first - 2]):
        return 0
    earlier = next((one for one in reversed(numbers.walk.stated) if one.statistic in ("change", "growth")), None)
    return 0 if earlier is None else earlier.sign


def _change_goes_on(numbers: NumberGroup) -> int:
    """The sign of `an increase of 3.5 million tonnes on the year and of 0.3 million on the month`; 0 for none."""
    before = numbers.tokens[max(0, numbers.first - 2) : numbers.first]
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    told = [one for one in numbers.walk.stated if one.statistic == "change"]
    goes_on = len(before) > 1 and before[0].is_a("and") and before[1].text == "of"
    is_told = bool(told) and previous is not None and previous.statistic in ("change", "growth")
    return told[-1].sign if goes_on and is_told else 0


def _change_by(numbers: NumberGroup) -> int:
    """The sign of `a decrease in the surplus with China by 2 billion`, `a lower deficit (by 2 billion)`; 0 for none."""
    tokens, at = numbers.tokens, numbers.first - 1
    while at > 0 and tokens[at].is_a("qualifier") and tokens[at].text != "by":
        at -= 1
    if at < 1 or tokens[at].text != "by" or numbers.sentence.is_chinese or _is_done(tokens[at - 1]):
        return 0
    for index in range(at - 1, numbers.window_start - 1, -1):
        token = tokens[index]
        if token.kind in ("semicolon", "stop", "close") or token.is_a("while"):
            return 0
        if token.is_a("rise", "fall") and not token.is_a("qualifier"):
            return numbers.sign_of(index)
    says_again = tokens[at - 1].text in _THAT_IS  # rose to 192 billion from 151, that is by 41 billion
    changes = [one for one in range(numbers.window_start) if tokens[one].is_a("rise", "fall")] if says_again else []
    return numbers.sign_of(changes[-1]) if changes else 0


def _is_done(token: Token) -> bool:
    """Whether a verb stands before "by": helped by 5 billion of gas, led by."""
    return not token.names and token.text.endswith(("ed", "led", "en")) and not token.is_a("rise", "fall", "flow")


def _change_of_next(numbers: NumberGroup) -> int:
    """The sign of `gold fell $1.0 billion and crude oil $0.6 billion`; 0 where a verb or anything else is said."""
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    between = numbers.tokens[numbers.window_start : numbers.first]
    if previous is None or previous.statistic != "change" or numbers.in_parentheses or numbers.sentence.is_chinese:
        return 0
    if between and between[0].kind == "close":  # fell $76 million (13 percent), and logs $48 million (11 percent)
        between = between[1 + (len(between) > 1 and between[1].kind == "comma") :]
    is_list = bool(between) and between[0].text in ("and", "but")
    is_named = any(token.names or token.senses.get("flow") in ("export", "import") for token in between)
    is_alone = all(
        token.kind == "comma" or token.is_a("and", "of") or token.names or token.is_a("flow") or token.text in _SMALL
        for token in between
    )
    return previous.sign if is_list and is_named and is_alone else 0


def _balance_said_by_flows(numbers: NumberGroup, frame: Frame) -> Frame:
    """The balance, where a number says by how much exports exceed imports."""
    sign = numbers.claims.balances.get(numbers.first)
    if sign is None:
        return frame
    balance = frame.copy()
    balance.parent, balance.own = frame.parent, frame.own | {"flow"}
    balance.flows, balance.flow_pair, balance.is_deficit = ["balance"], (), sign < 0
    if numbers.walk.frame is frame:
        numbers.walk.frame = numbers.grammar.top = balance
    return balance


def _balance_sign(numbers: NumberGroup, frame: Frame) -> int:
    if frame.flows != ["balance"]:
        return 1
    if numbers.first in numbers.claims.balances:
        return numbers.claims.balances[numbers.first]
    if (sign := _sign_behind(numbers)) and not numbers.quantities[0].explicit_sign:
        return sign
    for index in range(numbers.first - 1, -1, -1):
        token = numbers.tokens[index]
        if token.is_a("flow") and token.senses["flow"] == "balance":
            if numbers.quantities[0].explicit_sign:
                return 1
            if not token.is_a("balance_sign") and _is_of_balance(numbers, index):
                continue
            between = numbers.tokens[index + 1 : numbers.first]  # the balance was negative at 5 billion
            if token.text in _OPEN_BALANCES and any(one.text == "positive" for one in between):
                return 1
            if token.text in _OPEN_BALANCES and numbers.grammar.balance_sign:
                return numbers.grammar.balance_sign
            return -1 if any(one.is_a("balance_sign") for one in (token, *between)) else 1
    return -1 if frame.is_deficit else 1


def _is_of_balance(numbers: NumberGroup, index: int) -> bool:
    """`the surplus of the balance of trade`, `the deficit in Malta's trade balance`: the one before says the sign."""
    before = [token for token in numbers.tokens[max(0, index - 5) : index] if token.text != "the"]
    if len(before) > 2 and before[-1].kind == "possessive" and before[-2].names:
        before = before[:-2]
    return len(before) > 1 and before[-1].text in ("of", "in", "on") and before[-2].senses.get("flow") == "balance"


def _sign_behind(numbers: NumberGroup) -> int:
    """`a $5 billion surplus`, 119亿美元的顺差: the sign of the balance right behind its number; 0 where none is."""
    behind = [token for token in numbers.tokens[numbers.last + 1 : numbers.last + 3] if token.text not in ("的", "in")]
    if not behind or behind[0].senses.get("flow") != "balance" or behind[0].text in _OPEN_BALANCES:
        return 0
    return -1 if behind[0].is_a("balance_sign") else 1


def _physical(numbers: NumberGroup, frame: Frame) -> list[list[Statement]]:
    quantity = numbers.quantities[-1]
    if quantity.unit in _UNITS_OF_NO_GOODS:
        return []
    change = numbers.adjacent_left("rise", "fall")
    if change is not None and numbers.tokens[change].is_a("qualifier", "to"):
        change = None
    period = period_of(numbers)
    _name_unit(numbers, frame)
    statistic, sign = ("level", 1) if change is None else ("change", numbers.sign_of(change))
    if change is None and numbers.other_of is not None and numbers.other_of.statistic == "growth":
        statistic, sign = "change", numbers.other_of.sign  # up 8 percent, or by 21 million tonnes
    elif change is None and (sign_after := change_after(numbers) or _change_goes_on(numbers)):
        statistic, sign = "change", sign_after
    if is_base(numbers):
        statistic, sign, period = "level", 1, base_period(numbers, period)
    doubt = "so much a day, not in the whole period" if _is_daily(numbers) else ""
    if not frame.names.get("commodity") and quantity.unit in _UNITS_OF_THINGS:
        doubt = "which goods are counted is not known"
    chars = numbers.grammar.text.chars
    clause = chars[numbers.tokens[numbers.clause_start].start : numbers.tokens[numbers.clause_end - 1].end]
    if any(word in clause for word in _PORT_WORDS):
        doubt = "cargo that a port handles is no trade of the place"
    if not frame.names.get("commodity") and not any(word in clause for word in _CARGO_WORDS):
        doubt = doubt or "which goods are weighed is not said"
        frame = _or_of_goods_before(numbers, frame)
    is_rate = statistic == "level" and quantity.unit == "barrel" and _is_daily(numbers)
    unit = "barrel/day" if is_rate else ""
    statements = distribute(
        numbers, frame, statistic, sign, "quantity", period=period, rule="quantity", unit=unit, doubt=doubt
    )
    if statistic == "level":
        _remember_level(numbers, statements, "quantity")
    return statements


def _or_of_goods_before(numbers: NumberGroup, frame: Frame) -> Frame:
    """A subject that is weighed without its goods may be of those named last, and of the partner before.

    `Shipments from Russia came to 25 million tonnes. The December volume stood at 2 million tonnes.`
    """
    walk = numbers.walk
    scope = walk.grammar.scope
    before_it, of_text = named_before(walk, "commodity"), scope.all_goods()
    if not (before_it or of_text) or walk.sentence.is_chinese:
        return frame
    either = frame.copy()
    either.parent, either.own = frame.parent, frame.own
    goods = before_it or of_text
    others: list[tuple[dict[str, list[Item]] | None, str | None]] = [({**frame.names, "commodity": goods}, None)]
    if of_text and scope.flow and frame.flows == ["total"]:
        others.append(({**frame.names, "commodity": of_text}, scope.flow))  # LNG imports, as the heading has it
    either.others = (*others, *frame.others)
    before = next((one for one in reversed(walk.grammar.siblings) if one is not walk.frame), None)
    if before is not None and before.names.get("partner") and not frame.names.get("partner"):
        either.others = (({**before.names, "commodity": goods}, None), *either.others)
    if walk.frame is frame:
        walk.frame = walk.grammar.top = either
    return either


def _name_unit(numbers: NumberGroup, frame: Frame) -> None:
    """`41,260 units` of cars are vehicles, those of the text where the subject names no goods."""
    goods = frame.names.get("commodity") or numbers.grammar.scope.all_goods()
    stated = {word for item in goods for word in item.text.lower().replace("-", " ").split()}
    for quantity in numbers.quantities:
        if quantity.unit == "piece" and numbers.grammar.text.chars[quantity.start : quantity.end].endswith(_THINGS):
            quantity.unit = next((unit for word, unit in UNITS_OF_GOODS.items() if word in stated), "piece")


def _is_daily(numbers: NumberGroup) -> bool:
    """`6.78 million barrels a day`, `6.78 million bpd`, `averaged 752,000 barrels per day`."""
    if numbers.tokens[numbers.last].text.endswith(_DAILY_UNITS):
        return True
    behind = numbers.tokens[numbers.last + 1 : numbers.last + 3]
    says_average = bool(behind) and behind[0].is_a("average")
    return says_average or [token.text for token in behind] == ["a", "day"] or numbers.left("average") is not None


def _times(numbers: NumberGroup, frame: Frame) -> list[list[Statement]]:
    tokens = numbers.tokens
    period = period_of(numbers)
    cue = numbers.left("rise", "fall", "growth_noun")
    after = numbers.right("rise", "growth_noun", reach=2)
    following = tokens[numbers.last + 1] if numbers.last + 1 < len(tokens) else None
    is_ratio = following is not None and (following.text in _RATIO_TO or following.is_a("anaphor"))
    before = tokens[numbers.first - 1] if numbers.first else None
    if numbers.sentence.is_chinese and before is not None and (before.text == "的" or _rises_to(before)):
        is_ratio = True  # …的2.4倍, 增至2.4倍
    if is_ratio:
        return choices_of(
            numbers, frame, [("ratio", 1, "ratio")], period, unit="times", doubt="what the ratio is to is not kept"
        )
    if cue is not None or after is not None:
        sign = numbers.sign_of(cue) if cue is not None else 1
        if sign < 0:
            # "fell 2.6 times" says that it is divided by that, or means something else: no growth is below -100 percent
            return choices_of(
                numbers,
                frame,
                [("ratio", 1, "fall of N times")],
                period,
                unit="times",
                doubt="what a fall of N times is",
            )
        if numbers.tokens[numbers.first].text.endswith("fold"):  # a five-fold increase: to five times, or by five times
            roles: list[Role] = [("growth", sign, "growth of N times"), ("ratio", 1, "N-fold")]
            return choices_of(numbers, frame, roles, period)
        return choices_of(numbers, frame, [("growth", sign, "growth of N times")], period)
    return choices_of(numbers, frame, [("growth", 1, "no cue"), ("ratio", 1, "no cue")], period)


def _rises_to(token: Token) -> bool:
    """Whether a Chinese verb says to what something rose: 增至, 扩大到."""
    return token.is_a("rise") and token.text.endswith(("至", "到"))


_OF_AVERAGE = "whether the average changed by it, or the whole, is not said"
#: Partners in both exports and imports.
_OF_BOTH_FLOWS = words("partner_of_both_flows")


def _rank(numbers: NumberGroup, frame: Frame) -> list[list[Statement]]:
    tokens = numbers.tokens
    period = period_of(numbers)
    for index in range(numbers.first - 1, numbers.window_start - 1, -1):
        if tokens[index].kind in BOUNDARIES or (tokens[index].is_a("and") and not numbers.sentence.is_chinese):
            break  # up 5 percent from a year before and second in the country
        if numbers.claims.comparisons.get(index) in ("base", "prior"):
            period = base_period(numbers, period)
            break
    clause = tokens[numbers.clause_start : numbers.sentence.clause_end(numbers.last)]
    reference = {**_peers(numbers, frame, clause), "ranked_by": _ranked_by(numbers, clause)}
    behind = tokens[numbers.last : numbers.sentence.clause_end(numbers.last)]
    noun = next((token.text for token in behind if token.is_a("rank_noun")), "")
    ranked = frame.copy()
    ranked.parent, ranked.own = frame.parent, frame.own
    if noun and (flow_of_rank_noun(noun) != "total" or numbers.walk.flow_doubt):
        ranked.flows = [flow_of_rank_noun(noun)]
        if numbers.grammar.topic is frame:
            numbers.grammar.topic_flow = ranked.flows[0]
        if frame.doubt and frame.doubt == numbers.walk.flow_doubt:
            ranked.doubt, ranked.others, numbers.walk.flow_doubt = "", (), ""
            if numbers.walk.frame is frame:
                numbers.walk.frame = numbers.grammar.top = ranked
        elif frame.flows == ["total"] and not frame.doubt and numbers.walk.frame is frame:
            numbers.walk.frame = numbers.grammar.top = ranked  # the second-largest export market at 30 billion yuan
    if (partner := _partner_behind_rank(numbers, frame)) is not None:
        ranked.names = {"region": frame.names.get("region", []), "partner": [partner]}
        ranked.flows, ranked.doubt, ranked.others = [flow_of_rank_noun(noun)], "", ()
    if noun.endswith(_OF_BOTH_FLOWS):
        ranked.flows = ["total"]  # exports to the United States, the second biggest trading partner
    if (place := _place_behind_rank(numbers)) is not None:
        ranked.names = {**ranked.names, "region": [] if place.code == numbers.grammar.region_id else [place]}
    if (both := _other_and_home(numbers)) is not None:
        ranked.names = {"region": [both[0]], "partner": [both[1]]}
    is_of_partner = any(token.is_a("rank_noun") for token in clause)
    has_partner = frame.names.get("partner") or any(token.may_name("partner") for token in clause)
    rule, doubt = "rank", ""
    is_of_balance = any(token.senses.get("flow") == "balance" for token in behind[1:3])
    if not noun and is_of_balance and not numbers.sentence.is_chinese:
        doubt = "of its values in time, and of no others"  # the second-highest deficit this year
    if any(item.code == UNMAPPED for item in frame.names.get("region", [])):
        doubt = doubt or "whether those places are ranked, or among them another is, is not said"
    if len(frame.flows) > 1 and not has_partner and not numbers.sentence.is_chinese:
        ranks = [at for at in numbers.sentence.quantities() if _is_rank(tokens[at].quantity)]
        if len(ranks) == len(frame.flows):  # total trade, exports and imports ranked 4th, 3rd and 6th
            ranked.flows = [frame.flows[ranks.index(numbers.first)]]
        else:
            doubt = doubt or "which of the flows has this rank is not said"
    if is_of_partner and not has_partner and not frame.doubt:
        rule, doubt = "rank of a partner not named", "whose rank it is, is not said"
    return choices_of(numbers, ranked, [("rank", 1, rule)], period, reference=reference, doubt=doubt)


def _is_rank(quantity: Quantity | None) -> bool:
    return quantity is not None and quantity.unit_kind == "rank"


def _partner_behind_rank(numbers: NumberGroup, frame: Frame) -> Item | None:
    """`对第一大贸易伙伴东盟进出口…`, `trade with the second largest partner, the EU`: the name stands behind."""
    tokens, at = numbers.tokens, numbers.last + 1
    if numbers.sentence.is_chinese and tokens[at : at + 1] and tokens[at].text.endswith("的"):
        partner = _partner_at(numbers, at + 1)  # 排在第二位的对欧盟进出口
        if partner is not None:
            return partner
    if at >= len(tokens) or not tokens[at].is_a("rank_noun"):
        return None
    before = numbers.first - 1 - (numbers.first > 1 and tokens[numbers.first - 1].text == "the")
    is_object = before >= 0 and tokens[before].is_a("partner_preposition")  # those to the second largest market, the EU
    if frame.names.get("partner") and not frame.doubt and not is_object:
        return None
    at += 1
    if numbers.sentence.is_chinese and at < len(tokens) and tokens[at].text.startswith(_IS):
        at += 1  # 第一大贸易伙伴是欧盟
    if not numbers.sentence.is_chinese:
        at += at < len(tokens) and tokens[at].kind == "comma"
        at += at < len(tokens) and tokens[at].text == "the"
    return _partner_at(numbers, at)


def _partner_at(numbers: NumberGroup, at: int) -> Item | None:
    """The partner that a token names, or the one behind it where it is a preposition."""
    tokens = numbers.tokens
    at += at < len(tokens) and tokens[at].text in ("对", "与", "自", "从")
    if at >= len(tokens) or not tokens[at].names:
        return None
    dimension, code = dimension_of(numbers.grammar, tokens, at)
    return item_of(numbers.grammar, tokens[at], dimension, code) if dimension == "partner" else None


def _place_behind_rank(numbers: NumberGroup) -> Item | None:
    """`Russia is the second largest trade partner of Jilin`: whose partner it is stands behind."""
    tokens, at = numbers.tokens, numbers.last + 1
    if numbers.sentence.is_chinese or at + 2 >= len(tokens) or not tokens[at].is_a("rank_noun"):
        return None
    if tokens[at + 1].text != "of" or not tokens[at + 2].names:
        return None
    dimension, code = dimension_of(numbers.grammar, tokens, at + 2)
    return item_of(numbers.grammar, tokens[at + 2], dimension, code) if dimension == "region" else None


def _other_and_home(numbers: NumberGroup) -> tuple[Item, Item] | None:
    """`中国是蒙古国第一大贸易伙伴`, "China is the second largest partner of Peru": the other, and its partner."""
    tokens, noun = numbers.tokens, numbers.last + 1
    if noun >= len(tokens) or not tokens[noun].is_a("rank_noun"):
        return None
    other = numbers.first - 1
    while other > numbers.clause_start and (tokens[other].is_a("rank") or tokens[other].text in _OF_WHOM):
        other -= 1
    home = other - 1
    if tokens[noun + 1 : noun + 2] and tokens[noun + 1].text == "of":
        home, other = other, noun + 2 + (tokens[noun + 2 : noun + 3] != [] and tokens[noun + 2].text == "the")
    while home > numbers.clause_start and not tokens[home].names and tokens[home].kind != "comma":
        home -= 1
    if other >= len(tokens) or home < 0 or ("region", numbers.grammar.region_id) not in tokens[home].names:
        return None
    says_is = any(one.is_a("be") or one.text.startswith(_IS) for one in tokens[home + 1 : numbers.first])
    is_joined = home > 0 and tokens[home - 1].is_a("partner_preposition", "and", "of")
    dimension, code = dimension_of(numbers.grammar, tokens, other)
    if not says_is or is_joined or dimension != "partner":
        return None
    home_item = item_of(numbers.grammar, tokens[home], "partner", numbers.grammar.region_id)
    return item_of(numbers.grammar, tokens[other], dimension, code), home_item


def flow_of_rank_noun(noun: str) -> str:
    """The flow of `largest export market`, 大进口来源地; that of a trading partner is both."""
    if any(word in noun for word in _EXPORT_WORDS):
        return "export"
    return "import" if any(word in noun for word in _IMPORT_WORDS) else "total"


def _ranked_by(numbers: NumberGroup, clause: list[Token]) -> str:
    """Whether a rank is by growth or by level."""
    before = numbers.tokens[numbers.window_start : numbers.first]
    says_scale = any(
        token.is_a("flow") and token.senses["flow"] and token.text.endswith(("规模", "scale")) for token in clause
    )
    if any(token.is_a("growth_noun") for token in before) and not says_scale:
        return "growth"
    previous = numbers.walk.previous
    follows_growth = bool(previous) and previous[-1].statistic == "growth"
    if follows_growth and not any(token.is_a("measure", "flow", "rank_noun") for token in clause):
        return "growth" if any(token.text in _RANKED_GROWTH for token in clause) else "level"
    return "level"


def _peers(numbers: NumberGroup, frame: Frame, clause: list[Token]) -> dict[str, str]:
    """Among what a rank is: partners, commodities, or the regions of the nation or province."""
    grammar = numbers.grammar
    if frame.names.get("partner") or any(token.senses.get("rank_noun") == "partner" for token in clause):
        start, end = numbers.sentence.clause_start(numbers.first), numbers.sentence.clause_end(numbers.last)
        among = [at for at in range(start, end) if numbers.sentence.spoken_for.get(at) == "peers"]
        group = [code for at in among for name, code in numbers.tokens[at].names if name == "partner"]
        return {"partner": group[0] if group else "WORLD"}  # the largest partner in Europe
    if frame.names.get("commodity"):
        return {"commodity": "TOTAL"}
    claimed = numbers.claims.references.get(numbers.first, {}).get("region")
    if claimed:
        return {"region": claimed}
    if any(token.is_a("scope_province") for token in clause):
        return {"region": grammar.province()}
    region = frame.names.get("region")
    holders = grammar.codes.containing_regions(region[0].code if region else grammar.region_id)
    nation = any(token.is_a("scope_nation") for token in clause)
    return {"region": "CHN" if nation or len(holders) < 2 else holders[1]}


def _remember_level(numbers: NumberGroup, statements: list[list[Statement]], measure: str) -> None:
    walk = numbers.walk
    if numbers.in_parentheses:
        return
    walk.last_level = statements[-1][0] if statements and statements[-1] else None
    if len(numbers.group) == 1:
        walk.list_measures = [*walk.list_measures, measure]


def _per_unit(numbers: NumberGroup) -> str:
    """`CNY/tonne` where the number is a price."""
    tokens = numbers.tokens
    following = numbers.last + 1
    if following + 1 < len(tokens) and (tokens[following].text in ("a", "each", "/") or tokens[following].is_a("per")):
        goods = tokens[following + 1].start
        if _unit_at(numbers, goods):
            return _price_unit(numbers, goods)
    for index in range(numbers.first - 1, max(numbers.clause_start, numbers.first - 5) - 1, -1):
        if tokens[index].text.startswith("每"):
            return _price_unit(numbers, tokens[index].start + 1)
        if tokens[index].is_a("per"):
            return _price_unit(numbers, tokens[index + 1].start)
    return ""


def _unit_of_price(numbers: NumberGroup) -> str:
    """The unit of a price that the sentence says elsewhere: `the average price per tonne fell to $625`."""
    tokens = numbers.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.text == "per" or token.text.startswith("每"):
            unit = _price_unit(numbers, tokens[index + 1].start)
            if unit:
                return unit
    return ""


def _unit_at(numbers: NumberGroup, position: int) -> str:
    """The unit whose word stands at `position`, as goods that are counted may: 92,000 yuan per car; "" for none."""
    grammar = numbers.grammar
    _, senses = grammar.lexicon.suffix_at(grammar.text.chars, position, frozenset({"unit"}))
    word = next((token.text for token in numbers.tokens if token.start == position), "")
    return dict(senses).get("unit", "") or UNITS_OF_GOODS.get(word, "")


def _price_unit(numbers: NumberGroup, position: int) -> str:
    """The unit of a price for as much as stands at `position`; "" where that is no amount of goods."""
    unit = _unit_at(numbers, position)
    return f"{numbers.quantities[-1].unit}/{unit}" if unit and unit not in ("day", "hour") else ""


def _is_conversion(walk: Walk, amount: int, cursor: int) -> bool:
    """Whether a number stands in the parenthesis right behind an amount: $2.58trn (£1.92trn)."""
    behind = walk.tokens[amount + 1 : cursor]
    return bool(behind) and behind[0].kind == "open" and not any(one.kind == "close" for one in behind)


def multiple_statements(walk: Walk, index: int, token: Token) -> None:
    """`doubled`, 翻一番, 持平: growth in a word."""
    says_to_what = walk.tokens[index + 1 : index + 2] != [] and walk.tokens[index + 1].text in _COMING_TO
    if walk.sentence.quantities() and any(
        cursor in walk.in_list_of and not (cursor == index + 2 and says_to_what)
        for cursor in range(walk.sentence.clause_start(index), walk.sentence.clause_end(index))
        if not (says_to_what and _is_conversion(walk, index + 2, cursor))
    ):
        return
    if walk.phrase.is_empty() and walk.frame is None:
        return
    behind = walk.tokens[index + 1 : index + 4]
    if behind and behind[0].text in ("the", "its", "their", "that") and any(one.text in _PACES for one in behind):
        return  # twice the pace of the quarter before
    if len(behind) > 1 and behind[0].text == "as" and behind[1].text == "fast":
        return  # twice as fast as imports
    if token.is_a("flat") and len(behind) > 1 and behind[0].kind == "comma" and behind[1].is_a("rise", "fall"):
        return  # almost unchanged, slipping 0.1 percent
    clause = walk.tokens[walk.sentence.clause_start(index) : index]
    if token.is_a("flat") and walk.sentence.is_chinese and any(one.is_a("rank") for one in clause):
        return  # 全国排名同2011年持平
    if token.is_a("flat") and walk.phrase.is_empty() and walk.previous and walk.previous[-1].statistic == "share":
        return  # 占比58.6%，与上月基本持平
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
    numbers = NumberGroup(walk, [index])
    frame = frame_of(numbers)
    if frame.nontrade or (frame.doubt and not frame.doubt.startswith("whether ")):
        token.quantity = None
        return
    measure = measure_of_change(numbers, frame, "growth")
    by_how_much = "by how much it multiplied is not said" if token.text in _VAGUE_MULTIPLES else ""
    statements = distribute(
        numbers,
        frame,
        "growth",
        sign,
        measure,
        period=period_of(numbers),
        rule="growth in a word",
        doubt=doubt_of_quantity(numbers, measure) or by_how_much,
    )
    walk.grammar.account(Reading(quantity, statements=statements[0]))
    token.quantity = None
