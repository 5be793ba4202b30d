"""The way in: stored once, in order, whole or not at all, and never silent about our troubles."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from bot.conversation.channel import Away, Envelope, Receipt
from bot.conversation.effects import (
    Agreed,
    Answered,
    AsideKept,
    Asked,
    Effect,
    Filed,
    Forget,
    HandOver,
    Promised,
    Reach,
    Timer,
    Withdraw,
)
from bot.conversation.model import (
    QUOTE_CLOSE,
    QUOTE_OPEN,
    Answer,
    Conversation,
    Delivered,
    Due,
    Event,
    Failed,
    Quote,
    Rendered,
    Say,
    Turn,
    World,
    Wrote,
)
from bot.inbound import Inbox
from bot.lines import language
from store import messages
from store import tables as t
from store.conversations import by_id
from tests.houses import LINE, NOON, NUMBER, House, echo, saying, wrote

SOON = NOON + timedelta(hours=1)
ASK = Say("ask", "How are you?")


def said(house: House) -> list[str]:
    """Everything that we said, in order."""
    conversations = [str(row["id"]) for row in house.rows(t.conversation)]
    keys = house.store.keys
    scripts = [
        house.store.read_sync(lambda c, id=id: messages.transcript(c, keys, id))  # type: ignore[misc]
        for id in conversations
    ]
    return [line.text for script in scripts for line in script if line.direction == "out"]


async def turn(house: House, text: str, *effects: Effect, says: tuple[Say, ...] = ()) -> Receipt:
    """The person writes, and this follows."""
    return await house.inbox(saying(*effects, says=says)).receive(wrote(text))


# --- Stored once, and in order -------------------------------------------------------------------


async def test_a_first_message_makes_the_person_the_contact_and_the_conversation(
    house: House,
) -> None:
    receipt = await house.inbox().receive(wrote("hello", "SM1"))
    assert receipt.stored
    (conversation,), (contact,), (person,) = map(house.rows, (t.conversation, t.contact, t.person))
    assert conversation["id"] == receipt.conversation
    assert (conversation["person"], conversation["contact"]) == (person["id"], contact["id"])
    assert [row["direction"] for row in house.rows(t.message)] == ["in", "out"]
    assert house.count(t.outgoing) == 1


async def test_a_copy_has_no_second_effect_however_it_comes(house: House) -> None:
    inbox = house.inbox()
    first = [await inbox.receive(wrote("hello", "SM1")) for _ in range(2)]
    rest = await asyncio.gather(*(inbox.receive(wrote("hello", "SM1")) for _ in range(8)))
    assert [receipt.stored for receipt in [*first, *rest]] == [True] + [False] * 9
    assert said(house) == ["1"]


async def test_copies_inside_one_batch_are_refused(house: House) -> None:
    inbox = house.inbox()
    copies = [wrote("hello", "SM1")] * 10
    receipts = await house.store.write(lambda c: inbox.batch(c, copies, echo))
    assert [receipt.stored for receipt in receipts] == [True] + [False] * 9
    assert house.count(t.seen) == 1


async def test_the_same_id_at_another_account_is_no_copy(house: House) -> None:
    house.accounts = {LINE.id: LINE}
    await house.inbox().receive(wrote("hello", "SM1"))
    assert (await house.inbox().receive(wrote("hello", "SM2"))).stored


async def test_two_messages_of_one_person_in_one_batch_go_one_after_the_other(
    house: House,
) -> None:
    inbox = house.inbox()
    batch = [wrote("one"), wrote("hi", number="+447700900124"), wrote("two"), wrote("three")]
    receipts = await house.store.write(lambda c: inbox.batch(c, batch, echo))
    assert len({receipt.conversation for receipt in receipts}) == 2
    assert said(house) == ["1", "2", "3", "1"]
    sequences = [row["sequence"] for row in house.rows(t.outgoing)]
    assert sorted(map(str, sequences)) == ["1", "1", "2", "3"]


async def test_the_second_of_two_in_a_batch_finds_the_rows_of_the_first(house: House) -> None:
    def step(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        assert isinstance(event, Wrote)
        back: tuple[Effect, ...] = (Withdraw(),) if event.text == "stop" else ()
        return Turn(conversation, (ASK,), (Filed("note"), *back))

    inbox = house.inbox(step)
    await house.store.write(lambda c: inbox.batch(c, [wrote("hi"), wrote("stop")], step))
    assert [row["state"] for row in house.rows(t.outgoing)] == ["withdrawn", "new"]


async def test_many_people_at_once_share_few_commits(house: House) -> None:
    commits = 0
    write = house.store.write

    async def counted(work):  # type: ignore[no-untyped-def]
        nonlocal commits
        commits += 1
        return await write(work)

    house.store.write = counted  # type: ignore[method-assign]
    inbox = house.inbox()
    people = [wrote("hello", f"SM{i}", f"+4477009{i:05d}") for i in range(200)]
    receipts = await asyncio.gather(*(inbox.receive(envelope) for envelope in people))
    assert all(receipt.stored for receipt in receipts)
    assert commits == 2
    assert house.count(t.conversation) == 200


async def test_nothing_is_answered_before_the_commit(house: House) -> None:
    inbox, stored = house.inbox(), asyncio.Event()
    write = house.store.write

    async def held(work):  # type: ignore[no-untyped-def]
        await stored.wait()
        return await write(work)

    house.store.write = held  # type: ignore[method-assign]
    receiving = asyncio.create_task(inbox.receive(wrote("hello")))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not receiving.done()
    assert not inbox.queued.is_set()
    stored.set()
    receipt = await receiving
    assert inbox.queued.is_set()
    assert house.rows(t.message)[0]["conversation"] == receipt.conversation


async def test_a_provider_that_hangs_up_holds_nobody_up(house: House) -> None:
    inbox = house.inbox()
    gone = asyncio.create_task(inbox.receive(wrote("hello", "SM1")))
    stays = asyncio.create_task(inbox.receive(wrote("hi", "SM2", "+447700900124")))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).stored
    assert house.count(t.conversation) == 2


# --- When something fails ------------------------------------------------------------------------


def stumble(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    if isinstance(event, Wrote) and "stumble" in event.text:
        raise KeyError(event.text)
    return echo(world, conversation, event, now)


async def test_a_step_that_raises_keeps_the_words_and_says_so(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = house.inbox(stumble)
    with caplog.at_level(logging.DEBUG):
        receipts = await asyncio.gather(
            inbox.receive(wrote("please stumble")), inbox.receive(wrote("hi", "", "+447700900124"))
        )
    assert all(receipt.stored for receipt in receipts)
    (parked,) = house.rows(t.parked)
    assert (parked["kind"], parked["conversation"]) == ("step", receipts[0].conversation)
    content = house.store.keys.master.open(parked["content"], f"parked.content:{parked['id']}")  # type: ignore[arg-type]
    assert content == "please stumble"
    script = house.store.read_sync(
        lambda c: messages.transcript(c, house.store.keys, receipts[0].conversation)
    )
    assert (script[0].kind, script[0].text) == ("aside", "please stumble")
    assert script[1].said == ("trouble",)
    assert script[1].text == house.world.phrases.messages["trouble"].text
    assert "please" not in caplog.text
    assert NUMBER not in caplog.text


def undo(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    """A step whose turn the database refuses."""
    if isinstance(event, Wrote) and "naive" in event.text:
        return Turn(conversation, (), (Timer("remind", datetime(2026, 1, 1)),))
    return echo(world, conversation, event, now)


async def test_a_commit_that_fails_is_replayed_one_by_one(house: House) -> None:
    inbox = house.inbox(undo)
    people = [wrote("naive" if i == 3 else "hello", f"SM{i}", f"+4477009{i:05d}") for i in range(6)]
    receipts = await asyncio.gather(*(inbox.receive(envelope) for envelope in people))
    assert all(receipt.stored for receipt in receipts)
    assert house.count(t.conversation) == 6
    trouble = house.world.phrases.messages["trouble"].text
    assert sorted(said(house)) == sorted(["1"] * 5 + [trouble])
    assert [row["name"] for row in house.rows(t.timer)] == ["forget_aside"]


async def test_an_envelope_for_nobody_is_set_aside(house: House) -> None:
    lost = Envelope(Wrote("to whom?"), NOON, "sms:unknown", NUMBER, "SM1")
    receipts = await asyncio.gather(
        house.inbox().receive(lost), house.inbox().receive(wrote("hello"))
    )
    assert all(receipt.stored for receipt in receipts)
    assert [row["kind"] for row in house.rows(t.parked)] == ["step"]
    assert said(house) == ["1"]


async def test_a_database_away_is_told_to_all_who_wait_and_stores_nothing(house: House) -> None:
    inbox = house.inbox()
    write, tries = house.store.write, []

    async def away(work):  # type: ignore[no-untyped-def]
        tries.append(work)
        raise Away("locked")

    house.store.write = away  # type: ignore[method-assign]
    people = [wrote("hello", f"SM{i}", f"+4477009{i:05d}") for i in range(200)]
    outcomes = await asyncio.gather(*map(inbox.receive, people), return_exceptions=True)
    assert all(isinstance(outcome, Away) for outcome in outcomes)
    assert len(tries) == 1, "two groups, and one wait for the database"
    house.store.write = write  # type: ignore[method-assign]
    assert house.count(t.seen) == 0
    assert (await inbox.receive(people[0])).stored


async def test_what_a_channel_cannot_read_is_parked_sealed(house: House) -> None:
    await house.inbox().park(LINE.id, b'{"text": "caf\xe9')
    (parked,) = house.rows(t.parked)
    assert (parked["kind"], parked["account"]) == ("unreadable", LINE.id)
    content = house.store.keys.master.open(parked["content"], f"parked.content:{parked['id']}")  # type: ignore[arg-type]
    assert content == '{"text": "caf\\xe9'


async def test_text_that_is_no_text_is_stored_all_the_same(house: House) -> None:
    for text in ("\ud800", "a\x00b", "\u202e" * 50, "x" * 100_000, ""):
        assert (await house.inbox().receive(wrote(text))).stored
    assert house.count(t.parked) == 0


# --- What a turn records -------------------------------------------------------------------------


async def test_answers_keep_their_history(house: House) -> None:
    for text, message in (("Ana", "m1"), ("Anna", "m2")):
        answer = Answer("name", "answered", ("a", "b"), (message,), "f1")
        await turn(house, text, Answered(answer), Filed("answer", "name"))
    rows = house.rows(t.answer)
    assert [(row["messages"], row["current"]) for row in rows] == [(["m1"], False), (["m2"], True)]
    filed = [(row["kind"], row["question"]) for row in house.rows(t.message)]
    assert filed == [("answer", "name")] * 2


async def test_agreeing_names_the_messages_that_showed_what_was_agreed_to(house: House) -> None:
    shown = (Say("notice.start", "A computer reads."), Say("other", "Hi."))
    await turn(house, "hello", says=shown)
    await turn(house, "yes", Agreed("start", True, "m1"))
    (agreed,) = house.rows(t.agreement)
    (notice,) = [row["id"] for row in house.rows(t.message) if row["said"] == ["notice.start"]]
    assert (agreed["kind"], agreed["value"], agreed["reply"]) == ("start", True, "m1")
    assert agreed["shown"] == [notice]
    assert agreed["flow_fingerprint"] == house.world.flow.fingerprint


async def test_what_the_law_calls_the_reason_is_kept_as_it_was_set_then(house: House) -> None:
    await turn(house, "a", Agreed("start", True, "m1"))
    service = replace(house.world.service, lawful=("public_task", "social_protection"))
    house.world = replace(house.world, service=service)
    await turn(house, "b", Agreed("start", True, "m2"))
    await turn(house, "c", Agreed("reminders", True, "m3"))
    kept = [(row["lawful_basis"], row["special_condition"]) for row in house.rows(t.agreement)]
    assert kept == [
        ("legitimate_interests", "explicit_consent"),
        ("public_task", "social_protection"),
        ("consent", "social_protection"),
    ]


async def test_a_partial_hand_over_becomes_complete_and_keeps_its_reference(house: House) -> None:
    await turn(house, "later", HandOver("partial", SOON))
    (before,) = house.rows(t.handover)
    await turn(house, "done", HandOver("complete", None))
    (after,) = house.rows(t.handover)
    assert (before["kind"], after["kind"]) == ("partial", "complete")
    assert (before["reference"], before["due_at"]) == (after["reference"], SOON)
    assert after["due_at"] is None


async def test_a_new_promise_takes_the_place_of_the_open_one(house: House) -> None:
    await turn(house, "a", Promised("read", SOON))
    await turn(house, "b", Promised("read", SOON + timedelta(hours=1)))
    assert [row["dropped_at"] is None for row in house.rows(t.promise)] == [False, True]


async def test_a_timer_is_set_moved_and_put_out(house: House) -> None:
    await turn(house, "a", Timer("remind", SOON))
    await turn(house, "b", Timer("remind", SOON + timedelta(hours=1)))
    assert [row["due_at"] for row in house.rows(t.timer)] == [SOON + timedelta(hours=1)]
    await turn(house, "c", Timer("remind", None))
    assert house.count(t.timer) == 0


async def test_a_timer_fires_once(house: House) -> None:
    receipt = await turn(house, "a", Timer("remind", SOON))
    inbox, due = house.inbox(), Envelope(Due("remind"), SOON, conversation=receipt.conversation)
    assert [(await inbox.receive(due)).stored for _ in range(2)] == [True, False]
    assert said(house) == ["1"]


async def test_what_was_written_before_agreeing_is_kept_or_forgotten(house: House) -> None:
    await turn(house, "before", Filed("aside"))
    await turn(house, "yes", Filed("command"), AsideKept())
    assert [row["kind"] for row in house.rows(t.message)] == ["note", "command"]
    await turn(house, "again", Filed("aside"))
    await turn(house, "no", Filed("command"), Forget("aside"))
    assert [row["text"] is None for row in house.rows(t.message)] == [False, False, True, False]


async def test_one_answer_is_forgotten_and_only_that(house: House) -> None:
    await turn(house, "Ana", Filed("answer", "name"), Answered(Answer("name", "answered")))
    await turn(house, "blue", Filed("answer", "colour"), Answered(Answer("colour", "answered")))
    await turn(house, "remove", Filed("command"), Forget("answer", "name"))
    texts = {row["question"]: row["text"] is None for row in house.rows(t.message)}
    assert texts == {"name": True, "colour": False, "": False}


async def test_withdrawing_takes_back_only_what_was_queued_before(house: House) -> None:
    await turn(house, "a", says=(ASK, ASK))
    await turn(house, "b", Withdraw(), says=(ASK,))
    assert [row["state"] for row in house.rows(t.outgoing)] == ["withdrawn", "withdrawn", "new"]


async def test_after_stop_nothing_that_waits_goes_out(house: House) -> None:
    await turn(house, "a", says=(ASK,))
    house.store.write_sync(lambda c: c.execute(update(t.outgoing).values(state="begun")))
    await turn(house, "STOP", Reach("stopped", "21610"))
    assert [row["state"] for row in house.rows(t.outgoing)] == ["withdrawn"]
    assert [(r["state"], r["state_code"]) for r in house.rows(t.contact)] == [("stopped", "21610")]


async def test_a_wish_stands_at_the_desk(house: House) -> None:
    await turn(house, "PERSON", Asked("person"))
    assert [(row["what"], row["seen_at"]) for row in house.rows(t.asked)] == [("person", None)]


async def test_words_that_we_start_ourselves_wait_for_the_morning(house: House) -> None:
    house.clock.at = NOON.replace(hour=23)
    await turn(house, "a", says=(ASK, Say("remind", "Still there?", prompted=False)))
    waits = [row["not_before"] for row in house.rows(t.outgoing)]
    assert waits == [house.clock.at, house.clock.at.replace(day=20, hour=9)]


async def test_their_own_words_stand_once_and_are_put_in_later(house: House) -> None:
    own = (await turn(house, "my own words")).message

    def quote(world: World, conversation: Conversation, says: object, traits: object) -> object:
        return (Rendered(f"You wrote: {QUOTE_OPEN}{own}{QUOTE_CLOSE}.", (), ("quote",)),)

    inbox = Inbox(
        house.store,
        {"harbour": house.world},
        house.accounts,
        house.clock,
        step=saying(says=(Say("quote", "{words}", {"words": Quote((own,))}),)),
        render=quote,  # type: ignore[arg-type]
    )
    await inbox.receive(wrote("show me"))
    assert said(house) == ["You wrote: my own words."]


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, 30),
        ({"handed": "partial"}, 30),
        ({"handed": "complete"}, 365),
        ({"standing": "declined"}, 1),
    ],
)
async def test_a_conversation_has_a_date_to_go(
    house: House, changes: dict[str, object], days: int
) -> None:
    await house.inbox(saying(**changes)).receive(wrote("hello"))  # type: ignore[arg-type]
    (row,) = house.rows(t.conversation)
    assert row["delete_on"] == NOON + timedelta(days=days)


async def test_after_erasure_one_last_word_can_still_be_said(house: House) -> None:
    first = await turn(house, "secret words", Answered(Answer("name", "answered", (), ("m1",))))
    await turn(house, "DELETE", Filed("command"), Forget("all"), says=(Say("gone", "All gone."),))
    assert said(house) == ["All gone."]
    assert [row["text"] is None for row in house.rows(t.message)] == [True, True, False]
    again = await turn(house, "hello again")
    assert again.conversation != first.conversation
    assert house.count(t.contact) == 1


# --- News of what we said ------------------------------------------------------------------------


async def queued(house: House) -> str:
    await turn(house, "hello", says=(Say("notice.start", "A computer reads."),))
    return str(house.rows(t.outgoing)[0]["message"])


heard: list[Event] = []


def listen(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    heard.append(event)
    return Turn(conversation)


async def news(house: House, *events: Event) -> list[Event]:
    """What the core hears of this news."""
    heard.clear()
    inbox = house.inbox(listen)
    for event in events:
        await inbox.receive(Envelope(event, NOON, LINE.id))
    return list(heard)


async def test_the_core_hears_what_arrived_and_what_it_said(house: House) -> None:
    id = await queued(house)
    events = await news(house, Delivered(id, "sent", "SM9"), Delivered(id))
    said = ("notice.start",)
    assert events == [Delivered(id, "sent", "SM9", said), Delivered(id, "delivered", "", said)]
    (row,) = house.rows(t.outgoing)
    assert (row["state"], row["provider_ref"]) == ("delivered", "SM9")


async def test_news_never_moves_back(house: House) -> None:
    id = await queued(house)
    assert len(await news(house, Delivered(id), Delivered(id, "sent"), Delivered(id))) == 1
    assert house.rows(t.outgoing)[0]["state"] == "delivered"


async def test_news_of_a_message_that_is_not_ours_is_nothing(house: House) -> None:
    assert await news(house, Delivered("nobody's"), Failed("nobody's")) == []


async def test_what_did_not_arrive_is_on_record(house: House) -> None:
    id = await queued(house)
    (event,) = await news(house, Failed(id, "failed", "30008"))
    assert isinstance(event, Failed)
    assert event.said == ("notice.start",)
    (row,) = [row for row in house.rows(t.message) if row["id"] == id]
    assert (row["failed_code"], row["failed_at"]) == ("30008", NOON)


async def test_a_code_of_any_length_is_news(house: House) -> None:
    id = await queued(house)
    await house.inbox(saying(Reach("unreachable", "x" * 100))).receive(wrote("still here"))
    await news(house, Failed(id, "failed", "x" * 100))
    assert {row["state_code"] for row in house.rows(t.contact)} == {"x" * 40}
    assert "x" * 40 in {row["failed_code"] for row in house.rows(t.message)}


async def test_a_contact_that_was_closed_is_news_without_a_message(house: House) -> None:
    await turn(house, "hello")
    blocked = Envelope(Failed("", "stopped", "403"), NOON, LINE.id, NUMBER)
    heard.clear()
    await house.inbox(listen).receive(blocked)
    assert heard == [Failed("", "stopped", "403")]
    stranger = Envelope(Failed("", "stopped", "403"), NOON, LINE.id, "+447700900199")
    assert not (await house.inbox(listen).receive(stranger)).stored
    assert house.count(t.contact) == 1


async def test_a_timer_or_news_for_nobody_is_not_stored(house: House) -> None:
    for event in (Due("remind"), Delivered("x")):
        assert not (await house.inbox().receive(Envelope(event, NOON, conversation="x"))).stored


# --- Nothing readable ----------------------------------------------------------------------------


async def test_a_copy_of_the_database_says_nothing(house: House) -> None:
    step = saying(says=(Say("ask", "kestrel-of-ours"),), position=Conversation().position)
    await house.inbox(step).receive(wrote("kestrel-of-theirs", "SM1", "+447700900777"))
    marked = saying(
        Answered(Answer("name", "answered", ("kestrelchoice",))), pending=("kestrelstate",)
    )
    await house.inbox(marked).receive(wrote("kestrel-of-theirs", "SM2", "+447700900777"))
    await house.inbox().park(LINE.id, "kestrel-parked")
    everything = house.everything()
    assert LINE.id.encode() in everything  # the search does find what is there
    for word in (b"kestrel", b"7700900777", "kestrel".encode("utf-16-le")):
        assert word not in everything


@pytest.mark.parametrize(
    ("hint", "code"), [("es", "es"), ("es-MX", "es"), ("es_419", "es"), ("fr", "en"), ("", "en")]
)
def test_the_language_of_the_app_if_we_have_it(hint: str, code: str) -> None:
    assert language(hint, ("en", "es")) == code


def test_a_batch_is_one_transaction(house: House) -> None:
    inbox = house.inbox()

    def work(connection: Connection) -> None:
        inbox.batch(connection, [wrote("hello", "SM1")], echo)
        raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        house.store.write_sync(work)
    assert [house.count(table) for table in (t.seen, t.person, t.message)] == [0, 0, 0]


async def test_an_answer_that_is_late_is_heard_once_with_the_reason_and_not_once_it_is_there(
    house: House,
) -> None:
    heard: list[Event] = []

    def step(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        heard.append(event)
        made = (Promised("complain", SOON), Asked("complain", due_at=SOON))
        clocks = (Timer("late_fix", NOON), Timer("late_complain", SOON))
        effects = (*made, *clocks) if isinstance(event, Wrote) else ()
        return saying(*effects)(world, conversation, event, now)

    inbox = house.inbox(step)
    id = (await inbox.receive(wrote("hello"))).conversation
    (wish,) = house.rows(t.asked)
    line = house.store.read_sync(lambda c: by_id(c, house.store.keys, [id]))[id]
    why = line.sealer.seal("She is ill.", f"asked.reason:{wish['id']}")
    house.store.write_sync(lambda c: c.execute(update(t.asked).values(reason=why)) and None)
    late = Envelope(Due("late_complain"), SOON, conversation=id)
    await inbox.receive(late)
    assert heard[1:] == [Due("late_complain", SOON, "She is ill.")]
    await inbox.receive(late)
    await inbox.receive(Envelope(Due("late_fix"), SOON, conversation=id))
    assert len(heard) == 2
    assert house.rows(t.timer) == []


async def test_a_kept_promise_is_no_late_one(house: House) -> None:
    """The same timer: with the promise where nobody read, and nothing where somebody did."""
    heard: list[Event] = []

    def step(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        heard.append(event)
        return saying(Promised("read", SOON), Timer("late", NOON))(world, conversation, event, now)

    inbox = house.inbox(step)
    id = (await inbox.receive(wrote("hello"))).conversation
    late = Envelope(Due("late"), SOON, conversation=id)
    await inbox.receive(late)
    assert heard[1:] == [Due("late", since=SOON)]
    assert [row["name"] for row in house.rows(t.timer)] == ["late"]  # set anew by this step
    kept = update(t.promise).values(kept_at=NOON)
    house.store.write_sync(lambda c: c.execute(kept) and None)
    await inbox.receive(late)
    assert len(heard) == 2
    assert house.rows(t.timer) == []
