"""A list that was not brought up to date ends nothing that the authority's officers stated here."""

from datetime import timedelta

import pytest

from registry.core.clock import now
from registry.core.errors import ImportRefused
from registry.register.authorities.sources import desk_list
from registry.register.imports.mapping import read_mapping
from registry.supervision.licensing import proposals
from registry.supervision.licensing.drafting import LicensingOfficial
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.supervision import LicenceAct
from tests.calling import call_by
from tests.register.imports.lists import ListImporter, plain_text
from tests.supervision.licensing.making import proposed, today

OTHER = "Druhá s.r.o.,87654321,L2,valid,1.1.2024,"


def row(status: str, name: str = "Agentura První s.r.o.") -> str:
    return f"{name},12345678,L1,{status},1.1.2024,"


def state(importer: ListImporter, act: LicenceAct, **terms: object) -> None:
    """Proposed by one officer of the list's authority, and approved by another."""
    with importer.sessions.begin() as session:
        licence = importer.records()[0].licences[0]
        proposes = LicensingOfficial("OFFICER", licence.authority)
        proposal = proposed(session, act, licence, by=proposes, **terms)
        proposals.approve(call_by(session, proposes._replace(name="SECOND")), proposal.reference)


def status(importer: ListImporter) -> LicenceStatus | None:
    return importer.records()[0].licences[0].status_history[-1].status


@pytest.mark.parametrize("terms", [{}, {"to_on": str(today() + timedelta(days=60))}])
def test_a_suspension_outlives_the_next_reading(importer: ListImporter, terms: dict[str, str]) -> None:
    importer.plain(row("valid"), OTHER)
    state(importer, LicenceAct.SUSPEND, **terms)
    importer.plain(row("valid", "Agentura Přejmenovaná s.r.o."), OTHER)
    assert status(importer) is LicenceStatus.SUSPENDED
    # Not even where the row cannot be read, or is there no more.
    importer.plain(row("no such word"), OTHER, skips_rejects=True)
    assert status(importer) is LicenceStatus.SUSPENDED
    importer.plain(OTHER, accepts_shrink=True)
    assert status(importer) is LicenceStatus.SUSPENDED


def test_what_officers_reinstated_is_not_suspended_again_by_an_old_list(importer: ListImporter) -> None:
    importer.plain(row("on hold"), OTHER, retrieved_at=now() - timedelta(days=3))
    state(importer, LicenceAct.REINSTATE)
    importer.plain(row("on hold", "Agentura Přejmenovaná s.r.o."), OTHER)
    assert status(importer) is LicenceStatus.ACTIVE


def test_a_list_is_heard_when_it_says_something_new_and_graver(importer: ListImporter) -> None:
    importer.plain(row("valid"), OTHER)
    state(importer, LicenceAct.SUSPEND)
    importer.plain(row("withdrawn"), OTHER)
    assert status(importer) is LicenceStatus.REVOKED


def test_no_list_may_be_called_what_officers_write() -> None:
    with pytest.raises(ImportRefused, match="officers write"):
        read_mapping(plain_text().replace("zz-list", desk_list("zz-labour")), "mapping.toml")
