"""The overview, its files and the board: for those who may, of their own unit, with nothing in them that could run."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseClock
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.spreadsheets import as_csv, as_xlsx
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import Priority
from tests.audit.lines import lines_about
from tests.complaints.filing import file
from tests.make import make_agency
from tests.officers.making import make_officer
from tests.oversight.accounts import WORDS
from tests.oversight.cases import make_case
from tests.pages.officers.signed_in import OfficerClientFor, words_of

HOSTILE = '=HYPERLINK("http://evil.example","<script>alert(1)</script>")'


def tell(session: Session, sealer: Sealer, agency: dict[str, str], country: str = "IT") -> list[str]:
    cases = [
        file(session, sealer, {"country": country, "deception": "yes", "account": words, "agency": agency}, at=now())
        for words in WORDS
    ]
    session.commit()
    return [one.case.reference for one in cases]


@time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC))
def test_the_page_has_each_figure_as_a_chart_and_a_table(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    tell(session, sealer, {"name": HOSTILE})
    make_case(session, now().date(), decided_on=now().date())
    session.commit()
    page = desk_for(Role.SUPERVISOR).get("/console/overview").get_data(as_text=True)
    assert page.count("<svg class=") == len(re.findall('<svg[^>]* role="(?:img|group)"', page)) == 9
    assert "<script>" not in page
    assert "4 open cases" in " ".join(words_of(desk_for(Role.ANALYST, name="A A").get("/console/overview")).split())


def test_another_units_cases_move_no_figure(
    session: Session, sealer: Sealer, keyring: Keyring, desk_for: OfficerClientFor
) -> None:
    desk = desk_for(Role.SUPERVISOR)
    make_officer(session, keyring, unit="cz-labour")

    def figures() -> list[str]:
        # Both say as of which minute, and one may begin in between.
        displayed = [words_of(desk.get(path)) for path in ("/console/overview", "/console/board")]
        return [re.sub(r"\d\d:\d\d", "", one) for one in displayed]

    before = figures()
    tell(session, sealer, {"name": "Foreign Agency"}, country="CZ")
    assert figures() == before


def test_names_that_complaints_gave_are_for_those_who_read_cases(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    tell(session, sealer, {"name": "Invented Labour Export"})
    assert "Invented Labour Export 3 3" in words_of(desk_for(Role.SUPERVISOR).get("/console/overview"))
    for number, role in enumerate((Role.ANALYST, Role.AUDITOR)):
        displayed = words_of(desk_for(role, name=f"N {number}").get("/console/overview"))
        assert "Invented Labour Export" not in displayed
        assert "Agency 1 3 3" in displayed
    analyst = desk_for(Role.ANALYST, name="A A")
    assert "Invented" not in analyst.get("/console/overview/agencies.csv").get_data(as_text=True)


def test_an_agency_in_which_the_officer_has_an_interest_is_hidden(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    agency = make_agency(session)
    tell(session, sealer, {"agency_id": agency.agency_id})
    desk = desk_for(Role.SUPERVISOR)
    assert agency.agency_id in words_of(desk.get("/console/overview"))
    accounts.declare_conflict(session, desk.officer, agency.agency_id, now().date())
    session.commit()
    assert agency.agency_id not in words_of(desk.get("/console/overview"))


@pytest.mark.parametrize("query", ["from=soon", "from=2026-11-25&to=2026-11-24", "from=2020-01-01&to=2026-01-01"])
def test_days_that_make_no_period_are_said_and_stay(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor, query: str
) -> None:
    desk = desk_for(Role.SUPERVISOR)
    for path in ("overview", "overview/open.csv", "overview.xlsx"):
        refused = desk.get(f"/console/{path}?{query}")
        assert refused.status_code == 400
        assert "two years at most" in words_of(refused)
        assert f'value="{query.split("&")[0][5:]}"' in refused.get_data(as_text=True)


def test_a_bar_leads_to_its_cases_for_those_who_may_read_them(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    tell(session, sealer, {"name": "Somebody"})
    page = desk_for(Role.SUPERVISOR).get("/console/overview").get_data(as_text=True)
    for link in ("state=submitted", "country=IT"):
        assert re.search(rf'<svg[^>]*role="group".*?<a href="/console/cases\?{link}"', page, re.S), link
    assert "/console/cases?" not in desk_for(Role.ANALYST, name="A").get("/console/overview").get_data(as_text=True)


def test_files_hold_text_and_numbers_and_no_formula(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    tell(session, sealer, {"name": HOSTILE})
    desk = desk_for(Role.SUPERVISOR)
    table = desk.get("/console/overview/agencies.csv")
    assert table.headers["Content-Disposition"].startswith('attachment; filename="overview-agencies-it-labour-')
    (row,) = csv.DictReader(io.StringIO(table.get_data(as_text=True).removeprefix("\ufeff")))
    assert row["Agency"] == f"'{HOSTILE}"
    assert row["Independent"] == "3"
    book = openpyxl.load_workbook(io.BytesIO(desk.get("/console/overview.xlsx").get_data()))
    assert book.sheetnames[:2] == ["Open cases by state and age", "Deadlines met and missed"]
    assert max(map(len, book.sheetnames)) <= 31, "the most that spreadsheets take"
    first = book.worksheets[0]
    assert [cell.value for cell in first[1]] == ["State", "Priority", "Age", "Cases"]
    assert first["A2"].value == "Received"
    assert first.freeze_panes == "A2"
    assert first.column_dimensions["A"].width > len("Received")
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert f"'{HOSTILE}" in [cell.value for cell in cells]
    session.expire_all()
    assert [line.act for line in lines_about(session, "it-labour")].count("statistics.exported") == 2


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", " ="])
def test_no_cell_begins_like_a_formula(begin: str) -> None:
    text = f"{begin}1+1"
    assert as_csv(["a"], [[text, -1, None]]).decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"').startswith(f"'{begin}")
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([("a", ["a"], [[text, -1]])])))
    first, second = book["a"]["A2"], book["a"]["B2"]
    assert (first.data_type, str(first.value)[0], second.value) == ("s", "'", -1)


def test_signs_that_no_workbook_may_hold_are_replaced() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([("a", ["a"], [["a\x00b\ud800c"]])])))
    assert book["a"]["A2"].value == "a\ufffdb\ufffdc"


def test_the_board_has_no_name_and_no_number_of_a_case_and_counts_p0_and_what_is_late_as_the_queue_does(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    references = tell(session, sealer, {"name": "Invented Labour Export"})
    desk = desk_for(Role.ANALYST, name="Named Officer")
    page = desk.get("/console/board").get_data(as_text=True)
    assert 'http-equiv="refresh"' not in page
    assert 'data-every="60"' in page
    for hidden in (*references, "Invented Labour Export", "Named Officer", "<script>", desk.officer.reference):
        assert hidden not in page
    assert "3 open cases" in words_of(desk.get("/console/board"))
    session.query(Case).update({"priority": Priority.P2})
    case = session.scalars(select(Case)).first()
    case.priority, case.due_at = Priority.P0, now() - timedelta(days=1)
    # Of one case two deadlines may be over: it counts once, as in the queue.
    session.query(CaseClock).filter_by(case_id=case.id).update({"due_at": now() - timedelta(days=1)})
    session.commit()
    board = words_of(desk.get("/console/board"))
    assert "1 open, P0" in board
    assert "0 open, P1" in board
    assert "1 open cases overdue" in board


def test_files_are_for_those_who_may_take_them_away(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    desk = desk_for(Role.AUDITOR)
    assert desk.get("/console/overview/open.csv").status_code == 403
    assert "overview.xlsx" not in desk.get("/console/overview").get_data(as_text=True)
    assert desk_for(Role.ANALYST, name="A A").get("/console/overview/nothing.csv").status_code == 404
