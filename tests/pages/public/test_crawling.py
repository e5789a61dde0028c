"""What search engines and agents are told: data in an agency's page, robots.txt and sitemaps."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as Xml

from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.log.models import LogState
from registry.register.agencies.models import Agency
from registry.vocabulary.register import HolderKind, Language, LicenceStatus
from tests import make

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def blocks_of(client: FlaskClient, agency_id: str) -> list[Any]:
    html = client.get(f"/en/agencies/{agency_id}").get_data(as_text=True)
    return [json.loads(text) for text in BLOCK.findall(html)]


def reference_of(session: Session) -> str:
    return str(session.execute(select(Agency.reference).order_by(Agency.id.desc())).scalars().first())


def test_an_agency_says_who_it_is_and_which_permit_is_in_force(client: FlaskClient, session: Session):
    make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1), agency={"name": "Smyšlená Jistota s.r.o."})
    agency = reference_of(session)
    organisation, permit = blocks_of(client, agency)[0]["@graph"]
    assert (organisation["@type"], organisation["name"]) == ("Organization", "Smyšlená Jistota s.r.o.")
    assert (permit["@type"], permit["identifier"], permit["validUntil"]) == ("GovernmentPermit", "INV-1", "2099-01-01")
    assert permit["issuedBy"]["name"] == "Invented authority of CZ"
    make.suspend(session, agency)
    assert [one["@type"] for one in blocks_of(client, agency)[0]["@graph"]] == ["Organization"]


def test_a_name_cannot_leave_the_block_and_persons_have_none(client: FlaskClient, session: Session):
    name = "</script><script>alert(1)</script>&<!--\u2028 s.r.o."
    make.make_licence(session, agency={"name": name})
    agency = reference_of(session)
    html = client.get(f"/en/agencies/{agency}").get_data(as_text=True)
    assert "<script>alert" not in html
    assert blocks_of(client, agency)[0]["@graph"][0]["name"] == name
    for kind in (HolderKind.SOLE_TRADER, HolderKind.UNKNOWN):
        make.make_licence(session, LicenceStatus.ACTIVE, agency={"holder_kind": kind})
        assert blocks_of(client, reference_of(session)) == []


def test_the_intake_and_answers_are_not_crawled(client: FlaskClient, session: Session):
    make.make_licence(session)
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").get_data(as_text=True).splitlines())
    for language in Language:
        for path in ("box", "box/short", "box/begin", "answer/abc", "check/abc", "fees/abc", "verdict/abc"):
            assert not robots.can_fetch("Anybot", f"/{language}/{path}"), path
        for path in ("", "agencies", "agencies/abc", "help", "fees", "check", "log/1"):
            assert robots.can_fetch("Anybot", f"/{language}/{path}"), path
    assert not robots.can_fetch("Anybot", "/api/v1/complaints")
    assert robots.can_fetch("Anybot", "/api/v1/verify")


def test_sitemaps_lead_to_every_agency_that_is_a_legal_person(client: FlaskClient, session: Session):
    make.make_licence(session)
    listed = reference_of(session)
    make.make_licence(session, agency={"holder_kind": HolderKind.SOLE_TRADER})
    maps = [str(one.text) for one in Xml.fromstring(client.get("/sitemap.xml").data).iter(LOC)]
    paths = [address.removeprefix("http://127.0.0.1:8000") for address in maps]
    assert paths == ["/sitemap/pages.xml", "/sitemap/agencies-0.xml"]
    agencies = [str(one.text) for one in Xml.fromstring(client.get(paths[1]).data).iter(LOC)]
    assert [address.rpartition("/")[2] for address in agencies] == [listed]
    for one in Xml.fromstring(client.get(paths[0]).data).iter(LOC):
        assert client.get(str(one.text).removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert client.get("/sitemap/agencies-1.xml").status_code == 404


def test_invented_data_are_not_crawled(client: FlaskClient, session: Session, publish: Callable[[], None]):
    session.execute(update(LogState).values(is_demo=True))
    make.make_licence(session)
    publish()
    assert "Disallow: /\n" in client.get("/robots.txt").get_data(as_text=True)
    assert blocks_of(client, reference_of(session)) == []
    assert len(list(Xml.fromstring(client.get("/sitemap.xml").data).iter(LOC))) == 1
