"""Many questions in one go, answered in their order."""

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from registry_client.api.answers import Corridor, Reason, Verdict, Whole
from registry_client.api.errors import BadInput, Fault, UnexpectedAnswer
from registry_client.api.questions import Constants, CorridorQuestion, Question, as_body
from registry_client.api.reading import read
from registry_client.api.rows import File, Frame, in_parts
from registry_client.api.transport import ApiResponse as Response
from registry_client.api.transport import Transport, path_of

MAX_AT_ONCE = 10_000
"""Questions of one request with a key."""
MAX_WITHOUT_KEY = 100
MAX_BYTES = 16 << 20

KEY = "key"
QUESTION_FIELDS = (KEY, *(name for name in Question.__annotations__ if name not in ("receipt", "keep")))
CORRIDOR_FIELDS = (KEY, *CorridorQuestion.__annotations__)

Progress = Callable[[int, int], None]
"""Told after each part how many are answered, and of how many."""

A = TypeVar("A", Verdict, Corridor)


@dataclass(frozen=True, slots=True)
class Item(Generic[A]):
    """One question's answer; or `errors`, why it was not answered. `key` is your own, `line` that of a file.

    With a `no`, `steps` are what comes before ending the relation, in their order.
    """

    key: str | None
    answer: A | None
    errors: tuple[Fault, ...] = ()
    line: int | None = None
    steps: tuple[Reason, ...] = ()

    @property
    def verdict(self) -> str:
        """`yes`, `no` or `unknown`; `error` where there is no answer."""
        return "error" if self.answer is None else self.answer.verdict


@dataclass(frozen=True, slots=True)
class _Answered(Whole):
    key: str | None = None
    answer: Mapping[str, Any] | None = None
    errors: tuple[Fault, ...] = ()
    line: int | None = None
    steps: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class _Columns:
    fields: Mapping[str, Any] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Listed:
    items: tuple[Any, ...]
    columns: _Columns = _Columns()
    list_id: str = ""


@dataclass(frozen=True, slots=True)
class ForAll:
    """What is said of a whole list: what holds for each row, and whether its answers are kept; None leaves that to the key."""

    constants: Constants | None = None
    keep: bool | None = None

    def body(self) -> dict[str, Any]:
        """As it goes beside the rows."""
        return as_body({"constants": as_body(self.constants or {}) or None, "keep": self.keep})


@dataclass(frozen=True, slots=True)
class Answers(Sequence[Item[A]]):
    """The answers in the order of the questions. `columns` says how a file's columns were read, `ignored` which were not.

    `list_id` is by what `receipts.lists` finds them where they are kept.
    """

    items: tuple[Item[A], ...] = field(repr=False)
    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    list_id: str = ""

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, place: int) -> Item[A]: ...
    @overload
    def __getitem__(self, place: slice) -> "tuple[Item[A], ...]": ...
    def __getitem__(self, place: int | slice) -> "Item[A] | tuple[Item[A], ...]":
        return self.items[place]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each verdict, `error` among them."""
        counts = dict.fromkeys(("yes", "no", "unknown", "error"), 0)
        for item in self.items:
            counts[item.verdict] = counts.get(item.verdict, 0) + 1
        return counts

    def rows(self) -> list[dict[str, str]]:
        """Flat: for a table, or `pandas.DataFrame(answers.rows())`."""
        return [_flat(item) for item in self.items]

    def added_to(self, frame: Frame) -> Any:
        """A copy of the frame that was asked about, with the answers' columns beside its own."""
        rows = self.rows()
        return frame.assign(**{f"registry_{name}": [row[name] for row in rows] for name in _flat_names(self.items)})

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write them down, safe to open in a spreadsheet. A file that is there is written over, as a whole or not at all."""
        target = Path(path)
        beside = target.with_name(f".{target.name}.part")
        beside.write_text(self.csv(), encoding="utf-8-sig", newline="")
        beside.replace(target)

    def csv(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out)
        names = _flat_names(self.items)
        writer.writerow(names)
        writer.writerows([_no_formula(row[name]) for name in names] for row in self.rows())
        return out.getvalue()


class TooMany(BadInput):
    """More than is answered in one go, or what is said of a file as a whole."""


class Bulk:
    """Asks about many in one go. Raises TooMany or TooLarge where that is too many."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def answers(
        self, kind: type[A], noun: str, rows: File | list[dict[str, Any]], for_all: ForAll, progress: Progress | None
    ) -> Answers[A]:
        beside = for_all.body()
        if isinstance(rows, File):
            if beside:
                raise TooMany(
                    f"{rows.path}: what is said of a file as a whole ({', '.join(beside)}) goes by a job, with a key"
                )
            return self._file(kind, noun, rows)
        if len(rows) > MAX_AT_ONCE:
            raise TooMany(
                f"{len(rows)} rows: at most {MAX_AT_ONCE} are answered in one go, and more by a job, with a key"
            )
        items: list[Item[A]] = []
        list_id = ""
        for part in in_parts(rows, MAX_AT_ONCE if self._transport.has_key else MAX_WITHOUT_KEY):
            response = self._transport.ask(
                "POST", path_of(noun), body={**beside, "items": part}, is_read=not for_all.keep
            )
            found = answers_of(kind, response)
            list_id = found.list_id
            if len(found) != len(part):
                raise UnexpectedAnswer(f"{response.where}: {len(part)} were asked and {len(found)} answered")
            items += found.items
            if progress is not None:
                progress(len(items), len(rows))
        return Answers(tuple(items), list_id=list_id)

    def _file(self, kind: type[A], noun: str, file: File) -> Answers[A]:
        content = file.content(MAX_BYTES)
        if content is None:
            raise TooMany(
                f"{file.path}: more than {MAX_BYTES >> 20} MiB are not answered in one go, but by a job, with a key"
            )
        headers = {"Content-Type": file.media}
        return answers_of(kind, self._transport.ask("POST", path_of(noun), data=content, headers=headers, is_read=True))


def answers_of(kind: type[A], response: Response) -> Answers[A]:
    """Typed, from JSON. Raises UnexpectedAnswer."""
    given = read(_Listed, response.json(), response.where)
    items = tuple(item_of(kind, one, f"{response.where}.items[{place}]") for place, one in enumerate(given.items))
    return Answers(items, given.columns.fields, given.columns.ignored, given.list_id)


def item_of(kind: type[A], one: object, where: str) -> Item[A]:
    found = read(_Answered, one, where)
    answer = None if found.errors or found.answer is None else read(kind, found.answer, f"{where}.answer")
    return Item(found.key, answer, found.errors, found.line, found.steps)


_NAMES = (
    "key",
    "line",
    "verdict",
    "reason",
    "text",
    "agency_id",
    "agency",
    "licence",
    "status",
    "valid_to",
    "on",
    "error",
)
_LEGS = ("sending_licence", "receiving_licence", "agreement")


def _flat_names(items: Sequence[Item[Any]]) -> tuple[str, ...]:
    if any(isinstance(item.answer, Corridor) for item in items):
        return ("key", "line", "verdict", *_LEGS, *(f"{leg}_reason" for leg in _LEGS), "error")
    return _NAMES


def _flat(item: Item[Any]) -> dict[str, str]:
    row = dict.fromkeys((*_NAMES, *_LEGS, *(f"{leg}_reason" for leg in _LEGS)), "")
    row |= {"key": item.key or "", "line": "" if item.line is None else str(item.line), "verdict": item.verdict}
    row["error"] = "; ".join(f"{fault.parameter}: {fault.detail}" for fault in item.errors)
    answer = item.answer
    if isinstance(answer, Verdict):
        row |= {"reason": answer.reasons[0].code, "text": answer.reasons[0].text} if answer.reasons else {}
        row["on"] = answer.on.isoformat()
        if answer.agency is not None:
            row |= {"agency_id": answer.agency.agency_id, "agency": answer.agency.name}
        if answer.licence is not None:
            row |= {"licence": answer.licence.number, "status": answer.licence.status or ""}
            row["valid_to"] = "" if answer.licence.valid_to is None else answer.licence.valid_to.isoformat()
    elif isinstance(answer, Corridor):
        for leg in answer.legs:
            row |= {leg.leg: leg.verdict, f"{leg.leg}_reason": leg.reasons[0].code if leg.reasons else ""}
    return row


def _no_formula(text: str) -> str:
    """A spreadsheet would run what begins so."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠") else text
