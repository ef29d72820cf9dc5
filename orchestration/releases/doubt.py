"""Doubt: where a reading that nothing contradicts may still be wrong, because not all around it was understood.

A figure is doubted for what its sentence leaves open: words that no table knows stand before it, its period or a part
of its subject comes from elsewhere, another period is near. Where other numbers of the text bear it out, or another of
its sentence (`Contradictions.agreeing`), only what speaks against the whole text or subject counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from orchestration.figures import JOINT, WHOLE, Figure
from orchestration.releases.lexicon import WORD_KINDS, words
from orchestration.releases.periods import Span
from orchestration.releases.sentences import Sentence
from orchestration.releases.subjects import DIMENSIONS
from orchestration.releases.tokens import Quantity, Token

#: The part of the numbers of a text that may stay unread before all of it is in doubt.
_MOST_UNREAD = 0.05
#: Words of so many letters are of the grammar, and say nothing of a subject.
_SMALL = 2
#: Periods that can be those of a figure; others are what it is compared with.
_OWN_PERIODS = frozenset({"span", "fiscal", "calendar_fiscal", "single", "same"})
_KNOWN_WORDS = frozenset(word for kind in WORD_KINDS for word in words(kind))


@dataclass(slots=True)
class Stated:
    """A figure, the number that states it, and the sentence in which it stands, counted from 1."""

    figure: Figure
    quantity: Quantity
    sentence: int


def doubts(
    stated: list[Stated], sentences: list[Sentence], *, agreeing: Collection[int], region_id: str, unread: float
) -> dict[int, str]:
    """Why figures that would be published are in doubt, by their places in `stated`.

    `agreeing` are the places of those that other numbers of the text bear out, `unread` the part of the numbers of the
    text that no rule reads.
    """
    found: dict[int, str] = {}
    read = {place: one for place, one in enumerate(stated) if one.figure.status == "read"}
    spans = Counter(_span(one.figure) for one in read.values())
    main = spans.most_common(1)[0][0] if spans else None
    borne_out = {stated[place].sentence for place in agreeing if place in read}
    surroundings: dict[int, _Surroundings] = {}
    for place, one in read.items():
        around = surroundings.get(one.sentence)
        if around is None:
            around = surroundings[one.sentence] = _Surroundings(sentences, one.sentence - 1)
        why = "much of the text is not understood" if unread >= _MOST_UNREAD else ""
        why = why or _against_subject(one, around, main)
        if not why and one.sentence not in borne_out:
            why = _open(one, around, region_id, is_main=_span(one.figure) == main, are_several=len(spans) > 1)
        if why:
            found[place] = why
    return found


class _Surroundings:
    """What stands in a sentence and its paragraph, as far as doubts ask for it."""

    def __init__(self, sentences: list[Sentence], at: int) -> None:
        self.sentence = sentences[at]
        self.tokens = self.sentence.tokens
        self._sentences, self._at = sentences, at

    @cached_property
    def numbers(self) -> list[int]:
        """Where numbers stand that are more than words."""
        return [index for index, token in enumerate(self.tokens) if _is_number(token)]

    @cached_property
    def first_unknown(self) -> int:
        """Where the first word stands that no table knows; the end of the sentence where all are known."""
        return next((index for index, token in enumerate(self.tokens) if _is_unknown(token)), len(self.tokens))

    @cached_property
    def paragraph_spans(self) -> set[Span]:
        """The periods that the paragraph has named up to the end of the sentence."""
        first = self._at
        while first > 0 and not self._sentences[first].begins_paragraph:
            first -= 1
        return {span for sentence in self._sentences[first : self._at + 1] for span in sentence.spans.values()}

    @cached_property
    def has_unused_period(self) -> bool:
        """Whether a period is named that was not taken for that of a figure."""
        return any(
            token.period is not None and token.period.kind in _OWN_PERIODS and index not in self.sentence.spans
            for index, token in enumerate(self.tokens)
        )

    @cached_property
    def says_two_ways(self) -> bool:
        return any(token.is_a("or") for token in self.tokens)

    def place_of(self, quantity: Quantity) -> int:
        """The token of a number, or of the word that says it."""
        for index, token in enumerate(self.tokens):
            if token.quantity is quantity or token.end > quantity.start:
                return index
        return len(self.tokens) - 1

    def codes(self, first: int, last: int) -> set[str]:
        """What the names stand for between two tokens."""
        return {code for token in self.tokens[first:last] for _, code in token.names}

    def flows(self, first: int, last: int) -> Iterator[str]:
        """The flows that are said between two tokens."""
        return (token.senses["flow"] for token in self.tokens[first:last] if token.is_a("flow"))


def _against_subject(one: Stated, around: _Surroundings, main: Span | None) -> str:
    """What speaks against a figure even where other numbers agree with it: they may be wrong in the same way."""
    figure = one.figure
    span = _span(figure)
    if not figure.flow:
        return "what is counted is not trade, and its subject is seldom said in full"
    if span != main and span not in around.sentence.spans.values():
        return "the sentence names no period, and that carried on is not the one that the text is about"
    if any(JOINT in getattr(figure, f"{dimension}_id") for dimension in DIMENSIONS):
        return "several names are taken together"
    return ""


def _open(one: Stated, around: _Surroundings, region_id: str, *, is_main: bool, are_several: bool) -> str:
    """What the sentence of a figure leaves open; "" where nothing is."""
    figure, sentence, tokens = one.figure, around.sentence, around.tokens
    at = around.place_of(one.quantity)
    before = max((index for index in around.numbers if index < at), default=-1)
    following = min((index for index in around.numbers if index > at), default=len(tokens))
    end = min(sentence.clause_end(at), following)
    span = _span(figure)
    compared = (figure.comparison_start, figure.comparison_end)
    if not sentence.is_chinese and around.first_unknown < at:
        return f"it stands behind words that are not understood: {tokens[around.first_unknown].text}"
    if any(other not in (span, compared) for index, other in sentence.spans.items() if index < at):
        return "another period is named before it"
    if span not in sentence.spans.values() and are_several:
        is_plain = sentence.is_chinese and not sentence.begins_paragraph and is_main
        if not is_plain or around.paragraph_spans - {span}:
            return "the sentence names no period, and the text speaks of several"
    if around.has_unused_period:
        return "the sentence names a period that was not taken for its own"
    if _is_carried(figure, around.codes(0, at) | around.codes(at, end), region_id):
        return "a part of its subject is named in another sentence only"
    if figure.flow != "total" and figure.flow not in (*around.flows(0, at), *around.flows(at, end)):
        return "its sentence does not say whether it is exports or imports"
    if any(token.kind in ("open", "close") for token in tokens[before + 1 : at]) or _depth(tokens[:at]) > 0:
        return "it stands in a parenthesis or right behind one"
    if around.says_two_ways:
        return "the sentence says an amount in two ways"
    return ""


def _is_carried(figure: Figure, named: set[str], region_id: str) -> bool:
    """Whether the subject is narrowed by what the sentence does not name."""
    for dimension in DIMENSIONS:
        code = getattr(figure, f"{dimension}_id")
        if code not in ("", WHOLE.get(dimension, region_id)) and not named & set(code.split(JOINT)):
            return True
    return False


def _is_number(token: Token) -> bool:
    return token.quantity is not None and token.quantity.unit_kind not in ("other", "word")


def _is_unknown(token: Token) -> bool:
    return token.kind == "word" and len(token.text) > _SMALL and token.text not in _KNOWN_WORDS


def _depth(tokens: list[Token]) -> int:
    return sum((token.kind == "open") - (token.kind == "close") for token in tokens)


def _span(figure: Figure) -> Span | None:
    if figure.period_start is None or figure.period_end is None:
        return None
    return figure.period_start, figure.period_end
