"""Without a line: pages that were read and the help numbers stay readable, and nothing of a question is kept."""

import gzip

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from registry.pages.public.assets import OF_INTAKE
from registry.vocabulary.register import Language
from tests.make import make_licence
from tests.pages.public.reading import read
from tests.serving import Served

STORED = """async () => {
  const kept = [];
  for (const name of await caches.keys())
    for (const one of await (await caches.open(name)).keys()) kept.push(new URL(one.url).pathname);
  return kept;
}"""


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_help_numbers_are_readable_without_a_line_and_no_question_is_kept(
    browser: Browser, served: Served, session: Session
) -> None:
    licence = make_licence(session)
    session.commit()
    context = browser.new_context(viewport={"width": 320, "height": 640}, service_workers="allow")
    page = context.new_page()
    page.goto(f"{served.base_url}/en/log")
    # What a worker of an older release left.
    page.evaluate("caches.open('registry-of-old').then((cache) => cache.put('/en/help', new Response('old')))")
    page.goto(f"{served.base_url}/en/")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.goto(f"{served.base_url}/en/")
    page.fill("#subject", licence.number or "")
    page.select_option("#country", "CZ")
    page.locator("#subject").press("Enter")
    expect(page.locator(".answer")).to_be_visible()
    stored = page.evaluate(STORED)
    assert "/en/help" in stored
    assert "/en/" in stored
    assert not [path for path in stored if "answer" in path or "verdict" in path or "agencies" in path]
    assert page.evaluate("caches.has('registry-of-old')") is False
    context.set_offline(True)
    page.goto(f"{served.base_url}/en/help")
    expect(page.locator("a[href='tel:112']").first).to_be_visible()
    page.goto(f"{served.base_url}/en/")
    expect(page.locator("#subject")).to_be_visible()
    # A page that was never read gives the numbers instead of an error.
    page.goto(f"{served.base_url}/en/licences")
    expect(page.locator("a[href='tel:112']").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_visit_to_the_complaint_leaves_no_trace_among_what_is_kept(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, service_workers="allow")
    page = context.new_page()
    page.goto(f"{served.base_url}/zh-Hans/help")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.goto(f"{served.base_url}/zh-Hans/box")
    expect(page.locator("form.leave button")).to_be_visible()
    names = {path.rpartition("/")[2] for path in page.evaluate(STORED)}
    assert "style.css" in names
    assert not names & {"box", *OF_INTAKE}
    context.close()


def test_the_worker_is_asked_for_anew_and_its_content_names_its_version(client: FlaskClient) -> None:
    response = client.get("/sw.js?at=en")
    assert response.headers["Cache-Control"] == "no-cache"
    assert "%" not in response.get_data(as_text=True)
    assert "connect-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("language", list(Language))
def test_the_manifest_is_in_the_pages_language(client: FlaskClient, language: Language) -> None:
    manifest = client.get(f"/{language}/manifest.webmanifest").json
    assert (manifest["lang"], manifest["start_url"]) == (language, f"/{language}/")
    assert client.get(manifest["icons"][0]["src"]).status_code == 200


def test_a_page_is_compressed_where_the_browser_takes_it_and_is_the_same(client: FlaskClient, session: Session) -> None:
    plain = client.get("/zh-Hans/help")
    packed = client.get("/zh-Hans/help", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get("/zh-Hans/help", headers=again).status_code == 304
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_pages_of_complaints_are_never_compressed(client: FlaskClient) -> None:
    response = client.get("/zh-Hans/box", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert read(response).language == "zh-Hans"
