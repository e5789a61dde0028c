"""The verdict as a whole: names, ambiguity, authorities, warnings on the holder."""

from datetime import timedelta

from registry.verification.verdicts.question import Holder, SubjectKind
from registry.verification.verdicts.verdict import CANDIDATES
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Answer, LicenceStatus, NameKind
from tests.make import agency_record, changed, identifier_record, licence_record, name_record
from tests.verification.verdicts.asking import NOW, TODAY, YESTERDAY, ask, codes, fresh_ground


def holder_of(*licences, **facts):
    return Holder(agency_record(licences=licences, **facts))


def test_a_name_alone_is_never_yes():
    for count in (1, 2, 3):
        holders = [holder_of(licence_record()) for _ in range(count)]
        verdict = ask(kind=SubjectKind.NAME, holders=holders, value="Agentura")
        assert (verdict.verdict, codes(verdict)) == (Answer.UNKNOWN, [Reason.NAME_ONLY])
        assert len(verdict.candidates) == count
        assert verdict.agency is None


def test_a_name_that_no_agency_has_is_unknown():
    verdict = ask(kind=SubjectKind.NAME, holders=())
    assert (verdict.verdict, codes(verdict)) == (Answer.UNKNOWN, [Reason.NAME_NOT_FOUND])


def test_a_former_name_leads_to_the_agency_and_not_to_yes():
    former = name_record("Agentura Bývalá s.r.o.", kind=NameKind.FORMER, to=YESTERDAY)
    verdict = ask(kind=SubjectKind.NAME, holders=[holder_of(licence_record(), names=(former,))])
    assert verdict.verdict is Answer.UNKNOWN


def test_several_holders_of_one_number_are_ambiguous():
    holders = [holder_of(licence_record()), holder_of(licence_record(status=LicenceStatus.REVOKED))]
    verdict = ask(holders=holders)
    assert (verdict.verdict, codes(verdict)) == (Answer.UNKNOWN, [Reason.AMBIGUOUS])
    assert len(verdict.candidates) == 2


def test_the_authority_tells_holders_of_one_number_apart():
    mine, other = licence_record(), licence_record(authority="cz-other-authority")
    holders = [Holder(agency_record(licences=(one,)), frozenset({one.licence_id})) for one in (mine, other)]
    verdict = ask(holders=holders, authority=mine.authority)
    assert (verdict.verdict, verdict.licence) == (Answer.YES, mine)


def test_no_more_candidates_are_shown_than_can_be_read():
    holders = [holder_of(licence_record()) for _ in range(CANDIDATES + 5)]
    assert len(ask(kind=SubjectKind.NAME, holders=holders).candidates) == CANDIDATES


def test_a_number_answers_for_its_own_licence_and_not_for_another_of_the_same_agency():
    expired, active = licence_record(valid_to=YESTERDAY), licence_record()
    agency = agency_record(licences=(expired, active))
    verdict = ask(holders=[Holder(agency, frozenset({expired.licence_id}))])
    assert (verdict.verdict, verdict.licence) == (Answer.NO, expired)
    assert ask(kind=SubjectKind.AGENCY_ID, holders=[Holder(agency)]).licence == active


def test_an_identifier_under_review_turns_yes_into_unknown():
    identifiers = (identifier_record("uscc", "91990001MADEM0010A", is_under_review=True),)
    verdict = ask(licence_record(), agency={"licences": (licence_record(),), "identifiers": identifiers})
    assert verdict.reasons[0].code is Reason.IDENTIFIER_CHANGE_UNDER_REVIEW
    assert (verdict.verdict, verdict.may_continue) == (Answer.UNKNOWN, Answer.UNKNOWN)


def test_warnings_are_said_beside_a_yes():
    identifiers = (identifier_record("uscc", "91990001MADEM0010A", has_failed_check=True),)
    licence = licence_record()
    agency = {"licences": (licence,), "identifiers": identifiers, "is_correction_requested": True}
    verdict = ask(licence, agency=agency)
    assert verdict.verdict is Answer.YES
    assert verdict.reasons[0].code is Reason.LICENCE_ACTIVE
    assert {Reason.USCC_CHECK_FAILED, Reason.CORRECTION_REQUESTED} <= set(codes(verdict))


def test_an_erased_holder_is_at_best_unknown():
    licence = licence_record()
    verdict = ask(licence, agency={"licences": (licence,), "withheld": "withheld_by_law"})
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.WITHHELD_BY_LAW)


def test_a_confirmation_keeps_a_licence_of_a_partial_list_fresh():
    licence = licence_record(retrieved_at=NOW - timedelta(days=200))
    holder = Holder(agency_record(licences=(licence,)), confirmed_at=NOW - timedelta(days=2))
    partial = fresh_ground(is_full=False)
    assert ask(holders=[holder], ground=partial).verdict is Answer.YES
    assert ask(holders=[holder._replace(confirmed_at=None)], ground=partial).verdict is Answer.UNKNOWN


def test_the_first_reason_is_the_one_that_decides():
    licence = licence_record(valid_to=YESTERDAY, activities=())
    verdict = ask(licence, on=TODAY, ground=fresh_ground(retrieved_at=NOW - timedelta(days=60)))
    assert codes(verdict)[:2] == [Reason.ACTIVITY_NOT_PERMITTED, Reason.LICENCE_EXPIRED]
    assert Reason.SOURCE_STALE in codes(verdict)


def test_of_licences_that_all_fail_the_nearest_to_yes_answers():
    far = licence_record(status=LicenceStatus.REVOKED, activities=(), sectors=())
    near = licence_record(valid_to=YESTERDAY)
    assert ask(far, near).licence == near
    later = changed(near, licence_id="later", valid_to=TODAY, status_history=near.status_history)
    assert ask(near, later).licence == later
