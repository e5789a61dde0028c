"""A name and a portrait of staff are in nothing that a registry leaves behind, while the card lives and after its end.

The database as it lies on the disk and as it is dumped, the home with keys, files and the server's lines, metrics and traces. One
name that is meant to be public is looked for too, so that a search that finds nothing is known to be able to.
"""

import html
import io
import re
import secrets
from base64 import b64encode
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from PIL import Image
from sqlalchemy import select

from registry.accounts.sessions import form_token
from registry.complaints.case import units
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.settings import Edge
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from registry.proofs.wallets import staff
from registry.proofs.wallets.card_codes import card_code, card_of_row
from registry.proofs.wallets.grants import Offer
from registry.proofs.wallets.models import StaffCard
from tests.collector import running_collector
from tests.complaints.artefacts import artefacts, found
from tests.officers.making import make_officer
from tests.proofs.wallets.making import OPERATOR, agency_with_licence
from tests.proofs.wallets.wallet import URL, Provider, Wallet
from tests.serving import serve
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.in_test_all, pytest.mark.real_clock]


@dataclass(frozen=True)
class Site:
    """A server on a socket, asked by a signed-in representative, a wallet and a worker's phone."""

    base_url: str
    token: str

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        headers = {"Host": URL.partition("//")[2], "Cookie": f"console={self.token}", **request.pop("headers", {})}
        address = self.base_url + path
        return requests.request(method, address, headers=headers, timeout=60, allow_redirects=False, **request)

    def act(self, path: str, fields: dict[str, str], **request: Any) -> requests.Response:
        """What a form of the console sends."""
        return self.ask("POST", path, data={"form": form_token(self.token), **fields}, **request)

    def post(self, path: str, **request: Any) -> Any:
        """As Flask's client, for `Wallet`."""
        answer = self.ask("POST", path, **request)
        return SimpleNamespace(
            status_code=answer.status_code,
            headers=answer.headers,
            json=answer.json(),
            get_data=lambda as_text: answer.text,
        )


def photograph(word: str) -> bytes:
    """A face with words in it, as telephones write them."""
    exif = Image.Exif()
    exif[0x010E] = word
    body = io.BytesIO()
    Image.effect_noise((96, 120), 90).convert("RGB").save(body, "JPEG", exif=exif)
    return body.getvalue()


@pytest.fixture
def server_of(database, request):
    return request.getfixturevalue("postgres") if database.kind == "postgresql" else None


def test_names_and_portraits_of_staff_are_left_nowhere(
    settings, session, publish, issuer, database, server_of, tmp_path
):
    given, family, place = (f"canary{one}{secrets.token_hex(6)}" for one in ("given", "family", "place"))
    agency, provider = agency_with_licence(session), Provider()
    publish()
    unit = units.agency_unit(session, Sealer(issuer.keyring), agency.agency_id, now().date())
    who = make_officer(session, issuer.keyring, Role.AGENCY_REP, unit=unit.reference, name="R Rep", email="r@a.example")
    token = OFFICER_SESSIONS.begin(session, who.officer, now(), is_full=True)
    session.commit()
    licence = agency.licences[0].licence_id
    served_settings = replace(settings, edges=frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE}), has_metrics=True)
    with running_collector(tmp_path / "collector") as collector:
        extra = {
            "REGISTRY_URL": URL,
            "REGISTRY_WALLETS": "on",
            "REGISTRY_OPERATOR": "; ".join((OPERATOR.name, OPERATOR.country, OPERATOR.identifier)),
            "REGISTRY_WALLET_PROVIDERS": str(provider.write_root(tmp_path / "providers.pem")),
            "REGISTRY_TRACES_URL": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with serve(served_settings, extra=extra) as served:
            site = Site(served.base_url, token)
            fields = {"licence": licence, "given_name": given, "family_name": family}
            sent = {"portrait": ("face.jpg", photograph(place), "image/jpeg")}
            assert site.act("/console/wallets/cards", fields, files=sent).status_code == 303
            session.rollback()
            card = session.execute(select(StaffCard)).scalar_one()
            reference, portrait = card.reference, staff.portrait_on(issuer.keyring, card)
            assert portrait is not None
            code = card_code(session, card_of_row(issuer.keyring, card), URL, issuer.signer()).partition("#")[2]
            # SQLite lets one transaction write at a time.
            session.rollback()
            # Each act in which a name is shown or handed out.
            assert given in site.ask("GET", "/console/wallets").text
            held = card_to_wallet(site, provider, licence, reference)
            assert held.disclosed["family_name"] == family
            shown = site.ask("POST", "/v", data={"code": code, "language": "en"})
            assert family in shown.text
            assert site.ask("GET", f"/console/wallets/cards/{reference}/card.pdf").status_code == 200
            # What is typed wrong is quoted to who typed it, and to no one else.
            assert site.act("/console/wallets/cards", {**fields, "given_name": given * 9}).status_code == 400
            until(lambda: {"POST /console/wallets/cards", "POST /v"} <= {span.name for span in collector.spans()})

            def left() -> list[tuple[str, bytes]]:
                metrics = site.ask("GET", "/metrics").content
                traces = b"".join(collector.received())
                return [*artefacts(settings, database, server_of), ("metrics", metrics), ("traces", traces)]

            assert seen_in(left(), (given, family, place), portrait) == set()
            assert {word for word, _ in found([agency.names[0].name], left())} == {agency.names[0].name}
            assert site.act(f"/console/wallets/cards/{reference}/end", {"confirmed": "yes"}).status_code == 303
            assert seen_in(left(), (given, family, place), portrait) == set()
    session.refresh(card)
    assert (card.person, card.portrait, card.portrait_digest) == (None, None, None)


def card_to_wallet(site: Site, provider: Provider, licence: str, card: str) -> Any:
    """The card in a wallet that reads the representative's offer."""
    offered = site.act("/console/wallets/offers", {"licence": licence, "card": card}).text
    [link] = re.findall(r'href="haip-vci:([^"]+)"', offered)
    [number] = re.findall(r"<code>([0-9]{6})</code>", offered)
    wallet = Wallet(site, provider)
    answer = wallet.by_offer(Offer(f"openid-credential-offer:{html.unescape(link)}", number, now()))
    return wallet.obtain(answer.json["access_token"], "recruiter-staff-card")


def seen_in(left: list[tuple[str, bytes]], words: tuple[str, ...], portrait: bytes) -> set[tuple[str, str]]:
    """What is found of words and of a picture, and where."""
    pieces = [portrait[200:264], b64encode(portrait)[400:464], portrait[200:264].hex().encode()]
    return found(words, left) | {("portrait", name) for name, body in left if any(one in body for one in pieces)}
