"""No signed form of Twilio's, however odd, gets an error of ours, or stops the next one."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import MultiDict

from tests.channels.sms_house import PERSON, PUBLIC, House, sms_house
from tests.emulators.twilio_log import Message, new_sid

STATUS = f"{PUBLIC}/channels/sms/status?m=0123abc"
ODD = st.sampled_from(
    ["", "\x00", "‮x", "whatsapp:+447700900001", "-1", "9" * 400, "STOP", "%", "é"]
)
NAMES = """MessageSid SmsSid AccountSid From To Body NumMedia NumSegments SmsStatus MessageStatus
    ErrorCode OptOutType MediaContentType0 MediaUrl0 MessagingServiceSid ProfileName WaId Latitude
    ReferralBody ButtonPayload RawDlrDoneDate ChannelPrefix EventType FromCity A_New_One""".split()
STATUSES = """accepted scheduled queued sending sent delivered undelivered failed canceled receiving
    received read partially_delivered teleported""".split()


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """What is done to a form: set, taken away, or given twice."""
    one = st.tuples(st.sampled_from(["set", "del", "add"]), st.sampled_from(NAMES), ODD | st.text())
    return draw(st.lists(one, min_size=1, max_size=5))


def changed(form: MultiDict[str], how: list[tuple[str, str, str]]) -> MultiDict[str]:
    for what, name, value in how:
        text = value.encode("utf-8", "ignore").decode()
        if what == "set":
            form[name] = text
        elif what == "add":
            form.add(name, text)
        else:
            form.popall(name, None)
    return form


def test_no_odd_form_stops_the_next() -> None:
    with asyncio.Runner() as runner:
        context = sms_house()
        house: House = runner.run(context.__aenter__())
        hooks = house.twilio.hooks

        async def check(how: list[tuple[str, str, str]], status: str) -> None:
            sent = Message(PERSON, house.twilio.sender, "", status=status)
            for url, form in (
                (f"{PUBLIC}/channels/sms", hooks.inbound(PERSON, "hello", new_sid())),
                (STATUS, hooks.status(sent)),
            ):
                answer = await hooks.post(url, changed(form, how))
                assert answer.status in (200, 204, 400, 403), (url, how)
            sid = new_sid()
            form = hooks.inbound(PERSON, "the next", sid)
            assert (await hooks.post(f"{PUBLIC}/channels/sms", form)).status == 200
            assert house.heard.envelopes[-1].provider_id == sid

        quiet: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}

        @settings(max_examples=300, derandomize=True, database=None, **quiet)
        @given(changes(), st.sampled_from(STATUSES))
        def each(how: list[tuple[str, str, str]], status: str) -> None:
            runner.run(check(how, status))

        each()
        runner.run(context.__aexit__(None, None, None))
