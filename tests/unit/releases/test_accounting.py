"""Every number of a text is accounted for, whatever the text; and reading it takes time in proportion to its length."""

from __future__ import annotations

import csv
import datetime
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.codes import CodeLists
from orchestration.figures import check_storable
from orchestration.releases.reading import MissingPublicationDate, NumberAccount, ReleaseReading, read_text
from orchestration.settings import PROJECT_DIR

CODES = CodeLists(PROJECT_DIR / "dbt_project" / "seeds")
PUBLISHED = datetime.date(2024, 4, 20)

# --- numerals, found without the reader ---------------------------------------------------------------------------

_DIGITS = re.compile(r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*")
_ENGLISH_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half|dozen"
)
_ENGLISH = re.compile(
    rf"(?<![\w-])(?:{_ENGLISH_WORDS})"
    rf"(?:[ -](?:(?<=d )and )?(?:{_ENGLISH_WORDS}|hundred|thousand|million|billion|thirds?|quarters?|fifths?|tenths?))*"
    r"(?![\w'])",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"半数|(?<=[過过])半|一半"
    r"|[零〇一二两兩三四五六七八九十百千][零〇一二两兩三四五六七八九十百千万萬亿億]*(?:[点點.．·][零〇一二三四五六七八九]+)?"
    r"(?:分之[零〇一二两兩三四五六七八九十百千点點]+|成半?)?"
)
#: Words that are written with the character of a numeral and count nothing, and half as the name of a period.
_NO_NUMERALS = re.compile(
    "一般|一带一路|一帶一路|统一|統一|一些|一定|一直|一致|一体|一體|一批|进一步|進一步|单一|唯一|同一|零组件|零組件|零部件|零售|半导体|半導體|百货"
    "|千瓦|四川|三亚|九江|十分|半年|(?i:(?:first|second) half)"
    "|(?i:(?<=one) quarter(?= (?:to|earlier|later|ago|before|after)))"
)


def numerals(text: str) -> list[tuple[int, int]]:
    """Where numerals stand: digits with their separators, English number words, Chinese numerals; in order."""
    without_words = _NO_NUMERALS.sub(lambda found: "\0" * len(found[0]), text)
    found = (match.span() for pattern in (_DIGITS, _ENGLISH, _CHINESE) for match in pattern.finditer(without_words))
    return sorted(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up 1,234.5 percent, or twenty-five billion", ["1,234.5", "twenty-five billion"]),
        ("one hundred and five tonnes, two thirds, half", ["one hundred and five", "two thirds", "half"]),
        ("someone's tent; a tenth; often", []),
        ("二〇二三年前三季度，一般贸易增长百分之八点五", ["二〇二三", "三", "百分之八点五"]),
        ("一百二十亿元，六成半，一半以上；上半年", ["一百二十亿", "六成半", "一半"]),
        ("進出口９８４２．５億元，兩成", ["９８４２．５", "兩成"]),
    ],
)
def test_numerals_are_found_without_the_reader(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in numerals(text)] == expected


# --- what holds of every reading ----------------------------------------------------------------------------------


def read(text: str, *, region_id: str = "CN-XJ", published: datetime.date | None = PUBLISHED) -> ReleaseReading:
    return read_text(text, codes=CODES, source_id="made", region_id=region_id, published=published)


def accounts_of(reading: ReleaseReading, start: int, end: int) -> list[NumberAccount]:
    return [number for number in reading.numbers if number.char_start < end and start < number.char_end]


def assert_is_sound(text: str, reading: ReleaseReading) -> None:
    """What holds of every reading of every text."""
    figures = {figure.figure_id: figure for figure in reading.figures}
    assert len(figures) == len(reading.figures), "two figures have one id"
    for figure in reading.figures:
        assert figure.char_start is not None
        assert figure.char_end is not None
        assert figure.quote
        assert figure.quote == text[figure.char_start : figure.char_end]
        for column in ("value", "low", "high"):
            check_storable(column, getattr(figure, column))
        if figure.value is not None:
            assert figure.low is None or figure.low <= figure.value
            assert figure.high is None or figure.value <= figure.high
    end = 0
    for number in reading.numbers:
        assert end <= number.char_start < number.char_end <= len(text), "accounts overlap or are out of order"
        end = number.char_end
        assert number.printed == text[number.char_start : number.char_end]
        statuses = {figures[figure_id].status for figure_id in number.figure_ids}
        assert statuses == (set() if number.kind == "not_a_figure" else {number.kind})
        assert number.kind == "read" or number.reason, "why it is no figure, or not understood, is not said"
    named = [figure_id for number in reading.numbers for figure_id in number.figure_ids]
    assert len(named) == len(set(named)), "a figure is in two accounts"


def unaccounted(text: str, reading: ReleaseReading, *, around: int = 12) -> list[str]:
    """Numerals that are not inside exactly one account, each with the characters around it."""
    lost = []
    for start, end in numerals(text):
        inside = accounts_of(reading, start, end)
        if len(inside) != 1 or not (inside[0].char_start <= start and end <= inside[0].char_end):
            lost.append(f"{text[max(0, start - around) : start]}[{text[start:end]}]{text[end : end + around]}")
    return lost


# --- texts that stop short ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["出口5亿元，较去年同期", "Bordering Russia", "Of", "Bordering", "Exports of", "以上合计占40%"]
)
def test_a_text_that_breaks_off_is_read_to_its_end(text: str) -> None:
    assert_is_sound(text, read(text))


# --- releases -----------------------------------------------------------------------------------------------------


def _releases() -> Iterator[Path]:
    shared = PROJECT_DIR.parent / "shared"
    for folder in (PROJECT_DIR / "tests" / "releases", shared / "corpus", shared / "seed_release"):
        yield from sorted(folder.glob("**/release.txt"))


def _reading_of(path: Path) -> tuple[str, ReleaseReading]:
    meta = json.loads(path.with_name("meta.json").read_text(encoding="utf-8"))
    published = datetime.date.fromisoformat((meta["published_date"] + "-20")[:10])
    text = path.read_text(encoding="utf-8")
    return text, read(text, region_id=meta["reporter_region"], published=published)


@pytest.mark.parametrize("path", list(_releases()), ids=lambda path: path.parent.name)
def test_every_numeral_of_a_release_is_accounted_for(path: Path) -> None:
    text, reading = _reading_of(path)
    assert_is_sound(text, reading)
    with path.with_name("gold.csv").open(encoding="utf-8", newline="") as file:
        stated = {row["quote"] for row in csv.DictReader(file)}  # what each of several did has one quote
    assert len(numerals(text)) >= min(10, len(stated))
    # what is held back is held back from who reads this test's output, too
    assert unaccounted(text, reading, around=0 if "held_back" in path.parts else 12) == []


# --- generated sentences ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numeral:
    """A numeral of a generated text."""

    text: str


Piece = str | Numeral

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def _chinese_numeral(number: int) -> str:
    """1 to 9999 in Chinese."""
    digits, written = f"{number:04d}", ""
    for digit, scale in zip(digits, "千百十 ", strict=True):
        if digit != "0":
            written += "零一二三四五六七八九"[int(digit)] + scale.strip()
        elif written and not written.endswith("零"):
            written += "零"
    written = written.rstrip("零")
    return written[1:] if written.startswith("一十") else written


_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
_CHINESE_DECIMALS = str.maketrans("0123456789", "零一二三四五六七八九")
plain_digits = st.one_of(
    st.integers(1, 9999).map(str),
    st.decimals(0, 9999, places=1, allow_nan=False).map(str),
    st.decimals(0, 99, places=2, allow_nan=False).map(str),
)
grouped_digits = st.integers(1000, 99_999_999).map(lambda number: f"{number:,}")
english_words = st.one_of(
    st.sampled_from(_ONES[1:] + _TENS),
    st.builds("{}-{}".format, st.sampled_from(_TENS), st.sampled_from(_ONES[1:10])),
    st.builds("{} hundred and {}".format, st.sampled_from(_ONES[1:10]), st.sampled_from(_TENS)),
    st.sampled_from(["half", "one third", "two thirds", "two fifths"]),
)
english_numerals = st.one_of(plain_digits, plain_digits, grouped_digits, english_words).map(Numeral)
chinese_words = st.one_of(
    st.integers(1, 9999).map(_chinese_numeral),
    st.builds(
        lambda whole, part: f"{_chinese_numeral(whole)}点{str(part).translate(_CHINESE_DECIMALS)}",
        st.integers(1, 999),
        st.integers(1, 99),
    ),
)
chinese_numerals = st.one_of(
    plain_digits,
    plain_digits.map(lambda digits: digits.translate(_WIDE)),
    grouped_digits,
    chinese_words,
    chinese_words.map("百分之{}".format),
    st.builds("{}成{}".format, st.sampled_from("一二三四五六七八九"), st.sampled_from(["", "半"])),
).map(Numeral)


def _joined(*strategies: st.SearchStrategy[list[Piece]]) -> st.SearchStrategy[list[Piece]]:
    return st.tuples(*strategies).map(lambda parts: [piece for part in parts for piece in part])


def _words(*choices: str) -> st.SearchStrategy[list[Piece]]:
    return st.sampled_from(choices).map(lambda words: [words])


def _listed(
    member: st.SearchStrategy[list[Piece]], separator: str, last: str, most: int
) -> st.SearchStrategy[list[Piece]]:
    def join(members: list[list[Piece]]) -> list[Piece]:
        pieces: list[Piece] = []
        for count, one in enumerate(members):
            pieces += [] if count == 0 else [last if count == len(members) - 1 else separator]
            pieces += one
        return pieces

    return st.lists(member, min_size=1, max_size=most).map(join)


_ENGLISH_UNIT = (
    "%", " percent", " percentage points", " billion yuan", " million U.S. dollars", " tonnes", " times", " sets",
    " enterprises", " widgets", "", "-fold", " mln",
)  # fmt: skip
_ENGLISH_QUANTITY = _joined(
    _words("", "", "about ", "over ", "nearly ", "$", "RMB ", "-", "some ", "a record "),
    english_numerals.map(lambda numeral: [numeral]),
    _words(*_ENGLISH_UNIT),
)
_ENGLISH_NAMES = _words(
    "Kazakhstan", "ASEAN", "the European Union", "state-owned enterprises", "general trade", "soybeans",
    "integrated circuits", "Zorbia", "Urumqi", "mechanical and electrical products", "exports", "imports", "it",
)  # fmt: skip
_ENGLISH_PERIOD = st.one_of(
    _words("", "In March, ", "Meanwhile, ", "In the same period, ", "By trade mode, "),
    _joined(
        _words("In the first "), st.sampled_from(_ONES[2:12]).map(lambda word: [Numeral(word)]), _words(" months, ")
    ),
    _joined(_words("In "), st.integers(1995, 2030).map(lambda year: [Numeral(str(year))]), _words(", ")),
    _joined(_words("On March "), st.integers(1, 28).map(lambda day: [Numeral(str(day))]), _words(", ")),
)
_ENGLISH_CLAUSE = _joined(
    _words("", "exports to ", "imports from ", "trade with ", "the share of ", "growth of ", "number of ", "of which "),
    _listed(_ENGLISH_NAMES, ", ", " and ", 4),
    _words(
        " rose ", " fell by ", " came to ", " accounted for ", ", up ", ", down ", " were ", " ranked ", " and ", " (",
        ", a rise of ", ", compared to ", " contributed ", ", of the ", " narrowed ", " at ",
    ),
    _listed(_ENGLISH_QUANTITY, ", ", " and ", 4),
    _words("", ", respectively", " year on year", " of the total", ")", " each", " (the same below)", " above it"),
)  # fmt: skip
_ENGLISH_SENTENCE = _joined(
    _ENGLISH_PERIOD,
    _listed(_ENGLISH_CLAUSE, ", ", "; while ", 4),
    _words(". ", ".\n\n", ".\n", " ", "! ", " -- ", " ((", "\u200f. "),
)

_CHINESE_QUANTITY = _joined(
    _words("", "", "约", "超", "近", "达", "第", "增长", "-", "不到", "＋", "$"),
    chinese_numerals.map(lambda numeral: [numeral]),
    _words("亿元", "％", "%", "个百分点", "倍", "万吨", "億美元", "家", "位", "萬輛", "个国家", "万元", "个", "多亿元"),
)
_CHINESE_NAMES = _words(
    "哈萨克斯坦",
    "东盟",
    "歐盟",
    "民营企业",
    "一般贸易",
    "机电产品",
    "集成電路",
    "左巴国",
    "乌鲁木齐",
    "出口",
    "進口",
    "其",
)
_CHINESE_PERIOD = st.one_of(
    _words("", "其中，", "同期，", "单看当月，", "方式看，", "上半年，"),
    _joined(_words("前"), st.integers(2, 11).map(lambda month: [Numeral(str(month))]), _words("个月，")),
    _joined(_words("前"), st.sampled_from("二三").map(lambda word: [Numeral(word)]), _words("季度，")),
    _joined(st.integers(2000, 2030).map(lambda year: [Numeral(str(year))]), _words("年，", "年一季度，")),
    _joined(st.integers(1, 12).map(lambda month: [Numeral(_chinese_numeral(month))]), _words("月，", "月份，")),
)
_CHINESE_CLAUSE = _joined(
    _words("", "对", "自", "出口", "其中", "以", "向"),
    _listed(_CHINESE_NAMES, "、", "和", 4),
    _words(
        "增长",
        "下降",
        "分别为",
        "占",
        "，同比增加",
        "进出口",
        "（",
        "，比重提升",
        "達",
        "是去年同期的",
        "拉动",
        "排名",
        "均增",
    ),
    _listed(_CHINESE_QUANTITY, "、", "和", 4),
    _words("", "，下同", "）", "（下同）", "，高于全国", "的份额", "以上", "左右"),
)
_CHINESE_SENTENCE = _joined(
    _CHINESE_PERIOD, _listed(_CHINESE_CLAUSE, "，", "；", 4), _words("。", "。\n\n", "！", "\n", "（（", "——", "　")
)
SENTENCES = st.lists(st.one_of(_ENGLISH_SENTENCE, _CHINESE_SENTENCE), min_size=1, max_size=4)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(SENTENCES)
def test_every_generated_numeral_is_in_one_account(sentences: list[list[Piece]]) -> None:
    text, spans = "", []
    for piece in (piece for sentence in sentences for piece in sentence):
        written = piece.text if isinstance(piece, Numeral) else piece
        if isinstance(piece, Numeral):
            spans.append((len(text), len(text) + len(written)))
        text += written
    reading = read(text)
    assert_is_sound(text, reading)
    for start, end in spans:
        inside = accounts_of(reading, start, end)
        assert len(inside) == 1, f"{text[start:end]!r} is in {len(inside)} accounts"
        assert inside[0].char_start <= start
        assert end <= inside[0].char_end
    assert read(text) == reading


_PIECES_OF_RELEASES = [
    piece for path in _releases() for piece in re.findall(r"[^。.\n]{1,80}[。.\n]?", path.read_text(encoding="utf-8"))
]
_NOISE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("0123456789.,，、%％()（）-–—+$¥ \n\t一二三百千万亿半成点倍第年月日个元\u200f\u00a0\ufeff"),
    ),
    max_size=12,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from(_PIECES_OF_RELEASES), _NOISE), max_size=8))
def test_garbled_releases_are_read_without_failing(pieces: list[str]) -> None:
    text = "".join(pieces)
    reading = read(text)
    assert_is_sound(text, reading)
    assert read(text) == reading
    lost = [
        text[start:end]
        for start, end in ((found.start(), found.end()) for found in re.finditer("[0-9０-９]", text))
        if len(accounts_of(reading, start, end)) != 1
    ]
    assert lost == [], "digits without an account of their own"
    try:
        undated = read(text, published=None)
    except MissingPublicationDate:
        return
    assert_is_sound(text, undated)


# --- texts that are made to be slow -------------------------------------------------------------------------------

_REPEATED: dict[str, Callable[[int], str]] = {
    "a list of levels": lambda n: "Exports were " + ", ".join(f"{i}.5" for i in range(n)) + " billion yuan.",
    "a list of growths": lambda n: "Exports rose " + ", ".join(f"{i}.5%" for i in range(n)) + ", respectively.",
    "a Chinese list": lambda n: "对德国出口" + "、".join(f"{i}.5亿元" for i in range(n)) + "。",
    "a list of names": lambda n: "Exports to " + ", ".join(["Kazakhstan", "Japan"] * (n // 2)) + " rose 5%.",
    "nested parentheses": lambda n: "Exports " + "(" * n + "5%" + ")" * n + ".",
    "nested numbers": lambda n: "Exports " + "(5% " * n + ")" * n + ".",
    "notes": lambda n: "Exports rose 5% (Xinhua) " * n,
    "numbers without units": lambda n: "1 " * n,
    "one number a line": lambda n: "5\n" * n,
    "digits and points": lambda n: "1." * n,
    "digits and dashes": lambda n: "-5" * n,
    "Chinese scales": lambda n: "一万" * n,
    "parts of parts": lambda n: "百分之" * n,
    "number words": lambda n: "one " * n,
    "hundreds": lambda n: "one hundred and " * n,
    "months": lambda n: "January " * n,
    "half periods": lambda n: "the first " * n,
    "shares": lambda n: "accounting for 5% of exports, " * n,
    "contributions": lambda n: "拉动5个百分点" * n,
    "dated paragraphs": lambda n: "Exports rose 5.5 percent to 3 billion yuan in March 2024.\n\n" * n,
    "Chinese sentences": lambda n: "出口增长5.5%。" * n,
    "unknown names": lambda n: "Zorb Blax " * n + "5%",
}


def _seconds(text: str) -> float:
    """Processor time of reading, so that other processes of the machine do not matter."""
    began = time.process_time()
    read(text)
    return time.process_time() - began


@pytest.mark.long
@pytest.mark.parametrize("name", _REPEATED)
def test_time_grows_with_the_length(name: str) -> None:
    """Four times the text takes four times the time; where time grows with the square, it is sixteen times."""
    make = _REPEATED[name]
    read(make(10))
    few = 500
    while _seconds(make(few)) < 0.03 and few < 16_000:
        few *= 2
    ratios = []
    for _ in range(3):
        ratios.append(_seconds(make(4 * few)) / _seconds(make(few)))
        if ratios[-1] < 10:
            return
    pytest.fail(f"{4 * few} repetitions take {min(ratios):.1f} times the time of {few}")


@pytest.mark.parametrize("character", ["1", "a", ",", "(", "一", "\n", "\u200f"])
def test_one_character_over_and_over_is_read(character: str) -> None:
    text = character * 200_000
    assert_is_sound(text, read(text))


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "(", ")", "5", "(5", "5)", "((5%))", "))5%((", "-" * 9 + "5", "第" * 100 + "5"),
        *(character * 2000 for character in ".%-、。半万第十²①𝟙½\U0001f1f0"),
        "Exports rose " + "9" * 5000 + "%.",
        "Exports rose 0." + "1" * 3000 + "%.",
        "Exports were 5" + " billion" * 30 + " yuan.",
        "Exports rose 5%" + "," * 5000,
        "增长" + "百分之" * 1000 + "五",
        "三分之" * 1000 + "一",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_a_text_at_the_edge_is_read(text: str) -> None:
    assert_is_sound(text, read(text))
