"""Help lines: nothing unverified is shown to a worker, and who answers is always said."""

from datetime import date

import msgspec
import pytest

from registry.register.help_lines.rules import (
    HelpLine,
    RunBy,
    is_to_be_marked,
    lines_of,
    shipped_help_lines,
    shown_number,
)
from registry.vocabulary.register import EU_STATES


def test_a_number_that_nobody_called_is_hidden_in_production() -> None:
    for line in shipped_help_lines():
        if line.checked_on is None and not line.is_emergency:
            assert shown_number(line, is_demo=False) is None


def test_a_number_is_shown_once_it_was_called() -> None:
    line = next(line for line in shipped_help_lines() if line.country == "IT")
    called = msgspec.structs.replace(line, checked_on=date(2026, 11, 24))
    assert shown_number(called, is_demo=False) == line.number
    assert not is_to_be_marked(called, is_demo=True)


def test_a_demonstration_shows_unchecked_numbers_marked() -> None:
    line = next(line for line in shipped_help_lines() if line.country == "IT")
    assert shown_number(line, is_demo=True) == line.number
    assert is_to_be_marked(line, is_demo=True)


@pytest.mark.parametrize("country", sorted(EU_STATES))
def test_112_is_shown_everywhere_in_the_union(country: str) -> None:
    numbers = [shown_number(line, is_demo=False) for line in lines_of(country, shipped_help_lines())]
    assert "112" in numbers


def test_lines_of_the_police_stand_after_those_that_frighten_less() -> None:
    spain = [line.run_by for line in lines_of("ES", shipped_help_lines())]
    assert spain == [RunBy.NGO, RunBy.POLICE, RunBy.EMERGENCY]


def test_every_line_has_a_source_and_a_known_country() -> None:
    for line in shipped_help_lines():
        assert line.source
        assert line.source_on
        assert line.country is None or line.country in EU_STATES


def test_the_data_refuses_a_misspelt_field() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(
            {"run_by": "ngo", "source": "x", "source_on": "2026-11-24", "mark": "m", "nmber": "1"}, HelpLine
        )
