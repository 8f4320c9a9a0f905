/* The desk: below 62rem its two parts become tabs. Without this file they stand one below the other. */
(function () {
  "use strict";

  var strip = document.querySelector("[data-tabs]");
  if (!strip || !window.matchMedia) {
    return;
  }
  var tabs = Array.prototype.slice.call(strip.querySelectorAll("a[href^='#']"));
  var panels = tabs.map(function (tab) {
    return document.getElementById(tab.hash.slice(1));
  });
  var narrow = window.matchMedia("(max-width: 61.99rem)");
  var chosen = 0;

  function show(place) {
    chosen = place;
    tabs.forEach(function (tab, at) {
      if (narrow.matches) {
        tab.setAttribute("aria-selected", String(at === place));
        tab.tabIndex = at === place ? 0 : -1;
      } else {
        tab.removeAttribute("aria-selected");
        tab.removeAttribute("tabindex");
      }
      panels[at].hidden = narrow.matches && at !== place;
    });
  }

  /* A link into the hidden part opens it first. */
  function showTarget() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    panels.forEach(function (panel, at) {
      if (target && panel.contains(target) && panel.hidden) {
        show(at);
        target.scrollIntoView();
      }
    });
  }

  function dress() {
    if (narrow.matches) {
      strip.setAttribute("role", "tablist");
    } else {
      strip.removeAttribute("role");
    }
    tabs.forEach(function (tab, at) {
      if (narrow.matches) {
        tab.setAttribute("role", "tab");
        tab.setAttribute("aria-controls", panels[at].id);
        panels[at].setAttribute("role", "tabpanel");
        panels[at].setAttribute("aria-label", tab.textContent);
      } else {
        tab.removeAttribute("role");
        tab.removeAttribute("aria-controls");
        panels[at].removeAttribute("role");
        panels[at].removeAttribute("aria-label");
      }
    });
    show(chosen);
    showTarget();
  }

  tabs.forEach(function (tab, at) {
    tab.addEventListener("click", function (event) {
      if (narrow.matches) {
        event.preventDefault();
        show(at);
        history.replaceState(null, "", tab.hash);
      }
    });
    tab.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (narrow.matches && step) {
        event.preventDefault();
        show((at + step + tabs.length) % tabs.length);
        tabs[chosen].focus();
      }
    });
  });

  /* A verdict that needs a reason opens the place for it. */
  document.addEventListener("change", function (event) {
    var item = event.target.matches("[name^='verdict-']") && event.target.closest(".item");
    if (item && event.target.value !== "pass") {
      item.querySelector(".item-why").open = true;
    }
  });

  /* An error inside a hidden part shows that part. */
  var wrong = document.querySelector(".item.has-error");
  panels.forEach(function (panel, at) {
    if (wrong && panel.contains(wrong)) {
      chosen = at;
    }
  });
  narrow.addEventListener("change", dress);
  window.addEventListener("hashchange", showTarget);
  dress();
})();
