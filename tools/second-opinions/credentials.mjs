// Reads what a registry signs as a wallet or a verifier in JavaScript would:
//   node credentials.mjs URL TRUST-FILE ACTIVE SUSPENDED REVOKED   (the last three are licence ids)
// Each opinion is one line, "agrees ..." or "DISAGREES ..."; the exit code is 1 when any disagrees.
import { createHash, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { getListFromStatusListJWT } from "@sd-jwt/jwt-status-list";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { base64url, compactVerify, createLocalJWKSet, decodeProtectedHeader, importX509, jwtVerify } from "jose";

const [url, trustFile, active, suspended, revoked] = process.argv.slice(2);
const trust = JSON.parse(await readFile(trustFile, "utf8"));
const root = new X509Certificate(Buffer.from(trust.root, "base64"));
const VALID = 0, INVALID = 1, SUSPENDED = 2;

async function opinion(reader, said, check) {
  try {
    await check();
    console.log(`agrees     ${reader}: ${said}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`DISAGREES  ${reader}: ${said}: ${error.message}`);
  }
}

function equal(found, wanted) {
  if (found !== wanted) throw new Error(`found ${found} where ${wanted} was expected`);
}

async function get(path, headers = {}) {
  const answer = await fetch(path.startsWith("http") ? path : url + path, { headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

const text = async (path) => (await get(path)).text();
const json = async (path) => (await get(path)).json();

// The key of the x5c header, if the root of the trust file issued its certificate.
async function certified(header) {
  equal(header.x5c.length, 1);
  const certificate = new X509Certificate(Buffer.from(header.x5c[0], "base64"));
  if (!certificate.checkIssued(root) || !certificate.verify(root.publicKey)) throw new Error("not issued by the root");
  return importX509(certificate.toString(), "ES256");
}

const verify = (token, typ) => jwtVerify(token, certified, { algorithms: ["ES256"], typ });
const jws = (credential) => credential.replace(/~$/, "");

// Every way in which a token may be false, with the words for it.
async function forgeries(token) {
  const [header, payload, signature] = token.split(".");
  const changed = (part) => part.slice(0, 40) + (part[40] === "A" ? "B" : "A") + part.slice(41);
  const withHeader = (members) =>
    base64url.encode(JSON.stringify({ ...decodeProtectedHeader(token), ...members }));
  const claims = JSON.parse(new TextDecoder().decode(base64url.decode(payload)));
  const later = base64url.encode(JSON.stringify({ ...claims, exp: 4102444800 }));
  return {
    "with one letter of the payload changed": [header, changed(payload), signature],
    "with one letter of the signature changed": [header, payload, changed(signature)],
    "with a later end": [header, later, signature],
    "with alg none": [withHeader({ alg: "none" }), payload, ""],
    "with another typ": [withHeader({ typ: "JWT" }), payload, signature],
    "with the root's certificate in place of the signer's": [withHeader({ x5c: [trust.root] }), payload, signature],
  };
}

async function refused(reader, what, token, check) {
  for (const [how, parts] of Object.entries(await forgeries(token))) {
    await opinion(reader, `${what} ${how} is refused`, async () => {
      try {
        await check(parts.join("."));
      } catch {
        return;
      }
      throw new Error("it was believed");
    });
  }
}

async function credentials() {
  const keys = createLocalJWKSet(await json("/.well-known/jwks.json"));
  const issuer = await json("/.well-known/jwt-vc-issuer");
  const credential = await text(`/api/v1/licences/${active}/credential`);
  await opinion("jose", "the credential is signed by the certified key of its x5c", async () => {
    const { payload, protectedHeader } = await verify(jws(credential), "dc+sd-jwt");
    equal(payload.iss, trust.issuer);
    equal(payload.sub, `${url}/api/v1/licences/${active}`);
    equal(protectedHeader.alg, "ES256");
  });
  await opinion("jose", "the key of the issuer's metadata is the same", async () => {
    equal(issuer.issuer, url);
    await jwtVerify(jws(credential), keys, { algorithms: ["ES256"], typ: "dc+sd-jwt", issuer: issuer.issuer });
  });
  await refused("jose", "the credential", jws(credential), (token) => verify(token, "dc+sd-jwt"));

  const wallet = new SDJwtVcInstance({
    hasher: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
    hashAlg: "sha-256",
    verifier: signed, statusVerifier: signed,
    statusListFetcher: text,
  });
  await opinion("@sd-jwt", "the credential of an active licence is good, and so is its status", async () => {
    const { payload, header } = await wallet.verify(credential);
    equal(header.typ, "dc+sd-jwt");
    equal(payload.licence.licence_id, active);
  });
  await opinion("@sd-jwt", "the credential of a suspended licence is refused for its status", async () => {
    const other = await text(`/api/v1/licences/${suspended}/credential`);
    const said = await wallet.verify(other).then(() => "it was believed", (error) => error.message);
    equal(said, "Status is not valid");
  });
  await refused("@sd-jwt", "the credential", jws(credential), async (token) => {
    const { header } = await wallet.verify(`${token}~`);
    equal(header.typ, "dc+sd-jwt");
  });
}

// For @sd-jwt, which asks for a signature alone: the key is that of the token's own x5c.
async function signed(data, signature) {
  try {
    await compactVerify(`${data}.${signature}`, certified, { algorithms: ["ES256"] });
    return true;
  } catch {
    return false;
  }
}

async function statuses() {
  for (const [name, licence, wanted] of [["active", active, VALID], ["suspended", suspended, SUSPENDED], ["revoked", revoked, INVALID]]) {
    await opinion("jose and @sd-jwt", `the status list says ${wanted} of a licence that is ${name}`, async () => {
      const { payload } = await verify(jws(await text(`/api/v1/licences/${licence}/credential`)), "dc+sd-jwt");
      const { idx, uri } = payload.status.status_list;
      const token = await text(uri);
      const list = await verify(token, "statuslist+jwt");
      equal(list.payload.sub, uri);
      equal(list.payload.status_list.bits, 2);
      equal(getListFromStatusListJWT(token).getStatus(idx), wanted);
    });
  }
  await refused("jose", "the status list", await text("/status/0"), (token) => verify(token, "statuslist+jwt"));
}

async function receipts() {
  const { number, authority } = await json(`/api/v1/licences/${active}`);
  const question = new URLSearchParams({ licence_number: number, authority, destination: "IT", receipt: "1" });
  const answer = await json(`/api/v1/verify?${question}`);
  await opinion("jose", "the receipt of an answer is signed and says the same", async () => {
    const { payload } = await verify(answer.receipt, "registry-receipt+jwt");
    equal(payload.verdict, answer.verdict);
    equal(payload.question.licence_number, number);
    equal(payload.log.origin, trust.origin);
  });
  await refused("jose", "the receipt", answer.receipt, (token) => verify(token, "registry-receipt+jwt"));
  for (const [what, token, typ] of [
    ["a receipt", answer.receipt, "statuslist+jwt"],
    ["a status list", await text("/status/0"), "registry-receipt+jwt"],
  ]) {
    await opinion("jose", `${what} is not taken for ${typ}`, async () => {
      const said = await verify(token, typ).then(() => "it was believed", (error) => error.claim);
      equal(said, "typ");
    });
  }
}

await credentials();
await statuses();
await receipts();
