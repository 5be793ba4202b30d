"""Only what Twilio signed gets in, and nothing that a stranger posts is an error of ours."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels.sms import LIMIT
from bot.channels.twilio_api import signed
from bot.channels.web import parse_form
from tests.channels.sms_house import PERSON, PUBLIC, House, channel_to, sms_house
from tests.emulators.twilio import TOKEN

FILE = Path(__file__).parent.parent / "vectors/twilio_signatures.json"
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["vectors"]
URL = f"{PUBLIC}/channels/sms"
FORM_TYPE = "application/x-www-form-urlencoded"

_words = st.text(st.characters(codec="utf-8"), max_size=8)
_names = st.sampled_from(["Body", "From", "To", "Bo", "FromCity", "MessageSid"]) | _words
_urls = st.builds(
    "{}://{}{}/channels/sms{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["ownpace.example", "user:word@ownpace.example", "127.0.0.1"]),
    st.sampled_from(["", ":443", ":80", ":8443"]),
    st.sampled_from(["", "/status?m=0123abc", "?a=b&c=d", "?q=it's", "?q=%20x"]),
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with sms_house() as house:
        yield house


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_twilios_own_cases(vector: dict[str, Any]) -> None:
    form = parse_form(vector["body"].encode())
    verdict = signed(vector["url"], form, vector["signature"], (vector["token"],))
    assert verdict is vector["valid"]


@settings(max_examples=500, deadline=None)
@example(URL, URL, [("Body", "b"), ("Body", "a")], "", "")
@given(
    url=_urls,
    signed_url=_urls,
    pairs=st.lists(st.tuples(_names, _words), max_size=6),
    change=st.sampled_from(["", "drop", "strip", "repeat", "token"]),
    junk=st.sampled_from(["", "", "", "é", "AAAA"]),
)
def test_the_same_verdict_as_twilios_validator(
    url: str, signed_url: str, pairs: list[tuple[str, str]], change: str, junk: str
) -> None:
    form = MultiDict(pairs)
    token = "other" if change == "token" else TOKEN
    signature = RequestValidator(token).compute_signature(signed_url, form) + junk
    arrived = MultiDict(altered(pairs, change))
    for address in (url, signed_url):
        theirs = RequestValidator(TOKEN).validate(address, arrived, signature)
        assert signed(address, arrived, signature, (TOKEN,)) is theirs


def _random_url(draw: Random) -> str:
    """With and without port, credentials, query; names, IPv4 and IPv6; letters of all kinds."""
    scheme, user = draw.choice(["http", "https"]), draw.choice(["", "", "", "user:word@", "user@"])
    host = draw.choice(
        ["ownpace.example", "Ownpace.Example", "127.0.0.1", "[::1]", "[2001:db8::1]"]
    )
    host = draw.choice([host, host, "bücher.example"])
    port = draw.choice(["", "", ":443", ":80", ":8443", ":"])
    query = draw.choice(["", "", "?", "?a=b&c=d", "?q=it's", "?q=%20x", "?q=é", "?m=0123abc#x"])
    return f"{scheme}://{user}{host}{port}/channels/{draw.choice(['sms', 'smś', ''])}{query}"


def _random_pairs(draw: Random) -> list[tuple[str, str]]:
    """Twilio's names and any others; blank values; in some, one name or one field twice."""
    letters = "abAB01 =&+%~\n\0éßЖ漢🙂"
    names = ["Body", "From", "To", "Bo", "body", "FromCity", "", "MessageSid"]
    some = draw.sample(names, draw.randint(0, len(names)))
    pairs = [(n, "".join(draw.choices(letters, k=draw.choice([0, 1, 3, 20])))) for n in some]
    if pairs and draw.random() < 0.3:
        name, value = draw.choice(pairs)
        pairs.insert(draw.randint(0, len(pairs)), (name, draw.choice([value, value[1:], "x"])))
    return pairs


def test_the_same_verdict_in_ten_thousand_cases() -> None:
    """Chosen at random, the same ones at every run."""
    draw, validator, verdicts = Random(20260902), RequestValidator(TOKEN), Counter[bool]()  # noqa: S311
    for _ in range(10_000):
        url, pairs = _random_url(draw), _random_pairs(draw)
        token = draw.choice([TOKEN, TOKEN, TOKEN, "other"])
        signature = RequestValidator(token).compute_signature(url, MultiDict(pairs))
        signature = draw.choice([signature] * 6 + [signature[:-1], signature.lower(), "", "é"])
        # Signed with the port that its scheme implies, or without it: they take both.
        asked = draw.choice([url, url, url.replace(":443/", "/"), _random_url(draw)])
        arrived = MultiDict(altered(pairs, draw.choice(["", "", "", "drop", "strip", "repeat"])))
        theirs = _theirs(validator, asked, arrived, signature)
        assert signed(asked, arrived, signature, (TOKEN,)) is theirs, (asked, pairs)
        verdicts[theirs] += 1
    assert min(verdicts[True], verdicts[False]) > 2_000


def _theirs(validator: RequestValidator, url: str, form: MultiDict[str], signature: str) -> bool:
    """Where Twilio's validator can't read the address at all, it is not signed."""
    try:
        return bool(validator.validate(url, form, signature))
    except ValueError:
        return False


@pytest.mark.parametrize("again", ["b", "a"])
def test_a_name_that_comes_twice_is_left_to_twilios_validator(again: str) -> None:
    form = MultiDict([("Body", "b"), ("Body", again)])
    signature = RequestValidator(TOKEN).compute_signature(URL, form)
    assert signed(URL, form, signature, (TOKEN,))
    assert not signed(URL, form, "", (TOKEN,))


def altered(pairs: list[tuple[str, str]], change: str) -> list[tuple[str, str]]:
    if change == "drop":
        return pairs[1:]
    if change == "strip":
        return [(name, value.strip()) for name, value in pairs]
    return pairs + pairs[:1] if change == "repeat" else pairs


def test_an_old_and_a_new_token_are_both_good() -> None:
    form = MultiDict(Body="hi")
    signature = RequestValidator("old").compute_signature(URL, form)
    assert signed(URL, form, signature, ("new", "old"))
    assert not signed(URL, form, signature, ("new",))
    assert not signed(URL, form, signature, ())


@pytest.mark.parametrize(
    "url", ["https://ownpace.example:80http:/x", "https://[x/", "https://x/\udcff"]
)
def test_an_address_that_is_none_is_not_signed(url: str) -> None:
    assert not signed(url, MultiDict(Body="hi"), "AAAA", (TOKEN,))


def _form(house: House) -> MultiDict[str]:
    return house.twilio.hooks.inbound(PERSON, "hi", f"SM{'1' * 32}")


@pytest.mark.parametrize(
    "signed_for",
    [
        "http://ownpace.example/channels/sms",
        "https://ownpace.example/channels/sms/",
        "https://ownpace.example/channels/sms?x=1",
        "https://ownpace.example/channels/sms/status",
        "https://evil.example/channels/sms",
        "http://127.0.0.1/channels/sms",
    ],
)
async def test_signed_for_another_address(house: House, signed_for: str) -> None:
    signature = house.twilio.hooks.sign(signed_for, _form(house))
    answer = await house.twilio.hooks.post(URL, _form(house), signature)
    assert (answer.status, house.events) == (403, [])


@pytest.mark.parametrize("signature", ["", "AAAA", "é", "=" * 28, "A" * 4000])
async def test_signed_badly_or_not_at_all(house: House, signature: str) -> None:
    for path in ("", "/status"):
        answer = await house.twilio.hooks.post(URL + path, _form(house), signature)
        assert (answer.status, house.events) == (403, [])


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": ""}])
async def test_no_header(house: House, headers: dict[str, str]) -> None:
    assert await posted(house, b"Body=hi", headers) == 403


@pytest.mark.parametrize("extra", [("Body", "other"), ("body", "hi"), ("New", "")])
async def test_a_field_added_on_the_way(house: House, extra: tuple[str, str]) -> None:
    form = _form(house)
    signature = house.twilio.hooks.sign(URL, form)
    form.add(*extra)
    assert (await house.twilio.hooks.post(URL, form, signature)).status == 403


async def test_a_made_up_host_changes_nothing(house: House) -> None:
    form = _form(house)
    spoof = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
    }
    wrong = house.twilio.hooks.sign("http://evil.example/channels/sms", form)
    right = house.twilio.hooks.sign(URL, form)
    async with ClientSession() as client:
        for signature, status in ((wrong, 403), (right, 200)):
            headers = {**spoof, "X-Twilio-Signature": signature}
            async with client.post(
                f"{house.address}/channels/sms", data=form, headers=headers
            ) as answer:
                assert answer.status == status
    assert len(house.events) == 1


async def test_a_field_that_twilio_may_add_later(house: House) -> None:
    assert (await house.twilio.text_in(PERSON, "hi", Mood="curious")).status == 200
    assert len(house.events) == 1


async def test_the_channel_takes_a_token_being_rotated(house: House) -> None:
    channel = channel_to(house.twilio, tokens=("new", TOKEN))
    assert channel.traits.name == "sms"
    await channel.close()


async def posted(house: House, body: bytes, headers: dict[str, str], path: str = "") -> int:
    async with (
        ClientSession() as client,
        client.post(
            f"{house.address}/channels/sms{path}",
            data=body,
            headers={"Content-Type": FORM_TYPE, **headers},
        ) as answer,
    ):
        await answer.read()
    assert house.events == []
    return answer.status


ANY = {"X-Twilio-Signature": "AAAA"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"a=" + b"x" * LIMIT, {}, 413),
        (gzip.compress(b"a=" + b"x" * 5_000_000), {"Content-Encoding": "gzip"}, 413),
        (b"not gzip", {"Content-Encoding": "gzip"}, 400),
        (b"Body=%ff%fe", ANY, 400),
        (b"Body=\xff", ANY, 400),
        (b"Body=%ed%a0%80", ANY, 400),
        (b"a=1&" * 1000, ANY, 400),
        (b"\0\0=%", ANY, 403),
        (b"", ANY, 403),
        (b"{}", {**ANY, "Content-Type": "application/json"}, 403),
        (b"--x", {**ANY, "Content-Type": "multipart/form-data; boundary=x"}, 403),
        (b"a=b", {**ANY, "Content-Type": f"{FORM_TYPE}; charset=klingon"}, 403),
    ],
)
async def test_bodies_that_strangers_send(
    house: House, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert [await posted(house, body, headers, path) for path in ("", "/status")] == [status] * 2
