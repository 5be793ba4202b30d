"""One person of the month: says what their script says to what they hear, and knows what they have
said, chosen and agreed to, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.e2e.crowd import ASKS, ChatterInCrowd, TexterInCrowd
from tests.e2e.month_providers import Now
from tests.e2e.month_scripts import SOMETIMES, YES, Script, Window

PATIENCE = 40.0  # seconds; longer than it takes to start and look into what was cut short
# Part of what they hear -> what it asks for. The first that fits counts.
ASKED = {
    "Would you like to go on now?": "goes on",
    "Shall we stop here, or go on?": "goes on",
    "short reminders?": "reminders",
    "may our team read": "share",
    "may we read": "share",
    "Would you like plain messages": "plain",
    "Is that right?": "times shown",
    "Did you want plain messages?": "no",
    "Which word would you like?": "skip",
    "send that word once more": "word",
    "Is now a safe time": "safe now",
    "Is now a good time to text": "safe now",
    "Which of these is nearest?": "nearest",
    "You can choose another": "enough",
    "Shall I delete": "delete",
    "Shall we go on": "goes on",
    "Shall I show the next part?": "enough",
    "Shall our team": "give",
    "Shall we have": "give",
    "Shall we know that you wrote": "give",
    "Is it still safe for us": "still safe",
    "Is it still fine for us": "still safe",
    "Is it fine for us to write to you here?": "safe_to_text",
    **ASKS,
    **dict.fromkeys(("I am a computer", "Before I ask anything", "Shall we begin?"), "explanation"),
}
# What has no words of ours in it: a "don't" at a question is asked about.
OWN_WORDS = {"code_word": "skip", "please_dont": "shout", "name": "Sam"}
# After these they are asked nothing more.
ENDS = (
    *("this by", "read this from now on", "You can write here to add", "is deleted."),
    *("Nothing is lost", "At most 2", "I wait until you write", "Write when it suits you"),
    *("I will not write again", "I will not ask anything", "I stop here"),
    *("You do not need to say more", "Please wait a minute", "I can answer again tomorrow"),
)


@dataclass
class Resident:
    """`said` are their words with the time of each; `good` is when it is good to write to them, as
    they told us and we read back (`None`: they gave no time). `left` says how they left. `word` is
    their code word, once it is set; `sat` is how often they sat down."""

    script: Script
    someone: TexterInCrowd | ChatterInCrowd
    now: Now
    said: list[tuple[datetime, str]] = field(default_factory=list)
    good: tuple[Window, ...] | None = None
    good_since: datetime | None = None
    reminders: datetime | None = None
    safe: str = ""
    plain: datetime | None = None  # since when
    answered: int = 0
    word: str = ""
    sat: int = 0
    given: datetime | None = None
    left: str = ""
    left_hanging: int = 0

    @property
    def address(self) -> str:
        return self.someone.address

    def may_hear_first(self, at: datetime) -> bool:
        """Have they said by then that we may write first?"""
        told = bool(self.good and self.good_since and self.good_since <= at)
        plain = self.plain is not None and self.plain <= at
        return self.safe in (YES, SOMETIMES) and (told or (self.safe == YES and not plain))

    async def sit_down(self) -> None:
        """Write to us, and answer until they leave; or write, and leave."""
        self.someone.catch_up()
        self.sat += 1
        left = self.script.answers
        words = self.word or "hello"
        try:
            if self.sat > 1 and self.script.once[self.sat - 2]:
                await self.say("hello")
                return
            while words:
                await self.say(words)
                if words == "STOP" and self.script.by_sms:
                    return  # the carrier answers
                words = await self._reply(left)
                left -= self._last in ASKS.values()
        except TimeoutError:
            self.left_hanging += 1

    async def say(self, words: str) -> None:
        if words in ("STOP", "DELETE"):
            self.left = words
        self.said.append((self.now(), words))
        await self.someone.say(words)

    async def _reply(self, left: int) -> str:
        """What they say next; nothing where they put the phone away."""
        while True:
            heard = await self.someone.hear(PATIENCE)
            asked = next((what for part, what in ASKED.items() if part in heard), "")
            self._last = asked
            if asked:
                return self._answer(asked, left)
            if any(part in heard for part in ENDS):
                return ""

    def _answer(self, asked: str, left: int) -> str:
        if asked in ASKS.values():
            if left <= 0:
                return self._leave()
            self.answered += 1
            return self._to_question(asked)
        script = self.script
        if asked == "reminders":
            self.reminders = self.now() if script.reminders else None
            return "1" if script.reminders else "2"
        if asked == "plain":
            self._like_it_plain(script.plain)
            return "1" if script.plain else "2"
        if asked == "share":
            return "1" if script.share else "2"
        if asked == "word":
            self.word = script.word
            return script.word
        if asked == "still safe":
            return "" if self.given else "1"
        if asked == "times shown":
            self.good, self.good_since = script.windows, self.now()
        if asked == "give":
            self.given = self.now()
        if asked in ("no", "skip"):
            return "2" if asked == "no" else "skip"
        return "ok" if asked in ("explanation", "enough", "give") else "1"

    def _leave(self) -> str:
        return "" if self.script.end == "silence" else self.script.end

    def _like_it_plain(self, plain: bool) -> None:
        self.plain = (self.plain or self.now()) if plain else None

    def _to_question(self, asked: str) -> str:
        script = self.script
        if asked == "safe_to_text":
            self.safe = script.safe
            self._like_it_plain(script.safe == "3")
            return script.safe
        if asked == "good_times":
            return script.times
        if asked == "how_to_talk":
            return "1" if script.phone else "3"
        if asked in ("voicemail", "how_soon"):
            return "1" if asked == "how_soon" and script.today else "3"
        if asked == "code_word" and script.word:
            return script.word
        if asked == "matters_most" and script.hard_words:
            self._like_it_plain(bool(self.plain) or script.hard_words == "he hits me")
            return script.hard_words
        return f"{OWN_WORDS.get(asked, asked)} {self.address}"
