from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.identifiers import uscc_check_character
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import IdentifierScheme, Language, LicenceKind, LicenceStatus
from tests import make
from tests.api.shapes import assert_as_documented
from tests.page_languages import PAGE_LANGUAGES

URL = "/api/v1/verify"


def ask(client: FlaskClient, **question: Any) -> Any:
    response = client.get(URL, query_string=question)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert_as_documented(response, "verify")
    return response.json


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def holder(session: Session, scheme: IdentifierScheme, value: str, country: str, **facts: Any) -> record.Agency:
    """An agency with a licence in force and one identifier."""
    return make.make_agency(
        session,
        country=country,
        identifiers=(make.identifier_record(scheme, value, country=country, **facts),),
        licences=(make.licence_record(country=country),),
    )


def test_a_licence_in_force_may_recruit(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session)
    answer = ask(client, licence_number=licence.number, origin="CZ", destination="CZ", nationality="CZ")
    assert answer["verdict"] == answer["may_continue_existing_placements"] == "yes"
    assert codes(answer)[0] == "licence_active"
    assert answer["licence"]["licence_id"] == licence.licence_id
    assert answer["licence"]["status"] == "active"
    assert answer["source"]["authority"] == licence.authority
    assert answer["source"]["is_stale"] is False
    assert answer["candidates"] == []


def test_a_suspended_licence_may_not_recruit_and_says_what_that_is_no_reason_for(
    client: FlaskClient, session: Session
) -> None:
    licence = make.make_licence(session, LicenceStatus.SUSPENDED)
    answer = ask(client, licence_number=licence.number)
    assert answer["verdict"] == "no"
    assert answer["licence"]["status"] == "suspended"
    assert all("wages remain owed" in reason["text"] for reason in answer["reasons"])


def test_the_agency_of_an_answer_has_its_names_and_identifiers(client: FlaskClient, session: Session) -> None:
    agency = holder(session, IdentifierScheme.REGISTRATION_NUMBER, "00000027", "CZ")
    displayed = ask(client, registration_number="00000027", country="CZ")["agency"]
    assert (displayed["agency_id"], displayed["country"], displayed["role"]) == (agency.agency_id, "CZ", "receiving")
    assert displayed["names"][0].items() >= {"script": "latn", "kind": "legal", "from": None, "to": None}.items()
    assert displayed["identifiers"][0].items() >= {"scheme": "registration_number", "value": "00000027"}.items()


@pytest.mark.parametrize(
    "typed",
    ["VYMYSL/A-77", "vymysl/a-77", "ＶＹＭＹＳＬ／Ａ－７７", " VYMYSL / A 77 ", "VYMYSL\u200b/A\u2011\u202e77"],
)
def test_a_number_is_found_however_it_is_typed(client: FlaskClient, session: Session, typed: str) -> None:
    make.make_licence(session, number="VYMYSL/A-77")
    assert ask(client, licence_number=typed, origin="CZ", destination="CZ", nationality="CZ")["verdict"] == "yes"


FROM_CHINA = {"origin": "CN", "destination": "ES", "visa": "work", "sector": "14.10"}


def test_a_number_may_hold_chinese_characters(client: FlaskClient, session: Session) -> None:
    make.make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="虚构第001号")
    assert (
        ask(client, licence_number="虚构第００１号", origin="CN", destination="ES", visa="work", sector="14.10")[
            "verdict"
        ]
        == "yes"
    )


@pytest.mark.parametrize(
    ("parameter", "scheme", "value", "typed", "country"),
    [
        ("vat", IdentifierScheme.VAT, "IT00000099994", "it 000000-99994", "IT"),
        ("vat", IdentifierScheme.VAT, "EL000000000", "GR 000000000", "GR"),
        ("lei", IdentifierScheme.LEI, "0000DEMAFCTN00SEND86", "0000 dema fctn 00send 86", "CZ"),
        ("euid", IdentifierScheme.EUID, "PLKRS.0000999999", "plkrs.0000999999", "PL"),
        ("uscc", IdentifierScheme.USCC, "91000000MA00FCT207", "９１000000 ma00fct207", "CN"),
    ],
)
def test_each_identifier_leads_to_its_holder(
    client: FlaskClient,
    session: Session,
    parameter: str,
    scheme: IdentifierScheme,
    value: str,
    typed: str,
    country: str,
) -> None:
    agency = holder(session, scheme, value, country)
    assert ask(client, **{parameter: typed})["agency"]["agency_id"] == agency.agency_id


def test_a_code_with_a_wrong_check_character_is_looked_up_and_warned_of(client: FlaskClient, session: Session) -> None:
    body = "91000000MA00FCT20"
    wrong = body + ("0" if uscc_check_character(body) != "0" else "1")
    make.make_source(session, "CN")
    answer = ask(client, uscc=wrong, recruiter_kind="agency")
    assert (answer["verdict"], codes(answer)) == ("unknown", ["uscc_check_failed"])
    # So is every number that has check digits.
    make.make_source(session, "IT")
    for requested in (
        {"vat": "IT00000099995"},
        {"registration_number": "00000099995", "country": "IT"},
        {"lei": "0" * 20},
    ):
        answer = ask(client, **requested, recruiter_kind="agency", origin="IT", destination="IT")
        assert (answer["verdict"], codes(answer)[0]) == ("unknown", "number_check_failed"), requested


def test_who_would_employ_the_worker_is_a_field_of_the_question(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION)
    plan = {"licence_number": licence.number, "origin": "CN", "destination": "ES", "visa": "work", "nationality": "CN"}
    nanny = ask(client, **plan, employer="household")
    assert (nanny["verdict"], codes(nanny)[0]) == ("no", "law_bars")
    assert nanny["question"]["employer"] == "household"
    assert [row["id"] for row in nanny["reasons"][0]["law"]] == ["cn-limit-private-employer"]
    (asked,) = [one for one in ask(client, **plan)["needs"] if one["parameter"] == "employer"]
    assert asked["allowed"] == ["company", "household", "person", "unknown"]
    wrong = client.get("/api/v1/verify", query_string=plan | {"employer": "king"})
    assert wrong.status_code == 400
    assert wrong.json["errors"][0]["parameter"] == "employer"


@pytest.mark.parametrize(
    ("typed", "letters"), [("9100000OMA00FCT2O7", "O"), ("9l000000MA00FCT207", "l"), ("9I000000ma00fct2o7", "I o")]
)
def test_letters_typed_for_digits_are_read_as_digits_and_told(
    client: FlaskClient, session: Session, typed: str, letters: str
) -> None:
    agency = holder(session, IdentifierScheme.USCC, "91000000MA00FCT207", "CN")
    answer = ask(client, uscc=typed)
    assert answer["agency"]["agency_id"] == agency.agency_id
    [told] = [one["text"] for one in answer["reasons"] if one["code"] == "uscc_check_failed"]
    assert f"was typed with {letters} where only a digit can stand" in told


def test_a_code_that_cannot_exist_is_explained_in_the_readers_language(client: FlaskClient, session: Session) -> None:
    make.make_source(session, "CN")
    for typed, words in (("91000000MA00FCT20", "18位，这里有17位"), ("9100000OMA00FCT208", "数字0和字母O")):
        refused = client.get(URL, query_string={"uscc": typed}, headers={"Accept-Language": "zh-Hans"})
        assert refused.status_code == 400
        assert words in refused.json["errors"][0]["detail"]
        assert words in refused.json["detail"]


def test_the_answer_has_what_is_needed_what_was_not_asked_and_the_question(
    client: FlaskClient, session: Session
) -> None:
    licence = make.make_licence(session)
    answer = ask(client, licence_number=licence.number.lower(), destination="CZ", sector="14.1", on="2026-01-05")
    assert (answer["verdict"], codes(answer)[0]) == ("unknown", "context_needed")
    assert [one["parameter"] for one in answer["needs"]] == ["origin", "visa", "nationality", "occupation"]
    assert {"CN", "CZ"} <= set(answer["needs"][0]["allowed"])
    assert answer["not_asked"] == [
        "recruiter_kind", "origin", "activity", "employer", "visa", "nationality", "occupation", "work_permit", "region",
        "shortage_job",
    ]  # fmt: skip
    assert answer["question"] == {
        "licence_number": licence.number.lower(),
        "destination": "CZ",
        "sector": "14.1",
        "nace_revision": "2.1",
        "on": "2026-01-05",
    }
    assert [answer["reasons"][place]["weight"] for place in (0, -1)] == ["decides", "informs"]
    again = ask(client, licence_number=licence.number, origin="CZ", destination="CZ", nationality="CZ")
    assert (again["verdict"], again["needs"]) == ("yes", [])


def test_a_visa_that_does_not_allow_work_stops_the_answer(client: FlaskClient, session: Session) -> None:
    make.make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="VYM-CN-9")
    plan = {"licence_number": "VYM-CN-9", "origin": "CN", "destination": "ES", "sector": "14.10"}
    assert ask(client, **plan, visa="work")["verdict"] == "yes"
    answer = ask(client, **plan, visa="tourist")
    assert (answer["verdict"], codes(answer)[0]) == ("no", "visa_does_not_allow_work")
    assert "licence_active" not in codes(answer)


def test_an_employer_is_not_called_unregistered(client: FlaskClient, session: Session) -> None:
    make.make_source(session, "IT")
    make.make_source(session, "CN")
    workshop = {"vat": "IT00000099994", "origin": "IT", "destination": "IT"}
    assert ask(client, **workshop)["needs"][0]["parameter"] == "recruiter_kind"
    assert codes(ask(client, **workshop, recruiter_kind="employer"))[0] == "employer_needs_no_licence"
    assert ask(client, **workshop, recruiter_kind="agency")["verdict"] == "no"


def test_an_agency_is_found_by_its_reference_however_it_is_written(client: FlaskClient, session: Session) -> None:
    agency = make.make_agency(session, licences=(make.licence_record(),))
    typed = "-".join(agency.agency_id[i : i + 4] for i in (0, 4, 8)).lower()
    assert ask(client, agency_id=typed)["agency"]["agency_id"] == agency.agency_id


def test_a_name_alone_is_never_yes(client: FlaskClient, session: Session) -> None:
    agency = make.make_agency(session, name="Agentura Vybájená s.r.o.", licences=(make.licence_record(),))
    answer = ask(client, name="agentura vybájená", destination="CZ")
    assert answer["verdict"] == "unknown"
    assert codes(answer)[0] == "name_only"
    assert [candidate["agency_id"] for candidate in answer["candidates"]] == [agency.agency_id]
    assert answer["agency"] is answer["licence"] is answer["source"] is None


def test_agencies_of_nearly_one_name_are_shown_together_with_what_tells_them_apart(
    client: FlaskClient, session: Session
) -> None:
    place = {"country": "CN", "holder_kind": "legal_person"}
    one = make.make_agency(session, name="青岛云蝶国际劳务合作有限公司", place="青岛", **place)
    other = make.make_agency(session, name="青岛云跌国际劳务合作有限公司", place="城阳", **place)
    answer = ask(client, name="青岛云蝶国际劳务合作有限公司", origin="CN")
    assert (answer["verdict"], codes(answer)[0]) == ("unknown", "name_only")
    assert [candidate["agency_id"] for candidate in answer["candidates"]] == [one.agency_id, other.agency_id]
    assert [candidate["place"] for candidate in answer["candidates"]] == ["青岛", "城阳"]
    assert [candidate["matched"]["how"] for candidate in answer["candidates"]] == ["exact", "characters"]
    assert answer["candidates"][0]["score"] == 100 > answer["candidates"][1]["score"]


def test_a_number_of_two_holders_is_ambiguous_until_the_authority_is_named(
    client: FlaskClient, session: Session
) -> None:
    make.make_licence(session, number="DVOJI-1", country="CZ")
    make.make_licence(session, number="DVOJI-1", country="PL")
    answer = ask(client, licence_number="DVOJI-1")
    assert (answer["verdict"], codes(answer)[0], len(answer["candidates"])) == ("unknown", "ambiguous", 2)
    named = ask(client, licence_number="DVOJI-1", authority=make.authority_of("PL").upper())
    assert named["licence"]["country"] == "PL"


def test_an_identifier_is_asked_about_as_records_have_it(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session)
    uscc = ask(client, uscc="91990001MADEM00112", destination="CZ")
    pair = {"scheme": "uscc", "value": "91990001MADEM00112", "destination": "CZ"}
    assert ask(client, **pair) == uscc
    assert uscc["question"]["uscc"] == "91990001MADEM00112"
    listed = client.post("/api/v1/verifications", json={"items": [pair | {"key": "a"}, pair | {"key": "b"}]}).json
    assert [one["answer"]["question"] for one in listed["items"]] == [uscc["question"]] * 2
    for question, parameter in (
        ({"scheme": "uscc"}, "value"),
        ({"value": "91990001MADEM00112"}, "scheme"),
        (pair | {"uscc": "91990001MADEM00112"}, "value"),
        (pair | {"licence_number": licence.number}, "uscc"),
        ({"scheme": "registration_number", "value": "12345678"}, "country"),
    ):
        refused = client.get(URL, query_string=question)
        assert (refused.status_code, refused.json["errors"][0]["parameter"]) == (400, parameter)


def test_silence_is_no_only_where_the_list_is_held_in_full(client: FlaskClient, session: Session) -> None:
    make.make_source(session, "CZ")
    make.make_authority(session, "DE")
    session.flush()
    assert ask(client, registration_number="1", country="CZ", recruiter_kind="agency")["verdict"] == "no"
    answer = ask(client, registration_number="1", country="DE")
    assert answer["verdict"] == "unknown"
    assert codes(answer)[0] in ("authority_not_covered", "regime_unknown")


def test_a_question_as_of_an_earlier_instant_is_answered_from_history(client: FlaskClient, session: Session) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False) as clock:
        make.make_licence(session, number="DRIVE-1")
        session.commit()
        clock.shift(timedelta(days=1))
        agency = make.public_record_of(
            session, client.get(URL, query_string={"licence_number": "DRIVE-1"}).json["agency"]["agency_id"]
        )
        suspended = make.status_record(LicenceStatus.SUSPENDED)
        from registry.register.agencies.actions import amend
        from registry.register.agencies.publishing import Event

        changed = make.changed(agency.licences[0], status_history=(suspended,))
        amend(session, make.changed(agency, licences=(changed,)), Event("licence.suspended"))
        session.commit()
        assert ask(client, licence_number="DRIVE-1")["verdict"] == "no"
        home = {"origin": "CZ", "destination": "CZ", "nationality": "CZ"}
        earlier = ask(client, licence_number="DRIVE-1", known_at="2026-03-02T13:00:00+00:00", **home)
        assert earlier["verdict"] == "yes"
        before = ask(client, licence_number="DRIVE-1", known_at="1000-01-01T00:00:00Z", destination="CZ")
        assert before["verdict"] == "unknown"


def test_an_instant_of_an_answer_looks_back_to_what_was_known(client: FlaskClient, session: Session) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, 0, 700_000, tzinfo=UTC), tick=False) as clock:
        make.make_licence(session, number="DRIVE-2")
        session.commit()
        answer = ask(client, licence_number="DRIVE-2", **make.CZECH_AT_HOME)
        clock.shift(timedelta(days=1))
        told_at = "2026-03-02T12:00:00Z"
        again = ask(client, licence_number="DRIVE-2", known_at=told_at, **make.CZECH_AT_HOME)
        assert (answer["verdict"], again["verdict"]) == ("yes", "yes")
        exact = ask(client, licence_number="DRIVE-2", known_at="2026-03-02T12:00:00.600000Z", **make.CZECH_AT_HOME)
        assert exact["verdict"] != "yes"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2024-02-29", "1999-12-31", "２０２６-11-24"])
def test_any_day_of_the_calendar_can_be_asked_about(client: FlaskClient, session: Session, day: str) -> None:
    licence = make.make_licence(session)
    assert ask(client, licence_number=licence.number, on=day)["verdict"] in ("yes", "no", "unknown")


def test_a_future_day_is_at_best_unknown(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session)
    answer = ask(client, licence_number=licence.number, on="9999-12-31")
    assert (answer["verdict"], answer["on"]) == ("unknown", "9999-12-31")
    assert "future_date" in codes(answer)


@pytest.mark.parametrize(
    ("accepted", "language", "word"),
    [
        ("zh-CN,zh;q=0.9", "zh-Hans", "许可证"),
        ("zh-HK", "zh-Hant", "許可證"),
        ("it", "it", "autorizzazione"),
        ("", "en", "licence"),
    ],
)
def test_reasons_speak_the_language_of_the_asker(
    client: FlaskClient, session: Session, accepted: str, language: str, word: str
) -> None:
    licence = make.make_licence(session)
    response = client.get(
        URL,
        query_string={"licence_number": licence.number, "origin": "CZ", "destination": "CZ", "nationality": "CZ"},
        headers={"Accept-Language": accepted},
    )
    assert response.headers["Content-Language"] == language
    assert response.headers["Vary"] == "Accept-Language"
    assert word in response.json["reasons"][0]["text"].lower()


def test_posting_a_question_answers_alike_and_is_not_kept(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session)
    question = {
        "licence_number": licence.number,
        "destination": "CZ",
        "sector": "14.10",
        "on": now().date().isoformat(),
    }
    response = client.post(URL, json=question)
    assert_as_documented(response, "verifyByPost")
    assert response.json == client.get(URL, query_string=question).json
    assert response.headers["Cache-Control"] == "no-store"


def test_the_same_question_has_the_same_bytes_and_is_not_sent_twice(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session)
    question = {"licence_number": licence.number}
    first, second = client.get(URL, query_string=question), client.get(URL, query_string=question)
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert not first.headers["ETag"].startswith("W/")
    for existing in (first.headers["ETag"], f'W/"x", {first.headers["ETag"]}', "*"):
        again = client.get(URL, query_string=question, headers={"If-None-Match": existing})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert client.get(URL, query_string=question, headers={"If-None-Match": '"0123"'}).status_code == 200


@pytest.mark.parametrize("days", [0, 29, 31, 400])
def test_who_holds_an_older_answer_gets_the_one_that_others_get(
    client: FlaskClient, session: Session, days: int
) -> None:
    """Its ETag is found from the stored record, whole or in short: on a fresh list, and on one that is too old by now."""
    with time_machine.travel(datetime(2026, 11, 24, 10, tzinfo=UTC), tick=False) as clock:
        published = make.status_record(LicenceStatus.SUSPENDED, publish_until=date(2026, 12, 1))
        licences = (make.licence_record(number="DOBA-1"), make.licence_record(status_history=(published,)))
        make.make_agency(session, licences=licences)
        clock.move_to(datetime(2026, 11, 24, 10, tzinfo=UTC) + timedelta(days=days))
        plain = client.get(URL, query_string={"licence_number": "DOBA-1"})
        asked = client.get(URL, query_string={"licence_number": "DOBA-1"}, headers={"If-None-Match": '"0123"'})
        assert (asked.status_code, asked.data, asked.headers["ETag"]) == (200, plain.data, plain.headers["ETag"])


def test_a_sanction_is_in_the_very_next_answer(client: FlaskClient, session: Session) -> None:

    agency = make.make_agency(session, licences=(make.licence_record(number="HNED-1"),))
    requested = {"licence_number": "HNED-1", "origin": "CZ", "destination": "CZ", "nationality": "CZ"}
    first = client.get(URL, query_string=requested)
    suspended = make.changed(agency.licences[0], status_history=(make.status_record(LicenceStatus.SUSPENDED),))
    amend(session, make.changed(agency, licences=(suspended,)), Event("licence.suspended"))
    second = client.get(URL, query_string=requested, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.json["verdict"], second.json["verdict"]) == ("yes", "no")


def test_an_answer_is_kept_no_longer_than_it_holds(client: FlaskClient, session: Session) -> None:
    def stored() -> int:
        response = client.get(URL, query_string={"licence_number": "DOBA-1"})
        return int(response.headers["Cache-Control"].removeprefix("public, max-age="))

    with time_machine.travel(datetime(2026, 11, 24, 10, tzinfo=UTC), tick=False) as clock:
        make.make_licence(session, number="DOBA-1")
        assert stored() == 60
        # In Prague it is eleven seconds to midnight.
        clock.move_to(datetime(2026, 11, 24, 22, 59, 49, tzinfo=UTC))
        assert stored() == 11
        clock.move_to(datetime(2026, 11, 24, 23, 59, 50, tzinfo=UTC))
        assert stored() == 10
        # The list was read at nine and is relied on for thirty days.
        clock.move_to(datetime(2026, 12, 24, 8, 59, 53, tzinfo=UTC))
        assert stored() == 7


def test_any_page_may_read_the_answer(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session)
    response = client.get(
        URL, query_string={"licence_number": licence.number}, headers={"Origin": "https://elsewhere.test"}
    )
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_head_answers_with_the_headers_alone(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session)
    got = client.get(URL, query_string={"licence_number": licence.number})
    head = client.head(URL, query_string={"licence_number": licence.number})
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


@pytest.mark.parametrize("path", ["verify", "checks", "fees", "receipts/verify"])
def test_a_page_elsewhere_may_read_the_answer_to_a_posted_question(client: FlaskClient, path: str) -> None:
    preflight = client.options(f"/api/v1/{path}", headers={"Origin": "https://elsewhere.example"})
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    answer = client.post(f"/api/v1/{path}", json={}, headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_question_about_no_one_is_answered_from_the_law(client: FlaskClient, session: Session) -> None:
    answer = ask(client, origin="CN", destination="HU", nationality="CN")
    assert (answer["verdict"], codes(answer)[0]) == ("unknown", "licence_required")
    assert "law" not in answer["question"]
    rows = [row["id"] for reason in answer["reasons"] for row in reason["law"]]
    assert {"cn-regime-labour-service-abroad", "hu-route-direct"} <= set(rows)
    closed = next(row for reason in answer["reasons"] for row in reason["law"] if row["id"] == "hu-route-direct")
    assert "not given to Chinese citizens" in closed["text"]
    barred = ask(client, origin="CN", destination="HU", nationality="CN", visa="tourist")
    assert (barred["verdict"], barred["reasons"][0]["law"][0]["id"]) == ("no", "cn-limit-conduct")
    assert client.get("/api/v1/verify?origin=CN").status_code == 400
    assert client.get("/api/v1/verify?destination=CZ&authority=x").status_code == 400


def test_a_country_outside_is_answered_with_whom_to_ask(client: FlaskClient, session: Session) -> None:
    answer = ask(client, origin="CN", destination="GB", name="Nobody Invented Ltd")
    assert (answer["verdict"], codes(answer)[0]) == ("unknown", "country_not_covered")
    assert "Fair Work Agency" in answer["reasons"][0]["text"]
    assert answer["needs"] == []


@pytest.mark.parametrize("language", [one for one in PAGE_LANGUAGES if one is not Language.EN])
@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("lei", "5299000"), ("lei", "52990000000000000O!!"), ("lei", "529900000000000000AA"), ("vat", "ZZ123"),
        ("vat", "IT12"), ("vat", "IT1"), ("euid", "ITREA"), ("euid", "ZZKRS.0000123456"), ("uscc", "9132"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_identifier_is_told_in_the_readers_language(
    client: FlaskClient, language: Language, scheme: str, value: str
) -> None:
    def detail(spoken: Language) -> str:
        response = client.post("/api/v1/verify", json={scheme: value}, headers={"Accept-Language": spoken})
        assert response.status_code == 400
        [fault] = response.json["errors"]
        assert fault["code"] == f"impossible_{scheme}"
        return str(fault["detail"])

    assert detail(language) != detail(Language.EN)
    assert value not in detail(language)
