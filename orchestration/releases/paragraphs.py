"""From the lines of a page to the paragraphs that they were before somebody set them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from orchestration.releases.decoding import is_wide

#: Between paragraphs of a text.
BREAK = "\n\n"

_SENTENCE_ENDS = ".。!！?？…"
_CLOSING = "\"'”’」』)）】》"
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
#: Ends of English words; what stands before them at the end of a line was divided from them.
_WORD_ENDINGS = re.compile(
    r"(?:al|ally|ance|ances|ary|ate|ated|ation|ational|ations|ble|bly|cal|cally|cent|cial|dent|dents|ed|ence|ences|ent|er|"
    r"ers|es|ing|ings|ion|ional|ions|ise|ised|ities|ity|ive|ize|ized|lion|lions|ly|ment|ments|mental|nese|ness|nomic|"
    r"ous|pean|ship|ships|sion|sions|tal|tant|tent|ter|ters|ther|tial|tic|ties|tion|tional|tions|tive|tries|try|ture|"
    r"tured|tures|turing|tury|ty|ure|ures|uring)\b"
)


def joined(lines: Sequence[str], words: Collection[str]) -> str:
    """One paragraph from its lines; `words` are those of the whole document in lower case, compounds with hyphen too.

    Chinese is joined without space, English with one. Two digits that meet get a space, whatever the language: whether
    they are one number is not for the typesetter to say. A hyphen at the end of a line goes where the document shows
    that it divided a word, and stays where it can belong to a compound.
    """
    text = ""
    for line in lines:
        text = _join(text, line.strip(), words) if text else line.strip()
    return text.replace("\x02", "-")


def _join(before: str, after: str, words: Collection[str]) -> str:
    if not after:
        return before
    if before[-1] in "\x02-\xad" and before[-2:-1].isalpha() and after[0].isalpha():
        return _undivided(before, after, words)
    if before[-1] == "\x02" or (before[-1] == "-" and before[-2:-1].isalpha()):
        return before[:-1] + "-" + after
    if before[-1].isdigit() and after[0].isdigit():
        return f"{before} {after}"
    if is_wide(before[-1]) or is_wide(after[0]):
        return before + after
    return f"{before} {after}"


def _undivided(before: str, after: str, words: Collection[str]) -> str:
    first = re.split(r"\s", before[:-1])[-1].lower()
    last_part = re.split(r"\W", first)[-1]
    rest = re.split(r"[\W\d_]", after, maxsplit=1)[0].lower()
    is_compound = "-" in first or f"{last_part}-{rest}" in words
    if before[-1] == "\xad" or (
        not is_compound and after[0].islower() and (last_part + rest in words or _WORD_ENDINGS.fullmatch(rest))
    ):
        return before[:-1] + after
    return f"{before[:-1]}-{after}"


def words_of(lines: Sequence[str]) -> set[str]:
    """The words of a document for `joined`: those that stand within its lines, not at their ends."""
    words: set[str] = set()
    for line in lines:
        for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.lower()):
            words.add(word)
            parts = word.split("-")
            words.update(parts)
            words.update(f"{one}-{next_one}" for one, next_one in pairwise(parts))
    return words


def ends_sentence(line: str) -> bool:
    """Whether a line ends with the end of a sentence."""
    last = line.rstrip(_CLOSING + " \t")[-1:]
    return last != "" and last in _SENTENCE_ENDS


def raised(text: str) -> str:
    """The text with its digits above the line: 68.07 with the mark of note 2 is 68.07², and not 68.072."""
    return text.translate(_RAISED)


def lowered(text: str) -> str:
    """The text with its digits below the line."""
    return text.translate(_LOWERED)
