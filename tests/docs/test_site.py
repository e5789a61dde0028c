"""The developer site: built from the docs, served whole, searchable without another host."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import pytest
from flask import Flask

from registry.api.docs import views
from tests.thorough import thorough
from tools.docs_site.plan import GROUPS, ROOT
from tools.docs_site.site import write


class Page(HTMLParser):
    """Where a page leads, what it loads, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.has_inline = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.add(given.get("id") or "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag == "script" or (tag == "link" and given.get("rel") == "stylesheet"):
            self.loads.append(given.get("src") or given.get("href") or "")
        self.has_inline |= "style" in given or (tag == "script" and "src" not in given)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write(folder)
    return folder


def test_every_link_of_the_site_leads_somewhere_and_nothing_comes_from_another_host(site: Path) -> None:
    pages = {path.relative_to(site).as_posix(): Page(path.read_text("utf-8")) for path in site.rglob("*.html")}
    lost = set()
    for name, page in pages.items():
        assert not page.has_inline
        assert all(":" not in one and (site / normpath(join(dirname(name), one))).is_file() for one in page.loads)
        for link in page.links:
            target, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:|/", target):
                continue
            found = pages.get(normpath(join(dirname(name), target)) if target else name)
            if found is None or (anchor and anchor not in found.anchors):
                lost.add((name, link))
    assert lost == set()


def test_the_menu_names_pages_that_exist_and_the_search_knows_every_code(site: Path) -> None:
    assert [page for group in GROUPS for page in group.pages if not (ROOT / page).is_file()] == []
    parts = json.loads((site / "search.js").read_text("utf-8").partition("\n")[0].removeprefix("self.PAGES="))
    found = {target for target, title, heading, text in parts if "licence_suspended" in f"{heading} {text}"}
    assert "users/demo-numbers.html#sending-agencies-from-china-to-italy" in found


@pytest.mark.parametrize(
    "word",
    ["pagination", "webhook", "rate limit",
     *thorough("cors", "sdk", "streaming", "csv upload", "uptime", "authentication", "openrefine", "agent", "parquet", "retry")],
)  # fmt: skip
def test_a_word_that_developers_type_leads_to_a_page_for_users(site: Path, page: Any, word: str) -> None:
    page.goto((site / "index.html").as_uri())
    page.fill("#words", word)
    page.wait_for_selector("#found a, #found:not(:empty)")
    first = page.locator("#found a").first.get_attribute("href")
    assert re.match(r"(users|guides|client)/", first or ""), first


@pytest.mark.parametrize("word", ["docker", "kubernetes", "helm", "prometheus", "gdpr"])
def test_a_word_that_operators_type_is_found(site: Path, page: Any, word: str) -> None:
    page.goto((site / "index.html").as_uri())
    page.fill("#words", word)
    page.wait_for_selector("#found a")


def test_the_site_is_served_where_it_was_built_and_says_so_where_not(
    app: Flask, site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = app.test_client()
    try:
        for folder, status, words in ((site, 200, "Five minutes to the first verdict"), (tmp_path, 404, "make docs")):
            monkeypatch.setattr(views, "SITE", folder)
            views._site.cache_clear()
            answer = client.get("/developers/")
            assert (answer.status_code, words in answer.text) == (status, True)
        monkeypatch.setattr(views, "SITE", site)
        views._site.cache_clear()
        assert client.get("/developers").headers["Location"] == "/developers/"
        script = client.get("/developers/search.js")
        assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert client.get("/developers/users/nothing.html").status_code == 404
    finally:
        views._site.cache_clear()


def test_limits_are_as_the_page_says() -> None:
    from importlib import import_module

    rows = re.findall(
        r"^\| .+? \| ([\d,]+) \| `([\w.]+)` \|$", (ROOT / "docs/users/limits.md").read_text("utf-8"), re.M
    )
    stated = {name: int(number.replace(",", "")) for number, name in rows if "." in name}
    assert len(stated) >= 15
    found = {name: getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2]) for name in stated}
    assert stated == found
