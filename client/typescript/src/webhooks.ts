/** Deliveries of webhooks, checked as Standard Webhooks says (`v1`). */

import { type Bytes, Refused, fromBase64, joined, object, text, utf8 } from "./bytes.js";
import type { Event } from "./types.js";

const TOLERANCE = 300;

/** The event of a delivery, if one of the secrets signed it within five minutes. `body` are the bytes as they came.
 * Throws Refused: answer 400, and do nothing. A delivery that was not answered with 2xx comes again under the same id. */
export async function verifyDelivery(
  headers: Headers | Record<string, string | undefined>,
  body: Bytes | string,
  secrets: string | readonly string[],
  now: Date = new Date(),
): Promise<Event> {
  const header = (name: string): string => {
    const found = headers instanceof Headers ? headers.get(name) : headers[name];
    if (!found) throw new Refused(`${name}: missing`);
    return found;
  };
  const [id, stamp, given] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(header) as [string, string, string];
  if (!/^\d{1,12}$/.test(stamp)) throw new Refused("webhook-timestamp: whole seconds are expected");
  const bytes = typeof body === "string" ? utf8(body) : body;
  const message = joined(utf8(`${id}.${stamp}.`), bytes);
  const signatures = given.split(" ").slice(0, 20).filter((one) => one.startsWith("v1,")).map((one) => one.slice(3));
  let isGenuine = false;
  for (const secret of typeof secrets === "string" ? [secrets] : secrets) {
    const material = fromBase64(secret.replace(/^whsec_/, ""), "secret");
    if (material.length < 16) throw new RangeError("the secret is too short to be one");
    const key = await crypto.subtle.importKey("raw", material, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const one of signatures) {
      isGenuine ||= await crypto.subtle.verify("HMAC", key, fromBase64(one, "webhook-signature"), message);
    }
  }
  if (!isGenuine) throw new Refused("webhook-signature: none of them fits");
  if (Math.abs(now.getTime() / 1000 - Number(stamp)) > TOLERANCE) throw new Refused("webhook-timestamp: not of now");
  return object(text(bytes, "body"), "body") as unknown as Event;
}
