"""The badge: green by the verdict alone, with whose it is in the picture, and framed on the registered site only."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.agencies import record
from registry.vocabulary.register import ChannelKind, LicenceKind, LicenceStatus
from tests.make import licence_record, make_agency, make_source, source_of

GREEN = "#17603c"


def channel(site: str, **facts: Any) -> record.Channel:
    stated = {"source": source_of("CZ"), "retrieved_at": now()}
    return record.Channel(kind=ChannelKind.WEBSITE, value=site, **(stated | facts))


def picture(client: FlaskClient, agency: record.Agency, language: str = "en") -> str:
    response = client.get(f"/badge/{agency.agency_id}.svg?language={language}")
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    text = response.get_data(as_text=True)
    ElementTree.fromstring(text)
    return text


def test_the_picture_says_how_the_licence_stands_whose_it_is_and_when(client: FlaskClient, session: Session) -> None:
    agency = make_agency(
        session,
        name="Agentura <&> Smyšlená",
        licences=(licence_record(),),
        channels=(channel("https://Agentura.example/jobs"),),
    )
    text = picture(client, agency)
    assert GREEN in text
    for stated in (
        "Licence in force",
        ">agentura.example<",
        "127.0.0.1",
        agency.agency_id,
        "&lt;&amp;&gt;",
        'role="img"',
    ):
        assert stated in text, stated
    assert "许可有效" in picture(client, agency, "zh-Hans")
    assert "Autorizzazione valida" in picture(client, agency, "it")
    response = client.get(f"/badge/{agency.agency_id}.svg")
    assert response.headers["Cache-Control"].startswith("public, max-age=")
    existing = client.get(f"/badge/{agency.agency_id}.svg", headers={"If-None-Match": response.headers["ETag"]})
    assert existing.status_code == 304
    assert "script" not in text
    assert client.get("/badge/222222222222.svg").status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    ("facts", "word"),
    [
        *(({"status": status}, "No licence in force") for status in (LicenceStatus.SUSPENDED, LicenceStatus.REVOKED)),
        ({"status": LicenceStatus.APPLIED}, None),
        # A paper that is no licence, in a country whose law asks agencies for a registration.
        ({"kind": LicenceKind.NL_RECOGNISED_SPONSOR}, "No licence in force"),
        (None, "Not confirmed"),
    ],
)
def test_nothing_else_is_green(
    client: FlaskClient, session: Session, facts: dict[str, Any] | None, word: str | None
) -> None:
    licences = () if facts is None else (licence_record(**facts),)
    text = picture(client, make_agency(session, licences=licences))
    assert GREEN not in text
    assert word is None or word in text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_imitated_agency_has_no_plain_green(client: FlaskClient, session: Session) -> None:
    warning = record.Warning_(text="Invented warning", source=source_of("CZ"), retrieved_at=now())
    agency = make_agency(session, licences=(licence_record(),), clone_warnings=(warning,))
    text = picture(client, agency)
    assert GREEN not in text
    assert "Imitated by others: check" in text
    assert "Imitated by others: check" in client.get(f"/embed/{agency.agency_id}?language=en").get_data(as_text=True)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_stale_list_is_not_green(client: FlaskClient, session: Session) -> None:
    make_source(session, retrieved_at=(now() - timedelta(days=90),))
    text = picture(client, make_agency(session, licences=(licence_record(),)))
    assert GREEN not in text
    assert "Not confirmed" in text


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    ("sites", "ancestors"),
    [
        (("https://www.agentura.example/x",), "https://www.agentura.example"),
        (("http://příklad.example",), "https://xn--pklad-zsa96e.example"),
        ((), "'none'"),
        (("https://a.example", "https://b.example"), "'none'"),
        (("https://facebook.com/agentura",), "'none'"),
        (("https://a.example; script-src *",), "'none'"),
        (("https://127.0.0.1",), "'none'"),
    ],
)
def test_the_frame_opens_on_the_registered_site_alone(
    client: FlaskClient, session: Session, sites: tuple[str, ...], ancestors: str
) -> None:
    agency = make_agency(session, licences=(licence_record(),), channels=tuple(channel(site) for site in sites))
    response = client.get(f"/embed/{agency.agency_id}", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == ancestors
    assert policy["script-src"] == "'none'"
    assert "<script" not in response.get_data(as_text=True)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_site_that_is_no_longer_registered_frames_nothing(client: FlaskClient, session: Session) -> None:
    over = channel("https://a.example", to=now().date() - timedelta(days=1))
    agency = make_agency(session, licences=(licence_record(),), channels=(over,))
    assert "frame-ancestors 'none'" in client.get(f"/embed/{agency.agency_id}").headers["Content-Security-Policy"]
