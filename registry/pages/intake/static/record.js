/* Records speech for the form that sends it. While somebody speaks, what was said goes sealed under their number every few
   seconds, so that a page that closes loses only those; it becomes a file when the form is sent, and not before. Where the line
   is gone for long the form sends the recording whole. Where a browser cannot record, the form stays as it is, and its file
   field offers the telephone's own recorder. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-record]");
  if (!form || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia || !window.MediaRecorder || !window.DataTransfer) return;
  var field = form.querySelector("input[type=file]"), button = form.querySelector("[data-start]");
  var says = form.querySelector("[data-says]"), send = form.querySelector("[type=submit]");
  var LONGEST = 20 * 60, EVERY = 5000, PART = 131072, LONGEST_PAUSE = 20000, PATIENCE = 5;
  var recorder = null, began = 0, timer = 0, kept = null, count = 0;

  function clock(seconds) {
    return Math.floor(seconds / 60) + ":" + ("0" + Math.floor(seconds % 60)).slice(-2);
  }

  function tick() {
    var seconds = (Date.now() - began) / 1000;
    says.textContent = says.getAttribute("data-now").replace("{time}", clock(seconds));
    if (seconds >= LONGEST) recorder.stop();
  }

  /* One recording on its way: what waits goes as one part, and the next when that is there. */
  function keeping() {
    var one = { once: form.querySelector("[name=once]").value + count++, slot: "", isOver: false, then: null };
    var waiting = [], number = 0, isBusy = false, pause = 1000, failed = 0;

    function part() {
      var size = 0, taken = 0;
      while (taken < waiting.length && (!taken || size + waiting[taken].size <= PART)) size += waiting[taken++].size;
      return new Blob(waiting.splice(0, taken));
    }

    function ended(request, body) {
      var answer = null;
      if (request.status === 200) {
        answer = JSON.parse(request.responseText);
        if (answer.slot === null) return giveUp();
        one.slot = answer.slot;
        number++;
        isBusy = false;
        pause = 1000;
        failed = 0;
        return next();
      }
      if ((request.status >= 400 && request.status < 500) || (one.then && ++failed > PATIENCE)) return giveUp();
      window.setTimeout(function () { post(body); }, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }

    function giveUp() {
      one.isOver = true;
      if (one.then) one.then(false);
    }

    function post(body) {
      var data = new FormData(), request = new XMLHttpRequest();
      data.append("token", form.querySelector("[name=token]").value);
      data.append("once", one.once);
      data.append("number", number);
      data.append("slot", one.slot);
      data.append("part", body, "part");
      request.open("POST", form.getAttribute("data-upload") + "/recording/part");
      request.timeout = 120000;
      request.onloadend = function () { ended(request, body); };
      request.send(data);
    }

    function next() {
      if (one.isOver || isBusy) return;
      if (!waiting.length) {
        if (one.then) one.then(number > 0);
        return;
      }
      isBusy = true;
      var body = part();
      if (body.size > PART) return giveUp();
      post(body);
    }

    one.add = function (data) { waiting.push(data); next(); };
    /* Calls with whether all of it is there, once that is known. */
    one.whenDone = function (then) { one.then = then; if (one.isOver) then(false); else next(); };
    one.drop = function () {
      if (one.slot === "") return;
      var data = new FormData(), request = new XMLHttpRequest();
      data.append("token", form.querySelector("[name=token]").value);
      data.append("slot", one.slot);
      data.append("act", "drop");
      request.open("POST", form.getAttribute("data-upload") + "/recording");
      request.send(data);
    };
    return one;
  }

  function ended(parts, stream, seconds) {
    stream.getTracks().forEach(function (track) { track.stop(); });
    clearInterval(timer);
    var type = parts.length ? parts[0].type.split(";")[0] : "";
    var ending = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" }[type];
    var list = new DataTransfer();
    if (ending) list.items.add(new File(parts, "recording." + ending, { type: type }));
    field.files = list.files;
    recorder = null;
    button.textContent = button.getAttribute("data-again");
    says.textContent = says.getAttribute(ending ? "data-done" : "data-fault").replace("{time}", clock(seconds));
    send.disabled = false;
    if (ending) send.focus();
  }

  function start() {
    navigator.mediaDevices.getUserMedia({ audio: true }).then(function (stream) {
      var parts = [];
      if (kept) kept.drop();
      kept = keeping();
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32000 });
      recorder.ondataavailable = function (event) {
        if (!event.data.size) return;
        parts.push(event.data);
        kept.add(event.data);
      };
      recorder.onstop = function () { ended(parts, stream, (Date.now() - began) / 1000); };
      recorder.start(EVERY);
      began = Date.now();
      send.disabled = true;
      button.textContent = button.getAttribute("data-stop");
      timer = setInterval(tick, 500);
      tick();
    }).catch(function () {
      says.textContent = says.getAttribute("data-fault");
    });
  }

  function hidden(name, value) {
    var one = document.createElement("input");
    one.type = "hidden";
    one.name = name;
    one.value = value;
    form.appendChild(one);
  }

  function sendKept(event) {
    /* Another file may have been chosen instead. */
    if (!kept || kept.isOver || !field.files.length || field.files[0].name.indexOf("recording.") !== 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send.disabled = true;
    kept.whenDone(function (isThere) {
      send.disabled = false;
      if (!isThere) {
        kept.isOver = true;
        return send.click();
      }
      hidden("slot", kept.slot);
      hidden("act", "keep");
      hidden("declared", field.files[0].type);
      form.action = form.getAttribute("data-upload") + "/recording";
      field.disabled = true;
      form.submit();
    });
  }

  field.addEventListener("change", function () { if (kept) kept.isOver = true; });
  form.addEventListener("submit", sendKept);
  button.hidden = false;
  button.addEventListener("click", function () {
    if (recorder) recorder.stop();
    else start();
  });
})();
