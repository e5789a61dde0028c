"""A client generated from the document files a complaint with the served registry, over a socket."""

import io
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.api.generated_client import part
from tests.complaints.complainant import Complainant, by_socket
from tests.serving import Served

pytestmark = pytest.mark.slow


@pytest.mark.thorough
def test_a_generated_client_files_and_comes_back(generated: str, served: Served, session: Session, unit: str) -> None:
    models: Any = part(generated, "models")
    proofs = Complainant(by_socket(served.base_url))
    anybody: Any = part(generated, "client").Client(base_url=served.base_url, raise_on_unexpected_status=True)

    begun = part(generated, "api.complaints.start_complaint").sync(
        client=anybody,
        body=models.ComplaintStart(
            role=models.MailboxRole.WORKER, language=models.Language.ZH_HANS, proof=proofs.proof("start")
        ),
    )
    assert isinstance(begun, models.ComplaintStarted)
    here = authenticated(generated, served, begun.token)
    part(generated, "api.complaints.confirm_complaint_code").sync(
        client=here, body=models.ReceiptConfirm(last_six=begun.receipt.replace(" ", "")[-6:])
    )
    answers = models.AnswersChange(answers=models.AnswersChangeAnswers.from_dict({"country": "IT", "in_danger": "no"}))
    changed = part(generated, "api.complaints.update_answers").sync(client=here, body=answers)
    assert changed.answers.to_dict() == {"country": "IT", "in_danger": "no"}
    sent = part(generated, "api.complaints.add_attachment").sync(
        client=here, body=part(generated, "types").File(payload=io.BytesIO("记事".encode())), x_file_name="a.txt"
    )
    assert sent.kind is models.FileKind.TXT
    assert part(generated, "api.complaints.submit_complaint").sync(client=here).state == "received"

    back = part(generated, "api.complaints.start_visit").sync(
        client=anybody, body=models.VisitStart(receipt=begun.receipt, proof=proofs.proof("open"))
    )
    mailbox = part(generated, "api.complaints.get_mailbox").sync(client=authenticated(generated, served, back.token))
    assert (mailbox.role, [one.name for one in mailbox.attachments]) == (models.MailboxRole.WORKER, ["a.txt"])
    refused = part(generated, "api.complaints.get_mailbox").sync(client=authenticated(generated, served, "A" * 43))
    assert refused.code is models.ProblemCode.NO_VISIT


def authenticated(package: str, served: Served, token: str) -> Any:
    return part(package, "client").AuthenticatedClient(
        base_url=served.base_url, token=token, raise_on_unexpected_status=True
    )
