from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.agencies import record
from registry.vocabulary.register import IdentifierScheme, LicenceStatus
from tests import make
from tests.api.shapes import assert_as_documented

URL = "/api/v1/corridor"


def ask(client: FlaskClient, **question: Any) -> Any:
    response = client.get(URL, query_string={"visa": "work", "sector": "14.10", "nationality": "CZ"} | question)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert_as_documented(response, "verifyCorridor")
    return response.json


def verdicts(answer: Any) -> dict[str, str]:
    return {"whole": answer["verdict"]} | {leg["leg"]: leg["verdict"] for leg in answer["legs"]}


def ends(session: Session, status: LicenceStatus = LicenceStatus.ACTIVE) -> tuple[record.Agency, record.Agency]:
    """A sending agency in China, and a receiving one in Czechia whose licence has this status."""
    sending = make.make_agency(session, country="CN", licences=(make.licence_record(country="CN", number="VYM-CN-1"),))
    receiving = make.make_agency(session, licences=(make.licence_record(status=status, number="VYM-CZ-2"),))
    return sending, receiving


def test_a_corridor_is_yes_when_both_licences_and_the_agreement_hold(client: FlaskClient, session: Session) -> None:
    sending, receiving = ends(session)
    agreement = make.make_agreement(session, sending, receiving)
    answer = ask(client, sending="vym-cn-1", receiving="VYM-CZ-2", destination="CZ")
    assert verdicts(answer) == {
        "whole": "yes",
        "sending_licence": "yes",
        "receiving_licence": "yes",
        "agreement": "yes",
    }
    assert answer["legs"][2]["agreement"]["agreement_id"] == agreement.agreement_id
    assert answer["legs"][2]["source"]["authority"] == agreement.authority
    questions = [leg["question"] for leg in answer["legs"]]
    assert questions[0]["licence_number"] == "vym-cn-1"
    assert (questions[0]["origin"], questions[1]["origin"], questions[0]["destination"]) == ("CN", "CZ", "CZ")
    assert questions[2] is None
    stated = {"visa": "work", "sector": "14.10", "nationality": "CZ", "destination": "CZ"}
    posted = client.post(URL, json=stated | {"sending": "vym-cn-1", "receiving": "VYM-CZ-2"})
    assert_as_documented(posted, "verifyCorridorByPost")
    assert posted.json == answer
    assert posted.headers["Cache-Control"] == "no-store"


def test_an_end_is_asked_about_by_an_identifier_as_records_have_it(client: FlaskClient, session: Session) -> None:
    code, number = "91990001MADEM00112", "27074358"
    sending = make.make_agency(
        session,
        country="CN",
        identifiers=(make.identifier_record(IdentifierScheme.USCC, code, country="CN"),),
        licences=(make.licence_record(country="CN"),),
    )
    receiving = make.make_agency(
        session,
        identifiers=(make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, number),),
        licences=(make.licence_record(), make.licence_record(number=code)),
    )
    make.make_agreement(session, sending, receiving)
    pair = {"sending": code, "sending_scheme": "uscc", "receiving": number, "receiving_scheme": "registration_number"}
    answer = ask(client, **pair, destination="CZ")
    questions = [leg["question"] for leg in answer["legs"][:2]]
    assert [leg["agency"]["agency_id"] for leg in answer["legs"][:2]] == [sending.agency_id, receiving.agency_id]
    assert (questions[0]["uscc"], questions[1]["registration_number"], questions[1]["country"]) == (code, number, "CZ")
    stated = {"visa": "work", "sector": "14.10", "nationality": "CZ", "destination": "CZ"}
    assert client.post(URL, json=stated | pair).json == answer
    # A number of another kind that reads the same is not what was asked about.
    assert ask(client, **pair | {"receiving": code}, destination="CZ")["legs"][1]["agency"] is None


@pytest.mark.parametrize(
    ("added", "parameter"),
    [
        ({"sending_scheme": "uscc", "sending": "123"}, "sending"),
        ({"sending_scheme": "passport"}, "sending_scheme"),
        ({"receiving_scheme": "vat", "receiving": "!?1"}, "receiving"),
        ({"receiving": None, "receiving_employer": "b", "receiving_scheme": "vat"}, "receiving_scheme"),
    ],
)
def test_an_end_that_cannot_be_of_its_scheme_is_refused(
    client: FlaskClient, added: dict[str, str | None], parameter: str
) -> None:
    question = {"sending": "a", "receiving": "b", "destination": "CZ"} | added
    response = client.post(URL, json={name: value for name, value in question.items() if value is not None})
    assert_as_documented(response, "verifyCorridorByPost")
    assert [fault["parameter"] for fault in response.json["errors"]] == [parameter]


def test_a_corridor_is_as_good_as_its_weakest_leg(client: FlaskClient, session: Session) -> None:
    sending, receiving = ends(session, LicenceStatus.SUSPENDED)
    make.make_agreement(session, sending, receiving)
    found = verdicts(ask(client, sending=sending.agency_id, receiving=receiving.agency_id, destination="CZ"))
    assert (found["whole"], found["receiving_licence"], found["sending_licence"]) == ("no", "no", "yes")


def test_without_an_agreement_a_corridor_is_never_yes(client: FlaskClient, session: Session) -> None:
    ends(session)
    answer = ask(client, sending="VYM-CN-1", receiving="VYM-CZ-2", destination="CZ", on=now().date().isoformat())
    assert (answer["verdict"], answer["legs"][2]["verdict"], answer["legs"][2]["agreement"]) == (
        "unknown",
        "unknown",
        None,
    )


def test_a_direct_employer_needs_no_licence_but_the_agreement(client: FlaskClient, session: Session) -> None:
    sending, _ = ends(session)
    make.make_agreement(session, sending)
    found = verdicts(ask(client, sending="VYM-CN-1", receiving_employer="smyšlená továrna a.s.", destination="CZ"))
    assert found["receiving_licence"] == "not_required"
    assert (found["agreement"], found["whole"]) == ("yes", "yes")
    other = verdicts(ask(client, sending="VYM-CN-1", receiving_employer="Jiná Továrna", destination="CZ"))
    assert (other["receiving_licence"], other["whole"]) == ("not_required", "unknown")


def test_either_end_may_be_named_by_an_identifier(client: FlaskClient, session: Session) -> None:
    sending, _ = ends(session)
    receiving = make.make_agency(
        session,
        country="IT",
        identifiers=(make.identifier_record(IdentifierScheme.VAT, "IT00000099994", country="IT"),),
        licences=(make.licence_record(country="IT"),),
    )
    make.make_agreement(session, sending, receiving)
    assert (
        ask(client, sending="VYM-CN-1", receiving="it 00000099994", destination="IT", activity="temporary_work")[
            "verdict"
        ]
        == "yes"
    )


def test_a_name_at_either_end_is_never_yes(client: FlaskClient, session: Session) -> None:
    sending = make.make_agency(
        session, country="CN", name="Wymysl Labour", licences=(make.licence_record(country="CN"),)
    )
    receiving = make.make_agency(session, name="Agentura Vybájená", licences=(make.licence_record(),))
    make.make_agreement(session, sending, receiving)
    answer = ask(client, sending="Wymysl Labour", receiving="Agentura Vybájená", destination="CZ")
    assert answer["verdict"] == "unknown"
    assert [leg["candidates"][0]["agency_id"] for leg in answer["legs"][:2]] == [sending.agency_id, receiving.agency_id]


def test_an_agency_of_the_other_side_does_not_stand_for_this_one(client: FlaskClient, session: Session) -> None:
    ends(session)
    answer = ask(client, sending="VYM-CZ-2", receiving="VYM-CN-1", destination="CZ")
    assert answer["verdict"] == "no"
    assert answer["legs"][0]["reasons"][0]["code"] == "wrong_role"


@pytest.mark.parametrize("text", ["+39 06 0000 0000", "1" * 130])
@pytest.mark.parametrize("end", ["sending", "receiving"])
def test_a_subject_that_names_no_agency_is_refused_at_either_end(client: FlaskClient, end: str, text: str) -> None:
    question = {"sending": "VYM-CN-1", "receiving": "VYM-CZ-2", "destination": "CZ"} | {end: text}
    response = client.get(URL, query_string=question)
    assert response.status_code == 400
    assert [fault["parameter"] for fault in response.json["errors"]] == [end]


def test_a_question_about_half_a_corridor_is_refused(client: FlaskClient) -> None:
    expected = {
        "sending=a&destination=CZ": {("receiving", "missing")},
        "sending=a&receiving=b": {("destination", "missing")},
        "receiving=b&destination=CZ": {("sending", "missing")},
        "sending=a&receiving=b&receiving_employer=c&destination=CZ": {("receiving_employer", "contradictory")},
        "sending=a&receiving=b&destination=CZ&origin=CN": {("origin", "unknown_parameter")},
        "sending=---&receiving=b&destination=CZ": {("sending", "invalid_value")},
    }
    found = {}
    for query in expected:
        response = client.get(f"{URL}?{query}")
        assert_as_documented(response, "verifyCorridor")
        found[query] = {(fault["parameter"], fault["code"]) for fault in response.json["errors"]}
    assert found == expected
