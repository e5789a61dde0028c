/* Does the work that a form asks for while its page is read, and keeps a button from being pressed twice. Without it forms
   work all the same, after a wait. Written for old browsers: the one inside WeChat on a phone of 2016 too. */
(function () {
  "use strict";

  function bytes(hex) {
    var out = new Uint8Array(hex.length / 2);
    for (var i = 0; i < out.length; i++) out[i] = parseInt(hex.substr(2 * i, 2), 16);
    return out;
  }

  function hex(array) {
    var out = "";
    for (var i = 0; i < array.length; i++) out += (array[i] < 16 ? "0" : "") + array[i].toString(16);
    return out;
  }

  /* SHA-256 (FIPS 180-4) of whole blocks, and PBKDF2 (RFC 8018) upon it, for browsers and plain addresses without WebCrypto. */
  var K = [], START = [];
  (function () {
    for (var n = 2, found = 0; found < 64; n++) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
      if (!prime) continue;
      if (found < 8) START[found] = (Math.pow(n, 1 / 2) * 4294967296) | 0;
      K[found++] = (Math.pow(n, 1 / 3) * 4294967296) | 0;
    }
  })();
  var W = new Int32Array(64);

  function compress(state, block) {
    var i, a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (i = 0; i < 64; i++) {
      if (i < 16) W[i] = block[i];
      else {
        var x = W[i - 15], y = W[i - 2];
        W[i] = (W[i - 16] + W[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ (x >>> 3)) +
          ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ (y >>> 10))) | 0;
      }
      var t = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      var u = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
    }
    return [state[0] + a | 0, state[1] + b | 0, state[2] + c | 0, state[3] + d | 0,
      state[4] + e | 0, state[5] + f | 0, state[6] + g | 0, state[7] + h | 0];
  }

  function words(array, length) {
    /* The last block of a message of `length` bytes in all, of which `array` is what is left. */
    var block = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (var i = 0; i < array.length; i++) block[i >> 2] |= array[i] << (24 - 8 * (i % 4));
    if (length >= 0) {
      block[array.length >> 2] |= 128 << (24 - 8 * (array.length % 4));
      block[15] = length * 8;
    }
    return block;
  }

  function slowly(password, salt, rounds) {
    var inner = [], outer = [], i, j;
    for (i = 0; i < 64; i++) {
      var key = i < password.length ? password[i] : 0;
      inner.push(key ^ 54);
      outer.push(key ^ 92);
    }
    inner = compress(START, words(inner, -1));
    outer = compress(START, words(outer, -1));
    var first = Array.prototype.slice.call(salt).concat([0, 0, 0, 1]);
    var tail = [2147483648 | 0, 0, 0, 0, 0, 0, 0, 768];
    var u = compress(outer, compress(inner, words(first, 64 + first.length)).concat(tail));
    var sum = u.slice();
    for (i = 1; i < rounds; i++) {
      u = compress(outer, compress(inner, u.concat(tail)).concat(tail));
      for (j = 0; j < 8; j++) sum[j] ^= u[j];
    }
    var out = new Uint8Array(32);
    for (i = 0; i < 32; i++) out[i] = sum[i >> 2] >>> (24 - 8 * (i % 4));
    return out;
  }

  function derive(password, salt, rounds, then) {
    var subtle = window.crypto && window.crypto.subtle;
    function here() { window.setTimeout(function () { then(slowly(password, salt, rounds)); }, 0); }
    if (!subtle) return here();
    subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]).then(function (key) {
      return subtle.deriveBits({ name: "PBKDF2", salt: salt, iterations: rounds, hash: "SHA-256" }, key, 256);
    }).then(function (bits) { then(new Uint8Array(bits)); }, here);
  }

  function work(challenge, then) {
    var asked = challenge.parameters, nonce = bytes(asked.nonce), salt = bytes(asked.salt), counter = 0;
    (function next() {
      var password = new Uint8Array(nonce.length + 4);
      password.set(nonce);
      for (var i = 0; i < 4; i++) password[nonce.length + i] = counter >>> (24 - 8 * i);
      derive(password, salt, asked.cost, function (key) {
        var found = hex(key);
        if (found.indexOf(asked.keyPrefix) === 0) return then({ counter: counter, derivedKey: found });
        counter++;
        /* What takes far longer than it should was not meant to be found: the wait lets in as well. */
        if (counter < 5000) next();
      });
    })();
  }

  function prepare(form) {
    var challenge = JSON.parse(form.getAttribute("data-work")), field = form.querySelector("[name=proof]"), button = null;
    var good = Date.now() + 1000 * form.getAttribute("data-wait");
    work(challenge, function (solution) {
      field.value = window.btoa(JSON.stringify({ challenge: challenge, solution: solution }));
      if (button) form.submit();
    });
    form.addEventListener("submit", function (event) {
      /* On a slow telephone the wait is over before the work is. */
      if (field.value || button || Date.now() > good) return;
      /* One moment more: the button stays pressed, and the form goes off by itself. */
      event.preventDefault();
      button = form.querySelector("button");
      button.disabled = true;
      window.setTimeout(function () { form.submit(); }, good - Date.now());
    });
  }

  var forms = document.querySelectorAll("form[data-work]");
  for (var i = 0; i < forms.length; i++) prepare(forms[i]);
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.getAttribute("data-sent")) event.preventDefault();
    else if (!event.defaultPrevented && form.className.indexOf("leave") < 0) form.setAttribute("data-sent", "1");
  });
  window.addEventListener("pageshow", function () {
    var sent = document.querySelectorAll("form[data-sent]");
    for (var i = 0; i < sent.length; i++) sent[i].removeAttribute("data-sent");
  });
})();
