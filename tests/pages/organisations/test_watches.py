"""Watches and webhooks on an organisation's pages: its own alone, in its language, and no name is run as code."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.organisations.models import Organisation
from registry.vocabulary.watches import EventType
from registry.watches.models import WatchEvent
from tests.make import licence_record, make_agency, make_api_key, make_organisation, suspend
from tests.officers.making import PASSWORD
from tests.pages.organisations.conftest import MemberClient, make_member
from tests.watches.making import fan_out_committed, make_watch

WICKED = "<script>x</script>"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_watched_is_read_on_its_own_pages_alone(
    client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    agency = make_agency(session, licences=(licence_record(number="VYMYSL/4711"),)).agency_id
    fan_out_committed(session, keyring)
    ours = MemberClient(client, session, make_member(session), now())
    other = make_member(session, make_organisation(session, "Invented Others"), email="o@others.example", language="it")
    theirs = MemberClient(client, session, other, now())
    assert ours.post("/account/watches", label=WICKED, kind="agency", what=agency).status_code == 303
    listed = ours.post("/account/watches", label="All", kind="list", what="VYMYSL/4711\n\nVYMYSL/999").get_data(
        as_text=True
    )
    assert "lead to no agency yet, and are waited for: 2" in " ".join(re.sub("<[^>]+>", " ", listed).split())
    assert "VYMYSL" not in ours.get("/account/watches").get_data(as_text=True)
    assert "1 to 20,000 numbers" in ours.post("/account/watches", label="x", kind="agency", what="y").get_data(
        as_text=True
    )
    for fields, fault in (
        ({}, "at least one thing"),
        ({"sector": "x"}, "cannot be searched"),
        ({"country": "QQ"}, "cannot be"),
    ):
        refused = ours.post("/account/watches/search", label="Searched", **fields)
        assert (refused.status_code, fault in refused.get_data(as_text=True)) == (400, True), fields
    assert ours.post("/account/watches/search", label="Searched", country="CZ", role="receiving").status_code == 303
    assert "Country of the agency: Czechia" in ours.get("/account/watches").get_data(as_text=True)
    suspend(session, agency)
    fan_out_committed(session, keyring)
    page = ours.get("/account/watches").get_data(as_text=True)
    assert WICKED not in page
    assert "A licence was suspended: no new recruitment. <code>licence.suspended</code>" in page
    foreign = theirs.get("/account/watches")
    assert 'lang="it"' in foreign.get_data(as_text=True)
    assert agency not in foreign.get_data(as_text=True)
    (reference, *_) = re.findall(r"/account/watches/(\w{12})/end", page)
    assert theirs.post(f"/account/watches/{reference}/end").status_code == 404
    assert ours.post(f"/account/watches/{reference}/end").status_code == 303


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_webhook_is_made_tested_and_switched_off_on_a_page(
    client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    agency = make_agency(session, licences=(licence_record(),)).agency_id
    fan_out_committed(session, keyring)
    ours = MemberClient(client, session, make_member(session), now())
    other = make_member(session, make_organisation(session, "Invented Others"), email="o@others.example")
    theirs = MemberClient(client, session, other, now())
    refused = ours.post("/account/webhooks", old=PASSWORD, label="x", url="https://[::ffff:169.254.169.254]/")
    assert refused.status_code == 400
    assert "must begin with https://" in refused.get_data(as_text=True)
    made = ours.post("/account/webhooks", old=PASSWORD, label="Night shift", url="https://hooks.example.org/").get_data(
        as_text=True
    )
    (secret,) = re.findall("whsec_[A-Za-z0-9+/=]+", made)
    page = ours.get("/account/webhooks").get_data(as_text=True)
    assert secret not in page
    (reference,) = re.findall(r"/account/webhooks/(\w{12})/test", page)
    assert ours.post(f"/account/webhooks/{reference}/test").status_code == 303
    assert "webhook.test" in ours.get("/account/webhooks").get_data(as_text=True)
    make_watch(session, agency, ours.member.organisation_id)
    suspend(session, agency)
    fan_out_committed(session, keyring)
    answer = [
        ours.post(f"/account/webhooks/{reference}/replay", since=day).get_data(as_text=True)
        for day in (now().date().isoformat(), (now().date() + timedelta(days=1)).isoformat(), "2026-13-01")
    ]
    assert "under the ids they had: 1" in answer[0]
    assert "under the ids they had: 0" in answer[1]
    assert "State a day as year, month and day" in answer[2]
    for act in ("test", "secret", "switch", "end", "replay"):
        assert theirs.post(f"/account/webhooks/{reference}/{act}", old=PASSWORD).status_code == 404
    # Once the law forbids to disclose it, the log of deliveries does not tell either.
    session.execute(
        update(WatchEvent).values(type=EventType.LICENCE_REVOKED, publish_until=now().date() - timedelta(days=1))
    )
    session.commit()
    (delivered,) = re.findall("<tbody>.*</tbody>", ours.get("/account/webhooks").get_data(as_text=True), re.DOTALL)
    assert "event.withheld" in delivered
    assert "licence.revoked" not in delivered
    key = make_api_key(session, session.get_one(Organisation, ours.member.organisation_id))
    session.commit()
    path, bearer = f"/api/v1/webhooks/{reference}/deliveries", {"Authorization": f"Bearer {key}"}
    assert {one["type"] for one in client.get(path, headers=bearer).json["items"]} == {"event.withheld"}
    # The types that are marked are those that come, in the page, the API and the deliveries alike.
    chosen = ["licence.revoked", "licence.suspended"]
    assert ours.post(f"/account/webhooks/{reference}/types", types=[*chosen, "none of ours"]).status_code == 303
    assert client.get(f"/api/v1/webhooks/{reference}", headers=bearer).json["types"] == chosen
    marked = ours.get("/account/webhooks").get_data(as_text=True)
    assert re.findall(r'name="types" value="([\w.]+)" checked', marked) == ["licence.suspended", "licence.revoked"]
    assert theirs.post(f"/account/webhooks/{reference}/types").status_code == 404
    ours.post("/account/webhooks", old=PASSWORD, label="Ends", url="https://hooks.example.org/", types="licence.ended")
    assert client.get("/api/v1/webhooks", headers=bearer).json["items"][0]["types"] == ["licence.ended"]
    assert ours.post(f"/account/webhooks/{reference}/switch").status_code == 303
    off = ours.post(f"/account/webhooks/{reference}/test")
    assert (off.status_code, "switch it on first" in off.get_data(as_text=True)) == (400, True)
