"""Balances told otherwise than by name: `exports exceeded imports by $5 billion`, 出口比进口多5亿元, 5亿元顺差."""

from __future__ import annotations

from orchestration.releases.lexicon import words
from orchestration.releases.sentences import Sentence
from orchestration.releases.tokens import Token

_OPPOSITE = {"export": "import", "import": "export"}
#: What stands between the greater and the smaller of two flows, and between the smaller and the greater.
_EXCEEDING = {1: words("exceeding", "+"), -1: words("exceeding", "-")}
#: Before the amount: `by $5 billion`, 多5亿元.
_BY_AMOUNT = frozenset(words("exceeding_by"))
#: Behind the amount, before the other flow: `$5 billion more than imports`.
_MORE = words("more_stem")
_LESS = words("less_stem")
#: Characters from one flow to the other, and tokens from the amount to the flow behind it.
_LONGEST = 60
_REACH = 6


def balances(sentence: Sentence, chars: str) -> dict[int, int]:
    """The signs of the balances among the numbers, by their places: positive where exports are the greater."""
    flows = [at for at, token in enumerate(sentence.tokens) if token.senses.get("flow") in _OPPOSITE]
    found: dict[int, int] = {}
    for index in sentence.quantities():
        quantity = sentence.tokens[index].quantity
        if quantity is None or quantity.unit_kind != "money":
            continue
        sign = _balance_behind(sentence, index)
        if not sign and len(flows) > 1:
            sign = _exceeds_by(sentence, chars, flows, index) or _more_than(sentence, flows, index)
        if sign:
            found[index] = sign
    return found


def _balance_behind(sentence: Sentence, index: int) -> int:
    """`录得94亿元逆差`, 5亿元的贸易顺差: the balance stands right behind its amount."""
    behind = sentence.tokens[index + 1 : index + 4] if sentence.is_chinese else []
    for token in behind:
        if token.senses.get("flow") == "balance":
            return -1 if token.is_a("balance_sign") else 1
        if token.text != "的" and token.senses.get("flow") != "total":
            break
    return 0


def _exceeds_by(sentence: Sentence, chars: str, flows: list[int], index: int) -> int:
    """`exports topped imports by $5 billion`, 出口超过进口5亿元: the two flows stand before the amount."""
    tokens = sentence.tokens
    before = [at for at in flows if sentence.clause_start(index) <= at < index]
    if len(before) < 2:
        return 0
    first, second = tokens[before[-2]], tokens[before[-1]]
    if _OPPOSITE[first.senses["flow"]] != second.senses["flow"] or second.start - first.end > _LONGEST:
        return 0
    link = chars[first.end : second.start].strip()
    behind = tokens[before[-1] + 1 : index]
    says_amount = any(token.text in _BY_AMOUNT for token in behind)
    if sentence.is_chinese:
        says_amount = says_amount or not behind
    if not says_amount or any(token.names or token.quantity is not None for token in behind):
        return 0
    for sign, phrases in _EXCEEDING.items():
        if any(_says(link, phrase, is_chinese=sentence.is_chinese) for phrase in phrases):
            less = any(token.text in ("少", "低") for token in behind)
            return (-sign if less else sign) * _sign_of(first)
    return 0


def _says(link: str, phrase: str, *, is_chinese: bool) -> bool:
    return phrase in link if is_chinese else f" {phrase} " in f" {link} "


def _more_than(sentence: Sentence, flows: list[int], index: int) -> int:
    """`exports were $5 billion higher than imports`: the other flow stands behind the amount."""
    tokens = sentence.tokens
    if sentence.is_chinese or index + 2 >= len(tokens):
        return 0
    start = sentence.clause_start(index)
    first = next((at for at in reversed(flows) if start <= at < index), None)
    second = next((at for at in flows if index < at <= index + _REACH), None)
    if first is None or second is None or sentence.clause_end(index) <= second:
        return 0
    if _OPPOSITE[tokens[first].senses["flow"]] != tokens[second].senses["flow"]:
        return 0
    between = tokens[index + 1 : second]
    if any(token.names or token.period is not None for token in (*between, *tokens[first + 1 : index])):
        return 0
    text = " ".join(token.text for token in between)
    sign = 0
    if text.startswith((*_MORE, "greater", "larger", "above", "over", "in excess of", "ahead of")):
        sign = 1
    elif text.startswith((*_LESS, "smaller", "below", "short of", "behind")):
        sign = -1
    is_compared = "than" in text or text.startswith(("above", "below", "short of", "behind", "in excess", "ahead"))
    return sign * _sign_of(tokens[first]) if is_compared else 0


def _sign_of(token: Token) -> int:
    return 1 if token.senses["flow"] == "export" else -1
