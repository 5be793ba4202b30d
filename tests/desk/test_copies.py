"""The database, the desk's preview and the person's copy hold the same words."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import get_args

import pytest

from bot.conversation.i18n import SOURCE, Catalogue
from bot.conversation.rights import Right
from bot.conversation.segments import fits
from desk import decisions, holding, looking_back, looks, notes, pages, queries
from desk.copying import around, held, pieces, rendering
from desk.copying.build import build
from desk.copying.saying import Say
from desk.copying.structure import Copy, Entry, Line, Part
from desk.roles import CARING
from store.looking_back import Why
from tests.desk.builder import COMPLETE, NUMBER, PARTIAL, SERVICES, Desk, Made
from tests.desk.reading import plain
from tests.desk.records import CUES, LATER, Making, stored
from tests.worlds import catalogues, world

RECORDS, MANY = 150, 1500  # on each of two kinds of database
SENTENCES = world().phrases.copy


def copied(
    desk: Desk,
    made: Made,
    catalogue: Catalogue = SOURCE,
    preview: bool = False,
    in_chat: bool = False,
) -> Copy:
    return told(desk, kept(desk, made), catalogue, preview, in_chat)


def kept(desk: Desk, made: Made) -> held.Held:
    """All that is held of them, opened."""
    parts, now = (desk.store.keys, {"self_referral": world().flow}), desk.clock.now()

    def read(connection: object) -> held.Held:
        [head] = queries.in_order(connection, [made.id])  # type: ignore[arg-type]
        return held.read(connection, *parts, head, now)  # type: ignore[arg-type]

    return desk.store.read_sync(read)


def told(
    desk: Desk,
    found: held.Held,
    catalogue: Catalogue = SOURCE,
    preview: bool = False,
    in_chat: bool = False,
) -> Copy:
    service = SERVICES["harbour"]
    say = Say(SENTENCES, catalogue, service.hours.zone)
    return build(found, say, service, desk.clock.now(), preview, in_chat)


def spoken(copy: Copy, *without: str) -> Counter[str]:
    """Words of people in the copy, those that are not sentences of ours."""
    parts = (part for part in copy.parts if part.id not in without)
    lines = chain.from_iterable(part.lines for part in parts)
    return Counter(line.words for line in lines if line.voice != "told")


def shown(page: str) -> Counter[str]:
    """The same in a page, by the marks that it has there."""
    found = re.findall(
        r'<blockquote dir="auto"><p>(.*?)</p>|<p class="ours" dir="auto">(.*?)</p>', page, re.S
    )
    return Counter(html.unescape(theirs or ours) for theirs, ours in found)


async def test_they_agree_word_for_word(desk: Desk) -> None:
    await desk.sign_in()
    for number in range(RECORDS):
        await agree(desk, number)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_thousands_agree_word_for_word(desk: Desk) -> None:
    await desk.sign_in()
    for number in range(RECORDS, RECORDS + MANY):
        await agree(desk, number)


async def agree(desk: Desk, number: int) -> None:
    """The record of this number: what is stored, shown at the desk, copied, and sent in parts."""
    made = Making(desk, number).made()
    page = await desk.page(f"/desk/intake/{made.reference}/as-they-would")
    found = kept(desk, made)
    copy, seen = told(desk, found), told(desk, found, preview=True)
    in_the_database(desk, made, copy)
    # The number and all messages stand on pages of their own at the desk.
    assert shown(page) == spoken(seen) == spoken(copy, "messages", "reach"), number
    assert in_order(plain(page), seen), number
    assert shown(rendering.page(pages.environment(), copy)) == spoken(copy), number
    text = rendering.text(copy).splitlines()
    quoted = (f"> {line}".rstrip() for words in spoken(copy) for line in words.splitlines())
    assert Counter(set(quoted)) <= Counter(text), number
    by_chat(told(desk, found, in_chat=True), copy, number)


def by_chat(chat: Copy, copy: Copy, number: int) -> None:
    """In parts it is the same without its messages, each part a text of ours, nothing lost."""
    assert spoken(chat) == spoken(copy, "messages"), number
    lines = rendering.lines(chat)
    assert in_order(" ".join(" ".join(lines).replace("> ", "").split()), unquoted(chat)), number
    cut = pieces.cut(lines, fits)
    assert all(map(fits, cut)), number
    assert squeezed(cut) == squeezed(lines), number


def unquoted(copy: Copy) -> Copy:
    """Without the marks that words bring themselves."""

    def line(one: Line) -> Line:
        return replace(one, words=rendering.seen(one.words).replace("> ", ""))

    def entry(one: Entry) -> Entry:
        return replace(one, lines=tuple(map(line, one.lines)))

    parts = (replace(part, entries=tuple(map(entry, part.entries))) for part in copy.parts)
    return replace(copy, parts=tuple(parts))


def squeezed(texts: Iterable[str]) -> str:
    """Without spaces and marks: a line that is cut goes on behind one."""
    return re.sub(r"[\s>]", "", "".join(texts))


def in_the_database(desk: Desk, made: Made, copy: Copy) -> None:
    """Each word that is stored is in the copy, but for what it says is not; and no other is."""
    found = stored(desk, made)
    words, told = spoken(copy), {line.words for line in copy.part("withheld").lines}
    secret = set(found.pop("secret", ()))
    assert bool(secret) == (SENTENCES["code_word"] in told)
    assert not secret & words.keys()
    kept_back = set(found["message.text"]) - words.keys()
    assert bool(kept_back) == (SENTENCES["not_shared"] in told), kept_back
    there = set(chain.from_iterable(found.values())) - kept_back
    assert words.keys() - {NUMBER} == there


def in_order(page: str, copy: Copy) -> bool:
    """Does the page show all headings and lines of the copy, in this order?"""
    at = 0
    for part in copy.parts:
        lines = [(line.label, line.words) for entry in part.entries for line in entry.lines]
        for words in (part.heading, *chain.from_iterable(lines)):
            at = page.find(" ".join(words.split()), at)
            if at < 0:
                return False
    return True


# --- One copy ------------------------------------------------------------------------------------


def whole(copy: Copy) -> str:
    return " ".join(rendering.text(copy).split())


async def test_it_says_who_looked_with_role_time_and_purpose(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete")
    await desk.sign_in("Sam")
    await desk.page(f"/desk/intake/{made.reference}")
    told = "Who has looked -------------- 19 November 2026, 10:00, Sam, caseworker to read what"
    assert told in whole(copied(desk, made))


async def test_what_is_not_in_it_is_said(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "code_word": "heron"})
    desk.clock.at += LATER
    desk.notes(made, "nobody else is to see this")
    copy = whole(copied(desk, made))
    assert "heron" not in copy
    assert "nobody else" not in copy
    assert "Your code word is not printed, because others may find this paper." in copy
    assert "You wrote more than you shared with our team." in copy
    assert "Nothing is left out." in whole(copied(desk, desk.intake(COMPLETE, kind="complete")))


async def test_spanish_is_spanish_throughout(desk: Desk) -> None:
    made = desk.intake({**COMPLETE, "pace": None}, kind="complete")
    copy = whole(copied(desk, made, catalogues()["es"]))
    assert "Lo que Harbour Support guarda de ti" in copy
    assert "Lo que me sostiene > My faith, and Sunday football with the lads." in copy
    assert (
        "Si es seguro escribirme aquí > Sí Lo escribiste el 19 de noviembre de 2026, 08:07." in copy
    )
    english = {text for text in SENTENCES.values() if "{" not in text and len(text.split()) > 2}
    assert not [text for text in english if text in copy]


async def test_it_keeps_to_the_clock_of_the_service(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    made = desk.intake(PARTIAL)
    assert "made on 1 July 2026, 10:00" in whole(copied(desk, made))


async def test_a_page_to_print_shows_words_as_words(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "keeps_going": "<script>alert(1)</script>"})
    page = rendering.page(pages.environment(), copied(desk, made))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert '<html lang="en">' in page


def test_what_a_terminal_could_obey_is_only_shown() -> None:
    line = Line("a\x1b]0;b\x07\nc\x9b", "theirs")
    part = Part("words", "W", (Entry("", (line,)),))
    assert rendering.text(Copy("en", "R", "H", (), (part,))).splitlines()[-2:] == [
        "> a\N{REPLACEMENT CHARACTER}]0;b\N{REPLACEMENT CHARACTER}",
        "> c\N{REPLACEMENT CHARACTER}",
    ]


@pytest.mark.parametrize("language", sorted(catalogues()))
def test_every_code_has_its_sentence(language: str) -> None:
    say = Say(SENTENCES, catalogues()[language], SERVICES["harbour"].hours.zone)
    codes = {
        "role": CARING,
        "match": decisions.MATCHES,
        "lawful": decisions.LAWFUL,
        "passed": decisions.TOLD,
        "for": looks.PURPOSES,
        "q": notes.QUESTIONS,
        "choice": ("start", "share_partial", "reminders", "helping", "discreet"),
        "asked": ("person", "delete", "under_18", *get_args(Right)),
        "sign": CUES,
        "state": ("stopped", "unreachable"),
        "channel": ("sms", "telegram"),
        "level": "0123",
        "why": ("first", "up", "down", "same"),
        "review": looking_back.Content.__struct_fields__,
        "review_for": get_args(Why),
        "with": (holding.TOOK, holding.GAVE_BACK, holding.HANDED_ON),
    }
    there = SENTENCES.keys()
    assert not [
        f"{k}_{code}" for k, some in codes.items() for code in some if f"{k}_{code}" not in there
    ]
    for key in around.PURPOSES.values():
        assert say(key)
