"""A demonstration shows open numbers, invented ones, as they would be published."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.demo.load import demo_data, load_statistics
from registry.oversight.open_statistics import closed_quarters, releases
from registry.oversight.rules import OUTCOMES
from registry.vocabulary.cases import Indicator
from registry.vocabulary.register import CORRIDOR_SECTORS, EU_STATES, Language
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import read

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("today", "newest"),
    [
        (TODAY, "2026-Q3"),
        (date(2026, 10, 13), "2026-Q2"),
        (date(2026, 10, 14), "2026-Q3"),
        (date(2027, 1, 5), "2026-Q3"),
    ],
)
def test_the_newest_quarter_is_the_last_that_can_be_closed(session: Session, today: date, newest: str):
    load_statistics(session, demo_data(today)["release"], today)
    assert closed_quarters(session)[0] == newest
    assert all(release.closed_on <= today for release in releases(session))


def test_the_invented_numbers_are_of_known_words(session: Session):
    load_statistics(session, demo_data(TODAY)["release"], TODAY)
    known = {*EU_STATES, *CORRIDOR_SECTORS, *Indicator, *OUTCOMES, "not_stated"}
    values = {value for release in releases(session) for table in release.tables for value in table.cells}
    assert values <= known


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_invented_number_has_its_words(client: FlaskClient, session: Session, language: Language):
    load_statistics(session, demo_data(TODAY)["release"], TODAY)
    for quarter in closed_quarters(session):
        assert read(client.get(f"/{language}/statistics?quarter={quarter}")).language == language
