"""What the registry answers, typed. Each holds `raw`, the object as it came, for whatever is newer than this client.

Words such as verdicts, kinds and codes are text: a word that is new is no error. Only `yes` is yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Raw = Mapping[str, Any]

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An answer with the object it came as."""

    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class LawRow:
    """A row of law that a reason stands on; `as_of` is the state of the text, `text` English or None."""

    id: str
    country: str = ""
    article: str | None = None
    text: str | None = None
    as_of: date | None = None
    mark: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why; `code` for programs, `text` in the language that was asked for."""

    code: str
    text: str = ""
    weight: str = ""
    law: tuple[LawRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A parameter that could still change the answer, and the values it takes."""

    parameter: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    kind: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Agency(Whole):
    """An agency in short, as a hit of a search (`score`), or whole: then `licences` and the rest of `raw` say more."""

    agency_id: str
    country: str
    role: str = ""
    holder_kind: str = ""
    names: tuple[Name, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    place: str = ""
    dissolved_on: date | None = None
    is_correction_requested: bool = False
    withheld: str = ""
    score: float | None = None
    licences: "tuple[Licence, ...]" = ()
    source: str = ""
    retrieved_at: datetime | None = None

    @property
    def name(self) -> str:
        """The first of its names; empty where the law lets none be shown."""
        return self.names[0].name if self.names else ""


@dataclass(frozen=True, slots=True)
class Licence(Whole):
    """`status` is that of the day asked about; None: nothing was stated for it."""

    licence_id: str
    authority: str
    country: str
    kind: str
    number: str = ""
    status: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    agency_id: str = ""
    on: date | None = None
    source: str = ""
    retrieved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The list an answer stands on."""

    authority: str
    name: str = ""
    retrieved_at: datetime | None = None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Imitation:
    """A licensed agency whose name is near."""

    agency: Agency
    name: str
    how: str = ""
    score: float = 0.0
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict(Whole):
    """May this recruiter recruit? `reasons[0]` decides, the rest explain.

    `needs`: ask again with these, in this order.
    """

    verdict: str
    reasons: tuple[Reason, ...]
    on: date
    may_continue_existing_placements: str = "unknown"
    agency: Agency | None = None
    licence: Licence | None = None
    candidates: tuple[Agency, ...] = ()
    possible_clone_of: tuple[Imitation, ...] = ()
    source: Source | None = None
    needs: tuple[Need, ...] = ()
    not_asked: tuple[str, ...] = ()
    question: Mapping[str, Any] = field(default_factory=dict)
    receipt: str = field(default="", repr=False)
    receipt_id: str = ""

    @property
    def is_yes(self) -> bool:
        return self.verdict == YES

    @property
    def is_no(self) -> bool:
        return self.verdict == NO


@dataclass(frozen=True, slots=True)
class Leg(Whole):
    """One part of a corridor: `sending_licence`, `receiving_licence` or `agreement`."""

    leg: str
    verdict: str
    reasons: tuple[Reason, ...] = ()
    on: date | None = None
    agency: Agency | None = None
    licence: Licence | None = None
    agreement: Raw | None = None
    candidates: tuple[Agency, ...] = ()
    source: Source | None = None
    needs: tuple[Need, ...] = ()
    question: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Corridor(Whole):
    """The whole is `yes` only where each leg is, or is not required."""

    verdict: str
    legs: tuple[Leg, ...]

    @property
    def is_yes(self) -> bool:
        return self.verdict == YES

    @property
    def is_no(self) -> bool:
        return self.verdict == NO

    def leg(self, name: str) -> Leg | None:
        return next((one for one in self.legs if one.leg == name), None)


@dataclass(frozen=True, slots=True)
class Checked:
    """One statement of a recruiter about itself, and how it compares with the register."""

    kind: str
    value: str
    outcome: str
    text: str = ""
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Checks(Whole):
    """What a recruiter said, beside what the agency registered."""

    summary: Reason
    checks: tuple[Checked, ...]
    verdict: str
    reasons: tuple[Reason, ...] = ()
    papers: tuple[Reason, ...] = ()
    offer: str = "unknown"
    red_flags: tuple[Reason, ...] = ()
    law: tuple[Reason, ...] = ()
    agency: Agency | None = None
    candidates: tuple[Agency, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """An entry of the log about an agency, its licences or agreements."""

    index: int
    at: datetime
    type: str
    key: str
    record: Raw


@dataclass(frozen=True, slots=True)
class Coverage(Whole):
    """A list that the registry reads: where there is none, silence says nothing."""

    authority: str
    country: str
    name: str = ""
    kinds: tuple[str, ...] = ()
    is_full: bool = False
    is_national: bool = False
    source: str = ""
    fresh_for_days: int = 0
    retrieved_at: datetime | None = None
    stale_at: datetime | None = None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Authority(Whole):
    authority: str
    country: str
    name: str
    website: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerThen(Whole):
    """What a receipt says was answered."""

    issued_at: datetime
    verdict: str
    on: date
    question: Raw
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerToday:
    verdict: str
    on: date
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptCheck(Whole):
    """Whether the registry signed a receipt, what it said then, and what it says today.

    `changed` names what differs.
    """

    genuine: str
    problem: Reason | None = None
    then: AnswerThen | None = None
    today: AnswerToday | None = None
    changed: tuple[str, ...] = ()
