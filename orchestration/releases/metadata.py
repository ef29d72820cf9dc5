"""What is known of a release beside its text: from the YAML file beside it, or from the block at its beginning."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, model_validator

from orchestration.raw_files import MAXIMUM_YAML_BYTES, NotOpened, PlainLoader, read_yaml_text
from orchestration.releases.decoding import UnusableDocument

SIDECAR_SUFFIX = ".yml"
CORRECTIONS_SUFFIX = ".corrections"
#: A note can be a paragraph; more than this is not written by hand.
MAXIMUM_CHARACTERS = 5_000
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


def _calendar_date(value: object) -> object:
    """A date as YAML reads it or as text; pydantic would take a number for seconds since 1970."""
    if isinstance(value, datetime.datetime):
        raise ValueError("is a time: write the date alone, as 2023-04-19")
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        try:
            return datetime.date.fromisoformat(value.strip())
        except ValueError as problem:
            raise ValueError(f"{value!r} is no day of the calendar") from problem
    raise ValueError(f"{_shown(value)} is not a date: write it as 2023-04-19")


def _words(value: object) -> object:
    """Text as it stands; what YAML took for a number, a date or a truth value is told."""
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} is not text: write it in quotation marks")
    return value


Day = Annotated[datetime.date, BeforeValidator(_calendar_date)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAXIMUM_CHARACTERS), BeforeValidator(_words)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAXIMUM_CHARACTERS), BeforeValidator(_words)
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), BeforeValidator(_words)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), BeforeValidator(_words)]


class Metadata(BaseModel):
    """The metadata of one release. Nothing is required: what is not given here the document may state itself."""

    model_config = ConfigDict(extra="forbid")

    title: Text | None = None
    publisher: Text | None = None
    published_date: Day | None = None
    published_date_basis: Text | None = None
    region: Text | None = None
    url: Words | None = None
    language: Literal["en", "zh"] | None = None
    licence: Words | None = None
    retrieved_date: Day | None = None
    note: Words | None = None
    currency: Currency | None = None
    sha256: Digest | None = None

    @model_validator(mode="after")
    def _basis_has_its_date(self) -> Self:
        if self.published_date_basis and not self.published_date:
            raise ValueError("published_date_basis says how the date is known: published_date is missing")
        return self


def read_sidecar(path: Path) -> Metadata | None:
    """The metadata beside the release `path`; None where there is no such file. Raises UnusableDocument."""
    if path.stem.endswith(CORRECTIONS_SUFFIX):
        raise UnusableDocument(
            f"has a name that ends in {CORRECTIONS_SUFFIX}, so that {path.stem}{SIDECAR_SUFFIX} would be its sidecar "
            "and the corrections of another release: rename it"
        )
    sidecar = path.with_name(path.stem + SIDECAR_SUFFIX)
    name = f"its sidecar {sidecar.name}"
    try:
        text = read_yaml_text(sidecar)
    except NotOpened as problem:
        raise UnusableDocument(f"{name} {problem}") from problem
    except FileNotFoundError:
        if sidecar.is_symlink():
            raise UnusableDocument(f"{name} is a link to a file that is not there") from None
        return None
    except OSError as problem:
        raise UnusableDocument(f"{name} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise UnusableDocument(f"{name} is not UTF-8: byte {problem.start} in line {line}") from problem
    return _metadata(text, name, first_line=1)


def read_front_matter(text: str) -> tuple[Metadata | None, int]:
    """The metadata in the block between lines `---` at the beginning of a text, and where the text goes on after it."""
    opening = _FENCE.match(text)
    if not opening:
        return None, 0
    closing = _END.search(text, opening.end() + 1, opening.end() + MAXIMUM_YAML_BYTES)
    if not closing:
        raise UnusableDocument(
            "opens a block of metadata with --- in line 1 that no second line --- closes: close it, or take line 1 out"
        )
    block = text[opening.end() + 1 : closing.start()]
    metadata = _metadata(block, "its front matter", first_line=2)
    if metadata.sha256:
        raise UnusableDocument("its front matter gives a sha256, of a file that holds it itself: write it in a sidecar")
    return metadata, min(closing.end() + 1, len(text))


def _metadata(text: str, name: str, *, first_line: int) -> Metadata:
    fields: dict[str, Any] = {}
    lines: dict[str, int] = {}

    def invalid(reason: str, line: int | None = None) -> UnusableDocument:
        where = "" if line is None else f"line {line}: "
        return UnusableDocument(f"{name} is not valid: {where}{reason}")

    # PyYAML lets KeyError, ValueError, RecursionError and others out, besides its own.
    try:
        loader = PlainLoader(text)
    except Exception as problem:
        raise invalid(_first_line(problem)) from problem
    try:
        try:
            root = loader.get_single_node()
        except Exception as problem:
            raise invalid(_reason(problem), _line(problem, first_line)) from problem
        if root is None:
            return Metadata()
        if not isinstance(root, yaml.MappingNode) or root.tag != yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG:
            raise invalid("it is not a list of keys and values, as `title: …`", first_line)
        for key_node, value_node in root.value:
            line = key_node.start_mark.line + first_line
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key not in Metadata.model_fields:
                known = ", ".join(Metadata.model_fields)
                raise invalid(f"{_shown(key)} is an unknown key; known: {known}", line)
            if key in fields:
                raise invalid(f"{key}: is given a second time, first in line {lines[key]}", line)
            lines[key] = line
            try:
                fields[key] = loader.construct_document(value_node)
            except Exception as problem:
                raise invalid(f"{key}: {_reason(problem)}", line) from problem
            if fields[key] is None:
                raise invalid(f"{key}: is empty; fill it in, or take the line out", line)
    finally:
        loader.dispose()
    try:
        return Metadata.model_validate(fields)
    except ValidationError as problem:
        faults = []
        for error in problem.errors(include_url=False, include_context=False, include_input=False):
            key = str(error["loc"][0]) if error["loc"] else ""
            message = error["msg"].removeprefix("Value error, ")
            faults.append(f"line {lines[key]}, {key}: {message}" if key in lines else message)
        raise invalid("; ".join(dict.fromkeys(faults))) from problem


def _line(problem: BaseException, first_line: int) -> int | None:
    mark = getattr(problem, "problem_mark", None)
    return mark.line + first_line if mark is not None else None


def _reason(problem: BaseException) -> str:
    if isinstance(problem, RecursionError):
        return "it is nested too deep"
    words: str | None = getattr(problem, "problem", None)
    return words or _first_line(problem)


def _first_line(problem: BaseException) -> str:
    return (str(problem) or type(problem).__name__).splitlines()[0]


def _shown(value: object) -> str:
    """A value as it stands in a message: short, and never a nest of lists that takes for ever to print."""
    if isinstance(value, list | dict | set | tuple):
        return f"a {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
