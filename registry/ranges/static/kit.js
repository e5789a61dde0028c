"use strict";
(() => {
  const WIDTH = 10, KINDS = ["licence_number", "uscc", "vat", "lei", "euid"];
  const at = (id) => document.getElementById(id);
  const facts = JSON.parse(at("facts").textContent);

  function decoded(text) {
    const raw = atob(text.trim()), found = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
    return found;
  }

  // RFC 1951: not every browser that people have opens compressed data by itself.
  function inflated(source, size) {
    const out = new Uint8Array(size);
    let place = 0, bit = 0, written = 0;
    const bits = (count) => {
      let found = 0;
      for (let i = 0; i < count; i++) {
        found |= ((source[place] >> bit) & 1) << i;
        if (++bit === 8) { bit = 0; place++; }
      }
      return found;
    };
    const table = (lengths) => {
      const counts = new Uint16Array(16), offsets = new Uint16Array(16), symbols = new Uint16Array(lengths.length);
      for (const length of lengths) counts[length]++;
      counts[0] = 0;
      for (let i = 1; i < 16; i++) offsets[i] = offsets[i - 1] + counts[i - 1];
      lengths.forEach((length, symbol) => { if (length) symbols[offsets[length]++] = symbol; });
      return { counts, symbols };
    };
    const symbol = ({ counts, symbols }) => {
      let code = 0, first = 0, index = 0;
      for (let length = 1; length < 16; length++) {
        code |= (source[place] >> bit) & 1;
        if (++bit === 8) { bit = 0; place++; }
        if (code - counts[length] < first) return symbols[index + (code - first)];
        index += counts[length]; first = (first + counts[length]) << 1; code <<= 1;
      }
      throw new Error("damaged");
    };
    const LENGTH = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    const MORE = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    const BACK = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
    const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let isLast = 0;
    while (!isLast) {
      isLast = bits(1);
      const kind = bits(2);
      if (kind === 0) {
        if (bit) { bit = 0; place++; }
        const length = source[place] | (source[place + 1] << 8);
        out.set(source.subarray(place + 4, place + 4 + length), written);
        place += 4 + length; written += length;
        continue;
      }
      let literals, distances;
      if (kind === 1) {
        literals = table([...Array(288).keys()].map((n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8)));
        distances = table(Array(30).fill(5));
      } else {
        const many = bits(5) + 257, few = bits(5) + 1, codes = bits(4) + 4, lengths = Array(19).fill(0);
        for (let i = 0; i < codes; i++) lengths[ORDER[i]] = bits(3);
        const of = table(lengths), all = [];
        while (all.length < many + few) {
          const one = symbol(of);
          if (one < 16) all.push(one);
          else {
            const value = one === 16 ? all[all.length - 1] : 0;
            const count = one === 16 ? 3 + bits(2) : one === 17 ? 3 + bits(3) : 11 + bits(7);
            for (let i = 0; i < count; i++) all.push(value);
          }
        }
        literals = table(all.slice(0, many)); distances = table(all.slice(many));
      }
      for (let one = symbol(literals); one !== 256; one = symbol(literals)) {
        if (one < 256) { out[written++] = one; continue; }
        const length = LENGTH[one - 257] + bits(MORE[one - 257]), code = symbol(distances);
        const from = written - BACK[code] - bits(code < 2 ? 0 : (code >> 1) - 1);
        for (let i = 0; i < length; i++) out[written++] = out[from + i];
      }
    }
    if (written !== size) throw new Error("damaged");
    return out;
  }

  // Each thing is said twice, in the two languages of the kit.
  const worded = (name, values) => facts.words[name].map((words, nth) =>
    words.replace(/\{(\w+)\}/g, (all, key) => (key === "day" && nth === 0 ? inChinese(values.day) : values[key])));

  const write = (box, texts, tag, kind) => texts.forEach((text, nth) => {
    const line = document.createElement(nth ? "p" : tag || "p");
    line.lang = facts.langs[nth]; line.textContent = text; line.className = nth ? "" : kind || "";
    box.append(line);
  });

  const say = (id, name, tone, values) => {
    const box = at(id);
    box.className = tone || "";
    box.replaceChildren();
    if (name) write(box, worded(name, values || {}));
    return box;
  };

  const packed = decoded(at("data").textContent);
  let data, keys;
  function opened() {
    if (Numbers.hex(Numbers.sha256(packed)) !== facts.sha256) throw new Error("damaged");
    data = JSON.parse(new TextDecoder().decode(inflated(packed, facts.size)));
    keys = decoded(data.keys);
  }

  const inChinese = (day) => day.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, "$1年$2月$3日");
  const today = () => Numbers.dayOf(Date.now());
  const isOld = () => today() > facts.not_after || today() < facts.on;

  function signature() {
    const [head, body, sign] = facts.jws.split(".");
    const raw = (text) => decoded(text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat(-text.length & 3));
    const claims = JSON.parse(new TextDecoder().decode(raw(body)));
    const same = claims.sha256 === facts.sha256 && claims.not_after === facts.not_after && claims.on === facts.on;
    const kid = btoa(String.fromCharCode(...Numbers.sha256(Numbers.bytes(
      `{"crv":"P-256","kty":"EC","x":"${facts.key.x}","y":"${facts.key.y}"}`)).slice(0, 12))).replace(/\+/g, "-").replace(/\//g, "_");
    if (!same) return say("signed", "signed.wrong", "no");
    const subtle = window.crypto && window.crypto.subtle;
    if (!subtle) return say("signed", "signed.unknown", "", { kid });
    const how = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: facts.key.x, y: facts.key.y }, how, false, ["verify"])
      .then((key) => subtle.verify(how, key, raw(sign), Numbers.bytes(`${head}.${body}`)))
      .then((holds) => holds
        ? say("signed", "signed.holds", "", { kid })
        : say("signed", "signed.wrong", "no"))
      .catch(() => say("signed", "signed.unknown", "", { kid }));
    return null;
  }

  function placeOf(hash) {
    let low = 0, high = keys.length / WIDTH;
    const order = (n) => {
      for (let i = 0; i < WIDTH; i++) {
        const difference = keys[n * WIDTH + i] - hash[i];
        if (difference) return difference;
      }
      return 0;
    };
    while (low < high) {
      const middle = (low + high) >> 1, difference = order(middle);
      if (!difference) return middle;
      if (difference < 0) low = middle + 1; else high = middle;
    }
    return -1;
  }

  function found(text) {
    const asked = KINDS.map((kind) => Numbers.keyOf(kind, text));
    for (const country of Object.keys(data.homes)) asked.push(Numbers.keyOf("registration_number", text, country));
    const places = new Set(asked.map((key) => placeOf(Numbers.hashOf(key))).filter((place) => place >= 0));
    return [...places];
  }

  function show(place, destination) {
    const answers = data.sets[data.of[place]];
    const one = answers.find((answer) => answer[0] === destination) || answers.find((answer) => answer[0] === "");
    const isOver = one[2] !== "" && one[2] < today();
    const verdict = isOver ? "too_old" : one[1];
    const box = document.createElement("div");
    box.className = verdict;
    write(box, worded(verdict), "h2");
    for (const who of data.who[place] instanceof Array ? data.who[place] : [data.who[place]]) write(box, [called(who)], "p", "who");
    if (one[0] !== destination) write(box, worded("no_country"));
    if (!isOver) for (const text of one[3]) write(box, data.texts[text]);
    if (verdict === "unknown") write(box, worded("online"));
    // No answer outlives the kit.
    const last = one[2] !== "" && one[2] < facts.not_after ? one[2] : facts.not_after;
    write(box, worded("until", { day: last }), "p", "until");
    at("answer").append(box);
  }

  function called(who) {
    const [name, country, id] = data.agencies[who];
    return `${name || worded("no_name")[0]}（${data.homes[country] || country}，${id}）`;
  }

  // A name shows who may be meant and never a verdict: anyone can borrow one.
  const MOST = 8;
  const simpler = (sign) => {
    const place = data.simpler[0].indexOf(sign);
    return place < 0 ? sign : data.simpler[1][place];
  };
  const plainName = (text) => text.normalize("NFKC").toLowerCase()
    .replace(/[\s.,;:·・()（）\-_'"“”’&]/g, "").replace(/[\u3400-\u9fff]/g, simpler);
  function named(text) {
    const asked = plainName(text);
    if (asked.length < 2) return [];
    return data.agencies.map((one, who) => who).filter((who) => {
      const name = plainName(data.agencies[who][0]);
      return name && (name.includes(asked) || (name.length >= 4 && asked.includes(name)));
    }).slice(0, MOST);
  }

  function ask(event) {
    event.preventDefault();
    const text = at("number").value;
    say("answer");
    if (isOld()) return old();
    if (!Numbers.plain(text, true)) return say("answer", "empty");
    const places = found(text);
    if (!places.length) {
      const firms = named(text);
      const isNumber = (text.match(/\d/g) || []).length >= 4;
      if (!firms.length) return say("answer", isNumber ? "absent" : "absent.name", "unknown");
      const box = say("answer", "names", "unknown");
      for (const who of firms) write(box, [called(who)], "p", "who");
      write(box, worded("names.hint"));
      return null;
    }
    for (const place of places) show(place, at("country").value);
    return null;
  }

  function old() {
    const early = today() < facts.on;
    return say("answer", early ? "early" : "old", "no");
  }

  try {
    opened();
    for (const code of data.destinations) {
      const option = document.createElement("option");
      option.value = code; option.textContent = `${data.homes[code] || code} ${code}`;
      at("country").append(option);
    }
    at("form").addEventListener("submit", ask);
    signature();
    if (isOld()) { document.body.classList.add("old"); old(); }
    document.body.dataset.ready = "yes";
  } catch (error) {
    say("answer", "damaged", "no");
  }
})();
