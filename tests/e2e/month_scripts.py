"""Who writes to us in a month, by chance and a seed: what they choose, when they write, when it is
good to write to them, and how they leave."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

End = Literal["silence", "pause", "STOP", "DELETE"]
Window = tuple[Sequence[int], int, int]  # weekdays, from this hour, to before that one
DAYS, WEEKDAYS = range(7), range(5)
# When it is good to write, in their words and as they mean it; nothing where we can't tell.
TIMES: tuple[tuple[str, tuple[Window, ...]], ...] = (
    ("mon to fri, 10 to 2", ((WEEKDAYS, 10, 14),)),
    ("after 6pm", ((DAYS, 18, 24),)),
    ("mornings", ((DAYS, 6, 12),)),
    ("saturday and sunday", (((5, 6), 0, 24),)),
    ("tuesdays 9 to 11", (((1,), 9, 11),)),
    ("before 3", ((DAYS, 0, 15),)),
    ("after 9pm", ((DAYS, 21, 24),)),
    ("weekdays 7am to 8am", ((WEEKDAYS, 7, 8),)),
    ("any day 12 to 1", ((DAYS, 12, 13),)),
    ("mondays 2 to 4 and thursdays 10 to 12", (((0,), 14, 16), ((3,), 10, 12))),
    ("not when he is home", ()),
)
HARD_WORDS = ("i want to die", "he hits me", "there is a knife and i am scared")
CODE_WORD = "red kettle"
YES, SOMETIMES, NO, NOT_SURE = "1", "2", "3", "4"
LAST_START = 22  # days after the first; whoever starts later has no time to be silent


@dataclass(frozen=True)
class Script:
    """One person. `answers` are how many questions they answer at each sitting before they leave by
    `end`; they come back after each of `returns`, at some of them `once`: they write and leave, and
    read nothing. `safe` is what they answer to that question. `word`: their code word, or ""."""

    starts: datetime
    by_sms: bool
    share: bool
    reminders: bool
    safe: str
    plain: bool
    times: str
    windows: tuple[Window, ...]
    phone: bool
    today: bool
    answers: int
    end: End
    returns: tuple[timedelta, ...]
    once: tuple[bool, ...]
    word: str
    hard_words: str


def draw(chance: random.Random, first: datetime) -> Script:
    """Somebody. `first`: midnight of the first day."""
    words, windows = chance.choice(TIMES)
    back = chance.choices((0, 1, 2, 3), (5, 3, 2, 1))[0]
    return Script(
        starts=first + timedelta(days=chance.uniform(0, LAST_START)),
        by_sms=chance.random() < 0.7,
        share=chance.random() < 0.6,
        reminders=chance.random() < 0.7,
        safe=chance.choices((YES, SOMETIMES, NO, NOT_SURE), (6, 5, 1, 1))[0],
        plain=chance.random() < 0.3,
        times=words,
        windows=windows,
        phone=chance.random() < 0.4,
        today=chance.random() < 0.2,
        answers=chance.choice((2, 4, 5, 6, 9, 99, 99)),
        end=chance.choices(("silence", "pause", "STOP", "DELETE"), (4, 6, 1, 1))[0],
        returns=tuple(timedelta(days=chance.choice((0.1, 1, 3, 8, 10))) for _ in range(back)),
        once=tuple(chance.random() < 0.3 for _ in range(back)),
        word=CODE_WORD if chance.random() < 0.5 else "",
        hard_words=chance.choice(HARD_WORDS) if chance.random() < 0.06 else "",
    )


def looks_in(first: datetime) -> Script:
    """Whoever else comes: others may read this phone. Ten days after a pause one hello comes from
    it, and no more."""
    words, windows = TIMES[2]
    return Script(
        starts=first + timedelta(days=1),
        by_sms=True,
        share=False,
        reminders=True,
        safe=SOMETIMES,
        plain=True,
        times=words,
        windows=windows,
        phone=False,
        today=False,
        answers=12,
        end="pause",
        returns=(timedelta(days=10),),
        once=(True,),
        word=CODE_WORD,
        hard_words="",
    )
