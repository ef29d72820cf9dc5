"""Figure sheets: tidy CSV keyed in by hand, one row a stated figure, with a YAML sidecar a file."""

from orchestration.sheets.reading import SheetReading, read_sheet, read_sheets, sheet_names
from orchestration.sheets.schema import SHEET_COLUMNS, Sidecar

__all__ = ["SHEET_COLUMNS", "SheetReading", "Sidecar", "read_sheet", "read_sheets", "sheet_names"]
