"""Lists on an organisation's pages: dropped, looked at, started, followed and had, without a script."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.settings import Settings
from registry.http.transaction import services
from registry.organisations.models import Member
from registry.register.imports import confined
from registry.worker.bulk_jobs import work_on
from tests import make
from tests.api import example_registry
from tests.pages.organisations.conftest import MemberClient, make_member
from tests.register.imports.bad_workbooks import BAD_WORKBOOKS, workbook

BODY = b"Supplier,Site,Labour provider,Country\n<b>Sartoria</b>,Prato,VYMYSL/1,CZ\nTessile Inventata,Prato,,CZ\n"


def drop(member_client: MemberClient, body: bytes, name: str = "chain.csv") -> Any:
    return member_client.post("/account/lists", list=(BytesIO(body), name))


def test_a_chain_is_dropped_started_followed_and_had(
    app: Flask, client: FlaskClient, session: Session, settings: Settings
) -> None:
    make.make_licence(session, number="VYMYSL/1")
    member_client = MemberClient(client, session, make_member(session), now())
    other = MemberClient(client, session, make_member(session, email="owner@others.example"), now())
    example_registry.publish(settings, services(app).sessions)
    refused = drop(member_client, b"%PDF-1.7")
    assert refused.status_code == 400
    assert "a PDF" in refused.get_data(as_text=True)
    at = drop(member_client, BODY).headers["Location"]
    output = member_client.get(at).get_data(as_text=True)
    # Each column with its first values and what it is taken for; what is not read says so.
    row = output.partition("Labour provider</bdi>")[2].partition("</tr>")[0]
    assert "<bdi>VYMYSL/1</bdi>" in row
    assert '<option value="provider" selected>Labour provider</option>' in row
    assert "&lt;b&gt;Sartoria&lt;/b&gt;" in output
    assert "<script" not in output
    assert member_client.post(at, act="start", kind="supply_chain").status_code == 400
    lacks = member_client.post(at, act="start", kind="supply_chain", **{"as-0": "supplier"})
    assert (lacks.status_code, "Say which column holds the supplier" in lacks.get_data(as_text=True)) == (400, True)
    twice = member_client.post(
        at, act="start", kind="supply_chain", **{"as-0": "supplier", "as-1": "supplier", "as-2": "provider"}
    )
    assert (twice.status_code, "two columns are said to hold it" in twice.get_data(as_text=True)) == (400, True)
    columns = {"as-0": "supplier", "as-1": "site", "as-2": "provider"}
    assert "must be a day as" in member_client.post(
        at, act="start", kind="supply_chain", **columns, **{"constant-on": "x"}
    ).get_data(as_text=True)
    stated = {**columns, "constant-on": "2026-01-05", "constant-destination": "IT", "keep": "on"}
    assert member_client.post(at, act="start", kind="supply_chain", **stated).status_code == 303
    waiting = member_client.get(at)
    assert waiting.headers["Refresh"] == "3"
    assert "<progress" in waiting.get_data(as_text=True)
    session.commit()
    assert work_on(settings, services(app).sessions, services(app).reading_sessions) == 1
    done = member_client.get(at).get_data(as_text=True)
    assert "none declared" in done
    assert "&lt;b&gt;Sartoria" in done
    assert "<b>Sartoria" not in done
    assert b'"destination":"IT"' in member_client.get(f"{at}/results/statements").data
    assert at.removeprefix("/account/lists/") in member_client.get("/account/receipts").get_data(as_text=True)
    assert member_client.get(f"{at}/results/csv").headers["Content-Disposition"].startswith("attachment")
    # Another organisation is told what it is told of what never was.
    for answer in (other.get(at), other.get(f"{at}/results/csv"), other.post(at, act="remove")):
        assert answer.status_code == 404
    assert "chain.csv" not in other.get("/account/lists").get_data(as_text=True)
    assert client.post(at, data={"act": "remove"}).status_code in (303, 409)
    assert member_client.post(at, act="remove").headers["Location"] == "/account/lists"
    assert list((settings.home / "bulk").glob("[!.]*")) == []


def test_what_is_wrong_with_a_file_or_a_column_is_said_in_the_readers_language(
    app: Flask, client: FlaskClient, session: Session, settings: Settings
) -> None:
    member_client = MemberClient(client, session, make_member(session, language="it"), now())
    example_registry.publish(settings, services(app).sessions)
    refused = drop(member_client, b"%PDF-1.7").get_data(as_text=True)
    assert '<span lang="it">il file è un PDF: serve un CSV o un XLSX</span>' in refused
    hostile = drop(member_client, BAD_WORKBOOKS["a text out of bounds"][0]).get_data(as_text=True)
    assert '<span lang="it">il file ha un errore nel foglio &#39;Sheet&#39;, cella B2' in hostile
    assert list((settings.home / "bulk").iterdir()) == []
    at = drop(member_client, BODY).headers["Location"]
    twice = member_client.post(at, act="save", kind="supply_chain", **{"as-0": "supplier", "as-1": "supplier"})
    assert '<span lang="it">Fornitore: due colonne sono indicate per lo stesso dato' in twice.get_data(as_text=True)
    broken = drop(member_client, b"Supplier,Labour provider\n").headers["Location"]
    assert (
        member_client.post(
            broken, act="start", kind="supply_chain", **{"as-0": "supplier", "as-1": "provider"}
        ).status_code
        == 303
    )
    session.commit()
    assert work_on(settings, services(app).sessions, services(app).reading_sessions) == 1
    assert "il file ha un’intestazione e nessuna riga sotto" in member_client.get(broken).get_data(as_text=True)


def test_a_workbook_is_read_before_anything_is_locked_and_once(
    app: Flask, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    member_client = MemberClient(client, session, make_member(session), now())
    read = confined.read
    free: list[bool] = []

    def reading(*arguments: Any) -> None:
        # SQLite has one place to write, and PostgreSQL's rows are locked as little.
        with services(app).sessions.begin() as other:
            other.execute(update(Member).values(name=Member.name))
        free.append(True)
        read(*arguments)

    monkeypatch.setattr(confined, "read", reading)
    at = drop(member_client, workbook("<row><c><v>7</v></c></row>")).headers["Location"]
    assert "licence_number" in member_client.get(at).get_data(as_text=True)
    assert free == [True]


def test_a_list_of_a_stranger_is_not_read(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "read", lambda *_: pytest.fail("it was read"))
    client.set_cookie("account", "x" * 43, path="/account")
    body = workbook("<row><c><v>7</v></c></row>")
    answer = client.post("/account/lists", data={"list": (BytesIO(body), "list.xlsx")})
    assert answer.status_code in (303, 409)
