"""Texts go to the countries that the settings name: nothing is sent anywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from bot import plans
from bot.channels.countries import EVERYWHERE, Countries
from bot.clock import Clock
from bot.conversation.channel import Envelope, SendError
from bot.conversation.model import Wrote
from bot.doctor import inside
from bot.outbound import Sender
from config import services
from config.settings import Settings, SettingsError
from store import tables as t
from tests.channels.sms_house import TROUBLE, outgoing, sms_house
from tests.databases import Kind
from tests.desk.builder import a_desk, inbox
from tests.desk.reading import plain
from tests.emulators.twilio import ACCOUNT, TOKEN

# No number of anybody: those of fiction, and beginnings.
COSTLY = ("+18765550123", "+8816", "+4470", "+449", "+979")
NAMED = 'text_countries = ["44"]'
ELSEWHERE = ("+18765550123", "+12025550123", "+8816", "+252", "+49", "+4470", "+449", "+4", "")
FILE = """
[service]
name = "Harbour"
phone = "07700 900 001"
hours = "Mo-Fr 09:00-17:00"
nation = "{nation}"
languages = ["en"]
timezone = "Europe/London"
{more}
"""


def countries(folder: Path, nation: str = "GB-ENG", more: str = "", **env: Any) -> Countries:
    path = folder / "ownpace.toml"
    path.write_text(FILE.format(nation=nation, more=more))
    given: dict[str, Any] = {"OWNPACE_CONFIG": path, **env}
    return plans.texts_to(services.main(Settings(**given)))


def test_where_no_country_is_named_none_is_left_out_but_costly_numbers_are(tmp_path: Path) -> None:
    """Somebody in need may have a phone from anywhere."""
    for nation in ("GB-ENG", "US"):
        ours = countries(tmp_path, nation)
        for number in ("+447700900123", "447700900123", "+12025550123", "+491", "+252"):
            assert ours.covers(number), number
        for number in COSTLY:
            assert not ours.covers(number), number


def test_the_settings_name_others(tmp_path: Path) -> None:
    more = 'text_countries = ["44", "353", "1876"]'
    for named in (
        countries(tmp_path, more=more),
        countries(tmp_path, OWNPACE_SERVICE_TEXT_COUNTRIES="44, 353,1876"),
    ):
        for number in ("+447700900123", "+353", "+18765550123"):
            assert named.covers(number), number
        for number in ("+12025550123", "+18095550123", "+4470"):
            assert not named.covers(number), number


@pytest.mark.parametrize("wrong", ["+44", "GB", "0", "44;", "12345678"])
def test_a_country_is_written_as_a_code(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError, match="OWNPACE_SERVICE_TEXT_COUNTRIES: "):
        countries(tmp_path, OWNPACE_SERVICE_TEXT_COUNTRIES=wrong)


def test_where_nothing_is_said_a_channel_writes_to_all() -> None:
    assert EVERYWHERE.covers("+8816")


async def test_nothing_at_all_is_asked_of_the_carrier_for_any_other(tmp_path: Path) -> None:
    async with sms_house(countries=countries(tmp_path, more=NAMED)) as house:
        for number in ELSEWHERE:
            with pytest.raises(SendError) as refused:
                await house.channel.send(outgoing(address=number))
            assert (refused.value.trouble, refused.value.code) == ("give_up", "country")
        assert house.twilio.sent == []
        await house.channel.send(outgoing())
        assert len(house.twilio.sent) == 1


async def test_nor_is_it_said_in_the_answer_while_the_store_is_away(tmp_path: Path) -> None:
    async with sms_house(countries=countries(tmp_path, more=NAMED)) as house:
        house.heard.away = True
        for number in ELSEWHERE[:2]:
            await house.twilio.phone(number).text("hello?")
            assert house.twilio.phone(number).unread == []
        phone = house.twilio.phone("+447700900001")
        await phone.text("hello?")
        assert phone.unread == [TROUBLE]


async def test_who_writes_from_elsewhere_is_kept_and_shown_and_not_answered(
    kind: Kind, tmp_path: Path
) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    async with (
        a_desk(folder, kind=kind) as desk,
        sms_house(countries=countries(tmp_path, more=NAMED)) as sms,
    ):
        way = inbox(desk.store, desk.clock)
        sender = Sender(desk.store, {"sms:harbour": sms.channel}, way, cast(Clock, desk.clock))
        for number, text in ((ELSEWHERE[0], "hello"), (ELSEWHERE[0], "anybody?")):
            envelope = Envelope(Wrote(text), desk.clock.now(), "sms:harbour", number, text)
            assert (await way.receive(envelope)).stored
            await sender.sweep()
            await sender.sweep()
        assert sms.twilio.sent == []
        query = select(t.contact.c.state, t.contact.c.state_code)
        rows = desk.store.read_sync(lambda c: c.execute(query).all())
        assert [tuple(row) for row in rows] == [("unreachable", "country")]
        theirs = select(func.count()).where(t.message.c.direction == "in", t.message.c.text != b"")
        assert desk.store.read_sync(lambda c: c.scalar(theirs)) == 2
        await desk.sign_in("Sam")
        page = plain(await desk.page("/desk/"))
        assert "Somebody wrote by text message, Thu 10:00. What we told them" in page


def test_the_doctor_says_where_texts_go(tmp_path: Path) -> None:
    path = tmp_path / "ownpace.toml"
    path.write_text(FILE.format(nation="GB-ENG", more=NAMED))
    given: dict[str, Any] = {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "OWNPACE_CONFIG": path,
    }
    for sender, light in (("+447700900999", "green"), ("+12025550199", "yellow")):
        public: dict[str, Any] = {
            "TWILIO_FROM": sender,
            "OWNPACE_PUBLIC_URL": "https://intake.example.org",
        }
        found = {one.about: one for one in inside.service(Settings(**given, **public))}
        assert found["countries"].says.startswith("Texts go to numbers of +44 only")
        assert found["countries"].light == light
    path.write_text(FILE.format(nation="GB-ENG", more=""))
    found = {one.about: one for one in inside.service(Settings(**given, **public))}
    assert found["countries"].says.startswith("Texts go everywhere but to costly numbers")
