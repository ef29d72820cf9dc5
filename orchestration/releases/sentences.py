"""Sentences as the grammar sees them: tokens in order, what of them is spoken for, the lists of numbers among them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from orchestration.releases.lexicon import words
from orchestration.releases.naming import UNITS_OF_GOODS
from orchestration.releases.periods import Span
from orchestration.releases.tokens import Quantity, Token

#: Behind "below" they lead to what a value is held against.
_OF_THEN = frozenset({"that", "those", "the", "its", "their"})
_MORE, _LESS = words("more_stem"), (*words("less_stem"), "short of")
_FLOW_PAIRS = frozenset((*words("flow_pair", "export"), *words("flow_pair", "import")))
#: What ends a clause.
BOUNDARIES = frozenset({"comma", "semicolon", "colon", "dash", "open", "close", "stop"})
#: Tokens of a sentence; what is longer is no sentence, and is cut.
_LONGEST = 300
_IN_NAME = frozenset({"number:part of a name", "number:number of members"})
_LIST_SEPARATORS = frozenset({"comma", "enumeration"})


#: Begin an item of a list.
_BULLETS = frozenset("·•‧●○◦▪■□◆※*-–—")


@dataclass(slots=True)
class Sentence:
    """The tokens of a sentence; `spoken_for` says which are no part of a subject, and why.

    `spans` are the periods that it names, by their tokens, without those that something is compared with;
    those are `compared`.
    """

    tokens: list[Token]
    begins_paragraph: bool
    is_chinese: bool
    spoken_for: dict[int, str] = field(default_factory=dict)
    spans: dict[int, Span] = field(default_factory=dict)
    compared: dict[int, Span] = field(default_factory=dict)
    _boundaries: list[int] = field(init=False, repr=False, compare=False)
    _by_sense: dict[str, list[int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find once what ends clauses, and where each sense stands: the tokens of a sentence stay as they are."""
        self._boundaries, self._by_sense = [], {}
        for index, token in enumerate(self.tokens):
            if token.kind in BOUNDARIES:
                self._boundaries.append(index)
            for sense in token.senses:
                self._by_sense.setdefault(sense, []).append(index)

    def says(self, *senses: str) -> bool:
        """Whether a token has one of these senses."""
        return not self._by_sense.keys().isdisjoint(senses)

    def with_sense(self, *senses: str) -> list[int]:
        """Where the tokens with one of these senses stand, in order."""
        if len(senses) == 1:
            return self._by_sense.get(senses[0], [])
        return sorted({index for sense in senses for index in self._by_sense.get(sense, ())})

    def quantities(self) -> list[int]:
        """Where numbers stand."""
        return [index for index, token in enumerate(self.tokens) if token.quantity is not None]

    @property
    def is_list_heading(self) -> bool:
        """Whether it is a paragraph that ends with a colon and states nothing: `Imports from Africa:`."""
        ends = len(self.tokens) > 1 and self.tokens[-1].kind == "colon"
        return self.begins_paragraph and ends and all(self.is_set_aside(index) for index in self.quantities())

    @property
    def is_item(self) -> bool:
        """Whether it is a paragraph of a list: `· Iron ore, 1.42 billion`, `2. Iron ore, …`, `Australia: 34.84`."""
        first = next(iter(self.quantities()), len(self.tokens))
        is_labelled = any(token.kind == "colon" for token in self.tokens[1:first])
        is_marked = self.tokens[0].text in _BULLETS or self.is_number_alone
        return self.begins_paragraph and (is_marked or is_labelled)

    @property
    def is_number_alone(self) -> bool:
        """Whether it is no more than the number of an item: `2.`."""
        return len(self.tokens) == 2 and self.tokens[0].quantity is not None and self.tokens[1].kind == "stop"

    def free(self, index: int) -> bool:
        """Whether a token may be part of a subject."""
        return index not in self.spoken_for

    def claim(self, first: int, last: int, reason: str) -> None:
        """Take the tokens from `first` to before `last` out of the subject."""
        for index in range(max(first, 0), min(last, len(self.tokens))):
            self.spoken_for.setdefault(index, reason)

    def is_set_aside(self, index: int) -> bool:
        """Whether a number is known to be no figure."""
        return self.spoken_for.get(index, "").startswith("number:")

    def is_in_name(self, index: int) -> bool:
        """Whether a number is known to be a part of a name: the other 14 members of the RCEP."""
        return self.spoken_for.get(index, "") in _IN_NAME

    def clause_start(self, index: int) -> int:
        """The first token of the clause that `index` stands in."""
        before = bisect_left(self._boundaries, index)
        return self._boundaries[before - 1] + 1 if before else min(index, 0)

    def list_end(self, index: int) -> int:
        """The token after the last one of a list that `index` stands in: commas do not end it."""
        while index < len(self.tokens) and self.tokens[index].kind not in ("semicolon", "stop", "open", "close"):
            index += 1
        return index

    def clause_end(self, index: int) -> int:
        """The token after the last one of the clause that `index` stands in."""
        behind = bisect_left(self._boundaries, index)
        return self._boundaries[behind] if behind < len(self._boundaries) else max(index, len(self.tokens))


def without_notes(tokens: list[Token]) -> list[Token]:
    """The tokens without parentheses that hold neither a number nor a period: (下同), (Xinhua), (FDI)."""
    kept: list[Token] = []
    opened: list[tuple[int, int]] = []  # where a parenthesis opened, and how many numbers and periods stood before
    stated = 0
    for token in tokens:
        kept.append(token)
        stated += token.quantity is not None or token.period is not None or token.is_a("condition")
        if token.kind == "open":
            opened.append((len(kept) - 1, stated))
        elif token.kind == "close" and opened:
            first, before = opened.pop()
            if stated == before:
                del kept[first:]
        elif token.kind == "paragraph":
            opened.clear()
    return kept


def sentences(tokens: list[Token]) -> list[Sentence]:
    """Cut tokens into sentences at full stops and paragraph ends."""
    found: list[Sentence] = []
    current: list[Token] = []
    begins = True
    for token in tokens:
        if token.kind == "paragraph":
            if current:
                found.append(_sentence(current, begins))
            current, begins = [], True
            continue
        current.append(token)
        if token.kind == "stop" or len(current) >= _LONGEST:
            found.append(_sentence(current, begins))
            is_label = len(current) == 2 and current[0].quantity is not None  # `8.` before the first sentence
            current, begins = [], begins and is_label
    if current:
        found.append(_sentence(current, begins))
    return found


def _sentence(tokens: list[Token], begins: bool) -> Sentence:
    chinese = sum(len(token.text) for token in tokens if token.text[:1] >= "㐀")
    latin = sum(1 for token in tokens if token.text[:1].isascii() and token.text[:1].isalpha())
    return Sentence(tokens, begins, chinese > latin)


def share_units(sentence: Sentence) -> None:
    """Give numbers in a list the unit and scale that are printed once: `32.39, 19.92 and 10.9 billion yuan`."""
    tokens = sentence.tokens
    where = sentence.quantities()
    for left, right in reversed(list(pairwise(where))):
        first, second = tokens[left].quantity, tokens[right].quantity
        if first is None or second is None or second.unit_kind in ("bare", "word", "rank", "other"):
            continue
        is_bare = first.unit_kind == "bare"
        is_count = second.unit_kind == "percent" and first.printed.isdigit() and len(first.printed) > 3
        if is_count:
            continue  # trains hit 4,500, 15 percent more
        is_classifier = first.unit == "piece" and not first.scales and second.unit_kind == "points"
        if not (is_bare or is_classifier) or not separated(sentence, left + 1, right):
            continue
        first.unit, first.unit_kind, first.measure = second.unit, second.unit_kind, second.measure
        first.scales = first.scales or second.scales
    for left, right in pairwise(where):
        first, second = tokens[left].quantity, tokens[right].quantity
        if first is None or second is None or second.unit_kind != "bare" or "." not in second.printed:
            continue
        if first.unit_kind == "percent" and separated(sentence, left + 1, right):
            second.unit, second.unit_kind = first.unit, first.unit_kind
    if not sentence.is_chinese:
        _share_units_with_partners(sentence, where)


def _share_units_with_partners(sentence: Sentence, where: list[int]) -> None:
    """`55,000 cars to Iran, up 5 percent; 21,000 to ASEAN`: what is counted or weighed is said once."""
    shared: tuple[str, str] | None = None
    for index in where:
        quantity = sentence.tokens[index].quantity
        behind = [token for token in sentence.tokens[index + 1 : index + 4] if token.text != "the"]
        if quantity is None or not behind:
            continue
        if quantity.unit_kind == "physical":
            shared = quantity.unit, quantity.measure
        elif quantity.unit_kind == "bare" and behind[0].names and behind[0].text in UNITS_OF_GOODS:
            shared = UNITS_OF_GOODS[behind[0].text], "quantity"
        elif quantity.unit_kind == "bare" and shared is not None and _is_of_partner(sentence.tokens, index, behind):
            (quantity.unit, quantity.measure), quantity.unit_kind = shared, "physical"


def _is_of_partner(tokens: list[Token], index: int, behind: list[Token]) -> bool:
    """Whether a number says what another partner has: 21,000 to ASEAN, Russia 0.7 million."""
    is_partner = len(behind) > 1 and behind[1].may_name("partner")
    quantity = tokens[index].quantity
    has_scale = quantity is not None and bool(quantity.scales)
    follows = has_scale and index > 0 and tokens[index - 1].may_name("partner")
    return follows or (is_partner and behind[0].text in ("to", "from"))


def separated(sentence: Sentence, first: int, last: int, *, cues: bool = False) -> bool:
    """Whether only what separates the members of a list stands between two tokens; `cues` allows verbs of growth."""
    has_separator = False
    for index in range(first, last):
        token = sentence.tokens[index]
        if token.kind in _LIST_SEPARATORS or token.is_a("and"):
            has_separator = True
        elif (
            token.text in ("%", "+", "第")
            or (token.is_a("respectively", "by", "qualifier") and not token.is_a("versus"))
            or (cues and (token.is_a("rise", "fall", "each") or token.text in ("a", "an", "of", "to", "by")))
            or token.text in ("the", "of", "about")
        ):
            continue
        else:
            return False
    return has_separator


def number_lists(sentence: Sentence) -> list[list[int]]:
    """The numbers of a sentence in runs that are one list each; a number alone is a list of one."""
    lists: list[list[int]] = []
    depth = 0
    depths: list[int] = []
    for token in sentence.tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        depths.append(depth)
    for index in sentence.quantities():
        quantity = sentence.tokens[index].quantity
        if lists and quantity is not None and depths[index] == depths[lists[-1][-1]]:
            previous = sentence.tokens[lists[-1][-1]].quantity
            if previous is not None and _alike(previous, quantity):
                last = lists[-1][-1]
                if sentence.is_chinese and any(
                    sentence.tokens[between].is_a("respectively") for between in range(last + 1, index)
                ):
                    lists.append([index])  # 分别 opens a list
                    continue
                if separated(sentence, last + 1, index) and not _is_difference(sentence, last, index):
                    lists[-1].append(index)
                    continue
                is_last = any(sentence.tokens[between].is_a("and") for between in range(last + 1, index))
                is_told = not sentence.is_chinese and any(
                    token.is_a("respectively") for token in sentence.tokens[index : sentence.list_end(index)]
                )
                if (is_last or is_told) and separated(sentence, last + 1, index, cues=True):
                    lists[-1].append(index)
                    _take_in_those_before(sentence, lists)
                    continue
        lists.append([index])
    return _alternating(sentence, lists)


def _take_in_those_before(sentence: Sentence, lists: list[list[int]]) -> None:
    """`…, respectively, up 0.2 percent, down 13.1 percent, and down 9.5 percent`: all of them are one list."""
    tokens = sentence.tokens
    first = lists[-1][0]
    if sentence.is_chinese or not any(index < first for index in sentence.with_sense("respectively")):
        return
    while len(lists) > 1 and len(lists[-2]) == 1:
        before, quantity = tokens[lists[-2][0]].quantity, tokens[lists[-1][0]].quantity
        is_alike = before is not None and quantity is not None and _alike(before, quantity)
        if not is_alike or not separated(sentence, lists[-2][0] + 1, lists[-1][0], cues=True):
            return
        lists[-2:] = [[*lists[-2], *lists[-1]]]


def sign_of_difference(behind: list[Token]) -> int:
    """The sign of what stands right behind an amount that says how much more it is: `more than`, `below that of`."""
    if not behind:
        return 0
    if len(behind) > 1 and behind[0].text in ("below", "above") and behind[1].text.split(" ")[0] in _OF_THEN:
        return -1 if behind[0].text == "below" else 1
    return -1 if behind[0].text.startswith(_LESS) else 1 if behind[0].text.startswith(_MORE) else 0


def _is_difference(sentence: Sentence, first: int, second: int) -> bool:
    """`$265 billion, $3.9 billion or 2 percent more than in May`, `… (2 percent) more`: the second is how much more."""
    tokens = sentence.tokens
    behind = tokens[second + 1 : second + 5]
    opens = bool(behind) and (behind[0].is_a("or") or behind[0].kind == "open")
    if opens and len(behind) > 2 and behind[1].quantity is not None:
        behind = behind[2 + (behind[2].kind == "close") :]
    is_more = not sentence.is_chinese and bool(sign_of_difference(behind))
    return is_more and second - first == 2 and tokens[first + 1].kind == "comma"


def _alternating(sentence: Sentence, lists: list[list[int]]) -> list[list[int]]:
    """`rose by 5.1% to 1.6 trillion and by 3.2% to 1.1 trillion, respectively`: two lists, told in turn."""
    if not sentence.says("respectively", "each") and not _names_two(sentence, lists):
        return lists
    found: list[list[int]] = []
    position = 0
    while position < len(lists):
        run = _turns(sentence, lists, position)
        if run < 4:
            found.append(lists[position])
            position += 1
            continue
        singles = [group[0] for group in lists[position : position + run]]
        found += [singles[0::2], singles[1::2]]
        position += run
    return found


def _names_two(sentence: Sentence, lists: list[list[int]]) -> bool:
    """Whether "and" joins two flows or names before the first number of an English sentence: `exports and imports`."""
    if sentence.is_chinese or not lists:
        return False
    tokens = sentence.tokens
    if any(token.text in _FLOW_PAIRS for token in tokens[: lists[0][0]]):
        return True
    return any(
        tokens[at].is_a("and") and all(one.names or one.is_a("flow") for one in (tokens[at - 1], tokens[at + 1]))
        for at in range(1, lists[0][0] - 1)
    )


def _turns(sentence: Sentence, lists: list[list[int]], position: int) -> int:
    """How many numbers from one on stand alone and tell two things in turn; 0 where they do not."""
    tokens = sentence.tokens
    count = 1
    while position + count < len(lists):
        left, right = lists[position + count - 1], lists[position + count]
        first, second = tokens[left[-1]].quantity, tokens[right[0]].quantity
        turned = tokens[lists[position + count - 2][0]].quantity if count > 1 else None
        between = tokens[left[-1] + 1 : right[0]]
        if len(left) > 1 or len(right) > 1 or first is None or second is None or _alike(first, second):
            break
        if (turned is not None and not _alike(turned, second)) or not all(map(_is_small, between)):
            break
        if count % 2 == 0 and not any(one.is_a("and") or one.kind in _LIST_SEPARATORS for one in between):
            break
        count += 1
    return count - count % 2 if count > 3 else 0


def _is_small(token: Token) -> bool:
    """Whether a token between numbers names nothing: a verb of growth, a preposition, a comma."""
    if token.names or token.is_a("flow", "share", "among", "anaphor", "while") or token.period is not None:
        return False
    if token.kind in (*_LIST_SEPARATORS, "open", "close") or token.text in ("a", "an", "the"):
        return True
    return token.is_a("and", "by", "to", "rise", "fall", "qualifier", "respectively", "comparison")


def _alike(first: Quantity, second: Quantity) -> bool:
    if first.unit_kind in ("bare", "word", "other", "rank") or second.unit_kind in ("bare", "word", "other"):
        return first.unit_kind == second.unit_kind == "rank"
    if {first.unit_kind, second.unit_kind} <= {"percent", "times"}:  # growth of 492.5%, 136.2% and 97.7 times
        return True
    if first.unit_kind == "physical" and second.unit_kind == "physical":
        return first.unit == second.unit
    return first.unit_kind == second.unit_kind and (first.unit_kind != "money" or first.unit == second.unit)
