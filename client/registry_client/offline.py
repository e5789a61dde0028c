"""Find out what a file is, and give the three verdicts of it."""

from dataclasses import replace

from registry_client.claims import read_credential
from registry_client.documents import attachments_of, is_pdf
from registry_client.entries import key_record
from registry_client.gathering import BUNDLE_LIMIT, GatheringOptions, evidence_for, hold_heads, with_copy, with_status
from registry_client.licences import Evidence, judge_licence, judge_status, read_bundle
from registry_client.manifests import TYPE as MANIFEST_TYPE
from registry_client.manifests import judge_manifest
from registry_client.network import Fetch, Unreachable
from registry_client.notes import PROOF_HEADER, read_checkpoint, read_proof, verify_checkpoint
from registry_client.paper import CardClaim, is_code, read_code
from registry_client.pictures import codes_in, is_picture
from registry_client.proving import judge_head, prove
from registry_client.receipts import TYPE as RECEIPT_TYPE
from registry_client.receipts import judge_receipt
from registry_client.remote import RemoteLog
from registry_client.single_rows import PARTS as ROW_PARTS
from registry_client.single_rows import judge_row
from registry_client.status import TYPE as STATUS_TYPE
from registry_client.status import judge_freshness, read_status_list
from registry_client.strict import FILE_LIMIT, Refused, Unreadable, from_base64, instant_text, list_of, read_object
from registry_client.timestamps import judge_file, judge_member, judge_time
from registry_client.tokens import TOKEN_LIMIT, read_token
from registry_client.tree import TILE_WIDTH
from registry_client.trust import SigningKey, Trust, check_certificate
from registry_client.verdicts import Report


def verify(data: bytes, options: GatheringOptions) -> Report:
    """The three verdicts of whatever the bytes are. Raises Unreadable with what is wrong and where."""
    if len(data) > FILE_LIMIT:
        raise Unreadable(f"more than {FILE_LIMIT // 1_000_000} MB")
    report = _verify(data, options)
    if options.timestamp is not None:
        judge_file(data, options.timestamp, options.timestamp_roots, report.issued)
    return report


def _verify(data: bytes, options: GatheringOptions) -> Report:
    if is_pdf(data):
        return _verify_pdf(data, options)
    if is_picture(data):
        texts = codes_in(data)
        return _verify_code(next((text for text in texts if is_code(text)), texts[0]), options)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start} is not text, and this is no PDF or picture that is read here") from error
    return _verify_text(text, options)


def _verify_text(text: str, options: GatheringOptions) -> Report:
    bare = text.strip()
    if not bare:
        raise Unreadable("there is nothing in it")
    if bare.startswith("{"):
        return _verify_json(bare, options)
    if is_code(bare):
        return _verify_code(bare, options)
    if bare.startswith(PROOF_HEADER):
        return _verify_proof(text, options)
    if "\n\n— " in text:
        return _verify_checkpoint(text, options)
    if bare.endswith("~") and bare.count(".") >= 2:
        return _verify_credential(bare, options)
    if bare.count(".") == 2:
        return _verify_other_token(bare, options)
    raise Unreadable(
        "this is none of: bundle, credential, code on paper (text or picture), receipt, manifest, proof of a row, status list, "
        "checkpoint, proof, PDF with one of them attached"
    )


def _verify_json(text: str, options: GatheringOptions) -> Report:
    content = read_object(text, "file")
    if "credential" in content:
        return _verify_bundle(text, options)
    if all(name in content for name in ROW_PARTS):
        remote = None if options.fetch is None else RemoteLog(options.fetch)
        return judge_row(content, options.trust, Report("row", options.at), options.key_records, remote, options.store)
    if isinstance(content.get("receipt"), str):
        report = _verify_other_token(content["receipt"], options)
        if isinstance(content.get("stamp"), dict):
            judge_member(content["receipt"].encode(), content["stamp"], options.timestamp_roots, report.issued)
        return report
    if "log_keys" in content:
        raise Unreadable("this is a trust file: give it as --trust, and what is to be checked as FILE")
    raise Unreadable(
        "this JSON is no bundle (there is no `credential`), no answer with a `receipt`, and no proof of a row "
        "(`statement`, `path`, `manifest`)"
    )


def _verify_pdf(data: bytes, options: GatheringOptions) -> Report:
    """A PDF is what is attached to it: its pages are paper like any other."""
    others = []
    for content in attachments_of(data):
        try:
            text = content.decode("utf-8").strip()
        except UnicodeDecodeError:
            continue
        if text.startswith("{") and '"credential"' in text:
            return _named(_verify_bundle(text, options), "pdf_bundle")
        others.append(text)
    for text in others:
        if text.endswith("~"):
            return _named(_verify_credential(text, options), "pdf_credential")
    raise Unreadable("PDF: neither bundle nor credential is attached to it; try a picture of the code printed on it")


def _named(report: Report, kind: str) -> Report:
    report.kind = kind
    return report


def _verify_bundle(text: str, options: GatheringOptions) -> Report:
    report = Report("bundle", options.at)
    if len(text) > BUNDLE_LIMIT:
        raise Unreadable(f"bundle: more than {BUNDLE_LIMIT} characters")
    bundle = read_bundle(text, options.trust)
    evidence = bundle.evidence
    hold_heads(evidence, options, report)
    if options.store is not None:
        evidence = replace(evidence, keys={**evidence.keys, **options.key_records})
    try:
        claim = read_credential(bundle.credential, options.trust)
    except Refused as error:
        return _not_genuine(report, error)
    if options.store is not None:
        evidence = with_copy(claim, evidence, options, options.store, report)
    evidence = with_status(claim.address, evidence, options, report)
    judge_licence(claim, evidence, report, needs_key=True)
    own = bundle.evidence.own
    if bundle.time is not None and own is not None:
        judge_time(bundle.time, own.entry.index, own.seen.checkpoint, options.timestamp_roots, report.logged)
    return report


def _not_genuine(report: Report, error: Refused) -> Report:
    """What is not genuine says nothing that the other two questions could be asked of."""
    report.issued.refused(error)
    report.logged.unknown("not_asked")
    report.in_force.unknown("not_asked")
    return report


def _verify_credential(text: str, options: GatheringOptions) -> Report:
    report = Report("credential", options.at)
    try:
        claim = read_credential(text, options.trust)
    except Refused as error:
        return _not_genuine(report, error)
    return judge_licence(claim, evidence_for(claim, options, report), report)


def _verify_code(text: str, options: GatheringOptions) -> Report:
    report = Report("code", options.at)
    keys = dict(options.trust.keys)
    try:
        claim = read_code(text, options.trust, keys)
    except Refused as error:
        if error.code != "key_not_known":
            return _not_genuine(report, error)
        if options.fetch is None:
            report.issued.unknown("key_not_known", **error.values)
            report.logged.unknown("not_asked")
            report.in_force.unknown("not_asked")
            return report
        try:
            claim = read_code(text, options.trust, _published_keys(options.fetch, options.trust))
        except Refused as second:
            return _not_genuine(report, second)
        except Unreachable as second:
            report.issued.unknown("key_not_known", **error.values)
            report.issued.unknown("unreachable", why=str(second))
            return report
    if isinstance(claim, CardClaim):
        return _judge_card(claim, options, report)
    return judge_licence(claim, evidence_for(claim, options, report), report)


def _judge_card(claim: CardClaim, options: GatheringOptions, report: Report) -> Report:
    """A staff card is in no log, for it names a person: a status list says whether it still holds, and its licence."""
    report.kind = "staff_card"
    report.issued.good("signed_by", kid=claim.key.kid, signed=instant_text(claim.iat))
    report.logged.unknown("card_not_logged")
    if report.at >= claim.exp:
        report.in_force.bad("term_ended", ended=instant_text(claim.exp), at=instant_text(report.at))
    if claim.listed is None:
        report.in_force.unknown("card_asked_online")
    else:
        address, place = claim.listed
        evidence = with_status(address, Evidence(keys=options.key_records), options, report)
        judge_status(address, place, evidence, report)
    report.in_force.note("card_can_be_copied")
    report.signed = claim.signed
    return report


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


def _verify_other_token(text: str, options: GatheringOptions) -> Report:
    """A receipt, a manifest or a status list, by what the token calls itself; its signature is then held to that use."""
    typ = read_token(text, "token").header.get("typ")
    if typ == RECEIPT_TYPE:
        remote = None if options.fetch is None else RemoteLog(options.fetch)
        report = Report("receipt", options.at)
        return judge_receipt(text, options.trust, report, options.key_records, remote, options.store)
    if typ == MANIFEST_TYPE:
        remote = None if options.fetch is None else RemoteLog(options.fetch)
        report = Report("manifest", options.at)
        return judge_manifest(
            text, options.trust, report, options.key_records, remote, options.store, options.statements
        )
    if typ == STATUS_TYPE:
        return _verify_status_list(text, options)
    report = Report("token", options.at)
    expected = f"{RECEIPT_TYPE}, {MANIFEST_TYPE}, {STATUS_TYPE}"
    return _not_genuine(report, Refused("wrong_type", found=str(typ)[:80], expected=expected))


def _verify_status_list(text: str, options: GatheringOptions) -> Report:
    """A list alone is of no licence: whether it can be used is all that is asked."""
    report = Report("status_list", options.at)
    try:
        found = read_status_list(text, options.trust)
    except Refused as error:
        return _not_genuine(report, error)
    report.issued.good("signed_by", kid=found.kid, signed=instant_text(found.iat))
    if options.key_records.get(found.kid) is None:
        report.issued.note("key_state_unknown", kid=found.kid)
    report.logged.unknown("list_not_derived", size=found.size)
    if judge_freshness(found, options.at, options.key_records, report.in_force):
        report.in_force.good("status_fresh", signed=instant_text(found.iat), until=instant_text(found.exp))
    counts = [0, 0, 0, 0]
    for place in range(len(found.places) * 4):
        counts[found.value(place)] += 1
    report.signed = (
        ("registry", options.trust.issuer),
        ("address", found.address),
        ("issued_at", instant_text(found.iat)),
        ("places_invalid", str(counts[1])),
        ("places_suspended", str(counts[2])),
    )
    return report


def _verify_checkpoint(text: str, options: GatheringOptions) -> Report:
    report = Report("checkpoint", options.at)
    checkpoint = read_checkpoint(text)
    try:
        seen = verify_checkpoint(checkpoint, options.trust.origin, options.trust.head_keys, options.trust.policy)
    except Refused as error:
        return _not_genuine(report, error)
    report.issued.good("head_signed", origin=seen.checkpoint.origin)
    size = seen.checkpoint.size
    if options.store is None or options.store.size < size:
        report.logged.unknown("head_not_compared", size=size)
    elif options.store.root_at(size) == seen.checkpoint.root:
        report.logged.good("head_in_copy", size=size)
    else:
        report.logged.bad("head_differs", size=size)
    if options.seen is not None:
        options.seen.hold_head(checkpoint, report.logged, None)
    judge_head(seen, report.logged)
    report.in_force.unknown("of_no_licence")
    report.signed = (("origin", seen.checkpoint.origin), ("size", str(size)), ("root", seen.checkpoint.root.hex()))
    return report


def _verify_proof(text: str, options: GatheringOptions) -> Report:
    """A proof is of an entry: over the network the entry is fetched, without it only the head can be judged."""
    report = Report("proof", options.at)
    proof = read_proof(text)
    try:
        seen = verify_checkpoint(proof.checkpoint, options.trust.origin, options.trust.head_keys, options.trust.policy)
        report.issued.good("head_signed", origin=seen.checkpoint.origin)
        report.in_force.unknown("of_no_licence")
        if options.fetch is None:
            report.logged.unknown("entry_not_here", index=proof.index)
            return report
        leaves = RemoteLog(options.fetch).leaves(proof.index // TILE_WIDTH, seen.checkpoint.size)
        if proof.index % TILE_WIDTH >= len(leaves):
            raise Refused("not_in_log", index=proof.index, size=seen.checkpoint.size)
        proven = prove(leaves[proof.index % TILE_WIDTH], text, options.trust, f"entry {proof.index}")
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
