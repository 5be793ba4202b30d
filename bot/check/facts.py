"""Facts that our messages tell, found by the ways of telling them that the word lists know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.check.finding import Finding, Subject
from bot.check.texts import common_place, messages, texts, word_list

# What a twin says as well as its message: it may leave out who is called, not that somebody can be.
IN_TWINS = frozenset({"{phone}", "{emergency}", "{when}", "{until}", "{opens}", "{partial_days}"})


def lacks(
    subject: Subject,
    rule_id: str,
    at: str,
    facts: Sequence[str],
    keys: tuple[str, ...],
) -> Iterator[Finding]:
    """Facts that none of these messages tells, in each language that we have ways of telling
    for. A message that is missing there is told of by the rule of completeness."""
    for language in subject.catalogues:
        ways, said = word_list(language), messages(subject, language, *keys)
        offered = " ".join(w for key in keys for w, _ in offers(subject, key))
        for fact in facts if language == "en" or _all_said(subject, language, keys) else ():
            told = ways.tells(said, fact) or (fact == "rights" and "data" in offered)
            if ways.cues and not told:
                where = common_place(subject, f"message.{at}")
                yield Finding(rule_id, where, f"{' + '.join(keys)} ({language}): no {fact}")


def holds(
    subject: Subject, rule_id: str, key: str, placeholders: tuple[str, ...]
) -> Iterator[Finding]:
    """Placeholders that a message lacks, or the message itself."""
    for language in subject.catalogues:
        said = messages(subject, language, key)
        where = common_place(subject, f"message.{key}")
        if not said and language == "en":
            yield Finding(rule_id, where, f"there is no message {key!r}")
        for name in placeholders if _all_said(subject, language, (key,)) else ():
            if name not in said:
                yield Finding(rule_id, where, f"{key} ({language}) does not give {name}")
    for text in texts(subject, "twin"):
        for name in placeholders if text.name == key else ():
            if name in IN_TWINS and name not in text.text:
                yield Finding(rule_id, text.where, f"{text.key} ({text.language}): no {name}")


def _all_said(subject: Subject, language: str, keys: tuple[str, ...]) -> bool:
    """Are these messages, those that there are, all told in this language?"""
    there = {key for key in keys if key in subject.phrases.messages}
    return bool(there) and there <= {t.name for t in texts(subject, "message", language=language)}


def offers(subject: Subject, key: str) -> tuple[tuple[str, str], ...]:
    phrase = subject.phrases.messages.get(key)
    return phrase.offers if phrase else ()
