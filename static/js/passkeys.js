/* Ties the passkey forms of a page to the library of django-allauth, without a line of script in the page.
   <form data-passkey="addForm|authenticateForm|loginForm" data-button data-credential data-options> */
(function () {
  "use strict";

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var setup = window.allauth.webauthn.forms[form.dataset.passkey];
    setup({
      ids: {
        add: form.dataset.button,
        authenticate: form.dataset.button,
        login: form.dataset.button,
        credential: form.dataset.credential,
        passwordless: form.dataset.passwordless,
        data: form.dataset.options,
      },
    });
    form.hidden = false;
  });

  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    document.querySelectorAll("[data-passkey-failed]").forEach(function (note) {
      note.hidden = false;
    });
  });
})();
