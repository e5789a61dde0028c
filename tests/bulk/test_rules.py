"""How a row of a list is read: its day in whatever form, and what holds for every row."""

from pathlib import Path

import pytest

from registry.bulk.actions import guess_kind
from registry.bulk.rules import with_constants, with_day_read
from registry.vocabulary.organisations import JobKind


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-05", "2026-01-05"),
        ("2026/1/5", "2026-01-05"),
        ("2026.01.05", "2026-01-05"),
        ("5.1.2026", "2026-01-05"),
        ("5. 1. 2026", "2026-01-05"),
        ("2026年1月5日", "2026-01-05"),
        ("２０２６/１/５", "2026-01-05"),
        ("2026-01-05 00:00:00", "2026-01-05"),
        ("2026-01-05T00:00", "2026-01-05"),
        ("20260105", "2026-01-05"),
        ("13/1/2026", "2026-01-13"),
        ("1/13/2026", "2026-01-13"),
        ("5/5/2026", "2026-05-05"),
    ],
)
def test_a_day_that_can_be_read_in_one_way_is_read(text: str, day: str) -> None:
    assert with_day_read({"name": "N", "on": text}) == ({"name": "N", "on": day}, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5/1/2026", "may be 2026-01-05 or 2026-05-01: write the year first"),
        ("05-01-2026", "may be 2026-01-05 or 2026-05-01: write the year first"),
        ("46027", "46027 is a spreadsheet's own number of a day"),
    ],
)
def test_a_day_that_may_be_another_is_refused_with_what_to_do(text: str, words: str) -> None:
    cells, trouble = with_day_read({"on": text})
    assert (cells["on"], trouble.startswith(words)) == (text, True)


@pytest.mark.parametrize(
    "text", ["", "soon", "5.1.26", "31.2.2026", "2026-01-05 14:30", "2026-01-05 x", "5/13/13/2026"]
)
def test_an_invalid_day_is_left_to_the_code_that_refuses_it(text: str) -> None:
    assert with_day_read({"on": text}) == ({"on": text}, "")


def test_what_holds_for_every_row_gives_way_to_the_rows_own_word() -> None:
    constants = {"destination": "IT", "sector": "14.10", "nace_revision": "2.0"}
    assert with_constants(constants, {"name": "N"}) == {"name": "N", **constants}
    own = {"destination": "CZ", "sector": "10.11"}
    assert with_constants(constants, own) == own


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("sending,receiving,destination", JobKind.CORRIDOR),
        ("sending,receiving employer", JobKind.CORRIDOR),
        ("sending,licence", JobKind.VERIFICATION),
        ("sending,receiving,licence", JobKind.VERIFICATION),
        ("sending,destination", JobKind.CORRIDOR),
    ],
)
def test_both_ends_are_known_as_a_corridor_whose_destination_may_be_said_for_all(
    tmp_path: Path, header: str, kind: JobKind
) -> None:
    (tmp_path / "list").write_text(f"{header}\nA,B,IT\n")
    assert guess_kind(tmp_path / "list")[0] is kind
