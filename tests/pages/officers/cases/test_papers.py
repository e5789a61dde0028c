"""Forms of paper typed in at the console: sealed, sent once, dated back within limits, opened by the slip's number."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.audit.models import AuditEntry
from registry.complaints.case import visits
from registry.complaints.case.clocks import clocks_of
from registry.complaints.case.models import Case
from registry.complaints.intake import filing, mailbox, rules
from registry.complaints.intake.models import AnswerSheet, PaperForm
from registry.complaints.intake.paper_forms import drop_stale, premint
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.core.errors import InvalidInput
from registry.officers.models import OfficerState
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState, ClockKind, KeyHolder
from registry.vocabulary.register import Language
from tests.complaints.filing import minted
from tests.pages.officers.signed_in import words_of

ACCOUNT = "They took my passport."


@pytest.fixture
def printed(session, sealer):
    """A form that was printed thirty days ago: its reference, and the root of its slip's number."""
    code, root = minted()
    made = premint(session, sealer, code, root, Language.ZH_HANS, (now() - timedelta(days=30)).date())
    session.commit()
    return made.reference, root


def ago(days: int) -> str:
    return (now().date() - timedelta(days=days)).isoformat()


def begin(desk, reference, days=5):
    return desk.post("/console/papers", number=reference, received_on=ago(days))


def keep(desk, reference, part, version, **fields):
    return desk.post(f"/console/papers/{reference}/{part}", version=version, **fields)


def test_a_form_becomes_a_case_that_its_slip_opens(session, sealer, printed, desk_for):
    reference, root = printed
    desk = desk_for(Role.TRIAGE)
    grouped = "-".join(reference[place : place + 4] for place in (0, 4, 8))
    assert begin(desk, grouped.lower()).location == f"/console/papers/{reference}/A"
    assert keep(desk, reference, "A", 0, in_danger="no").location == f"/console/papers/{reference}/B"
    for part in "ABCDEFGH":
        assert desk.get(f"/console/papers/{reference}/{part}").status_code == 200
    wrong = keep(desk, reference, "B", 1, since="soon", employer="Invented Farm")
    assert (wrong.status_code, "Invented Farm" in wrong.text) == (400, True)
    assert 'id="fault-since"' in wrong.text
    assert keep(desk, reference, "E", 1, account=ACCOUNT).status_code == 303
    identity = {"name": "Invented Name", "contact.how": "wechat", "contact.address": "wx-her"}
    assert keep(desk, reference, "H", 2, go="all", **identity).location == f"/console/papers/{reference}"
    assert keep(desk, reference, "E", 0, account="Another tab.").status_code == 409
    # The worker's identity was sealed at once and is not shown again; leaving it empty keeps it.
    assert keep(desk, reference, "H", 3, contact_when="Sundays").status_code == 303
    everything = desk.get(f"/console/papers/{reference}").get_data(as_text=True)
    assert ACCOUNT in everything
    assert "wx-her" not in everything + desk.get(f"/console/papers/{reference}/H").get_data(as_text=True)
    assert f'href="/console/papers/{reference}"' in desk.get("/console/papers").get_data(as_text=True)

    assert desk.post(f"/console/papers/{reference}/send", version=3).status_code == 409
    sent = desk.post(f"/console/papers/{reference}/send", version=4)
    assert sent.status_code == 303, words_of(sent)
    session.expire_all()
    case = session.scalars(select(Case)).one()
    due = clocks_of(session, case)[ClockKind.ACKNOWLEDGE].due_at - timedelta(seconds=1)
    assert (case.state, case.filed_on.isoformat()) == (CaseState.SUBMITTED, ago(5))
    assert due.date() == filing.promised_days(case.filed_on)[0], "the clocks run from the day of the paper"
    output = desk.get(f"/console/cases/{reference}").get_data(as_text=True)
    assert ACCOUNT in output
    assert "wx-her" not in output
    visit = visits.visit(session, sealer, mailbox.open_mailbox(session, sealer, root, now()), now())
    answers = filing.answers(session, sealer, visit).answers
    assert (answers["account"], answers["name"], answers["contact"]["address"]) == (ACCOUNT, "Invented Name", "wx-her")
    assert {"paper.begun", "paper.entered"} <= set(session.scalars(select(AuditEntry.act)))

    # Typed in twice: an officer of the unit who does it is told when it was.
    session.commit()
    again = begin(desk_for(Role.TRIAGE, name="Colleague"), reference)
    assert again.status_code == 409
    assert f"typed in on {now().date()}" in words_of(again)
    assert desk.post(f"/console/papers/{reference}/send", version=4).status_code == 409
    assert keep(desk, reference, "E", 4, account="More.").status_code == 409


def test_a_half_typed_form_is_its_officers_alone_and_is_dropped(session, sealer, printed, desk_for):
    reference, _ = printed
    desk, other = desk_for(Role.TRIAGE), desk_for(Role.TRIAGE, name="Colleague")
    foreign = desk_for(Role.TRIAGE, unit="cz-labour")
    begin(desk, reference)
    assert keep(desk, reference, "E", 0, account=ACCOUNT).status_code == 303
    assert begin(desk, reference, 6).location == f"/console/papers/{reference}/A", "he goes on with it"
    assert ACCOUNT in desk.get(f"/console/papers/{reference}/E").get_data(as_text=True)
    assert "a colleague began" in words_of(begin(other, reference))
    assert "no printed form of this number" in words_of(begin(foreign, reference))
    for stranger in (other, foreign):
        assert stranger.get(f"/console/papers/{reference}/E").status_code == 404
        assert stranger.post(f"/console/papers/{reference}/send", version=1).status_code == 404
        assert stranger.post(f"/console/papers/{reference}/discard", version=1).status_code == 404
    sealed = session.scalars(select(AnswerSheet.sealed)).one()
    assert "passport" not in sealed
    session.commit()

    sessions = sessions_for(session.get_bind())
    assert drop_stale(sessions, sealer, now().date() + timedelta(days=rules.KEPT_DAYS)) == 0
    assert drop_stale(sessions, sealer, now().date() + timedelta(days=rules.KEPT_DAYS + 1)) == 1
    session.expire_all()
    assert (session.scalars(select(AnswerSheet)).all(), session.scalars(select(PaperForm)).all()) == ([], [])
    assert set(session.scalars(select(WrappedKey.holder_kind))) == {KeyHolder.MAILBOX}, (
        "the unit opens nothing any more"
    )
    assert begin(other, reference).status_code == 303, "it is typed in anew"


def test_a_form_of_who_cannot_go_on_waits_for_a_colleague_who_takes_it_over(session, printed, desk_for):
    reference, _ = printed
    desk, other = desk_for(Role.TRIAGE), desk_for(Role.TRIAGE, name="Colleague")
    begin(desk, reference)
    assert keep(desk, reference, "E", 0, account=ACCOUNT).status_code == 303
    row = "A paper form is half typed"
    assert (row in words_of(desk.get("/console/")), row in words_of(other.get("/console/"))) == (True, False)
    desk.officer.state = OfficerState.CLOSED
    session.commit()
    assert row in words_of(other.get("/console/"))
    assert begin(other, reference, 6).location == f"/console/papers/{reference}/A"
    assert ACCOUNT in other.get(f"/console/papers/{reference}/E").get_data(as_text=True)
    assert session.scalars(select(PaperForm.officer)).one() == other.officer.reference


def test_what_waits_for_nobodys_typing_is_refused(session, sealer, printed, desk_for):
    reference, root = printed
    desk = desk_for(Role.TRIAGE)
    code, other = minted()
    draft = filing.start(session, sealer, code, other, language=Language.EN, role="worker", at=now()).case.reference
    session.commit()
    assert "no printed form" in words_of(begin(desk, draft)), "a draft of the pages is not for officers"
    assert begin(desk, "0000-0000-0000").status_code == 400
    assert begin(desk, reference, -1).status_code == 400
    token = mailbox.open_mailbox(session, sealer, root, now())
    filing.answer(session, sealer, visits.visit(session, sealer, token, now()), {"account": "By herself."})
    session.commit()
    assert "begun on the pages" in words_of(begin(desk, reference))
    assert session.scalars(select(PaperForm)).all() == []
    assert session.scalars(select(EncryptedContainer).where(EncryptedContainer.tag == root.tag)).one() is not None
    for role in (Role.INVESTIGATOR, Role.SUPERVISOR):
        assert begin(desk_for(role, name=role), reference).status_code == 403


@pytest.mark.parametrize(
    ("back", "printed_back", "is_good"),
    [(0, 0, True), (90, 200, True), (91, 200, False), (-1, 200, False), (31, 30, False), (30, 30, True)],
)
def test_the_day_of_the_paper_has_limits(back: int, printed_back: int, is_good: bool) -> None:
    today = now().date()
    days = (today - timedelta(days=back), today - timedelta(days=printed_back), today)
    if is_good:
        rules.require_received(*days)
        return
    with pytest.raises(InvalidInput):
        rules.require_received(*days)
