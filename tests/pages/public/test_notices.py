"""Accessibility, privacy and cookies: in each language, in the operator's own words where there are some."""

import pytest
from flask.testing import FlaskClient

from registry.core.settings import Settings
from registry.pages.public.about import NOTICES, Block, blocks
from registry.vocabulary.register import Language
from tests.pages.public.reading import read


@pytest.mark.parametrize("language", list(Language))
def test_each_page_leads_to_each_notice_and_each_says_that_no_contact_is_named(
    client: FlaskClient, language: Language
) -> None:
    for name in NOTICES:
        assert f"/{language}/{name}" in read(client.get(f"/{language}/")).links
        page = read(client.get(f"/{language}/{name}"))
        assert page.heading
        assert "note" in page.classes
        assert "page.notice" not in page.text


def test_the_operator_names_a_contact_and_writes_own_texts(client: FlaskClient, settings: Settings) -> None:
    folder = settings.home / "notices"
    folder.mkdir(parents=True)
    (folder / "contact.txt").write_text("post@example.org\n")
    (folder / "privacy.en.txt").write_text("# Ours\n\nOne <b>paragraph</b>\nthat was wrapped.\n\n- a\n- b\n")
    assert "post@example.org" in read(client.get("/en/accessibility")).text
    html = client.get("/en/privacy").get_data(as_text=True)
    assert "<h2>Ours</h2>" in html
    assert "<p>One &lt;b&gt;paragraph&lt;/b&gt; that was wrapped.</p>" in html
    assert "<li>a</li>" in html
    assert "post@example.org" in read(client.get("/it/privacy")).text


def test_a_file_that_is_no_text_leaves_ours(client: FlaskClient, settings: Settings) -> None:
    (settings.home / "notices").mkdir(parents=True)
    (settings.home / "notices" / "cookies.en.txt").write_bytes(b"\xff\xfe\0")
    assert "set no cookie" in read(client.get("/en/cookies")).text


def test_a_text_falls_into_headings_paragraphs_and_lists() -> None:
    assert list(blocks("a\nb\n# c\n- d\n- e\nf")) == [
        Block("paragraph", ("a b",)),
        Block("heading", ("c",)),
        Block("list", ("d", "e")),
        Block("paragraph", ("f",)),
    ]
