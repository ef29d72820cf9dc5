"""What the code lists declare about parts and wholes: partitions, memberships and peers, with the days they hold."""

from __future__ import annotations

import csv
import datetime
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from orchestration.deduction.series import COMMODITY, OWNERSHIP, PARTNER, REGION, Span
from orchestration.figures import JOINT

#: They keep customs statistics of their own: no part of the mainland's.
SEPARATE_CUSTOMS = frozenset({"CN-HK", "CN-MO", "CN-TW"})
#: Kinds of areas whose trade is a part of that of the region they lie in. What passes a port is not.
_AREAS_WITHIN = frozenset({"area"})
#: Kinds of regions that lie beside each other.
_APART = frozenset({"province", "prefecture"})


class _Member(NamedTuple):
    code: str
    valid_from: datetime.date
    valid_to: datetime.date
    is_certain: bool


class Structure:
    """Who is part of whom. Only what a list is sure of may accuse: assumed and disputed members bind nothing."""

    def __init__(self, seeds_dir: Path) -> None:
        """Read the lists in `seeds_dir`, the folder that dbt seeds from; raises FileNotFoundError."""
        self._parents: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._children: defaultdict[str, list[_Member]] = defaultdict(list)
        for row in _rows(seeds_dir / "china_divisions.csv"):
            if row["region_id"] not in SEPARATE_CUSTOMS:
                self._parents[row["region_id"]] = row["parent_region_id"]
                self._kinds[row["region_id"]] = row["kind"]
                self._children[row["parent_region_id"]].append(_member(row["region_id"], row, is_certain=True))
        for row in _rows(seeds_dir / "region_areas.csv"):
            if row["kind"] in _AREAS_WITHIN:
                self._parents[row["region_id"]] = row["parent_region_id"]
        self._areas: defaultdict[str, set[str]] = defaultdict(set)
        for row in _rows(seeds_dir / "region_area_members.csv"):
            if row["basis"] != "assumed":
                self._areas[row["member_region_id"]].add(row["region_id"])
        self._commodities: defaultdict[str, set[str]] = defaultdict(set)
        self._goods: defaultdict[str, set[str]] = defaultdict(set)
        for row in _rows(seeds_dir / "commodity_group_members.csv"):
            self._goods[row["commodity_id"]].add(row["member_commodity_id"])
            if row["basis"] == "published":
                self._commodities[row["member_commodity_id"]].add(row["commodity_id"])
        self._ownerships = [
            _member(row["ownership_id"], row, is_certain=True)
            for row in _rows(seeds_dir / "ownerships.csv")
            if row["is_partition_member"] == "true"
        ]
        self.additive = frozenset(
            row["measure"] for row in _rows(seeds_dir / "measures.csv") if row["is_additive"] == "true"
        )
        self.counted = frozenset(row["measure"] for row in _rows(seeds_dir / "measures.csv") if row["kind"] == "count")
        #: Measures that are several things under one name: different numbers of them do not contradict each other.
        self.indefinite = frozenset(
            row["measure"] for row in _rows(seeds_dir / "measures.csv") if row["is_definite"] == "false"
        )
        self.countries = frozenset(row["country_id"] for row in _rows(seeds_dir / "countries.csv"))
        self._groups = _partner_groups(seeds_dir)
        self._containers: dict[tuple[int, str, Span, str], tuple[str, ...]] = {}
        self._possible: dict[tuple[str, str], frozenset[str]] = {}

    def country(self, region_id: str) -> str:
        """The country that a region lies in: itself where no list knows a wider one."""
        while self._parents.get(region_id):
            region_id = self._parents[region_id]
        return region_id

    def parent(self, region_id: str) -> str:
        """The region that a region's trade is part of; empty where there is none."""
        return self._parents.get(region_id, "")

    def peers(self, whole: str, span: Span) -> tuple[str, ...]:
        """The provinces of a country or the prefectures of a province throughout `span`, in the order of codes."""
        return tuple(
            sorted(
                one.code
                for one in self._children[whole]
                if self._kinds[one.code] in _APART and _holds_throughout(one, span)
            )
        )

    def partition(self, span: Span) -> tuple[str, ...]:
        """The ownerships that together are the whole throughout `span`; empty where the list knows no such set."""
        members = [one for one in self._ownerships if _holds_throughout(one, span)]
        return tuple(sorted(one.code for one in members)) if len(members) == len(self._ownerships) else ()

    def containers(self, dimension: int, code: str, span: Span, region_id: str) -> tuple[str, ...]:
        """The groups that surely hold `code` throughout `span` (from the first day compared to the publication)."""
        key = (dimension, code, span, self.country(region_id) if dimension == PARTNER else "")
        found = self._containers.get(key)
        if found is None:
            found = self._containers[key] = tuple(sorted(self._find_containers(*key)))
        return found

    def are_apart(self, dimension: int, one: str, other: str, region_id: str) -> bool:
        """Whether nothing can be part of both: ownerships of the partition, countries, groups that share no member."""
        if JOINT in one + other:
            return False
        match dimension:
            case _ if dimension == OWNERSHIP:
                return all(any(code == member.code for member in self._ownerships) for code in (one, other))
            case _ if dimension == REGION:
                kind = self._kinds.get(one)
                return kind in _APART and kind == self._kinds.get(other) and self._parents[one] == self._parents[other]
            case _ if dimension == PARTNER:
                country = self.country(region_id)
                ours, theirs = self._possible_members(one, country), self._possible_members(other, country)
                return bool(ours) and bool(theirs) and not ours & theirs
            case _ if dimension == COMMODITY:
                return not self._all_goods(one) & self._all_goods(other)
            case _:
                return True

    def _all_goods(self, code: str) -> set[str]:
        """A group with all that is in it, surely or by assumption."""
        found: set[str] = set()
        waiting = [code]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self._goods.get(one, ())
        return found

    def _find_containers(self, dimension: int, code: str, span: Span, country: str) -> Iterator[str]:
        if dimension == COMMODITY:
            yield from self._commodities.get(code, ())
        elif dimension == REGION:
            yield from self._areas.get(code, ())
        elif dimension == PARTNER:
            inner = self._possible_members(code, country)
            for group, members in self._groups.items():
                if group != code and inner and inner <= _certain_members(members, span):
                    yield group

    def _possible_members(self, code: str, country: str) -> frozenset[str]:
        if code in self.countries:
            return frozenset({code})
        found = self._possible.get((code, country))
        if found is None:
            found = frozenset(one.code for one in self._groups.get(code, ())) - {country}
            self._possible[code, country] = found
        return found


def _certain_members(members: list[_Member], span: Span) -> frozenset[str]:
    return frozenset(one.code for one in members if one.is_certain and _holds_throughout(one, span))


def _partner_groups(seeds_dir: Path) -> dict[str, list[_Member]]:
    """Members of each partner group. Customs counts signatories, so they go before agreements in force."""
    rows: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(seeds_dir / "partner_group_members.csv"):
        rows[row["partner_id"]].append(row)
    groups: dict[str, list[_Member]] = {}
    for group, members in rows.items():
        bases = {row["basis"] for row in members}
        basis = "signatory" if "signatory" in bases else min(bases)
        groups[group] = [
            _member(row["country_id"], row, is_certain=row["basis"] == basis and row["is_disputed"] != "true")
            for row in members
        ]
    for row in _rows(seeds_dir / "partner_groups.csv"):
        # The reporting country trades not with itself: with and without it the group is the same partners.
        if row["excludes_reporter"] == "true" and row["base_partner_id"] in groups:
            groups[row["partner_id"]] = groups[row["base_partner_id"]]
    return groups


def _member(code: str, row: dict[str, str], *, is_certain: bool) -> _Member:
    first, last = row["valid_from"], row["valid_to"]
    return _Member(
        code,
        datetime.date.fromisoformat(first) if first else datetime.date.min,
        datetime.date.fromisoformat(last) if last else datetime.date.max,
        is_certain,
    )


def _holds_throughout(member: _Member, span: Span) -> bool:
    return member.valid_from <= span.start and span.end <= member.valid_to


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
