// Keeps what is typed, offers agencies while one is named, and leads to the search by "/" or Ctrl-K. Every page works without it.
"use strict";

const token = document.querySelector("meta[name=form]")?.content || "";
const QUIET = 2500;

// Drafts: the fields of a form with a long text are kept a moment after the last key.
const kept = (form) => {
  const data = new FormData(form);
  data.set("draft_page", location.pathname + location.search);
  data.set("draft_action", new URL(form.action).pathname);
  return fetch("/console/drafts", { method: "POST", body: new URLSearchParams(data), redirect: "manual" });
};

for (const form of document.querySelectorAll("form[data-draft]")) {
  let waiting = 0;
  const note = document.createElement("span");
  note.className = "quiet draft";
  note.setAttribute("role", "status");
  form.append(note);
  const keep = async () => {
    try {
      const answer = await kept(form);
      note.textContent = form.dataset[answer.status === 204 ? "kept" : "unkept"];
    } catch {
      note.textContent = form.dataset.unkept;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, QUIET);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

// A paper is sent as soon as it is chosen; what was typed beside it is kept first, for the page comes anew.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.querySelector("input[type=file]").addEventListener("change", async () => {
    const typed = [...document.querySelectorAll("form[data-draft]")].filter((one) => one.querySelector("textarea")?.value);
    await Promise.allSettled(typed.map(kept));
    form.requestSubmit();
  });
}

// Agencies: names in any script, as a list of the browser's own.
for (const field of document.querySelectorAll("input[data-agency]")) {
  const list = document.createElement("datalist");
  list.id = `${field.id || field.name}-agencies`;
  field.after(list);
  field.setAttribute("list", list.id);
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    if (field.value.trim().length < 2) return;
    waiting = setTimeout(async () => {
      const body = new URLSearchParams({ form: token, typed: field.value });
      const answer = await fetch("/console/agencies", { method: "POST", body });
      if (!answer.ok || answer.redirected) return;
      list.replaceChildren(
        ...(await answer.json()).map((one) => Object.assign(new Option(one.about, one.reference), { label: one.about })),
      );
    }, 250);
  });
}

// "All" of a list's boxes.
for (const all of document.querySelectorAll("input.all")) {
  const boxes = [...all.closest("table").querySelectorAll("tbody input[type=checkbox]")];
  all.hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
}

// Keys: "/" and Ctrl-K lead to the search, j and k along the list, o opens, "?" lists them.
const keys = document.getElementById("keys");
const search = document.getElementById("search");
const links = [...document.querySelectorAll("main tbody th a")];
const singleKeys = document.getElementById("single-keys");
if (singleKeys) {
  const box = singleKeys.querySelector("input");
  singleKeys.hidden = false;
  box.checked = localStorage.singleKeys !== "off";
  box.addEventListener("change", () => (localStorage.singleKeys = box.checked ? "on" : "off"));
}
addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, select, textarea"), isModified = event.ctrlKey || event.metaKey;
  if (search && event.key === "k" && isModified) {
    event.preventDefault();
    search.focus();
  }
  // Who dictates to the computer, or presses keys by mistake, switches these off (WCAG 2.1.4).
  if (isTyping || isModified || event.altKey || localStorage.singleKeys === "off") return;
  if (search && event.key === "/") {
    event.preventDefault();
    search.focus();
  } else if (event.key === "j" || event.key === "k") {
    const next = links.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
  } else if (event.key === "o") {
    if (links.includes(document.activeElement)) document.activeElement.click();
  } else if (event.key === "?" && keys) {
    keys.open ? keys.close() : keys.showModal();
  }
});

// The board: its figures anew each minute. Where they cannot be had the page says that they are old.
const board = document.querySelector("[data-every]");
if (board) {
  setInterval(async () => {
    try {
      const answer = await fetch(location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-every]");
      if (fresh) board.replaceChildren(...fresh.childNodes);
      else location.reload();
    } catch {
      board.querySelector("[data-old]").hidden = false;
    }
  }, board.dataset.every * 1000);
}
