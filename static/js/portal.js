/* Progressive helpers only: every page works without this file. */
(function () {
  "use strict";

  /* The summary of errors or a refusal takes the focus, so that it is read first. */
  function focusNews(root) {
    var news = root.querySelector("[data-focus]");
    if (news) {
      news.focus();
    }
  }

  /* A menu closes with Escape (the focus returns to its button) and with a click beside it. */
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") {
      return;
    }
    document.querySelectorAll("details.year-menu[open], details.menu[open]").forEach(function (menu) {
      var inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) {
        menu.querySelector("summary").focus();
      }
    });
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.year-menu[open], details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    });
  });

  /* A button that only prints is shown only where it works. */
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });

  /* A request that failed says so and stays visible until one succeeds. */
  var announcer = document.getElementById("announcer");
  function tellFailure() {
    announcer.textContent = announcer.dataset.failed;
  }
  if (announcer) {
    document.body.addEventListener("htmx:sendError", tellFailure);
    document.body.addEventListener("htmx:responseError", tellFailure);
    document.body.addEventListener("htmx:timeout", tellFailure);
    document.body.addEventListener("htmx:afterOnLoad", function (event) {
      if (event.detail.successful) {
        announcer.textContent = "";
      }
    });
  }
  document.body.addEventListener("htmx:afterSettle", function (event) {
    focusNews(event.detail.elt);
  });

  focusNews(document);
})();
