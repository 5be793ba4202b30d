"""Settings: what can't be used is told by name, never by value."""

from __future__ import annotations

import os
import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation.flow import FlowError
from config import nations, secrets, services, settings
from config.settings import SettingsError

OURS = re.compile("(OWNPACE|TELEGRAM|TWILIO)_.*|DATABASE_URL.*")
SERVICE = """
[service]
name      = "Quay House"
phone     = "07700 900 001"
hours     = "Mo-Fr 09:00-17:00"
nation    = "GB-SCT"
languages = ["en"]
"""


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in filter(OURS.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)


def test_who_holds_the_phone_destroys_nothing_at_once_as_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a file that does not speak of it, all is erased at once."""
    assert services.main(settings.load()).delete_hold == timedelta(hours=24)
    (tmp_path / "own.toml").write_text(SERVICE)
    monkeypatch.setenv("OWNPACE_CONFIG", str(tmp_path / "own.toml"))
    assert services.main(settings.load()).delete_hold == timedelta()


def fault(**environment: str) -> str:
    """What is said of this environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            services.main(settings.load())
        except SettingsError as error:
            return str(error)
    pytest.fail("nothing was said of it")


def of_file(folder: Path, text: str) -> str:
    path = folder / "service.toml"
    path.write_text(text)
    return fault(OWNPACE_CONFIG=str(path))


def test_nothing_set_is_a_good_start() -> None:
    found = settings.load()
    assert (found.host, found.port, found.polls) == ("127.0.0.1", 8080, True)
    assert found.database_url == "sqlite:///data/ownpace.db"
    assert services.main(found).placeholders == ("name", "phone", "hours")


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("OWNPACE_HOST", "127.0.0.1:9000", "not an address of a machine; give the address"),
        ("OWNPACE_HOST", "http://localhost", "not an address of a machine"),
        ("OWNPACE_PORT", "notaport", "not a whole number; give a number from 1 to 65535"),
        ("OWNPACE_PORT", "65536", "too big"),
        ("OWNPACE_SECRET_KEY", "tooshortakey", "too short; give at least 32"),
        ("OWNPACE_PUBLIC_URL", "http://intake.example.org", "not an https address"),
        ("OWNPACE_PUBLIC_URL", "https://[intake", "not an https address"),
        ("OWNPACE_PUBLIC_URL", "https://intake.example.org/path", "more than an address"),
        ("OWNPACE_REHEARSAL", "perhaps", "neither 1 nor 0"),
        ("OWNPACE_METRICS_TOKEN", "tooshort", "not of its form"),
        ("OWNPACE_WEBHOOK_URL", "http://cases.example.org/hook", "not an https address"),
        ("OWNPACE_WEBHOOK_URL", "ftp://127.0.0.1/hook", "not an https address"),
        ("OWNPACE_WEBHOOK_URL", "https:///hook", "not an https address"),
        ("OWNPACE_WEBHOOK_URL", "https://a:b@cases.example.org/", "more than an address"),
        ("OWNPACE_WEBHOOK_SECRET", "tooshort", "too short; give at least 32"),
        ("OWNPACE_WEBHOOK_CONTENT", "perhaps", "neither 1 nor 0"),
        ("OWNPACE_LOG_LEVEL", "LOUD", "not one of the words for it; give DEBUG"),
        ("OWNPACE_LOG_FORMAT", "verse", "not one of the words for it; give json or text"),
        ("TELEGRAM_BOT_TOKEN", "nocolonhere", "not of its form"),
        ("TELEGRAM_WEBHOOK_SECRET", "with space", "not of its form"),
        ("TELEGRAM_MODE", "carrierpigeon", "not one of the words for it"),
        ("TWILIO_ACCOUNT_SID", "SK0123", "not of its form"),
        ("TWILIO_FROM", "Quay House", "not of its form"),
        ("OWNPACE_SMTP_URL", "mail.quayhouse.example:587", "not an address of a mail server"),
        ("OWNPACE_SMTP_URL", "smtp://user:secretword@mail.example.org:x", "not an address of a"),
        ("OWNPACE_SMTP_URL", "smtp://mail.example.org/inbox", "more than an address"),
        ("OWNPACE_MAIL_FROM", "Quay House", "not of its form"),
    ],
)
def test_a_wrong_value_is_told_by_its_name_only(name: str, value: str, wrong: str) -> None:
    told = fault(**{name: value})
    assert told.startswith(f"{name}: {wrong}")
    assert value not in told
    assert "\n" not in told


def test_all_faults_are_told_at_once() -> None:
    more = {"TWILIO_AUTH_TOKEN_FILE": "/none"}
    told = fault(OWNPACE_PORT="x", TELEGRAM_MODE="y", **more)
    names = [line.partition(":")[0] for line in told.splitlines()]
    assert names == ["TWILIO_AUTH_TOKEN_FILE", "OWNPACE_PORT", "TELEGRAM_MODE"]


def test_a_secret_comes_from_a_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("123:abc\n")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "token"))
    found = settings.load()
    assert found.telegram_token
    assert found.telegram_token.get_secret_value() == "123:abc"
    assert "abc" not in repr(found)


def test_every_secret_may_come_from_a_file(tmp_path: Path) -> None:
    for name in (
        "DATABASE_URL OWNPACE_SECRET_KEY TELEGRAM_BOT_TOKEN TELEGRAM_WEBHOOK_SECRET"
        " TWILIO_AUTH_TOKEN OWNPACE_METRICS_TOKEN OWNPACE_WEBHOOK_SECRET"
    ).split():
        missing = {f"{name}_FILE": str(tmp_path / "none")}
        told = f"{name}_FILE: that file can't be read (no such file or directory)."
        assert fault(**missing) == told
        assert "both set" in fault(**missing, **{name: "1:x"})


def test_a_web_hook_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://cases.example.org/hooks/7?from=ownpace"
    assert fault(OWNPACE_WEBHOOK_URL=url).startswith("OWNPACE_WEBHOOK_SECRET: missing.")
    monkeypatch.setenv("OWNPACE_WEBHOOK_URL", url)
    monkeypatch.setenv("OWNPACE_WEBHOOK_SECRET", "s" * 32)
    found = settings.load()
    assert (found.hook_url, found.hook_content) == (url, False)
    assert "s" * 32 not in repr(found)


def test_half_of_twilio_is_not_enough() -> None:
    sid = "AC" + "0" * 32
    told = fault(TWILIO_ACCOUNT_SID=sid, TWILIO_FROM="+447700900000")
    assert told.startswith("TWILIO_AUTH_TOKEN: missing.")
    told = fault(TWILIO_ACCOUNT_SID=sid, TWILIO_FROM="+447700900000", TWILIO_AUTH_TOKEN="t")
    assert told.startswith("OWNPACE_PUBLIC_URL: missing.")


def test_the_rehearsal_is_for_this_machine_only() -> None:
    assert "OWNPACE_REHEARSAL" in fault(OWNPACE_REHEARSAL="1", OWNPACE_HOST="0.0.0.0")  # noqa: S104


def test_the_environment_fills_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNPACE_SERVICE_NAME", "Quay House")
    monkeypatch.setenv("OWNPACE_SERVICE_PHONE", "07700 900 001")
    monkeypatch.setenv("OWNPACE_SERVICE_HOURS", "Sa 10:00-12:00")
    monkeypatch.setenv("OWNPACE_SERVICE_NATION", "IE")
    monkeypatch.setenv("OWNPACE_SERVICE_LANGUAGES", "en, es")
    found = services.main(settings.load())
    assert found.placeholders == ()
    assert found.service.text_name == "Quay House"
    assert (found.service.emergency, found.service.languages) == ("112", ("en", "es"))
    assert found.service.hours.zone.key == "Europe/Dublin"
    assert "OWNPACE_SERVICE_HOURS: " in fault(OWNPACE_SERVICE_HOURS="at night")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('"Mo-Fr 09:00-17:00"', '"office hours"', ":5 service.hours: "),
        ('"GB-SCT"', '"XX"', ":6 service.nation: not one of GB, IE"),
        ('"GB-SCT"', '"US"', ":2 service.timezone: this nation has several"),
        ('["en"]', "[]", ":7 service.languages: too short; give their short names"),
        ('["en"]', '["English"]', ":7 service.languages.0: not of its form; give their short"),
        ('["en"]', '["en"]\nkeep_dayz = 3', ":8 service.keep_dayz: no such setting; there are"),
        ('["en"]', '["en"]\nkeep_days = "x"', ":8 service.keep_days: not a whole number; give"),
        (
            '["en"]',
            '["en"]\nlawful_basis = "because"',
            ":8 service.lawful_basis: ",
        ),
        ('["en"]', '["en"]\nkeep_days = 0', ":8 service.keep_days: too small; give a number"),
        ('["en"]', '["en"]\nholidays = ["x"]', ":8 service.holidays.0: not a date; give days"),
        ('name      = "Quay House"', "", ":2 service.name: missing; give up to 60 characters"),
        ('"07700 900 001"', "7700900001", ":4 service.phone: not a text in quotes; give"),
        ("[service]", "[servise]", ":1 service: missing; begin the table with [service]"),
        ('["en"]', '["en"]\nquiet_hours = "09:00-20:00"', ":8 service.quiet_hours: "),
        ('"Quay House"', '"A name that is much too long for texts"', ":2 service.text_name: "),
    ],
)
def test_a_fault_in_the_file_has_its_line(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert told in of_file(tmp_path, SERVICE.replace(before, after))


def test_a_file_that_is_no_toml_or_not_there(tmp_path: Path) -> None:
    assert ": at line 1 it can't be read; look for" in of_file(tmp_path, "service = = 3")
    assert "at the end of the file" in of_file(tmp_path, "[service")
    assert "OWNPACE_CONFIG" in fault(OWNPACE_CONFIG=str(tmp_path / "none.toml"))
    (tmp_path / "latin.toml").write_bytes(b'[service]\nname = "\xe9"')
    assert "UTF-8" in fault(OWNPACE_CONFIG=str(tmp_path / "latin.toml"))


def test_the_numbers_to_call_in_danger() -> None:
    said = {"GB": "999", "IE": "112", "US": "911", "CA": "911", "AU": "000", "NZ": "111"}
    said |= dict.fromkeys(("GB-ENG", "GB-NIR"), "999")
    said |= dict.fromkeys(("FR", "ES", "DE", "PL"), "112")
    assert {nation: nations.named(nation)["emergency"] for nation in said} == said


def test_the_practice_service_is_invented_and_marked() -> None:
    practice = services.practice()
    assert (practice.id, practice.practice) == ("practice", True)
    assert practice.phone == "07700 900 000"


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secrets.private_folder(folder)
    made = secrets.kept(folder, "secret-key")
    assert len(made) >= settings.KEY_LENGTH
    assert secrets.kept(folder, "secret-key") == made
    assert [stat.S_IMODE(p.stat().st_mode) for p in (folder, folder / "secret-key")] == [
        0o700,
        0o600,
    ]
    assert [path.name for path in folder.iterdir()] == ["secret-key"]


def test_a_secret_cut_short_is_never_used(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("abc")
    with pytest.raises(SettingsError, match="cut short"):
        secrets.kept(tmp_path, "secret-key")


def test_flows_faults_have_file_line_and_field(tmp_path: Path) -> None:
    from bot import worlds

    (tmp_path / "flows").mkdir()
    for path in (worlds.BOT / "flows").glob("*.toml"):
        text = path.read_text("utf-8").replace('kind        = "one"', 'kind        = "two"', 1)
        (tmp_path / "flows" / path.name).write_text(text, "utf-8")
    with pytest.raises(FlowError, match=r"bot/flows/self_referral.toml:\d+ section.*kind"):
        worlds.read(tmp_path)


def test_mail_needs_a_server_a_sender_and_our_address(tmp_path: Path) -> None:
    server, sender = "smtps://desk:secretword@mail.example.org", "desk@example.org"
    assert "OWNPACE_MAIL_FROM: missing" in fault(OWNPACE_SMTP_URL=server)
    assert "OWNPACE_SMTP_URL: missing" in fault(OWNPACE_MAIL_FROM=sender)
    told = fault(OWNPACE_SMTP_URL=server, OWNPACE_MAIL_FROM=sender)
    assert "OWNPACE_PUBLIC_URL: missing" in told
    assert "secretword" not in told
    (tmp_path / "smtp").write_text(server)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNPACE_SMTP_URL_FILE", str(tmp_path / "smtp"))
        patch.setenv("OWNPACE_MAIL_FROM", sender)
        patch.setenv("OWNPACE_PUBLIC_URL", "https://intake.example.org")
        assert settings.load().mail == (server, sender)
