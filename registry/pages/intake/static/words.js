/* Keeps what is being typed, sealed under the number, a moment after each pause: a page that closes loses a few words at most. */
(function () {
  "use strict";
  var PAUSE = 2000, PATIENCE = 5000;
  if (!window.FormData) return;

  function watch(field) {
    var form = field.form, timer = 0, request = null, kept = field.value, then = null;

    function keep() {
      window.clearTimeout(timer);
      timer = 0;
      if (request || field.value === kept) return;
      var words = field.value, data = new FormData();
      data.append("token", form.querySelector("[name=token]").value);
      data.append("code", field.getAttribute("data-keep"));
      data.append("words", words);
      request = new XMLHttpRequest();
      request.open("POST", "/" + document.documentElement.lang + "/box/words");
      request.timeout = 30000;
      request.onloadend = function () {
        if (request.status === 204) kept = words;
        request = null;
        if (then) then();
        else if (field.value !== words) later();
      };
      request.send(data);
    }

    function later() {
      window.clearTimeout(timer);
      timer = window.setTimeout(keep, PAUSE);
    }

    field.addEventListener("input", later);
    /* Older words on their way must not come behind those that are sent. */
    form.addEventListener("submit", function (event) {
      window.clearTimeout(timer);
      if (!request) return;
      event.preventDefault();
      var isSent = false;
      then = function () {
        if (isSent) return;
        isSent = true;
        form.submit();
      };
      window.setTimeout(function () { if (request) request.abort(); then(); }, PATIENCE);
    });
    var says = form.querySelector("[data-kept]");
    if (says) says.hidden = false;
  }

  var fields = document.querySelectorAll("textarea[data-keep]");
  for (var i = 0; i < fields.length; i++) watch(fields[i]);
})();
