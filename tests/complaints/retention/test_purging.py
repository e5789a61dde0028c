"""The end of what was written: not a day early, never under a hold, keys first, and again after a crash."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.models import AuditEntry
from registry.audit.queries import verify
from registry.complaints.case import access
from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework import notes
from registry.complaints.casework import queries as case_reading
from registry.complaints.casework.letters import Letter, write_letter
from registry.complaints.casework.notes import notes_and_tasks
from registry.complaints.intake import filing, mailbox
from registry.complaints.intake.models import AnswerSheet
from registry.complaints.retention import purging
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.engine import drop_deleted, sessions_for
from registry.core.errors import UnknownReceipt
from registry.tables import METADATA
from registry.vocabulary.cases import CaseState, MailboxRole
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, INFORMATION, ORDINARY, begin, come_back, file, make_units, minted, visit_of
from tests.complaints.officers import ANNA, CARLA, go

DAY = timedelta(days=1)
OF_CASES = {
    table.name
    for table in METADATA.sorted_tables
    if any(key.column.table.name in ("cases", "boxes") for key in table.foreign_keys)
} | {"cases"}


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer):
    return make_units(session, sealer)


@pytest.fixture
def sessions(session: Session) -> sessionmaker[Session]:
    return sessions_for(session.get_bind())


def purge(session, sessions, sealer, at, **more):
    session.commit()
    done = purging.purge(sessions, sealer, at, **more)
    session.expire_all()
    return done


def close(session, sealer, filed):
    go(session, sealer, CARLA, filed.case, CaseState.IN_TRIAGE, CaseState.INVESTIGATING, CaseState.CLOSED)


def left(session) -> dict[str, int]:
    counts = {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in OF_CASES}
    return {name: count for name, count in counts.items() if count}


def test_a_draft_goes_without_a_trace_when_its_time_is_over(session, sessions, sealer):
    code, root = minted()
    filing.start(session, sealer, code, root, language="en", role=MailboxRole.WORKER, at=AT)
    token, _ = begin(session, sealer)
    filing.answer(session, sealer, visit_of(session, sealer, token), ORDINARY)
    assert purge(session, sessions, sealer, AT).closed == 0
    assert purge(session, sessions, sealer, AT + DAY) == (1, 1, 0)
    assert session.execute(select(func.count(Case.id))).scalar_one() == 1
    assert purge(session, sessions, sealer, AT + 29 * DAY).closed == 0
    assert purge(session, sessions, sealer, AT + 30 * DAY) == (1, 1, 0)
    assert left(session) == {}


def test_a_closed_case_loses_every_word_after_a_year_and_keeps_its_bare_facts_five(session, sessions, sealer):
    filed = file(session, sealer, {**ORDINARY, "agency": "Sunrise", "name": "A name", "consent_union": "yes"})
    mailbox.write(session, sealer, come_back(session, sealer, filed.code), "words", AT)
    casework.reply(Call(session, ANNA, AT), sealer, filed.case.reference, "answer")
    filed.case.language = "zh-Hans"
    letter = Letter("untranslated", language="it")
    assert write_letter(Call(session, ANNA, AT), sealer, filed.case.reference, letter) is not None
    close(session, sealer, filed)
    assert purge(session, sessions, sealer, AT + 364 * DAY).closed == 0
    come_back(session, sealer, filed.code, AT + 364 * DAY)
    assert purge(session, sessions, sealer, AT + 365 * DAY) == (1, 1, 0)
    case = session.execute(select(Case)).scalar_one()
    assert (case.state, case.priority, case.country) == (CaseState.PURGED, "p3", "IT")
    assert case.indicators == ["deception"]
    given = [attribute.value for attribute in inspect(case).attrs if attribute.key.endswith(("_sealed", "_digest"))]
    assert given == [None] * 5
    assert left(session).keys() == {"cases", "case_moves"}
    assert session.execute(text("SELECT count(*) FROM case_moves WHERE reason_sealed IS NOT NULL")).scalar_one() == 0
    with pytest.raises(UnknownReceipt):
        come_back(session, sealer, filed.code, AT + 365 * DAY)
    assert purge(session, sessions, sealer, AT + 1825 * DAY).removed == 0
    assert purge(session, sessions, sealer, AT + 1826 * DAY).removed == 1
    assert left(session) == {}


def test_the_audit_outlives_the_case_and_leads_nowhere(session, sessions, sealer):
    filed = file(session, sealer)
    close(session, sealer, filed)
    lines = session.execute(select(func.count(AuditEntry.index))).scalar_one()
    purge(session, sessions, sealer, AT + 365 * DAY)
    assert lines_about(session, filed.case.reference) == []
    assert session.execute(select(func.count(AuditEntry.index))).scalar_one() == lines + 1
    assert verify(session).troubles == []


def test_a_legal_hold_keeps_everything(session, sessions, sealer):
    filed = file(session, sealer)
    close(session, sealer, filed)
    notes.set_legal_hold(Call(session, ANNA, AT), sealer, filed.case.reference, is_held=True, reason="a court asks")
    written, _ = notes_and_tasks(session, sealer, ANNA, filed.case)
    assert [note.text for note in written] == ["a court asks"]
    late = AT + 800 * DAY
    assert purging.doomed(session, late.date()) == []
    assert purging.cases_on_hold(session, late.date()) == [filed.case.reference]
    assert purge(session, sessions, sealer, late) == (0, 0, 0)
    assert mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, late), late)
    notes.set_legal_hold(Call(session, ANNA, late), sealer, filed.case.reference, is_held=False, reason="no longer")
    assert purge(session, sessions, sealer, late).closed == 1


def test_a_dry_run_says_what_would_go_and_changes_nothing(session, sessions, sealer):
    begin(session, sealer)
    filed = file(session, sealer)
    close(session, sealer, filed)
    before = left(session)
    given = purging.doomed(session, (AT + 365 * DAY).date())
    assert {(one.state, one.unit) for one in given} == {(CaseState.DRAFT, None), (CaseState.CLOSED, "it-labour")}
    assert left(session) == before


def test_only_its_own_case_is_destroyed(session, sessions, sealer):
    ended, open_ = file(session, sealer), file(session, sealer)
    close(session, sealer, ended)
    purge(session, sessions, sealer, AT + 365 * DAY)
    later = AT + 365 * DAY
    assert mailbox.mailbox(session, sealer, come_back(session, sealer, open_.code, later), later).filed_on == AT.date()
    assert case_reading.case_view(Call(session, ANNA, later), sealer, open_.case.reference).boxes


def test_a_unit_keeps_it_as_long_as_its_law_says(session, sessions, sealer, offices):
    offices["IT"].periods = {"closed": 730, "bare": 800}
    filed = file(session, sealer)
    close(session, sealer, filed)
    assert purge(session, sessions, sealer, AT + 729 * DAY).closed == 0
    assert purge(session, sessions, sealer, AT + 730 * DAY).closed == 1
    assert purge(session, sessions, sealer, AT + 800 * DAY).removed == 1


def test_a_flood_is_gone_whole_after_ninety_days(session, sessions, sealer, monkeypatch):
    monkeypatch.setattr("registry.complaints.triage.rules.A_DAY", 0)
    file(session, sealer, INFORMATION)
    assert purge(session, sessions, sealer, AT + 89 * DAY).closed == 0
    assert purge(session, sessions, sealer, AT + 90 * DAY) == (1, 1, 0)
    assert left(session) == {}


def test_a_purge_that_was_killed_between_its_steps_goes_on(session, sessions, sealer):
    filed = file(session, sealer)
    close(session, sealer, filed)
    session.commit()

    def killed(_session: Session, _case: Case) -> None:
        raise KeyboardInterrupt

    late = AT + 365 * DAY
    with pytest.raises(KeyboardInterrupt):
        purging.purge(sessions, sealer, late, killed)
    session.expire_all()
    # The keys are gone for good already, though the rows still lie there.
    assert session.execute(select(func.count(WrappedKey.id))).scalar_one() == 0
    assert session.execute(select(func.count(EncryptedContainer.id))).scalar_one() == 1
    removed = []
    assert purge(session, sessions, sealer, late, remove_files=lambda _s, case: removed.append(case.reference)) == (
        0,
        1,
        0,
    )
    assert removed == [filed.case.reference]
    assert purge(session, sessions, sealer, late) == (0, 0, 0)


def test_a_purge_that_was_killed_after_its_last_commit_leaves_no_bytes_to_the_next(
    session, sessions, sealer, database, monkeypatch
):
    filed = file(session, sealer)
    close(session, sealer, filed)
    session.commit()
    sealed = session.execute(select(AnswerSheet.sealed)).scalar_one().encode()
    over = AT + 400 * DAY
    done = []

    def killed_at_its_second_turn(*given):
        if done:
            raise KeyboardInterrupt
        done.append(drop_deleted(*given))

    monkeypatch.setattr(purging, "drop_deleted", killed_at_its_second_turn)
    with pytest.raises(KeyboardInterrupt):
        purge(session, sessions, sealer, over)
    monkeypatch.undo()
    session.rollback()
    assert tuple(purge(session, sessions, sealer, over)) == (0, 0, 0)
    if database.kind == "sqlite":
        path = Path(database.url.removeprefix("sqlite:///"))
        assert all(sealed not in part.read_bytes() for part in path.parent.glob(f"{path.name}*"))


def test_a_main_case_goes_before_what_was_merged_into_it(session, sessions, sealer):
    main, other = file(session, sealer), file(session, sealer)
    go(session, sealer, ANNA, other.case, CaseState.IN_TRIAGE)
    casework.merge(Call(session, ANNA, AT), sealer, other.case.reference, main.case.reference, reason="same")
    close(session, sealer, main)
    notes.set_legal_hold(Call(session, ANNA, AT), sealer, other.case.reference, is_held=True, reason="court")
    purge(session, sessions, sealer, AT + 365 * DAY)
    assert purge(session, sessions, sealer, AT + 2000 * DAY).removed == 1
    assert session.execute(select(Case.reference)).scalars().all() == [other.case.reference]


def test_a_changed_receipt_that_was_never_typed_back_is_forgotten(session, sessions, sealer):
    filed = file(session, sealer)
    code, root = minted()
    access.change_receipt(session, sealer, come_back(session, sealer, filed.code), code, root, AT)
    purge(session, sessions, sealer, AT)
    assert session.execute(select(func.count(EncryptedContainer.id))).scalar_one() == 2
    purge(session, sessions, sealer, AT + DAY)
    assert session.execute(select(func.count(EncryptedContainer.id))).scalar_one() == 1
    with pytest.raises(UnknownReceipt):
        come_back(session, sealer, code)
    come_back(session, sealer, filed.code)
