"""robots.txt and sitemaps: what search engines and agents may read, and where the agencies' pages are.

Nothing of complaints is crawled, no answer to somebody's question, and of invented data nothing at all.
"""

from xml.etree import ElementTree as Xml

from flask import Blueprint, Response, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.errors import NotFound
from registry.http.responses import respond_with
from registry.http.transaction import public_reading, services
from registry.pages.public import checks, lookup
from registry.pages.public.rendering import is_demo
from registry.register.agencies.models import Agency, AgencyProfile
from registry.vocabulary.register import HolderKind, Language

TEXT, XML = "text/plain; charset=utf-8", "application/xml"

KEPT = 3600
IN_ONE = 10_000
"""Agencies in one sitemap, by row id; the protocol takes 50,000."""

PRIVATE = ("box", f"{lookup.PLACE}/", f"{checks.PLACE}/", "fees/", "verdict/", "kit.html")
"""Of each language: the intake, and answers that are kept for who asked."""

PAGES = ("", "check", "licences", "help", "agencies", "coverage", "rules", "fees", "statistics", "log", "accessibility")

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

pages = Blueprint("crawling", __name__)


@pages.get("/robots.txt")
def show_robots() -> Response:
    url = services().settings.public_url
    if is_demo():
        lines = ["# These agencies are invented.", "User-agent: *", "Disallow: /"]
    else:
        closed = [f"Disallow: /{language}/{place}" for language in Language for place in PRIVATE]
        own = ["Disallow: /account", "Disallow: /api/v1/complaints", "Disallow: /embed/", "Disallow: /v"]
        lines = ["User-agent: *", *closed, *own, f"Sitemap: {url}/sitemap.xml"]
    return respond_with("\n".join((*lines, "")).encode(), TEXT, KEPT, request.environ)


@pages.get("/sitemap.xml")
def show_sitemap() -> Response:
    """The index: one map of pages, and one for each ten thousand agencies."""
    url = services().settings.public_url
    parts = ["pages", *(f"agencies-{number}" for number in range(_parts(public_reading())))]
    return _respond("sitemapindex", "sitemap", [f"{url}/sitemap/{part}.xml" for part in parts])


@pages.get("/sitemap/pages.xml")
def show_pages() -> Response:
    url = services().settings.public_url
    return _respond("urlset", "url", [f"{url}/{language}/{page}" for language in Language for page in PAGES])


@pages.get("/sitemap/agencies-<int:number>.xml")
def show_agencies(number: int) -> Response:
    """The English pages of agencies that are legal persons; each leads to the other languages."""
    session = public_reading()
    if number >= _parts(session):
        raise NotFound("there are fewer agencies than that")
    query = (
        select(Agency.reference)
        .join(AgencyProfile, AgencyProfile.agency_id == Agency.id)
        .where(
            Agency.id > number * IN_ONE,
            Agency.id <= (number + 1) * IN_ONE,
            Agency.erased_at.is_(None),
            AgencyProfile.superseded_at.is_(None),
            AgencyProfile.holder_kind == HolderKind.LEGAL_PERSON,
        )
        .order_by(Agency.id)
    )
    url = services().settings.public_url
    found = session.execute(query).scalars()
    return _respond("urlset", "url", [f"{url}/{Language.EN}/agencies/{reference}" for reference in found])


def _parts(session: Session) -> int:
    newest: int | None = session.execute(select(func.max(Agency.id))).scalar_one()
    return 0 if newest is None or is_demo() else (newest - 1) // IN_ONE + 1


def _respond(outer: str, inner: str, addresses: list[str]) -> Response:
    root = Xml.Element(outer, {"xmlns": _SPACE})
    for address in addresses:
        Xml.SubElement(Xml.SubElement(root, inner), "loc").text = address
    body: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=False)
    return respond_with(b'<?xml version="1.0" encoding="UTF-8"?>\n' + body, XML, KEPT, request.environ)
