"""Licences as signed statements, and whether a receipt that somebody shows is ours."""

from datetime import UTC, datetime
from typing import Any

from flask import request

from registry.api.public.agencies import reference_of
from registry.api.restx import Namespace, Resource
from registry.bulk.archive.rechecks import Again, checked_again
from registry.core.clock import now
from registry.http import credentials
from registry.http.answer_shapes import reasons_payload
from registry.http.responses import Answer, Fixed, cache_seconds, requested_language
from registry.http.schemas import request_schema, response_bytes, response_schema
from registry.http.transaction import verdicts
from registry.i18n.languages import text
from registry.proofs.credentials.signing import CREDENTIAL_TYPE
from registry.verification.verdicts.queries import VerdictAnswer
from registry.vocabulary.register import Language
from schemas.credentials import BundleSchema, ReceiptCheckSchema, ReceiptSchema

ns = Namespace("proofs", path="/")

CREDENTIAL = f"application/{CREDENTIAL_TYPE}"


@ns.route("/licences/<licence_id>/credential")
class LicenceCredential(Resource):
    @request_schema()
    @response_bytes(CREDENTIAL, "getLicenceCredential", (404, 451))
    def get(self, licence_id: str) -> Fixed:
        """Read a licence as a signed credential.

        An SD-JWT VC without disclosures. It says what the log says of the licence, and where its status stands; it stays the
        same until something about the licence changes. Of a sole trader it holds no name.
        """
        return Fixed(credentials.credential(reference_of(licence_id)).encode(), cache_seconds(now(), ()))


@ns.route("/licences/<licence_id>/bundle")
class LicenceBundle(Resource):
    @request_schema()
    @response_schema(BundleSchema(), "getLicenceBundle", (404, 451))
    def get(self, licence_id: str) -> Answer:
        """Read everything that is needed to check a licence off line.

        Credential, status list, log entries and their proofs; to check them, the registry's trust file is needed
        besides.
        """
        keep = cache_seconds(now(), verdicts().current_snapshot().time_zones())
        return Answer(credentials.bundle(reference_of(licence_id)), keep)


@ns.route("/receipts/verify")
class ReceiptCheck(Resource):
    @request_schema(ReceiptSchema(), body=True)
    @response_schema(ReceiptCheckSchema(), "verifyReceipt", (413, 415))
    def post(self, receipt: str) -> Answer:
        """Check a receipt of an earlier answer, and ask the same again.

        Says whether the registry signed it, how its key stands, what it answered then, and what it answers today. Of what is
        not genuine nothing is repeated.
        """
        language = requested_language(request.environ)
        return Answer(check_payload(checked_again(receipt, now()), language), language=language)


def check_payload(again: Again, language: Language) -> dict[str, Any]:
    flaw, key, today = again.checked.flaw, again.checked.key, again.today
    return {
        "genuine": again.checked.genuine,
        "problem": None if flaw is None else {"code": flaw, "text": text(language, f"proof_flaw.{flaw}")},
        "key": None if key is None else {"kid": key.kid, "state": key.state},
        "then": then_payload(again.said) if again.said else None,
        "today": None if today is None else today_payload(today, language),
        "changed": again.changed,
    }


def then_payload(stated: Any) -> dict[str, Any]:
    """What the receipt says, as it was signed."""
    stored = ("question", "verdict", "may_continue_existing_placements", "reasons", "on", "records", "log")
    return {"issued_at": datetime.fromtimestamp(stated["iat"], UTC), **{name: stated[name] for name in stored}}


def today_payload(again: VerdictAnswer, language: Language) -> dict[str, Any]:
    verdict, ground = again
    return {
        "verdict": verdict.verdict,
        "may_continue_existing_placements": verdict.may_continue,
        "reasons": reasons_payload(verdict.reasons, ground, language, verdict.licence is not None, verdict.verdict),
        "on": verdict.on,
    }
