"""From a complaint that was sent to a licence that is not good any more: three officers, by the pages alone."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.queries import verify
from registry.complaints.casework import firms
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.casework.models import Decision
from registry.complaints.intake import mailbox
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.i18n.wording import sanction_notice
from registry.log.models import Entry
from registry.officers.rights import Role
from registry.supervision.sanctions.effect import notify_complainants
from registry.supervision.sanctions.models import Sanction, WorkersInPlace
from registry.vocabulary.cases import CaseRole, CaseState, FirmPart
from registry.vocabulary.supervision import SanctionState
from tests.audit.lines import lines_about
from tests.complaints.casework.decisions.making import words as letter
from tests.complaints.filing import come_back
from tests.make import CZECH_AT_HOME, public_record_of
from tests.pages.officers.signed_in import OfficerClient, OfficerClientFor, version_on, words_of
from tests.supervision.sanctions.making import ANNA, DANA, LAW, UNIT, Licensed, drafted, looked_into, make_held, today

EVIL = "<img src=x onerror=alert(1)>"


def with_workers() -> dict[str, object]:
    """The form of a sanction with the workers in place, sent by its button "Submit for approval"."""
    return {
        "kind": "suspension", "legal_ground": LAW, "effective_from": str(today()), "workers": "40", "told": ["union"],
        "teller": "The union", "timing": "no_complaint", "then": "review",
    }  # fmt: skip


def verdict(client: FlaskClient, existing: Licensed) -> str:
    answer = client.get("/api/v1/verify", query_string={"licence_number": existing.number} | CZECH_AT_HOME).json
    assert answer is not None
    return str(answer["verdict"])


def done(desk: OfficerClient, page: str, path: str, **fields: object) -> None:
    response = desk.post(f"{page}{path}", version=version_on(desk, page), **fields)
    assert response.status_code == 303, words_of(response)


def test_a_proven_wrong_changes_the_public_answer_the_moment_a_second_person_approves(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    filed = looked_into(session, sealer, licensed)
    writer = desk_for(Role.INVESTIGATOR, name="W Writer", unit=UNIT)
    decider = desk_for(Role.DECIDER, name="D Decider", unit=UNIT)
    supervisor = desk_for(Role.SUPERVISOR, name="S Supervisor", unit=UNIT)
    case = f"/console/cases/{filed.case.reference}"
    found = {"outcome": "upheld", "reasons": "It is so.", "summary": "Papers were kept.", "object_days": "60"}
    done(writer, f"{case}/decision", "", **found)
    decision = session.execute(select(Decision.reference)).scalar_one()
    done(decider, f"{case}/decision", f"/{decision}/make")
    new = f"/console/sanctions/new?decision={decision}"
    assert f"/console/sanctions/new?decision={decision}" in decider.get(f"{case}/decision").get_data(as_text=True)
    assert licensed.number in words_of(decider.get(new))
    proposed = decider.post(
        "/console/sanctions/new", decision=decision, licence=licensed.licence, kind="suspension",
        legal_ground=f"{LAW} {EVIL}", public_text=EVIL, effective_from=str(today()), version=version_on(decider, new),
    )  # fmt: skip
    assert proposed.status_code == 303, words_of(proposed)
    path = str(proposed.location)
    assert filed.case.state is CaseState.SANCTION_PENDING
    assert "Assess the workers in place first." in words_of(decider.get(path))
    look = {"workers": "40", "permits_at_risk": "", "told": ["union"], "teller": EVIL, "timing": "points_to_nobody"}
    done(decider, path, "/workers", **look)
    done(decider, path, "/review")
    assert decider.post(f"{path}/approve", version=version_on(supervisor, path)).status_code == 409
    assert "You asked for this: a second person has to decide." in words_of(decider.get(path))
    assert "Waits for a second person" in words_of(supervisor.get("/console/sanctions"))
    assert "Approve a sanction" in words_of(supervisor.get("/console/"))
    assert "Approve a sanction" not in words_of(decider.get("/console/"))
    version = version_on(supervisor, path)
    before = verdict(client, licensed)
    approved = supervisor.post(f"{path}/approve", version=version)
    assert (before, approved.status_code, verdict(client, licensed)) == ("yes", 303, "no")
    last = session.execute(select(Entry).order_by(Entry.index.desc()).limit(1)).scalar_one()
    assert (last.type, last.key) == ("licence.suspended", f"licence/{licensed.licence}")
    page = supervisor.get(path).get_data(as_text=True)
    # The chain, each link of it leading on.
    for link in (f'href="{case}"', f'href="{case}/decision"', f'href="/en/log/{last.index}"'):
        assert link in page
    assert client.get(f"/en/log/{last.index}").status_code == 200
    for displayed in (page, supervisor.get("/console/sanctions").get_data(as_text=True)):
        assert EVIL not in displayed
    assert supervisor.post(f"{path}/approve", version=version).status_code == 409
    # The public page names law and licence, and nothing of who complained.
    public = client.get(f"/en/agencies/{licensed.agency}").get_data(as_text=True)
    assert LAW in public
    assert EVIL not in public
    for secret in (filed.case.reference, decision, "It is so."):
        assert secret not in public
        assert secret.encode() not in last.leaf
    session.commit()
    assert notify_complainants(sessions_for(session.get_bind()), sealer, sanction_notice, now()) == 1  # type: ignore[arg-type]
    visit = come_back(session, sealer, filed.code, now())
    assert "您的投诉有了结果" in mailbox.mailbox(session, sealer, visit, now()).messages[-1].text
    session.expire_all()
    assert "Sanction in force" in words_of(decider.get(case))
    reference = session.execute(select(Sanction.reference)).scalar_one()
    acts = [(line.act, line.actor) for line in lines_about(session, reference)]
    assert acts[-2:] == [
        ("sanction.approved", supervisor.officer.reference), ("sanction.in_force", supervisor.officer.reference)
    ]  # fmt: skip
    assert verify(session).troubles == []


def test_an_appeal_gives_the_licence_back_by_two_persons(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    licensing = desk_for(Role.LICENSING, name="L Licensing", unit=UNIT)
    supervisor = desk_for(Role.SUPERVISOR, name="S Supervisor", unit=UNIT)
    fields = {"kind": "revocation", "legal_ground": LAW, "effective_from": str(today()), "licence": licensed.licence}
    path = str(licensing.post("/console/sanctions/new", **fields).location)
    done(licensing, path, "/workers", timing="no_complaint", teller="The union")
    done(licensing, path, "/review")
    done(supervisor, path, "/approve")
    assert verdict(client, licensed) == "no"
    done(licensing, path, "/end", target="stayed_by_appeal", ground="Court, 4 C 1")
    assert verdict(client, licensed) == "no"
    done(supervisor, path, "/end/confirm")
    assert verdict(client, licensed) == "yes"
    assert "<b>stayed by an appeal</b>" in client.get(f"/en/agencies/{licensed.agency}").get_data(as_text=True)
    assert "no complaint stands behind it" in words_of(supervisor.get(path))


def test_the_second_person_sees_the_public_answer_before_and_after(
    session: Session, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    licensing = desk_for(Role.LICENSING, name="L Licensing", unit=UNIT)
    supervisor = desk_for(Role.SUPERVISOR, name="S Supervisor", unit=UNIT)
    path = str(licensing.post("/console/sanctions/new", **with_workers(), licence=licensed.licence).location)
    page = supervisor.get(path)
    assert "Status active changed suspended" in words_of(page)
    assert "Recruiting may recruit changed may not recruit" in words_of(page)
    name = public_record_of(session, licensed.agency).names[0].name
    assert f"<title>Suspension: {name} ·" in page.get_data(as_text=True)
    done(supervisor, path, "/approve")
    assert "The sanction is in force. The public answer about the licence has changed" in words_of(supervisor.get(path))
    done(licensing, path, "/end", target="stayed_by_appeal", ground="Court, 4 C 1")
    assert "Recruiting may not recruit changed may recruit" in words_of(supervisor.get(path))
    done(supervisor, path, "/end/confirm")
    assert "The stay was confirmed." in words_of(supervisor.get(path))


def test_a_sanction_ahead_is_said_to_wait_for_its_day(
    session: Session, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    licensing = desk_for(Role.LICENSING, name="L Licensing", unit=UNIT)
    supervisor = desk_for(Role.SUPERVISOR, name="S Supervisor", unit=UNIT)
    ahead = {"licence": licensed.licence, "effective_from": str(today() + timedelta(days=9))}
    path = str(licensing.post("/console/sanctions/new", **with_workers() | ahead).location)
    assert "may recruit changed may not recruit" in words_of(supervisor.get(path))
    done(supervisor, path, "/approve")
    assert "It takes effect by itself on its day" in words_of(supervisor.get(path))


def test_a_sanction_is_proposed_with_its_workers_and_submitted_by_one_form_or_not_at_all(
    session: Session, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    desk = desk_for(Role.LICENSING, unit=UNIT)
    form = with_workers() | {"licence": licensed.licence, "once": "of-one-form"}
    refused = desk.post("/console/sanctions/new", **form | {"teller": ""})
    assert "name who tells the workers in Chinese" in words_of(refused)
    assert 'name="workers" type="text" value="40"' in refused.get_data(as_text=True)
    assert session.scalars(select(Sanction)).all() == []
    first, again = (desk.post("/console/sanctions/new", **form) for _ in range(2))
    assert (first.status_code, again.location) == (303, first.location)
    assert session.scalars(select(Sanction.state)).all() == [SanctionState.LEGAL_REVIEW]
    page = words_of(desk.get(str(first.location)))
    assert "The sanction was submitted. Another person approves it or returns it" in page
    fine = {"kind": "warning_letter", "legal_ground": LAW, "effective_from": str(today()), "then": "review"}
    assert desk.post("/console/sanctions/new", **fine, licence=licensed.licence).status_code == 303, (
        "no workers asked for"
    )
    assert session.scalars(select(func.count()).select_from(WorkersInPlace)).one() == 1


def test_a_second_person_approves_on_the_row_and_sees_there_what_changes(
    client: FlaskClient, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    licensing = desk_for(Role.LICENSING, name="L Licensing", unit=UNIT)
    supervisor = desk_for(Role.SUPERVISOR, name="S Supervisor", unit=UNIT)
    path = str(licensing.post("/console/sanctions/new", **with_workers(), licence=licensed.licence).location)
    row = words_of(supervisor.get("/console/"))
    assert "Recruiting may recruit changed may not recruit" in row
    assert LAW in row
    assert "Workers: 40" in row
    assert f'action="{path}/approve"' not in licensing.get("/console/").get_data(as_text=True), "not one's own"
    approved = supervisor.post(f"{path}/approve", version=version_on(supervisor, "/console/"))
    assert approved.status_code == 303
    assert verdict(client, licensed) == "no"
    done(licensing, path, "/end", target="stayed_by_appeal", ground="Court, 4 C 1")
    row = words_of(supervisor.get("/console/"))
    assert "Court, 4 C 1" in row
    assert "Recruiting may not recruit changed may recruit" in row


def test_the_only_licence_of_the_agency_is_chosen_already(
    session: Session, sealer: Sealer, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    draft = drafted(session, sealer, looked_into(session, sealer, licensed))
    decision = decisions.make(
        Call(session, Officer(DANA.name, CaseRole.DECIDER, UNIT), now()), sealer, draft.reference, words=letter
    ).reference
    session.commit()
    body = desk_for(Role.DECIDER, unit=UNIT).get(f"/console/sanctions/new?decision={decision}").get_data(as_text=True)
    (choice,) = re.findall(r'<input type="radio" name="licence"[^>]*>', body)
    assert (f'value="{licensed.licence}"' in choice, "checked" in choice) == (True, True)


def test_of_several_agencies_of_a_case_the_one_is_chosen_by_its_name_and_its_public_answer_alone_changes(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    other = make_held(session)
    filed = looked_into(session, sealer, licensed)
    firms.add_agency(Call(session, ANNA, now()), sealer, filed.case.reference, other.agency, FirmPart.SENDER)
    draft = drafted(session, sealer, filed)
    decider = Officer(DANA.name, CaseRole.DECIDER, UNIT)
    decision = decisions.make(Call(session, decider, now()), sealer, draft.reference, words=letter).reference
    session.commit()
    desk = desk_for(Role.DECIDER, name="D Decider", unit=UNIT)
    supervisor = desk_for(Role.SUPERVISOR, name="S Supervisor", unit=UNIT)
    new = f"/console/sanctions/new?decision={decision}"
    body = desk.get(new).get_data(as_text=True)
    for one in (licensed, other):
        name = public_record_of(session, one.agency).names[0].name
        (choice,) = re.findall(rf'<input type="radio" name="licence" value="{one.licence}"[^>]*>.*?</label>', body)
        assert name in choice, "whose licence it is"
        assert "checked" not in choice
    version = version_on(desk, new)
    fields = {**with_workers(), "timing": "points_to_nobody", "decision": decision, "version": version}
    assert desk.post("/console/sanctions/new", **fields).status_code == 400, "none was chosen"
    proposed = desk.post("/console/sanctions/new", **fields, licence=other.licence)
    assert proposed.status_code == 303, words_of(proposed)
    sanction = session.scalars(select(Sanction)).one()
    assert (sanction.agency, sanction.decision) == (other.agency, decision)
    path = f"/console/sanctions/{sanction.reference}"
    assert supervisor.post(f"{path}/approve", version=version_on(supervisor, path)).status_code == 303
    assert (verdict(client, other), verdict(client, licensed)) == ("no", "yes")


def test_an_approval_needs_its_box(session: Session, licensed: Licensed, desk_for: OfficerClientFor) -> None:
    licensing = desk_for(Role.LICENSING, name="L Licensing", unit=UNIT)
    supervisor = desk_for(Role.SUPERVISOR, name="S Supervisor", unit=UNIT)
    path = str(licensing.post("/console/sanctions/new", **with_workers(), licence=licensed.licence).location)
    version = version_on(supervisor, path)
    refused = supervisor.post_once(f"{path}/approve", version=version)
    assert (refused.status_code, "tick the box that says what follows" in words_of(refused)) == (400, True)
    assert session.scalars(select(Sanction.state)).one() is SanctionState.LEGAL_REVIEW
    assert supervisor.post_once(f"{path}/approve", version=version, confirmed="yes").status_code == 303


def test_a_licence_is_named_by_its_number_or_its_agency_and_chosen_among_those_of_the_authority(
    session: Session, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    desk = desk_for(Role.LICENSING, unit=UNIT)
    fields = {"kind": "fine", "legal_ground": LAW, "effective_from": str(today())}
    name = public_record_of(session, licensed.agency).names[0].name
    offered = desk.post("/console/sanctions/new", **fields, licence=name)
    assert offered.status_code == 400
    assert f'name="licence" value="{licensed.licence}" required checked' in offered.get_data(as_text=True)
    assert desk.post("/console/sanctions/new", **fields, licence=licensed.number.lower()).status_code == 303
    assert session.execute(select(Sanction.licence)).scalar_one() == licensed.licence


def test_a_proposal_that_is_refused_keeps_what_was_typed(
    session: Session, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    desk = desk_for(Role.LICENSING, unit=UNIT)
    good = {"kind": "fine", "legal_ground": f"Kept {EVIL}", "effective_from": str(today()), "licence": licensed.licence}
    for fields, words in (
        ({"licence": "222222222222"}, "must be a licence of your own authority"),
        ({"kind": "prison"}, "choose one of these"),
        ({"effective_from": "soon"}, "must be a day like"),
        ({"until": str(today())}, "this kind has no last day"),
    ):
        refused = desk.post("/console/sanctions/new", **(good | fields))
        assert refused.status_code == 400
        assert words in words_of(refused)
        assert "Kept &lt;img" in refused.get_data(as_text=True)
    assert session.execute(select(Sanction)).all() == []


def test_what_is_not_ones_own_is_not_there(
    session: Session, sealer: Sealer, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    filed = looked_into(session, sealer, licensed)
    licensing = desk_for(Role.LICENSING, name="L Licensing", unit=UNIT)
    foreign = desk_for(Role.LICENSING, name="F Foreign", unit="cn-licensing")
    fields = {"kind": "fine", "legal_ground": LAW, "effective_from": str(today()), "licence": licensed.licence}
    assert foreign.post("/console/sanctions/new", **fields).status_code == 400
    path = str(licensing.post("/console/sanctions/new", **fields).location)
    assert foreign.get(path).status_code == 404
    assert path not in foreign.get("/console/sanctions").get_data(as_text=True)
    # An officer who sees no cases reads neither a decision nor what stands behind one.
    writer = desk_for(Role.INVESTIGATOR, name="W Writer", unit=UNIT)
    case = f"/console/cases/{filed.case.reference}"
    found = {"outcome": "upheld", "reasons": "It is so.", "summary": "Papers were kept.", "object_days": "60"}
    done(writer, f"{case}/decision", "", **found)
    decision = session.execute(select(Decision.reference)).scalar_one()
    assert licensing.get(f"/console/sanctions/new?decision={decision}").status_code == 404
    assert licensing.post("/console/sanctions/new", **fields, decision=decision, version=1).status_code == 404
