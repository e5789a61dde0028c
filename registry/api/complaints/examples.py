"""Examples of complaints: one story in its order. A test plays it and holds the answers in examples.json to what comes back.

Receipts, tokens and references are new each time; in the story they are these.
"""

from typing import Any

from registry.api.examples import Example

RECEIPT = "4821 0937 5516 0284 7731 55"
OTHER_RECEIPT = "7034 1188 2950 4417 6602 50"
TOKEN = "mN3vQx7hT0aLr5YcK2wZp9sBfJ6uEdGiOoXkVb4R1tA"
PROOF = "eyJjaGFsbGVuZ2UiOnsicGFyYW1ldGVycyI6IuKApiJ9LCJzb2x1dGlvbiI6IuKApiJ9"
MESSAGE, HELPER, ATTACHMENT = "MESSAGE2222X", "HELPERB2222Y", "ATTACHM2222Z"

_PATH = "/api/v1/complaints"


def _example(operation: str, name: str, summary: str, place: str, method: str, **more: Any) -> Example:
    return Example(operation, name, summary, f"{_PATH}{place}", verb=method, package=__package__, **more)


STORY = (
    _example("getQuestionnaire", "all", "The first three questions", "/questionnaire", "GET"),
    _example("getChallenge", "start", "To begin", "/offer", "GET", query={"purpose": "start"}),
    _example(
        "startComplaint",
        "helper",
        "A union files for a worker",
        "",
        "POST",
        body={"role": "helper", "language": "zh-Hans", "proof": PROOF},
        status=201,
    ),
    _example("confirmComplaintCode", "typed_back", "Typed back", "/confirm", "POST", body={"last_six": "773155"}),
    _example(
        "updateAnswers",
        "some",
        "Some answers",
        "/answers",
        "PATCH",
        body={
            "answers": {
                "who_files": "union",
                "helper_agreed": "yes",
                "agency": {"name": "虚构对外劳务合作示例有限公司"},
                "country": "IT",
                "retention_of_identity_documents": "yes",
                "account": "中介收了三万元，护照被工头拿走。",
            }
        },
    ),
    _example("addAttachment", "note", "A note as plain text", "/attachments", "POST", status=201),
    _example(
        "getAttachmentCopy",
        "not_here",
        "A file that is not in this mailbox",
        "/attachments/{attachment_id}/copy",
        "GET",
        path={"attachment_id": MESSAGE},
        status=404,
    ),
    _example(
        "removeAttachment",
        "draft",
        "Removed from a draft",
        "/attachments/{attachment_id}",
        "DELETE",
        path={"attachment_id": ATTACHMENT},
        status=204,
    ),
    _example("getAnswers", "draft", "A draft", "/answers", "GET"),
    _example("submitComplaint", "done", "Handed in", "/submit", "POST"),
    _example(
        "sendMessage", "more", "Something more", "/messages", "POST", body={"text": "她今天拿到了手机。"}, status=201
    ),
    _example(
        "setConsent",
        "union",
        "The union may be told",
        "/consents/{kind}",
        "PUT",
        path={"kind": "union"},
        body={"is_given": True},
        status=204,
    ),
    _example("createWorkerCode", "receipt", "A receipt for the worker", "/worker", "POST", status=201),
    _example(
        "startVisit",
        "worker",
        "The worker comes in",
        "/visits",
        "POST",
        body={"receipt": OTHER_RECEIPT, "proof": PROOF},
        status=201,
    ),
    _example("getMailbox", "worker", "What the worker reads", "/mailbox", "GET"),
    _example(
        "updateHelper",
        "allowed",
        "Answers go to the union too",
        "/helpers/{helper_id}",
        "PUT",
        path={"helper_id": HELPER},
        body={"answers_allowed": True},
        status=204,
    ),
    _example(
        "removeHelper",
        "cut_off",
        "The union is cut off",
        "/helpers/{helper_id}",
        "DELETE",
        path={"helper_id": HELPER},
        status=204,
    ),
    _example("downloadMailbox", "all", "Everything, to take home", "/copy", "GET"),
    _example("replaceComplaintCode", "another", "Another receipt", "/receipt", "POST", status=201),
    _example("withdrawComplaint", "taken_back", "Taken back", "/withdraw", "POST", status=204),
    _example(
        "reopenComplaint", "again", "Taken up again", "/reopen", "POST", body={"text": "我是被逼撤回的。"}, status=204
    ),
    _example("endVisit", "over", "Over", "/visits/current", "DELETE", status=204),
)
