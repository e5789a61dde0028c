"""What a process holds to sign with, and what edges ask it for: credentials, status lists, codes on paper, receipts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from flask import current_app

from registry.core.clock import now
from registry.core.keyring import Use
from registry.http.app_services import verdicts
from registry.http.transaction import public_reading, services
from registry.proofs.credentials import paper, queries, receipts
from registry.proofs.credentials.bundles import bundle_of
from registry.proofs.credentials.receipts import HeadReader
from registry.proofs.credentials.signing import Signers
from registry.proofs.credentials.status import StatusLists
from registry.proofs.credentials.trust import Checked
from registry.verification.verdicts.question import Verdict


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
    return bundle_of(
        public_reading(),
        subject,
        existing.issuer,
        existing.lists,
        existing.signers.of(Use.CREDENTIAL),
        existing.signers.of(Use.STATUS),
        at,
    )


def paper_code(licence_id: str) -> str:
    """The text of the code on paper of a licence. Raises as `credential`."""
    existing = issuing()
    subject = queries.subject_of(public_reading(), licence_id, now())
    return queries.paper_code(subject, existing.issuer, existing.signers.of(Use.CREDENTIAL))


def read_paper_code(text: str) -> Checked:
    """Whether a code on paper is one of ours; `paper.paper_said` tells what it says."""
    return paper.read_paper_code(public_reading(), text)


def receipt(question: Mapping[str, Any], verdict: Verdict, at: datetime) -> str:
    """The signed receipt of an answer given at `at`. Raises NotIssuing."""
    existing = issuing()
    signer = existing.signers.of(Use.RECEIPT)
    return receipts.receipt_of(question, verdict, existing.heads.head(), existing.issuer, signer, at)


def check_receipt(token: str) -> Checked:
    return receipts.check_receipt(public_reading(), token, now())
