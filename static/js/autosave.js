/* Saves a section while it is typed: on leaving a field and two seconds after typing, one request at a
   time. Every page works without this file by its buttons. The server compares with the base of the page,
   so it alone decides what changed and what collides; here nothing is computed. */
(function () {
  "use strict";

  var form = document.querySelector("form[data-autosave]");
  if (!form) {
    return;
  }
  var PAUSE = 2000;
  var RETRY = 15000;
  var KEEP = "portal-typed:" + window.location.pathname + "#section";
  var state = document.getElementById("save-state");
  var dialog = document.getElementById("session-dialog");
  var person = dialog ? dialog.dataset.person : "";
  var timer = 0;
  var isBusy = false;
  var isAgain = false;
  var isLeaving = false;
  var mustReload = false;
  var isSignedOut = false;

  /* ---------------------------------------------------------------- what is typed */
  function pairs() {
    return Array.from(new FormData(form)).filter(function (pair) {
      return pair[0] !== "csrfmiddlewaretoken" && pair[0] !== "base" && pair[0].indexOf("theirs-") !== 0;
    });
  }

  function written() {
    return JSON.stringify(pairs());
  }

  var kept = written();

  function storage(value) {
    try {
      if (value === undefined) {
        return JSON.parse(window.sessionStorage.getItem(KEEP));
      }
      if (value === null) {
        window.sessionStorage.removeItem(KEEP);
      } else {
        window.sessionStorage.setItem(KEEP, JSON.stringify(value));
      }
    } catch (_error) {
      return null;
    }
    return value;
  }

  function keepHere(isSent) {
    storage({ pairs: pairs(), base: form.elements.base.value, person: person, sent: isSent });
  }

  /* ---------------------------------------------------------------- the line beside the buttons */
  function say(text, kind, link) {
    var line = document.createElement("span");
    line.textContent = text;
    state.replaceChildren(line);
    state.className = "save-state" + (kind ? " is-" + kind : "");
    if (link) {
      var anchor = document.createElement("a");
      anchor.href = link;
      anchor.textContent = state.dataset.signIn;
      state.append(" ", anchor);
    }
  }

  /* ---------------------------------------------------------------- saving */
  function later(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait);
  }

  function save() {
    window.clearTimeout(timer);
    if (isLeaving || written() === kept) {
      return;
    }
    if (isBusy) {
      isAgain = true;
      return;
    }
    isBusy = true;
    isAgain = false;
    var sent = written();
    var body = new FormData(form);
    say(state.dataset.saving, "");
    window.fetch(form.dataset.autosave, {
      method: "POST",
      body: body,
      redirect: "manual",
      keepalive: sent.length < 15000,
      headers: { "HX-Request": "true" },
    }).then(function (response) {
      return answered(response, sent);
    }).catch(function () {
      say(state.dataset.offline, "failed");
      later(RETRY);
    }).finally(function () {
      isBusy = false;
      if (isAgain) {
        save();
      }
    });
  }

  function answered(response, sent) {
    if (response.status === 200 || response.status === 409) {
      return response.json().then(function (answer) {
        if (answer.refused) {
          say(answer.refused, "failed");
        } else {
          saved(answer, sent);
        }
      });
    }
    if (response.status === 204 || response.status === 403 || response.type === "opaqueredirect") {
      keepHere(false);
      isSignedOut = true;
      var here = window.location.pathname + window.location.search;
      var signIn = dialog && dialog.dataset.signIn ? dialog.dataset.signIn : "/accounts/login/";
      say(state.dataset.expired, "failed", signIn + "?next=" + encodeURIComponent(here));
      return null;
    }
    say(state.dataset.offline, "failed");
    later(RETRY);
    return null;
  }

  function saved(answer, sent) {
    form.elements.base.value = answer.base;
    kept = sent;
    isSignedOut = false;
    Object.keys(answer.computed).forEach(function (id) {
      var place = document.getElementById(id);
      if (place) {
        place.textContent = answer.computed[id];
      }
    });
    var collided = Object.keys(answer.conflicts);
    form.querySelectorAll("[data-conflict]").forEach(function (box) {
      var html = answer.conflicts[box.dataset.conflict];
      if (html === undefined) {
        box.replaceChildren();
      } else if (!box.firstElementChild) {
        box.innerHTML = html;
      }
    });
    if (collided.length) {
      /* not kept by the server: the next save asks again */
      kept = "";
      say(state.dataset.conflict, "failed");
      return;
    }
    if (mustReload) {
      isLeaving = true;
      storage(null);
      window.location.reload();
      return;
    }
    if (written() === sent) {
      storage(null);
      say(state.dataset.saved + " " + answer.at, "kept");
    } else {
      kept = sent;
      say(state.dataset.waiting, "");
      later(PAUSE);
    }
  }

  /* ---------------------------------------------------------------- typing */
  function count(field) {
    var counter = document.getElementById(field.id + "-count");
    if (counter) {
      var length = Array.from(field.value).length;
      counter.querySelector("[data-count]").textContent = length;
      var limit = Number(counter.querySelector("[data-limit]").textContent);
      counter.classList.toggle("is-over", length > limit);
    }
  }

  function changed() {
    keepHere(false);
    if (!state.classList.contains("is-failed")) {
      say(state.dataset.waiting, "");
    }
    later(PAUSE);
  }

  form.addEventListener("input", function (event) {
    if (/^resolve-/.test(event.target.name || "")) {
      mustReload = mustReload || event.target.value === "theirs";
      kept = "";
      save();
      return;
    }
    count(event.target);
    changed();
  });
  form.addEventListener("focusout", function () {
    /* the way to the link for signing in must not take the link away */
    if (!isSignedOut) {
      save();
    }
  });
  form.addEventListener("submit", function () {
    isLeaving = true;
    window.clearTimeout(timer);
    keepHere(true);
  });
  window.addEventListener("pageshow", function () {
    isLeaving = false;
  });
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") {
      save();
    }
  });

  /* ---------------------------------------------------------------- rows */
  function newId() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(4));
    return Array.from(bytes, function (one) {
      return one.toString(16).padStart(2, "0");
    }).join("");
  }

  function cards(group) {
    return Array.from(group.querySelectorAll("[data-row-list] > [data-row]")).filter(function (card) {
      return !card.disabled;
    });
  }

  function renumber(group) {
    var shown = cards(group);
    shown.forEach(function (card, place) {
      card.querySelectorAll("[data-row-number]").forEach(function (number) {
        number.textContent = place + 1;
      });
    });
    var isFull = shown.length >= Number(group.dataset.max);
    group.querySelector("[data-step=add]").hidden = isFull;
    group.querySelector("[data-full]").hidden = !isFull;
  }

  function addRow(group, id) {
    var list = group.querySelector("[data-row-list]");
    var html = group.querySelector("template").innerHTML.split("__row__").join(id);
    list.insertAdjacentHTML("beforeend", html);
    renumber(group);
    return list.lastElementChild;
  }

  function removeRow(group, card) {
    var line = document.createElement("p");
    line.className = "row-removed";
    var text = document.createElement("span");
    text.textContent = state.dataset.removed;
    var undo = document.createElement("button");
    undo.type = "button";
    undo.className = "btn btn-sm btn-outline-primary";
    undo.textContent = state.dataset.undo;
    undo.addEventListener("click", function () {
      card.disabled = false;
      card.hidden = false;
      line.remove();
      renumber(group);
      card.querySelector("input, textarea, select").focus();
      changed();
    });
    line.append(text, undo);
    card.before(line);
    card.disabled = true;
    card.hidden = true;
    renumber(group);
    undo.focus();
  }

  form.addEventListener("click", function (event) {
    var button = event.target.closest("[data-step]");
    if (!button) {
      return;
    }
    event.preventDefault();
    var group = button.closest("[data-rows]");
    var card = button.closest("[data-row]");
    var step = button.dataset.step;
    if (step === "add") {
      addRow(group, newId()).querySelector("input, textarea, select").focus();
    } else if (step === "remove") {
      removeRow(group, card);
    } else {
      var shown = cards(group);
      var other = shown[shown.indexOf(card) + (step === "down" ? 1 : -1)];
      if (other) {
        other[step === "down" ? "after" : "before"](card);
        renumber(group);
        button.focus();
      }
    }
    changed();
  });

  /* ---------------------------------------------------------------- text from before */
  /* The rows of the copy in its order; blank ones that the page added by itself make room for them. */
  function bringRowsBack(byName) {
    var touched = {};
    form.querySelectorAll("[data-rows] [data-row-list] > [data-row]").forEach(function (card) {
      var fields = Array.from(card.querySelectorAll("input, textarea, select"));
      var isStale = fields.every(function (field) {
        return field.value === "" && !byName[field.name];
      });
      if (isStale && fields.length) {
        card.remove();
      }
    });
    Object.keys(byName).forEach(function (name) {
      var parts = /^([a-z_]+)-([a-z0-9]{1,16})-[a-z_]+$/.exec(name);
      var group = parts && form.querySelector('[data-rows="' + parts[1] + '"]');
      if (!group || touched[parts[2]]) {
        return;
      }
      touched[parts[2]] = true;
      var card = document.getElementById("row-" + parts[2]) || addRow(group, parts[2]);
      card.parentNode.append(card);
      renumber(group);
    });
  }

  function bringBack(copy) {
    var byName = {};
    copy.pairs.forEach(function (pair) {
      (byName[pair[0]] = byName[pair[0]] || []).push(pair[1]);
    });
    bringRowsBack(byName);
    Array.from(form.elements).forEach(function (field) {
      if (!field.name || /^(csrfmiddlewaretoken|base|do)$/.test(field.name) || /^(theirs|resolve)-/.test(field.name)) {
        return;
      }
      var values = byName[field.name];
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = Boolean(values) && values.indexOf(field.value) >= 0;
      } else if (values) {
        field.value = values[0];
        count(field);
      }
    });
    form.elements.base.value = copy.base;
    changed();
    save();
  }

  function withoutRows(list) {
    /* rows that the page adds by itself have a new id each time and are blank */
    return JSON.stringify(list.filter(function (pair) {
      return pair[1] !== "";
    }));
  }

  function offer() {
    var copy = storage();
    if (!copy || copy.person !== person || withoutRows(copy.pairs) === withoutRows(pairs())) {
      storage(null);
      return;
    }
    var box = form.querySelector("[data-offer]");
    box.hidden = false;
    box.querySelector("[data-restore]").addEventListener("click", function () {
      box.hidden = true;
      bringBack(copy);
      form.querySelector("input:not([type=hidden]), textarea, select").focus();
    });
    box.querySelector("[data-discard]").addEventListener("click", function () {
      box.hidden = true;
      storage(null);
      document.getElementById("main").focus();
    });
  }

  offer();
})();
