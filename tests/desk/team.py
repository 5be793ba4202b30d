"""A worker at the desk: opens one intake, fills in forms, reads what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.desk.builder import COMPLETE, OURS, Desk, Made
from tests.desk.reading import plain

LEVEL: Mapping[str, str] = {
    "why": "The landlord came twice this week.",
    "says": "i don't sleep much",
    "keeps_safe": "Her sister rings at 8 every night.",
    "will_do": "We ring on Friday at 4.",
    "told": "That we ring on Friday.",
    "review_on": "2026-11-24",
}
DECISION: Mapping[str, str] = {
    "what": "We go to the council with Jo.",
    "why": "You asked for somebody beside you, and we have the time.",
    "told_at": "2026-11-19T09:50",
    "how": "on the phone",
}
PASSING: Mapping[str, str] = {
    "passed_what": "the name and the day",
    "passed_to": "the housing team",
    "passed_lawful": "agreed",
    "passed_told": "before",
}


@dataclass
class AtWork:
    """`post` sends a form to a page of the intake: the status, where it leads, what it shows."""

    desk: Desk
    made: Made
    csrf: str

    @property
    def path(self) -> str:
        return f"/desk/intake/{self.made.reference}"

    async def page(self, rest: str = "") -> str:
        return plain(await self.desk.page(self.path + rest))

    async def post(self, rest: str, **form: str) -> tuple[int, str, str]:
        answer = await self.desk.client.post(
            self.path + rest,
            data={"csrf": self.csrf, **form},
            headers=OURS,
            allow_redirects=False,
        )
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def at_work(desk: Desk, made: Made | None = None, who: str = "Sam") -> AtWork:
    """This worker, signed in, with this intake, or with a complete one."""
    made = made or desk.intake(COMPLETE, kind="complete", standing="ended")
    return AtWork(desk, made, await desk.sign_in(who))
