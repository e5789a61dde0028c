"""The due-diligence file on pages: one's own alone, with what a receipt says, whether it holds, and what changed."""

import csv
import io
import json
import re
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk.archive import rechecks
from registry.bulk.models import ArchivedList, ArchivedReceipt
from registry.core.clock import now
from registry.http.uploads import one_of_few
from registry.organisations.models import Organisation
from registry.register.agencies.record import Agency
from registry.vocabulary.register import Answer
from tests.log.publishing import Publish
from tests.make import CZECH_AT_HOME, licence_record, make_agency, make_api_key, make_organisation, suspend
from tests.pages.organisations.conftest import MemberClient, make_member

NUMBER = "VYMYSL/=R1"
QUESTION = {"licence_number": NUMBER} | CZECH_AT_HOME
WICKED = "<b>启航</b> labour"
ROWS = [QUESTION, {"name": WICKED, "key": "<i>ours"}, QUESTION | {"key": "third"}]


pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def agency(session: Session, publish: Publish) -> Agency:
    made = make_agency(session, licences=(licence_record(number=NUMBER),))
    publish()
    return made


@pytest.fixture
def member_client(client: FlaskClient, session: Session) -> MemberClient:
    return MemberClient(client, session, make_member(session), now())


@pytest.fixture
def other(client: FlaskClient, session: Session) -> MemberClient:
    """A member of another organisation."""
    others = make_organisation(session, "Invented Others")
    return MemberClient(client, session, make_member(session, others, email="o@others.example"), now())


@pytest.fixture
def key(session: Session, member_client: MemberClient) -> str:
    """A key of the organisation that the member_client is of."""
    made = make_api_key(session, session.get_one(Organisation, member_client.member.organisation_id))
    session.commit()
    return made


@pytest.fixture
def receipt(client: FlaskClient, agency: Agency, key: str) -> ArchivedReceipt:
    """A receipt of an answer that was yes."""
    return keep_receipt(client, key, **QUESTION)


@pytest.fixture
def named(client: FlaskClient, agency: Agency, key: str, receipt: ArchivedReceipt) -> ArchivedReceipt:
    """A later receipt, of a question by a name that is unknown."""
    return keep_receipt(client, key, name=WICKED)


@pytest.fixture
def whole(client: FlaskClient, session: Session, agency: Agency, key: str) -> str:
    """The reference of an archived list of three rows, which has a name."""
    reference = keep_list(client, key, ROWS)
    list_of(session, reference).name = "供应商 100%.csv"
    session.commit()
    return reference


@pytest.fixture
def short(client: FlaskClient, key: str, whole: str) -> str:
    """The reference of a later list of one row, without a name."""
    return keep_list(client, key, ROWS[:1])


def keep_receipt(client: FlaskClient, key: str, **question: str) -> ArchivedReceipt:
    """A receipt as an organisation's program has it kept."""
    answer = client.post("/api/v1/verify", json={**question, "keep": True}, headers={"Authorization": f"Bearer {key}"})
    return (
        client.application.extensions["test_session"]
        .scalars(select(ArchivedReceipt).where(ArchivedReceipt.reference == answer.json["receipt_id"]))
        .one()
    )


def keep_list(client: FlaskClient, key: str, items: list[dict[str, str]]) -> str:
    """An archived list as an organisation's program has it kept; gives its reference."""
    sent = {"items": items, "keep": True}
    answer = client.post("/api/v1/verifications", json=sent, headers={"Authorization": f"Bearer {key}"})
    return str(answer.json["list_id"])


def list_of(session: Session, reference: str) -> ArchivedList:
    return session.scalars(select(ArchivedList).where(ArchivedList.reference == reference)).one()


def listed(member_client: MemberClient, query: str = "") -> set[str]:
    """The receipts on the page of them."""
    page = member_client.get(f"/account/receipts{query}").get_data(as_text=True)
    assert "<b>启航" not in page
    return set(re.findall(r'/account/receipts/(\w{12})"', page))


def listed_lists(member_client: MemberClient, query: str = "") -> list[str]:
    """The archived lists on the page of them, as they follow."""
    return re.findall(
        r'/account/receipts/lists/(\w{12})"',
        member_client.get(f"/account/receipts/lists{query}").get_data(as_text=True),
    )


def words_on(member_client: MemberClient, path: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", member_client.get(path).get_data(as_text=True)).split())


def test_receipts_are_found_by_what_was_typed_in_any_script_and_no_sign_is_a_wildcard(
    member_client: MemberClient, agency: Agency, receipt: ArchivedReceipt, named: ArchivedReceipt
) -> None:
    assert (receipt.verdict, named.verdict) == (Answer.YES, Answer.UNKNOWN)
    assert listed(member_client) == {receipt.reference, named.reference}
    for query, found in (
        ("?text=启航", {named.reference}),
        ("?text=vymysl/", {receipt.reference}),
        ("?text=%25", set()),
        (f"?agency={agency.agency_id}&verdict=yes", {receipt.reference}),
        ("?to_on=2020-01-01", set()),
        ("?to_on=9999-12-31&verdict=unknown", {named.reference}),
    ):
        assert listed(member_client, query) == found, query


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("agency=1", "not an agency reference"),
        ("from_on=1.2.26", "State a day"),
        ("verdict=maybe", "Choose an answer"),
    ],
)
def test_a_filter_of_receipts_that_cannot_be_read_is_refused_in_words(
    member_client: MemberClient, query: str, word: str
) -> None:
    refused = member_client.get(f"/account/receipts?{query}")
    assert (refused.status_code, word in refused.get_data(as_text=True)) == (400, True)


def test_a_receipt_says_what_was_answered_that_it_holds_and_what_is_answered_today(
    session: Session, member_client: MemberClient, agency: Agency, receipt: ArchivedReceipt, publish: Publish
) -> None:
    suspend(session, agency.agency_id)
    publish()
    stated = words_on(member_client, f"/account/receipts/{receipt.reference}")
    assert "Answer then: Yes" in stated
    assert "The registry signed it, and it is unchanged." in stated
    assert "is answered today: No" in stated
    assert "Other than then: answer" in stated


def test_receipts_that_are_answered_otherwise_now_are_listed_alone(
    session: Session,
    member_client: MemberClient,
    agency: Agency,
    receipt: ArchivedReceipt,
    named: ArchivedReceipt,
    publish: Publish,
) -> None:
    suspend(session, agency.agency_id)
    publish()
    changes = member_client.get("/account/receipts/changes").get_data(as_text=True)
    assert "Asked anew: 2. Answered otherwise now: 1." in changes
    assert re.findall(r'/account/receipts/(\w{12})"', changes) == [receipt.reference]


def test_receipts_are_saved_as_a_table_and_each_as_it_was_signed(
    member_client: MemberClient, agency: Agency, receipt: ArchivedReceipt, named: ArchivedReceipt
) -> None:
    saved = member_client.get(f"/account/receipts/export?form=csv&agency={agency.agency_id}")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(saved.data.decode("utf-8-sig"))))
    question = f"nationality=CZ; licence_number={NUMBER}; origin=CZ; destination=CZ"
    assert [(row["receipt_id"], row["question"]) for row in rows] == [(receipt.reference, question)]
    assert member_client.get(f"/account/receipts/{receipt.reference}/file").data == receipt.token.encode()
    assert member_client.get("/account/receipts/export?form=exe").status_code == 404


def test_another_organisation_is_told_of_a_receipt_what_it_is_told_of_none(
    other: MemberClient, receipt: ArchivedReceipt
) -> None:
    for path in (
        f"/{receipt.reference}",
        f"/{receipt.reference}/file",
        f"?before={receipt.reference}",
        "/222222222222",
    ):
        assert other.get(f"/account/receipts{path}").status_code == 404, path
    assert other.post(f"/account/receipts/{receipt.reference}/remove").status_code == 404
    assert receipt.reference not in other.get("/account/receipts").get_data(as_text=True)
    exported = other.get("/account/receipts/export?form=csv").data
    assert (b"receipt_id" in exported, exported.count(b"\n")) == (True, 1)


def test_a_receipt_that_was_let_go_is_listed_no_more(
    member_client: MemberClient, receipt: ArchivedReceipt, named: ArchivedReceipt
) -> None:
    assert member_client.post(f"/account/receipts/{receipt.reference}/remove").status_code == 303
    assert listed(member_client) == {named.reference}


def test_how_long_receipts_are_kept_is_set_in_days(member_client: MemberClient) -> None:
    assert member_client.post("/account/receipts/settings", days="0").status_code == 400
    assert member_client.post("/account/receipts/settings", days="30").status_code == 303
    assert 'value="30"' in member_client.get("/account/receipts").get_data(as_text=True)


def test_an_archived_list_is_found_by_name_reference_and_day(
    member_client: MemberClient, whole: str, short: str
) -> None:
    page = member_client.get("/account/receipts").get_data(as_text=True)
    assert re.search(rf'lists/{whole}".*?Rows">3</td>', page, re.DOTALL)
    for query, found in (
        ("", [short, whole]),
        ("?text=供应商", [whole]),
        ("?text=%25.C", [whole]),
        ("?text=_", []),
        (f"?text={short.lower()}", [short]),
        ("?to_on=2020-01-01", []),
    ):
        assert listed_lists(member_client, query) == found, query
    assert member_client.get("/account/receipts/lists?from_on=1.2.26").status_code == 400


def test_the_next_page_of_archived_lists_keeps_the_filter(
    member_client: MemberClient, whole: str, short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.pages.organisations.receipts.A_PAGE", 1)
    page = member_client.get("/account/receipts/lists?from_on=2020-01-01").get_data(as_text=True)
    assert f'href="/account/receipts/lists?from_on=2020-01-01&amp;before={short}"' in page
    assert listed_lists(member_client, f"?from_on=2020-01-01&before={short}") == [whole]


def test_one_row_of_an_archived_list_is_proved_by_the_number_that_people_count(
    member_client: MemberClient, whole: str
) -> None:
    # People count rows from 1, and the file that proves one from 0.
    proof = f"/account/receipts/lists/{whole}/proof"
    saved = member_client.get(f"{proof}?row=3")
    proven = json.loads(saved.data)
    assert (proven["n"], proven["count"], '"key":"third"' in proven["statement"]) == (2, 3, True)
    assert saved.headers["Content-Disposition"].endswith(f'{whole}-row-3.json"')
    for row in ("0", "4", "-1", "１", "9" * 30, "%3Cb%3E", ""):
        refused = member_client.get(f"{proof}?row={row}")
        assert (refused.status_code, "has no such row" in refused.get_data(as_text=True)) == (404, True), row


def test_an_archived_list_is_asked_anew_some_rows_at_a_time_and_lists_what_changed_alone(
    session: Session,
    member_client: MemberClient,
    agency: Agency,
    whole: str,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changes = f"/account/receipts/lists/{whole}/changes"
    assert "Rows 1 to 3 were asked anew. Answered otherwise now: 0." in member_client.get(changes).get_data(
        as_text=True
    )
    suspend(session, agency.agency_id)
    publish()
    monkeypatch.setattr("registry.bulk.archive.rechecks.ASKED", 2)
    first = member_client.get(changes).get_data(as_text=True)
    assert "Rows 1 to 2 were asked anew. Answered otherwise now: 1." in first
    assert f'href="{changes}?after=2"' in first
    second = words_on(member_client, f"{changes}?after=2")
    assert "Rows 3 to 3 were asked anew. Answered otherwise now: 1." in second
    assert f"3 third {NUMBER} Yes No answer" in second
    assert "Ask the next rows" not in second
    assert "Rows 0 to 0" not in member_client.get(f"{changes}?after=9").get_data(as_text=True)
    assert member_client.get(f"{changes}?after=-1").status_code == 404


def test_asking_an_archived_list_anew_takes_few_of_the_threads_and_none_of_those_that_take_files(
    client: FlaskClient, member_client: MemberClient, key: str, whole: str
) -> None:
    with ExitStack() as existing:
        for _ in range(2):
            existing.enter_context(one_of_few(among=rechecks._ASKING))
        busy = member_client.get(f"/account/receipts/lists/{whole}/changes")
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "15")
        headers = {"Authorization": f"Bearer {key}"}
        assert client.get(f"/api/v1/archived-lists/{whole}/changes", headers=headers).status_code == 503
        with one_of_few():
            pass


def test_an_archived_list_has_its_page_and_its_statements(member_client: MemberClient, whole: str) -> None:
    assert "Archived list" in member_client.get(f"/account/receipts/lists/{whole}").get_data(as_text=True)
    assert member_client.get(f"/account/receipts/lists/{whole}/statements").data.count(b"\n") == 3


def test_another_organisation_is_told_of_an_archived_list_what_it_is_told_of_none(
    other: MemberClient, whole: str
) -> None:
    for path in (
        "/222222222222",
        *(f"/{whole}{part}" for part in ("", "/statements", "/manifest", "/changes", "/proof?row=1")),
        f"?before={whole}",
    ):
        assert other.get(f"/account/receipts/lists{path}").status_code == 404, path
    assert whole not in other.get("/account/receipts/lists").get_data(as_text=True)
    assert other.post(f"/account/receipts/lists/{whole}/remove").status_code == 404


def test_an_archived_list_that_was_deleted_is_listed_no_more(
    member_client: MemberClient, whole: str, short: str
) -> None:
    assert member_client.post(f"/account/receipts/lists/{whole}/remove").status_code == 303
    assert listed_lists(member_client) == [short]
