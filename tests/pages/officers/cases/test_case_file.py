"""The case file: one PDF/A-3 with all that was written, the files inside, and a manifest that tells each change."""

import hashlib
import io
import json

import pikepdf
from sqlalchemy import select

from registry.audit.models import AuditEntry
from registry.complaints.casework import actions as casework
from registry.complaints.casework import notes
from registry.complaints.casework.actions import Officer
from registry.core.calls import Call
from registry.core.clock import now
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole
from tests.complaints.filing import file
from tests.pages.officers.cases.attaching import attached

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
    monkeypatch.setattr(
        "registry.pages.officers.cases.case_file.pdf_at_once", lambda draft: drafts.append(draft) or b"%PDF-"
    )
    supervisor.post(at)
    assert "They kept my passport." in drafts[0].html
    assert "A note of our own." not in drafts[0].html
    assert "Invented Person" not in drafts[0].html
