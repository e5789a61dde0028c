/** Against the registry at REGISTRY_CLIENT_URL, which serves the demo data (`make run`). */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import {
  ProblemError, Refused, Registry, readTrust, requireSameHead, verifyCheckpoint, verifyDelivery, verifyReceipt,
  type AgencySummary, type Name,
} from "../src/index.js";

const url = process.env["REGISTRY_CLIENT_URL"] ?? "http://127.0.0.1:8000";
const registry = new Registry({ url });
const PLAN = {
  origin: "CN", destination: "IT", sector: "14.10", visa: "work", nationality: "CN", work_permit: "skilled",
} as const;

test("a verdict is typed down to the agency's names", async () => {
  const answer = await registry.verify({ uscc: "91990001MADEM00112", ...PLAN });
  assert.equal(answer.verdict, "yes");
  const agency: AgencySummary | null = answer.agency;
  const names: Name[] = agency?.names ?? [];
  assert.ok(names.some((one) => one.name.length > 0));
  const suspended = await registry.call("verify", { query: { uscc: "91990001MADEM00705" } });
  assert.equal(suspended.reasons[0]?.code, "licence_suspended");
});

test("both ends of a corridor are asked by name of the operation, and a refusal says why", async () => {
  const answer = await registry.corridor({ sending: "91990001MADEM00112", receiving: "IT99999019997", destination: "IT" });
  assert.equal(answer.legs.length, 3);
  await assert.rejects(registry.verify({ vat: "IT1" }), (error: unknown) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.status, 400);
    assert.equal(error.problem?.errors?.[0]?.code, "impossible_vat");
    return true;
  });
  await assert.rejects(registry.call("getAgency", { path: { agency_id: ".." } }), RangeError);
  assert.throws(() => new Registry({ url: "http://registry.example.org" }), RangeError);
});

test("a registry that is away is asked again at the second that it names, as a number or a date", async () => {
  const started = Date.now();
  const soon = new Date(started + 1500).toUTCString();
  const replies = ["0", soon].map((after) => new Response("{}", { status: 503, headers: { "Retry-After": after } }));
  replies.push(new Response('{"items": []}', { headers: { "Content-Type": "application/json" } }));
  const patient = new Registry({ url, fetch: () => Promise.resolve(replies.shift() as Response) });
  await patient.call("getCoverage", {});
  assert.equal(replies.length, 0);
  assert.ok(Date.now() >= Date.parse(soon));

  const far = new Date(Date.now() + 3_600_000).toUTCString();
  const hasty = new Registry({
    url, fetch: () => Promise.resolve(new Response("{}", { status: 503, headers: { "Retry-After": far } })),
  });
  await assert.rejects(hasty.call("getCoverage", {}), (error: unknown) => {
    assert.ok(error instanceof ProblemError && error.retryAfter !== undefined);
    assert.ok(error.retryAfter > 3500 && error.retryAfter <= 3600);
    return true;
  });
});

test("a receipt and the head of the log are checked offline", async () => {
  const trust = await readTrust(await (await fetch(`${url}/.well-known/registry-trust.json`)).text());
  const { receipt } = await registry.verify({ uscc: "91990001MADEM00112", ...PLAN, receipt: true });
  assert.ok(receipt);
  const found = await verifyReceipt(receipt, trust);
  assert.equal(found.verdict, "yes");
  assert.equal(found.question["uscc"], "91990001MADEM00112");
  const head = await verifyCheckpoint(await (await fetch(`${url}/log/checkpoint`)).text(), trust);
  requireSameHead(found, head);
  assert.equal(head.size, found.log.size);

  const [header, claims, signature] = receipt.split(".") as [string, string, string];
  const other = Buffer.from(Buffer.from(claims, "base64url").toString().replace('"yes"', '"no"')).toString("base64url");
  for (const forged of [
    `${header}.${other}.${signature}`,
    `${header}.${claims}.${signature.slice(0, -8)}AAAAAAAA`,
    receipt.replace(header, Buffer.from('{"alg":"none","typ":"registry-receipt+jwt"}').toString("base64url")),
  ]) {
    await assert.rejects(verifyReceipt(forged, trust), Refused);
  }
  await assert.rejects(verifyReceipt(receipt, { ...trust, issuer: "https://other.example.org" }), Refused);
});

test("a delivery is believed only if it was signed just now", async () => {
  const [secret, body, at] = ["whsec_" + Buffer.alloc(24, 7).toString("base64"), '{"id":"evt_1","type":"licence.suspended"}', 1_800_000_000];
  const sign = createHmac("sha256", Buffer.alloc(24, 7)).update(`evt_1.${at}.${body}`).digest("base64");
  const headers = { "webhook-id": "evt_1", "webhook-timestamp": String(at), "webhook-signature": `v1,${sign}` };
  assert.equal((await verifyDelivery(headers, body, secret, new Date(at * 1000))).type, "licence.suspended");
  await assert.rejects(verifyDelivery(headers, body + " ", secret, new Date(at * 1000)), Refused);
  await assert.rejects(verifyDelivery(headers, body, secret, new Date((at + 301) * 1000)), Refused);
});
