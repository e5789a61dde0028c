"""What edges ask of presentations: in whose name a wallet is asked, and the verdict on what it showed."""

from typing import NamedTuple

from sqlalchemy import select

from registry.core.clock import now
from registry.core.errors import KeyTrouble, NotFound, NotIssuing
from registry.core.keyring import Use
from registry.http.app_services import keyring, verdicts
from registry.http.credentials import issuing, wallet_trust, wallets
from registry.http.transaction import public_reading, services
from registry.log.queries import logged_keys
from registry.proofs.credentials.queries import published_now
from registry.proofs.wallets.metadata import trust_list
from registry.proofs.wallets.models import Presentation, StaffCard
from registry.proofs.wallets.presentations import Shown, Verifier, result_of
from registry.proofs.wallets.staff import portrait_on
from registry.verification.verdicts.queries import VerdictAnswer
from registry.verification.verdicts.question import Question, SubjectKind
from registry.verification.verdicts.verdict import decide


def verifier() -> Verifier:
    """In whose name wallets are asked. Raises NotFound where wallets are switched off, NotIssuing without keys."""
    require_wallets()
    try:
        root = keyring().active(Use.ROOT).certificate
    except KeyTrouble:
        root = None
    if root is None:
        raise NotIssuing("this registry cannot ask wallets now: it has no root key with a certificate")
    trust, signer = wallet_trust(), issuing().signers.of(Use.CREDENTIAL)
    own = (signer.key.certificate or "",) if trust.access is None else trust.access.x5c
    sign = signer.sign if trust.access is None else trust.access.sign
    return Verifier(issuing().issuer, own, sign, root, trust.registration)


def require_wallets() -> None:
    """Raise NotFound where wallets are switched off."""
    if services().settings.wallets is None:
        raise NotFound("this registry asks no wallets: its operator has not switched that on (REGISTRY_WALLETS)")


def own_trust_list() -> str:
    """The registry's own keys as a signed list of trusted entities. Raises NotFound where wallets are off, NotIssuing."""
    require_wallets()
    session, issuer = public_reading(), wallets().issuer
    origin = published_now(session).origin
    return trust_list(issuer.issuer, origin, logged_keys(session).values(), issuer.signer(), now())


class Seen(NamedTuple):
    """What a wallet showed, and the verdict on the agency's licence today for the job that the request names."""

    shown: Shown
    verdict: VerdictAnswer


def seen(asked: Presentation) -> Seen | None:
    """None while nothing was shown. The verdict is of now, so that a suspension meanwhile counts."""
    shown = result_of(keyring(), asked)
    if shown is None:
        return None
    question = Question(SubjectKind.LICENCE_ID, shown.licence_id, **asked.job)
    facts = verdicts().facts(question, now())
    return Seen(shown, VerdictAnswer(decide(question, facts), facts.snapshot))


def portrait_of(shown: Shown) -> bytes | None:
    """The register's portrait of the card that was shown, where the wallet disclosed its digest; None for any other."""
    card = public_reading().execute(select(StaffCard).where(StaffCard.reference == shown.card_id)).scalar_one_or_none()
    if card is None or card.portrait_digest is None or card.portrait_digest != shown.portrait_digest:
        return None
    return portrait_on(keyring(), card)
