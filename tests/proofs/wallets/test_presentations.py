"""A wallet is asked and answers: organisations read what came of it by their key, a worker on the page that shows the code."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from registry_client.webhooks import verified
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.core.settings import Settings
from registry.proofs.wallets import presentations, staff
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.models import Presentation
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus
from registry.worker.scheduler import WatchLoop
from tests import make
from tests.api.organisations.conftest import Program, program_of
from tests.make import ZONES, changed, status_record
from tests.proofs.wallets import answering
from tests.proofs.wallets.answering import Request
from tests.proofs.wallets.making import (
    Held,
    agency_with_licence,
    call_of,
    card_in_wallet,
    licence_in_wallet,
    order,
    path_of,
)
from tests.watches.delivery.making import make_webhook
from tests.watches.receiving import listening

ASKED = "/api/v1/presentations"
NAMES = ("given_name", "family_name", "portrait_digest")
BODY = {"ask": "both", "purpose": "To see who recruits at our gate", "origin": "CN", "destination": "CZ"}


@pytest.fixture
def agency(session: Session, publish: Callable[[], None]) -> record.Agency:
    made = agency_with_licence(session)
    publish()
    return made


@pytest.fixture
def licence(session: Session, issuer: WalletIssuer, agency: record.Agency) -> Held:
    return licence_in_wallet(session, issuer, agency)


@pytest.fixture
def card(session: Session, issuer: WalletIssuer, agency: record.Agency) -> Held:
    return card_in_wallet(session, issuer, order(session, issuer, agency))


@pytest.fixture
def program(client: FlaskClient, session: Session) -> Program:
    return program_of(client, session)


def asked(client: FlaskClient, program: Program, **changes: Any) -> tuple[Request, str]:
    """The request that a wallet fetches, and where its result is read."""
    response = program.post(ASKED, BODY | changes)
    assert response.status_code == 201, response.get_json()
    return answering.fetch(client, response.get_json()["link"]), response.headers["Location"]


def result(program: Program, path: str) -> dict[str, Any]:
    response = program.get(path)
    assert response.status_code == 200
    return dict(response.get_json())


def state(session: Session, agency: record.Agency, status: LicenceStatus) -> None:
    today = day_at(now(), ZONES["CZ"])
    history = (status_record(to=today - timedelta(days=1)), status_record(status, from_=today))
    one = changed(agency.licences[0], status_history=history)
    amend(session, changed(agency, licences=(one,)), Event("licence.amended"))


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_an_organisation_learns_for_which_agency_a_person_acts(
    client: FlaskClient, program: Program, agency: record.Agency, licence: Held, card: Held, enc: str
) -> None:
    request, path = asked(client, program, **make.CZECH_AT_HOME)
    assert result(program, path)["state"] == "waiting"
    tokens = {"licence": answering.shown(licence, request), "card": answering.shown(card, request, NAMES)}
    response = answering.answer(client, request, enc, **tokens)
    assert (response.status_code, response.get_json()) == (200, {})
    found = result(program, path)
    assert (found["state"], found["refusal"]) == ("shown", None)
    assert (found["agency_id"], found["licence_id"]) == (agency.agency_id, agency.licences[0].licence_id)
    assert (found["person"]["given_name"], found["person"]["family_name"]) == ("Ada", "Esempio")
    verified = client.get(
        "/api/v1/verify", query_string={"agency_id": agency.agency_id} | make.CZECH_AT_HOME
    ).get_json()
    assert found["today"]["verdict"] == verified["verdict"] == "yes"
    assert [one["code"] for one in found["today"]["reasons"]] == [one["code"] for one in verified["reasons"]]


def test_the_request_says_who_asks_and_why_and_asks_for_no_more_than_is_needed(
    client: FlaskClient, program: Program, agency: record.Agency, settings: Settings
) -> None:
    request, _ = asked(client, program, ask="card")
    claims = request.claims
    assert claims["response_mode"] == "direct_post.jwt"
    assert claims["client_metadata"]["encrypted_response_enc_values_supported"] == ["A128GCM", "A256GCM"]
    assert claims["client_metadata"]["client_name"] == "Invented Works"
    assert claims["purpose"] == BODY["purpose"]
    (query,) = claims["dcql_query"]["credentials"]
    assert (query["id"], query["format"]) == ("card", "dc+sd-jwt")
    assert query["trusted_authorities"][0]["type"] == "aki"
    # A card without a portrait answers as well: wallets offer nothing that lacks a claim of every set.
    whole, without = query["claim_sets"]
    assert sorted(set(whole) - set(without)) == ["portrait_digest"]
    assert set(whole) == {claim["id"] for claim in query["claims"]}
    other, _ = asked(client, program, ask="card")
    keys = [one.claims["client_metadata"]["jwks"]["keys"][0]["x"] for one in (request, other)]
    assert keys[0] != keys[1]
    assert other.claims["nonce"] != claims["nonce"]


def test_a_wallets_own_nonce_comes_back_signed(client: FlaskClient, program: Program, agency: record.Agency) -> None:
    link = program.post(ASKED, BODY).get_json()["link"]
    assert answering.fetch(client, link, wallet_nonce="of the wallet").claims["wallet_nonce"] == "of the wallet"


def test_an_answer_counts_once(client: FlaskClient, program: Program, licence: Held) -> None:
    request, path = asked(client, program, ask="licence")
    assert answering.answer(client, request, licence=answering.shown(licence, request)).status_code == 200
    assert answering.answer(client, request, licence=answering.shown(licence, request)).status_code == 404
    assert client.get(path_of(request.claims["response_uri"]).removesuffix("/answer")).status_code == 404
    assert result(program, path)["state"] == "shown"


def test_what_does_not_decrypt_changes_nothing(client: FlaskClient, program: Program, licence: Held) -> None:
    request, path = asked(client, program, ask="licence")
    other, _ = asked(client, program, ask="licence")
    token = answering.shown(licence, request)
    body = {"vp_token": {"licence": [token]}, "state": request.claims["state"]}
    for sent in ("", "no token", "a.b.c.d.e", answering.encrypted(other, body), "x" * 70_000):
        response = answering.send(client, request, sent)
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")
    assert answering.send(client, request, answering.encrypted(request, body | {"state": "another"})).status_code == 400
    assert result(program, path)["state"] == "waiting"
    assert answering.answer(client, request, licence=token).status_code == 200


@pytest.mark.parametrize(
    ("ask", "shows", "refusal"),
    [
        ("licence", ("card",), "incomplete"),
        ("both", ("licence",), "incomplete"),
        ("licence", (), "incomplete"),
    ],
)
def test_what_was_not_asked_for_or_is_missing_is_refused(
    client: FlaskClient, program: Program, licence: Held, card: Held, ask: str, shows: tuple[str, ...], refusal: str
) -> None:
    request, path = asked(client, program, ask=ask)
    held = {"licence": licence, "card": card}
    response = answering.answer(client, request, **{one: answering.shown(held[one], request, NAMES) for one in shows})
    assert response.status_code == 400
    assert result(program, path)["refusal"] == refusal


def test_names_that_are_kept_back_are_missed(client: FlaskClient, program: Program, card: Held) -> None:
    request, path = asked(client, program, ask="card")
    assert answering.answer(client, request, card=answering.shown(card, request, ["given_name"])).status_code == 400
    assert result(program, path)["refusal"] == "not_disclosed"


def test_a_card_of_another_agency_does_not_pass_beside_a_licence(
    client: FlaskClient,
    program: Program,
    session: Session,
    publish: Callable[[], None],
    issuer: WalletIssuer,
    licence: Held,
) -> None:
    other = agency_with_licence(session)
    publish()
    card = card_in_wallet(session, issuer, order(session, issuer, other))
    request, path = asked(client, program)
    tokens = {"licence": answering.shown(licence, request), "card": answering.shown(card, request, NAMES)}
    assert answering.answer(client, request, **tokens).status_code == 400
    found = result(program, path)
    assert (found["state"], found["refusal"], found["person"]) == ("refused", "another_agency", None)


def test_a_suspension_is_seen_at_once(
    client: FlaskClient,
    program: Program,
    session: Session,
    publish: Callable[[], None],
    agency: record.Agency,
    card: Held,
) -> None:
    request, path = asked(client, program, ask="card")
    state(session, agency, LicenceStatus.SUSPENDED)
    publish()
    assert answering.answer(client, request, card=answering.shown(card, request, NAMES)).status_code == 400
    assert result(program, path)["refusal"] == "suspended"


def test_an_ended_card_is_refused(
    client: FlaskClient, program: Program, session: Session, issuer: WalletIssuer, agency: record.Agency
) -> None:
    ordered = order(session, issuer, agency)
    held = card_in_wallet(session, issuer, ordered)
    staff.end(call_of(session, agency), ordered.reference)
    session.commit()
    request, path = asked(client, program, ask="card")
    answering.answer(client, request, card=answering.shown(held, request, NAMES))
    assert result(program, path)["refusal"] == "ended"


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_a_holder_may_decline(client: FlaskClient, program: Program, agency: record.Agency, is_encrypted: bool) -> None:
    request, path = asked(client, program)
    body = {"error": "access_denied", "state": request.claims["state"]}
    if is_encrypted:
        sent = {"response": answering.encrypted(request, body)}
    else:
        assert answering.post(client, request, body | {"state": "of another"}).status_code == 400
        assert result(program, path)["state"] == "waiting"
        sent = body
    assert answering.post(client, request, sent).status_code == 200
    assert result(program, path)["refusal"] == "declined"


def test_a_result_is_its_organisations_alone_and_gone_after_five_minutes(
    client: FlaskClient, session: Session, program: Program, licence: Held
) -> None:
    request, path = asked(client, program, ask="licence")
    answering.answer(client, request, licence=answering.shown(licence, request))
    assert program_of(client, session, name="Other Works").get(path).status_code == 404
    later = now() + timedelta(minutes=5)
    reference = path.rpartition("/")[2]
    with pytest.raises(NotFound):
        presentations.presentation_of(session, later, organisation_id=program.organisation.id, reference=reference)
    assert presentations.forget(session, later) == 1
    assert session.execute(select(Presentation)).first() is None


def test_with_an_address_to_return_to_only_the_wallets_own_device_reads_the_result(
    client: FlaskClient, program: Program, licence: Held
) -> None:
    request, path = asked(client, program, ask="licence", return_url="https://works.example/checked")
    response = answering.answer(client, request, licence=answering.shown(licence, request))
    address, _, code = response.get_json()["redirect_uri"].partition("?response_code=")
    assert address == "https://works.example/checked"
    assert program.get(path).status_code == 404
    assert program.get(f"{path}?response_code=guessed").status_code == 404
    assert program.get(f"{path}?response_code={code}").get_json()["state"] == "shown"


def test_the_end_of_a_request_is_told_by_feed_and_webhook_and_names_no_one(
    client: FlaskClient, session: Session, settings: Settings, issuer: WalletIssuer, program: Program, card: Held
) -> None:
    requests = [asked(client, program, ask="card") for _ in range(3)]
    (shown, _), (declined, _), _ = requests
    with listening() as receiver:
        secret = make_webhook(session, issuer.keyring, receiver.url, program.organisation.id).secret
        session.commit()
        answering.answer(client, shown, card=answering.shown(card, shown, NAMES))
        body = {"error": "access_denied", "state": declined.claims["state"]}
        answering.send(client, declined, answering.encrypted(declined, body))
        with closing(WatchLoop(replace(settings, has_unsafe_webhooks=True), sessionmaker(session.get_bind()))) as loop:
            receiver.status = 503
            loop.fan_out(now())
            loop.deliver()
            # The third is answered by no wallet, and waits for none of those that the receiver did not take.
            presentations.forget(session, now() + timedelta(minutes=5))
            session.commit()
            receiver.status, receiver.got = 204, []
            loop.fan_out(now())
            loop.deliver()
        sent = [verified(headers, body, secret).json()["data"] for body, headers in receiver.got]
    told = program.get("/api/v1/events").get_json()["items"]
    assert [one["type"] for one in told] == ["presentation.finished"] * 3
    ends = zip(("shown", "refused", "expired"), requests, strict=True)
    expected = [{"presentation_id": path.rpartition("/")[2], "state": end} for end, (_, path) in ends]
    assert [one["data"] for one in told] == expected
    assert sent[0] == expected[2]
    assert sorted(one["state"] for one in sent) == ["expired", "refused", "shown"]
    assert program_of(client, session, name="Other Works").get("/api/v1/events").get_json()["items"] == []


@pytest.mark.parametrize(
    "changes", [{"return_url": "http://works.example"}, {"return_url": "x"}, {"ask": "all"}, {"purpose": ""}]
)
def test_a_request_that_makes_no_sense_is_refused(
    program: Program, agency: record.Agency, changes: dict[str, Any]
) -> None:
    response = program.post(ASKED, BODY | changes)
    assert response.status_code == 400
    assert [fault["parameter"] for fault in response.get_json()["errors"]] == list(changes)


def test_no_row_names_a_person(client: FlaskClient, session: Session, program: Program, card: Held) -> None:
    request, _ = asked(client, program, ask="card")
    answering.answer(client, request, card=answering.shown(card, request, NAMES))
    (row,) = session.execute(select(Presentation.__table__)).all()
    assert "Esempio" not in repr(row)
    assert request.claims["nonce"] not in repr(row)
    assert request.claims["state"] not in repr(row)
