"""`--canaries`: after every test, nothing that was sealed or secret in it is in what it logged.

What the product seals is what must not be seen: people's words and addresses, what workers write,
their codes. Each such value is taken down as it is sealed, and so is each token as it is hashed and
each master key, also in the processes that a test starts. The log is that of the product at DEBUG,
with every logger of every library at DEBUG too. Standard output and error, and /metrics, are
searched as well.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from config import logging as ours
from store import sealing
from tests.emulators import telegram, twilio
from tests.running import BOT_TOKEN, TWILIO_TOKEN
from tests.running import SECRET as HOOK_SECRET

FILE = "OWNPACE_TESTS_CANARIES"  # of the environment: where processes take down what they seal
SHORTEST = 8  # characters: "yes" says nothing of anybody
NOT_WORDS = ("person.wrapped_key", "conversation.state", "about.")
SECRETS = ("TWILIO_AUTH_TOKEN", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET")
OURS = (BOT_TOKEN, TWILIO_TOKEN, HOOK_SECRET, twilio.TOKEN, telegram.TOKEN)
outputs: list[Path] = []  # of processes that the present test has started
figures = {"tests": 0, "canaries": 0, "characters": 0}


def shapes(address: str) -> set[str]:
    """A number as people, forms and addresses of pages write it; of a chat its number."""
    digits = re.sub(r"\D", "", address)
    if not address.startswith("+"):
        return {address}
    own = "0" + digits[2:]
    spaced = f"+{digits[:2]} {digits[2:6]} {digits[6:]}"
    return {address, digits, "00" + digits, own, spaced, "%2B" + digits, spaced[4:]}


def listen(found: Callable[[str], None]) -> None:
    """From now on `found` is told what is sealed, hashed or a key in this process."""
    sealed, hashed, keyed = sealing._encrypted, sealing.token_hash, sealing.Master.__init__

    def encrypted(cipher: Any, words: bytes, name: str) -> bytes:
        if not name.startswith(NOT_WORDS):
            found(words.decode("utf-8", "replace"))
        return sealed(cipher, words, name)

    def token_hash(token: str) -> bytes:
        found(token)
        return hashed(token)

    def master(self: sealing.Master, secret: bytes) -> None:
        found(secret.decode("utf-8", "replace"))
        keyed(self, secret)

    sealing._encrypted = encrypted
    for module in list(sys.modules.values()):
        if getattr(module, "token_hash", None) is hashed:
            module.token_hash = token_hash  # type: ignore[attr-defined]
    sealing.Master.__init__ = master  # type: ignore[method-assign]


def listen_in_a_process(path: str) -> None:
    """The same in a process of the product; what it says at DEBUG goes where its output goes."""
    setup = ours.setup

    def loud(level: int | str = logging.DEBUG, stream: Any = None, form: str = "json") -> None:
        setup(logging.DEBUG, stream, form)
        everybody_talks()

    def found(word: str) -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(word) + "\n")

    ours.setup = loud
    listen(found)
    for secret in SECRETS:
        found(os.environ.get(secret, ""))


def everybody_talks() -> None:
    """Every logger of every library that is loaded, at the level that tells most."""
    for name in logging.root.manager.loggerDict:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).disabled = False


class Canaries:
    """The plugin."""

    def __init__(self, folder: Path) -> None:
        self.words: set[str] = set()
        self.file, self.log = folder / "canaries.jsonl", io.StringIO()
        os.environ[FILE] = str(self.file)
        listen(self.words.add)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self.log = io.StringIO()
        handler = logging.StreamHandler(self.log)
        handler.addFilter(ours.Redacted())
        handler.setFormatter(ours.JsonLines())
        logging.root.addHandler(handler)
        plugin: Any = item.config.pluginmanager.get_plugin("logging-plugin")
        caught = plugin.caplog_handler
        caught.addFilter(ours.Redacted())
        level = logging.root.level
        logging.root.setLevel(logging.DEBUG)
        everybody_talks()
        try:
            yield
        finally:
            logging.root.removeHandler(handler)
            logging.root.setLevel(level)
            caught.filters.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
        report: Any = yield
        if report.when == "teardown" and (seen := self.seen(report)):
            report.outcome, report.longrepr = "failed", f"canaries were seen: {sorted(seen)[:9]}"
        return report

    def seen(self, report: Any) -> set[str]:
        told = [self.log.getvalue(), report.capstdout, report.capstderr]
        told += [_output(path) for path in outputs if path.exists()]
        told.append(generate_latest().decode())
        text = "\n".join(told)
        words = self.canaries()
        figures["tests"] += 1
        figures["canaries"] += len(words)
        figures["characters"] += len(text)
        self.words.clear()
        outputs.clear()
        self.file.unlink(missing_ok=True)
        return told_in(words, text)

    def canaries(self) -> set[str]:
        """What was taken down, and our own secrets; of numbers each shape."""
        words = {*self.words, *OURS}
        if self.file.exists():
            words |= {json.loads(line) for line in self.file.read_text("utf-8").splitlines()}
        found = {shape for word in words for shape in _spelt(word)}
        return {word for word in found if len(word) >= SHORTEST}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Where the tests run in several processes, each hands on what it counted."""
        if (handed := getattr(session.config, "workeroutput", None)) is not None:
            handed["canaries"] = dict(figures)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        for name, many in getattr(node, "workeroutput", {}).get("canaries", {}).items():
            figures[name] += many

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.write_line(f"canaries: {figures}")


def told_in(words: set[str], text: str) -> set[str]:
    """Which of these stand there, as they are or as a line of the log writes them."""
    return {word for word in words if word in text or json.dumps(word)[1:-1] in text}


def _output(path: Path) -> str:
    """What a process printed and logged, without the link that it prints for its operator."""
    lines = path.read_text("utf-8", "replace").splitlines()
    return "\n".join(re.sub(r"^([^{].*/desk/sign-in)#.*", r"\1", line) for line in lines)


def _spelt(word: str) -> set[str]:
    if re.fullmatch(r"\+?\d{6,15}", word):
        return shapes(word)
    return {word, *word.splitlines()}
