// Looks a number up without telling which: docs/users/range-files.md. Loaded by suggest.js when the switch is first set.
"use strict";
(() => {
  const box = document.getElementById("private"), field = document.getElementById("subject");
  const form = field && field.form, words = box && box.dataset;
  if (!box || !form || !window.fetch || !window.TextEncoder) return;
  const answer = document.getElementById("private-answer"), on = box.querySelector("input");
  const numbers = new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement("script"), { src: words.numbers, onload: done, onerror: failed }));
  });

  const VAT = /^(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)(?=(.*\d){5})[0-9A-Z+*]{8,12}$/;
  const kindOf = (text) => {
    const plain = Numbers.plain(text);
    if (/^[A-Z]{2}[A-Z0-9]*\.[A-Z0-9]/.test(plain)) return "euid";
    if (/^[0-9A-HJ-NP-RT-Y]{18}$/.test(plain)) return "uscc";
    if (/^[A-Z0-9]{18}[0-9]{2}$/.test(plain)) return "lei";
    return VAT.test(plain) ? "vat" : "licence_number";
  };

  const joined = (first, ...parts) => {
    const whole = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
    whole[0] = first;
    let place = 1;
    for (const part of parts) { whole.set(part, place); place += part.length; }
    return whole;
  };
  const folded = (hashes) => {
    let level = hashes;
    while (level.length > 32) {
      const above = new Uint8Array(level.length / 2);
      for (let at = 0; at < level.length; at += 64) above.set(Numbers.sha256(joined(1, level.subarray(at, at + 64))), at / 2);
      level = above;
    }
    return Numbers.hex(level);
  };
  async function get(path) {
    const found = await fetch(`/ranges/${path}`, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (!found.ok) throw new Error(path);
    return new Uint8Array(await found.arrayBuffer());
  }
  const json = (raw) => JSON.parse(new TextDecoder().decode(raw));

  function ensure(holds, what) {
    if (!holds) throw new Error(what);
  }
  function decoded(text) {
    const raw = atob(text);
    ensure(btoa(raw) === text, "base64");
    return Uint8Array.from(raw, (one) => one.charCodeAt(0));
  }
  function decimal(text) {
    ensure(/^(0|[1-9][0-9]{0,14})$/.test(text), "number");
    return Number(text);
  }

  // The root to which a path of hashes leads from a leaf, in a tree of `size` leaves (RFC 9162, 2.1.3.2).
  function rootFrom(leaf, index, size, path) {
    let root = leaf, place = index, last = size - 1;
    const ascend = () => { place = Math.floor(place / 2); last = Math.floor(last / 2); };
    for (const hash of path) {
      ensure(last > 0 && hash.length === 32, "path");
      const isRight = place % 2 || place === last;
      root = Numbers.sha256(isRight ? joined(1, hash, root) : joined(1, root, hash));
      while (isRight && place && place % 2 === 0) ascend();
      ascend();
    }
    ensure(last === 0 && place === 0, "path");
    return root;
  }

  // Whether a key of the log signed the note (C2SP signed-note). The keys came with this page, not with the files.
  // Gives false where the browser has no Ed25519, and throws where no signature holds.
  async function isSigned(body, signatures, origin) {
    for (const [, name, hint, key] of words.keys.matchAll(/([^ +]+)\+([0-9a-f]{8})\+(\S+)/g)) {
      for (const line of signatures.split("\n")) {
        if (name !== origin || !line.startsWith(`— ${name} `)) continue;
        const raw = decoded(line.slice(name.length + 3));
        if (Numbers.hex(raw.subarray(0, 4)) !== hint || raw.length !== 68) continue;
        let holds;
        try {
          const known = await crypto.subtle.importKey("raw", decoded(key).subarray(1), "Ed25519", false, ["verify"]);
          holds = await crypto.subtle.verify("Ed25519", known, raw.subarray(4), Numbers.bytes(body));
        } catch {
          return false;
        }
        if (holds) return true;
      }
    }
    throw new Error("signature");
  }

  // The epoch that the log holds by its proof (C2SP tlog-proof), and whether the signature of the log could be checked.
  async function provenEpoch({ entry, proof }) {
    const [, head, body, signatures] = /^(.+?)\n\n(.+\n)\n(.+)\n$/s.exec(proof), [header, at, ...path] = head.split("\n");
    const [origin, size, root] = body.split("\n"), { index, key, type, record } = JSON.parse(entry);
    ensure(header === "c2sp.org/tlog-proof@v1" && at === `index ${index}` && decimal(size) > index, "proof");
    const found = rootFrom(Numbers.sha256(joined(0, Numbers.bytes(entry))), index, decimal(size), path.map(decoded));
    ensure(Numbers.hex(found) === Numbers.hex(decoded(root)), "proof");
    ensure(key === "ranges/epoch" && type === "ranges.published" && record.v === 1 && record.p <= 24, "epoch");
    return { ...record, isProven: await isSigned(body, signatures, origin) };
  }

  async function lookedUp(text) {
    const { p, root, made_at, not_after, lists, isProven } = await provenEpoch(json(await get("current")));
    const now = Date.now(), age = now - Date.parse(made_at), today = Numbers.dayOf(now);
    const kind = kindOf(text), hash = Numbers.hashOf(Numbers.keyOf(kind, text)), wanted = Numbers.hex(hash).slice(0, 40);
    const prefix = Math.floor(new DataView(hash.buffer).getUint32(0) / 2 ** (32 - p));
    let at = root;
    for (let left = p; left > 0;) {
      const width = (left - 1) % 8 + 1, tile = await get(`tile/${at}`);
      if (tile.length !== 32 << width || folded(tile) !== at) throw new Error("tile");
      const place = (prefix >> (left - width)) & ((1 << width) - 1);
      at = Numbers.hex(tile.subarray(32 * place, 32 * place + 32));
      left -= width;
    }
    const raw = await get(`file/${at}`);
    if (Numbers.hex(Numbers.sha256(joined(0, raw))) !== at) throw new Error("file");
    const file = json(raw), spelled = prefix.toString(16).padStart(Math.max(1, Math.ceil(p / 4)), "0");
    const isOrdered = file.entries.every((one, place) => /^[0-9a-f]{40}$/.test(one.h) && (!place || file.entries[place - 1].h < one.h));
    if (file.v !== 1 || file.p !== p || file.prefix !== spelled || !isOrdered) throw new Error("file");
    const entry = file.entries.find((one) => one.h === wanted);
    if (age > 48 * 3600e3 || age < -300e3 || not_after < today) return { verdict: "old" };
    if (!entry) return { verdict: "absent", isProven, kind, on: made_at.slice(0, 10) };
    const records = entry.holders.map((one) => file.records[one.record]), country = document.getElementById("country").value;
    const one = entry.answers.find((each) => (each.destination || "") === country) || { verdict: "unknown", origin: "CN" };
    const concerned = new Set([one.origin, country, ...records.map((each) => each.country)]);
    for (const each of records) for (const licence of each.licences || []) concerned.add(licence.country);
    const isOver = (one.until && one.until < today) || lists.some((each) => concerned.has(each.country) && Date.parse(each.until) <= now);
    return { verdict: isOver ? "old" : one.verdict, isProven, until: isOver ? "" : one.until, kind, records };
  }

  function show({ verdict, isProven = true, kind, until, on: day, records }) {
    answer.replaceChildren();
    const line = (text, tag) => answer.append(Object.assign(document.createElement(tag || "p"), { textContent: text }));
    line(isProven ? words[verdict] : words.unproven, "h2");
    if (!isProven) line(words.because);
    if (!isProven) line(`${words.stated} ${words[verdict]}`);
    if (kind) line(`${words.as} ${words[`kind_${kind}`]}`);
    for (const one of records || []) {
      line(`${one.names ? one.names[0].name : words.nameless} (${one.country}, ${one.agency_id})`);
    }
    if (until) line(`${words.until} ${until}`);
    if (day) line(`${words.on} ${day}`);
    line(words.more);
    answer.dataset.verdict = isProven ? verdict : "unproven";
  }

  on.addEventListener("change", () => answer.replaceChildren());
  form.addEventListener("submit", async (event) => {
    if (!on.checked || !field.value.trim()) return;
    event.preventDefault();
    try {
      await numbers;
      show(await lookedUp(field.value));
    } catch (error) {
      show({ verdict: "bad" });
    }
  });
})();
