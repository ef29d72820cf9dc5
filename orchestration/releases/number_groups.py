"""A number or a list of them in its sentence: where its clause begins and ends, and the cues around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.releases.lexicon import words
from orchestration.releases.sentences import BOUNDARIES, sign_of_difference
from orchestration.releases.statements import Statement
from orchestration.releases.tokens import Quantity, Token

if TYPE_CHECKING:
    from orchestration.releases.walk import Walk

#: What a percentage may be: statistic, sign, and the rule that says so.
Role = tuple[str, int, str]

#: Small words between a verb and its number.
_SMALL_BEFORE_NUMBERS = frozenset(words("small_before_number"))
#: Nouns of change that a list may be of.
_NOUNS_OF_CHANGE = words("noun_of_change")
#: Cues that may mean more or less, and mean less.
_FALLS_THAT_MAY_RISE = frozenset(words("fall_cue"))


class NumberGroup:
    """A number, or a list of them, on its way to statements.

    `window_start` and `window_end` are where the numbers before and after it end and begin, `clause_start` and
    `clause_end` the same within its clause.
    """

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
        self.clause_start = max(self._clause_start(), self.window_start)
        self.clause_end = min(self.sentence.clause_end(self.last), self.window_end)
        self.in_parentheses = self._in_parentheses()
        self.other_of: Statement | None = None
        self.opens_frame = False

    def _quantity(self, index: int) -> Quantity:
        quantity = self.tokens[index].quantity
        if quantity is None:
            raise ValueError("not a number")
        return quantity

    def _clause_start(self) -> int:
        """The start of the clause; `fell harder, by more than 29 percent` is one."""
        start = self.sentence.clause_start(self.first)
        is_by = start < self.first and self.tokens[start].text == "by" and start > 1
        return self.sentence.clause_start(start - 1) if is_by and self.tokens[start - 1].kind == "comma" else start

    def _window_start(self) -> int:
        index = self.first - 1
        while index >= 0:
            quantity = self.tokens[index].quantity
            is_pronoun = self.tokens[index].text == "one"  # there had been one of 5 billion
            if quantity is not None and quantity.unit_kind not in ("other", "word") and not is_pronoun:
                return index + 1
            index -= 1
        return 0

    def _window_end(self) -> int:
        index = self.last + 1
        while index < len(self.tokens):
            quantity = self.tokens[index].quantity
            is_number = quantity is not None and quantity.unit_kind not in ("other", "word")
            if is_number and not self.sentence.is_in_name(index):
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
            if (
                token.is_a("by", "qualifier", "comparison", "respectively", "each")
                or token.text in _SMALL_BEFORE_NUMBERS
            ):
                continue
            return None
        return None

    def sign_of(self, index: int) -> int:
        """The sign that a cue gives."""
        token = self.tokens[index]
        falls = token.is_a("fall") and (not token.is_a("rise") or token.text in _FALLS_THAT_MAY_RISE)
        return -1 if falls else 1


def change_after(numbers: NumberGroup) -> int:
    """The sign of `US$25 billion more than the year-ago period`; 0 where the number is no change."""
    tokens, index = numbers.tokens, numbers.last + 1
    if index + 3 < len(tokens) and [one.kind for one in tokens[index : index + 3 : 2]] == ["open", "close"]:
        said_again = tokens[index + 1].quantity  # 50,000 tonnes (4.4%) less
        if said_again is None or said_again.unit_kind != "percent":
            return 0
        behind = tokens[index + 3 : index + 5]
        if [one.text for one in behind] in (["up", "on"], ["down", "on"]):  # £1.0 billion (3.5 per cent) down on May
            return 1 if behind[0].text == "up" else -1
        return sign_of_difference(behind)
    if index + 2 < len(tokens) and tokens[index].text == "/":  # $8.2/mt or 7.3% lower
        index += 2
    end = index
    if index + 1 < len(tokens) and tokens[index].kind == "comma":
        index += 1
    if index + 1 < len(tokens) and tokens[index].is_a("or"):  # 11.6 million tonnes, or 12.8 percent, more
        said_again = tokens[index + 1].quantity
        if said_again is None or said_again.unit_kind != "percent":
            return 0
        index += 2
        if index + 1 < len(tokens) and tokens[index].kind == "comma":
            index += 1
    elif index > end:
        return 0
    following = tokens[index] if index < len(tokens) else None
    before = tokens[numbers.first - 1].text if numbers.first else ""
    if (
        following is not None
        and not numbers.sentence.is_chinese
        and before in ("the", "a", "an")
        and following.text in _NOUNS_OF_CHANGE
        and following.is_a("rise", "fall")
    ):
        return numbers.sign_of(index)  # the £2.1 billion increase in exports
    if numbers.sentence.is_chinese or _is_measured_against(numbers, index):
        return 0
    if index > end and numbers.first and _says_level(tokens[numbers.first - 1]):
        return 0  # amounted to 848 million or 4.5% more than in May
    return sign_of_difference(tokens[index : index + 2])


def _says_level(token: Token) -> bool:
    """Whether a verb before an amount makes it a level: amounted to, reached; not "was", nor the "to" of a rise."""
    return token.is_a("to") and not token.is_a("be") and token.text != "to"


def _is_measured_against(numbers: NumberGroup, index: int) -> bool:
    """Whether an amount is the level that lies so far below or above another: `8.1 billion, or 5% less than 8.6`.

    The arithmetic tells it from a change: `0.4 billion, or 5 percent, less than 8.6 billion`.
    """
    tokens, own = numbers.tokens, numbers.quantities[-1]
    said = [token.quantity for token in tokens[numbers.last + 1 : index] if token.quantity is not None]
    behind = [token.quantity for token in tokens[index + 1 : index + 5] if token.quantity is not None]
    if len(said) != 1 or said[0].unit_kind != "percent" or not behind or behind[0].unit != own.unit:
        return False
    if not any(token.text.endswith("than") for token in tokens[index : index + 2]) or own.scales != behind[0].scales:
        return False
    ratio = float(own.printed) / max(float(behind[0].printed), 1e-9)
    part = float(said[0].printed) / 100
    return min(abs(ratio - (1 - part)), abs(ratio - (1 + part))) < abs(ratio - part)


def is_above_another(numbers: NumberGroup) -> bool:
    """Whether an amount says how far one is above another: `5 billion more than trade with …`, 比加工贸易多出13亿元."""
    if numbers.sentence.is_chinese:
        before = numbers.tokens[numbers.clause_start : numbers.first]
        than = next((at for at, one in enumerate(before) if one.text == "比"), None)
        compared = [] if than is None else before[than + 1 :]
        says_then = any(one.period is not None or one.is_a("base", "prior", "comparison") for one in compared)
        return not says_then and any(one.is_a("flow") or one.names for one in compared)
    tokens, end = numbers.tokens, min(numbers.last + 8, len(numbers.tokens))
    than = next((at for at in range(numbers.last + 1, end) if tokens[at].text.endswith("than")), None)
    if than is None:
        return False
    compared = tokens[than + 1 : than + 6]
    last = next((at for at, one in enumerate(compared) if one.kind in BOUNDARIES or one.period is not None), None)
    return any(one.is_a("flow") or one.names for one in compared[:last])


def change_that_is_listed(numbers: NumberGroup) -> int:
    """The sign of `the largest increases in exports were those to Singapore (RM4.1 billion)`; 0 for none."""
    tokens = numbers.tokens
    for index in range(1, numbers.first - 1):
        token = tokens[index]
        is_noun = token.text.startswith(_NOUNS_OF_CHANGE) and tokens[index - 1].is_a("superlative", "filler", "of")
        is_listed = any(one.text in ("in", "of", "among", "for") for one in tokens[index + 1 : index + 4])
        if is_noun and is_listed and token.is_a("rise", "fall"):
            follows = tokens[index + 1 : numbers.first]
            is_only = all(one.quantity is None or one.quantity.unit_kind == numbers.kind for one in follows)
            return numbers.sign_of(index) if is_only else 0
    return 0
