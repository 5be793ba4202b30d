"""The desk without a mouse: a day's core path, and on every page the focus shows and goes on."""

from __future__ import annotations

from playwright.async_api import Page, Route, expect

from tests.browser.keyboard import Keyboard
from tests.browser.test_pages import addresses, come_in, reviews
from tests.desk.builder import COMPLETE, PARTIAL, Desk
from tests.desk.test_passwords import GOOD, Owner

OURS = "A room is free tonight. Can we talk at 2?"
TYPED = "Half a sentence that nobody has"


async def test_a_day_by_keyboard(desk: Desk, page: Page) -> None:
    owner, keys = await Owner(desk).set_up(), Keyboard(page)
    desk.intake({**COMPLETE, "how_soon": None}, kind="complete", standing="ended")
    await page.goto(str(desk.client.make_url("/desk/sign-in")))
    await signs_in(keys, owner)
    await keys.press("Jo")
    await keys.press("Pick up", "Space")
    await keys.press("I have read this")
    await notes(keys)
    await decides(keys)
    await keys.write("What you write", OURS)
    await keys.press("Send")
    await expect(page.locator("#writing").get_by_text(OURS)).to_be_visible()
    await keys.press("Sign out", "Space")
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


async def signs_in(keys: Keyboard, owner: Owner) -> None:
    await keys.write("Name", owner.name)
    await keys.write("Password", GOOD)
    await keys.write("Six digits from your app", owner.code())
    async with keys.page.expect_navigation():
        await keys.page.keyboard.press("Enter")  # from within the last field
    await expect(keys.page.get_by_role("heading", name="Waiting for you")).to_be_visible()


async def notes(keys: Keyboard) -> None:
    await keys.press("Write a note")
    await keys.write("What I saw or did", "We had tea.")
    await keys.to("What they said", "Shift+Tab")
    await keys.page.keyboard.type("thank you")
    await keys.press("Keep the note")
    await expect(keys.page.locator("#notes").get_by_text("We had tea.")).to_be_visible()


async def decides(keys: Keyboard) -> None:
    """One of several is chosen by arrow keys; what is folded away opens by Space."""
    page = keys.page
    await keys.press("Write down a decision")
    await keys.write("What was decided", "A room for tonight.")
    await keys.write("Why, in words", "You asked for your own door.")
    await keys.to("yes")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("in part")).to_be_checked()
    await keys.write("Or why they have not been told yet", "We write to them now.")
    await keys.to("Something goes to somebody outside")
    await page.keyboard.press("Space")
    await expect(page.get_by_label("What goes to them")).to_be_visible()
    await page.keyboard.press("Space")
    await keys.press("Keep the decision")
    await expect(page.locator("#decisions").get_by_text("A room for tonight.")).to_be_visible()


async def test_every_page_is_walked_through_in_its_order(desk: Desk, page: Page) -> None:
    """Nothing holds the keyboard, backwards too; the first stop leads past the head."""
    made, keys = desk.intake(PARTIAL), Keyboard(page)
    await come_in(page, desk, "Priya", "lead")
    for path in addresses(made, reviews(desk, made)):
        url = str(desk.client.make_url(path))
        if (await page.request.get(url)).status == 404:
            continue  # nothing of the kind with this person
        await page.goto(url)
        stops = await keys.all_stops()
        places = [stop.place for stop in stops]
        assert places == sorted(places), (path, stops)  # a field for a day is several stops
        back = await keys.all_stops("Shift+Tab")
        assert len(back) >= len(stops) - 1, path  # of one group of choices another one is met
        if not path.endswith("/print"):
            await leads_past_the_head(keys)


STOPS = "a, button, input, select, textarea, summary, [tabindex='0']"


async def leads_past_the_head(keys: Keyboard) -> None:
    skip = await keys.tab() or await keys.tab()  # in again from outside
    assert skip
    assert skip.name == "Skip to the page"
    await keys.page.keyboard.press("Enter")
    await expect(keys.page.locator("#main")).to_be_focused()
    stop = await keys.tab()
    if await keys.page.locator(f"#main :is({STOPS})").count():  # a page may have nothing to press
        assert stop is None or await keys.page.locator("#main :focus").count() == 1, stop


async def test_what_arrives_takes_nothing_from_who_is_writing(desk: Desk, page: Page) -> None:
    """Their words, the place in them, and the focus stay; what is new is beside it."""
    made = desk.intake(COMPLETE, kind="complete", standing="ended")
    await come_in(page, desk)
    await page.goto(str(desk.client.make_url(f"/desk/intake/{made.reference}")))
    keys = Keyboard(page)
    for name in ("Pick up", "I have read this"):
        await keys.press(name)
    await keys.write("What you write", TYPED)
    for _ in range(len(" nobody has")):
        await page.keyboard.press("ArrowLeft")
    desk.notes(made, "one more thing")
    desk.store.bell.ring()
    await expect(page.get_by_text("one more thing")).to_be_visible(timeout=10_000)
    await page.keyboard.type(" of mine")
    field = page.get_by_label("What you write")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("Half a sentence that of mine nobody has")


async def test_what_arrives_in_the_list_leaves_the_focus_where_it_is(
    desk: Desk, page: Page
) -> None:
    made = desk.intake(COMPLETE, kind="complete")
    await come_in(page, desk)
    await Keyboard(page).to("Jo")
    desk.intake({**PARTIAL, "name": "Amira"})
    desk.store.bell.ring()
    await expect(page.get_by_role("link", name="Amira")).to_be_visible(timeout=10_000)
    await expect(page.locator(f"#open-{made.reference}")).to_be_focused()


async def test_what_changes_while_a_page_is_on_its_way_is_seen(desk: Desk, page: Page) -> None:
    """The stream opens late; whoever shared before it did stands in the list all the same."""
    await come_in(page, desk)
    await expect(page.get_by_text("Nobody is waiting")).to_be_visible()

    async def late(route: Route) -> None:
        desk.intake({**PARTIAL, "name": "Amira"})
        await route.continue_()

    await page.route("**/desk/events", late)
    await page.reload()
    await expect(page.get_by_role("link", name="Amira")).to_be_visible(timeout=10_000)
