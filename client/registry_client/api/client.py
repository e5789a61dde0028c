"""`Client`: the registry's API as calls that give typed answers and raise typed errors."""

import os
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

from registry_client.api.answers import Agency, Authority, Checks, Corridor, Coverage, HistoryItem, Licence, Verdict
from registry_client.api.bulk import CORRIDOR_FIELDS, QUESTION_FIELDS, Answers, Bulk, ForAll, Progress, TooMany
from registry_client.api.directory import HelpLine, Quarter, Regime, Reply, Sector
from registry_client.api.errors import BadSetting, TooLarge, UnexpectedAnswer
from registry_client.api.fees import FeeQuestion, FeeRules, Fees, fee_body
from registry_client.api.jobs import Jobs
from registry_client.api.organisation import Keys, Member, Organisation
from registry_client.api.pages import items_of, paged
from registry_client.api.presentations import Presentations
from registry_client.api.questions import (
    Constants,
    CorridorQuestion,
    Day,
    Question,
    Search,
    StatedDetail,
    as_body,
    as_query,
)
from registry_client.api.reading import read
from registry_client.api.receipts import Receipts
from registry_client.api.resuming import JobFile
from registry_client.api.rows import File, Rows, taken
from registry_client.api.settings import address_of, key_of
from registry_client.api.transport import Limits, Transport, new_idempotency_key, path_of
from registry_client.api.watches import Events, Watches, Webhooks

T = TypeVar("T")
A = TypeVar("A", Verdict, Corridor)


class Client:
    """One registry. Without a key it asks what is open to all.

    `url` and key may come from the environment: REGISTRY_CLIENT_URL, REGISTRY_CLIENT_KEY, REGISTRY_CLIENT_KEY_FILE. It
    is for one thread; `with` or close() ends its connections.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        key: str | None = None,
        key_file: str | os.PathLike[str] | None = None,
        language: str = "en",
        limits: Limits | None = None,
        agent: str = "",
        ca_file: str | None = None,
    ) -> None:
        if not (language + agent).isprintable() or not (language + agent).isascii():
            raise BadSetting("language and agent go into headers: plain ASCII text is expected")
        self._transport = Transport(
            address_of(url), key_of(key, key_file), language=language, limits=limits, agent=agent, ca_file=ca_file
        )
        self._bulk = Bulk(self._transport)
        self.keys = Keys(self._transport)
        self.jobs = Jobs(self._transport)
        self.presentations = Presentations(self._transport)
        self.receipts = Receipts(self._transport)
        self.watches = Watches(self._transport)
        self.events = Events(self._transport)
        self.webhooks = Webhooks(self._transport)

    def __repr__(self) -> str:
        return f"Client({self.address!r}, {'with' if self._transport.has_key else 'without'} a key)"

    @property
    def address(self) -> str:
        return self._transport.address

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def verify(self, **question: Unpack[Question]) -> Verdict:
        """May this recruiter recruit? It is posted, so that no log on the way holds who was asked about.

        With `receipt` the answer holds itself as a signed statement; `keep` puts that into the organisation's file
        (scope `receipts`), where `receipt_id` finds it.
        """
        once = new_idempotency_key() if question.get("keep") else None
        answered = self._transport.ask(
            "POST", path_of("verify"), body=as_body(question), is_read=once is None, once=once
        )
        return read(Verdict, answered.json(), answered.where)

    def corridor(self, **question: Unpack[CorridorQuestion]) -> Corridor:
        """Both ends of a corridor and the agreement between them. It is posted, as verify is."""
        return self._posted(Corridor, "corridor", question)

    def verify_many(
        self,
        rows: Rows,
        *,
        columns: Mapping[str, str] | None = None,
        constants: Constants | None = None,
        keep: bool | None = None,
        progress: Progress | None = None,
        resume: str | os.PathLike[str] | None = None,
    ) -> Answers[Verdict]:
        """Many questions, in their order: dicts, a data frame, or the path of a CSV or XLSX file.

        Up to 10,000 are asked in one go, more by a job whose end is waited for (scope `jobs`).

        `columns` leads from names of dicts or a frame to fields of a Question, and to `key`, your own name of a row;
        without it the names are the fields. A file's columns are guessed by the registry and said in the answers.
        Without a key they go by the hundred.

        `constants` hold for every row that says nothing else; `keep` puts the whole list into the organisation's file
        (scope `receipts`), False keeps it out. Said of a file either of them makes a job of it.

        `resume` names a file that keeps which job it is: the same call after an interruption, within a day, goes on
        with it. The file is gone when the answers are there.
        """
        stated = ForAll(constants, keep)
        return self._many(Verdict, "verifications", taken(rows, QUESTION_FIELDS, columns), stated, progress, resume)

    def corridor_many(
        self,
        rows: Rows,
        *,
        columns: Mapping[str, str] | None = None,
        constants: Constants | None = None,
        keep: bool | None = None,
        progress: Progress | None = None,
        resume: str | os.PathLike[str] | None = None,
    ) -> Answers[Corridor]:
        """The same for corridors."""
        stated = ForAll(constants, keep)
        return self._many(
            Corridor, "corridor-verifications", taken(rows, CORRIDOR_FIELDS, columns), stated, progress, resume
        )

    def _many(
        self,
        kind: type[A],
        noun: str,
        rows: File | list[dict[str, Any]],
        for_all: ForAll,
        progress: Progress | None,
        resume: str | os.PathLike[str] | None,
    ) -> Answers[A]:
        if resume is not None:
            if not self._transport.has_key:
                raise TooMany("resume: a list that is gone on with is answered by a job, with a key")
            return self.jobs.answered(kind, rows, for_all, progress, JobFile(resume))
        try:
            return self._bulk.answers(kind, noun, rows, for_all, progress)
        except (TooMany, TooLarge):
            if not self._transport.has_key:
                raise
        return self.jobs.answered(kind, rows, for_all, progress)

    def organisation(self) -> Organisation:
        """Whose key this is, and what it opens."""
        return self._got(Organisation, path_of("organisation"))

    def members(self) -> tuple[Member, ...]:
        """The organisation's people."""
        return self._items(Member, path_of("organisation", "members"), {})

    def check(self, **details: Unpack[StatedDetail]) -> Checks:
        """Check whether what a recruiter said of itself is what the agency registered."""
        return self._posted(Checks, "checks", details)

    def agencies(self, **search: Unpack[Search]) -> Iterator[Agency]:
        """All that fit, page after page; a page is asked for when it is reached."""
        return paged(self._transport, Agency, path_of("agencies"), search)

    def agency(self, agency_id: str) -> Agency:
        return self._got(Agency, path_of("agencies", agency_id))

    def history(self, agency_id: str) -> Iterator[HistoryItem]:
        """What the log holds of an agency, newest first."""
        return paged(self._transport, HistoryItem, path_of("agencies", agency_id, "history"))

    def licences(self, agency_id: str, on: Day | None = None) -> tuple[Licence, ...]:
        """An agency's licences with their status on that day, or today."""
        return self._items(Licence, path_of("agencies", agency_id, "licences"), {"on": on})

    def licence(self, licence_id: str, on: Day | None = None) -> Licence:
        return self._got(Licence, path_of("licences", licence_id), {"on": on})

    def coverage(self, country: str | None = None) -> tuple[Coverage, ...]:
        """Which lists the registry reads, and how fresh they are."""
        return self._items(Coverage, path_of("coverage"), {"country": country})

    def regimes(
        self, country: str | None = None, activity: str | None = None, on: Day | None = None
    ) -> tuple[Regime, ...]:
        """The rules of countries. What is not listed is unknown."""
        return self._items(Regime, path_of("regimes"), {"country": country, "activity": activity, "on": on})

    def sectors(self) -> tuple[Sector, ...]:
        return self._items(Sector, path_of("sectors"), {})

    def help_lines(self, country: str | None = None) -> tuple[HelpLine, ...]:
        """Who helps workers there."""
        return self._items(HelpLine, path_of("help-lines"), {"country": country})

    def fees(self, **question: Unpack[FeeQuestion]) -> Fees:
        """What a worker was asked to pay: is it lawful, is it what the ILO asks, what can be claimed back?"""
        answered = self._transport.ask("POST", path_of("fees"), body=fee_body(question), is_read=True)
        return read(Fees, answered.json(), answered.where)

    def fee_rules(self) -> FeeRules:
        """The rules that the answers of fees() stand on."""
        return self._got(FeeRules, path_of("fee-rules"))

    def statistics(self, quarter: str | None = None) -> tuple[Quarter, ...]:
        """How many complaints came in each closed quarter, the newest first; or in one, like 2026-Q3."""
        return self._items(Quarter, path_of("statistics"), {"quarter": quarter})

    def statistics_table(self) -> str:
        """All closed quarters as CSV."""
        return self._text(path_of("statistics.csv"))

    def replies(self, agency_id: str) -> tuple[Reply, ...]:
        """What an agency says to a sanction or warning on its entry."""
        return self._items(Reply, path_of("agencies", agency_id, "replies"), {})

    def credential(self, licence_id: str) -> str:
        """A licence as a signed statement (SD-JWT VC), for check_offline()."""
        return self._text(path_of("licences", licence_id, "credential"))

    def bundle(self, licence_id: str) -> str:
        """All that is needed to check a licence off line, besides the registry's trust file, for check_offline()."""
        return self._text(path_of("licences", licence_id, "bundle"))

    def authorities(self, country: str | None = None) -> tuple[Authority, ...]:
        return self._items(Authority, path_of("authorities"), {"country": country})

    def _posted(self, kind: type[T], noun: str, question: Mapping[str, Any], is_read: bool = True) -> T:
        answered = self._transport.ask("POST", path_of(noun), body=as_body(question), is_read=is_read)
        return read(kind, answered.json(), answered.where)

    def _got(self, kind: type[T], path: str, question: Mapping[str, Any] | None = None) -> T:
        answered = self._transport.ask("GET", path, query=as_query(question or {}))
        return read(kind, answered.json(), answered.where)

    def _text(self, path: str) -> str:
        answered = self._transport.ask("GET", path, headers={"Accept": "*/*"})
        try:
            return answered.body.decode()
        except UnicodeDecodeError:
            raise UnexpectedAnswer(f"{answered.where}: no text in UTF-8") from None

    def _items(self, kind: type[T], path: str, question: Mapping[str, Any]) -> tuple[T, ...]:
        answered = self._transport.ask("GET", path, query=as_query(question))
        return items_of(kind, answered.json(), answered.where)
