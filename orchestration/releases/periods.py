"""Periods in prose: from "the first eleven months", 前7个月 or "Q1 FY25" to days, with the year that is not said."""

from __future__ import annotations

import calendar
import csv
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from orchestration.releases.numerals import CHINESE_DIGITS

Span = tuple[datetime.date, datetime.date]

#: A release of the last days of a month may speak of that month: statistics offices publish on its 29th.
_EARLIEST_DAY_OF_OWN_MONTH = 24

_MONTH_NAMES = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
    ("december", "dec"),
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names}
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "first": 1, "second": 2, "third": 3, "fourth": 4,
    "1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A span as the text says it: `months` from `first_month`, in `year` where it is said.

    `kind` is `span` (a period that figures are about), `date` (a day), `base` (the same period of the year before),
    `prior` (the month or quarter before), `same` (the period spoken of), `same_month` (the month named last),
    `that_year` (the year named last), `this_month` (that of publication), `single` (the last month of the period spoken
    of), `rolling` (the months up to its last), `quarter_again` (a quarter named by its ordinal alone, after another),
    `years` (from January of `year` to `first_month` of a later one), `to_date` (the year up to it), `so_far` (the same
    where a month or quarter was told before), `last_month` (that before publication, or before the month spoken of),
    `length` (that of the periods spoken of that is so long: "over the quarter") or `fiscal`.
    `relative_year` is -1 for last year, 0 for this year.
    """

    kind: str
    first_month: int = 0
    months: int = 0
    year: int | None = None
    relative_year: int | None = None
    end_year: int | None = None  # of a span of several years, where it is not this year
    is_loose: bool = False  # a length alone, such as "the two months": it points back to a period already named
    is_of_one_year: bool = False  # a fiscal year that is named by one calendar year: fiscal 2015


#: A month by its name.
MONTH_NAME = (
    r"(?:(?:"
    + "|".join(sorted(_MONTHS, key=len, reverse=True))
    + r")\b(?:(?<=jan)\.|(?<=feb)\.|(?<=aug)\.|(?<=sept)\.|(?<=sep)\.|(?<=oct)\.|(?<=nov)\.|(?<=dec)\.)?)"
)
_M = MONTH_NAME
_N = r"(?:[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
#: Spans that "over the …" points back to, in months.
_LENGTHS = {"month": 1, "quarter": 3, "trimester": 3, "half": 6, "semester": 6, "year": 12, "annual": 12}
#: Lengths of time that are the same ones of another year.
_SPANS = (
    rf"(?:(?:{_N}[ -])?(?:periods?|months?|time|quarters?|half(?:[ -]year)?|semester|span|timeframe|stretch|interval))"
)
_Y = r"(?:(?:19|20)[0-9]{2})(?![0-9,.-][0-9]|[0-9])"
#: A year behind a period in figures: 9M 2023, 5M23. In Q1'23 the apostrophe between digits is folded away.
_BRIEF_YEAR = rf"(?: ?(?P<year>{_Y})|(?P<yy>[0-4][0-9]))"
#: The months that a fiscal period spans, said again: `first quarter (July-September) of the fiscal year`.
_AGAIN = r"(?: \([a-z]+[a-z. ]*\))?"
_YEAR = (
    rf"(?:,? (?:of |in |for )?(?:the )?(?:year )?(?P<year>{_Y})"
    r"|,? (?:of |in )?(?P<this>this year|the current year|current year|the year)"
    r"|,? (?:of |in )?(?P<last>last year|the previous year|the preceding year))"
)
_FISCAL = (
    r"(?P<fiscal>(?:(?:the |of |in |current |this |ongoing |last |previous |outgoing ){0,5}(?:fiscal|financial) year"
    r"(?: \(?fy\)?)?|(?:of |in )?(?:the )?(?:current|this|ongoing|last|previous|outgoing) fiscal"
    r"(?! (?:first|second|1st|2nd|half|quarter|policy|deficit))|fy)"
    r" ?(?P<fy>(?:20)?[0-9]{2}(?:[-/ ](?:20)?[0-9]{2})?)?\b"
    r"|(?P<fy2>20[0-9]{2}[-/ ][0-9]{2})(?: (?:fiscal|financial) year)?(?![0-9]))"
)
#: The last day of a span that is told by its days, and what stands before it.
_DAY = r"[0-3]?[0-9](?:st|nd|rd|th)?"
_TO = r",? ?(?:to|through|until|till|-) ?"
_ENGLISH = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("range",
            rf"(?:from )?0?1(?:st)? (?P<a>{_M})(?:,? (?P<year1>{_Y}))?{_TO}"
            rf"{_DAY} (?P<b>{_M})(?:,? (?P<year>{_Y}))?(?![0-9])"),
        ("range",
            rf"(?:from )?(?P<a>{_M}) 0?1(?:st)?(?:,? (?P<year1>{_Y}))?{_TO}"
            rf"(?P<b>{_M}) {_DAY}(?:,? (?P<year>{_Y}))?(?![0-9])"),
        ("range",
            rf"between 0?1(?:st)? (?P<a>{_M})(?:,? (?P<year1>{_Y}))?,? and "
            rf"{_DAY} (?P<b>{_M})(?:,? (?P<year>{_Y}))?(?![0-9])"),
        ("range",
            rf"between (?P<a>{_M}) 0?1(?:st)?(?:,? (?P<year1>{_Y}))?,? and "
            rf"(?P<b>{_M}) {_DAY}(?:,? (?P<year>{_Y}))?(?![0-9])"),
        ("day",
            rf"{_M} [0-9]{{1,2}}(?:st|nd|rd|th)?(?![0-9%.,]*[0-9%])(?: ?(?:to|-|and) ?(?:{_M} )?[0-9]{{1,2}}"
            rf"(?![0-9%.]))?(?:,? {_Y})?"),
        ("day", rf"[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_M}(?:,? {_Y})?"),
        ("day", r"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"),
        ("day", r"[0-3]?[0-9][/.][0-3]?[0-9][/.](?:19|20)[0-9]{2}(?![0-9])"),
        ("to_date",
            r"so far this year|(?:in|for|over) the year (?:so|thus) far"
            r"|(?:since|from) (?:the )?(?:beginning|start) of (?:the|this) year"
            r"|(?:(?:for|in|over) )?(?:the )?year to date"),
        ("months",
            rf"(?:the )?(?:(?P<lead>first|opening|initial|last|past|final) )?(?P<n>{_N}) ?-?months?"
            rf"(?: period)?{_AGAIN}(?: of| in| for)? {_FISCAL}"),
        ("up_to",
            rf"(?:(?:in|for|over|during) )?(?:the )?(?P<n>(?:{_N})[ -]months?(?: period)?|quarter|half(?: year)?|year) "
            rf"(?:to|through|ending|ended|until)(?: in)?"
            rf"(?: (?:28|29|30|31))?(?: the end of| end)? (?P<a>{_M})(?: (?:28|29|30|31))?{_YEAR}?(?![0-9])"),
        ("up_to",
            rf"(?:(?:in|for|over|during) )?the (?P<a>{_M}) (?P<year>{_Y}) (?P<n>year)"
            r"(?=[,.;:)]| [a-z])(?! (?:on|over|earlier|ago|before|to)\b)"),
        ("rolling",
            rf"(?:(?:over|in|for|during|within|across) )?(?:the )?(?:last|past|previous) (?P<n>{_N}) ?-?months?"
            rf"(?: period)?(?! (?:of|in) )"),
        ("quarter_to",
            rf"(?:the )?(?P<a>(?:march|mar|june|jun|september|sept?|december|dec)\b)(?: (?P<year1>{_Y}))? quarter"
            rf"{_YEAR}?(?![0-9])"),
        ("range", rf"(?P<a>{_M}), (?:{_M},? )+and (?P<b>{_M}){_YEAR}?"),
        ("range",
            rf"(?:from |between )?(?P<a>{_M})(?: (?P<year1>{_Y}))?(?: ?(?:to|through|till|until|and|&|/|,|-|—) ?| )"
            rf"(?P<b>{_M})(?: period(?= (?:of|in) ))?(?:{_YEAR}|,?(?: of| in)? {_FISCAL})?"),
        ("year", rf"(?:(?:in|over|during|for) )?(?:the )?(?:12|twelve) months of (?P<year>{_Y})"),
        ("months", rf"(?:the )?(?P<lead>first|opening|initial) (?P<n>{_N}) ?-?months?(?: period)?{_YEAR}?"),
        ("to_quarter", rf"(?:up to|until|through) the (?P<n>first|second|third|fourth) quarter{_YEAR}?"),
        ("first_month", rf"(?:the )?(?:first|opening) month{_YEAR}"),
        ("quarters", rf"(?:the )?(?:first|opening|initial) (?P<n>two|three|2|3) quarters?{_YEAR}?"),
        ("quarters", rf"(?:in|over|during|for|within) (?:the|these|those) (?P<n>two|three) quarters{_YEAR}?"),
        ("quarter",
            rf"(?:the )?(?P<n>first|second|third|fourth|1st|2nd|3rd|4th|opening|last|final)(?: |-)quarter"
            rf"{_AGAIN}(?:(?: of| in)? {_FISCAL}|{_YEAR})?"),
        ("quarter_again", r"in the (?P<n>second|third|fourth)(?=,| (?:it|trade|exports|imports|they|the|there)\b)"),
        ("qrange", rf"(?:from )?q(?P<a>[1-4]) ?(?:to|through|-|and) ?q(?P<b>[1-4])(?:{_YEAR})?(?![0-9])"),
        ("quarter", r"q(?P<n>[1-4])(?P<yy>[0-4][0-9])(?![0-9])"),
        ("quarter", rf"q(?P<n>[1-4])(?: ?(?:of )?{_FISCAL}|{_YEAR})?(?![0-9])"),
        ("quarter", rf"quarter (?P<n>[1-4])(?: \([a-z]+[a-z. ]*\))?(?:(?: of| in)? {_FISCAL}|{_YEAR})?(?![0-9.])"),
        ("quarter", rf"(?P<n>[1-4])q{_BRIEF_YEAR}?(?![0-9])"),
        ("half", r"(?:the )?(?P<fiscal>(?:current |last )?fiscal) (?P<n>first|second|1st|2nd) half"),
        ("half",
            rf"(?:the )?(?P<n>first|second|1st|2nd|last) (?:half(?: year)?|semester){_AGAIN}"
            rf"(?:(?: of| in)? {_FISCAL}|{_YEAR})?"),
        ("half", r"h(?P<n>[12])(?P<yy>[0-4][0-9])(?![0-9])"),
        ("half", rf"(?P<n>[12])h{_BRIEF_YEAR}(?![0-9])"),
        ("half", rf"h(?P<n>[12])(?: ?(?:of )?{_FISCAL}|{_YEAR})?(?![0-9])"),
        ("months", rf"(?P<n>[0-9]{{1,2}})m{_BRIEF_YEAR}(?![0-9])"),
        ("years",
            rf"from (?P<year>{_Y}) (?:to|through|until) (?P<b>{_M})(?: [0-9]{{1,2}})?"
            rf"(?:,? (?P<end>{_Y})| this year)"),
        ("whole_years",
            rf"(?:from (?P<year>{_Y}) (?:to|through|until)|between (?P<first>{_Y}) and|(?P<start>{_Y}) ?-) ?"
            rf"(?P<end>{_Y})(?![0-9])"),
        ("this_month", r"(?:in |for |during )?this month"),
        ("same_month",
            r"(?:(?:in|over|during|for|within) )?(?:the |this )(?:same|reviewed|reporting|said|aforementioned) month"
            r"(?! (?:last|of|in|a|one|the) )|(?:(?:in|over|during|for|within) )?that month"),
        ("that_year", r"(?:in |over |during |for )?that year(?! (?:earlier|ago|before))"),
        ("same",
            r"(?:(?:in|over|during|for|within) )?(?:the |this )(?:same|reviewed|reporting|said|aforementioned) "
            r"(?:period|months)(?! (?:last|of|in|a|one) )"),
        ("length",
            r"(?:in|over|during|for|within|across) the (?P<n>month|quarter|half|year|semester|trimester)"
            r"(?:(?<=half)[- ]year)?(?= (?:it|they|exports|imports|trade|as a whole|alone|there|the|came|comes|stood"
            r"|stands|was|were|amounted|amounts|totall?ed|reached|rose|fell|grew|hit|widened|narrowed|swelled|shrank"
            r"|at|to)\b| ?[,.;:)])"),
        ("length",
            r"(?:the )?(?P<n>annual)(?= (?:(?:goods|merchandise|total|trade) ){0,2}"
            r"(?:exports|imports|deficit|surplus|balance)\b)"),
        ("same",
            r"(?:in|over|during|for|within|throughout) the (?:period|half)(?! (?:of|from|between|last|in|a|one) )"),
        ("base",
            rf"(?:the )?(?:same|corresponding|comparable|similar) {_SPANS}"
            r"(?: (?:of|in|the)){0,3} (?:the )?(?:last|previous|preceding|prior|past) "
            r"(?:(?:calendar |fiscal |financial )?year|fiscal)"),
        ("base",
            rf"(?:the )?(?:same|corresponding|comparable|similar) {_SPANS} (?:of|in) the year (?:before|earlier)"),
        ("base",
            rf"(?:the )?(?:same|corresponding|comparable|similar) {_SPANS} "
            r"(?:a|one) year (?:earlier|ago|before|previously|prior)"),
        ("based",
            rf"(?:the )?(?:same|corresponding|comparable|similar) {_SPANS}"
            rf"(?: (?:of|in|for)){{0,2}} (?:the )?(?:(?:fiscal |financial )?year |fiscal )?(?P<year>{_Y})"),
        ("base", r"(?:(?:a|one|the) )?year (?:earlier|ago|before|previously|prior)(?! to)"),
        ("base", r"(?:twelve|12) months (?:earlier|ago|before|previously|prior)(?! to)"),
        ("prior",
            r"(?:the )?(?:previous|preceding|prior) (?:month|quarter)|last quarter"
            rf"|(?:the )?(?:preceding|prior) {_N} months"
            r"|(?:a|one|the) (?:month|quarter) (?:earlier|ago|before|prior|previously)(?! to)"),
        ("last_month", r"last month"),
        ("fiscalyear", rf"{_FISCAL}"),
        ("to_month",
            rf"(?:through|up to|(?<!not )until|(?<!not )till|(?:(?<=% )|(?<=cent ))to) (?P<a>{_M}){_YEAR}?(?![0-9])"),
        ("to_month", rf"by (?P<a>{_M}){_YEAR}(?![0-9])"),
        ("month", rf"(?P<a>{_M}){_YEAR}?(?![0-9])"),
        ("months",
            rf"(?:(?:over|in|for|during|within|across) )?(?:the |a |these |those )?(?P<lead>last |past )?"
            rf"(?P<n>{_N}) ?-?months?(?: period)?(?P<loose>)(?! (?:in a row|running|straight|consecutive|on end)\b)"),
        ("year",
            rf"(?:(?:the )?(?:full|whole|entire) (?:year|of) )?(?P<year>{_Y})"
            rf"(?! ?(?:percent|million|billion|yuan|tonnes|enterprises))"),
        ("year", r"(?P<last>last year|the previous year|the preceding year)"),
        ("thisyear", r"this year|the current year"),
        ("year", r"the (?:(?:full|whole|entire) year|year (?:as a whole|overall))"),
    )
]  # fmt: skip
_ENGLISH_START = re.compile(
    rf"(?:from |between |over |in |for |during |within |across )?(?:the |a |this |these |those |one ){{0,3}}"
    rf"(?:first|opening|initial|last|past|final|second|third|fourth|[1-4](?:st|nd|rd|th)|q[1-4]|[1-4]q|h[12]|[12]h|same|"
    rf"corresponding|comparable|similar|reviewed|reporting|said|year|previous|preceding|prior|month|quarter|half|"
    rf"fiscal|financial|fy|annual|current|ongoing|outgoing|so far|full|whole|entire|period|{_M}"
    rf"|{_N} ?-?(?:months?|quarters?)\b"
    rf"|(?:19|20)[0-9]{{2}}|[0-9]{{1,2}}(?:m|[/.][0-9]|(?:st|nd|rd|th)?(?: of)? {_M}))"
    rf"|(?:since|from) (?:the )?(?:beginning|start) of"
    rf"|(?:(?:in|over|during|for|within) )?that (?:month|year)|this month"
    rf"|by {_M}{_YEAR}"
    rf"|(?:through|up to|until|till|(?:(?<=% )|(?<=cent ))to) (?:{_M}|the (?:first|second|third|fourth) quarter)"
)

#: 十一五, the eleventh five-year plan: 2006 to 2010.
_FIRST_YEAR_OF_SIXTH_PLAN, _MONTHS_OF_PLAN = 1981, 60
_ZN = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
#: A fiscal year, in Chinese.
_ZF = r"(?:财年|财政年度|会计年度)"
_ZY = (
    r"(?:(?:(?P<year>(?:19|20)[0-9]{2}|[二一][〇零○一二三四五六七八九]{3}"
    r"|(?:民国)?1[01][0-9](?=年(?:[0-9]|全年|上半年|下半年|第|度)))年?(?:度)?|(?P<this>今年|本年|当年|本年度)"
    r"|(?P<last>去年|上年|上一年|前一年))(?:的|以来|,|，)?)"
)
_CHINESE = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("range",
            rf"(?:{_ZY})?(?P<a>{_ZN})月1(?:日|号)起?(?:至|到|-|—|~)"
            rf"(?:{_ZY.replace('?P<year>', '?P<year2>').replace('?P<this>', '?:').replace('?P<last>', '?:')})?"
            rf"(?P<b>{_ZN})月{_ZN}(?:日|号)"),
        ("day", rf"(?:{_ZY})?{_ZN}月{_ZN}(?:日|号)(?:至(?:{_ZN}月)?{_ZN}(?:日|号))?"),
        ("years",
            rf"从?(?P<year>(?:19|20)[0-9]{{2}})年(?:1月)?(?:至|到|-|—|~)(?:(?P<end>(?:19|20)[0-9]{{2}})年|今年)(?P<b>{_ZN})月份?"),
        ("whole_years",
            r"从?(?P<year>(?:19|20)[0-9]{2})年?(?:至|到|-|—|~)(?P<end>(?:19|20)[0-9]{2})年(?![0-9]|[一二三四上下]|末|底|初|度)"),
        ("plan",
            r"第?(?P<plan>十?[一二三四五六七八九十])(?:个)?五年?(?:[”’」』\"'] ?)?(?:规划|计划)?"
            r"(?:时期|期间|期内|(?P<at>末年?|收官(?:之年|年)|开局(?:之年|年)))"),
        ("same",
            r"[一二两三四五六七八九十]{1,2}年"
            r"(?:多?(?:来|以来)|(?:间|里|内)(?=累计|合计|[^，。]{0,6}(?:进出口|出口|进口)))"),
        ("day", r"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"),
        ("day", r"[0-3]?[0-9][/.][0-3]?[0-9][/.](?:19|20)[0-9]{2}(?![0-9])"),
        ("day", rf"{_ZN}日(?!均|元|圆|本|用)"),
        ("base", r"(?:去年|上年|上一年|前一年|前年)(?:的)?(?:同期|同月|同季)"),
        ("based", rf"(?:{_ZY})(?:的)?(?:同期|同月|同季)"),
        ("base", r"一年前"),
        ("prior", r"上个?月|上一?季度|上季|前月|前一个?月"),
        ("range",
            rf"(?:{_ZY})?(?P<a>{_ZN})(?:月份?)?(?:至|到|-|—|~)"
            rf"(?:{_ZY.replace('?P<year>', '?P<year2>').replace('?P<this>', '?:').replace('?P<last>', '?:')})?"
            rf"(?P<b>{_ZN})月份?"),
        ("range", rf"(?:{_ZY})?(?P<a>{_ZN})(?:月份?)?(?:、{_ZN}(?:月份?)?)*[和、及](?P<b>{_ZN})月份?"),
        ("months", rf"(?:{_ZY})?(?:前|首|头)(?P<n>{_ZN}|两)个?月份?"),
        ("months", rf"(?:{_ZY})(?P<n>{_ZN})个月"),
        ("quarters", rf"(?:{_ZY})?(?:前|首)(?P<n>[二两三23])个?季度?"),
        ("qrange", rf"(?:{_ZY})?(?:第)?(?P<a>[一二三1-3])(?:季度)?(?:至|到|-|—|~)(?:第)?(?P<b>[二三四2-4])季度"),
        ("qrange", rf"(?:{_ZY})?(?P<a>[一二三])(?:[、,和及][二三四]){{0,2}}[、,和及](?P<b>[二三四])季度"),
        ("quarter", rf"(?:{_ZY})?(?:第)?(?P<n>[一二三四1-4])季度?(?!以来)"),
        ("quarter", rf"(?:{_ZY})?(?P<n>首)季度?"),
        ("fiscal_half", rf"(?P<fy>20[0-9]{{2}})?年?(?P<n>上|下)半个?{_ZF}"),
        ("fiscal_half", rf"(?:(?P<fy>20[0-9]{{2}})|本|今|该|这一)?{_ZF}的?(?P<n>上|下)半(?:年|期)"),
        ("fiscal_quarter", rf"(?:(?P<fy>20[0-9]{{2}})|本|今|该|这一)?{_ZF}的?第?(?P<n>[一二三四1-4])季度?"),
        ("half", rf"(?:{_ZY})?(?P<n>上|下)半年"),
        ("same", r"同期|期内|同一时期|这一时期|期间"),
        ("single", r"(?:单看)?(?:当月|单月|该月|本月)"),
        ("so_far", r"(?<=[，,；;、。])累计(?=进出口|出口|进口|贸易)"),
        ("month", rf"(?:{_ZY})?(?:单看|仅)?(?P<a>{_ZN})月(?:份|单月|当月){{0,3}}"),
        ("fiscalyear", r"(?P<fiscal>(?P<fy>20[0-9]{2}[-/](?:20)?[0-9]{2})(?:财年|财政年度|年度))"),
        ("fiscalyear", rf"(?P<fy>20[0-9]{{2}}){_ZF}"),
        ("year", rf"{_ZY}(?:全年|度)?"),
        ("year", r"全年"),
    )
]  # fmt: skip
_CHINESE_START = frozenset("0123456789民一二两三四五六七八九十前首头去上下今本当单该全期同第仅这从累")
#: Weeks of a month, by their order.
_WEEKS = "(?:first|second|third|fourth|last) (?:(?:two|three) )?weeks?"
#: A day before the last of any month.
_EARLY_DAY = r"(?:0?[2-9]|1[0-9]|2[0-7])(?:st|nd|rd|th)?"
#: The first 20 days of June, June 1-20, the first week of June, the first half of January, 6月上旬: no whole months.
_PART_OF_MONTH = re.compile(
    rf"\b(?:(?:first|last|initial|opening|past) (?:[0-9]{{1,2}}|five|ten|fifteen|twenty) days (?:of|in) {MONTH_NAME}"
    rf"|{_WEEKS} (?:of|in) {MONTH_NAME}|(?:first|second|last) half of {MONTH_NAME}|months? and a half\b"
    rf"|{MONTH_NAME}(?:'s {_WEEKS}| [0-9]{{1,2}} ?(?:-|to|through) ?(?:1[0-9]|2[0-7]))\b|mid[- ]{MONTH_NAME}"
    rf"|{MONTH_NAME} 0?1(?:st)?(?:,? {_Y})?,? ?(?:to|through|until|till|and|-) ?{MONTH_NAME} {_EARLY_DAY}\b"
    rf"|0?1(?:st)? {MONTH_NAME}(?:,? {_Y})?,? ?(?:to|through|until|till|and|-) ?{_EARLY_DAY} {MONTH_NAME})"
    r"|月1[日号]起?(?:至|到|-)(?:20[0-9]{2}年)?[0-9]{1,2}月(?:[2-9]|1[0-9]|2[0-7])[日号]"
    r"|[上中下]旬|月[0-9]{1,2}日?(?:至|到|-)(?:1[0-9]|2[0-7])日|月前[0-9]{1,2}[天日]"
)
#: Without one of these, or a range that begins with a day, no text does.
_HINTS_OF_PART = (" days ", "week", "half of ", "and a half", "mid", "旬", "月1", "月2", "月3", "月前")
_RANGE_OF_DAYS = re.compile(r"[0-9](?:st)?(?: [a-z]+\.?)?(?:,? [0-9]{4})?,? ?(?:-|to|through|until|till|and) ?[a-z0-9]")
#: What stands before May, the month, and not before "may".
_AFTER_MAY = re.compile(
    r"(?:'s)? (?:exports?|imports?|trade|shipments?|figures?|data|alone|sales|numbers|had|saw|was|brought|marked|showed"
    r"|posted|ended|recorded)\b"
)
_BEFORE_MAY = frozenset({
    "in", "of", "from", "for", "during", "and", "to", "since", "by", "with", "than", "against", "versus", "vs", "until",
    "till", "through", "after", "before", "last", "late", "early", "mid", "on", "over", "unlike",
})  # fmt: skip


def period_at(chars: str, cased: str, position: int, *, is_chinese: bool) -> tuple[Period, int] | None:
    """The period that begins at `position` of folded text and where it ends, or None."""
    if is_chinese:
        if chars[position] not in _CHINESE_START:
            return None
        return _chinese_period(chars, position)
    if position and chars[position - 1].isalnum():
        return None
    if not _ENGLISH_START.match(chars, position) or not (first := _any_of(is_chinese=False).match(chars, position)):
        return None
    for kind, pattern in _ENGLISH[_place_of(first) :]:
        found = pattern.match(chars, position)
        if not found or (found.end() < len(chars) and found[0][-1].isalnum() and chars[found.end()].isalnum()):
            continue
        if (
            kind in ("month", "to_month", "range")
            and found["a"] == "may"
            and not _is_may(chars, cased, position, found)
        ):
            continue
        period = _english_period(kind, found)
        if period is not None:
            return period, found.end()
    return None


@lru_cache(maxsize=2)
def _any_of(*, is_chinese: bool) -> re.Pattern[str]:
    """The patterns of a language as one, which tells at once which of them is the first to match, if any."""
    patterns = (re.sub(r"\(\?P<\w+>", "(?:", one.pattern) for _, one in (_CHINESE if is_chinese else _ENGLISH))
    return re.compile("|".join(f"(?P<p{place}>{pattern})" for place, pattern in enumerate(patterns)))


def _place_of(found: re.Match[str]) -> int:
    return int((found.lastgroup or "p0")[1:])


def _is_may(chars: str, cased: str, position: int, found: re.Match[str]) -> bool:
    start = found.start("a")
    before = chars[max(0, position - 12) : start].split()
    is_before_noun = bool(_AFTER_MAY.match(chars, found.end()))
    behind = cased[found.end() : found.end() + 2].strip()
    is_within = bool(before) and before[-1].endswith("'s") and behind.islower()  # China's May rare earth exports
    return cased[start] == "M" and (
        found.end() - start > 3 or is_before_noun or is_within or bool(before and before[-1] in _BEFORE_MAY)
    )


def _english_period(kind: str, found: re.Match[str]) -> Period | None:
    groups = found.groupdict()
    if kind == "day":
        return Period("date")
    if kind == "years":
        end = int(groups["end"]) if groups.get("end") else None
        return Period(kind, _month(groups["b"]), 13, int(groups["year"]), end_year=end)
    if kind == "whole_years":
        first, last = int(groups["year"] or groups["first"] or groups["start"] or 0), int(groups["end"] or 0)
        is_far = last > first + 1  # from 2019 to 2020 is mostly a change from one to the other
        return Period("years", 12, 13, first, end_year=last) if is_far else None
    if kind == "length":
        return Period(kind, 1, _LENGTHS[found["n"]])
    if kind in ("same", "same_month", "that_year", "this_month", "base", "prior", "last_month", "to_date"):
        return Period(kind)
    year = int(groups["year"]) if groups.get("year") else None
    if groups.get("yy"):
        year = 2000 + int(groups["yy"])
    relative = -1 if groups.get("last") else 0 if groups.get("this") else None
    if kind == "based":
        return Period("span", 0, 0, year, None, is_loose=True)
    is_fiscal = bool(groups.get("fiscal"))
    if is_fiscal:
        label = groups.get("fy") or groups.get("fy2") or ""
        if kind == "fiscalyear" and not label and "year" not in found[0]:
            return None
        if groups.get("fy2") and kind == "fiscalyear":
            first, last = int(label[:4]) % 100, int(label[-2:])
            if (first + 1) % 100 != last:
                return None
        year = _fiscal_label(label)
        relative = None if year else (-1 if re.search(r"\b(?:last|previous|outgoing)\b", groups["fiscal"]) else 0)
    span_kind = "fiscal" if is_fiscal else "span"
    is_of_one_year = is_fiscal and year is not None and not re.search("[-/ ]", label)
    if kind == "fiscalyear":
        return Period("fiscal", 1, 12, year, relative, is_of_one_year=is_of_one_year)
    if kind == "rolling":
        return Period("rolling", 0, _count(groups["n"]))
    if kind == "up_to":
        word = re.split("[ -]", groups["n"])[0]
        months = {"quarter": 3, "half": 6, "year": 12}.get(word) or _count(word)
        return _up_to(_month(groups["a"]), months, year, relative)
    if kind == "quarter_to":
        return Period("span", _month(groups["a"]) - 2, 3, year or int(groups["year1"] or 0) or None, relative)
    if kind == "months":
        count = _count(groups["n"])
        if groups.get("lead", "") in ("last", "past", "final", "last ", "past "):
            return None
        if not 1 <= count <= 12:
            return None
        return Period(span_kind, 1, count, year, relative, is_loose="loose" in groups and groups.get("lead") is None)
    if kind == "to_quarter":
        return Period("span", 1, 3 * _count(groups["n"]), year, relative)
    if kind == "first_month":
        return Period("span", 1, 1, year, relative)
    if kind == "range":
        first, last = _month(groups["a"]), _month(groups["b"])
        first_year = int(groups.get("year1") or 0)
        if first_year and year and first_year != year and not is_fiscal:
            is_two = re.search(r"\band\b|[&/,]", found[0]) and not found[0].startswith("between")
            return None if is_two else _over_years(first_year, first, year, last)
        if first_year and year is None:
            year = first_year
        if last < first:  # July to March: over the turn of the year, the year said is that of the end
            return Period(
                "calendar_fiscal" if is_fiscal else "span",
                first,
                12 - first + 1 + last,
                _turn(year, is_fiscal),
                relative,
            )
        return Period("calendar_fiscal" if is_fiscal else "span", first, last - first + 1, year, relative)
    if kind == "qrange":
        first, last = int(groups["a"]), int(groups["b"])
        return Period("span", 3 * first - 2, 3 * (last - first + 1), year, relative) if last > first else None
    if kind == "quarters":
        return Period(span_kind, 1, 3 * _count(groups["n"]), year, relative)
    if kind == "quarter":
        number = {"opening": 1, "last": 4, "final": 4}.get(groups["n"]) or _count(groups["n"])
        return Period(span_kind, 3 * number - 2, 3, year, relative)
    if kind == "quarter_again":
        return Period(kind, 3 * _count(groups["n"]) - 2, 3)
    if kind == "half":
        number = 2 if groups["n"] == "last" else _count(groups["n"])
        return Period(span_kind, 6 * number - 5, 6, year, relative)
    if kind == "month":
        return Period("span", _month(groups["a"]), 1, year, relative)
    if kind == "to_month":
        return Period("span", 1, _month(groups["a"]), year, relative)
    if kind == "thisyear":
        return Period("year_to_date", 0, 0, None, 0)
    return Period("span", 1, 12, year, relative if year is None else None)


def _up_to(last_month: int, months: int, year: int | None, relative: int | None) -> Period:
    """`the quarter to March 2024`: so many months, the last of which is said."""
    first = last_month - months + 1
    return Period(
        "span", first if first > 0 else first + 12, months, year if first > 0 or year is None else year - 1, relative
    )


def _over_years(first_year: int, first: int, last_year: int, last: int) -> Period | None:
    """`April 2018 to March 2020`."""
    months = 12 * (last_year - first_year) + last - first + 1
    return Period("span", first, months, first_year) if months > 0 else None


def _turn(year: int | None, is_fiscal: bool) -> int | None:
    return year if is_fiscal or year is None else year - 1


def _fiscal_label(label: str) -> int | None:
    """The calendar year in which the labelled fiscal year ends."""
    if not label:
        return None
    parts = re.split(r"[-/ ]", label)
    last = int(parts[-1])
    return last if last > 99 else 2000 + last


def _chinese_period(chars: str, position: int) -> tuple[Period, int] | None:
    if position and chars[position] in "0123456789" and chars[position - 1] in "0123456789.":
        return None
    if (
        chars[position] in "一二三四五六七八九十"
        and position
        and (chars[position - 1] in "一二三四五六七八九十百千万第")
    ):
        return None
    first = _any_of(is_chinese=True).match(chars, position)
    for kind, pattern in _CHINESE[_place_of(first) :] if first else ():
        found = pattern.match(chars, position)
        if not found or not found[0]:
            continue
        groups = found.groupdict()
        if kind == "day":
            return Period("date"), found.end()
        if kind in ("same", "base", "prior", "single", "so_far"):
            return Period(kind), found.end()
        if kind == "plan":
            first_year = _first_year_of_plan(_chinese_count(groups["plan"] or ""))
            if at := groups["at"]:  # “十二五”末, “十四五”开局之年
                years = 0 if at.startswith("开局") else _MONTHS_OF_PLAN // 12 - 1
                return Period("span", 1, 12, first_year + years), found.end()
            return Period("span", 1, _MONTHS_OF_PLAN, first_year), found.end()
        if kind == "years":
            end = int(groups["end"]) if groups.get("end") else None
            last = _chinese_count(groups["b"] or "")
            if not 1 <= last <= 12:
                continue
            return Period(kind, last, 13, int(groups["year"] or 0), end_year=end), found.end()
        if kind == "whole_years":
            first_year, last_year = int(groups["year"] or 0), int(groups["end"] or 0)
            if last_year <= first_year:
                continue
            return Period("years", 12, 13, first_year, end_year=last_year), found.end()
        if kind == "based" and groups.get("year"):
            return Period("span", 0, 0, _chinese_year(groups["year"] or ""), None, is_loose=True), found.end()
        if kind == "based":
            return Period("base" if groups.get("last") else "same"), found.end()
        year = _chinese_year(groups["year"]) if groups.get("year") else None
        relative = -1 if groups.get("last") else 0 if groups.get("this") else None
        if kind == "year":
            text = found[0]
            if groups.get("year") and "年" not in text:
                if not text.isdigit() or chars[found.end() : found.end() + 1] not in ("", "，", " ", "、", "及", "和"):
                    continue
                if not 1990 <= (year or 0) <= 2100 or chars[found.end() : found.end() + 1] == "、":
                    continue
            if relative == 0 and not text.startswith("全") and "全年" not in text:
                return Period("year_to_date", 0, 0, None, 0), found.end()
            return Period("span", 1, 12, year, relative), found.end()
        period = _chinese_span(kind, groups, year, relative)
        if period is not None:
            return period, found.end()
    return None


def _first_year_of_plan(number: int) -> int:
    """The year in which a five-year plan of China begins: the sixth in 1981, one after the other since."""
    return _FIRST_YEAR_OF_SIXTH_PLAN + 5 * (number - 6)


def _chinese_span(kind: str, groups: dict[str, str | None], year: int | None, relative: int | None) -> Period | None:
    if kind.startswith("fiscal"):
        label = groups["fy"] or ""
        part = {"上": 1, "下": 2}.get(groups.get("n") or "") or _chinese_count(groups.get("n") or "一")
        months = {"fiscal_half": 6, "fiscal_quarter": 3}.get(kind, 12)
        is_of_one_year = label.isdigit()
        first = months * (part - 1) + 1
        return Period("fiscal", first, months, _fiscal_label(label), None, is_of_one_year=is_of_one_year)
    if kind in ("range", "month"):
        first = _chinese_count(groups["a"] or "")
        last = _chinese_count(groups["b"] or "") if kind == "range" else first
        if not 1 <= first <= 12 or not 1 <= last <= 12:
            return None
        last_year = _chinese_year(groups.get("year2") or "0")
        if year and last_year and last_year != year:
            return _over_years(year, first, last_year, last)
        if last < first:
            return Period("span", first, 13 - first + last, year, relative)
        return Period("span", first, last - first + 1, year, relative)
    if kind == "qrange":
        first, last = _chinese_count(groups["a"] or ""), _chinese_count(groups["b"] or "")
        return Period("span", 3 * first - 2, 3 * (last - first + 1), year, relative) if last > first else None
    number = {"上": 1, "下": 2, "首": 1}.get(groups["n"] or "") or _chinese_count(groups["n"] or "")
    if kind == "months":
        return Period("span", 1, number, year, relative) if 1 <= number <= 12 else None
    if kind == "quarters":
        return Period("span", 1, 3 * number, year, relative)
    if kind == "quarter":
        return Period("span", 3 * number - 2, 3, year, relative)
    return Period("span", 6 * number - 5, 6, year, relative)


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTS[word]


def _month(word: str) -> int:
    return _MONTHS[word.strip().removesuffix(".")]


def _chinese_count(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text == "两":
        return 2
    if text.startswith("十"):
        return 10 + (CHINESE_DIGITS.get(text[1], 0) if len(text) > 1 else 0)
    if text.endswith("十"):
        return CHINESE_DIGITS.get(text[0], 0) * 10
    if "十" in text:
        return CHINESE_DIGITS.get(text[0], 0) * 10 + CHINESE_DIGITS.get(text[-1], 0)
    return CHINESE_DIGITS.get(text, 0) if len(text) == 1 else 0


def _chinese_year(text: str) -> int:
    text = text.removeprefix("民国")
    if text.isdigit() and len(text) == 3:
        return int(text) + 1911  # 113年: counted from the founding of the republic
    return int(text) if text.isdigit() else int("".join(str(CHINESE_DIGITS.get(char, 0)) for char in text))


@lru_cache(maxsize=1)
def _fiscal_years() -> dict[str, tuple[int, bool]]:
    """In which month fiscal years of a country begin, and whether they are named by the year in which they do."""
    path = Path(__file__).parent / "vocabulary" / "fiscal_years.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["region_id"]: (int(row["first_month"]), row["named_by"] == "start") for row in rows}


def resolve(
    period: Period, published: datetime.date | None, region_id: str, context_year: int | None = None
) -> Span | None:
    """The days of a period with months of its own; None where the year is neither said nor to be known.

    A year that is not said is the latest that was over when the release was published; `context_year` (of the period
    that the paragraph speaks of) goes before that.
    """
    if period.kind == "years":
        end_year = period.end_year or (published.year if published is not None else None)
        if end_year is None or period.year is None or end_year <= period.year:
            return None
        return span_of(period.year, 1, 12 * (end_year - period.year) + period.first_month)
    if period.kind == "fiscal":
        first_month, is_named_by_start = _fiscal_years().get(region_id[:3], (1, False))
        end_year = period.year
        if end_year is not None and is_named_by_start and period.is_of_one_year:
            end_year += 1
        if end_year is None:
            if published is None:
                return None
            end_year = published.year + (1 if first_month > 1 and published.month >= first_month else 0)
            end_year += period.relative_year or 0
        start_year = end_year - (1 if first_month > 1 else 0)
        return span_of(start_year, first_month + period.first_month - 1, period.months)
    if period.kind == "calendar_fiscal":  # July to March FY25: months of the calendar within a fiscal year
        first_month, _ = _fiscal_years().get(region_id[:3], (1, False))
        if period.year is None:
            return resolve(Period("span", period.first_month, period.months), published, region_id)
        year = period.year - (1 if first_month > 1 and period.first_month >= first_month else 0)
        return span_of(year, period.first_month, period.months)
    if period.year is not None:
        return span_of(period.year, period.first_month, period.months)
    if period.relative_year is not None and published is not None:
        year = published.year + period.relative_year
        if period.relative_year == 0 and not _is_over(span_of(year, period.first_month, period.months), published):
            year -= 1  # "the first half of the year", said in spring, is that of the year before
        return span_of(year, period.first_month, period.months)
    if context_year is not None:
        candidate = span_of(context_year, period.first_month, period.months)
        if published is None or _is_over(candidate, published):
            return candidate
    if published is None:
        return None
    for year in range(published.year, published.year - 3, -1):
        candidate = span_of(year, period.first_month, period.months)
        if _is_over(candidate, published):
            return candidate
    return None


def says_part_of_month(chars: str) -> bool:
    """Whether folded text speaks of a part of a month."""
    is_likely = any(hint in chars for hint in _HINTS_OF_PART) or _RANGE_OF_DAYS.search(chars)
    return bool(is_likely) and bool(_PART_OF_MONTH.search(chars))


def span_of(year: int, first_month: int, months: int) -> Span:
    """First and last day of `months` months from `first_month` (which may lie beyond 12) of `year`."""
    start_index = year * 12 + first_month - 1
    end_index = start_index + months - 1
    start = datetime.date(start_index // 12, start_index % 12 + 1, 1)
    end_year, end_month = end_index // 12, end_index % 12 + 1
    return start, datetime.date(end_year, end_month, calendar.monthrange(end_year, end_month)[1])


def shifted(span: Span, months: int) -> Span:
    """A span of whole months, moved by a number of months."""
    start, end = span
    length = (end.year - start.year) * 12 + end.month - start.month + 1
    moved = span_of(start.year, start.month + months, length) if start.day == 1 else None
    if moved is None:
        raise ValueError("not a span of whole months")
    return moved


def length_in_months(span: Span) -> int:
    """How many months a span covers."""
    start, end = span
    return (end.year - start.year) * 12 + end.month - start.month + 1


def _is_over(span: Span, published: datetime.date) -> bool:
    end = span[1]
    if published > end:
        return True
    return (published.year, published.month) == (end.year, end.month) and published.day >= _EARLIEST_DAY_OF_OWN_MONTH
