"""The deposit in the console: what comes in counts at once, what goes out by two persons, and the record follows."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.supervision.licensing.models import DepositLine
from registry.vocabulary.register import LicenceStatus
from tests.make import make_licence, make_source, public_record_of
from tests.officers.making import make_unit
from tests.pages.officers.licences.conftest import DeskFor
from tests.pages.officers.signed_in import OfficerClient, words_of
from tests.supervision.licensing.making import holder_of, today


@pytest.fixture
def agency(session: Session) -> record.Agency:
    make_unit(session, "cn-licensing", "CN")
    return holder_of(session, make_licence(session, country="CN").licence_id)


def entered(desk: OfficerClient, agency: record.Agency, kind: str, amount: str, **fields: object) -> object:
    stated = {"currency": "CNY", "happened_on": str(today()), "note": "Receipt 7"} | fields
    if kind == "paid_in":
        stated = {"held_as": "cash", "held_by": "虚构银行"} | stated
    address = f"/console/licences/agencies/{agency.agency_id}/deposit"
    return desk.post(address, kind=kind, amount=amount, **stated)


def lines(session: Session) -> list[DepositLine]:
    return list(session.execute(select(DepositLine).order_by(DepositLine.id)).scalars())


def test_a_deposit_is_paid_in_drawn_by_two_and_topped_up(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    mei, lan = desk_for("Mei", unit="cn-licensing"), desk_for("Lan", unit="cn-licensing")
    page = f"/console/licences/agencies/{agency.agency_id}/deposit"
    assert entered(mei, agency, "paid_in", "3,000,000").status_code == 303
    assert [(one.amount, one.form) for one in public_record_of(session, agency.agency_id).deposits] == [
        ("3000000.00", "cash")
    ]
    assert entered(mei, agency, "drawn", "50000", use="unpaid_remuneration").status_code == 303
    assert public_record_of(session, agency.agency_id).deposits[-1].amount == "3000000.00"
    drawn = lines(session)[-1]
    own = mei.post(f"{page}/{drawn.reference}/approve", version=1)
    assert (own.status_code, "another officer has to." in words_of(own)) == (409, True)
    assert lan.post(f"{page}/{drawn.reference}/approve", version=3).status_code == 409
    assert lan.post(f"{page}/{drawn.reference}/approve", version=1).status_code == 303
    assert lan.post(f"{page}/{drawn.reference}/approve", version=2).status_code == 409
    displayed = words_of(lan.get(page))
    assert "50,000.00 missing" in displayed
    assert "To be topped up by" in displayed
    assert "public holidays in China are not known" in displayed
    assert public_record_of(session, agency.agency_id).deposits[-1].amount == "2950000.00"
    assert entered(lan, agency, "topped_up", "50000").status_code == 303
    assert "To be topped up by" not in words_of(lan.get(page))
    acts = session.execute(select(AuditEntry.act).order_by(AuditEntry.index)).scalars().all()
    assert acts[-4:] == ["deposit.paid_in", "deposit.drawn", "deposit.approved", "deposit.topped_up"]


@pytest.mark.parametrize(
    ("kind", "amount", "fields", "says"),
    [
        ("paid_in", "much", {}, "amount like"),
        ("paid_in", "5", {"currency": "EURO"}, "code like CNY"),
        ("paid_in", "5", {"held_as": "gold"}, "Held as choose one of these"),
        ("drawn", "5", {}, "is said of a draw"),
        ("drawn", "5", {"use": "holidays"}, "choose one of these"),
        ("drawn", "5", {"use": "compensation"}, "more than there is"),
        ("topped_up", "5", {"use": "compensation"}, "is said of a draw"),
        ("topped_up", "5", {"happened_on": "2099-01-01"}, "in the future"),
        ("topped_up", "5", {"note": "李四 11010519491231002X"}, "own number"),
        ("reversed", "5", {"reverses": "nothing"}, "no line of this ledger"),
        ("nonsense", "5", {}, "choose one of these"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_and_nothing_is_entered(
    session: Session,
    desk_for: DeskFor,
    agency: record.Agency,
    kind: str,
    amount: str,
    fields: dict[str, str],
    says: str,
) -> None:
    refused = entered(desk_for("Mei", unit="cn-licensing"), agency, kind, amount, **fields)
    assert refused.status_code == 400
    assert says in words_of(refused)
    assert lines(session) == []


def test_two_draws_that_wait_do_not_take_out_more_than_there_is(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    mei, lan = desk_for("Mei", unit="cn-licensing"), desk_for("Lan", unit="cn-licensing")
    page = f"/console/licences/agencies/{agency.agency_id}/deposit"
    entered(mei, agency, "paid_in", "100")
    for _ in range(2):
        entered(mei, agency, "drawn", "70", use="compensation")
    first, second = lines(session)[-2:]
    assert lan.post(f"{page}/{first.reference}/approve", version=1).status_code == 303
    refused = lan.post(f"{page}/{second.reference}/approve", version=1)
    assert (refused.status_code, "less in the deposit" in words_of(refused)) == (409, True)
    assert mei.post(f"{page}/{second.reference}/refuse", version=1).status_code == 303
    session.refresh(second)
    assert second.state == "taken_back"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_suspended_agency_is_not_said_to_need_an_unknown_sum(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    suspended = make_licence(session, country="CN", status=LicenceStatus.SUSPENDED)
    stated, mei = {}, desk_for("Mei", unit="cn-licensing")
    for one in (agency, holder_of(session, suspended.licence_id)):
        page = f"/console/licences/agencies/{one.agency_id}/deposit"
        stated[one.agency_id] = words_of(mei.get(page))
    requested, resting = stated.values()
    assert ("3,000,000.00 required" in requested, "No licence of this agency allows recruiting today." in resting) == (
        True,
        True,
    )
    assert "No sum is known" not in resting


def test_another_authority_finds_no_deposit_and_who_reads_enters_nothing(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    make_source(session, "CZ")
    entered(desk_for("Mei", unit="cn-licensing"), agency, "paid_in", "100", note="<script>alert(1)</script>")
    foreign = desk_for("Anna")
    page = f"/console/licences/agencies/{agency.agency_id}/deposit"
    assert foreign.get(page).status_code == 404
    reader = desk_for("Ivan", Role.LICENSING, unit="cn-licensing").get(page).get_data(as_text=True)
    assert "<script>" not in reader
