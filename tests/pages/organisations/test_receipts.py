"""The due-diligence file on pages: one's own alone, with what a receipt says, whether it holds, and what changed."""

import csv
import io
import json
import re
from contextlib import ExitStack
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk.archive import rechecks
from registry.bulk.models import ArchivedList, ArchivedReceipt
from registry.core.clock import now
from registry.http.uploads import one_of_few
from registry.organisations.models import Organisation
from registry.vocabulary.register import Answer
from tests.log.publishing import Publish
from tests.make import CZECH_AT_HOME, licence_record, make_agency, make_api_key, make_organisation, suspend
from tests.pages.organisations.conftest import MemberClient, make_member

NUMBER = "VYMYSL/=R1"
QUESTION = {"licence_number": NUMBER} | CZECH_AT_HOME
WICKED = "<b>启航</b> labour"


def smtp_mailbox(client: FlaskClient, key: str, **question: str) -> ArchivedReceipt:
    """A receipt as an organisation's program has it kept."""
    answer = client.post("/api/v1/verify", json={**question, "keep": True}, headers={"Authorization": f"Bearer {key}"})
    return (
        client.application.extensions["test_session"]
        .scalars(select(ArchivedReceipt).where(ArchivedReceipt.reference == answer.json["receipt_id"]))
        .one()
    )


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_receipt_is_found_read_checked_again_saved_and_let_go(
    client: FlaskClient, session: Session, publish: Publish
) -> None:
    agency = make_agency(session, licences=(licence_record(number=NUMBER),))
    publish()
    seat = MemberClient(client, session, make_member(session), now())
    others = make_organisation(session, "Invented Others")
    other = MemberClient(client, session, make_member(session, others, email="o@others.example"), now())
    key = make_api_key(session, session.get_one(Organisation, seat.member.organisation_id))
    session.commit()
    one, named = smtp_mailbox(client, key, **QUESTION), smtp_mailbox(client, key, name=WICKED)
    assert (one.verdict, named.verdict) == (Answer.YES, Answer.UNKNOWN)

    def listed(**query: Any) -> set[str]:
        page = seat._asks().get("/account/receipts", query_string=query).get_data(as_text=True)
        assert "<b>启航" not in page
        return set(re.findall(r'/account/receipts/(\w{12})"', page))

    assert listed() == {one.reference, named.reference}
    # What is looked for is found as it was typed, in whatever script; and no sign of it is a wildcard.
    for query, found in (
        ({"text": "启航"}, {named.reference}),
        ({"text": "vymysl/"}, {one.reference}),
        ({"text": "%"}, set()),
        ({"agency": agency.agency_id, "verdict": "yes"}, {one.reference}),
        ({"to_on": "2020-01-01"}, set()),
        ({"to_on": "9999-12-31", "verdict": "unknown"}, {named.reference}),
    ):
        assert listed(**query) == found, query
    for query, word in (
        ("agency=1", "not an agency reference"),
        ("from_on=1.2.26", "State a day"),
        ("verdict=maybe", "Choose an answer"),
    ):
        refused = seat.get(f"/account/receipts?{query}")
        assert (refused.status_code, word in refused.get_data(as_text=True)) == (400, True), query
    suspend(session, agency.agency_id)
    publish()
    page = seat.get(f"/account/receipts/{one.reference}").get_data(as_text=True)
    stated = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Answer then: Yes" in stated
    assert "The registry signed it, and it is unchanged." in stated
    assert "is answered today: No" in stated
    assert "Other than then: answer" in stated
    changes = seat.get("/account/receipts/changes").get_data(as_text=True)
    assert "Asked anew: 2. Answered otherwise now: 1." in changes
    assert re.findall(r'/account/receipts/(\w{12})"', changes) == [one.reference]
    saved = seat.get(f"/account/receipts/export?form=csv&agency={agency.agency_id}")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(saved.data.decode("utf-8-sig"))))
    question = f"nationality=CZ; licence_number={NUMBER}; origin=CZ; destination=CZ"
    assert [(row["receipt_id"], row["question"]) for row in rows] == [(one.reference, question)]
    assert seat.get(f"/account/receipts/{one.reference}/file").data == one.token.encode()
    assert seat.get("/account/receipts/export?form=exe").status_code == 404
    # Another organisation is told what it is told of what never was.
    for path in (f"/{one.reference}", f"/{one.reference}/file", f"?before={one.reference}", "/222222222222"):
        assert other.get(f"/account/receipts{path}").status_code == 404, path
    assert other.post(f"/account/receipts/{one.reference}/remove").status_code == 404
    assert one.reference not in other.get("/account/receipts").get_data(as_text=True)
    assert b"receipt_id" in other.get("/account/receipts/export?form=csv").data
    assert other.get("/account/receipts/export?form=csv").data.count(b"\n") == 1
    assert seat.post(f"/account/receipts/{one.reference}/remove").status_code == 303
    assert listed() == {named.reference}
    assert seat.post("/account/receipts/settings", days="0").status_code == 400
    assert seat.post("/account/receipts/settings", days="30").status_code == 303
    assert 'value="30"' in seat.get("/account/receipts").get_data(as_text=True)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_archived_list_is_found_asked_again_and_deleted(
    client: FlaskClient, session: Session, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = make_agency(session, licences=(licence_record(number=NUMBER),))
    publish()
    seat = MemberClient(client, session, make_member(session), now())
    other = MemberClient(
        client, session, make_member(session, make_organisation(session, "Invented Others"), email="o@o.example"), now()
    )
    key = make_api_key(session, session.get_one(Organisation, seat.member.organisation_id))
    session.commit()
    rows = [QUESTION, {"name": WICKED, "key": "<i>ours"}, QUESTION | {"key": "third"}]
    references = []
    for items in (rows, rows[:1]):
        sent = {"items": items, "keep": True}
        answer = client.post("/api/v1/verifications", json=sent, headers={"Authorization": f"Bearer {key}"})
        references.append(answer.json["list_id"])
    whole, short = references
    named = session.scalars(select(ArchivedList).where(ArchivedList.reference == whole)).one()
    named.name = "供应商 100%.csv"
    session.commit()

    def listed(query: str = "") -> list[str]:
        page = seat.get(f"/account/receipts/lists{query}").get_data(as_text=True)
        return re.findall(r'/account/receipts/lists/(\w{12})"', page)

    assert re.search(rf'lists/{whole}".*?Rows">3</td>', seat.get("/account/receipts").get_data(as_text=True), re.DOTALL)
    for query, found in (
        ("", [short, whole]),
        ("?text=供应商", [whole]),
        ("?text=%25.C", [whole]),
        ("?text=_", []),
        (f"?text={short.lower()}", [short]),
        ("?to_on=2020-01-01", []),
    ):
        assert listed(query) == found, query
    assert seat.get("/account/receipts/lists?from_on=1.2.26").status_code == 400
    # People count rows from 1, and the file that proves one from 0.
    proof = f"/account/receipts/lists/{whole}/proof"
    saved = seat.get(f"{proof}?row=3")
    proven = json.loads(saved.data)
    assert (proven["n"], proven["count"], '"key":"third"' in proven["statement"]) == (2, 3, True)
    assert saved.headers["Content-Disposition"].endswith(f'{whole}-row-3.json"')
    for row in ("0", "4", "-1", "１", "9" * 30, "%3Cb%3E", ""):
        refused = seat.get(f"{proof}?row={row}")
        assert (refused.status_code, "has no such row" in refused.get_data(as_text=True)) == (404, True), row
    assert other.get(f"{proof}?row=1").status_code == 404
    monkeypatch.setattr("registry.pages.organisations.archived_lists.A_PAGE", 1)
    page = seat.get("/account/receipts/lists?from_on=2020-01-01").get_data(as_text=True)
    assert f'href="/account/receipts/lists?from_on=2020-01-01&amp;before={short}"' in page
    assert listed(f"?from_on=2020-01-01&before={short}") == [whole]
    # What is asked anew is asked some rows at a time; what stays as it was is not listed.
    changes = f"/account/receipts/lists/{whole}/changes"
    assert "Rows 1 to 3 were asked anew. Answered otherwise now: 0." in seat.get(changes).get_data(as_text=True)
    suspend(session, agency.agency_id)
    publish()
    # What takes seconds takes few of the threads, and none of those that take files.
    with ExitStack() as existing:
        for _ in range(2):
            existing.enter_context(one_of_few(among=rechecks._ASKING))
        busy = seat.get(changes)
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "15")
        assert (
            client.get(
                f"/api/v1/archived-lists/{whole}/changes", headers={"Authorization": f"Bearer {key}"}
            ).status_code
            == 503
        )
        with one_of_few():
            pass
    monkeypatch.setattr("registry.pages.organisations.archived_lists.ASKED", 2)
    first = seat.get(changes).get_data(as_text=True)
    assert "Rows 1 to 2 were asked anew. Answered otherwise now: 1." in first
    assert f'href="{changes}?after=2"' in first
    second = " ".join(re.sub("<[^>]+>", " ", seat.get(f"{changes}?after=2").get_data(as_text=True)).split())
    assert "Rows 3 to 3 were asked anew. Answered otherwise now: 1." in second
    assert f"3 third {NUMBER} Yes No answer" in second
    assert "Ask the next rows" not in second
    assert "Rows 0 to 0" not in seat.get(f"{changes}?after=9").get_data(as_text=True)
    assert seat.get(f"{changes}?after=-1").status_code == 404
    assert "Archived list" in seat.get(f"/account/receipts/lists/{whole}").get_data(as_text=True)
    assert seat.get(f"/account/receipts/lists/{whole}/statements").data.count(b"\n") == 3
    # Another organisation is told what it is told of what never was.
    for path in (
        "/222222222222",
        *(f"/{whole}{part}" for part in ("", "/statements", "/manifest", "/changes")),
        f"?before={whole}",
    ):
        assert other.get(f"/account/receipts/lists{path}").status_code == 404, path
    assert whole not in other.get("/account/receipts/lists").get_data(as_text=True)
    assert other.post(f"/account/receipts/lists/{whole}/remove").status_code == 404
    assert seat.post(f"/account/receipts/lists/{whole}/remove").status_code == 303
    assert listed() == [short]
