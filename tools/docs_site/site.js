"use strict";
/* The search of the developer site. It reads search.js, which lies beside it, and asks no server. */
(() => {
  const root = document.body.dataset.root;
  const form = document.getElementById("search");
  const input = document.getElementById("words");
  const box = document.getElementById("found");
  const MOST = 12;
  let loading = null;

  form.hidden = false;
  if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".menu details").open = false;

  function load() {
    loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = root + "search.js";
      script.onload = () => done(self.PAGES);
      script.onerror = failed;
      document.head.append(script);
    });
    return loading;
  }

  function fold(text) {
    return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  }

  /* A word in a heading counts more than one in the text; every word, or one that means it, must stand somewhere. Pages for
     users come before those for operators and officers, and these before what maintainers read. */
  function rank(part, words) {
    let sum = 0;
    const [title, heading, text] = [fold(part[1]), fold(part[2]), fold(part[3])];
    for (const word of words) {
      const points = Math.max(...[word, ...(self.SYNONYMS[word] ?? [])].map((one) => (heading.includes(one) ? 8 : 0)
        + (title.includes(one) ? 4 : 0) + Math.min(text.split(one).length - 1, 4)));
      if (!points) return 0;
      sum += points;
    }
    return sum * weight(part[0]);
  }

  function weight(address) {
    if (/^(users|guides|client)\//.test(address)) return 4;
    return /^(operators|officers)\//.test(address) ? 2 : 1;
  }

  function excerpt(text, words) {
    const at = Math.max(...[words[0], ...(self.SYNONYMS[words[0]] ?? [])].map((one) => fold(text).indexOf(one)), 0);
    const begin = Math.max(at - 40, 0);
    return (begin ? "\u2026" : "") + text.slice(begin, begin + 140) + (begin + 140 < text.length ? "\u2026" : "");
  }

  function show(parts, words) {
    box.replaceChildren();
    if (!words.length) return;
    if (!parts.length) {
      box.textContent = "Nothing is found.";
      return;
    }
    const list = document.createElement("ol");
    for (const part of parts) {
      const link = document.createElement("a");
      link.href = root + part[0];
      const name = document.createElement("b");
      name.textContent = part[1] === part[2] ? part[1] : part[1] + " \u203a " + part[2];
      const words_ = document.createElement("small");
      words_.textContent = excerpt(part[3], words);
      link.append(name, words_);
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    box.append(list);
  }

  async function search() {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    const pages = await load();
    const found = pages.map((part) => [rank(part, words), part]).filter(([points]) => points)
      .sort((one, other) => other[0] - one[0]).slice(0, MOST).map(([, part]) => part);
    show(words.length ? found : [], words);
  }

  input.addEventListener("focus", load, { once: true });
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; box.replaceChildren(); }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.querySelector("a")?.click();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing) { event.preventDefault(); input.focus(); }
  });
})();
