"""The variables of one document: each is made once, with the constraints that define it."""

from __future__ import annotations

import math

from orchestration.deduction.network import RULE_NUMBERS, Key, Network
from orchestration.deduction.series import Series, Span, reference
from orchestration.deduction.statements import Document

#: Statistics that a reader is told; the others are steps of a computation.
PUBLIC = frozenset({"level", "growth", "change", "share", "share_change", "growth_gap", "contribution"})


class DocumentModel:
    """Asks for the level, growth, share … of a series; the network gets what is not there yet, with its definition."""

    def __init__(self, network: Network, document: Document) -> None:
        network.begin_document()
        self.network = network
        self.document = document
        self.series: list[Series] = []
        self.spans: list[Span] = []
        self._series_numbers: dict[Series, int] = {}
        self._span_numbers: dict[Span, int] = {}
        self._texts: dict[tuple[int, int], str] = {}
        self._references: dict[tuple[int, int], str] = {}
        self._variables: dict[Key, int] = {}
        self.constraints = network.core
        self.one = self._variable(("one", -1, -1, -1, -1), 1.0, 1.0)
        #: Levels by series and span.
        self.levels: dict[tuple[int, int], int] = {}
        #: Levels about which something is known beside a growth: a share or a part of them says something.
        self.informed: set[tuple[int, int]] = set()
        #: Growths by series, span and span compared with.
        self.growths: dict[tuple[int, int, int], int] = {}
        #: Shares by series, whole and span.
        self.shares: dict[tuple[int, int, int], int] = {}
        #: Parts of which something is known, with their wholes: series, whole, span, in the order met, and the one
        #: dimension in which they differ; None where there are more, or it is the flow.
        self.parts: dict[tuple[int, int, int], int | None] = {}
        #: The spans that the document compares, in the order met.
        self.comparisons: dict[tuple[int, int], None] = {}

    def number_of(self, series: Series) -> int:
        """The number of a series in this document."""
        number = self._series_numbers.get(series)
        if number is None:
            number = self._series_numbers[series] = len(self.series)
            self.series.append(series)
        return number

    def text_of(self, series: int, span: int) -> str:
        """A series and a span as text, for ids."""
        text = self._texts.get((series, span))
        if text is None:
            codes = self.series[series] if series >= 0 else ()
            days = map(str, self.spans[span]) if span >= 0 else ()
            text = self._texts[series, span] = "\x1e".join((*codes, *days))
        return text

    def reference_of(self, series: int, whole: int) -> str:
        """The whole of a share or contribution, the other of a gap, as a figure's reference writes it; empty for -1."""
        if whole < 0:
            return ""
        text = self._references.get((series, whole))
        if text is None:
            text = self._references[series, whole] = reference(self.series[series], self.series[whole])
        return text

    def known_number_of(self, series: Series) -> int:
        """The number of a series that may be in this document; -1 where it is not."""
        return self._series_numbers.get(series, -1)

    def number_of_span(self, span: Span) -> int:
        """The number of a span in this document."""
        number = self._span_numbers.get(span)
        if number is None:
            number = self._span_numbers[span] = len(self.spans)
            self.spans.append(span)
        return number

    def begin_outputs(self) -> None:
        """What is defined from now on only follows: it says nothing of what is there."""
        self.constraints = self.network.outputs

    # --- definitions ----------------------------------------------------------------------------------------------

    def level(self, series: int, span: int) -> int:
        """The level of a series: never negative, but for a balance."""
        variable = self.levels.get((series, span))
        if variable is None:
            low = -math.inf if self.series[series].flow == "balance" else 0.0
            variable = self.levels[series, span] = self._variable(("level", series, span, -1, -1), low)
        return variable

    def bounded_level(self, series: int, span: int, high: float) -> int:
        """A level that cannot exceed `high`, as the number of some out of so many."""
        variable = self.levels[series, span] = self._variable(("level", series, span, -1, -1), 0.0, high)
        return variable

    def growth(self, series: int, span: int, before: int) -> int:
        """Relative growth from `before` to `span`, as a fraction: level = base × (1 + growth), at least -1."""
        variable = self.growths.get((series, span, before))
        if variable is None:
            variable = self._variable(("growth", series, span, before, -1), -1.0)
            self.growths[series, span, before] = variable
            now, base = self.level(series, span), self.level(series, before)
            self.product(now, self.factor(variable), base, "growth")
        return variable

    def change(self, series: int, span: int, before: int) -> int:
        """Level less base; where the growth is known, also base × growth and level × growth / (1 + growth)."""
        key = ("change", series, span, before, -1)
        variable = self._variables.get(key)
        if variable is None:
            variable = self._variables[key] = self._variable(key)
            now, base = self.level(series, span), self.level(series, before)
            self.sum(now, base, variable, "change")
            growth = self.growths.get((series, span, before))
            if growth is not None:
                self._change_of(variable, now, base, growth, "change")
        return variable

    def share(self, series: int, whole: int, span: int) -> int:
        """Part / whole as a fraction of 0 … 1; the whole may not be a balance."""
        variable = self.shares.get((series, whole, span))
        if variable is None:
            variable = self._variable(("share", series, span, -1, whole), 0.0, 1.0)
            self.shares[series, whole, span] = variable
            self.product(self.level(series, span), variable, self.level(whole, span), "share")
        return variable

    def share_change(self, series: int, whole: int, span: int, before: int) -> int:
        """Share less share before. A share grows by the factor of the part over that of the whole."""
        key = ("share_change", series, span, before, whole)
        variable = self._variables.get(key)
        if variable is None:
            variable = self._variables[key] = self._variable(key, -1.0, 1.0)
            now, base = self.share(series, whole, span), self.share(series, whole, before)
            self.sum(now, base, variable, "share_change")
            of_part, of_whole = (self.growths.get((one, span, before)) for one in (series, whole))
            if of_part is not None and of_whole is not None:
                growth = self._variable(("share_growth", series, span, before, whole), -1.0)
                factor = self.factor(growth)
                self.product(self.factor(of_part), factor, self.factor(of_whole), "share_change")
                self.product(now, factor, base, "share_change")
                self._change_of(variable, now, base, growth, "share_change")
        return variable

    def contribution(self, series: int, whole: int, span: int, before: int) -> int:
        """What a part adds to the growth of its whole: its change / base of the whole, as a fraction."""
        key = ("contribution", series, span, before, whole)
        variable = self._variables.get(key)
        if variable is None:
            variable = self._variables[key] = self._variable(key)
            change = self.change(series, span, before)
            self.times(change, variable, self.level(whole, before), "contribution")
            growth, share = self.growths.get((series, span, before)), self.shares.get((series, whole, before))
            if growth is not None and share is not None:
                self.times(variable, growth, share, "contribution")
        return variable

    def gap(self, series: int, other: int, span: int, before: int) -> int:
        """The own growth less that of another."""
        key = ("growth_gap", series, span, before, other)
        variable = self._variables.get(key)
        if variable is None:
            variable = self._variables[key] = self._variable(key)
            self.sum(self.growth(series, span, before), self.growth(other, span, before), variable, "growth_gap")
        return variable

    def contribution_share(self, series: int, whole: int, span: int, before: int) -> int:
        """What a part adds to the growth of its whole, as a part of that growth: change / change of the whole."""
        key = ("contribution_share", series, span, before, whole)
        variable = self._variables.get(key)
        if variable is None:
            variable = self._variables[key] = self._variable(key)
            changes = (self.change(one, span, before) for one in (series, whole))
            self.times(next(changes), variable, next(changes), "contribution")
        return variable

    def factor(self, growth: int) -> int:
        """1 + growth."""
        key = ("factor", growth, -1, -1, -1)
        variable = self._variables.get(key)
        if variable is None:
            variable = self._variables[key] = self._variable(key, 0.0)
            self.sum(variable, self.one, growth, "growth")
        return variable

    def hidden(self, name: str, low: float = -math.inf) -> int:
        """A step of a computation that has no name of its own."""
        return self._variable((name, -1, -1, -1, -1), low)

    def _variable(self, key: Key, low: float = -math.inf, high: float = math.inf) -> int:
        network = self.network
        network.keys.append(key)
        network.low.append(low)
        network.high.append(high)
        network.is_output.append(self.constraints is network.outputs)
        return len(network.keys) - 1

    def _change_of(self, change: int, now: int, base: int, growth: int, rule: str) -> None:
        """Change = base × growth = now × (growth / (1 + growth)): narrower than the difference of two levels."""
        decline = self._variable(("decline", -1, -1, -1, -1), high=1.0)
        self.times(change, growth, base, rule)
        self.times(change, decline, now, rule)
        self.times(growth, decline, self.factor(growth), rule)

    # --- the forms ------------------------------------------------------------------------------------------------

    def sum(self, x: int, y: int, z: int, rule: str) -> None:
        """x = y + z."""
        self.constraints.sums += (x, y, z, RULE_NUMBERS[rule])

    def product(self, x: int, y: int, z: int, rule: str) -> None:
        """x = y × z, none of them negative."""
        self.constraints.products += (x, y, z, RULE_NUMBERS[rule])

    def times(self, x: int, y: int, z: int, rule: str) -> None:
        """x = y × z."""
        self.constraints.signed += (x, y, z, RULE_NUMBERS[rule])

    def at_least(self, x: int, y: int, rule: str) -> None:
        """x ≥ y."""
        self.constraints.orders += (x, y, y, RULE_NUMBERS[rule])
