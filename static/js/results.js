/* Lists that htmx refreshes in place: the focus stays where the person was, and "back" loads the page anew. */
(function () {
  "use strict";

  var wanted = "";

  /* A link that was followed is replaced together with the list; its successor takes the focus. */
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var active = document.activeElement;
    wanted = "";
    if (event.detail.target.id !== "results" || !event.detail.target.contains(active)) {
      return;
    }
    var heading = active.closest("th");
    wanted = heading ? "thead th:nth-child(" + (heading.cellIndex + 1) + ") a" : "#results-count";
  });

  document.body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target.id !== "results" || !wanted) {
      return;
    }
    var successor = event.detail.target.querySelector(wanted);
    if (successor) {
      successor.focus();
    }
  });

  document.body.addEventListener("htmx:historyCacheMiss", function (event) {
    event.preventDefault();
    window.location.reload();
  });
})();
