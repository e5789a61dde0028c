/** Base64, base64url and comparisons, alike in browsers and Node. */

/** What is not what it should be: damaged, of another kind, or signed by somebody else. */
export class Refused extends Error {
  override name = "Refused";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export type Bytes = Uint8Array<ArrayBuffer>;

export function utf8(text: string): Bytes {
  return Uint8Array.from(encoder.encode(text));
}

export function text(bytes: Bytes, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Refused(`${what}: no UTF-8`);
  }
}

export function fromBase64(given: string, what: string): Bytes {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(given) || given.length % 4) throw new Refused(`${what}: no base64`);
  return Uint8Array.from(atob(given), (sign) => sign.charCodeAt(0));
}

export function fromBase64url(given: string, what: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(given) || given.length % 4 === 1) throw new Refused(`${what}: no base64url`);
  const plain = given.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(plain + "=".repeat((4 - (plain.length % 4)) % 4), what);
}

export function toBase64url(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function isSame(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

export function joined(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** The members of a JSON object. */
export function object(given: string, what: string): Record<string, unknown> {
  let found: unknown;
  try {
    found = JSON.parse(given);
  } catch {
    throw new Refused(`${what}: no JSON`);
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw new Refused(`${what}: no JSON object`);
  return found as Record<string, unknown>;
}

export function string(given: unknown, what: string): string {
  if (typeof given !== "string") throw new Refused(`${what}: a text is expected`);
  return given;
}
