"""What everybody should know, and the pages' frame: errors, files, the mark of a demonstration."""

import dataclasses
import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.settings import Settings
from registry.i18n.names import country_name
from registry.log.models import LogState
from registry.pages.public.assets import address_of, allowing
from registry.vocabulary.register import EU_STATES, Language
from tests.make import make_source
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import read

PAGES = ("", "agencies", "coverage", "licences", "help")


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_in_every_language(client: FlaskClient, path: str, language: Language) -> None:
    response = client.get(f"/{language}/{path}")
    assert response.status_code == 200
    page = read(response)
    assert page.language == language
    assert page.heading
    assert "{" not in page.text


@pytest.mark.parametrize("path", ["agencies?country=CZ&q=x", "coverage", "help", ""])
def test_the_visible_switch_stays_on_the_page(client: FlaskClient, path: str) -> None:
    links = read(client.get(f"/en/{path}")).links
    assert f"/it/{path}" in links
    assert f"/zh-Hant/{path}" in links


@pytest.mark.parametrize("path", PAGES)
def test_no_page_needs_a_script_or_anything_from_elsewhere(client: FlaskClient, path: str) -> None:
    response = client.get(f"/en/{path}")
    html = response.get_data(as_text=True)
    policy = response.headers["Content-Security-Policy"]
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    within = [body for _, body in scripts if body] + re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    # What the first page carries within itself is allowed by its hash alone; any other page carries nothing.
    assert [one for one in within if allowing(one) not in policy] == []
    assert (within == []) == (path != "")
    assert "unsafe" not in policy
    scripts = [(head, body) for head, body in scripts if not body]
    # What a script adds is named here: each comes from us and runs last.
    ours = re.compile(r' src="/static/pages/[0-9a-f]{12}/(?:suggest|offline|private)\.js" defer')
    assert [head for head, _ in scripts if not ours.fullmatch(head)] == []
    assert " style=" not in html
    assert " on" + "click" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "script-src 'self'" in policy


def test_coverage_says_what_is_fresh_stale_and_never_read(client: FlaskClient, session: Session) -> None:
    make_source(session, "CZ")
    make_source(session, "PL", retrieved_at=(now() - timedelta(days=90),))
    make_source(session, "IT", retrieved_at=(), is_full=False)
    text = read(client.get("/en/coverage")).text
    for words in ("up to date", "too old to rely on", "not read yet", "only a part", "complete"):
        assert words in text
    uncovered = text.partition("whatever you ask:")[2].partition("What the law")[0]
    assert "Germany" in uncovered
    assert "Poland" not in uncovered


def test_help_lists_every_state_and_hides_numbers_not_called_yet(client: FlaskClient) -> None:
    text = read(client.get("/en/help")).text
    assert all(country_name(Language.EN, code) in text for code in EU_STATES)
    assert "We have not called this number yet, so we do not show it." in text
    assert "900 759 759" not in text


def test_help_gives_public_bodies_numbers_and_says_that_they_were_not_called_yet(client: FlaskClient) -> None:
    text = read(client.get("/en/help")).text
    assert "800 290 290 not yet called by us" in " ".join(text.split())
    assert all(number in text for number in ("110", "12345", "12308", "12333"))
    assert "not checked, shown in the demonstration only" not in text


def test_a_demonstration_says_so_on_every_page_and_marks_unchecked_numbers(
    client: FlaskClient, session: Session
) -> None:
    session.execute(update(LogState).values(is_demo=True))
    for path in PAGES:
        assert "Demonstration: every agency is invented." in read(client.get(f"/en/{path}")).text
    assert "Demonstration:" in read(client.post("/en/", data={"subject": "1"})).text
    assert "Demonstration:" in read(client.get("/en/nothing")).text
    text = read(client.get("/en/help")).text
    assert "900 759 759" in text
    assert "not checked, shown in the demonstration only" in text


def test_real_data_carries_no_mark_of_a_demonstration(client: FlaskClient) -> None:
    assert "Demonstration" not in read(client.get("/en/")).text


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_an_address_without_a_page_is_friendly_in_its_language(client: FlaskClient, language: Language) -> None:
    response = client.get(f"/{language}/nothing")
    assert response.status_code == 404
    page = read(response)
    assert page.language == language
    assert f"/{language}/" in page.links


def test_an_unknown_language_is_answered_in_the_browsers(client: FlaskClient) -> None:
    response = client.get("/xx/", headers={"Accept-Language": "zh-TW"})
    assert response.status_code == 404
    assert read(response).language == "zh-Hant"


def test_a_method_that_a_page_does_not_take_is_a_page_too(client: FlaskClient) -> None:
    response = client.delete("/en/")
    assert response.status_code == 405
    assert read(response).heading == "Not possible at this address"


@pytest.mark.both_databases
@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_database_that_is_away_is_never_not_registered(
    make_app: Callable[[Settings], Flask], settings: Settings, tmp_path: Path, language: Language
) -> None:
    nowhere = (
        "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"
        if settings.database_url.startswith("postgresql")
        else f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}"
    )
    app = make_app(dataclasses.replace(settings, database_url=nowhere))
    response = app.test_client().post(f"/{language}/", data={"subject": "1", "country": "CZ"}, follow_redirects=True)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    page = read(response)
    assert page.language == language
    assert page.tone is None


def test_the_stylesheet_is_kept_for_ever_under_an_address_that_changes_with_it(client: FlaskClient) -> None:
    response = client.get(address_of("style.css"))
    assert response.status_code == 200
    assert response.mimetype == "text/css"
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get("/static/pages/000000000000/style.css").status_code == 404
    assert client.get("/static/pages/000000000000/..%2fedge.py").status_code == 404


def test_what_is_kept_for_ever_is_packed_for_a_slow_line(client: FlaskClient) -> None:
    address = address_of("style.css")
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    for liked, coding, unpacked in (("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)):
        packed = client.get(address, headers={"Accept-Encoding": liked})
        assert packed.headers["Content-Encoding"] == coding
        assert unpacked(packed.data) == plain.data
        assert len(packed.data) < len(plain.data) / 2


def test_the_stylesheet_asks_nothing_of_old_phones_that_they_cannot_do(client: FlaskClient) -> None:
    rules = client.get(address_of("style.css")).get_data(as_text=True)
    assert "{" in rules
    for newer in (
        ":is(",
        ":where(",
        ":has(",
        "aspect-ratio",
        "inset:",
        "color-mix",
        "@layer",
        "@container",
        "&:",
        "dvh",
    ):
        assert newer not in rules
    assert "@import" not in rules
    assert "url(http" not in rules.replace('url("data:', "")
    # `gap` works in grids there, under its older name alone.
    assert " gap:" not in rules


def test_the_small_picture_that_browsers_ask_for_is_there(client: FlaskClient) -> None:
    assert client.get("/favicon.ico").status_code == 200
