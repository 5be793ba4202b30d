"""What is called once a message, in microseconds: the signature check, a move of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from twilio.request_validator import RequestValidator

from bot.bench import hooks
from bot.bench.rounds import Round
from bot.channels.twilio_api import signed
from bot.conversation import lifecycle

CALLS = 500
MOVES = (("new", "begin"), ("explaining", "agree"), ("asking", "pause"), ("paused", "stop"))


def signature_checks() -> Mapping[str, Round]:
    """A usual form: `ours`, and `theirs` by Twilio's own validator."""
    fields = hooks.form("+447700900001", "Help with the council form")
    signature, validator = hooks.signature(fields), RequestValidator(hooks.TOKEN)
    return {
        "ours": _calls(lambda: signed(hooks.URL, fields, signature, (hooks.TOKEN,))),
        "theirs": _calls(lambda: validator.validate(hooks.URL, fields, signature)),
    }


def moves() -> Mapping[str, Round]:
    """Four moves: `ours` as the core makes them, `machine` through `transitions` each time;
    `yardstick` is a sum of a thousand numbers."""
    numbers = list(range(1000))
    worked_out = lifecycle.move.__wrapped__
    return {
        "ours": _calls(lambda: [lifecycle.move(*each) for each in MOVES], len(MOVES)),
        "machine": _calls(lambda: [worked_out(*each) for each in MOVES], len(MOVES)),
        "yardstick": _calls(lambda: sum(numbers)),
    }


def _calls(work: Callable[[], object], worth: int = 1) -> Round:
    async def one_round() -> tuple[int, float]:
        began = time.perf_counter()
        for _ in range(CALLS):
            work()
        return CALLS * worth, time.perf_counter() - began

    return one_round
