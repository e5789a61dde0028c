"""Examples of the file of receipts: a story in its order."""

from registry.api.organisations.story import example

RECEIPT, ABOUT, ARCHIVED_LIST = "RECEXPT2222F", "AGENCYX2222G", "KEPTXST2222H"
FORGED = "eyJhbGciOiJub25lIiwidHlwIjoicmVnaXN0cnktcmVjZWlwdCtqd3QifQ.eyJ2ZXJkaWN0IjoieWVzIn0."

_ONE = {"receipt_id": RECEIPT}
_LIST = {"list_id": ARCHIVED_LIST}

RECEIPTS = (
    example("listReceipts", "one", "What is kept", "/receipts"),
    example("listReceipts", "none", "Nothing about another agency", "/receipts", query={"agency_id": "DEGQTSQUSDTU"}),
    example("getReceipt", "one", "One receipt", "/receipts/{receipt_id}", path=_ONE),
    example("recheckReceipt", "forged", "One that was never signed", "/receipts/{receipt_id}/check", path=_ONE),
    example("listReceiptChanges", "forged", "What is otherwise now", "/receipts/changes"),
    example("exportReceipts", "table", "A table", "/receipts/export", query={"form": "csv"}),
    example("getReceiptSettings", "usual", "Seven years, as laws of supply chains ask", "/receipts/settings"),
    example(
        "updateReceiptSettings", "ten", "Every one, for ten years", "/receipts/settings", "PUT",
        body={"days": 3653, "is_archiving": True},
    ),
    example("listArchivedLists", "one", "What is kept of lists", "/archived-lists"),
    example("getArchivedList", "one", "One list", "/archived-lists/{list_id}", path=_LIST),
    example("getArchivedListStatements", "one", "Its statements", "/archived-lists/{list_id}/statements", path=_LIST),
    example(
        "getArchivedListRowProof", "first", "The first row by itself", "/archived-lists/{list_id}/proofs/{row}",
        path=_LIST | {"row": "0"},
    ),
    example("listArchivedListChanges", "one", "What is otherwise now", "/archived-lists/{list_id}/changes", path=_LIST),
    example("deleteArchivedList", "one", "Let it go", "/archived-lists/{list_id}", "DELETE", path=_LIST, status=204),
    example("deleteReceipt", "one", "Let it go", "/receipts/{receipt_id}", "DELETE", path=_ONE, status=204),
)  # fmt: skip
