"""Where it listens: what is wrong with the address, and the link into the desk that runs."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from bot import running
from bot.running import Down
from tests.operators.commanding import Run

HINT = "If it listens elsewhere, name that in OWNPACE_PORT or OWNPACE_PUBLIC_URL."


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("192.0.2.7", "OWNPACE_HOST: 192.0.2.7 is no address of this machine; write 127.0.0.1"),
        ("2001:db8::7", "OWNPACE_HOST: 2001:db8::7 is no address of this machine"),
        ("no-such.invalid", "OWNPACE_HOST: no-such.invalid is no address of this machine"),
    ],
)
def test_a_wrong_host_is_not_the_ports_fault(host: str, told: str) -> None:
    with pytest.raises(Down) as error:
        running.listen(host, 0)
    assert str(error.value).startswith(told)
    assert "OWNPACE_PORT" not in str(error.value)


def test_a_port_in_use_is_the_ports() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Down) as error:
            running.listen("127.0.0.1", port)
    told = f"OWNPACE_PORT: {port} is in use on 127.0.0.1; set another one, or end what uses it."
    assert str(error.value) == told


def test_a_port_that_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refused)
    with pytest.raises(Down, match="may not listen on 443; give one above 1023"):
        running.listen("127.0.0.1", 443)


def test_a_link_goes_where_it_listens(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(data, "desk-link").returncode == 0
    with running.alone(data):
        running.note_address(data, "http://127.0.0.1:4711")
        done = run(data, "desk-link")
        assert done.stdout.startswith("http://127.0.0.1:4711/desk/sign-in#")
        assert HINT not in done.stderr
        assert (data / running.LOCK).stat().st_mode & 0o777 == 0o600


def test_where_nothing_runs_it_says_how_to_name_it(run: Run, tmp_path: Path) -> None:
    """Also after an end that left its address behind."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / running.LOCK).write_text("http://127.0.0.1:4711")
    done = run(data, "desk-link", OWNPACE_PORT="9001")
    assert done.stdout.startswith("http://127.0.0.1:9001/desk/sign-in#")
    assert HINT in done.stderr
    with running.alone(data):
        assert run(data, "desk-link").stdout.startswith("http://127.0.0.1:8080/"), "not yet noted"
    public = run(data, "desk-link", OWNPACE_PUBLIC_URL="https://quay.example.org")
    assert public.stdout.startswith("https://quay.example.org/desk/sign-in#")
    assert HINT not in public.stderr
