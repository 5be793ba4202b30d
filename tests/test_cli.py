"""The command as a process: how it ends, what it prints, how soon."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.e2e import forked
from tests.running import BOT_TOKEN, ENVIRONMENT

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-P", "-m", "bot"]
TOKEN = "123:abc"


def environment(data: Path, **more: str) -> dict[str, str]:
    """Nothing but what it needs, as on a fresh machine."""
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "OWNPACE_DATA": str(data), **more}


def ownpace(
    data: Path, *args: str, input: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args],
        env=environment(data, **more),
        input=input,
        capture_output=True,
        text=True,
        timeout=60,
    )


def spared(data: Path, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    """As `ownpace`, without input, and spared the time to import."""
    return forked.run(["bot", *args], environment(data, **more))


@pytest.fixture
def port() -> Iterator[int]:
    """A port that somebody uses."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def test_help_is_quick(tmp_path: Path) -> None:
    took = []
    for _ in range(5):
        start = time.perf_counter()
        done = ownpace(tmp_path, "--help")
        took.append(time.perf_counter() - start)
        assert done.returncode == 0
    print(f"ownpace --help: {min(took):.3f} s")
    assert min(took) < 0.6, "0.3 s is promised; this allows for a busy machine"


def test_help_lists_only_what_works(tmp_path: Path) -> None:
    listed = ownpace(tmp_path, "--help").stdout.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.strip().splitlines()] == [
        "backup",
        "bench",
        "chat",
        "check",
        "copy",
        "cues",
        "db",
        "demo",
        "desk-link",
        "doctor",
        "erase",
        "evidence",
        "export",
        "keys",
        "notes",
        "restore",
        "serve",
        "understand",
        "user",
    ]


@pytest.mark.parametrize(
    ("args", "more", "code", "told"),
    [
        (("nonsense",), {}, 2, "No such command"),
        (("chat", "--channel", "fax"), {}, 2, "fax"),
        (("chat", "--flow", "none"), {}, 2, "self_referral"),
        (("chat", "--lang", "tlh"), {}, 2, "en, es"),
        (("user", "add", "Sam Okafor", "--role", "owner"), {}, 2, "caseworker"),
        (("user", "add", " ", "--role", "lead"), {}, 2, "name"),
        (("user", "add", "Sam", "--role", "lead", "--password-stdin"), {}, 2, "12 characters"),
        (("serve",), {"OWNPACE_PORT": "x"}, 3, "OWNPACE_PORT"),
        (("serve", "--only", "web"), {}, 3, "PostgreSQL"),
        (("serve", "--only", "sender"), {}, 3, "PostgreSQL"),
        (("serve",), {"DATABASE_URL": "postgres://u:hunter2@127.0.0.1:9/d"}, 4, "DATABASE_URL"),
        (("serve",), {"DATABASE_URL": "mysql://u:hunter2@h/d"}, 3, "not supported"),
        (("serve",), {"OWNPACE_SERVICE_LANGUAGES": "en,tlh"}, 3, "tlh"),
        (("serve",), {"TELEGRAM_BOT_TOKEN": TOKEN}, 3, "OWNPACE_SERVICE_PHONE"),
        (("serve",), {"DATABASE_URL": "sqlite:////proc/none/x.db"}, 4, "DATABASE_URL"),
    ],
)
def test_how_it_ends(
    tmp_path: Path, args: tuple[str, ...], more: dict[str, str], code: int, told: str
) -> None:
    done = spared(tmp_path / "data", *args, **{"OWNPACE_PORT": "0", **more})
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


def test_a_port_in_use_is_told(tmp_path: Path, port: int) -> None:
    done = spared(tmp_path / "data", "demo", OWNPACE_PORT=str(port))
    assert done.returncode == 4
    assert "OWNPACE_PORT" in done.stderr


def test_a_database_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "not.db"
    path.write_text("this is no database, whatever its name says")
    path.chmod(0o600)
    settings = {"DATABASE_URL": f"sqlite:///{path}", "OWNPACE_SECRET_KEY": "k" * 32}
    done = spared(tmp_path / "data", "demo", OWNPACE_PORT="0", **settings)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


def test_placeholders_keep_real_channels_shut(tmp_path: Path) -> None:
    done = spared(
        tmp_path / "data",
        "demo",
        TELEGRAM_BOT_TOKEN=TOKEN,
        OWNPACE_SERVICE_NAME="Quay House",
        OWNPACE_SERVICE_HOURS="Mo-Fr 09:00-17:00",
    )
    assert done.returncode == 3
    assert "phone must be filled in" in done.stderr
    assert "OWNPACE_SERVICE_NAME" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_piped_chat_gets_to_the_first_question(tmp_path: Path) -> None:
    done = ownpace(tmp_path, "chat", input="hi\nok\nok\nok\n")
    assert done.returncode == 0
    replies = done.stdout.strip().split("\n\n")
    assert len(replies) == 4
    assert "helps you on a hard day?" in replies[-1]
    assert (done.stderr, list(tmp_path.iterdir())) == ("", [])


def test_a_chat_with_buttons_in_another_language(tmp_path: Path) -> None:
    args = ("chat", "--lang", "es", "--channel", "telegram")
    done = ownpace(tmp_path, *args, input="hola\n[Sí]\n[Sí]\n[Sí]\n[Saltar]\n")
    assert done.returncode == 0
    assert "[Saltar]" in done.stdout
    assert "¿Quién o qué te ayuda" in done.stdout


def test_a_chat_takes_any_bytes(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "chat"],
        env=environment(tmp_path),
        input=b"hi\n\xff\xfe\x00\x1b[2J\r\n\n \n" + b"x" * 5000,
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@contextmanager
def started(
    data: Path, command: str, last: str, **more: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The product as a process, once it has said `last`, and what it said until then."""
    running = subprocess.Popen(
        [*COMMAND, command],
        env=environment(data, OWNPACE_PORT="0", **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    told = ""
    try:
        for line in running.stdout:
            told += line
            if last in line:
                break
        yield running, told
    finally:
        running.kill()
        running.communicate()


def ended(running: subprocess.Popen[str], how: signal.Signals) -> str:
    """Tell it to end; what it logged."""
    start = time.perf_counter()
    running.send_signal(how)
    assert running.wait(timeout=10) == 0
    print(f"{how.name} to end: {time.perf_counter() - start:.2f} s")
    assert running.stderr
    return running.stderr.read()


def test_a_demo_starts_tells_two_addresses_and_ends_when_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with started(data, "demo", "Ctrl-C") as (running, told):
        phone, link = (word for word in told.split() if word.startswith("http://"))
        assert phone.endswith("/rehearse/")
        for address in (phone, link.partition("#")[0], phone.replace("/rehearse/", "/readyz")):
            with urlopen(address) as answer:  # noqa: S310
                assert answer.status == 200
        again = spared(data, "demo", OWNPACE_PORT="0")
        assert again.returncode == 4
        assert "already" in again.stderr
        assert (data.stat().st_mode & 0o777) == 0o700
        assert {path.stat().st_mode & 0o777 for path in data.iterdir()} == {0o600}
        assert ended(running, signal.SIGTERM) == ""


def test_a_provider_that_is_down_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    live = ENVIRONMENT | {"TELEGRAM_MODE": "polling"}
    with started(tmp_path / "data", "serve", "Desk", **live) as (running, told):
        assert told.startswith("Live: telegram, sms\n")
        assert "/desk/sign-in#" in told
        assert "rehearse" not in told
        assert running.stderr
        line = running.stderr.readline()
        assert json.loads(line)["level"] == "warning"
        rest = ended(running, signal.SIGINT)
        assert all(json.loads(line) for line in rest.splitlines())
        assert BOT_TOKEN not in line + rest
    with started(tmp_path / "data", "serve", "Desk", **live) as (running, told):
        assert "/desk/sign-in#" in told, "nobody is locked out: every start gives a link"
        ended(running, signal.SIGTERM)


def workers(data: Path) -> dict[str, str]:
    """Who may use the desk, and as what."""
    with closing(sqlite3.connect(data / "ownpace.db")) as database:
        return dict(database.execute("SELECT name, role FROM worker"))


def test_a_link_is_made_while_it_serves(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with started(data, "serve", "Desk") as (running, told):
        address = told.split()[-1].partition("/desk/")[0]
        for args in ((), ("Sam Okafor",)):
            done = spared(data, "desk-link", *args)
            assert (done.returncode, done.stderr.strip()) == (
                0,
                "It works once, within 30 minutes.",
            )
            link = done.stdout.strip()
            assert link.startswith(f"{address}/desk/sign-in#"), "where it listens, whatever is set"
            assert signs_in(address, link.partition("#")[2])
            assert not signs_in(address, link.partition("#")[2]), "once"
        assert workers(data) == {"First worker": "lead", "Sam Okafor": "caseworker"}
        assert ended(running, signal.SIGTERM) == ""


def signs_in(address: str, token: str) -> bool:
    form, headers = urlencode({"token": token}).encode(), {"Sec-Fetch-Site": "same-origin"}
    try:
        with urlopen(Request(f"{address}/desk/sign-in", form, headers)) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except HTTPError as refused:
        return refused.code != 403


def test_a_link_is_made_before_it_ever_served(tmp_path: Path) -> None:
    data, public = tmp_path / "data", {"OWNPACE_PUBLIC_URL": "https://quay.example.org"}
    assert spared(data, "desk-link", "Sam", **public).stdout.startswith(
        "https://quay.example.org/desk/sign-in#"
    )
    assert spared(data, "desk-link").returncode == 0
    assert workers(data) == {"Sam": "caseworker"}, "Sam is the first worker"


def test_no_link_for_a_closed_account(tmp_path: Path) -> None:
    data = tmp_path / "data"
    spared(data, "desk-link", "Sam")
    with closing(sqlite3.connect(data / "ownpace.db")) as database:
        database.execute("UPDATE worker SET closed_at = created_at")
        database.commit()
    done = spared(data, "desk-link", "Sam")
    assert (done.returncode, done.stdout) == (4, "")
    assert "closed" in done.stderr


def test_no_link_into_a_database_in_memory(tmp_path: Path) -> None:
    with started(tmp_path / "data", "serve", "Desk", DATABASE_URL="sqlite://") as (running, _):
        done = spared(tmp_path / "data", "desk-link", DATABASE_URL="sqlite://")
        assert (done.returncode, done.stdout) == (4, "")
        assert "memory" in done.stderr
        ended(running, signal.SIGTERM)


def test_the_worker_of_the_demo_practises_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    spared(data, "desk-link", "Practice worker")
    assert workers(data) == {"Practice worker": "caseworker"}, "as an older version made it"
    with started(data, "demo", "Ctrl-C") as (running, _):
        assert workers(data) == {"Practice worker": "practice"}
        ended(running, signal.SIGTERM)
    with started(data, "serve", "Desk") as (running, _):
        assert workers(data) == {"Practice worker": "practice", "First worker": "lead"}
        ended(running, signal.SIGTERM)


def test_a_chat_at_a_terminal_prompts_and_ends_quietly(tmp_path: Path) -> None:
    person, terminal = pty.openpty()
    chat = subprocess.Popen(
        [*COMMAND, "chat"],
        env=environment(tmp_path),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    try:
        told = read_until(person, b"> ")
        os.write(person, b"hi\n")
        told += read_until(person, b"parts)\r\n\r\n> ")
        os.write(person, b"\x04")
        assert chat.wait(timeout=10) == 0
    finally:
        chat.kill()
        chat.wait()
        os.close(person)
    assert b"(2 parts)" in told
    assert b"Traceback" not in told


def read_until(file: int, mark: bytes) -> bytes:
    found = b""
    while mark not in found:
        assert select.select([file], [], [], 30)[0], found
        found += os.read(file, 4096)
    return found


def test_understand_reads_anything_and_says_what_it_means(tmp_path: Path) -> None:
    lines = b"skip\r\n\n\xff\xfe\n" + b"a" * 100_000 + b"\nmy dog"
    done = subprocess.run(
        [*COMMAND, "understand", "--lang", "en"],
        env=environment(tmp_path),
        input=lines,
        capture_output=True,
        timeout=60,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["command"] for one in told] == ["skip", None, None, None, None]
    assert (done.returncode, done.stderr, told[0]["text"]) == (0, b"", "skip")


def test_cues_says_what_a_text_may_be_a_sign_of(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "cues", "--lang", "en"],
        env=environment(tmp_path),
        input="i want to die\nhello\n\xff\n".encode("latin-1"),
        capture_output=True,
        timeout=60,
    )
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["text"], first["cue"]) == ("i want to die", "suicidal")
    assert second == {"text": "hello", "cue": "none"}
    assert third["cue"] == "none"


def test_cues_says_where_it_looks_for_them(tmp_path: Path) -> None:
    done = ownpace(tmp_path, "cues", "--lang", "tlh")
    assert done.returncode == 2
    assert "en, es" in done.stderr


def test_understand_says_which_languages_and_questions_there_are(tmp_path: Path) -> None:
    for wrong in (("--lang", "xx"), ("--lang", "en", "--asking", "nothing")):
        done = ownpace(tmp_path, "understand", *wrong)
        assert done.returncode == 2
        assert "there are: " in done.stderr
        assert "Traceback" not in done.stderr
