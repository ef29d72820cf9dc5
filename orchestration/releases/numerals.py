"""Numerals: digits and number words, English and Chinese, wherever they begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from orchestration.releases.lexicon import words

#: Thousands in groups, in India also of two digits before the last three, or plain; a comma before one or two last
#: digits is a decimal comma.
_DIGITS = re.compile(
    r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?(?![0-9])"
    r"|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+|,[0-9]{1,2})?(?![0-9.])"
    r"|[0-9]+,[0-9]{1,2}(?![0-9])|[0-9]+(?:\.[0-9]+)?"
)
#: 1054亿7000万, 3万5000: digits with the scale of the first part, and what is left over in the next smaller one.
_DIGITS_IN_PARTS = re.compile(r"([0-9]+)亿零?([0-9]{1,4})万(?![0-9])|([0-9]+)万([0-9]{3,4})(?![0-9.万亿%])")
_WITH_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}")
_LATIN = re.compile(r"[a-z]+")
_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "dozen": 12,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
#: How numbers in words begin; "half" and "a third" are some too.
_FIRST_LETTERS = frozenset(word[0] for word in (*_UNITS, *_TENS, "a", "half"))
#: Around "one quarter", where it is a span of time; but what accounts for one quarter is a part.
_BEFORE_SPAN = re.compile(
    r"\b(?:in|(?<!account )(?<!accounts )(?<!accounted )(?<!accounting )for|over|within|past|last|after|only) $"
)
_AFTER_SPAN = re.compile(r" (?:earlier|ago|before|after|later|to|alone|of (?:the )?(?:year|[0-9]|fiscal|this|last))")
_FRACTIONS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5,
              "tenth": 10, "tenths": 10}  # fmt: skip
#: `a third of exports`, `fell by a quarter`.
_A_PART = re.compile(r" (third|quarter|fifth|tenth)(?= of |[,.;]|$| (?:to|from|year|compared))")
#: Between the whole and the decimals of a number that is read aloud, and behind the whole of one with a half.
_POINT = re.compile(r"[- ]point[- ]")
_AND_A_HALF = re.compile(r"[- ]and[- ]a[- ]half\b")
CHINESE_DIGITS = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
#: What stands behind a number of its own: 六大类.
_COUNTED_BY = "大类个家种国省市县区年月日项条"
#: Words that begin as 成, a tenth, does.
_NOT_TENTHS = words("not_tenths")
_CHINESE_SCALES = {"十": 10, "百": 100, "千": 1000}
#: Tens in one character.
_CHINESE_TENS = {"廿": 20, "卅": 30}
CHINESE_NUMERALS = frozenset(CHINESE_DIGITS) | frozenset(_CHINESE_SCALES) | frozenset(_CHINESE_TENS)
#: Longer runs are no numerals, and are cut.
_CHINESE_PART = "[零〇一二两三四五六七八九十百千廿卅]{1,30}"
_CHINESE = re.compile(_CHINESE_PART + "(?:[点.·][零〇一二三四五六七八九]{1,30})?")
_CHINESE_DECIMALS = re.compile("[点.·]([零〇一二三四五六七八九]{1,30})")
_CHINESE_COMPOUND = re.compile(f"(?:({_CHINESE_PART})亿)?零?(?:({_CHINESE_PART})万)?({_CHINESE_PART})?")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral in folded text: its digits as an unsigned decimal number (`printed`), where it begins and ends.

    `form` is `digits`, `words`, `chinese`, or `fraction` (printed is then the value in percent). `scale` is that of a
    Chinese numeral with several: 二百一十六亿四千万 is 216.4 in hundred millions.
    """

    printed: str
    start: int
    end: int
    form: str
    scale: str = ""


def numeral_at(chars: str, position: int) -> Numeral | None:
    """The numeral that begins at `position` of folded text, or None."""
    char = chars[position]
    if char.isdigit() and char.isascii():
        numeral = _digits(chars, position)
        return numeral and _with_point(chars, numeral)
    if char in CHINESE_NUMERALS or char == "半":
        return _chinese(chars, position)
    if char.isalpha() and char.isascii() and (position == 0 or not chars[position - 1].isalnum()):
        numeral = _words(chars, position)
        return numeral and _with_point(chars, numeral)
    return None


def _with_point(chars: str, numeral: Numeral) -> Numeral:
    """`five point one`, `13-point-42`, `seven and a half`, as they are read aloud; else the numeral itself."""
    if numeral.form not in ("digits", "words") or "." in numeral.printed:
        return numeral
    if numeral.form == "words" and (half := _AND_A_HALF.match(chars, numeral.end)):
        return Numeral(f"{numeral.printed}.5", numeral.start, half.end(), "words")
    point = _POINT.match(chars, numeral.end)
    decimals = numeral_at(chars, point.end()) if point else None
    if decimals is None or decimals.form not in ("digits", "words"):
        return numeral
    return Numeral(f"{numeral.printed}.{decimals.printed}", numeral.start, decimals.end, numeral.form)


def _digits(chars: str, position: int) -> Numeral | None:
    if parts := _DIGITS_IN_PARTS.match(chars, position):
        return _of_parts(parts)
    found = _DIGITS.match(chars, position)
    if not found:
        return None
    text, end = found[0], found.end()
    if _WITH_DECIMAL_COMMA.fullmatch(text) and not text.startswith("0"):
        before_comma = text.partition(",")[0]
        if len(before_comma) == 4:  # a year before a comma without its space
            return Numeral(before_comma, position, position + 4, "digits")
    if chars.startswith("成", end) and len(text) == 1 and not chars.startswith(_NOT_TENTHS, end):
        return Numeral(str(int(text) * 10), position, end + 1, "fraction")  # 3成
    if " " in text and len(text.split()[0]) <= 3 and not _is_grouped(chars, position, end):
        text = text.split()[0]
        end = position + len(text)
    if "." not in text and _WITH_DECIMAL_COMMA.fullmatch(text.replace(" ", "")):
        return Numeral(text.replace(" ", "").replace(",", "."), position, end, "digits")
    return Numeral(text.replace(",", "").replace(" ", ""), position, end, "digits")


def _of_parts(found: re.Match[str]) -> Numeral:
    """1054亿7000万 as 1054.7 hundred millions: zeros at the end are rounded, lest the interval is too narrow."""
    whole, rest, scale = (found[1], found[2], "hundred_million") if found[1] else (found[3], found[4], "ten_thousand")
    decimals = rest.zfill(4).rstrip("0")
    return Numeral(f"{whole}.{decimals}" if decimals else whole, found.start(), found.end(), "digits", scale)


def _is_grouped(chars: str, start: int, end: int) -> bool:
    """Whether groups of digits apart by spaces are one number: only where no other group stands beside them."""
    return not (start >= 2 and chars[start - 1] == " " and chars[start - 2].isdigit()) and end - start < 16


def _words(chars: str, position: int) -> Numeral | None:
    """`twenty five`, `one hundred and five`, `one third`, `half`."""
    if chars[position] not in _FIRST_LETTERS:
        return None
    total: int | None = None
    end = position
    cursor = position
    last = ""
    while found := _LATIN.match(chars, cursor):
        word = found[0]
        if word == "dozen" and last in ("unit", "tens"):
            total, last = (total or 0) * _UNITS[word], "dozen"  # two dozen
        elif word in _UNITS and last in ("", "hundred", "tens", "and"):
            total = (total or 0) + _UNITS[word]
            last = "unit"
        elif word in _TENS and last in ("", "hundred", "and"):
            total = (total or 0) + _TENS[word]
            last = "tens"
        elif word == "hundred" and last == "unit" and (total or 0) < 100:
            total = (total or 1) * 100
            last = "hundred"
        elif word == "and" and last == "hundred":
            last = "and"
            cursor = found.end() + 1
            continue
        elif (
            word in _FRACTIONS
            and last == "unit"
            and total
            and (total > 1) == word.endswith("s")
            and (word != "quarter" or _is_fourth(chars, position, found.end()))
        ):
            percent = Decimal(total * 100) / _FRACTIONS[word]
            return Numeral(f"{percent:.1f}".removesuffix(".0"), position, found.end(), "fraction")
        elif word in ("a", "an") and last == "" and (part := _A_PART.match(chars, found.end())):
            is_part = part[1] != "quarter" or _is_fourth(chars, position, part.end())
            percent = Decimal(100) / _FRACTIONS[part[1]]
            printed = f"{percent:.1f}".removesuffix(".0")
            return Numeral(printed, position, part.end(), "fraction") if is_part else None
        elif word == "half" and last == "" and chars.startswith(" a dozen", found.end()):
            return Numeral("6", position, found.end() + len(" a dozen"), "words")
        elif word == "half" and last == "" and chars.startswith((" a ", " an "), found.end()):
            return Numeral("0.5", position, found.end() + 2, "words")  # half a billion
        elif word == "half" and last == "":
            return Numeral("50", position, found.end(), "fraction")
        else:
            break
        end = found.end()
        if end >= len(chars) or chars[end] != " ":
            break
        cursor = end + 1
    if total is None:
        return None
    return Numeral(str(total), position, end, "words")


def _is_fourth(chars: str, start: int, end: int) -> bool:
    """Whether `one quarter` is a part, not a span of time: `one quarter of imports`."""
    return not _BEFORE_SPAN.search(chars, max(0, start - 8), start) and not _AFTER_SPAN.match(chars, end)


def _plain_at(chars: str, position: int) -> Numeral | None:
    """The numeral within a fraction, which is none itself."""
    if position >= len(chars) or chars.startswith("百分之", position):
        return None
    if chars[position].isdigit() and chars[position].isascii():
        return _digits(chars, position)
    found = _CHINESE.match(chars, position)
    if not found or chars.startswith("分之", found.end()):
        return None
    whole, point, decimals = found[0].replace(".", "点").replace("·", "点").partition("点")
    value = _chinese_value(whole)
    if value is None:
        return None
    digits = "".join(str(CHINESE_DIGITS[char]) for char in decimals)
    return Numeral(f"{value}.{digits}" if point else str(value), position, found.end(), "chinese")


def _chinese(chars: str, position: int) -> Numeral | None:
    if chars.startswith("百分之", position):
        inner = _plain_at(chars, position + 3)
        return Numeral(inner.printed, position, inner.end, "fraction") if inner else None
    if chars[position] == "半":
        is_noun = chars.startswith("半数", position)
        is_half = is_noun or (position > 0 and chars[position - 1] in "过逾")
        return Numeral("50", position, position + 1 + is_noun, "fraction") if is_half else None
    if chars.startswith("一半", position):
        return Numeral("50", position, position + 2, "fraction")
    compound = _chinese_compound(chars, position)
    if compound:
        return compound
    found = _CHINESE.match(chars, position)
    if not found:
        return None
    text, end = found[0], found.end()
    whole, point, decimals = text.replace(".", "点").replace("·", "点").partition("点")
    value = _chinese_value(whole)
    if value is None:
        return None
    if chars.startswith("分之", end) and not point:
        inner = _plain_at(chars, end + 2)
        if inner and value:
            percent = Decimal(inner.printed) * 100 / value
            return Numeral(f"{percent:.1f}".removesuffix(".0"), position, inner.end, "fraction")
    if chars.startswith("成", end) and not chars.startswith(_NOT_TENTHS, end):
        more, behind = chars[end + 1 : end + 2], chars[end + 2 : end + 3]
        hundredths = 5 if more == "半" else CHINESE_DIGITS.get(more, 0)  # 四成半, 四成二
        if more != "半" and behind and behind in _COUNTED_BY:
            hundredths = 0  # 增长逾三成 六大类商品…: the heading goes on with a number of its own
        return Numeral(str(value * 10 + hundredths), position, end + (2 if hundredths else 1), "fraction")
    digits = "".join(str(CHINESE_DIGITS[char]) for char in decimals)
    return Numeral(f"{value}.{digits}" if point else str(value), position, end, "chinese")


def _chinese_compound(chars: str, position: int) -> Numeral | None:
    """二百一十六亿四千万, 一万二千三百: the largest unit is the scale, the smallest the last printed digit."""
    found = _CHINESE_COMPOUND.match(chars, position)
    if not found or sum(part is not None for part in found.groups()) < 2:
        return None
    hundred_millions, ten_thousands, ones = (None if part is None else _chinese_value(part) for part in found.groups())
    if found[1] is not None and found[2] is None and len(found[3]) == 1 and not found[0].endswith("零" + found[3]):
        return None  # 三亿五: spoken, not printed
    value = (hundred_millions or 0) * 10**8 + (ten_thousands or 0) * 10**4 + (ones or 0)
    if point := _CHINESE_DECIMALS.match(chars, found.end()):  # 一万七千六百零六点九亿
        digits = "".join(str(CHINESE_DIGITS[char]) for char in point[1])
        return Numeral(f"{value}.{digits}", position, point.end(), "chinese")
    scale, factor = ("hundred_million", 10**8) if found[1] is not None else ("ten_thousand", 10**4)
    last = found[3] or found[2]
    unit = {"千": 1000, "百": 100, "十": 10}.get(last[-1], 1) * (1 if found[3] else 10**4)
    decimals = len(str(factor // unit)) - 1
    printed = f"{Decimal(value) / factor:.{decimals}f}"
    return Numeral(printed, position, found.end(), "chinese", scale)


def _chinese_value(text: str) -> int | None:
    """`一千一百五十四` as 1154, `二〇二三` as 2023; None for what is not a number."""
    if all(char in CHINESE_DIGITS for char in text):
        return int("".join(str(CHINESE_DIGITS[char]) for char in text))
    total, section, digit = 0, 0, None
    for char in text:
        if char in CHINESE_DIGITS:
            digit = CHINESE_DIGITS[char]
        elif char in _CHINESE_TENS:
            section, digit = section + _CHINESE_TENS[char], None
        elif char in _CHINESE_SCALES:
            section += (digit or 1) * _CHINESE_SCALES[char]  # 十一 and 三千零十一, without 一 before 十
            digit = None
        else:
            total = (total + section + (digit or 0)) * (10_000 if char == "万" else 100_000_000)
            section, digit = 0, None
    return total + section + (digit or 0)
