"""The menu of commands that Telegram shows beside the field for writing."""

from __future__ import annotations

import asyncio
import logging

from telegram.error import TelegramError

from bot.channels.telegram import TelegramChannel
from bot.conversation.i18n import BUTTON
from bot.conversation.model import World

# In this order. STOP and the answers to a question are no commands to look up.
COMMANDS = ("help", "pause", "person", "safe", "language", "more", "data", "delete")
WAIT, LONGEST = 5.0, 300.0  # seconds between tries
Menu = dict[str, list[tuple[str, str]]]
log = logging.getLogger("ownpace.menu")


def menu(world: World) -> Menu:
    """Commands and their labels by language; "" is for all the languages that we do not have."""
    words = [world.phrases.words[name] for name in COMMANDS]
    languages = world.service.languages
    listed = {
        language: [(w.name, world.catalogues[language].text(w.button, BUTTON)) for w in words]
        for language in languages
    }
    return {"": listed[languages[0]], **listed}


async def show(channel: TelegramChannel, commands: Menu) -> None:
    """Only a convenience: tried until Telegram can be reached, and nothing waits for it."""
    wait = WAIT
    while True:
        try:
            return await channel.set_commands(commands)
        except TelegramError as error:
            log.warning("telegram: no menu of commands yet (%s)", type(error).__name__)
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST)
