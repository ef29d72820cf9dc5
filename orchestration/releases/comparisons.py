"""The period of a number, and the period and kind of what it is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orchestration.releases.lexicon import words
from orchestration.releases.number_groups import NumberGroup
from orchestration.releases.periods import Span, length_in_months, shifted, span_of
from orchestration.releases.sentences import BOUNDARIES
from orchestration.releases.tokens import Token

#: What stands before the value of the period compared with.
_BEFORE_BASE = frozenset({"from", "against", "versus", "to", "with", "at", "than", "below", "above", "over"})
#: What begins a clause of its own: a surplus of 6 million where a year earlier there had been one of 904 million.
_TURNING = frozenset(words("turning"))
#: Before the period compared with they say that a change was told: up 3 percent at 5 billion over a year earlier.
_OF_CHANGE = _TURNING | {"over", "on"}
#: Likewise, where the period compared with stands right behind: `it was 5 billion a year ago`.
_WAS = frozenset({"was", "were"})
_LAST_YEARS = frozenset(words("last_year"))
#: Between a growth and the period that it is told of: the 20.1 percent expansion recorded in the previous month.
_SEEN = frozenset(words("seen"))
_DURING = frozenset({"in", "during", "for"})

#: Before what a balance got better or worse than: an improvement on the 5 billion of the year before.
_TURNS_OF_BALANCE = frozenset(words("turn_of_balance"))
#: What begins a clause that tells of other periods alone.
_ASIDES = frozenset(words("aside_start"))

#: What is compared with, by what is said of it.
_SAID = {"yoy": "yoy", "base": "yoy", "mom": "mom", "prior": "mom", "qoq": "qoq"}
_YEAR = 12
#: Months of two and more whole years, up to a century.
_SEVERAL_YEARS = range(2 * _YEAR, 100 * _YEAR, _YEAR)
_EACH_YEAR = frozenset({"year", "yearly", "annual", "annually", "averaged", "averaging"})
#: Before what something rose or fell from.
_FROM_WHAT = frozenset({"from", "由", "从"})
#: Behind them stands another change, with a comparison of its own.
_OF_ANOTHER = frozenset(words("another_change"))

#: What a text says once of all its changes: `Movements are on the previous month`, `year on year (the same below)`.
_NOTE = re.compile(
    r"\b(?:changes|movements|comparisons|variations|rates|percentages|increases|decreases)\b (?:[a-z]+ ){0,4}?"
    r"(?:are|is|were|refer|relate|compare)\b[^.;\n]{0,80}"
)
_END_OF_NOTE = re.compile(r"\bunless (?:otherwise|stated|noted)\b|\bsame (?:below|hereinafter|hereafter)\b")
_LONGEST_NOTE = 80
_BY_MONTH = re.compile(
    r"\b(?:previous|preceding|prior|last) (?:month|quarter|three months|3 months)\b"
    r"|\b(?:month|quarter) (?:before|earlier)\b|\bmonth (?:on|over) month\b|\bquarter (?:on|over) quarter\b"
)
_BY_YEAR = re.compile(
    r"\b(?:previous|preceding|prior|last) year\b|\byear (?:before|earlier|ago)\b|\byear (?:on|over) year\b"
    r"|\b(?:same|corresponding) (?:month|quarter|period)\b"
    r"|\bbetween (?P<month>[a-z]+) 20[0-9]{2} and (?P=month) 20[0-9]{2}\b"
)


def comparison_of_note(chars: str) -> str:
    """What a folded English text says that all its changes are compared with: `mom`, `yoy`, or "" for nothing."""
    notes = [note[0] for note in _NOTE.finditer(chars)]
    for end in _END_OF_NOTE.finditer(chars):
        notes.append(re.split("[.;\n]", chars[max(0, end.start() - _LONGEST_NOTE) : end.start()])[-1])
    for note in notes:
        by_month, by_year = _BY_MONTH.search(note), _BY_YEAR.search(note)
        if bool(by_month) != bool(by_year):
            return "mom" if by_month else "yoy"
    return ""


def period_of(numbers: NumberGroup) -> Span | None:
    """The period of a number: that of its sentence, unless one stands behind the number itself."""
    grammar = numbers.grammar
    before = range(numbers.first - 1, numbers.sentence.clause_start(numbers.first) - 1, -1)
    behind = range(numbers.first, min(numbers.sentence.clause_end(numbers.last), numbers.window_end))
    for index in (*before, *behind):
        if index in numbers.claims.local:
            return numbers.claims.spans[index]
    turned = [at for at in numbers.claims.turns if at < numbers.first]
    if turned and not any(turned[-1] < at < numbers.first for at in numbers.claims.spans):
        return numbers.claims.turns[turned[-1]]
    if numbers.first - 1 in numbers.claims.spans:
        return numbers.claims.spans[numbers.first - 1]  # 增至2023年的6450亿元
    if numbers.in_parentheses:
        for index in range(numbers.first - 1, numbers.window_start - 1, -1):
            if numbers.tokens[index].kind == "open":
                break
            if index in numbers.claims.spans:
                return numbers.claims.spans[index]  # (January-March 2023: 1,616.4 mln dollars)
    if len(set(numbers.claims.spans.values())) > 1 or numbers.in_parentheses:
        stop = numbers.clause_end
        for index in range(numbers.last + 1, stop):
            token = numbers.tokens[index]
            if token.is_a("and", "while"):
                break
            if index in numbers.claims.spans:
                grammar.period = numbers.claims.spans[index]
                break
    return _year_of_end(numbers, grammar.period) if is_of_years(grammar.period) else grammar.period


def is_of_years(period: Span | None) -> bool:
    """Whether a period is several whole years."""
    return period is not None and length_in_months(period) in _SEVERAL_YEARS and period[0].month == 1


def _year_of_end(numbers: NumberGroup, period: Span | None) -> Span | None:
    """Of several years the first or the last, where a number is what something rose from, to or by; else all of them.

    `2018年到2022年，进出口由1.93万亿元跃升至3.33万亿元，增长72.6%`.
    """
    tokens, start = numbers.tokens, numbers.sentence.clause_start(numbers.first)
    if period is None:
        return None
    words_before = [tokens[at].text for at in range(max(start, numbers.first - 2), numbers.first)]
    if not _FROM_WHAT.isdisjoint(words_before):
        return span_of(period[0].year, 1, _YEAR)
    is_behind_first = any(
        one.text in _FROM_WHAT and any(another.quantity for another in tokens[at + 1 : at + 3])
        for at, one in enumerate(tokens[: numbers.first - 1])
    )
    end = min(numbers.last + 4, numbers.sentence.clause_end(numbers.last))
    said = tokens[max(start, numbers.first - 5) : end]
    is_average = any(one.is_a("average", "condition") or one.text in _EACH_YEAR for one in said)  # 年均
    is_change = numbers.kind == "percent" and any(
        one.is_a("rise", "fall", "multiple") for one in tokens[start : numbers.last + 1]
    )
    return span_of(period[1].year, 1, _YEAR) if (is_behind_first or is_change) and not is_average else period


def growth_of_then(numbers: NumberGroup) -> Span | None:
    """The period of a growth that another is compared with, where it is told as that of its period.

    `below the 20.1 percent expansion recorded in the previous month`, `a downturn from November's subdued 2.7 percent
    increase`.
    """
    if numbers.sentence.is_chinese or numbers.grammar.period is None:
        return None
    tokens, claims, now = numbers.tokens, numbers.claims, numbers.grammar.period
    at = numbers.last + 2
    if numbers.first and tokens[numbers.first - 1].text == "after" and at < len(tokens) and tokens[at - 1].text == "in":
        period = tokens[at].period  # rose 5.7 percent in December, after 1.9 percent in November
        return numbers.grammar.span(period) if period is not None and period.kind == "span" else None
    for index in range(numbers.last + 1, min(numbers.clause_end, numbers.last + 5)):
        opens = [one.text for one in tokens[max(0, numbers.first - 2) : numbers.first]] == ["from", "the"]
        is_noun = opens and index == numbers.last + 3 and tokens[index - 2].is_a("rise", "fall")
        is_during = tokens[index - 1].text in _DURING or (is_noun and tokens[index - 1].text == "of")
        if not is_during or not (is_noun or tokens[index - 2].text in _SEEN):
            continue  # from the 28.4 percent gain of the month before
        if index in claims.comparison_spans:
            return claims.comparison_spans[index]
        if claims.comparisons.get(index) == "prior":
            return _before(numbers, now)
        if claims.comparisons.get(index) == "base":
            return shifted(now, -_YEAR)
    for index in range(numbers.first - 1, max(numbers.clause_start, numbers.first - 5), -1):
        if tokens[index].kind == "possessive":
            return claims.comparison_spans.get(index - 1)
        if tokens[index].quantity is not None or tokens[index].names or tokens[index].is_a("flow", "rise", "fall"):
            return None
    return None


def is_base(numbers: NumberGroup) -> bool:
    """Whether the number is that of the period compared with."""
    if numbers.first in numbers.claims.base_values or _is_worth_base(numbers) or _is_of_last_year(numbers):
        return True
    before = numbers.first - 2
    if before >= 0 and numbers.tokens[before + 1].kind == "possessive" and numbers.kind in ("money", "physical"):
        return numbers.claims.comparisons.get(before) in (
            "span",
            "prior",
            "base",
        )  # smaller than February's 2.7 billion
    if (
        before >= 0
        and numbers.tokens[before + 1].kind == "open"
        and numbers.kind in ("money", "physical")
        and numbers.claims.comparisons.get(before) in ("base", "yoy", "prior", "mom", "span")
        and not any(index in numbers.claims.spans for index in range(numbers.last, numbers.clause_end))
    ):
        return True  # 较去年同期(243.9亿元)增加
    if _is_alone_in_parentheses(numbers) or _is_what_is_exceeded(numbers):
        return True
    start = numbers.clause_start
    if (
        start > 1
        and (numbers.tokens[start].text == "when" or _is_which_was(numbers.tokens, start))
        and numbers.claims.comparisons.get(start - 2) in ("base", "prior", "span")
    ):
        return True  # against June 2020, when they were 20 billion
    for index in range(numbers.first - 1, numbers.clause_start - 1, -1):
        if numbers.tokens[index].text in ("and", "to", "at") and not numbers.sentence.is_chinese:
            break  # higher than a year before at 1 trillion yuan
        if numbers.claims.comparisons.get(index) in ("base", "prior"):
            return not any(numbers.tokens[cursor].is_a("rise", "fall") for cursor in range(index, numbers.first))
        if numbers.tokens[index].is_a("rise", "fall") and not numbers.tokens[index].is_a("than"):
            return False
    for index in range(numbers.last + 1, min(numbers.clause_end, numbers.last + 5)):
        if numbers.claims.comparisons.get(index) in ("base", "prior") and not any(
            numbers.tokens[cursor].is_a("versus", "than", "rise", "fall") or numbers.tokens[cursor].text in _OF_CHANGE
            for cursor in range(numbers.last + 1, index + 1)
        ):
            left = _before_balance(numbers)
            link = "" if left is None else left.text.split(" ")[-1]
            if (
                link in _BEFORE_BASE
                or (link in _WAS and index == numbers.last + 1)
                or _is_second_of_aside(numbers, link)
            ):
                return True
            clause = numbers.tokens[numbers.clause_start : numbers.first]
            is_alone = numbers.kind in ("money", "physical") and not numbers.claims.spans
            return is_alone and not any(token.is_a("rise", "fall", "versus", "than") for token in clause)
    return False


def _is_which_was(tokens: list[Token], index: int) -> bool:
    """`against June 2020, which had 20 billion`; not "which leaves 2017 with …"."""
    behind = tokens[index + 1 : index + 2]
    return tokens[index].text == "which" and any(one.is_a("be", "to") or one.text == "had" for one in behind)


def _is_of_last_year(numbers: NumberGroup) -> bool:
    """`2.4 percent lower than last year's $16.6 billion`."""
    tokens, first = numbers.tokens, numbers.first
    return (
        first > 1
        and numbers.kind in ("money", "physical")
        and tokens[first - 1].kind == "possessive"
        and tokens[first - 2].text in _LAST_YEARS
    )


def _is_alone_in_parentheses(numbers: NumberGroup) -> bool:
    """`exports were 19 billion (17 billion in the same period last year)`."""
    tokens, first, end = numbers.tokens, numbers.first, numbers.clause_end
    is_alone = first > 0 and tokens[first - 1].kind == "open" and end < len(tokens) and tokens[end].kind == "close"
    if not is_alone or numbers.kind not in ("money", "physical") or numbers.sentence.is_chinese:
        return False
    behind = range(numbers.last + 1, end)
    says_base = any(numbers.claims.comparisons.get(index) in ("base", "prior") for index in behind)
    return says_base and not any(tokens[index].is_a("versus", "than", "rise", "fall") for index in behind)


def _before_balance(numbers: NumberGroup) -> Token | None:
    """What stands before a number, and before the balance that it is of: `from a deficit of 5 billion a year ago`."""
    index = numbers.first - 1
    if index > 2 and numbers.tokens[index].text == "of" and numbers.tokens[index - 1].senses.get("flow") == "balance":
        index -= 2
        while index > 0 and numbers.tokens[index].text in ("a", "the"):
            index -= 1
    return numbers.tokens[index] if index >= 0 else None


def _is_second_of_aside(numbers: NumberGroup, link: str) -> bool:
    """`after a deficit of 489 million in August and one of 221 million a year earlier`: "and" joins two bases."""
    start = numbers.sentence.clause_start(numbers.first)
    return link == "and" and numbers.tokens[start].text in _ASIDES and numbers.window_start > start


def _is_what_is_exceeded(numbers: NumberGroup) -> bool:
    """`13.2 percent up on the almost 63,500 tonnes of February`: what a change is on is what was before."""
    tokens, before = numbers.tokens, numbers.first - 1
    while before > 0 and (tokens[before].text == "the" or tokens[before].is_a("qualifier")):
        before -= 1
    is_on = 0 < before < numbers.first - 1 and tokens[before].text in ("on", "over")
    says_when = any(index in numbers.claims.spans for index in range(numbers.last, numbers.clause_end))
    is_amount = numbers.kind in ("money", "physical")
    if not is_on or not is_amount or says_when:
        return False
    return tokens[before - 1].is_a("rise", "fall") or tokens[before - 1].text in _TURNS_OF_BALANCE


def _is_worth_base(numbers: NumberGroup) -> bool:
    """Whether the number is the worth of a quantity compared with: `as against 3 million tonnes worth $2 billion`."""
    previous = numbers.window_start - 1
    says_worth = any(
        token.text in ("worth", "valued at") for token in numbers.tokens[numbers.window_start : numbers.first]
    )
    return says_worth and previous in numbers.claims.base_values and numbers.kind == "money"


def base_period(numbers: NumberGroup, period: Span | None) -> Span | None:
    """The period compared with, where the number is its own."""
    if period is None:
        return None
    if any(at in numbers.claims.local for at in range(numbers.sentence.clause_start(numbers.first), numbers.first)):
        period = numbers.grammar.period or period  # a year earlier, behind what was told of the month before
    if is_of_years(numbers.grammar.period):
        return _year_of_end(numbers, numbers.grammar.period)
    behind = range(numbers.last + 1, min(numbers.window_end, numbers.last + 6))
    if (after := _end_of_conversion(numbers)) and not numbers.sentence.is_chinese:
        behind = range(after, after + 3)  # from 5 billion yuan ($700 million) in 2012
        if told := next((span for index, span in numbers.claims.spans.items() if index in behind), None):
            return told
    if numbers.sentence.is_chinese and (
        {numbers.first - 1, numbers.first - 2} & numbers.claims.comparison_spans.keys()
    ):
        behind = range(0)  # 超过去年全年的2.33万亿元，比去年同期增长29%: what is said behind is of the next number
    window = (*behind, *range(numbers.first - 1, max(0, numbers.first - 8) - 1, -1))
    for index in window:
        if index in numbers.claims.comparison_spans:
            base = numbers.claims.comparison_spans[index]
            numbers.grammar.base_shift = _months_between(base, period)
            return base
        if numbers.claims.comparisons.get(index) in ("base", "yoy") and index in behind:
            numbers.grammar.base_shift = -12
            return shifted(period, -12)
        if numbers.claims.comparisons.get(index) in ("prior", "mom") and index in behind:
            return _before(numbers, period)
    if any(numbers.claims.comparisons.get(index) in ("prior", "mom") for index in window):
        return _before(numbers, period)
    if not numbers.sentence.is_chinese:
        if (said := _compared_at_first(numbers)) is not None and said[1] is not None:
            return said[1]  # Compared to October 2018, exports fell from 325 million
        if any(numbers.claims.comparisons.get(index) in ("base", "yoy") for index in range(numbers.first)):
            return shifted(period, -_YEAR)  # below the same period of last year, falling from 104 million
    return shifted(period, numbers.grammar.base_shift)


def base_in_turn(numbers: NumberGroup, last: int, period: Span | None) -> Span | None:
    """The period compared with of several values that are told in turn, the last of them at `last`."""
    claims = numbers.claims
    if period is None:
        return None
    for index in range(last + 1, min(last + 8, len(numbers.tokens))):
        if index in claims.comparison_spans:
            return claims.comparison_spans[index]
        if claims.comparisons.get(index) in ("prior", "mom"):
            return _before(numbers, period)
        if claims.comparisons.get(index) in ("base", "yoy"):
            break
    return shifted(period, -_YEAR)


def _end_of_conversion(numbers: NumberGroup) -> int:
    """Where a parenthesis ends that stands right behind an amount and holds it in another currency; 0 where none."""
    tokens, at = numbers.tokens, numbers.last + 1
    if numbers.kind != "money" or at >= len(tokens) or tokens[at].kind != "open":
        return 0
    inside = tokens[at + 1 : at + 5]
    amounts = [one.quantity for one in inside if one.quantity is not None]
    close = next((place for place, one in enumerate(inside, at + 1) if one.kind == "close"), 0)
    return close + 1 if close and len(amounts) == 1 and amounts[0].unit_kind == "money" else 0


def _before(numbers: NumberGroup, period: Span) -> Span:
    """The month or quarter right before."""
    numbers.grammar.base_shift = -3 if length_in_months(period) == 3 else -1
    return shifted(period, numbers.grammar.base_shift)


def _months_between(base: Span, period: Span) -> int:
    """How far a base lies before; a year where it is no shorter span right before."""
    months = (base[0].year - period[0].year) * 12 + base[0].month - period[0].month
    return months if months in (-1, -3) and length_in_months(base) == length_in_months(period) == -months else -12


def has_comparison_near(numbers: NumberGroup) -> bool:
    """Whether the clause of a number says what it is compared with."""
    near = (
        *range(numbers.last + 1, min(numbers.clause_end, numbers.last + 8)),
        *range(numbers.first - 1, numbers.clause_start - 1, -1),
    )
    return any(numbers.claims.comparisons.get(index) for index in near)


def comparison_of(numbers: NumberGroup) -> tuple[str, Span | None]:
    """What the number is compared with: the clause says, before or after it; "" where nothing does."""
    behind = numbers.clause_end
    if numbers.in_parentheses and behind < len(numbers.tokens) and numbers.tokens[behind].kind == "close":
        behind = _behind_parenthesis(numbers, behind)
    elif _is_followed_by_percent(numbers, behind):
        behind = _behind_parenthesis(numbers, behind + 2)  # up 446 million (11 percent) on March
    if behind < len(numbers.tokens) and behind in numbers.claims.base_values:
        behind = numbers.sentence.clause_end(behind)  # growth over the value of the month before
    before = range(numbers.first - 1, numbers.window_start - 1, -1)
    if any(numbers.claims.comparisons.get(index) for index in before):
        behind = _end_of_own(numbers, behind)
    said = _first_said(numbers, [*range(numbers.last + 1, behind), *before])
    return said or _compared_at_first(numbers) or _compared_before(numbers) or ("", None)


def usual_comparison(numbers: NumberGroup) -> tuple[str, Span | None, bool]:
    """What a change of a month is compared with where nothing near it says so, and whether it may as well be a year.

    It is a year ("" here), but for places whose releases usually mean the month before. What the rest of the sentence
    says goes first: `exports fell 17 percent and imports 12 percent on a year earlier`. There is no doubt where the
    change before it is of the month before.
    """
    grammar = numbers.grammar
    if not grammar.compares_by_month:
        return "", None, False
    end = next(
        (at for at in range(numbers.last + 1, len(numbers.tokens)) if numbers.tokens[at].text in _OF_ANOTHER),
        len(numbers.tokens),
    )
    said = _first_said(numbers, range(numbers.last + 1, end))
    if said:
        return (*said, False)
    is_told = grammar.last_comparison in ("mom", "qoq") or (
        grammar.last_comparison == "" and grammar.base_shift > -_YEAR
    )
    return "mom", None, not is_told


def _first_said(numbers: NumberGroup, places: Iterable[int]) -> tuple[str, Span | None] | None:
    """The first comparison that is said at these places of a sentence."""
    for index in places:
        if index in numbers.claims.comparison_spans:
            return "span", numbers.claims.comparison_spans[index]
        found = numbers.claims.comparisons.get(index)
        if found in _SAID:
            return _SAID[found], None
    return None


def _end_of_own(numbers: NumberGroup, behind: int) -> int:
    """Where an "and" ends what belongs to a number: `a yearly increase of 5.1 percent and a monthly one of 9`."""
    own = range(numbers.last + 1, behind)
    return next((index for index in own if numbers.tokens[index].is_a("and", "while")), behind)


def _is_followed_by_percent(numbers: NumberGroup, index: int) -> bool:
    """Whether a parenthesis with nothing but a percentage opens at a place: the number is said again in it."""
    if numbers.sentence.is_chinese or index + 2 >= len(numbers.tokens):
        return False
    opening, inner, closing = numbers.tokens[index : index + 3]
    is_percent = inner.quantity is not None and inner.quantity.unit_kind == "percent"
    return opening.kind == "open" and is_percent and closing.kind == "close"


def _behind_parenthesis(numbers: NumberGroup, closing: int) -> int:
    """Where the comparison right behind a parenthesis ends; that of the parenthesis where none stands there."""
    if numbers.sentence.is_chinese:
        return closing
    last = closing + 1
    while last < len(numbers.tokens) and last < closing + 5 and numbers.tokens[last].quantity is None:
        if numbers.claims.comparisons.get(last):
            return last + 1
        if numbers.tokens[last].kind in BOUNDARIES or numbers.tokens[last].is_a("and", "while"):
            break
        last += 1
    return closing


def _compared_at_first(numbers: NumberGroup) -> tuple[str, Span | None] | None:
    """`Compared to December, exports rose 3 percent and imports 5 percent`: all of the sentence is."""
    for index in range(numbers.sentence.clause_end(0)):
        if numbers.tokens[index].quantity is not None:
            break
        if index in numbers.claims.comparison_spans:
            return "span", numbers.claims.comparison_spans[index]
        if numbers.claims.comparisons.get(index) in ("mom", "qoq", "prior"):
            return numbers.claims.comparisons[index].replace("prior", "mom"), None
    return None


def _compared_before(numbers: NumberGroup) -> tuple[str, Span | None] | None:
    """`Exports fell 3 percent from the month before, with gold down 19 percent`: all changes so far are alike."""
    if numbers.sentence.is_chinese:
        return None
    told = {
        (one.comparison, one.comparison_span)
        for one in numbers.walk.stated
        if one.statistic in ("growth", "change") and not one.may_be_yearly
    }
    return next(iter(told)) if len(told) == 1 else None
