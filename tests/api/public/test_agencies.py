from datetime import date, timedelta
from random import Random
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary.register import IdentifierScheme, LicenceStatus, NameKind, SanctionKind
from tests import make
from tests.api.shapes import assert_as_documented

URL = "/api/v1/agencies"


def read(client: FlaskClient, path: str, operation: str, **query: Any) -> Any:
    response = client.get(path, query_string=query)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert_as_documented(response, operation)
    return response.json


def ids(answer: Any) -> list[str]:
    return [item["agency_id"] for item in answer["items"]]


def test_the_list_is_read_page_by_page_in_a_stable_order(client: FlaskClient, session: Session) -> None:
    made = [make.make_agency(session).agency_id for _ in range(7)]
    response = client.get(URL, query_string={"limit": 3})
    found = ids(response.json)
    while "Link" in response.headers:
        address, _, relation = response.headers["Link"].partition(">; ")
        assert relation == 'rel="next"'
        response = client.get(address.removeprefix("<").removeprefix("http://127.0.0.1:8000"))
        assert_as_documented(response, "listAgencies")
        assert response.json["total"] == 7
        found += ids(response.json)
    assert response.json["next_cursor"] is None
    assert found == made


def test_a_search_says_what_matched_and_how_well(client: FlaskClient, session: Session) -> None:
    whole = make.make_agency(session, name="Vybájená")
    part = make.make_agency(session, name="Vybájená Práce s.r.o.", licences=(make.licence_record(number="BAJ-7"),))
    answer = read(client, URL, "listAgencies", q="vybájená")
    assert ids(answer) == [whole.agency_id, part.agency_id]
    assert answer["items"][0]["score"] == 100 > answer["items"][1]["score"] > 0
    assert answer["items"][0]["matched"]["by"] == "name"
    by_number = read(client, URL, "listAgencies", q="baj 7")
    assert ids(by_number) == [part.agency_id]
    assert by_number["items"][0]["matched"]["by"] == "licence_number"


def test_an_identifier_as_records_have_it_finds_its_agency_alone(client: FlaskClient, session: Session) -> None:
    code = "91990001MADEM00112"
    sought = make.make_agency(
        session, country="CN", identifiers=(make.identifier_record(IdentifierScheme.USCC, code, country="CN"),)
    )
    numbered = make.make_agency(
        session,
        identifiers=(make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, "27074358"),),
        licences=(make.licence_record(number=code),),
    )
    assert set(ids(read(client, URL, "listAgencies", q=code))) == {sought.agency_id, numbered.agency_id}
    found = read(client, URL, "listAgencies", scheme="uscc", value=code.lower())
    assert (ids(found), found["total"]) == ([sought.agency_id], 1)
    registered = {"scheme": "registration_number", "value": "270 74 358"}
    assert ids(read(client, URL, "listAgencies", **registered)) == [numbered.agency_id]
    assert ids(read(client, URL, "listAgencies", **registered, country="CN")) == []
    for query, parameter in [
        ({"scheme": "uscc"}, "value"),
        ({"value": code}, "scheme"),
        ({**registered, "q": "a"}, "value"),
    ]:
        response = client.get(URL, query_string=query)
        assert_as_documented(response, "listAgencies")
        assert [fault["parameter"] for fault in response.json["errors"]] == [parameter], query


def test_a_hit_by_name_says_which_name_and_in_what_way(client: FlaskClient, session: Session) -> None:
    names = (
        make.name_record("青岛云蝶国际劳务合作有限公司", script="hans", country="CN"),
        make.name_record("青岛云鲤经贸有限公司", script="hans", kind=NameKind.FORMER, country="CN"),
    )
    made = make.make_agency(session, country="CN", names=names)
    matched = {
        q: read(client, URL, "listAgencies", q=q)["items"][0]["matched"] for q in ("qingdao yunli jingmao", "雲蝶國際")
    }
    assert matched["qingdao yunli jingmao"] == {"by": "name", "value": names[1].name, "kind": "former", "how": "pinyin"}
    assert matched["雲蝶國際"] == {"by": "name", "value": names[0].name, "kind": "legal", "how": "part"}
    assert read(client, URL, "listAgencies", q="大连帆影")["items"] == []
    assert ids(read(client, URL, "listAgencies", q="云蝶", country="CN")) == [made.agency_id]
    assert ids(read(client, URL, "listAgencies", q="云蝶", country="IT")) == []


def test_pages_of_a_search_hold_its_order(client: FlaskClient, session: Session) -> None:
    for number in range(5):
        make.make_agency(session, name=f"Vybájená {number}")
    whole = ids(read(client, URL, "listAgencies", q="Vybájená"))
    first = read(client, URL, "listAgencies", q="Vybájená", limit=2)
    second = read(client, URL, "listAgencies", q="Vybájená", limit=3, cursor=first["next_cursor"])
    assert ids(first) + ids(second) == whole


def test_filters_must_all_hold(client: FlaskClient, session: Session) -> None:
    make.make_agency(session, country="PL", licences=(make.licence_record(country="PL"),))
    suspended = make.make_agency(session, licences=(make.licence_record(status=LicenceStatus.SUSPENDED),))
    make.make_agency(session, licences=(make.licence_record(),))
    assert ids(read(client, URL, "listAgencies", country="cz", status="suspended")) == [suspended.agency_id]
    assert read(client, URL, "listAgencies", role="sending")["total"] == 0
    assert read(client, URL, "listAgencies", destination="PL", sector="1410")["total"] == 1


def test_the_filter_of_statuses_and_the_verdict_say_the_same_of_every_history(
    client: FlaskClient, session: Session
) -> None:
    """Overlapping periods, withheld ones, appeals, ended terms and dissolved holders: 150 of them, by chance."""
    chance, today = Random(7), day_at(now(), make.ZONES["CZ"])

    def day(low: int, high: int) -> date | None:
        return None if chance.random() < 0.2 else today + timedelta(days=chance.randint(low, high))

    def period() -> record.StatusPeriod:
        status = chance.choice(list(LicenceStatus))
        return make.status_record(
            status,
            from_=day(-400, 5),
            to=day(-5, 300) if chance.random() < 0.5 else None,
            until=day(-10, 10) if status is LicenceStatus.WINDING_DOWN else None,
            is_stayed=chance.random() < 0.5,
            publish_until=today + timedelta(days=chance.choice([-3, 30])) if chance.random() < 0.2 else None,
        )

    made = []
    for _ in range(150):
        history = tuple(sorted((period() for _ in range(chance.randint(1, 3))), key=lambda one: one.from_ or date.min))
        licence = make.licence_record(valid_to=day(-30, 30), status_history=history)
        dissolved_on = day(-30, 30) if chance.random() < 0.2 else None
        made.append(make.make_agency(session, licences=(licence,), dissolved_on=dissolved_on))
    session.commit()
    standing: dict[LicenceStatus | None, set[str]] = {}
    for one in made:
        shown = record.withhold(one, today)
        standing.setdefault(standing_on(shown.licences[0], shown, today).status, set()).add(one.agency_id)
    for status in LicenceStatus:
        listed = ids(read(client, URL, "listAgencies", status=status.value, limit=100))
        assert set(listed) == standing.get(status, set()), status
    assert len(standing) > 12


def test_a_cursor_is_good_only_for_the_question_it_was_given_for(client: FlaskClient, session: Session) -> None:
    for _ in range(3):
        make.make_agency(session)
    cursor = read(client, URL, "listAgencies", limit=1)["next_cursor"]
    wrong = [
        {"cursor": cursor, "country": "CZ"},
        {"cursor": cursor[:-1]},
        {"cursor": cursor + "A"},
        {"cursor": "A" + cursor[1:]},
        {"cursor": "e30"},
        {"cursor": "虚"},
    ]
    for query in wrong:
        response = client.get(URL, query_string=query)
        assert response.status_code == 400, query
        assert [fault["code"] for fault in response.json["errors"]] == ["invalid_cursor"]
        assert_as_documented(response, "listAgencies")


def test_no_page_is_empty_or_too_long(client: FlaskClient) -> None:
    for limit in ("0", "101", "-1", "1.5", "x", "9" * 30):
        response = client.get(URL, query_string={"limit": limit})
        assert [fault["code"] for fault in response.json["errors"]] in (["invalid_value"], ["too_long"])
    assert client.get(URL, query_string={"limit": "１００"}).status_code == 200


def test_an_agency_shows_its_whole_public_record(client: FlaskClient, session: Session) -> None:
    had = {"source": make.source_of("CZ"), "retrieved_at": make.source_facts("CZ").retrieved_at}
    agency = make.make_agency(
        session,
        names=(
            make.name_record("Agentura Smyšlená s.r.o."),
            make.name_record("Agentura Dřívější s.r.o.", kind=NameKind.FORMER, to=date(2022, 1, 31)),
        ),
        licences=(make.licence_record(),),
        deposits=(record.Deposit(form="guarantee", amount="500000", currency="CZK", **had),),
        channels=(record.Channel(kind="phone", value="+420 000 000 000", **had),),
        intermediaries=(record.Intermediary(name="Smyšlený prostředník", **had),),
        sanctions=(
            record.Sanction(
                sanction_id="SANKCE222222",
                kind=SanctionKind.FINE,
                legal_ground="zákon",
                published_on=date(2026, 1, 1),
                **had,
            ),
        ),
        clone_warnings=(record.Warning_(text="Napodobována", **had),),
    )
    displayed = read(client, f"{URL}/{agency.agency_id.lower()}", "getAgency")
    assert displayed["agency_id"] == agency.agency_id
    assert [name["to"] for name in displayed["names"]] == [None, "2022-01-31"]
    for part in ("licences", "deposits", "channels", "intermediaries", "sanctions", "clone_warnings"):
        assert len(displayed[part]) == 1, part
    assert displayed["agreements"] == []


def test_what_the_law_no_longer_lets_us_show_is_withheld_everywhere(client: FlaskClient, session: Session) -> None:
    ended = make.status_record(
        LicenceStatus.SUSPENDED, to=date(2021, 1, 1), publish_until=date(2022, 1, 1), ground="zákon"
    )
    licence = make.licence_record(status_history=(ended, make.status_record(from_=date(2021, 1, 2))))
    agency = make.make_agency(session, licences=(licence,))
    path = f"{URL}/{agency.agency_id}"
    for place, operation in (("", "getAgency"), ("/history", "getAgencyHistory"), ("/licences", "getAgencyLicences")):
        text = str(read(client, path + place, operation))
        assert "withheld_by_law" in text
        assert "suspended" not in text
        assert "zákon" not in text


def test_history_is_read_newest_first_and_page_by_page(client: FlaskClient, session: Session) -> None:
    agency = make.make_agency(session, licences=(make.licence_record(),))
    licence = make.changed(agency.licences[0], status_history=(make.status_record(LicenceStatus.SUSPENDED),))
    amend(session, make.changed(agency, licences=(licence,)), Event("licence.suspended"))
    path = f"{URL}/{agency.agency_id}/history"
    first = read(client, path, "getAgencyHistory", limit=1)
    assert first["total"] == 3
    assert first["items"][0]["type"] == "licence.suspended"
    rest = read(client, path, "getAgencyHistory", cursor=first["next_cursor"])
    assert {item["type"] for item in rest["items"]} == {"agency.registered", "licence.issued"}
    assert rest["next_cursor"] is None
    other = make.make_agency(session)
    response = client.get(f"{URL}/{other.agency_id}/history", query_string={"cursor": first["next_cursor"]})
    assert response.json["errors"][0]["code"] == "invalid_cursor"


def test_a_licence_shows_its_status_on_a_day(client: FlaskClient, session: Session) -> None:
    licence = make.make_licence(session, valid_to=date(2024, 5, 31))
    path = f"/api/v1/licences/{licence.licence_id}"
    assert read(client, path, "getLicence")["status"] == "expired"
    assert read(client, path, "getLicence", on="2024-05-31")["status"] == "active"
    displayed = read(client, path, "getLicence", on="2024-06-01")
    assert (displayed["status"], displayed["on"]) == ("expired", "2024-06-01")
    listed = read(client, f"{URL}/{displayed['agency_id']}/licences", "getAgencyLicences", on="2024-05-31")
    assert [item["status"] for item in listed["items"]] == ["active"]


def test_an_unknown_reference_is_not_found(client: FlaskClient, session: Session) -> None:
    agency = make.make_agency(session)
    for path, operation in (
        ("/api/v1/agencies/{}", "getAgency"),
        ("/api/v1/agencies/{}/history", "getAgencyHistory"),
        ("/api/v1/agencies/{}/licences", "getAgencyLicences"),
        ("/api/v1/licences/{}", "getLicence"),
    ):
        for reference in ("222222222222", "nonsense", "A" * 400, "%00"):
            response = client.get(path.format(reference))
            assert (response.status_code, response.json["code"]) == (404, "not_found"), reference
            assert_as_documented(response, operation)
    assert client.get(f"/api/v1/licences/{agency.agency_id}").status_code == 404


def test_an_unchanged_record_is_not_sent_twice(client: FlaskClient, session: Session) -> None:
    agency = make.make_agency(session)
    first = client.get(f"{URL}/{agency.agency_id}")
    existing = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"{URL}/{agency.agency_id}", headers=existing).status_code == 304
    amend(session, make.changed(agency, place="Smyšlenov"), Event("agency.amended"))
    assert client.get(f"{URL}/{agency.agency_id}", headers=existing).status_code == 200
