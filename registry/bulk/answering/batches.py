"""Many items in one go: read, each like a request of its own, and answered, one after another.

A fault is reported for its item, and the others are answered.

Questions of a list that differ by key and number alone are loaded once: whether fields go together is a matter of which there
are and of what the others say, never of the number or the key (VerifySchema.cross_field_faults). Whatever looks odd is loaded
by itself, and so is the first of each kind: what is refused is refused in the same words.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import marshmallow
from msgspec.structs import replace

from registry.bulk.rules import CONSTANTS, OF_CORRIDOR
from registry.core.errors import Fault, InvalidInput
from registry.http.modes import refuse_other_mode
from registry.http.question_parser import KINDS, has_letters_or_digits, question_of, subject_of, unreadable
from registry.http.request_reader import load_item
from registry.register.authorities.sources import SourceSnapshot
from registry.verification.verdicts import corridor, queries
from registry.verification.verdicts.batch import AT_ONCE, BatchAnswer, BatchReader, ListedSubject
from registry.verification.verdicts.question import Question, SubjectKind
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import SENDING_COUNTRIES, Answer
from schemas.base import InSchema
from schemas.bulk import CorridorItemSchema, ItemSchema, SupplyItemSchema

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
        asked = subject_of(form.kind, text)
        if asked.has_failed_check:
            return None
        question, parameters = context
        question = replace(question, value=asked.value)
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


QUESTIONS = ItemSchema()


class Sent(NamedTuple):
    """An item as it came: its fields, in a file its line, what is wrong with the row as a whole, and with its day."""

    fields: Any
    line: int | None = None
    trouble: str = ""
    day: str = ""


AnySent = Sent | tuple[Any, None, str, str]
"""As it is, or as plain values: of thousands that stand in no file."""


class Item(NamedTuple):
    """An item read: what is asked, or what is wrong.

    `asked` are the loaded fields, which a receipt states; `extra` what of the
    row is no part of the question: supplier, site, provider."""

    key: str | None
    line: int | None
    question: Any = None
    asked: Mapping[str, Any] | None = None
    faults: tuple[Fault, ...] = ()
    extra: Mapping[str, str] = {}


class Keys:
    """The row keys seen so far. A key used twice would give two answers one key, and no way to look them up."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._place = 0

    def place(self) -> int:
        self._place += 1
        return self._place

    def pass_over(self, key: str | None) -> None:
        """An item that was answered before."""
        place = self.place()
        if key is not None:
            self._first_place(key, place)

    def require_new(self, key: str, place: int) -> None:
        first = self._first_place(key, place)
        if first != place:
            detail = f"item {first} has this key already: an answer is found by it, so give each item one of its own"
            raise InvalidInput([Fault("key", Problem.DOUBLED_KEY, detail)])

    def _first_place(self, key: str, place: int) -> int:
        """The place at which a key was seen first: this one where it was not."""
        return self._seen.setdefault(key, place)


class StoredKeys(Keys):
    """The same for a list of any length: the keys lie in a file without a name, and memory stays as it is."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        path = folder / f".keys-{secrets.token_hex(4)}"
        self._rows = sqlite3.connect(path, isolation_level=None)
        # The rows are seen anew by a process that goes on with a list.
        self._rows.execute("PRAGMA journal_mode=OFF")
        self._rows.execute("PRAGMA synchronous=OFF")
        self._rows.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, place INTEGER) WITHOUT ROWID")
        path.unlink()
        self._rows.execute("BEGIN")

    def _first_place(self, key: str, place: int) -> int:
        row = (key.encode("utf-8", "surrogatepass"), place)
        if self._rows.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", row).rowcount:
            return place
        found: int = self._rows.execute("SELECT place FROM seen WHERE key = ?", row[:1]).fetchone()[0]
        return found


Ask = Callable[[dict[str, Any]], Any]
"""From loaded fields to what is asked. Raises InvalidInput."""


def items_in(sent: Iterable[AnySent], schema: InSchema, ask: Ask, keys: Keys) -> Iterator[Item]:
    """Each item, read or refused."""

    def read(fields: Any) -> Read:
        parameters = load_item(schema, fields)
        key = parameters.pop("key", None)
        return key, ask(parameters), parameters

    return _read(sent, read, keys)


def questions_in(sent: Iterable[AnySent], at: datetime, snapshot: SourceSnapshot, keys: Keys) -> Iterator[Item]:
    """As `items_in`, for questions of verify asked at `at`; an authority must be in the snapshot."""
    return _read(sent, QuestionContext(at, snapshot, QUESTIONS).read, keys)


def _read(sent: Iterable[AnySent], read: Callable[[Any], Read], keys: Keys) -> Iterator[Item]:
    for one in sent:
        place = keys.place()
        key: str | None = None
        fields, line, trouble, day = one
        try:
            if trouble:
                raise InvalidInput([Fault("row", Problem.BROKEN_ROW, trouble)])
            if day:
                raise InvalidInput([Fault("on", Problem.NOT_A_DATE, day)])
            key, question, parameters = read(fields)
            if key is not None:
                keys.require_new(key, place)
            yield Item(key, line, question, parameters)
        except InvalidInput as error:
            yield Item(key or _key_in(fields), line, faults=error.faults)


def _key_in(fields: Any) -> str | None:
    """The key of an item that may not be read, so that its sender finds it; none that could be anything."""
    key = fields.get("key") if isinstance(fields, Mapping) else None
    return key if isinstance(key, str) and len(key) <= 200 and key.isprintable() else None


class AnsweredItem(NamedTuple):
    """An item and its answer: the verdict, and what it was given as (`answered` or `whole`)."""

    item: Item
    answer: Answer | None = None
    answered: BatchAnswer | None = None
    whole: corridor.CorridorVerdict | None = None
    snapshot: Any = None


class CorridorAsked(NamedTuple):
    """Both ends of a corridor as they stand in a list."""

    sending: ListedSubject
    receiving: ListedSubject | corridor.Employer
    destination: str


def answers(items: Iterable[Item], reader: BatchReader, at: datetime) -> Iterator[AnsweredItem]:
    """Each item with its verdict, in order."""
    for chunk in chunks(items, AT_ONCE):
        wanted = [item for item in chunk if not item.faults]
        questions: list[Question] = [item.question for item in wanted]
        found = iter(reader.answered(questions, at))
        for item in chunk:
            if item.faults:
                yield AnsweredItem(item)
                continue
            answered = next(found)
            yield AnsweredItem(item, answered.answer, answered, None, answered.snapshot)


def corridor_answers(items: Iterable[Item], reader: BatchReader, at: datetime) -> Iterator[AnsweredItem]:
    """Each corridor with its verdict, in order."""
    for chunk in chunks(items, AT_ONCE // 4):
        ends = [item.question for item in chunk if not item.faults]
        texts = [one.sending for one in ends] + [
            one.receiving for one in ends if isinstance(one.receiving, ListedSubject)
        ]
        read = reader.read(texts, at)
        for item in chunk:
            if item.faults:
                yield AnsweredItem(item)
                continue
            question: CorridorAsked = item.question
            first = read[question.sending]
            second = read[question.receiving] if isinstance(question.receiving, ListedSubject) else question.receiving
            if first is None or second is None:
                end, of = ("sending", question.sending) if first is None else ("receiving", question.receiving)
                scheme = of.scheme if isinstance(of, ListedSubject) else None
                yield AnsweredItem(item._replace(faults=(unreadable(end, scheme),)))
                continue
            whole = corridor.decide_corridor(
                (first.question, first.facts),
                second if isinstance(second, corridor.Employer) else (second.question, second.facts),
                question.destination,
            )
            yield AnsweredItem(item, whole.verdict, whole=whole, snapshot=first.facts.snapshot)


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


CORRIDORS = CorridorItemSchema()


def corridor_question(parameters: dict[str, Any]) -> CorridorAsked:
    """Both ends of a corridor. Raises InvalidInput for an end that holds nothing to look up."""
    context = tuple((name, parameters[name]) for name in OF_CORRIDOR if parameters.get(name) is not None)
    for name in ("sending", "receiving", "receiving_employer"):
        if name in parameters and not has_letters_or_digits(parameters[name]):
            raise InvalidInput([Fault(name, Problem.INVALID_VALUE, "holds no letter and no digit")])
    destination = parameters["destination"]
    receiving: ListedSubject | corridor.Employer
    if "receiving_employer" in parameters:
        receiving = corridor.Employer(parameters["receiving_employer"])
    else:
        receiving = ListedSubject(parameters["receiving"], destination, context, parameters.get("receiving_scheme"))
    sending = ListedSubject(parameters["sending"], min(SENDING_COUNTRIES), context, parameters.get("sending_scheme"))
    return CorridorAsked(sending, receiving, destination)


def corridor_of(cells: Mapping[str, str]) -> dict[str, str]:
    """The corridor of a row, without `supplier` and `site`, which are only for the caller."""
    return {name: text for name, text in cells.items() if name not in ("supplier", "site")}


SUPPLY_CHAINS = SupplyItemSchema()


def listed_subject(fields: dict[str, Any]) -> ListedSubject:
    """Which recruiter is asked about. Raises InvalidInput where a supplier declares none, or the field says nothing."""
    provider = fields.get("provider")
    if provider is None:
        detail = "this supplier declares no one who recruits for it: ask who brought the workers, and on what terms"
        raise InvalidInput([Fault("provider", Problem.NO_PROVIDER, detail)])
    if not has_letters_or_digits(provider):
        raise InvalidInput([Fault("provider", Problem.INVALID_VALUE, "holds no letter and no digit")])
    context = tuple((name, fields[name]) for name in CONSTANTS if name in fields)
    country = fields.get("country") or fields.get("destination") or ""
    return ListedSubject(provider, country, context, fields.get("provider_scheme"))


def supply_chain_answers(
    items: Iterable[Item], reader: queries.VerdictReader, many: BatchReader, at: datetime
) -> Iterator[AnsweredItem]:
    """Each row with the verdict on its provider, in order."""
    for chunk in chunks(items, AT_ONCE // 2):
        read = many.read([item.question for item in chunk if not item.faults], at)
        found: dict[ListedSubject, BatchAnswer] = {}
        for item in chunk:
            if item.faults:
                yield AnsweredItem(item)
                continue
            one = read[item.question]
            if one is None:
                yield AnsweredItem(item._replace(faults=(unreadable("provider", item.question.scheme),)))
                continue
            answered = found.get(item.question)
            if answered is None:
                verdict = reader.with_imitation(one.question, one.facts, one.verdict, at)
                answered = found[item.question] = BatchAnswer(one.question, verdict, one.facts.snapshot, is_shared=True)
            yield AnsweredItem(item, answered.answer, answered, snapshot=answered.snapshot)
