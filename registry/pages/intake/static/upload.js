/* Sends the file of a form in parts, says how far it is, and goes on by itself after the line was lost. Where a browser cannot,
   and without scripts, the form sends the file whole. */
(function () {
  "use strict";
  var PART = 131072, LONGEST_PAUSE = 20000;
  if (!window.FormData || !window.Blob || !Blob.prototype.slice || !window.JSON) return;

  function mark(words) {
    var sum = 5381;
    for (var i = 0; i < words.length; i++) sum = ((sum << 5) + sum + words.charCodeAt(i)) >>> 0;
    return sum.toString(36);
  }

  function start(form, file) {
    var says = form.querySelector("[data-progress]"), bar = form.querySelector("progress"), button = form.querySelector("[type=submit]");
    var count = Math.ceil(file.size / PART), left = [], pause = 1000, timer = 0;
    /* The same file gets the same name after the page was loaded again, and goes on where it was. */
    var once = [mark(file.name), file.size, file.lastModified || 0].join("-");

    function post(path, fields, then) {
      var data = new FormData(), request = new XMLHttpRequest(), isDone = false;
      data.append("token", form.querySelector("[name=token]").value);
      data.append("once", once);
      data.append("count", count);
      for (var name in fields) {
        if (name === "part") data.append(name, fields[name], "part");
        else data.append(name, fields[name]);
      }
      function ended() {
        if (isDone) return;
        isDone = true;
        if (request.status === 200) {
          pause = 1000;
          then(JSON.parse(request.responseText));
        } else if (request.status >= 400 && request.status < 500) {
          stop(request.responseText);
        } else {
          says.textContent = says.getAttribute("data-lost");
          timer = window.setTimeout(ask, pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
      }
      request.open("POST", form.getAttribute("data-upload") + path);
      request.timeout = 120000;
      request.onload = request.onerror = request.ontimeout = request.onabort = ended;
      request.send(data);
    }

    function stop(answer) {
      var words = "";
      try { words = JSON.parse(answer).says; } catch (error) { words = ""; }
      says.textContent = words || says.getAttribute("data-fault");
      button.disabled = false;
      bar.hidden = true;
    }

    function ask() { window.clearTimeout(timer); post("/missing", {}, function (answer) { left = answer.missing; next(); }); }

    function next() {
      var done = Math.floor(100 * (count - left.length) / count);
      bar.value = done;
      says.textContent = says.getAttribute("data-now").replace("{percent}", done);
      if (!left.length) return post("/join", { name: file.name, declared: file.type }, joined);
      var number = left[0];
      post("/part", { number: number, part: file.slice(number * PART, (number + 1) * PART) }, function () {
        left.shift();
        next();
      });
    }

    function joined(answer) {
      if (answer.to) return window.location.assign(answer.to);
      left = answer.missing;
      next();
    }

    window.addEventListener("online", function () { if (timer) ask(); });
    button.disabled = true;
    bar.hidden = false;
    ask();
  }

  var forms = document.querySelectorAll("form[data-upload]");
  for (var i = 0; i < forms.length; i++) {
    forms[i].addEventListener("submit", function (event) {
      var file = (this.querySelector("[type=file]").files || [])[0];
      if (!file || !file.size || file.size > PART * 160) return;
      event.preventDefault();
      start(this, file);
    });
  }
})();
