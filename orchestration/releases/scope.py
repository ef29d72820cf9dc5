"""What a whole text is about, where that is a part of the trade of the place: a zone, a partner, one kind of goods.

The first sentence that states something says it. What follows without a name of that kind may be of the part or of
the whole, and is kept as both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orchestration.figures import UNMAPPED, WHOLE
from orchestration.releases.subjects import DIMENSIONS, Frame, Item, Phrase

if TYPE_CHECKING:
    from orchestration.releases.grammar import Grammar
    from orchestration.releases.statements import Statement

#: Why a number without a name of its own is in doubt in such a text.
IN_SCOPE = "whether it is of what the whole text is about is not said"
#: Statistics by which a text says what it is about.
_TELLING = frozenset({"level", "growth", "change"})
#: In the rule of a statement whose flow its sentence leaves open.
_NO_FLOW = "flow not said"
_OF_TRADE = frozenset({"value", "quantity", "unit_value", "volume"})


class Scope:
    """The names of the first sentence that states something, by their dimension; none until there was one."""

    def __init__(self) -> None:
        """Nothing is known before the first statement."""
        self.names: dict[str, list[Item]] = {}
        #: Exports or imports, where the text is about one of them.
        self.flow = ""
        #: The goods of an English heading without a number: what is weighed without goods may be of those.
        self.goods: list[Item] = []
        self._is_settled = False

    def learn(self, stated: list[Statement], frame: Frame | None, grammar: Grammar) -> None:
        """Take in what a sentence is about: the first that has numbers, or what a heading before it names."""
        if self._is_settled:
            return
        likeliest = [one for one in stated if not one.is_alternative]
        told = [one for one in likeliest if one.statistic in _TELLING and one.measure in _OF_TRADE]
        if not told:
            self._learn_heading(frame, grammar)
            return
        says_flow = any(_NO_FLOW not in one.rule for one in told)  # China takes 20 percent less LNG
        self._is_settled = says_flow and any(not one.doubt or one.names for one in told)
        flows = {one.flow for one in told}
        if self._is_settled or flows != {"total"}:  # else it may be what the heading says
            self.flow = flows.pop() if flows <= {"export"} or flows <= {"import"} else ""
        for dimension in DIMENSIONS:
            first = [item for item in told[0].names.get(dimension, []) if item.code != WHOLE.get(dimension)]
            is_same = all(_codes(one.names.get(dimension, [])) == _codes(first) for one in told)
            is_of_whole = dimension == "region" and not first and not told[0].names.get("partner")
            if (first or (frame is not None and dimension in frame.own)) and not is_of_whole:
                self.names.pop(dimension, None)  # what the heading named is not what is told of
            if len(first) == 1 and is_same and not (dimension == "region" and not _is_part(first[0], grammar)):
                self.names[dimension] = [_in_plural(first[0], grammar)]

    def _learn_heading(self, frame: Frame | None, grammar: Grammar) -> None:
        """`Trade of the free trade zone has grown`, `Coal purchases jump`: a heading or sentence without a number."""
        if frame is None or "flow" not in frame.own:
            return
        self.flow = frame.flows[0] if frame.flows in (["export"], ["import"]) else self.flow
        regions, partners = frame.names.get("region", []), frame.names.get("partner", [])
        if len(regions) == 1 and _is_part(regions[0], grammar):
            self.names = {"region": list(regions)}
        if len(partners) == 1 and partners[0].code not in (WHOLE["partner"], UNMAPPED):
            self.names["partner"] = list(partners)
        goods = frame.names.get("commodity", [])
        if len(goods) == 1 and goods[0].is_known and not grammar.sentences[-1].is_chinese:
            self.goods = [_in_plural(goods[0], grammar)]

    def widen(self, phrase: Phrase) -> None:
        """A sentence about the trade of the whole place ends what the first was about, but for a zone."""
        is_of_place = (bool(phrase.names.get("region")) or phrase.is_whole) and not phrase.is_anaphoric
        if self.names and is_of_place and phrase.flows == ["total"] and set(phrase.names) <= {"region"}:
            self.names = {name: items for name, items in self.names.items() if name == "region"}

    def missing(self, frame: Frame) -> dict[str, list[Item]]:
        """What a subject leaves out of what the text is about."""
        if frame.count_measure or frame.nontrade:
            return {}
        return {
            dimension: items
            for dimension, items in self.names.items()
            if not frame.names.get(dimension) and dimension not in frame.own
        }

    def all_goods(self) -> list[Item]:
        """The goods that the text is about, as its heading or its first figures name them; none where none are."""
        return self.names.get("commodity") or self.goods

    def zone(self, noun: str) -> Item | None:
        """The zone or port that "the zone" or "the port" points back to."""
        items = self.names.get("region", [])
        return items[0] if items and noun.removesuffix("s") in items[0].text.lower() else None


def _codes(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.code, item.text if item.code == UNMAPPED else "") for item in items]


def _in_plural(item: Item, grammar: Grammar) -> Item:
    """Goods without a code in the plural, where the text has that too: `flower trade`, and then flowers."""
    plural = f"{item.text}s"
    is_said = item.code == UNMAPPED and item.text.isascii() and f" {plural.lower()} " in grammar.text.chars
    return replace(item, text=plural) if is_said else item


def _is_part(item: Item, grammar: Grammar) -> bool:
    """Whether a region is another than the place that reports and those that hold it: a zone, a city, a wider area."""
    return item.code == UNMAPPED or item.code not in grammar.codes.containing_regions(grammar.region_id)
