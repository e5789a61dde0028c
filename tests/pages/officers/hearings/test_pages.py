"""Hearings in the console: written, checked by another, served, answered; agencies see their hearing alone."""

import hashlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer as Caseworker
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.casework.models import Decision
from registry.complaints.parties.models import Hearing, Referral
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers import accounts
from registry.officers.models import Notice, Officer
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, DecisionOutcome, HearingState
from tests.complaints.parties.hearings.making import ALLEGATION, SPOKEN, WRITTEN, Heard, consent, heard_case
from tests.complaints.parties.referrals.making import UNION, make_partner
from tests.make import make_agency
from tests.pages.officers.signed_in import OfficerClient, OfficerClientFor, version_on, words_of

SCRIPT = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)"


@pytest.fixture
def writer(desk_for: OfficerClientFor) -> OfficerClient:
    return desk_for(Role.INVESTIGATOR, name="W Writer")


@pytest.fixture
def checker(desk_for: OfficerClientFor) -> OfficerClient:
    return desk_for(Role.SUPERVISOR, name="C Checker")


def at_of(case: Heard) -> str:
    return f"/console/cases/{case.reference}/hearings"


def drafted(desk: OfficerClient, case: Heard, **fields: object) -> str:
    """By the form; gives the path of its page."""
    form = {"allegation": ALLEGATION, "could_complain": "12", "version": version_on(desk, f"{at_of(case)}/new")}
    response = desk.post(f"{at_of(case)}/new", **(form | fields))
    assert response.status_code == 303, words_of(response)
    return str(response.location)


def test_forms_that_draft_are_sent_twice_by_a_hand_or_a_bad_line_and_draft_once(
    session: Session, sealer: Sealer, case: Heard, writer: OfficerClient
) -> None:
    make_partner(session, sealer)
    session.commit()
    day = str(now().date() + timedelta(days=30))
    for path, fields, changed in (
        (f"{at_of(case)}/new", {"allegation": ALLEGATION}, {"allegation": "Anew."}),
        (
            f"/console/cases/{case.reference}/referrals/new",
            {"partner": UNION, "expires_on": day, "note": "Visit."},
            {"note": "Do not."},
        ),
        (
            f"/console/cases/{case.reference}/decision",
            {"outcome": "upheld", "reasons": "So.", "summary": "So.", "object_days": "60"},
            {"reasons": "Otherwise."},
        ),
    ):
        page = writer.get(path).get_data(as_text=True)
        hidden = dict(re.findall(r'name="(version|once)" value="([^"]+)"', page))
        assert set(hidden) == {"version", "once"}
        first, second = (writer.post(path, **fields, **hidden) for _ in range(2))
        assert first.status_code == 303, words_of(first)
        assert (second.status_code, second.location) == (303, first.location), words_of(second)
        differs = writer.post(path, **(fields | changed), **hidden)
        assert (differs.status_code, "this form was sent before" in words_of(differs)) == (409, True), path
        assert hidden["once"] not in differs.get_data(as_text=True), "it may be sent now, as another"
        assert next(iter(changed.values())) in differs.get_data(as_text=True)
    for made in (Hearing, Referral, Decision):
        assert session.scalar(select(func.count()).select_from(made)) == 1, made


def served(writer: OfficerClient, checker: OfficerClient, case: Heard) -> tuple[str, str]:
    """The paths of its page at the case and at the agency."""
    path = drafted(writer, case)
    assert writer.post(f"{path}/hand-in", version=version_on(writer, path)).status_code == 303
    assert checker.post(f"{path}/approve", version=version_on(checker, f"{path}/check")).status_code == 303
    day = (now() + timedelta(days=20)).date().isoformat()
    assert writer.post(f"{path}/serve", version=version_on(writer, f"{path}/serve"), answer_by=day).status_code == 303
    return path, f"/console/hearings/{path.rpartition('/')[2]}"


def test_an_agency_is_heard_and_learns_nothing_else(
    writer: OfficerClient, checker: OfficerClient, case: Heard, desk_for: OfficerClientFor
) -> None:
    path, theirs = served(writer, checker, case)
    rep = desk_for(Role.AGENCY_REP, name="Second Rep", unit=case.desk)
    assert theirs.rpartition("/")[2] in words_of(rep.get("/console/hearings"))
    page = rep.get(theirs).get_data(as_text=True)
    assert ALLEGATION in page
    for canary in (
        case.reference,
        SPOKEN,
        WRITTEN,
        "Mei",
        "W Writer",
        "C Checker",
        "/console/cases",
        case.filed.box.reference,
    ):
        assert canary not in page
    assert rep.post(f"{theirs}/keep", version=version_on(rep, theirs), text=f"Half {SCRIPT}").status_code == 303
    stored = rep.get(theirs).get_data(as_text=True)
    assert f"Half {ESCAPED}" in stored
    assert "Half" not in words_of(writer.get(path))
    assert rep.get(f"{theirs}/receipt").status_code == 404, "not before there is an answer"
    assert rep.post(f"{theirs}/answer", version=version_on(rep, theirs), text=f"All {SCRIPT}").status_code == 303
    receipt = rep.get(f"{theirs}/receipt").get_data(as_text=True)
    assert f"SHA-256: {hashlib.sha256(f'All {SCRIPT}'.encode()).hexdigest()}" in receipt
    assert str(now().date()) in receipt
    assert case.reference not in receipt
    for response in (rep.get(theirs), writer.get(path)):
        assert f"All {ESCAPED}" in response.get_data(as_text=True)
        assert SCRIPT not in response.get_data(as_text=True)
    assert "Answered" in words_of(writer.get(at_of(case)))
    assert writer.post(f"{path}/close", version=version_on(writer, path)).status_code == 303
    assert rep.get(theirs).status_code == 404


def test_a_final_answer_is_sent_once_its_box_is_ticked_and_keeps_its_text_until_then(
    writer: OfficerClient, checker: OfficerClient, case: Heard, desk_for: OfficerClientFor
) -> None:
    _, at = served(writer, checker, case)
    rep = desk_for(Role.AGENCY_REP, name="Second Rep", unit=case.desk)
    sent = {"text": "All wages were <b>paid</b>.", "version": version_on(rep, at)}
    refused = rep.post_once(f"{at}/answer", **sent)
    assert (refused.status_code, "tick the box that says what follows" in words_of(refused)) == (400, True)
    assert ">All wages were &lt;b&gt;paid&lt;/b&gt;.</textarea>" in refused.get_data(as_text=True)
    assert rep.post_once(f"{at}/answer", **sent, confirmed="yes").status_code == 303
    assert "Your answer was sent to the authority. It is final" in words_of(rep.get(at))


def test_a_text_is_handed_in_by_the_press_that_saves_it(
    session: Session, writer: OfficerClient, checker: OfficerClient, case: Heard
) -> None:
    path = drafted(writer, case, then="hand_in")
    assert "The text was handed in" in words_of(writer.get(path))
    assert session.scalars(select(Hearing.state)).one() is HearingState.REPRISAL_CHECK
    back = {"back": "Say it without the day.", "version": version_on(checker, f"{path}/check")}
    assert checker.post(f"{path}/send-back", **back).status_code == 303
    anew = {"allegation": f"{ALLEGATION} Is it so?", "could_complain": "12", "version": version_on(writer, path)}
    leaking = writer.post(f"{path}/edit", **anew | {"allegation": SPOKEN, "then": "hand_in"})
    assert leaking.status_code == 400
    assert session.scalars(select(Hearing.state)).one() is HearingState.DRAFTED
    assert writer.post(f"{path}/edit", **anew, then="hand_in").status_code == 303
    assert session.scalars(select(Hearing.state)).one() is HearingState.REPRISAL_CHECK
    assert "Is it so?" in words_of(checker.get(f"{path}/check"))


def test_without_consent_the_form_says_what_to_do_instead(
    session: Session, sealer: Sealer, writer: OfficerClient, case: Heard
) -> None:
    consent(session, sealer, case, is_given=False)
    session.commit()
    page = writer.get(f"{at_of(case)}/new")
    assert "The complainant has not agreed that the agency is heard. Nothing of the case is told to it." in words_of(
        page
    )
    assert 'name="allegation"' not in page.get_data(as_text=True)
    assert f'href="/console/cases/{case.reference}#reply"' in page.get_data(as_text=True)
    # What was typed before the consent was taken back is not lost.
    refused = writer.post(f"{at_of(case)}/new", allegation=ALLEGATION, version="3")
    assert f">{ALLEGATION}</textarea>" in refused.get_data(as_text=True)


def test_each_person_with_something_to_do_is_notified_that_there_is_something(
    session: Session, writer: OfficerClient, checker: OfficerClient, case: Heard
) -> None:
    rep = session.scalars(select(Officer).where(Officer.unit == case.desk)).one()
    path = drafted(writer, case)
    given = select(Notice.officer_id).order_by(Notice.id)
    # What the complainant wrote into the case has notified those who assign it.
    before = session.scalars(given).all()
    writer.post(f"{path}/hand-in", version=version_on(writer, path))
    assert session.scalars(given).all() == [*before, checker.officer.id]
    checker.post(f"{path}/approve", version=version_on(checker, f"{path}/check"))
    assert session.scalars(given).all() == [*before, checker.officer.id, writer.officer.id]
    day = (now() + timedelta(days=20)).date().isoformat()
    writer.post(f"{path}/serve", version=version_on(writer, f"{path}/serve"), answer_by=day)
    assert session.scalars(given).all() == [*before, checker.officer.id, writer.officer.id, rep.id]


def test_a_representative_has_no_page_of_cases_and_no_other_agencys_hearing(
    session: Session,
    sealer: Sealer,
    keyring: Keyring,
    writer: OfficerClient,
    checker: OfficerClient,
    case: Heard,
    desk_for: OfficerClientFor,
) -> None:
    path, theirs = served(writer, checker, case)
    other = heard_case(session, sealer, keyring)
    rep = desk_for(Role.AGENCY_REP, name="Other Rep", unit=other.desk)
    assert "Nothing is asked" in words_of(rep.get("/console/hearings"))
    for response in (
        rep.get(theirs),
        rep.post(f"{theirs}/keep", version=5, text="x"),
        rep.post(f"{theirs}/answer", version=5, text="x"),
        rep.get(path),
        rep.get(at_of(case)),
        rep.get(at_of(other)),
    ):
        assert response.status_code == 404
    for forbidden in ("/console/cases", f"/console/cases/{case.reference}", f"{path}/check", f"{path}/serve"):
        assert rep.get(forbidden).status_code == 403


def test_a_text_with_the_workers_words_comes_back_with_its_line_and_all_that_was_typed(
    session: Session, writer: OfficerClient, case: Heard
) -> None:
    typed = f"Kept {SCRIPT}\nThey took my passport on the first evening."
    version = version_on(writer, f"{at_of(case)}/new")
    refused = writer.post(f"{at_of(case)}/new", allegation=typed, could_complain="12", version=version)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 400
    assert "line 2 repeats what the complainant wrote" in page
    assert f"Kept {ESCAPED}" in page
    assert 'value="12"' in page
    wrong = writer.post(f"{at_of(case)}/new", allegation=ALLEGATION, could_complain="many", version=version)
    assert (wrong.status_code, ALLEGATION in wrong.get_data(as_text=True)) == (400, True)
    stale = writer.post(f"{at_of(case)}/new", allegation=ALLEGATION, could_complain="12", version=1)
    assert (stale.status_code, ALLEGATION in stale.get_data(as_text=True)) == (409, True)
    assert session.scalars(select(Hearing)).all() == []


def test_the_check_is_another_persons_and_says_why_where_few_could_complain(
    checker: OfficerClient, case: Heard, desk_for: OfficerClientFor
) -> None:
    both = desk_for(Role.SUPERVISOR, Role.INVESTIGATOR, name="B Both")
    path = drafted(both, case, could_complain="3")
    both.post(f"{path}/hand-in", version=version_on(both, path))
    version = version_on(both, path)
    assert "another person has to" in words_of(both.get(f"{path}/check"))
    assert both.post(f"{path}/approve", version=version, reason="I know it.").status_code == 409
    page = words_of(checker.get(f"{path}/check"))
    assert SPOKEN in page
    assert WRITTEN in page
    assert "Fewer than five people" in page
    # In the officer's own language, as the page says beforehand why the button is not there.
    for language, words in (("it", "meno di cinque persone potrebbero aver segnalato"), ("en", "say why it may go")):
        checker.officer.language = language
        refused = checker.post(f"{path}/approve", version=version, reason=" ")
        assert (refused.status_code, words in words_of(refused)) == (409, True)
    assert checker.post(f"{path}/approve", version=version, reason="An inspection saw it.").status_code == 303
    assert checker.post(f"{path}/approve", version=version, reason="An inspection saw it.").status_code == 409
    assert "An inspection saw it." in words_of(both.get(path))


def test_what_is_sent_back_is_written_anew_by_its_writer_alone(
    writer: OfficerClient, checker: OfficerClient, case: Heard
) -> None:
    path = drafted(writer, case)
    writer.post(f"{path}/hand-in", version=version_on(writer, path))
    version = version_on(checker, path)
    assert checker.post(f"{path}/send-back", version=version, back="One office is green.").status_code == 303
    assert "One office is green." in words_of(writer.get(path))
    assert "/edit" not in checker.get(path).get_data(as_text=True)
    assert checker.post(f"{path}/edit", version=version_on(writer, path), allegation="Mine.").status_code == 409
    old = version_on(writer, path)
    assert writer.post(f"{path}/edit", version=old, allegation="Anew.", could_complain="").status_code == 303
    stale = writer.post(f"{path}/edit", version=old, allegation="Typed meanwhile.", could_complain="")
    assert (stale.status_code, "Typed meanwhile." in stale.get_data(as_text=True)) == (409, True)
    assert "Anew." in words_of(writer.get(path))


def test_a_button_is_shown_where_it_works_and_elsewhere_why_not(
    session: Session, sealer: Sealer, writer: OfficerClient, case: Heard, desk_for: OfficerClientFor
) -> None:
    decider = desk_for(Role.DECIDER, name="D Decider")
    assert "hearings/new" in writer.get(at_of(case)).get_data(as_text=True)
    assert "hearings/new" not in decider.get(at_of(case)).get_data(as_text=True)
    drafted(writer, case)
    assert "another hearing of this case" in words_of(writer.get(at_of(case)))
    consent(session, sealer, case, is_given=False)
    session.commit()
    assert "the complainant has not agreed" in words_of(writer.get(at_of(case)))
    refused = writer.post(f"{at_of(case)}/new", allegation=ALLEGATION, version=case.filed.case.version)
    assert (refused.status_code, ALLEGATION in refused.get_data(as_text=True)) == (409, True)


def test_another_unit_finds_nothing(writer: OfficerClient, case: Heard, desk_for: OfficerClientFor) -> None:
    path = drafted(writer, case)
    foreign = desk_for(Role.SUPERVISOR, Role.INVESTIGATOR, Role.DECIDER, name="F Foreign", unit="cz-labour")
    for address in (at_of(case), f"{at_of(case)}/new", path, f"{path}/check", f"{path}/serve"):
        assert foreign.get(address).status_code == 404


def test_a_hearing_is_reached_through_its_own_case_alone(
    session: Session, sealer: Sealer, keyring: Keyring, writer: OfficerClient, case: Heard
) -> None:
    other = heard_case(session, sealer, keyring)
    name = drafted(writer, case).rpartition("/")[2]
    assert writer.get(f"{at_of(other)}/{name}").status_code == 404
    assert writer.post(f"{at_of(other)}/{name}/close", version=1).status_code == 404


def test_an_officer_with_an_interest_hears_no_agency_though_the_case_names_none(
    session: Session, sealer: Sealer, keyring: Keyring, writer: OfficerClient, desk_for: OfficerClientFor
) -> None:
    case = heard_case(session, sealer, keyring, agency=None)
    agency = make_agency(session).agency_id
    session.commit()
    path = drafted(writer, case, agency=agency)
    interested = desk_for(Role.SUPERVISOR, name="I Interested")
    accounts.declare_conflict(session, interested.officer, agency, now().date())
    session.commit()
    for address in (path, f"{path}/check", f"{path}/serve"):
        assert interested.get(address).status_code == 403
    for act in ("edit", "hand-in", "approve", "send-back", "serve", "close"):
        assert interested.post(f"{path}/{act}", version=1, allegation="x", answer_by="2999-01-01").status_code == 403
    form = {"allegation": ALLEGATION, "version": 1, "agency": agency}
    assert interested.post(f"{at_of(case)}/new", **form).status_code == 403


def test_a_timeline_tells_more_than_moves_and_of_no_hearing_to_who_reads_none(
    writer: OfficerClient, checker: OfficerClient, case: Heard, desk_for: OfficerClientFor
) -> None:
    served(writer, checker, case)
    page = f"/console/cases/{case.reference}"
    triage = desk_for(Role.TRIAGE, name="T Triage")
    given, less = (words_of(desk.get(page)).split("History", 1)[1] for desk in (writer, triage))
    for happened in ("served the hearing", "approved the hearing", "wrote a message", "gave consent"):
        assert happened in given, given
    assert "hearing" not in less
    assert "wrote a message" in less


def test_longer_to_answer_is_asked_for_on_the_agencys_page_and_given_on_the_cases(
    writer: OfficerClient, checker: OfficerClient, case: Heard, desk_for: OfficerClientFor
) -> None:
    path, theirs = served(writer, checker, case)
    rep = desk_for(Role.AGENCY_REP, name="Second Rep", unit=case.desk)
    requested = f"We are closed {SCRIPT}"
    assert rep.post(f"{theirs}/longer", version=version_on(rep, theirs), longer=requested).status_code == 303
    page = writer.get(path).get_data(as_text=True)
    assert f"We are closed {ESCAPED}" in page
    day = (now() + timedelta(days=30)).date().isoformat()
    refused = writer.post(
        f"{path}/longer", version=version_on(writer, path), answer_by="2020-01-01", reason="Kept words"
    )
    assert (refused.status_code, "Kept words" in refused.get_data(as_text=True)) == (400, True)
    given = writer.post(f"{path}/longer", version=version_on(writer, path), answer_by=day, reason="Fair.")
    assert given.status_code == 303
    assert "Fair." not in words_of(rep.get(theirs))
    early = writer.post(f"{path}/tell", version=version_on(writer, path), outcome="x", object_days=60)
    assert (early.status_code, "no decision yet" in words_of(early)) == (409, True)
    none = rep.post(f"{theirs}/object", version=version_on(rep, theirs), objection="x")
    assert (none.status_code, "nothing to object to" in words_of(none)) == (409, True)


def test_an_agency_is_told_the_outcome_on_its_page_and_objects_and_the_case_shows_it(
    session: Session,
    sealer: Sealer,
    writer: OfficerClient,
    checker: OfficerClient,
    case: Heard,
    desk_for: OfficerClientFor,
) -> None:
    path, theirs = served(writer, checker, case)
    rep = desk_for(Role.AGENCY_REP, name="Second Rep", unit=case.desk)
    rep.post(f"{theirs}/answer", version=version_on(rep, theirs), text="None.")
    author = Caseworker(writer.officer.reference, CaseRole.INVESTIGATOR, "it-labour")
    draft = decisions.DecisionDraft(
        DecisionOutcome.UPHELD, "The inspector saw twelve in a drawer.", "It was upheld.", object_days=60
    )
    written = decisions.write(Call(session, author, now()), sealer, case.reference, draft)
    decider = Caseworker("D. Decider", CaseRole.DECIDER, "it-labour")
    decisions.make(Call(session, decider, now()), sealer, written.reference, words=lambda *_: "It was upheld.")
    session.commit()
    untold, answered = "tell the agency what was decided", "The agency answered"
    todo = words_of(writer.get("/console/"))
    assert (untold in todo, answered in todo) == (True, False)
    typed = f"Documents are kept {SCRIPT}"
    copied = writer.post(f"{path}/tell", version=version_on(writer, path), outcome=SPOKEN, object_days=60)
    assert (copied.status_code, "word for word" in words_of(copied)) == (400, True)
    given = writer.post(f"{path}/tell", version=version_on(writer, path), outcome=typed, object_days=60)
    assert given.status_code == 303, words_of(given)
    assert untold not in words_of(writer.get("/console/"))
    page = rep.get(theirs).get_data(as_text=True)
    assert f"Documents are kept {ESCAPED}" in page
    for canary in ("twelve in a drawer", SPOKEN, case.reference, "W Writer"):
        assert canary not in page
    assert (
        rep.post(f"{theirs}/object", version=version_on(rep, theirs), objection="We do not agree.").status_code == 303
    )
    assert "We do not agree." in words_of(writer.get(path))
    assert "objected to the decision" in words_of(writer.get(f"/console/cases/{case.reference}"))
    queue = words_of(writer.get("/console/cases?objection=yes"))
    assert (case.reference in queue, "Objection" in queue, "Objections 1" in queue) == (True, True, True)


def test_a_text_that_the_agency_cannot_read_waits_for_a_translator(
    session: Session, writer: OfficerClient, checker: OfficerClient, case: Heard, desk_for: OfficerClientFor
) -> None:
    rep = desk_for(Role.AGENCY_REP, name="Second Rep", unit=case.desk)
    session.execute(update(Officer).where(Officer.unit == case.desk).values(language="it"))
    session.commit()
    translator = desk_for(Role.TRANSLATOR, name="Tess Translator")
    assert "The agency reads Italian" in words_of(writer.get(f"{at_of(case)}/new"))
    path = drafted(writer, case, language="en")
    assert writer.post(f"{path}/hand-in", version=version_on(writer, path)).status_code == 303
    assert "waits for a translator of your unit: Tess Translator" in words_of(writer.get(path))
    assert "no one at the agency reads the language" in words_of(checker.get(f"{path}/check"))
    assert "A text for an agency waits for its translation" in words_of(translator.get("/console/"))
    page = f"/console/cases/{case.reference}/translation"
    assert ALLEGATION in words_of(translator.get(page))
    translated = "I lavoratori dicono che il personale trattiene i documenti."
    form = {"subject": "hearing", "hearing": path.rpartition("/")[2], "version": version_on(translator, page)}
    copied = translator.post(page, text=WRITTEN, **form)
    assert (copied.status_code, WRITTEN in words_of(copied)) == (400, True), "what was typed stays"
    assert translator.post(page, text=translated, **form).status_code == 303
    assert translated in words_of(checker.get(f"{path}/check"))
    assert checker.post(f"{path}/approve", version=version_on(checker, f"{path}/check")).status_code == 303
    day = (now() + timedelta(days=20)).date().isoformat()
    assert writer.post(f"{path}/serve", version=version_on(writer, f"{path}/serve"), answer_by=day).status_code == 303
    read = words_of(rep.get(f"/console/hearings/{path.rpartition('/')[2]}"))
    assert read.index(translated) < read.index(ALLEGATION)
