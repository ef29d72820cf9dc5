"""A release of invented figures and its reading, made by hand: one number of each kind, and words that are a figure."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.figures import FIGURE_COLUMNS, Figure
from orchestration.releases.documents import Document
from orchestration.releases.reading import NumberAccount, ReleaseReading
from orchestration.releases.review import Review

SOURCE = "invented"
TEXT = (
    "In the first quarter of 2023 the trade of Xinjiang came to 68.07 billion yuan, up 80.3%.\n\n"
    "Exports to Kazakhstan and to Tajikistan grew by 12.5%. Some 3 lines stay dark. Imports were flat.\n"
)
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()
PERIOD = {"period_start": datetime.date(2023, 1, 1), "period_end": datetime.date(2023, 3, 31)}
BEFORE = {"comparison_start": datetime.date(2022, 1, 1), "comparison_end": datetime.date(2022, 3, 31)}


def span(words: str, text: str = TEXT) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def figure(figure_id: str, quote: str, **columns: Any) -> Figure:
    start, end = span(quote) if quote in TEXT else (None, None)
    empty: dict[str, Any] = dict.fromkeys(FIGURE_COLUMNS, "")
    level = {
        "figure_id": figure_id,
        "source_id": SOURCE,
        "statistic": "level",
        "measure": "value",
        "value": Decimal("68.07e9"),
        "low": Decimal("68.065e9"),
        "high": Decimal("68.075e9"),
        "unit": "CNY",
        "qualifier": "exact",
        "region_id": "CN-XJ",
        "partner_id": "WORLD",
        "commodity_id": "TOTAL",
        "flow": "total",
        "ownership_id": "ALL",
        "trade_mode_id": "ALL",
        **dict.fromkeys(("comparison_start", "comparison_end")),
        **PERIOD,
        "quote": quote,
        "char_start": start,
        "char_end": end,
        "status": "read",
        "reading": "a rule",
    }
    return Figure(**{**empty, **level, **columns})


def growth(figure_id: str, quote: str, value: str, **columns: Any) -> Figure:
    number = Decimal(value)
    bounds = {"value": number, "low": number - Decimal("0.05"), "high": number + Decimal("0.05")}
    return figure(figure_id, quote, statistic="growth", unit="percent", **{**bounds, **BEFORE, **columns})


def unread(figure_id: str, quote: str, value: str) -> Figure:
    start, end = span(quote)
    empty: dict[str, Any] = {
        **dict.fromkeys(FIGURE_COLUMNS, ""),
        **dict.fromkeys(("low", "high", *PERIOD, *BEFORE)),
    }
    place = {"figure_id": figure_id, "source_id": SOURCE, "quote": quote, "char_start": start, "char_end": end}
    return Figure(**{**empty, **place, "value": Decimal(value), "status": "unread"})


def number(words: str, kind: str, reason: str = "", *ids: str) -> NumberAccount:
    start, end = span(words)
    return NumberAccount(char_start=start, char_end=end, printed=words, kind=kind, reason=reason, figure_ids=ids)


LEVEL = figure("level", "68.07 billion yuan")
GROWTH = growth("growth", "80.3%", "80.3")
TO_KAZAKHSTAN = growth(
    "kazakhstan",
    "12.5%",
    "12.5",
    flow="export",
    partner_id="KAZ",
    partner_text="Kazakhstan",
    status="uncertain",
    alternatives_id="kazakhstan",
)
TO_TAJIKISTAN = replace(TO_KAZAKHSTAN, figure_id="tajikistan", partner_id="TJK", partner_text="Tajikistan")
LINES = unread("lines", "3", "3")
LINES = replace(LINES, char_start=TEXT.index("3 lines"), char_end=TEXT.index("3 lines") + 1)
FLAT = growth("flat", "flat", "0", flow="import", qualifier="about")

READING = ReleaseReading(
    figures=[LEVEL, GROWTH, TO_KAZAKHSTAN, TO_TAJIKISTAN, LINES, FLAT],
    numbers=[
        number("2023", "not_a_figure", "date or period"),
        number("68.07 billion yuan", "read", "", "level"),
        number("80.3%", "read", "", "growth"),
        number("12.5%", "uncertain", "two partners", "kazakhstan", "tajikistan"),
        replace(
            number("3 lines", "unread", "what it counts is not known", "lines"),
            printed="3",
            char_end=TEXT.index("3 lines") + 1,
        ),
    ],
)


def document(text: str = TEXT, **facts: Any) -> Document:
    stated: dict[str, Any] = {
        "text": text,
        "body_start": 0,
        "title": "Trade of an invented quarter",
        "publisher": "Nobody",
        "published_date": datetime.date(2023, 4, 19),
        "published_date_basis": "stated",
        "region": "CN-XJ",
        "language": "en",
        "url": "",
        "licence": "",
        "retrieved_date": None,
        "note": "",
        "currency": "",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    return Document(**{**stated, **facts})


def review(reading: ReleaseReading = READING, text: str = TEXT, **facts: Any) -> Review:
    return Review(
        path=Path(f"{SOURCE}.txt"),
        document=document(text, **facts),
        source_id=SOURCE,
        region_id="CN-XJ",
        reading=reading,
        corrections=None,
    )
