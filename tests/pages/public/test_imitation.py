"""The lookup page with the name on the paper, and clone warnings on pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.register.agencies import record
from registry.vocabulary.register import Language
from tests.make import licence_record, make_agency, make_licence, source_of
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import Page, read

HONEST = "Lumaca Blu Lavoro S.r.l."


def ask(client: FlaskClient, subject: str, language: str = "en", status: int = 200, **context: Any) -> Page:
    response = client.post(
        f"/{language}/", data={"subject": subject, "country": "CZ", "origin": "CZ", "nationality": "CZ", **context}
    )
    assert response.status_code == status
    return read(response)


@pytest.fixture
def honest(session: Session) -> None:
    make_licence(session, number="VERA/1", agency={"name": HONEST})


def test_a_genuine_number_is_asked_for_the_name_beside_it(client: FlaskClient, honest: None) -> None:
    page = ask(client, "VERA/1")
    assert page.tone == "yes"
    assert "Which name is on the paper?" in page.text
    same = ask(client, "VERA/1", claimed_name=HONEST)
    assert same.tone == "yes"
    assert "Which name is on the paper?" not in same.text


def test_a_genuine_number_under_another_name_never_looks_green(client: FlaskClient, honest: None) -> None:
    page = ask(client, "VERA/1", claimed_name="Nessuna Agenzia Nota")
    assert page.tone == "unknown"
    assert page.heading == f"This number belongs to {HONEST}, but that is not the name on the paper."
    assert "Swindlers show genuine numbers" in page.text


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_who_may_be_imitated_is_named_with_what_differs(client: FlaskClient, honest: None, language: Language) -> None:
    page = ask(client, "VERA/9", language, claimed_name="Lumaca Blu Lavoro")
    assert page.tone in ("no", "unknown")
    given = {
        "en": "Not the same as this agency’s: the licence number.",
        "zh-Hans": "与这家机构不符的是：许可证号。",
        "fr": "Pas identique à ceux de cette agence : le numéro d’autorisation.",
        "ro": "Nu sunt aceleași cu ale acestei agenții: numărul autorizației.",
    }
    assert given[language] in page.text
    assert HONEST in page.text


def test_the_name_on_the_paper_stays_in_the_form_and_out_of_the_address(client: FlaskClient, honest: None) -> None:
    response = client.post("/en/", data={"subject": "VERA/9", "claimed_name": "<b>Lumaca</b>", "country": "CZ"})
    assert 'value="&lt;b&gt;Lumaca&lt;/b&gt;"' in response.text
    assert "Lumaca</b>" not in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["a\0b", "y" * 401])
def test_a_name_that_cannot_be_read_is_refused_beside_its_field(client: FlaskClient, name: str) -> None:
    response = client.post("/en/", data={"subject": "VERA/9", "claimed_name": name})
    assert response.status_code == 400
    assert 'id="fault-claimed_name"' in response.text


def warning(text: str, **facts: Any) -> record.Warning_:
    return record.Warning_(text=text, **({"source": source_of("CZ"), "retrieved_at": now()} | facts))


def test_a_clone_warning_is_dated_and_sourced_on_both_pages(client: FlaskClient, session: Session) -> None:
    licence = licence_record(number="KLON/1")
    warnings = (
        warning("Smyšlené varování", from_=date(2026, 1, 31)),
        warning("Dávno po všem", to=day_at(now(), None) - timedelta(days=2)),
        warning("Teprve bude", from_=day_at(now(), None) + timedelta(days=2)),
        warning("Odjinud", source="Invented press office"),
    )
    agency = make_agency(session, clone_warnings=warnings, licences=(licence,))
    for text in (ask(client, "KLON/1").text, read(client.get(f"/en/agencies/{agency.agency_id}")).text):
        assert "Warning: somebody is imitating this agency." in text
        assert "Smyšlené varování" in text
        assert "Published by Invented authority of CZ on" in text
        assert "31 January 2026" in text
        assert "Published by Invented press office on" in text
        assert "Dávno po všem" not in text
        assert "Teprve bude" not in text
