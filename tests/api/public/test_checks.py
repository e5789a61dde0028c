"""POST /api/v1/checks: each statement compared with what its agency registered; nothing of the question is stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.register.agencies import channel_changes, record
from registry.register.agencies.actions import admit, amend
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import agency_row
from registry.register.names.actions import index_all
from registry.tables import METADATA
from registry.vocabulary.register import ChannelKind, NameKind
from tests.costing import costing_at_most
from tests.make import agency_record, changed, licence_record, make_agency, public_record_of, source_of
from tests.serving import serve
from tests.thorough import thorough

NUMBER = "CISLO/0001"
ACCOUNT, OTHER = "IT60X0542811101000000123456", "IT43K0310412701000000003456"
KEYLESS = Keyring(Path("/nonexistent"))
"""A phone needs no secret, so none is made."""


def make(session: Session, *channels: tuple[ChannelKind, str]) -> record.Agency:
    agency = make_agency(
        session,
        name="Agentura Smyšlená s.r.o.",
        channels=channels_of(*channels),
        licences=(licence_record(number=NUMBER),),
    )
    session.commit()
    return agency


def channels_of(*channels: tuple[ChannelKind, str]) -> tuple[record.Channel, ...]:
    stated: dict[str, Any] = {"source": source_of("CZ"), "retrieved_at": now()}
    return tuple(record.Channel(kind=kind, value=value, **stated) for kind, value in channels)


def ask(client: FlaskClient, **body: Any) -> Any:
    response = client.post("/api/v1/checks", json=body)
    assert response.status_code == 200, response.json
    assert response.headers["Cache-Control"] == "no-store"
    return response.json


def outcomes(answer: Any) -> dict[str, str]:
    return {one["kind"]: one["outcome"] for one in answer["checks"]}


def test_each_thing_told_is_answered_and_the_gravest_decides(client: FlaskClient, session: Session) -> None:
    make(session, (ChannelKind.PHONE, "601123456"), (ChannelKind.WECHAT, "smyslena"))
    answer = ask(client, number=NUMBER, phone="+420601123456", wechat="smyslena2", email="a@b.example")
    assert outcomes(answer) == {
        "number": "match", "phone": "match", "wechat": "mismatch", "email": "not_registered"
    }  # fmt: skip
    assert answer["summary"]["code"] == "mismatches"
    # Nothing was said of the job, so the licence alone gives no yes.
    assert (answer["verdict"], answer["reasons"][0]["code"]) == ("unknown", "context_needed")


def test_a_number_is_checked_as_records_have_it_too(client: FlaskClient, session: Session) -> None:
    make(session, (ChannelKind.PHONE, "601123456"))
    identifier = {"scheme": "registration_number", "value": NUMBER}
    assert ask(client, **identifier)["checks"] == ask(client, number=NUMBER)["checks"]
    assert client.post("/api/v1/checks", json={"scheme": "uscc", "phone": "+420601123456"}).status_code == 400


def test_a_registered_channel_of_a_licensed_agency_matches(client: FlaskClient, session: Session) -> None:
    make(session, (ChannelKind.PHONE, "601123456"))
    assert ask(client, number=NUMBER, phone="601 123 456")["summary"]["code"] == "matches"


def test_a_channel_that_took_the_place_of_another_is_recent_for_thirty_days(
    client: FlaskClient, session: Session
) -> None:
    agency = make(session, (ChannelKind.WECHAT, "smyslena"))
    with time_machine.travel(now() + timedelta(days=3)):
        known = public_record_of(session, agency.agency_id)
        amend(
            session,
            changed(known, channels=channels_of((ChannelKind.WECHAT, "ukradena"))),
            Event("agency.amended"),
        )
        session.commit()
        assert outcomes(ask(client, agency_id=agency.agency_id, wechat="ukradena")) == {"wechat": "changed_recently"}
    with time_machine.travel(now() + timedelta(days=40)):
        assert outcomes(ask(client, agency_id=agency.agency_id, wechat="ukradena")) == {"wechat": "match"}


def test_an_advert_is_picked_apart_and_a_permit_for_work_at_home_is_named(
    client: FlaskClient, session: Session
) -> None:
    make(session, (ChannelKind.PHONE, "601123456"))
    answer = ask(client, country="CZ", advert="<b>人力资源服务许可证</b> 🔥 tel. 601 123 456")
    assert outcomes(answer) == {"phone": "not_registered"}
    # Nothing is said of what an agency registered where no agency is named.
    assert "registered no" not in answer["checks"][0]["text"]
    assert "which agency" in answer["checks"][0]["text"]
    assert [paper["code"] for paper in answer["papers"]] == ["human_resources_permit"]
    assert answer["summary"]["code"] == "not_a_licence_for_abroad"


def test_a_manufacturer_is_reported_as_no_labour_supplier(client: FlaskClient) -> None:
    answer = ask(client, name="Továrna Smyšlená a.s.")
    assert answer["summary"]["code"] == "no_labour_supplier"
    assert "manufacturer" in answer["summary"]["text"]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "body"),
        ({"country": "CZ"}, "body"),
        ({"advert": "x" * 10_001}, "advert"),
        ({"advert": " "}, "advert"),
        ({"advert": "a\0b"}, "advert"),
        ({"advert": 5}, "advert"),
        ({"phone": None}, "phone"),
        ({"phone": "1" * 61}, "phone"),
        ({"agency_id": "DEMASENDAG2X", "phone": "1"}, "agency_id"),
        ({"passport": "x"}, "passport"),
    ],
)
def test_a_question_that_is_not_well_formed_names_what_is_wrong(
    client: FlaskClient, body: dict[str, Any], parameter: str
) -> None:
    response = client.post("/api/v1/checks", json=body)
    assert response.status_code == 400
    assert parameter in [error["parameter"] for error in response.json["errors"]]


@pytest.mark.parametrize("value", ["%", "_", "*", "💰💰", "\u202e\u202d", "аgеnturа", "' OR 1=1 --", "？" * 50])
def test_hostile_words_get_a_plain_answer(client: FlaskClient, session: Session, value: str) -> None:
    make(session)
    response = client.post("/api/v1/checks", json={"name": value, "number": value[:120]})
    assert response.status_code in (200, 400)
    assert response.mimetype in ("application/json", "application/problem+json")
    if response.status_code == 200:
        assert "match" not in outcomes(response.json).values()


@pytest.mark.both_databases
def test_nothing_of_a_question_is_kept_or_logged(settings: Settings, session: Session) -> None:
    """A server of its own is asked with planted words; they stand in no log line, file, page of the database or WAL."""
    make(session, (ChannelKind.BANK_ACCOUNT, "…3456"))
    planted, account = "plantedsecret", "6222000000000000017"
    body = {
        "number": NUMBER,
        "wechat": planted,
        "name": f"Agentura {planted}",
        "bank_account": account,
        "advert": f"微信 {planted} {planted}@mail.example 卡号 {account}",
    }
    with serve(settings) as server:
        url = f"{server.base_url}/api/v1/checks"
        assert requests.post(url, json=body, timeout=30).status_code == 200
        assert requests.post(url, json=body | {planted: planted}, timeout=30).status_code == 400
        assert requests.post(url, data=planted.encode(), timeout=30).status_code in (400, 415)
        form = {"wechat": planted, "bank_account": account, "number": NUMBER}
        page = requests.post(f"{server.base_url}/en/check", data=form, timeout=30)
        assert page.status_code == 200
        assert not any(word in page.url for word in (planted, account))
        stored = [path for path in settings.home.parent.rglob("*") if path.is_file()]
        bodies = [path.read_bytes() for path in stored]
        assert server.output in stored
    assert all(word.encode() not in body for body in bodies for word in (planted, account))
    for table in METADATA.tables.values():
        rows = repr(session.execute(select(table)).all())
        assert planted not in rows
        assert account not in rows


def test_a_page_elsewhere_may_ask_for_a_check(client: FlaskClient, session: Session) -> None:
    make(session)
    response = client.post("/api/v1/checks", json={"number": NUMBER})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in client.options("/api/v1/checks").headers["Access-Control-Allow-Methods"]


def test_checks_are_counted_against_the_askers_rate(make_app: Callable[[Settings], Flask], settings: Settings) -> None:
    client = make_app(replace(settings, rate=2)).test_client()
    answers = [client.post("/api/v1/checks", json={"phone": "601123456"}).status_code for _ in range(4)]
    assert answers[:2] == [200, 200]
    assert 429 in answers[2:]
    assert client.post("/en/check", data={"phone": "601123456"}).status_code == 429


def test_an_account_is_a_match_by_its_whole_number_alone(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    agency = agency_record(channels=channels_of((ChannelKind.BANK_ACCOUNT, ACCOUNT)))
    admit(session, [agency], Event("source.imported"), keyring=Keyring(settings.keys))
    for told_account, outcome in (
        (ACCOUNT, "match"),
        ("IT60 X054 2811 1010 0000 0123 456", "match"),
        (OTHER, "mismatch"),
    ):
        answer = ask(client, agency_id=agency.agency_id, bank_account=told_account)
        assert outcomes(answer) == {"bank_account": outcome}
    whole = client.get(f"/api/v1/agencies/{agency.agency_id}")
    assert whole.json["channels"][0]["value"] == "IT …3456"
    history = client.get(f"/api/v1/agencies/{agency.agency_id}/history")
    digest = Keyring(settings.keys).digest("accounts", ACCOUNT)
    for body in (whole.get_data(as_text=True), history.get_data(as_text=True)):
        assert digest not in body
        assert ACCOUNT not in body


def test_a_phone_that_came_to_a_known_agency_is_recent_and_those_of_a_new_one_are_not(
    client: FlaskClient, session: Session
) -> None:
    agency = make(session, (ChannelKind.PHONE, "601123456"))
    assert outcomes(ask(client, agency_id=agency.agency_id, phone="601123456")) == {"phone": "match"}
    known = public_record_of(session, agency.agency_id)
    more = (*known.channels, *channels_of((ChannelKind.EMAIL, "a@agentura.example")))
    amend(session, changed(known, channels=more), Event("agency.amended"))
    answer = ask(client, agency_id=agency.agency_id, phone="601123456", email="a@agentura.example")
    assert outcomes(answer) == {"phone": "match", "email": "changed_recently"}
    assert answer["summary"]["code"] == "changed_recently"


def test_a_change_is_recent_from_the_instant_it_is_published(client: FlaskClient, session: Session) -> None:
    agency = make(session, (ChannelKind.PHONE, "601123456"))
    began = now()
    with time_machine.travel(began, tick=False) as clock:
        change = channel_changes.propose(
            session, agency.agency_id, ChannelKind.PHONE, "602123456", by="A", keyring=KEYLESS, instead_of="601123456"
        )
        channel_changes.approve(session, change.reference, by="B")
        clock.shift(timedelta(hours=72))
        assert outcomes(ask(client, agency_id=agency.agency_id, phone="602123456")) == {"phone": "mismatch"}
        channel_changes.apply(session, change.reference)
        assert outcomes(ask(client, agency_id=agency.agency_id, phone="602123456")) == {"phone": "changed_recently"}
        assert outcomes(ask(client, agency_id=agency.agency_id, phone="601123456")) == {"phone": "mismatch"}
        clock.shift(timedelta(days=30))
        assert outcomes(ask(client, agency_id=agency.agency_id, phone="602123456")) == {"phone": "match"}


def test_a_name_near_to_a_registered_one_shows_both_and_whom_it_may_imitate(
    client: FlaskClient, session: Session
) -> None:
    agency = make(session)
    names = [(NameKind.LEGAL, "Agentura Smyšlená s.r.o.")]
    row = agency_row(session, agency.agency_id)
    assert row is not None
    index_all(session, [(row.id, names)])
    answer = ask(client, name="Agentura Smyslené s.r.o.")
    assert outcomes(answer) == {"name": "mismatch"}
    assert [note["code"] for note in answer["checks"][0]["notes"]] == ["near_name"]
    assert "Agentura Smyšlená s.r.o." in answer["checks"][0]["notes"][0]["text"]
    assert [one["agency_id"] for one in answer["candidates"]] == [agency.agency_id]
    assert answer["agency"] is None
    assert answer["summary"]["code"] == "mismatches"


@pytest.mark.parametrize(
    "advert",
    [
        "🔥" * 10_000,
        "1 " * 5_000,
        *thorough("<b>" * 3_333, "&#x61;" * 1_600, "а" * 10_000, "\u200b" * 10_000, "a@" * 5_000),
    ],
)
def test_ten_thousand_characters_of_anything_are_answered_in_bounded_time(
    client: FlaskClient, session: Session, advert: str
) -> None:
    make(session)
    client.post("/api/v1/checks", json={"advert": "warm"})
    with costing_at_most(3):
        response = client.post("/api/v1/checks", json={"advert": advert, "number": NUMBER})
    assert response.status_code == 200
    assert len(response.get_data()) < 60_000


def two_of_a_number(session: Session) -> tuple[record.Agency, record.Agency]:
    """Two agencies whose licences bear one number, of two authorities."""
    channels = channels_of((ChannelKind.WECHAT, "qihang"))
    one = make_agency(
        session,
        country="CN",
        name="示例启航对外劳务合作有限公司",
        channels=channels,
        licences=(licence_record(country="CN", number="L1"),),
    )
    other = make_agency(session, name="Agentura Smyšlená s.r.o.", licences=(licence_record(country="CZ", number="L1"),))
    session.commit()
    return one, other


def test_a_number_of_two_holders_and_the_name_of_one_say_together_who_is_meant(
    client: FlaskClient, session: Session
) -> None:
    one, other = two_of_a_number(session)
    alone = ask(client, number="L1", wechat="qihang")
    assert alone["summary"]["code"] == "several_agencies"
    assert {agency["agency_id"] for agency in alone["candidates"]} == {one.agency_id, other.agency_id}
    assert "below" in alone["checks"][0]["text"]
    assert "no agency" not in alone["checks"][0]["text"]
    both = ask(client, advert="示例启航对外劳务合作有限公司 许可证号：L001 微信：qihang_2")
    assert both["agency"]["agency_id"] == one.agency_id
    both = ask(client, name="示例启航对外劳务合作有限公司", number="L1", wechat="qihang_2")
    assert both["agency"]["agency_id"] == one.agency_id
    assert outcomes(both) == {"number": "match", "name": "match", "wechat": "mismatch"}


def test_a_whole_name_is_compared_with_the_only_one_that_bears_it_and_is_never_a_yes(
    client: FlaskClient, session: Session
) -> None:
    one, _ = two_of_a_number(session)
    near = make_agency(session, country="CN", name="示例启杭对外劳务合作有限公司")
    session.commit()
    answer = ask(client, name="示例启航对外劳务合作", wechat="qihang")
    assert (answer["agency"]["agency_id"], answer["verdict"]) == (one.agency_id, "unknown")
    assert outcomes(answer) == {"name": "match", "wechat": "match"}
    assert answer["summary"]["code"] == "matches_but_not_licensed"
    assert [agency["agency_id"] for agency in answer["candidates"]] == [near.agency_id]
    assert "name_only" in [reason["code"] for reason in answer["reasons"]]


def test_half_a_name_leads_to_a_choice_and_is_not_called_an_imitation(client: FlaskClient, session: Session) -> None:
    one, _ = two_of_a_number(session)
    for name in ("示例启航", "shili qi hang"):
        answer = ask(client, name=name)
        assert answer["summary"]["code"] == "several_agencies"
        assert [agency["agency_id"] for agency in answer["candidates"]] == [one.agency_id]
        assert outcomes(ask(client, name=name, agency_id=one.agency_id)) == {"name": "match"}


@pytest.mark.parametrize(
    ("field", "value"), [("name", "%%%"), ("name", "。。。"), ("name", "💰"), ("phone", "11010519491231002X")]
)
def test_what_is_no_name_and_what_is_nobodys_business_is_refused(client: FlaskClient, field: str, value: str) -> None:
    response = client.post("/api/v1/checks", json={field: value})
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json["errors"]] == [field]
    assert value not in response.get_data(as_text=True)
