"""What a number is about: mentions of names and flows, and the frames in which sentences carry them on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from orchestration.codes import CodeLists
from orchestration.figures import JOINT, UNMAPPED, WHOLE

#: What passes the ports of a place, whoever trades it: tonnes, in and out together where nothing else is said.
PORT_CARGO = "PORT_CARGO"
DIMENSIONS = ("region", "partner", "commodity", "ownership", "trade_mode")


@dataclass(frozen=True, slots=True)
class Item:
    """One name in its place: code, text as stated, and the flow that the name itself says (`…工程出口`)."""

    code: str
    text: str
    start: int
    end: int
    flow: str = ""
    #: Whether the vocabulary knows it for the name of goods, though no code list does.
    is_word: bool = False
    #: Where the name begins and ends with words beside it that may be part of it: classical toys, palm oil-based goods.
    longer: tuple[int, int] | None = None

    @property
    def is_known(self) -> bool:
        """Whether it is certain what it names."""
        return self.code != UNMAPPED or self.is_word


@dataclass(slots=True)
class Phrase:
    """A subject phrase under construction: what has been mentioned since the last number."""

    names: dict[str, list[Item]] = field(default_factory=dict)
    flows: list[str] = field(default_factory=list)
    flow_pair: tuple[str, ...] = ()
    hinted_flow: str = ""
    measures: list[str] = field(default_factory=list)
    head: dict[str, list[Item]] = field(default_factory=dict)
    #: The names that a name sums up: 拉美、非洲等新兴市场.
    examples: dict[str, list[Item]] = field(default_factory=dict)
    is_drilling: bool = False
    is_next_in_order: bool = False
    is_anaphoric: bool = False
    #: Whether what points back is the partner: exports to them.
    is_with_them: bool = False
    #: Whether it says "two-way" or "bilateral": with the partner that was named.
    is_bilateral: bool = False
    #: Whether it says `its` or `their`: of the place that was spoken of.
    says_whose: bool = False
    is_joint: bool = False
    each: bool = False
    is_nontrade: str = ""
    unknown_words: int = 0
    unknown_names: list[str] = field(default_factory=list)
    carrier: str = ""
    unknown_characters: int = 0
    is_flipped: bool = False
    counted: bool = False
    has_statistic: bool = False
    is_deficit: bool = False
    #: Whether it says that it is of the whole place, or of all goods and partners: total exports.
    is_whole: bool = False
    is_total: bool = False
    #: "former", "latter", or "some" where it is a part of a list that was named.
    pointed: str = ""

    @property
    def dimensions(self) -> set[str]:
        """The dimensions it mentions."""
        return {name for name, items in self.names.items() if items} | ({"flow"} if self.flows else set())

    def is_empty(self) -> bool:
        """Whether nothing of a subject is mentioned."""
        return not (self.names or self.flows or self.measures)


@dataclass(slots=True)
class Frame:
    """A subject in full: what each dimension is, which of them the frame itself set, and the frame it narrows."""

    names: dict[str, list[Item]] = field(default_factory=dict)
    flows: list[str] = field(default_factory=lambda: ["total"])
    flow_pair: tuple[str, ...] = ()
    measures: list[str] = field(default_factory=list)
    own: frozenset[str] = frozenset()
    parent: Frame | None = None
    has_own_flow: bool = False
    is_deficit: bool = False
    count_measure: str = ""
    count_unit: str = ""
    nontrade: str = ""
    doubt: str = ""
    notes: tuple[str, ...] = ()
    depth: int = 0
    #: What it may be about instead, as (names, flow), None where it stays: each becomes a reading of its own.
    others: tuple[tuple[dict[str, list[Item]] | None, str | None], ...] = ()
    head: dict[str, list[Item]] = field(default_factory=dict)
    examples: dict[str, list[Item]] = field(default_factory=dict)
    #: What the text is about beside what this subject names: with it a second reading.
    scope: dict[str, list[Item]] = field(default_factory=dict)

    def copy(self) -> Frame:
        """A frame of its own with the same content."""
        return replace(
            self,
            names={name: list(items) for name, items in self.names.items()},
            flows=list(self.flows),
            measures=list(self.measures),
            head=dict(self.head),
        )


def code_and_text(items: list[Item], dimension: str, source: str) -> tuple[str, str]:
    """The id and the text of one or several names taken together."""
    if not items:
        return WHOLE.get(dimension, ""), ""
    if len(items) == 1:
        return items[0].code, items[0].text
    codes = sorted({item.code for item in items})
    code = UNMAPPED if UNMAPPED in codes else JOINT.join(codes)
    ordered = sorted(items, key=lambda item: item.start)
    is_chinese = ordered[0].text[:1] >= "\u3400"
    widest = 4 if is_chinese else 10
    is_pair = len(ordered) == 2 or not is_chinese
    if is_pair and all(0 <= right.start - left.end <= widest for left, right in pairwise(ordered)):
        return code, source[ordered[0].start : ordered[-1].end]
    names = [item.text for item in ordered]
    if is_chinese:
        return code, "和".join(names) if len(names) == 2 else "、".join(names)
    return code, f"{', '.join(names[:-1])} and {names[-1]}"


def _codes(items: list[Item]) -> set[str]:
    return {item.code for item in items}


def innermost_region(items: list[Item], codes: CodeLists) -> list[Item]:
    """Of regions named in one phrase, those that hold no other of them: "China's Xinjiang" is Xinjiang.

    One that is named twice counts once: 慈溪全市.
    """
    if len(items) < 2:
        return items
    items = [item for at, item in enumerate(items) if item.code == UNMAPPED or item.code not in _codes(items[:at])]
    holders = {holder for item in items for holder in codes.containing_regions(item.code)[1:]}
    inner = [item for item in items if item.code not in holders]
    return inner or items
