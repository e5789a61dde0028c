"""The page after sending: what to do today, a reminder that says nothing, and nothing more asked once it was withdrawn."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.parties.transfers import actions
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.i18n.languages import CATALOGUES
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState
from tests.complaints.parties.transfers.making import ITALY, REASON, as_officer, make_staff
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]


def sent_about(phone: Phone, country: str) -> None:
    phone.begin()
    phone.answer(PLACES["country"], answer=country)
    phone.answer(PLACES["account"], answer="护照被扣，三个月没有工资。")
    phone.go("/all")
    phone.press("send")


def test_after_sending_the_page_says_what_to_do_today(phone: Phone) -> None:
    sent_about(phone, "IT")
    assert ZH["page.box.mine.today.keep"] in phone.text
    assert ZH["page.box.mine.today.call"] in phone.text
    assert ZH["page.box.mine.today.elsewhere"] not in phone.text


def test_who_was_sent_to_an_office_that_cannot_decide_is_told_so_after_sending_too(phone: Phone) -> None:
    sent_about(phone, "RO")
    assert ZH["page.box.mine.today.elsewhere"] in phone.text


def test_a_complaint_that_came_to_the_wrong_country_says_who_reads_it_since_it_was_transferred(
    phone: Phone, session: Session, sealer: Sealer, keyring: Keyring
) -> None:
    staff = make_staff(session, sealer, keyring)
    session.commit()
    sent_about(phone, "RO")
    case = session.scalars(select(Case)).one()
    assert session.get_one(Unit, case.unit_id).country == "CZ"
    transfer = actions.request(Call(session, as_officer(staff.dana), now()), sealer, case.reference, ITALY, REASON)
    taker = as_officer(staff.carla, CaseRole.SUPERVISOR)
    actions.accept(Call(session, taker, now()), sealer, transfer.reference)
    # The unit of the country of work, as if it were Romania's.
    session.get_one(Unit, case.unit_id).country = "RO"
    session.commit()
    phone.go("/mine")
    assert ZH["page.box.mine.handover"].partition("{date}")[0] in phone.text
    assert "Labour office of IT" in phone.text
    assert ZH["page.box.mine.office"].format(unit="Labour office of CZ") in phone.text
    assert ZH["page.box.mine.today.elsewhere"] not in phone.text, "the office that reads it now can decide there"


def test_a_withdrawn_complaint_asks_nothing_more(phone: Phone) -> None:
    phone.file()
    phone.press("agree", 0, wish="give")
    phone.go("/end")
    phone.press("end")
    assert ZH["page.box.mine.come_back"] not in phone.text
    assert ZH["page.box.mine.messages"] not in phone.text
    assert ZH["page.box.mine.today"] not in phone.text
    # What was agreed to can still be taken back; what was not is no longer asked.
    assert phone.text.count('name="kind"') == 1
    assert 'value="revoke"' in phone.text
    assert ZH["page.box.mine.take_back"] in phone.text


def test_words_are_taken_after_a_decision(phone: Phone, session: Session) -> None:
    phone.file()
    case = session.scalars(select(Case)).one()
    case.state = CaseState.DECIDED_NOT_UPHELD
    session.commit()
    phone.go("/mine")
    phone.press("write", text="他们又拿走了我的护照。")
    assert phone.shown.status_code == 200
    assert "他们又拿走了我的护照。" in phone.text


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_reminder_for_the_telephone_says_nothing(phone: Phone, language: str) -> None:
    code = phone.file()
    body = phone.client.get(f"/{language}/box/days")
    assert body.mimetype == "text/calendar"
    assert body.headers["Content-Disposition"] == 'attachment; filename="calendar.ics"'
    assert body.headers["Cache-Control"] == "no-store"
    lines = body.get_data(as_text=True).split("\r\n")
    assert {line for line in lines if line.startswith("SUMMARY:")} == {
        f"SUMMARY:{CATALOGUES[language]['page.box.title']}"
    }
    first = next(line for line in lines if line.startswith("DTSTART"))
    day = date.fromisoformat(first.partition(":")[2])
    assert now().date() < day <= now().date() + timedelta(days=8)
    text = "".join(lines)
    assert not re.search(r"https?:|registry|box|URL|LOCATION|ORGANIZER", text, re.IGNORECASE)
    assert code[:8] not in text
