"""Both voices together: the patterns speak first; where they are silent, the letters may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.cues import NAMES, Cue
from bot.cues import letters, patterns, reading
from bot.cues.letters import Heard, Letters
from bot.cues.patterns import Patterns, Sign
from bot.cues.reading import Read

MOST_WORDS = 3  # phrases that are told to the worker


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """Finds the gravest cue in a text of one language. Beyond `reading.LONGEST` nothing is read."""

    patterns: Patterns
    letters: Letters

    def __call__(self, text: str) -> Cue | None:
        """The gravest cue in a text, or None. It takes well under a millisecond."""
        read = self.patterns.reader.read(text)
        if not read.words:
            return None
        signs = self.patterns.signs(read.words)
        said = self.letters.heard(read.words, self.patterns.kinds)
        parts = reading.windows(len(read.words))
        if len(parts) > 1:  # what a phrase says stands in a sentence of its own, too
            parts += [reading.sentence(read.words, s.start) for s in patterns.believed(signs)]
        heard = (self._look(read, said, patterns.within(signs, *part), *part) for part in parts)
        return min(filter(None, heard), key=_how_grave, default=None)

    def _look(
        self, read: Read, said: Heard, signs: Sequence[Sign], start: int, end: int
    ) -> Cue | None:
        """The cue in a part of a text."""
        words = read.words[start:end]
        likely, name = self.letters.weigh(said, words, start, signs, self.patterns.kinds)
        speaking = patterns.believed(signs)
        believed, alone, guarded = self.letters.above
        if speaking and likely > believed:
            return _by_patterns(read, speaking, name)
        least = guarded if patterns.guarded(signs) else alone
        if not speaking and likely > least:
            places = self.letters.loudest(words, name)
            written = dict.fromkeys(read.written[start + n] for n in places)
            return Cue(name, tuple(written), "letters")
        return None


def _how_grave(cue: Cue) -> tuple[int, str]:
    """Less is graver; of two alike, what the patterns found comes first."""
    return NAMES.index(cue.name), {"patterns": "", "letters": "1"}[cue.voice]


def _by_patterns(read: Read, speaking: Sequence[Sign], likeliest: str) -> Cue:
    """The gravest of what the phrases say; where they say several, the likeliest of these."""
    names = {sign.name for sign in speaking}
    name = next(one for one in (likeliest, *NAMES) if one in names)
    spans = [(sign.start, sign.end) for sign in speaking if sign.name == name]
    words = dict.fromkeys(read.as_written(start, end) for start, end in spans)
    return Cue(next(one for one in NAMES if one == name), tuple(words)[:MOST_WORDS], "patterns")


def finder(phrases: str, weights: str) -> Finder:
    """Make ready from the two files of a language. Raises `ValueError` or `KeyError`."""
    learnt = letters.unpack(weights)
    return Finder(patterns.read(phrases, learnt.ordinary), learnt)
