"""Which slip would explain a number that contradicts: one digit wrong, or two neighbours exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from orchestration.deduction.statements import last_digit
from orchestration.figures import Figure

#: Where more slips than these fit, the implied interval is too wide to single one out.
_MOST = 3


def fitting_slips(figure: Figure, low: Decimal | None, high: Decimal | None) -> tuple[Decimal, ...]:
    """The values in the figure's unit, one slip away from what is printed, that meet `low` … `high`.

    Exchanged neighbours come before a wrong digit. Empty where a bound is missing or too many fit to mean anything.
    """
    if figure.value is None or low is None or high is None:
        return ()
    digit = last_digit(figure)
    digits = str(abs(int(figure.value / digit)))
    sign = -1 if figure.value < 0 else 1

    def fits(other: str) -> bool:
        value = sign * int(other) * digit
        return low <= value + digit / 2 and value - digit / 2 <= high

    slips = (*_exchanged(digits), *_one_other(digits))
    fitting = dict.fromkeys(other for other in slips if other != digits and fits(other))
    return tuple(sign * int(other) * digit for other in fitting) if len(fitting) <= _MOST else ()


def _exchanged(digits: str) -> Iterator[str]:
    for place in range(len(digits) - 1):
        yield digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]


def _one_other(digits: str) -> Iterator[str]:
    for place in range(len(digits)):
        for other in "0123456789":
            yield digits[:place] + other + digits[place + 1 :]
