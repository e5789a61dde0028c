// Asks a security key to sign, and sends what it signed with the page's own form. Without this script an app's code does as well.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

async function signed(wanted, isNew) {
  const asked = { ...wanted, challenge: bytes(wanted.challenge) };
  if (isNew) {
    asked.user = { ...wanted.user, id: bytes(wanted.user.id) };
    asked.excludeCredentials = listed(wanted.excludeCredentials);
  } else {
    asked.allowCredentials = listed(wanted.allowCredentials);
  }
  const key = await navigator.credentials[isNew ? "create" : "get"]({ publicKey: asked });
  const response = { clientDataJSON: words(key.response.clientDataJSON) };
  if (isNew) {
    response.attestationObject = words(key.response.attestationObject);
  } else {
    response.authenticatorData = words(key.response.authenticatorData);
    response.signature = words(key.response.signature);
    if (key.response.userHandle) {
      response.userHandle = words(key.response.userHandle);
    }
  }
  return JSON.stringify({ id: key.id, rawId: words(key.rawId), type: key.type, response });
}

for (const one of document.querySelectorAll("[data-without-script]")) {
  one.hidden = true;
}

for (const form of document.querySelectorAll("form[data-wanted]")) {
  const say = (name) => {
    for (const one of form.querySelectorAll("[data-say]")) {
      one.hidden = one.dataset.say !== name;
    }
  };
  const button = form.querySelector("button");
  form.hidden = false;
  if (!window.PublicKeyCredential || !navigator.credentials) {
    button.hidden = true;
    say("unable");
    continue;
  }
  if (form.hasAttribute("data-first")) {
    button.focus();
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say("touch");
    try {
      form.elements.answer.value = await signed(JSON.parse(form.dataset.wanted), form.hasAttribute("data-new"));
      form.submit();
    } catch (failure) {
      button.disabled = false;
      say(failure.name === "InvalidStateError" ? "known" : "failed");
      button.focus();
    }
  });
}
