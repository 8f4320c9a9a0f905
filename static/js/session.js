/* Warns before the sign-in ends, and keeps what was typed in this window until it has been sent.
   Kept in sessionStorage: gone with the window, never on the server. Passwords, codes and files are not kept. */
(function () {
  "use strict";

  var PREFIX = "portal-typed:";
  var INTERRUPTED = "portal-typed-interrupted";
  var PERSON = "portal-typed-person";
  var UNTIL = "portal-session-until";
  var LOST = { password: 1, file: 1, hidden: 1, submit: 1, button: 1, reset: 1, image: 1 };
  var dialog = document.getElementById("session-dialog");

  /* Storage may be switched off: everything else goes on without. */
  function stored(storage, name, value) {
    try {
      if (value === undefined) {
        return window[storage].getItem(name);
      }
      if (value === null) {
        window[storage].removeItem(name);
      } else {
        window[storage].setItem(name, value);
      }
    } catch (_error) {
      return null;
    }
    return value;
  }

  function keptNames() {
    try {
      return Object.keys(window.sessionStorage).filter(function (name) {
        return name.indexOf(PREFIX) === 0;
      });
    } catch (_error) {
      return [];
    }
  }

  function forgetAll() {
    keptNames().forEach(function (name) {
      stored("sessionStorage", name, null);
    });
  }

  function read(name) {
    try {
      return JSON.parse(stored("sessionStorage", name)) || null;
    } catch (_error) {
      return null;
    }
  }

  /* ---------------------------------------------------------------- what was typed */
  function formsOfPage() {
    return Array.prototype.filter.call(document.querySelectorAll("main form"), function (form) {
      return form.method === "post" && !form.hasAttribute("data-not-kept");
    });
  }

  function nameOf(form) {
    return PREFIX + window.location.pathname + "#" + formsOfPage().indexOf(form);
  }

  function isKept(field) {
    var secret = /one-time-code|password|^cc-/.test(field.autocomplete || "");
    return field.name && !LOST[field.type] && !secret && !field.readOnly && !field.disabled;
  }

  /* Every field by name and value; boxes and options also say whether they are chosen. */
  function valuesOf(form) {
    return Array.prototype.filter.call(form.elements, isKept).map(function (field) {
      if (field.type === "checkbox" || field.type === "radio") {
        return [field.name, field.value, field.checked];
      }
      if (field.type === "select-multiple") {
        return [field.name, Array.prototype.map.call(field.selectedOptions, function (option) {
          return option.value;
        })];
      }
      return [field.name, field.value];
    });
  }

  function bringBack(form, values) {
    var fields = Array.prototype.filter.call(form.elements, isKept);
    values.forEach(function (kept, place) {
      var field = fields[place];
      if (!field || field.name !== kept[0]) {
        return;
      }
      if (kept.length === 3) {
        field.checked = kept[2] && field.value === kept[1];
      } else if (Array.isArray(kept[1])) {
        Array.prototype.forEach.call(field.options, function (option) {
          option.selected = kept[1].indexOf(option.value) >= 0;
        });
      } else {
        field.value = kept[1];
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  function keep(form, isSent) {
    var values = valuesOf(form);
    if (values.length) {
      stored("sessionStorage", nameOf(form), JSON.stringify({ values: values, sent: isSent }));
    }
  }

  function offer(waiting) {
    var box = document.getElementById("typed-before");
    if (!box || !waiting.length) {
      return;
    }
    var text = document.createElement("p");
    text.textContent = dialog.dataset.offer;
    var actions = document.createElement("p");
    actions.className = "actions";
    [["restore", true], ["discard", false]].forEach(function (choice) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-outline-primary";
      button.textContent = dialog.dataset[choice[0]];
      button.addEventListener("click", function () {
        waiting.forEach(function (one) {
          if (choice[1]) {
            bringBack(one.form, one.values);
          } else {
            stored("sessionStorage", nameOf(one.form), null);
          }
        });
        box.hidden = true;
        var first = waiting[0].form.querySelector("input:not([type=hidden]), textarea, select");
        (first || document.getElementById("main")).focus();
      });
      actions.appendChild(button);
    });
    var body = document.createElement("div");
    body.className = "notice-body";
    body.append(text, actions);
    box.replaceChildren(body);
    box.hidden = false;
  }

  function startKeeping() {
    if (stored("sessionStorage", PERSON) !== dialog.dataset.person) {
      forgetAll();
      stored("sessionStorage", PERSON, dialog.dataset.person);
    }
    /* Sent and answered by a page: it arrived. Answered by the sign-in page or a refusal: it did not. */
    var isRefused = document.querySelector(".error-page, #refusal");
    var wasInterrupted = isRefused || stored("sessionStorage", INTERRUPTED);
    stored("sessionStorage", INTERRUPTED, null);
    keptNames().forEach(function (name) {
      var entry = read(name);
      if (!entry || (entry.sent && !wasInterrupted)) {
        stored("sessionStorage", name, null);
      }
    });
    var waiting = [];
    formsOfPage().forEach(function (form) {
      var entry = read(nameOf(form));
      if (entry && JSON.stringify(entry.values) !== JSON.stringify(valuesOf(form))) {
        waiting.push({ form: form, values: entry.values });
      } else {
        stored("sessionStorage", nameOf(form), null);
      }
      var timer = 0;
      form.addEventListener("input", function () {
        window.clearTimeout(timer);
        timer = window.setTimeout(keep, 300, form, false);
      });
      form.addEventListener("submit", function () {
        window.clearTimeout(timer);
        keep(form, true);
      });
    });
    offer(waiting);
    document.querySelectorAll("form[action$='/logout/']").forEach(function (form) {
      form.addEventListener("submit", forgetAll);
    });
  }

  /* ---------------------------------------------------------------- the warning */
  function startWarning() {
    var warn = Number(dialog.dataset.warn) * 1000;
    var until = 0;
    var isTold = false; /* that the sign-in ends in any case */
    var stay = document.getElementById("session-stay");
    var again = document.getElementById("session-again");

    /* Another window of the same person may have asked the server later than this one. */
    function extend(seconds) {
      until = Date.now() + seconds * 1000;
      stored("localStorage", UNTIL, dialog.dataset.person + ":" + until);
    }

    function latest() {
      var parts = (stored("localStorage", UNTIL) || "").split(":");
      return parts[0] === dialog.dataset.person ? Math.max(until, Number(parts[1]) || 0) : until;
    }

    function show(isOver) {
      document.getElementById("session-soon").hidden = isOver;
      document.getElementById("session-over").hidden = !isOver;
      stay.hidden = isOver;
      again.hidden = !isOver;
      if (isOver) {
        var here = window.location.pathname + window.location.search;
        again.href = dialog.dataset.signIn + "?next=" + encodeURIComponent(here);
      }
      if (!dialog.open) {
        dialog.showModal();
      }
    }

    function look() {
      var left = latest() - Date.now();
      if (left > warn || (left > 0 && isTold)) {
        if (dialog.open) {
          dialog.close();
        }
      } else if (left > 0) {
        var seconds = Math.ceil(left / 1000);
        document.getElementById("session-left").textContent =
          Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
        show(false);
      } else if (again.hidden) {
        show(true);
        again.focus();
      }
    }

    function ask() {
      var failed = document.getElementById("session-failed");
      failed.hidden = true;
      window.fetch(dialog.dataset.keepAlive, {
        method: "POST",
        redirect: "manual",
        headers: { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] },
      }).then(function (response) {
        if (response.ok) {
          return response.json().then(function (answer) {
            extend(answer.seconds);
            isTold = answer.seconds * 1000 <= warn;
            document.getElementById("announcer").textContent = isTold ? dialog.dataset.age : "";
            look();
          });
        }
        until = 0;
        stored("localStorage", UNTIL, null);
        look();
        return null;
      }).catch(function () {
        failed.hidden = false;
      });
    }

    stay.addEventListener("click", ask);
    dialog.addEventListener("cancel", function (event) {
      /* Escape means: I am here. After the end there is nothing to extend. */
      event.preventDefault();
      if (again.hidden) {
        ask();
      } else {
        dialog.close();
      }
    });
    document.body.addEventListener("htmx:afterOnLoad", function (event) {
      if (event.detail.successful) {
        extend(Number(dialog.dataset.left));
      }
    });
    extend(Number(dialog.dataset.left));
    window.setInterval(look, 1000);
    document.addEventListener("visibilitychange", look);
  }

  if (dialog) {
    startKeeping();
    startWarning();
  } else if (document.querySelector("input[type=password]") && keptNames().length) {
    stored("sessionStorage", INTERRUPTED, "1");
  }
})();
