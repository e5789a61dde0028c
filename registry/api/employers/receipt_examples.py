"""Examples of the file of receipts: a story in its order."""

from registry.api.employers.story import example

RECEIPT, ABOUT = "RECEXPT2222F", "AGENCYX2222G"
FORGED = "eyJhbGciOiJub25lIiwidHlwIjoicmVnaXN0cnktcmVjZWlwdCtqd3QifQ.eyJ2ZXJkaWN0IjoieWVzIn0."

_ONE = {"receipt_id": RECEIPT}

RECEIPTS = (
    example("listReceipts", "one", "What is kept", "/receipts"),
    example("listReceipts", "none", "Nothing about another agency", "/receipts", query={"agency_id": "DEMASENDAG2R"}),
    example("getReceipt", "one", "One receipt", "/receipts/{receipt_id}", path=_ONE),
    example("checkReceiptAgain", "forged", "One that nobody signed", "/receipts/{receipt_id}/check", path=_ONE),
    example("listReceiptChanges", "forged", "What is otherwise now", "/receipts/changes"),
    example("exportReceipts", "table", "A table", "/receipts/export", query={"form": "csv"}),
    example("getReceiptSettings", "usual", "Seven years, as laws of supply chains ask", "/receipts/settings"),
    example("chooseReceiptSettings", "ten", "Ten years", "/receipts/settings", "PUT", body={"days": 3653}),
    example("deleteReceipt", "one", "Let it go", "/receipts/{receipt_id}", "DELETE", path=_ONE, status=204),
)
