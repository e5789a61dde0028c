/* The page of files and the mailbox: records speech, and sends what was recorded or chosen whichever button of its form is pressed, so that
   nothing stays behind when somebody goes on. A file goes in parts, and goes on by itself after the line was lost; a photograph
   is made smaller first. While somebody speaks, what was said goes sealed under their number every few seconds, so that a page
   that closes loses only those; it becomes a file when the form is sent. Where a browser can do none of this, the form sends
   files whole, and its file field offers the telephone's own recorder. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-files]");
  if (!form || !window.FormData || !window.Blob || !Blob.prototype.slice || !window.JSON) return;
  var at = form.getAttribute("data-files");
  var sound = form.querySelector("#voice-file"), other = form.querySelector("#file");
  var progress = form.querySelector("[data-progress]"), bar = form.querySelector("progress");
  var PART = 131072, MOST_PARTS = 160, LONGEST_PAUSE = 20000, PATIENCE = 5;
  var LONGEST = 20 * 60, EVERY = 5000;
  var LARGE = 400000, LONGEST_SIDE = 2560;

  function value(name) { return form.querySelector("[name=" + name + "]").value; }

  function post(path, fields, then) {
    var data = new FormData(), request = new XMLHttpRequest(), isDone = false;
    data.append("token", value("token"));
    for (var name in fields) {
      if (name === "part") data.append(name, fields[name], "part");
      else data.append(name, fields[name]);
    }
    function ended() {
      var answer = null;
      if (isDone) return;
      isDone = true;
      try { answer = JSON.parse(request.responseText); } catch (error) { answer = null; }
      then(request.status, answer);
    }
    request.open("POST", at + path);
    request.timeout = 120000;
    request.onload = request.onerror = request.ontimeout = request.onabort = ended;
    request.send(data);
  }

  function isRefused(status) { return status >= 400 && status < 500; }

  /* ---- One file in parts. */

  function mark(words) {
    var sum = 5381;
    for (var i = 0; i < words.length; i++) sum = ((sum << 5) + sum + words.charCodeAt(i)) >>> 0;
    return sum.toString(36);
  }

  /* `then` is called when the file is there. What cannot be sent in parts is left to the form. */
  function upload(file, once, then) {
    var count = Math.ceil(file.size / PART), left = [], pause = 1000, timer = 0;

    function ask(path, fields, next) {
      fields.once = once;
      fields.count = count;
      post(path, fields, function (status, answer) {
        if (status === 200) {
          pause = 1000;
          next(answer);
        } else if (isRefused(status)) {
          stop(answer && answer.says);
        } else {
          progress.textContent = progress.getAttribute("data-lost");
          timer = window.setTimeout(again, pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
      });
    }

    function again() {
      window.clearTimeout(timer);
      timer = 0;
      ask("/missing", {}, function (answer) { left = answer.missing; next(); });
    }

    function next() {
      var done = Math.floor(100 * (count - left.length) / count);
      bar.value = done;
      progress.textContent = progress.getAttribute("data-now").replace("{percent}", done);
      if (!left.length) return ask("/join", { name: file.name, declared: file.type, changes_voice: changesVoice() }, joined);
      var number = left[0];
      ask("/part", { number: number, part: file.slice(number * PART, (number + 1) * PART) }, function () {
        left.shift();
        next();
      });
    }

    function joined(answer) {
      if (answer.to) {
        window.removeEventListener("online", online);
        return then();
      }
      left = answer.missing;
      next();
    }

    function online() { if (timer) again(); }

    window.addEventListener("online", online);
    bar.hidden = false;
    again();
  }

  function changesVoice() {
    return form.querySelector("[name=changes_voice]").checked ? "1" : "";
  }

  /* A photograph of several megabytes takes minutes on a slow line, and its letters can be read at a tenth of that. */
  function smaller(file, then) {
    if (file.size < LARGE || !/^image\/(jpeg|png|webp)$/.test(file.type) || !window.URL) return then(file);
    var picture = new Image(), address = URL.createObjectURL(file);
    function asItIs() { URL.revokeObjectURL(address); then(file); }
    picture.onerror = asItIs;
    picture.onload = function () {
      var share = Math.min(1, LONGEST_SIDE / Math.max(picture.naturalWidth, picture.naturalHeight));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.naturalWidth * share);
      canvas.height = Math.round(picture.naturalHeight * share);
      var pen = canvas.getContext("2d");
      if (!pen || !canvas.toBlob) return asItIs();
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) {
        if (!blob || blob.size > file.size * 0.7) return asItIs();
        URL.revokeObjectURL(address);
        blob.name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
        then(blob);
      }, "image/jpeg", 0.82);
    };
    picture.src = address;
  }

  /* ---- Speech. */

  var button = form.querySelector("[data-start]"), says = form.querySelector("[data-says]"), player = form.querySelector("audio[data-play]");
  var recorder = null, began = 0, timer = 0, kept = null, spoken = null, count = 0, whenStopped = null;

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
    var one = { once: value("once") + "v" + count++, slot: "", isOver: false, then: null };
    var waiting = [], number = 0, isBusy = false, pause = 1000, failed = 0;

    function part() {
      var size = 0, taken = 0;
      while (taken < waiting.length && (!taken || size + waiting[taken].size <= PART)) size += waiting[taken++].size;
      return new Blob(waiting.splice(0, taken));
    }

    function giveUp() {
      one.isOver = true;
      if (one.then) one.then(false);
    }

    function send(body) {
      post("/recording/part", { once: one.once, number: number, slot: one.slot, part: body }, function (status, answer) {
        if (status === 200) {
          if (answer.slot === null) return giveUp();
          one.slot = answer.slot;
          number++;
          isBusy = false;
          pause = 1000;
          failed = 0;
          return next();
        }
        if (isRefused(status) || (one.then && ++failed > PATIENCE)) return giveUp();
        window.setTimeout(function () { send(body); }, pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      });
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
      send(body);
    }

    one.add = function (data) { waiting.push(data); next(); };
    /* Calls with whether all of it is there, once that is known. */
    one.whenDone = function (then) { one.then = then; if (one.isOver) then(false); else next(); };
    one.drop = function () { if (one.slot !== "") post("/recording", { slot: one.slot, act: "drop" }, function () {}); };
    return one;
  }

  function ended(parts, stream, seconds) {
    stream.getTracks().forEach(function (track) { track.stop(); });
    clearInterval(timer);
    var type = parts.length ? parts[0].type.split(";")[0] : "";
    var ending = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" }[type];
    recorder = null;
    button.textContent = button.getAttribute("data-again");
    says.textContent = says.getAttribute(ending ? "data-done" : "data-fault").replace("{time}", clock(seconds));
    spoken = null;
    if (ending) {
      spoken = new Blob(parts, { type: type });
      spoken.name = "recording." + ending;
      sound.value = "";
      player.src = URL.createObjectURL(spoken);
      player.hidden = false;
    }
    var then = whenStopped;
    whenStopped = null;
    if (then) then();
    else if (ending) form.querySelector("[data-add]").focus();
  }

  function start() {
    navigator.mediaDevices.getUserMedia({ audio: true }).then(function (stream) {
      var parts = [];
      if (kept) kept.drop();
      kept = keeping();
      spoken = null;
      player.hidden = true;
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32000 });
      recorder.ondataavailable = function (event) {
        if (!event.data.size) return;
        parts.push(event.data);
        kept.add(event.data);
      };
      recorder.onstop = function () { ended(parts, stream, (Date.now() - began) / 1000); };
      recorder.start(EVERY);
      began = Date.now();
      button.textContent = button.getAttribute("data-stop");
      timer = setInterval(tick, 500);
      tick();
    }).catch(function () {
      says.textContent = says.getAttribute("data-fault");
    });
  }

  /* What was spoken becomes a file of what is kept of it, or goes whole where not all of it is. */
  function sendSpoken(then) {
    function whole() {
      kept.drop();
      upload(spoken, kept.once, done);
    }
    function done() { spoken = kept = null; then(); }
    kept.whenDone(function (isThere) {
      if (!isThere) return whole();
      var fields = { slot: kept.slot, declared: spoken.type, changes_voice: changesVoice() };
      post("/recording/join", fields, function (status, answer) {
        if (status === 200 && answer.kept) return done();
        if (isRefused(status)) return stop(answer && answer.says);
        whole();
      });
    });
  }

  /* ---- The form. */

  var goes = "files";

  function setBusy(isBusy) {
    var buttons = form.querySelectorAll("button");
    for (var i = 0; i < buttons.length; i++) buttons[i].disabled = isBusy;
  }

  function stop(words) {
    progress.textContent = words || progress.getAttribute("data-fault");
    bar.hidden = true;
    setBusy(false);
  }

  function chosen(field) {
    var file = field && field.files && field.files[0];
    return file && file.size && file.size <= PART * MOST_PARTS ? file : null;
  }

  /* The same file gets the same name after the page was loaded again, and goes on where it was. */
  function sendChosen(field, then) {
    var file = chosen(field);
    if (!file) return then();
    var once = [mark(file.name), file.size, file.lastModified || 0].join("-");
    smaller(file, function (body) { upload(body, once, then); });
  }

  function sendAll() {
    setBusy(true);
    function leave() { window.location.assign(form.getAttribute("data-to-" + goes)); }
    function files() { sendChosen(sound, function () { sendChosen(other, leave); }); }
    if (spoken) sendSpoken(files);
    else files();
  }

  function isTooLarge(field) { return field && field.files && field.files[0] && !chosen(field); }

  form.addEventListener("click", function (event) {
    for (var one = event.target; one && one !== form; one = one.parentNode) {
      if (one.name === "go") goes = one.value;
    }
  });
  form.addEventListener("submit", function (event) {
    // What is empty or too large is sent as it is, and the answer says what is wrong with it.
    if (isTooLarge(sound) || isTooLarge(other)) return;
    if (recorder) {
      event.preventDefault();
      whenStopped = sendAll;
      recorder.stop();
    } else if (spoken || chosen(sound) || chosen(other)) {
      event.preventDefault();
      sendAll();
    }
  });
  sound.addEventListener("change", function () {
    if (kept) kept.drop();
    kept = spoken = null;
    player.hidden = true;
    says.textContent = "";
  });

  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia || !window.MediaRecorder) return;
  button.hidden = false;
  button.addEventListener("click", function () {
    if (recorder) recorder.stop();
    else start();
  });
})();
