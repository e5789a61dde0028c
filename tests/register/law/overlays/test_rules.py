"""A wrong overlay is refused with row and field; a right one stands in the law as shipped rows do."""

from datetime import date

import pytest

from registry.register.law.loading import BadLaw, Law, shipped_law
from registry.register.law.overlays.rules import MAX_BYTES, overlaid, overlay_of, read_overlay
from registry.register.law.rows import HelpLineRow
from registry.register.law.rules import limits_on
from registry.register.law.weights import Weight, may_decide
from registry.vocabulary.register import Activity
from tests.register.law.overlays.files import BAR, CALL, WITHDRAW, overlay

TODAY = date(2026, 11, 27)
LAW = shipped_law()
REGIME = "cz-regime-placement"
ROW = "cz-limit-invented-decree"


def laid(*texts: str) -> Law:
    law, last, read = LAW, 0, []
    for text in texts:
        one = overlay_of("test.toml", text.encode(), law, after=last, today=TODAY)
        read.append((one, TODAY))
        law, last = overlaid(LAW, read), one.version
    return law


def refusal(text: str, law: Law = LAW, *, after: int = 0) -> str:
    with pytest.raises(BadLaw) as wrong:
        overlay_of("test.toml", text.encode(), law, after=after, today=TODAY)
    return str(wrong.value)


def regime_row(**facts: str) -> str:
    stated = {
        "country": '"CZ"', "id": f'"{REGIME}"', "activity": '"placement"', "rule": '"prohibited"',
        "article": '"Invented Act 1/2026"', "source": '{ title = "Invented Act 1/2026" }', "mark": '"s"',
        "text_from": '"publisher"', "as_of": "2026-11-01", "as_of_kind": '"text"', "check_by": "2027-11-01",
    } | facts  # fmt: skip
    return "\n[[regime]]\n" + "".join(f"{name} = {value}\n" for name, value in stated.items() if value)


def test_an_added_row_is_in_force_and_the_shipped_law_is_untouched() -> None:
    law = laid(overlay(BAR))
    row = law.rows["cz-limit-invented-decree"]
    assert row in limits_on(law.limits, "CZ", Activity.TEMPORARY_WORK, TODAY)
    assert may_decide(row, TODAY) is Weight.DECIDES
    assert (law.overlay, law.overlaid[row.id].version, law.read_on(row)) == (1, 1, date(2026, 11, 27))
    assert row.id not in LAW.rows
    assert LAW.overlay is None


def test_a_row_that_is_named_is_replaced() -> None:
    law = laid(overlay(regime_row(replaces=f'"{REGIME}"')))
    assert [row.article for row in law.regimes if row.id == REGIME] == ["Invented Act 1/2026"]
    assert len(law.regimes) == len(LAW.regimes)


def test_a_later_overlay_may_replace_the_row_of_an_earlier_one() -> None:
    later = overlay(BAR.replace("art. 1", "art. 2") + 'replaces = "cz-limit-invented-decree"\n', version=2)
    law = laid(overlay(BAR), later)
    assert law.rows["cz-limit-invented-decree"].article == "Invented Decree 1/2026, art. 2"
    assert law.overlaid["cz-limit-invented-decree"].version == law.overlay == 2


def test_a_call_is_noted_on_the_help_line_that_ships_without_one() -> None:
    line = next(one for one in LAW.countries["IT"].help_line if one.number)
    changed = laid(overlay(CALL.format(row=line.id, on="2026-11-26"))).rows[line.id]
    assert isinstance(changed, HelpLineRow)
    assert (line.checked_on, changed.checked_on) == (None, date(2026, 11, 26))


def test_a_lawyers_confirmation_is_noted_on_a_row() -> None:
    stated = f'\n[[confirmed]]\nrow = "{REGIME}"\nby = "legal office"\non = 2026-11-27\n'
    confirmation = laid(overlay(stated)).rows[REGIME].confirmation
    assert confirmation is not None
    assert (confirmation.by, confirmation.on) == ("legal office", TODAY)


def test_a_row_that_restricts_blocks_a_yes_whatever_its_age_and_makes_no_no_when_old() -> None:
    old = BAR.replace("as_of = 2026-11-01", "as_of = 2019-01-01")
    assert may_decide(laid(overlay(old)).rows["cz-limit-invented-decree"], TODAY) is Weight.BLOCKS_YES


def test_what_a_later_release_no_longer_ships_does_not_break_an_overlay() -> None:
    text = overlay(BAR + 'replaces = "cz-limit-gone"\n')
    law = overlaid(LAW, [(read_overlay("test.toml", text.encode()), TODAY)])
    assert "cz-limit-invented-decree" in law.rows


def test_a_row_that_is_withdrawn_decides_nothing_and_its_reason_stays() -> None:
    law = laid(overlay(WITHDRAW.format(row="cz-limit-occupation", reason="The order was repealed.")))
    assert "cz-limit-occupation" not in law.rows
    assert "cz-limit-occupation" not in [row.id for row in law.limits]
    gone = law.withdrawn["cz-limit-occupation"]
    assert (gone.table, gone.mark.version, gone.mark.reason) == ("limit", 1, "The order was repealed.")
    assert "cz-limit-occupation" in LAW.rows


def test_a_withdrawn_row_makes_room_for_one_that_contradicts_it_and_may_come_back() -> None:
    prohibited = regime_row(id='"cz-regime-other"')
    law = laid(overlay(prohibited, WITHDRAW.format(row=REGIME, reason="Repealed.")))
    assert (REGIME in law.rows, "cz-regime-other" in law.rows) == (False, True)
    again = regime_row(replaces='"cz-regime-other"')
    law = laid(overlay(prohibited, WITHDRAW.format(row=REGIME, reason="Repealed.")), overlay(again, version=2))
    assert (REGIME in law.rows, law.withdrawn) == (True, {})


def test_a_withdrawal_of_what_a_later_release_no_longer_ships_changes_nothing() -> None:
    text = overlay(WITHDRAW.format(row="cz-limit-gone", reason="Repealed."))
    law = overlaid(LAW, [(read_overlay("test.toml", text.encode()), TODAY)])
    assert (law.withdrawn, len(law.rows)) == ({}, len(LAW.rows))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (overlay(BAR.replace('article = "Invented Decree 1/2026, art. 1"\n', "")), f"{ROW}, article: missing"),
        (overlay(BAR.replace('source = { title = "Invented Decree 1/2026" }\n', "")), f"{ROW}: Object missing"),
        (overlay(BAR.replace('"Invented Decree 1/2026" }', '" " }')), f"{ROW}, source: missing"),
        (overlay(BAR + "from = 2027-01-01\nto = 2026-12-01\n"), f"{ROW}, to: is before from"),
        (overlay(BAR.replace("as_of = 2026-11-01", "as_of = 2026-12-01")), f"{ROW}, as_of: is later than made_on"),
        (overlay(BAR.replace("check_by = 2027-11-27", "check_by = 2026-01-01")), f"{ROW}, check_by: must be later"),
        (overlay(BAR.replace('country = "CZ"\n', "")), f"{ROW}, country: missing"),
        (overlay(BAR.replace('"CZ"\nid', '"ZZ"\nid').replace("cz-", "zz-")), "zz-limit-invented-decree, country: no file"),
        (overlay(BAR.replace('mark = "s"', 'mark = "k"')), f"{ROW}, mark: an overlay states only what was read"),
        (overlay(BAR.replace("https://law", "javascript://law")), f"{ROW}, url: must begin with https"),
        (overlay(BAR.replace('effect = "bars"', 'effect = "forbids"')), f"{ROW}, effect:"),
        (overlay(BAR, BAR), f"{ROW}, id: stands twice"),
        (overlay(BAR + 'replaces = "it-nowhere"\n'), f"{ROW}, replaces: no row in force is it-nowhere"),
        (overlay(BAR + f'replaces = "{REGIME}"\n'), f"{ROW}, replaces: {REGIME} is another country's row"),
        (overlay(regime_row()), f"{REGIME}, replaces: missing: a row of this id is in force"),
        (overlay(regime_row(id='"cz-regime-other"')), f"cz-regime-other, replaces: missing: it contradicts {REGIME}"),
        (overlay(CALL.format(row="it-nobody", on="2026-11-27")), "it-nobody, row: no help line"),
        (overlay(CALL.format(row=REGIME, on="2026-11-27")), f"{REGIME}, row: no help line"),
        (overlay(f'\n[[confirmed]]\nrow = "{REGIME}"\nby = "legal office"\non = 2020-01-01\n'), f"{REGIME}, on: is older"),
        (overlay(WITHDRAW.format(row="cz-limit-none", reason="x")), "cz-limit-none, row: no row in force"),
        (overlay(WITHDRAW.format(row=REGIME, reason=" ")), f"{REGIME}, reason: missing"),
        (overlay(WITHDRAW.format(row=REGIME, reason="x") * 2), f"{REGIME}, row: this file speaks of it elsewhere"),
        (
            overlay(regime_row(replaces=f'"{REGIME}"'), WITHDRAW.format(row=REGIME, reason="x")),
            f"{REGIME}, row: this file speaks of it elsewhere",
        ),
        (overlay(), "has no rows"),
        (overlay(BAR).replace("version = 1", "version = 0"), "version: begins with 1"),
        (overlay(BAR).replace("version = 1", 'version = "one"'), "version: Expected"),
        (overlay(BAR).replace("2026-11-27\nreason", "2026-12-24\nreason"), "made_on: is in the future"),
        (overlay(BAR).replace("An invented decree.", " "), "reason: missing"),
        (overlay(BAR, "\n[[regimes]]\nid = 1\n"), "regimes: no such field or table"),
        ("version = ", "test.toml: "),
        (overlay(BAR) + "#" * MAX_BYTES, "is larger than 64 KiB"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_row_and_field(text: str, said: str) -> None:
    assert said in refusal(text)


def test_a_version_that_is_not_later_than_the_last_is_refused() -> None:
    assert "version: must be later than 4" in refusal(overlay(BAR, version=4), after=4)


def test_a_number_in_force_is_not_added_a_second_time_under_another_name() -> None:
    line = next(one for one in LAW.countries["IT"].help_line if one.number)
    again = f"""
[[help_line]]
country = "IT"
id = "it-help-invented"
name = "Another name"
number = "{line.number}"
run_by = "ngo"
for_what = "anything"
checked_how = "invented"
source = {{ title = "Invented page" }}
mark = "s"
text_from = "publisher"
as_of = 2026-11-01
as_of_kind = "text"
check_by = 2027-11-01
"""
    assert f"it-help-invented, replaces: missing: it contradicts {line.id}" in refusal(overlay(again))
