"""Being let in, coming back, and what keeps others out: guesses, forged forms, planted cookies, other hosts."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import complaint_codes
from registry.complaints.case.models import Case
from registry.complaints.sealing.models import OpenVisit
from registry.core.clock import now
from registry.core.errors import TooBusy
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.i18n.languages import CATALOGUES
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]


def test_without_scripts_one_waits_and_gets_in(phone: Phone, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.go()
    early = phone.send(phone.form("begin") | {"proof": ""}, "begin")
    assert early.headers["Location"] == "/zh-Hans/box/wait"
    phone.go("/wait")
    assert int(phone.shown.headers["Refresh"]) in range(1, 17)
    assert session.execute(select(Case)).first() is None
    _later(monkeypatch)
    phone.go("/wait")
    assert "Refresh" not in phone.shown.headers
    phone.press("begin", proof="")
    assert phone.path == "/number"


def _later(monkeypatch: pytest.MonkeyPatch, seconds: int = 20) -> None:
    from datetime import timedelta

    from registry.core import clock
    from registry.pages.intake import sign_in

    monkeypatch.setattr(sign_in, "now", lambda: clock.now() + timedelta(seconds=seconds))


def test_a_slow_reader_has_waited_already(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.go()
    form = phone.form("begin") | {"proof": "not what was asked"}
    _later(monkeypatch)
    assert phone.send(form, "begin").headers["Location"] == "/zh-Hans/box/number"


def test_one_comes_back_by_the_number_however_it_is_typed(phone: Phone, other: Phone) -> None:
    code = phone.file()
    full_width = complaint_codes.grouped(code).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    other.come_back(full_width.replace(" ", "－"))
    assert other.path == "/mine"
    assert ZH["case.reads.received"] in other.text
    assert code not in other.text


def test_a_mistyped_number_costs_nothing_and_says_check_the_number(phone: Phone, other: Phone) -> None:
    code = phone.file()
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    other.go("/open")
    form = other.form("open")
    answer = other.send(form | {"number": wrong}, "open")
    assert answer.status_code == 400
    assert ZH["problem.mistyped_receipt.detail"] in answer.text
    assert f">{wrong}</textarea>" in answer.text
    # The same proof is still good.
    assert other.send(form | {"number": code}, "open").headers["Location"] == "/zh-Hans/box/mine"


def test_unknown_and_ended_numbers_are_told_alike(phone: Phone, other: Phone) -> None:
    code = phone.begin()
    phone.go("/end")
    phone.press("end")
    assert phone.path == "/gone"
    # Each answer says how many seconds are left to wait.
    with time_machine.travel(now(), tick=False):
        answers = [other.come_back(number) for number in (complaint_codes.new_code(), code)]
    assert [answer.status_code for answer in answers] == [404, 404]
    texts = [re.sub(r"(value|data-work)=\"[^\"]*\"", "", answer.text) for answer in answers]
    assert texts[0] == texts[1]


def test_a_guess_needs_work_of_its_own(phone: Phone, other: Phone) -> None:
    code = phone.file()
    other.go("/open")
    form = other.form("open")
    assert other.send(form | {"number": complaint_codes.new_code()}, "open").status_code == 404
    assert other.send(form | {"number": code}, "open").status_code in (400, 403)
    assert other.client.get_cookie("notes") is None


def test_when_all_is_busy_what_was_typed_stays_and_the_wait_is_not_repeated(
    phone: Phone, other: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = phone.file()

    def full(*_: object, **__: object) -> None:
        raise TooBusy("busy", 5)

    with monkeypatch.context() as busy:
        busy.setattr(complaint_codes, "derive", full)
        answer = other.come_back(code)
        assert answer.status_code == 503
        assert f">{code}</textarea>" in answer.text
        # The ticket that need not wait again is the one of the form that is shown.
        assert other.send(other.form("open") | {"number": code, "proof": ""}, "open").status_code == 503
        other.go()
        other.press("begin")
        assert other.path == "/wait"
    other.press("begin", proof="")
    assert other.path == "/number"


def test_a_form_without_this_browsers_mark_does_nothing(phone: Phone, other: Phone, session: Session) -> None:
    """Another site could post a form, but it knows neither cookie nor token."""
    phone.go()
    form = phone.form("begin")
    for token in ("", "0" * 64, other.go() and other.form("begin")["token"]):
        assert phone.send(form | {"token": token}, "begin").status_code == 400
    assert session.execute(select(Case)).first() is None


def test_a_forged_form_of_a_visit_changes_nothing_and_loses_nothing(phone: Phone) -> None:
    phone.begin()
    phone.answer(PLACES["introducer"], answer="老乡")
    for token in ({}, {"token": ""}, {"token": "0" * 64}):
        answer = phone.send({"answer": "<伪造>", "go": "next"} | token, str(PLACES["introducer"]))
        assert answer.status_code == 409
        assert "&lt;伪造&gt;" in answer.text
    phone.go("/all")
    assert "老乡" in phone.text
    assert "伪造" not in phone.text


@pytest.mark.parametrize(
    "action", ["number", "1", "send", "write", "agree", "end", "again", "other-number", "hers", "helper"]
)
def test_every_form_of_a_visit_asks_for_its_token(phone: Phone, action: str) -> None:
    phone.file()
    answer = phone.send({}, action)
    assert answer.status_code == 409
    assert ZH["page.box.again.heading"] in answer.text


def test_what_was_typed_when_a_visit_ended_is_kept(phone: Phone, other: Phone) -> None:
    code = phone.begin()
    phone.go(f"/{PLACES['account']}")
    form = phone.form(str(PLACES["account"]))
    other.client.set_cookie("notes", phone.client.get_cookie("notes").value)
    other.client.post("/zh-Hans/box/leave")
    long = "她说：“不许走”。\r\n" * 400
    answer = phone._show(phone.send(form | {"answer": long, "go": "next"}, str(PLACES["account"])))
    assert ZH["page.box.open.over"] in answer.text
    phone.press("open", number=code)
    assert ZH["page.box.again.heading"] in phone.text
    assert "不许走" in phone.text
    path = str(PLACES["account"])
    phone.press(path, answer=long, go="next")
    phone.go(f"/{path}")
    assert phone.text.count("不许走") == 400


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "/zh-Hans/box/../../", "/zh-Hans/agencies", "javascript:x"]
)
def test_a_kept_form_is_sent_nowhere_else(phone: Phone, other: Phone, path: str) -> None:
    code = phone.file()
    other.go("/open")
    other.press("open", number=code, kept_path=path, answer="x")
    assert other.path == "/mine"


def test_a_planted_visit_is_not_gone_on_with(phone: Phone, other: Phone) -> None:
    """An attacker's cookie in the worker's browser does not read what is written after typing the code."""
    code = phone.file()
    other.begin()
    planted = other.client.get_cookie("notes").value
    own = phone
    own.client.set_cookie("notes", planted)
    own.come_back(code)
    assert own.client.get_cookie("notes").value != planted
    assert ZH["case.reads.received"] in own.text


def test_a_visit_that_was_left_does_not_come_back(phone: Phone) -> None:
    phone.file()
    stolen = phone.client.get_cookie("notes").value
    phone.client.post("/zh-Hans/box/leave")
    phone.client.set_cookie("notes", stolen)
    phone.go("/mine")
    assert 'name="number"' in phone.text


def test_a_visit_ends_by_itself(phone: Phone, session: Session) -> None:
    phone.file()
    row = session.execute(select(OpenVisit)).scalars().first()
    assert row is not None
    row.expires_at = row.expires_at.replace(year=2000)
    phone.go("/mine")
    assert 'name="number"' in phone.text


def test_cookies_are_for_no_script_and_no_other_site(phone: Phone) -> None:
    first = phone.client.get("/zh-Hans/box")
    phone.shown = first
    begun = phone.send(phone.form("begin"), "begin")
    for cookie in (*first.headers.getlist("Set-Cookie"), *begun.headers.getlist("Set-Cookie")):
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_over_https_cookies_are_secure_and_held_to_this_host(
    settings: Settings, make_app: Callable[[Settings], Flask], units: None
) -> None:
    app = make_app(replace(settings, public_url="https://registry.example", is_public_url_set=True))
    answer = app.test_client().get("/en/box", base_url="https://registry.example")
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-notes_new=")
    assert "Secure" in cookie


def test_another_host_is_not_answered(phone: Phone) -> None:
    answer = phone.client.get("/zh-Hans/box", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["", "/open", "/wait", "/kept", "/number", "/1", "/all", "/mine", "/copy", "/end", "/number.png"]
)
def test_no_page_is_kept_framed_or_named(phone: Phone, path: str) -> None:
    phone.file()
    for phone_path in (path,):
        answer = phone.client.get(f"/zh-Hans/box{phone_path}")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "ETag" not in answer.headers
        assert "?" not in answer.headers.get("Location", "")
        if answer.status_code == 200:
            assert "<title>记事</title>" in answer.text
            assert ZH["page.box.leave"] in answer.text
            assert ZH["page.site"] not in answer.text


@pytest.mark.both_databases
def test_nothing_of_who_came_is_kept(phone: Phone, session: Session, settings: Settings) -> None:
    phone.client.environ_base.update({"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Canary/77"})
    phone.file()
    session.commit()
    for path in settings.home.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            assert b"203.0.113.77" not in body
            assert b"Canary/77" not in body
    assert Keyring(settings.keys).folder.exists()
