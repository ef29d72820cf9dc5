"""From folded text to tokens: names, phrases, periods, numbers with their scale and unit, punctuation, other words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from orchestration.figures import UNMAPPED
from orchestration.releases.lexicon import (
    SUFFIX_KINDS,
    WORD_KINDS,
    Entry,
    Lexicon,
    local_currencies,
    words,
    words_with_values,
)
from orchestration.releases.numerals import CHINESE_NUMERALS, Numeral, numeral_at
from orchestration.releases.periods import Period, period_at
from orchestration.releases.text import PARAGRAPH, NormalText, is_chinese

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?", re.UNICODE)
#: What says in which currency the numbers of a text are, up to its name.
_CURRENCY_NOTE = re.compile(
    r"(?:\b(?:values|amounts|figures|sums|prices|data|dollars?|statistics)|\$)[\"']?[^.;:$]{0,40}? "
    r"(?:(?:are|is)(?: [a-z]+)? in|refers? to|means?|denotes?|stands? for|(?:are|is)(?= [a-z]+ dollars?\b))(?: the)? "
)
_PUNCTUATION = {
    ",": "comma", "，": "comma", "、": "enumeration", ";": "semicolon", ":": "colon", "。": "stop", "!": "stop",
    "?": "stop", "(": "open", ")": "close", "[": "open", "]": "close", "—": "dash", PARAGRAPH: "paragraph", "…": "stop",
}  # fmt: skip
_SCALES = frozenset({"scale"})
_SCALES_OF_MONEY = frozenset({"scale_of_money"})
_CURRENCIES = frozenset({"currency"})
_UNITS = frozenset({"currency", "percent", "unit", "noun", "times"})
_AFTER = frozenset({"qualifier_after"})
#: A cue of one Chinese character means something only right before a number.
_SINGLE_CUES = frozenset({"rise", "fall", "gap_up", "gap_down", "qualifier", "to"})
_BEFORE_NUMBER = re.compile(r"(?:了|约|近|超|达|至|到|逾|为|幅|出|[0-9]|[一二两三四五六七八九十百千半])")
_BEFORE_POINTS = re.compile(r"(?:了|约|近|超|达)?[0-9.]+(?:个?百分点|个(?:和|、)|倍|位)")
_CLASSIFIER = re.compile(
    r"(?:个|家|户|种|类|列|票|台|辆|艘|人|次|项|条|届|场|级|大|步|点|年|代|期|号|章|页|岁|层|座|批|笔|度|世界|强|小时|分钟|秒|天|周|位|名|国|省|市|县|州|地|区)"
)


#: Of a city that reports they are another place, as 全省 is by the code lists.
_BEFORE_NO_SUBJECT = ("of ", "in ", "across ", "within ", "throughout ", "among ", "for ")
#: Around goods in one character, 进口煤21亿元, 铜矿砂、煤分别为…: elsewhere it is a part of a word.
_BEFORE_SHORT_GOODS = frozenset("、和及与，；口")
_AFTER_SHORT_GOODS = frozenset("、和及与等分，；（约达超增下进出0123456789")
THE_PROVINCE = frozenset({"the province", "the province's"})
#: Words that are no phrases, but that rules ask for or that say nothing of a subject.
_KNOWN_WORDS = frozenset(words("idle_word")).union(
    word for kind in (*WORD_KINDS, *SUFFIX_KINDS) for word, _ in words_with_values(kind)
)
_IDLE_ENDS = words("idle_word_end")
#: Words of so many letters are of the grammar.
_SMALL = 2
#: `ranking No. 4`: the stop ends no sentence.
_IS_NUMBERED = re.compile(r"(?:^|[^a-z])no\. [0-9]")


@dataclass(slots=True)
class Token:
    """One piece of a text: `kind` says what, `senses` what else it may mean, the rest belongs to its kind."""

    kind: str
    start: int
    end: int
    text: str
    senses: dict[str, str] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()
    period: Period | None = None
    quantity: Quantity | None = None

    def is_a(self, *kinds: str) -> bool:
        """Whether the token has one of these senses."""
        senses = self.senses
        if senses:
            for kind in kinds:
                if kind in senses:
                    return True
        return False

    def may_name(self, dimension: str) -> bool:
        """Whether a list of codes of a dimension knows the token as a name."""
        return dimension in dict(self.names)

    @property
    def is_unknown(self) -> bool:
        """Whether it is a word that no table knows, which may say something of a subject."""
        if self.kind != "word" or (len(self.text) <= _SMALL and not is_chinese(self.text[0])):
            return False
        return self.text not in _KNOWN_WORDS and not self.text.endswith(_IDLE_ENDS)


@dataclass(slots=True)
class Quantity:
    """A number as printed, with what stands around it: sign, scale, unit and qualifier.

    `unit_kind`: money, percent, points, physical, count, times, rank, bare (nothing), other (counted things that no
    figure is about).
    """

    numeral: Numeral
    start: int
    end: int
    printed: str
    sign: int = 1
    scales: tuple[str, ...] = ()
    unit: str = ""
    unit_kind: str = "bare"
    measure: str = ""
    qualifier: str = ""
    noun: str = ""
    explicit_sign: bool = False


class Tokeniser:
    """Cuts folded text into tokens."""

    def __init__(self, lexicon: Lexicon, region_id: str) -> None:
        self._lexicon = lexicon
        self._region_id = region_id
        holders = lexicon.codes.containing_regions(region_id)[1:]
        self._province = next((holder for holder in holders if holder.startswith("CN-")), "")
        self._local_currencies = local_currencies(region_id)
        self._currencies = self._local_currencies

    def tokens(self, text: NormalText) -> list[Token]:
        """Every token of the text, in order; nothing but spaces lies between them."""
        chars = text.chars
        self._currencies = {**self._local_currencies, **self._currency_of_note(chars)}
        matches = self._lexicon.matches(chars)
        found: list[Token] = []
        position, length = 0, len(chars)
        while position < length:
            char = chars[position]
            if char == " ":
                position += 1
                continue
            token = self._token_at(text, position, matches, found)
            position = token.end
            if found and token.quantity is not None and _goes_on(found[-1], token, chars):
                token = _joined(found.pop(), token, chars)
            found.append(token)
        _name_again(found, text.cased)
        return found

    def _currency_of_note(self, chars: str) -> dict[str, str]:
        """`All values are in Hong Kong dollars`: what "$" and "dollars" are in this text."""
        for note in _CURRENCY_NOTE.finditer(chars):
            _, senses = self._lexicon.suffix_at(chars, note.end(), frozenset({"currency"}))
            unit = dict(senses).get("currency", "")
            if unit.endswith("D"):
                return dict.fromkeys(("$", "dollar", "dollars"), unit)
        return {}

    def _token_at(self, text: NormalText, position: int, matches: dict[int, list[Entry]], before: list[Token]) -> Token:
        chars = text.chars
        char = chars[position]
        chinese_here = is_chinese(char) or (char.isdigit() and _is_chinese_near(chars, position))
        period = period_at(chars, text.cased, position, is_chinese=chinese_here)
        entry = self._known(text, position, matches)
        name_end = 0 if entry is None else entry.end
        if period and period[1] >= name_end:
            return Token("period", position, period[1], chars[position : period[1]], period=period[0])
        if char.isdigit() or char in CHINESE_NUMERALS or char == "半" or (char.isascii() and char.isalpha()):
            numeral = numeral_at(chars, position)
            if numeral and (entry is None or numeral.end > name_end):
                quantity = self._quantity(text, numeral, before)
                if quantity is not None:
                    return Token(
                        "quantity",
                        quantity.start,
                        quantity.end,
                        chars[quantity.start : quantity.end],
                        quantity=quantity,
                    )
        if entry is not None:
            return entry
        return self._plain(chars, position)

    @staticmethod
    def _plain(chars: str, position: int) -> Token:
        """A mark, a word or a Chinese character that no table knows."""
        char = chars[position]
        if char in _PUNCTUATION:
            return Token(_PUNCTUATION[char], position, position + 1, char)
        if char == ".":
            following = chars[position + 1 : position + 2]
            if _IS_NUMBERED.match(chars, max(0, position - 3)):
                return Token("mark", position, position + 1, char)
            return Token("stop" if following in ("", " ", PARAGRAPH) else "mark", position, position + 1, char)
        if is_chinese(char):
            return Token("word", position, position + 1, char)
        word = _WORD.match(chars, position)
        end = word.end() if word else position + 1
        if word:
            for index in range(position + 1, end):
                if is_chinese(chars[index]):
                    end = index
                    break
            if "'" in word[0] and not word[0].startswith("'"):
                end = position + word[0].index("'")
            return Token("word", position, end, chars[position:end])
        if char == "'" and chars[position : position + 2] == "'s":
            return Token("possessive", position, position + 2, "'s")
        return Token("mark", position, end, chars[position:end])

    def _known(self, text: NormalText, position: int, matches: dict[int, list[Entry]]) -> Token | None:
        """The token of the longest phrase that begins here and means something here, or None."""
        for candidate in matches.get(position, ()):
            if candidate.phrase.startswith("the ") and (
                _begins_longer_name(candidate, matches.get(position + 4, []))
                or _begins_longer_numeral(text.chars, position, candidate)
            ):
                continue
            if position and text.chars[position - 1] == "第" and candidate.phrase[0] in CHINESE_NUMERALS:
                continue  # 第三大贸易伙伴: the third largest, not the three
            token = self._phrase(text, position, candidate)
            if token is not None:
                return token
        return None

    def _phrase(self, text: NormalText, position: int, entry: Entry) -> Token | None:
        """The token of a phrase that stands here; None where it cannot mean anything here."""
        chars, phrase = text.chars, entry.phrase
        end = position + len(phrase)
        senses = dict(entry.senses)
        names = self._lexicon.resolve(entry, self._region_id) if entry.names else ()
        if "partner" in senses:  # 对俄: a partner in one character, known by the preposition before it
            partner = ("partner", senses.pop("partner"))
            if chars[end : end + 1] in _AFTER_SHORT_PARTNER:
                names, senses = (partner,), {}
            elif not senses:
                return None
        if names and len(phrase) == 1 and not senses and not _stands_alone(chars, position):
            return None
        if names and phrase.isascii() and not senses:
            cased = text.cased[position:end]
            if not any(char.isupper() for char in cased):
                small = self._lexicon.partners_in_small_letters(entry)
                names = tuple(
                    (name, code)
                    for name, code in names
                    if name not in ("region", "partner") or code == UNMAPPED or (name, code) in small
                )
            if not names:
                return None
        is_subject = not chars.endswith(_BEFORE_NO_SUBJECT, 0, position)
        if phrase in THE_PROVINCE and self._province and is_subject:
            senses, names = {"scope_province": ""}, (("region", self._province),)
        if len(phrase) == 1 and is_chinese(phrase) and not names:
            senses = {
                kind: value
                for kind, value in senses.items()
                if kind not in _SINGLE_CUES or self._cue_counts(kind, chars, end)
            }
        if not senses and not names:
            return None
        return Token("name" if names else "phrase", position, end, phrase, senses=senses, names=names)

    @staticmethod
    def _cue_counts(kind: str, chars: str, end: int) -> bool:
        if kind in ("gap_up", "gap_down"):
            return bool(_BEFORE_POINTS.match(chars, end))
        return bool(_BEFORE_NUMBER.match(chars, end)) or chars[end : end + 1] in "$¥"

    # --- numbers -----------------------------------------------------------------------------------------------

    def _quantity(self, text: NormalText, numeral: Numeral, before: list[Token]) -> Quantity | None:
        """The number with scale, unit and qualifiers around it; None for a Chinese character that counts nothing."""
        chars = text.chars
        quantity = Quantity(numeral, numeral.start, numeral.end, numeral.printed)
        if numeral.scale:
            quantity.scales = (numeral.scale,)
        self._take_prefix(chars, quantity, before)
        if numeral.form == "fraction":
            quantity.unit, quantity.unit_kind = "percent", "percent"
            self._take_after(chars, quantity)
            if chars[quantity.end : quantity.end + 1] == "%":
                quantity.end += 1
            if chars[numeral.start] == "百" or not is_chinese(chars[numeral.start]):
                self._points(chars, quantity)
            return quantity
        self._take_scales(chars, quantity)
        if not quantity.unit:
            self._take_unit(chars, quantity)
        self._take_after(chars, quantity)
        if quantity.unit_kind == "bare" and numeral.form == "chinese" and not quantity.scales:
            following = chars[quantity.end : quantity.end + 1]
            if (
                not _CLASSIFIER.match(chars, quantity.end)
                and not (following and following in "%.")
                and numeral.printed.isdigit()
            ):
                quantity.unit_kind = "word"
        return quantity

    def _take_scales(self, chars: str, quantity: Quantity) -> None:
        """`3.5 万亿`, `400 billion`: as many as follow."""
        self._take_after(chars, quantity, inside=True)
        position = _skip(chars, quantity.end)
        while True:
            phrase, senses = self._lexicon.suffix_at(chars, position, _SCALES)
            if phrase and len(self._lexicon.suffix_at(chars, position, _UNITS)[0]) > len(phrase):
                return  # 26.6亿千瓦时
            if not phrase:
                phrase, senses = self._scale_of_money(chars, position, quantity)
            is_apart = len(phrase) == 1 and phrase.isascii() and position > quantity.end
            if not phrase or (is_apart and not _follows_currency(quantity)):
                return
            if is_chinese(phrase[0]) and quantity.numeral.form == "words":
                return
            quantity.scales += (senses[0][1],)
            quantity.end = position + len(phrase)
            self._take_after(chars, quantity, inside=True)
            position = _skip(chars, quantity.end)

    def _scale_of_money(self, chars: str, position: int, quantity: Quantity) -> tuple[str, tuple[tuple[str, str], ...]]:
        """A letter that is a scale beside a currency, before or behind it: `$4t`, `4.2t yuan`."""
        phrase, senses = self._lexicon.suffix_at(chars, position, _SCALES_OF_MONEY)
        behind = _skip(chars, position + len(phrase))
        if phrase and (_follows_currency(quantity) or self._lexicon.suffix_at(chars, behind, _CURRENCIES)[0]):
            return phrase, senses
        return "", ()

    def _take_prefix(self, chars: str, quantity: Quantity, before: list[Token]) -> None:
        """Currency, sign and qualifier that stand right before the number; they become part of it."""
        if before and before[-1].kind == "mark" and before[-1].text in "+-±" and before[-1].end == quantity.start:
            mark = before[-1]
            previous = chars[mark.start - 1 : mark.start]
            if not (previous.isascii() and previous.isalnum()):
                before.pop()
                quantity.start = mark.start
                quantity.explicit_sign = True
                if mark.text == "-":
                    quantity.sign = -1
        last = before[-1] if before else None
        if last is not None and last.kind == "word" and _skip(chars, last.end) == quantity.start:  # N36.21, R 5 billion
            unit = self._currencies.get(before[-1].text, "")
            if unit:
                quantity.unit, quantity.unit_kind, quantity.start = unit, "money", before.pop().start
        if before and before[-1].text in _SIGN_WORDS and not quantity.explicit_sign:
            self._take_sign_word(quantity, before)
        if before and before[-1].is_a("currency_prefix") and _skip(chars, before[-1].end) == quantity.start:
            token = before.pop()
            if before and before[-1].kind == "word" and before[-1].end == token.start and token.text == "$":
                quantity.start = before.pop().start  # Q$5 million: in dollars of which nothing is known
                return
            unit = self._currencies.get(token.text, token.senses["currency_prefix"])
            if _is_conversion(before, unit):
                unit = token.senses["currency_prefix"]
            quantity.unit, quantity.unit_kind = unit, "money"
            quantity.start = token.start
            if before and before[-1].kind == "mark" and before[-1].text in "+-":
                mark = before.pop()
                quantity.start, quantity.explicit_sign = mark.start, True
                quantity.sign = -1 if mark.text == "-" else 1
            elif before and before[-1].text in _SIGN_WORDS:
                self._take_sign_word(quantity, before)

    @staticmethod
    def _take_sign_word(quantity: Quantity, before: list[Token]) -> None:
        """`minus USD 3.0 bn`, `minus 5 percent`."""
        token = before.pop()
        quantity.start, quantity.explicit_sign = token.start, True
        quantity.sign = -1 if token.text in _MINUS else 1

    def _take_unit(self, chars: str, quantity: Quantity) -> None:
        position = _skip(chars, quantity.end)
        if position < len(chars) and chars[position] == "-":
            position += 1
        phrase, senses = self._lexicon.suffix_at(chars, position, _UNITS)
        # a word or two may stand between a count and what it counts: `10,700 local trading enterprises`
        if not phrase and chars[position : position + 1].isascii() and chars[position : position + 1].isalpha():
            phrase, senses, position = self._counted_noun(chars, position)
        if not phrase:
            return
        sense = dict(senses)
        if (
            quantity.numeral.form == "words"
            and "percent" not in sense
            and "noun" not in sense
            and "currency" not in sense
            and not quantity.scales
            and "times" not in sense
        ):
            return
        if "percent" in sense:
            quantity.unit = sense["percent"]
            quantity.unit_kind = "points" if quantity.unit == "pp" else "percent"
        elif "currency" in sense:
            quantity.unit, quantity.unit_kind = sense["currency"], "money"
            quantity.unit = self._currencies.get(phrase, quantity.unit)
        elif "times" in sense:
            quantity.unit, quantity.unit_kind = "times", "times"
        elif "unit" in sense:
            quantity.unit, quantity.unit_kind = sense["unit"], "physical"
            if "noun" in sense:
                quantity.noun = phrase
        else:
            measure, _, unit = sense["noun"].partition(":")
            quantity.unit, quantity.unit_kind, quantity.measure, quantity.noun = unit, "count", measure, phrase
        quantity.end = position + len(phrase)

    def _counted_noun(self, chars: str, position: int) -> tuple[str, tuple[tuple[str, str], ...], int]:
        cursor = position
        for _ in range(4):
            word = _WORD.match(chars, cursor)
            if not word or word[0] in _NOT_BEFORE_NOUN:
                break
            cursor = _skip(chars, word.end())
            if cursor >= len(chars) or not chars[cursor].isalpha():
                break
            phrase, senses = self._lexicon.suffix_at(chars, cursor, frozenset({"noun"}))
            if phrase:
                return phrase, senses, cursor
        return "", (), position

    def _points(self, chars: str, quantity: Quantity) -> None:
        position = _skip(chars, quantity.end)
        phrase, senses = self._lexicon.suffix_at(chars, position, frozenset({"percent"}))
        if phrase and dict(senses)["percent"] == "pp":
            quantity.unit, quantity.unit_kind = "pp", "points"
            quantity.end = position + len(phrase)

    def _take_after(self, chars: str, quantity: Quantity, *, inside: bool = False) -> None:
        phrase, senses = self._lexicon.suffix_at(chars, quantity.end, _AFTER)
        if not phrase or (inside and len(phrase) > 1):
            return
        if phrase == "多" and chars[quantity.end + 1 : quantity.end + 2] in _MORE_THAN:
            return  # 较上年的5亿元多出2亿元
        if inside:
            following = chars[quantity.end + 1 : quantity.end + 2]
            if not (following and (following in "万亿吨家个元户列辆台美名人种条国" or is_chinese(following))):
                return
        quantity.qualifier = dict(senses)["qualifier_after"]
        quantity.end += len(phrase)


#: Words for a printed sign.
_MINUS = frozenset(words("sign_word", "-"))
_SIGN_WORDS = _MINUS | frozenset(words("sign_word", "+"))
#: With 多 before them they compare.
_MORE_THAN = ("出", "于", "了")
#: What follows a partner in one character; anything else makes it part of a longer name: 对美国.
_AFTER_SHORT_PARTNER = frozenset("贸出进外、和与经双货年方投小顺逆跨一保互农机汽")
#: Between a number and what it counts no such word stands.
_NOT_BEFORE_NOUN = frozenset(words("not_before_noun"))


def _begins_longer_name(entry: Entry, after_article: list[Entry]) -> bool:
    """Whether the words after "the" are the beginning of a name: `the three` of `the three new products`."""
    width = len(entry.phrase) - len("the ")
    return any(other.names and len(other.phrase) > width for other in after_article)


def _begins_longer_numeral(chars: str, position: int, entry: Entry) -> bool:
    """Whether a phrase ends with the first word of a numeral: `the two` of `the two hundred enterprises`."""
    end = position + len(entry.phrase)
    numeral = numeral_at(chars, position + entry.phrase.rindex(" ") + 1)
    return numeral is not None and numeral.end > end


def _is_conversion(before: list[Token], unit: str) -> bool:
    """Whether a parenthesis opens behind an amount in the dollars of the place: `A$4.81 billion ($3.18 billion)`."""
    if len(before) < 2 or before[-1].kind != "open":
        return False
    amount = before[-2].quantity
    return amount is not None and amount.unit == unit and not before[-2].text.startswith("$")


def _follows_currency(quantity: Quantity) -> bool:
    """Whether a currency stands before the number: then a single letter after it is a scale."""
    return quantity.unit_kind == "money"


#: Scales of one number in words of several: 19 billion 46 million; 1 thousand 976.
_STEPS = {
    (("trillion",), ("billion",)), (("billion",), ("million",)), (("million",), ("thousand",)), (("thousand",), ()),
}  # fmt: skip


def _goes_on(before: Token, token: Token, chars: str) -> bool:
    """Whether a number is the rest of the one before it: `19 billion 46 million dollars`."""
    first, second = before.quantity, token.quantity
    if first is None or second is None or chars[before.end : token.start].strip():
        return False
    is_step = (tuple(first.scales), tuple(second.scales)) in _STEPS
    is_rest = second.printed.isdigit() and len(second.printed) <= 3 and first.printed.isdigit()
    return is_step and is_rest and first.unit_kind in ("bare", "money") and not second.qualifier


def _joined(before: Token, token: Token, chars: str) -> Token:
    """The two as one number, in the smaller scale."""
    first, second = before.quantity, token.quantity
    if first is None or second is None:
        return token
    second.printed = first.printed + second.printed.zfill(3)
    second.start, second.qualifier = first.start, first.qualifier
    if first.unit and not second.unit:
        second.unit, second.unit_kind = first.unit, first.unit_kind
    return Token("quantity", second.start, second.end, chars[second.start : second.end], quantity=second)


def _name_again(tokens: list[Token], cased: str) -> None:
    """Behind the Arab League "the League" names it, too: a partner by the last word of its name."""
    known: dict[str, tuple[tuple[str, str], ...]] = {}
    for before, token in pairwise(tokens):
        is_capital = cased[token.start].isupper()
        if is_capital and token.kind == "word" and before.text == "the" and token.text in known:
            token.kind, token.names = "name", known[token.text]
        elif is_capital and " " in token.text and token.names and all(name == "partner" for name, _ in token.names):
            last = token.text.rpartition(" ")[2]
            if cased[token.end - len(last)].isupper():
                known[last] = token.names


def _stands_alone(chars: str, position: int) -> bool:
    """Whether a Chinese character is a word of its own, as far as those beside it say."""
    before, behind = chars[position - 1 : position], chars[position + 1 : position + 2]
    return before in _BEFORE_SHORT_GOODS and behind in _AFTER_SHORT_GOODS


def _skip(chars: str, position: int) -> int:
    return position + 1 if position < len(chars) and chars[position] == " " else position


def _is_chinese_near(chars: str, position: int) -> bool:
    """Whether digits stand in Chinese text: a Chinese character follows soon or stands before."""
    for index in range(position, min(position + 12, len(chars))):
        char = chars[index]
        if is_chinese(char):
            return True
        if not (char.isdigit() or char in ".,-~/、"):
            break
    return position > 0 and is_chinese(chars[position - 1])
