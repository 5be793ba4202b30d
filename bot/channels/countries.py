"""Where texts may go: to countries that the settings name, and not to their costly numbers.

Somebody who writes from everywhere (or pretends to) to be answered at a price earns from each
answer; so nothing is sent where the service has nobody.
"""

from __future__ import annotations

from typing import NamedTuple


class Countries(NamedTuple):
    """Beginnings of numbers, without the plus: those that texts go to, and those `shut` within
    them. The longer one decides, so a shut one is opened by naming it."""

    open: tuple[str, ...]
    shut: tuple[str, ...] = ()

    def covers(self, number: str) -> bool:
        digits = number.removeprefix("+")
        named = _longest(digits, self.open)
        return named >= 0 and named >= _longest(digits, self.shut)


def _longest(digits: str, beginnings: tuple[str, ...]) -> int:
    """The length of the longest of these that the number begins with, -1 where none does."""
    return max((len(one) for one in beginnings if digits.startswith(one)), default=-1)


EVERYWHERE = Countries(("",))
