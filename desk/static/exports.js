// Copy and print at the press of a button. Without this script the text can be marked and copied,
// and the browser's own menu prints.
(function () {
  "use strict";
  var copy = document.getElementById("copy");
  var print = document.getElementById("print");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", function () {
      var field = document.getElementById(copy.dataset.from);
      navigator.clipboard.writeText(field.value).then(function () {
        document.getElementById("copied").hidden = false;
      }, function () {
        field.focus();
        field.select();
      });
    });
  }
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }
})();
