"""What words mean: the phrase tables of this package and the names of the code lists, found in text at once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import ahocorasick

from orchestration.codes import LISTS, CodeLists
from orchestration.figures import UNMAPPED
from orchestration.releases.text import folded_phrase, is_chinese, simplified

VOCABULARY_DIR = Path(__file__).parent / "vocabulary"

#: Kinds of phrases that mean something only right after a numeral: `m`, `元`, `家`.
SUFFIX_KINDS = frozenset({"scale", "currency", "percent", "unit", "noun", "qualifier_after", "rank_after", "times"})
#: Suffix kinds that also open a number: `$5`, `RMB 5`.
_PREFIX_KINDS = frozenset({"currency", "percent"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase: its senses as (kind, value), and the names it may be as (list, alias)."""

    phrase: str
    senses: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]


class Lexicon:
    """The phrase tables and names, compiled into one automaton."""

    def __init__(self, codes: CodeLists) -> None:
        """Compile the vocabulary files and every alias of `codes`."""
        self.codes = codes
        self.suffixes: dict[str, tuple[tuple[str, str], ...]] = {}
        senses: dict[str, list[tuple[str, str]]] = {}
        for kind, value, phrase in _phrases():
            if kind in SUFFIX_KINDS:
                self.suffixes[phrase] = (*self.suffixes.get(phrase, ()), (kind, value))
                if kind not in _PREFIX_KINDS:
                    continue
                kind = f"{kind}_prefix"
            if (kind, value) not in senses.setdefault(phrase, []):
                senses[phrase].append((kind, value))
        self._suffixes_by_first: dict[str, list[str]] = {}
        for phrase in sorted(self.suffixes, key=lambda one: -len(one)):
            self._suffixes_by_first.setdefault(phrase[0], []).append(phrase)
        names: dict[str, dict[tuple[str, str], None]] = {}
        aliases = [(list_name, alias) for list_name, alias in codes.names() if list_name in LISTS]
        folded = simplified("\n".join(alias for _, alias in aliases)).split("\n")
        for (list_name, alias), text in zip(aliases, folded, strict=True):
            phrase = folded_phrase(text)
            if phrase.startswith("the "):
                phrase = phrase[4:]
            if len(phrase) > 1:
                names.setdefault(phrase, {})[list_name, alias] = None
        self._automaton = ahocorasick.Automaton()
        for phrase in senses.keys() | names.keys():
            entry = Entry(phrase, tuple(senses.get(phrase, ())), tuple(names.get(phrase, {})))
            self._automaton.add_word(phrase, entry)
        self._automaton.make_automaton()
        self._resolved: dict[tuple[Entry, str], tuple[tuple[str, str], ...]] = {}

    def matches(self, chars: str) -> dict[int, list[Entry]]:
        """Every phrase that stands in folded text on word boundaries, by where it begins, the longest first."""
        found: dict[int, list[Entry]] = {}
        length = len(chars)
        for last, entry in self._automaton.iter(chars):
            phrase = entry.phrase
            start, end = last - len(phrase) + 1, last + 1
            if start and _joins(chars[start - 1], phrase[0]):
                continue
            if end < length and _joins(phrase[-1], chars[end]):
                continue
            found.setdefault(start, []).append(entry)
        for entries in found.values():
            entries.sort(key=lambda entry: -len(entry.phrase))
        return found

    def suffix_at(self, chars: str, position: int, kinds: frozenset[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The longest suffix phrase of these kinds at `position`, with its senses; ("", ()) where there is none."""
        for phrase in self._suffixes_by_first.get(chars[position : position + 1], ()):
            if not chars.startswith(phrase, position):
                continue
            end = position + len(phrase)
            if end < len(chars) and _joins(phrase[-1], chars[end]):
                continue
            fitting = tuple(sense for sense in self.suffixes[phrase] if sense[0] in kinds)
            if fitting:
                return phrase, fitting
        return "", ()

    def resolve(self, entry: Entry, region_id: str) -> tuple[tuple[str, str], ...]:
        """The (list, code) pairs that a name stands for in a release about a region."""
        key = (entry, region_id)
        known = self._resolved.get(key)
        if known is None:
            pairs: dict[tuple[str, str], None] = {}
            for list_name, alias in entry.names:
                code = self.codes.resolve(list_name, alias, region_id=region_id)
                if code != UNMAPPED:
                    pairs[list_name, code] = None
            known = self._resolved[key] = tuple(pairs)
        return known


_compiled: dict[int, Lexicon] = {}


def lexicon_of(codes: CodeLists) -> Lexicon:
    """The lexicon of these code lists, compiled once."""
    known = _compiled.get(id(codes))
    if known is None or known.codes is not codes:
        _compiled.clear()
        known = _compiled[id(codes)] = Lexicon(codes)
    return known


def _phrases() -> list[tuple[str, str, str]]:
    rows = []
    for path in sorted(VOCABULARY_DIR.glob("??.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                rows += [(row["kind"], row["value"], folded_phrase(phrase)) for phrase in row["phrases"].split("|")]
    return [row for row in rows if row[2]]


def _joins(left: str, right: str) -> bool:
    """Whether two characters side by side are one word: letters or digits of the Latin script."""
    return (
        left.isalnum()
        and right.isalnum()
        and not is_chinese(left)
        and not is_chinese(right)
        and left.isdigit() == right.isdigit()
    )
