// A number in its one form and its hash, as docs/users/range-files.md has them. Shared by the lookup page and the offline kit.
"use strict";
const Numbers = (() => {
  const DASHES = /[-\u2010-\u2015\u2212\u30fc\uff0d]/g;

  function plain(text, keepsDashes) {
    const folded = text.normalize("NFKC").toUpperCase();
    const kept = keepsDashes ? folded : folded.replace(DASHES, "");
    return [...kept.replace(/[\p{C}\p{Z}]/gu, "").normalize("NFKC")].slice(0, 400).join("");
  }

  const keyOf = (kind, text, country) =>
    kind + ":" + (kind === "registration_number" ? country + ":" : "") + plain(text, kind === "euid");

  const bytes = (text) => new TextEncoder().encode(text);

  const K = [], H = [];
  for (let n = 2; K.length < 64; n++) {
    if ([...Array(n).keys()].every((d) => d < 2 || n % d)) {
      const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) >>> 0;
      if (H.length < 8) H.push(fraction(Math.sqrt(n)));
      K.push(fraction(Math.cbrt(n)));
    }
  }

  // SHA-256 (FIPS 180-4): browsers give theirs to pages of https alone.
  function sha256(message) {
    const padded = new Uint8Array(((message.length + 72) >> 6) << 6), view = new DataView(padded.buffer);
    padded.set(message);
    padded[message.length] = 0x80;
    view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
    view.setUint32(padded.length - 4, message.length << 3);
    const state = Uint32Array.from(H), w = new Uint32Array(64);
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
    }
    const found = new Uint8Array(32), out = new DataView(found.buffer);
    state.forEach((value, i) => out.setUint32(4 * i, value));
    return found;
  }

  const hex = (raw) => Array.from(raw, (one) => one.toString(16).padStart(2, "0")).join("");
  const hashOf = (key) => sha256(bytes("recruitment-registry range v1\0" + key));
  // The day in UTC+8, the easternmost zone that the registry answers for.
  const dayOf = (milliseconds) => new Date(milliseconds + 8 * 3600e3).toISOString().slice(0, 10);
  return { plain, keyOf, hashOf, sha256, hex, bytes, dayOf };
})();
if (typeof module !== "undefined") module.exports = Numbers;
