"""Things that no provider sends: made from a number, so that the same number is the same thing."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, urlencode

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# Text that breaks what is careless: NUL, surrogates, marks that turn the line round, ANSI,
# markup, templates, SQL, joined and combining signs, a byte-order mark.
PIECES = [
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud83d",
    "\u202eevil\u202c",
    "\u2066\u2069\u200b\u200f",
    "\x1b[2J\x1b[31m",
    "\r\nSet-Cookie: a=b",
    "\u2028\u2029\x85",
    "<script>alert(1)</script>",
    "{{7*7}} {0.__class__} %(x)s ${x}",
    "'; DROP TABLE message; --",
    "👩‍👩‍👧‍👦" * 3,
    "e" + "\u0301" * 200,
    "\ufeff",
    "",
    " ",
    "x" * 5000,
    "hello",
    "stop",
    "1",
]
KINDS = [
    FORM,
    JSON,
    "text/plain",
    "",
    f"{FORM}; charset=utf-7",
    f"{FORM}; charset=klingon",
    f"{JSON}; charset=utf-16",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "multipart/mixed; boundary=\0",
    "application/x-www-form-urlencoded, text/html",
    ";;;",
]
NUMBERS = [
    "0",
    "-1",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "9" * 400,
    "9" * 5000,
    str(2**63),
    "-0.0",
    "1.5",
]


@dataclass(frozen=True)
class Odd:
    """A body, and what is said of it."""

    body: bytes
    kind: str = FORM
    headers: dict[str, str] = field(default_factory=dict)


def odd(number: int) -> Odd:
    chance = random.Random(number)  # noqa: S311 - it only has to be the same at every run
    made = chance.choice(_MAKERS)(chance)
    if chance.random() < 0.1:
        made = Odd(gzip.compress(made.body), made.kind, {"Content-Encoding": "gzip"})
    elif chance.random() < 0.1:
        encoding = chance.choice(["gzip", "deflate", "br", "identity", "\x7f"])
        made = Odd(made.body, made.kind, {"Content-Encoding": encoding})
    if chance.random() < 0.2:
        made = Odd(made.body, chance.choice(KINDS), made.headers)
    return made


def form(number: int) -> dict[str, str]:
    """Fields as Twilio has them, with values that it never has; they can be signed."""
    chance = random.Random(number)  # noqa: S311
    fields = {"MessageSid": f"SM{number:032x}", "From": "+447700900123", "Body": words(chance)}
    for _ in range(chance.randint(0, 3)):
        name = chance.choice(["From", "Body", "NumMedia", "MediaContentType0", "OptOutType", "To"])
        fields[name] = chance.choice([words(chance), chance.choice(NUMBERS)])
    if chance.random() < 0.2:
        fields["MessageSid"] = words(chance)
    # What can't be written in UTF-8 can't be signed either.
    return {k: v.encode("utf-8", "replace").decode() for k, v in fields.items()}


def update(number: int) -> bytes:
    """An update of Telegram with something in it that is not of its kind."""
    chance = random.Random(number)  # noqa: S311
    person = {"id": 700900456 + number % 50, "is_bot": False, "first_name": words(chance)}
    chat = {"id": person["id"], "type": "private"}
    message = {"message_id": 1, "date": 1790000000, "chat": chat, "from": person}
    whole = {"update_id": number, "message": message | {"text": words(chance)}}
    for _ in range(chance.randint(1, 3)):
        place = chance.choice([whole, message, chat, person])
        if place:
            place[chance.choice(list(place))] = junk(chance)
    text = json.dumps(whole, ensure_ascii=chance.random() < 0.8)
    if chance.random() < 0.2:
        text = text.replace(": 1", f": {chance.choice(NUMBERS)}", 1)
    if chance.random() < 0.1:  # the same name twice
        text = text.replace("{", '{"message": 5, "update_id": 7, ', 1)
    return text.encode("utf-8", "surrogatepass")


def words(chance: random.Random) -> str:
    return "".join(chance.choices(PIECES, k=chance.randint(1, 3)))


def junk(chance: random.Random) -> object:
    simple: list[object] = [None, True, -1, 2**70, 1.5, [], {}, "", [[]], {"a": {}}]
    return chance.choice([*simple, words(chance), [words(chance)], {words(chance): 1}])


# --- Bodies of every kind ---


def _bytes(chance: random.Random) -> Odd:
    return Odd(chance.randbytes(chance.randint(0, 300)), chance.choice(KINDS))


def _form(chance: random.Random) -> Odd:
    names = ["Body", "From", "MessageSid", "AccountSid", "csrf", "token", "phone", ""]
    fields = [(chance.choice(names), words(chance)) for _ in range(chance.randint(1, 6))]
    return Odd(urlencode(fields, errors="surrogatepass").encode())


def _broken_form(chance: random.Random) -> Odd:
    value = quote_from_bytes(chance.randbytes(chance.randint(1, 40)))
    cut = chance.randint(0, len(value))
    body = f"Body={value[:cut]}%{value[cut:]}&&=&%&Body=&\xe9"
    return Odd(body.encode(chance.choice(["utf-8", "latin-1", "utf-16"])))


def _many_fields(chance: random.Random) -> Odd:
    return Odd(b"a=b&" * chance.choice([400, 501, 5000]))


def _multipart(chance: random.Random) -> Odd:
    head = chance.choice(
        ['form-data; name="Body"', "form-data", "nonsense", 'form-data; name="a"; filename="../x"']
    )
    part = f"--x\r\nContent-Disposition: {head}\r\n\r\n{words(chance)}\r\n"
    end = chance.choice(["--x--\r\n", "--x", "", "--y--"])
    body = (part * chance.randint(0, 3) + end).encode("utf-8", "surrogatepass")
    return Odd(body, "multipart/form-data; boundary=x")


def _json(chance: random.Random) -> Odd:
    made = json.dumps({"kind": words(chance), "text": junk(chance), "on": junk(chance)})
    return Odd(made.encode("utf-8", "surrogatepass"), JSON)


def _broken_json(chance: random.Random) -> Odd:
    body = chance.choice(
        [
            b"[" * 20_000,
            b'{"a":' * 20_000,
            b"[" * 20_000 + b"]" * 20_000,
            b'{"update_id": ' + chance.choice(NUMBERS).encode() + b"}",
            b'{"text": "\\ud800", "text": "\\u0000"}',
            b'{"text": "\xff\xfe"}',
            b"\xef\xbb\xbf{}",
            '{"text": "a"}'.encode("utf-16"),
            b'{"text": "a" "b"}',
            b"'single'",
            b"",
            b"null",
            b"{" + b'"a": 1,' * 300,
        ]
    )
    return Odd(body, JSON)


_MAKERS: list[Callable[[random.Random], Odd]] = [
    _bytes,
    _form,
    _broken_form,
    _many_fields,
    _multipart,
    _json,
    _broken_json,
]
