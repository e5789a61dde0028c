// Pages that anyone may read are kept for when the line is gone. Without this file everything works as well.
"use strict";
if ("serviceWorker" in navigator) {
  addEventListener("load", () => {
    const at = document.documentElement.lang;
    navigator.serviceWorker.register(`/sw.js?at=${at}`, { scope: "/", updateViaCache: "none" }).catch(() => {});
  });
}
