"""Where the reader doubts what it has read, though nothing contradicts it; and where other numbers bear it out."""

from __future__ import annotations

import datetime

import pytest

from orchestration.codes import CodeLists
from orchestration.figures import Figure
from orchestration.releases.doubt import NAMES_THAT_NO_LIST_KNOWS
from orchestration.releases.reading import ReleaseReading, read_text

#: Texts of invented figures, the numbers that are in doubt and words of the reason; of the others nothing is doubted.
_DOUBTED = {
    "a word that no table knows": (
        "In the first quarter, exports of Xinjiang rose 8.1 percent. The conglomerate exported cotton, up 5.2 percent.",
        {"5.2 percent": "words of its sentence are not understood: conglomerate"},
    ),
    "what passed a port, in a text about it": (
        "一季度，经新疆口岸进出口增长8.1%。出口增长5.2%。",
        {
            "8.1%": "whether it is the trade of the place, or what passed its customs or port",
            "5.2%": "whether it is the trade of the place, or what passed its customs or port",
        },
    ),
    "what a customs office cleared": (
        "In the first quarter, exports cleared by Urumqi Customs rose 8.1 percent in Xinjiang.",
        {"8.1 percent": "whether it is the trade of the place, or what passed its customs or port"},
    ),
    "what ports handled": (
        "Foreign trade via Urumqi's ports grew in March. Urumqi ports handled US$378 million of foreign trade, 20.9 "
        "percent more than a year before.",
        {
            "US$378 million": "whether it is the trade of the place, or what passed its customs or port",
            "20.9 percent": "whether it is the trade of the place, or what passed its customs or port",
        },
    ),
    "an office of another country": (
        "In the first quarter, exports to Russia rose 5 percent, according to the customs service of Russia.",
        {"5 percent": "an office of another country"},
    ),
    "enterprises that are the largest": (
        "一季度，新疆百强企业进出口53亿元，增长6.4%。",
        {
            "53亿元": "whether it is of certain enterprises alone is not said",
            "6.4%": "whether it is of certain enterprises alone is not said",
        },
    ),
    "a change over several years": (
        "From April 2018 to March 2020, exports of Xinjiang rose 8.1 percent.",
        {"8.1 percent": "a change over more than a year, or from year to year"},
    ),
    "the place of the sentence before": (
        "一季度，新疆进出口增长8.1%。\n其中，克拉玛依进出口23.4亿元。民营企业进出口增长5.2%。",
        {"5.2%": "the sentence before it in the paragraph is of another place"},
    ),
    "what a sentence without a number turns to": (
        "In March, exports of Xinjiang rose 3.3 percent. Most of the fruit went to Russia. The region exported cotton, "
        "up 8.1 percent.",
        {"8.1 percent": "the sentence before it, without a number, speaks of another place or partner"},
    ),
    "a place behind a share": (
        "In March, China exported 143 million yuan of fruit to Russia, and 54.2 percent of it came from Xinjiang.",
        {
            "143 million yuan": "half of its sentence is in doubt",
            "54.2 percent": "a place or partner behind it is not taken for a part of its subject",
        },
    ),
    "both ways, where the paragraph speaks of one": (
        "In March, exports of Xinjiang rose 3.3 percent. Exports to Russia rose 8.1 percent. Kazakhstan was the "
        "largest customer with 5 billion yuan.",
        {"5 billion yuan": "its sentence does not say whether it is exports"},
    ),
    "a growth among those of quantities": (
        "一季度，新疆煤炭出口量增长8.1%，棉花出口增长5.2%。",
        {
            "8.1%": "half of its sentence",
            "5.2%": "whether it is of the value or, as those before it, of the quantity or the price is not said",
        },
    ),
    "adverbs and words of the grammar say nothing": (
        "In the first quarter, exports of Xinjiang nevertheless rose quite vigorously by 8.1 percent.",
        {},
    ),
    "characters that no table knows": (
        "一季度，新疆进出口增长8.1%。其中，蹇滯出口棉花增长5.2%。",
        {"5.2%": "words of its clause are not understood"},
    ),
    "characters that no table knows, in the clause that a growth goes on from": (
        "一季度，新疆进出口增长8.1%。其中，蹇滯进出口23.4亿元，增长5.2%。",
        {"23.4亿元": "words of its clause are not understood", "5.2%": "words of its clause are not understood"},
    ),
    "a period that is carried on, in a text about another": (
        "In March 2024, exports of Xinjiang rose 3.3 percent. Exports of coal rose 4.4 percent.\n\n"
        "In the first quarter, exports rose 8.1 percent. In the first quarter, imports fell 2.2 percent. In the first "
        "quarter, exports of textiles rose 2.1 percent.",
        {"4.4 percent": "its period is carried on from elsewhere"},
    ),
    "no period, in a text of several": (
        "In the first quarter, exports of Xinjiang rose 8.1 percent. In March 2024, exports of cotton rose 3.3 "
        "percent. Exports of coal rose 4.4 percent.",
        {"4.4 percent": "its sentence names no period, and the text speaks of several"},
    ),
    "no period behind another in the paragraph": (
        "一季度，新疆出口增长8.1%，进口增长2.2%。3月，棉花出口增长3.3%。煤炭出口增长4.4%。",
        {"4.4%": "its sentence names no period, and the text speaks of several"},
    ),
    "a period named before": (
        "In the first quarter, exports of Xinjiang rose 8.1 percent. In March 2024 exports rose 7.3 percent and in the "
        "first quarter imports rose 2.9 percent.",
        {"7.3 percent": "half of its sentence", "2.9 percent": "another period is named before it"},
    ),
    "the period of a year before, that the figure is compared with": (
        "In March 2024, exports of Xinjiang rose 8.1 percent. Imports rose 2.2 percent compared with March 2023.",
        {},
    ),
    "a period that is of no number": (
        "In the first quarter, exports of Xinjiang rose 8.1 percent, as they had not done since June 2021.",
        {"8.1 percent": "its sentence names a period that was not taken for its own"},
    ),
    "a flow that the heading of the paragraph says": (
        "一季度，新疆进出口增长8.1%。出口方面，对俄罗斯出口增长6.3%。对越南增长5.2%。",
        {"5.2%": "its sentence does not say whether it is exports or imports"},
    ),
    "a partner that the sentence before names": (
        "一季度，新疆出口增长8.1%。对俄罗斯出口增长6.3%。其中，民营企业出口增长5.2%。",
        {"5.2%": "a part of its subject is named in another sentence only"},
    ),
    "several names together": (
        "In the first quarter, exports to Kazakhstan and Russia together rose 8.1 percent.",
        {"8.1 percent": "several names are taken together"},
    ),
    "a contribution": (
        "一季度，新疆出口增长8.1%，拉动进出口增长5.2个百分点。",
        {"5.2个百分点": "to the growth of what it contributes"},
    ),
    "a text that begins with another place": (
        "In the first quarter, China's exports rose 8.1 percent. Exports of Xinjiang rose 4.1 percent. Exports of "
        "cotton rose 3.2 percent.",
        {"3.2 percent": "the text begins with another place or with one partner"},
    ),
    "from when, in a text that compares months": (
        "In March 2024, exports of Xinjiang rose 8.1 percent from February. In March 2024, imports of Xinjiang rose "
        "5.2 percent, and exports of Xinjiang were up 3.3 percent on March 2023.",
        {"5.2 percent": "whether it is compared with the month or with the year before", "3.3 percent": "half of its"},
    ),
    "from when, where a value of the month before stands beside it": (
        "In March 2024, exports of Xinjiang were 28 billion yuan, against 27 billion yuan in February 2024. In March "
        "2024, imports of Xinjiang rose 5.2 percent.",
        {"5.2 percent": "whether it is compared with the month or with the year before"},
    ),
    "one thing or another": (
        "In the first quarter, exports of Xinjiang rose 5.2 percent or 5.3 percent.",
        {"5.2 percent": "in two ways", "5.3 percent": "in two ways"},
    ),
    "a period that only dates what it is compared with": (
        "In March 2024, exports of Xinjiang were 28 billion yuan, up from 20 billion yuan in March 2023.",
        {},
    ),
    "a length of time that the text has not spoken of": (
        "In February 2024, exports of Xinjiang rose 8.1 percent; over the quarter, they rose 3 percent.",
        {"8.1 percent": "a period that was not taken", "3 percent": "a period that was not taken"},
    ),
    "what may be, or is not so": (
        "In the first quarter, exports of Xinjiang rose 8.1 percent. In the first quarter, imports did not fall 3 "
        "percent. In the first quarter, exports of cotton could reach 5.2 billion yuan.",
        {"3 percent": "what may be, or what is not so", "5.2 billion yuan": "what may be, or what is not so"},
    ),
    "a deficit that turned into a surplus": (
        "In the first quarter, exports of Xinjiang rose 8.1 percent. In the first quarter, the deficit of 2 billion "
        "yuan turned into a surplus of 1 billion yuan.",
        {"2 billion yuan": "a surplus and a deficit", "1 billion yuan": "a surplus and a deficit"},
    ),
    "from where is not since when": (
        "一季度，新疆自东盟进口20亿元，增长3.3%。",
        {},
    ),
    "a Chinese name that no list knows": (
        "一季度，新疆对东盟以外的国家出口20亿元。",
        {"20亿元": "a part of its subject is a name that no list knows"},
    ),
    "the partner of the sentences before": (
        "In the first quarter, trade of Xinjiang rose 3.2 percent. In the first quarter, exports to Kazakhstan rose "
        "8.1 percent. In the first quarter, exports of Xinjiang reached 5.2 billion yuan.",
        {"5.2 billion yuan": "the place or partner of the sentences before"},
    ),
    "the partner of the sentences before a heading": (
        "In the first quarter, trade of Xinjiang rose 3.2 percent. In the first quarter, exports to Kazakhstan rose "
        "8.1 percent.\n\nExports to all\n\nIn the first quarter, exports of Xinjiang reached 5.2 billion yuan.",
        {},
    ),
    "the largest partners, which are not named": (
        "In the first quarter, trade of Xinjiang with the top five partners reached 4.2 billion yuan.",
        {"4.2 billion yuan": "the largest partners or goods, which its sentence does not name"},
    ),
    "the largest partners in Chinese, which are not named": (
        "一季度，新疆对前五大贸易伙伴进出口45亿元。一季度，新疆五大主要市场出口保持增长，出口32亿元。",
        {
            "45亿元": "the largest partners or goods, which its sentence does not name",
            "32亿元": "the largest partners or goods, which its sentence does not name",
        },
    ),
    "the largest goods, which are not named": (
        "In the first quarter, exports of the ten leading commodities of Xinjiang rose 5 percent.",
        {"5 percent": "the largest partners or goods, which its sentence does not name"},
    ),
    "goods that no list knows, in English": (
        "In the first quarter, exports of Xinjiang rose 8.1 percent. In the first quarter, petroleum exports rose 5.2 "
        "percent.",
        {"5.2 percent": "a part of its subject is a name that no list knows"},
    ),
    "what passed a customs office": (
        "In the first quarter, trade passing through Urumqi Customs fell 8.1 percent. In the first quarter, exports "
        "via Xinjiang were 84 million dollars.",
        {
            "8.1 percent": "what passed its customs or port",
            "84 million dollars": "what passed its customs or port",
        },
    ),
    "what passed a customs office, in Chinese": (
        "一季度，经乌鲁木齐海关进出口18亿元。",
        {"18亿元": "what passed its customs or port"},
    ),
    "two values of one thing, which nothing bears out": (
        "一季度，新疆进出口增长8.1%。一季度，新疆进出口增长5.2%。",
        {"8.1%": "is read as the same figure", "5.2%": "is read as the same figure"},
    ),
    "half of a text": (
        "In the first quarter, exports of Xinjiang rose 8.1 percent. Exports of cotton rose 3.2 percent, and exports "
        "of coal 2.1 percent.\n\nIn the first quarter, exports of apples of the conglomerate rose 4.1 percent. Imports "
        "of steel of the conglomerate rose 4.2 percent. Exports of tea could rise 4.3 percent.",
        {
            "8.1 percent": "half of the text is in doubt",
            "3.2 percent": "half of the text is in doubt",
            "2.1 percent": "half of the text is in doubt",
            "4.1 percent": "not understood",
            "4.2 percent": "not understood",
            "4.3 percent": "what may be, or what is not so",
        },
    ),
    "after what": (
        "After a fall, exports of Xinjiang rose 8.1 percent in the first quarter.",
        {"8.1 percent": "since when, or after what"},
    ),
}


def _read(text: str, codes: CodeLists, *, doubting: bool = True) -> ReleaseReading:
    published = datetime.date(2024, 4, 20)
    return read_text(text, codes=codes, source_id="made", region_id="CN-XJ", published=published, doubting=doubting)


@pytest.mark.parametrize("about", _DOUBTED)
def test_what_is_left_open_is_in_doubt_for_its_reason(about: str, codes: CodeLists) -> None:
    text, wanted = _DOUBTED[about]
    reading = _read(text, codes)
    found = {number.printed: number.reason for number in reading.numbers if number.kind == "uncertain"}
    assert found.keys() == wanted.keys()
    for printed, words in wanted.items():
        assert words in found[printed]
    assert {number.kind for number in _read(text, codes, doubting=False).numbers} <= {"read", "not_a_figure"}


def test_tonnes_without_goods_are_kept_as_trade_and_as_cargo(codes: CodeLists) -> None:
    reading = _read("一季度，新疆口岸进出口货运量为388万吨。", codes)
    assert {figure.commodity_id for figure in reading.figures} == {"PORT_CARGO", "TOTAL"}
    assert len({figure.alternatives_id for figure in reading.figures}) == 1
    assert [number.reason for number in reading.numbers if number.kind == "uncertain"] == [
        "cargo through a port may be transport, and no trade of the place"
    ]


def test_a_doubted_figure_is_its_own_alternative(codes: CodeLists) -> None:
    text, _ = _DOUBTED["a word that no table knows"]
    sure, doubted = _read(text, codes).figures
    assert (sure.status, sure.alternatives_id) == ("read", "")
    assert (doubted.status, doubted.alternatives_id) == ("uncertain", doubted.figure_id)
    assert _but_for_doubt(doubted) == _but_for_doubt(_read(text, codes, doubting=False).figures[1])


def _but_for_doubt(figure: Figure) -> dict[str, object]:
    names = (name for name in figure.__slots__ if name not in ("status", "alternatives_id"))
    return {name: getattr(figure, name) for name in names}


_TRADE = "In the first quarter, the conglomerate and others of Xinjiang traded goods worth {total} billion yuan. "
_FLOWS = "Exports were worth 30 billion yuan and imports 10 billion yuan."


@pytest.mark.parametrize(("total", "kind"), [("40", "read"), ("55", "uncertain")])
def test_what_other_numbers_bear_out_is_not_in_doubt_for_unknown_words(total: str, kind: str, codes: CodeLists) -> None:
    reading = _read(_TRADE.format(total=total) + _FLOWS, codes)
    assert reading.numbers[0].printed == f"{total} billion yuan"
    assert reading.numbers[0].kind == kind


def test_the_growth_of_both_flows_bears_out_that_of_the_whole(codes: CodeLists) -> None:
    text = (
        "In the first quarter, exports of Xinjiang rose 20 percent to 36 billion yuan. Imports fell 10 percent to 9 "
        "billion yuan. The imports and exports of the conglomerate and others in Xinjiang rose {growth} percent."
    )
    kinds = [
        next(one.kind for one in _read(text.format(growth=growth), codes).numbers if one.printed == f"{growth} percent")
        for growth in ("12.5", "17.5")
    ]
    assert kinds == ["read", "uncertain"]


def test_a_text_of_which_much_is_unread_is_in_doubt_altogether(codes: CodeLists) -> None:
    text = "In the first quarter, exports of Xinjiang rose 8.1 percent. Somebody said 17.3 and then 18.4 of it."
    reading = _read(text, codes)
    assert [number.reason for number in reading.numbers if number.printed == "8.1 percent"] == [
        "much of the text is not understood"
    ]


def test_a_city_without_its_name_is_not_the_whole_province(codes: CodeLists) -> None:
    text = "In the first quarter, Xinjiang's exports rose 8.1 percent. The city's exports were 28.29 billion yuan."
    last = _read(text, codes).numbers[-1]
    assert last.kind == "uncertain"
    assert last.reason == "its sentence speaks of a city, and the text is about a larger place"


def test_an_amount_in_a_currency_that_is_not_known_is_in_none_that_the_text_has_elsewhere(codes: CodeLists) -> None:
    text = "In the first quarter, exports reached USD 3.2 billion. Imports came to {}5.1 billion."
    kinds = [[one.kind for one in _read(text.format(printed), codes).numbers][-1] for printed in ("", "XQZ")]
    assert kinds == ["read", "unread"]


_OF_A_PARK = (
    " posted trade of 24.00 billion yuan in the first quarter. In the first quarter, exports were 13.00 billion yuan "
    "and imports 11.00 billion yuan.\n\nIn the first quarter, private firms traded 12.00 billion yuan."
)


def test_what_follows_a_zone_that_is_not_named_is_not_published_though_it_adds_up(codes: CodeLists) -> None:
    text = f"An industrial park{_OF_A_PARK}"
    reasons = {number.printed: number.reason for number in _read(text, codes).numbers if "billion" in number.printed}
    first = reasons.pop("24.00 billion yuan")
    assert first.startswith(NAMES_THAT_NO_LIST_KNOWS)
    assert set(reasons.values()) == {"a sentence before it is about a name that no list knows"}


def test_what_follows_a_zone_that_no_list_knows_is_not_published_though_it_adds_up(codes: CodeLists) -> None:
    numbers = _read(f"Qianhai Industrial Park{_OF_A_PARK}", codes).numbers
    amounts = [number for number in numbers if "billion" in number.printed]
    assert amounts[0].reason.startswith(NAMES_THAT_NO_LIST_KNOWS)
    assert [number.kind for number in amounts] == ["uncertain"] * 4


def test_a_city_of_another_province_may_be_a_place_of_the_same_name_in_this_one(codes: CodeLists) -> None:
    text = "Pingxiang saw exports of 20 billion yuan in the first quarter."
    reading = read_text(text, codes=codes, source_id="made", region_id="CN-GX", published=datetime.date(2024, 4, 20))
    assert [number.reason for number in reading.numbers if number.kind == "uncertain"] == [
        "a city of another province has that name, and a place of this one may have it, too"
    ]
