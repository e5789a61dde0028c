"""Nothing typed is lost: a session that ran out, a draft kept by hand or script, and what a page says once a form is taken."""

import re
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.complaints.casework import drafts
from registry.complaints.casework.models import OfficerDraft
from registry.core.clock import now
from registry.officers.models import SignedIn
from registry.officers.rights import Role
from registry.pages.officers.guard import session_cookie
from registry.pages.officers.returning import address_after_sign_in
from tests.complaints.filing import file
from tests.pages.officers.signed_in import OfficerClient, desk_of, version_on, words_of

TEXT = "Please tell us on which day they took the passport. " * 40


def filed_case(session: Session, sealer, **more: object) -> str:
    case = file(session, sealer, {"country": "IT", "deception": "yes"}, at=now()).case
    session.commit()
    return f"/console/cases/{case.reference}"


def run_out(session: Session) -> None:
    """Half an hour goes by without a sign of the officer."""
    session.execute(update(SignedIn).values(seen_at=now() - timedelta(minutes=31)))
    session.commit()


def sent_from(desk: OfficerClient, page: str, path: str, **fields: str):
    """As a browser sends the form of a page."""
    headers = {"Referer": f"http://localhost{page}"}
    return desk._asks().post(path, data={"form": desk.form, **fields}, headers=headers)


def signed_in_again(desk: OfficerClient, session: Session) -> OfficerClient:
    return desk_of(desk.client, session, desk.officer)


def test_what_a_session_that_ran_out_sends_is_back_in_its_form_after_sign_in(session, sealer, desk_for):
    page, desk = filed_case(session, sealer), desk_for(Role.INVESTIGATOR)
    run_out(session)
    refused = sent_from(desk, page, f"{page}/reply", text=TEXT, version="1")
    assert (refused.status_code, refused.location) == (303, "/console/sign-in?over=kept")
    assert "What you wrote is kept" in words_of(desk.client.get(refused.location))
    assert desk.client.get_cookie("console-next", path="/console").decoded_value == page
    output = signed_in_again(desk, session).get(page).get_data(as_text=True)
    assert f">{TEXT}</textarea>" in output
    assert "is back in the form" in output


def test_it_is_sealed_and_another_officer_reads_nothing_of_it(session, sealer, desk_for):
    page, desk = filed_case(session, sealer), desk_for(Role.INVESTIGATOR, name="One")
    run_out(session)
    sent_from(desk, page, f"{page}/reply", text=TEXT, version="1")
    assert "passport" not in session.execute(select(OfficerDraft.sealed)).scalar_one()
    assert TEXT not in desk_for(Role.SUPERVISOR, name="Other").get(page).get_data(as_text=True)


def test_nothing_is_kept_of_a_form_that_was_not_the_officer_s_own(session, sealer, desk_for):
    page, desk = filed_case(session, sealer), desk_for(Role.INVESTIGATOR)
    run_out(session)
    foreign = {"Referer": f"http://localhost{page}", "Origin": "https://elsewhere.example"}
    desk._asks().post(f"{page}/reply", data={"form": desk.form, "text": TEXT}, headers=foreign)
    desk._asks().post(
        f"{page}/reply", data={"form": "guessed", "text": TEXT}, headers={"Referer": f"http://localhost{page}"}
    )
    desk.post("/console/sign-out")
    sent_from(desk, page, f"{page}/reply", text=TEXT)
    assert session.scalars(select(OfficerDraft)).all() == []


def test_passwords_and_codes_are_never_kept(session, sealer, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    run_out(session)
    sent_from(desk, "/console/own", "/console/own/password", old="a secret", new="another")
    signed_in_again(desk, session)
    for action in ("/console/own/password", "/console/sign-in", "https://elsewhere.example/", "/elsewhere"):
        answer = signed_in_again(desk, session).post(
            "/console/drafts", draft_page="/console/own", draft_action=action, x="y"
        )
        assert answer.status_code == 422, action
    assert session.scalars(select(OfficerDraft)).all() == []


def test_sign_in_leads_back_to_pages_of_the_console_alone(session, sealer, desk_for):
    page, desk = filed_case(session, sealer), desk_for(Role.INVESTIGATOR)
    run_out(session)
    answer = desk.get(f"{page}/notes?x=1")
    assert answer.location == "/console/sign-in?over=over"
    assert desk.client.get_cookie("console-next", path="/console").decoded_value == f"{page}/notes?x=1"
    for planted in (
        "https://elsewhere.example/console/",
        "//elsewhere.example/console/",
        "/console/\\elsewhere",
        "/en/",
    ):
        desk.client.set_cookie("console-next", planted, path="/console")
        with desk.client.application.test_request_context(
            "/console/code", headers={"Cookie": f'console-next="{planted}"'}
        ):
            assert address_after_sign_in(session_cookie()) == "/console/", planted


def test_a_draft_is_kept_by_the_button_and_gone_once_it_is_sent(session, sealer, desk_for):
    page, desk = filed_case(session, sealer), desk_for(Role.INVESTIGATOR)
    saved = sent_from(desk, page, "/console/drafts", draft_action=f"{page}/reply", text=TEXT, version="1")
    assert (saved.status_code, saved.location) == (303, page)
    output = desk.get(page).get_data(as_text=True)
    assert "The draft was saved." in output
    assert f">{TEXT}</textarea>" in output
    version = re.search(r'name="version" value="(\d+)"', output)
    assert version is not None
    assert desk.post(f"{page}/reply", text=TEXT, version=version[1]).status_code == 303
    after = desk.get(page).get_data(as_text=True)
    assert f">{TEXT}</textarea>" not in after
    assert "The message was sent to the worker." in after
    assert "The message was sent to the worker." not in desk.get(page).get_data(as_text=True)


def test_a_draft_that_is_refused_or_discarded_is_kept_or_gone(session, sealer, desk_for):
    page, desk = filed_case(session, sealer), desk_for(Role.INVESTIGATOR)
    script = {"draft_page": page, "draft_action": f"{page}/reply", "text": TEXT, "version": "1"}
    assert desk.post("/console/drafts", **script).status_code == 204
    assert desk.post(f"{page}/reply", text=TEXT, version="99").status_code == 409
    assert f">{TEXT}</textarea>" in desk.get(page).get_data(as_text=True)
    sent_from(desk, page, "/console/drafts/drop")
    assert f">{TEXT}</textarea>" not in desk.get(page).get_data(as_text=True)


def test_closing_a_case_says_what_follows_beside_the_reason_it_asks_for(session, sealer, desk_for):
    page, desk = filed_case(session, sealer), desk_for(Role.TRIAGE, Role.SUPERVISOR)
    for to in ("in_triage", "investigating"):
        assert desk.post(f"{page}/move", to=to, version=version_on(desk, page)).status_code == 303
    assert "can have it opened again within a year" in words_of(desk.get(page))
    done = desk.post_once(f"{page}/move", to="closed", reason="Nothing was found.", version=version_on(desk, page))
    assert (done.status_code, done.location) == (303, page)
    assert "Closed" in words_of(desk.get(page))


def test_drafts_are_destroyed_after_a_week(session, sealer, desk_for):
    page, desk = filed_case(session, sealer), desk_for(Role.INVESTIGATOR)
    desk.post("/console/drafts", draft_page=page, draft_action=f"{page}/reply", text=TEXT)
    drafts.forget_unsent(session, now() + timedelta(days=7))
    assert session.scalars(select(OfficerDraft)).all() == []
