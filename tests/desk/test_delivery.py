"""Why something did not arrive, in words that a worker can act on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.channels import sms_hooks, twilio_api
from desk import delivery
from store import tables as t
from tests.desk.builder import COMPLETE, Desk
from tests.desk.reading import plain
from tests.desk.team import at_work

SENTENCES = (
    ("21610", "they sent stop to our number"),
    ("63014", "they have blocked us"),
    ("403", "they have blocked us"),
    ("30006", "the number or account can't be reached"),
    ("400", "the number or account can't be reached"),
    ("30003", "the phone was off or had no signal."),
    ("30007", "a phone company refused it"),
    ("21617", "the fault was on our side"),
    ("country", "in a country that our settings do not write to"),
    ("timeout", "we tried for 4 hours and gave up."),
    ("ClientOSError", "we tried for 4 hours and gave up."),
    ("503", "we tried for 4 hours and gave up."),
    ("unclear", "we did not send it again"),
    ("", "why is not known."),
    ("31337", "why is not known."),
)


def test_every_code_that_the_channels_know_has_words() -> None:
    known = {str(twilio_api.OPTED_OUT), *map(str, twilio_api.GIVE_UP | twilio_api.REFUSED)}
    known |= {str(code) for code in twilio_api.TOO_MANY}
    known |= sms_hooks.STOPPED | sms_hooks.UNREACHABLE | set(sms_hooks.ONCE_MORE) | sms_hooks.OURS
    assert {code: delivery.why(code) for code in known if delivery.why(code) == "unknown"} == {}


async def test_the_page_says_why_beside_what_a_worker_wrote(desk: Desk) -> None:
    work = await at_work(desk, desk.intake(COMPLETE, kind="complete", standing="ended"))
    await work.post("/pick-up")
    await work.post("/ready")
    await work.post("/write", text="Can we talk at 4?")
    await work.post("/messages", purpose="contact")
    desk.store.write_sync(lambda c: c.execute(t.outgoing.update().values(state="failed")))
    ours = select(t.message.c.id).where(t.message.c.kind == "worker")
    id = desk.store.read_sync(lambda c: c.scalars(ours).one())
    for code, sentence in SENTENCES:
        desk.change(t.message, id, failed_at=desk.clock.now(), failed_code=code)
        for rest in ("", "/messages"):
            assert sentence in (await work.page(rest)).lower().split("did not arrive. ")[1], code


async def test_a_contact_that_is_gone_says_why(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", standing="ended", state="unreachable")
    desk.change(t.contact, made.contact, state_code="30006")
    work = await at_work(desk, made)
    await work.post("/ready")
    desk.clock.at += timedelta(minutes=1)
    page = plain(await desk.page(work.path))
    assert (
        page.count("The number or account can't be reached") == 2
    )  # in the timeline, where we write
