"""Safeguarding is explained as it happens: each stage has plain words, or a reason why not."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from bot.conversation.model import Conversation
from desk import safeguarding
from store import tables as t
from store.packing import pack
from store.rights import erase
from tests.desk.builder import THURSDAY, Desk
from tests.desk.reading import plain
from tests.desk.team import AtWork, at_work
from tests.desk.test_writing import ONCE, holding, written
from tests.worlds import world

NOT_YET = {"telling": "not", "why_not": "He reads her phone.", "not_asked": "Not safe to ask."}


def kept(desk: Desk) -> list[str]:
    return list(desk.store.read_sync(lambda c: c.scalars(select(t.stage.c.stage)).all()))


async def offered(work: AtWork, stage: str) -> str:
    """The words that stand in the form."""
    raw = await work.desk.page(f"{work.path}/safeguarding/{stage}")
    found = re.search(r'<textarea id="words"[^>]*>([^<]*)</textarea>', raw)
    assert found
    return plain(found[1])


async def test_each_stage_has_words_in_each_language_and_for_phones_that_others_read() -> None:
    shipped = world()
    words = safeguarding.PlainWords(shipped.phrases.messages, shipped.catalogues)
    for stage in safeguarding.stages():
        assert f"stage_{stage}" in shipped.phrases.copy
        told = {words.of(stage, language, False) for language in ("en", "es")}
        assert "" not in told
        assert len(told) == 2
        assert words.of(stage, "xx", False) in told  # a language that we do not have: English


async def test_a_stage_is_told_in_their_language_and_their_view_stands_beside_it(
    desk: Desk,
) -> None:
    work = await holding(desk)
    desk.store.write_sync(lambda c: c.execute(update(t.conversation).values(language="es")))
    words = await offered(work, "worried")
    assert words.startswith("Lo que nos has contado")
    assert "In English: What you told us" in await work.page("/safeguarding/worried")
    answer = await work.post(
        "/safeguarding/worried", telling="send", words=words, says="no quiero policía", once=ONCE
    )
    assert answer[:2] == (303, work.path + "#safeguarding")
    assert written(work) == [f"Sam here, a person. {words}"]
    page = await work.page()
    assert "Safeguarding: We are worried, and talk it over" in page
    assert "What they say no quiero policía" in page
    assert "Sam began a stage of safeguarding" in page
    assert "no quiero policía" in await work.page("/as-they-would")


async def test_a_form_that_is_sent_twice_tells_once(desk: Desk) -> None:
    work = await holding(desk)
    form = {"telling": "send", "words": "We talk it over.", "says": "ok", "once": ONCE}
    for _ in range(2):
        assert (await work.post("/safeguarding/lead", **form))[0] == 303
    assert (len(written(work)), kept(desk)) == (1, ["lead"])


async def test_others_may_read_the_phone(desk: Desk) -> None:
    work = await holding(desk)
    assert "may not be safe" in await offered(work, "worried")
    query = select(t.person.c.wrapped_key).where(t.person.c.id == work.made.person)
    sealer = desk.keys.person(desk.store.read_sync(lambda c: c.scalars(query).one()))
    place = f"conversation.state:{work.made.id}"
    sealed = sealer.seal(pack(Conversation(discreet=True)), place)
    desk.change(t.conversation, work.made.id, state=sealed)
    assert await offered(work, "worried") == world().phrases.messages["stage_worried"].discreet
    assert "Your name is not added" in await work.page("/safeguarding/worried")


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ({"telling": ""}, "Does the person hear of it now?: this is still missing"),
        ({"telling": "not", "why_not": ""}, "Why they are not told yet: this is still missing"),
        ({"telling": "told", "how": ""}, "How you told them, and when: this is still missing"),
        ({"telling": "send", "words": ""}, "The words for them: this is still missing"),
        ({"not_asked": ""}, "What they think and want, in their words: this is still missing"),
    ],
)
async def test_without_words_or_a_reason_nothing_is_kept(
    desk: Desk, missing: dict[str, str], told: str
) -> None:
    work = await holding(desk)
    status, _, page = await work.post("/safeguarding/passed_on", **{**NOT_YET, **missing})
    assert status == 400
    assert told in plain(page)
    assert kept(desk) == []


async def refused(work: AtWork) -> None:
    """Words that can't go out from here; a reason why not is kept."""
    form = {"telling": "send", "words": "We are worried.", "says": "ok"}
    status, _, page = await work.post("/safeguarding/worried", **form)
    assert (status, written(work)) == (400, [])
    assert "it can't go out from here" in plain(page)
    assert (await work.post("/safeguarding/worried", **NOT_YET))[0] == 303
    assert "not yet: He reads her phone." in await work.page()


async def test_nothing_goes_out_where_it_is_not_safe(desk: Desk) -> None:
    await refused(await holding(desk, safe_to_text=["no"]))  # type: ignore[arg-type]


async def test_only_who_holds_it_sends_words(desk: Desk) -> None:
    held = await holding(desk)
    other = await at_work(desk, held.made, "Priya")
    await other.post("/ready")
    await refused(other)


async def test_there_is_no_other_stage(desk: Desk) -> None:
    work = await holding(desk)
    assert (await work.post("/safeguarding/detained", **NOT_YET))[0] == 404


async def test_what_was_said_of_it_is_sealed_and_goes_with_the_person(desk: Desk) -> None:
    work = await holding(desk)
    await work.post("/safeguarding/worried", **NOT_YET)
    (row,) = desk.store.read_sync(lambda c: c.execute(select(t.stage)).all())
    assert b"phone" not in row.content
    desk.store.write_sync(lambda c: erase(c, desk.keys, work.made.id, THURSDAY))
    assert kept(desk) == []
