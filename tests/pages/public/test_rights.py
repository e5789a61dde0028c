"""The pages of rights: what was read about work without a permit, and nothing that was not."""

import pytest
from flask.testing import FlaskClient

from registry.i18n.languages import text
from registry.i18n.wording import row_words
from registry.pages.public.law import QUESTIONS, rows_about
from registry.register.law.loading import shipped_law
from registry.register.law.rows import Limit, Right
from registry.register.law.words import LimitSubject, RightSubject
from registry.vocabulary.law import Mark
from registry.vocabulary.register import EU_STATES, Language
from tests.pages.public.reading import read

PLACES = [*sorted(EU_STATES), "CN"]


@pytest.mark.parametrize("place", PLACES)
def test_every_country_has_a_small_page_that_needs_no_script(client: FlaskClient, place: str) -> None:
    response = client.get(f"/zh-Hans/rights/{place}", headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert len(response.get_data()) <= 10_000
    html = client.get(f"/zh-Hans/rights/{place}").get_data(as_text=True)
    assert "<script" not in html.partition("<main")[2].partition("</main>")[0]


def test_what_was_not_read_is_said_and_never_filled(client: FlaskClient) -> None:
    page = read(client.get("/en/rights/DK")).text
    unread = text(Language.EN, "page.rights.unread")
    # Denmark has no row of its own, and of the Union's only the one that binds it.
    assert page.count(unread) == 3
    assert "48 hours" in page
    assert "Directive 2009/52/EC" not in page
    assert "Directive 2004/81/EC" not in page


def test_a_states_own_law_stands_before_the_unions() -> None:
    rows = rows_about(shipped_law(), "DE", RightSubject.WAGES)
    assert [row.id for row in rows] == ["de-right-wages", "eu-right-wages"]


def test_a_chinese_passport_is_protected_by_chinas_law_everywhere(client: FlaskClient) -> None:
    assert [row.id for row in rows_about(shipped_law(), "IT", LimitSubject.DOCUMENTS)] == ["cn-limit-documents"]
    page = read(client.get("/zh-Hans/rights/IT")).text
    assert str(row_words(Language.ZH_HANS, "cn-limit-documents")) in page


def test_no_page_promises_that_who_reports_is_not_sent_away(client: FlaskClient) -> None:
    for place in sorted(EU_STATES):
        page = read(client.get(f"/zh-Hans/rights/{place}")).text
        assert text(Language.ZH_HANS, "page.rights.careful") in page


def test_every_row_of_rights_was_read_and_is_worded_in_every_language() -> None:
    law = shipped_law()
    shown = [row for place in PLACES for about in QUESTIONS for row in rows_about(law, place, about)]
    assert shown
    assert all(isinstance(row, Limit | Right) for row in shown)
    assert {row.mark for row in shown} <= {Mark.SOURCE, Mark.SECONDARY}
    for row in shown:
        words = {row_words(language, row.id) for language in Language}
        assert None not in words, row.id
        assert len(words) == len(Language), row.id
        assert row.article


def test_the_list_of_countries_and_the_help_page_lead_there(client: FlaskClient) -> None:
    assert "/fr/rights/IT" in read(client.get("/fr/rights")).links
    assert {"/fr/rights", "/fr/rights/IT"} <= set(read(client.get("/fr/help")).links)


@pytest.mark.parametrize("place", ["XX", "EU", "GB"])
def test_a_country_without_such_a_page_is_not_found(client: FlaskClient, place: str) -> None:
    assert client.get(f"/en/rights/{place}").status_code == 404
