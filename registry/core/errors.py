"""The registry's own errors. Their text is safe to show: it never holds more of the input than a parameter's name."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass

from registry.core.faults import Message
from registry.vocabulary.codes import Lack, Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one parameter or field, and what to do about it.

    `detail` is English. `message` words it for pages in every language; None where only programs read it.
    """

    parameter: str
    code: Problem
    detail: str
    message: Message | None = None

    @classmethod
    def of(cls, parameter: str, code: Problem, message: str | Message, /, **facts: object) -> "Fault":
        """A fault whose sentence stands in the catalogues: `message` is its code, `facts` are the values it speaks of."""
        worded = message if isinstance(message, Message) else Message(message, facts)
        return cls(parameter, code, str(worded), worded)

    def payload(self) -> dict[str, str]:
        """As programs read it."""
        return {"parameter": self.parameter, "code": self.code, "detail": self.detail}


class RegistryError(Exception):
    """Base of all errors whose text a caller, an operator or an officer may read."""

    code = Problem.INTERNAL

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class RetryLater(RegistryError):
    """Base of refusals for now: asking again after `retry_after` seconds makes sense."""

    def __init__(self, text: str, retry_after: int) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Lacking(RegistryError):
    """Base of acts that are refused as things stand.

    `lack` is a code of what does not hold, such as `hearing.own_draft`: its words stand at `hearing.lack.own_draft` in
    every page language, and `facts` are the values that they speak of.
    """

    def __init__(self, text: str, lack: str | None = None, **facts: object) -> None:
        super().__init__(text)
        self.lack, self.facts = lack, facts


class WithReason(RegistryError):
    """Base of refusals that may say a code of why beside their text."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason


class InvalidInput(RegistryError):
    """The question or payload is wrong; `faults` names each parameter."""

    code = Problem.INVALID_REQUEST

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.parameter}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)


class NotFound(RegistryError):
    code = Problem.NOT_FOUND


class CursorTooOld(RegistryError):
    """What lay behind the place is not kept any more; the text says how to go on."""

    code = Problem.CURSOR_TOO_OLD


class TooLarge(RegistryError):
    code = Problem.PAYLOAD_TOO_LARGE


class BodyIncomplete(RegistryError):
    """The connection ended, or said so, before all of the body had come: nothing was kept."""

    code = Problem.INCOMPLETE_BODY


class BodyTooSlow(RegistryError):
    """The body stopped, or came more slowly than is waited for: nothing was kept."""

    code = Problem.BODY_TOO_SLOW


class TooManyQuestions(RegistryError):
    """More questions than are answered in one go; the text says where so many are taken."""

    code = Problem.TOO_MANY_QUESTIONS


class RefusedFile(InvalidInput):
    """A file is not taken as an attachment; nothing of it was kept. The text holds neither its name nor its content."""

    def __init__(self, code: Problem, detail: str) -> None:
        super().__init__([Fault("file", code, detail)])
        self.code = code


class FileTooLarge(RefusedFile):
    """One file, or all of a case together, would be larger than is taken."""


class UnreadableList(RegistryError):
    """A list of questions cannot be read, or its columns not be told apart; the text says where and what to do."""

    code = Problem.UNREADABLE_LIST


class FilesUnavailable(RegistryError):
    """The store of attachments is away: nothing was kept, and the same upload can be tried again."""

    code = Problem.FILES_UNAVAILABLE


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE})
"""Errors of the system that say that its disk, or room for open files, is at an end."""


class BackupRefused(RegistryError):
    """A backup cannot be made or put back so; the text says what to do."""


class KeyInAddress(InvalidInput):
    """A key stood in an address, which is written down along the way by many: it is refused, and should be revoked."""

    code = Problem.KEY_IN_ADDRESS

    def __init__(self) -> None:
        detail = "a key stands in no address: send it as Authorization: Bearer, and revoke this one, for others may have read it"
        super().__init__([Fault("query", self.code, detail)])


class UnsupportedMediaType(RegistryError):
    code = Problem.UNSUPPORTED_MEDIA_TYPE


class TooManyRequests(RetryLater):
    code = Problem.TOO_MANY_REQUESTS


class DatabaseUnavailable(RegistryError):
    """The database is away: the answer is 503, never "not registered"."""

    code = Problem.DATABASE_UNAVAILABLE


class NotMigrated(RegistryError):
    code = Problem.NOT_MIGRATED


class NotIssuing(RegistryError):
    """Nothing can be signed now: a key, its certificate or the first checkpoint is missing.

    It may be there in a moment.
    """

    code = Problem.NOT_ISSUING


class WithheldByLaw(RegistryError):
    """What the law no longer lets us say; nothing is signed about it either."""

    code = Problem.WITHHELD_BY_LAW


class NotAdmitted(RegistryError):
    """Work or waiting is missing before a complaint is begun or come back to.

    `retry_after` is what is left of a wait in seconds, 0 where a fresh offer is needed.
    """

    code = Problem.NOT_ADMITTED

    def __init__(self, text: str, lack: Lack, retry_after: int = 0) -> None:
        super().__init__(text)
        self.lack = lack
        self.retry_after = retry_after


class RepeatDiffers(RegistryError):
    """An Idempotency-Key came again with another request: nothing was done."""

    code = Problem.REPEAT_DIFFERS


class StillRunning(RetryLater):
    """The first request with an Idempotency-Key is still being carried out: nothing was done for this one."""

    code = Problem.STILL_RUNNING


class AlreadyDone(RegistryError):
    """It was done when this key came first, and what was answered then is shown once only: a receipt."""

    code = Problem.ALREADY_DONE


class SettingsError(RegistryError):
    """A setting is wrong; the text names it and says what to do."""


class KeyTrouble(RegistryError):
    """A key is missing, damaged or open to others; the text says which file and what to do."""


class KeyNotLogged(KeyTrouble):
    """The public log does not show a key that would be sealed to, or says that it was taken back; text and `kid` name it."""

    code = Problem.KEY_NOT_LOGGED

    def __init__(self, text: str, kid: str) -> None:
        super().__init__(text)
        self.kid = kid


class KeyNotHere(RegistryError):
    """The request needs a key that this server lacks; its log names the key for the operator."""

    code = Problem.KEY_NOT_HERE


class ErasedAgency(RegistryError):
    """The holder's name was erased; nothing more is written down of it."""


class EntryTooLarge(RegistryError):
    """A public record does not fit into one entry of 16 KiB."""


class UnfitText(RegistryError):
    """A public record holds text that may not be logged: outside NFC, or with control or reordering characters."""


class ImportRefused(RegistryError):
    """A file cannot be imported as asked; nothing was changed."""


class ReaderUnavailable(ImportRefused):
    """No process can be confined on this machine: a file of a form that needs one is not read; the text says why."""


class ChannelChangeRefused(Lacking):
    """A registered channel may not be changed as asked; nothing was changed."""

    code = Problem.ACT_REFUSED


class BadProof(RegistryError):
    """A signature, proof, checkpoint or policy of a log does not hold, or cannot be read; the text says which."""


class TimestampMissed(RegistryError):
    """An authority gave no time stamp, or one that does not hold; the text says which and why. It is asked again."""


class DatasetRefused(RegistryError):
    """A folder or a delta of the dataset is damaged, half written, not ours, or follows from nothing that was signed."""


class ForkRefused(RegistryError):
    """The log here does not follow from what was signed before: signing on would show two histories."""


class GuardAway(RegistryError):
    """The second place that has each head of the log first gives no answer: nothing is signed before it does."""


class GuardUnfit(RegistryError):
    """What is named as the log's guard cannot keep two homes from signing at once; the text says why and what to do."""


class ClockWrong(RegistryError):
    """This machine's clock is wrong: nothing is destroyed, signed or published until it is set; the text says how far off."""

    code = Problem.CLOCK_WRONG


class LogClosed(RegistryError):
    """The log has its final checkpoint: nothing more is published."""

    code = Problem.LOG_CLOSED


class MistypedReceipt(RegistryError):
    """The check digits of a receipt do not fit: it was mistyped. Nothing was looked up."""

    code = Problem.MISTYPED_RECEIPT


class UnknownReceipt(RegistryError):
    """No mailbox opens by this complaint code: unknown, expired, purged, withdrawn and replaced look alike."""

    code = Problem.UNKNOWN_RECEIPT


class NoVisit(RegistryError):
    """The session is over or was never begun; the receipt opens the mailbox again."""

    code = Problem.NO_VISIT


class TooBusy(RetryLater):
    """More of something costly is being done than the machine can."""

    code = Problem.TOO_BUSY


class Unopenable(RegistryError):
    """Something sealed cannot be opened: damaged, moved from another place, or sealed under a key that is not here."""


class IntakeClosed(RegistryError):
    """No unit takes complaints here now."""

    code = Problem.INTAKE_CLOSED


class NotNow(Lacking):
    """What is asked for fits no longer, or not yet; the text says what comes first."""

    code = Problem.NOT_NOW


class IllegalMove(Lacking):
    """A case may not be moved so; nothing was changed."""

    code = Problem.ILLEGAL_MOVE


class StaleVersion(RegistryError):
    """Somebody changed it since it was read; nothing was changed."""

    code = Problem.STALE_VERSION


class VersionMissing(RegistryError):
    """A change came without the version it was made from: it could undo an unseen change. Nothing was changed."""

    code = Problem.VERSION_MISSING


class NotSignedIn(WithReason):
    """Authentication required, or incomplete: the same words for every token that is not valid.

    `reason` is a code where what was sent is good and waits for something, such as "sign_in_at_provider".
    """

    code = Problem.NOT_SIGNED_IN


class ActRefused(RegistryError):
    """An officer may not do this, or not like this; nothing was changed.

    `reason` is a code, the text says what to do.
    """

    code = Problem.ACT_REFUSED

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Forbidden(WithReason):
    """The officer's roles do not allow it. For what belongs to another unit NotFound is raised instead.

    `reason` is a code where it is something else than the roles, such as "conflict_of_interest".
    """

    code = Problem.FORBIDDEN


class NotInMode(Forbidden):
    """A test key where there is no sandbox."""

    code = Problem.TEST_KEY_ON_REAL_DATA


class LiveKey(Forbidden):
    """A live key for what test keys do."""

    code = Problem.LIVE_KEY_ON_TEST_DATA


class ScopeMissing(Forbidden):
    """An organisation's key does not open this; the text names the scope that would."""

    code = Problem.SCOPE_MISSING
