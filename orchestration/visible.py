"""Text on a screen: what would steer the terminal, or turn the order of the characters around, is shown instead."""

from __future__ import annotations

import unicodedata

#: Separators of lines and pages. What has no shape of its own is shown by a stand-in: it must not steer the terminal,
#: nor turn digits around.
_BREAKS = "\x0b\x0c\x85\u2028\u2029"
_HIDDEN_CATEGORIES = ("Cc", "Cf", "Cn", "Cs")


def visible(text: str) -> str:
    """The text with a stand-in for each character that has no shape or steers what shows it; as long as before."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character.isprintable() or character in "\n\t":
        return character
    if character in _BREAKS:
        return "\n"
    if unicodedata.category(character) in _HIDDEN_CATEGORIES:
        code = ord(character)
        return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"
    return character
