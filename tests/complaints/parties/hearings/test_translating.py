"""What an agency is asked and told waits until it is in a language of the agency's people, and is never lost."""

import pytest
from sqlalchemy import select

from registry.complaints.casework.actions import Officer
from registry.complaints.parties.hearings import actions, outcome, queries
from registry.complaints.parties.hearings.content import Allegation
from registry.core.calls import Call
from registry.core.errors import IllegalMove, InvalidInput, NotFound
from registry.officers.models import Notice
from registry.officers.models import Officer as Account
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, HearingState
from tests.complaints.filing import AT
from tests.complaints.parties.hearings.making import (
    ALLEGATION,
    ANNA,
    ANSWER_BY,
    CARLA,
    WRITTEN,
    draft,
    heard_case,
    read,
)
from tests.officers.making import make_officer

TESS = Officer("T. Tess", CaseRole.REGISTRY, "it-labour")
CHINESE = "据工人反映，贵公司工作人员扣留身份证件，付款后才归还。"


@pytest.fixture
def case(session, case):
    for one in session.scalars(select(Account).where(Account.unit == case.desk)):
        one.language = "zh-Hans"
    session.flush()
    return case


def handed_in(session, sealer, case, **more):
    return actions.hand_in(
        Call(session, ANNA, AT), sealer, draft(session, sealer, case, language="en", **more).reference
    )


def translate(session, sealer, case, hearing, text=CHINESE, by=TESS):
    outcome.translate(Call(session, by, AT), sealer, case.filed.case, hearing.reference, text)


def test_a_text_that_the_agency_cannot_read_is_translated_before_it_is_checked(session, sealer, keyring, case):
    translator = make_officer(session, keyring, Role.TRANSLATOR, unit="it-labour", name="T", email="t@unit.example")
    hearing = handed_in(session, sealer, case)
    (wanted,) = outcome.fetch_waiting_translations(session, sealer, TESS, case.filed.case)
    assert (wanted.column, wanted.language, wanted.reads, wanted.text) == ("allegation", "en", "zh-Hans", ALLEGATION)
    assert session.scalars(select(Notice).where(Notice.officer_id == translator.officer.id)).first() is not None
    with pytest.raises(IllegalMove, match="reads the language"):
        actions.approve(Call(session, CARLA, AT), sealer, hearing.reference)
    translate(session, sealer, case, hearing)
    assert "身份证件" not in hearing.translation_sealed
    with pytest.raises(IllegalMove, match="wrote or translated"):
        actions.approve(Call(session, TESS, AT), sealer, hearing.reference)
    actions.approve(Call(session, CARLA, AT), sealer, hearing.reference)
    actions.serve(Call(session, ANNA, AT), sealer, hearing.reference, ANSWER_BY)
    found = read(session, sealer, case, hearing, ANSWER_BY)
    assert (found.translation, found.allegation) == (CHINESE, ALLEGATION)


def test_a_text_in_the_agencys_language_or_of_which_no_one_said_waits_for_nothing(session, sealer, case):
    for language in ("zh-Hans", ""):
        hearing = draft(session, sealer, case, language=language)
        actions.hand_in(Call(session, ANNA, AT), sealer, hearing.reference)
        assert outcome.fetch_waiting_translations(session, sealer, TESS, case.filed.case) == []
        actions.approve(Call(session, CARLA, AT), sealer, hearing.reference)
        actions.close(Call(session, ANNA, AT), sealer, hearing.reference)


def test_a_translation_is_compared_with_what_the_complainant_wrote(session, sealer, case):
    hearing = handed_in(session, sealer, case)
    with pytest.raises(InvalidInput):
        translate(session, sealer, case, hearing, f"Ecco: {WRITTEN}")
    with pytest.raises(InvalidInput):
        draft(session, sealer, heard_case(session, sealer), translation=f"Ecco: {WRITTEN}")


def test_the_author_may_bring_the_translation_and_a_change_of_the_text_drops_it(session, sealer, case):
    hearing = draft(session, sealer, case, language="en", translation=CHINESE)
    actions.edit(Call(session, ANNA, AT), sealer, hearing.reference, Allegation(f"{ALLEGATION} Is that so?"))
    assert (hearing.language, hearing.translation_sealed) == ("en", None)
    actions.edit(Call(session, ANNA, AT), sealer, hearing.reference, Allegation(ALLEGATION, translation=CHINESE))
    actions.hand_in(Call(session, ANNA, AT), sealer, hearing.reference)
    assert queries.hearing_view(Call(session, CARLA, AT), sealer, hearing.reference).translation == CHINESE
    actions.approve(Call(session, CARLA, AT), sealer, hearing.reference)


def test_where_the_agency_has_another_reader_since_the_check_both_texts_are_checked_again(session, sealer, case):
    hearing = handed_in(session, sealer, case)
    person = session.scalars(select(Account).where(Account.unit == case.desk)).one()
    person.language = "en"
    session.flush()
    actions.approve(Call(session, CARLA, AT), sealer, hearing.reference)
    person.language = "zh-Hans"
    session.flush()
    with pytest.raises(IllegalMove, match="reads the language"):
        actions.serve(Call(session, ANNA, AT), sealer, hearing.reference, ANSWER_BY)
    translate(session, sealer, case, hearing)
    assert (hearing.state, hearing.checked_by) == (HearingState.REPRISAL_CHECK, None)
    actions.approve(Call(session, CARLA, AT), sealer, hearing.reference)
    assert actions.serve(Call(session, ANNA, AT), sealer, hearing.reference, ANSWER_BY).state is HearingState.SERVED


def test_nothing_is_translated_that_does_not_wait(session, sealer, case):
    hearing = draft(session, sealer, case, language="en")
    with pytest.raises(NotFound):
        translate(session, sealer, case, hearing)
