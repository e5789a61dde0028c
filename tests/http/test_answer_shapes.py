"""Answers that are spliced from what was written before have the bytes of those that are written anew."""

from datetime import date

from registry.http.answer_shapes import _written_reasons, reasons_payload
from registry.http.responses import encode
from registry.verification.verdicts.question import Finding, Verdict
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Answer, Language, Weight
from tests.verification.verdicts.asking import fresh_ground

FINDINGS = (
    Finding(Reason.CONTEXT_NEEDED, {"parameter": "origin", "likely": "CN IT"}),
    Finding(
        Reason.NEEDS_LICENSED_SENDING_PARTNER, {"origin": "CN", "country": "IT", "rows": "cn-regime-labour-service"}
    ),
    Finding(Reason.OUT_OF_CORRIDOR, {"destination": "IT", "country": "CZ"}),
    Finding(Reason.OUT_OF_CORRIDOR, {"origin": "IT", "country": "CZ"}),
    Finding(Reason.LICENCE_ACTIVE, {"status": "active", "until": "2027-02-03"}, Weight.INFORMS),
)


def test_a_reason_has_the_same_bytes_the_first_time_and_every_other_time() -> None:
    snapshot = fresh_ground()
    for _ in range(2):
        for language in (Language.EN, Language.ZH_HANS):
            for answer in Answer:
                verdict = Verdict(answer, answer, FINDINGS, date(2026, 11, 25))
                plain = reasons_payload(FINDINGS, snapshot, language, False, answer)
                assert encode(_written_reasons(verdict, snapshot, language)) == encode(plain)
