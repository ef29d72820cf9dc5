"""From the bytes of a file to its text: which encoding they are in, and whether the characters are whole."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass


class UnusableDocument(ValueError):
    """The file cannot be read; the message says what is wrong with it, where, and what to do."""


#: The four bytes of UTF-32 begin with the two of UTF-16: they are looked for first.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: How other kinds of files begin, and what to do with them.
_SIGNATURES = (
    (b"%PDF-", "a PDF", "name it .pdf"),
    (b"PK\x03\x04", "a zip archive, as .docx files are", "name it .docx if it is one"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document of the old kind, or a protected one", "save it as .docx"),
    (b"{\\rtf", "an RTF document", "save it as .docx"),
    (b"\x89PNG", "a picture", "key its text in, as .txt"),
    (b"\xff\xd8\xff", "a picture", "key its text in, as .txt"),
    (b"GIF8", "a picture", "key its text in, as .txt"),
    (b"II*\0", "a picture", "key its text in, as .txt"),
    (b"MM\0*", "a picture", "key its text in, as .txt"),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it"),
    (b"\x7fELF", "a program", "take it out of the folder"),
    (b"SQLite format 3\0", "a database", "take it out of the folder"),
)

#: What pages call the Chinese encodings; GB18030 holds the older ones, and browsers read them so, too.
_NAMES_OF_CHINESE = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb18030": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
}

#: The commonest characters of prose and of trade releases, in both scripts, with the punctuation of Chinese. In Chinese
#: text they are half of all characters; in bytes that are read in the wrong encoding they are a few in a hundred.
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经"
    "去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全"
    "三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月化表内及员各入几口系气题数量增"
    "元亿万口贸易额值总海关占比吨降百幅速企区市州省四五六七八九零季度份期商品机电原油煤服装械欧盟东边境般式计低"
    "這個們來為國說時會對過發後裡還進樣從實無與長機學動業將兩間問並應戰頭體見產關點經億萬貿總額噸區東據統計較達種運輸裝電"
    "，。、；：？！（）《》“”‘’％—…·０１２３４５６７８９．－　"
)
_LEAST_COMMON = 0.15

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_DIGIT = "0-9０-９"
_BESIDE_A_DIGIT = re.compile(f"[{_DIGIT}%％.]\ufffd|\ufffd[{_DIGIT}%％.]")
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_QUESTION_MARKS = re.compile(r"\?{3,}")
#: Letters of western Europe, and the signs that Windows-1252 has in the place of control characters.
_WESTERN = "\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_WESTERN_RUN = re.compile(f"[{_WESTERN}]{{2,}}")
#: Accented letters stand alone or in twos in any language of western Europe.
_LETTERS_IN_A_ROW = re.compile("[\xa1-\xff]{4,}")
_HAN_RUN = re.compile(f"[{_HAN}\u3000-\u303f\uff00-\uffef€]{{6,}}")
#: A Chinese character or its punctuation, in UTF-8.
_UTF8_CHINESE = re.compile(rb"[\xe3-\xe9\xef][\x80-\xbf][\x80-\xbf]")
#: What the sign for a lost character (U+FFFD, in UTF-8) becomes where it is read as GBK.
_LOST_TWICE = "锟斤拷"
_FEW = 2


def decode(content: bytes, *, stated: str = "") -> str:
    """The text of a file: byte order mark removed, line ends `\\n`, and nothing else changed.

    The encoding is decided by evidence, in this order: a byte order mark, what the file states of itself (`stated`, the
    charset of a page), UTF-8, then GB18030 or Big5 where the result is Chinese prose. Raises UnusableDocument where
    none of them fits, and for what is no text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _line_ends(_strictly(content[len(mark) :], encoding, len(mark)))
    _refuse_binary(content)
    for encoding in (_codec(stated), "utf-8"):
        if encoding:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            # What a page states can be wrong, as after an editor has saved it anew; UTF-8 all but proves itself.
            if encoding == "utf-8":
                return _line_ends(_chance_of_utf8(text, content))
            if damage(text) is None:
                return _line_ends(text)
    return _line_ends(_chinese(content, stated))


def sniff(content: bytes) -> tuple[str, str] | None:
    """What a file is by its first bytes, and what to do about it; None where they are of no kind that is known."""
    for signature, kind, remedy in _SIGNATURES:
        if content.startswith(signature):
            return kind, remedy
    return None


@dataclass(frozen=True, slots=True)
class Damage:
    """Characters that have been lost or changed before the text came here: the first place, and what was seen."""

    offset: int
    what: str


def damage(text: str) -> Damage | None:
    """Whether the characters of a text are whole; None where they are, or where too few are lost to matter.

    Beside a digit one lost character is too many: it can be a digit.
    """
    lost = text.count("\ufffd")
    if lost:
        beside = _BESIDE_A_DIGIT.search(text)
        if beside or lost > _FEW:
            offset = beside.start() if beside else text.index("\ufffd")
            return Damage(offset, f"{lost} characters are lost (U+FFFD stands for them)")
    if _LOST_TWICE in text:
        return Damage(text.index(_LOST_TWICE), f"characters are lost ({_LOST_TWICE} stands for them)")
    controls = [match.start() for match in _CONTROLS.finditer(text)]
    if len(controls) > _FEW:
        return Damage(controls[0], f"{len(controls)} control characters, the first is U+{ord(text[controls[0]]):04X}")
    return _question_marks(text) or _private(text) or _western(text) or _misread_chinese(text)


def place(text: str, offset: int) -> str:
    """Line and column of a character, as an editor counts them."""
    before = text[:offset]
    return f"line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))}"


def han_share(text: str) -> float:
    """The share of Chinese characters among the letters of a text; 0 where it has no letters."""
    han = len(re.findall(f"[{_HAN}]", text))
    letters = sum(map(str.isalpha, text))
    return han / letters if letters else 0.0


def is_wide(character: str) -> bool:
    """Whether a character is Chinese, or punctuation of Chinese text: between two of these stands no space."""
    return unicodedata.east_asian_width(character) in "WF"


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _codec(name: str) -> str:
    """The name of Python's codec for an encoding as pages name it; "" where it is not known or no text encoding."""
    plain = name.strip().lower()
    if plain in _NAMES_OF_CHINESE:
        return _NAMES_OF_CHINESE[plain]
    try:
        found = codecs.lookup(plain)
        "".encode(found.name)  # codecs that turn bytes into bytes are refused here
    except (LookupError, ValueError):
        return ""
    # Without a mark UTF-16 can be read from any bytes: that a page could be read far enough to state it denies it.
    return (
        "" if found.name.startswith(("utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode", "raw")) else found.name
    )


def _strictly(content: bytes, encoding: str, skipped: int) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise UnusableDocument(
            f"has the byte order mark of {encoding.upper()}, but is not: byte {skipped + problem.start} "
            f"({problem.reason}); save it as UTF-8"
        ) from problem
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UnusableDocument(f"holds NUL characters, the first in line {line}: it is not a text file")
    return text


def _refuse_binary(content: bytes) -> None:
    known = sniff(content)
    if known:
        raise UnusableDocument(f"is by its content {known[0]} (byte 0), not text: {known[1]}")
    first = content.find(b"\0")
    if first < 0:
        return
    # Half of the bytes of English, and the line ends of Chinese, are NUL in UTF-16.
    odd, even = content[1::2].count(b"\0"), content[::2].count(b"\0")
    if len(content) % 2 == 0 and (odd > max(20 * even, 2) or even > max(20 * odd, 2)):
        raise UnusableDocument(
            f"looks like UTF-16 without a byte order mark: byte {first} is NUL; save it as UTF-8, or with the mark"
        )
    raise UnusableDocument(f"holds NUL bytes, the first at byte {first}: it is not a text file")


def _chinese(content: bytes, stated: str) -> str:
    """The text, read in the Chinese encoding that makes prose of it."""
    readings: list[tuple[float, str]] = []
    for encoding in ("gb18030", "big5hkscs"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Control characters of the second set come from bytes that no Chinese text holds.
        readings.append((0.0 if re.search("[\x80-\x9f]", text) else _commonness(text), text))
    readings.sort(key=lambda reading: -reading[0])
    if readings and readings[0][0] >= _LEAST_COMMON:
        best = readings[0]
        if len(readings) == 1 or best[0] >= 2 * readings[1][0]:
            return best[1]
        raise UnusableDocument(
            f"can be GB18030 as well as Big5: {best[1][:20]!r} or {readings[1][1][:20]!r}; save it as UTF-8"
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        what = f" ({_codec(stated) or stated}, as it states, either)" if stated and _codec(stated) != "utf-8" else ""
        raise UnusableDocument(
            f"is not UTF-8{what}: byte {problem.start} (0x{content[problem.start]:02X}) in line {line}, and neither "
            "GB18030 nor Big5 makes Chinese of it; save it as UTF-8"
        ) from problem
    raise AssertionError("UTF-8 is tried before")  # pragma: no cover


def _chance_of_utf8(text: str, content: bytes) -> str:
    """The text, or its reading as GB18030: a few Chinese characters alone can be UTF-8 of rare letters by chance."""
    others = [character for character in text if character > "\x7f"]
    if others and all("\u0180" <= character < "\u0800" for character in others):
        try:
            chinese = content.decode("gb18030")
        except UnicodeDecodeError:
            return text
        if _commonness(chinese) >= 0.5:
            return chinese
    return text


def _commonness(text: str) -> float:
    """The share of the commonest characters among those that are not ASCII."""
    others = [character for character in text if character > "\x7f"]
    return sum(character in _COMMON for character in others) / len(others) if others else 0.0


def _question_marks(text: str) -> Damage | None:
    runs = [match.start() for match in _QUESTION_MARKS.finditer(text)]
    marks = text.count("?")
    if len(runs) > _FEW and marks > 0.03 * len(text):
        return Damage(runs[0], f"{marks} question marks stand where characters were lost")
    return None


def _private(text: str) -> Damage | None:
    private = [match.start() for match in _PRIVATE.finditer(text)]
    if len(private) > _FEW and len(private) > 0.1 * len(text):
        return Damage(private[0], f"{len(private)} characters are of a font's own, and say nothing without it")
    return None


def _western(text: str) -> Damage | None:
    """UTF-8, or GBK, that was read as Latin-1 or Windows-1252."""
    hits = []
    for run in _WESTERN_RUN.finditer(text):
        try:
            meant = b"".join(_western_byte(character) for character in run[0]).decode("utf-8")
        except UnicodeError:
            continue
        if any(character > "\u0fff" for character in meant) or len(run[0]) > 2:
            return Damage(run.start(), f"{run[0][:12]!r} is UTF-8 ({meant[:6]!r}) that was read as Latin-1")
        hits.append((run.start(), f"{run[0]!r} is UTF-8 ({meant!r}) that was read as Latin-1"))
    if len(hits) > _FEW:
        return Damage(*hits[0])
    for run_of_letters in _LETTERS_IN_A_ROW.finditer(text):
        if sum(character >= "\xc0" for character in run_of_letters[0]) < 2:
            continue  # marks of notes
        return Damage(run_of_letters.start(), f"{run_of_letters[0][:12]!r} is text of another encoding read as Latin-1")
    return None


def _western_byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")


def _misread_chinese(text: str) -> Damage | None:
    """UTF-8 that was read as GBK: the bytes of such characters are UTF-8 again, as those of true Chinese never are."""
    for run in _HAN_RUN.finditer(text):
        as_bytes = run[0].encode("gb18030", "replace")
        meant = _UTF8_CHINESE.findall(as_bytes)
        if 3 * len(meant) > 0.7 * len(as_bytes):
            return Damage(run.start(), f"{run[0][:6]!r} is UTF-8 that was read as GBK")
    return None
