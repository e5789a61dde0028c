// A wallet of strangers (@openid4vc of the OpenWallet Foundation, @sd-jwt, jose) gets licences and staff cards, breaks requests, and shows
// what it has to the registry and to verifiers of strangers.
//   node wallet.mjs PORT FOLDER BRIDGE
// FOLDER has provider.json and stranger.json (a key and its x5c) and root.pem; BRIDGE is what `python -m tools.wallets` answers with: it
// is the agency's representative at the console, and the verifiers. Each line is "agrees ..." or "DISAGREES ...".
import { createHash, KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import * as jose from "jose";
import { clientAuthenticationClientAttestationJwt, createClientAttestationJwt, Oauth2Client } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import { Openid4vpClient } from "@openid4vc/openid4vp";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { DcqlQuery } from "dcql";

const [port, folder, bridge] = process.argv.slice(2);
const ISSUER = "https://registry.example", CLIENT = "https://wallet.example", BACK = "https://wallet.example/back";
const PRE = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
const root = new X509Certificate(readFileSync(`${folder}/root.pem`));
const attester = async (name) => {
  const { jwk, x5c } = JSON.parse(readFileSync(`${folder}/${name}.json`));
  return { key: await jose.importJWK(jwk, "ES256"), jwk, x5c };
};
const provider = await attester("provider"), stranger = await attester("stranger");

const counts = { issued: [0, 0], refused: [0, 0], presented: [0, 0], strangers: [0, 0] };
async function opinion(said, check, kind = "issued") {
  counts[kind][1]++;
  try {
    await check();
    counts[kind][0]++;
    console.log(`agrees     wallet: ${said}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`DISAGREES  wallet: ${said}: ${error.errorResponse ? JSON.stringify(error.errorResponse) : error.stack.slice(0, 600)}`);
  }
}

// The registry has the name registry.example, another verifier verifier.example, and both stand on loopback.
const ports = { "registry.example": port };
function onLoopback(input, init = {}) {
  const url = new URL(input.url ?? input);
  if (!(url.host in ports)) throw new Error(`no address of ours: ${url.host}`);
  const headers = { ...Object.fromEntries(new Headers(init.headers)), host: url.host };
  const body = init.body === undefined ? undefined : init.body.toString();
  if (init.body instanceof URLSearchParams) headers["content-type"] ??= "application/x-www-form-urlencoded";
  if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
  const where = { host: "127.0.0.1", port: ports[url.host], path: url.pathname + url.search, method: init.method ?? "GET", headers };
  return new Promise((resolve, reject) => {
    const request = http.request(where, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve(new Response(Buffer.concat(parts), { status: answer.statusCode, headers: answer.headers })));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const ask = async (path, body) => (await fetch(bridge + path, { method: "POST", body: JSON.stringify(body) })).json();

const keys = new Map();
async function newKey() {
  const { publicKey, privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const jwk = await jose.exportJWK(publicKey);
  keys.set(await jose.calculateJwkThumbprint(jwk), privateKey);
  return { jwk, privateKey };
}
const callbacks = {
  fetch: onLoopback,
  hash: (data, alg) => createHash(alg.replace("-", "")).update(data).digest(),
  generateRandom: (count) => randomBytes(count),
  signJwt: async (signer, { header, payload }) => {
    const key = signer.method === "x5c" ? provider.key : keys.get(await jose.calculateJwkThumbprint(signer.publicJwk));
    return { jwt: await new jose.SignJWT(payload).setProtectedHeader(header).sign(key), signerJwk: signer.publicJwk ?? provider.jwk };
  },
  verifyJwt: async (signer, { compact }) => {
    const jwk = signer.method === "x5c" ? await keyOfRequest(signer.x5c) : signer.publicJwk;
    await jose.compactVerify(compact, await jose.importJWK(jwk, "ES256"));
    return { verified: true, signerJwk: jwk };
  },
  encryptJwe: async ({ publicJwk, enc }, data) => ({
    encryptionJwk: publicJwk,
    jwe: await new jose.CompactEncrypt(Buffer.from(data)).setProtectedHeader({ alg: "ECDH-ES", enc, kid: publicJwk.kid })
      .encrypt(await jose.importJWK(publicJwk, "ECDH-ES")),
  }),
  decryptJwe: async () => ({ decrypted: false }),
  getX509CertificateMetadata: (certificate) => {
    const names = (new X509Certificate(Buffer.from(certificate, "base64")).subjectAltName ?? "").split(", ");
    const of = (kind) => names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
    return { sanDnsNames: of("DNS:"), sanUriNames: of("URI:") };
  },
};
async function keyUnderRoot(x5c) {
  const leaf = new X509Certificate(Buffer.from(x5c[0], "base64"));
  if (!leaf.verify(root.publicKey) || !leaf.checkIssued(root)) throw new Error("not under the registry's root");
  return jose.exportJWK(await jose.importX509(leaf.toString(), "ES256"));
}
// A verifier of strangers has a root of its own, which a wallet would know from a list.
async function keyOfRequest(x5c) {
  const leaf = new X509Certificate(Buffer.from(x5c[0], "base64"));
  return leaf.checkIssued(root) ? keyUnderRoot(x5c) : jose.exportJWK(await jose.importX509(leaf.toString(), "ES256"));
}

const now = () => Math.floor(Date.now() / 1000);
async function newWallet(by = provider) {
  const instance = await newKey();
  const clientAttestationJwt = by === provider
    ? await createClientAttestationJwt({
        callbacks, signer: { method: "x5c", x5c: by.x5c, alg: "ES256" }, issuer: "https://provider.example", clientId: CLIENT,
        expiresAt: new Date(Date.now() + 3600_000), confirmation: { jwk: instance.jwk },
      })
    : await new jose.SignJWT({ iss: "https://stranger.example", sub: CLIENT, exp: now() + 3600, cnf: { jwk: instance.jwk } })
        .setProtectedHeader({ alg: "ES256", typ: "oauth-client-attestation+jwt", x5c: by.x5c }).sign(by.key);
  const clientAuthentication = clientAuthenticationClientAttestationJwt({ clientAttestationJwt, callbacks });
  const client = new Openid4vciClient({ callbacks: { ...callbacks, clientAuthentication } });
  const dpopKey = await newKey();
  return { instance, clientAttestationJwt, clientAuthentication, client, dpopKey, dpop: { signer: { method: "jwk", alg: "ES256", publicJwk: dpopKey.jwk } } };
}
const attestKeys = (list, more = {}, by = provider) => new jose.SignJWT({
  iat: now(), exp: now() + 3600, attested_keys: list, key_storage: ["iso_18045_high"], user_authentication: ["iso_18045_high"], ...more,
}).setProtectedHeader({ alg: "ES256", typ: "key-attestation+jwt", x5c: by.x5c }).sign(by.key);

async function begin(form, flow, by) {
  const offer = await ask("/offer", { form, flow });
  const wallet = await newWallet(by);
  const credentialOffer = await wallet.client.resolveCredentialOffer(offer.address);
  const issuerMetadata = await wallet.client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  return { ...wallet, form, offer, credentialOffer, issuerMetadata };
}
const preAuthorized = (w, txCode = w.offer.tx_code) => w.client.retrievePreAuthorizedCodeAccessTokenFromOffer({
  credentialOffer: w.credentialOffer, issuerMetadata: w.issuerMetadata, txCode, dpop: w.dpop });
async function allowed(w) {
  const begun = await w.client.initiateAuthorization({
    credentialOffer: w.credentialOffer, issuerMetadata: w.issuerMetadata, clientId: CLIENT, redirectUri: BACK, scope: w.form });
  const { location } = await ask("/allow", { url: begun.authorizationRequestUrl });
  const back = w.client.parseAndVerifyAuthorizationResponseRedirectUrl({
    url: location, authorizationServerMetadata: w.issuerMetadata.authorizationServers[0] });
  return { code: back.code, verifier: begun.pkce.codeVerifier };
}
const byCode = (w, { code, verifier }) => w.client.retrieveAuthorizationCodeAccessTokenFromOffer({
  credentialOffer: w.credentialOffer, issuerMetadata: w.issuerMetadata, authorizationCode: code, pkceCodeVerifier: verifier,
  redirectUri: BACK, dpop: w.dpop });
async function proofOf(w, kind, { attests = true, audience, nonce } = {}) {
  const holder = await newKey();
  nonce ??= (await w.client.requestNonce({ issuerMetadata: w.issuerMetadata })).c_nonce;
  if (kind === "attestation") return { holder, nonce, proofs: { attestation: [await attestKeys([holder.jwk], { nonce })] } };
  if (attests && !audience) {
    const { jwt } = await w.client.createCredentialRequestJwtProof({
      issuerMetadata: w.issuerMetadata, credentialConfigurationId: w.form, nonce, clientId: CLIENT,
      signer: { method: "jwk", alg: "ES256", publicJwk: holder.jwk }, keyAttestationJwt: await attestKeys([holder.jwk]) });
    return { holder, nonce, proofs: { jwt: [jwt] } };
  }
  const header = { alg: "ES256", typ: "openid4vci-proof+jwt", jwk: holder.jwk };
  if (attests) header.key_attestation = await attestKeys([holder.jwk]);
  const jwt = await new jose.SignJWT({ aud: audience ?? ISSUER, iat: now(), nonce }).setProtectedHeader(header).sign(holder.privateKey);
  return { holder, nonce, proofs: { jwt: [jwt] } };
}
const credential = (w, got, proofs, { form = w.form, dpop = got.dpop } = {}) => w.client.retrieveCredentials({
  issuerMetadata: w.issuerMetadata, credentialConfigurationId: form, accessToken: got.accessTokenResponse.access_token, proofs, dpop });

const verifier = new SDJwtVcInstance({
  hasher: (data, alg) => createHash(alg.replace("-", "")).update(data).digest(), hashAlg: "sha-256",
  verifier: async (data, signature) => signedUnderRoot(data, signature),
  statusVerifier: async (data, signature) => signedUnderRoot(data, signature),
  statusListFetcher: async (uri) => (await onLoopback(uri)).text(),
});
async function signedUnderRoot(data, signature) {
  const { x5c } = JSON.parse(Buffer.from(data.split(".")[0], "base64url"));
  await jose.compactVerify(`${data}.${signature}`, await jose.importJWK(await keyUnderRoot(x5c), "ES256"));
  return true;
}

async function obtain(form, flow, kind) {
  const w = await begin(form, flow);
  const got = flow === "number" ? await preAuthorized(w) : await byCode(w, await allowed(w));
  const { holder, proofs } = await proofOf(w, kind);
  const { credentialResponse } = await credential(w, got, proofs);
  const [{ credential: compact }] = credentialResponse.credentials;
  const { payload } = await verifier.verify(compact);
  if (payload.cnf.jwk.x !== holder.jwk.x) throw new Error("bound to another key");
  return { w, got, compact, holder };
}

// What a wallet has to be told, by the name of the error.
async function refused(said, error, act) {
  await opinion(`refused: ${said}`, async () => {
    let told;
    try {
      told = await act();
    } catch (trouble) {
      told = trouble.errorResponse ?? trouble.response?.credentialErrorResponseResult?.data ?? trouble.message;
    }
    const found = told?.error ?? told;
    if (![error].flat().includes(found)) throw new Error(`${JSON.stringify(found)?.slice(0, 300)} where ${error} was expected`);
  }, "refused");
}
// A token request of our own, of which single parts can be sent again.
async function tokenRequest(w, form, { dpop, pop } = {}) {
  const nonce = (await onLoopback(`${ISSUER}/wallets/nonce`, { method: "POST" })).headers.get("dpop-nonce");
  dpop ??= await new jose.SignJWT({ htm: "POST", htu: `${ISSUER}/wallets/token`, iat: now(), jti: randomBytes(9).toString("hex"), nonce })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: w.dpopKey.jwk }).sign(w.dpopKey.privateKey);
  pop ??= await new jose.SignJWT({ aud: ISSUER, iat: now(), jti: randomBytes(9).toString("hex") })
    .setProtectedHeader({ alg: "ES256", typ: "oauth-client-attestation-pop+jwt" }).sign(w.instance.privateKey);
  const headers = { "oauth-client-attestation": w.clientAttestationJwt, "oauth-client-attestation-pop": pop, dpop };
  const answer = await onLoopback(`${ISSUER}/wallets/token`, { method: "POST", headers, body: new URLSearchParams(form) });
  return { dpop, pop, told: await answer.json() };
}
const offerForm = (w, txCode = w.offer.tx_code) => ({
  grant_type: PRE, "pre-authorized_code": w.credentialOffer.grants[PRE]["pre-authorized_code"], tx_code: txCode });

const LICENCE = "recruitment-licence", CARD = "recruiter-staff-card";
let renewable;
await opinion("a licence by pre-authorized code, proof jwt", async () => { renewable = await obtain(LICENCE, "number", "jwt"); });
await opinion("a licence by pre-authorized code, proof attestation", () => obtain(LICENCE, "number", "attestation"));
await opinion("a staff card by authorization code, PAR, PKCE and iss, proof jwt", () => obtain(CARD, "sign_in", "jwt"));
await opinion("a staff card by authorization code, proof attestation", () => obtain(CARD, "sign_in", "attestation"));
await opinion("a licence renewed by refresh token, with another key and place", async () => {
  const { w, got, compact } = renewable;
  const oauth = new Oauth2Client({ callbacks: { ...callbacks, clientAuthentication: w.clientAuthentication } });
  const fresh = await oauth.retrieveRefreshTokenAccessToken({
    authorizationServerMetadata: w.issuerMetadata.authorizationServers[0], refreshToken: got.accessTokenResponse.refresh_token, dpop: got.dpop });
  const { proofs } = await proofOf(w, "jwt");
  const again = await credential(w, fresh, proofs);
  if (again.credentialResponse.credentials[0].credential === compact) throw new Error("the same credential");
});
await opinion("the metadata, signed under the root of the registry", async () => {
  const jwt = await (await onLoopback(`${ISSUER}/.well-known/openid-credential-issuer`, { headers: { accept: "application/jwt" } })).text();
  const { x5c, typ } = jose.decodeProtectedHeader(jwt);
  const { payload } = await jose.jwtVerify(jwt, await jose.importJWK(await keyUnderRoot(x5c), "ES256"));
  if (typ !== "openidvci-issuer-metadata+jwt" || payload.sub !== ISSUER) throw new Error("of another type or issuer");
});

await refused("five wrong numbers, then the right one", "invalid_grant", async () => {
  const w = await begin(LICENCE, "number");
  const wrong = String((Number(w.offer.tx_code) + 1) % 1e6).padStart(6, "0");
  for (let n = 0; n < 5; n++) await preAuthorized(w, wrong).catch(() => undefined);
  return preAuthorized(w);
});
await refused("a DPoP proof sent twice", "invalid_dpop_proof", async () => {
  const w = await begin(LICENCE, "number");
  const { dpop } = await tokenRequest(w, offerForm(w, "x"));
  return (await tokenRequest(w, offerForm(w), { dpop })).told;
});
await refused("a jti of the attested key sent twice", "invalid_client", async () => {
  const w = await begin(LICENCE, "number");
  const { pop } = await tokenRequest(w, offerForm(w, "x"));
  return (await tokenRequest(w, offerForm(w), { pop })).told;
});
await refused("a c_nonce used twice", "invalid_nonce", async () => {
  const w = await begin(LICENCE, "number"), got = await preAuthorized(w);
  const { proofs, nonce } = await proofOf(w, "jwt");
  await credential(w, got, proofs);
  return credential(w, got, (await proofOf(w, "jwt", { nonce })).proofs);
});
await refused("a code used twice", "invalid_grant", async () => {
  const w = await begin(CARD, "sign_in"), code = await allowed(w);
  await byCode(w, code);
  return byCode(w, code);
});
await refused("a code with another PKCE verifier", "invalid_grant", async () => {
  const w = await begin(CARD, "sign_in"), { code } = await allowed(w);
  return byCode(w, { code, verifier: randomBytes(32).toString("base64url") });
});
await refused("a wallet of a foreign provider", "invalid_client", async () => preAuthorized(await begin(LICENCE, "number", stranger)));
await refused("a proof without key attestation", "invalid_proof", async () => {
  const w = await begin(LICENCE, "number"), got = await preAuthorized(w);
  return credential(w, got, (await proofOf(w, "jwt", { attests: false })).proofs);
});
await refused("a proof for another issuer", "invalid_proof", async () => {
  const w = await begin(LICENCE, "number"), got = await preAuthorized(w);
  return credential(w, got, (await proofOf(w, "jwt", { audience: "https://other.example" })).proofs);
});
await refused("an offer that is over", "invalid_grant", async () => {
  const w = await begin(LICENCE, "number");
  await ask("/expire", {});
  return preAuthorized(w);
});
await refused("another configuration than that of the token", "unknown_credential_configuration", async () => {
  const w = await begin(LICENCE, "number"), got = await preAuthorized(w);
  return credential(w, got, (await proofOf(w, "jwt")).proofs, { form: CARD });
});
await refused("a token with another DPoP key", ["invalid_token", "invalid_dpop_proof"], async () => {
  const w = await begin(LICENCE, "number"), got = await preAuthorized(w);
  const other = { signer: { method: "jwk", alg: "ES256", publicJwk: (await newKey()).jwk } };
  return credential(w, got, (await proofOf(w, "jwt")).proofs, { dpop: other });
});
// Showing what it has: OpenID4VP 1.0.
const asHolder = (key) => new SDJwtVcInstance({
  hasher: (data, alg) => createHash(alg.replace("-", "")).update(data).digest(), hashAlg: "sha-256", kbSignAlg: "ES256",
  kbSigner: (data) => sign("sha256", Buffer.from(data), { key: KeyObject.from(key), dsaEncoding: "ieee-p1363" }).toString("base64url"),
});
// As RFC 5280 (4.2.1.2) makes it of the root's key: what `aki` in a query names.
const authority = createHash("sha1").update(root.publicKey.export({ type: "spki", format: "der" }).subarray(-65)).digest("base64url");
const disclosed = (compact) => compact.split("~").slice(1, -1).map((one) => JSON.parse(Buffer.from(one, "base64url"))[1]);

async function shown({ compact, holder }, names, binding, by = holder) {
  const frame = Object.fromEntries(disclosed(compact).filter((name) => names.includes(name)).map((name) => [name, true]));
  return asHolder(by.privateKey).present(compact, frame, { kb: { payload: { iat: now(), ...binding } } });
}
async function present(link, held, { by, audience, without = [] } = {}) {
  const client = new Openid4vpClient({ callbacks });
  const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
  const { authorizationRequestPayload, dcql } = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: params });
  const query = DcqlQuery.parse(dcql.query);
  DcqlQuery.validate(query);
  const candidates = await Promise.all(held.map(async ({ compact, holder }) => {
    const claims = await asHolder(holder.privateKey).getClaims(compact);
    return { credential_format: "dc+sd-jwt", vct: claims.vct, claims, cryptographic_holder_binding: true, authority: { type: "aki", values: [authority] } };
  }));
  const found = DcqlQuery.query(query, candidates);
  if (!found.can_be_satisfied) throw new Error(`the query cannot be satisfied: ${JSON.stringify(found.credential_matches).slice(0, 400)}`);
  const vp_token = {};
  for (const [id, match] of Object.entries(found.credential_matches)) {
    const names = query.credentials.find((one) => one.id === id).claims?.map(({ path }) => path[0]) ?? [];
    const binding = { aud: audience ?? authorizationRequestPayload.client_id, nonce: authorizationRequestPayload.nonce };
    const one = held[match.valid_credentials[0].input_credential_index];
    vp_token[id] = [await shown(one, names.filter((name) => !without.includes(name)), binding, by)];
  }
  const made = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload, authorizationResponsePayload: { vp_token },
    jarm: { encryption: { nonce: randomBytes(16).toString("base64url") }, serverMetadata: {
      authorization_signing_alg_values_supported: [], authorization_encryption_alg_values_supported: ["ECDH-ES"],
      authorization_encryption_enc_values_supported: ["A256GCM"] } },
  });
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload, authorizationResponsePayload: made.authorizationResponsePayload, jarm: made.jarm });
  return { status: response.status, body: await response.json() };
}
// To the registry, which an organisation has ask. Gives what the organisation then reads.
async function toRegistry(what, held, { returns, ...broken } = {}) {
  const asked = await ask("/ask", { ask: what, ...(returns ? { return_url: returns } : {}) });
  if (asked.status !== 201) throw new Error(`not asked: ${JSON.stringify(asked).slice(0, 300)}`);
  const told = await present(asked.link, held, broken);
  const response_code = told.body.redirect_uri && new URL(told.body.redirect_uri).searchParams.get("response_code");
  const read = (code) => ask("/result", { presentation_id: asked.presentation_id, ...(code ? { response_code: code } : {}) });
  return { told, result: await read(response_code), without: returns && await read() };
}
const held = { licence: await obtain(LICENCE, "number", "jwt"), card: await obtain(CARD, "number", "jwt") };
const expectShown = (result, name) => {
  if (result.state !== "shown" || (result.person?.family_name ?? null) !== name) throw new Error(JSON.stringify(result).slice(0, 400));
};
await opinion("a licence shown to the registry", async () => expectShown((await toRegistry("licence", [held.licence])).result, null), "presented");
await opinion("a staff card shown to the registry", async () => expectShown((await toRegistry("card", [held.card])).result, "Esempio"), "presented");
await opinion("both shown at once", async () => expectShown((await toRegistry("both", [held.licence, held.card])).result, "Esempio"), "presented");
await opinion("on the same device, read by who brings the response_code alone", async () => {
  const { result, without } = await toRegistry("card", [held.card], { returns: "https://works.example/checked" });
  expectShown(result, "Esempio");
  if (without.status !== 404) throw new Error(`read without it: ${without.status}`);
}, "presented");
for (const [said, reason, what, broken] of [
  ["signed by a key that is not the holder's", "not_the_holder", "card", { by: await newKey() }],
  ["shown for another verifier", "for_another_request", "card", { audience: "x509_hash:another" }],
  ["a name kept back", "not_disclosed", "card", { without: ["family_name"] }],
]) {
  await opinion(`refused: ${said}`, async () => {
    const { told, result } = await toRegistry(what, [held.licence, held.card], broken);
    if (told.status !== 400 || result.refusal !== reason || result.person) throw new Error(JSON.stringify([told, result]).slice(0, 400));
  }, "presented");
}

const toPolaris = async (form, claim) => {
  const one = held[form], { vct } = await asHolder(one.holder.privateKey).getClaims(one.compact);
  const { link, port: its } = await ask("/polaris", { vct, claim });
  ports["verifier.example"] = its;
  const { status } = await present(link, [one]);
  const { verdict } = await ask("/verdict", {});
  if (status !== 200 || !verdict.includes("authentic")) throw new Error(`${status} ${verdict}`);
};
const toOpenvc = async (one) => {
  const binding = { nonce: "of openvc", aud: "x509_hash:openvc" };
  const { vct } = await asHolder(one.holder.privateKey).getClaims(one.compact);
  return ask("/openvc", { presentation: await shown(one, [], binding), vct, nonce: binding.nonce, audience: binding.aud });
};
await opinion("polaris-oid4vp takes the licence", () => toPolaris("licence", "licence.licence_id"), "strangers");
await opinion("polaris-oid4vp takes the staff card", () => toPolaris("card", "family_name"), "strangers");
await opinion("openvc-core takes both", async () => {
  for (const one of Object.values(held)) {
    const { is_taken, why } = await toOpenvc(one);
    if (!is_taken) throw new Error(why);
  }
}, "strangers");
await opinion("@sd-jwt takes both", async () => { for (const { compact } of Object.values(held)) await verifier.verify(compact); }, "strangers");
await ask("/state", { status: "suspended" });
await opinion("openvc-core refuses both once the licence is suspended", async () => {
  for (const one of Object.values(held)) if ((await toOpenvc(one)).is_taken) throw new Error("taken");
}, "strangers");
await opinion("@sd-jwt refuses both once the licence is suspended", async () => {
  for (const { compact } of Object.values(held)) {
    if (await verifier.verify(compact).then(() => true, () => false)) throw new Error("taken");
  }
}, "strangers");
await opinion("refused: a card whose agency's licence is suspended", async () => {
  const { result } = await toRegistry("card", [held.card]);
  if (result.refusal !== "suspended" || result.person) throw new Error(JSON.stringify(result).slice(0, 400));
}, "presented");
await ask("/state", { status: "active" });
await opinion("taken again once the suspension is lifted", async () => expectShown((await toRegistry("card", [held.card])).result, "Esempio"), "presented");
console.log(Object.entries(counts).map(([kind, [is, of]]) => `${kind}: ${is} of ${of}`).join(", "));
