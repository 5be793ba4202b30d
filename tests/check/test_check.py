"""The command, the function behind it, and the page that is made of the rules."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.check import RULES, Looked, NotShown, check, costing, principles, register, reporting
from bot.check.reading import Unreadable
from bot.check.rules import Principle, Rule, rule
from tests.check.house import house
from tests.worlds import BOT


def ownpace(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["check", "--rules-only", *map(str, arguments)])


def test_what_ships_keeps_its_promises() -> None:
    assert check(walk=False) == []


def test_the_command_says_what_it_looked_at() -> None:
    told = ownpace()
    assert told.exit_code == 0, told.output
    assert "All promises are kept." in told.output
    assert "bot/flows/self_referral.toml" in told.output
    assert "Not covered:" in told.output


def test_a_broken_promise_is_told_with_its_place(tmp_path: Path) -> None:
    made = house()
    made.question("worries")["ask"] = "What happened to you?"
    (path,) = made.write(tmp_path)
    line = 1 + path.read_text("utf-8").splitlines().index('ask = "What happened to you?"')
    told = ownpace(path)
    assert told.exit_code == 1
    assert "R-X2: No question asks what happened" in told.output
    assert f"{path}:{line}: ask.worries" in told.output
    data = json.loads(ownpace("--json", path).output)
    assert not data["kept"]
    assert {"R-X2", "R-C11"} == {finding["rule"] for finding in data["findings"]}


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    shutil.copytree(BOT / "flows", tmp_path / "flows")
    shutil.copytree(BOT / "locales", tmp_path / "locales")
    assert check([tmp_path], walk=False) == []
    common = tmp_path / "flows/common.toml"
    common.write_text(common.read_text("utf-8").replace("No problem.", "You must."), "utf-8")
    assert "R-W6" in {finding.rule for finding in check([tmp_path], walk=False)}


def test_a_flow_that_no_language_has_is_said_to_be_left_out(tmp_path: Path) -> None:
    made = house()
    for question in made.questions:
        question["ask"] = f"Now, {question['ask']}"
    told = ownpace(*made.write(tmp_path))
    assert "self_referral in 'es': no question of it is translated" in told.output


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.toml", b"[[section"),
        ("a.toml", b'id = "a"\n'),
        ("a.toml", b"\xff\xfe"),
        ("common.toml", b"[message.hello]\ntxt = 1\n"),
        ("es.po", b'msgid "a"\nnonsense\n'),
        ("es.po", b"\xff"),
    ],
)
def test_what_cannot_be_read_is_a_line_and_a_two(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    told = ownpace(path)
    assert told.exit_code == 2
    assert str(path) in told.output
    assert "Traceback" not in told.output
    assert ownpace("--cost", path).exit_code == 2
    with pytest.raises(Unreadable):
        check([path], walk=False)


def test_a_folder_without_any_is_refused(tmp_path: Path) -> None:
    assert ownpace(tmp_path).exit_code == 2
    assert ownpace(tmp_path / "nowhere").exit_code == 2


def test_the_list_has_every_promise() -> None:
    told = ownpace("--list")
    register()
    assert told.exit_code == 0
    assert sorted(line.split()[0] for line in told.output.splitlines()) == sorted(RULES)
    assert len(told.output.splitlines()) == len(RULES) >= 60


def test_what_is_not_walked_to_the_end_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """No check passes by a bound of ours; who asks for a part gets a part."""
    cut_short = Looked(cut_off=["sms en: stopped after 10 events; 4 kinds were left."])
    monkeypatch.setattr(reporting, "look", lambda *_: cut_short)
    told = CliRunner().invoke(cli, ["check"])
    assert told.exit_code == 1
    assert "Not shown: nothing is broken as far as the walk came" in told.output
    assert "4 kinds were left" in told.output
    data = json.loads(CliRunner().invoke(cli, ["check", "--json"]).stdout)
    assert not data["walked_all"]
    assert CliRunner().invoke(cli, ["check", "--events", "10"]).exit_code == 0
    monkeypatch.setattr("bot.check.look", lambda *_: cut_short)
    with pytest.raises(NotShown, match="4 kinds were left"):
        check()


def test_the_cost_is_told_for_longer_intakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costing, "MOST_EVENTS", 300)
    told = CliRunner().invoke(cli, ["check", "--cost"])
    assert told.exit_code == 0, told.output
    rows = [line.split() for line in told.output.splitlines()[2:]]
    assert [row[0] for row in rows] == ["27", "54", "108"]
    assert all("ended at its bound" in line for line in told.output.splitlines()[2:])


def test_every_principle_is_served() -> None:
    register()
    assert {principle for rule in RULES.values() for principle in rule.serves} == set(Principle)


def test_every_promise_serves_a_principle_and_is_one_sentence() -> None:
    register()
    for promise in RULES.values():
        assert promise.serves
        assert promise.sentence.endswith(".")


def test_two_rules_of_one_id_are_refused() -> None:
    register()
    known: Rule = RULES["R-O1"]
    assert known.find
    with pytest.raises(ValueError, match="R-O1"):
        rule("R-O1", "The same again.", known.serves)(known.find)


def test_the_page_of_the_principles_is_fresh() -> None:
    assert principles.PAGE.read_text("utf-8") == principles.page(), "run `make principles`"
