"""Rules of the explanation, and of the words that work at any time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.check.facts import holds, lacks, offers
from bot.check.finding import Finding, Subject
from bot.check.hearing import hears
from bot.check.order import where_is
from bot.check.rules import CHOICE, COLLABORATION, CULTURE, EMPOWERMENT, SAFETY, TRUST, rule
from bot.check.texts import SAID, common_place, message, says, texts, word_list
from bot.check.wordings import banned
from bot.conversation.channel import TRAITS
from bot.conversation.i18n import TEACH
from bot.conversation.render import taught
from bot.conversation.understand import Command, understand

NOTICES = ("notice_1", "notice_2", "notice_3")
MORE = ("more", "more_sms", "more_telegram")
# The facts of the explanation, and whether MORE is soon enough for one.
FACTS = (
    "org automated_notice purpose optional stop safe_tip recipients access_log use keep_partial"
    " limit unstaffed emergency phone"
).split()
FACTS_IN_MORE = ("cost", "keep", "rights")
ALWAYS = "skip pause back why help stop data delete person language safe more".split()
BEFORE = "pause why person safe more language data stop".split()
HEARD = "skip pause back stop person delete help".split()
# A sentence names no word that is sent: rendering adds it, in the wording of the channel.
CARRIERS = re.compile(
    r"\b(?:STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT|START|UNSTOP|YES|HELP|INFO)\b"
)
NAMED = re.compile(
    r"(?i:text|reply|send|write|responde|escribe|envía|manda)(?i: with| back| us| con)?:?"
    r" [\"']?[A-Z]{2,}\b"
)
WANTS_NOW = re.compile(r"(?i)(?:talk |call )?(?:today|now|right now|at once|straight away)")
MOST_SKIPPED = 40  # characters of the line after a skip


@rule(
    "R-P2",
    "The first message says who writes, and that it is a computer.",
    serves=(TRUST,),
)
def says_who(subject: Subject) -> Iterator[Finding]:
    yield from lacks(subject, "R-P2", "notice_1", ("org", "automated_notice"), ("notice_1",))
    yield from lacks(subject, "R-P2", "who", ("automated_notice",), ("who",))
    for text in texts(subject, "twin"):
        told = word_list(text.language).tells(text.text, "automated_notice")
        if text.name in ("notice_1", "who") and not told:
            what = f"{text.key} ({text.language}) does not say that it is a computer"
            yield Finding("R-P2", text.where, what)


@rule(
    "R-P4",
    "Every fact that a person needs before they agree is told in the three messages, or one word"
    " away in MORE.",
    serves=(TRUST, CHOICE),
)
def tells_the_facts(subject: Subject) -> Iterator[Finding]:
    yield from lacks(subject, "R-P4", "notice_2", FACTS, NOTICES)
    yield from lacks(subject, "R-P4", "more", FACTS_IN_MORE, (*NOTICES, *MORE))
    offered = {word for key in NOTICES for word, _ in offers(subject, key)}
    for word in sorted({"more", "no", "yes"} - offered):
        where = common_place(subject, "message.notice_2")
        yield Finding("R-P4", where, f"no message of the explanation offers {word.upper()}")


@rule(
    "R-P5",
    "The limits of what stays private are told before the agreement, and again before questions"
    " about safety.",
    serves=(TRUST, SAFETY, CHOICE),
)
def tells_the_limits(subject: Subject) -> Iterator[Finding]:
    yield from lacks(subject, "R-P5", "notice_3", ("limit",), ("notice_3",))
    risky = {s.id for s in subject.flow.sections if s.tag == "own_view_of_risk"}
    for text in texts(subject, "offer"):
        ways = word_list(text.language)
        if text.name in risky and ways.cues and not ways.tells(text.text, "limit"):
            what = f"{text.key} ({text.language}) does not tell the limits"
            yield Finding("R-P5", text.where, what)


@rule(
    "R-P6",
    "The explanation tells when people are there, never that they always are, and the emergency"
    " number of the country, which is never typed in.",
    serves=(SAFETY, TRUST),
)
def tells_the_hours(subject: Subject) -> Iterator[Finding]:
    yield from lacks(subject, "R-P6", "notice_3", ("unstaffed", "emergency"), NOTICES)
    yield from holds(subject, "R-P6", "notice_1", ("{emergency}",))
    yield from banned(subject, "R-P6", "typed-number")
    yield from banned(subject, "R-P6", "always-there")


@rule(
    "R-P7",
    "Another way to reach a person is given before the agreement, and when somebody says no.",
    serves=(CHOICE, SAFETY),
)
def another_way(subject: Subject) -> Iterator[Finding]:
    yield from lacks(subject, "R-P7", "notice_3", ("phone",), NOTICES)
    for key in ("notice_3", "declined"):
        yield from holds(subject, "R-P7", key, ("{phone}",))


@rule(
    "R-P8",
    "A tip for a phone that others see is offered before the first question.",
    serves=(SAFETY,),
)
def phone_tip(subject: Subject) -> Iterator[Finding]:
    where = common_place(subject, "message.notice_1", "offers")
    if "safe" not in {word for word, _ in offers(subject, "notice_1")}:
        yield Finding("R-P8", where, "the first message does not offer SAFE")
    for key in ("safe_sms", "safe_telegram"):
        if key not in subject.phrases.messages:
            yield Finding("R-P8", where, f"there is no message {key!r} to answer SAFE")


@rule(
    "R-S1",
    "The words that work at any time exist in every language, are taught, and are understood as"
    " what they are on every channel.",
    serves=(CHOICE, EMPOWERMENT, CULTURE),
)
def words_work(subject: Subject) -> Iterator[Finding]:
    words = subject.phrases.words
    for name in ALWAYS:
        if name not in words or not words[name].teach or not words[name].says:
            yield Finding("R-S1", common_place(subject, f"word.{name}"), f"{name} is not taught")
    for key, wanted in (("help", ALWAYS), ("help_before", BEFORE)):
        for name in sorted(set(wanted) - {word for word, _ in offers(subject, key)} - {"help"}):
            where = common_place(subject, f"message.{key}")
            yield Finding("R-S1", where, f"{key} does not name {name}")
    for language in subject.catalogues:
        yield from _taught(subject, language)
        yield from _heard(subject, language)
    for text in texts(subject, *SAID, "fragment"):
        if found := (CARRIERS.search(text.text) or NAMED.search(text.text)):
            what = f"{text.key} ({text.language}) names a word itself: {found[0]!r}"
            yield Finding("R-S1", text.where, what)


@rule(
    "R-S3",
    "A skip needs no reason and gets one neutral line of 40 characters or fewer.",
    serves=(CHOICE, SAFETY),
)
def skipped(subject: Subject) -> Iterator[Finding]:
    said = [text for text in texts(subject, "message") if text.name in ("skipped", "skip_kept")]
    yield from says("R-S3", "not-neutral", said)
    for text in said:
        if len(text.text) > MOST_SKIPPED or "?" in text.text:
            what = f"{text.key} ({text.language}) has {len(text.text)} characters: {text.text!r}"
            yield Finding("R-S3", text.where, what)


@rule(
    "R-S9",
    "Who asks for a person always gets a number, when somebody is there, and a word to the team.",
    serves=(CHOICE, SAFETY, COLLABORATION),
)
def a_person(subject: Subject) -> Iterator[Finding]:
    needed = {"person": ("{phone}", "{emergency}"), "person_now": ("{until}",)}
    needed |= {"person_later": ("{opens}",), "person_asked_sms": (), "person_asked_telegram": ()}
    needed |= {"person_asked_wait": (), "person_asked_untimed": (), "late": ("{when}", "{phone}")}
    needed |= dict.fromkeys(("trouble", "away", "helping_no"), ("{phone}", "{emergency}"))
    needed |= {"too_many_today": ("{phone}", "{emergency}"), "too_fast": ("{emergency}",)}
    needed |= {"young_line": ("{line}", "{number}"), "young": ("{phone}",)}
    needed |= {"aside_kept": ("{emergency}",), "ended_hello": ("{phone}",)}
    for key, named in needed.items():
        yield from holds(subject, "R-S9", key, named)
    for question in subject.flow.questions:
        for choice in question.choices:
            if WANTS_NOW.fullmatch(choice.label.strip(" .")) and choice.then != "person":
                where = where_is(subject, question, "choice")
                what = f"{question.id}: {choice.label!r} asks for nobody"
                yield Finding("R-S9", where, what)


@rule(
    "R-S12",
    "What is not understood twice is met with other words the second time.",
    serves=(EMPOWERMENT, TRUST),
)
def other_words(subject: Subject) -> Iterator[Finding]:
    pairs = [(key.removesuffix("_again"), key) for key in subject.phrases.messages]
    known = [(one, two) for one, two in pairs if one != two and one in subject.phrases.messages]
    yield from holds(subject, "R-S12", "media_again", ("{phone}",))
    pairs = [*known, ("nearest", "own_words"), ("aside_kept", "aside_kept_again")]
    for language in subject.catalogues:
        for one, two in dict.fromkeys(pairs):
            first, second = (message(subject, language, key) for key in (one, two))
            where = common_place(subject, f"message.{two}")
            if not second:
                if language == "en":
                    yield Finding("R-S12", where, f"{one} has no other wording {two}")
            elif first == second:
                yield Finding("R-S12", where, f"{one} and {two} are the same ({language})")


def _heard(subject: Subject, language: str) -> Iterator[Finding]:
    """Plain ways of saying a command that are not understood as it."""
    phrases, catalogue = hears(subject, language)
    for name in HEARD:
        for said in word_list(language).cues.get(f"hears_{name}", ()):
            for traits in TRAITS.values():
                meant = understand(said, phrases, catalogue, traits)
                if meant not in (Command(name), Command(name, carrier=True)):
                    what = f"{said!r} ({language}, {traits.name}) is not understood as {name}"
                    yield Finding("R-S1", common_place(subject, f"word.{name}", "says"), what)


def _taught(subject: Subject, language: str) -> Iterator[Finding]:
    """Words that are taught in a language and not understood there."""
    phrases, catalogue = hears(subject, language)
    for traits in TRAITS.values():
        try:
            shown = taught(subject.world, language, traits)
        except ValueError as error:
            yield Finding("R-S1", common_place(subject, "word.help"), f"{language}: {error}")
            continue
        for name, word in shown.items():
            commands = (Command(name), Command(name, carrier=True))
            meant = [
                understand(word, phrases, catalogue, traits, yes_no=yes_no)
                for yes_no in (False, True)
            ]
            # OK and CONTINUE may answer a question, so for them one of the two is enough.
            good = [one in commands for one in meant]
            source = subject.phrases.words[name].teach
            known = language == "en" or (TEACH, source) in catalogue.entries
            if known and not (all(good) if name in ALWAYS else any(good)):
                what = f"{word!r} ({language}, {traits.name}) is not understood as {name}"
                yield Finding("R-S1", common_place(subject, f"word.{name}"), what)
