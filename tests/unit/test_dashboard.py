"""The page without a browser: what is asked of which mart, what is escaped, how large it may be, how it is replaced."""

from __future__ import annotations

import datetime
import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.dashboard import PageTooLarge, page, write_dashboard
from orchestration.dashboard.data import QUESTIONS, question_rests
from orchestration.dashboard.evidence import evidence_of
from orchestration.dashboard.rests import Known, growth, level_of_row, share
from orchestration.settings import PROJECT_DIR

HOSTILE = '</script><!--<script><img src=x onerror="window.hacked=1">\u2028&lt;{{script}} "\\u003c/script>'
PACKAGE = PROJECT_DIR / "orchestration" / "dashboard"


def some_data(title: str = "a title") -> dict[str, Any]:
    """What a page needs, with one row."""
    levels = {
        "mart": "fct_levels",
        "columns": ["region_id", "value", "value_evidence"],
        "rows": [[title, Decimal("1.5"), [title]]],
        "total": 1,
    }
    return {
        "publication": {
            "publication_id": title,
            "published_at_utc": datetime.datetime(2024, 2, 29, 12),
            "customhouse_version": title,
        },
        "counts": {"figures": Decimal(3), "sources": 1},
        "tables": {"levels": levels},
        "names": {"region": {title: [title, title]}},
        "evidence": {"passages": [title]},
    }


class Elements(HTMLParser):
    """The elements of a page, and the text of those that hold data."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.data = ""
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._is_data = tag == "script" and ("id", "data") in attrs

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.data += data


def elements(text: str) -> Elements:
    found = Elements()
    found.feed(text)
    return found


def test_hostile_text_stays_text() -> None:
    plain, hostile = elements(page.page(some_data())), elements(page.page(some_data(HOSTILE)))
    assert hostile.tags == plain.tags
    assert "img" not in hostile.tags
    data = json.loads(hostile.data)
    assert data["tables"]["levels"]["rows"] == [[HOSTILE, 1.5, [HOSTILE]]]
    assert data["publication"]["publication_id"] == HOSTILE
    assert not set("<>&\u2028\u2029") & set(hostile.data)


def test_the_policy_allows_what_is_in_the_page_and_nothing_else() -> None:
    text = page.page(some_data())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    said = policy[1].replace("&#x27;", "'")
    assert said.startswith("default-src 'none';")
    assert "unsafe" not in said and "http" not in said
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 3
    for script in scripts:
        assert page._hash(script) in said
    assert re.findall(r"<(?:link|img|iframe|script)[^>]+(?:src|href)=", text) == []


def test_the_style_of_the_charts_is_the_one_that_the_policy_names() -> None:
    library = (PACKAGE / "vendor" / "plot.umd.min.js").read_text(encoding="utf-8")
    assert page._CHART_STYLE.replace("chart", "${c}").replace("\n", "\\n") in library
    assert 'className: "chart"' in (PACKAGE / "page.js").read_text(encoding="utf-8")


def test_every_column_of_the_page_is_one_of_its_mart() -> None:
    for name, question in QUESTIONS.items():
        contract = yaml.safe_load(
            (PROJECT_DIR / "dbt_project" / "models" / "marts" / f"{question.mart}.yml").read_text(encoding="utf-8")
        )
        columns = {column["name"] for column in contract["models"][0]["columns"]}
        assert {*question.columns, *question.hidden} <= columns, name
        assert set(question.evidence) <= set(question.columns), name


@pytest.fixture
def sized(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A page of 10 000 bytes a row; what is returned are the numbers of rows that were tried."""
    tried: list[int] = []

    def data_of(connection: object, limit: int) -> dict[str, Any]:
        tried.append(limit)
        data = some_data()
        data["tables"]["levels"] |= {"rows": [["x" * 10_000]] * min(limit, 2000), "total": 2000}
        return data

    monkeypatch.setattr(page, "prepare", lambda connection: None)
    monkeypatch.setattr(page, "page_data", data_of)
    return tried


def test_a_large_page_has_fewer_rows(sized: list[int], tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        written = write_dashboard(connection, tmp_path)
    assert sized == [1200, 600, 300, 150]
    assert (written.rows, written.total) == (150, 2000)
    assert written.bytes == written.path.stat().st_size < page.MAXIMUM_BYTES


@pytest.mark.usefixtures("sized")
def test_a_folder_in_the_place_of_the_page_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "index.html" / "inner").mkdir(parents=True)
    (tmp_path / "index.damaged").mkdir()
    with duckdb.connect() as connection:
        written = write_dashboard(connection, tmp_path)
    assert written.path.is_file()
    assert (tmp_path / "index.damaged" / "inner").is_dir()


def test_a_page_that_cannot_be_written_leaves_the_one_before(
    sized: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect() as connection:
        before = write_dashboard(connection, tmp_path).path.read_bytes()
        monkeypatch.setattr(page, "MAXIMUM_BYTES", 1000)
        with pytest.raises(PageTooLarge):
            write_dashboard(connection, tmp_path)
        monkeypatch.setattr(page, "MAXIMUM_BYTES", 10**9)

        def full_disk(path: Path, target: Path) -> Path:
            raise OSError("no space left")

        monkeypatch.setattr(Path, "replace", full_disk)
        with pytest.raises(OSError, match="no space"):
            write_dashboard(connection, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert (tmp_path / "index.html").read_bytes() == before


SERIES = {
    "region_id": "CN-XJ", "partner_id": "KAZ", "commodity_id": "TOTAL", "flow": "export", "ownership_id": "ALL",
    "trade_mode_id": "ALL", "measure": "value", "unit": "CNY", "period_start": datetime.date(2023, 1, 1),
    "period_end": datetime.date(2023, 3, 31), "source_id": "here",
}  # fmt: skip
SUBJECT = tuple(SERIES.values())[:10]


def known() -> Known:
    found = Known(documents={"here": "this document", "there": "another"})
    found.deduced["level", SUBJECT, ""] = {"this document": "own level", "another": "other level"}
    found.stated_levels[SUBJECT, "here", 1, 2] = "stated level"
    whole = ("CN-XJ", "WORLD", *SUBJECT[2:])
    found.deduced["level", whole, ""] = {"another": "whole"}
    return found


def test_a_number_rests_on_the_figure_that_states_it_else_on_what_it_is_computed_from() -> None:
    row = SERIES | {"low": 1, "high": 2}
    assert level_of_row(row | {"origin": "stated"}, known()) == ["stated level"]
    assert level_of_row(row | {"origin": "computed"}, known()) == ["own level"]
    share_row = SERIES | {"reference": "partner=WORLD;flow=export", "stated_share_figure_id": None}
    assert share(share_row, known()) == ["own level", "whole"]
    assert share(share_row | {"stated_share_figure_id": "stated share"}, known()) == ["stated share"]
    compared = {"comparison_start": datetime.date(2022, 1, 1), "comparison_end": datetime.date(2022, 3, 31)}
    assert growth(SERIES | compared | {"stated_figure_id": None}, known()) == ["own level"]


def test_a_number_of_which_nothing_is_known_rests_on_its_document_and_none_on_nothing() -> None:
    row = SERIES | {"value": 1, "low": 1, "high": 2, "origin": "stated"}
    assert question_rests(row, "value", level_of_row, Known()) == ["source:here"]
    assert question_rests(row | {"value": None, "low": None}, "value", level_of_row, known()) is None


def test_marks_are_counted_as_the_browser_counts() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """CREATE TABLE fct_figures AS SELECT 'a' AS figure_id, 's' AS source_id, 'level' AS statistic, 1 AS value,
                1 AS low, 1 AS high, 'CNY' AS unit, 'CNY' AS series_unit, 'exact' AS qualifier, 'R' AS region_id,
                'P' AS partner_id, 'C' AS commodity_id, 'total' AS flow, 'ALL' AS ownership_id, 'ALL' AS trade_mode_id,
                'value' AS measure, NULL AS region_text, NULL AS partner_text, NULL AS commodity_text,
                NULL AS ownership_text, NULL AS trade_mode_text, DATE '2023-01-01' AS period_start,
                DATE '2023-03-31' AS period_end, NULL AS reference, '5元' AS quote, 102 AS char_start, 104 AS char_end,
                CAST(NULL AS VARCHAR) AS matched_figure_id"""
        )
        connection.execute(
            """CREATE TABLE fct_numbers AS SELECT 's' AS source_id, 102 AS char_start, 104 AS char_end,
                100 AS paragraph_start, '😀为5元。' AS paragraph"""
        )
        connection.execute("CREATE TABLE fct_deductions AS SELECT 'x' AS deduced_id, * FROM fct_figures LIMIT 0")
        connection.execute(
            "CREATE TABLE fct_derivations (step_id VARCHAR, deduced_id VARCHAR, rule VARCHAR, inputs VARCHAR[], "
            "after_low DECIMAL, after_high DECIMAL)"
        )
        found = evidence_of(connection, {"a", "source:s", "unknown"})
    figure = found.figures["a"]
    text = found.passages[figure["passage"]].encode("utf-16-le")
    assert text[2 * figure["mark_start"] : 2 * figure["mark_end"]].decode("utf-16-le") == "5元"


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_and_lines_stand_out_from_their_ground() -> None:
    style = (PACKAGE / "page.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
        for block in re.findall(r":root \{(.*?)\n\s*\}", style, re.DOTALL)[:2]
    )
    for colours in (light, dark):
        for ground in ("paper", "wash"):
            assert min(contrast(colours[name], colours[ground]) for name in ("ink", "quiet", "accent")) >= 4.5
        assert contrast(colours["ink"], colours["mark"]) >= 4.5
        assert min(contrast(colour, colours["paper"]) for name, colour in colours.items() if "series" in name) >= 3
