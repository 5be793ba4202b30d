"""A walk as a transcript: what the person did, what we said, what the world did."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.check.walk import Walker
from bot.check.walk_node import Act, Heard
from bot.conversation.model import QUOTE_CLOSE, QUOTE_OPEN, Rendered, Wrote

_QUOTE = re.compile(f"{QUOTE_OPEN}(.*?){QUOTE_CLOSE}")
_ARRIVE = "~ messages arrive"
_NEWS_BEFORE = ("~ nothing arrives", "~ no delivery news")  # said before what does not arrive


def transcript(walker: Walker, acts: Sequence[Act]) -> tuple[str, ...]:
    """Play these acts again and write down what is seen, `>` `<` `~` a line."""
    node, words = walker.begin(), dict[str, str]()
    lines = [f"# {walker.channel} {walker.language}: a promise is broken"]
    for place, act in enumerate(acts):
        news = acts[place + 1].line if place + 1 < len(acts) else ""
        if news in _NEWS_BEFORE:
            lines.append(news)
        if act.wait and isinstance(act.event, Wrote):
            lines.append(f"~ {act.wait.seconds} seconds later")
        if act.line not in _NEWS_BEFORE:
            lines.append(act.line)
        if isinstance(act.event, Wrote):
            words[f"m{node.depth}"] = act.line.removeprefix("> ")
        try:
            node, heard = walker.act(node, act)
        except Exception as error:  # the walk broke here: that is what the transcript shows
            lines.append(f"! {type(error).__name__}: {error}")
            break
        lines += _said(heard, words)
        if act.line in _NEWS_BEFORE:
            lines.append(_ARRIVE)
    return tuple(lines)


def _said(heard: Sequence[Heard], words: dict[str, str]) -> list[str]:
    return [_line(message, words) for one in heard for message in one.messages]


def _line(message: Rendered, words: dict[str, str]) -> str:
    def theirs(match: re.Match[str]) -> str:
        return "\n".join(words.get(id, "(words)") for id in match[1].split(","))

    text = _QUOTE.sub(theirs, message.text).replace("\n", " / ")
    ordered = sorted(message.buttons, key=lambda button: button.code.startswith("c:"))
    return f"< {text}" + "".join(f" [{button.label}]" for button in ordered)
