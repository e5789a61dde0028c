// The lookup form: a switch to ask without telling, and names while a name is typed. Without this file the form works as well.
"use strict";
(() => {
  const box = document.getElementById("private"), field = document.getElementById("subject");
  if (!box || !field || !window.fetch || !window.TextEncoder) return;
  const on = box.querySelector("input"), button = field.form.querySelector("button[type=submit], button:not([type])");
  let isLoaded = false;
  box.hidden = false;
  on.checked = false;
  // From the moment the switch is set nothing that is typed leaves the page, whether private.js has come or not.
  document.addEventListener("input", (event) => { if (on.checked && event.target === field) event.stopPropagation(); }, true);
  field.form.addEventListener("submit", (event) => { if (on.checked) event.preventDefault(); });
  on.addEventListener("change", () => {
    if (!on.checked || isLoaded) return;
    button.disabled = true;
    const script = Object.assign(document.createElement("script"), { src: box.dataset.script });
    script.onload = () => { isLoaded = true; button.disabled = false; };
    script.onerror = () => {
      on.checked = button.disabled = false;
      document.getElementById("private-answer").textContent = box.dataset.bad;
    };
    document.head.append(script);
  });
})();
// A pasted advert keeps its lines, which the field itself would join: where one ends, a sentence ends.
(() => {
  const field = document.getElementById("subject");
  if (!field) return;
  field.addEventListener("paste", (event) => {
    const text = (event.clipboardData || { getData: () => "" }).getData("text").trim();
    if (!/\n/.test(text)) return;
    event.preventDefault();
    field.setRangeText(text.replace(/[;；。，,\s]*[\r\n]+\s*/g, "; "), field.selectionStart, field.selectionEnd, "end");
  });
})();
// Names, if the line is neither slow nor metered.
(() => {
  const field = document.getElementById("subject");
  const line = navigator.connection;
  if (!field || !window.fetch || (line && (line.saveData || /2g/.test(line.effectiveType || "")))) return;
  const list = document.createElement("datalist");
  list.id = "names";
  field.after(list);
  field.setAttribute("list", list.id);
  let waiting = 0;
  let asked = "";
  const ask = async () => {
    const text = field.value.trim();
    // A number is asked for whole; of letters two Chinese characters or four others say something.
    if (text === asked || text.length > 60 || /\d{3}/.test(text) || !/[\u3400-\u9fff]{2}|\p{L}.*\p{L}.*\p{L}.*\p{L}/u.test(text)) return;
    asked = text;
    try {
      const answer = await fetch(field.dataset.names, { method: "POST", body: new URLSearchParams({ subject: text }) });
      const names = answer.ok ? await answer.json() : [];
      if (field.value.trim() !== text) return;
      list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
    } catch {
      // The line is gone: the form still sends.
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 300);
  });
})();
