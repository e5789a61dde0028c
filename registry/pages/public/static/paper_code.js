// Checks a printed code in the browser: Base32, zlib, COSE_Sign1, ES256. The code is sent to nobody; the licence's reference
// is, or that of a staff card with a digest of the code, to ask how it stands today. Written for old browsers: what one lacks
// leads to the button that sends the code.
(function () {
  "use strict";

  var MAX_TEXT = 8192, MAX_INFLATED = 4096, PATIENCE = 15000;
  var ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  var HALF_A_DAY = 43200000;
  var facts = JSON.parse(document.getElementById("facts").textContent);

  function part(id) { return document.getElementById(id); }
  function flaw(why) { var error = new Error(why); error.why = why; return error; }
  function need(is, why) { if (!is) { throw flaw(why || "damaged"); } }

  function fromBase32(text) {
    need(text.length > 0 && text.length <= MAX_TEXT);
    var bytes = new Uint8Array(Math.floor(text.length * 5 / 8)), bits = 0, held = 0, at = 0;
    for (var i = 0; i < text.length; i++) {
      var value = ALPHABET.indexOf(text.charAt(i));
      need(value >= 0);
      held = (held << 5 | value) & 0xfff;
      bits += 5;
      if (bits >= 8) { bits -= 8; bytes[at++] = held >> bits & 255; }
    }
    // Bits that are left over must be empty, or one code would have several texts.
    need(bits < 5 && (held & (1 << bits) - 1) === 0);
    return bytes;
  }

  function inflated(bytes) {
    var stream = new DecompressionStream("deflate"), writer = stream.writable.getWriter();
    var reader = stream.readable.getReader(), whole = new Uint8Array(MAX_INFLATED), size = 0;
    // Errors of the stream reach us by the reader.
    writer.write(bytes).catch(function () {});
    writer.close().catch(function () {});
    function more() {
      return reader.read().then(function (piece) {
        if (piece.done) { return whole.slice(0, size); }
        if (size + piece.value.length > MAX_INFLATED) { reader.cancel(); throw flaw("damaged"); }
        whole.set(piece.value, size);
        size += piece.value.length;
        return more();
      });
    }
    return more().catch(function () { throw flaw("damaged"); });
  }

  // As much of CBOR as the format uses: integers, byte and text strings, arrays, maps and tag 18, all of definite length.
  // Every item takes a byte, so that the cap on what is inflated bounds members and nesting too.
  function fromCbor(bytes) {
    var at = 0;
    function length(short) {
      var size = { 24: 1, 25: 2, 26: 4 }[short], value = 0;
      if (short < 24) { return short; }
      need(size && at + size <= bytes.length);
      while (size--) { value = value * 256 + bytes[at++]; }
      return value;
    }
    function cut(size) {
      need(at + size <= bytes.length);
      at += size;
      return bytes.slice(at - size, at);
    }
    function item(isWhole) {
      need(at < bytes.length);
      var first = bytes[at++], kind = first >> 5, value = length(first & 31), found, i;
      if (kind === 0) { return value; }
      if (kind === 1) { return -1 - value; }
      if (kind === 2) { return cut(value); }
      if (kind === 3) {
        try { return new TextDecoder("utf-8", { fatal: true }).decode(cut(value)); } catch (error) { throw flaw("damaged"); }
      }
      if (kind === 4) {
        for (found = [], i = 0; i < value; i++) { found.push(item()); }
        return found;
      }
      if (kind === 5) {
        for (found = new Map(), i = 0; i < value; i++) {
          var key = item();
          need((typeof key === "number" || typeof key === "string") && !found.has(key));
          found.set(key, item());
        }
        return found;
      }
      need(kind === 6 && value === 18 && isWhole);
      return { signed: item() };
    }
    var whole = item(true);
    need(at === bytes.length);
    return whole;
  }

  function isBytes(value) { return value instanceof Uint8Array; }

  // What is signed (RFC 9052, section 4.4): an array of "Signature1", the protected header, nothing, and the payload.
  function toBeSigned(header, payload) {
    function string(bytes) {
      var n = bytes.length, head = n < 24 ? [64 + n] : n < 256 ? [88, n] : [89, n >> 8, n & 255];
      return head.concat(Array.from(bytes));
    }
    var context = Array.from("Signature1", function (letter) { return letter.charCodeAt(0); });
    return new Uint8Array([132, 106].concat(context, string(header), [64], string(payload)));
  }

  function base64url(bytes) {
    return btoa(String.fromCharCode.apply(null, bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function sha256(bytes) {
    return crypto.subtle.digest("SHA-256", bytes).then(function (digest) { return new Uint8Array(digest); });
  }

  function isText(value) { return typeof value === "string"; }
  function isReference(value) { return /^[2-9A-Z]{12}$/.test(value); }

  // A staff card names a person, and no entry of the log.
  function isCard(claims) { return claims.get(-65540) === "S"; }

  // Gives the claims and the bytes that state them. Fails with `why` where the code is false, and without it where only the server can tell.
  function checked(code) {
    var claims, key, payload;
    return Promise.resolve(code).then(fromBase32).then(inflated).then(function (body) {
      var whole = fromCbor(body), signed = whole.signed;
      need(Array.isArray(signed) && signed.length === 4);
      need(isBytes(signed[0]) && signed[1] instanceof Map && signed[1].size === 0 && isBytes(signed[2]) && isBytes(signed[3]));
      var header = fromCbor(signed[0]);
      payload = signed[2];
      claims = fromCbor(payload);
      need(header instanceof Map && claims instanceof Map);
      need(header.size === 2 && header.get(1) === -7, "forged");
      need(isBytes(header.get(4)) && header.get(4).length === 12 && signed[3].length === 64);
      var kid = base64url(header.get(4));
      key = facts.keys.filter(function (one) { return one.kid === kid; })[0];
      need(key, "foreign");
      return crypto.subtle.importKey("jwk", key.jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"])
        .then(function (imported) {
          var message = toBeSigned(signed[0], signed[2]);
          return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, signed[3], message);
        });
    }).then(function (isGood) {
      need(isGood, "forged");
      need(claims.get(1) === facts.issuer, "foreign");
      need(claims.get(-65537) === 1 && isReference(claims.get(2)) && isText(claims.get(-65540)) && isText(claims.get(-65541)));
      if (isCard(claims)) {
        need(isReference(claims.get(-65545)) && isText(claims.get(-65547)) && claims.get(4) > 0 && claims.get(6) > 0);
      } else { need(typeof claims.get(-65543) === "number"); }
      // Whether a stolen key's signature is proven by the log, the server knows.
      if (key.state === facts.compromised) { throw new Error("ask the server"); }
      need(isCard(claims) || key.state !== facts.retired || claims.get(-65543) <= key.index, "compromised");
      return { claims: claims, payload: payload };
    });
  }

  // An instant is midnight where the authority sits. Half a day further it is noon there, the same day in UTC everywhere.
  function day(seconds, shift) {
    var form = { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
    return new Intl.DateTimeFormat(facts.locale, form).format(new Date(seconds * 1000 + shift));
  }

  function term(from, to) {
    var form = facts.span[from && to ? "both" : from ? "from" : "to"];
    return from || to ? form.replace("{from}", from).replace("{to}", to) : "";
  }

  function corridor(stated) {
    return String(stated).split(">").map(function (end) {
      return end === "*" ? facts.any : facts.countries[end] || end;
    }).join(" → ");
  }

  function showRows(section, said) {
    Object.keys(said).forEach(function (name) {
      var row = part(section).querySelector("[data-row=" + name + "]");
      // The holder's row holds the words for a natural person until a name takes their place.
      if (said[name]) { row.querySelector("bdi").textContent = said[name]; }
      row.hidden = !said[name] && name !== "holder";
    });
  }

  function showRecord(claims) {
    var nbf = claims.get(5), exp = claims.get(4), kind = claims.get(-65540), country = claims.get(-65541);
    showRows("genuine", {
      holder: claims.get(-65539),
      number: claims.get(-65538),
      kind: facts.kinds[kind] || kind,
      country: facts.countries[country] || country,
      term: term(nbf ? day(nbf, HALF_A_DAY) : "", exp ? day(exp, -HALF_A_DAY) : ""),
      corridors: (claims.get(-65542) || []).map(corridor).join(", "),
      issued: claims.get(6) ? day(claims.get(6), 0) : ""
    });
  }

  function showCardRecord(claims) {
    showRows("card", {
      person: claims.get(-65547),
      holder: claims.get(-65539),
      number: claims.get(-65538),
      country: facts.countries[claims.get(-65541)] || claims.get(-65541),
      until: day(claims.get(4), 0),
      issued: day(claims.get(6), 0)
    });
  }

  function headline(section, stands) {
    part(section).querySelectorAll(".word[data-stands]").forEach(function (one) {
      one.hidden = one.getAttribute("data-stands") !== stands;
      if (!one.hidden) { one.parentNode.className = "answer " + one.getAttribute("data-tone"); }
    });
  }

  // The piece of a page that says how things stand today.
  function asked(path, options) {
    var aborting = new AbortController(), timer = setTimeout(function () { aborting.abort(); }, PATIENCE);
    options.credentials = "omit";
    options.cache = "no-store";
    options.signal = aborting.signal;
    return fetch("/" + facts.language + path, options).then(function (answer) {
      clearTimeout(timer);
      if (!answer.ok) { throw new Error("no answer"); }
      return answer.text();
    }).then(function (html) {
      var piece = new DOMParser().parseFromString(html, "text/html").querySelector("[data-stands]");
      if (!piece) { throw new Error("no answer"); }
      return piece;
    });
  }

  function show(id) {
    ["unread", "reading", "agree", "none", "false", "genuine", "card"].forEach(function (one) { part(one).hidden = one !== id; });
    var heading = part(id).querySelector("[tabindex]");
    if (heading) { heading.focus(); }
  }

  function showFalse(why) {
    document.querySelectorAll("[data-why]").forEach(function (one) { one.hidden = one.getAttribute("data-why") !== why; });
    document.querySelectorAll("[data-title]").forEach(function (one) {
      one.hidden = (one.getAttribute("data-title") === "damaged") !== (why === "damaged");
    });
    show("false");
  }

  function isOver(claims) { return claims.get(4) && claims.get(4) * 1000 <= Date.now(); }

  function showToday(section, piece) {
    var place = part(section).querySelector(".now");
    place.textContent = "";
    if (piece) { place.appendChild(document.importNode(piece, true)); }
    part(section).querySelector(".failed").hidden = !!piece;
  }

  function showGenuine(found) {
    var claims = found.claims;
    showRecord(claims);
    return asked("/licences/" + claims.get(2) + "/today", {}).catch(function () { return null; }).then(function (piece) {
      headline("genuine", isOver(claims) ? "expired" : piece ? piece.getAttribute("data-stands") : "unknown");
      showToday("genuine", piece);
      show("genuine");
    });
  }

  // The register's picture of the person, shown once it has the digest that was signed.
  function showPortrait(address, digest) {
    var picture = part("portrait"), raw = address ? atob(address.split(",")[1]) : "";
    picture.hidden = true;
    picture.removeAttribute("src");
    part("faceless").hidden = false;
    if (!raw || !isBytes(digest)) { return Promise.resolve(); }
    return sha256(Uint8Array.from(raw, function (letter) { return letter.charCodeAt(0); })).then(function (own) {
      if (base64url(own) === base64url(digest)) {
        picture.src = address;
        picture.hidden = false;
        part("faceless").hidden = true;
      }
    });
  }

  function showCard(found) {
    var claims = found.claims;
    showCardRecord(claims);
    return sha256(found.payload).then(function (proof) {
      var form = new URLSearchParams();
      form.set("card", claims.get(2));
      form.set("licence", claims.get(-65545));
      form.set("proof", base64url(proof));
      return asked("/cards/today", { method: "POST", body: form });
    }).catch(function () { return null; }).then(function (piece) {
      var stands = piece ? piece.getAttribute("data-stands") : "unknown";
      // The register says something else than a code that bears a signature of ours.
      need(stands !== "differs", "forged");
      headline("card", isOver(claims) && stands !== "card_ended" ? "card_expired" : stands);
      showToday("card", piece);
      return showPortrait(piece && piece.getAttribute("data-portrait"), claims.get(-65548));
    }).then(function () { show("card"); });
  }

  function begin() {
    var code = location.hash.slice(1);
    document.querySelectorAll(".switch a").forEach(function (link) { link.hash = code; });
    document.querySelector("#agree [name=code]").value = code;
    if (!code) { show("none"); return; }
    if (!window.DecompressionStream || !window.crypto || !crypto.subtle || !window.AbortController) { show("agree"); return; }
    show("reading");
    checked(code).then(function (found) { return isCard(found.claims) ? showCard(found) : showGenuine(found); }).catch(function (error) {
      if (error.why) { showFalse(error.why); } else { show("agree"); }
    });
  }

  window.addEventListener("hashchange", begin);
  begin();
}());
