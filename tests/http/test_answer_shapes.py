"""Answers that are spliced from what was written before have the bytes of those that are written anew."""

from datetime import UTC, date, datetime
from itertools import product

from msgspec.structs import replace

from registry.http.answer_shapes import VerdictWriter, _written_reasons, reasons_payload, verdict_payload
from registry.http.responses import encode, encode_answer
from registry.verification.verdicts.question import Finding, Question, SourceNote, SubjectKind, Verdict
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


def test_verdicts_of_a_list_have_the_bytes_that_each_has_by_itself() -> None:
    """Whatever came before: other days, answers, questions, and lists that were read again."""
    numbers = [Question(SubjectKind.LICENCE_NUMBER, f"CZ/{n}", origin="CN", destination="CZ") for n in range(3)]
    questions = [*numbers, replace(numbers[0], destination=None), Question(SubjectKind.LAW, "", destination="IT")]
    later = (*FINDINGS[:-1], replace(FINDINGS[-1], values={"status": "active", "until": "2028-02-03"}))
    source = SourceNote("cz-test-authority", datetime(2026, 11, 25, 10, 0, 0, 123456, tzinfo=UTC), True)
    for language in (Language.EN, Language.ZH_HANS):
        writer = VerdictWriter(language)
        for snapshot in (fresh_ground(), fresh_ground()):
            for question, answer, reasons, note in product(
                questions, Answer, (FINDINGS, later, FINDINGS[1:], ()), (None, source)
            ):
                verdict = Verdict(answer, answer, reasons, date(2026, 11, 25), source=note)
                plain = encode_answer(verdict_payload(question, verdict, snapshot, language))
                assert b"".join(writer.write(question, verdict, snapshot, None)) == plain


def test_a_list_of_any_length_keeps_as_many_answers_as_before() -> None:
    writer = VerdictWriter(Language.EN)
    question, snapshot = Question(SubjectKind.LICENCE_NUMBER, "CZ/1"), fresh_ground()
    for n in range(2 * VerdictWriter.MAX_KEPT + 1):
        finding = Finding(
            Reason.LICENCE_ACTIVE, {"status": "active", "until": date.fromordinal(736000 + n).isoformat()}
        )
        writer.write(question, Verdict(Answer.YES, Answer.YES, (finding,), date(2026, 11, 25)), snapshot, None)
    assert len(writer._reasons) <= VerdictWriter.MAX_KEPT
