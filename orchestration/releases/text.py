"""The text as the reader compares it: one form for every way to write a character, and the way back to the source."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import opencc

#: Marks that say nothing about meaning: quotation marks, and what a screen does not show.
_DROPPED = frozenset(
    '"“”„‟«»「」『』《》〈〉'
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
)
_APOSTROPHES = frozenset("'’‘ʼ`´")
_DASHES = frozenset("-‐‑‒–—―−─~～〜﹣－")
#: Behind a minus in parentheses: (-RM1.1 billion), (-$5 million).
_AMOUNT = re.compile(r"[A-Za-z]{0,3}[$€£¥]?[0-9]")
_SENTENCE_ENDS = frozenset(".。!?！？;；:：")
#: Begins an item of a list that stands on a line of its own.
_BULLET = re.compile(r"[-*•·●▪■◆※] ")
PARAGRAPH = "\n"
_PLAIN_ASCII = "".join(
    re.escape(char) for char in map(chr, range(0x21, 0x7F)) if char not in _APOSTROPHES | _DASHES | _DROPPED
)
#: Characters that stay as they are, whatever stands beside them; among Latin ones single spaces, too.
_PLAIN = re.compile(f"[{_PLAIN_ASCII}]+(?: [{_PLAIN_ASCII}]+)+|[{_PLAIN_ASCII}\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class NormalText:
    """Folded text: `chars` lower-case, `cased` not; both of one length.

    Full-width forms are narrow, traditional characters simplified, quotation marks and invisible marks gone, spaces
    single and gone beside Chinese, hyphens spaces (minus signs and ranges of digits stay `-`, dashes are `—`), and a
    paragraph ends with a line feed. `offsets[i]` is where character i stands in the source.
    """

    chars: str
    cased: str
    offsets: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to before `end` stand in the source."""
        return self.offsets[start], self.offsets[end - 1] + 1


def is_chinese(char: str) -> bool:
    """Whether a character is a Chinese one."""
    return "㐀" <= char <= "鿿" or char == "〇"


def normal_text(text: str, start: int = 0) -> NormalText:
    """Fold `text` from `start` on."""
    source = simplified(text)
    length = len(source)
    chars: list[str] = []
    offsets: list[int] = []
    breaks = _paragraph_ends(source, start)
    previous = PARAGRAPH
    position = start
    while position < length:
        if run := _PLAIN.match(source, position):
            chars.extend(run[0])
            offsets.extend(range(position, run.end()))
            previous, position = source[run.end() - 1], run.end()
            continue
        char = source[position]
        if char.isspace():
            first = position
            ends_paragraph = False
            while position < length and source[position].isspace():
                ends_paragraph = ends_paragraph or position in breaks
                position += 1
            if ends_paragraph:
                folded = PARAGRAPH
            elif previous == PARAGRAPH or _is_tight(previous) or (position < length and _is_tight(source[position])):
                continue
            else:
                folded = " "
            chars.append(folded)
            offsets.append(first)
            previous = folded
            continue
        if char in _DROPPED:
            position += 1
            continue
        if char in _DASHES:
            folded, width = _dash(source, position, previous)
        elif char in _APOSTROPHES:
            between = previous.isalpha() and position + 1 < length and source[position + 1].isalpha()
            folded, width = ("'" if between else ""), 1
        else:
            folded, width = _folded(char), 1
        for part in folded:
            chars.append(part)
            offsets.append(position)
        if folded:
            previous = folded[-1]
        position += width
    cased = "".join(chars)
    lowered = cased.lower()
    if len(lowered) != len(cased):  # a letter such as İ becomes two
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in cased)
    offsets.append(length)
    return NormalText(lowered, cased, offsets)


def folded_phrase(phrase: str) -> str:
    """A name or phrase of the vocabulary in the form in which `normal_text` shows it, lower-case."""
    return normal_text(phrase).chars.strip()


def simplified(text: str) -> str:
    """Traditional characters as simplified ones; the length stays."""
    if text.isascii():
        return text
    converted = str(_converter().convert(text))
    if len(converted) == len(text):
        return converted
    return "".join(_simplified_character(char) for char in text)


@lru_cache(maxsize=4096)
def _simplified_character(char: str) -> str:
    converted = str(_converter().convert(char))
    return converted if len(converted) == 1 else char


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if char == "○":  # a circle typed for the Chinese nought
        return "〇"
    if char == "，":  # the comma of a sentence; narrow, it would look like one between thousands
        return char
    narrow = unicodedata.normalize("NFKC", char)
    if narrow != char and unicodedata.category(char) == "No":
        return " "  # the mark of a footnote or a list (², ①), a fraction in one sign: no digit of a number beside it
    return narrow


@lru_cache(maxsize=8192)
def _is_tight(char: str) -> bool:
    """Whether spaces beside the character mean nothing."""
    return is_chinese(char) or char in "，。、；：（）！？％"


def _dash(source: str, position: int, previous: str) -> tuple[str, int]:
    """What a hyphen or dash stands for, and how many characters it takes."""
    end = position + 1
    while end < len(source) and source[end] in _DASHES:
        end += 1
    following = source[end] if end < len(source) else " "
    width = end - position
    if width > 1:
        return "—", width
    if previous.isdigit() and (following.isdigit() or following == "第"):
        return "-", width
    if previous in " (\n，、,:" and following.isdigit():
        return "-", width
    if previous == "(" and _AMOUNT.match(source, end):
        return "-", width
    if is_chinese(previous) or is_chinese(following):
        is_range = (previous.isdigit() or previous in "月季年%") and following in "一二三四五六七八九十"
        return ("-" if is_range or following.isdigit() else "—"), width
    if previous == " " and following.isspace():
        return "—", width
    if previous == " " or following.isspace():
        return ("—" if source[position] != "-" else " "), width
    return " ", width


def _paragraph_ends(source: str, start: int) -> frozenset[int]:
    """The line feeds that end a paragraph.

    Before an empty line or an item of a list, after the end of a sentence, after a short line.
    """
    ends: set[int] = set()
    lines = source[start:].split("\n")
    longest = max((len(line) for line in lines), default=0)
    position = start
    for number, line in enumerate(lines[:-1]):
        position += len(line)
        text = line.strip()
        following = lines[number + 1].strip()
        if (
            not text
            or not following
            or text[-1] in _SENTENCE_ENDS
            or len(line) < longest * 0.6
            or lines[number + 1][:1] in ("　", "\t")
            or lines[number + 1].startswith("  ")
            or _BULLET.match(following)
        ):
            ends.add(position)
        position += 1
    return frozenset(ends)
