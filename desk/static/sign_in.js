// Moves the token of a one-time link from the address into the form, and out of the address bar
// and the history, before the form is sent. A link pasted while this page is open counts too.
(function () {
  "use strict";
  function enter() {
    var token = window.location.hash.slice(1);
    var form = document.getElementById("sign-in");
    if (!form || token.length < 20) return; // a place on this page, such as #main
    window.history.replaceState(null, "", window.location.pathname);
    document.getElementById("token").value = token;
    form.submit();
  }
  window.addEventListener("hashchange", enter);
  enter();
})();
