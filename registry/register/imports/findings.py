"""What an import finds wrong with a row or a value, and what the operator can do about it. Pure."""

import msgspec

from registry.core.errors import ImportRefused
from registry.vocabulary.codes import Flaw

ADVICE: dict[Flaw, str] = {
    Flaw.NAME_MISSING: "a row must name its agency: ask the publisher, or leave the row out",
    Flaw.KEY_MISSING: "without the source's key a row cannot be told from others: add it, or choose another `key` in the mapping",
    Flaw.TOO_LONG: "shorten the value; a cell this long is often several columns run together",
    Flaw.CUT_SHORT: "longer than the registry keeps: its beginning was taken; see whether several columns ran together",
    Flaw.TOO_FEW_CELLS: "the row ends early: the file may be cut off, or a quotation mark may be missing",
    Flaw.TOO_MANY_CELLS: "the row has more cells than the header: a separator inside a value needs quotation marks around it",
    Flaw.SWALLOWED_ROWS: "a quotation mark that is opened and closed rows later makes several rows one cell: take it out",
    Flaw.SPARE_CELLS: "something stands beside the table, under no header: see whether the row is shifted",
    Flaw.UNREADABLE_TEXT: "the file shows letters without saying which they are: ask the publisher for a spreadsheet",
    Flaw.NOT_A_DATE: "write the day as YYYY-MM-DD, or add the list's form to `dates` in the mapping",
    Flaw.DATES_REVERSED: "the last day lies before the first: see whether two columns are swapped in the mapping",
    Flaw.UNKNOWN_WORD: "add the word to the value table [words] of the mapping",
    Flaw.NO_KIND: "no rule [[kind]] of the mapping fits this row's flags: add one, or ask the publisher what the row permits",
    Flaw.NOT_A_SECTOR: "give NACE codes like 78.10, or a value table [words.sectors]",
    Flaw.NOT_A_COUNTRY: "give ISO 3166-1 codes like CZ, or a value table [words.country]",
    Flaw.ROUNDED_NUMBER: "a spreadsheet has rounded the number: format the column as text and export again",
    Flaw.PERSONAL_DATA: "the value looks like a number of a natural person, which is never stored: drop the column",
    Flaw.RECORD_TOO_LARGE: "what is said of an agency must fit into 16 KiB: see whether rows of different agencies share a key",
    Flaw.IMPOSSIBLE_USCC: "no unified social credit code can look like this; the value was left out",
    Flaw.IMPOSSIBLE_LEI: "no LEI can look like this; the value was left out",
    Flaw.IMPOSSIBLE_VAT: "no VAT number can look like this; the value was left out",
    Flaw.IMPOSSIBLE_EUID: "an EUID is country, register, a full stop and the number; the value was left out",
    Flaw.IMPOSSIBLE_NUMBER: "the number has another length or other characters than the mapping says; the value was left out",
    Flaw.CHECK_FAILED: "the check digit does not fit: kept as the list has it; ask the publisher",
    Flaw.LOST_ZEROS: "leading zeros were lost, as spreadsheets do, and were put back",
    Flaw.MERGED_NAMES: "rows with the same key name the agency differently: later names are kept as trade names",
    Flaw.DOUBLED_LICENCE: "the same licence stands on the list twice with different facts: the last one counts",
    Flaw.SHARED_IDENTIFIER: "another row has this identifier under another key: both are taken for one agency; ask the publisher",
    Flaw.SEVERAL_AGENCIES: "its identifiers belong to different agencies of the registry: joined to the one that its key names",
    Flaw.CHANNEL_OF_A_PERSON: "phones and addresses of natural persons are not stored; the value was left out",
}
"""What to do about each flaw, for a report's reader."""


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing found in a row. `value` is left out wherever it might be about a natural person.

    `line` is the line of a text file, the row of a sheet, or the number of a JSON record, all from 1; `part` counts the
    licences within a JSON record. `place` is the part of the file, like `page 2`, where rows are counted through parts.
    """

    line: int
    column: str
    flaw: Flaw
    value: str | None = None
    part: int = 0
    detail: str = ""
    place: str = ""

    @property
    def advice(self) -> str:
        return ADVICE[self.flaw]


class NeedsApproval(ImportRefused):
    """The list can be read, but needs a decision: rows were rejected, or too much would be delisted."""


class Refused(Exception):
    """A row cannot be imported. Raised by the rules of a row; the reader of rows turns it into a Finding."""

    def __init__(self, column: str, flaw: Flaw, value: str | None = None, detail: str = "") -> None:
        super().__init__(flaw)
        self.column, self.flaw, self.value, self.detail = column, flaw, value, detail
