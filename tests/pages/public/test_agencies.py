"""The list of agencies and the page of one: what is on record, as it may be shown today."""

import base64
import json
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.ids import new_reference
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import ChannelKind, Language, LicenceKind, LicenceStatus, NameKind, SanctionKind
from tests.make import authority_of, licence_record, make_agency, make_agreement, name_record, source_of, status_record
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import read

SAID: dict[str, Any] = {"source": source_of("CZ"), "retrieved_at": now()}


def cursor(sort: str, agency_id: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, agency_id]).encode()).decode().rstrip("=")


def page_text(client: FlaskClient, agency: record.Agency, language: str = "en") -> str:
    response = client.get(f"/{language}/agencies/{agency.agency_id}")
    assert response.status_code == 200
    return read(response).text


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_record_shows_every_part_of_it_in_every_language(
    client: FlaskClient, session: Session, language: Language
) -> None:
    agency = make_agency(
        session,
        name="Smyšlená Celá s.r.o.",
        place="Smyšlenov 1",
        licences=(licence_record(number="CELE/1"),),
        channels=(record.Channel(kind=ChannelKind.PHONE, value="+420 000 000 000", **SAID),),
        intermediaries=(record.Intermediary(name="Smyšlený Pomocník", number="P-1", **SAID),),
        deposits=(record.Deposit(form="bank_guarantee", amount="500000.00", currency="CZK", **SAID),),
        sanctions=(
            record.Sanction(
                sanction_id=new_reference(),
                kind=SanctionKind.FINE,
                legal_ground="§ 1 smyšleného zákona",
                published_on=date(2026, 1, 2),
                **SAID,
            ),
        ),
        clone_warnings=(record.Warning_(text="Smyšlené varování", **SAID),),
        is_correction_requested=True,
    )
    text = page_text(client, agency, language)
    for part in (
        "Smyšlená Celá s.r.o.",
        "Smyšlenov 1",
        "CELE/1",
        "+420 000 000 000",
        "Smyšlený Pomocník",
        "500000.00 CZK",
    ):
        assert part in text
    for part in ("§ 1 smyšleného zákona", "Smyšlené varování"):
        assert part in text
    assert "{" not in text


def test_the_status_shown_is_todays_and_computed(client: FlaskClient, session: Session) -> None:
    yesterday = now().date() - timedelta(days=2)
    agency = make_agency(session, licences=(licence_record(valid_to=yesterday),))
    assert "Today: expired" in page_text(client, agency)


def test_former_names_are_shown_as_former_and_dated(client: FlaskClient, session: Session) -> None:
    names = (
        name_record("Smyšlená Nová s.r.o."),
        name_record("Smyšlená Stará s.r.o.", kind=NameKind.FORMER, to=date(2024, 5, 1)),
    )
    agency = make_agency(session, names=names)
    response = client.get(f"/en/agencies/{agency.agency_id}")
    page = read(response)
    assert page.heading == "Smyšlená Nová s.r.o."
    assert "Smyšlená Stará s.r.o. former name · until 1 May 2024" in page.text


def test_a_sanction_whose_publicity_has_ended_says_withheld_by_law(client: FlaskClient, session: Session) -> None:
    past = now().date() - timedelta(days=10)
    sanction = record.Sanction(
        sanction_id=new_reference(),
        kind=SanctionKind.SUSPENSION,
        legal_ground="Smyšlený důvod",
        published_on=date(2025, 1, 1),
        publish_until=past,
        **SAID,
    )
    history = (status_record(LicenceStatus.SUSPENDED, ground="Smyšlený důvod", publish_until=past),)
    agency = make_agency(session, sanctions=(sanction,), licences=(licence_record(status_history=history),))
    text = page_text(client, agency)
    assert "A former sanction may no longer be shown, by law." in text
    assert "Today: no longer shown, by law" in text
    assert "Smyšlený důvod" not in text


def test_agreements_lead_to_the_other_end(client: FlaskClient, session: Session) -> None:
    receiver = make_agency(session, name="Smyšlený Příjemce s.r.o.")
    sender = make_agency(
        session,
        country="CN",
        name="示例公司",
        licences=(licence_record(LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION),),
    )
    make_agreement(session, sender, receiver)
    response = client.get(f"/en/agencies/{sender.agency_id}")
    assert f"/en/agencies/{receiver.agency_id}" in read(response).links
    assert "Smyšlený Příjemce s.r.o." in read(response).text


def test_history_tells_what_the_registry_said_from_the_newest_back(client: FlaskClient, session: Session) -> None:
    agency = make_agency(session, licences=(licence_record(number="DEJINY/1"),))
    later = (status_record(to=date(2026, 1, 1)), status_record(LicenceStatus.SUSPENDED, from_=date(2026, 1, 2)))
    licence = msgspec.structs.replace(agency.licences[0], status_history=later)
    amend(session, msgspec.structs.replace(agency, licences=(licence,)), Event("licence.suspended"))
    text = page_text(client, agency)
    assert (
        text.index("Licence suspended DEJINY/1") < text.index("Licence entered DEJINY/1") < text.index("Agency entered")
    )


def test_a_long_history_is_paged(client: FlaskClient, session: Session) -> None:
    agency = make_agency(session)
    for number in range(25):
        agency = msgspec.structs.replace(agency, place=f"Smyšlenov {number}")
        amend(session, agency, Event("agency.amended"))
    page = read(client.get(f"/en/agencies/{agency.agency_id}"))
    older = next(link for link in page.links if link.startswith("?before="))
    assert page.text.count("Agency details changed") == 20
    rest = read(client.get(f"/en/agencies/{agency.agency_id}{older.partition('#')[0]}"))
    assert rest.text.count("Agency details changed") == 5
    assert "Agency entered" in rest.text


def test_a_place_in_history_beyond_all_entries_begins_at_the_newest(client: FlaskClient, session: Session) -> None:
    agency = make_agency(session)
    for before in ("99999999999999", "abc", "-1"):
        assert "Agency entered" in read(client.get(f"/en/agencies/{agency.agency_id}?before={before}")).text


def test_the_reference_is_read_in_any_usual_form(client: FlaskClient, session: Session) -> None:
    reference = make_agency(session).agency_id
    for written in (reference.lower(), f"{reference[:4]}-{reference[4:8]}-{reference[8:]}"):
        assert client.get(f"/en/agencies/{written}").status_code == 200


@pytest.mark.parametrize("reference", ["AAAAAAAAAAAA", "x", "%00", "2345-6789-ABCD", "a" * 500])
def test_a_reference_that_leads_nowhere_says_nothing_of_any_agency(client: FlaskClient, reference: str) -> None:
    response = client.get(f"/it/agencies/{reference}")
    assert response.status_code == 404
    page = read(response)
    assert page.language == "it"
    assert "Non dice nulla su nessuna agenzia" in page.text


def test_an_unchanged_record_is_not_sent_twice(client: FlaskClient, session: Session) -> None:
    agency = make_agency(session)
    first = client.get(f"/en/agencies/{agency.agency_id}")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = client.get(f"/en/agencies/{agency.agency_id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(f"/it/agencies/{agency.agency_id}", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_the_list_is_narrowed_by_name_country_role_and_status(client: FlaskClient, session: Session) -> None:
    make_agency(session, name="Smyšlená Činná s.r.o.", licences=(licence_record(),))
    make_agency(session, name="Smyšlená Stojící s.r.o.", licences=(licence_record(status=LicenceStatus.SUSPENDED),))
    make_agency(session, country="CN", name="示例公司")
    found = {
        query: read(client.get(f"/en/agencies?{query}")).text
        for query in ("", "q=Smyšlená Č", "country=cn", "role=sending", "status=suspended", "q=nic&country=IT")
    }
    assert "Agencies found: 3" in found[""]
    assert "Smyšlená Činná" in found["q=Smyšlená Č"]
    assert "Smyšlená Stojící" not in found["q=Smyšlená Č"]
    assert "示例公司" in found["country=cn"]
    assert "示例公司" in found["role=sending"]
    assert "Agencies found: 1" in found["status=suspended"]
    assert "No agency fits. That does not mean that none exists." in found["q=nic&country=IT"]


def test_the_list_is_paged_and_keeps_its_filters(client: FlaskClient, session: Session) -> None:
    for number in range(25):
        make_agency(session, name=f"Smyšlená {number:02} s.r.o.")
    first = read(client.get("/en/agencies?country=CZ"))
    following = next(link for link in first.links if "after=" in link)
    assert "country=CZ" in following
    second = read(client.get(f"/en/agencies{following}"))
    names = {word for word in first.words + second.words if word.startswith("Smyšlená ")}
    assert len(names) == 25


@pytest.mark.parametrize(
    "query",
    [
        "country=Narnia",
        "role=boss",
        "status=fine",
        "after=zzz",
        "after=W10",
        f"after={cursor('', 2**40)}",
        f"after={cursor(chr(0), 1)}",
        "q=%00",
        f"q={'x' * 500}",
    ],
)
def test_a_filter_that_cannot_be_is_a_friendly_400(client: FlaskClient, query: str) -> None:
    response = client.get(f"/zh-Hans/agencies?{query}")
    assert response.status_code == 400
    assert read(response).language == "zh-Hans"


def test_an_authority_is_named_with_the_day_its_list_was_read(client: FlaskClient, session: Session) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    assert authority_of("CZ") not in page_text(client, agency)
    assert "Invented authority of CZ read on" in page_text(client, agency)


def test_the_bearer_of_the_very_name_stands_first_and_apart_from_those_of_names_like_it(
    client: FlaskClient, session: Session
) -> None:
    for name in ("大连海松国际劳务合作有限公司", "大连海棠国际劳务合作有限公司"):
        make_agency(session, country="CN", name=name, licences=(licence_record(country="CN"),))
    found = read(client.get("/en/agencies", query_string={"q": "大连海棠国际劳务合作有限公司"})).text
    order = ["This very name", "大连海棠国际劳务合作有限公司", "Names that are like it", "大连海松国际劳务合作有限公司"]
    places = [found.index(one) for one in order]
    assert places == sorted(places)
    assert "This very name" not in read(client.get("/en/agencies")).text
