"""What the registry stands on: the rules of countries, sectors, who helps, and open numbers about complaints."""

from dataclasses import dataclass
from datetime import date

from registry_client.api.answers import Whole


@dataclass(frozen=True, slots=True)
class Regime(Whole):
    """A country's rule for one activity, for some time. What is not listed is unknown."""

    country: str
    activity: str
    rule: str
    from_: date | None = None
    to: date | None = None
    foreign_licence: str = ""
    are_foreign_bodies_prohibited: bool = False
    wind_down_months: int | None = None
    source: str = ""
    source_on: date | None = None
    mark: str = ""
    note: str | None = None
    id: str = ""
    region: str | None = None
    article: str | None = None
    as_of: date | None = None
    check_by: date | None = None
    disputed: str | None = None
    weight: str = ""


@dataclass(frozen=True, slots=True)
class Sector(Whole):
    """A class of NACE in which workers are most at risk; questions take any other code as well."""

    code: str
    nace_revision: str
    name: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class HelpLine(Whole):
    """Who helps. A `number` without `is_number_checked` is a public body's own, not yet called by the registry: say so."""

    country: str | None = None
    number: str | None = None
    is_number_checked: bool = False
    region: str | None = None
    organisation: str | None = None
    run_by: str = ""
    run_by_text: str = ""
    languages: tuple[str, ...] = ()
    has_no: tuple[str, ...] = ()
    has_interpreters: bool = False
    hours: str | None = None
    is_free: bool = False
    is_anonymous: bool = False
    number_abroad: str | None = None
    for_what: str | None = None
    kind: str | None = None
    kind_text: str | None = None
    whatsapp: str | None = None
    has_wechat: bool = False
    app: str | None = None
    url: str | None = None
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Rounded to five, and never fewer."""

    value: str
    count: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class CountTable:
    """Complaints counted one way: what is not listed is fewer than five. `total` is None where one may stand in two cells."""

    dimension: str
    cells: tuple[Count, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Quarter(Whole):
    """A closed quarter; it never changes."""

    quarter: str
    from_: date
    to: date
    tables: tuple[CountTable, ...]
    closed_on: date | None = None
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Reply(Whole):
    """What an agency wrote of its own entry. It is the agency's word, beside the record and no part of it."""

    text: str
    shown_on: date
