"""Find out what a file is, and give the three verdicts of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from registry_client.claims import Claim, read_credential
from registry_client.documents import attachments_of, is_pdf
from registry_client.entries import KeyRecord, key_record
from registry_client.follow import log_keys
from registry_client.licences import Bundle, Evidence, judge_licence, read_bundle
from registry_client.network import Fetch, Unreachable
from registry_client.notes import PROOF_HEADER, read_checkpoint, read_proof, verify_checkpoint
from registry_client.paper import is_code, read_code
from registry_client.pictures import codes_in, is_picture
from registry_client.proving import Proven, judge_head, prove
from registry_client.receipts import TYPE as RECEIPT_TYPE
from registry_client.receipts import judge_receipt
from registry_client.remote import RemoteLog
from registry_client.status import TYPE as STATUS_TYPE
from registry_client.status import StatusList, judge_freshness, read_status_list
from registry_client.store import Store
from registry_client.strict import FILE_LIMIT, Refused, Unreadable, from_base64, list_of, read_object, shown_instant
from registry_client.tokens import TOKEN_LIMIT, read_token
from registry_client.tree import TILE_WIDTH
from registry_client.trust import SigningKey, Trust, check_certificate
from registry_client.verdicts import Report

BUNDLE_LIMIT = 4_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What to check by. `fetch` is None where no network may be used; `at` in seconds since 1970."""

    trust: Trust
    at: int
    status_text: str | None = None
    fetch: Fetch | None = None
    store: Store | None = None

    @property
    def key_records(self) -> Mapping[str, KeyRecord]:
        return {} if self.store is None else self.store.key_records()


def verify(data: bytes, asked: Asked) -> Report:
    """The three verdicts of whatever the bytes are. Raises Unreadable with what is wrong and where."""
    if len(data) > FILE_LIMIT:
        raise Unreadable(f"more than {FILE_LIMIT // 1_000_000} MB")
    if is_pdf(data):
        return _verify_pdf(data, asked)
    if is_picture(data):
        texts = codes_in(data)
        return _verify_code(next((text for text in texts if is_code(text)), texts[0]), asked)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start} is not text, and this is no PDF or picture that is read here") from error
    return _verify_text(text, asked)


def _verify_text(text: str, asked: Asked) -> Report:
    bare = text.strip()
    if not bare:
        raise Unreadable("there is nothing in it")
    if bare.startswith("{"):
        return _verify_json(bare, asked)
    if is_code(bare):
        return _verify_code(bare, asked)
    if bare.startswith(PROOF_HEADER):
        return _verify_proof(text, asked)
    if "\n\n— " in text:
        return _verify_checkpoint(text, asked)
    if bare.endswith("~") and bare.count(".") >= 2:
        return _verify_credential(bare, asked)
    if bare.count(".") == 2:
        return _verify_other_token(bare, asked)
    raise Unreadable(
        "this is none of: bundle, credential, code on paper (text or picture), receipt, status list, "
        "checkpoint, proof, PDF with one of them attached"
    )


def _verify_json(text: str, asked: Asked) -> Report:
    content = read_object(text, "file")
    if "credential" in content:
        return _verify_bundle(text, asked)
    if isinstance(content.get("receipt"), str):
        return _verify_other_token(content["receipt"], asked)
    if "log_keys" in content:
        raise Unreadable("this is a trust file: give it as --trust, and what is to be checked as FILE")
    raise Unreadable("this JSON is no bundle (there is no `credential`) and no answer with a `receipt`")


def _verify_pdf(data: bytes, asked: Asked) -> Report:
    """A PDF is what is attached to it: its pages are paper like any other."""
    others = []
    for content in attachments_of(data):
        try:
            text = content.decode("utf-8").strip()
        except UnicodeDecodeError:
            continue
        if text.startswith("{") and '"credential"' in text:
            return _named(_verify_bundle(text, asked), "pdf_bundle")
        others.append(text)
    for text in others:
        if text.endswith("~"):
            return _named(_verify_credential(text, asked), "pdf_credential")
    raise Unreadable("PDF: neither bundle nor credential is attached to it; try a picture of the code printed on it")


def _named(report: Report, kind: str) -> Report:
    report.kind = kind
    return report


def _verify_bundle(text: str, asked: Asked) -> Report:
    report = Report("bundle", asked.at)
    if len(text) > BUNDLE_LIMIT:
        raise Unreadable(f"bundle: more than {BUNDLE_LIMIT} characters")
    bundle = read_bundle(text, asked.trust)
    evidence = bundle.evidence
    if asked.store is not None:
        evidence = replace(evidence, keys={**evidence.keys, **asked.key_records})
    try:
        claim = read_credential(bundle.credential, asked.trust)
    except Refused as error:
        return _not_genuine(report, error)
    evidence = _with_status(claim, evidence, asked, report)
    return judge_licence(claim, evidence, report, needs_key=True)


def _not_genuine(report: Report, error: Refused) -> Report:
    """What is not genuine says nothing that the other two questions could be asked of."""
    report.issued.refused(error)
    report.logged.unknown("not_asked")
    report.in_force.unknown("not_asked")
    return report


def _verify_credential(text: str, asked: Asked) -> Report:
    report = Report("credential", asked.at)
    try:
        claim = read_credential(text, asked.trust)
    except Refused as error:
        return _not_genuine(report, error)
    return judge_licence(claim, _evidence(claim, asked, report), report)


def _verify_code(text: str, asked: Asked) -> Report:
    report = Report("code", asked.at)
    keys = dict(asked.trust.keys)
    try:
        claim = read_code(text, asked.trust, keys)
    except Refused as error:
        if error.code != "key_not_known":
            return _not_genuine(report, error)
        if asked.fetch is None:
            report.issued.unknown("key_not_known", **error.values)
            report.logged.unknown("not_asked")
            report.in_force.unknown("not_asked")
            return report
        try:
            claim = read_code(text, asked.trust, _published_keys(asked.fetch, asked.trust))
        except Refused as second:
            return _not_genuine(report, second)
        except Unreachable as second:
            report.issued.unknown("key_not_known", **error.values)
            report.issued.unknown("unreachable", why=str(second))
            return report
    return judge_licence(claim, _evidence(claim, asked, report), report)


def _published_keys(fetch: Fetch, trust: Trust) -> dict[tuple[str, str], SigningKey]:
    """The credential keys that the registry publishes now and the root vouches for. Raises Unreachable, Unreadable, Refused."""
    content = read_object(fetch("/.well-known/jwks.json", TOKEN_LIMIT), "jwks.json")
    found = {}
    for part in list_of(content.get("keys"), "jwks.json: keys"):
        chain = part.get("x5c") if isinstance(part, dict) else None
        if not isinstance(chain, list) or not chain:
            continue
        try:
            key = check_certificate(from_base64(chain[0], "jwks.json: x5c"), trust.root, "credential")
        except Refused:
            continue
        found[key.use, key.kid] = key
    return found


def _with_status(claim: Claim, evidence: Evidence, asked: Asked, report: Report) -> Evidence:
    """The status list that was given, or that is served now, in place of the one that lies beside."""
    try:
        if asked.status_text is not None:
            return replace(evidence, status=read_status_list(asked.status_text, asked.trust), refused_status=None)
        if asked.fetch is not None:
            return replace(evidence, status=_published_list(claim, asked.fetch, asked.trust), refused_status=None)
    except Refused as error:
        return replace(evidence, status=None, refused_status=error)
    except Unreachable as error:
        report.in_force.note("unreachable", why=str(error))
    return evidence


def _published_list(claim: Claim, fetch: Fetch, trust: Trust) -> StatusList:
    text = fetch(claim.address.removeprefix(trust.issuer), TOKEN_LIMIT).decode("utf-8", "replace")
    return read_status_list(text, trust)


def _evidence(claim: Claim, asked: Asked, report: Report) -> Evidence:
    """What can be found beside a claim that came alone: a status list, the monitor's copy, the registry over the network."""
    evidence = Evidence(keys=asked.key_records)
    if asked.fetch is not None:
        evidence = _fetched(claim, evidence, asked.fetch, asked.trust, report)
    if asked.store is not None and evidence.latest is None:
        evidence = _from_copy(claim, evidence, asked, asked.store, report)
    return _with_status(claim, evidence, asked, report)


def _fetched(claim: Claim, evidence: Evidence, fetch: Fetch, trust: Trust, report: Report) -> Evidence:
    path = f"/api/v1/licences/{claim.licence_id}/bundle"
    try:
        bundle: Bundle = read_bundle(fetch(path, BUNDLE_LIMIT), trust)
        found = replace(bundle.evidence, keys={**bundle.evidence.keys, **evidence.keys})
        if found.own is not None and found.own.entry.index != claim.index:
            found = replace(found, own=_fetch_entry(claim.index, RemoteLog(fetch), trust))
        return found
    except Unreachable as error:
        report.logged.unknown("unreachable", why=str(error))
    except Refused as error:
        report.logged.refused(error)
    except Unreadable as error:
        report.logged.unknown("answer_unreadable", why=str(error))
    return evidence


def _fetch_entry(index: int, remote: RemoteLog, trust: Trust) -> Proven:
    """Raises Unreachable, Unreadable, Refused."""
    text = remote.proof_text(index)
    size = read_proof(text).checkpoint.size
    leaves = remote.leaves(index // TILE_WIDTH, size)
    if index % TILE_WIDTH >= len(leaves):
        raise Refused("not_in_log", index=index, size=size)
    return prove(leaves[index % TILE_WIDTH], text, trust, f"entry {index}")


def _from_copy(claim: Claim, evidence: Evidence, asked: Asked, store: Store, report: Report) -> Evidence:
    """A monitor's copy holds every leaf: a claim about another one is about no entry of the log."""
    known = store.leaf_hash(claim.index) if claim.index < store.size else None
    if known is None:
        return evidence
    if not known.startswith(claim.leaf):
        report.logged.bad("leaf_differs", index=claim.index)
        return evidence
    report.logged.note("leaf_in_copy", index=claim.index, size=store.size)
    checkpoint = read_checkpoint(store.get("note") or "")
    try:
        seen = verify_checkpoint(checkpoint, asked.trust.origin, log_keys(asked.trust, store), asked.trust.policy)
    except Refused as error:
        report.logged.refused(error)
        return evidence

    def kept(key: str, below: int) -> Proven | None:
        found = store.latest_entry(key, below)
        return None if found is None else Proven(found[0], found[1], seen)

    own = kept(f"licence/{claim.licence_id}", claim.index + 1)
    latest = kept(f"licence/{claim.licence_id}", store.size)
    agency = None if own is None else kept(f"agency/{own.entry.record.get('agency_id')}", store.size)
    return replace(evidence, own=own, latest=latest, agency=agency)


def _verify_other_token(text: str, asked: Asked) -> Report:
    """A receipt or a status list, by what the token calls itself; its signature is then held to that use."""
    typ = read_token(text, "token").header.get("typ")
    if typ == RECEIPT_TYPE:
        remote = None if asked.fetch is None else RemoteLog(asked.fetch)
        report = Report("receipt", asked.at)
        return judge_receipt(text, asked.trust, report, asked.key_records, remote, asked.store)
    if typ == STATUS_TYPE:
        return _verify_status_list(text, asked)
    report = Report("token", asked.at)
    return _not_genuine(report, Refused("wrong_type", found=str(typ)[:80], expected=f"{RECEIPT_TYPE}, {STATUS_TYPE}"))


def _verify_status_list(text: str, asked: Asked) -> Report:
    """A list alone is of no licence: whether it can be used is all that is asked."""
    report = Report("status_list", asked.at)
    try:
        found = read_status_list(text, asked.trust)
    except Refused as error:
        return _not_genuine(report, error)
    report.issued.good("signed_by", kid=found.kid, signed=shown_instant(found.iat))
    if asked.key_records.get(found.kid) is None:
        report.issued.note("key_state_unknown", kid=found.kid)
    report.logged.unknown("list_not_derived", size=found.size)
    if judge_freshness(found, asked.at, asked.key_records, report.in_force):
        report.in_force.good("status_fresh", signed=shown_instant(found.iat), until=shown_instant(found.exp))
    counts = [0, 0, 0, 0]
    for place in range(len(found.places) * 4):
        counts[found.value(place)] += 1
    report.signed = (
        ("registry", asked.trust.issuer),
        ("address", found.address),
        ("issued_at", shown_instant(found.iat)),
        ("places_invalid", str(counts[1])),
        ("places_suspended", str(counts[2])),
    )
    return report


def _verify_checkpoint(text: str, asked: Asked) -> Report:
    report = Report("checkpoint", asked.at)
    checkpoint = read_checkpoint(text)
    try:
        seen = verify_checkpoint(checkpoint, asked.trust.origin, asked.trust.log_keys, asked.trust.policy)
    except Refused as error:
        return _not_genuine(report, error)
    report.issued.good("head_signed", origin=seen.checkpoint.origin)
    size = seen.checkpoint.size
    if asked.store is None or asked.store.size < size:
        report.logged.unknown("head_not_compared", size=size)
    elif asked.store.root_at(size) == seen.checkpoint.root:
        report.logged.good("head_in_copy", size=size)
    else:
        report.logged.bad("head_differs", size=size)
    judge_head(seen, report.logged)
    report.in_force.unknown("of_no_licence")
    report.signed = (("origin", seen.checkpoint.origin), ("size", str(size)), ("root", seen.checkpoint.root.hex()))
    return report


def _verify_proof(text: str, asked: Asked) -> Report:
    """A proof is of an entry: over the network the entry is fetched, without it only the head can be judged."""
    report = Report("proof", asked.at)
    proof = read_proof(text)
    try:
        seen = verify_checkpoint(proof.checkpoint, asked.trust.origin, asked.trust.log_keys, asked.trust.policy)
        report.issued.good("head_signed", origin=seen.checkpoint.origin)
        report.in_force.unknown("of_no_licence")
        if asked.fetch is None:
            report.logged.unknown("entry_not_here", index=proof.index)
            return report
        leaves = RemoteLog(asked.fetch).leaves(proof.index // TILE_WIDTH, seen.checkpoint.size)
        if proof.index % TILE_WIDTH >= len(leaves):
            raise Refused("not_in_log", index=proof.index, size=seen.checkpoint.size)
        proven = prove(leaves[proof.index % TILE_WIDTH], text, asked.trust, f"entry {proof.index}")
    except Refused as error:
        return _not_genuine(report, error)
    except Unreachable as error:
        report.logged.unknown("unreachable", why=str(error))
        return report
    report.logged.good("in_log", index=proof.index, size=seen.checkpoint.size)
    judge_head(seen, report.logged)
    if proven.entry.key.startswith("key/"):
        key_record(proven.entry)
    report.signed = (("entry", proven.entry.key), ("type", proven.entry.type), ("at", proven.entry.at))
    return report
