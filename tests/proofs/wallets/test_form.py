"""Credentials for wallets as a stranger reads them: HAIP 1.0, SD-JWT VC, and the members of ETSI TS 119 472-1."""

import hashlib
import itertools
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from cryptography import x509
from cryptography.x509.oid import NameOID
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from registry.core.clock import now
from registry.core.errors import NotIssuing, NotNow
from registry.core.keyring import Use
from registry.log.keys import new_key, sync_keys
from registry.proofs.wallets import rules
from registry.proofs.wallets.issuing import Subject
from registry.proofs.wallets.status import draw_place
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.supervision import WalletForm
from tests import make
from tests.proofs.credentials import reading
from tests.proofs.wallets.making import (
    OPERATOR,
    Held,
    WalletKey,
    agency_with_licence,
    card_in_wallet,
    licence_in_wallet,
    order,
    path_of,
    state_status,
    value_of,
)

URL = "http://127.0.0.1:8000"
DAYS_14 = 14 * 86_400


def test_a_licence_states_itself_its_term_and_who_issued_it(client, session, publish, issuer):
    agency = agency_with_licence(session, valid_to=date(2099, 12, 31))
    publish()
    held = licence_in_wallet(session, issuer, agency)
    claims, licence = held.claims, agency.licences[0]
    assert claims["exp"] - claims["nbf"] == DAYS_14
    assert claims["nbf"] == claims["iat"]
    # Where the authority sits it is an hour earlier than in UTC.
    assert datetime.fromtimestamp(claims["adm_nbf"], UTC) == datetime(2019, 12, 31, 23, tzinfo=UTC)
    assert datetime.fromtimestamp(claims["adm_exp"], UTC) == datetime(2099, 12, 31, 23, tzinfo=UTC)
    assert claims["category"] == "urn:etsi:esi:eaa:eu:pub"
    assert (claims["issuing_authority"], claims["issuing_country"], claims["iss_reg_id"]) == OPERATOR_FACTS
    assert claims["iss"] == URL
    assert claims["licence"]["number"] == licence.number
    assert "status_place" not in claims["licence"]
    assert claims["agency"]["names"] == [agency.names[0].name]
    assert claims["cnf"] == {"jwk": held.key.jwk}


OPERATOR_FACTS = (OPERATOR.name, OPERATOR.country, OPERATOR.identifier)


def test_it_is_signed_under_a_root_that_names_the_operator(client, session, publish, issuer, keyring):
    agency = agency_with_licence(session)
    publish()
    held = licence_in_wallet(session, issuer, agency)
    header, _ = held.parts
    assert (header["typ"], header["alg"], len(header["x5c"])) == ("dc+sd-jwt", "ES256", 1)
    leaf = x509.load_der_x509_certificate(b64decode(header["x5c"][0]))
    root = x509.load_der_x509_certificate(b64decode(keyring.active(Use.ROOT).certificate))
    leaf.verify_directly_issued_by(root)
    for certificate in (leaf, root):
        found = [
            certificate.subject.get_attributes_for_oid(oid)[0].value
            for oid in (NameOID.ORGANIZATION_NAME, NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_IDENTIFIER)
        ]
        assert tuple(found) == OPERATOR_FACTS
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [URL]
    key = JWK.from_pyca(leaf.public_key())
    verified = SDJWTVerifier(held.compact, lambda *_: key).get_verified_payload()
    assert verified["licence"] == held.claims["licence"]


TYPES = {
    "http://127.0.0.1:8000/vct/recruitment-licence/v2": "sha256-gFgXG6IhHh03ixXXaULBM8tPlCq3fzzlCvBGdxfN760=",
    "http://127.0.0.1:8000/vct/recruiter-staff-card/v1": "sha256-nnC7Wavbf/s7mgfaLGiM7VMUVJEAyxQSZxhUmKFxZLk=",
}
"""What stands at a type never changes, or wallets would hold what no reader takes: other words are another version."""


def test_the_type_is_served_with_the_bytes_that_it_names(client, session, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    card = order(session, issuer, agency)
    for held in (licence_in_wallet(session, issuer, agency), card_in_wallet(session, issuer, card)):
        response = client.get(path_of(held.claims["vct"]))
        digest = b64encode(hashlib.sha256(response.data).digest()).decode()
        assert held.claims["vct#integrity"] == f"sha256-{digest}" == TYPES[held.claims["vct"]]
        assert response.json["vct"] == held.claims["vct"]
        assert [one["locale"] for one in response.json["display"]] == ["en", "it", "zh-Hans", "zh-Hant", "fr", "ro"]


def test_a_staff_card_says_what_the_agency_says_and_keeps_the_name_back(client, session, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    held = card_in_wallet(session, issuer, order(session, issuer, agency, "Ada", "Esempio"))
    assert held.claims["acts_as"] == "recruiter"
    assert held.claims["licence_id"] == agency.licences[0].licence_id
    assert "category" not in held.claims
    assert "sub" not in held.claims
    assert not {"given_name", "family_name"} & held.claims.keys()
    assert held.disclosed == {"given_name": "Ada", "family_name": "Esempio"}


def test_the_status_has_both_forms_and_its_list_names_its_issuer(client, session, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    held = licence_in_wallet(session, issuer, agency)
    status = held.claims["status"]
    assert (status["index"], status["uri"]) == (status["status_list"]["idx"], status["status_list"]["uri"])
    assert (status["type"], status["purpose"]) == ("TokenStatusList", "revocation")
    answer = client.get(path_of(status["uri"]))
    token = answer.get_data(as_text=True)
    header, payload = reading.parts(token)
    assert (header["typ"], len(header["x5c"])) == ("statuslist+jwt", 1)
    certificate = reading.certificate(token)
    assert certificate.issuer != certificate.subject
    assert (payload["iss"], payload["sub"]) == (URL, status["uri"])
    # What caches on the way and the reader keep is one minute at most.
    kept = dict(one.partition("=")[::2] for one in answer.headers["Cache-Control"].split(", "))
    assert payload["ttl"] + sum(int(seconds) for seconds in kept.values() if seconds) == 60
    assert value_of(client, held) == 0


def test_a_list_of_a_former_time_is_refused(client, session, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    licence_in_wallet(session, issuer, agency)
    assert client.get("/status/w/0", query_string={"time": "1686925000"}).status_code == 501
    assert client.get("/status/w/1").status_code == 404
    assert client.get("/status/w/00").status_code == 404


def test_a_suspension_is_seen_and_lifted_and_a_revocation_is_for_good(client, session, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    held = licence_in_wallet(session, issuer, agency)
    make.suspend(session, agency.agency_id)
    publish()
    assert value_of(client, held) == 2
    state_status(session, agency)
    publish()
    assert value_of(client, held) == 0
    state_status(session, agency, LicenceStatus.REVOKED_IMMEDIATE)
    publish()
    assert value_of(client, held) == 1
    assert issuer.settle(session, now()) == (0, 1)
    # A court sets the revocation aside: the licence holds again, the copy does not.
    state_status(session, agency)
    publish()
    assert value_of(client, held) == 1
    assert value_of(client, licence_in_wallet(session, issuer, agency)) == 0


def test_a_copy_ends_when_what_it_states_has_changed(client, session, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    held = licence_in_wallet(session, issuer, agency)
    assert issuer.settle(session, now()) == (0, 0)
    stated = make.public_record_of(session, agency.agency_id)
    amend(session, make.changed(stated, names=(make.name_record("Jiná Smyšlená s.r.o."),)), Event("agency.amended"))
    publish()
    assert issuer.settle(session, now() + timedelta(seconds=1)) == (0, 1)
    assert value_of(client, held) == 1


def test_nothing_is_issued_on_a_licence_that_is_not_in_force(session, publish, issuer):
    agency = agency_with_licence(session, status=LicenceStatus.SUSPENDED)
    publish()
    with pytest.raises(NotNow):
        licence_in_wallet(session, issuer, agency)
    over = agency_with_licence(session, valid_to=date(2024, 1, 1))
    publish()
    with pytest.raises(NotNow):
        licence_in_wallet(session, issuer, over)


def test_a_credential_ends_with_the_term_of_its_licence(session, publish, issuer):
    agency = agency_with_licence(session, valid_to=now().date() + timedelta(days=3))
    publish()
    claims = licence_in_wallet(session, issuer, agency).claims
    assert claims["exp"] == claims["adm_exp"]


def test_a_certificate_that_names_no_operator_issues_nothing(session, publish, issuer, keyring):
    """As keys that were made before the operator was stated."""
    agency = agency_with_licence(session)
    publish()
    keyring.keep(new_key(keyring, Use.CREDENTIAL, URL).key)
    sync_keys(session, keyring)
    publish()
    with pytest.raises(NotIssuing, match="registry keys rotate credential"):
        licence_in_wallet(session, issuer, agency)


@pytest.mark.one_database
def test_places_are_drawn_by_chance_and_none_twice(session, publish, issuer):
    agency = agency_with_licence(session)
    facts = {
        "form": WalletForm.LICENCE, "licence": agency.licences[0].licence_id, "staff_card_id": None, "grant_id": None,
        "access": None, "content": "c", "issued_at": now(), "expires_at": now(),
    }  # fmt: skip
    drawn = [draw_place(session, **facts) for _ in range(2000)]
    assert len(set(drawn)) == 2000
    assert {number for number, _ in drawn} == {0}
    places = [place for _, place in drawn]
    bins = [0] * 16
    for place in places:
        bins[place * 16 // 131_072] += 1
    # 15 degrees of freedom: by chance more than 60 comes once in four million runs.
    assert sum((found - 125) ** 2 / 125 for found in bins) < 60
    rising = sum(before < after for before, after in itertools.pairwise(places))
    assert 0.45 < rising / 1999 < 0.55


def test_where_it_is_off_nothing_is_routed(settings, make_app):
    client = make_app(replace(settings, wallets=None)).test_client()
    for path in ("/status/w/0", "/vct/recruitment-licence/v2", "/.well-known/openid-credential-issuer"):
        assert client.get(path).status_code == 404


def test_credentials_share_no_place(session, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    subject, at = Subject(WalletForm.LICENCE, agency.licences[0].licence_id), now()
    issued = [Held(issuer.issue(session, subject, WalletKey.new().jwk, at), WalletKey.new()) for _ in range(50)]
    assert len({tuple(held.claims["status"]["status_list"].values()) for held in issued}) == 50
    assert len({held.claims["cnf"]["jwk"]["x"] for held in issued}) == 50


def test_a_list_is_signed_anew_only_when_its_own_contents_changed_or_half_its_time_is_over(
    client, session, publish, issuer
):
    """The log of a country grows all day, and a list is large: each copy of it that is signed is fetched by all who read it."""
    agency = agency_with_licence(session)
    publish()
    held = licence_in_wallet(session, issuer, agency)
    with time_machine.travel(now() + timedelta(seconds=1), tick=False) as clock:
        first = client.get("/status/w/0").data
        agency_with_licence(session)
        publish()
        licence_in_wallet(session, issuer, agency)
        assert client.get("/status/w/0").data == first
        make.suspend(session, agency.agency_id)
        publish()
        assert value_of(client, held) == 2
        second = client.get("/status/w/0").data
        clock.shift(23)
        assert client.get("/status/w/0").data == second
        clock.shift(2)
        assert client.get("/status/w/0").data != second


DIGESTS = {
    WalletForm.LICENCE: "sha256-nrOi/MEeKerEtHTq3mapz0fYXbPcixYEvs33n0CWwuY=",
    WalletForm.STAFF_CARD: "sha256-Yh/xx+USRJrIZ544HNkFTBI/JxIJ/8lcCl9yrXLtYmA=",
}


def test_the_document_of_a_type_stays_as_it_was_published():
    """Credentials in wallets bear its digest (`vct#integrity`): another document is another version, at its own address."""
    for form, digest in DIGESTS.items():
        assert rules.integrity_of(rules.type_document("https://registry.example", form)) == digest
