// Asks for the live part of a page again as soon as the server says that something changed, and
// once when the stream opens: what changed while the page was on its way was told to nobody.
// Where the stream does not come, the part asks every half a minute by itself.
(function () {
  "use strict";
  try { // htmx keeps the address of the page in the tab as it loads: nothing of ours stays there
    sessionStorage.removeItem("htmx-current-path-for-history");
  } catch (error) { /* a browser that keeps nothing at all */ }
  if (!window.EventSource || !document.getElementById("live")) return;
  var news = new EventSource("/desk/events");
  news.onopen = news.onmessage = function () {
    window.htmx.trigger("#live", "news");
  };
  function enough() {
    news.close();
  }
  window.addEventListener("pagehide", enough);
  // Who signs out is on the way to the page that says so: no look back from here leads to the door.
  document.querySelector("form.out").addEventListener("submit", enough);
})();
