"""Rules of access grants: until when something is open, to whom, and who may agree. Without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.complaints.casework.access_grants.rules import (
    LOOK,
    AccessGrantFacts,
    end_of,
    end_of_look,
    is_open_to,
    standing,
    why_not_decided,
)
from registry.vocabulary.cases import AccessKind, AccessState

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOON = AT + timedelta(hours=2)
ASKED = AccessGrantFacts(AccessKind.BREAK_GLASS, AccessState.ASKED, "I", SOON)
GRANTED = ASKED._replace(state=AccessState.GRANTED)


@pytest.mark.parametrize(
    ("facts", "at", "now"),
    [
        (ASKED, AT, "asked"),
        (ASKED, SOON, "lapsed"),
        (GRANTED, SOON - timedelta(microseconds=1), "granted"),
        (GRANTED, SOON, "ended"),
        (GRANTED._replace(state=AccessState.REFUSED), SOON, "refused"),
    ],
)
def test_an_access_grant_ends_in_time_though_its_end_was_not_written_down(facts, at, now):
    assert standing(facts, at) == now


def test_it_is_open_to_who_asked_alone_and_only_once_granted_and_in_time():
    assert is_open_to(GRANTED, "I", AT)
    assert not is_open_to(GRANTED, "S", AT)
    assert not is_open_to(ASKED, "I", AT)
    assert not is_open_to(GRANTED, "I", SOON)


def test_no_officer_decides_an_own_request_or_twice_or_too_late():
    assert why_not_decided(ASKED, "S", AT) is None
    assert "a second person has to" in str(why_not_decided(ASKED, "I", AT))
    assert "granted already" in str(why_not_decided(GRANTED, "S", AT))
    assert "lapsed already" in str(why_not_decided(ASKED, "S", SOON))


def test_a_look_lasts_a_quarter_of_an_hour_and_a_broken_glass_its_hours():
    assert end_of(AccessKind.BREAK_GLASS, 3, AT) == AT + timedelta(hours=3)
    end = end_of(AccessKind.IDENTITY, 3, AT)
    assert end == AT + timedelta(hours=24)
    assert end_of_look(AccessKind.IDENTITY, end, AT) == AT + LOOK
    assert end_of_look(AccessKind.IDENTITY, AT + timedelta(minutes=5), AT) == AT + timedelta(minutes=5)
    assert end_of_look(AccessKind.BREAK_GLASS, end, AT) == end
