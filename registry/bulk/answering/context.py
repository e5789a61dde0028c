"""Questions of a list that differ by key and number alone: what else they say is loaded once.

Whether fields go together is a matter of which there are and of what the others say, never of the number or the key
(VerifySchema.cross_field_faults), so an item whose other fields were read before needs but these two. Whatever looks odd is
loaded by itself, and so is the first of each kind: what is refused is refused in the same words.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import marshmallow
from msgspec.structs import replace

from registry.core.errors import Fault, InvalidInput
from registry.http.modes import refuse_other_mode
from registry.http.question_parser import KINDS, question_of, subject_of
from registry.http.request_reader import load_item
from registry.register.authorities.sources import SourceSnapshot
from registry.verification.verdicts.question import Question, SubjectKind
from registry.vocabulary.codes import Problem
from schemas.bulk import ItemSchema

Read = tuple[str | None, Any, Mapping[str, Any]]
"""An item that was read: its key, what is asked, the loaded fields without the key."""


class Context(NamedTuple):
    """What several items say alike: the question of the first of them, and the loaded fields without key and subject."""

    question: Question
    asked: Mapping[str, Any]


class Form:
    """Items that have the same fields: which is the subject, and what was read of them by the texts of the others."""

    def __init__(self, kind: SubjectKind, schema: ItemSchema, names: tuple[str, ...]) -> None:
        self.kind = kind
        self.name = kind.value
        self.has_key = "key" in names
        self.load_subject = schema.load_fields[self.name].deserialize
        others = [name for name in names if name not in ("key", self.name)]
        # Of one name `itemgetter` gives the text alone.
        self.others: Callable[[Mapping[str, Any]], Any] = itemgetter(*others) if others else lambda _: ()
        self.contexts: dict[Any, Context] = {}


class QuestionContext:
    """Reads the questions of one list, asked at `at`; an authority must be in the snapshot."""

    def __init__(self, at: datetime, snapshot: SourceSnapshot, schema: ItemSchema) -> None:
        self._at = at
        self._snapshot = snapshot
        self._schema = schema
        self._load_key = schema.load_fields["key"].deserialize
        self._forms: dict[tuple[str, ...], Form | None] = {}

    def read(self, fields: Any) -> Read:
        """Raises InvalidInput that names every wrong field."""
        if type(fields) is not dict:
            return self._loaded(fields)
        names = tuple(fields)
        form = self._forms.get(names)
        if form is None:
            if names not in self._forms:
                self._forms[names] = self._form_of(names)
                return self.read(fields)
            return self._loaded(fields)
        others = form.others(fields)
        try:
            context = form.contexts.get(others)
        except TypeError:
            # A list or an object, of which no dictionary is asked.
            context = None
        if context is None:
            read = self._loaded(fields)
            _, question, parameters = read
            if not question.has_failed_check:
                # The subject is replaced by each item's own.
                form.contexts[others] = Context(
                    question, {name: parameters[name] for name in parameters if name != form.name}
                )
            return read
        return self._in(context, form, fields) or self._loaded(fields)

    def _form_of(self, names: tuple[str, ...]) -> Form | None:
        """None where no field is a subject or several are, and where another than key and subject is each one's own."""
        kinds = [kind for kind in KINDS if kind.value in names]
        if len(kinds) != 1 or "claimed_name" in names:
            return None
        return Form(kinds[0], self._schema, names)

    def _in(self, context: Context, form: Form, fields: dict[str, Any]) -> Read | None:
        """The item read by its key and subject alone; None where one of them needs a closer look."""
        try:
            key = self._load_key(fields["key"]) if form.has_key else None
            text = form.load_subject(fields[form.name])
        except marshmallow.ValidationError:
            return None
        value, has_failed_check = subject_of(form.kind, text)
        if has_failed_check:
            return None
        question, parameters = context
        question = replace(question, value=value)
        refuse_other_mode(question)
        return key, question, {**parameters, form.name: text}

    def _loaded(self, fields: Any) -> Read:
        parameters = load_item(self._schema, fields)
        key = parameters.pop("key", None)
        question = question_of(parameters, self._at)
        if question.authority is not None and question.authority not in self._snapshot.authorities:
            detail = "there is no authority of this reference; /api/v1/authorities lists them"
            raise InvalidInput([Fault("authority", Problem.UNKNOWN_AUTHORITY, detail)])
        return key, question, parameters
