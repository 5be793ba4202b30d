"""`ownpace cues`: what messages may be a sign of, a JSON object a line, for whoever measures it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bot.conversation.cues import Find

NONE = "none"


def tell(text: str, find: Find) -> dict[str, object]:
    """The cue of one message, and where there is one the words and the voice that found it."""
    cue = find(text)
    if cue is None:
        return {"text": text, "cue": NONE}
    return {"text": text, "cue": cue.name, "words": list(cue.words), "voice": cue.voice}


def told(lines: Iterable[bytes], find: Find) -> Iterator[str]:
    """One line of JSON for each line of bytes; what is no text is shown as replacement signs."""
    for line in lines:
        text = line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
        yield json.dumps(tell(text, find), ensure_ascii=True)
