"""Asking with the name on the paper: what the answer says of borrowed names, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.http.transaction import services
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import Language
from tests import make
from tests.api.shapes import assert_as_documented
from tests.page_languages import PAGE_LANGUAGES

URL = "/api/v1/verify"
HONEST = "Lumaca Blu Lavoro S.r.l."


def ask(client: FlaskClient, language: str = "en", **question: Any) -> Any:
    response = client.get(URL, query_string=question, headers={"Accept-Language": language})
    assert response.status_code == 200, response.get_data(as_text=True)
    assert_as_documented(response, "verify")
    posted = client.post(URL, json=question, headers={"Accept-Language": language})
    assert posted.json == response.json
    return response.json


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


@pytest.fixture
def honest(session: Session) -> Any:
    licence = make.make_licence(session, number="VERA/1", country="CZ", agency={"name": HONEST})
    make.make_licence(session, number="VERA/2", country="CZ", agency={"name": "Tartaruga Verde Servizi S.p.A."})
    return licence


def test_a_genuine_number_with_its_own_name_is_yes(client: FlaskClient, honest: Any) -> None:
    for name in (HONEST, "lumaca blu lavoro srl"):
        answer = ask(
            client, licence_number="VERA/1", claimed_name=name, origin="CZ", destination="CZ", nationality="CZ"
        )
        assert (answer["verdict"], answer["possible_clone_of"]) == ("yes", [])


def test_a_genuine_number_under_another_name_is_unknown(client: FlaskClient, honest: Any) -> None:
    answer = ask(client, licence_number="VERA/1", claimed_name="Nessuna Agenzia Nota", destination="CZ")
    assert answer["verdict"] == "unknown"
    assert codes(answer)[0] == "name_differs"
    assert answer["may_continue_existing_placements"] == "unknown"
    assert answer["possible_clone_of"] == []


@pytest.mark.parametrize("number", ["VERA/2", "VERA/3"])
def test_another_number_under_the_name_of_a_licensed_agency_says_who_may_be_imitated(
    client: FlaskClient, honest: Any, number: str
) -> None:
    answer = ask(client, licence_number=number, claimed_name="Lumaca Blu Lavoro", destination="CZ")
    assert answer["verdict"] != "yes"
    assert "possible_clone" in codes(answer)
    [imitated] = answer["possible_clone_of"]
    assert (imitated["name"], imitated["how"], imitated["differs"]) == (HONEST, "legal_form", ["number"])
    assert 85 <= imitated["score"] < 100
    assert imitated["agency"]["names"][0]["name"] == HONEST


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_the_warning_is_worded_in_the_askers_language(client: FlaskClient, honest: Any, language: Language) -> None:
    answer = ask(client, language, licence_number="VERA/2", claimed_name=HONEST)
    words = {reason["code"]: reason["text"] for reason in answer["reasons"]}
    start = {
        "en": "Warning: the name is like",
        "zh-Hans": "警告：这个名称",
        "fr": "Attention\xa0: le nom ressemble",
        "ro": "Atenție: numele seamănă",
    }
    assert words["possible_clone"].startswith(start[language])


def test_a_name_near_a_licensed_agencys_in_another_country_is_warned_of(client: FlaskClient, honest: Any) -> None:
    answer = ask(client, name="Lumacca Blu Lavoro", destination="IT")
    assert answer["verdict"] == "unknown"
    assert [one["differs"] for one in answer["possible_clone_of"]] == [["country", "name"]]
    assert ask(client, name="Lumacca Blu Lavoro", destination="CZ")["possible_clone_of"] == []


def test_what_was_said_then_is_compared_with_the_names_of_then(client: FlaskClient, session: Session) -> None:
    agency = make.make_agency(session, name=HONEST, licences=(make.licence_record(number="VERA/1"),))
    then = now()
    renamed = make.changed(agency, names=(make.name_record("Tartaruga Verde Servizi S.p.A."),))
    amend(session, renamed, Event("agency.amended"))
    requested = {
        "licence_number": "VERA/1",
        "claimed_name": HONEST,
        "origin": "CZ",
        "destination": "CZ",
        "nationality": "CZ",
    }
    moment = then.isoformat().replace("+00:00", "Z")
    # The list had been read an hour before.
    assert ask(client, **requested, known_at=moment)["verdict"] == "yes"
    assert ask(client, **requested)["verdict"] == "unknown"
    other = requested | {"licence_number": "VERA/7"}
    assert [one["name"] for one in ask(client, **other, known_at=moment)["possible_clone_of"]] == [HONEST]
    earlier = (then - timedelta(days=30)).isoformat().replace("+00:00", "Z")
    assert ask(client, **other, known_at=earlier)["possible_clone_of"] == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"name": "x", "claimed_name": "y"}, "contradictory"),
        ({"licence_number": "1", "claimed_name": "---"}, "invalid_value"),
        ({"licence_number": "1", "claimed_name": "y" * 401}, "too_long"),
        ({"licence_number": "1", "claimed_name": ""}, "invalid_value"),
        ({"claimed_name": "y"}, "missing"),
    ],
)
def test_a_claimed_name_that_cannot_be_is_refused(client: FlaskClient, asked: dict[str, str], code: str) -> None:
    response = client.get(URL, query_string=asked)
    assert response.status_code == 400
    assert code in [one["code"] for one in response.json["errors"]]


def test_a_plain_number_costs_no_read_more_than_before(client: FlaskClient, session: Session, honest: Any) -> None:
    statements: list[str] = []
    engine = services(client.application).engine
    ask(client, licence_number="VERA/1")
    event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *rest: statements.append(statement))
    for number in ("VERA/1", "VERA/9"):
        client.get(URL, query_string={"licence_number": number, "destination": "CZ"})
    assert [one for one in statements if "SELECT" in one] == []
    client.get(URL, query_string={"licence_number": "VERA/9", "claimed_name": HONEST})
    assert any("name_buckets" in one for one in statements)
