"""What a figure sheet and its sidecar must look like: columns, allowed values, and the words for what is wrong."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self

import pandas as pd
import pandera.pandas as pa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from orchestration.codes import CodeLists
from orchestration.figures import COMPARING_STATISTICS, FLOWS, QUALIFIERS, REFERRING_STATISTICS, STATISTICS
from orchestration.intervals import SCALES
from orchestration.sheets.periods import PERIOD_FORMS, NotAPeriod, period_end, period_start

#: The columns of a sheet, in their order. Names of regions, partners … are written as the source writes them.
SHEET_COLUMNS = (
    "statistic",
    "measure",
    "printed",
    "scale",
    "unit",
    "qualifier",
    "region",
    "partner",
    "commodity",
    "flow",
    "ownership",
    "trade_mode",
    "period_start",
    "period_end",
    "comparison_start",
    "comparison_end",
    "reference",
    "locator",
    "remark",
)

#: What makes two rows the same statement: everything but the number itself and the notes.
IDENTITY_COLUMNS = tuple(c for c in SHEET_COLUMNS if c not in ("printed", "scale", "locator", "remark"))

#: Cells that may not be left empty. An empty comparison is the same span a year before, an empty name the whole.
_REQUIRED = ("statistic", "measure", "printed", "unit", "period_start", "period_end")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Sidecar(BaseModel):
    """The metadata of one sheet, from the YAML file beside it."""

    model_config = ConfigDict(extra="forbid")

    title: Text
    publisher: Text
    published_date: datetime.date
    published_date_basis: Text = "stated"
    url: str = ""
    language: Literal["en", "zh"]
    licence: str = ""
    retrieved_date: datetime.date
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    region: Text = Field(description="The region that the document is about: a code of the region lists.")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "CNY"
    note: str = ""

    @model_validator(mode="after")
    def _was_retrieved_after_it_was_published(self) -> Self:
        if self.retrieved_date < self.published_date:
            raise ValueError(f"retrieved_date {self.retrieved_date} lies before published_date {self.published_date}")
        return self


def sheet_schema(codes: CodeLists) -> pa.DataFrameSchema:
    """The schema of a sheet whose cells are all text; every failing cell is reported with the words given here."""
    columns = {name: pa.Column(str, checks=[], required=True) for name in SHEET_COLUMNS}

    def check(name: str, allowed: pa.Check) -> None:
        columns[name].checks.append(allowed)

    for name in _REQUIRED:
        check(name, pa.Check(lambda cells: cells.str.len() > 0, error="is empty"))
    check("statistic", _one_of(STATISTICS))
    check("measure", _one_of(tuple(codes.measures)))
    check("unit", _one_of(tuple(codes.units)))
    check("scale", _one_of(("", *SCALES)))
    check("qualifier", _one_of(("", *QUALIFIERS)))
    check("flow", _one_of(FLOWS))
    check(
        "printed",
        pa.Check(
            lambda cells: cells.str.fullmatch(r"|[+-]?[0-9]+(\.[0-9]+)?"),
            error="is not a number: write the printed digits, with a sign and a decimal point, without separators",
        ),
    )
    for name in ("period_start", "period_end", "comparison_start", "comparison_end"):
        check(name, pa.Check(lambda cells: cells.map(_is_period_or_empty), error=f"is not {PERIOD_FORMS}"))
    return pa.DataFrameSchema(
        columns,
        checks=[
            pa.Check(_ends_after_start("period"), error="period_end: lies before period_start"),
            pa.Check(_ends_after_start("comparison"), error="comparison_end: lies before comparison_start"),
            pa.Check(
                lambda sheet: ~(sheet["statistic"].isin(REFERRING_STATISTICS) & (sheet["reference"] == "")),
                error="reference: is empty; a share, rank or gap must say what it refers to",
            ),
            pa.Check(
                lambda sheet: (
                    ~(
                        ~sheet["statistic"].isin(COMPARING_STATISTICS)
                        & ((sheet["comparison_start"] != "") | (sheet["comparison_end"] != ""))
                    )
                ),
                error="comparison_start: is given for a statistic that compares with nothing",
            ),
            pa.Check(
                lambda sheet: ~((sheet["scale"] == "times") & (sheet["unit"] != "percent")),
                error="scale: is `times`, which is how growth in percent is printed",
            ),
        ],
    )


def _one_of(allowed: tuple[str, ...]) -> pa.Check:
    words = [word for word in allowed if word]
    hint = ", ".join(words[:12]) + (", …" if len(words) > 12 else "")
    return pa.Check.isin(list({*allowed, ""}), error=f"is not one of: {hint}")


def _is_period_or_empty(cell: str) -> bool:
    if not cell:
        return True
    try:
        period_start(cell)
    except NotAPeriod:
        return False
    return True


def _ends_after_start(name: str):  # type: ignore[no-untyped-def]  # pandera takes any callable over the frame
    def ends_after_start(sheet: pd.DataFrame) -> pd.Series:
        return pd.Series(
            [
                not (_is_period_or_empty(start) and _is_period_or_empty(end) and start and end)
                or period_start(start) <= period_end(end)
                for start, end in zip(sheet[f"{name}_start"], sheet[f"{name}_end"], strict=True)
            ],
            index=sheet.index,
            dtype=bool,
        )

    return ends_after_start
