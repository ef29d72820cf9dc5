"""Variables and what ties them: every rule is said in one of five forms, which propagation knows how to narrow.

Inside, growth and shares are fractions (80.3 percent is 0.803), levels are in base units. A variable is a number; its
row in `Network.keys` says what it is. Keys are tuples of small numbers, so that a million of them stay small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

#: The rules by number, as constraints carry them. What each says stands with it in `rules.py`.
RULES = (
    "stated",
    "growth",
    "change",
    "share",
    "share_change",
    "growth_gap",
    "contribution",
    "flows",
    "balance",
    "parts",
    "members",
    "spans",
    "unit_value",
    "rank",
    "count",
)
RULE_NUMBERS = {name: number for number, name in enumerate(RULES)}
STATED = RULE_NUMBERS["stated"]


#: What a variable is: a statistic of a series in a span, the span before and the whole (-1: none), which are numbers of
#: the document's series and spans. A plain tuple, as there are many.
Key = tuple[str, int, int, int, int]


@dataclass(slots=True)
class Count:
    """So many of the peers have a growth above a bound: `counted` is that number, `unnamed` how many of `others`.

    A peer surely counts where its growth is above `surely`, and surely does not where it is below `possibly`. `others`
    are the peers whose growth the document does not state.
    """

    counted: int
    peers: tuple[int, ...]
    others: tuple[int, ...]
    unnamed: int
    surely: float
    possibly: float


@dataclass(slots=True)
class Constraints:
    """Constraints by form, as flat lists: three variables and the number of the rule.

    `sums` say x = y + z, `products` x = y × z of numbers that are never negative, `signed` x = y × z of any numbers,
    `orders` x ≥ y, where y stands twice.
    """

    sums: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    signed: list[int] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)

    def sizes(self) -> tuple[int, ...]:
        """How many constraints of each form there are."""
        return len(self.sums) // 4, len(self.products) // 4, len(self.signed) // 4, len(self.orders) // 4

    def tables(self) -> Tables:
        """The same as arrays."""
        return Tables(_table(self.sums, 4), _table(self.products, 4), _table(self.signed, 4), _table(self.orders, 4))


class Tables(NamedTuple):
    """Constraints as arrays, a row a constraint: variables, then the rule."""

    sums: Integers
    products: Integers
    signed: Integers
    orders: Integers

    def part(self, starts: Sequence[int], ends: Sequence[int], shift: int) -> Tables:
        """Some rows of each, with variables numbered from `shift` on."""
        pieces = [table[first:last].copy() for table, first, last in zip(self, starts, ends, strict=True)]
        for piece in pieces:
            piece[:, :-1] -= shift
        return Tables(*pieces)


@dataclass(slots=True)
class Network:
    """Variables, statements and constraints of many documents; documents share nothing.

    `core` ties what statements speak of. `outputs` define what only follows, and say nothing back: they are computed
    once the core is known. `assertions` hold variable, statement; their bounds are `asserted_low`, `asserted_high`.
    """

    keys: list[Key] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    is_output: list[bool] = field(default_factory=list)
    core: Constraints = field(default_factory=Constraints)
    outputs: Constraints = field(default_factory=Constraints)
    counts: list[Count] = field(default_factory=list)
    assertions: list[int] = field(default_factory=list)
    asserted_low: list[float] = field(default_factory=list)
    asserted_high: list[float] = field(default_factory=list)
    statements: int = 0
    starts: list[Starts] = field(default_factory=list)

    def begin_document(self) -> None:
        """What is added from now on belongs to the next document."""
        self.starts.append(self._position())

    def assert_bounds(self, variable: int, statement: int, low: float, high: float) -> None:
        """A statement says that the variable lies in `low` … `high`."""
        self.assertions += (variable, statement)
        self.asserted_low.append(low)
        self.asserted_high.append(high)

    def problem(self) -> Problem:
        """The network as arrays."""
        return Problem(
            low=np.array(self.low, dtype=np.float64),
            high=np.array(self.high, dtype=np.float64),
            is_output=np.array(self.is_output, dtype=np.bool_),
            core=self.core.tables(),
            outputs=self.outputs.tables(),
            counts=list(self.counts),
            asserted=_table(self.assertions, 2),
            asserted_low=np.array(self.asserted_low, dtype=np.float64),
            asserted_high=np.array(self.asserted_high, dtype=np.float64),
            statements=self.statements,
            starts=[*self.starts, self._position()],
        )

    def _position(self) -> Starts:
        return Starts(
            variables=len(self.keys),
            assertions=len(self.asserted_low),
            statements=self.statements,
            counts=len(self.counts),
            core=self.core.sizes(),
            outputs=self.outputs.sizes(),
        )


class Starts(NamedTuple):
    """Where a document's rows begin in each list of the network."""

    variables: int = 0
    assertions: int = 0
    statements: int = 0
    counts: int = 0
    core: tuple[int, ...] = (0, 0, 0, 0)
    outputs: tuple[int, ...] = (0, 0, 0, 0)


@dataclass(slots=True)
class Problem:
    """A network as arrays; `starts` has a row a document, and one more for the ends."""

    low: Floats
    high: Floats
    is_output: Truths
    core: Tables
    outputs: Tables
    counts: list[Count]
    asserted: Integers
    asserted_low: Floats
    asserted_high: Floats
    statements: int
    starts: list[Starts]

    def documents_of_variables(self) -> Integers:
        """The document of each variable."""
        sizes = np.diff([start.variables for start in self.starts])
        return np.repeat(np.arange(len(sizes)), sizes)

    def part(self, document: int) -> Problem:
        """One document alone, its variables and statements numbered from nought."""
        first, last = self.starts[document], self.starts[document + 1]
        variables = slice(first.variables, last.variables)
        assertions = slice(first.assertions, last.assertions)
        size = last.variables - first.variables
        return Problem(
            low=self.low[variables],
            high=self.high[variables],
            is_output=self.is_output[variables],
            core=self.core.part(first.core, last.core, first.variables),
            outputs=self.outputs.part(first.outputs, last.outputs, first.variables),
            counts=[_moved_count(count, first.variables) for count in self.counts[first.counts : last.counts]],
            asserted=self.asserted[assertions] - np.array([first.variables, first.statements]),
            asserted_low=self.asserted_low[assertions],
            asserted_high=self.asserted_high[assertions],
            statements=last.statements - first.statements,
            starts=[Starts(), Starts(variables=size)],
        )


def _moved_count(count: Count, shift: int) -> Count:
    return Count(
        counted=count.counted - shift,
        peers=tuple(peer - shift for peer in count.peers),
        others=tuple(peer - shift for peer in count.others),
        unnamed=count.unnamed - shift if count.unnamed >= 0 else -1,
        surely=count.surely,
        possibly=count.possibly,
    )


def _table(numbers: Sequence[int], columns: int) -> Integers:
    return np.array(numbers, dtype=np.int64).reshape(-1, columns)
