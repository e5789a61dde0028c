"""POST /api/v1/checks: each thing told against what its agency registered, and nothing of the question kept."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.agencies import record
from registry.agencies.actions import amend
from registry.agencies.publishing import Event
from registry.clock import now
from registry.terms import ChannelKind
from tests.make import changed, licence_record, make_agency, source_of, told

NUMBER = "CISLO/0001"


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
    said: dict[str, Any] = {"source": source_of("CZ"), "retrieved_at": now()}
    return tuple(record.Channel(kind=kind, value=value, **said) for kind, value in channels)


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
    assert answer["verdict"] == "yes"


def test_a_registered_channel_of_a_licensed_agency_matches(client: FlaskClient, session: Session) -> None:
    make(session, (ChannelKind.PHONE, "601123456"))
    assert ask(client, number=NUMBER, phone="601 123 456")["summary"]["code"] == "matches"


def test_a_channel_that_took_the_place_of_another_is_recent_for_thirty_days(
    client: FlaskClient, session: Session
) -> None:
    agency = make(session, (ChannelKind.WECHAT, "smyslena"))
    with time_machine.travel(now() + timedelta(days=3)):
        known = told(session, agency.agency_id)
        amend(
            session,
            changed(known, channels=channels_of((ChannelKind.WECHAT, "ukradena"))),
            Event("agency.amended", agency.agency_id),
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
    assert [paper["code"] for paper in answer["papers"]] == ["human_resources_permit"]
    assert answer["summary"]["code"] == "not_a_licence_for_abroad"


def test_whoever_is_no_recruiter_is_said_to_be_nothing_else(client: FlaskClient) -> None:
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


def test_nothing_of_a_question_is_kept_or_logged(
    client: FlaskClient, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    make(session, (ChannelKind.BANK_ACCOUNT, "3456"))
    planted = "plantedsecret"
    ask(client, number=NUMBER, wechat=planted, bank_account=planted, advert=f"微信 {planted} {planted}@mail.example")
    client.post("/api/v1/checks", json={"wechat": planted, planted: planted})
    logged = capsys.readouterr()
    assert planted not in logged.out + logged.err
    quote = session.get_bind().dialect.identifier_preparer.quote
    from registry.tables import METADATA

    for table in METADATA.tables.values():
        rows = session.execute(text(f"SELECT * FROM {quote(table.name)}")).all()
        assert planted not in repr(rows)
