"""Workers on duty, and the mail server of the service, on this machine."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from sqlalchemy import Connection

from store import accounts, duty, installation
from tests.e2e.house import WORKER, House

MAIN = "main"
SECOND = "Second worker"


def address(name: str) -> str:
    return f"{name.partition(' ')[0].lower()}@example.org"


def on_duty(house: House, ahead: timedelta = timedelta()) -> None:
    """Two are on duty, the first of them a lead, each by an e-mail address that was tested just
    before. While the house does not run."""
    now, keys = datetime.now(UTC) + ahead - timedelta(minutes=1), house.keys

    def work(connection: Connection) -> None:
        installation.furnish(connection, [(MAIN, False)], [])
        for name, role in ((WORKER, "lead"), (SECOND, "caseworker")):
            id = accounts.add_worker(connection, name, role, now, [MAIN])
            duty.add(connection, MAIN, id)
            duty.set_addresses(connection, keys, id, address(name), "")
            _, token = duty.begin_test(connection, MAIN, id, "email", now)
            assert duty.answer(connection, token, now)

    with house.store() as store:
        store.write_sync(work)


class MailServer:
    """Takes mail on loopback while it is open; `mails` are (to, subject and text)."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.mails: list[tuple[str, str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        text = f"{mail['Subject']}\n{mail.get_content()}"
        self.mails.append((envelope.rcpt_tos[0], text))
        return "250 taken"

    def told(self) -> list[str]:
        """Whom the mails went to, in order."""
        return [to for to, _ in self.mails]

    def __enter__(self) -> Self:
        self._controller = Controller(self, "127.0.0.1", self.port)
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()
