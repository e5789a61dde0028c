"""What a process holds to sign with, and what edges ask it for: credentials, status lists, codes on paper, receipts.

And of presentations: in whose name a wallet is asked, and the verdict on what it showed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from sqlalchemy import select

from registry.core.clock import now
from registry.core.errors import KeyTrouble, NotFound, NotIssuing, SettingsError
from registry.core.keyring import Use
from registry.http.question_parser import question_of
from registry.http.transaction import keep, keyring, public_reading, reading, services, verdicts
from registry.log.queries import logged_keys
from registry.proofs.credentials import paper, queries, receipts
from registry.proofs.credentials.queries import published_now
from registry.proofs.credentials.receipts import HeadReader, bundle_of
from registry.proofs.credentials.rules import receipt_claims
from registry.proofs.credentials.signing import RECEIPT_TYPE, Checked, Signers, compact_jws
from registry.proofs.credentials.status import StatusLists
from registry.proofs.wallets import card_codes
from registry.proofs.wallets.card_codes import CardFound, CardState
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.metadata import trust_list
from registry.proofs.wallets.models import Presentation, StaffCard
from registry.proofs.wallets.presentations import Shown, Verifier, result_of
from registry.proofs.wallets.staff import portrait_on
from registry.proofs.wallets.status import WalletLists
from registry.proofs.wallets.trust import Trust, TrustFiles
from registry.ranges import rules
from registry.ranges.queries import absence_of
from registry.register.agencies.keys import identifier_key, number_key
from registry.verification.verdicts.queries import VerdictAnswer
from registry.verification.verdicts.question import Question, SubjectKind, Verdict
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.register import IdentifierScheme

log = structlog.get_logger()


class Issuing(NamedTuple):
    """The registry's address, in whose name is signed; its signers, its status lists, and the head of its log."""

    issuer: str
    signers: Signers
    lists: StatusLists
    heads: HeadReader


def issuing() -> Issuing:
    """The process's own."""

    def make() -> Issuing:
        settings = services().settings
        issuer = settings.public_url
        return Issuing(issuer, Signers(settings.keys), StatusLists(issuer), HeadReader(verdicts().reader))

    return keep("registry_issuing", make)


def credential(licence_id: str) -> str:
    """The credential of a licence. Raises NotFound, WithheldByLaw, NotIssuing."""
    existing = issuing()
    subject = queries.subject_of(public_reading(), licence_id, now())
    return queries.credential_of(subject, existing.issuer, existing.signers.of(Use.CREDENTIAL))


def status_list(number: int) -> str:
    """The signed status list of a number. Raises NotFound, NotIssuing."""
    existing = issuing()
    return existing.lists.token(public_reading(), number, existing.signers.of(Use.STATUS), now())


def bundle(licence_id: str) -> dict[str, Any]:
    """All that is needed to check one licence off line but the trust file. Raises as `credential`."""
    existing, at = issuing(), now()
    subject = queries.subject_of(public_reading(), licence_id, at)
    return bundle_of(public_reading(), subject, existing.issuer, existing.lists, existing.signers, at)


def paper_code(licence_id: str) -> str:
    """The text of the code on paper of a licence. Raises as `credential`."""
    existing = issuing()
    subject = queries.subject_of(public_reading(), licence_id, now())
    return queries.paper_code(subject, existing.issuer, existing.signers.of(Use.CREDENTIAL))


def read_paper_code(text: str) -> Checked:
    """Whether a code on paper is one of ours; `paper.paper_said` tells what it says."""
    return paper.read_paper_code(public_reading(), text)


def read_card_code(text: str) -> Checked | None:
    """Whether the code of a staff card is one of ours; None where it is no code of a card."""
    return card_codes.read_card_code(public_reading(), text)


def card_of(reference: str, licence_id: str, proof: str) -> CardFound:
    """What the register of staff says of the card of a code, to a holder of the code (`card_codes.proof_of`)."""
    if services().settings.wallets is None:
        return CardFound(CardState.UNKNOWN)
    return card_codes.find_card(public_reading(), keyring(), reference, licence_id, proof, issuing().issuer, now())


class Wallets(NamedTuple):
    """What a process holds to issue to wallets: in whose name, the status lists of what it issued, and whom it trusts."""

    issuer: WalletIssuer
    lists: WalletLists
    trust: TrustFiles


def wallets() -> Wallets:
    """The process's own. Raises NotFound where nothing is issued to wallets."""

    def make() -> Wallets:
        settings = services().settings
        if settings.wallets is None:
            raise NotFound("this registry issues nothing to wallets")
        return Wallets(WalletIssuer.of(settings), WalletLists(settings.public_url), TrustFiles(settings.wallets))

    return keep("registry_wallets", make)


def wallet_trust() -> Trust:
    """Whom the operator trusts, as the files say now. Raises NotIssuing where one of them is not what it should be."""
    try:
        return wallets().trust.read(now())
    except (SettingsError, KeyTrouble) as trouble:
        log.error("wallet_trust_unreadable", trouble=trouble.text)
        raise NotIssuing(
            "this registry cannot issue to wallets now: a file that its operator named is unusable"
        ) from None


def wallet_status_list(number: int) -> str:
    """The signed status list of that number of what wallets have. Raises NotFound, NotIssuing."""
    return wallets().lists.token(reading(), number, issuing().signers.of(Use.STATUS), now())


def receipt(question: Mapping[str, Any], verdict: Verdict, at: datetime) -> str:
    """The signed receipt of an answer given at `at`. Raises NotIssuing."""
    existing = issuing()
    signer, head = existing.signers.of(Use.RECEIPT), existing.heads.head()
    absence = None if verdict.about else _absence(question, at, head.size)
    claims = receipt_claims(existing.issuer, question, verdict, head, at, absence)
    return compact_jws(RECEIPT_TYPE, claims, signer)


def _absence(parameters: Mapping[str, Any], at: datetime, size: int) -> dict[str, Any] | None:
    """Proof that no one stands under the number of a question, in a log of `size` entries; None for other questions."""
    question = question_of(dict(parameters), at)
    if question.kind.value not in rules.KINDS or question.known_at is not None:
        return None
    if question.kind is SubjectKind.REGISTRATION_NUMBER and question.country is None:
        return None
    value = (
        number_key(question.value)
        if question.kind is SubjectKind.LICENCE_NUMBER
        else identifier_key(IdentifierScheme(question.kind.value), question.value, question.country)
    )
    found = absence_of(public_reading(), rules.key_text(question.kind.value, value), size)
    if found is None:
        return None
    return {
        "epoch": found.epoch,
        "index": found.log_index,
        "p": found.bits,
        "prefix": found.prefix,
        "file": found.file.hex(),
        "path": [one.hex() for one in found.path],
    }


def check_receipt(token: str) -> Checked:
    return receipts.check_receipt(public_reading(), token, now())


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
