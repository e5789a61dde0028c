"""A name beside a number: whose it is, and who may be imitated. Without a database; names are compared one by one."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.register.agencies import record
from registry.register.names.scoring import NEAR, score
from registry.register.names.spelling import normalised
from registry.verification.verdicts.imitation_rules import found_by_name, with_imitation
from registry.verification.verdicts.question import Holder, Lookalike, Question, SubjectKind, Verdict, VerdictFacts
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.checks import Difference
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Answer, IdentifierScheme, LicenceKind, LicenceStatus, NameKind, RecruiterKind
from tests.make import agency_record, changed, identifier_record, licence_record, name_record
from tests.verification.verdicts.asking import TODAY, codes, facts_about

HONEST = "Lumaca Blu Lavoro S.r.l."
OTHER = "Tartaruga Verde Servizi S.p.A."


def licensed(name: str = HONEST, number: str = "VERA/1", country: str = "CZ", **facts: Any) -> record.Agency:
    licence = licence_record(country=country, number=number, status=facts.pop("status", LicenceStatus.ACTIVE))
    return agency_record(**({"country": country, "name": name, "licences": (licence,)} | facts))


def near_to(name: str, agencies: Sequence[record.Agency]) -> list[Lookalike]:
    """What the index would find: every agency by its best name, if that is near."""
    found = []
    for agency in (one for one in agencies if one.names):
        match, best = max(((score(name, one.name), one.name) for one in agency.names), key=lambda pair: pair[0].score)
        if match.score >= NEAR:
            found.append(Lookalike(agency, best, round(match.score, 2), match.how))
    return sorted(found, key=lambda one: -one.score)


def ask(question: Question, agencies: Sequence[record.Agency], holder: record.Agency | None = None) -> Verdict:
    if question.kind is SubjectKind.NAME:
        facts: VerdictFacts = facts_about(holders=[Holder(one) for one in agencies])
        return with_imitation(question, facts, decide(question, facts), found_by_name(question, facts))
    facts = facts_about(holders=[Holder(holder)] if holder is not None else [])
    near = near_to(question.claimed_name or "", agencies)
    return with_imitation(question, facts, decide(question, facts), near)


def number(value: str, claimed_name: str | None = None, **context: Any) -> Question:
    stated = {"origin": "CZ", "destination": "CZ", "recruiter_kind": RecruiterKind.AGENCY} | context
    return Question(SubjectKind.LICENCE_NUMBER, value, claimed_name=claimed_name, **stated)


def test_a_number_with_its_holders_name_is_answered_as_without_it() -> None:
    agency = licensed()
    plain = decide(number("VERA/1"), facts_about(holders=[Holder(agency)]))
    assert plain.verdict is Answer.YES
    for name in (HONEST, "LUMACA BLU LAVORO SRL", "Lumaca Blu Lavoro", "lavoro lumaca blu"):
        assert ask(number("VERA/1", name), [agency], agency) == plain


@pytest.mark.parametrize("name", [OTHER, "Lumaca Bru Lavoro S.r.l.", "Lumaca Rossa Lavoro S.r.l.", "Nessuno"])
def test_a_genuine_number_under_another_name_is_never_yes(name: str) -> None:
    agency = licensed()
    verdict = ask(number("VERA/1", name), [agency], agency)
    assert verdict.verdict is Answer.UNKNOWN
    assert verdict.may_continue is Answer.UNKNOWN
    assert codes(verdict)[0] is Reason.NAME_DIFFERS
    assert verdict.agency == agency


CHINESE_HOLDER = "青岛云蝶国际劳务合作有限公司"
ENGLISH_HOLDER = "Qingdao Yundie International Labour Cooperation Co., Ltd."
HOMOPHONES = (
    "青岛云碟国际劳务合作有限公司",
    "青岛云叠国际劳务合作有限公司",
    "青岛匀蝶国际劳务合作有限公司",
    "青岛芸蝶国际劳务合作有限公司",
    "清岛云蝶国际劳务合作有限公司",
    "青岛云蝶国际老物合作有限公司",
    "青島雲疊國際勞務合作有限公司",
)


@pytest.mark.parametrize("claimed", HOMOPHONES)
@pytest.mark.parametrize(
    "english", [None, "Qingdao Yundie International Labour Cooperation Co., Ltd.", "Qingdao Yundie Guoji Laowu Hezuo"]
)
def test_a_homophone_beside_a_genuine_number_differs_whatever_the_holders_name_in_latin_letters(
    claimed: str, english: str | None
) -> None:
    names = (name_record(CHINESE_HOLDER), *([name_record(english, kind="english")] if english else ()))
    agency = changed(licensed(), names=names)
    verdict = ask(number("VERA/1", claimed), [agency], agency)
    assert (verdict.verdict, codes(verdict)[0]) == (Answer.UNKNOWN, Reason.NAME_DIFFERS)


@pytest.mark.parametrize(
    ("holder", "claimed", "is_the_holders"),
    [
        (CHINESE_HOLDER, "青島雲蝶國際勞務合作有限公司", True),
        (CHINESE_HOLDER, "青岛市云蝶国际劳务合作有限公司", True),
        (CHINESE_HOLDER, "青岛云蝶国际劳务合作", True),
        (CHINESE_HOLDER, "青岛云蝶国际劳务合作公司", True),
        (CHINESE_HOLDER, "Qingdao Yundie Guoji Laowu Hezuo Youxian Gongsi", True),
        ("吉林省云蝶国际劳务合作有限公司", "吉林云蝶国际劳务合作有限公司", True),
        ("大连云蝶国际合作（集团）有限公司", "大连云蝶国际合作集团有限公司", True),
        ("大连云蝶国际合作集团有限公司", "大连云蝶国际合作（集团）有限公司", True),
        ("大连云蝶国际合作（集团）股份有限公司", "大连云蝶国际合作集团股份有限公司", True),
        ("大连云蝶国际合作（集团）有限公司", "大連雲蝶國際合作集團", True),
        (ENGLISH_HOLDER, "Qingdao Yundie International Labor Cooperation Company Limited", True),
        (ENGLISH_HOLDER, "Qingdao Yundie International Labor Cooperation", True),
        # A city that bears its province's name, a group for its member, a word that only means the same.
        ("吉林省云蝶国际劳务合作有限公司", "吉林市云蝶国际劳务合作有限公司", False),
        ("吉林市云蝶国际劳务合作有限公司", "吉林省云蝶国际劳务合作有限公司", False),
        ("大连云蝶国际合作集团股份有限公司", "大连云蝶国际合作股份有限公司", False),
        ("大连云蝶国际合作集团有限公司", "大连云蝶国际合作有限公司", False),
        ("大连云蝶国际合作集团有限公司", "大连云蝶国际合作", False),
        ("大连云蝶国际合作控股有限公司", "大连云蝶国际合作集团有限公司", False),
        (ENGLISH_HOLDER, "Qingdao Yundie International Lavoro Cooperation Co., Ltd.", False),
        (ENGLISH_HOLDER, "Qingdao Yundie International Labor Cooperation Joint Stock Co., Ltd.", False),
        # A place dropped, another, a word missing or more, another legal form, a branch.
        (CHINESE_HOLDER, "云蝶国际劳务合作有限公司", False),
        (CHINESE_HOLDER, "上海云蝶国际劳务合作有限公司", False),
        (CHINESE_HOLDER, "青岛云蝶劳务合作有限公司", False),
        (CHINESE_HOLDER, "青岛云蝶国际劳务合作股份有限公司", False),
        (CHINESE_HOLDER, "青岛云蝶国际劳务合作有限公司烟台分公司", False),
        (CHINESE_HOLDER, "云蝶", False),
        (HONEST, "Lumaca Blu Lavoro S.p.A.", False),
        (HONEST, "Lumaca Blu", False),
        (HONEST, "Lumaca Blu Lavoro Roma S.r.l.", False),
        (HONEST, "Agenzia Lumaca Blu Lavoro S.r.l.", False),
    ],
)
def test_a_name_is_the_holders_with_every_word_its_place_and_no_other_legal_form(
    holder: str, claimed: str, is_the_holders: bool
) -> None:
    agency = licensed(holder)
    verdict = ask(number("VERA/1", claimed), [agency], agency)
    assert (verdict.verdict is Answer.YES) is is_the_holders
    assert (Reason.NAME_DIFFERS in codes(verdict)) is not is_the_holders


def test_a_letter_changed_in_the_holders_own_name_is_an_imitation_of_the_holder() -> None:
    agency = licensed()
    verdict = ask(number("VERA/1", "Lumaca Bru Lavoro S.r.l."), [agency], agency)
    [imitated] = verdict.possible_clone_of
    assert (imitated.agency, imitated.differs) == (agency, (Difference.NAME,))
    assert Reason.POSSIBLE_CLONE in codes(verdict)


def test_the_number_of_one_agency_under_the_name_of_another_warns_of_the_other() -> None:
    agency, other = licensed(), licensed(OTHER, "VERA/2")
    verdict = ask(number("VERA/1", OTHER), [agency, other], agency)
    assert verdict.verdict is Answer.UNKNOWN
    [imitated] = verdict.possible_clone_of
    assert (imitated.agency, imitated.differs) == (other, (Difference.NUMBER,))
    assert codes(verdict)[:2] == [Reason.NAME_DIFFERS, Reason.POSSIBLE_CLONE]


def test_of_two_agencies_of_one_name_but_for_its_form_each_has_its_own_number() -> None:
    limited, joint = licensed("Lumaca Blu S.r.l."), licensed("Lumaca Blu S.p.A.", "VERA/2")
    both = [limited, joint]
    assert ask(number("VERA/1", "Lumaca Blu S.p.A."), both, limited).verdict is Answer.UNKNOWN
    assert ask(number("VERA/1", "Lumaca Blu srl"), both, limited).verdict is Answer.YES


def test_the_number_of_a_revoked_licence_stays_no_under_any_name() -> None:
    agency = licensed(status=LicenceStatus.REVOKED)
    verdict = ask(number("VERA/1", OTHER), [agency], agency)
    assert verdict.verdict is Answer.NO
    assert codes(verdict)[:2] == [Reason.LICENCE_REVOKED, Reason.NAME_DIFFERS]


def test_a_number_that_no_agency_has_under_the_name_of_a_licensed_agency_warns_of_it() -> None:
    agency = licensed()
    verdict = ask(number("VERA/9", HONEST), [agency])
    assert verdict.verdict is not Answer.YES
    [imitated] = verdict.possible_clone_of
    assert (imitated.agency, imitated.name, imitated.differs) == (agency, HONEST, (Difference.NUMBER,))


@pytest.mark.parametrize(
    ("kind", "value", "country", "differs"),
    [
        (SubjectKind.REGISTRATION_NUMBER, "99999999", "CZ", (Difference.CODE,)),
        (SubjectKind.REGISTRATION_NUMBER, "99999999", "IT", (Difference.CODE, Difference.COUNTRY)),
        (SubjectKind.VAT, "IT00000099994", None, (Difference.CODE, Difference.COUNTRY)),
        (SubjectKind.USCC, "91000000MA00FCT207", None, (Difference.CODE, Difference.COUNTRY)),
    ],
)
def test_a_code_that_is_not_the_agencys_is_told_from_its_country(
    kind: SubjectKind, value: str, country: str | None, differs: tuple[Difference, ...]
) -> None:
    agency = licensed()
    verdict = ask(Question(kind, value, country, claimed_name=HONEST), [agency])
    assert [one.differs for one in verdict.possible_clone_of] == [differs]


def test_the_agencys_own_code_imitates_no_other() -> None:
    code = identifier_record(IdentifierScheme.VAT, "CZ00000019")
    agency = licensed(identifiers=(code,))
    question = Question(SubjectKind.VAT, "CZ00000019", claimed_name=HONEST, destination="CZ")
    assert ask(question, [agency], agency).possible_clone_of == ()


@pytest.mark.parametrize(
    "facts",
    [
        {"status": LicenceStatus.REVOKED},
        {"status": LicenceStatus.EXPIRED},
        {"licences": ()},
        {"licences": (licence_record(LicenceKind.NL_RECOGNISED_SPONSOR),)},
        {"dissolved_on": TODAY},
    ],
)
def test_an_agency_without_a_licence_in_force_is_not_imitated(facts: dict[str, Any]) -> None:
    assert ask(number("VERA/9", HONEST), [licensed(**facts)]).possible_clone_of == ()


def test_a_number_almost_right_is_not_hinted_at() -> None:
    agency = licensed(number="VERA/12345")
    for claimed_name in (None, OTHER):
        verdict = ask(number("VERA/12346", claimed_name), [agency])
        assert verdict.possible_clone_of == ()
        assert Reason.POSSIBLE_CLONE not in codes(verdict)


def test_a_holder_whose_name_was_erased_causes_no_finding() -> None:
    agency = licensed(names=(), withheld="withheld_by_law")
    verdict = ask(number("VERA/1", OTHER), [agency], agency)
    assert verdict.verdict is not Answer.YES
    assert Reason.NAME_DIFFERS not in codes(verdict)


def test_a_former_name_is_the_holders_own() -> None:
    former = name_record(OTHER, kind="former", to=TODAY)
    agency = changed(licensed(), names=(name_record(HONEST), former))
    assert ask(number("VERA/1", OTHER), [agency], agency).verdict is Answer.YES


# A name alone.


def named(value: str, **context: Any) -> Question:
    return Question(SubjectKind.NAME, value, **context)


def test_a_name_near_a_licensed_agencys_in_another_country_may_be_an_imitation() -> None:
    agency = licensed()
    verdict = ask(named("Lumacca Blu Lavoro", destination="IT"), [agency])
    [imitated] = verdict.possible_clone_of
    assert imitated.differs == (Difference.COUNTRY, Difference.NAME)
    assert ask(named("Lumacca Blu Lavoro", destination="CZ"), [agency]).possible_clone_of == ()
    assert ask(named(HONEST, destination="IT"), [agency]).possible_clone_of == ()


def test_an_unlicensed_bearer_of_a_nearly_equal_name_may_imitate_the_licensed_one() -> None:
    agency, neighbour = licensed(), licensed("Lumaca Bru Lavoro S.r.l.", licences=())
    [imitated] = ask(named("Lumaca Bru Lavoro S.r.l."), [agency, neighbour]).possible_clone_of
    assert (imitated.agency, imitated.differs) == (agency, (Difference.NAME,))


def test_a_sending_agency_sits_where_recruiting_happens() -> None:
    agency = licensed("青岛云蝶国际劳务合作有限公司", country="CN")
    near = "青岛云碟国际劳务合作有限公司"
    assert ask(named(near, destination="IT"), [agency]).possible_clone_of == ()
    assert ask(named(near, origin="VN"), [agency]).possible_clone_of != ()


def test_a_name_alone_is_never_yes() -> None:
    agency = licensed()
    assert ask(named(HONEST), [agency], agency).verdict is Answer.UNKNOWN


# Whatever the name beside it, a number of somebody else is never `yes`.

NAMES = (
    HONEST,
    OTHER,
    "Lumaca Blu S.p.A.",
    "Lumaca Bru Lavoro S.r.l.",
    "Agentura Smyšlená s.r.o.",
    "青岛云蝶国际劳务合作有限公司",
    "青岛云碟国际劳务合作有限公司",
    "上海云蝶国际劳务合作有限公司",
    "Qingdao Yundie International Labour Co., Ltd.",
)


@st.composite
def slips(draw: st.DrawFn) -> str:
    """A name as it stands, or with one or two letters lost, changed, doubled or swapped."""
    name = draw(st.sampled_from(NAMES))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(name) - 2))
        way = draw(st.sampled_from("drsx"))
        if way == "d":
            name = name[:place] + name[place + 1 :]
        elif way == "r":
            name = name[:place] + draw(st.sampled_from("aeiourst云跌劳")) + name[place + 1 :]
        elif way == "s":
            name = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        else:
            name = name[:place] + name[place] + name[place:]
    return name


@given(slips(), st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(["VERA/1", "VERA/2", "VERA/9"]))
@settings(max_examples=400, deadline=None)
def test_no_name_of_another_ever_makes_a_number_yes(claimed: str, one: str, other: str, asked: str) -> None:
    agencies = [licensed(one), licensed(other, "VERA/2")]
    holder = {"VERA/1": agencies[0], "VERA/2": agencies[1]}.get(asked)
    verdict = ask(number(asked, claimed), agencies, holder)
    if verdict.verdict is Answer.YES:
        assert holder is not None
        mine = max(score(claimed, name.name).score for name in holder.names)
        others = [score(claimed, name.name).score for agency in agencies for name in agency.names]
        assert mine >= NEAR
        assert mine >= max(others) - 0.02
    elif holder is not None and normalised(claimed) == normalised(holder.names[0].name):
        raise AssertionError("the holder's own name took the yes away")


@given(slips(), st.sampled_from(NAMES))
@settings(max_examples=200, deadline=None)
def test_a_name_that_is_somebody_elses_in_full_never_makes_a_number_yes(claimed: str, one: str) -> None:
    holder, bearer = licensed(one), licensed(claimed, "VERA/2")
    verdict = ask(number("VERA/1", claimed), [holder, bearer], holder)
    assert verdict.verdict is not Answer.YES or normalised(claimed) == normalised(one)


def test_the_holders_name_in_letters_that_only_look_latin_is_never_yes() -> None:
    agency = licensed()
    disguised = HONEST.replace("a", "\u0430")
    verdict = ask(number("VERA/1", disguised), [agency], agency)
    assert verdict.verdict is Answer.UNKNOWN
    assert codes(verdict)[0] is Reason.NAME_DIFFERS
    [imitated] = verdict.possible_clone_of
    assert imitated.differs == (Difference.NAME,)


def test_a_name_with_one_letter_changed_and_an_unknown_number_warns_of_the_licensed_agency() -> None:
    agency = licensed("Tartaruga Servizi S.p.A.")
    verdict = ask(number("NIC/9", "Tartruga Servizi S.p.A."), [agency])
    [imitated] = verdict.possible_clone_of
    assert imitated.differs == (Difference.NUMBER, Difference.NAME)


def test_a_former_name_beside_the_number_is_the_holders_and_is_said_to_be_former() -> None:
    names = (name_record("青岛云鲤国际劳务有限公司", country="CN"),)
    former = name_record("青岛云雀劳务有限公司", kind=NameKind.FORMER, country="CN")
    holder = licensed(names=(*names, former))
    before = ask(number("VERA/1", "青岛云雀劳务有限公司"), [holder], holder)
    assert Reason.FORMER_NAME in codes(before)
    assert Reason.NAME_DIFFERS not in codes(before)
    assert Reason.FORMER_NAME not in codes(ask(number("VERA/1", "青岛云鲤国际劳务有限公司"), [holder], holder))


def test_a_branch_that_shows_the_companys_number_is_told_as_a_branch() -> None:
    holder = licensed(names=(name_record("青岛云鲤国际劳务有限公司", country="CN"),))
    verdict = ask(number("VERA/1", "青岛云鲤国际劳务有限公司厦门分公司"), [holder], holder)
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.NAME_DIFFERS)
    assert verdict.reasons[0].values == {"branch": "1"}
    assert ask(number("VERA/1", "青岛云雀劳务有限公司"), [holder], holder).reasons[0].values == {}
