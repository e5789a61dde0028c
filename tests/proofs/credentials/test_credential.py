"""The credential and the bundle as a stranger reads them."""

import json
import time
from base64 import b64decode
from datetime import date, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from registry.core.keyring import Use
from registry.log import note
from registry.log.queries import verifier_keys
from registry.log.tree import leaf_hash
from registry.register.agencies.actions import amend, erase
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import agency_row
from registry.vocabulary.register import HolderKind, LicenceStatus
from tests import make
from tests.api.shapes import assert_as_documented
from tests.log.proving import check_inclusion
from tests.proofs.credentials import reading


def ask(client, licence, what="credential"):
    return client.get(f"/api/v1/licences/{licence.licence_id}/{what}")


def credential(client, licence) -> str:
    response = ask(client, licence)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/dc+sd-jwt"
    return response.get_data(as_text=True)


def rename(session, agency_id: str, name: str) -> None:
    agency = make.public_record_of(session, agency_id)
    amend(session, make.changed(agency, names=(make.name_record(name),)), Event("agency.amended"))


def test_a_credential_is_read_by_the_libraries_of_others(client, session, publish, jwks):
    licence = make.make_licence(session, agency={"name": "Agentura Smyšlená s.r.o."}, valid_to=date(2099, 12, 31))
    publish()
    token, keys = credential(client, licence), jwks()
    payload = reading.verified(token, keys)
    assert payload["licence"]["licence_id"] == licence.licence_id
    assert payload["agency"]["names"] == ["Agentura Smyšlená s.r.o."]
    header, _ = reading.parts(token)
    assert header == {"alg": "ES256", "kid": header["kid"], "typ": "dc+sd-jwt", "x5c": header["x5c"]}
    (jwk,) = [key for key in keys["keys"] if key["kid"] == header["kid"]]
    assert SDJWTVerifier(token, lambda *_: JWK(**jwk)).get_verified_payload() == payload
    # By itself it takes no header as long as one with a certificate.
    registry = joserfc_jws.JWSRegistry(algorithms=["ES256"])
    registry.max_header_length = 2048
    found = joserfc_jws.deserialize_compact(token.removesuffix("~"), ECKey.import_key(jwk), registry=registry)
    assert json.loads(found.payload) == payload


def test_the_certificate_in_a_credential_is_the_signers_under_the_root(client, session, publish, keyring):
    licence = make.make_licence(session)
    publish()
    certificate = reading.certificate(credential(client, licence))
    root = x509.load_der_x509_certificate(b64decode(keyring.active(Use.ROOT).certificate))
    certificate.verify_directly_issued_by(root)
    assert certificate.subject.rfc4514_string() == f"CN=credential {keyring.active(Use.CREDENTIAL).kid}"
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)


def test_a_credential_points_to_its_entry_and_its_place_in_the_list(client, session, publish):
    licence = make.make_licence(session)
    publish()
    _, payload = reading.parts(credential(client, licence))
    proof = note_of(client, licence, "proof")
    assert payload["log"]["index"] == proof["index"]
    entry = b64decode(ask(client, licence, "bundle").json["entry"])
    assert payload["log"]["leaf"] == reading.base64url(leaf_hash(entry))
    assert payload["log"]["origin"] == "127.0.0.1:8000/log"
    assert payload["status"]["status_list"] == {"idx": licence.status_place, "uri": "http://127.0.0.1:8000/status/0"}


def note_of(client, licence, name) -> dict:
    """Index, hashes and checkpoint of a tlog-proof in a bundle."""
    return read_proof(ask(client, licence, "bundle").json[name])


def read_proof(text: str) -> dict:
    above, _, checkpoint = text.partition("\n\n")
    head, index, *hashes = above.split("\n")
    assert head == "c2sp.org/tlog-proof@v1"
    return {"index": int(index.split()[1]), "hashes": [b64decode(one) for one in hashes], "checkpoint": checkpoint}


def test_the_same_licence_has_the_same_credential_until_something_changes(client, session, publish):
    licence = make.make_licence(session)
    publish()
    first = ask(client, licence)
    make.make_licence(session)
    publish()
    again = ask(client, licence)
    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]
    existing = client.get(first.request.path, headers={"If-None-Match": first.headers["ETag"]})
    assert (existing.status_code, existing.data) == (304, b"")
    assert "max-age=" in existing.headers["Cache-Control"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    holder = first.get_data(as_text=True)
    _, payload = reading.parts(holder)
    rename(session, payload["agency"]["agency_id"], "Agentura Přejmenovaná s.r.o.")
    publish()
    _, renamed = reading.parts(credential(client, licence))
    assert renamed["agency"]["names"] == ["Agentura Přejmenovaná s.r.o."]


def test_a_credential_says_only_what_is_published(client, session, publish):
    first = make.make_licence(session)
    assert ask(client, first).status_code == 503
    publish()
    assert ask(client, first).status_code == 200
    second = make.make_licence(session)
    answer = ask(client, second)
    assert (answer.status_code, answer.json["code"]) == (503, "not_issuing")
    assert "Retry-After" in answer.headers
    publish()
    assert ask(client, second).status_code == 200


@pytest.mark.parametrize("what", ["credential", "bundle"])
def test_what_is_not_known_or_no_reference_is_not_found(client, session, publish, what):
    make.make_licence(session)
    publish()
    for reference in ("SUSPNDRCNS2W", "SUSPNDRCNS2X", "x"):
        assert client.get(f"/api/v1/licences/{reference}/{what}").status_code == 404


def test_a_sole_traders_credential_has_no_name_and_no_number(client, session, publish):
    trader = {"holder_kind": HolderKind.SOLE_TRADER, "name": "Tajná Osoba"}
    licence = make.make_licence(session, agency=trader, number="TAJNÉ/1")
    publish()
    token = credential(client, licence)
    _, payload = reading.parts(token)
    assert "number" not in payload["licence"]
    assert set(payload["agency"]) == {"agency_id", "country", "role"}
    assert "Tajn" not in json.dumps(payload, ensure_ascii=False)


def test_nothing_is_signed_about_whom_the_law_withholds(client, session, publish):
    licence = make.make_licence(session, agency={"holder_kind": HolderKind.SOLE_TRADER})
    publish()
    _, payload = reading.parts(credential(client, licence))
    row = agency_row(session, payload["agency"]["agency_id"])
    assert row is not None
    erase(session, row)
    publish()
    for what in ("credential", "bundle"):
        answer = ask(client, licence, what)
        assert (answer.status_code, answer.json["code"]) == (451, "withheld_by_law")


def test_nothing_is_signed_about_a_status_whose_publicity_is_over(client, session, publish):
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011
    ended = make.status_record(LicenceStatus.SUSPENDED, publish_until=yesterday)
    licence = make.make_licence(session, status_history=(ended,))
    publish()
    assert ask(client, licence).status_code == 451


def test_a_bundle_proves_each_of_its_entries(client, session, publish):
    licence = make.make_licence(session)
    for _ in range(5):
        make.make_licence(session)
    publish()
    response = ask(client, licence, "bundle")
    assert_as_documented(response, "getLicenceBundle")
    bundle = response.json
    assert bundle["v"] == 1
    assert bundle["credential"] == credential(client, licence)
    stated = [(bundle["entry"], bundle["proof"]), (bundle["agency_entry"], bundle["agency_proof"])]
    stated += [(key["entry"], key["proof"]) for key in bundle["keys"]]
    assert len(stated) == 4
    for entry, text in stated:
        proof = read_proof(text)
        checkpoint = note.verify_checkpoint(proof["checkpoint"], verifier_keys(session))
        leaf = leaf_hash(b64decode(entry))
        check_inclusion(leaf, proof["index"], checkpoint.size, proof["hashes"], checkpoint.root)
        assert json.loads(b64decode(entry))["index"] == proof["index"]
    kids = {json.loads(b64decode(key["entry"]))["record"]["kid"] for key in bundle["keys"]}
    assert kids == {reading.parts(bundle[name])[0]["kid"] for name in ("credential", "status")}


def test_a_rotated_key_signs_and_the_former_one_is_still_listed(
    client, session, publish, rotate, end_key, jwks, keyring
):
    licence = make.make_licence(session)
    publish()
    before = credential(client, licence)
    former = rotate(Use.CREDENTIAL)
    after = credential(client, licence)
    assert reading.parts(after)[0]["kid"] != reading.parts(before)[0]["kid"] == former.kid
    end_key(former)
    assert reading.verified(before, jwks()) is not None
    assert reading.verified(after, jwks()) is not None
    end_key(keyring.active(Use.CREDENTIAL), 3)
    assert former.kid in {key["kid"] for key in jwks()["keys"]}
    assert reading.parts(after)[0]["kid"] not in {key["kid"] for key in jwks()["keys"]}
    answer = ask(client, licence)
    assert (answer.status_code, answer.json["code"]) == (503, "not_issuing")


def test_every_flipped_bit_of_a_credential_is_noticed(client, session, publish, jwks):
    licence = make.make_licence(session)
    publish()
    token, keys = credential(client, licence).removesuffix("~"), jwks()
    header, _, _ = token.split(".")
    for place in range(len(header) + 1, len(token), 7):
        # Of the last character only the first two bits are the signature's; Q differs from A in one of them.
        other = "A" if token[place] != "A" else "Q"
        if token[place] == ".":
            continue
        with pytest.raises(Exception, match=r".*"):
            assert reading.verified(token[:place] + other + token[place + 1 :], keys) is None


def test_the_issuer_says_where_its_keys_and_its_type_are(client, session, publish, jwks):
    publish_something = make.make_licence(session)
    publish()
    issuer = client.get("/.well-known/jwt-vc-issuer").get_json(force=True)
    assert issuer == {"issuer": "http://127.0.0.1:8000", "jwks_uri": "http://127.0.0.1:8000/.well-known/jwks.json"}
    assert {(key["use"], key["alg"], key["kty"], len(key["x5c"])) for key in jwks()["keys"]} == {
        ("sig", "ES256", "EC", 1)
    }
    assert len(jwks()["keys"]) == 3
    _, payload = reading.parts(credential(client, publish_something))
    described = client.get(payload["vct"].removeprefix("http://127.0.0.1:8000"))
    assert described.get_json(force=True)["vct"] == payload["vct"]
    for path, operation in (
        ("/.well-known/jwt-vc-issuer", "getCredentialIssuer"),
        ("/.well-known/jwks.json", "getCredentialKeys"),
        ("/vct/recruitment-licence/v1", "getCredentialType"),
    ):
        assert_as_documented(client.get(path), operation)
    for path in ("/.well-known/jwt-vc-issuer", "/.well-known/jwks.json", "/vct/recruitment-licence/v1", "/status/0"):
        response = client.get(path)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        existing = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
        assert (existing.status_code, existing.data) == (304, b"")
    assert client.get("/.well-known/jwks.json").mimetype == "application/jwk-set+json"


def test_a_credentials_claims_are_seconds_in_the_past(client, session, publish):
    licence = make.make_licence(session)
    publish()
    _, payload = reading.parts(credential(client, licence))
    assert 0 <= time.time() - payload["iat"] < 60
