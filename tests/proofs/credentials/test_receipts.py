"""Check receipts: what is signed, and everything that could be presented instead of one."""

import hashlib
import hmac
import json
import string
import time
from datetime import timedelta

import pytest
import time_machine

from registry.core.clock import instant_text, now
from registry.core.keyring import Keyring, Use
from registry.http.transaction import services
from registry.log.ending import recover
from registry.log.queries import published
from registry.proofs.credentials.rules import record_digest
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.codes import ProofFlaw
from registry.vocabulary.register import LicenceStatus
from tests import make
from tests.api.shapes import assert_as_documented
from tests.page_languages import PAGE_LANGUAGES
from tests.proofs.credentials import reading

URL = "/api/v1/verify"
RECEIPT = "application/registry-receipt+jwt"

pytestmark = pytest.mark.one_database


@pytest.fixture
def holder(session, publish) -> record.Agency:
    """An agency whose one licence answers yes."""
    agency = make.make_agency(session, licences=(make.licence_record(number="VYMYSL/R1"),))
    publish()
    return agency


def receipt(client, **question) -> str:
    requested = {"licence_number": "VYMYSL/R1"} | make.CZECH_AT_HOME | question
    response = client.get(URL, query_string={**requested, "receipt": "1"})
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.json["receipt"]


def check(client, token: str, **headers) -> dict:
    response = client.post("/api/v1/receipts/verify", json={"receipt": token}, headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert_as_documented(response, "verifyReceipt")
    return response.json


def flaw(client, token: str) -> str:
    """Why a text is refused; nothing of it may be repeated."""
    answer = check(client, token)
    assert answer["genuine"] == "no"
    assert answer["key"] is answer["then"] is answer["today"] is None
    return answer["problem"]["code"]


def test_a_receipt_states_question_answer_record_and_log(client, session, holder, jwks, request):
    requested = {"licence_number": "VYMYSL/R1", "destination": "CZ", "on": "2026-11-20"}
    response = client.get(URL, query_string={**requested, "receipt": "1"})
    assert_as_documented(response, "verify")
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    payload = reading.verified(response.json["receipt"], jwks())
    assert payload["question"] == requested
    assert payload["verdict"] == response.json["verdict"]
    assert payload["reasons"] == [reason["code"] for reason in response.json["reasons"]]
    assert payload["on"] == "2026-11-20"
    assert payload["records"] == [
        {"agency_id": holder.agency_id, "sha256": record_digest(make.public_record_of(session, holder.agency_id))}
    ]
    head = published(request.getfixturevalue("reading"))
    assert payload["log"]["size"] == head.size
    assert payload["log"]["origin"] == head.origin
    assert abs(payload["iat"] - time.time()) < 60


def test_a_receipt_alone_is_what_accept_asks_for(client, holder, jwks):
    for response in (
        client.get(URL, query_string={"licence_number": "VYMYSL/R1"} | make.CZECH_AT_HOME, headers={"Accept": RECEIPT}),
        client.post(URL, json={"licence_number": "VYMYSL/R1"} | make.CZECH_AT_HOME, headers={"Accept": RECEIPT}),
    ):
        assert_as_documented(response, "verify")
        assert response.mimetype == RECEIPT
        assert response.headers["Cache-Control"] == "no-store"
        assert reading.verified(response.get_data(as_text=True), jwks())["verdict"] == "yes"


def test_a_posted_question_is_signed_alike(client, holder, jwks):
    response = client.post(URL, json={"licence_number": "VYMYSL/R1", "receipt": True})
    assert_as_documented(response, "verifyByPost")
    assert reading.verified(response.json["receipt"], jwks())["question"] == {"licence_number": "VYMYSL/R1"}


@pytest.mark.parametrize("accept", ["application/json", "*/*", f"{RECEIPT};q=0.1, application/json"])
def test_who_asks_for_no_receipt_gets_none_and_the_answer_may_be_kept(client, holder, accept):
    for query in ({}, {"receipt": "0"}, {"receipt": "false"}):
        requested = {"licence_number": "VYMYSL/R1", **query}
        response = client.get(URL, query_string=requested, headers={"Accept": accept})
        assert "receipt" not in response.json
        assert "ETag" in response.headers
        varying = {value for name, value in response.headers if name == "Vary"}
        assert varying == {"Accept", "Accept-Language", "Accept-Encoding"}


def test_a_receipt_is_asked_for_by_one_or_true(client, holder):
    answer = client.get(URL, query_string={"licence_number": "VYMYSL/R1", "receipt": "maybe"})
    assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (400, "receipt")
    assert client.post(URL, json={"licence_number": "VYMYSL/R1", "receipt": 7}).status_code == 400


def test_without_keys_the_answer_is_given_and_the_receipt_is_not(client, session):
    make.make_licence(session, number="VYMYSL/R1")
    assert client.get(URL, query_string={"licence_number": "VYMYSL/R1"}).status_code == 200
    answer = client.get(URL, query_string={"licence_number": "VYMYSL/R1", "receipt": "1"})
    assert (answer.status_code, answer.json["code"]) == (503, "not_issuing")


def test_a_genuine_receipt_is_answered_again(client, holder, keyring):
    answer = check(client, receipt(client))
    assert answer["genuine"] == "yes"
    assert answer["problem"] is None
    assert answer["key"] == {"kid": keyring.active(Use.RECEIPT).kid, "state": "active"}
    assert answer["then"]["verdict"] == answer["today"]["verdict"] == "yes"
    assert answer["changed"] == []


def test_a_receipt_shows_what_has_changed_since(client, session, holder, publish):
    token = receipt(client)
    licence = make.changed(
        holder.licences[0], status_history=(make.status_record(LicenceStatus.REVOKED, from_=now().date()),)
    )
    amend(session, make.changed(holder, licences=(licence,)), Event("licence.revoked"))
    publish()
    answer = check(client, token)
    assert answer["genuine"] == "yes"
    assert (answer["then"]["verdict"], answer["today"]["verdict"]) == ("yes", "no")
    assert {"verdict", "reasons", "records"} <= set(answer["changed"])


def test_a_receipt_without_an_agency_says_so_and_is_still_ours(client, session, holder):
    answer = check(client, receipt(client, licence_number="VYMYSL/NOBODY"))
    assert answer["genuine"] == "yes"
    assert answer["then"]["records"] == []


def test_a_receipt_of_what_was_known_then_stays(client, session, holder):
    at = instant_text(now() - timedelta(seconds=1))
    answer = check(client, receipt(client, known_at=at))
    assert answer["genuine"] == "yes"
    assert answer["then"]["question"]["known_at"].startswith(at[:19])


def test_no_answer_about_a_receipt_is_kept_or_limited_to_our_own_pages(client, holder):
    response = client.post("/api/v1/receipts/verify", json={"receipt": receipt(client)})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_every_character_of_a_receipt_counts(client, holder):
    token = receipt(client)
    alphabet = string.ascii_letters + string.digits + "-_"
    for place in range(0, len(token), 11):
        for other in (alphabet[(alphabet.find(token[place]) + 1) % 64], alphabet[alphabet.find(token[place]) ^ 1]):
            changed = token[:place] + other + token[place + 1 :]
            assert check(client, changed)["genuine"] == "no", place
    for cut in (token[:-1], token + "A", token + ".", token[1:], token + "=", token.replace(".", "", 1)):
        assert check(client, cut)["genuine"] == "no"


def test_spare_bits_of_the_last_character_are_no_second_form(client, holder):
    token = receipt(client)
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    others = [token[:-1] + alphabet[alphabet.index(token[-1]) ^ bits] for bits in range(1, 16)]
    assert {check(client, other)["genuine"] for other in others} == {"no"}


def test_no_other_algorithm_is_believed(client, holder, keyring):
    header, payload = reading.parts(receipt(client))
    for algorithm in ("none", "None", "HS256", "RS256", "ES384", "EdDSA", "es256", "", None, 7, ["ES256"]):
        token = reading.forged({**header, "alg": algorithm}, payload, keyring.signer(Use.RECEIPT))
        assert flaw(client, token) == "algorithm_not_allowed"
    assert flaw(client, reading.forged({"typ": header["typ"]}, payload)) == "algorithm_not_allowed"


def test_a_receipt_signed_with_the_public_key_as_a_password_is_refused(client, holder, jwks):
    header, payload = reading.parts(receipt(client))
    signed = reading.forged({**header, "alg": "HS256"}, payload).rpartition(".")[0]
    for key in jwks()["keys"]:
        mac = hmac.new(json.dumps(key).encode(), signed.encode(), hashlib.sha256).digest()
        assert flaw(client, f"{signed}.{reading.base64url(mac)}") == "algorithm_not_allowed"


@pytest.mark.parametrize("kind", ["JWT", "dc+sd-jwt", "statuslist+jwt", "", None, "registry-receipt+JWT"])
def test_no_other_type_is_taken_for_a_receipt(client, holder, keyring, kind):
    header, payload = reading.parts(receipt(client))
    assert flaw(client, reading.forged({**header, "typ": kind}, payload, keyring.signer(Use.RECEIPT))) == "wrong_type"


def test_what_is_signed_for_another_purpose_is_no_receipt(client, holder, keyring):
    licence = holder.licences[0]
    token = client.get(f"/api/v1/licences/{licence.licence_id}/credential").get_data(as_text=True)
    assert flaw(client, token) == "wrong_type"
    assert flaw(client, client.get("/status/0").get_data(as_text=True)) == "wrong_type"
    header, payload = reading.parts(receipt(client))
    for use in (Use.CREDENTIAL, Use.STATUS):
        signer = keyring.signer(use)
        token = reading.forged({**header, "kid": signer.key.kid}, payload, signer)
        assert flaw(client, token) == "wrong_use"


def test_a_foreign_key_is_not_believed_whatever_its_header_says(client, holder, tmp_path):
    header, payload = reading.parts(receipt(client))
    stranger = Keyring(tmp_path / "stranger").make(Use.RECEIPT, instant_text(now()))
    assert flaw(client, reading.forged(header, payload, stranger)) == "bad_signature"
    for more in (
        {"kid": stranger.key.kid},
        {"kid": stranger.key.kid, "jku": "http://127.0.0.1:1/jwks.json"},
        {"kid": stranger.key.kid, "jwk": stranger.key.public},
        {"kid": stranger.key.kid, "x5u": "http://127.0.0.1:1/cert"},
        {"kid": "../../etc/passwd"},
    ):
        assert flaw(client, reading.forged({**header, **more}, payload, stranger)) == "unknown_key"
    for more in ({"jwk": stranger.key.public}, {"jku": "http://127.0.0.1:1/jwks.json"}):
        assert flaw(client, reading.forged({**header, **more}, payload, stranger)) == "bad_signature"


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b.c", "é.é.é", "{}", "e30.e30.", "eyJhbGciOiJFUzI1NiJ9", "\x00", "[]", "W10.W10.W10"],
)
def test_what_has_no_form_of_a_receipt_is_malformed(client, holder, token):
    assert flaw(client, token) in ("malformed", "algorithm_not_allowed")


def test_a_header_with_a_name_twice_or_a_rule_we_do_not_know_is_malformed(client, holder, keyring):
    header, payload = reading.parts(receipt(client))
    signer = keyring.signer(Use.RECEIPT)
    assert flaw(client, reading.forged({**header, "crit": ["exp"]}, payload, signer)) == "malformed"
    double = reading.base64url(b'{"alg":"none",' + json.dumps(header).encode()[1:])
    signed = f"{double}.{reading.base64url(json.dumps(payload).encode())}"
    assert flaw(client, f"{signed}.{reading.base64url(signer.sign(signed.encode()))}") == "malformed"
    deep = reading.base64url(b"[" * 8000)
    assert flaw(client, f"{deep}.{deep}.{deep}") in ("malformed", "too_large")


def test_what_is_larger_than_any_receipt_is_not_looked_into(client, holder, keyring):
    header, payload = reading.parts(receipt(client))
    big = reading.forged(header, {**payload, "more": "x" * 20_000}, keyring.signer(Use.RECEIPT))
    assert flaw(client, big) == "too_large"
    assert client.post("/api/v1/receipts/verify", json={"receipt": "x" * 170_000}).status_code == 413


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"v": 2}, "malformed"),
        ({"iat": "now"}, "malformed"),
        ({"iat": -1}, "malformed"),
        ({"question": []}, "malformed"),
        ({"log": {"origin": "127.0.0.1:8000/log", "size": 10**9, "root": ""}}, "not_in_log"),
        ({"log": {"origin": "127.0.0.1:8000/log", "size": 0, "root": ""}}, "not_in_log"),
        ({"log": {"origin": "elsewhere.example/log"}}, "malformed"),
        ({"iat": 2**40}, "from_the_future"),
    ],
)
def test_a_stolen_key_cannot_say_what_the_log_denies(client, holder, keyring, change, code):
    header, payload = reading.parts(receipt(client))
    assert flaw(client, reading.forged(header, payload | change, keyring.signer(Use.RECEIPT))) == code


def test_a_root_that_the_log_never_had_is_refused(client, holder, keyring):
    header, payload = reading.parts(receipt(client))
    signer = keyring.signer(Use.RECEIPT)
    for more in ({"root": "A" * 43 + "="}, {"origin": "elsewhere.example/log"}, {"size": payload["log"]["size"] - 1}):
        wrong = payload | {"log": payload["log"] | more}
        assert flaw(client, reading.forged(header, wrong, signer)) == "not_in_log"


def test_a_receipt_outlives_the_name_of_the_log_and_what_was_lost_with_it_is_unknown(
    client, app, settings, holder, keyring, publish
):
    """A backup was restored, and the log goes on as log-3: no receipt from before is then called forged."""
    before = receipt(client)
    recover(settings, services(app).sessions, "registry.example/log-3")
    publish()
    assert check(client, before)["genuine"] == "yes"
    header, payload = reading.parts(before)
    for origin in (payload["log"]["origin"], "registry.example/log", "registry.example/log-2"):
        lost = payload | {"log": {"origin": origin, "size": 4711, "root": "A" * 43 + "="}}
        answer = check(client, reading.forged(header, lost, keyring.signer(Use.RECEIPT)))
        assert (answer["genuine"], answer["problem"]["code"]) == ("unknown", "lost_from_log")
        assert answer["then"]["verdict"] == "yes"
    for origin in ("registry.example/log-4", "registry.example/log-1", "elsewhere.example/log"):
        never = payload | {"log": payload["log"] | {"origin": origin}}
        assert flaw(client, reading.forged(header, never, keyring.signer(Use.RECEIPT))) == "not_in_log"


def test_a_receipt_outlives_the_retirement_of_its_key_but_a_later_one_is_refused(
    client, session, holder, rotate, end_key, keyring, publish
):
    before = receipt(client)
    former = rotate(Use.RECEIPT)
    old_signer = keyring.signer_of(former.kid)
    end_key(former)
    answer = check(client, before)
    assert (answer["genuine"], answer["key"]["state"]) == ("yes", "retired")
    _, payload = reading.parts(receipt(client))
    header, _ = reading.parts(before)
    assert flaw(client, reading.forged(header, payload, old_signer)) == "key_retired"


@pytest.mark.parametrize("last_good_index", [0, 6])
def test_a_receipt_of_a_compromised_key_cannot_be_judged(client, holder, rotate, end_key, last_good_index):
    before = receipt(client)
    end_key(rotate(Use.RECEIPT), last_good_index)
    answer = check(client, before)
    assert answer["genuine"] == "unknown"
    assert answer["problem"]["code"] == "key_compromised"
    assert answer["key"]["state"] == "compromised"
    assert answer["then"]["verdict"] == "yes"
    assert check(client, receipt(client))["genuine"] == "yes"


def test_a_question_that_is_no_longer_taken_has_no_answer_of_today(client, holder, keyring):
    header, payload = reading.parts(receipt(client))
    signer = keyring.signer(Use.RECEIPT)
    for question in ({}, {"former_parameter": "x"}, {"lei": "0"}, {"name": {"a": 1}}):
        token = reading.forged(header, payload | {"question": question}, signer)
        answer = client.post("/api/v1/receipts/verify", json={"receipt": token}).json
        assert (answer["genuine"], answer["today"], answer["changed"]) == ("yes", None, [])


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_refusal_is_worded_in_each_language(client, holder, language):
    answer = check(client, "x", **{"Accept-Language": language.value})
    assert answer["problem"]["code"] == ProofFlaw.MALFORMED
    assert answer["problem"]["text"].endswith((".", "。"))


def test_a_clock_that_was_set_back_a_little_makes_no_receipt_false(client, holder):
    token = receipt(client)
    with time_machine.travel(now() - timedelta(seconds=60)):
        assert check(client, token)["genuine"] == "yes"
    with time_machine.travel(now() - timedelta(hours=1)):
        assert check(client, token)["problem"]["code"] == "from_the_future"
