"""Sums: what is in doubt is published where exports and imports come to the total that the text states."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

from orchestration.codes import CodeLists
from orchestration.figures import Figure
from orchestration.releases.reading import ReleaseReading, read_text
from orchestration.releases.statements import OTHER_YEAR, RECKONED_OTHERWISE
from orchestration.releases.sums import Candidate, borne_out

_HALF = Decimal("50000000")
_DOUBT = "whether exports, imports or both is not said"


def _level(flow: str, billions: str, *, certain: bool = False, partner: str = "KAZ") -> Figure:
    value = Decimal(billions) * 10**9
    return Figure(
        figure_id=f"{flow} {billions} {partner}", source_id="made", statistic="level", measure="value", value=value,
        low=value - _HALF, high=value + _HALF, unit="CNY", qualifier="exact", region_id="CN-XJ", partner_id=partner,
        commodity_id="TOTAL", flow=flow, ownership_id="ALL", trade_mode_id="ALL", region_text="", partner_text="",
        commodity_text="", ownership_text="", trade_mode_text="", period_start=datetime.date(2024, 1, 1),
        period_end=datetime.date(2024, 3, 31), status="read" if certain else "uncertain",
        alternatives_id="" if certain else "one",
    )  # fmt: skip


def _growth(flow: str) -> Figure:
    return dataclasses.replace(
        _level(flow, "1"), figure_id=f"growth {flow}", statistic="growth", unit="percent", value=Decimal(5),
        low=Decimal("4.5"), high=Decimal("5.5"), comparison_start=datetime.date(2023, 1, 1),
        comparison_end=datetime.date(2023, 3, 31),
    )  # fmt: skip


def _proven(*numbers: list[Figure], reason: str = _DOUBT) -> list[str]:
    """The figures, each with its readings, that sums bear out."""
    readings = [
        Candidate(place, number, "" if figure.status == "read" else reason, figure)
        for place, (number, figure) in enumerate((at, one) for at, group in enumerate(numbers) for one in group)
    ]
    found = borne_out(readings)
    return [reading.figure.figure_id for reading in readings if reading.place in found]


_TOTAL = [_level("total", "92.0", certain=True)]


def test_the_readings_that_add_up_to_a_certain_total_are_proven() -> None:
    exports = [_level("export", "56.0"), _level("export", "56.0", partner="WORLD")]
    imports = [_level("import", "36.0"), _level("total", "36.0")]
    assert _proven(_TOTAL, exports, imports) == ["export 56.0 KAZ", "import 36.0 KAZ"]


def test_nothing_is_proven_that_does_not_add_up() -> None:
    assert _proven(_TOTAL, [_level("export", "56.0")], [_level("import", "37.0")]) == []


def test_a_total_in_doubt_proves_nothing_unless_the_others_are_certain() -> None:
    total = [_level("total", "92.0")]
    exports, imports = _level("export", "56.0", certain=True), _level("import", "36.0", certain=True)
    assert _proven(total, [_level("export", "56.0")], [imports]) == []
    assert _proven(total, [exports], [imports]) == ["total 92.0 KAZ"]
    assert _proven([_level("balance", "20.0")], [exports], [imports]) == ["balance 20.0 KAZ"]


def test_of_two_readings_that_both_add_up_neither_is_proven() -> None:
    totals = [_level("total", "92.0", certain=True), _level("total", "92.0", certain=True, partner="WORLD")]
    exports = [_level("export", "56.0"), _level("export", "56.0", partner="WORLD")]
    imports = [_level("import", "36.0"), _level("import", "36.0", partner="WORLD")]
    assert _proven(totals[:1], totals[1:], exports, imports) == []


def test_rough_numbers_prove_nothing() -> None:
    exports, imports = [_level("export", "5.6")], [_level("import", "3.6")]
    assert _proven([_level("total", "9.2", certain=True)], exports, imports) == []


def test_a_growth_beside_a_level_that_is_in_doubt_with_it_is_proven_with_it() -> None:
    numbers = (_TOTAL, [_level("export", "56.0")], [_growth("export")], [_level("import", "36.0")])
    assert "growth export" in _proven(*numbers)
    assert "growth export" not in _proven(*numbers, reason=OTHER_YEAR)
    assert "growth import" not in _proven(*numbers, [_growth("export")], [_growth("import")])


def test_what_is_reckoned_otherwise_is_not_proven() -> None:
    assert _proven(_TOTAL, [_level("export", "56.0")], [_level("import", "36.0")], reason=RECKONED_OTHERWISE) == []


def test_many_numbers_alike_do_not_take_long() -> None:
    alike = [[_level(flow, str(place), partner="KAZ")] for place in range(100, 900) for flow in ("total", "export")]
    assert _proven(*alike, *([_level("import", "7.0")] for _ in range(800))) == []


def _read(text: str, codes: CodeLists, *, doubting: bool) -> ReleaseReading:
    return read_text(
        text, codes=codes, source_id="made", region_id="CN-XJ", published=datetime.date(2024, 4, 20), doubting=doubting
    )


def test_a_release_publishes_what_its_sums_bear_out_and_accounts_for_it(codes: CodeLists) -> None:
    text = (
        "In the first quarter, trade of Xinjiang with Kazakhstan was 92.01 billion yuan. Exports jumped to 56.00 "
        "billion yuan, while imports edged up to {} billion yuan."
    )
    agreeing, other = (_read(text.format(imports), codes, doubting=True) for imports in ("36.01", "37.02"))
    assert [number.kind for number in agreeing.numbers if "billion" in number.printed] == ["read"] * 3
    assert {figure.partner_id for figure in agreeing.figures} == {"KAZ"}
    assert all(number.figure_ids for number in agreeing.numbers if number.kind == "read")
    assert {one for number in agreeing.numbers for one in number.figure_ids} == {
        figure.figure_id for figure in agreeing.figures
    }
    assert [number.kind for number in other.numbers if "billion" in number.printed] == ["read", *["uncertain"] * 2]
