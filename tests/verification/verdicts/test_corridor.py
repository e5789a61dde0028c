"""The corridor as a whole, on one fixed instant: here, by whose day its agreement is judged."""

from datetime import timedelta

from msgspec.structs import replace

from registry.verification.verdicts.corridor import Employer, decide_corridor
from registry.verification.verdicts.question import Question, SubjectKind
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Answer
from tests.make import agency_record, agreement_record, authority_of, licence_record
from tests.verification.verdicts.asking import NOW, TODAY, facts_about


def test_an_agreement_is_judged_by_the_day_of_its_own_authority() -> None:
    sender = agency_record(country="CN", licences=(licence_record(country="CN"),))

    def agreed(authority: str, **facts: object) -> tuple[Answer, list[Reason]]:
        agreement = agreement_record(sender, authority=authority_of(authority), **facts)
        known = facts_about(*sender.licences, agency={"agency_id": sender.agency_id}, as_of=NOW.replace(hour=17))
        party = replace(known.holders[0].agency, agreements=(agreement,))
        known = replace(known, holders=[known.holders[0]._replace(agency=party)])
        question = Question(SubjectKind.AGENCY_ID, sender.agency_id, origin="CN", destination="CZ")
        leg = decide_corridor((question, known), Employer("Smyšlená Továrna a.s."), "CZ").legs[2].verdict
        return leg.verdict, [one.code for one in leg.reasons]

    # In China it is tomorrow already.
    assert agreed("CZ", to=TODAY) == (Answer.YES, [Reason.AGREEMENT_REGISTERED])
    assert agreed("CN", to=TODAY)[1] == [Reason.AGREEMENT_ENDED]
    assert agreed("CN", from_=TODAY + timedelta(days=1))[1] == [Reason.AGREEMENT_REGISTERED]
    assert agreed("CZ", from_=TODAY + timedelta(days=1))[0] is not Answer.YES
