"""A list that was not brought up to date ends nothing that the authority's officers stated here."""

from datetime import date, timedelta

import pytest

from registry.core.clock import day_at, now
from registry.core.errors import ImportRefused
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import licence_row
from registry.register.authorities.sources import desk_list
from registry.register.imports.mapping import read_mapping
from registry.supervision.licensing.actions import set_status
from registry.vocabulary.register import LicenceStatus
from tests.register.imports.lists import Desk, plain_text


def today() -> date:
    return day_at(now(), "Europe/Prague")


OTHER = "Druhá s.r.o.,87654321,L2,valid,1.1.2024,"


def row(status: str, name: str = "Agentura První s.r.o.") -> str:
    return f"{name},12345678,L1,{status},1.1.2024,"


def state(desk: Desk, status: LicenceStatus, to_on: date | None = None) -> None:
    with desk.sessions.begin() as session:
        licence = licence_row(session, desk.records()[0].licences[0].licence_id)
        assert licence is not None
        set_status(
            session, licence, status, ground="Act 435/2004", from_on=today(), to_on=to_on, by="OFFICER", at=now(),
            event=Event(f"licence.{status}"),
        )  # fmt: skip


def status(desk: Desk) -> LicenceStatus | None:
    return desk.records()[0].licences[0].status_history[-1].status


@pytest.mark.parametrize("to_on", [None, today() + timedelta(days=60)])
def test_a_suspension_outlives_the_next_reading(desk: Desk, to_on: date | None) -> None:
    desk.plain(row("valid"), OTHER)
    state(desk, LicenceStatus.SUSPENDED, to_on)
    desk.plain(row("valid", "Agentura Přejmenovaná s.r.o."), OTHER)
    assert status(desk) is LicenceStatus.SUSPENDED
    # Not even where the row cannot be read, or is there no more.
    desk.plain(row("no such word"), OTHER, skips_rejects=True)
    assert status(desk) is LicenceStatus.SUSPENDED
    desk.plain(OTHER, accepts_shrink=True)
    assert status(desk) is LicenceStatus.SUSPENDED


def test_what_officers_reinstated_is_not_suspended_again_by_an_old_list(desk: Desk) -> None:
    desk.plain(row("on hold"), OTHER, retrieved_at=now() - timedelta(days=3))
    state(desk, LicenceStatus.ACTIVE)
    desk.plain(row("on hold", "Agentura Přejmenovaná s.r.o."), OTHER)
    assert status(desk) is LicenceStatus.ACTIVE


def test_a_list_is_heard_when_it_says_something_new_and_graver(desk: Desk) -> None:
    desk.plain(row("valid"), OTHER)
    state(desk, LicenceStatus.SUSPENDED)
    desk.plain(row("withdrawn"), OTHER)
    assert status(desk) is LicenceStatus.REVOKED


def test_no_list_may_be_called_what_officers_write() -> None:
    with pytest.raises(ImportRefused, match="officers write"):
        read_mapping(plain_text().replace("zz-list", desk_list("zz-labour")), "mapping.toml")
