"""People with a Telegram app: they write, press, block, and read what came."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.emulators.telegram import Telegram

Json = dict[str, Any]
DATE = 1767268800


@dataclass
class Received:
    """A message of the bot as the person sees it; `values` are the parameters it was sent with."""

    id: int
    text: str
    rows: list[list[Json]]
    values: dict[str, str]
    deleted: bool = False
    date: int = DATE

    @property
    def buttons(self) -> list[str]:
        """The labels under it now, in reading order."""
        return [button["text"] for row in self.rows for button in row]

    def code(self, label: str) -> str | None:
        """What pressing this label sends."""
        pressed = (b for row in self.rows for b in row if b["text"] == label)
        return next((str(button["callback_data"]) for button in pressed), None)


@dataclass
class Written:
    """A message of the person's own."""

    id: int
    text: str
    date: int
    deleted: bool = False


class Person:
    """One person in their private chat with the bot. What they do returns the update's id."""

    def __init__(self, telegram: Telegram, number: int, language: str, name: str) -> None:
        self.number = number
        self.language = language
        self.name = name
        self.messages: list[Received] = []
        self.written: list[Written] = []
        self.blocks = False
        self.wrote = False
        self.numbers = itertools.count(1)
        self._telegram = telegram
        self._read = 0

    async def text(self, words: str) -> int:
        return await self.send(text=words)

    async def send(self, **parts: Any) -> int:
        """A message with these members: `voice={...}`, `caption="..."` and so on."""
        self.wrote = True
        message = self._message(parts)
        text = str(parts.get("text", ""))
        self.written.append(Written(message["message_id"], text, message["date"]))
        return self._telegram.push({"message": message}, f"chat {self.number}")

    @property
    def chat(self) -> list[str]:
        """What stands in the chat, theirs and the bot's, in order."""
        return [message.text for message in self.there]

    @property
    def there(self) -> list[Received | Written]:
        """The messages that stand there."""
        both: list[Received | Written] = [*self.messages, *self.written]
        return sorted((m for m in both if not m.deleted), key=lambda message: message.id)

    async def edit(self, words: str) -> int:
        edited = self._message({"text": words, "edit_date": DATE + 1})
        return self._telegram.push({"edited_message": edited}, f"chat {self.number}")

    async def press(self, label: str, within: float = 5.0) -> int:
        """Press the newest button with this label, as soon as there is one."""
        message = await self._telegram.until(lambda: self._newest(label), within)
        return await self.press_code(message.code(label) or "", message.id)

    async def press_code(self, code: str, message: int = 0) -> int:
        """A press with this data, which may be forged; `message` 0: that message is gone."""
        query = str(next(self._telegram.ids))
        self._telegram.queries.add(query)
        press = {"id": query, "from": self._user(), "chat_instance": "1", "data": code}
        if message:
            press["message"] = {"message_id": message, "date": DATE, "chat": self._chat()}
        return self._telegram.push({"callback_query": press}, f"presses {self.number}")

    async def block(self) -> int:
        self.blocks = True
        return self._membership("member", "kicked")

    async def unblock(self) -> int:
        self.blocks = False
        return self._membership("kicked", "member")

    async def next(self, within: float = 5.0) -> Received:
        """The next message that this person has not yet read."""
        message = await self._telegram.until(lambda: self.messages[self._read :], within)
        self._read += 1
        return message[0]

    def read_all(self) -> None:
        """What came until now is read."""
        self._read = len(self.messages)

    def _newest(self, label: str) -> Received | None:
        fitting = (message for message in reversed(self.messages) if label in message.buttons)
        return next(fitting, None)

    def _membership(self, old: str, new: str) -> int:
        bot = {"id": 7700900, "is_bot": True, "first_name": "Intake"}
        change = {
            "chat": self._chat(),
            "from": self._user(),
            "date": DATE,
            "old_chat_member": {"user": bot, "status": old},
            "new_chat_member": {"user": bot, "status": new, "until_date": 0},
        }
        return self._telegram.push({"my_chat_member": change}, f"members {self.number}")

    def _message(self, parts: Json) -> Json:
        number = next(self.numbers)
        frame = {"message_id": number, "date": self._telegram.date(), "chat": self._chat()}
        return frame | {"from": self._user()} | parts

    def _chat(self) -> Json:
        return {"id": self.number, "type": "private", "first_name": self.name}

    def _user(self) -> Json:
        return {
            "id": self.number,
            "is_bot": False,
            "first_name": self.name,
            "language_code": self.language,
        }
