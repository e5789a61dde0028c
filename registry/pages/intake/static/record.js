/* Records speech into the file field of a form. Nothing leaves the page until its button is pressed. Where a browser cannot
   record, the form stays as it is, and its file field offers the telephone's own recorder. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-record]");
  if (!form || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia || !window.MediaRecorder || !window.DataTransfer) return;
  var field = form.querySelector("input[type=file]"), button = form.querySelector("[data-start]");
  var says = form.querySelector("[data-says]"), send = form.querySelector("[type=submit]");
  var LONGEST = 20 * 60;
  var recorder = null, began = 0, timer = 0;

  function clock(seconds) {
    return Math.floor(seconds / 60) + ":" + ("0" + Math.floor(seconds % 60)).slice(-2);
  }

  function tick() {
    var seconds = (Date.now() - began) / 1000;
    says.textContent = says.getAttribute("data-now").replace("{time}", clock(seconds));
    if (seconds >= LONGEST) recorder.stop();
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
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32000 });
      recorder.ondataavailable = function (event) { if (event.data.size) parts.push(event.data); };
      recorder.onstop = function () { ended(parts, stream, (Date.now() - began) / 1000); };
      recorder.start();
      began = Date.now();
      send.disabled = true;
      button.textContent = button.getAttribute("data-stop");
      timer = setInterval(tick, 500);
      tick();
    }).catch(function () {
      says.textContent = says.getAttribute("data-fault");
    });
  }

  button.hidden = false;
  button.addEventListener("click", function () {
    if (recorder) recorder.stop();
    else start();
  });
})();
