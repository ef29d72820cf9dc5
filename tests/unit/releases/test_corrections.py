"""Corrections of a release: what each action does, what guards it, and what is told where it cannot be applied."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orchestration.codes import CodeLists
from orchestration.figures import Figure
from orchestration.releases.corrections import (
    CorrectionsMismatch,
    InvalidCorrections,
    apply_corrections,
    corrections_path,
    read_corrections,
)
from orchestration.releases.drafting import draft_corrections
from orchestration.releases.reading import NumberAccount, ReleaseReading
from tests.unit.releases import made_reading as made

SIGNED = {"reason": "the table beside it", "who": "A. Reader", "date": "2026-11-24"}
ACCEPT = {
    "action": "accept",
    "figure_id": "kazakhstan",
    "quote": "12.5%",
    "expected": {"statistic": "growth", "value": "12.5", "partner_id": "KAZ"},
    **SIGNED,
}
DROP = {
    "action": "drop",
    "figure_id": "growth",
    "quote": "80.3%",
    "expected": {"statistic": "growth", "value": 80.3},
    **SIGNED,
}
CORRECT = {**DROP, "action": "correct", "set": {"flow": "export"}}
LINES = {
    "action": "correct",
    "figure_id": "lines",
    "quote": "3",
    "expected": {"statistic": "", "value": 3},
    "set": {
        "statistic": "level",
        "measure": "commodity_kinds",
        "printed": "3",
        "unit": "piece",
        "flow": "",
        "region_id": "CN-XJ",
        "period_start": "2023-01-01",
        "period_end": "2023-03-31",
    },
    **SIGNED,
}
#: Stands before the correction that a test is about.
KEPT = {**DROP, "figure_id": "flat", "quote": "flat", "expected": {"statistic": "growth", "value": 0}}
NOTE = "by A. Reader 2026-11-24: the table beside it"


def added(words: str, **columns: object) -> dict[str, Any]:
    start, end = made.span(words)
    return {
        "action": "add",
        "quote": words,
        "char_start": start,
        "char_end": end,
        "set": {**LINES["set"], **columns},
        **SIGNED,
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "invented.corrections.yml"


def apply(
    path: Path,
    codes: CodeLists,
    *corrections: dict[str, Any],
    reading: ReleaseReading = made.READING,
    sha256: str = made.SHA256,
    text: str = made.TEXT,
) -> ReleaseReading:
    content = {"sha256": made.SHA256, "corrections": list(corrections)}
    written_out = json.loads(json.dumps(content, default=str))  # else what stands twice would be a reference
    path.write_text(yaml.safe_dump(written_out, allow_unicode=True), encoding="utf-8")
    return apply_written(path, codes, reading=reading, sha256=sha256, text=text)


def apply_written(
    path: Path,
    codes: CodeLists,
    *,
    reading: ReleaseReading = made.READING,
    sha256: str = made.SHA256,
    text: str = made.TEXT,
) -> ReleaseReading:
    return apply_corrections(reading, path, document_sha256=sha256, text=text, source_id=made.SOURCE, codes=codes)


def by_id(reading: ReleaseReading) -> dict[str, Figure]:
    assert len({figure.figure_id for figure in reading.figures}) == len(reading.figures)
    return {figure.figure_id: figure for figure in reading.figures}


def account(reading: ReleaseReading, printed: str) -> NumberAccount:
    (number,) = (number for number in reading.numbers if number.printed == printed)
    return number


def test_corrections_stand_beside_their_release() -> None:
    assert corrections_path(Path("raw/releases/a.b.html")) == Path("raw/releases/a.b.corrections.yml")


def test_without_corrections_nothing_changes(path: Path, codes: CodeLists) -> None:
    assert apply(path, codes) == made.READING


# What the actions do


def test_an_accepted_alternative_is_read_and_the_others_go(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, ACCEPT)
    figures = by_id(reading)
    assert list(figures) == ["level", "growth", "kazakhstan", "lines", "flat"]
    assert figures["kazakhstan"] == replace(
        made.TO_KAZAKHSTAN, status="read", alternatives_id="", reading=f"a rule; accepted {NOTE}"
    )
    assert account(reading, "12.5%") == replace(
        account(made.READING, "12.5%"), kind="read", reason=f"accepted {NOTE}", figure_ids=("kazakhstan",)
    )


def test_what_no_correction_names_stays_as_it_is(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, ACCEPT, LINES)
    for figure_id in ("level", "growth", "flat"):
        assert by_id(reading)[figure_id] is by_id(made.READING)[figure_id]
    for printed in ("2023", "68.07 billion yuan", "80.3%"):
        assert account(reading, printed) is account(made.READING, printed)


def test_the_reading_itself_is_not_changed(path: Path, codes: CodeLists) -> None:
    before = list(made.READING.figures), list(made.READING.numbers)
    apply(path, codes, ACCEPT, DROP)
    assert (made.READING.figures, made.READING.numbers) == before


def test_a_corrected_figure_keeps_its_id_and_place(path: Path, codes: CodeLists) -> None:
    figure = by_id(apply(path, codes, CORRECT))["growth"]
    assert figure == replace(made.GROWTH, flow="export", reading=f"a rule; corrected {NOTE}")


def test_printed_digits_give_value_and_bounds(path: Path, codes: CodeLists) -> None:
    correction = {
        **CORRECT,
        "figure_id": "level",
        "quote": "68.07 billion yuan",
        "expected": {"statistic": "level", "value": 68070000000},
        "set": {"printed": "68.1", "scale": "billion"},
    }
    figure = by_id(apply(path, codes, correction))["level"]
    assert (figure.value, figure.low, figure.high) == (Decimal("68.1e9"), Decimal("68.05e9"), Decimal("68.15e9"))


@pytest.mark.parametrize(
    ("columns", "bounds"),
    [
        ({"qualifier": "over"}, ("90", "90", "100")),
        ({"qualifier": "nearly"}, ("90", "0", "90")),
        ({}, ("90", "89.5", "90.5")),
    ],
)
def test_bounds_stop_at_what_the_statistic_cannot_pass(
    columns: dict[str, str], bounds: tuple[str, str, str], path: Path, codes: CodeLists
) -> None:
    share = {"statistic": "share", "unit": "percent", "reference": "partner=WORLD", "printed": "90", **columns}
    figure = by_id(apply(path, codes, {**CORRECT, "set": share}))["growth"]
    assert (figure.value, figure.low, figure.high) == tuple(map(Decimal, bounds))
    assert (figure.comparison_start, figure.comparison_end) == (None, None)


@pytest.mark.parametrize(
    ("columns", "code", "text"),
    [
        ({"partner_text": "Kazakhstan"}, "KAZ", "Kazakhstan"),
        ({"partner_text": "哈萨克斯坦"}, "KAZ", "哈萨克斯坦"),
        ({"partner_id": "TJK"}, "TJK", ""),
        ({"partner_id": "TJK", "partner_text": "neighbours"}, "TJK", "neighbours"),
        ({"partner_text": "Atlantis"}, "UNMAPPED", "Atlantis"),
        ({"partner_text": ""}, "WORLD", ""),
    ],
)
def test_names_become_codes(columns: dict[str, str], code: str, text: str, path: Path, codes: CodeLists) -> None:
    figure = by_id(apply(path, codes, {**CORRECT, "set": columns}))["growth"]
    assert (figure.partner_id, figure.partner_text) == (code, text)


def test_codes_of_digits_need_no_quotation_marks(path: Path, codes: CodeLists) -> None:
    path.write_text(
        f"sha256: {made.SHA256}\n"
        "corrections:\n"
        "- {action: correct, figure_id: growth, quote: 80.3%, expected: {statistic: growth, value: 80.3},\n"
        "   set: {region_id: 653100}, reason: 1, who: 2, date: 2026-11-24}\n"
    )
    assert by_id(apply_written(path, codes))["growth"].region_id == "653100"


def test_a_corrected_alternative_is_read_and_the_others_go(path: Path, codes: CodeLists) -> None:
    correction = {**ACCEPT, "action": "correct", "set": {"partner_id": "UZB", "partner_text": "Uzbekistan"}}
    reading = apply(path, codes, correction)
    assert "tajikistan" not in by_id(reading)
    assert by_id(reading)["kazakhstan"].status == "read"
    assert by_id(reading)["kazakhstan"].partner_id == "UZB"
    assert account(reading, "12.5%").kind == "read"


def test_a_number_that_was_not_read_can_be_said_to_state_a_figure(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, LINES)
    figure = by_id(reading)["lines"]
    assert (figure.statistic, figure.measure, figure.value, figure.low, figure.high) == (
        "level",
        "commodity_kinds",
        Decimal(3),
        Decimal(3),
        Decimal(3),
    )
    assert (figure.partner_id, figure.commodity_id, figure.quote, figure.status) == ("WORLD", "TOTAL", "3", "read")
    assert figure.reading == f"corrected {NOTE}"
    assert account(reading, "3").kind == "read"


def test_a_dropped_figure_goes_and_its_number_states_none(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, DROP)
    assert "growth" not in by_id(reading)
    assert account(reading, "80.3%") == replace(
        account(made.READING, "80.3%"), kind="not_a_figure", reason=f"dropped {NOTE}", figure_ids=()
    )


def test_of_dropped_alternatives_those_that_are_left_wait_for_a_person(path: Path, codes: CodeLists) -> None:
    drop = {**ACCEPT, "action": "drop"}
    reading = apply(path, codes, drop)
    assert by_id(reading)["tajikistan"] == made.TO_TAJIKISTAN
    assert account(reading, "12.5%") == replace(account(made.READING, "12.5%"), figure_ids=("tajikistan",))
    other = {**drop, "figure_id": "tajikistan", "expected": {"statistic": "growth", "value": 12.5}}
    assert account(apply(path, codes, drop, other), "12.5%").kind == "not_a_figure"


def test_a_figure_without_a_number_can_be_dropped(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, KEPT)
    assert "flat" not in by_id(reading)
    assert reading.numbers == made.READING.numbers


def test_an_added_figure_stands_in_the_order_of_the_text(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, added("first quarter"))
    figure = reading.figures[0]
    assert (figure.quote, figure.status, figure.source_id) == ("first quarter", "read", made.SOURCE)
    assert (figure.char_start, figure.char_end) == made.span("first quarter")
    assert figure.reading == f"added {NOTE}"
    assert reading.figures[1:] == made.READING.figures
    assert reading.numbers == made.READING.numbers
    last = apply(path, codes, added("flat"))
    assert last.figures[:-1] == made.READING.figures


def test_an_added_figure_keeps_its_id_however_its_notes_and_digits_are_mended(path: Path, codes: CodeLists) -> None:
    first = apply(path, codes, added("2023")).figures[0]
    again = apply(path, codes, {**added("2023", printed="4"), "reason": "else", "who": "B"}).figures[0]
    other = apply(path, codes, added("2023", flow="export")).figures[0]
    assert first.figure_id == again.figure_id != other.figure_id
    assert re.fullmatch("[0-9a-f]{16}", first.figure_id)


def test_a_figure_added_at_a_number_is_entered_in_its_account(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, added("2023"))
    assert account(reading, "2023") == replace(
        account(made.READING, "2023"),
        kind="read",
        reason=f"added {NOTE}",
        figure_ids=(reading.figures[0].figure_id,),
    )


def test_a_figure_added_at_a_number_that_was_not_read_takes_the_place_of_its_row(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, added("3 lines"))
    assert [figure.figure_id for figure in reading.figures if figure.quote == "3"] == []
    (figure,) = (figure for figure in reading.figures if figure.quote == "3 lines")
    assert account(reading, "3").figure_ids == (figure.figure_id,)
    assert account(reading, "3").kind == "read"


def test_a_second_figure_can_be_added_at_a_number(path: Path, codes: CodeLists) -> None:
    reading = apply(path, codes, added("80.3%"))
    assert account(reading, "80.3%").figure_ids[0] == "growth"
    assert len(account(reading, "80.3%").figure_ids) == 2
    uncertain = apply(path, codes, added("12.5%"))
    assert account(uncertain, "12.5%").kind == "uncertain"
    assert len(account(uncertain, "12.5%").figure_ids) == 3


# Guards


def test_another_text_is_refused(path: Path, codes: CodeLists) -> None:
    with pytest.raises(CorrectionsMismatch) as refused:
        apply(path, codes, ACCEPT, sha256="0" * 64)
    told = str(refused.value)
    assert told.startswith("invented.corrections.yml was written for another text")
    assert made.SHA256 in told
    assert "0" * 64 in told
    assert "then write the new sha256 into it" in told


@pytest.mark.parametrize(
    ("correction", "words"),
    [
        ({**ACCEPT, "figure_id": "gone"}, "expected a figure gone, found none of this id"),
        ({**ACCEPT, "quote": "12.4%"}, "expected the words '12.4%', found '12.5%'"),
        ({**ACCEPT, "expected": {"statistic": "growth", "value": 12.4}}, "expected value 12.4, found 12.5"),
        ({**ACCEPT, "expected": {"statistic": "share", "value": 12.5}}, "expected statistic share, found growth"),
        (
            {**ACCEPT, "expected": {"statistic": "growth", "value": 12.5, "partner_id": "TJK"}},
            "expected partner_id TJK, found KAZ",
        ),
        (
            {**ACCEPT, "expected": {"statistic": "growth", "value": 12.5, "period_end": "2023-04-30"}},
            "expected period_end 2023-04-30, found 2023-03-31",
        ),
        ({**LINES, "expected": {"statistic": "level", "value": 3}}, "expected statistic level, found nothing"),
        ({**DROP, "action": "accept"}, "expected an uncertain figure growth to choose, found it read"),
        ({**LINES, "action": "accept", "set": None}, "found it unread"),
        ({**added("2023"), "quote": "2024"}, "found '2023'; the words do not stand in the text"),
        ({**added("2023"), "quote": "80.3%"}, "found '2023'; the words stand at 82"),
        ({**added("2023"), "char_start": 10**9, "char_end": 10**9 + 4}, "found ''; the words stand at 24"),
    ],
)
def test_a_changed_text_or_reading_is_refused(
    correction: dict[str, Any], words: str, path: Path, codes: CodeLists
) -> None:
    correction = {name: value for name, value in correction.items() if value is not None}
    with pytest.raises(CorrectionsMismatch) as refused:
        apply(path, codes, KEPT, correction)
    told = str(refused.value)
    assert told.startswith(f"invented.corrections.yml, correction 2 ({correction['action']} {correction['quote']!r})")
    assert words in told
    assert "have changed since this was written" in told


def test_a_correction_that_is_no_longer_needed_is_told(path: Path, codes: CodeLists) -> None:
    better = replace(made.TO_KAZAKHSTAN, status="read", alternatives_id="")
    reading = ReleaseReading(figures=[better], numbers=[])
    with pytest.raises(CorrectionsMismatch, match="no longer needed: delete it"):
        apply(path, codes, ACCEPT, reading=reading)


@pytest.mark.parametrize("second", [{**ACCEPT, "figure_id": "tajikistan"}, ACCEPT, {**ACCEPT, "action": "drop"}])
def test_two_corrections_of_one_figure_are_refused(second: dict[str, Any], path: Path, codes: CodeLists) -> None:
    with pytest.raises(InvalidCorrections) as refused:
        apply(path, codes, ACCEPT, second)
    assert "correction 1 (accept '12.5%') has settled: keep one of the two" in str(refused.value)


def test_a_correction_must_expect_statistic_and_value(path: Path, codes: CodeLists) -> None:
    with pytest.raises(InvalidCorrections, match="lacks statistic and value"):
        apply(path, codes, {**ACCEPT, "expected": {}})
    with pytest.raises(InvalidCorrections, match="has no column 'figure'"):
        apply(path, codes, {**ACCEPT, "expected": {**ACCEPT["expected"], "figure": "x"}})


# Files that are wrong


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not valid: the file: Input should be"),
        (b"- 1", "is not valid: the file: Input should be"),
        (b"corrections: []", "sha256: Field required"),
        (b"sha256: abc\ncorrections: []", "sha256: String should match"),
        (b"sha256: {0}", "corrections: Field required"),
        (b"sha256: {0}\ncorrections: all", "corrections: Input should be a valid list"),
        (b"sha256: {0}\ncorrections: []\nwho: me", "who: Extra inputs are not permitted"),
        (b"sha256: {0}\ncorrections: [{action: accept}]", "correction 1, figure_id: Field required"),
        (b"sha256: {0}\ncorrections: [{action: choose}]", "correction 1: Input tag 'choose'"),
        (b"sha256: {0}\nsha256: {0}\ncorrections: []", "'sha256' stands twice"),
        (b"sha256: {0}\ncorrections: [{{action: drop, quote: a, quote: b}}]", "'quote' stands twice"),
        (b"sha256: {0}\ncorrections: [", "is not valid YAML"),
        (b"sha256: &a [*a]", "is not valid YAML"),
        (b"\xff\xfe\x00", "is not valid YAML"),
        (b"sha256: \x07", "is not valid YAML"),
        (b"[" * 5000, "is not valid YAML"),
        (b"!!python/object/apply:os.system [echo]", "is not valid"),
    ],
)
def test_a_file_that_is_no_corrections_file_is_told(content: bytes, words: str, path: Path, codes: CodeLists) -> None:
    path.write_bytes(content.replace(b"{0}", made.SHA256.encode()).replace(b"{{", b"{").replace(b"}}", b"}"))
    with pytest.raises(InvalidCorrections) as refused:
        apply_written(path, codes)
    assert str(refused.value).startswith(path.name)
    assert words in str(refused.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidCorrections, match=r"^folder\.corrections\.yml is not a file"):
        (tmp_path / "folder.corrections.yml").mkdir()
        read_corrections(tmp_path / "folder.corrections.yml")


@pytest.mark.parametrize("field", ["reason", "who", "date", "quote"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_every_correction_says_what_why_who_and_when(
    field: str, value: str | None, path: Path, codes: CodeLists
) -> None:
    correction = {name: text for name, text in {**ACCEPT, field: value}.items() if text is not None}
    with pytest.raises(InvalidCorrections):
        apply(path, codes, correction)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "set: is empty"),
        ({"figure_id": "x"}, "set: has no column 'figure_id'"),
        ({"status": "deduced"}, "set: has no column 'status'"),
        ({"quote": "x"}, "set: has no column 'quote'"),
        ({"value": "many"}, "value: 'many' is not a number"),
        ({"period_end": "2023-02-30"}, "period_end: '2023-02-30' is not a date"),
        ({"value": "90"}, "contradicts itself: value: 90 lies above high"),
        ({"value": "1e30", "low": "", "high": ""}, "contradicts itself: value:"),
        ({"value": "NaN"}, "contradicts itself: value:"),
        ({"statistic": "growht"}, "contradicts itself: statistic: 'growht'"),
        ({"statistic": "growht", "printed": "1"}, "set: statistic: 'growht' is not one of"),
        ({"qualifier": "roughly"}, "contradicts itself: qualifier: 'roughly'"),
        ({"flow": "sideways"}, "contradicts itself: flow: 'sideways'"),
        ({"unit": "pp"}, "contradicts itself: unit: 'pp'"),
        ({"unit": "quid"}, "unit: no code list knows 'quid'"),
        ({"measure": "joy"}, "measure: no code list knows 'joy'"),
        ({"partner_id": "XXX"}, "partner_id: no code list knows 'XXX'"),
        ({"partner_id": "KAZ+XXX"}, "partner_id: no code list knows 'XXX'"),
        ({"partner_id": ""}, "partner_id: no code list knows ''"),
        ({"region_id": ""}, "region_id: no code list knows ''"),
        ({"reference": "planet=EARTH"}, "reference: 'planet=EARTH' is not"),
        ({"reference": "partner=XXX"}, "reference: 'XXX' is not a code of partner"),
        ({"printed": "80.3", "value": "80.3"}, "give either printed and scale, or value, low and high"),
        ({"scale": "billion"}, "give either printed and scale, or value, low and high"),
        ({"printed": "80.3", "scale": ""}, "scale: '' is not one of"),
        ({"printed": "80,3"}, "printed: '80,3' is not a number"),
        ({"statistic": "share", "printed": "80"}, "contradicts itself: reference: a share needs"),
    ],
)
def test_columns_that_make_no_figure_are_refused(
    columns: dict[str, str], words: str, path: Path, codes: CodeLists
) -> None:
    with pytest.raises(InvalidCorrections) as refused:
        apply(path, codes, {**CORRECT, "set": columns})
    assert not isinstance(refused.value, CorrectionsMismatch)
    assert str(refused.value).startswith("invented.corrections.yml, correction 1 (correct '80.3%'): ")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "column", ["statistic", "measure", "unit", "flow", "period_start", "period_end", "region_id", "printed"]
)
def test_a_new_figure_says_all_that_it_needs(column: str, path: Path, codes: CodeLists) -> None:
    correction = added("2023")
    del correction["set"][column]
    with pytest.raises(InvalidCorrections, match=f"set: lacks {column}"):
        apply(path, codes, correction)


@pytest.mark.parametrize("words", ["68.07", "80.3%.\n\nExports to Kazakhstan and to Tajikistan grew by 12.5%", "12"])
def test_a_new_figure_stands_at_one_whole_number_at_most(words: str, path: Path, codes: CodeLists) -> None:
    with pytest.raises(InvalidCorrections, match="must hold one whole number"):
        apply(path, codes, added(words))


def test_the_same_figure_is_not_added_twice(path: Path, codes: CodeLists) -> None:
    with pytest.raises(InvalidCorrections, match="an earlier correction has added"):
        apply(path, codes, added("2023"), added("2023"))


# Drafts


def draft(reading: ReleaseReading = made.READING, text: str = made.TEXT) -> str:
    return draft_corrections(made.review(reading, text), datetime.date(2026, 11, 24))


def entries(drafted: str) -> list[str]:
    """The entries of a draft, each as the lines that a person uncomments."""
    found: list[list[str]] = []
    for line in drafted.splitlines():
        if line.startswith("# - "):
            found.append([])
        if line.startswith("# "):
            found[-1].append(line.removeprefix("# "))
    return ["\n".join(lines) for lines in found]


def decide(drafted: str, *chosen: str) -> str:
    head = "".join(f"{line}\n" for line in drafted.splitlines() if line and not line.startswith("#"))
    decided = [one.replace('reason: ""', "reason: said so").replace('who: ""', "who: me") for one in chosen]
    return head + "\n".join(decided) + "\n"


def test_a_draft_decides_nothing(path: Path, codes: CodeLists) -> None:
    path.write_text(draft(), encoding="utf-8")
    assert read_corrections(path).corrections == []
    assert apply_written(path, codes) == made.READING


def test_a_draft_offers_every_way_to_settle_a_number(path: Path) -> None:
    assert [re.findall(r"action: (\w+)|figure_id: (\w+)", one) for one in entries(draft())] == [
        [("accept", ""), ("", "kazakhstan")],
        [("accept", ""), ("", "tajikistan")],
        [("correct", ""), ("", "kazakhstan")],
        [("drop", ""), ("", "kazakhstan")],
        [("drop", ""), ("", "tajikistan")],
        [("correct", ""), ("", "lines")],
        [("drop", ""), ("", "lines")],
    ]


@pytest.mark.parametrize("chosen", [0, 1, 3, 4, 6])
def test_a_chosen_entry_of_a_draft_is_applied(chosen: int, path: Path, codes: CodeLists) -> None:
    path.write_text(decide(draft(), entries(draft())[chosen]), encoding="utf-8")
    reading = apply_written(path, codes)
    assert sum(figure.status in ("uncertain", "unread") for figure in reading.figures) < 3


def test_an_entry_that_is_not_signed_is_refused(path: Path, codes: CodeLists) -> None:
    chosen = entries(draft())[0]
    path.write_text(decide(draft()) + chosen, encoding="utf-8")
    with pytest.raises(InvalidCorrections, match=r"correction 1, reason: .*correction 1, who: "):
        apply_written(path, codes)


@pytest.mark.parametrize(("chosen", "words"), [(2, "set: is empty"), (5, "correct '3'")])
def test_an_entry_that_is_not_filled_in_is_refused(chosen: int, words: str, path: Path, codes: CodeLists) -> None:
    path.write_text(decide(draft(), entries(draft())[chosen]), encoding="utf-8")
    with pytest.raises(InvalidCorrections, match=words):
        apply_written(path, codes)


def test_a_filled_in_entry_is_applied(path: Path, codes: CodeLists) -> None:
    chosen = entries(draft())[5]
    for column, value in {"statistic": "level", "measure": "commodity_kinds", "unit": "piece"}.items():
        chosen = chosen.replace(f'{column}: ""', f"{column}: {value}")
    for column, value in {"period_start": "2023-01-01", "period_end": "2023-03-31"}.items():
        chosen = chosen.replace(f'    {column}: ""', f"    {column}: {value}")
    path.write_text(decide(draft(), chosen), encoding="utf-8")
    assert by_id(apply_written(path, codes))["lines"].value == Decimal(3)


def test_a_number_without_a_row_is_drafted_as_a_new_figure(path: Path) -> None:
    reading = ReleaseReading(figures=[], numbers=[made.number("80.3%", "unread", "odd")])
    (entry,) = entries(draft(reading))
    start, end = made.span("80.3%")
    assert f'quote: "80.3%"\n  char_start: {start}\n  char_end: {end}\n' in entry
    assert re.search(r'printed: "80.3" .*\n    scale: ""', entry)


def test_where_all_is_read_the_draft_says_so(path: Path, codes: CodeLists) -> None:
    drafted = draft(ReleaseReading(figures=[made.LEVEL], numbers=[]))
    assert "Nothing is uncertain or not read" in drafted
    path.write_text(drafted, encoding="utf-8")
    assert read_corrections(path).corrections == []


@given(quote=st.text(min_size=1, max_size=20))
def test_whatever_the_text_holds_a_draft_can_be_read_back(quote: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    quote = quote.encode("utf-8", "ignore").decode() or "x"
    text = f"{quote} and more"
    place = {"quote": quote, "char_start": 0, "char_end": len(quote)}
    uncertain = replace(made.TO_KAZAKHSTAN, partner_text=quote, **place)  # type: ignore[arg-type]
    number = replace(made.READING.numbers[3], printed=quote, char_start=0, char_end=len(quote), reason=quote)
    drafted = draft(ReleaseReading(figures=[uncertain], numbers=[number]), text)
    path = tmp_path_factory.mktemp("draft") / "invented.corrections.yml"
    path.write_text(decide(drafted, entries(drafted)[0]), encoding="utf-8")
    (correction,) = read_corrections(path).corrections
    assert correction.quote == quote
