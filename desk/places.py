"""Questions with a place of their own, by id; the codes are those of the reference intake."""

from __future__ import annotations

from collections.abc import Iterable

from bot.conversation.flow import Flow

SAFE_TO_TEXT = "safe_to_text"  # B1
OTHER_WAY = "other_way"  # B1b
CODE_WORD = "code_word"  # B4
DO_NOT_CONTACT = "do_not_contact"  # B6
GOOD_TIMES = "good_times"  # B2
VOICEMAIL = "voicemail"  # B3
NAME = "name"  # B5
MATTERS_MOST = "matters_most"  # C1
WOULD_HELP = "would_help"  # C2
PLEASE_DONT = "please_dont"  # C3
ACCESS = "access"  # D1
HOW_TO_TALK = "how_to_talk"  # E1
HOW_SOON = "how_soon"  # E2
KEEPS_SAFE = "keeps_safe"  # H1
WORRIES = "worries"  # H2
OTHERS = "others"  # H3
SAFETY = (SAFE_TO_TEXT, OTHER_WAY, GOOD_TIMES, VOICEMAIL)
SIDES = (WORRIES, KEEPS_SAFE)  # beside each other, also where one is empty
# Where a worker looks before they reach somebody.
CONTACT = (*SAFETY, CODE_WORD, DO_NOT_CONTACT, PLEASE_DONT)
PLACED = frozenset({*CONTACT, NAME, ACCESS, HOW_SOON, HOW_TO_TALK, *SIDES})
ABOUT_OTHERS = (DO_NOT_CONTACT, OTHERS)  # answers that are about other people
WISHES = (WOULD_HELP, MATTERS_MOST)
STRONG = ("strengths", "what_matters")
HARDEST_TO_SAY = 2  # a question's sensitivity


def listed(flows: Iterable[Flow]) -> tuple[str, ...]:
    """The questions that a list needs: its own, and those which decide if they are asked."""
    own = {NAME, *SAFETY, HOW_SOON}
    questions = [question for flow in flows for question in flow.questions if question.id in own]
    return tuple(own | {condition.question for q in questions for condition in q.when})
