"""Every operation of the document has its call in the client, or stands in a short list of those that have none on purpose.

Each call is made once, to a server that answers with the document's own example: it has to lead to that operation and to read
that answer.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from registry_client.api import Client
from registry_client.api import errors as api_errors
from registry_client.api.jobs import Job
from registry_client.api.watches import Watch, Webhook
from registry_client.api.watches import _streamed as streamed

from tests.client.api_site import Reply, Site, answering

DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())

WATCH = Watch("W1", "mine", "list", 3)
HOOK = Webhook("H1", "https://hooks.example.org/", "ear", "enabled", 3)
CHARGE = {"kind": "recruitment_service_payment", "amount": Decimal("30000.50"), "currency": "CNY", "state": "paid"}


def asked_in(name: str) -> list[dict[str, Any]]:
    """The items of the document's own question."""
    (example, *_) = FOR_ALL[name][2]["requestBody"]["content"]["application/json"]["examples"].values()
    return list(example["value"]["items"])


def job_of(client: Client) -> Job:
    return client.jobs.get("J1")


def heard(client: Client, folder: Path) -> None:
    """The first event of a stream that has nothing to catch up with: what came before has its own call."""
    (event, *_) = streamed(client.events._transport, "AAAA")
    assert event.type == "licence.suspended"


CALLS: Mapping[str, Callable[[Client, Path], Any]] = {
    "verifyByPost": lambda client, _: client.verify(uscc="91990001MADEM00112"),
    "verifyCorridorByPost": lambda client, _: client.corridor(sending="S", receiving="R"),
    "verifyMany": lambda client, _: client.verify_many(asked_in("verifyMany")),
    "verifyManyCorridors": lambda client, _: client.corridor_many(asked_in("verifyManyCorridors")),
    "checkClaims": lambda client, _: client.check(number="N", phone="+86 10"),
    "listAgencies": lambda client, _: next(client.agencies(q="x")),
    "getAgency": lambda client, _: client.agency("A1"),
    "getAgencyHistory": lambda client, _: next(client.history("A1")),
    "getAgencyReplies": lambda client, _: client.replies("A1"),
    "getAgencyLicences": lambda client, _: client.licences("A1"),
    "getLicence": lambda client, _: client.licence("L1"),
    "getCoverage": lambda client, _: client.coverage("IT"),
    "listAuthorities": lambda client, _: client.authorities("IT"),
    "listRegimes": lambda client, _: client.regimes("NL", on=date(2026, 11, 1)),
    "listSectors": lambda client, _: client.sectors(),
    "listHelpLines": lambda client, _: client.help_lines("IT"),
    "checkFees": lambda client, _: client.fees(charges=[CHARGE], origin="CN", destination="IT"),
    "listFeeRules": lambda client, _: client.fee_rules(),
    "getLicenceCredential": lambda client, _: client.credential("L1"),
    "getLicenceBundle": lambda client, _: client.bundle("L1"),
    "verifyReceipt": lambda client, _: client.receipts.check("a.b.c"),
    "listStatistics": lambda client, _: client.statistics("2026-Q3"),
    "downloadStatistics": lambda client, _: client.statistics_table(),
    "getOrganisation": lambda client, _: client.organisation(),
    "listMembers": lambda client, _: client.members(),
    "listKeys": lambda client, _: list(client.keys),
    "createKey": lambda client, _: client.keys.make("nightly", ["verify"]),
    "rotateKey": lambda client, _: client.keys.exchange("K1"),
    "getKeyUsage": lambda client, _: client.keys.usage("K1", 7),
    "revokeKey": lambda client, _: client.keys.revoke("K1"),
    "askForPresentation": lambda client, _: client.presentations.ask("card", "To see who recruits", destination="IT"),
    "getPresentation": lambda client, _: client.presentations.get("P1"),
    "listReceipts": lambda client, _: next(client.receipts.archived()),
    "listReceiptChanges": lambda client, _: next(client.receipts.changes()),
    "exportReceipts": lambda client, folder: client.receipts.export("csv", folder / "kept.csv"),
    "getReceiptSettings": lambda client, _: client.receipts.settings(),
    "updateReceiptSettings": lambda client, _: client.receipts.choose(3650),
    "getReceipt": lambda client, _: client.receipts.get("R1"),
    "deleteReceipt": lambda client, _: client.receipts.delete("R1"),
    "recheckReceipt": lambda client, _: client.receipts.check_again("R1"),
    "listArchivedLists": lambda client, _: next(client.receipts.lists.archived(text="INV")),
    "getArchivedList": lambda client, _: client.receipts.lists.get("L1"),
    "getArchivedListStatements": lambda client, folder: client.receipts.lists.save_statements(
        "L1", folder / "kept.jsonl"
    ),
    "getArchivedListRowProof": lambda client, _: client.receipts.lists.proof("L1", 0),
    "listArchivedListChanges": lambda client, _: next(client.receipts.lists.changes("L1")),
    "deleteArchivedList": lambda client, _: client.receipts.lists.delete("L1"),
    "listJobs": lambda client, _: list(client.jobs),
    "createJob": lambda client, folder: client.jobs.make(folder / "list.csv"),
    "getJob": lambda client, _: client.jobs.get("J1"),
    "deleteJob": lambda client, _: client.jobs.remove(job_of(client)),
    "setJobColumns": lambda client, _: client.jobs.columns(job_of(client), {"vat": "VAT"}),
    "startJob": lambda client, _: client.jobs.start(job_of(client)),
    "cancelJob": lambda client, _: client.jobs.cancel(job_of(client)),
    "getJobResults": lambda client, folder: client.jobs.download(job_of(client), "csv", folder / "results.csv"),
    "getJobRowProof": lambda client, _: client.jobs.proof(job_of(client), 0),
    "listWatches": lambda client, _: list(client.watches),
    "createWatch": lambda client, _: client.watches.licence("L1", "mine"),
    "getWatch": lambda client, _: client.watches.get("W1"),
    "updateWatch": lambda client, _: client.watches.change(WATCH, is_paused=True),
    "deleteWatch": lambda client, _: client.watches.end(WATCH),
    "replaceWatchedNumbers": lambda client, _: client.watches.replace_numbers(WATCH, ["1"]),
    "listEvents": lambda client, _: list(client.events.after()),
    "streamEvents": lambda client, folder: heard(client, folder),
    "listWebhooks": lambda client, _: list(client.webhooks),
    "createWebhook": lambda client, _: client.webhooks.make("https://hooks.example.org/", "ear"),
    "getWebhook": lambda client, _: client.webhooks.get("H1"),
    "updateWebhook": lambda client, _: client.webhooks.change(HOOK, state="disabled"),
    "deleteWebhook": lambda client, _: client.webhooks.end(HOOK),
    "rotateWebhookSecret": lambda client, _: client.webhooks.rotate(HOOK),
    "testWebhook": lambda client, _: client.webhooks.test(HOOK),
    "replayToWebhook": lambda client, _: client.webhooks.replay(HOOK),
    "listDeliveries": lambda client, _: client.webhooks.deliveries(HOOK),
    "resendEvent": lambda client, _: client.webhooks.send_again(HOOK, "evt_1"),
}

WITHOUT = {
    **dict.fromkeys(("verify", "verifyCorridor"), "asked by POST, so that no log on the way holds who was asked about"),
    "getHealth": "for the operator",
    "getApi": "says where the description is",
    **dict.fromkeys(
        ("getStatusList", "getCredentialIssuer", "getCredentialKeys", "getCredentialType", "getTrustFile"),
        "read by what checks off line: verify-offline, trust",
    ),
    **dict.fromkeys(
        ("getRangesEpoch", "getRangesEnded", "getRangesFile", "getRangesFileByPrefix", "getRangesTile"),
        "read by `verify --private`",
    ),
    **dict.fromkeys(
        ("showReconciliation", "reconcile", "suggestReconciliation", "proposeProperties"),
        "asked by OpenRefine and its kin; the client's lists ask about many rows",
    ),
    **dict.fromkeys(("getCheckpoint", "getProof", "getVerifierKeys", "getPolicy"), "read by the monitor of the log"),
    **dict.fromkeys(("getStampedSizes", "getTimestamps"), "given in bundles, and read by a mirror of the log"),
}

WITHOUT_TAGS = {
    "complaints": "the worker's alone, at pages that leave nothing behind",
    "wallets": "spoken by wallets, and by readers of their credentials",
    "dataset": "files, and feeds for their readers: `registry dataset apply` takes deltas",
    **dict.fromkeys(
        (
            "officers", "licences", "cases", "access-grants", "hearings", "referrals", "entries", "audit", "overview",
            "decisions", "sanctions", "channel-changes", "clones", "papers", "law-overlays",
            "firms", "employers", "transfers",
        ),
        "officers' own programs",
    ),
}  # fmt: skip


def operations() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield operation["operationId"], method.upper(), path, operation


FOR_ALL = {name: rest for name, *rest in operations() if rest[2]["tags"][0] not in WITHOUT_TAGS}


def example_of(operation: dict[str, Any]) -> Reply:
    """What the document shows as its good answer."""
    ((status, answer),) = [(code, one) for code, one in operation["responses"].items() if code.startswith("2")]
    for kind, content in answer.get("content", {}).items():
        for one in content.get("examples", {}).values():
            is_json = kind.endswith("json")
            return Reply(one["value"] if is_json else one["value"].encode(), int(status), {"Content-Type": kind})
    return Reply(b"", int(status))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with answering() as site:
        yield site


def test_none_is_forgotten() -> None:
    assert sorted([*CALLS, *WITHOUT]) == sorted(FOR_ALL)
    assert {operation["tags"][0] for *_, operation in operations()} >= set(WITHOUT_TAGS)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_asks_its_operation_and_reads_its_example(name: str, site: Site, tmp_path: Path) -> None:
    job = example_of(FOR_ALL["getJob"][2])

    def otherwise(request: Any) -> Reply:
        return job if request.method == "GET" and "verification-jobs/J1" in request.path else example_of(operation)

    method, path, operation = FOR_ALL[name]
    site.asked.clear()
    site.otherwise = otherwise
    if name == "createJob":
        (tmp_path / "list.csv").write_text("vat\nIT1\n")
        site.replies.append(job)
    if name == "getJobResults":
        site.otherwise = lambda request: Reply(b"key\n") if "results" in request.path else job
    with Client(site.url, key="rrk_invented0123456789") as client:
        CALLS[name](client, tmp_path)
    last = site.asked[-1]
    pattern = re.sub(r"\\\{[^}]+\\\}", "[^/?]+", re.escape(path))
    assert (last.method, bool(re.fullmatch(rf"{pattern}(\?.*)?", last.path))) == (method, True), last.path


def test_amounts_go_and_come_as_they_are(site: Site) -> None:
    site.otherwise = lambda _: example_of(FOR_ALL["checkFees"][2])
    with Client(site.url) as client:
        found = client.fees(charges=[CHARGE], origin="CN", destination="IT", monthly_wage=1500, wage_currency="EUR")
    sent = site.asked[-1].json()
    assert (sent["charges"][0]["amount"], sent["monthly_wage"]) == ("30000.50", "1500")
    assert all(isinstance(one.amount, Decimal) for one in found.charges)
    assert found.charges[0].lawful_at_origin.answer in ("yes", "no", "unknown")


def test_an_amount_that_is_none_is_said_with_its_place(site: Site) -> None:
    answer = dict(example_of(FOR_ALL["checkFees"][2]).body)  # type: ignore[call-overload]
    answer["totals"] = [{**answer["totals"][0], "total": "much"}]
    site.otherwise = lambda _: Reply(answer)
    with (
        Client(site.url) as client,
        pytest.raises(api_errors.UnexpectedAnswer, match=r"totals\[0\].total must be a number"),
    ):
        client.fees(charges=[CHARGE])
