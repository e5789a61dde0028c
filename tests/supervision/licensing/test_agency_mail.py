"""Mails to agencies on what was published: once, at registered addresses, and again where the mail failed."""

from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.register.agencies import record
from registry.supervision.licensing.proposals import notify_agencies
from registry.vocabulary.register import ChannelKind
from registry.vocabulary.supervision import LicenceAct
from tests.make import make_licence
from tests.supervision.licensing.making import done, proposed


def test_an_agency_is_told_once_of_what_was_published_and_not_of_what_waits(session: Session) -> None:
    channel = record.Channel(
        kind=ChannelKind.EMAIL, value="office@agency.example", source="cz-invented-list", retrieved_at=now()
    )
    licence = make_licence(session, agency={"channels": (channel,)})
    proposal = done(session, LicenceAct.SUSPEND, licence)
    proposed(session, LicenceAct.REVOKE, licence)
    done(session, LicenceAct.SUSPEND, make_licence(session))
    session.commit()
    sessions = sessionmaker(session.get_bind())
    sent: list[tuple[str, str, str]] = []

    def send(address: str, subject: str, text: str) -> bool:
        sent.append((address, subject, text))
        return len(sent) > 1

    assert notify_agencies(sessions, send) == []
    assert notify_agencies(sessions, send) == [proposal.reference]
    assert notify_agencies(sessions, send) == []
    assert [address for address, _, _ in sent] == ["office@agency.example"] * 2
    assert "suspend" in sent[0][2]
    assert licence.licence_id in sent[0][2]
    session.refresh(proposal)
    assert proposal.told_at is not None
