/** Receipts and heads of the log, checked offline with WebCrypto: ES256 under the root, Ed25519 of the log. */

import { type Bytes, Refused, fromBase64, fromBase64url, isSame, joined, object, sha256, string, text, utf8 } from "./bytes.js";
import { checkCertificate, requireOwnSignature, verifyEcdsa } from "./certificates.js";

const SKEW = 300;
const RECEIPT = "registry-receipt+jwt";

/** The trust file of a registry, read. Compare `rootFingerprint` with the operator by another way. */
export interface Trust {
  readonly issuer: string;
  readonly origin: string;
  readonly root: Bytes;
  readonly rootFingerprint: string;
  readonly logKeys: readonly LogKey[];
}

interface LogKey {
  readonly name: string;
  readonly hint: Bytes;
  readonly key: CryptoKey;
}

/** What a receipt states, once it is believed. */
export interface Receipt {
  readonly verdict: "yes" | "no" | "unknown";
  readonly question: Readonly<Record<string, string>>;
  readonly reasons: readonly string[];
  readonly on: string;
  /** When it was signed. */
  readonly signedAt: Date;
  readonly kid: string;
  /** The head that the log had: compare it with a checkpoint of your own. */
  readonly log: { readonly origin: string; readonly size: number; readonly root: string };
}

/** A head of the log, signed by the log. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

/** Reads the file that `/.well-known/registry-trust.json` gives. Throws Refused. */
export async function readTrust(file: string): Promise<Trust> {
  const content = object(file, "trust file");
  if (content["v"] !== 1) throw new Refused("trust file: its version is not known here");
  const origin = string(content["origin"], "trust file: origin");
  const root = fromBase64(string(content["root"], "trust file: root"), "trust file: root");
  await requireOwnSignature(root);
  const keys = content["log_keys"];
  if (!Array.isArray(keys) || keys.length === 0) throw new Refused("trust file: log_keys: one at least is expected");
  const logKeys = await Promise.all(keys.map((one) => readLogKey(string(one, "trust file: log_keys"), origin)));
  const hash = Array.from(await sha256(root), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const rootFingerprint = hash.replace(/(.{4})(?=.)/g, "$1 ");
  return { issuer: string(content["issuer"], "trust file: issuer"), origin, root, rootFingerprint, logKeys };
}

/** What a receipt states. Throws Refused unless the registry of the trust file signed exactly this. */
export async function verifyReceipt(receipt: string, trust: Trust): Promise<Receipt> {
  const parts = receipt.trim().split(".");
  if (parts.length !== 3) throw new Refused("receipt: three parts with dots between are expected");
  const [head, body, signature] = parts as [string, string, string];
  const header = object(text(fromBase64url(head, "receipt: header"), "receipt: header"), "receipt: header");
  const claims = object(text(fromBase64url(body, "receipt"), "receipt"), "receipt");
  // Algorithm and type are what a receipt has, never what it asks for.
  if (header["typ"] !== RECEIPT || header["alg"] !== "ES256") throw new Refused("receipt: another type or algorithm");
  if (Object.keys(header).some((name) => !["alg", "kid", "typ", "x5c"].includes(name))) {
    throw new Refused("receipt: a header that is not expected");
  }
  const chain = header["x5c"];
  if (!Array.isArray(chain) || chain.length !== 1) throw new Refused("receipt: one certificate is expected");
  const der = fromBase64(string(chain[0], "receipt: x5c"), "receipt: x5c");
  const signer = await checkCertificate(der, trust.root, "receipt");
  if (header["kid"] !== signer.kid) throw new Refused("receipt: another key than its certificate's");
  if (!(await verifyEcdsa(signer.key, fromBase64url(signature, "receipt: signature"), utf8(`${head}.${body}`)))) {
    throw new Refused("receipt: the signature is wrong");
  }
  const iat = claims["iat"];
  if (typeof iat !== "number" || !Number.isInteger(iat)) throw new Refused("receipt: iat");
  if (iat < signer.notBefore - SKEW || iat > signer.notAfter + SKEW) throw new Refused("receipt: signed out of its key's time");
  if (claims["v"] !== 1 || claims["iss"] !== trust.issuer) throw new Refused("receipt: of another registry or version");
  const log = claims["log"] as Receipt["log"] | undefined;
  if (log?.origin !== trust.origin) throw new Refused("receipt: of another log");
  const verdict = claims["verdict"];
  if (verdict !== "yes" && verdict !== "no" && verdict !== "unknown") throw new Refused("receipt: verdict");
  return {
    verdict,
    question: claims["question"] as Record<string, string>,
    reasons: claims["reasons"] as string[],
    on: string(claims["on"], "receipt: on"),
    signedAt: new Date(iat * 1000),
    kid: signer.kid,
    log,
  };
}

/** A head of the log, if one of the trust file's log keys signed it (C2SP signed note, Ed25519). Throws Refused. */
export async function verifyCheckpoint(note: string, trust: Trust): Promise<Checkpoint> {
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0 || !note.endsWith("\n")) throw new Refused("checkpoint: no signed note");
  const signed = utf8(note.slice(0, gap + 1));
  const [origin, size, root] = note.slice(0, gap).split("\n");
  if (origin !== trust.origin || root === undefined || !/^(0|[1-9]\d{0,15})$/.test(size ?? "")) {
    throw new Refused("checkpoint: of another log, or no checkpoint");
  }
  for (const line of note.slice(gap + 2, -1).split("\n")) {
    const [dash, name, data] = line.split(" ");
    if (dash !== "\u2014" || data === undefined) throw new Refused("checkpoint: a line that is no signature");
    const bytes = fromBase64(data, "checkpoint: signature");
    const known = trust.logKeys.find((one) => one.name === name && isSame(one.hint, bytes.slice(0, 4)));
    if (known && (await crypto.subtle.verify("Ed25519", known.key, bytes.slice(4), signed))) {
      return { origin, size: Number(size), root };
    }
  }
  throw new Refused("checkpoint: the log did not sign it");
}

/** Throws Refused where a receipt names another head of this size than the log signed: two histories were shown. */
export function requireSameHead(receipt: Receipt, checkpoint: Checkpoint): void {
  if (receipt.log.size === checkpoint.size && receipt.log.root !== checkpoint.root) {
    throw new Refused("receipt: names a head that the log did not sign");
  }
}

async function readLogKey(given: string, origin: string): Promise<LogKey> {
  const [name, hash, data] = given.split(/\+(.*?)\+(.*)/s);
  const material = fromBase64(data ?? "", "trust file: log_keys");
  if (name !== origin || material.length !== 33 || material[0] !== 1) throw new Refused("trust file: log_keys: of another log");
  const hint = (await sha256(joined(utf8(`${name}\n`), material))).slice(0, 4);
  if (Array.from(hint, (byte) => byte.toString(16).padStart(2, "0")).join("") !== hash) {
    throw new Refused("trust file: log_keys: mistyped");
  }
  return { name, hint, key: await crypto.subtle.importKey("raw", material.slice(1), "Ed25519", false, ["verify"]) };
}
