"""Access grants in the console: asked for, approved by another, seen for a while, and reported to oversight."""

from datetime import timedelta

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.casework.models import AccessGrant
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.settings import Settings
from registry.officers import accounts
from registry.officers.rights import Role
from tests.audit.lines import lines_about
from tests.complaints.filing import Filed
from tests.pages.officers.cases.attaching import attached
from tests.pages.officers.signed_in import OfficerClient, OfficerClientFor, version_on, words_of

SECRET = "wx-her-canary"
WHY = "Her sister has not heard of her <script>since</script> Sunday."


def at_of(case: Filed) -> str:
    return f"/console/cases/{case.case.reference}/openings"


def request_grant(desk: OfficerClient, case: Filed, kind: str = "break-glass", **fields: object) -> str:
    """Gives the path of what was asked for, at the unit's page."""
    form = {"hours": 3, "reason": WHY, "version": version_on(desk, at_of(case))}
    response = desk.post(f"{at_of(case)}/{kind}", **(form | fields))
    assert response.status_code == 303, words_of(response)
    page = desk.get(at_of(case)).get_data(as_text=True)
    return page.split(f"{at_of(case)}/", 1)[1].split("/end", 1)[0]


def test_a_glass_is_broken_by_two_persons_and_everybody_who_watches_sees_it(
    session: Session, case: Filed, desk_for: OfficerClientFor
) -> None:
    asker, custodian = desk_for(Role.INVESTIGATOR, name="I Ida"), desk_for(Role.CUSTODIAN, name="C Cate")
    auditor, supervisor = desk_for(Role.AUDITOR, name="A Audit"), desk_for(Role.SUPERVISOR, name="S Super")
    name = request_grant(asker, case)
    own, all_ = f"{at_of(case)}/{name}", f"/console/openings/{name}"
    assert asker.get(own).status_code == 404
    assert asker.post(f"{all_}/decide", decision="grant", version=1).status_code == 403
    assert "Decide on an access request" in words_of(custodian.get("/console/"))
    page = custodian.get("/console/openings").get_data(as_text=True)
    assert "&lt;script&gt;since" in page
    assert WHY not in page
    refused = custodian.post(f"{all_}/decide", decision="refuse", answer="", version=1)
    assert (refused.status_code, "must say something" in words_of(refused)) == (400, True)
    assert custodian.post(f"{all_}/decide", decision="grant", version=1).status_code == 303
    again = supervisor.post(f"{all_}/decide", decision="grant", version=2)
    assert (again.status_code, "it is not decided twice" in words_of(again)) == (409, True)
    seen = asker.get(own).get_data(as_text=True)
    assert SECRET in seen
    assert f"{SECRET}<script>" not in seen
    assert supervisor.get(own).status_code == 404
    for watching in (auditor, supervisor):
        assert "Break-glass in your unit in the last seven days: 1" in words_of(watching.get("/console/"))
    listed = words_of(auditor.get("/console/openings"))
    assert case.case.reference in listed
    assert "sister" not in listed
    assert auditor.post(f"{all_}/end", version=2).status_code == 403
    # A role that was taken away closes what it opened.
    change = accounts.propose_roles(session, asker.officer, [Role.TRANSLATOR], by="A", at=now())
    accounts.approve(session, change, by="B", at=now(), today=now().date())
    session.commit()
    assert asker.get(own).status_code == 403
    assert supervisor.post(f"{all_}/end", version=version_on(supervisor, "/console/openings")).status_code == 303
    assert "Over" in words_of(auditor.get("/console/openings"))


def test_the_complainants_identity_is_the_custodians_to_open_and_no_officer_grants_an_own_request(
    case: Filed, desk_for: OfficerClientFor
) -> None:
    both = desk_for(Role.INVESTIGATOR, Role.CUSTODIAN, Role.SUPERVISOR, name="B Both")
    supervisor, custodian = desk_for(Role.SUPERVISOR, name="S Super"), desk_for(Role.CUSTODIAN, name="C Cate")
    name = request_grant(both, case, "identity")
    all_ = f"/console/openings/{name}/decide"
    own = both.post(all_, decision="grant", version=1)
    assert (own.status_code, "a second person has to" in words_of(own)) == (409, True)
    assert supervisor.post(all_, decision="grant", version=1).status_code == 403
    assert custodian.post(all_, decision="grant", version=1).status_code == 303
    seen = words_of(both.get(f"{at_of(case)}/{name}"))
    assert SECRET in seen
    assert "They took my passport" not in seen
    assert both.get(f"{at_of(case)}/{name}/file").status_code == 404
    assert both.post(f"{at_of(case)}/{name}/end", version=version_on(both, f"{at_of(case)}/{name}")).status_code == 303
    assert both.get(f"{at_of(case)}/{name}").status_code == 404


def test_a_file_as_it_was_sent_is_the_custodians_to_give_for_a_quarter_of_an_hour(
    session: Session, sealer: Sealer, settings: Settings, case: Filed, desk_for: OfficerClientFor
) -> None:
    reference = attached(session, sealer, settings, case, "<b>lease</b>.txt")
    asker, custodian = desk_for(Role.INVESTIGATOR, name="I Ida"), desk_for(Role.CUSTODIAN, name="C Cate")
    name = request_grant(asker, case, "original", attachment=reference)
    path = f"{at_of(case)}/{name}/file"
    assert asker.get(path).status_code == 404
    assert asker.post(f"/console/openings/{name}/decide", decision="grant", version=1).status_code == 403
    assert custodian.post(f"/console/openings/{name}/decide", decision="grant", version=1).status_code == 303
    assert custodian.get(path).status_code == 403
    got = asker.get(path)
    assert got.data == b"as it was sent"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert [line.actor for line in lines_about(session, case.case.reference) if line.act == "case.original_read"] == [
        asker.officer.reference
    ]
    # Where the custodian's key is not at hand nothing else opens it, and a broken glass shows what the unit's own key
    # opens.
    glass = request_grant(asker, case)
    assert custodian.post(f"/console/openings/{glass}/decide", decision="grant", version=1).status_code == 303
    assert SECRET in words_of(asker.get(f"{at_of(case)}/{glass}"))
    for secret in settings.keys.glob("custodian-*"):
        secret.unlink()
    refused = asker.get(path)
    assert (refused.status_code, "key is not on this server" in words_of(refused)) == (409, True)
    session.commit()
    other = request_grant(asker, case, "identity")
    assert custodian.post(f"/console/openings/{other}/decide", decision="grant", version=1).status_code == 303
    assert "key is not on this server" in words_of(asker.get(f"{at_of(case)}/{other}"))
    assert session.scalars(select(AccessGrant.looked_at).where(AccessGrant.reference == other)).one() is None
    session.commit()
    rest = asker.get(f"{at_of(case)}/{glass}")
    assert (rest.status_code, SECRET in words_of(rest)) == (200, False)
    assert "They took my passport" in words_of(rest)
    assert "key is not on this server" in words_of(rest)
    # Without the unit's own key there is nothing to show: that is said, and not which file is missing where.
    for secret in settings.keys.glob("unit-*"):
        secret.unlink()
    session.commit()
    missing = asker.get(f"/console/cases/{case.case.reference}")
    assert (missing.status_code, "Tell the server&#39;s operator" in words_of(missing)) == (503, True)
    assert str(settings.keys) not in missing.get_data(as_text=True)
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        assert asker.get(path).status_code in (403, 404)


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(case: Filed, desk_for: OfficerClientFor) -> None:
    asker = desk_for(Role.TRIAGE, name="T Triage")
    assert "identity" not in asker.get(at_of(case)).get_data(as_text=True).split("<main", 1)[1]
    wrong = asker.post(f"{at_of(case)}/break-glass", hours=25, reason="Kept", version=case.case.version)
    assert (wrong.status_code, "from 1 to 24 hours" in words_of(wrong)) == (400, True)
    assert "Kept" in words_of(wrong)
    assert asker.post(f"{at_of(case)}/identity", reason="x", version=1).status_code == 403
