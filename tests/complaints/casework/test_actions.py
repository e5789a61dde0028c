"""The officers' work: within one unit, along the table of acts, with every reading and every move on record."""

import importlib
import inspect
import pkgutil
import re
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import complaints
from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments.actions import SentFile
from registry.complaints.attachments.file_store import FolderStore, store_of
from registry.complaints.attachments.uploading import UploadServices
from registry.complaints.case import access, units
from registry.complaints.case.clocks import clocks_of
from registry.complaints.case.models import Case
from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.casework import actions as casework
from registry.complaints.casework import claims, events, evidence, firms, letters, notes, reply_templates, translations
from registry.complaints.casework import queries as case_reading
from registry.complaints.casework.access_grants import queries as access_grants
from registry.complaints.casework.actions import Officer, UnitOfficer
from registry.complaints.casework.queue import listing
from registry.complaints.intake import filing, mailbox, paper_forms
from registry.complaints.parties import steps
from registry.complaints.parties.hearings.moves import is_open_to_agency
from registry.complaints.parties.models import Hearing
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage import priorities
from registry.core.calls import Call
from registry.core.db.engine import bulk_insert
from registry.core.errors import IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion
from registry.core.ids import new_references
from registry.core.outbox import OutboxEvent
from registry.vocabulary.cases import (
    CaseRole,
    CaseState,
    ClaimKind,
    ClaimUnit,
    ClockKind,
    EventKind,
    FirmPart,
    MailboxRole,
    Priority,
)
from registry.vocabulary.register import Language
from tests.audit.lines import lines_about
from tests.complaints.filing import (
    AT,
    FRIEND,
    INFORMATION,
    ORDINARY,
    URGENT,
    begin,
    come_back,
    file,
    make_units,
    minted,
)
from tests.complaints.officers import ANNA, CARLA, go

TODAY = AT.date()
DAY = timedelta(days=1)
BRUNO = Officer("B. Bruno", CaseRole.DECIDER, "it-labour")
FOREIGN = Officer("D. Dana", CaseRole.SUPERVISOR, "cz-labour")
NOWHERE = FolderStore(Path("nowhere"))
CHINA = Officer("E. Er", CaseRole.SUPERVISOR, "cn-licensing")


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer):
    return make_units(session, sealer)


def acts(session, sealer, officer, reference, other):
    """Every function by which an officer reaches cases, by its name."""
    call = Call(session, officer, AT)
    translator = Call(session, UnitOfficer(officer.name, officer.unit), AT)
    account = translations.TextId(other, "answer.account")
    move = casework.MoveRequest(CaseState.IN_TRIAGE)
    claim = claims.ClaimDraft(ClaimKind.WAGES, ClaimUnit.HOUR, "10", "8", "EUR", "Contract, article 4")
    # In the transaction of the test, for an upload begins its own.
    uploads = UploadServices(None, SimpleNamespace(begin=lambda: nullcontext(session)), NOWHERE)
    return {
        "lock_case": lambda: casework.lock_case(session, officer, reference),
        "fetch_of_case": lambda: steps.fetch_of_case(session, Hearing, officer, reference),
        "find_case": lambda: steps.find_case(session, Hearing, officer.unit, reference),
        "lock_in_unit": lambda: steps.lock_in_unit(session, Hearing, officer.unit, reference),
        "find_open": lambda: steps.find_open(session, Hearing, officer.unit, reference, AT, is_open_to_agency),
        "lock_open": lambda: steps.lock_open(
            Call(session, steps.PartyMember(officer.name, officer.unit), AT), Hearing, reference, is_open_to_agency
        ),
        "clean_copy": lambda: case_reading.clean_copy(call, sealer, reference, other, NOWHERE),
        "case_view": lambda: case_reading.case_view(call, sealer, reference),
        "case_for_translator": lambda: translations.case_for_translator(session, officer.unit, reference),
        "translate": lambda: translations.translate(translator, sealer, reference, account, Language.EN, "words"),
        "move": lambda: casework.move(call, sealer, reference, CaseState.IN_TRIAGE),
        "move_in_humblest_role": lambda: casework.move_in_humblest_role(call, sealer, reference, move, [officer.role]),
        "merge": lambda: casework.merge(call, sealer, reference, other, reason="same"),
        "reply": lambda: casework.reply(call, sealer, reference, "words"),
        "write_letter": lambda: letters.write_letter(call, sealer, reference, letters.Letter("words")),
        "send_untranslated": lambda: letters.send_untranslated(call, sealer, reference, other),
        "discard_letter": lambda: letters.discard_letter(call, reference, other),
        "link_agency": lambda: casework.link_agency(call, sealer, reference, other),
        "write_note": lambda: notes.write_note(call, sealer, reference, "words"),
        "take_back_note": lambda: notes.take_back_note(call, reference, other),
        "add_task": lambda: notes.add_task(call, sealer, reference, "words"),
        "tick_task": lambda: notes.tick_task(call, reference, other, is_done=True),
        "take_back_task": lambda: notes.take_back_task(call, reference, other),
        "add_event": lambda: events.add_event(call, sealer, reference, events.EventDraft(EventKind.VISIT, TODAY)),
        "record_event": lambda: events.record_event(call, sealer, reference, other, events.EventRecord("words")),
        "take_back_event": lambda: events.take_back_event(call, sealer, reference, other),
        "add_file": lambda: evidence.add_file(uploads, sealer, officer, reference, other, SentFile(b"", ""), AT),
        "read_file": lambda: evidence.read_file(call, sealer, NOWHERE, reference, other, other),
        "remove_file": lambda: evidence.remove_file(call, reference, other, other),
        "add_agency": lambda: firms.add_agency(call, sealer, reference, other, FirmPart.SENDER),
        "remove_agency": lambda: firms.remove_agency(call, reference, other),
        "link_employer": lambda: firms.link_employer(call, sealer, reference, firms.EmployerLink(name="A workshop")),
        "unlink_employer": lambda: firms.unlink_employer(call, reference, other),
        "edit_employer": lambda: firms.edit_employer(call, sealer, reference, firms.EmployerDetails(name="A workshop")),
        "employer_of_unit": lambda: firms.employer_of_unit(session, sealer, officer.unit, reference),
        "employer_view": lambda: firms.employer_view(call, sealer, reference, ()),
        "add_line": lambda: claims.add_line(call, sealer, reference, claim),
        "remove_line": lambda: claims.remove_line(call, reference, other),
        "set_legal_hold": lambda: notes.set_legal_hold(call, sealer, reference, "court", is_held=True),
        "set_priority": lambda: priorities.set_priority(call, sealer, reference, Priority.P1, "worse"),
        "decide_lowering": lambda: priorities.decide_lowering(call, reference, is_approved=True),
        "typed_so_far": lambda: paper_forms.typed_so_far(session, sealer, officer, reference),
        "save_page": lambda: paper_forms.save_page(call, sealer, reference, {}),
        "send": lambda: paper_forms.send(call, sealer, reference),
        "discard": lambda: paper_forms.discard(call, sealer, reference),
    }


def every_module():
    for room in pkgutil.iter_modules(complaints.__path__, f"{complaints.__name__}."):
        package = importlib.import_module(room.name)
        for found in pkgutil.iter_modules(package.__path__, f"{room.name}."):
            if not found.ispkg:
                yield importlib.import_module(found.name)


def unnamed(given: str) -> str:
    return re.sub(r"[0-9A-Z]{12}", "", given)


def test_the_walk_below_knows_every_door(session, sealer):
    doors = {
        name
        for module in every_module()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        if module is not reply_templates and not name.startswith("_")
        if "reference" in (taken := inspect.signature(function).parameters)
        and {"officer", "unit", "call"} & taken.keys()
    }
    assert doors == acts(session, sealer, ANNA, "", "").keys()
    of_units = {
        name
        for module in (casework, case_reading, priorities)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and "unit" in inspect.signature(function).parameters
    }
    # What takes a case that was opened already: tests/complaints/casework/access_grants walks the doors to it.
    # And what opens files of a case that was found in the unit, and the conditions of queries, which open none.
    assert of_units == {"in_unit", "in_unit_of_few", "files_by_box", "read_copy"}


@pytest.mark.parametrize("stranger", [FOREIGN, CHINA, Officer("F. Nobody", CaseRole.SUPERVISOR, "xx-none")])
def test_no_door_opens_to_another_unit_and_none_tells_that_a_case_is_there(session, sealer, stranger):
    mine, other = file(session, sealer, URGENT).case, file(session, sealer).case
    before = mine.version
    for name, act in acts(session, sealer, stranger, mine.reference, other.reference).items():
        with pytest.raises(NotFound) as there:
            act()
        absent = "2" * 12
        with pytest.raises(NotFound) as nowhere:
            acts(session, sealer, stranger, absent, other.reference)[name]()
        assert unnamed(there.value.text) == unnamed(nowhere.value.text), name
    assert listing.list_cases(session, stranger.unit, listing.Filters(), AT) == []
    assert listing.count_cases(session, stranger.unit, listing.Filters(), AT) == 0
    assert mine.version == before


def test_a_case_is_not_merged_into_another_units(session, sealer):
    mine = file(session, sealer).case
    theirs = file(session, sealer, {**ORDINARY, "country": "CZ"}).case
    go(session, sealer, ANNA, mine, CaseState.IN_TRIAGE)
    with pytest.raises(NotFound):
        casework.merge(Call(session, ANNA, AT), sealer, mine.reference, theirs.reference, reason="same")


@pytest.mark.parametrize("state", [CaseState.DRAFT, CaseState.PURGED])
def test_a_draft_or_a_purged_case_is_nobodys_business(session, sealer, offices, state):
    filed = file(session, sealer)
    filed.case.state = state
    session.flush()
    with pytest.raises(NotFound):
        case_reading.case_view(Call(session, ANNA, AT), sealer, filed.case.reference)


def test_a_unit_reads_what_was_written_but_not_who_wrote_it(session, sealer):
    given = {
        **ORDINARY,
        "agency": "Sunrise",
        "employer": "A workshop",
        "name": "A name",
        "debt_amount": "",
        "region": "Prato",
    }
    filed = file(session, sealer, given)
    mailbox.write(session, sealer, come_back(session, sealer, filed.code), "one more thing", AT)
    view = case_reading.case_view(Call(session, ANNA, AT), sealer, filed.case.reference)
    (box,) = view.boxes
    assert box.answers["account"] == ORDINARY["account"]
    assert "name" not in box.answers
    assert [message.text for message in box.messages] == ["one more thing"]
    assert (view.agency, view.employer, view.region) == ({"name": "Sunrise"}, "A workshop", "Prato")
    assert view.agency_is_registered is False


def test_every_reading_and_every_move_is_on_record_and_no_word_of_it(session, sealer):
    filed = file(session, sealer, URGENT)
    case_reading.case_view(Call(session, ANNA, AT), sealer, filed.case.reference)
    go(session, sealer, ANNA, filed.case, CaseState.IN_TRIAGE, reason="a reason with words")
    lines = [(line.act, line.actor, line.detail) for line in lines_about(session, filed.case.reference)]
    assert lines == [
        ("case.moved", "complainant", "draft submitted"),
        ("case.read", "A. Anna", "investigator"),
        ("case.moved", "A. Anna", "submitted in_triage"),
    ]
    assert session.execute(select(OutboxEvent)).all() == []


def test_a_draft_that_is_being_written_leaves_no_line(session, sealer):
    _, code = begin(session, sealer)
    visit = come_back(session, sealer, code)
    filing.answer(session, sealer, visit, ORDINARY)
    assert lines_about(session, session.get_one(Case, visit.box.case_id).reference) == []


def test_what_is_not_in_the_table_does_not_happen(session, sealer):
    case = file(session, sealer).case
    for target in (CaseState.DECIDED_UPHELD, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.PURGED, CaseState.DRAFT):
        with pytest.raises(IllegalMove):
            casework.move(Call(session, CARLA, AT), sealer, case.reference, target, reason="because")
    assert case.state is CaseState.SUBMITTED


def test_who_investigated_does_not_decide_even_under_another_spelling(session, sealer):
    case = file(session, sealer).case
    go(session, sealer, ANNA, case, CaseState.IN_TRIAGE, CaseState.INVESTIGATING, CaseState.DECISION_DRAFT)
    for name in ("A. Anna", " a.  ANNA", "Ａ. Anna"):
        with pytest.raises(IllegalMove):
            go(session, sealer, Officer(name, CaseRole.DECIDER, "it-labour"), case, CaseState.DECIDED_UPHELD)
    with pytest.raises(IllegalMove):
        go(session, sealer, BRUNO, case, CaseState.DECIDED_UPHELD, reason=None)
    go(session, sealer, BRUNO, case, CaseState.DECIDED_UPHELD)
    assert case.state is CaseState.DECIDED_UPHELD


def test_of_two_officers_with_one_version_the_second_gets_an_error(session, sealer):
    case = file(session, sealer).case
    version = case.version
    casework.move(Call(session, ANNA, AT, version), sealer, case.reference, CaseState.IN_TRIAGE)
    with pytest.raises(StaleVersion):
        casework.move(Call(session, CARLA, AT, version), sealer, case.reference, CaseState.INVESTIGATING)


def test_a_first_look_acknowledges_nothing_and_a_decision_meets_all(session, sealer):
    case = file(session, sealer).case
    go(session, sealer, ANNA, case, CaseState.IN_TRIAGE)
    met = {kind: row.met_on for kind, row in clocks_of(session, case).items()}
    assert met == {ClockKind.TRIAGE: TODAY, ClockKind.ACKNOWLEDGE: None, ClockKind.ANSWER: None}
    go(session, sealer, ANNA, case, CaseState.INVESTIGATING, CaseState.DECISION_DRAFT)
    go(session, sealer, BRUNO, case, CaseState.DECIDED_PARTLY)
    assert all(row.met_on == TODAY for row in clocks_of(session, case).values())


def test_an_answer_reaches_the_worker_and_is_an_acknowledgement(session, sealer):
    filed = file(session, sealer)
    for _ in range(2):
        casework.reply(Call(session, ANNA, AT), sealer, filed.case.reference, "We read it.", idempotency_key="r1")
    displayed = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code), AT)
    assert [message.text for message in displayed.messages] == ["We read it."]
    assert displayed.acknowledge_by is None


def test_nothing_goes_to_a_helper_unless_somebody_says_so(session, sealer):
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    with pytest.raises(NotNow):
        casework.reply(Call(session, ANNA, AT), sealer, filed.case.reference, "words")
    assert casework.reply(Call(session, ANNA, AT), sealer, filed.case.reference, "for the helper", to_helper=True) == 1
    code, root = minted()
    access.invite_worker(session, sealer, come_back(session, sealer, filed.code), root, AT)
    worker = come_back(session, sealer, code)
    # From now on it is the worker who decides, whatever the officer says.
    casework.reply(Call(session, ANNA, AT), sealer, filed.case.reference, "for her", to_helper=True)
    access.allow_answers(session, worker, filed.box.reference, TODAY, is_allowed=True)
    casework.reply(Call(session, ANNA, AT), sealer, filed.case.reference, "for both")
    helper = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code), AT)
    assert [message.text for message in helper.messages] == ["for the helper", "for both"]
    access.cut_off(session, sealer, worker, filed.box.reference, TODAY)
    assert casework.reply(Call(session, ANNA, AT), sealer, filed.case.reference, "for her again") == 1


def test_what_was_withdrawn_is_read_no_more_unless_somebody_is_in_danger(session, sealer):
    ordinary, urgent = file(session, sealer), file(session, sealer, URGENT)
    for filed in (ordinary, urgent):
        mailbox.withdraw(session, sealer, come_back(session, sealer, filed.code), AT)
        with pytest.raises(NotNow):
            casework.reply(Call(session, ANNA, AT), sealer, filed.case.reference, "words")
    with pytest.raises(NotNow):
        case_reading.case_view(Call(session, ANNA, AT), sealer, ordinary.case.reference)
    assert case_reading.case_view(Call(session, ANNA, AT), sealer, urgent.case.reference).boxes


def test_a_merged_case_keeps_its_mailbox(session, sealer):
    one, other = file(session, sealer), file(session, sealer)
    go(session, sealer, ANNA, one.case, CaseState.IN_TRIAGE)
    with pytest.raises(InvalidInput):
        casework.move(Call(session, ANNA, AT), sealer, one.case.reference, CaseState.MERGED, reason="same")
    with pytest.raises(IllegalMove):
        casework.merge(Call(session, ANNA, AT), sealer, one.case.reference, other.case.reference, reason=" ")
    casework.merge(Call(session, ANNA, AT), sealer, one.case.reference, other.case.reference, reason="same")
    assert (one.case.state, one.case.merged_into_id) == (CaseState.MERGED, other.case.id)
    mailbox.write(session, sealer, come_back(session, sealer, one.code), "still here", AT)


def test_an_urgent_complaint_stands_first_whatever_floods_the_queue(session, sealer, offices):
    columns = (
        "reference", "unit_id", "state", "priority", "indicators", "filed_on", "reasons", "has_legal_hold", "version",
    )  # fmt: skip
    unit, day = offices["IT"].id, TODAY.isoformat()
    rows = [(reference, unit, "submitted", "p4", "[]", day, "[]", False, 1) for reference in new_references(5000)]
    bulk_insert(session, Case, columns, rows)
    filed = file(session, sealer, URGENT)
    assert (
        listing.list_cases(session, "it-labour", listing.Filters(), AT, limit=20)[0].reference == filed.case.reference
    )
    # The spam after it is quarantined already and delays no one.
    assert file(session, sealer, INFORMATION).case.state is CaseState.QUARANTINED
    assert listing.count_cases(session, "it-labour", listing.Filters(priority=Priority.P0), AT) == 1


def test_the_queue_goes_by_priority_and_then_by_what_is_due_first(session, sealer):
    late = file(session, sealer, INFORMATION, at=AT - 3 * DAY).case
    early = file(session, sealer, INFORMATION).case
    urgent = file(session, sealer, URGENT).case
    assert [one.reference for one in listing.list_cases(session, "it-labour", listing.Filters(), AT)] == [
        urgent.reference,
        late.reference,
        early.reference,
    ]


def test_an_officer_raises_at_once_and_the_clock_follows(session, sealer):
    case = file(session, sealer).case
    at = AT + DAY
    change = priorities.set_priority(
        Call(session, ANNA, at), sealer, case.reference, Priority.P0, reason="she wrote again"
    )
    assert (change.is_approved, case.priority) == (True, Priority.P0)
    assert clocks_of(session, case)[ClockKind.TRIAGE].due_at == at.replace(hour=10, minute=35, second=0)


def test_lowering_what_is_urgent_takes_two_persons_and_a_reason(session, sealer):
    case = file(session, sealer, URGENT).case
    with pytest.raises(InvalidInput):
        priorities.set_priority(Call(session, ANNA, AT), sealer, case.reference, Priority.P2, reason="  ")
    change = priorities.set_priority(Call(session, ANNA, AT), sealer, case.reference, Priority.P2, reason="safe now")
    assert (change.is_approved, case.priority) == (None, Priority.P0)
    with pytest.raises(IllegalMove):
        priorities.decide_lowering(Call(session, ANNA, AT), case.reference, is_approved=True)
    priorities.decide_lowering(Call(session, CARLA, AT), case.reference, is_approved=True)
    assert case.priority is Priority.P2
    with pytest.raises(NotFound):
        priorities.decide_lowering(Call(session, CARLA, AT), case.reference, is_approved=True)


def test_a_lowering_is_refused_and_a_raise_takes_a_waiting_one_away(session, sealer):
    case = file(session, sealer, {**URGENT, "in_danger": "no", "restriction_of_movement": "yes"}).case
    assert case.priority is Priority.P1
    priorities.set_priority(Call(session, ANNA, AT), sealer, case.reference, Priority.P4, reason="no")
    priorities.decide_lowering(Call(session, CARLA, AT), case.reference, is_approved=False)
    assert case.priority is Priority.P1
    priorities.set_priority(Call(session, ANNA, AT), sealer, case.reference, Priority.P4, reason="no")
    priorities.set_priority(Call(session, CARLA, AT), sealer, case.reference, Priority.P0, reason="yes")
    assert priorities.waiting_change(session, case) is None
    assert case.priority is Priority.P0


def test_lowering_what_is_not_urgent_takes_one(session, sealer):
    case = file(session, sealer).case
    priorities.set_priority(Call(session, ANNA, AT), sealer, case.reference, Priority.P4, reason="less")
    assert case.priority is Priority.P4


def test_the_workers_identity_opens_by_the_custodians_key(session, sealer):
    filed = file(session, sealer, {**ORDINARY, "name": "A name", "contact": {"how": "wechat", "address": "somebody"}})
    found = access_grants.identity_in(session, sealer, ANNA.unit, filed.case)
    assert found == {filed.box.reference: {"name": "A name", "contact": {"how": "wechat", "address": "somebody"}}}


def test_officers_open_the_clean_copy_and_the_custodian_the_file_as_it_was_sent(session, sealer, settings):
    filed = file(session, sealer)
    store = store_of(settings)
    visit = come_back(session, sealer, filed.code)
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    sent = attachments.SentFile(b"as it was sent", "note.txt")
    stored = attachments.store_file(store, opened, filed.case, sent)
    reference = attachments.attach(session, filed.case, filed.box, stored, sent, TODAY).reference
    (box,) = case_reading.case_view(Call(session, ANNA, AT), sealer, filed.case.reference).boxes
    assert [(one.reference, one.name, one.size) for one in box.files] == [(reference, "note.txt", 14)]
    with pytest.raises(NotFound):
        case_reading.clean_copy(Call(session, ANNA, AT), sealer, filed.case.reference, reference, store)
    original = access_grants.original_in(session, sealer, ANNA.unit, filed.case, reference, store)
    assert original == ("note.txt", b"as it was sent")


def test_a_file_of_another_case_is_not_there(session, sealer, settings):
    mine, other = file(session, sealer), file(session, sealer)
    store = store_of(settings)
    visit = come_back(session, sealer, other.code)
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    sent = attachments.SentFile(b"as it was sent", "note.txt")
    stored = attachments.store_file(store, opened, other.case, sent)
    reference = attachments.attach(session, other.case, other.box, stored, sent, TODAY).reference
    with pytest.raises(NotFound):
        access_grants.original_in(session, sealer, ANNA.unit, mine.case, reference, store)
    with pytest.raises(NotFound):
        case_reading.clean_copy(Call(session, ANNA, AT), sealer, mine.case.reference, reference, store)


def test_a_unit_of_china_has_no_keys_and_no_default(session, sealer, offices):
    assert not offices["CN"].is_default
    details = units.UnitDetails("cn-other", "CN", "cn", {"en": "Other"}, email=None)
    with pytest.raises(InvalidInput):
        units.add(session, sealer, details, TODAY, is_default=True)
    assert list(sealer.keyring.folder.glob("*cn-*")) == []


def test_there_is_one_default_unit_and_it_is_not_closed(session, offices):
    with pytest.raises(InvalidInput):
        units.close(session, "cz-labour", TODAY)
    assert [unit.reference for unit in units.all_units(session) if unit.is_default] == ["cz-labour"]


def test_what_was_changed_of_a_case_outlives_its_locking(session, sealer):
    """It is read anew under the lock; a change that was not written yet is no reason to lose it."""
    case = file(session, sealer, ORDINARY).case
    case.priority = Priority.P4
    assert lock_case_by_id(session, case.id).priority is Priority.P4
