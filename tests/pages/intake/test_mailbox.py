"""The mailbox: words both ways, consents, a copy, another number, helpers, and taking it back."""

import io
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.complaints.case import messages
from registry.complaints.case.consents import is_consented
from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance_case
from registry.complaints.intake.models import Message
from registry.complaints.sealing import unit_keys
from registry.complaints.sealing.models import EncryptedContainer, UnitKey, UnitKeyState, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.i18n.languages import CATALOGUES, text
from registry.i18n.wording import date_text
from registry.log.actions import Draft, append
from registry.officers.models import Unit
from registry.vocabulary.cases import Author, CaseRole, CaseState, ConsentKind, KeyHolder
from registry.vocabulary.register import Language
from registry.vocabulary.supervision import EntryType
from tests.complaints.samples import recording
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1) {{7*7}} ${7*7} <%= 7*7 %>",
    "'; DROP TABLE cases; --",
    "=cmd|' /C calc'!A0",
    "</textarea><h1>伪造</h1>",
    "\u202e‮gpj.exe\u2066\u200b\u200d\ufeff",
    "Ṱ̺̺o͞ 🏳0🌈️ ｆｕｌｌ",
]


def only_case(session: Session) -> Case:
    return session.execute(select(Case)).scalar_one()


def officer_writes(session: Session, sealer: Sealer, words: str) -> None:
    case = only_case(session)
    box = session.execute(select(EncryptedContainer)).scalar_one()
    unit = session.get_one(Unit, case.unit_id)
    opened = sealer.open_as_unit(session, box, unit.reference)
    messages.write_message(session, sealer, case, opened, Author.OFFICER, words, now().date())


def test_the_days_of_the_first_reply_and_the_answer_are_on_the_page(phone: Phone, session: Session) -> None:
    phone.file()
    filed = only_case(session).filed_on
    for days in (7,):
        by = date_text(Language.ZH_HANS, filed.fromordinal(filed.toordinal() + days))
        assert by in phone.text


def test_the_page_and_its_copy_show_which_keys_open_it_and_what_the_log_says_of_them(
    phone: Phone, session: Session, sealer: Sealer, publish: Callable[[], None]
) -> None:
    phone.file()
    session.commit()
    query = select(WrappedKey.kid).where(WrappedKey.holder_kind.in_([KeyHolder.UNIT, KeyHolder.CUSTODIAN]))
    unit, custodian = session.execute(query.order_by(WrappedKey.id)).scalars().all()

    def shown(standing: str, **values: int) -> str:
        return text(Language.ZH_HANS, f"page.box.mine.keys.{standing}", **values)

    for path in ("/mine", "/copy"):
        phone.go(path)
        assert phone.text.count(shown("not_logged")) == 2
        assert unit in phone.text
        assert custodian in phone.text
    append(session, [Draft(f"agency/{new_reference()}", EntryType.AGENCY_REGISTERED, {"n": 1})])
    unit_keys.log_unit_keys(session, sealer.keyring)
    publish()
    entries = {kid: one.added_index for kid, one in unit_keys.entries_of_keys(session, [unit, custodian]).items()}
    session.rollback()
    for path in ("/mine", "/copy"):
        phone.go(path)
        for kid in (unit, custodian):
            assert re.search(rf"{kid}.*{shown('logged', index=entries[kid])}", phone.text)
    session.execute(update(UnitKey).where(UnitKey.kid == unit).values(state=UnitKeyState.RETIRED))
    unit_keys.log_unit_keys(session, sealer.keyring)
    publish()
    phone.go("/mine")
    assert phone.text.count(shown("taken_back")) == 1


def test_a_message_is_there_once_however_often_it_is_sent(phone: Phone, session: Session) -> None:
    phone.file()
    form = phone.form("write") | {"text": "我换了住的地方。"}
    for _ in range(3):
        assert phone.send(form, "write").headers["Location"] == "/zh-Hans/box/mine"
    assert len(session.execute(select(Message)).all()) == 1
    phone.go("/mine")
    assert phone.text.count("我换了住的地方。") == 1


def test_an_empty_or_endless_message_is_not_sent_and_not_lost(phone: Phone, session: Session) -> None:
    phone.file()
    assert phone.press("write", text="  \n ").status_code == 400
    long = "长" * 20_001
    answer = phone.press("write", text=long)
    assert answer.status_code == 400
    assert long in answer.text
    assert session.execute(select(Message)).first() is None


@pytest.mark.parametrize("words", HOSTILE)
def test_what_officers_write_is_shown_and_does_nothing(
    phone: Phone, session: Session, sealer: Sealer, words: str
) -> None:
    phone.file()
    officer_writes(session, sealer, words)
    phone.go("/mine")
    output = re.search(
        r'<article class="message officer">.*?<p class="said" dir="auto">(.*?)</p>', phone.text, re.DOTALL
    )
    assert output is not None
    assert "<" not in output[1]
    assert "49" not in output[1]
    assert ZH["page.box.mine.new"] in phone.text
    phone.go("/mine")
    assert f'<b class="mark">{ZH["page.box.mine.new"]}</b>' not in phone.text
    assert (
        "Labour office of"
        in re.findall(r'<article class="message officer">.*?<h3>(.*?)</h3>', phone.text, re.DOTALL)[0]
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_what_was_told_is_shown_again_and_does_nothing(phone: Phone, words: str) -> None:
    phone.begin()
    for code in ("account", "introducer", "employer"):
        phone.answer(PLACES[code], answer=words)
    phone.answer(PLACES["agency"], name=words)
    for path in ("/all", "/copy", f"/{PLACES['account']}", f"/{PLACES['agency']}"):
        phone.go(path)
        assert phone.shown.status_code == 200
        for tag in ("<script>alert", "<img src=x", "</textarea><h1>"):
            assert tag not in phone.text


def test_each_consent_is_given_and_taken_back_by_itself(phone: Phone, session: Session) -> None:
    phone.file()
    kinds = list(ConsentKind)
    for place, kind in enumerate(kinds):
        assert not is_consented(session, only_case(session), kind)
        phone.press("agree", place, wish="give")
        session.expire_all()
        assert [is_consented(session, only_case(session), one) for one in kinds] == [one is kind for one in kinds]
        phone.press("agree", place, wish="give")
        phone.press("agree", place, wish="revoke")
        session.expire_all()
        assert not is_consented(session, only_case(session), kind)
    assert ZH["page.box.mine.revoked"].split("{")[0] in phone.text


def test_a_copy_has_everything_that_was_written(phone: Phone) -> None:
    phone.file()
    phone.press("write", text="还有一件事。")
    phone.go("/copy")
    assert "护照在老板那里。" in phone.text
    assert "还有一件事。" in phone.text


def test_another_number_takes_the_place_of_the_old_once_it_was_typed_back(phone: Phone, other: Phone) -> None:
    old = phone.file()
    phone.press("other-number")
    assert phone.path == "/number"
    new = phone.code
    other.come_back(old)
    assert other.path == "/mine"
    phone.press("number", last_six=new[-6:])
    assert phone.path == "/mine"
    assert ZH["case.reads.received"] in phone.text
    other.go("/mine")
    assert 'name="number"' in other.text
    assert other.come_back(old).status_code == 404
    assert other.come_back(new).status_code == 200


def test_taking_it_back_asks_first_and_can_be_undone(phone: Phone, session: Session) -> None:
    phone.file()
    phone.go("/end")
    assert only_case(session).state is CaseState.SUBMITTED
    phone.press("end")
    assert phone.path == "/mine"
    session.expire_all()
    assert only_case(session).state is CaseState.WITHDRAWN
    assert ZH["page.box.mine.take_back"] in phone.text
    phone.press("again", text="是老板逼我的。")
    session.expire_all()
    assert only_case(session).state is CaseState.REOPENED
    assert "是老板逼我的。" in phone.text


def test_a_friend_makes_a_number_for_the_worker_who_decides(phone: Phone, other: Phone) -> None:
    phone.begin()
    phone.answer(PLACES["who_files"], answer="friend_or_family")
    phone.answer(PLACES["account"], answer="他被关着。")
    phone.go("/all")
    phone.press("send")
    friends = phone
    friends.press("hers")
    own = friends.code
    worker = other
    worker.come_back(own)
    worker.press("number", last_six=own[-6:]) if worker.path == "/number" else None
    worker.go("/mine")
    assert ZH["page.box.mine.helper.cut_off"] in worker.text
    worker.press("helper", wish="allow")
    assert ZH["page.box.mine.helper.stop"] in worker.text
    worker.press("helper", wish="cut_off")
    assert ZH["page.box.mine.helper.cut"] in worker.text
    friends.go("/mine")
    assert 'name="number"' in friends.text


def test_a_strangers_helper_cannot_be_cut_off(phone: Phone, other: Phone) -> None:
    phone.file()
    other.file()
    token = phone.form("write")["token"]
    for wish in ("cut_off", "allow", "stop"):
        assert phone.send({"token": token, "helper": "23456789ABCD", "wish": wish}, "helper").status_code == 409
    other.go("/mine")
    assert ZH["case.reads.received"] in other.text


def test_an_answer_is_spoken_in_the_mailbox_and_the_officers_are_told(phone: Phone, session: Session) -> None:
    phone.file()
    assert "microphone=(self)" in phone.shown.headers["Permissions-Policy"]
    assert "capture" in phone.text
    form = phone.form("files") | {"go": "mine", "changes_voice": "1", "file": (io.BytesIO(recording("webm")), "a.webm")}
    answer = phone.send(form, "files")
    assert answer.headers["Location"] == "/zh-Hans/box/mine"
    phone.go("/mine")
    assert phone.text.count(ZH["page.box.mine.voice.sent"] + " ·") == 1
    assert only_case(session).has_unread


def test_a_case_that_waits_for_an_answer_goes_on_when_it_is_spoken(phone: Phone, session: Session) -> None:
    phone.file()
    case = only_case(session)
    for state in (CaseState.IN_TRIAGE, CaseState.WAITING_COMPLAINANT):
        advance_case(session, case, state, CaseRole.TRIAGE, now())
    session.commit()
    phone.go("/mine")
    phone.send(phone.form("files") | {"go": "mine", "file": (io.BytesIO(recording("webm")), "a.webm")}, "files")
    session.expire_all()
    assert only_case(session).state is CaseState.IN_TRIAGE


def test_what_triage_calls_the_most_urgent_is_told_to_its_writer(phone: Phone) -> None:
    phone.begin()
    phone.answer(PLACES["account"], answer="他们打我，门锁着，护照被老板拿走了，三个月没有工资。")
    phone.go("/all")
    phone.press("send")
    assert text(Language.ZH_HANS, "page.box.mine.danger.filed", number="112") in phone.text
