/* Tells the quick exit that scripts run here: it leads to a calendar at once, which goes on to the weather if that can be reached. */
(function () {
  "use strict";
  var forms = document.querySelectorAll("form.leave");
  for (var i = 0; i < forms.length; i++) {
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = "script";
    field.value = "on";
    forms[i].appendChild(field);
  }
})();
