"""Leaving at once, neutral addresses and titles, and the headers that keep a page from being kept."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.i18n.languages import CATALOGUES
from registry.vocabulary.cases import CaseState
from registry.vocabulary.register import Language
from tests.complaints.samples import recording
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]

NEUTRAL = {"zh-Hans": "记事", "en": "Notes", "fr": "Notes", "ro": "Notițe"}


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_leaving_worker_sees_the_weather_and_the_browser_forgets(client: FlaskClient, language: Language) -> None:
    answer = client.post(f"/{language}/box/leave")
    assert answer.status_code == 303
    away = answer.headers["Location"]
    assert away.startswith("https://")
    assert "registry" not in away
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert f"form-action 'self' {away}" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_what_is_not_there_looks_like_notes_and_can_be_left(client: FlaskClient, language: Language) -> None:
    answer = client.get(f"/{language}/box/nothing")
    assert answer.status_code == 404
    assert f"<title>{NEUTRAL[language]}</title>" in answer.text
    assert CATALOGUES[language]["page.box.leave"] in answer.text
    assert CATALOGUES[language]["page.site"] not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert "https://" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("language", list(Language))
def test_with_scripts_it_leads_to_a_calendar_that_says_nothing(client: FlaskClient, language: Language) -> None:
    answer = client.post(f"/{language}/box/leave", data={"script": "on"})
    assert answer.headers["Location"] == f"/{language}/box/month"
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "<form" not in page.text
    assert "<a " not in page.text
    for words in ("page.site", "page.demo", "page.box.leave", "page.box.title"):
        assert CATALOGUES[language][words] not in page.text
    away = client.post(f"/{language}/box/leave").headers["Location"]
    assert f"connect-src {away}" in page.headers["Content-Security-Policy"]


def test_where_leaving_leads_is_no_choice_of_the_asker(client: FlaskClient) -> None:
    away = client.post("/en/box/leave").headers["Location"]
    sent = client.post(
        "/en/box/leave?next=https://evil.example", data={"next": "//evil.example", "url": "//evil.example"}
    )
    assert sent.headers["Location"] == away


def test_leaving_destroys_a_draft_whose_number_was_never_typed_back(phone: Phone, session: Session) -> None:
    phone.go()
    phone.press("begin")
    phone.go("/short/story")
    phone.press("short/story", account="老板拿走了护照。")
    assert phone.send({}, "leave").status_code == 303
    [case] = session.scalars(select(Case))
    assert case.state is CaseState.PURGED


def test_leaving_keeps_a_draft_that_its_writer_can_come_back_to(phone: Phone, session: Session) -> None:
    code = phone.begin()
    phone.answer(PLACES["account"], answer="老板拿走了护照。")
    phone.send({}, "leave")
    phone.come_back(code)
    phone.go("/all")
    assert "老板拿走了护照。" in phone.text


def test_leaving_takes_out_words_that_were_typed_and_not_saved(phone: Phone) -> None:
    code = phone.begin()
    phone.answer(PLACES["account"], answer="老板拿走了护照。")
    phone.go(f"/{PLACES['account']}")
    token = phone.form(str(PLACES["account"]))["token"]
    for words in ("老板拿走了护照。他还", "老板拿走了护照。他还打人"):
        assert phone.send({"token": token, "code": "account", "words": words}, "words").status_code == 204
    assert phone.send({"token": token, "code": "introducer", "words": "王某"}, "words").status_code == 204
    phone.send({}, "leave")
    phone.come_back(code)
    phone.go("/all")
    assert "老板拿走了护照。" in phone.text
    assert "打人" not in phone.text
    assert "王某" not in phone.text


def test_leaving_keeps_typed_words_once_their_answer_is_saved(phone: Phone) -> None:
    code = phone.begin()
    phone.go(f"/{PLACES['account']}")
    token = phone.form(str(PLACES["account"]))["token"]
    assert phone.send({"token": token, "code": "account", "words": "老板拿走了"}, "words").status_code == 204
    phone.answer(PLACES["account"], answer="老板拿走了护照。")
    phone.send({}, "leave")
    phone.come_back(code)
    phone.go("/all")
    assert "老板拿走了护照。" in phone.text


def test_leaving_touches_nothing_that_was_sent(phone: Phone, session: Session) -> None:
    code = phone.file()
    phone.send({}, "leave")
    assert session.scalars(select(Case)).one().state is CaseState.SUBMITTED
    phone.come_back(code)
    assert ZH["case.reads.received"] in phone.text


def test_leaving_removes_what_was_spoken_and_not_sent(phone: Phone, session: Session) -> None:
    code = phone.file()
    phone.go("/files")
    fields = {"token": phone.form("files")["token"], "once": "a", "number": 0}
    part = {"part": (io.BytesIO(recording("webm")[:3000]), "part")}
    assert phone.send(fields | part, "files/recording/part").status_code == 200
    phone.go("/files")
    assert ZH["page.box.voice.unfinished"] in phone.text
    phone.send({}, "leave").close()
    phone.come_back(code)
    phone.go("/files")
    assert ZH["page.box.voice.unfinished"] not in phone.text


def test_a_browser_without_a_visit_leaves_as_well(client: FlaskClient) -> None:
    client.set_cookie("notes", "x" * 43)
    assert client.post("/zh-Hans/box/leave").status_code == 303
