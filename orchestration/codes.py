"""The code lists as Python sees them: the same CSV files that dbt loads as seeds, and the names they are known by."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from orchestration.figures import JOINT, UNMAPPED, WHOLE, InvalidFigure, parse_reference

#: The lists whose names `aliases.csv` holds.
LISTS = ("region", "partner", "commodity", "ownership", "trade_mode")

#: Where each list has the names of its codes: file, column of the code, column of the English name.
_NAMED_IN = {
    "region": (
        ("countries.csv", "country_id", "name_en"),
        ("region_areas.csv", "region_id", "name_en"),
        ("china_divisions.csv", "region_id", "short_name_en"),
    ),
    "partner": (("countries.csv", "country_id", "name_en"), ("partner_groups.csv", "partner_id", "name_en")),
    "commodity": (("commodities.csv", "commodity_id", "name_en"),),
    "ownership": (("ownerships.csv", "ownership_id", "name_en"),),
    "trade_mode": (("trade_modes.csv", "trade_mode_id", "name_en"),),
}

_QUOTES = dict.fromkeys(map(ord, "\"'`«»‘’‚‛“”„‟‹›「」『』《》〈〉"), None)
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—_"), " ")


@lru_cache(maxsize=65536)
def normalised(name: str) -> str:
    """A name as it is compared: compatibility forms and case folded, without quotes or article, dashes as spaces."""
    text = unicodedata.normalize("NFKC", name).translate(_QUOTES).translate(_DASHES).casefold()
    words = text.split()
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    return " ".join(words)


class CodeLists:
    """Names and codes of regions, partners, commodities, ownerships and trade modes, with measures and units."""

    def __init__(self, seeds_dir: Path) -> None:
        """Read the lists in `seeds_dir`; raises FileNotFoundError naming the list that is missing."""
        self._seeds_dir = seeds_dir
        self._parents = {row["region_id"]: row["parent_region_id"] for row in _rows(seeds_dir / "china_divisions.csv")}
        self._parents |= {row["region_id"]: row["parent_region_id"] for row in _rows(seeds_dir / "region_areas.csv")}
        self._holders: dict[str, tuple[str, ...]] = {}
        self.countries = frozenset(row["country_id"] for row in _rows(seeds_dir / "countries.csv"))
        self.measures = {row["measure"]: row for row in _rows(seeds_dir / "measures.csv")}
        self.units = {row["unit"]: row for row in _rows(seeds_dir / "units.csv")}
        self.flows = frozenset(row["flow"] for row in _rows(seeds_dir / "flows.csv"))
        self._codes: dict[str, frozenset[str]] = {
            "region": frozenset(self._parents) | self.countries,
            "partner": self.countries | _column(seeds_dir / "partner_groups.csv", "partner_id"),
            "commodity": _column(seeds_dir / "commodities.csv", "commodity_id"),
            "ownership": _column(seeds_dir / "ownerships.csv", "ownership_id"),
            "trade_mode": _column(seeds_dir / "trade_modes.csv", "trade_mode_id"),
        }
        self._aliases: dict[tuple[str, str, str], str] = {}
        self._names: list[tuple[str, str]] = []
        for name in ("aliases.csv", "county_aliases.csv"):
            for row in _rows(seeds_dir / name):
                self._names.append((row["list"], row["alias"]))
                self._aliases[row["list"], normalised(row["alias"]), row["scope"]] = row["code"]
        self._name_themselves(seeds_dir)

    def _name_themselves(self, seeds_dir: Path) -> None:
        """Take in what each division is called in its own releases, by its kind: 全市, "the county"."""
        own_names: dict[tuple[str, str], list[str]] = {}
        for row in _rows(seeds_dir / "self_names.csv"):
            own_names.setdefault((row["kind"], row["noun_zh"]), []).append(row["alias"])
        self._names += [("region", alias) for aliases in own_names.values() for alias in aliases]
        for row in _rows(seeds_dir / "china_divisions.csv"):
            for (kind, noun), aliases in own_names.items():
                if kind == row["kind"] and row["name_zh"].endswith(noun):
                    region_id = row["region_id"]
                    self._aliases |= {("region", normalised(alias), region_id): region_id for alias in aliases}

    def codes(self, list_name: str) -> frozenset[str]:
        """Every code of a list."""
        return self._codes[list_name]

    def resolve(self, list_name: str, name: str, *, region_id: str = "") -> str:
        """The code that a stated name stands for, in a source about `region_id`; UNMAPPED where no list knows it.

        An empty name is the whole. A code stands for itself. A name that is scoped to the region, or to one that
        holds it, comes before the unscoped one: "Bozhou" is Bortala in Xinjiang, a city in Anhui, nothing elsewhere.
        "A + B" is a joint subject: its id joins the parts' ids in alphabetical order.
        """
        name = name.strip()
        if not name:
            return WHOLE.get(list_name, UNMAPPED)
        if name in self._codes[list_name]:
            return name
        key = normalised(name)
        for scope in (*self.containing_regions(region_id), ""):
            code = self._aliases.get((list_name, key, scope))
            if code is not None:
                return code
        parts = [part.strip() for part in name.split(f" {JOINT} ")]
        if len(parts) > 1 and all(parts):
            ids = sorted({self.resolve(list_name, part, region_id=region_id) for part in parts})
            return UNMAPPED if UNMAPPED in ids else JOINT.join(ids)
        return UNMAPPED

    def name(self, list_name: str, code: str) -> str:
        """The English name of a code; the code itself where no list knows it."""
        return self._names_of_codes.get((list_name, code), code)

    @cached_property
    def _names_of_codes(self) -> dict[tuple[str, str], str]:
        return {
            (list_name, row[code]): row[name]
            for list_name, places in _NAMED_IN.items()
            for file, code, name in places
            for row in _rows(self._seeds_dir / file)
        }

    @cached_property
    def numeric_countries(self) -> dict[str, str]:
        """Each country by its three digits of ISO 3166-1, which are those of the United Nations' M49."""
        rows = _rows(self._seeds_dir / "countries.csv")
        return {row["numeric_code"]: row["country_id"] for row in rows if row["numeric_code"]}

    def is_country(self, partner_id: str) -> bool:
        """Whether a partner is one country or territory, and no group of them."""
        return partner_id in self._countries

    @cached_property
    def _countries(self) -> frozenset[str]:
        return frozenset(self.numeric_countries.values())

    def unit_named(self, name: str) -> str | None:
        """The unit that has this name in either language, or this code; None where no list knows it."""
        return self._units_by_name.get(name.casefold())

    def trade_mode_of(self, customs_code: str, name: str) -> str:
        """The trade mode that customs' tables have under a code of two digits, else the one of that name."""
        return self._trade_modes_by_customs_code.get(customs_code) or self.resolve("trade_mode", name or customs_code)

    @cached_property
    def _units_by_name(self) -> dict[str, str]:
        return {
            row[column].casefold(): unit
            for unit, row in self.units.items()
            for column in ("name_en", "name_zh", "unit")
        }

    @cached_property
    def _trade_modes_by_customs_code(self) -> dict[str, str]:
        rows = _rows(self._seeds_dir / "trade_modes.csv")
        return {row["customs_code"]: row["trade_mode_id"] for row in rows if row["customs_code"]}

    def names(self) -> Iterator[tuple[str, str]]:
        """Every alias as (list, name as written)."""
        yield from self._names

    def containing_regions(self, region_id: str) -> tuple[str, ...]:
        """The region itself, then the regions that hold it, from the inside out."""
        known = self._holders.get(region_id)
        if known is None:
            found: dict[str, None] = {}
            holder = region_id
            while holder and holder not in found:
                found[holder] = None
                holder = self._parents.get(holder, "")
            known = self._holders[region_id] = tuple(found)
        return known


def check_reference(reference: str, codes: CodeLists) -> None:
    """Raise InvalidFigure where a reference names a code that no list knows."""
    for key, code in parse_reference(reference).items():
        match key:
            case "flow":
                known = code in codes.flows
            case "unit":
                known = code in codes.units
            case "measure":
                known = code in codes.measures
            case "ranked_by":
                known = code in ("level", "growth")
            case _:
                known = code in codes.codes(key)
        if not known:
            raise InvalidFigure("reference", f"{code!r} is not a code of {key}")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _column(path: Path, column: str) -> frozenset[str]:
    return frozenset(row[column] for row in _rows(path))
