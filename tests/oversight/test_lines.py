"""Audit lines of a unit: those of its people and its own matters, purged ones too, and no others."""

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy.orm import Session

from registry.audit.actions import forget_subject, record
from registry.audit.queries import head
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.officers.rights import Role
from registry.oversight.trail import Wanted, acts_on, exported, is_reading, lines_of, note_reading
from tests.complaints.filing import file
from tests.officers.making import make_officer
from tests.oversight.conftest import CZ, IT

DAY = date(2026, 11, 25)
ALL = Wanted()


def acts(session: Session, unit: str, wanted: Wanted = ALL) -> list[str]:
    return [line.act for line in lines_of(session, unit, wanted)]


def test_lines_about_a_case_are_its_units_alone_and_stay_so_after_a_purge(session: Session, sealer: Sealer) -> None:
    case = file(session, sealer, {"country": "IT", "deception": "yes"}).case
    record(session, "case.read", case.reference, on=DAY, actor="somebody of a partner")
    assert acts(session, IT)[0] == "case.read"
    assert "case.read" not in acts(session, CZ)
    whole = acts(session, IT)
    forget_subject(session, case.reference)
    assert acts(session, IT) == whole
    assert "case.read" not in acts(session, CZ)
    purged = lines_of(session, IT, Wanted(act="case.read"))[0]
    assert purged.subject is None
    assert acts(session, IT, Wanted(subject=purged.pseudonym, act="case.read")) == ["case.read"]


def test_what_a_units_people_do_is_theirs_whatever_it_is_about(session: Session, sealer: Sealer) -> None:
    anna = make_officer(session, sealer.keyring, Role.LICENSING, unit=IT, email="a@it.example").officer
    record(session, "licence.suspended", "7Q9ZEXWXKGDG", on=DAY, actor=anna.reference)
    assert "licence.suspended" in acts(session, IT)
    assert "licence.suspended" not in acts(session, CZ)


def test_a_refused_sign_in_and_a_change_of_an_officer_are_the_units(session: Session, sealer: Sealer) -> None:
    anna = make_officer(session, sealer.keyring, Role.TRIAGE, unit=IT, email="a@it.example").officer
    record(session, "officer.sign_in_refused", anna.reference, on=DAY, actor="nobody")
    assert "officer.sign_in_refused" in acts(session, IT)
    assert "officer.sign_in_refused" not in acts(session, CZ)


def test_an_opening_with_the_escrow_is_every_units(session: Session, sealer: Sealer) -> None:
    record(session, "escrow.used", "escrow", on=DAY, actor="operator")
    assert acts(session, IT)[0] == acts(session, CZ)[0] == "escrow.used"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(act="case"), ["case.moved", "case.read"]),
        (Wanted(act="case.read"), ["case.read"]),
        (Wanted(act="cas"), []),
        (Wanted(act="case%"), []),
        (Wanted(is_reading=True), ["case.read"]),
        (Wanted(from_on=date(2026, 11, 26)), ["audit.read"]),
        (Wanted(to_on=date(2026, 11, 24)), []),
        (Wanted(actor="somebody"), ["case.read"]),
        (Wanted(subject="it-labour"), ["audit.read"]),
    ],
)
def test_lines_are_found_by_what_is_asked(session: Session, sealer: Sealer, wanted: Wanted, found: list[str]) -> None:
    # Beside the lines that making the unit left.
    begin = head(session).size
    record(session, "case.read", "7Q9ZEXWXKGDG", on=DAY, actor="somebody", unit=IT)
    record(session, "case.moved", "7Q9ZEXWXKGDG", on=DAY, actor="another", unit=IT)
    record(session, "audit.read", IT, on=date(2026, 11, 26), actor="another", unit=IT)
    assert [line.act for line in lines_of(session, IT, wanted) if line.number >= begin] == found


def test_pages_follow_one_another_without_a_gap(session: Session, sealer: Sealer) -> None:
    for number in range(7):
        record(session, "case.read", "7Q9ZEXWXKGDG", on=DAY, actor="somebody", detail=str(number), unit=IT)
    wanted, seen, before = Wanted(act="case.read"), [], None
    while page := lines_of(session, IT, wanted, before=before, limit=3):
        seen += [line.detail for line in page]
        before = page[-1].number
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_copy_holds_ones_own_lines_each_proved_by_itself(session: Session, sealer: Sealer) -> None:
    for unit in (IT, CZ, IT):
        record(session, "case.read", f"case of {unit}", on=DAY, actor="somebody", unit=unit)
    *lines, last = [json.loads(line) for line in exported(session, IT, Wanted(act="case.read"))]
    raw = list(exported(session, IT, Wanted(act="case.read")))
    assert len(lines) == 2
    for written, line in zip(raw, lines, strict=False):
        body = written[written.index(b'"line":') + 7 : -2]
        assert hashlib.sha256(bytes.fromhex(line["before"]) + body).hexdigest() == line["hash"]
    assert last == {"head": str(head(session))}
    assert "case of" not in b"".join(raw).decode()


def test_looking_at_lines_is_one_line_a_day(session: Session, sealer: Sealer) -> None:
    for day in (DAY, DAY, date(2026, 11, 26)):
        note_reading(session, "audit.read", IT, on=day, actor="auditor", unit=IT)
    assert [line.on_day for line in lines_of(session, IT, Wanted(act="audit.read"))] == [date(2026, 11, 26), DAY]


def test_a_cases_trail_counts_who_read_it(session: Session, sealer: Sealer) -> None:
    case = file(session, sealer, {"country": "IT", "deception": "yes"}, at=now()).case
    for actor in ("anna", "bruno", "anna"):
        record(session, "case.read", case.reference, on=DAY, actor=actor)
    reads = [(one.actor, one.times) for one in acts_on(session, case.reference) if is_reading(one.act)]
    assert reads == [("anna", 2), ("bruno", 1)]


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ("case.read", True),
        ("case.identity_read", True),
        ("referral.previewed", True),
        ("case.moved", False),
        ("case.identity_read_approved", False),
        ("audit.read", False),
        ("case.trail_read", False),
    ],
)
def test_which_acts_open_what_is_sealed(act: str, says: bool) -> None:
    assert is_reading(act) is says
