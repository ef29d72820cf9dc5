"""The documentation as tests see it: its pages, their links and names, their queries with the answers below them.

A query is a ```sql block. Its answer is the Markdown table that follows it, before any other text. Statements that are
not meant to be asked stand in blocks of another kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from orchestration.answers import plain
from orchestration.settings import PROJECT_DIR
from orchestration.warehouse.published import open_published

FRONT_PAGES = tuple(PROJECT_DIR / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))
PAGES = (*FRONT_PAGES, *sorted((PROJECT_DIR / "docs").rglob("*.md")))

_QUERY = re.compile(r"^```sql\n(.*?)^```\n\s*((?:^\|[^\n]*\|\n)*)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_NUMERIC = re.compile(r"NUMBER|DECIMAL|DOUBLE|U?(TINY|SMALL|BIG|HUGE)?INT")
_DIRECTION = re.compile(r" (?:ASC|DESC|NULLS FIRST|NULLS LAST)\b")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def label(path: Path) -> str:
    """The path of a page in the project."""
    return path.relative_to(PROJECT_DIR).as_posix()


@cache
def text_of(path: Path) -> str:
    """A whole page."""
    return path.read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    """A page without its blocks of code."""
    return _BLOCK.sub("", text_of(path))


def links_of(path: Path) -> list[str]:
    """The targets of a page's links, but those to other sites."""
    return [target for target in _LINK.findall(prose_of(path)) if not target.startswith(("https://", "http://"))]


def anchors_of(path: Path) -> set[str]:
    """The anchors of a page's headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "")).strip().lower().replace(" ", "-")
        for heading in _HEADING.findall(prose_of(path))
    }


def section_of(path: Path, heading: str) -> str:
    """What stands under a heading, up to the next one of its rank or a higher one."""
    rank = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{rank}}} |\Z)", text_of(path), re.MULTILINE | re.DOTALL)
    assert found, f"{label(path)} has no heading {heading!r}"
    return found[1]


@dataclass(frozen=True)
class Query:
    """One query of a page, with the table that stands below it (empty where none does)."""

    page: Path
    line: int
    sql: str
    answer: str

    def without_order(self) -> tuple[str, str]:
        """The query without its last ORDER BY and LIMIT, and what it orders by (empty where nothing is)."""
        body, _, order = self.sql.rpartition("\nORDER BY ")
        if not body:
            return self.sql, ""
        return body, _DIRECTION.sub("", order.partition("\nLIMIT ")[0].strip())

    def __str__(self) -> str:
        return f"{label(self.page)}:{self.line}"


def queries() -> list[Query]:
    """Every query of every page."""
    return [
        Query(page, text_of(page).count("\n", 0, found.start()) + 1, found[1], found[2])
        for page in PAGES
        for found in _QUERY.finditer(text_of(page))
    ]


def answer(published: Path, sql: str) -> str:
    """What the published warehouse answers, as a Markdown table with cells as `customhouse query` prints them."""
    with open_published(published) as connection:
        cursor: duckdb.DuckDBPyConnection = connection.execute(sql)
        columns = cursor.description or []
        rows = [[column[0] for column in columns]]
        rows.append(["---:" if _NUMERIC.match(str(column[1]).upper()) else "---" for column in columns])
        rows += [[plain(cell).replace("|", r"\|") for cell in row] for row in cursor.fetchall()]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
