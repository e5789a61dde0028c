"""Filing by forms alone: the number first, then one question a page, and everything once more before it is sent."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.sealing.models import EncryptedContainer
from registry.i18n.languages import CATALOGUES
from registry.vocabulary.cases import CaseState, MailboxRole
from registry.vocabulary.register import Language
from tests.make import make_agency
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]


def cases(session: Session) -> list[Case]:
    return list(session.execute(select(Case).order_by(Case.id)).scalars())


def test_a_worker_files_from_first_page_to_receipt(phone: Phone, session: Session) -> None:
    phone.go()
    assert "112" in phone.text
    phone.press("begin")
    assert phone.path == "/number"
    code = phone.code
    assert len(code) == 22
    phone.press("number", last_six=code[-6:])
    assert phone.path == "/short"
    phone.go("/1")
    phone.press("1", answer="no", go="next")
    assert phone.path == "/2"
    phone.answer(PLACES["country"], answer="IT")
    phone.answer(PLACES["account"], answer="他们扣了护照。")
    phone.answer(PLACES["consent_union"], answer="yes")
    phone.go("/all")
    assert "他们扣了护照。" in phone.text
    phone.press("send")
    assert phone.path == "/mine"
    assert ZH["case.reads.received"] in phone.text
    [case] = cases(session)
    assert (case.state, case.country) == (CaseState.SUBMITTED, "IT")
    assert code not in phone.text


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_it_goes_in_every_language(phone: Phone, language: Language) -> None:
    phone.language = language
    phone.file()
    assert CATALOGUES[language]["case.reads.received"] in phone.text


def test_the_number_is_typed_back_before_there_is_a_mailbox(phone: Phone) -> None:
    phone.go()
    phone.press("begin")
    code = phone.code
    for path in ("/mine", "/copy", "/end"):
        phone.go(path)
        assert phone.path == "/number"
    wrong = f"{(int(code[-6:]) + 1) % 1_000_000:06d}"
    answer = phone.press("number", last_six=wrong)
    assert (answer.status_code, phone.code) == (400, code)
    phone.press("number", last_six=f"{code[-6:-3]} {code[-3:]}")
    assert phone.path == "/short"
    phone.go("/number")
    assert code not in phone.text


def test_the_picture_has_digits_and_no_name_and_goes_with_the_number(phone: Phone, client: FlaskClient) -> None:
    phone.go()
    phone.press("begin")
    picture = client.get("/en/box/number.png")
    assert picture.mimetype == "image/png"
    body = picture.get_data()
    assert body.startswith(b"\x89PNG")
    assert len(body) < 12_000
    assert not re.search(rb"tEXt|iTXt|eXIf|tIME", body)
    assert "no-store" in picture.headers["Cache-Control"]
    assert "registry" not in picture.headers["Content-Disposition"]
    phone.press("number", last_six=phone.code[-6:])
    assert client.get("/en/box/number.png").status_code == 404


def test_danger_shows_112_and_the_countrys_line_at_once_and_goes_on(phone: Phone) -> None:
    phone.begin()
    phone.press("1", answer="yes", go="next")
    assert phone.path == "/1/now"
    assert 'href="tel:112"' in phone.text
    assert 'href="/zh-Hans/box/2"' in phone.text
    phone.answer(PLACES["where_now"], answer="IT")
    assert 'href="tel:112"' in phone.text
    assert "Numero Verde" in phone.text


def test_an_answer_is_kept_shown_again_changed_and_taken_back(phone: Phone) -> None:
    phone.begin()
    phone.answer(PLACES["introducer"], answer="同乡 <王>")
    phone.go(f"/{PLACES['introducer']}")
    assert "同乡 &lt;王&gt;</textarea>" in phone.text
    phone.press(str(PLACES["introducer"]), answer="", go="next")
    phone.go(f"/{PLACES['introducer']}")
    assert "同乡" not in phone.text


def test_what_cannot_be_read_is_shown_again_with_what_was_typed(phone: Phone) -> None:
    phone.begin()
    answer = phone.answer(PLACES["hours_a_day"], answer="很多很多")
    assert answer.status_code == 400
    assert 'value="很多很多"' in phone.text
    assert 'role="alert"' in phone.text
    answer = phone.answer(PLACES["account"], answer="长" * 20_001)
    assert answer.status_code == 400
    assert "长" * 20_001 in phone.text


def test_every_question_may_be_skipped_and_something_must_be_answered(phone: Phone, session: Session) -> None:
    phone.begin()
    seen = set()
    phone.go("/more")
    for first in re.findall(r'href="/zh-Hans/box(/\d+)"', phone.text):
        phone.go(first)
        while phone.path != "/more":
            assert phone.path not in seen
            seen.add(phone.path)
            [skip] = list(re.findall(r'href="/zh-Hans/box(/\w+)">' + ZH["page.box.step.skip"], phone.text))
            phone.go(skip)
    assert len(seen) > 30
    phone.go("/all")
    answer = phone.press("send")
    assert answer.status_code == 400
    assert ZH["page.box.all.empty"] in phone.text
    assert cases(session)[0].state is CaseState.DRAFT


def test_a_question_that_is_not_asked_any_more_leads_on(phone: Phone) -> None:
    phone.begin()
    phone.go(f"/{PLACES['helper_agreed']}")
    assert phone.path == "/all"
    assert phone.go("/0").status_code == 404
    assert phone.go("/9999").status_code == 404


def test_leaving_in_between_and_coming_back_loses_nothing(phone: Phone, other: Phone) -> None:
    code = phone.begin()
    phone.press("1", answer="no", go="next")
    phone.press("2", answer="yes", go="leave")
    assert phone.path == "/kept"
    phone.go("/3")
    assert phone.shown.status_code == 200
    assert 'name="number"' in phone.text
    other.come_back(code)
    assert other.path == "/mine"
    assert ZH["page.box.mine.draft"] in other.text
    other.go("/2")
    assert re.search(r'value="yes" checked', other.text)


def test_two_tabs_lose_nothing(phone: Phone) -> None:
    phone.begin()
    phone.go(f"/{PLACES['introducer']}")
    first = phone.form(str(PLACES["introducer"]))
    phone.go(f"/{PLACES['region']}")
    second = phone.form(str(PLACES["region"]))
    phone.send(second | {"answer": "普拉托", "go": "next"}, str(PLACES["region"]))
    phone.send(first | {"answer": "老乡", "go": "next"}, str(PLACES["introducer"]))
    phone.go("/all")
    assert "普拉托" in phone.text
    assert "老乡" in phone.text


def test_sent_twice_it_is_there_once(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.answer(PLACES["account"], answer="一次")
    phone.go("/all")
    form = phone.form("send")
    assert [phone.send(form, "send").headers["Location"] for _ in range(3)] == ["/zh-Hans/box/mine"] * 3
    [case] = cases(session)
    assert case.state is CaseState.SUBMITTED
    # Going back in the browser and pressing again changes nothing that was sent.
    answered = phone.send(form | {"answer": "两次", "go": "next"}, str(PLACES["account"]))
    assert answered.headers["Location"] == "/zh-Hans/box/mine"


def test_begun_twice_by_one_press_there_is_one_draft(phone: Phone, session: Session) -> None:
    phone.go()
    form = phone.form("begin")
    phone.send(form, "begin")
    again = phone.send(form, "begin")
    assert session.execute(select(func.count()).select_from(Case)).scalar_one() == 1
    assert again.headers["Location"] == "/zh-Hans/box/number"


def test_pressed_again_before_the_first_answer_came_there_is_one_draft(phone: Phone, session: Session) -> None:
    phone.go()
    form = phone.form("begin")
    door = phone.client.get_cookie("notes_new")
    phone.send(form, "begin")
    visit = phone.client.get_cookie("notes")
    phone.client.delete_cookie("notes")
    phone.client.set_cookie("notes_new", door.value)
    again = phone.send(form, "begin")
    assert again.headers["Location"] == "/zh-Hans/box/wait"
    phone.client.set_cookie("notes", visit.value)
    phone.go("/wait")
    assert phone.path == "/number"
    assert session.execute(select(func.count()).select_from(Case)).scalar_one() == 1


def test_an_agency_is_looked_up_and_picked(phone: Phone, session: Session) -> None:
    agency = make_agency(session, country="CN", name="示例劳务合作有限公司")
    phone.begin()
    place = str(PLACES["agency"])
    phone.go(f"/{place}")
    phone.press(place, name="示例劳务", go="find")
    assert f'value="{agency.agency_id}"' in phone.text
    phone.press(place, name="示例劳务", agency_id=agency.agency_id, go="next")
    phone.go("/all")
    assert "示例劳务合作有限公司" in phone.text
    phone.go(f"/{place}")
    assert ZH["page.box.agency.verified"] in phone.text


def test_a_name_that_the_registry_does_not_know_is_taken_as_it_is(phone: Phone) -> None:
    phone.begin()
    place = str(PLACES["agency"])
    phone.go(f"/{place}")
    phone.press(place, name="没有人知道的公司", go="find")
    assert ZH["page.box.agency.none"] in phone.text
    phone.press(place, name="没有人知道的公司", agency_id="", go="next")
    phone.go("/all")
    assert "没有人知道的公司" in phone.text


def test_from_an_agencys_page_it_is_carried_into_the_draft(phone: Phone, session: Session, client: FlaskClient) -> None:
    agency = make_agency(session, name="Smyšlená s.r.o.")
    page = client.get(f"/zh-Hans/agencies/{agency.agency_id}").text
    assert f'name="agency_id" value="{agency.agency_id}"' in page
    came = client.post("/zh-Hans/box/about", data={"agency_id": agency.agency_id})
    assert (came.status_code, came.headers["Location"]) == (303, "/zh-Hans/box")
    phone.begin()
    phone.go(f"/{PLACES['agency']}")
    assert ZH["page.box.agency.verified"] in phone.text
    assert "Smyšlená" in phone.text
    assert phone.client.get_cookie("notes_about") is None


def test_an_agency_that_is_none_is_carried_nowhere(phone: Phone, client: FlaskClient) -> None:
    for wrong in ("", "x" * 5000, "23456789ABCD", "\0", "../../etc"):
        answer = client.post("/zh-Hans/box/about", data={"agency_id": wrong})
        assert answer.headers["Location"] == "/zh-Hans/box"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("said", [{"Origin": "https://other.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_chooses_no_agency_for_a_draft(
    phone: Phone, session: Session, client: FlaskClient, said: dict[str, str]
) -> None:
    agency = make_agency(session, name="Smyšlená s.r.o.")
    answer = client.post("/zh-Hans/box/about", data={"agency_id": agency.agency_id}, headers=said)
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


def test_a_friend_who_files_is_a_helper_with_an_own_number(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.answer(PLACES["who_files"], answer="friend_or_family")
    assert phone.path == f"/{PLACES['helper_agreed']}"
    phone.answer(PLACES["account"], answer="我的朋友被关着。")
    phone.go("/all")
    phone.press("send")
    assert session.execute(select(EncryptedContainer.role)).scalar_one() is MailboxRole.HELPER
    assert ZH["page.box.mine.hers"] in phone.text


def test_where_no_unit_takes_complaints_help_lines_are_on_the_page(client: FlaskClient) -> None:
    answer = client.get("/zh-Hans/box")
    assert answer.status_code == 503
    assert 'href="tel:112"' in answer.text
    assert "box/begin" not in answer.text
