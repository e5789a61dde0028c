"""What a process holds to sign with, and what edges ask it for: credentials, status lists, codes on paper, receipts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

import structlog
from flask import current_app

from registry.core.clock import now
from registry.core.errors import KeyTrouble, NotFound, NotIssuing, SettingsError
from registry.core.keyring import Use
from registry.http.app_services import keyring, verdicts
from registry.http.question_parser import question_of
from registry.http.transaction import public_reading, reading, services
from registry.proofs.credentials import paper, queries, receipts
from registry.proofs.credentials.receipts import HeadReader, bundle_of
from registry.proofs.credentials.rules import receipt_claims
from registry.proofs.credentials.signing import RECEIPT_TYPE, Checked, Signers, compact_jws
from registry.proofs.credentials.status import StatusLists
from registry.proofs.wallets import card_codes
from registry.proofs.wallets.card_codes import CardFound, CardState
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.status import WalletLists
from registry.proofs.wallets.trust import Trust, TrustFiles
from registry.ranges import rules
from registry.ranges.queries import absence_of
from registry.register.agencies.keys import identifier_key, number_key
from registry.verification.verdicts.question import SubjectKind, Verdict
from registry.vocabulary.register import IdentifierScheme

log = structlog.get_logger()


class Issuing(NamedTuple):
    """The registry's address, in whose name is signed; its signers, its status lists, and the head of its log."""

    issuer: str
    signers: Signers
    lists: StatusLists
    heads: HeadReader


def issuing() -> Issuing:
    """The process's own. Two threads that come first at once may make two; either serves."""
    existing = current_app.extensions.get("registry_issuing")
    if existing is None:
        settings = services().settings
        issuer = settings.public_url
        existing = Issuing(issuer, Signers(settings.keys), StatusLists(issuer), HeadReader(verdicts().reader))
        current_app.extensions["registry_issuing"] = existing
    return cast(Issuing, existing)


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
    existing = current_app.extensions.get("registry_wallets")
    if existing is None:
        settings = services().settings
        if settings.wallets is None:
            raise NotFound("this registry issues nothing to wallets")
        lists = WalletLists(settings.public_url)
        existing = Wallets(WalletIssuer.of(settings), lists, TrustFiles(settings.wallets))
        current_app.extensions["registry_wallets"] = existing
    return cast(Wallets, existing)


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
