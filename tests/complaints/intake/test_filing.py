"""Filing loses nothing and doubles nothing, and only its unit can read it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case import consents, units
from registry.complaints.case.answers import find_sheet_row, read_sheet, sheet_place
from registry.complaints.case.clocks import clocks_of
from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove
from registry.complaints.intake import filing
from registry.complaints.intake.models import AnswerSheet
from registry.complaints.sealing.models import WrappedKey
from registry.complaints.sealing.sealer import Sealer, Tier
from registry.core.errors import IntakeClosed, InvalidInput, NotNow, StaleVersion, Unopenable
from registry.vocabulary.cases import CaseState, ClockKind, ConsentKind, KeyHolder, MailboxRole, MailboxState, Priority
from registry.vocabulary.register import Language
from tests.complaints.filing import (
    AT,
    INFORMATION,
    ORDINARY,
    URGENT,
    begin,
    come_back,
    file,
    make_units,
    minted,
    visit_of,
)


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer):
    return make_units(session, sealer)


def holders(session: Session, box_id: int) -> set[tuple[KeyHolder, str, int]]:
    rows = session.execute(select(WrappedKey).where(WrappedKey.box_id == box_id)).scalars()
    return {(row.holder_kind, row.holder, row.tier) for row in rows}


def test_a_draft_has_no_unit_and_only_its_writer_can_open_it(session, sealer):
    token, _ = begin(session, sealer)
    visit = visit_of(session, sealer, token)
    filing.answer(session, sealer, visit, URGENT)
    case = session.get_one(Case, visit.box.case_id)
    assert (case.state, case.unit_id, case.country, case.priority) == (CaseState.DRAFT, None, None, None)
    assert {kind for kind, _, _ in holders(session, visit.box.id)} == {KeyHolder.MAILBOX}


def test_nothing_is_answered_before_the_receipt_was_typed_back(session, sealer):
    code, root = minted()
    started = filing.start(session, sealer, code, root, language=Language.EN, role=MailboxRole.WORKER, at=AT)
    visit = visit_of(session, sealer, started.token)
    assert visit.code == code
    with pytest.raises(NotNow):
        filing.answer(session, sealer, visit, ORDINARY)
    with pytest.raises(NotNow):
        filing.answers(session, sealer, visit)
    wrong = code[-6:-1] + str((int(code[-1]) + 1) % 10)
    for typed in (wrong, "", code[:6]):
        with pytest.raises(InvalidInput):
            filing.confirm(session, sealer, visit, typed, AT)
    assert visit.box.state is MailboxState.UNCONFIRMED
    # Full-width digits and spaces are normal on a Chinese keyboard.
    typed = " ".join(chr(ord(digit) + 0xFEE0) for digit in code[-6:])
    filing.confirm(session, sealer, visit, typed, AT)
    assert visit.box.state is MailboxState.OPEN
    assert visit_of(session, sealer, started.token).code is None


def test_an_unconfirmed_draft_is_kept_a_day_and_a_confirmed_one_thirty(session, sealer):
    code, root = minted()
    started = filing.start(session, sealer, code, root, language=Language.EN, role=MailboxRole.WORKER, at=AT)
    assert started.case.purge_on == AT.date() + timedelta(days=1)
    filing.confirm(session, sealer, visit_of(session, sealer, started.token), code[-6:], AT)
    assert started.case.purge_on == AT.date() + timedelta(days=30)


def test_answers_of_two_tabs_stand_beside_each_other(session, sealer):
    token, _ = begin(session, sealer)
    one, other = visit_of(session, sealer, token), visit_of(session, sealer, token)
    filing.answer(session, sealer, one, {"account": "first"})
    filing.answer(session, sealer, other, {"region": "Prato"})
    sheet = filing.answer(session, sealer, one, {"account": "second"})
    assert sheet.answers == {"account": "second", "region": "Prato"}
    assert filing.answers(session, sealer, other) == sheet


def test_an_answer_sent_twice_is_there_once_and_an_empty_one_is_taken_back(session, sealer):
    token, _ = begin(session, sealer)
    visit = visit_of(session, sealer, token)
    first = filing.answer(session, sealer, visit, {"account": "words", "debt": "yes"})
    assert filing.answer(session, sealer, visit, {"account": "words", "debt": "yes"}) == first
    assert filing.answer(session, sealer, visit, {"debt": ""}).answers == {"account": "words"}
    assert session.execute(select(func.count(AnswerSheet.id))).scalar_one() == 1


def test_a_sheet_that_was_changed_since_it_was_read_is_not_overwritten(session, sealer):
    token, _ = begin(session, sealer)
    visit = visit_of(session, sealer, token)
    read = filing.answer(session, sealer, visit, {"account": "words"})
    filing.answer(session, sealer, visit, {"region": "Prato"}, version=read.version)
    with pytest.raises(StaleVersion):
        filing.answer(session, sealer, visit, {"account": "others"}, version=read.version)
    assert filing.answers(session, sealer, visit).answers["account"] == "words"


def test_the_workers_identity_is_sealed_apart_for_the_custodian(session, sealer):
    filed = file(session, sealer, {**ORDINARY, "name": "A name", "contact": {"how": "wechat", "address": "somebody"}})
    row = find_sheet_row(session, filed.box)
    as_unit = sealer.open_as_unit(session, filed.box, "it-labour")
    assert as_unit.tiers == {Tier.ACCOUNT}
    assert read_sheet(session, as_unit, filed.case).answers.keys() == ORDINARY.keys()
    with pytest.raises(Unopenable):
        as_unit.open(row.identity_sealed, sheet_place(filed.box, filed.case, "identity_sealed"))
    as_custodian = sealer.open_as_custodian(session, filed.box, "it-labour")
    assert read_sheet(session, as_custodian, filed.case).answers["name"] == "A name"


def test_a_complaint_goes_to_the_unit_of_the_country_of_work_alone(session, sealer, offices):
    filed = file(session, sealer, {**URGENT, "sector": "14.10", "agency": "Some Agency", "employer": "A workshop"})
    case = filed.case
    assert (case.unit_id, case.country, case.sector) == (offices["IT"].id, "IT", "14.10")
    assert (case.state, case.priority, case.reasons) == (CaseState.SUBMITTED, Priority.P0, ["in_danger"])
    assert {(kind, holder) for kind, holder, _ in holders(session, filed.box.id)} == {
        (KeyHolder.MAILBOX, filed.box.reference),
        (KeyHolder.UNIT, "it-labour"),
        (KeyHolder.CUSTODIAN, "it-labour"),
    }
    with pytest.raises(Unopenable):
        sealer.open_as_unit(session, filed.box, "cz-labour")


@pytest.mark.parametrize("country", ["PL", "CN", "other", "dont_know"])
def test_without_a_unit_of_its_country_it_goes_to_the_default_and_never_to_china(session, sealer, offices, country):
    filed = file(session, sealer, {"country": country, "account": "words"})
    assert filed.case.unit_id == offices["CZ"].id


def test_the_workers_place_counts_if_the_country_of_work_is_not_stated(session, sealer, offices):
    assert file(session, sealer, {"where_now": "IT", "account": "words"}).case.unit_id == offices["IT"].id


def test_the_clocks_begin_to_run(session, sealer):
    due = {kind: row.due_at for kind, row in clocks_of(session, file(session, sealer, URGENT).case).items()}
    assert due[ClockKind.TRIAGE] == AT.replace(hour=10, minute=35, second=0)
    assert set(due) == {ClockKind.TRIAGE, ClockKind.ACKNOWLEDGE, ClockKind.ANSWER}


def test_sending_twice_sends_once(session, sealer):
    token, code = begin(session, sealer)
    visit = visit_of(session, sealer, token)
    filing.answer(session, sealer, visit, ORDINARY)
    first = filing.submit(session, sealer, visit, AT)
    sent = (session.get_one(Case, visit.box.case_id).version, filing.answers(session, sealer, visit))
    later = AT + timedelta(days=3)
    come_back(session, sealer, code, later)
    assert filing.submit(session, sealer, come_back(session, sealer, code, later), later) == first
    assert (session.get_one(Case, visit.box.case_id).version, filing.answers(session, sealer, visit)) == sent
    assert session.execute(select(func.count(CaseMove.id))).scalar_one() == 1


def test_what_was_sent_is_edited_no_more(session, sealer):
    filed = file(session, sealer)
    with pytest.raises(NotNow):
        filing.answer(session, sealer, visit_of(session, sealer, filed.token), {"account": "other words"})


def test_nothing_at_all_is_not_sent(session, sealer):
    token, _ = begin(session, sealer)
    visit = visit_of(session, sealer, token)
    with pytest.raises(InvalidInput):
        filing.submit(session, sealer, visit, AT)
    filing.answer(session, sealer, visit, {"who_files": "worker"})
    with pytest.raises(InvalidInput):
        filing.submit(session, sealer, visit, AT)


def test_hidden_answers_are_cleared_before_they_are_judged(session, sealer):
    token, _ = begin(session, sealer)
    visit = visit_of(session, sealer, token)
    filing.answer(session, sealer, visit, {"debt": "yes", "debt_amount": "3000 EUR", "account": "words"})
    filing.answer(session, sealer, visit, {"debt": "no"})
    filing.submit(session, sealer, visit, AT)
    assert filing.answers(session, sealer, visit).answers == {"debt": "no", "account": "words"}
    assert session.get_one(Case, visit.box.case_id).amounts_sealed is None


def test_only_a_yes_is_a_consent(session, sealer):
    stated = {"consent_union": "yes", "consent_police": "no", "consent_ngo": "dont_know"}
    filed = file(session, sealer, {**ORDINARY, **stated})
    given = [kind for kind in ConsentKind if consents.is_consented(session, filed.case, kind)]
    assert given == [ConsentKind.UNION]


def test_a_filer_for_another_is_a_helper_whose_consents_are_not_the_workers(session, sealer):
    filed = file(session, sealer, {**ORDINARY, "who_files": "ngo", "consent_police": "yes"})
    assert filed.box.role is MailboxRole.HELPER
    assert not consents.is_consented(session, filed.case, ConsentKind.POLICE)


def test_without_a_default_unit_nothing_can_be_begun(session, sealer, offices):
    offices["CZ"].is_default = False
    code, root = minted()
    with pytest.raises(IntakeClosed):
        filing.start(session, sealer, code, root, language=Language.EN, role=MailboxRole.WORKER, at=AT)


def test_a_closed_unit_takes_nothing_new_and_keeps_what_it_has(session, sealer, offices):
    before = file(session, sealer)
    units.close(session, "it-labour", AT.date())
    assert file(session, sealer).case.unit_id == offices["CZ"].id
    assert before.case.unit_id == offices["IT"].id


def test_three_complaints_about_one_agency_are_each_raised_by_one_and_only_once(session, sealer):
    def about(name: str) -> Case:
        return file(session, sealer, {**ORDINARY, "agency": name}).case

    first, second = about("Sunrise Labour"), about("SUNRISE  labour")
    other = about("Quite Another")
    assert (first.priority, second.priority) == (Priority.P3, Priority.P3)
    third = about("Sunrise Labour")
    fourth = about("Sunrise Labour")
    assert [case.priority for case in (first, second, third, fourth)] == [Priority.P2] * 4
    assert other.priority is Priority.P3
    assert all("independent_complaints" in case.reasons for case in (first, second, third, fourth))


def test_complaints_long_ago_raise_nothing(session, sealer):
    given = {**ORDINARY, "agency": "Sunrise Labour"}
    for days in (200, 120):
        file(session, sealer, given, at=AT - timedelta(days=days))
    assert file(session, sealer, given).case.priority is Priority.P3


def test_what_is_not_urgent_waits_aside_in_a_flood_and_what_is_does_not(session, sealer, monkeypatch):
    monkeypatch.setattr("registry.complaints.triage.rules.A_DAY", 2)
    for _ in range(2):
        assert file(session, sealer, INFORMATION).case.state is CaseState.SUBMITTED
    assert file(session, sealer, INFORMATION).case.state is CaseState.QUARANTINED
    assert file(session, sealer, URGENT).case.state is CaseState.SUBMITTED
    # Another country's unit has no flood.
    assert file(session, sealer, {**INFORMATION, "country": "CZ"}).case.state is CaseState.SUBMITTED


COPIED = (
    "The man came to our village in spring with a list of factories and took our names, and in autumn another man wrote that the "
    "factory in Prato was full and that we should wait for a call, eleven of us from two villages."
)


def test_many_in_the_same_words_wait_aside_and_one_in_other_words_does_not(session, sealer):
    copies = [file(session, sealer, {**INFORMATION, "account": f"{COPIED} {number}"}).case for number in range(6)]
    assert [case.state for case in copies] == [CaseState.SUBMITTED] * 5 + [CaseState.QUARANTINED]
    assert file(session, sealer, {**URGENT, "account": COPIED}).case.state is CaseState.SUBMITTED
    assert file(session, sealer, INFORMATION).case.state is CaseState.SUBMITTED


def test_copies_of_one_complaint_do_not_raise_each_other(session, sealer):
    given = {**ORDINARY, "agency": "Sunrise Labour", "account": COPIED}
    assert [file(session, sealer, given).case.priority for _ in range(4)] == [Priority.P3] * 4
