"""The unit of each case goes to its lines when the column comes, and nothing is left of purged ones when it goes."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from registry import revisions
from registry.audit.actions import forget_subject
from registry.audit.models import AuditSubject
from registry.audit.queries import head, verify
from registry.complaints.sealing import Sealer
from registry.config import Settings
from registry.db import engine_for, sessions_for
from registry.keyring import Keyring
from tests.complaints.filing import file, make_units
from tests.conftest import Database


def test_lines_from_before_find_their_unit(session: Session, settings: Settings, database: Database) -> None:
    settings.prepare_home()
    sealer = Sealer(Keyring(settings.keys))
    make_units(session, sealer)
    here, there, purged = (
        file(session, sealer, {"country": country, "deception": "yes"}).case.reference for country in ("IT", "CZ", "IT")
    )
    forget_subject(session, purged)
    kept = head(session)
    session.commit()
    session.close()

    revisions.downgrade(database.url, "0017")
    revisions.upgrade(database.url)

    engine = engine_for(database.url)
    with sessions_for(engine)() as after:
        units = {row.subject: row.unit for row in after.scalars(select(AuditSubject))}
        assert (units[here], units[there]) == ("it-labour", "cz-labour")
        assert purged not in units
        assert None not in units
        assert verify(after, kept).troubles == []
        assert after.execute(text("SELECT count(*) FROM audit_subjects WHERE subject IS NULL")).scalar_one() == 0
    engine.dispose()
