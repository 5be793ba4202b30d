"""How to reach somebody without harm, as one word: what heads the record wherever it goes."""

from __future__ import annotations

from desk.places import GOOD_TIMES, OTHER_WAY, PLEASE_DONT, SAFE_TO_TEXT, SAFETY, VOICEMAIL
from desk.queries import Head
from desk.record import Record

# From the one that lets least through. `exported.txt` and `print.html` have the sentences.
WAYS = (
    "stopped",  # by the carrier's word: nothing can be sent
    "asked_not_to_write",
    "unreachable",
    "reply_only",
    "at_some_times",
    "as_they_say",
    "safe",
)
CONFIRMED = SAFETY
CONTACT = (
    SAFE_TO_TEXT,
    GOOD_TIMES,
    OTHER_WAY,
    VOICEMAIL,
    "code_word",
    "do_not_contact",
    PLEASE_DONT,
)


def way(head: Head, record: Record) -> str:
    """One of `WAYS`. Where nothing was said, the desk errs on the side of silence."""
    if head.state == "stopped":
        return "stopped"
    if head.standing == "stopped":
        return "asked_not_to_write"
    if head.state != "open":
        return "unreachable"
    safe = record.by(SAFE_TO_TEXT)
    if safe.codes == ("yes",):
        return "as_they_say" if safe.words else "safe"
    if safe.codes == ("sometimes",) and (record.by(GOOD_TIMES).line or safe.words):
        return "at_some_times"
    return "reply_only"
