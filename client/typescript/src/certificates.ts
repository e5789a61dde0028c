/** The little of X.509 that the registry's certificates need: P-256 keys under one root, signed with ECDSA and SHA-256. */

import { type Bytes, Refused, isSame, text, toBase64url, joined, sha256, utf8 } from "./bytes.js";

/** A key that a certificate speaks for. Times are seconds since 1970. */
export interface CertifiedKey {
  readonly use: string;
  readonly kid: string;
  readonly key: CryptoKey;
  readonly notBefore: number;
  readonly notAfter: number;
}

interface Certificate {
  readonly signed: Bytes;
  readonly signature: Bytes;
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly point: Bytes;
  readonly extensions: Node[];
}

/** One element of DER: its tag, its content, and all of its bytes. */
interface Node {
  readonly tag: number;
  readonly content: Bytes;
  readonly whole: Bytes;
}

const SEQUENCE = 0x30, BIT_STRING = 0x03, OID = 0x06, UTC_TIME = 0x17, GENERALIZED_TIME = 0x18, BOOLEAN = 0x01, OCTETS = 0x04;
const VERSION = 0xa0, EXTENSIONS = 0xa3;
const ECDSA_SHA256 = "2a8648ce3d040302", EC_KEY = "2a8648ce3d0201", P256 = "2a8648ce3d030107";
const COMMON_NAME = "550403", BASIC_CONSTRAINTS = "551d13", KEY_USAGE = "551d0f";

/** The key of a certificate that the root issued for this use. Throws Refused. */
export async function checkCertificate(der: Bytes, root: Bytes, use: string): Promise<CertifiedKey> {
  const [found, above] = [readCertificate(der), readCertificate(root)];
  if (!isSame(found.issuer, above.subject)) throw new Refused("certificate: issued by another root");
  const rootKey = await publicKey(above.point);
  if (!(await verifyEcdsa(rootKey, plainSignature(found.signature), found.signed))) {
    throw new Refused("certificate: the root did not sign it");
  }
  if (isAuthority(found) || !maySign(found)) throw new Refused("certificate: for another use");
  const kid = await thumbprint(found.point);
  if (commonName(found.subject) !== `${use} ${kid}`) throw new Refused("certificate: for another use or key");
  return { use, kid, key: await publicKey(found.point), notBefore: found.notBefore, notAfter: found.notAfter };
}

/** Whether r and s, 32 bytes each, sign the message under the key (ES256). */
export async function verifyEcdsa(key: CryptoKey, signature: Bytes, message: Bytes): Promise<boolean> {
  if (signature.length !== 64) return false;
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message);
}

/** Throws Refused where a root certificate did not sign itself. */
export async function requireOwnSignature(der: Bytes): Promise<void> {
  const root = readCertificate(der);
  if (!(await verifyEcdsa(await publicKey(root.point), plainSignature(root.signature), root.signed))) {
    throw new Refused("root: its own signature is wrong");
  }
}

async function publicKey(point: Bytes): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch {
    throw new Refused("certificate: no point of P-256");
  }
}

/** The id of a key: twelve bytes of its thumbprint (RFC 7638). */
async function thumbprint(point: Bytes): Promise<string> {
  const [x, y] = [toBase64url(point.slice(1, 33)), toBase64url(point.slice(33))];
  const hash = await sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`));
  return toBase64url(hash.slice(0, 12));
}

function readCertificate(der: Bytes): Certificate {
  const outer = only(der, SEQUENCE);
  const [tbs, algorithm, signature] = children(outer, 3);
  const parts = children(tbs!);
  if (parts[0]?.tag !== VERSION) throw new Refused("certificate: not of version 3");
  const [, , inner, issuer, validity, subject, spki] = parts;
  for (const one of [algorithm!, inner]) {
    if (one === undefined || oid(children(one)[0]) !== ECDSA_SHA256) throw new Refused("certificate: another algorithm");
  }
  const [begin, end] = children(validity!, 2);
  const [kind, bits] = children(spki!, 2);
  const [family, curve] = children(kind!, 2);
  if (oid(family) !== EC_KEY || oid(curve) !== P256) throw new Refused("certificate: another kind of key");
  const wrapped = parts.slice(7).find((one) => one.tag === EXTENSIONS);
  return {
    signed: tbs!.whole,
    signature: bitString(signature!),
    issuer: issuer!.whole,
    subject: subject!.whole,
    notBefore: seconds(begin!),
    notAfter: seconds(end!),
    point: bitString(bits!),
    extensions: wrapped ? children(children(wrapped, 1)[0]!) : [],
  };
}

function extension(found: Certificate, name: string): Bytes | undefined {
  for (const one of found.extensions) {
    const parts = children(one);
    if (oid(parts[0]) === name) return parts.at(-1)?.tag === OCTETS ? parts.at(-1)!.content : undefined;
  }
  return undefined;
}

function isAuthority(found: Certificate): boolean {
  const value = extension(found, BASIC_CONSTRAINTS);
  return value !== undefined && children(only(value, SEQUENCE)).some((one) => one.tag === BOOLEAN && one.content[0] !== 0);
}

function maySign(found: Certificate): boolean {
  const value = extension(found, KEY_USAGE);
  return value === undefined || (bitString(only(value, BIT_STRING))[0]! & 0x80) !== 0;
}

function commonName(subject: Bytes): string {
  for (const set of children(only(subject, SEQUENCE))) {
    for (const pair of children(set)) {
      const [name, value] = children(pair, 2);
      if (oid(name) === COMMON_NAME) return text(value!.content, "certificate: name");
    }
  }
  return "";
}

function bitString(node: Node): Bytes {
  if (node.tag !== BIT_STRING || node.content[0] === undefined) throw new Refused("certificate: no bit string");
  return node.content.slice(1);
}

function oid(node: Node | undefined): string {
  if (node?.tag !== OID) throw new Refused("certificate: no identifier");
  return Array.from(node.content, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function seconds(node: Node): number {
  const digits = text(node.content, "certificate: time");
  const whole = node.tag === UTC_TIME ? (Number(digits.slice(0, 2)) < 50 ? "20" : "19") + digits : digits;
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(whole);
  if (!found || ![UTC_TIME, GENERALIZED_TIME].includes(node.tag)) throw new Refused("certificate: no time");
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** r and s of a DER signature, 32 bytes each. */
function plainSignature(der: Bytes): Bytes {
  const numbers = children(only(der, SEQUENCE), 2).map((one) => {
    const digits = one.content[0] === 0 ? one.content.slice(1) : one.content;
    if (digits.length > 32) throw new Refused("certificate: no signature");
    return joined(new Uint8Array(32 - digits.length), digits);
  });
  return joined(...numbers);
}

function only(bytes: Bytes, tag: number): Node {
  const found = read(bytes, 0);
  if (found.tag !== tag || found.whole.length !== bytes.length) throw new Refused("certificate: damaged");
  return found;
}

function children(node: Node, count?: number): Node[] {
  const found: Node[] = [];
  for (let place = 0; place < node.content.length; ) {
    const one = read(node.content, place);
    found.push(one);
    place += one.whole.length;
  }
  if (count !== undefined && found.length < count) throw new Refused("certificate: damaged");
  return found;
}

function read(bytes: Bytes, start: number): Node {
  const [tag, first] = [bytes[start], bytes[start + 1]];
  if (tag === undefined || first === undefined) throw new Refused("certificate: damaged");
  let [length, begin] = [first, start + 2];
  if (first > 0x84 || first === 0x80) throw new Refused("certificate: damaged");
  if (first > 0x80) {
    length = 0;
    for (; begin < start + 2 + (first & 0x7f); begin += 1) length = length * 256 + (bytes[begin] ?? NaN);
  }
  const end = begin + length;
  if (!(end <= bytes.length)) throw new Refused("certificate: damaged");
  return { tag, content: bytes.slice(begin, end), whole: bytes.slice(start, end) };
}
