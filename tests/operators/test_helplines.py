"""The lines of others: the shipped file, what a service may put in their place, and the doctor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.conversation.service import FRESH, Helpline
from bot.doctor.finding import worst
from bot.doctor.lines import helplines
from config import helplines as file
from config import nations, services, settings
from tests.worlds import harbour

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINES = ("distress_line", "abuse_line", "child_line")


def test_every_row_says_where_it_comes_from() -> None:
    rows = file.shipped()
    assert len({(row.nation, row.serves) for row in rows}) == len(rows) >= 30
    for row in rows:
        nations.named(row.nation)  # raises where there is none
        assert row.sources
        assert row.checked_on <= TODAY + FRESH
        assert any(c.isdigit() for c in row.number)


def test_what_rests_on_public_code_alone_is_off() -> None:
    weak = [row for row in file.shipped() if row.sources == ("public code only",)]
    assert len(weak) >= 4
    assert not any(row.on for row in weak)


@pytest.mark.parametrize(
    ("nation", "abuse"),
    [
        ("GB-ENG", "0808 2000 247"),
        ("GB-SCT", "0800 027 1234"),
        ("GB-WLS", "0808 80 10 800"),
        ("GB-NIR", "0808 802 1414"),
        ("ES", "016"),
    ],
)
def test_a_part_of_a_nation_has_its_own(nation: str, abuse: str) -> None:
    found = file.of(nation)
    assert found["abuse"].number == abuse
    assert file.of("GB-ENG")["distress"].number == "116 123"


def test_of_the_whole_without_its_part_nothing_is_guessed() -> None:
    """England's line is not Britain's."""
    assert "abuse" not in file.of("GB")


def of_file(folder: Path, more: str) -> services.Configured:
    path = folder / "own.toml"
    text = '[service]\nname = "Quay"\nphone = "07700 900 001"\nhours = "Mo 09:00-17:00"\n'
    path.write_text(f'{text}nation = "GB-ENG"\nlanguages = ["en"]\n{more}\n', "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNPACE_CONFIG", str(path))
        return services.main(settings.load())


def test_a_service_may_name_its_own(tmp_path: Path) -> None:
    own = 'abuse_line = { name = "Safe House", number = "0800 000", checked = 2026-11-20 }'
    service = of_file(tmp_path, own).service
    assert service.abuse_line == Helpline("Safe House", "0800 000", date(2026, 11, 20))
    assert service.distress_line == file.of("GB-ENG")["distress"]
    assert service.silent == "55"


def test_one_without_its_day_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(settings.SettingsError, match=r"own\.toml:7 service\.abuse_line"):
        of_file(tmp_path, 'abuse_line = { name = "Safe House", number = "0800 000" }')


@pytest.mark.parametrize(
    ("days", "live", "light"),
    [
        (0, True, "green"),
        (59, True, "green"),
        (60, True, "yellow"),
        (91, True, "red"),
        (91, False, "yellow"),
    ],
)
def test_the_doctor_looks_at_their_days(days: int, live: bool, light: str) -> None:
    old = Helpline("A line", "0800 000", TODAY - timedelta(days=days))
    service = harbour(**dict.fromkeys(LINES, old))
    found = list(helplines(service, live, NOW))
    assert worst(found) == light
    assert all("A line (0800 000)" in finding.says for finding in found)


def test_the_doctor_tells_for_whom_there_is_none() -> None:
    service = harbour(child_line=None, distress_line=Helpline("x", "1", TODAY), abuse_line=None)
    (told,) = helplines(service, live=True, now=NOW)
    assert told.light == "yellow"
    assert "no line for whoever is hurt by somebody, nor for people under 18" in told.says
