// A wallet of strangers (@openid4vc of the OpenWallet Foundation, @sd-jwt, jose) gets licences and staff cards, and breaks requests.
//   node wallet.mjs PORT FOLDER BRIDGE
// FOLDER has provider.json and stranger.json (a key and its x5c) and root.pem; BRIDGE is what `python -m tools.wallets` answers with: it
// is the agency's representative at the console. Each line is "agrees ..." or "DISAGREES ...".
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import * as jose from "jose";
import { clientAuthenticationClientAttestationJwt, createClientAttestationJwt, Oauth2Client } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";

const [port, folder, bridge] = process.argv.slice(2);
const ISSUER = "https://registry.example", CLIENT = "https://wallet.example", BACK = "https://wallet.example/back";
const PRE = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
const root = new X509Certificate(readFileSync(`${folder}/root.pem`));
const attester = async (name) => {
  const { jwk, x5c } = JSON.parse(readFileSync(`${folder}/${name}.json`));
  return { key: await jose.importJWK(jwk, "ES256"), jwk, x5c };
};
const provider = await attester("provider"), stranger = await attester("stranger");

const counts = { issued: [0, 0], refused: [0, 0] };
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

// The registry has the name registry.example, and stands on loopback.
function onLoopback(input, init = {}) {
  const url = new URL(input.url ?? input);
  if (url.host !== "registry.example") throw new Error(`no address of ours: ${url.host}`);
  const headers = { ...Object.fromEntries(new Headers(init.headers)), host: url.host };
  const body = init.body === undefined ? undefined : init.body.toString();
  if (init.body instanceof URLSearchParams) headers["content-type"] ??= "application/x-www-form-urlencoded";
  if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
  const where = { host: "127.0.0.1", port, path: url.pathname + url.search, method: init.method ?? "GET", headers };
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
    const jwk = signer.method === "x5c" ? await keyUnderRoot(signer.x5c) : signer.publicJwk;
    await jose.compactVerify(compact, await jose.importJWK(jwk, "ES256"));
    return { verified: true, signerJwk: jwk };
  },
  encryptJwe: async () => { throw new Error("nothing is encrypted"); },
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
  return { w, got, compact };
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
console.log(Object.entries(counts).map(([kind, [is, of]]) => `${kind}: ${is} of ${of}`).join(", "));
