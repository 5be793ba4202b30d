"""The language check as a worker meets it: under the field, while they type."""

from __future__ import annotations

import logging
import re

import pytest
from jinja2 import Environment
from sqlalchemy import func, select

from desk.pages import environment
from store import tables as t
from tests.desk.builder import OURS, Desk
from tests.desk.reading import plain

NOTE = "Jo kicked off again, then kicked off once more; she is non-compliant."


async def looked(desk: Desk, **form: str) -> str:
    form = {"csrf": await desk.sign_in(), **form}
    answer = await desk.client.post("/desk/words", data=form, headers=OURS)
    assert answer.status == 200
    assert answer.content_type == "text/html"
    return await answer.text()


async def test_it_shows_the_words_the_reason_and_others(desk: Desk) -> None:
    seen = plain(await looked(desk, field="saw", saw=NOTE, said="He was aggressive."))
    assert "You decide" in seen
    assert seen.count("kicked off") == 1, "one reason is told once"
    assert "tells nothing that helps next time" in seen
    assert "what came before was ..." in seen
    assert "non-compliant" in seen
    assert "aggressive" not in seen, "another field is not its business"


@pytest.mark.parametrize(
    "form",
    [
        {"field": "saw", "saw": "She came with her sister and stayed an hour."},
        {"field": "saw", "saw": 'He said "I kicked off".'},
        {"field": "saw", "saw": ""},
        {"field": "saw"},
        {"field": ""},
        {},
    ],
)
async def test_where_all_is_well_it_says_nothing(desk: Desk, form: dict[str, str]) -> None:
    assert (await looked(desk, **form)).strip() == ""


async def test_nothing_of_it_is_kept_or_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await looked(desk, field="saw", saw=NOTE)
    assert "non-compliant" not in caplog.text
    looks = desk.store.read_sync(lambda c: c.scalar(select(func.count()).select_from(t.look)))
    assert looks == 0


async def test_an_admin_writes_no_notes(desk: Desk) -> None:
    desk.worker("Ada", "admin")
    link = {"token": desk.link("Ada")}
    await desk.client.post("/desk/sign-in", data=link, headers=OURS, allow_redirects=False)
    form = {"csrf": await desk.csrf(), "field": "saw", "saw": NOTE}
    answer = await desk.client.post("/desk/words", data=form, headers=OURS)
    assert answer.status == 403


@pytest.fixture
def pages() -> Environment:
    return environment()


def test_a_form_takes_it_with_two_marks(pages: Environment) -> None:
    """The field sends itself and the form's token, and its place for advice is announced."""
    source = (
        '{% import "_language.html" as language %}'
        '<textarea name="saw" {{ language.checked("saw") }}></textarea>'
        '{{ language.advice("saw") }}'
    )
    html = pages.from_string(source).render()
    sent = dict(re.findall(r"""(hx-[a-z]+)=["'](.*?)["'](?= |>)""", html))
    assert sent == {
        "hx-post": "/desk/words",
        "hx-trigger": "input changed delay:600ms",
        "hx-target": "#advice-saw",
        "hx-params": "csrf,field,saw",
        "hx-vals": '{"field": "saw"}',
        "hx-sync": "this:replace",
    }
    assert '<div class="advice" id="advice-saw" aria-live="polite"></div>' in html
