"""Which unit takes a complaint: none of China ever, and always the same."""

from hypothesis import given
from hypothesis import strategies as st

from registry.complaints.intake.rules import UnitFacts, is_intake_open, takes_complaints, unit_for
from registry.vocabulary.register import EU_STATES

ITALY = UnitFacts("it-one", "IT", is_default=False, is_open=True)
CZECHIA = UnitFacts("cz-one", "CZ", is_default=True, is_open=True)
CHINA = UnitFacts("cn-one", "CN", is_default=True, is_open=True)

countries = st.sampled_from([*sorted(EU_STATES), "CN", "US", "other"])
units = st.lists(
    st.builds(
        UnitFacts, st.text("abc", min_size=1), countries, st.booleans(), st.booleans(), st.just(False), st.booleans()
    ),
    unique_by=lambda unit: unit.reference,
)


def test_the_country_of_work_takes_it():
    assert unit_for("IT", [CZECHIA, ITALY]) == "it-one"


def test_where_it_has_no_unit_or_is_not_said_the_default_takes_it():
    assert unit_for("PL", [ITALY, CZECHIA]) == unit_for(None, [ITALY, CZECHIA]) == "cz-one"


def test_a_unit_in_which_nobody_works_takes_nothing_where_another_can():
    busy = ITALY._replace(is_staffed=True)
    german = UnitFacts("de-one", "DE", is_default=False, is_open=True)
    assert unit_for("CZ", [CZECHIA, busy, german]) == unit_for("DE", [CZECHIA, busy, german]) == "it-one"
    assert unit_for("DE", [CZECHIA._replace(is_staffed=True), busy, german]) == "cz-one"
    assert unit_for("DE", [CZECHIA, ITALY, german]) == "de-one"


@given(st.none() | countries, units)
def test_no_complaint_goes_where_nobody_reads_it_while_somebody_does_elsewhere(country, units):
    readers = {unit.reference for unit in units if takes_complaints(unit) and unit.is_staffed}
    assert not readers or unit_for(country, units) in readers


def test_no_complaint_goes_to_china():
    assert unit_for("CN", [CHINA, ITALY, CZECHIA]) == "cz-one"
    assert unit_for("CN", [CHINA]) is None
    assert not is_intake_open([CHINA])


@given(st.none() | countries, units)
def test_the_receiver_is_an_open_unit_of_an_eu_state(country, units):
    chosen = unit_for(country, units)
    assert chosen is None or any(takes_complaints(unit) for unit in units if unit.reference == chosen)
    assert takes_complaints(CHINA) is False


@given(st.none() | countries, units)
def test_an_open_intake_finds_somebody_for_every_complaint(country, units):
    if is_intake_open(units):
        assert unit_for(country, units) is not None


@given(st.none() | countries, units, st.randoms())
def test_the_order_of_units_changes_nothing(country, units, random):
    shuffled = list(units)
    random.shuffle(shuffled)
    assert unit_for(country, units) == unit_for(country, shuffled)
