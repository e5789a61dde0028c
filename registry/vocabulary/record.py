"""The public record: what the registry tells everybody about one agency.

The same shapes are rendered to bytes when something is published, read back for a verdict, cut into log entries, and
documented in the description of the API (schemas.out). A field that is absent was not stated; an empty list was
stated to be empty. Nothing that depends on today's date stands in a record.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar, get_args, get_type_hints

from msgspec import Meta, Struct

from registry.vocabulary import register

Reference = Annotated[
    str, Meta(description="Twelve characters, the last a check character.", examples=["2K7MPXW4NQ9T"])
]
Country = Annotated[str, Meta(description="ISO 3166-1 alpha-2.")]
Withheld = Annotated[str, Meta(description="Set where the law no longer lets the registry show this.")]


class Part(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False, rename={"from_": "from"}):
    """A piece of a record. Days are `YYYY-MM-DD`, the last one inclusive; instants end in Z.

    No part can contain itself, so the cyclic garbage collector need not visit the thousands that a bulk job reads.
    """


class Sourced(Part, frozen=True):
    """A fact with the list it was read from and when it was first read so."""

    source: Annotated[str, Meta(description="Reference of the list.")]
    retrieved_at: datetime


class Name(Sourced, frozen=True):
    name: str
    script: register.Script
    kind: register.NameKind
    from_: date | None = None
    to: date | None = None


class Identifier(Sourced, frozen=True):
    scheme: register.IdentifierScheme
    value: str
    from_: date | None = None
    to: date | None = None
    has_failed_check: Annotated[bool, Meta(description="Its check character is wrong, as on the list itself.")] = False
    is_under_review: Annotated[bool, Meta(description="A change that no official has looked at yet.")] = False


class Corridor(Part, frozen=True):
    """Origin and destination, ISO 3166-1 alpha-2; an absent one means any."""

    schema_name: ClassVar = "CorridorScope"
    origin: Country | None = None
    destination: Country | None = None


class Sector(Part, frozen=True):
    """A NACE code with its revision, for codes change meaning between revisions."""

    schema_name: ClassVar = "SectorScope"
    code: str
    nace_revision: Annotated[str, Meta(extra={"words": register.NACE_REVISIONS})]


class Condition(Part, frozen=True):
    code: register.ConditionCode
    sectors: tuple[Sector, ...] = ()
    destinations: tuple[str, ...] = ()
    text: str | None = None


class StatusPeriod(Sourced, frozen=True):
    """A status the authority stated.

    A bad one whose publicity has ended by law keeps its days and says `withheld` instead.
    """

    status: register.LicenceStatus | None = None
    from_: date | None = None
    to: date | None = None
    ground: Annotated[str | None, Meta(description="Citation of the law.")] = None
    ground_text: str | None = None
    publish_until: Annotated[date | None, Meta(description="Last day on which the law lets this be shown.")] = None
    until: Annotated[date | None, Meta(description="Last day of a wind-down.")] = None
    is_stayed: Annotated[bool, Meta(description="An appeal stays it.")] = False
    withheld: Withheld | None = None


class Licence(Sourced, frozen=True):
    """One permission. A scope that is absent was not stated; an empty one was stated to be empty.

    `status_place` is reserved from the first entry on. A day or line of text that is added here is stored, imported, typed
    in by officers, shown and listed in the dataset by its line here (docs/maintainers/licence-fields.md).
    """

    licence_id: Reference
    authority: str
    country: Country
    kind: register.LicenceKind
    status_place: Annotated[int, Meta(description="Its place in the status lists.")]
    number: Annotated[str | None, Meta(description="As printed; some lists print none.")] = None
    valid_from: date | None = None
    valid_to: Annotated[date | None, Meta(description="Last day.")] = None
    corridors: tuple[Corridor, ...] | None = None
    sectors: tuple[Sector, ...] | None = None
    activities: tuple[register.Activity, ...] | None = None
    conditions: tuple[Condition, ...] | None = None
    status_history: tuple[StatusPeriod, ...] = ()
    region: Annotated[
        str | None,
        Meta(
            description="Part of the country that it is for, as the country's law calls it; licences there go by region."
        ),
    ] = None


_LICENCE_TYPES = get_type_hints(Licence)
_IDENTITY = ("licence_id", "authority", "country", "kind", "status_place", "number")
TERMS = tuple(
    name for name in Licence.__struct_fields__ if name not in (*Sourced.__struct_fields__, *_IDENTITY, "status_history")
)
"""Fields of a licence that lists and officers state as its terms, and may state otherwise later."""
TERM_TYPES = {name: _LICENCE_TYPES[name] for name in TERMS}
TERM_DAYS = tuple(name for name, kind in TERM_TYPES.items() if kind == date | None)
TERM_LINES = tuple(name for name, kind in TERM_TYPES.items() if kind == str | None)
DETAILS = tuple(name for name in (*TERM_DAYS, *TERM_LINES) if name not in ("valid_from", "valid_to"))
"""Days and lines that are shown by themselves, labelled `page.agency.licence.<name>`; the other two are one span of days."""
MAX_LINE = 400
"""Characters of a term that is a line of text."""


def described(term: str) -> str:
    """The description of a licence's term; "" where it has none."""
    kind = get_type_hints(Licence, include_extras=True)[term]
    return next((part.description or "" for part in get_args(kind) if isinstance(part, Meta)), "")


class Employer(Part, frozen=True):
    name: str
    country: Country
    identifier: str | None = None


class Agreement(Sourced, frozen=True):
    """A registered contract of a sending agency with a receiving agency or a direct employer."""

    agreement_id: Reference
    sending: Reference
    authority: str
    origin: Country
    destination: Country
    receiving: Reference | None = None
    employer: Employer | None = None
    number: str | None = None
    sectors: tuple[Sector, ...] | None = None
    from_: date | None = None
    to: date | None = None


class Deposit(Sourced, frozen=True):
    """Money kept for workers' claims."""

    form: str
    amount: Annotated[str, Meta(description="Decimal text in `currency`.")]
    currency: Annotated[str, Meta(description="ISO 4217.")]
    held_by: str | None = None
    from_: date | None = None
    to: date | None = None


class Intermediary(Sourced, frozen=True):
    """Recruits for the agency and holds no licence of its own."""

    name: str
    number: str | None = None
    place: str | None = None
    from_: date | None = None
    to: date | None = None


class Channel(Sourced, frozen=True):
    """A channel that the agency declared as its own."""

    kind: register.ChannelKind
    value: str
    from_: date | None = None
    to: date | None = None


class Sanction(Sourced, frozen=True):
    sanction_id: Reference
    kind: register.SanctionKind | None = None
    legal_ground: str | None = None
    published_on: date | None = None
    from_: date | None = None
    to: date | None = None
    licence_id: Reference | None = None
    is_stayed_by_appeal: bool = False
    appeal_deadline: date | None = None
    publish_until: date | None = None
    ended_as: register.SanctionEnd | None = None
    withheld: Withheld | None = None


class Warning_(Sourced, frozen=True):  # noqa: N801 - `Warning` is a builtin
    """An official's warning that this agency is imitated."""

    schema_name: ClassVar = "Warning"
    text: str
    from_: date | None = None
    to: date | None = None


class Agency(Sourced, frozen=True):
    """The whole public record of one agency."""

    agency_id: str
    country: str
    role: register.Role
    holder_kind: register.HolderKind
    names: tuple[Name, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    place: str | None = None
    dissolved_on: date | None = None
    is_correction_requested: bool = False
    clone_warnings: tuple[Warning_, ...] = ()
    licences: tuple[Licence, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    deposits: tuple[Deposit, ...] = ()
    intermediaries: tuple[Intermediary, ...] = ()
    channels: tuple[Channel, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    withheld: str | None = None


class LicenceOnDay(Licence, frozen=True, kw_only=True):
    """A licence with the status that counts on the day asked about, worked out when asked."""

    status: Annotated[register.LicenceStatus | None, Meta(description="Null: nothing was stated for that day.")]


class LicenceAnswer(LicenceOnDay, frozen=True, kw_only=True):
    """A licence on its own, with its holder."""

    agency_id: Reference
    on: Annotated[date, Meta(description="The day `status` is for.")]


class NameShown(Struct, frozen=True, gc=False, rename={"from_": "from"}):
    """A name with both its days, null where none was stated: readers need not ask whether a key is there."""

    schema_name: ClassVar = "Name"
    name: str
    script: register.Script
    kind: register.NameKind
    from_: date | None
    to: date | None
    source: Annotated[str, Meta(description="Reference of the list.")]
    retrieved_at: datetime


class AgencySummary(Struct, frozen=True, gc=False, omit_defaults=True):
    """What every answer says of an agency: its record with nothing of its licences."""

    agency_id: Reference
    country: Country
    role: register.Role
    holder_kind: register.HolderKind
    names: list[NameShown]
    identifiers: tuple[Identifier, ...]
    source: Annotated[str, Meta(description="Reference of the list.")]
    retrieved_at: datetime
    place: str | None = None
    dissolved_on: date | None = None
    is_correction_requested: bool = False
    clone_warnings: tuple[Warning_, ...] = ()
    withheld: Withheld | None = None


class AgencyShown(AgencySummary, frozen=True, kw_only=True):
    """The whole public record of an agency, with the lists that the record leaves out when empty."""

    schema_name: ClassVar = "Agency"
    licences: tuple[Licence, ...]
    agreements: tuple[Agreement, ...]
    deposits: tuple[Deposit, ...]
    intermediaries: tuple[Intermediary, ...]
    channels: tuple[Channel, ...]
    sanctions: tuple[Sanction, ...]


class Match(Struct, frozen=True, gc=False, omit_defaults=True):
    """Why an agency is among the hits of `q`."""

    by: Annotated[str, Meta(description="What matched: `name`, `licence_number`, `agency_id`, an identifier.")]
    value: Annotated[str, Meta(description="The name as registered, or the number without spaces.")]
    kind: Annotated[register.NameKind | None, Meta(description="Of a name: which kind.")] = None
    how: Annotated[register.Likeness | None, Meta(description="Of a name: in what way it matched.")] = None


class AgencyHit(AgencySummary, frozen=True, kw_only=True):
    """An agency of a list. `score` and `matched` stand there for hits of `q` alone."""

    score: Annotated[
        float | None, Meta(description="0 to 100; 100 is the whole number or name. Below 60 nothing is shown.")
    ] = None
    matched: Match | None = None
