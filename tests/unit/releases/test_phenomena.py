"""What releases do with words and numbers, phenomenon by phenomenon: short texts, and all that they state.

The table is `phenomena.yml` beside this file. An entry has

- `about`: the phenomenon;
- `text`: the text, in our own words, with invented figures;
- `region`, `published`: who reports, and when it was published (CN-XJ and 2024-04-20 where nothing is said);
- `states`: every figure of it in the order of the text: statistic, value and unit, then what differs from the value of
  the region's whole trade in the first quarter of 2024: `export`, `import`, `balance` or `no-flow`; a span of months;
  `column=value` for the others. `comparison`, `reference` and `qualifier` are compared where they are given, `*` is
  anything. A figure after `?` is uncertain: it is one of the readings that are kept.

What is understood is compared, without the doubts that a text of one sentence leaves: `test_doubt.py` is about those.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.codes import CodeLists
from orchestration.figures import Figure
from orchestration.releases.reading import read_text

_TABLE: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("phenomena.yml").read_text(encoding="utf-8"))
_FLOWS = {"export": "export", "import": "import", "balance": "balance", "no-flow": ""}
_OPTIONAL = ("comparison", "reference", "qualifier")


def stated(line: str, region: str) -> dict[str, str]:
    """A line of `states` as the columns that it gives."""
    words = line.split()
    status = "uncertain" if words[0] == "?" else "read"
    statistic, value, unit, *others = words[status == "uncertain" :]
    columns = {
        "status": status,
        "statistic": statistic,
        "value": _plain(Decimal(value)),
        "unit": unit,
        "measure": "value",
        "flow": "total",
        "region": region,
        "partner": "WORLD",
        "commodity": "TOTAL",
        "ownership": "ALL",
        "trade_mode": "ALL",
        "period": "2024-01/2024-03",
    }
    for word in others:
        column, separator, text = word.partition("=")
        if separator:
            columns[column] = text
        elif word in _FLOWS:
            columns["flow"] = _FLOWS[word]
        else:
            columns["period"] = word
    return columns


def understood(figure: Figure) -> dict[str, str]:
    """The same columns of a figure."""
    return {
        "status": figure.status,
        "statistic": figure.statistic,
        "value": _plain(figure.value),
        "unit": figure.unit,
        "measure": figure.measure,
        "flow": figure.flow,
        "region": figure.region_id,
        "partner": figure.partner_id,
        "commodity": figure.commodity_id,
        "ownership": figure.ownership_id,
        "trade_mode": figure.trade_mode_id,
        "period": _months(figure.period_start, figure.period_end),
        "comparison": _months(figure.comparison_start, figure.comparison_end),
        "reference": figure.reference,
        "qualifier": figure.qualifier,
    }


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _months(start: datetime.date | None, end: datetime.date | None) -> str:
    return f"{start:%Y-%m}/{end:%Y-%m}" if start and end else ""


def _closest(readings: list[dict[str, str]], wanted: dict[str, str]) -> dict[str, str]:
    """Of the readings of one number the one that differs least, with the columns that `wanted` gives."""
    reading = min(readings, key=lambda one: sum(text not in ("*", one[name]) for name, text in wanted.items()))
    return {name: "*" if text == "*" else reading[name] for name, text in wanted.items()}


@pytest.mark.parametrize("entry", _TABLE, ids=lambda entry: str(entry["about"]))
def test_it_is_understood(entry: dict[str, Any], codes: CodeLists) -> None:
    region = entry.get("region", "CN-XJ")
    published = entry.get("published", datetime.date(2024, 4, 20))
    reading = read_text(
        entry["text"], codes=codes, source_id="made", region_id=region, published=published, doubting=False
    )
    # an uncertain number has a figure for each of its readings
    groups = [
        [understood(figure) for figure in group]
        for _, group in groupby(reading.figures, key=lambda figure: figure.alternatives_id or figure.figure_id)
    ]
    wanted = [stated(line, region) for line in entry["states"]]
    found = [_closest(group, one) for group, one in zip(groups, wanted, strict=False)]
    assert found + groups[len(wanted) :] == wanted


def test_a_phenomenon_stands_in_the_table_once() -> None:
    names = [entry["about"] for entry in _TABLE]
    assert len(names) == len(set(names))
    assert len(names) >= 70
