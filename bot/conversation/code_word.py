"""The code word: asked for, kept as a fingerprint, given. It is never said back to anybody."""

from __future__ import annotations

from msgspec.structs import replace

from bot.conversation import answering, leaving, tries
from bot.conversation.asking import ask_again, current
from bot.conversation.effects import Answered, Effect, Filed, Refiled
from bot.conversation.filing import file, file_words, weight
from bot.conversation.going import go_on
from bot.conversation.hearing import says_only
from bot.conversation.model import Answer, World, Wrote
from bot.conversation.showing import chooses, fingerprint, fits, is_code, is_same
from bot.conversation.step import Step
from bot.conversation.understand import Command, Meaning


def asked(step: Step) -> bool:
    """Is a code word what is asked for?"""
    question = current(step)
    return question is not None and question.kind == "code"


def take(step: Step, event: Wrote, heard: Meaning) -> None:
    """The answer to whether they would like a code word, and which. Whoever does not know the one
    that there is sets no other, and is not told so."""
    conversation = step.conversation
    if heard == Command("no"):
        file(step, "command")
        answering.skip(step)
    elif conversation.code and not conversation.code_given:
        file_words(step)
        step.say("thanks_1")
        go_on(step)
    elif not fits(event.text) or _is_no_word(step, event.text):
        file_words(step)
        step.say("code_which")
    else:
        file(step, "answer", conversation.position.id)
        _hold(step, event)


def _hold(step: Step, event: Wrote) -> None:
    """It is set when it came twice: a slip would shut them out of their own words. Until then the
    message is held, and a note if they leave the question."""
    held, first = step.conversation.pending, step.conversation.first_code
    size = weight(event.text)
    if first and is_same(first, event.text):
        step.change(code=first, code_given=True, code_once="")
        step.record(*(Refiled(message, "command") for message in held))
        answering.take_words(step, (event.message,), size, event.text)
        return
    step.change(code_once=fingerprint(event.text, event.message))
    step.change(pending=(*held, event.message), pending_size=step.conversation.pending_size + size)
    step.say("code_differs" if first else "code_again")


def _is_no_word(step: Step, text: str) -> bool:
    """A greeting, thanks, or "not sure" is no word that anybody chose: it would shut them out, or
    open to whoever says it. So would a number that chooses."""
    if chooses(text):
        return True
    return any(says_only(step, text, kind) for kind in ("polite", "greetings", "no_code"))


def is_given(step: Step, event: Wrote) -> bool:
    """Is this message the code word? Given once more where all is open, it is still no answer; at
    the question for it, it sets the same one again."""
    again = step.conversation.code_given and asked(step)
    closed = event.choice or again or (tries.full(step) and not step.conversation.code_given)
    return not closed and is_code(step.conversation, event.text)


def question_id(world: World) -> str:
    """The question for it. A message that is the word is filed under it, whatever it was sent to:
    what is filed so is shown to nobody."""
    return next((q.id for q in world.flow.questions if q.kind == "code"), "")


def keep_out(step: Step, message: str) -> None:
    """This message is the code word: it stands in no note, and in no answer but its own. One that
    opens nothing (the day's tries are used up, or we are silent) does what any word does."""
    own = question_id(step.world)
    answers = step.conversation.answers.items()
    step.change(answers={id: _without(answer, message, own) for id, answer in answers})
    if not (asked(step) and step.conversation.pending):
        pending = tuple(id for id in step.conversation.pending if id != message)
        step.change(pending=pending)
    step.effects = [_hidden(effect, message, own) for effect in step.effects]


def _hidden(effect: Effect, message: str, own: str) -> Effect:
    if isinstance(effect, Filed) and effect.question != own:
        return Filed("command", own)
    if isinstance(effect, Answered):
        return Answered(_without(effect.answer, message, own))
    return effect


def _without(answer: Answer, message: str, own: str) -> Answer:
    if message not in answer.messages or answer.question == own:
        return answer
    return replace(answer, messages=tuple(id for id in answer.messages if id != message))


def open_up(step: Step, returns: bool) -> None:
    """The code word was given: what was said may be shown for this sitting. `returns`: it is the
    first that they say after a time away."""
    file(step, "command", question_id(step.world))
    if step.conversation.code_given:
        step.say("code_right")
        ask_again(step)
        return
    step.change(code_given=True)
    away = returns or step.over == "resume" or step.conversation.standing in ("paused", "stopped")
    if away:
        leaving.resume(step)
    elif step.conversation.standing == "ended":
        step.say("code_right", offers=(("back", ""),))
    else:
        step.say("code_right")
        ask_again(step)


def heard_first(heard: Meaning) -> bool:
    """STOP and DELETE are heard whatever word somebody chose as their code word; not where they
    are only guessed."""
    return isinstance(heard, Command) and heard.name in ("stop", "delete") and not heard.guessed
