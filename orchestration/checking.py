"""What `customhouse check` finds in files that are not in the warehouse: verdicts, what follows, what was known before.

Files are read as a refresh would read them (but that what is in doubt only because the text contradicts itself takes
part, for that is what is asked), solved by the same deduction, and compared with the published warehouse.
Nothing is changed.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import duckdb

from orchestration.codes import LISTS, CodeLists
from orchestration.deduction import (
    Check,
    DeducedFigure,
    Derivation,
    DocumentDeduction,
    KnownBase,
    KnownLevel,
    Structure,
    days_between_documents,
    deduce,
    known_bases,
    known_levels,
    most_interesting,
)
from orchestration.deduction.series import SERIES_COLUMNS, Series, Span
from orchestration.deduction.slips import fitting_slips
from orchestration.deduction.statements import document_ids
from orchestration.figures import Figure, figure_identity
from orchestration.releases.contradictions import AS_STATED
from orchestration.releases.folder import Release, ReleaseFile, read_release
from orchestration.settings import Settings
from orchestration.sheets.reading import read_sheet
from orchestration.sources import Rejection, Source, readable_name
from orchestration.warehouse.published import NothingPublished, open_published

#: Pairs of figures that are tried in one another's place.
_MOST_EXCHANGES = 60

#: Told of a file that cannot be read, with the reason.
Complaint = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file as it was read: its source, its figures, and what is not certain."""

    path: Path
    source: Source
    figures: list[Figure]
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many figures were read, are uncertain (each number once) and were not read."""
        kinds: dict[str, set[str]] = {"read": set(), "uncertain": set(), "unread": set()}
        for figure in self.figures:
            kinds[figure.status].add(figure.alternatives_id or figure.figure_id)
        return {kind: len(ids) for kind, ids in kinds.items()}


class Verdict(NamedTuple):
    """A stated figure and what the others of its document say of it."""

    figure: Figure
    check: Check


@dataclass(frozen=True, slots=True)
class Accused:
    """A figure that may be wrong, with what would mend it: values one slip away, and numbers printed elsewhere."""

    verdict: Verdict
    slips: tuple[Decimal, ...]
    elsewhere: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Figures that cannot all hold. With one accused it is the wrong one; of several any one may be; else more are.

    `exchanged` are pairs of figures whose numbers, put in one another's place, leave less contradicting.
    """

    minimal_sets: tuple[tuple[Figure, ...], ...]
    accused: tuple[Accused, ...]
    exchanged: tuple[tuple[Figure, Figure], ...]


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """What was found of one document, which may be several files.

    `known_sources` are the documents of the warehouse by id; `is_published` says that it holds this one, which was then
    compared with the others only.
    """

    files: list[ReadFile]
    published_date: datetime.date
    verdicts: list[Verdict]
    contradictions: list[Contradiction]
    implied: list[DeducedFigure]
    levels: list[KnownLevel]
    bases: list[KnownBase]
    between: list[tuple[DeducedFigure, Derivation]]
    titles: dict[str, str]
    is_published: bool


def read_files(
    files: Sequence[Path],
    codes: CodeLists,
    *,
    published: datetime.date | None,
    region_id: str,
    complain: Complaint,
) -> list[ReadFile]:
    """The files that can be read; the others are told of. `published` and `region_id` are for releases.

    Files of one name in different folders get ids that tell them apart.
    """
    read: list[ReadFile] = []
    names = Counter(path.stem for path in files)
    for path in files:
        found = _read_sheet(path, codes) if path.suffix.lower() == ".csv" else None
        if found is None:
            release = ReleaseFile(path=path, file=str(path), source_id=path.stem, content_key="")
            reading = read_release(release, codes, published=published, region_id=region_id)
            found = reading if isinstance(reading, Rejection) else ReadFile(path, reading.source, _as_stated(reading))
        if isinstance(found, Rejection):
            complain(f"{readable_name(str(path))}: {found.reason}")
            continue
        read.append(_renamed(found) if names[path.stem] > 1 else found)
    return read


def _as_stated(release: Release) -> list[Figure]:
    """The figures of a release, those that another number contradicts as it is stated as if they were sure."""
    stated = {
        figure_id
        for number in release.numbers
        if number.kind == "uncertain" and number.reason.endswith(AS_STATED)
        for figure_id in number.figure_ids.split()
    }
    return [
        replace(figure, status="read", alternatives_id="") if figure.figure_id in stated else figure
        for figure in release.figures
    ]


def _read_sheet(path: Path, codes: CodeLists) -> ReadFile | Rejection:
    reading = read_sheet(path, codes)
    if not reading.sources:
        return reading.rejected[0]
    return ReadFile(path, reading.sources[0], reading.figures, reading.rejected)


def _renamed(read: ReadFile) -> ReadFile:
    """The same with its whole path as id, and figures with ids of their own."""
    name = readable_name(str(read.path))
    figures = [
        replace(
            figure,
            source_id=name,
            figure_id=figure_identity((name, figure.figure_id)),
            alternatives_id=figure_identity((name, figure.alternatives_id)) if figure.alternatives_id else "",
        )
        for figure in read.figures
    ]
    return replace(read, source=replace(read.source, source_id=name), figures=figures)


def check_documents(read: Sequence[ReadFile], settings: Settings) -> list[CheckedDocument]:
    """Everything that is found of the documents, in the order of their files."""
    structure = Structure(settings.seeds_dir)
    sources = [one.source for one in read]
    document_of = document_ids(sources)
    files_of: dict[str, list[ReadFile]] = {}
    for one in read:
        files_of.setdefault(document_of[one.source.source_id], []).append(one)
    solved = {
        one.document.document_id: one
        for one in deduce([figure for one in read for figure in one.figures], sources, structure)
    }
    implied = {document_id: list(one.figures()) for document_id, one in solved.items()}
    checked = []
    for document_id, files in files_of.items():
        known = _known(settings, files)
        known.levels.extend(one for other in sorted(implied.keys() - {document_id}) for one in implied[other])
        known.titles.update({one.source.source_id: one.source.title for one in read})
        checked.append(_checked(files, solved.get(document_id), known, structure))
    return checked


def _checked(
    files: list[ReadFile],
    deduction: DocumentDeduction | None,
    known: _Known,
    structure: Structure,
) -> CheckedDocument:
    published = min(one.source.published_date for one in files)
    if deduction is None:  # nothing in it is certain
        return CheckedDocument(files, published, [], [], [], [], [], [], known.titles, known.is_published)
    own = list(deduction.figures())
    figures = {figure.figure_id: figure for one in files for figure in one.figures}
    verdicts = [Verdict(figures[check.figure_id], check) for check in deduction.checks()]
    return CheckedDocument(
        files=files,
        published_date=published,
        verdicts=verdicts,
        contradictions=_contradictions(deduction, verdicts, files, structure),
        implied=most_interesting(own, printed=deduction.printed()),
        levels=list(known_levels(own, known.levels)),
        bases=list(known_bases(deduction, known.levels)),
        between=list(days_between_documents(own, known.levels, structure)),
        titles=known.titles,
        is_published=known.is_published,
    )


def _contradictions(
    deduction: DocumentDeduction, verdicts: list[Verdict], files: list[ReadFile], structure: Structure
) -> list[Contradiction]:
    by_id = {verdict.figure.figure_id: verdict for verdict in verdicts}
    found = []
    for conflict in deduction.conflicts:
        members = {statement: by_id[statement.split()[0]] for one in conflict.minimal_sets for statement in one}
        pairs = [] if len(conflict.culprits) == 1 else _exchangeable({one: members[one].figure for one in members})
        found.append(
            Contradiction(
                minimal_sets=tuple(tuple(members[one].figure for one in of_set) for of_set in conflict.minimal_sets),
                accused=tuple(_accused(members[one], verdicts, list(members.values())) for one in conflict.culprits),
                exchanged=tuple(
                    (members[one].figure, members[other].figure)
                    for one, other in pairs
                    if _conflicts_when_exchanged(one, other, files, structure) < len(deduction.conflicts)
                ),
            )
        )
    return found


def _exchangeable(figures: dict[str, Figure]) -> list[tuple[str, str]]:
    """Pairs of statements whose numbers could stand in one another's place; none where there are too many to try."""
    pairs = [
        (one, other)
        for one, other in combinations(figures, 2)
        if (figures[one].statistic, figures[one].unit) == (figures[other].statistic, figures[other].unit)
        and figures[one].value != figures[other].value
        and _subject(figures[one]) != _subject(figures[other])
    ]
    return pairs if len(pairs) <= _MOST_EXCHANGES else []


def _subject(figure: Figure) -> tuple[object, ...]:
    dimensions = (getattr(figure, f"{name}_id") for name in LISTS)
    return (*dimensions, figure.flow, figure.measure, figure.period_start, figure.period_end, figure.reference)


def _conflicts_when_exchanged(one: str, other: str, files: list[ReadFile], structure: Structure) -> int:
    """How many contradictions the document has with the numbers of two statements in one another's place."""
    figures = {figure.figure_id: figure for file in files for figure in file.figures}
    ids = one.split(), other.split()
    changed = dict(figures)
    for own, others in (ids, ids[::-1]):
        number = figures[others[0]]
        for figure_id in own:
            changed[figure_id] = replace(
                figures[figure_id], value=number.value, low=number.low, high=number.high, qualifier=number.qualifier
            )
    return sum(len(solved.conflicts) for solved in deduce(changed.values(), [file.source for file in files], structure))


def _accused(verdict: Verdict, verdicts: list[Verdict], disputed: list[Verdict]) -> Accused:
    figure, check = verdict
    low, high = check.implied_low, check.implied_high
    if low is None or high is None:
        return Accused(verdict, (), ())
    fitting = [
        other.figure
        for other in verdicts
        if other not in disputed
        and (other.figure.statistic, other.figure.unit) == (figure.statistic, figure.unit)
        and (other.figure.low is None or other.figure.low <= high)
        and (other.figure.high is None or low <= other.figure.high)
    ]
    return Accused(verdict, fitting_slips(figure, low, high), tuple(fitting) if len(fitting) == 1 else ())


@dataclass(frozen=True, slots=True)
class _Known:
    """What the published warehouse knows beside a document."""

    levels: list[DeducedFigure]
    titles: dict[str, str]
    is_published: bool


def _known(settings: Settings, files: list[ReadFile]) -> _Known:
    """The levels of all other documents about the regions of the files; nothing where nothing fitting is published."""
    try:
        with open_published(settings.published_database) as connection:
            return _known_levels(connection, files)
    except (NothingPublished, duckdb.CatalogException, duckdb.BinderException):
        return _Known([], {}, False)


def _known_levels(connection: duckdb.DuckDBPyConnection, files: list[ReadFile]) -> _Known:
    rows = connection.execute(
        "SELECT source_id, document_id, title, sha256, url, lower(trim(publisher)), published_date FROM dim_source"
    ).fetchall()
    same = {
        document_id
        for source_id, document_id, _, digest, url, *published in rows
        if any(_is_same(one.source, source_id, digest, url, (published[0], published[1])) for one in files)
    }
    own = [source_id for source_id, document_id, *_ in rows if document_id in same]
    regions = sorted({figure.region_id for one in files for figure in one.figures})
    found = connection.execute(
        f"""SELECT deduced_id, source_id, as_of_date, {", ".join(SERIES_COLUMNS)}, period_start, period_end,
            low, high, origin
        FROM fct_deductions
        WHERE statistic = 'level' AND NOT is_across_vintages AND low IS NOT NULL AND high IS NOT NULL
            AND list_contains($regions, region_id) AND NOT list_contains($own, source_id)
        ORDER BY deduced_id""",  # noqa: S608  # columns of this program
        {"regions": regions, "own": own},
    ).fetchall()
    size = len(SERIES_COLUMNS)
    levels = [
        DeducedFigure(
            deduced_id=deduced_id,
            document_id=document_id,
            as_of_date=day,
            statistic="level",
            series=Series(*rest[:size]),
            period=Span(*rest[size : size + 2]),
            comparison=None,
            reference="",
            low=rest[size + 2],
            high=rest[size + 3],
            origin=rest[size + 4],
        )
        for deduced_id, document_id, day, *rest in found
    ]
    return _Known(levels, {source_id: title for source_id, _, title, *_ in rows}, bool(same))


def _is_same(
    source: Source, source_id: str, digest: str, url: str | None, published: tuple[str | None, datetime.date]
) -> bool:
    """Whether a source of the warehouse is the document itself: by name, content, address, or publisher and day."""
    publisher, day = published
    return (
        source.source_id == source_id
        or source.sha256 == digest
        or bool(url and source.url == url)
        or bool(publisher and source.publisher.strip().lower() == publisher and source.published_date == day)
    )


def contradicts(checked: Iterable[CheckedDocument]) -> bool:
    """Whether any document states figures that cannot all hold."""
    return any(one.contradictions for one in checked)
