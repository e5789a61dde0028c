"""The claims and the status values, decided without a database; vectors are those of the Token Status List draft."""

import zlib
from base64 import urlsafe_b64decode
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.proofs.credentials import rules
from registry.proofs.credentials.rules import INVALID, STATUS_VALUES, SUSPENDED, VALID
from registry.register.agencies import record
from registry.register.agencies.rules import logged_agency, logged_licence
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary.register import STATUSES, Answer, HolderKind, IdentifierScheme, LicenceStatus, NameKind
from tests import make

DAY = date(2026, 11, 25)
AT = datetime(2026, 11, 25, 10, tzinfo=UTC)
ISSUER = "https://registry.example"


def value(*licences: record.Licence, day: date = DAY, **agency) -> int:
    holder = make.agency_record(licences=licences, **agency)
    return rules.status_value(licences[0], holder, day)


def of_status(status: LicenceStatus, **facts) -> record.Licence:
    return make.licence_record(status_history=(make.status_record(status, **facts),))


@pytest.mark.parametrize("status", list(LicenceStatus))
def test_a_list_calls_valid_what_the_verdict_answers_yes_and_nothing_else(status):
    is_yes = STATUSES[status].recruit is Answer.YES
    assert (STATUS_VALUES[status] == VALID) is is_yes
    assert (value(of_status(status, is_stayed=True)) == VALID) is is_yes


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("suspended", SUSPENDED),
        ("winding_down", SUSPENDED),
        ("delisted", SUSPENDED),
        ("applied", SUSPENDED),
        ("revoked", INVALID),
        ("revoked_immediate", INVALID),
        ("banned", INVALID),
        ("surrendered", INVALID),
        ("renewal_refused", INVALID),
        ("refused", INVALID),
        ("annulled_entity_dissolved", INVALID),
    ],
)
def test_what_may_be_lifted_is_suspended_and_what_is_final_invalid(status, said):
    assert value(of_status(LicenceStatus(status))) == said


def test_a_revocation_counts_as_suspension_only_while_an_appeal_stays_it():
    assert value(of_status(LicenceStatus.REVOCATION_PENDING_APPEAL, is_stayed=True)) == SUSPENDED
    assert value(of_status(LicenceStatus.REVOCATION_PENDING_APPEAL)) == INVALID


def test_a_term_that_ran_out_is_no_value_but_an_end_without_its_date_is():
    assert value(make.licence_record(valid_to=DAY - timedelta(1))) == VALID
    assert value(of_status(LicenceStatus.EXPIRED)) == SUSPENDED
    assert value(make.changed(of_status(LicenceStatus.EXPIRED), valid_to=DAY - timedelta(1))) == VALID
    assert value(make.changed(of_status(LicenceStatus.SUSPENDED), valid_to=DAY - timedelta(1))) == SUSPENDED
    assert value(of_status(LicenceStatus.WINDING_DOWN, until=DAY - timedelta(1))) == SUSPENDED


def test_a_dissolved_holder_leaves_nothing_valid_from_its_day_on():
    licence = make.licence_record()
    assert value(licence, dissolved_on=DAY) == INVALID
    assert value(licence, dissolved_on=DAY + timedelta(1)) == VALID


def test_an_identifier_under_review_leaves_nothing_valid():
    reviewed = (make.identifier_record(IdentifierScheme.VAT, "CZ1", is_under_review=True),)
    assert value(make.licence_record(), identifiers=reviewed) == SUSPENDED
    assert value(of_status(LicenceStatus.REVOKED), identifiers=reviewed) == INVALID


def test_a_licence_without_a_stated_status_is_not_called_bad():
    assert value(make.licence_record(status_history=())) == VALID


days = st.dates(date(2026, 11, 15), date(2026, 12, 5))
periods = st.builds(
    make.status_record,
    st.sampled_from(LicenceStatus),
    from_=st.none() | days,
    to=st.none() | days,
    until=st.none() | days,
    is_stayed=st.booleans(),
)


@given(st.lists(periods, max_size=3), st.none() | days, st.none() | days, st.booleans(), days)
def test_the_steps_of_a_licence_give_its_value_on_every_day(history, valid_to, dissolved_on, is_reviewed, day):
    licence = make.licence_record(status_history=tuple(history), valid_to=valid_to)
    identifier = make.identifier_record(IdentifierScheme.VAT, "CZ1", is_under_review=is_reviewed)
    agency = make.agency_record(licences=(licence,), dissolved_on=dissolved_on, identifiers=(identifier,))
    steps = rules.status_steps(licence, agency)
    assert rules.value_on(steps, day) == rules.status_value(licence, agency, day)


@given(st.lists(periods, max_size=3), st.none() | days, days)
def test_no_list_calls_valid_what_the_verdict_answers_no_but_for_a_date_that_is_over(history, valid_to, day):
    licence = make.licence_record(status_history=tuple(history), valid_to=valid_to)
    agency = make.agency_record(licences=(licence,))
    status = standing_on(licence, agency, day).status
    if status is not None and STATUSES[status].recruit is not Answer.YES:
        is_over = valid_to is not None and day > valid_to
        assert rules.status_value(licence, agency, day) != VALID or is_over


def test_the_drafts_vector_of_two_bits():
    statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    packed = rules.packed_list(enumerate(statuses), len(statuses))
    assert packed == "eNo76fITAAPfAgc"
    assert zlib.decompress(urlsafe_b64decode(packed + "=")).hex() == "c944f9"


def test_a_list_has_every_place_and_the_last_one_too():
    raw = zlib.decompress(urlsafe_b64decode(rules.packed_list([(0, 1), (rules.PLACES - 1, 2)]) + "=="))
    assert (len(raw), raw[0], raw[-1]) == (32_768, 0b01, 0b1000_0000)


def logged(record_of) -> rules.Logged:
    return rules.Logged(7, b"{}", AT, record_of[0])


def claims(licence: record.Licence, zone: str | None = "Europe/Prague", **agency) -> dict:
    holder = make.agency_record(licences=(licence,), **agency)
    return rules.credential_claims(
        ISSUER,
        logged(logged_licence(holder, licence)),
        logged(logged_agency(holder)),
        origin="registry.example/log",
        time_zone=zone,
        issued=AT,
    )


def test_a_credential_says_what_the_entry_says_but_no_history():
    licence = make.licence_record(status_place=131_073, number="VYMYSL/1")
    stated = claims(licence, name="Agentura Smyšlená s.r.o.")
    assert stated["iss"] == ISSUER
    assert stated["vct"] == f"{ISSUER}/vct/recruitment-licence/v1"
    assert stated["sub"] == f"{ISSUER}/api/v1/licences/{licence.licence_id}"
    assert stated["licence"]["number"] == "VYMYSL/1"
    assert "status_history" not in stated["licence"]
    assert stated["agency"]["names"] == ["Agentura Smyšlená s.r.o."]
    assert stated["status"] == {"status_list": {"idx": 1, "uri": f"{ISSUER}/status/1"}}
    assert stated["log"]["index"] == 7


def test_days_begin_where_the_authority_sits():
    stated = claims(make.licence_record(valid_from=date(2026, 7, 1), valid_to=date(2026, 12, 31)), "Asia/Shanghai")
    assert datetime.fromtimestamp(stated["nbf"], UTC) == datetime(2026, 6, 30, 16, tzinfo=UTC)
    assert datetime.fromtimestamp(stated["exp"], UTC) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    stated = claims(make.licence_record(valid_from=date(2026, 7, 1), valid_to=date(2026, 12, 31)), None)
    assert datetime.fromtimestamp(stated["exp"], UTC) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_day_that_is_not_stated_is_no_claim():
    stated = claims(make.licence_record(valid_from=None, valid_to=None))
    assert "nbf" not in stated
    assert "exp" not in stated
    assert "exp" not in claims(make.licence_record(valid_to=date.max))


@pytest.mark.parametrize("kind", [HolderKind.SOLE_TRADER, HolderKind.UNKNOWN])
def test_nothing_signed_names_a_natural_person(kind):
    licence = make.licence_record(number="TAJNÉ/1")
    holder = make.agency_record(licences=(licence,), holder_kind=kind, name="Tajná Osoba", country="CZ")
    its, holders = logged(logged_licence(holder, licence)), logged(logged_agency(holder))
    stated = str(claims(licence, holder_kind=kind, name="Tajná Osoba"))
    stated += str(rules.paper_claims(ISSUER, its, holders, time_zone=None, issued=AT))
    assert "Tajn" not in stated
    assert "TAJN" not in stated


def test_the_legal_name_comes_first_and_a_former_one_never():
    names = (
        make.name_record("Obchodní", kind=NameKind.TRADE),
        make.name_record("Dřívější", kind=NameKind.FORMER),
        make.name_record("Právní", kind=NameKind.LEGAL),
        make.name_record("Odložené", kind=NameKind.TRADE, to=DAY),
    )
    assert claims(make.licence_record(), names=names)["agency"]["names"] == ["Právní", "Obchodní"]


def test_a_credential_is_as_old_as_what_it_says():
    early, late = AT - timedelta(days=3), AT - timedelta(days=1)
    licence, agency = rules.Logged(1, b"", early, {}), rules.Logged(0, b"", late, {})
    assert rules.issued_at(licence, agency, early) == late
    assert rules.issued_at(licence, agency, AT) == AT


def test_a_withheld_status_or_holder_is_not_signed_about():
    displayed = of_status(LicenceStatus.ACTIVE)
    hidden = make.licence_record(status_history=(make.status_record(None, withheld=record.WITHHELD),))
    for licence, erased in product((displayed, hidden), (None, record.WITHHELD)):
        agency = make.agency_record(licences=(licence,), withheld=erased)
        assert rules.is_withheld(agency, licence, DAY) is (licence is hidden or erased is not None)


def test_corridors_on_paper_say_any_with_a_star():
    assert rules.corridor_texts([{"origin": "CN", "destination": "IT"}, {"origin": "CN"}]) == ["CN>IT", "CN>*"]
