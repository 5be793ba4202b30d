"""One person's copy from what is held of them; the desk's preview is made here too, so that both
say the same."""

from __future__ import annotations

from datetime import datetime

from desk.copying import around, ours, theirs
from desk.copying.held import Held
from desk.copying.saying import Say
from desk.copying.structure import Copy
from desk.kit import Service


def build(
    held: Held,
    say: Say,
    service: Service,
    now: datetime,
    preview: bool = False,
    in_chat: bool = False,
) -> Copy:
    """All of it. In a `preview` the number and all messages stay on pages of their own at the
    desk, behind their own questions; `in_chat` all messages are said to stand elsewhere.

    Raises `ValueError` for an intake that nobody handed over.
    """
    reference = held.head.reference
    if reference is None:
        raise ValueError("only of what was handed over there is a copy")
    parts = (
        theirs.words(held, say),
        theirs.agreed(held, say),
        ours.decisions(held, say),
        ours.levels(held, say),
        ours.stages(held, say),
        ours.notes(held, say),
        ours.reviews(held, say),
        ours.workers(held, say),
        theirs.asked(held, say),
        around.looked(held, say),
        around.reach(held, say, number=not preview),
        *(() if preview else (around.in_chat(say) if in_chat else around.messages(held, say),)),
        around.withheld(held, say),
        around.kept(held, say, service),
        around.complain(say, service),
    )
    intro = [say("made", when=say.when(now), reference=reference)]
    intro += [say("practice")] if service.practice else []
    intro += [say("keep_safe"), say("as_written"), say("times", service=service.name)]
    heading = say("title", service=service.name)
    return Copy(say.catalogue.language, reference, heading, tuple(intro), parts)
