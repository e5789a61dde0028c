"""What is set aside for its number alone, and what never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.complaints.triage.rules import A_DAY, NEAR_DUPLICATES, is_flood
from registry.vocabulary.cases import Priority

numbers = st.integers(0, 10_000)


@given(st.sampled_from([Priority.P0, Priority.P1, Priority.P2]), numbers, numbers)
def test_what_is_urgent_is_no_part_of_a_flood(priority, near, today):
    assert not is_flood(priority, near, today)


@pytest.mark.parametrize("priority", [Priority.P3, Priority.P4])
def test_the_sixth_in_nearly_the_same_words_and_what_is_too_much_for_a_day_wait_aside(priority):
    assert not is_flood(priority, NEAR_DUPLICATES - 1, A_DAY - 1)
    assert is_flood(priority, NEAR_DUPLICATES, 0)
    assert is_flood(priority, 0, A_DAY)
