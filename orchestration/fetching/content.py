"""Whether what came is what was asked for: its type, its end, its size; and whether it says what is known."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestration.releases.decoding import sniff
from orchestration.releases.documents import UnusableDocument, read_document

_PROBED_BYTES = 64_000
#: Unpacked contents of archives are looked at to their end; more than this is left to whoever reads them.
_MAXIMUM_UNPACKED_BYTES = 2_000_000_000
_MARKUP = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|title|h1|div|p|script)\b", re.IGNORECASE)
_HEADINGS = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
#: What the title or first heading of a page says that is an error, a wall or a notice in the place of a document.
_ERROR_TITLE = re.compile(
    r"""^\W*(?:error\W*)?[45]\d\d\b(?!\s*(?:billion|million|亿|万))
    | \b(?:page|file|document|resource)\s+(?:was\s+)?not\s+found\b | ^\W*not\s+found\b | ^\W*(?:an\s+)?error\b
    | \bforbidden\b | \baccess\s+(?:is\s+)?denied\b | \bbad\s+gateway\b | \bservice\s+(?:temporarily\s+)?unavailable\b
    | \binternal\s+server\s+error\b | \bgateway\s+time-?out\b | \bunder\s+maintenance\b | \bjust\s+a\s+moment\b
    | \bcaptcha\b | \blog\s?in\b | \bsign\s+in\b
    | 页面不存在 | 无法找到 | 找不到 | 访问被拒绝 | 禁止访问 | 系统维护 | 出错了 | 错误页 | 安全验证 | 请登录""",
    re.IGNORECASE | re.VERBOSE,
)


class Unacceptable(Exception):
    """The content is refused; the message says why."""


def check_content(path: Path, format: str) -> None:
    """Refuse an empty file, one of another type, one without its end, and an error page. Raises Unacceptable.

    `format` is the ending that the file will have in raw/.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        beginning = file.read(_PROBED_BYTES)
        file.seek(max(0, size - 2048))
        end = file.read()
    if not beginning.strip() and size <= _PROBED_BYTES:
        raise Unacceptable("is empty")
    if format != "html":
        _refuse_page(beginning, format)
    _CHECKS[format](path, beginning, end)


def check_size(size: int, last: int, factor: float) -> None:
    """Refuse a file that is `factor` times larger or smaller than its last version. Raises Unacceptable."""
    if size > last * factor or size * factor < last:
        raise Unacceptable(
            f"has {size:,} bytes, and its last version {last:,}: more than {factor:g} times off. Look at it; where it "
            "is right, give the entry a larger size_factor for this once"
        )


def content_key(path: Path, format: str, *, is_comtrade: bool) -> str:
    """Equal for files that say the same to their readers.

    Of a page that is its text, since sites change with every visit what is around it; of an answer of Comtrade its
    records, since it also says how long it took; of all others every byte.
    """
    if format == "html":
        try:
            return _sha256(read_document(path).text.encode())
        except UnusableDocument:
            pass
    content = path.read_bytes()
    if is_comtrade:
        return _sha256("\n".join(sorted(json.dumps(one, sort_keys=True) for one in records(content))).encode())
    return _sha256(content)


def records(content: bytes) -> list[dict[str, Any]]:
    """The records of an answer of Comtrade. Raises Unacceptable where it has none."""
    try:
        answer = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise Unacceptable(f"is no JSON: {problem}") from problem
    found = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unacceptable("holds no list of records")
    if not found:
        told = answer.get("error") if isinstance(answer, dict) else None
        raise Unacceptable(f"holds no records{f': {told}' if told else ''}")
    return found


def check_records(content: bytes, *, month: str, reporter_code: str, limit: int) -> None:
    """Refuse an answer of Comtrade that is cut off at its limit, of another month or another reporter."""
    found = records(content)
    if len(found) >= limit:
        raise Unacceptable(f"holds {len(found):,} records, as many as are given at once: ask for fewer with `query:`")
    for column, asked in (("period", month.replace("-", "")), ("reporterCode", reporter_code)):
        others = {str(one.get(column)) for one in found} - {asked}
        if others:
            raise Unacceptable(f"says {column} {sorted(others)[0]!r} where {asked!r} was asked for")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _headings(beginning: bytes) -> list[str]:
    """Title and first headings of a page, as text."""
    text = beginning.decode("utf-8", "replace")
    if text.count("\ufffd") > 10:
        text = beginning.decode("gb18030", "replace")
    found = (" ".join(html.unescape(_TAGS.sub(" ", one[1])).split()) for one in _HEADINGS.findall(text))
    return [one[:120] for one in found if one]


def _refuse_page(beginning: bytes, format: str) -> None:
    start = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:2000]
    if start.startswith(b"<") and _MARKUP.search(start):
        titles = _headings(beginning)
        titled = f", titled {titles[0]!r}," if titles else ""
        raise Unacceptable(f"is an HTML page{titled} where .{format} was expected")


def _refuse_other_kind(beginning: bytes, format: str) -> None:
    known = sniff(beginning)
    if known:
        raise Unacceptable(f"is by its content {known[0]}, where .{format} was expected")


def _check_html(path: Path, beginning: bytes, end: bytes) -> None:
    _refuse_other_kind(beginning, "html")
    if not _MARKUP.search(beginning):
        raise Unacceptable("has no markup of HTML among its first bytes")
    for title in _headings(beginning)[:2]:
        if _ERROR_TITLE.search(title):
            raise Unacceptable(f"is an error page: it is titled {title!r}")


def _check_pdf(path: Path, beginning: bytes, end: bytes) -> None:
    if b"%PDF-" not in beginning[:1024]:
        raise Unacceptable("is no PDF")
    if b"%%EOF" not in end:
        raise Unacceptable("is a PDF without its end")


def _check_text(path: Path, beginning: bytes, end: bytes) -> None:
    _refuse_other_kind(beginning, "txt")


def _check_csv(path: Path, beginning: bytes, end: bytes) -> None:
    _refuse_other_kind(beginning, "csv")
    if b"\0" in beginning:
        raise Unacceptable("holds NUL bytes, and is no CSV")
    if beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        raise Unacceptable("is by its content JSON, where .csv was expected")
    if b"," not in beginning.strip().splitlines()[0]:
        raise Unacceptable("has no comma in its first line, and is no CSV")


def _check_json(path: Path, beginning: bytes, end: bytes) -> None:
    records(path.read_bytes())


def _check_parquet(path: Path, beginning: bytes, end: bytes) -> None:
    if not beginning.startswith(b"PAR1") or not end.endswith(b"PAR1"):
        raise Unacceptable("is no Parquet file, or one without its end")


def _check_zip(path: Path, beginning: bytes, end: bytes) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MAXIMUM_UNPACKED_BYTES:
                raise Unacceptable(f"unpacks to more than {_MAXIMUM_UNPACKED_BYTES:,} bytes")
            if any(one.flag_bits & 1 for one in archive.infolist()):
                raise Unacceptable("is encrypted")
            damaged = archive.testzip()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as problem:
        raise Unacceptable(f"is no zip archive, or one without its end: {problem}") from problem
    if damaged:
        raise Unacceptable("is a damaged zip archive")


def _check_gzip(path: Path, beginning: bytes, end: bytes) -> None:
    try:
        with gzip.open(path) as content:
            unpacked = len(start := content.read(_PROBED_BYTES))
            while block := content.read(1 << 20):
                unpacked += len(block)
                if unpacked > _MAXIMUM_UNPACKED_BYTES:
                    raise Unacceptable(f"unpacks to more than {_MAXIMUM_UNPACKED_BYTES:,} bytes")
    except (OSError, EOFError, zlib.error) as problem:
        raise Unacceptable(f"is no gzip archive, or one without its end: {problem}") from problem
    if not start.strip():
        raise Unacceptable("is an archive of nothing")
    _refuse_page(start, "csv")


_CHECKS: dict[str, Callable[[Path, bytes, bytes], None]] = {
    "html": _check_html,
    "pdf": _check_pdf,
    "docx": _check_zip,
    "txt": _check_text,
    "md": _check_text,
    "csv": _check_csv,
    "csv.gz": _check_gzip,
    "zip": _check_zip,
    "parquet": _check_parquet,
    "json": _check_json,
}
