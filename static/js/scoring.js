/* The score sheet by keyboard: Enter goes on, arrows change by one step, Ctrl+Enter saves and opens the next
   case; on narrow screens case and sheet are two tabs. Every page works without this file. */
(function () {
  "use strict";

  var form = document.querySelector("form[data-sheet]");
  var page = document.querySelector("[data-score-page]");

  /* ---------------------------------------------------------------- tabs */
  var tabs = Array.from(document.querySelectorAll(".score-tabs a"));

  function show(part) {
    page.dataset.shown = part;
    tabs.forEach(function (tab) {
      if (tab.dataset.part === part) {
        tab.setAttribute("aria-current", "true");
      } else {
        tab.removeAttribute("aria-current");
      }
    });
  }

  if (page) {
    show(/^#(sheet|f-)/.test(window.location.hash) ? "sheet" : "case");
    tabs.forEach(function (tab) {
      tab.addEventListener("click", function (event) {
        event.preventDefault();
        show(tab.dataset.part);
        document.getElementById(tab.dataset.part).focus();
      });
    });
  }
  if (!form) {
    return;
  }

  /* ---------------------------------------------------------------- keys */
  /* whole hundredths: a step of half a point stays exact */
  function hundredths(text) {
    var found = /^\s*(\d{1,6})(?:\.(\d{1,2}))?\s*$/.exec(text);
    return found ? Number(found[1]) * 100 + Number(((found[2] || "") + "00").slice(0, 2)) : null;
  }

  function points(value) {
    var rest = value % 100;
    var text = String((value - rest) / 100);
    return rest ? text + "." + ("0" + rest).slice(-2).replace(/0$/, "") : text;
  }

  function step(field, direction) {
    var width = hundredths(field.dataset.step);
    var top = hundredths(field.dataset.maximum);
    var value = hundredths(field.value);
    if (field.value.trim() === "") {
      value = direction > 0 ? 0 - width : top + width;
    }
    if (value === null || width === null || top === null) {
      return;
    }
    field.value = points(Math.max(0, Math.min(top, value + direction * width)));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* one stop for a group of choices: the chosen one, or the first */
  function stops() {
    var seen = {};
    return Array.from(form.querySelectorAll("input, textarea, [data-save-next]")).filter(function (field) {
      if (field.type === "hidden" || field.disabled || field.closest("[data-conflict], [hidden]")) {
        return false;
      }
      if (field.type !== "radio") {
        return true;
      }
      var first = !seen[field.name];
      seen[field.name] = true;
      return first;
    });
  }

  function next(field) {
    var all = stops();
    var place = all.findIndex(function (one) {
      return one === field || (field.type === "radio" && one.name === field.name);
    });
    var target = all[place + 1];
    if (target && target.type === "radio") {
      target = form.querySelector('input[name="' + target.name + '"]:checked') || target;
    }
    if (target) {
      target.focus();
      if (target.select && target.type === "text") {
        target.select();
      }
    }
  }

  document.addEventListener("keydown", function (event) {
    if (event.isComposing) {
      return;
    }
    var field = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.querySelector("[data-save-next]").click();
    } else if (event.key === "Enter" && field.form === form && /^(text|radio)$/.test(field.type)) {
      event.preventDefault();
      next(field);
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && field.matches("[data-score]")) {
      event.preventDefault();
      step(field, event.key === "ArrowUp" ? 1 : -1);
    }
  });

  if (/^#sheet/.test(window.location.hash) || !window.location.hash) {
    var first = form.querySelector("[data-score]");
    if (window.matchMedia("(min-width: 62rem)").matches && first && !document.querySelector("[data-focus], [role=alert]")) {
      first.focus({ preventScroll: true });
    }
  }
})();
