"""An officer reads a case by machine: from a server of the operator's own, marked as a machine's, stored nowhere."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from registry.complaints.casework.models import Translation
from registry.core import machine_translation
from registry.core.clock import now
from registry.core.setting_texts import SettingsError
from registry.core.settings import Settings
from registry.officers.rights import Role
from tests.complaints.filing import file
from tests.pages.officers.signed_in import words_of

SERVER = Path(__file__).with_name("libretranslate.py")
TOLD = "他们拿走了我的护照。"


@pytest.fixture
def translator(app: Flask) -> Iterator[Callable[[str], None]]:
    """Starts a translation server that behaves in some way, and has the registry ask it."""
    with ExitStack() as stack:

        def start(how: str) -> None:
            process = subprocess.Popen([sys.executable, SERVER, how], stdout=subprocess.PIPE, text=True)
            stack.callback(process.wait)
            stack.callback(process.kill)
            assert process.stdout is not None
            stack.callback(process.stdout.close)
            ask(app, translator_url=f"http://127.0.0.1:{process.stdout.readline().strip()}")

        yield start


def ask(app: Flask, **changed: object) -> None:
    settings = app.extensions["registry"].settings
    for name, value in changed.items():
        object.__setattr__(settings, name, value)


@pytest.fixture
def at(session, sealer):
    filed = file(session, sealer, {"country": "IT", "deception": "yes", "account": TOLD}, at=now())
    session.commit()
    return f"/console/cases/{filed.case.reference}"


def test_without_a_server_there_is_no_button_and_no_page(at, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    assert "machine-translation" not in desk.get(at).get_data(as_text=True)
    assert desk.post(f"{at}/machine-translation").status_code == 404


def test_a_case_is_read_in_the_officers_language_marked_and_not_stored(session, at, desk_for, translator):
    translator("well")
    desk = desk_for(Role.INVESTIGATOR)
    assert "Read in my language" in words_of(desk.get(at))
    answer = desk.post(f"{at}/machine-translation")
    words = words_of(answer)
    assert answer.status_code == 200
    assert f"[auto&gt;en] {TOLD} &lt;b&gt;" in answer.get_data(as_text=True)
    assert "A machine wrote this" in words
    assert answer.headers["Cache-Control"] == "no-store"
    assert session.scalars(select(Translation)).all() == []
    assert "[auto" not in desk.get(at).get_data(as_text=True)


@pytest.mark.parametrize("how", ["partly", "slow"])
def test_each_text_is_asked_for_by_itself_and_one_that_fails_hides_none_of_the_others(
    session, sealer, desk_for, translator, monkeypatch, how
):
    """LibreTranslate detects one language for all texts of a request."""
    monkeypatch.setattr(machine_translation, "SECONDS", 3.0)
    answers = {"country": "IT", "deception": "yes", "introducer": TOLD, "account": "Sewing Srl"}
    filed = file(session, sealer, answers, at=now())
    session.commit()
    translator(how)
    answer = desk_for(Role.INVESTIGATOR).post(f"/console/cases/{filed.case.reference}/machine-translation")
    assert answer.status_code == 200
    assert f"[auto&gt;en] {TOLD}" in answer.get_data(as_text=True)
    assert re.search(r"Sewing Srl .{0,40}Not translated", words_of(answer))


def test_a_server_calls_chinese_what_its_age_does(at, desk_for, translator, session):
    translator("well")
    desk = desk_for(Role.INVESTIGATOR)
    desk.officer.language = "zh-Hans"
    session.commit()
    assert "[auto&gt;zh]" in desk.post(f"{at}/machine-translation").get_data(as_text=True)
    desk.officer.language = "zh-Hant"
    session.commit()
    assert desk.post(f"{at}/machine-translation").status_code == 503


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("silent", "did not answer in time"),
        ("refuses", "could not translate"),
        ("odd", "could not translate"),
        ("mute", "could not translate"),
    ],
)
def test_a_server_that_fails_is_told_with_the_text_as_it_was(at, desk_for, translator, monkeypatch, how, words):
    monkeypatch.setattr(machine_translation, "SECONDS", 1.0)
    translator(how)
    answer = desk_for(Role.INVESTIGATOR).post(f"{at}/machine-translation")
    assert answer.status_code == 503
    assert words in words_of(answer)
    assert TOLD in words_of(answer)


def test_nothing_is_sent_out_of_the_house_unless_the_operator_says_so(app, at, desk_for, monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr(machine_translation.socket, "create_connection", lambda *to, **_: asked.append(to))
    ask(app, translator_url="http://192.0.2.1:5000")
    monkeypatch.setattr(machine_translation.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("8.8.8.8", 5000))])
    answer = desk_for(Role.INVESTIGATOR).post(f"{at}/machine-translation")
    assert "outside the registry’s own network" in words_of(answer)
    assert asked == []


def test_another_units_case_and_other_roles_are_refused(at, desk_for, translator):
    translator("well")
    assert desk_for(Role.ANALYST).post(f"{at}/machine-translation").status_code == 403
    assert desk_for(Role.INVESTIGATOR, name="Foreign", unit="cz-labour").post(
        f"{at}/machine-translation"
    ).status_code in (403, 404)


@pytest.mark.parametrize("address", ["8.8.8.8", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_refused_at_the_start(address):
    with pytest.raises(SettingsError, match="REGISTRY_TRANSLATOR must be like"):
        Settings.from_environment({"REGISTRY_TRANSLATOR": address})
