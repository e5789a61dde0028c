"""The case file: one PDF/A-3 with all that was written, the files inside, and a manifest that tells each change."""

import hashlib
import io
import json

import pikepdf
import pytest
from sqlalchemy import select, update

from registry.audit.models import AuditEntry
from registry.complaints.attachments.models import Attachment
from registry.complaints.casework import actions as casework
from registry.complaints.casework import notes
from registry.complaints.casework.actions import Officer
from registry.complaints.parties.referrals import portal
from registry.complaints.parties.steps import PartyMember
from registry.core.calls import Call
from registry.core.clock import now
from registry.officers.models import Unit
from registry.officers.rights import Role
from registry.vocabulary.cases import AttachmentState, CaseRole, ConsentKind, NoCopy
from registry.vocabulary.supervision import SanctionState, Timing
from tests.complaints.filing import AT, file
from tests.complaints.parties.referrals.making import UNION, file_with_name, make_partner, sent
from tests.pages.officers.cases.attaching import attached
from tests.supervision.sanctions import making as sanctions

TOLD = {"country": "IT", "deception": "yes", "account": "They kept my passport. 护照被扣。", "name": "Invented Person"}


def files_in(pdf: pikepdf.Pdf) -> dict[str, bytes]:
    return {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}


def test_the_case_file_is_a_pdf_a_3_with_clean_copies_audit_lines_and_a_manifest(session, sealer, settings, desk_for):
    filed = file(session, sealer, TOLD, at=now())
    attached(session, sealer, settings, filed, "contract.txt")
    supervisor = desk_for(Role.SUPERVISOR, name="Invented Supervisor")
    officer = Officer(supervisor.officer.reference, CaseRole.SUPERVISOR, "it-labour")
    casework.reply(Call(session, officer, now()), sealer, filed.case.reference, "We read it.")
    notes.write_note(Call(session, officer, now()), sealer, filed.case.reference, "A note of our own.")
    session.commit()
    answer = supervisor.post(f"/console/cases/{filed.case.reference}/file")
    assert answer.status_code == 200
    assert f"case-{filed.case.reference}" in answer.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        about = pdf.open_metadata()
        assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("3", "A")
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.OutputIntents[0].S == pikepdf.Name.GTS_PDFA1
        assert "/Encrypt" not in pdf.trailer
        associated = {str(spec.F): str(spec.AFRelationship) for spec in pdf.Root.AF}
        inside = files_in(pdf)
        assert set(inside) == set(associated)
        assert set(associated.values()) == {"/Supplement"}
    (copy,) = [name for name in inside if name.startswith("01-")]
    assert inside[copy] == b"a clean copy"
    manifest = json.loads(inside["manifest.json"])
    assert manifest["case"] == filed.case.reference
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
        name: hashlib.sha256(body).hexdigest() for name, body in inside.items() if name != "manifest.json"
    }
    lines = [json.loads(line) for line in inside["audit.jsonl"].splitlines()]
    assert {"case.answered", "case.exported"} <= {one["line"]["act"] for one in lines if "line" in one}
    assert session.scalars(select(AuditEntry).where(AuditEntry.act == "case.exported")).one().detail == "supervisor"


def test_only_who_may_export_gets_the_case_file_and_it_holds_no_name_and_no_note(
    session, sealer, desk_for, monkeypatch
):
    filed = file(session, sealer, TOLD, at=now())
    at = f"/console/cases/{filed.case.reference}/file"
    assert desk_for(Role.INVESTIGATOR).post(at).status_code == 403
    stranger = desk_for(Role.SUPERVISOR, name="Other Unit", unit="cz-labour")
    assert stranger.post(at).status_code == 404
    supervisor = desk_for(Role.SUPERVISOR, name="Invented Supervisor")
    officer = Officer(supervisor.officer.reference, CaseRole.SUPERVISOR, "it-labour")
    notes.write_note(Call(session, officer, now()), sealer, filed.case.reference, "A note of our own.")
    session.commit()
    drafts = []
    monkeypatch.setattr("registry.proofs.papers.making.pdf_at_once", lambda draft: drafts.append(draft) or b"%PDF-")
    supervisor.post(at)
    assert "They kept my passport." in drafts[0].html
    assert "A note of our own." not in drafts[0].html
    assert "Invented Person" not in drafts[0].html


@pytest.fixture
def drafts(monkeypatch):
    """What would be made into a PDF."""
    made = []
    monkeypatch.setattr("registry.proofs.papers.making.pdf_at_once", lambda draft: made.append(draft) or b"%PDF-")
    return made


def test_the_case_file_says_what_sanction_followed_and_how_it_ended(session, sealer, desk_for, drafts):
    supervisor = desk_for(Role.SUPERVISOR, unit=sanctions.UNIT)
    session.execute(update(Unit).where(Unit.reference == sanctions.UNIT).values(authority=sanctions.AUTHORITY))
    held = sanctions.make_held(session)
    filed, decision = sanctions.decided_case(session, sealer, held)
    look = sanctions.LOOK._replace(timing=Timing.POINTS_TO_NOBODY)
    sanction = sanctions.in_force(session, sealer, held, decision=decision.reference, look=look)
    sanctions.ended(session, sanction, SanctionState.LIFTED)
    session.commit()
    supervisor.post(f"/console/cases/{filed.case.reference}/file")
    html = drafts[0].html
    for words in (sanction.reference, sanctions.LAW, "Court, 4 C 1", held.licence):
        assert words in html


def test_the_case_file_has_what_partners_were_given_and_what_they_reported(session, sealer, desk_for, drafts):
    supervisor = desk_for(Role.SUPERVISOR)
    make_partner(session, sealer)
    told = file_with_name(session, sealer, consents=(ConsentKind.UNION,))
    referral = sent(session, sealer, told)
    partner = Call(session, PartyMember("PERSON", UNION), AT)
    portal.accept(partner, referral.reference)
    portal.report(partner, sealer, referral.reference, "We called her on Monday.", is_done=False)
    session.commit()
    supervisor.post(f"/console/cases/{told.reference}/file")
    assert referral.reference in drafts[0].html
    assert "We called her on Monday." in drafts[0].html


def test_the_case_file_lists_what_it_leaves_out_with_the_reason(session, sealer, settings, desk_for, drafts):
    filed = file(session, sealer, TOLD, at=now())
    attached(session, sealer, settings, filed, "locked.txt")
    session.execute(
        update(Attachment).values(state=AttachmentState.NO_CLEAN_COPY, clean_name=None, no_copy=NoCopy.LOCKED)
    )
    session.commit()
    desk_for(Role.SUPERVISOR).post(f"/console/cases/{filed.case.reference}/file")
    left_out = drafts[0].html.partition('id="left-out"')[2]
    for words in ("Who the complainant is", "notes and tasks", "Original files", "locked.txt", "password"):
        assert words in left_out
    assert not [one for one in drafts[0].attachments if "locked" in one.name]
