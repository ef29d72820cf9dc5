"""What words mean: the phrase tables of this package and the names of the code lists, found in text at once."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import ahocorasick

from orchestration.codes import LISTS, CodeLists
from orchestration.figures import UNMAPPED, WHOLE
from orchestration.releases.text import folded_phrase, is_chinese, simplified

VOCABULARY_DIR = Path(__file__).parent / "vocabulary"

#: Kinds of phrases that mean something only right after a numeral: `m`, `元`, `家`.
SUFFIX_KINDS = frozenset({"scale", "scale_of_money", "currency", "percent", "unit", "noun", "qualifier_after", "times"})
#: Suffix kinds that also open a number: `$5`, `RMB 5`.
_PREFIX_KINDS = frozenset({"currency", "percent"})
#: Kinds of phrases that are tokens of their own; vocabulary/README.md says what each means.
SENSE_KINDS = frozenset({
    "among", "anaphor", "and", "attribution", "average", "balance_sign", "base", "be", "by", "carrier", "cause",
    "company", "comparison", "condition", "contribution", "count_measure", "currency_terms", "duration", "each",
    "each_average",
    "fall", "filler", "flat", "flow", "gap_down", "gap_up", "growth_noun", "header", "header_dimension",
    "header_end", "measure", "multiple", "next_in_order", "nontrade", "of", "or", "ordinal", "other_noun",
    "overtake", "partner", "partner_preposition", "per", "place", "pointing", "prior", "qualifier", "rank",
    "rank_noun", "reporting", "respectively", "rise", "scope_nation", "scope_province", "scope_self", "share",
    "share_change_noun", "since", "stock", "superlative", "target", "than", "threshold", "to", "together", "top",
    "versus", "while", "word", "zone",
})  # fmt: skip
#: Kinds of words that rules compare with the text of a token: they make no tokens.
WORD_KINDS = frozenset({
    "added_amount", "adjective_of_goods", "adverbial_start", "among_its_parts", "amount_of", "another_change",
    "any_country", "any_market", "area_of_union", "area_of_zone", "aside_start", "at_first",
    "attribution_start", "before_listed", "before_peers", "before_trade", "behind", "besides", "better",
    "between_behind", "between_group_and_rank", "border_word", "bringing", "by_way_of", "capital", "cargo",
    "cause_start", "cleared", "coming", "comparing", "comparing_after", "comparing_before", "complement_start",
    "contributing_stem", "correcting", "counted_that", "cumulative", "customs_area", "daily_unit",
    "dateline_end", "delivery", "description", "description_link", "direction", "done_by", "each_before",
    "each_behind", "earning", "end_of_zone", "enterprise_cue", "enterprise_noun", "example_of", "exceeding",
    "exceeding_by", "excluding", "fall_cue", "falling_noun", "flow_pair", "flow_part", "flow_word",
    "four_quarters", "from_or_since", "funded", "gained", "general_goods", "goods_noun", "growth_preposition",
    "growth_word", "home_place", "hub", "idle_word", "idle_word_end", "including", "increase_of", "is",
    "kind_of_enterprise", "last_year", "less_stem", "loose_rise", "made_of", "making", "measuring", "member",
    "month_end", "more_or_less", "more_stem", "moving", "name_link", "named_after_start", "named_source",
    "negative_contribution", "next_after", "no_district", "no_singular", "no_trade_of", "not_before_noun",
    "not_tenths", "noun_before_goods", "noun_of_change", "noun_of_group", "noun_of_members", "number_label",
    "object_preposition", "of_months", "of_them", "office_start", "one_of_group", "open_balance", "opening",
    "ordinal_of_quarter", "ordinal_suffix", "other_counted", "other_members", "other_than", "outside", "pace",
    "part_by_direction", "part_of_city", "part_of_goods", "part_of_name", "partner_again", "partner_dealing",
    "partner_of_both_flows", "partners_behind", "parts_of_place", "passage_place", "plain_trade", "port_cargo",
    "port_noun", "published", "quarter_by_quarter", "rank_change", "rank_place", "ranked_flow", "ranked_growth",
    "ratio", "ratio_to", "record_word", "reference_end", "relative", "reported", "rest_of_group", "revised",
    "rising_to", "seen", "services", "share_noun", "shortfall", "sign_word", "since_after",
    "small_before_number", "stemming", "that_is", "then", "they", "through", "time_of_ordinal", "title_noun",
    "top_of_group", "total_flow", "trader", "trading_verb", "traditional", "treaty", "turn_of_balance",
    "turning", "unit_of_goods", "unnamed_city", "unreal", "vague_multiple", "value_word", "verb_too",
    "where_it_lies", "whole", "wider_place", "world_trade",
})  # fmt: skip
#: The lists that names without a code belong to.
_LISTS_OF_WORDS = {"goods": "commodity", "partner_word": "partner", "region_word": "region"}
#: Names that no code list has.
NAME_KINDS = frozenset({"goods", "partner_adjective", "partner_word", "region_word"})
KINDS = SUFFIX_KINDS | SENSE_KINDS | WORD_KINDS | NAME_KINDS


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase: its senses as (kind, value), and the names it may be as (list, alias)."""

    phrase: str
    senses: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]


#: A phrase behind numbers and what it may mean.
Suffix = tuple[str, tuple[tuple[str, str], ...]]


class Lexicon:
    """The phrase tables and names, compiled into one automaton."""

    def __init__(self, codes: CodeLists) -> None:
        """Compile the vocabulary files and every alias of `codes`."""
        self.codes = codes
        self._suffixes: dict[str, tuple[tuple[str, str], ...]] = {}
        senses: dict[str, list[tuple[str, str]]] = {}
        uncoded: list[tuple[str, str]] = []
        adjectives: list[tuple[str, str]] = []
        for kind, value, written in _vocabulary():
            if kind in WORD_KINDS:
                continue
            phrase = folded_phrase(written)
            if kind == "partner_adjective":
                adjectives.append((phrase, value))
                continue
            if kind in NAME_KINDS:
                uncoded.append((phrase, _LISTS_OF_WORDS[kind]))
                continue
            sense = (kind, value)
            if kind in SUFFIX_KINDS:
                self._suffixes[phrase] = (*self._suffixes.get(phrase, ()), sense)
                if kind not in _PREFIX_KINDS:
                    continue
                sense = (f"{kind}_prefix", value)
            if sense not in senses.setdefault(phrase, []):
                senses[phrase].append(sense)
        self._suffixes_of_kinds: dict[frozenset[str], dict[str, list[Suffix]]] = {}
        partners = (phrase for phrase, found in senses.items() if any(kind == "partner" for kind, _ in found))
        short_partners = tuple(partners)
        names: dict[str, dict[tuple[str, str], None]] = {}
        aliases = [(list_name, alias) for list_name, alias in codes.names() if list_name in LISTS]
        folded = simplified("\n".join(alias for _, alias in aliases)).split("\n")
        for (list_name, alias), text in zip(aliases, folded, strict=True):
            phrase = folded_phrase(text)
            if phrase.startswith("the "):
                phrase = phrase[4:]
            if list_name == "trade_mode" and phrase.startswith(short_partners):
                continue  # 对台小额贸易 is said of a partner and a mode
            if len(phrase) > 1 or (list_name == "commodity" and is_chinese(phrase)):
                names.setdefault(phrase, {})[list_name, alias] = None
        for phrase, stated in list(names.items()):
            other = _other_number(phrase)
            of_goods = {pair: None for pair in stated if pair[0] == "commodity"}
            if other and of_goods and other not in names and other not in senses:
                names[other] = of_goods
        for phrase, code in adjectives:
            names.setdefault(phrase, {("partner", code): None})
        for phrase, list_name in uncoded:
            names.setdefault(phrase, {(f"{list_name} word", phrase): None})
        self._automaton = ahocorasick.Automaton()
        for phrase in senses.keys() | names.keys():
            entry = Entry(phrase, tuple(senses.get(phrase, ())), tuple(names.get(phrase, {})))
            self._automaton.add_word(phrase, (len(phrase) - 1, entry))
        self._automaton.make_automaton()
        self._resolved: dict[tuple[Entry, str], tuple[tuple[str, str], ...]] = {}

    def matches(self, chars: str) -> dict[int, list[Entry]]:
        """Every phrase that stands in folded text on word boundaries, by where it begins, the longest first."""
        found: dict[int, list[Entry]] = {}
        scripts = [*map(_script, chars), 0]  # of the end too, so that nothing joins it
        for last, (before, entry) in self._automaton.iter(chars):
            start = last - before
            if start and (first := scripts[start]) and scripts[start - 1] == first:
                continue
            if (ends := scripts[last]) and scripts[last + 1] == ends:
                continue
            if ends == _DIGIT and _NUMBER_GOES_ON.match(chars, last + 1):
                continue  # to the EU 25.3 percent: no 25 members
            if start in found:
                found[start].append(entry)
            else:
                found[start] = [entry]
        for entries in found.values():
            if len(entries) > 1:
                entries.sort(key=lambda entry: -len(entry.phrase))
        return found

    def suffix_at(self, chars: str, position: int, kinds: frozenset[str]) -> Suffix:
        """The longest suffix phrase of these kinds at `position`, with its senses; ("", ()) where there is none."""
        by_first = self._suffixes_of_kinds.get(kinds) or self._suffixes_of(kinds)
        for suffix in by_first.get(chars[position : position + 1], ()):
            phrase = suffix[0]
            if not chars.startswith(phrase, position):
                continue
            end = position + len(phrase)
            if end < len(chars) and (ends := _script(phrase[-1])) and _script(chars[end]) == ends:
                continue
            return suffix
        return "", ()

    def _suffixes_of(self, kinds: frozenset[str]) -> dict[str, list[Suffix]]:
        """The suffix phrases of these kinds with their senses, by their first characters, the longest first."""
        found = self._suffixes_of_kinds[kinds] = {}
        for phrase in sorted(self._suffixes, key=lambda one: -len(one)):
            if fitting := tuple(sense for sense in self._suffixes[phrase] if sense[0] in kinds):
                found.setdefault(phrase[0], []).append((phrase, fitting))
        return found

    def resolve(self, entry: Entry, region_id: str) -> tuple[tuple[str, str], ...]:
        """The (list, code) pairs that a name stands for in a release about a region."""
        key = (entry, region_id)
        known = self._resolved.get(key)
        if known is None:
            pairs: dict[tuple[str, str], None] = {}
            for list_name, alias in entry.names:
                if list_name.endswith(" word"):  # a name without a code
                    pairs[list_name.removesuffix(" word"), UNMAPPED] = None
                    continue
                code = self.codes.resolve(list_name, alias, region_id=region_id)
                if code != UNMAPPED:
                    pairs[list_name, code] = None
            known = self._resolved[key] = tuple(pairs)
        return known

    def partners_in_small_letters(self, entry: Entry) -> set[tuple[str, str]]:
        """Of the partners that a phrase may name those that are written without a capital: euro area, not turkey."""
        aliases = [alias for list_name, alias in entry.names if list_name == "partner" and alias.islower()]
        found = {("partner", self.codes.resolve("partner", alias)) for alias in aliases}
        return found - {("partner", WHOLE["partner"])}


def _other_number(phrase: str) -> str:
    """The plural of a name of goods, or its singular: `cashew nut`; "" where it has none."""
    last = phrase.rpartition(" ")[2]
    if last == phrase:
        return _singular(phrase)
    if not phrase.isascii() or len(last) < 4 or not last.isalpha() or last.endswith("ss"):
        return ""
    return phrase[:-1] if last.endswith("s") else phrase + "s"


def _singular(word: str) -> str:
    """The singular of a plural in one word, as goods are named by before "exports": auto, cherry."""
    if len(word) < 5 or not word.isascii() or not word.isalpha() or word in words("no_singular"):
        return ""
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("oes", "ches", "shes", "xes", "uses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else ""


_compiled: dict[int, Lexicon] = {}


def lexicon_of(codes: CodeLists) -> Lexicon:
    """The lexicon of these code lists, compiled once."""
    known = _compiled.get(id(codes))
    if known is None or known.codes is not codes:
        _compiled.clear()
        known = _compiled[id(codes)] = Lexicon(codes)
    return known


@lru_cache(maxsize=512)
def words(kind: str, value: str = "") -> tuple[str, ...]:
    """The words of one of WORD_KINDS, in the order of the vocabulary files."""
    return tuple(phrase for one, its_value, phrase in _vocabulary() if (one, its_value) == (kind, value))


def words_with_values(kind: str) -> tuple[tuple[str, str], ...]:
    """The words of one of WORD_KINDS, each with its value."""
    return tuple((phrase, value) for one, value, phrase in _vocabulary() if one == kind)


def local_currencies(region_id: str) -> dict[str, str]:
    """What words such as 元 or "rupees" mean in the releases of a region with such a currency of its own."""
    rows = _of_region("local_currencies.csv").get(region_id, ())
    return {word: row["unit"] for row in rows for word in row["words"].split("|")}


def conventions(region_id: str) -> frozenset[str]:
    """What releases about a region mean where they do not say it: the change on a month, services beside goods."""
    return frozenset(row["convention"] for row in _of_region("conventions.csv").get(region_id, ()))


@lru_cache(maxsize=2)
def _of_region(name: str) -> dict[str, list[dict[str, str]]]:
    """The rows of a vocabulary file about regions, by their region."""
    found: dict[str, list[dict[str, str]]] = {}
    with (VOCABULARY_DIR / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["region_id"], []).append(row)
    return found


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[tuple[str, str, str], ...]:
    return tuple(row for path in sorted(VOCABULARY_DIR.glob("??.csv")) for row in rows_of(path))


def rows_of(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every phrase of a vocabulary file as (kind, value, phrase); ValueError for a kind that no rule asks for."""
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            kind = row["kind"]
            if kind not in KINDS:
                raise ValueError(
                    f"{path.name}, row {number}: no rule asks for the kind {kind!r}; lexicon.py lists the kinds"
                )
            for phrase in row["phrases"].split("|"):
                yield kind, row["value"], phrase


_DIGIT = 2
#: Behind a digit: it is part of a number, and not of a name.
_NUMBER_GOES_ON = re.compile(r"[.,][0-9]| ?(?:%|per ?cent|bln|bn|billion|mln|million|trillion)")


@lru_cache(maxsize=8192)
def _script(char: str) -> int:
    """2 for a digit, 1 for a letter, 0 for what ends a word: two of one kind side by side are one word."""
    if not char.isalnum() or is_chinese(char):
        return 0
    return _DIGIT if char.isdigit() else 1
