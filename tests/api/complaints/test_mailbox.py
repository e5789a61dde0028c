"""The mailbox by the API: where it stands, messages both ways, consents, withdrawing and opening again."""

import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.intake.models import Message
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.i18n.languages import text as text_of
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, CaseState, Priority
from registry.vocabulary.register import Language
from tests.api.complaints.conftest import UNIT, make_unit
from tests.complaints.complainant import ACCOUNT, Complainant, by_client, new_key
from tests.officers.making import make_officer

Somebody = Callable[[], Complainant]
INVESTIGATOR = Officer("Rossi, invented", CaseRole.INVESTIGATOR, UNIT)

NAUGHTY = [
    "undefined null None true NaN \\ \\\\ \\0",
    "'; DROP TABLE cases; -- ' OR 1=1 UNION SELECT",
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% include '/etc/passwd' %} %s %d %n {0} {account}",
    '=HYPERLINK("http://elsewhere.example") +1 -1 @SUM(1) \tcell',
    "\u202egnp.exe \u2066isolated\u2069 \u200bzero\u200bwidth\ufeff",
    "Ṫ̈̃h̷̡e̴ ͠z̵a̶l̷g̸o̷ e\u0301 \u1e9b\u0323 ﷽ \U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1ee\U0001f1f9 \U0002070e\U00020731",
    "line one\nline two\r\nLocation: https://elsewhere.example\r\n\r\n<html>",
    "../../../../etc/passwd %2e%2e%2f C:\\con\\con \\\\elsewhere\\share file:///etc/passwd",
    "$(touch /tmp/x) `id` | cat ; ls && true\x1b[31mred\x07\x08\x7f",
    "１２３４ ¼ ² Ⅷ 〇 零 ٣ १२ 0x10 1e309 -0 Infinity",
    "老板扣了护照；工头說不准離開。「宿舍」……￥３万",
    '{"$ne": null} {"__proto__": {"admin": true}} <!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    " leading and trailing \u00a0",
]
"""Our own list of hostile texts: markup, templates, SQL, formulas, shells, paths, marks that turn text around."""


def test_messages_are_there_once_however_often_they_are_sent(somebody: Somebody, session: Session) -> None:
    filer, key = somebody().filed(), new_key()
    first, second = filer.write("the same", once=key), filer.write("the same", once=key)
    assert (first.status, second.status, first.body) == (201, 201, second.body)
    assert filer.write("the same", once=new_key()).body != first.body
    assert filer.write("the same").status == 201
    assert session.execute(select(func.count(Message.id))).scalar_one() == 3


def test_the_mailbox_names_the_office_that_reads_it_and_where_that_is(
    client: FlaskClient, session: Session, sealer: Sealer, keyring: Keyring
) -> None:
    """A unit in which no one works takes nothing: another reads it, and says so."""
    make_unit(session, sealer)
    make_unit(session, sealer, "de-empty", "DE")
    make_officer(session, keyring, Role.TRIAGE, unit=UNIT)
    session.commit()
    box = Complainant(by_client(client)).filed(country="DE", in_danger="yes").mailbox()
    assert (box["office"], box["office_country"]) == ("Invented unit", "IT")
    draft = Complainant(by_client(client))
    draft.start()
    draft.confirm()
    assert (draft.mailbox()["office"], draft.mailbox()["office_country"]) == (None, None)


def test_the_officers_answer_is_new_until_it_was_read(somebody: Somebody, session: Session, sealer: Sealer) -> None:
    filer = somebody().filed()
    case = session.execute(select(Case)).scalar_one()
    casework.reply(Call(session, INVESTIGATOR, now()), sealer, case.reference, "We have it.")
    session.commit()
    (answer,) = filer.mailbox()["messages"]
    assert (answer["author"], answer["text"], answer["is_new"]) == ("officer", "We have it.", True)
    assert filer.mailbox()["messages"][0]["is_new"] is False
    assert filer.mailbox()["acknowledge_by"] is None


def test_nothing_in_an_answer_tells_which_case_or_priority_it_is(somebody: Somebody, session: Session) -> None:
    filer = somebody().filed(in_danger="yes")
    case = session.execute(select(Case)).scalar_one()
    stated = json.dumps([filer.mailbox(), filer.send("GET", "/copy").body, filer.submit().body])
    assert case.reference not in stated
    assert f'"{case.priority}"' not in stated


def test_a_flood_that_was_set_aside_reads_as_received(somebody: Somebody, session: Session) -> None:
    filer = somebody().filed()
    before = filer.mailbox()
    session.execute(select(Case)).scalar_one().state = CaseState.QUARANTINED
    session.commit()
    assert filer.mailbox() == before


def test_text_comes_back_as_it_was_written_and_as_nothing_else(somebody: Somebody) -> None:
    filer = somebody()
    filer.start()
    filer.confirm()
    for text in NAUGHTY:
        stored = filer.answer(account=text, introducer="x").body["answers"]["account"]
        assert stored == text.replace("\r\n", "\n").strip()
    filer.submit()
    for text in NAUGHTY:
        assert filer.write(text).status == 201
    read = filer.send("GET", "/mailbox")
    # Control characters, which no one sees, are left out of messages.
    assert [message["text"] for message in read.body["messages"]] == [
        re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text.replace("\r\n", "\n")).strip() for text in NAUGHTY
    ]
    assert read.headers["Content-Type"] == "application/json"
    assert read.headers["X-Content-Type-Options"] == "nosniff"


def test_a_message_holds_20000_characters_and_not_one_more(somebody: Somebody) -> None:
    filer = somebody().filed()
    assert filer.write("工" * 20_000).status == 201
    longer = filer.write("工" * 20_001)
    assert [(fault["parameter"], fault["code"]) for fault in longer.body["errors"]] == [("text", "too_long")]
    for nothing in ("", " \n\t", "\0", "\ud800"):
        assert filer.write(nothing).status == 400


@pytest.mark.parametrize(
    "body", [{"text": "他们打我，门锁了，救命"}, {"in_danger": True}, {"in_danger": True, "text": "Come, please."}]
)
def test_danger_is_of_the_first_priority_at_once(somebody: Somebody, session: Session, body: dict[str, object]) -> None:
    filer, key = somebody().filed(), new_key()
    for _ in range(2):
        sent = filer.send("POST", "/messages", json=body, once=key)
        assert (sent.status, sent.body["is_danger"]) == (201, True)
    case = session.execute(select(Case)).scalar_one()
    assert (case.priority, case.has_unread) == (Priority.P0, True)
    [message] = filer.mailbox()["messages"]
    assert message["text"] == body.get("text", text_of(Language.EN, "page.box.mine.danger.said"))


def test_an_ordinary_message_raises_nothing_and_one_without_text_says_nothing(
    somebody: Somebody, session: Session
) -> None:
    filer = somebody().filed()
    before = session.execute(select(Case.priority)).scalar_one()
    assert filer.write("We moved.").body["is_danger"] is False
    assert session.execute(select(Case.priority)).scalar_one() is before
    for nothing in ({}, {"in_danger": False}):
        faults = filer.send("POST", "/messages", json=nothing).body["errors"]
        assert [(fault["parameter"], fault["code"]) for fault in faults] == [("text", "missing")]


def test_consents_stand_each_on_its_own(somebody: Somebody) -> None:
    filer = somebody().filed()

    def given() -> list[str]:
        return [one["kind"] for one in filer.mailbox()["consents"] if one["is_given"]]

    assert given() == []
    for _ in range(2):
        assert filer.send("PUT", "/consents/union", json={"is_given": True}).status == 204
    assert given() == ["union"]
    assert filer.send("PUT", "/consents/union", json={"is_given": False}).status == 204
    assert given() == []
    assert filer.send("PUT", "/consents/everybody", json={"is_given": True}).status == 404


def test_what_was_withdrawn_may_be_taken_up_again(somebody: Somebody) -> None:
    filer = somebody().filed()
    assert "withdraw" in filer.mailbox()["can"]
    for _ in range(2):
        assert filer.send("POST", "/withdraw").status == 204
    assert (filer.mailbox()["state"], filer.mailbox()["purge_on"] is not None) == ("withdrawn", True)
    assert filer.write("too late").status == 409
    assert filer.send("POST", "/reopen", json={"text": "I was made to."}).status == 204
    assert filer.mailbox()["state"] == "opened_again"
    assert [one["text"] for one in filer.mailbox()["messages"]] == ["I was made to."]


def test_what_is_not_decided_cannot_be_opened_again(somebody: Somebody) -> None:
    assert somebody().filed().send("POST", "/reopen", json={"text": "x"}).status == 409


def test_the_copy_holds_all_that_was_written(somebody: Somebody) -> None:
    filer = somebody().filed()
    filer.write("later")
    copy = filer.send("GET", "/copy").body
    assert copy["answers"]["answers"]["account"] == ACCOUNT
    assert copy["mailbox"]["messages"][0]["text"] == "later"
