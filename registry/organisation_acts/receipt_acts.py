"""Acts on the file of receipts: for how long it is kept, and what is deleted of it."""

from registry.bulk.archive import lists, receipts
from registry.organisation_acts.acts import OrganisationAct, OrganisationCall, acts_of
from registry.vocabulary.organisations import Scope
from schemas.receipts import ReceiptSettingsChangeSchema


def _set(call: OrganisationCall, days: int, is_archiving: bool | None = None) -> None:
    receipts.choose_days(call.session, call.actor.id, days)
    if is_archiving is not None:
        receipts.choose_every(call.session, call.actor.id, is_archiving)


def _delete_receipt(call: OrganisationCall) -> None:
    receipts.let_go(call.session, call.actor.id, call.reference)


def _delete_list(call: OrganisationCall) -> None:
    lists.let_list_go(call.session, call.actor.id, call.reference)


RECEIPTS = acts_of(
    OrganisationAct(
        "settings", Scope.RECEIPTS, _set, "updateReceiptSettings",
        """Set for how long new receipts are archived, and whether all are.

        Those that are there keep their day. With `is_archiving` each question that comes with a key of the organisation is kept,
        lists too, unless the question or the key says otherwise.
        """,
        ReceiptSettingsChangeSchema, method="put", is_versioned=False, statuses=(409, 413, 415),
    ),
)  # fmt: skip

ONE_RECEIPT = acts_of(
    OrganisationAct(
        "remove", Scope.RECEIPTS, _delete_receipt, "deleteReceipt", "Delete an archived receipt for good.",
        method="delete", path="", is_versioned=False, statuses=(404,),
    ),
)  # fmt: skip

ONE_LIST = acts_of(
    OrganisationAct(
        "remove", Scope.RECEIPTS, _delete_list, "deleteArchivedList",
        "Delete an archived list for good. A job that was archived is removed after its usual time.",
        method="delete", path="", is_versioned=False, statuses=(404,),
    ),
)  # fmt: skip
