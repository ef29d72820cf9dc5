"""How levels, growth and shares are laid out in SDMX: dimensions, attributes, code lists, codes and periods.

The dimensions follow the structure for merchandise trade (frequency, reporter, flow, commodity, partner,
transformation, unit); ownership, trade mode, what is measured, the whole of a share and the span compared with are
dimensions of our own. docs/exports.md has the table.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.exports.description import Publication

AGENCY = "CUSTOMHOUSE"
VERSION = "1.0"
STRUCTURE_ID = "DSD_TRADE"
DATAFLOW_ID = "DF_TRADE"
CONCEPTS_ID = "CS_TRADE"
#: What an annotation of a code holds: the code as the marts have it, and its Chinese name.
MART_CODE = "MART_CODE"
NAME_ZH = "NAME_ZH"
NOT_APPLICABLE = "_Z"
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@dataclass(frozen=True, slots=True)
class Part:
    """A dimension, the measure or an attribute: its concept, and its code list or type.

    `rows` is the SQL for code, English name and Chinese name of each code of the list; `codes` are those of a list of
    our own. `conventional` are codes for which SDMX or the field has another one than the marts.
    """

    id: str
    name: str
    description: str
    rows: str = ""
    codes: Mapping[str, str] | None = None
    conventional: Mapping[str, str] | None = None
    type: str = "String"

    @property
    def is_coded(self) -> bool:
        """Whether it has a code list."""
        return bool(self.rows) or self.codes is not None

    def code(self, mart_code: str) -> str:
        """The SDMX code for one of the marts."""
        if self.codes is not None:
            return mart_code
        return (self.conventional or {}).get(mart_code) or sdmx_code(mart_code)


def _dimension_rows(dimension: str, key: str, name: str) -> str:
    return f"SELECT {key}, {name}_name_en, {name}_name_zh FROM marts.{dimension} ORDER BY 1"


_WHOLE = {"TOTAL": "_T", "ALL": "_T"}
_UNIT_ROWS = _dimension_rows("dim_unit", "unit", "unit")

DIMENSIONS = (
    Part(
        "FREQ",
        "Frequency",
        "How long the period is. Runs of months that are no calendar period, such as January to November, are _O.",
        codes={"A": "Year", "S": "Half year", "Q": "Quarter", "M": "Month", "_O": "Another span of days"},
    ),
    Part(
        "REF_AREA",
        "Reporting region",
        "Region that the figures are about.",
        rows=_dimension_rows("dim_region", "region_id", "region"),
    ),
    Part(
        "TRADE_FLOW",
        "Trade flow",
        "Direction of trade; not applicable to counts.",
        rows=_dimension_rows("dim_flow", "flow", "flow"),
        conventional={"export": "X", "import": "M", "total": "_T", "balance": "B"},
    ),
    Part(
        "COMMODITY",
        "Commodity",
        "Goods: HS code or headline group.",
        rows=_dimension_rows("dim_commodity", "commodity_id", "commodity"),
        conventional=_WHOLE,
    ),
    Part(
        "COUNTERPART_AREA",
        "Trading partner",
        "Country, group of countries, or partners that a source takes together.",
        rows=_dimension_rows("dim_partner", "partner_id", "partner"),
    ),
    Part(
        "OWNERSHIP",
        "Ownership",
        "Type of enterprise that trades.",
        rows=_dimension_rows("dim_ownership", "ownership_id", "ownership"),
        conventional=_WHOLE,
    ),
    Part(
        "TRADE_MODE",
        "Trade mode",
        "Customs regime or the headline name of one.",
        rows=_dimension_rows("dim_trade_mode", "trade_mode_id", "trade_mode"),
        conventional=_WHOLE,
    ),
    Part(
        "INDICATOR",
        "Indicator",
        "What is measured: value, quantity, unit value, or what is counted.",
        rows=_dimension_rows("dim_measure", "measure", "measure"),
    ),
    Part(
        "SERIES_UNIT",
        "Unit of the series",
        "Unit of the levels that a growth or share is of: growth in yuan and in dollars are different figures.",
        rows=_UNIT_ROWS,
    ),
    Part(
        "TRANSFORMATION",
        "Transformation",
        "What is made of the level.",
        codes={
            "N": "Level, not transformed",
            "G": "Growth over the span compared with",
            "C": "Contribution to the growth of the whole trade",
            "SH": "Share of the whole that REFERENCE names",
            "DSH": "Change of the share over a year",
        },
    ),
    Part(
        "REFERENCE",
        "Whole of a share",
        "The dimensions in which the whole is wider than the part; not applicable to what is no share.",
        rows="SELECT DISTINCT reference, reference, NULL FROM marts.mart_share ORDER BY 1",
    ),
    Part(
        "BASE_PERIOD",
        "Span compared with",
        "Written as TIME_PERIOD is; _Z where nothing is compared.",
    ),
    Part("UNIT_MEASURE", "Unit of measure", "Unit of the value and its bounds.", rows=_UNIT_ROWS),
)
TIME = Part(
    "TIME_PERIOD",
    "Time period",
    "A calendar period (2023-03, 2023-Q1, 2023-S1, 2023), or a time range: first day and duration (2023-01-01/P11M).",
    type="ObservationalTimePeriod",
)
MEASURE = Part("OBS_VALUE", "Value", "The best known value; none where only bounds are known.", type="Decimal")
ATTRIBUTES = (
    Part(
        "OBS_STATUS",
        "Observation status",
        "Whether a source states the value.",
        codes={"A": "Normal: stated by a source", "E": "Estimated: computed or deduced", "O": "No value: bounds only"},
    ),
    Part(
        "ORIGIN",
        "Origin",
        "How the figure is known.",
        codes={
            "stated": "Stated by a source",
            "computed": "Computed from stated figures",
            "deduced": "Deduced from constraints between figures",
        },
    ),
    Part("RULE", "Rule", "How a level is computed; stated where it is."),
    Part("LOWER_BOUND", "Lower bound", "Least value that the printed digits allow.", type="Decimal"),
    Part("UPPER_BOUND", "Upper bound", "Greatest value that the printed digits allow.", type="Decimal"),
    Part("STATED_VALUE", "Stated value", "The growth, share or change as a source states it.", type="Decimal"),
    Part("RECOMPUTED_LOWER_BOUND", "Recomputed lower bound", "Least value that the levels allow.", type="Decimal"),
    Part("RECOMPUTED_UPPER_BOUND", "Recomputed upper bound", "Greatest value that the levels allow.", type="Decimal"),
    Part(
        "SOURCE",
        "Source",
        "Document that states the figure, or the latest of those that it rests on.",
        rows="SELECT source_id, title, NULL FROM marts.dim_source ORDER BY 1",
    ),
    Part("AS_OF_DATE", "Known since", "Day on which a level became known.", type="GregorianDay"),
    Part("PERIOD_START", "First day", "First day of the time period.", type="GregorianDay"),
    Part("PERIOD_END", "Last day", "Last day of the time period.", type="GregorianDay"),
)
#: Attributes of a whole data set.
DATA_SET_ATTRIBUTES = (
    Part("UNIT_MULT", "Unit multiplier", "Power of ten of the unit: always 0.", codes={"0": "Units"}),
    Part("PUBLICATION", "Publication", "Publication of Customhouse that the data set shows."),
)
COMPONENTS = (*DIMENSIONS, TIME, MEASURE, *ATTRIBUTES, *DATA_SET_ATTRIBUTES)


def sdmx_code(mart_code: str) -> str:
    """A code of the marts with the characters that SDMX allows: others as `$` and hexadecimal digits of UTF-8.

    `KAZ` stays, `CNY/tonne` is `CNY$2Ftonne`, nothing is `_Z`.
    """
    if not mart_code:
        return NOT_APPLICABLE
    return "".join(
        character if character in _SAFE else "".join(f"${byte:02X}" for byte in character.encode())
        for character in mart_code
    )


def time_period(start: datetime.date, end: datetime.date) -> tuple[str, str]:
    """Frequency and period as SDMX writes them.

    A calendar month, quarter, half year or year has its own form. Any other run of whole months or of days is a time
    range, first day and ISO 8601 duration, as the technical notes of SDMX 2.1 and 3.0 (section 6, 4.2) have it.
    """
    is_whole_months = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    if not is_whole_months:
        return "_O", f"{start}/P{(end - start).days + 1}D"
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if months == 1:
        return "M", f"{start:%Y-%m}"
    if months == 3 and start.month % 3 == 1:
        return "Q", f"{start.year}-Q{start.month // 3 + 1}"
    if months == 6 and start.month in (1, 7):
        return "S", f"{start.year}-S{start.month // 6 + 1}"
    if months == 12 and start.month == 1:
        return "A", f"{start.year}"
    return "_O", f"{start}/P{months}M"


def components(*, with_text_numbers: bool = False) -> Any:
    """The components as pysdmx has them.

    `with_text_numbers` is for writing: it calls decimals texts, which pysdmx would otherwise take for floats and round.
    """
    from pysdmx.model import DataType, ItemReference
    from pysdmx.model.dataflow import Component, Components, Role

    def component(part: Part, role: Role, attachment: str | None = None) -> Component:
        type_ = "String" if with_text_numbers and part.type == "Decimal" else part.type
        return Component(
            id=part.id,
            required=role is Role.DIMENSION,
            role=role,
            concept=ItemReference("Concept", AGENCY, CONCEPTS_ID, VERSION, part.id),
            local_dtype=None if part.is_coded else DataType(type_),
            local_enum_ref=_code_list_urn(part) if part.is_coded else None,
            attachment_level=attachment,
        )

    return Components(
        [
            *(component(part, Role.DIMENSION) for part in (*DIMENSIONS, TIME)),
            component(MEASURE, Role.MEASURE),
            *(component(part, Role.ATTRIBUTE, "O") for part in ATTRIBUTES),
            *(component(part, Role.ATTRIBUTE, "D") for part in DATA_SET_ATTRIBUTES),
        ]
    )


def structures(connection: duckdb.DuckDBPyConnection) -> Sequence[Any]:
    """Code lists, concepts, data structure and dataflow, with every code that the dimensions of the marts have."""
    from pysdmx.model import Codelist, Concept, ConceptScheme, DataType
    from pysdmx.model.dataflow import Dataflow, DataStructureDefinition

    lists = {
        part.id: Codelist(
            id=_code_list_id(part), name=part.name, agency=AGENCY, version=VERSION, items=_codes(connection, part)
        )
        for part in COMPONENTS
        if part.is_coded
    }
    concepts = ConceptScheme(
        id=CONCEPTS_ID,
        name="Concepts of Customhouse's trade figures",
        agency=AGENCY,
        version=VERSION,
        items=[
            Concept(
                id=part.id,
                name=part.name,
                description=part.description,
                dtype=None if part.is_coded else DataType(part.type),
                codes=lists.get(part.id),
            )
            for part in COMPONENTS
        ],
    )
    structure = DataStructureDefinition(
        id=STRUCTURE_ID,
        name="Trade figures: levels, growth and shares",
        agency=AGENCY,
        version=VERSION,
        components=components(),
    )
    flow = Dataflow(
        id=DATAFLOW_ID,
        name="Customhouse: levels, growth and shares of trade",
        agency=AGENCY,
        version=VERSION,
        structure=structure,
    )
    return [*lists.values(), concepts, structure, flow]


def header(publication: Publication) -> Any:
    """The header of a message: the publication is its id, and the time of publication its time."""
    from pysdmx.model import Organisation
    from pysdmx.model.message import Header

    return Header(id=publication.publication_id, prepared=publication.published_at, sender=Organisation(AGENCY))


def _codes(connection: duckdb.DuckDBPyConnection, part: Part) -> list[Any]:
    from pysdmx.model import Annotation, Code

    if part.codes is not None:
        return [Code(id=code, name=name) for code, name in part.codes.items()]
    found: dict[str, Code] = {}
    rows: list[tuple[str, str | None, str | None]] = connection.execute(part.rows).fetchall()
    if part.id == "REFERENCE":
        rows.insert(0, ("", "Not applicable", None))
    for mart_code, name, name_zh in rows:
        notes = [Annotation(id=MART_CODE, type=MART_CODE, title=mart_code)] if mart_code else []
        if name_zh:
            notes.append(Annotation(id=NAME_ZH, type=NAME_ZH, title=name_zh))
        code = part.code(mart_code)
        found[code] = Code(id=code, name=name or mart_code or "Not applicable", annotations=notes)
    return list(found.values())


def _code_list_id(part: Part) -> str:
    return f"CL_{part.id}"


def _code_list_urn(part: Part) -> str:
    return f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={AGENCY}:{_code_list_id(part)}({VERSION})"
