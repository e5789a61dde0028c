"""The public log for people: what it is, its head and who else signed it, and each entry with its proof."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.log import queries, tree
from registry.log.models import Checkpoint, Entry
from registry.vocabulary.register import HolderKind, Language
from tests.make import licence_record, make_agency
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import read

Publish = Callable[[], None]

SPLIT = {
    "en": "a split view cannot be excluded",
    "zh-Hans": "不能排除分裂视图",
    "fr": "On ne peut donc pas exclure une double version",
    "ro": "nu se poate exclude o versiune dublă",
}


def entries(session: Session) -> list[Entry]:
    return list(session.execute(select(Entry).order_by(Entry.index)).scalars())


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_the_log_page_states_its_head_in_every_language_and_that_no_one_else_watches(
    client: FlaskClient, session: Session, publish: Publish, language: Language
) -> None:
    make_agency(session)
    publish()
    head = queries.head(session)
    page = read(client.get(f"/{language}/log"))
    assert page.language == language
    for words in (SPLIT[language], head.origin, str(head.size), head.root.hex()):
        assert words in page.text
    assert "/log/checkpoint" in page.links


def test_the_newest_signed_entries_lead_to_their_proofs(
    client: FlaskClient, session: Session, publish: Publish
) -> None:
    make_agency(session, licences=(licence_record(),))
    publish()
    make_agency(session)
    session.commit()
    size = queries.head(session).size
    page = read(client.get("/en/log"))
    assert [f"/en/log/{index}" for index in reversed(range(size))][:10] == [
        link for link in page.links if link.startswith("/en/log/")
    ]
    assert "Registry key added" in page.text


def test_every_page_leads_to_the_log(client: FlaskClient) -> None:
    for path in ("", "help", "agencies", "nothing"):
        assert "/it/log" in read(client.get(f"/it/{path}")).links


def test_before_anything_is_signed_the_log_says_so(client: FlaskClient) -> None:
    assert "Nothing has been signed yet." in read(client.get("/en/log")).text


def test_witnesses_are_named_where_there_are_some(
    client: FlaskClient, session: Session, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_agency(session)
    publish()
    head = queries.head(session)._replace(witnesses={"svedek.example.invalid": 1})
    monkeypatch.setattr(queries, "published", lambda _session: head)
    text = read(client.get("/en/log")).text
    assert "svedek.example.invalid" in text
    assert "split view" not in text


def test_a_head_that_was_not_renewed_for_a_day_is_said_to_be_wrong(
    client: FlaskClient, session: Session, publish: Publish
) -> None:
    make_agency(session)
    publish()
    assert "something is wrong" not in read(client.get("/en/log")).text
    session.execute(update(Checkpoint).values(signed_at=now() - timedelta(hours=26)))
    assert "something is wrong" in read(client.get("/en/log")).text


def test_entries_behind_the_head_are_counted_and_have_no_proof_yet(
    client: FlaskClient, session: Session, publish: Publish
) -> None:
    make_agency(session)
    publish()
    make_agency(session)
    session.commit()
    newest = entries(session)[-1].index
    assert "written since and not signed yet: 1" in read(client.get("/en/log")).text
    page = client.get(f"/en/log/{newest}")
    assert "no signed head covers it yet" in read(page).text
    assert page.headers["Cache-Control"] == "no-store"


def test_an_entry_stands_with_a_proof_that_leads_to_the_signed_root(
    client: FlaskClient, session: Session, publish: Publish
) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    publish()
    entry = next(one for one in entries(session) if one.key == f"agency/{agency.agency_id}")
    response = client.get(f"/en/log/{entry.index}")
    page = read(response)
    assert tree.leaf_hash(entry.leaf).hex() in page.text
    assert f"/en/agencies/{agency.agency_id}" in page.links
    text = response.get_data(as_text=True)
    displayed = text.partition("<pre")[2].partition(">")[2].partition("</pre>")[0].replace("&#43;", "+")
    assert displayed == client.get(f"/log/proof/{entry.index}").get_data(as_text=True)
    assert f"/log/proof/{entry.index}" in page.links
    assert f"/en/log/{entry.index}" in read(client.get(f"/en/agencies/{agency.agency_id}")).links


def test_an_entry_of_a_natural_person_is_shown_without_its_content(
    client: FlaskClient, session: Session, publish: Publish
) -> None:
    agency = make_agency(session, name="Smyslík Vymyšlený", holder_kind=HolderKind.SOLE_TRADER)
    publish()
    entry = next(one for one in entries(session) if one.key == f"agency/{agency.agency_id}")
    assert "Smyslík" not in read(client.get(f"/en/log/{entry.index}")).text


@pytest.mark.parametrize("index", ["999999", "9" * 30, "-1", "x", "0x1", "1.0"])
def test_an_index_that_leads_nowhere_is_a_friendly_404(client: FlaskClient, index: str) -> None:
    response = client.get(f"/zh-Hans/log/{index}")
    assert response.status_code == 404
    assert read(response).language == "zh-Hans"


def test_key_events_stand_in_the_log_in_words(client: FlaskClient, session: Session, publish: Publish) -> None:
    make_agency(session)
    publish()
    for entry in entries(session):
        if entry.key.startswith("key/"):
            page = read(client.get(f"/en/log/{entry.index}"))
            assert "registry.key_added" in page.text
            return
    raise AssertionError("no key is in the log")
