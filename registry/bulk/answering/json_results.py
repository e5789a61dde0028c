"""Items and their answers, counted and written as JSON."""

from collections.abc import Iterable
from typing import Any

import msgspec

from registry.bulk.answering.batches import AnsweredItem
from registry.bulk.answering.items import Item
from registry.http.answer_shapes import corridor_payload, verdict_payload
from registry.http.request_reader import FieldChoice
from registry.http.responses import encode, encode_answer
from registry.i18n.languages import text
from registry.verification.verdicts.batch import AT_ONCE, BatchAnswer
from registry.vocabulary.organisations import StepCode
from registry.vocabulary.register import Answer, Language


class Counts(msgspec.Struct):
    """How many of each. `shown` adds one item."""

    items: int = 0
    answered: int = 0
    refused: int = 0
    yes: int = 0
    no: int = 0
    unknown: int = 0


class StepShown(msgspec.Struct, frozen=True):
    code: StepCode
    text: str


def steps_view(language: Language) -> list[StepShown]:
    return [StepShown(step, text(language, f"bulk.step.{step}")) for step in StepCode]


_NO = Answer.NO


class Writer:
    """Writes items as JSON. An answer that was written once is spliced in wherever it comes again."""

    def __init__(self, language: Language) -> None:
        self._answers: dict[Answer | None, int] = dict.fromkeys((None, *Answer), 0)
        self._steps = b',"steps":' + encode(steps_view(language)) + b"}"

    @property
    def counts(self) -> Counts:
        refused, yes, no, unknown = (self._answers[one] for one in (None, Answer.YES, Answer.NO, Answer.UNKNOWN))
        answered = yes + no + unknown
        return Counts(refused + answered, answered, refused, yes, no, unknown)

    def refused(self, item: Item) -> bytes:
        self._answers[None] += 1
        return self._head(item) + b',"errors":' + encode([fault.payload() for fault in item.faults]) + b"}"

    def answered(self, item: Item, answer: Answer, body: Iterable[bytes], *, has_steps: bool = True) -> bytes:
        self._answers[answer] += 1
        end = self._steps if answer is _NO and has_steps else b"}"
        return b"".join((self._head(item), b',"answer":', *body, end))

    @staticmethod
    def _head(item: Item) -> bytes:
        key = b'{"key":' + encode(item.key)
        if item.line is None and not item.extra:
            return key
        line = b"" if item.line is None else b',"line":%d' % item.line
        extra = b"," + encode(item.extra)[1:-1] if item.extra else b""
        return key + line + extra


class Writing:
    """Writes items as JSON; an answer that several items share is written once.

    It is known by the object that is the same, which is held here, so that no id comes twice. `choice` are the fields that
    were chosen of each answer; then there are no steps.
    """

    def __init__(self, writer: Writer, language: Language, choice: FieldChoice | None = None) -> None:
        self._choice = choice
        self._writer = writer
        self._language = language
        self._shared: dict[int, tuple[Any, bytes]] = {}

    def item(self, one: AnsweredItem) -> bytes:
        item, answer, answered, _, _ = one
        if answer is None:
            return self._writer.refused(item)
        if answered is None:
            return self._written(item, answer, self._chosen(encode_answer(answer_payload(one, self._language))))
        if answered.is_shared:
            existing = self._shared.get(id(answered))
            if existing is None:
                if len(self._shared) >= AT_ONCE:
                    self._shared.clear()
                existing = self._shared[id(answered)] = (answered, self._whole(answered))
            return self._written(item, answer, existing[1])
        return self._written(item, answer, self._whole(answered))

    def _written(self, item: Item, answer: Answer, body: bytes) -> bytes:
        return self._writer.answered(item, answer, (body,), has_steps=self._choice is None)

    def _chosen(self, body: bytes) -> bytes:
        return body if self._choice is None else self._choice.of(body)

    def _whole(self, answered: BatchAnswer) -> bytes:
        payload = verdict_payload(
            answered.question, answered.verdict, answered.snapshot, self._language, answered.prerendered
        )
        return self._chosen(encode_answer(payload))


def answer_payload(one: AnsweredItem, language: Language) -> Any:
    if one.answered is not None:
        return verdict_payload(one.answered.question, one.answered.verdict, one.snapshot, language)
    assert one.whole is not None
    return corridor_payload(one.whole, one.snapshot, language)
