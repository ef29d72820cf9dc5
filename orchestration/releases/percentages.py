"""What a percentage or a number of percentage points says: growth, share, contribution, gap, or a change of one."""

from __future__ import annotations

from dataclasses import replace

from orchestration.figures import UNMAPPED, WHOLE
from orchestration.releases.claims import NEGATIVE_CONTRIBUTIONS
from orchestration.releases.comparisons import base_period, growth_of_then, has_comparison_near, is_base, period_of
from orchestration.releases.distribution import choices_of
from orchestration.releases.lexicon import words
from orchestration.releases.naming import item_of
from orchestration.releases.number_groups import NumberGroup, Role, change_that_is_listed
from orchestration.releases.number_subjects import SHARE_THAT_GOES, joint_or, where_part_goes
from orchestration.releases.periods import Span
from orchestration.releases.sentences import BOUNDARIES, sign_of_difference
from orchestration.releases.statements import COMPARISON_NOT_SAID, RECKONED_OTHERWISE, TARGET, Statement
from orchestration.releases.subjects import Frame, Item
from orchestration.releases.text import is_chinese
from orchestration.releases.tokens import THE_PROVINCE, Token
from orchestration.releases.unknown_names import LONGER_NAME

_CUES = ("rise", "fall", "flat", "share", "growth_noun")
_LOOSE_RISES = frozenset(words("loose_rise"))
#: Behind a percentage they say that it is a change.
_MORE_OR_LESS = frozenset(words("more_or_less"))
_LESS = frozenset({"less", "fewer", "more"})
#: Right behind a percentage, as right before one, they are its verb.
_ARROWS = ("↑", "↓", "▲", "▼", "⬆", "⬇", "↗", "↘")
_RISING_TO = frozenset(words("rising_to"))
_SHORTFALLS = frozenset(words("shortfall"))
_SHARE_OF_NEXT = "share of what follows"
_WHOLE = 100
_RATIOS = frozenset(words("ratio"))
#: What has been added, as words in English: 41 percent of the overall growth.
_ADDED = frozenset(words("added_amount"))
#: How doubts begin that are of the subject or the flow alone.
_SUBJECT_DOUBTS = (
    "whether exports, imports", "whether the flow", "whether it is of what the whole text is about",
    "it may go on with the subject", "whether it is the trade of the partner itself", "the subject of the verb",
    "a name that no list knows", "the words beside its goods",
)  # fmt: skip
#: Before a number they say no more than that it belongs to the name before.
_AT = frozenset({"at", "with"})
#: Begin the members of a list of parts: those of cars 5 percent, of lorries 3.
_OF_THOSE = frozenset({"of", "those", "that"})
#: Between a whole and the parts that it is made of.
_MADE_OF = frozenset(words("made_of"))
#: Behind a percentage: by how much a growth lies above or below that of another place.
_BESIDE = {"above": 1, "below": -1}
#: Before the parts of a sum, which is told of again behind them.
_MADE_UP_OF = frozenset({"made up of", "consisting of", "comprising", "comprised of", "composed of"})
_BETTER = frozenset(words("better"))
#: Before a rise or fall: what had a part in it, and behind one: where it came from.
_CONTRIBUTING, _STEMMING = "contribut", frozenset(words("stemming"))
#: Tokens between these and the rise or fall.
_LONGEST_LEAD = 5
_FALLING_NOUNS = frozenset(words("falling_noun"))
#: What has been added, as the whole of a part.
_INCREASES = tuple(words("increase_of"))
#: The record says of a gap only to the growth of which place it is.
_GAP_OF_PARTS = "to the growth of which goods, partners or enterprises it is a gap is not kept"
#: `its share rose from 27.7 percent to 29.3 percent`: the first is that of the period compared with.
_SHARE_FROM = "share that it rose from"


def percent_statements(numbers: NumberGroup, frame: Frame) -> list[list[Statement]]:
    """What a percentage states of its subject, in every way that it may be read."""
    frame = joint_or(numbers, frame)
    period = period_of(numbers)
    behind = numbers.tokens[numbers.last + 1 : min(numbers.clause_end, numbers.last + 4)]
    if any(token.is_a("target") for token in behind):  # 增长5%的年度计划
        numbers.walk.sentence_doubt = numbers.walk.sentence_doubt or TARGET
    others = [numbers.claims.others.get(index, "") for index in numbers.group]
    if others[0]:
        return _growths_of_others(numbers, frame, others, period)
    contribution = next(
        (numbers.claims.contributions[index] for index in numbers.group if index in numbers.claims.contributions), None
    )
    if contribution is None and _is_part_of_increase(numbers):
        contribution = 1
    if contribution is not None:
        return choices_of(numbers, frame, [("contribution", contribution, "contribution")], period, unit="percent")
    references = numbers.claims.references
    whole = next((references[index] for index in numbers.group if index in references), {})
    inherits_flow = any(note.startswith("flow ") for note in frame.notes)
    is_open = numbers.walk.flow_doubt or inherits_flow or frame.flows == ["total"]  # trade is no part of exports
    # supplying 39.6 per cent of imports and taking 54.8 per cent of exports: imports are no part of exports
    is_other = not numbers.opens_frame and {*frame.flows, whole.get("flow", "")} == {"export", "import"}
    # a deficit may be told as so many percent of imports; what one partner has of all exports is no balance
    is_of_balance = frame.flows == ["balance"] and bool(frame.names.get("partner"))
    if whole.get("flow") and (is_of_balance or (frame.flows != ["balance"] and (is_open or is_other))):
        # the whole says the flow of the part, and of those that follow in the list
        doubt = "" if frame.doubt == numbers.walk.flow_doubt else frame.doubt
        said = replace(frame.copy(), flows=[whole["flow"]], others=(), doubt=doubt)
        if numbers.walk.frame is frame:
            numbers.walk.frame = numbers.grammar.top = said
            numbers.walk.flow_doubt = ""
        frame = said
    choices = _percent_roles(numbers)
    if choices[0][0] == "share" and not whole and _opens_with_whole(numbers):
        kept = {name: items[0].code for name, items in frame.names.items() if name != "partner" and len(items) == 1}
        for index in numbers.group:
            references.setdefault(index, kept)
    elif choices[0][0] == "share" and not whole and (holder := _holder_before(numbers, frame)):
        for index in numbers.group:
            references.setdefault(index, {"region": holder})
    behind = numbers.tokens[numbers.last + 1 : numbers.last + 2]
    if choices[0][0] == "growth" and behind and behind[0].text.startswith("fewer") and not frame.measures:
        frame = replace(frame.copy(), measures=["quantity"])  # 26.5% fewer chips: what is counted
    if choices[0][0] == "growth" and (then := growth_of_then(numbers)) is not None:
        return [
            [replace(one, comparison="yoy", comparison_span=None) for one in readings]
            for readings in choices_of(numbers, frame, choices, then)
        ]
    if choices[0][0] == "share" and _is_its_own_whole(numbers, frame, whole):
        return choices_of(numbers, frame, choices, period, doubt="as it is read, the part is the whole")
    if choices[0][0] == "share" and _is_of_narrower_whole(numbers, frame, whole):
        frame = replace(frame.copy(), others=(*frame.others, (_within_whole(numbers, frame, whole), None)))
        return choices_of(numbers, frame, choices, period, doubt="its whole is narrower than the part, as it is read")
    if choices[0][2] == _SHARE_OF_NEXT:
        return choices_of(numbers, frame, choices, period, doubt="what stands behind it is the part, or the whole")
    if choices[0][0] == "share" and any(float(one.printed) > _WHOLE for one in numbers.quantities):
        return choices_of(numbers, frame, choices, period, doubt="a share of more than all there is")
    if choices[0][0] == "share" and not numbers.opens_frame and _follows_parts(numbers):
        frame = replace(frame.copy(), others=(*frame.others, (None, "total")))
        return choices_of(numbers, frame, choices, period, doubt="whether it is of the sum or of its last part")
    if choices[0][0] == "share" and _is_ratio(numbers):
        return choices_of(numbers, frame, choices, period, doubt="it is a ratio of two, and no share")
    if choices[0][0] == "share" and _is_of_places_before(numbers, frame):
        return choices_of(numbers, frame, choices, period, doubt="whether the share is that of the places before")
    if choices[0][0] == "share" and _is_of_no_trade(numbers):
        return choices_of(numbers, frame, choices, period, doubt="its whole is not trade")
    if choices[0][0] == "growth" and (gap := _gap_to_another(numbers)):
        roles: list[Role] = [("growth_gap", gap, "gap in percent"), ("growth", gap, "growth after")]
        _, reference = numbers.claims.beaten.get(numbers.first, (gap, {}))
        doubt = "whether it is a growth or how far one is above another"
        return choices_of(numbers, frame, roles, period, reference=reference, doubt=doubt)
    near = numbers.tokens[max(0, numbers.first - 2) : numbers.first]
    if choices[0][0] == "growth" and any(token.is_a("average") or token.text == "average" for token in near):
        return choices_of(numbers, frame, choices, period, doubt="an average of several periods")
    if choices[0][0] == "growth" and _is_of_growth(numbers):
        return choices_of(numbers, frame, choices, period, doubt="whether it is a growth or the change of one")
    if choices[0][0] == "growth" and _is_bound_of_periods(numbers):
        return choices_of(numbers, frame, choices, period, doubt="a bound that held for several periods")
    if choices[0][0] == "growth" and frame.count_measure.startswith(("growing", "doubling")):
        return choices_of(numbers, frame, choices, period, doubt="a bound for each of those counted")
    if choices[0][0] == "share" and _is_of_those_counted(numbers):
        return choices_of(numbers, frame, choices, period, doubt="the share is of those that are counted")
    if choices[0][2] == _SHARE_FROM:
        spans = numbers.claims.spans
        told = [spans[at] for at in range(numbers.last + 1, numbers.last + 3) if at in spans]
        return choices_of(numbers, frame, choices, told[0] if told else base_period(numbers, period))
    if choices[0][2] == "growth by its comparison" and _has_unknown_verb(numbers):
        choices = [("growth", 1, "growth by its comparison"), ("growth", -1, "growth by its comparison")]
    if is_base(numbers) and (
        numbers.first in numbers.claims.base_values
        or any(index in numbers.claims.comparisons for index in (numbers.first - 1, numbers.first - 2))
        or (choices[0][0] == "share" and _tells_of_base(numbers))
    ):
        period = base_period(numbers, period)
        before = numbers.walk.previous[-1] if numbers.walk.previous else None
        is_of_share = before is not None and before.statistic == "share"
        if choices[0][0] == "growth" and (is_of_share or any(token.is_a("share") for token in numbers.tokens)):
            choices = [("share", 1, "share of the period compared with")]
    return choices_of(numbers, frame, choices, period)


def _is_of_growth(numbers: NumberGroup) -> bool:
    """`降幅比前3季度减少1.4%`: by how much a growth is above or below another one, in percent instead of points."""
    clause = numbers.tokens[numbers.clause_start : numbers.first]
    nouns = [at for at, token in enumerate(clause[:-1]) if token.is_a("growth_noun")]
    return numbers.sentence.is_chinese and any(clause[at + 1].text in ("比", "较") for at in nouns)


def _holder_before(numbers: NumberGroup, frame: Frame) -> str:
    """`全国农产品进口500亿美元，我省占5%`: the nation or province whose figure stands before one of the place in it."""
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    before = previous.names.get("region", []) if previous is not None else []
    home = numbers.grammar.region_id
    is_home = all(item.code == home for item in frame.names.get("region", []))
    if len(before) != 1 or before[0].code == home or not is_home:
        return ""
    return before[0].code if before[0].code in numbers.grammar.codes.containing_regions(home) else ""


def _follows_parts(numbers: NumberGroup) -> bool:
    """`The sum, made up of 1.9 trillion of exports and 1.0 trillion of imports, represented 12.4 percent of …`."""
    before = " ".join(token.text for token in numbers.tokens[: numbers.first])
    return not numbers.sentence.is_chinese and any(words_of in before for words_of in _MADE_UP_OF)


def _is_ratio(numbers: NumberGroup) -> bool:
    """`The ratio of non-oil exports to imports rose to 51.8 percent`."""
    clause = numbers.tokens[numbers.clause_start : numbers.first]
    return any(word in _RATIOS for token in clause for word in token.text.split())


def _is_of_narrower_whole(numbers: NumberGroup, frame: Frame, whole: dict[str, str]) -> bool:
    """`Heihe contributed 12.6 percent of Heilongjiang's trade with Russia`: the part is with Russia, too."""
    home = numbers.grammar.region_id
    return any(
        whole.get(dimension, WHOLE[dimension]) not in (WHOLE[dimension], UNMAPPED, home, whole.get("region"))
        and not [item for item in frame.names.get(dimension, []) if item.code != WHOLE[dimension]]
        for dimension in ("partner", "commodity", "ownership", "trade_mode")
    )


def _within_whole(numbers: NumberGroup, frame: Frame, whole: dict[str, str]) -> dict[str, list[Item]]:
    """The names of the part with those of its whole: 95 percent of coal exports are exports of coal."""
    names = dict(frame.names)
    for index, reason in numbers.sentence.spoken_for.items():
        token = numbers.tokens[index]
        for dimension, code in token.names if reason == "reference" else ():
            if dimension in WHOLE and whole.get(dimension) == code and not names.get(dimension):
                names[dimension] = [item_of(numbers.grammar, token, dimension, code)]
    return names


def _gap_to_another(numbers: NumberGroup) -> int:
    """The sign of `19.5 percent higher than the national average`, `higher than the overall growth by 11.3 percent`.

    0 where the percentage says nothing of that kind.
    """
    tokens, at = numbers.tokens, numbers.last + 1
    if numbers.sentence.is_chinese:
        return 0
    before = numbers.first - 2
    if before > numbers.clause_start and tokens[before + 1].text == "by" and tokens[before].is_a("growth_noun"):
        than = [token for token in tokens[numbers.clause_start : before] if token.is_a("gap_up", "gap_down")]
        if than and than[-1].text.endswith("than"):
            return _gap_sign(than[-1])
    if numbers.first in numbers.claims.beaten:
        return numbers.claims.beaten[numbers.first][0]
    is_beside = at < len(tokens) and (tokens[at].is_a("gap_up", "gap_down") or tokens[at].text.split(" ")[0] in _BESIDE)
    if at + 1 >= len(tokens) or not is_beside:
        return 0
    behind = tokens[at + 1 : at + (5 if tokens[at + 1].text in ("that", "those") else 3)]  # than that of the province
    return _gap_sign(tokens[at]) if _names_holder(numbers, behind) else 0


def _names_holder(numbers: NumberGroup, named: list[Token]) -> bool:
    """Whether words name the nation or province that holds the place which reports."""
    home = numbers.grammar.region_id
    province = THE_PROVINCE if numbers.grammar.province() != home else frozenset()
    return any(token.is_a("scope_nation", "scope_province") or token.text in province for token in named)


def _gap_sign(cue: Token) -> int:
    if (word := cue.text.split(" ")[0]) in _BESIDE:
        return _BESIDE[word]
    return -1 if cue.is_a("gap_down") and not cue.is_a("gap_up") else 1


def _is_its_own_whole(numbers: NumberGroup, frame: Frame, whole: dict[str, str]) -> bool:
    """`Goods of local origin made up 64 percent of exports`: what the part is was not understood."""
    place = numbers.grammar.region_id
    is_narrow = any(items for items in frame.names.values()) or frame.count_measure
    if not whole and not is_narrow and frame.flows == ["total"] and not numbers.grammar.is_chinese_reporter:
        return True  # of which 68 percent were imports: of a place in China it would be the share of the nation
    return not is_narrow and frame.flows == [whole.get("flow")] and whole.get("region", place) == place


def _is_of_places_before(numbers: NumberGroup, frame: Frame) -> bool:
    """`是甲、乙的2倍和3倍；占全国的19.5%`: several places share in it that are named before, and not taken together."""
    clause = range(numbers.clause_start, numbers.first)
    says = any(numbers.tokens[at].is_a("together", "each") for at in clause)
    named = any("region" in dict(numbers.tokens[at].names) and numbers.sentence.free(at) for at in clause)
    return len(numbers.group) == 1 < len(frame.names.get("region", [])) and not says and not named


def _is_of_no_trade(numbers: NumberGroup) -> bool:
    """`a deficit equal to 29 percent of the foreign exchange reserves`."""
    behind = numbers.tokens[numbers.last + 1 : min(numbers.clause_end, numbers.last + 5)]
    return bool(behind) and behind[0].is_a("of") and any(token.is_a("nontrade") for token in behind)


def _tells_of_base(numbers: NumberGroup) -> bool:
    """`去年同期这一比重为22.6%`, `a year earlier its share was 22.6 percent`: the clause begins with that period."""
    start = numbers.sentence.clause_start(numbers.first)
    begins = numbers.tokens[start : start + 2]
    says_base = any(numbers.claims.comparisons.get(index) in ("base", "prior") for index in (start, start + 1))
    return says_base and not any(token.is_a("versus", "than", "comparison", "rise", "fall") for token in begins)


def _growths_of_others(
    numbers: NumberGroup, frame: Frame, others: list[str], period: Span | None
) -> list[list[Statement]]:
    """The growths of places that are named to compare with, one or each in turn."""
    start = numbers.grammar.text.offsets[numbers.tokens[numbers.first].start]
    items = [Item(one, "全国" if one == "CHN" else one, start, start) for one in others if one]
    other = frame.copy()
    other.names = {"region": items}
    nouns = [one for one in numbers.tokens[: numbers.first] if one.is_a("growth_noun")]
    sign = -1 if nouns and nouns[-1].text in _FALLING_NOUNS else 1
    return choices_of(numbers, other, [("growth", sign, "growth of another")], period)


def _is_bound_of_periods(numbers: NumberGroup) -> bool:
    """`已连续两个月增长20%以上`: each of several months grew by at least as much."""
    if numbers.quantities[0].qualifier not in ("over", "at_least", "under", "at_most"):
        return False
    before = numbers.tokens[numbers.sentence.clause_start(numbers.first) : numbers.first]
    return any(
        token.is_a("duration") or (token.quantity is not None and token.quantity.measure == "duration")
        for token in before
    )


def _is_of_those_counted(numbers: NumberGroup) -> bool:
    """`10家企业合计占全市的86.5%`: the part is what those counted right before trade."""
    before = numbers.tokens[numbers.sentence.clause_start(numbers.first) : numbers.first]
    counts = any(token.quantity is not None and token.quantity.unit_kind == "count" for token in before)
    return counts and any(token.is_a("together") for token in before)


def _has_unknown_verb(numbers: NumberGroup) -> bool:
    """Whether a word that no table knows stands right before the number: it may be a rise or a fall."""
    index = numbers.first - 1
    while index > numbers.clause_start and numbers.tokens[index].is_a("filler", "by", "qualifier"):
        index -= 1
    return index >= numbers.clause_start and numbers.tokens[index].kind == "word"


def _opens_with_whole(numbers: NumberGroup) -> bool:
    """`Of the gold exported, 91 percent was sold to Switzerland and 5 percent to the UK`."""
    return numbers.tokens[0].text == "of" and numbers.sentence.clause_end(0) <= numbers.first


def _leaves_out_verb(numbers: NumberGroup) -> bool:
    """`exports declined 1.8 percent year on year and imports 5 percent`: the verb is that before "and".

    Likewise behind a colon and commas: `… slumped 43 percent: those of cars 35 percent, of lorries 56 percent`.
    """
    between = numbers.tokens[numbers.window_start : numbers.first]
    links = [
        at
        for at, token in enumerate(between)
        if token.is_a("and")
        or (token.kind in ("comma", "colon") and any(one.text in _OF_THOSE for one in between[at + 1 : at + 2]))
    ]
    if numbers.sentence.is_chinese or not links:
        return False
    subject = between[links[-1] + 1 :]
    is_plain = all(
        token.names or token.is_a("flow", "filler", "of") or token.kind == "possessive" or token.text in _OF_THOSE
        for token in subject
    )
    is_told = any(token.names or token.is_a("flow") for token in subject)
    return is_plain and is_told and not any(token.is_a("rise", "fall", "share", "to") for token in subject)


def _is_parallel(numbers: NumberGroup) -> bool:
    """`decreases of 1.35% in non-oil exports and 9.09% in oil exports`: two numbers, each of what it is in."""
    tokens, before = numbers.tokens, numbers.window_start - 1
    behind = tokens[numbers.last + 1 : numbers.last + 2]
    is_joined = numbers.first > 0 and tokens[numbers.first - 1].is_a("and") and before >= 0
    return is_joined and [one.text for one in behind] == ["in"] == [tokens[before + 1].text]


def _percent_roles(numbers: NumberGroup) -> list[Role]:
    """What a percentage may be, the likeliest first; more than one is a doubt."""
    role = (
        _role_by_what_is_claimed(numbers)
        or _role_by_what_follows(numbers)
        or _role_by_cues(numbers)
        or _role_by_numbers_before(numbers)
    )
    if role:
        return [role]
    if numbers.in_parentheses:
        before = numbers.walk.previous[-1] if numbers.walk.previous else None
        if before is not None and before.statistic == "change" and before.quantity.unit_kind != "percent":
            return [("growth", before.sign, "growth, as the change before")]
        is_part = any(token.is_a("among") for token in numbers.tokens[numbers.window_start : numbers.first])
        if before is not None and before.statistic == "share" and is_part:
            return [("share", 1, "share, as that of which it is a part")]
        if sign := change_that_is_listed(numbers):
            return [("growth", sign, "growth, as what is listed")]
        earlier = numbers.walk.parentheticals.get(numbers.kind)
        if earlier is not None and earlier.statistic in ("growth", "share"):
            return [(earlier.statistic, earlier.sign, "as in the parenthesis before")]
        if numbers.walk.previous and numbers.walk.previous[-1].statistic == "level":
            return [("growth", 1, "in parentheses"), ("share", 1, "in parentheses")]
    if _opens_with_whole(numbers):
        return [("share", 1, "share of what the sentence begins with")]
    opens = numbers.tokens[: numbers.first]
    if any(token.text in _MADE_OF for token in opens) and not any(token.is_a("rise", "fall") for token in opens):
        return [("share", 1, "share of what consists of it")]
    return [("growth", 1, "no cue"), ("share", 1, "no cue")]


def _role_by_what_is_claimed(numbers: NumberGroup) -> Role | None:
    """By the whole that a share is of or where it goes, or by the number that this one says in another way."""
    if _comes_from(numbers) and any(
        token.is_a("share") for token in numbers.tokens[numbers.clause_start : numbers.first]
    ):
        return ("share", 1, _SHARE_FROM)
    if where_part_goes(numbers) is not None:
        return ("share", 1, SHARE_THAT_GOES)
    if any(index in numbers.claims.references for index in numbers.group):
        return ("share", 1, "share of")
    other = numbers.other_of
    if other is None or other.statistic not in ("change", "level", "growth"):
        return None
    if other.statistic == "change":
        return ("growth", other.sign, "growth, as change before")
    behind = numbers.tokens[numbers.last + 1] if numbers.last + 1 < len(numbers.tokens) else None
    if other.statistic == "level" and behind is not None and behind.is_a("rise", "fall", "gap_up", "gap_down", "than"):
        return ("growth", -1 if behind.is_a("fall", "gap_down") and not behind.is_a("gap_up") else 1, "growth after")
    return ("share", 1, "share, as level before")


def _comes_from(numbers: NumberGroup) -> bool:
    """`from 27.7 percent to 29.3 percent`."""
    tokens, last = numbers.tokens, numbers.last
    while last + 1 < len(tokens) and (tokens[last + 1].text == "in" or tokens[last + 1].period is not None):
        last += 1  # from 18.9% in 2011 to 16.0%
    reached = tokens[last + 2].quantity if last + 2 < len(tokens) and tokens[last + 1].text == "to" else None
    says_from = numbers.first > 0 and tokens[numbers.first - 1].text.endswith("from")
    return says_from and reached is not None and reached.unit_kind == "percent"


def _role_by_what_follows(numbers: NumberGroup) -> Role | None:
    """`30%的出口`, `30 percent or $5 billion`."""
    behind = numbers.tokens[numbers.last + 1 : numbers.last + 4]
    is_attribute = numbers.sentence.is_chinese and bool(behind) and behind[0].text == "的"
    if is_attribute and any(one.is_a("flow") for one in behind[1:]):
        return ("share", 1, _SHARE_OF_NEXT)
    if (sign := _sign_behind_amount(numbers)) and numbers.left(*_CUES) is None:
        return ("growth", sign, "growth after")
    if (sign := _sign_said_once(numbers)) and numbers.left(*_CUES) is None:
        return ("growth", sign, "growth, as that behind")
    if len(behind) > 1 and behind[0].is_a("or") and numbers.left(*_CUES) is None:
        value = next((one.quantity for one in behind[1:] if one.quantity is not None), None)
        if value is not None and value.unit_kind == "money":
            return ("share", 1, "share and its value")
    return None


def _sign_behind_amount(numbers: NumberGroup) -> int:
    """The sign of `4.9 percent, or 236.5 million dollars, below the figure of last year`; 0 where none is said."""
    tokens, at = numbers.tokens, numbers.last + 1
    at += at < len(tokens) and tokens[at].kind == "comma"
    if at + 2 >= len(tokens) or not tokens[at].is_a("or"):
        return 0
    amount = tokens[at + 1].quantity
    if amount is None or amount.unit_kind not in ("money", "physical"):
        return 0
    at += 2 + (tokens[at + 2].kind == "comma")
    return sign_of_difference(tokens[at : at + 2])


def _sign_said_once(numbers: NumberGroup) -> int:
    """The sign of `exports were 4.9% and imports 7.6% higher`: the word stands behind the last number; 0 for none."""
    tokens, index = numbers.tokens, numbers.window_end
    second = tokens[index].quantity if index + 1 < len(tokens) else None
    between = tokens[numbers.last + 1 : index]
    if second is None or second.unit_kind != "percent" or not between or not between[0].is_a("and"):
        return 0
    is_subject = any(token.is_a("flow") or token.names for token in between)
    is_short = not any(token.kind in BOUNDARIES or token.is_a(*_CUES, "to", "by") for token in between)
    cue = tokens[index + 1]
    if not (is_subject and is_short and cue.text.removesuffix(" than") in _MORE_OR_LESS):
        return 0
    return -1 if cue.is_a("fall") else 1


def _role_by_cues(numbers: NumberGroup) -> Role | None:
    """By the verb or noun before the number in its clause, or the one after it."""
    tokens = numbers.tokens
    cue = numbers.left(*_CUES)
    after = numbers.right(*_CUES, reach=4)
    if cue is not None and _may_qualify(tokens[cue]):
        further = _further(numbers, cue)
        if further is not None or tokens[cue].text in _LOOSE_RISES:
            cue = further
    if after is not None and not _is_after_cue(numbers, after):
        after = None
    is_right_behind = after is not None and after == numbers.last + 1
    if cue is not None and is_right_behind and cue < numbers.first - 2 and not _only_small(numbers, cue):
        cue = None
    if cue is not None and is_right_behind and tokens[cue].is_a("share") and tokens[after or 0].text in _LESS:
        cue = None  # took 27.9 percent less
    if cue is not None and is_right_behind and tokens[cue].is_a("share") and _is_noun_of_change(numbers, cue):
        cue = None  # representing a 4.8 percent increase
    if cue is not None:
        role = _role_of_cue(numbers, cue)
        if role:
            return role
    if after is None:
        return None
    if tokens[after].is_a("share") and not tokens[after].is_a("rise", "fall"):
        return ("share", 1, "share after")
    return ("growth", numbers.sign_of(after), "growth after")


def _is_noun_of_change(numbers: NumberGroup, cue: int) -> bool:
    """Whether an article alone stands between a cue and a number that has a rise or fall right behind it."""
    return [token.text for token in numbers.tokens[cue + 1 : numbers.first]] in (["a"], ["an"])


def _role_by_numbers_before(numbers: NumberGroup) -> Role | None:
    """By its sign, its place in a list, its comparison, or a verb that stands before other numbers."""
    tokens, walk = numbers.tokens, numbers.walk
    if numbers.quantities[0].explicit_sign:
        return ("growth", 1, "growth with its sign")
    previous = walk.previous[-1] if walk.previous else None
    if previous is not None and previous.rule.startswith(_SHARE_FROM):
        return ("share", 1, "share that rose to")
    if (
        previous is not None
        and _is_certain(previous)
        and previous.statistic in ("growth", "share")
        and previous.quantity.unit_kind == "percent"
        and _list_like(numbers, previous.statistic)
    ):
        return (previous.statistic, previous.sign, "as the number before")
    if (
        previous is not None
        and previous.statistic in ("share", "share_change", "growth_gap")
        and numbers.first
        and tokens[numbers.first - 1].text.endswith(("to", "至", "到"))
    ):
        if previous.statistic != "growth_gap":
            return ("share", 1, "share that rose to")
        start = numbers.sentence.clause_start(numbers.first)
        falls = any(one.text in _FALLING_NOUNS for one in tokens[start : numbers.first])
        return ("growth", -1 if falls else 1, "growth that came to")
    goes_on = [token.text for token in tokens[max(0, numbers.first - 2) : numbers.first]] in (
        ["and", "of"],
        ["and", "by"],
    ) or _is_said_by_once(numbers)
    grown = next((one for one in reversed(walk.stated) if one.quantity.unit_kind == "percent"), None)
    if goes_on and grown is not None and grown.statistic == "growth" and _is_certain(grown):
        return ("growth", grown.sign, "growth, as that before")  # a drop of 8.9 percent from … and of 1 percent from …
    behind = numbers.tokens[numbers.last + 1] if numbers.last + 1 < len(numbers.tokens) else None
    if behind is not None and behind.text in _SHORTFALLS:
        return ("growth", -1, "growth after")  # 5 percent short of the level of the year before
    if grown is not None and grown.statistic == "growth" and _is_certain(grown) and _leaves_out_verb(numbers):
        return ("growth", grown.sign, "growth, as that before")
    if grown is not None and grown.statistic == "growth" and _is_certain(grown) and _is_parallel(numbers):
        return ("growth", grown.sign, "growth, as that before")
    if has_comparison_near(numbers):
        return ("growth", 1, "growth by its comparison")
    if (
        grown is not None
        and grown.statistic == "share"
        and _is_certain(grown)
        and tokens[numbers.first - 1].text in _AT
    ):
        return ("share", 1, "as the number before")  # a share of 10.1 percent, level with Spain at 10.1 percent
    ordered = next((one for one in reversed(walk.stated) if one.quantity.unit_kind == "percent"), None)
    if (
        ordered is not None
        and _is_certain(ordered)
        and ordered.statistic in ("growth", "share")
        and any(token.is_a("next_in_order") for token in tokens[: numbers.first])
    ):
        return (ordered.statistic, ordered.sign, "as the number before")
    cue = numbers.left(*_CUES, clause=False)
    if cue is not None and not any(tokens[index].kind == "semicolon" for index in range(cue, numbers.first)):
        role = _role_of_cue(numbers, cue)
        if role and tokens[cue].is_a("share", "growth_noun", "rise", "fall"):
            return role
    following = tokens[numbers.last + 1 : numbers.last + 3]
    if len(following) == 2 and following[0].text == "to" and previous is not None:
        reached = following[1].quantity
        earlier = next((one for one in reversed(walk.stated) if one.statistic == "growth"), None)
        if earlier is not None and reached is not None and reached.unit_kind in ("money", "physical"):
            # `imports rose 59.8% to …, exports 91.6% to …`: the verb is said once
            return ("growth", earlier.sign, "growth, as that before")
    return None


def _is_said_by_once(numbers: NumberGroup) -> bool:
    """`Imports fell by 47 percent and exports by 37 percent`: the verb of the first is that of the second."""
    between = numbers.tokens[numbers.window_start : numbers.first]
    is_short = all(token.is_a("and", "flow", "by", "filler", "partner_preposition") or token.names for token in between)
    says_both = len(between) > 2 and between[0].is_a("and") and between[-1].text == "by"
    return says_both and is_short and any(token.is_a("flow") or token.names for token in between)


def _is_certain(statement: Statement) -> bool:
    """Whether it is certain what a number says, be it of what is in doubt."""
    is_of_comparison = statement.doubt in ("", RECKONED_OTHERWISE, COMPARISON_NOT_SAID)
    return is_of_comparison or statement.doubt.startswith(_SUBJECT_DOUBTS)


def _may_qualify(token: Token) -> bool:
    """Whether a cue may be no verb but a qualifier: "more than 5 percent"."""
    return token.is_a("qualifier") and not token.is_a("growth_noun") and token.text != "up"


def _further(numbers: NumberGroup, cue: int) -> int | None:
    """The cue before one that may be a qualifier."""
    for index in range(cue - 1, numbers.clause_start - 1, -1):
        if numbers.tokens[index].is_a(*_CUES) and not numbers.tokens[index].is_a("qualifier"):
            return index
    return None


def _list_like(numbers: NumberGroup, statistic: str) -> bool:
    """Whether nothing but names and small words stands between the number and the one before it."""
    spoken_for = numbers.sentence.spoken_for
    unknown = {at for first, last in numbers.walk.unknown.spans.values() for at in range(first, last)}
    return all(
        token.kind in ("comma", "enumeration", "semicolon", "close", "possessive")
        or token.is_a("and", "filler", "partner_preposition", "measure", "by")
        or (statistic == "growth" and token.is_a("respectively", "flow"))  # exports rose 5 percent, imports 3
        or (
            statistic == "growth" and token.period is not None
        )  # fell 31.1 percent in January, 19.2 percent in February
        or bool(token.names)
        or index in unknown
        or spoken_for.get(index) in ("reference", LONGER_NAME)
        for index, token in enumerate(numbers.tokens[: numbers.first])
        if index >= numbers.window_start
    )


def _only_small(numbers: NumberGroup, cue: int) -> bool:
    return all(
        token.is_a("by", "qualifier", "comparison", "respectively", "filler", "of", "to", "be")
        or token.kind in ("mark", "period", "possessive")
        for token in numbers.tokens[cue + 1 : numbers.first]
    )


def _is_after_cue(numbers: NumberGroup, after: int) -> bool:
    """Whether a cue behind the number belongs to it: `23 percent more`, not `5 percent, exports rose`."""
    tokens = numbers.tokens
    for index in range(numbers.last + 1, after):
        token = tokens[index]
        if token.names or token.is_a("flow") or token.quantity is not None or token.is_a("be"):
            return False
    token = tokens[after]
    if numbers.sentence.is_chinese:
        if [one.text for one in tokens[numbers.last + 1 : after]] == ["的"]:
            return True  # 实现4.7%的正增长, 出现3.2%的下降
        return token.is_a("growth_noun") or token.text.startswith(("增", "降", "跌", "涨", *_ARROWS))
    return not (token.text in ("growing", "rising", "falling") and after > numbers.last + 1)


def _role_of_cue(numbers: NumberGroup, cue: int) -> Role | None:
    tokens = numbers.tokens
    token = tokens[cue]
    between = tokens[cue + 1 : numbers.first]
    clause = tokens[numbers.clause_start : numbers.first]
    if token.is_a("share") and not token.is_a("rise", "fall"):
        return ("share", 1, "share")
    is_to = any(one.is_a("to") and one.text in _RISING_TO for one in between[-2:]) or (
        token.is_a("to") and token.text.endswith(("至", "到"))
    )
    share = any(one.is_a("share") for one in clause)
    growth_noun = any(one.is_a("growth_noun") for one in clause)
    if is_to and share:
        return ("share", 1, "share that rose to")
    if is_to and growth_noun:
        falls = any(one.text in _FALLING_NOUNS for one in clause)
        return ("growth", -1 if falls else 1, "growth that came to")
    if token.is_a("flat"):
        return None
    if any(one.text in _FALLING_NOUNS and is_chinese(one.text[0]) for one in clause):
        return ("growth", -1, "fall")
    return ("growth", numbers.sign_of(cue), "growth")


def points_statements(numbers: NumberGroup, frame: Frame) -> list[list[Statement]]:
    """What a number of percentage points states: a contribution, a gap, or the change of a share or growth."""
    walk, claims = numbers.walk, numbers.claims
    frame = joint_or(numbers, frame)
    period = period_of(numbers)
    gap = next((index for index in numbers.group if index in claims.gaps), None)
    if gap is not None:
        clause = numbers.tokens[numbers.clause_start : numbers.first]
        is_smaller_fall = any(one.text in _FALLING_NOUNS for one in clause) and not any(
            one.text in _BETTER
            for one in clause  # 降幅好于全国: it fell less
        )
        role: Role = ("growth_gap", -claims.gaps[gap] if is_smaller_fall else claims.gaps[gap], "gap")
        places = claims.gap_places.get(gap, [])
        if len(numbers.group) > 1 and len(places) == len(numbers.group):  # 分别比全国、全省高出6.7、4.7个百分点
            one_subject = choices_of(numbers, frame, [role], period, each_of_one=True)
            for readings, place in zip(one_subject, places, strict=True):
                for reading in readings:
                    reading.reference = {"region": place}
            return one_subject
        reference = claims.references.get(gap)
        is_of_place = gap not in claims.gaps_of_two and (not reference or "region" in reference)
        return choices_of(
            numbers, frame, [role], period, reference=reference, doubt="" if is_of_place else _GAP_OF_PARTS
        )
    contribution = _contribution_sign(numbers) or _contribution_of_next(numbers) or _contribution_listed(numbers)
    if contribution:
        return choices_of(numbers, frame, [("contribution", contribution, "contribution")], period)
    cue = _points_cue(numbers)
    falls = cue is not None and cue.is_a("fall", "gap_down") and not cue.is_a("rise", "gap_up")
    sign = -1 if falls else 1
    if cue is None and numbers.last + 1 < len(numbers.tokens):  # 4 points below that of October
        sign = _BESIDE.get(numbers.tokens[numbers.last + 1].text.split(" ")[0], sign)
    clause = numbers.tokens[numbers.window_start : numbers.clause_end]
    previous = walk.previous[-1] if walk.previous else None
    own_region = {"region": _own_region(numbers, frame)}
    if any(
        token.is_a("share_change_noun") or (token.is_a("share") and not numbers.sentence.is_chinese) for token in clause
    ):
        return choices_of(numbers, _subject_of_share(numbers, frame), [("share_change", sign, "share change")], period)
    growth_noun = next((token for token in clause if token.is_a("growth_noun")), None)
    if growth_noun is not None:
        if growth_noun.text in _FALLING_NOUNS:  # 降幅收窄: a fall that grew less
            is_better = any(token.text in _BETTER for token in clause)
            sign = 1 if is_better or (cue is not None and cue.is_a("fall", "gap_down")) else -1
        role = ("growth_gap", sign, "growth against an earlier one")
        return choices_of(numbers, frame, [role], period, reference=own_region)
    if previous is not None and previous.statistic == "share":
        changed = _subject_of_share(numbers, frame)
        role = ("share_change", sign, "share change")
        whole = dict(previous.reference) or None  # 15 percent of China's exports, up 0.7 percentage points
        return choices_of(numbers, changed, [role], period, reference=whole, doubt=previous.doubt)
    follows_growth = previous is not None and previous.statistic in ("growth", "growth_gap")
    says_gap = numbers.left("gap_up", "gap_down") is not None or numbers.right("gap_up", "gap_down") is not None
    if follows_growth and says_gap:
        return choices_of(numbers, frame, [("growth_gap", sign, "gap")], period, reference=own_region)
    nation = "CHN" if numbers.grammar.is_chinese_reporter else numbers.grammar.region_id
    roles: list[Role] = [("share_change", sign, "no cue"), ("growth_gap", sign, "no cue")]
    return choices_of(numbers, frame, roles, period, reference={"region": nation})


def _subject_of_share(numbers: NumberGroup, frame: Frame) -> Frame:
    """A share that changed is that of the number before, where nothing else is named: 三国合计占…，比重提高…."""
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    if numbers.opens_frame or previous is None or previous.statistic != "share" or previous.names == frame.names:
        return frame
    same = frame.copy()
    same.parent, same.own = frame.parent, frame.own
    same.names = {dimension: list(items) for dimension, items in previous.names.items()}
    return same


def _contribution_sign(numbers: NumberGroup) -> int:
    """The sign of points that are given to a growth; 0 where they are not."""
    tokens, claims = numbers.tokens, numbers.claims
    claimed = next((claims.contributions[index] for index in numbers.group if index in claims.contributions), 0)
    if claimed:
        return claimed
    cue = numbers.left("contribution", clause=False)
    is_behind = numbers.right("contribution", reach=12) is not None
    share = numbers.left("share")
    gave_share = share is not None and tokens[share].text.startswith("contribut")
    growth_after = any(
        token.is_a("growth_noun") or token.text in ("growth", "增长")
        for token in tokens[numbers.last + 1 : numbers.clause_end]
    )
    if (cue is not None and not tokens[cue].is_a("share")) or is_behind or (gave_share and growth_after):
        return -1 if cue is not None and tokens[cue].text in NEGATIVE_CONTRIBUTIONS else 1
    return 0


def _is_part_of_increase(numbers: NumberGroup) -> bool:
    """`占全省出口增量的82.7%`, `41 percent of the growth in trade`: the part that it has in what has been added."""
    if not numbers.sentence.is_chinese:
        behind = [token.text for token in numbers.tokens[numbers.last + 1 : numbers.last + 5]]
        lead = " ".join(behind[:2])
        if lead in ("of the", "of the total", "of all") and not {*behind[2:3], *behind[-1:]}.isdisjoint(_ADDED):
            return True
        end = min(numbers.clause_end, numbers.last + 7)
        cue = next((at for at in range(numbers.last + 2, end) if numbers.tokens[at].is_a("growth_noun")), None)
        is_of_flow = cue is not None and numbers.tokens[cue - 1].is_a("flow")  # 73.4% of its export growth
        return behind[:1] == ["of"] and is_of_flow
    share = numbers.left("share")
    if share is None:
        return False
    between = "".join(token.text for token in numbers.tokens[share + 1 : numbers.first])
    return between.removesuffix("的").endswith(_INCREASES)


def _contribution_of_next(numbers: NumberGroup) -> int:
    """The sign of `cars added 1.2 points to the growth, machinery 0.8 points`; 0 where something else is said."""
    previous = numbers.walk.previous[-1] if numbers.walk.previous else None
    if previous is None or previous.statistic != "contribution" or previous.quantity.unit_kind != "points":
        return 0
    clause = numbers.tokens[numbers.clause_start : numbers.first]
    says_other = any(token.is_a("rise", "fall", "share", "gap_up", "gap_down", "than") for token in clause)
    return 0 if says_other or numbers.right("than", "gap_up", "gap_down") is not None else previous.sign


def _contribution_listed(numbers: NumberGroup) -> int:
    """The sign of `contributing most to the decline were textiles (6.7 points)`, `the rise came from cars (2 points)`.

    0 where no parenthesis tells what had a part in a rise or fall.
    """
    if not numbers.in_parentheses or numbers.sentence.is_chinese:
        return 0
    before = numbers.tokens[: numbers.first]
    changes = [at for at, token in enumerate(before) if token.is_a("rise", "fall") and token.quantity is None]
    for at in changes:
        leads = any(token.text.startswith(_CONTRIBUTING) for token in before[max(0, at - _LONGEST_LEAD) : at])
        comes = any(token.text in _STEMMING for token in before[at + 1 : at + _LONGEST_LEAD])
        if leads or comes:
            return numbers.sign_of(at)
    return 0


def _points_cue(numbers: NumberGroup) -> Token | None:
    """What says whether points are more or less: before the number, behind it, or further before."""
    kinds = ("rise", "fall", "gap_up", "gap_down")
    before, behind = numbers.left(*kinds), numbers.right(*kinds, reach=3)
    if behind is not None and before is not None and numbers.tokens[before].is_a("growth_noun"):
        before = None  # the growth rate was 6 percentage points lower
    for cue in (before, behind, numbers.left(*kinds, clause=False)):
        if cue is not None:
            return numbers.tokens[cue]
    return None


def _own_region(numbers: NumberGroup, frame: Frame) -> str:
    items = frame.names.get("region", [])
    return items[0].code if len(items) == 1 and items[0].code != UNMAPPED else numbers.grammar.region_id
