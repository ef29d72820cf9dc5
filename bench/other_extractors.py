"""Numbers with units as other extractors find them; run by bench.reading in an environment that has them.

Reads a JSON list of `{"text": …, "language": "en" | "zh"}` from standard input and prints, for every extractor that can
be imported, the seconds of one pass after a first one that warms it up, and for each text pairs of value and unit: unit
is `percent`, a currency's ISO code, `tonne`, `time`, or empty. Texts are given to them paragraph by paragraph, so that
one that trips up an extractor costs it no more. Knows nothing of Customhouse: it runs without it.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

Found = list[tuple[float, str]]

_CURRENCIES = {
    "chinese yuan": "CNY",
    "yuan": "CNY",
    "united states dollar": "USD",
    "dollar": "USD",
    "euro": "EUR",
    "pakistani rupee": "PKR",
    "rupee": "PKR",
    "hong kong dollar": "HKD",
    "new taiwan dollar": "TWD",
    "macanese pataca": "MOP",
    "vietnamese dong": "VND",
    "kazakhstani tenge": "KZT",
    "japanese yen": "JPY",
    "russian ruble": "RUB",
}
_TIMES = ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century")


def _unit(name: str, kind: str = "") -> str:
    """The unit in our words; what we have no word for keeps its name, and so does not count as empty."""
    name = name.lower()
    currency = next((code for words, code in _CURRENCIES.items() if name == words or name.startswith(f"{words} ")), "")
    if currency:  # prices too: dollar per tonne
        return currency
    if "percent" in name:
        return "percent"
    if kind == "time" or name.startswith(_TIMES):
        return "time"
    if name in ("ton", "tonne", "metric ton", "short ton", "long ton"):
        return "tonne"
    return "" if name in ("", "dimensionless", "count") else name


def _quantulum() -> Callable[[str, str], Found]:
    from quantulum3 import parser

    def extract(text: str, _: str) -> Found:
        return [(float(one.value), _unit(one.unit.name, one.unit.entity.name)) for one in parser.parse(text)]

    return extract


def _recognizers() -> Callable[[str, str], Found]:
    from recognizers_number import Culture, recognize_number, recognize_percentage
    from recognizers_number_with_unit import recognize_currency, recognize_dimension

    def number(text: Any) -> float | None:
        try:
            return float(str(text).rstrip("%"))
        except ValueError:
            return None

    def found(text: str, culture: str) -> Iterator[tuple[float, str]]:
        taken: list[tuple[int, int]] = []
        for recognize, unit in (
            (recognize_currency, None),
            (recognize_percentage, "percent"),
            (recognize_dimension, None),
            (recognize_number, ""),
        ):
            for one in recognize(text, culture):
                value = number((one.resolution or {}).get("value"))
                if value is None or any(start <= one.end and one.start <= end for start, end in taken):
                    continue
                taken.append((one.start, one.end))
                iso = one.resolution.get("isoCurrency")
                yield value, iso or (_unit(one.resolution.get("unit", "")) if unit is None else unit)

    def extract(text: str, language: str) -> Found:
        return list(found(text, Culture.Chinese if language == "zh" else Culture.English))

    return extract


_EXTRACTORS = {"quantulum3": _quantulum, "recognizers-text-suite": _recognizers}


def main() -> None:
    """Read texts, print what each extractor finds."""
    warnings.simplefilter("ignore")
    texts = json.load(sys.stdin)
    results = {}
    for name, load in _EXTRACTORS.items():
        try:
            extract = load()
        except ImportError as problem:
            print(f"{name} is not measured: {problem}", file=sys.stderr)
            continue
        found: list[Found] = []
        failed = 0
        for is_warm in (False, True):
            found, failed = [], 0
            began = time.process_time()
            for one in texts:
                found.append([])
                for paragraph in filter(None, one["text"].split("\n")):
                    try:
                        found[-1] += extract(paragraph, one["language"])
                    except Exception as problem:  # whatever it raises, it has found nothing here
                        failed += 1
                        if failed == 1 and is_warm:
                            print(f"{name} failed: {type(problem).__name__}: {problem}", file=sys.stderr)
            seconds = time.process_time() - began
        results[name] = {"version": version(name), "seconds": seconds, "found": found, "failed": failed}
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
