// Keeps the public pages that were read last, and the help numbers, readable without a line. Never a question, an answer,
// a complaint or anything of an account: only what is on the list below, asked for by GET and without a query.
"use strict";
const CACHE = "registry-%VERSION%";
const KEPT = /^\/(?:%LANGUAGES%)\/(?:|help|licences|fees|coverage|rights|rights\/[A-Z]{2}|rules|rules\/[A-Z]{2}|privacy|cookies|accessibility)$/;
// Files of the pages of complaints are not kept: they would tell that somebody was there.
const FILES = /^\/static\/pages\/[0-9a-f]{12}\/(?!(?:%NOT_KEPT%)$)[a-z_]+\.(?:css|js|svg)$/;
const LANGUAGE = /^(?:%LANGUAGES%)$/;
const MAX_KEPT = 40;

const asked = new URL(self.location.href).searchParams.get("at") || "";
const help = `/${LANGUAGE.test(asked) ? asked : "%FIRST%"}/help`;

self.addEventListener("install", (event) => {
  // The numbers first: they are why this worker is here. A newer worker takes over at once.
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([help, "%STYLE%", "%MARK%"])).catch(() => {}));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(others.then(() => self.clients.claim()));
});

const keep = async (request, answer) => {
  const cache = await caches.open(CACHE);
  await cache.put(request, answer);
  const kept = await cache.keys();
  // The oldest go first; the help page never does.
  const old = kept.filter((one) => new URL(one.url).pathname !== help).slice(0, Math.max(0, kept.length - MAX_KEPT));
  await Promise.all(old.map((one) => cache.delete(one)));
};

const fromLine = async (request) => {
  const answer = await fetch(request);
  if (answer.status === 200 && answer.type === "basic" && !answer.redirected) await keep(request, answer.clone());
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.search) return;
  if (FILES.test(url.pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept || fromLine(request)));
  } else if (KEPT.test(url.pathname)) {
    event.respondWith(
      fromLine(request).catch(async (gone) => {
        const kept = (await caches.match(request)) || (request.mode === "navigate" && (await caches.match(help)));
        if (kept) return kept;
        throw gone;
      }),
    );
  }
});
