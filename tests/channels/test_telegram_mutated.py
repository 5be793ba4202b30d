"""No mutated update of Telegram gets an error for an answer, or stops the next one."""

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram_arrivals import announce
from tests.channels.telegram_house import SECRET, House
from tests.channels.test_telegram_updates import CASES
from tests.channels.test_telegram_webhook import HELLO
from tests.emulators.telegram import Telegram

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "\x00", "\ud800", "‮x", "private", "kicked", 2**64, -1, 10**30])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a JSON value."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    inside = [value[key] for key in keys if isinstance(value[key], dict | list)]
    return [(value, key) for key in keys] + [place for part in inside for place in places(part)]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    update: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(CASES))["update"]))
    for _ in range(draw(st.integers(1, 3))):
        found = places(update)
        if not found:
            break
        holder, key = draw(st.sampled_from(found))
        if draw(st.booleans()):
            holder[key] = draw(ODD)
        else:
            del holder[key]
    return update


def test_no_mutated_update_stops_the_next() -> None:
    with asyncio.Runner() as runner:
        tg = runner.run(Telegram().__aenter__())
        house = runner.run(House(tg).__aenter__())
        runner.run(announce(house.channel, house.url, SECRET))
        numbers = iter(range(10**9, 2 * 10**9))

        async def check(update: dict[str, Any]) -> None:
            assert await house.post(update) == 200
            following = HELLO | {"update_id": next(numbers)}
            assert await house.post(following) == 200
            assert house.envelopes[-1].provider_id == f"u{following['update_id']}"

        @settings(
            max_examples=1000,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(mutated())
        def each(update: dict[str, Any]) -> None:
            runner.run(check(update))

        each()
        runner.run(house.__aexit__())
        runner.run(tg.__aexit__(None, None, None))
