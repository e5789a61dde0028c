"""Status lists: what the log says, of every licence, and nothing that it does not say."""

import json
from datetime import date, timedelta

import time_machine
from sqlalchemy import select

from registry.core.clock import day_at, now
from registry.core.keyring import Use
from registry.log.models import Entry, LogState
from registry.proofs.credentials import rules, status
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus
from tests import make
from tests.proofs.credentials import reading


def tokens(client, number: int = 0) -> tuple[dict, dict]:
    response = client.get(f"/status/{number}")
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/statuslist+jwt"
    return reading.parts(response.get_data(as_text=True))


def value(client, licence: record.Licence) -> int:
    _, payload = tokens(client, licence.status_place // rules.PLACES)
    return reading.status_at(payload["status_list"]["lst"], licence.status_place % rules.PLACES)


def holder_of(session, licence: record.Licence) -> record.Agency:
    leaf = session.execute(select(Entry.leaf).where(Entry.key == f"licence/{licence.licence_id}")).scalars().first()
    return make.public_record_of(session, json.loads(leaf)["record"]["agency_id"])


def change_status(session, licence: record.Licence, to: LicenceStatus, **facts) -> None:
    agency = holder_of(session, licence)
    changed = make.changed(agency.licences[0], status_history=(make.status_record(to, **facts),))
    amend(session, make.changed(agency, licences=(changed,)), Event("licence.changed"))


def replayed(session, size: int, day: date) -> dict[int, int]:
    """The values by place as read from the entries one by one."""
    latest: dict[str, dict] = {}
    leaves = session.execute(select(Entry.leaf).where(Entry.index < size).order_by(Entry.index)).scalars()
    for leaf in map(json.loads, leaves):
        latest[leaf["key"]] = leaf["record"]
    found = {}
    for key, stated in latest.items():
        if key.startswith("licence/"):
            import msgspec

            licence = msgspec.convert(stated, record.Licence)
            agency = msgspec.convert(latest[f"agency/{stated['agency_id']}"], record.Agency)
            found[licence.status_place] = rules.status_value(licence, agency, day)
    return found


def test_a_list_is_a_signed_statement_of_its_own_address(client, session, publish, jwks):
    make.make_licence(session)
    publish()
    token = client.get("/status/0").get_data(as_text=True)
    header, payload = reading.parts(token)
    assert header["typ"] == "statuslist+jwt"
    assert reading.verified(token, jwks()) == payload
    assert (payload["iss"], payload["sub"]) == ("http://127.0.0.1:8000", "http://127.0.0.1:8000/status/0")
    assert payload["exp"] - payload["iat"] == 86_400
    assert payload["ttl"] == 3600
    assert payload["status_list"]["bits"] == 2
    size = session.execute(select(LogState.size)).scalar_one()
    assert payload["log"] == {"origin": "127.0.0.1:8000/log", "size": size}


def test_a_list_of_a_former_time_is_refused_and_never_answered_with_todays(client, session, publish):
    """Token Status List, 8.4: a server that keeps no former lists says 501."""
    make.make_licence(session)
    publish()
    answer = client.get("/status/0", query_string={"time": "1686925000"})
    assert (answer.status_code, answer.mimetype) == (501, "application/problem+json")
    assert "time" in answer.get_json(force=True)["detail"]


def test_a_revocation_is_in_the_list_as_soon_as_it_is_published(client, session, publish):
    licence, other = make.make_licence(session), make.make_licence(session)
    publish()
    assert (value(client, licence), value(client, other)) == (rules.VALID, rules.VALID)
    change_status(session, licence, LicenceStatus.SUSPENDED)
    session.commit()
    assert value(client, licence) == rules.VALID
    publish()
    assert value(client, licence) == rules.SUSPENDED
    change_status(session, licence, LicenceStatus.REVOKED)
    publish()
    assert (value(client, licence), value(client, other)) == (rules.INVALID, rules.VALID)
    change_status(session, licence, LicenceStatus.ACTIVE)
    publish()
    assert value(client, licence) == rules.VALID


def test_a_holders_end_is_in_the_list_without_an_entry_of_the_licence(client, session, publish):
    licence = make.make_licence(session)
    publish()
    assert value(client, licence) == rules.VALID
    agency = holder_of(session, licence)
    amend(session, make.changed(agency, dissolved_on=now().date()), Event("agency.amended"))
    publish()
    assert value(client, licence) == rules.INVALID


def test_a_list_follows_from_replaying_the_log_on_any_day(client, session, publish):
    today = day_at(now(), make.ZONES["CZ"])
    for kind in LicenceStatus:
        make.make_licence(session, kind)
        periods = (
            make.status_record(LicenceStatus.ACTIVE, to=today),
            make.status_record(kind, from_=today + timedelta(days=1), until=today + timedelta(days=2)),
        )
        make.make_licence(session, status_history=periods, valid_to=today + timedelta(days=3))
    publish()
    for days in range(5):
        with time_machine.travel(now() + timedelta(days=days)):
            _, payload = tokens(client)
            expected = replayed(session, payload["log"]["size"], day_at(now(), make.ZONES["CZ"]))
            lst = payload["status_list"]["lst"]
            assert {place: reading.status_at(lst, place) for place in expected} == expected


def test_a_process_that_starts_later_finds_the_same_bits(client, session, publish, make_app, settings):
    licences = [make.make_licence(session) for _ in range(4)]
    publish()
    tokens(client)
    change_status(session, licences[1], LicenceStatus.REVOKED)
    change_status(session, licences[2], LicenceStatus.DELISTED)
    publish()
    fresh = make_app(settings).test_client()
    assert tokens(client)[1]["status_list"] == tokens(fresh)[1]["status_list"]


def test_a_list_far_behind_is_read_anew(client, session, publish, monkeypatch):
    licence = make.make_licence(session)
    publish()
    tokens(client)
    monkeypatch.setattr(status, "MAX_AGENCIES_CAUGHT_UP", 1)
    change_status(session, licence, LicenceStatus.REVOKED)
    make.make_licence(session)
    publish()
    assert value(client, licence) == rules.INVALID


def test_a_list_is_signed_anew_after_half_its_time_to_live_and_not_before(client, session, publish):
    make.make_licence(session)
    publish()
    with time_machine.travel("2030-01-01T10:00:00Z", tick=False) as clock:
        first = client.get("/status/0")
        clock.shift(1799)
        assert client.get("/status/0").data == first.data
        clock.shift(2)
        assert client.get("/status/0").data != first.data
        clock.move_to("2030-01-01T23:59:50Z")
        late = client.get("/status/0")
        assert int(late.headers["Cache-Control"].partition("max-age=")[2]) <= 10
        clock.shift(20)
        assert client.get("/status/0").data != late.data


def test_a_list_is_signed_anew_when_a_day_begins_where_an_authority_sits(client, session, publish):
    with time_machine.travel("2030-01-01T15:59:50Z", tick=False) as clock:
        today = date(2030, 1, 2)
        periods = (make.status_record(to=date(2030, 1, 1)), make.status_record(LicenceStatus.SUSPENDED, from_=today))
        here, there = (make.make_licence(session, country=one, status_history=periods) for one in ("CZ", "CN"))
        publish()
        assert (value(client, here), value(client, there)) == (rules.VALID, rules.VALID)
        late = client.get("/status/0").headers["Cache-Control"]
        assert int(late.partition("max-age=")[2]) <= 10
        clock.shift(20)
        assert (value(client, here), value(client, there)) == (rules.VALID, rules.SUSPENDED)
        clock.move_to("2030-01-01T23:00:10Z")
        assert (value(client, here), value(client, there)) == (rules.SUSPENDED, rules.SUSPENDED)


def test_a_list_of_many_places_has_its_own_number(client, session, publish):
    session.execute(select(LogState)).scalar_one().next_status_place = rules.PLACES
    licence = make.make_licence(session, LicenceStatus.REVOKED)
    assert licence.status_place == rules.PLACES
    publish()
    assert value(client, licence) == rules.INVALID
    assert tokens(client, 1)[1]["sub"].endswith("/status/1")
    assert reading.status_at(tokens(client, 0)[1]["status_list"]["lst"], 0) == rules.VALID


def test_there_is_no_list_in_which_no_licence_has_a_place(client, session, publish):
    make.make_licence(session)
    publish()
    for number in ("1", "00", "01", "-1", "x", "9999999", "１"):
        answer = client.get(f"/status/{number}")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), number


def test_no_list_is_signed_before_a_head_of_the_log(client, session):
    make.make_licence(session)
    answer = client.get("/status/0")
    assert (answer.status_code, answer.json["code"]) == (503, "not_issuing")


def test_a_list_names_the_key_that_signs_now(client, session, publish, rotate):
    make.make_licence(session)
    publish()
    before = tokens(client)[0]["kid"]
    former = rotate(Use.STATUS)
    assert former.kid == before != tokens(client)[0]["kid"]
