"""The calendar of the law: the page is up to date, and an answer that a row's age changes is told in its month."""

from registry.register.law.loading import country_law, law_of
from tests.register.law.make import HEAD, LIMIT
from tools.law_calendar import PAGE, page

BAR = LIMIT.replace("zz-", "es-") + 'nationalities_barred = ["CN"]\nactivities = ["temporary_work"]\n'


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tools.law_calendar write`"


def test_the_month_is_told_in_which_a_bar_becomes_unknown() -> None:
    told = page(law_of([country_law("ES.toml", (HEAD.replace("ZZ", "ES") + BAR).encode())]))
    assert "| 2027-02-01 | `es-limit-lending` | no → unknown |" in told
    seen = 'in_force_on = 2026-11-27\nin_force_source = "a page"\n'
    later = page(law_of([country_law("ES.toml", (HEAD.replace("ZZ", "ES") + BAR + seen).encode())]))
    assert "es-limit-lending" not in later


def test_a_row_that_is_too_old_is_named_with_what_must_be_read() -> None:
    old = BAR.replace("2025-01-20", "2020-01-20")
    told = page(law_of([country_law("ES.toml", (HEAD.replace("ZZ", "ES") + old).encode())]))
    assert "| `es-limit-lending` | 2022-01-20 | Invented Act, art. 2: <https://law.example/act> |" in told
