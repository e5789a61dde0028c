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

  const say = (id, zh, en, tone) => {
    const box = at(id);
    box.className = tone || "";
    box.replaceChildren();
    for (const [text, lang] of [[zh, "zh-Hans"], [en, "en"]]) {
      const line = document.createElement("p");
      line.lang = lang; line.textContent = text;
      box.append(line);
    }
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
    if (!same) return say("signed", "签名不符：此文件被改动，不要使用", "The signature is wrong: this file was changed. Do not use it", "no");
    const subtle = window.crypto && window.crypto.subtle;
    if (!subtle) return say("signed", `此浏览器无法核对签名。密钥 ${kid}`, `This browser cannot check the signature. Key ${kid}`);
    const how = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: facts.key.x, y: facts.key.y }, how, false, ["verify"])
      .then((key) => subtle.verify(how, key, raw(sign), Numbers.bytes(`${head}.${body}`)))
      .then((holds) => holds
        ? say("signed", `签名相符。请与登记处公布的密钥比对：${kid}`, `The signature holds. Compare the key with the one that the registry publishes: ${kid}`)
        : say("signed", "签名不符：此文件被改动，不要使用", "The signature is wrong: this file was changed. Do not use it", "no"))
      .catch(() => say("signed", `此浏览器无法核对签名。密钥 ${kid}`, `This browser cannot check the signature. Key ${kid}`));
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

  const WORDS = {
    yes: ["可以招工", "Licensed for this"],
    no: ["不可以", "Not licensed for this"],
    unknown: ["不能确定", "Not certain"],
    too_old: ["此答复已过期，请联网查询", "This answer is too old: ask the registry"],
  };

  function show(place, destination) {
    const answers = data.sets[data.of[place]];
    const one = answers.find((answer) => answer[0] === destination) || answers.find((answer) => answer[0] === "");
    const isOver = one[2] !== "" && one[2] < today();
    const verdict = isOver ? "too_old" : one[1];
    const box = document.createElement("div");
    box.className = verdict;
    const line = (text, tag, lang, kind) => {
      const made = document.createElement(tag);
      made.textContent = text; made.lang = lang; made.className = kind || "";
      box.append(made);
    };
    line(WORDS[verdict][0], "h2", "zh-Hans");
    line(WORDS[verdict][1], "p", "en");
    for (const who of data.who[place] instanceof Array ? data.who[place] : [data.who[place]]) {
      const [name, country, id] = data.agencies[who];
      line(`${name || "姓名不公开"}（${data.homes[country] || country}，${id}）`, "p", "", "who");
    }
    if (one[0] !== destination) {
      line("没有针对该国的答复，以下未考虑工作国家", "p", "zh-Hans");
      line("There is no answer for that country: this one does not consider where you work", "p", "en");
    }
    if (!isOver) for (const text of one[3]) { line(data.texts[text][0], "p", "zh-Hans"); line(data.texts[text][1], "p", "en"); }
    if (verdict === "unknown") {
      line("要说明工种、签证等情况，请联网到登记处查询", "p", "zh-Hans");
      line("To say which work or visa, ask the registry over a network", "p", "en");
    }
    // No answer outlives the kit.
    const last = one[2] !== "" && one[2] < facts.not_after ? one[2] : facts.not_after;
    line(`此答复有效至${inChinese(last)}`, "p", "zh-Hans", "until");
    line(`This answer holds until ${last}`, "p", "en");
    at("answer").append(box);
  }

  function ask(event) {
    event.preventDefault();
    const text = at("number").value;
    say("answer", "", "");
    at("answer").replaceChildren();
    if (isOld()) return old();
    if (!Numbers.plain(text, true)) return say("answer", "请输入号码", "Type a number");
    const places = found(text);
    if (!places.length) {
      return say("answer",
        `截至${inChinese(facts.on)}，名册中没有此号码。请检查是否抄错；没有记录不等于不需要许可`,
        `As of ${facts.on} this number is in no list. Check that it is copied right; no record does not mean that no licence is needed`, "unknown");
    }
    for (const place of places) show(place, at("country").value);
    return null;
  }

  function old() {
    const early = today() < facts.on;
    return say("answer",
      early ? "本机日期早于数据日期，请校正日期" : "数据太旧，不作答复。请取新的文件或联网查询",
      early ? "The clock of this device is behind the data: set it" : "Too old: nothing is answered. Get a new file, or ask the registry", "no");
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
    say("answer", "此文件已损坏，不要使用", "This file is damaged. Do not use it", "no");
  }
})();
