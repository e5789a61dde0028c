"""Many questions in one go get the answers that each gets by itself."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api.organisations import verifications
from registry.core.clock import now
from registry.http.request_reader import CSV, XLSX
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import IdentifierScheme, LicenceStatus
from tests import make
from tests.api.shapes import assert_as_documented

URL = "/api/v1/verifications"
CORRIDORS = "/api/v1/corridor-verifications"


def ask(client: FlaskClient, items: list[Any], url: str = URL) -> Any:
    response = client.post(url, json={"items": items})
    assert response.status_code == 200, response.get_data(as_text=True)
    assert_as_documented(response, "verifyMany" if url == URL else "verifyManyCorridors")
    return response.json


def send(
    client: FlaskClient, body: bytes, media_type: str = CSV, accept: str = "application/json", url: str = URL
) -> Any:
    return client.post(url, data=body, content_type=media_type, headers={"Accept": accept})


def as_xlsx(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def test_every_kind_of_question_is_answered_as_verify_answers_it(client: FlaskClient, session: Session) -> None:
    active = make.make_licence(session, number="VYMYSL/1")
    make.make_licence(session, LicenceStatus.SUSPENDED, number="VYMYSL/2")
    alike = make.make_licence(session, number="VYMYSL/3")
    for country in ("CZ", "DE"):
        make.make_licence(session, country=country, number="VYMYSL/BOTH")
    agency = make.make_agency(
        session,
        country="IT",
        name="Agenzia Inventata S.r.l.",
        identifiers=(make.identifier_record(IdentifierScheme.VAT, "IT00000099994", country="IT"),),
        licences=(make.licence_record(country="IT"),),
    )
    sender = make.make_agency(session, country="CN", licences=(make.licence_record(country="CN", number="FICT-9"),))
    two = [
        make.licence_record(status=LicenceStatus.SUSPENDED, number="VYMYSL/OLD"),
        make.licence_record(number="VYMYSL/NEW"),
    ]
    make.make_agency(session, licences=tuple(two))
    before = now()
    session.commit()
    amend(session, make.changed(agency, place="Fantasia"), Event("source.imported"))
    wanted: list[dict[str, str]] = [
        {"licence_number": "VYMYSL/1"},
        {"licence_number": " vymysl / 1", "destination": "CZ", "on": "2026-01-01"},
        {"licence_number": "VYMYSL/3"},
        {"licence_number": "VYMYSL/3", "claimed_name": "Somebody Else Ltd"},
        {"licence_number": "VYMYSL/1", "on": "2019-12-31"},
        {"licence_number": "VYMYSL/1", "on": (now() + timedelta(days=400)).date().isoformat()},
        {"licence_number": "VYMYSL/1", "known_at": (before - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%SZ")},
        {"licence_number": "VYMYSL/1", "claimed_name": "Somebody Else Ltd"},
        {"licence_number": "VYMYSL/2", "sector": "14.10"},
        {"licence_number": "VYMYSL/OLD"},
        {"licence_number": "VYMYSL/NEW"},
        {"licence_number": "VYMYSL/BOTH"},
        {"licence_number": "VYMYSL/BOTH", "authority": make.authority_of("DE")},
        {"licence_number": "NOBODY/1", "destination": "CZ"},
        {"vat": "IT00000099994", "origin": "CN", "destination": "IT"},
        {"vat": "IT00000099994", "known_at": before.strftime("%Y-%m-%dT%H:%M:%SZ")},
        {"agency_id": agency.agency_id, "activity": "temporary_work"},
        {"agency_id": sender.agency_id, "destination": "IT", "origin": "CN"},
        {"registration_number": "00000000", "country": "CZ"},
        {"name": "Agenzia Inventata", "destination": "IT"},
        {"licence_number": "VYMYSL/1"},
    ]
    items = [item | {"key": str(place)} for place, item in enumerate(wanted)]
    answer = ask(client, items)
    body = client.post(URL, json={"items": items}).data
    assert [item["key"] for item in answer["items"]] == [str(place) for place in range(len(wanted))]
    for item, question in zip(answer["items"], wanted, strict=True):
        alone = client.post("/api/v1/verify", json=question)
        assert item["answer"] == alone.json, question
        assert alone.data in body, "to the byte"
        assert ("steps" in item) is (alone.json["verdict"] == "no")
    assert answer["counts"]["items"] == len(wanted) == answer["counts"]["answered"]
    assert answer["items"][0]["answer"]["agency"]["agency_id"]
    assert [answer["items"][place]["answer"]["licence"]["number"] for place in (0, 2)] == [active.number, alike.number]


def test_a_suspension_is_in_the_next_list_of_every_server_and_changes_no_similar_agency(
    client: FlaskClient, session: Session, settings: Any, make_app: Any
) -> None:
    agency = make.make_agency(session, licences=(make.licence_record(number="HNED-1"),))
    make.make_agency(session, licences=(make.licence_record(number="HNED-2"),))
    items = [{"licence_number": number} | make.CZECH_AT_HOME for number in ("HNED-1", "HNED-2", "HNED-1")]
    other = make_app(settings).test_client()

    def verdicts() -> list[list[str]]:
        session.commit()
        answers = [one.post(URL, json={"items": items}).json["items"] for one in (client, other)]
        return [[item["answer"]["verdict"] for item in answer] for answer in answers]

    assert verdicts() == [["yes", "yes", "yes"]] * 2
    suspended = make.changed(agency.licences[0], status_history=(make.status_record(LicenceStatus.SUSPENDED),))
    amend(session, make.changed(agency, licences=(suspended,)), Event("licence.suspended"))
    assert verdicts() == [["no", "yes", "no"]] * 2


def test_corridors_are_answered_as_the_corridor_question_answers_them(client: FlaskClient, session: Session) -> None:
    sender = make.make_agency(session, country="CN", licences=(make.licence_record(country="CN", number="FICT-1"),))
    receiver = make.make_agency(
        session,
        country="IT",
        name="Agenzia Inventata S.r.l.",
        licences=(make.licence_record(country="IT", number="INV-1"),),
    )
    make.make_agreement(session, sender, receiver)
    wanted = [
        {
            "sending": "FICT-1",
            "receiving": "INV-1",
            "destination": "IT",
            "visa": "work",
            "activity": "temporary_work",
            "sector": "14.10",
            "nationality": "IT",
        },
        {"sending": sender.agency_id, "receiving": "Agenzia Inventata", "destination": "IT", "sector": "14.10"},
        {"sending": "INV-1", "receiving": "FICT-1", "destination": "IT", "on": "2026-01-01"},
        {"sending": "FICT-1", "receiving_employer": "Fabbrica Inventata", "destination": "IT"},
        {"sending": "Nobody Anywhere", "receiving": "999", "destination": "CZ"},
    ]
    answer = ask(client, [*wanted, {"sending": "+390001", "receiving": "INV-1", "destination": "IT"}], CORRIDORS)
    for item, question in zip(answer["items"], wanted, strict=False):
        assert item["answer"] == client.get("/api/v1/corridor", query_string=question).json, question
    assert answer["items"][0]["answer"]["verdict"] == "yes"
    assert answer["items"][-1]["errors"][0]["parameter"] == "sending"
    assert "steps" in answer["items"][2]


def test_what_is_wrong_with_one_item_is_said_of_it_alone(client: FlaskClient, session: Session) -> None:
    make.make_licence(session, number="VYMYSL/1")
    answer = ask(
        client,
        [
            {"key": "a", "licence_number": "VYMYSL/1", "origin": "CZ", "destination": "CZ", "nationality": "CZ"},
            {"key": "a", "licence_number": "VYMYSL/1"},
            {"key": "b", "licence_number": "VYMYSL/1", "destinaton": "CZ"},
            {"key": "c", "lei": "1234"},
            {"key": "d", "licence_number": "1", "authority": "xx-nobody"},
            {"key": "e", "licence_number": "1", "name": "x"},
            {"key": "f", "licence_number": "1", "receipt": True},
            7,
            {"key": 7, "licence_number": "VYMYSL/1"},
        ],
    )
    codes = [[fault["code"] for fault in item.get("errors", [])] for item in answer["items"]]
    assert codes == [
        [], ["doubled_key"], ["unknown_field"], ["impossible_lei"], ["unknown_authority"], ["contradictory"],
        ["unknown_field"], ["invalid_request"], ["invalid_value"],
    ]  # fmt: skip
    assert "item 1" in answer["items"][1]["errors"][0]["detail"]
    assert "destination" in answer["items"][2]["errors"][0]["detail"]
    assert answer["counts"] == {"items": 9, "answered": 1, "refused": 8, "yes": 1, "no": 0, "unknown": 0}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_more_than_is_answered_in_one_go_is_refused_with_the_way_to_go(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [{"licence_number": str(number)} for number in range(101)]
    refused = client.post(URL, json={"items": few})
    assert (refused.status_code, refused.json["code"]) == (413, "too_many_questions")
    assert "without a key 100" in refused.json["detail"]
    for url, item in (
        (URL, {"licence_number": "1"}),
        (CORRIDORS, {"sending": "1", "receiving": "2", "destination": "IT"}),
    ):
        too_many = client.post(url, json={"items": [item] * 10_001})
        assert too_many.status_code == 413
        assert "/api/v1/verification-jobs" in too_many.json["detail"]
    lines = b"licence number\n" + b"1\n" * 10_001
    assert "/api/v1/verification-jobs" in send(client, lines).json["detail"]
    monkeypatch.setattr(verifications.rules, "MAX_SEARCHED", 2)
    by_name = client.post(URL, json={"items": [{"name": "Agentura"}] * 3})
    assert by_name.status_code == 413
    assert "about a name" in by_name.json["detail"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "media_type", "word"),
    [
        (b'{"items": []}', "application/json", "items"),
        (b'{"items": [{"name": "a", "name": "b"}]}', "application/json", "name"),
        (b'{"items": [1], "more": 1}', "application/json", "more"),
        (b"[1]", "application/json", "JSON object"),
        (b"", CSV, "empty"),
        (b"licence number\n", CSV, "no row"),
        (b"colour,size\nred,1\n", CSV, "'colour', 'size'"),
        ("licence number\nVYMYSL/á\nVYMYSL/é\n".encode() + b"\xc3\x28\n", CSV, "line 4"),
        (b'licence number\n"never closed\n' + b"x" * 70_000, CSV, "field larger"),
        (b"PK\x03\x04 broken", XLSX, "damaged"),
        (b"%PDF-1.7", CSV, "PDF"),
        (b'[{"licence_number": "1"}]', CSV, "JSON"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_list_is_refused_in_words(
    client: FlaskClient, body: bytes, media_type: str, word: str
) -> None:
    refused = send(client, body, media_type)
    assert refused.status_code == 400, refused.json
    assert word in str(refused.json)
    assert "/proc/" not in str(refused.json)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_is_read_by_its_header_and_answered_as_a_table_without_formulas(
    client: FlaskClient, session: Session
) -> None:
    name = "示例劳务有限公司"
    make.make_agency(session, country="CN", name=name, licences=(make.licence_record(country="CN", number="FICT-1"),))
    text = f"编号,公司名称,内部备注\nFICT-1,{name},x\nFICT-1,别的公司,x\n=1+1,,x\n"
    answer = send(client, text.encode("gb18030")).json
    assert answer["columns"]["fields"] == {"licence_number": "编号", "name": "公司名称"}
    table = (
        f"our ref;licence;name;origin;destination;visa;sector\n=cmd();FICT-1;{name};CN;ES;work;14.10\n"
        "b;FICT-1;Somebody Else;CN;ES;work;14.10\nc;NOBODY;;CN;ES;work;14.10\nd;1;2;3;4;5;6;7\ne;FICT-1;;CN;HU;work;27.20\n"
    )
    displayed = send(client, table.encode(), accept=CSV)
    assert displayed.mimetype == CSV, displayed.get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(displayed.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [(row["key"], row["line"], row["verdict"]) for row in rows] == [
        ("'=cmd()", "2", "yes"), ("b", "3", "unknown"), ("c", "4", rows[2]["verdict"]), ("", "5", ""), ("e", "6", "unknown"),
    ]  # fmt: skip
    assert rows[1]["reasons"].startswith("name_differs")
    assert "8 cells" in rows[3]["errors"]
    assert rows[4]["needs"].split() == ["nationality", "work_permit"]
    assert "hu-route-direct" in rows[4]["law"].split()
    sheet = as_xlsx(
        [
            ["our ref", "licence", "origin", "destination", "visa", "sector"],
            *([one, "FICT-1", "CN", "ES", "work", "14.10"] for one in ("=1+1", "b")),
        ]
    )
    book = openpyxl.load_workbook(io.BytesIO(send(client, sheet, XLSX, XLSX).data))
    cells = list(book["answers"].iter_rows(values_only=True))
    assert cells[2][:3] == ("b", 3, "yes")
    assert not any(str(cell).startswith("=") for row in cells for cell in row)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_asks_by_identifiers_as_records_have_them(client: FlaskClient, session: Session) -> None:
    code = "91990001MADEM00112"
    made = make.make_agency(
        session,
        country="CN",
        identifiers=(make.identifier_record(IdentifierScheme.USCC, code, country="CN"),),
        licences=(make.licence_record(country="CN", number="FICT-1"),),
    )
    table = f"key,scheme,value,licence\na,USCC,{code},\nb,passport,{code},\nc,,12000,FICT-1\nd,vat,,FICT-1\n"
    answer = send(client, table.encode()).json
    assert answer["columns"]["fields"]["scheme"] == "scheme"
    items = answer["items"]
    assert [item["answer"]["agency"]["agency_id"] for item in items if "answer" in item] == [made.agency_id] * 3
    assert items[0]["answer"]["question"]["uscc"] == code
    assert [fault["parameter"] for fault in items[1]["errors"]] == ["scheme"]
    # A column of amounts is no identifier.
    assert send(client, b"licence,value\nFICT-1,12000\n").json["columns"]["ignored"] == ["value"]
    ends = f"sending,sending_scheme,receiving,receiving_scheme,destination\n{code},uscc,{code},registration_number,IT\n"
    corridor = send(client, ends.encode(), url=CORRIDORS).json["items"][0]["answer"]
    assert [leg["agency"] and leg["agency"]["agency_id"] for leg in corridor["legs"][:2]] == [made.agency_id, None]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_days_of_a_file_are_read_in_their_forms_and_answered_as_they_were_understood(client: FlaskClient) -> None:
    table = "licence;date\n1;2026年1月5日\n1;5.1.2026\n1;5/1/2026\n1;soon\n"
    items = send(client, table.encode()).json["items"]
    assert [one["answer"]["on"] for one in items[:2]] == ["2026-01-05"] * 2
    given = [one["errors"][0] for one in items[2:]]
    assert [(one["parameter"], one["code"]) for one in given] == [("on", "not_a_date")] * 2
    assert given[0]["detail"] == "may be 2026-01-05 or 2026-05-01: write the year first, as 2026-01-05"
    # In JSON there is one form.
    requested = {"items": [{"licence_number": "1", "on": "2026/1/5"}]}
    assert client.post("/api/v1/verifications", json=requested).json["items"][0]["errors"][0]["parameter"] == "on"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_workbook_that_was_made_to_fill_a_disk_is_not_unpacked(client: FlaskClient) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (6 << 20))
    refused = send(client, body.getvalue(), XLSX)
    assert refused.status_code == 413
    assert "unpacks to 6 MB" in refused.json["detail"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_nothing_of_a_list_is_kept(client: FlaskClient, session: Session, settings: Any) -> None:
    secret = "VYMYSLSECRETNUMBER"
    assert send(client, f"licence number\n{secret}\n".encode()).headers["Cache-Control"] == "no-store"
    client.post(URL, json={"items": [{"licence_number": secret}]})
    session.commit()
    for path in settings.home.parent.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path
