/* While the plans are checked or asked again, the button that was pressed says so; one tick ticks all messages.
   Nothing depends on this file. */
(function () {
  "use strict";

  document.addEventListener("submit", (event) => say(event.submitter));
  document.addEventListener("click", (event) => say(event.target.closest("button[hx-post]")));

  function say(pressed) {
    if (!pressed || !pressed.dataset.busy) return;
    pressed.dataset.word = pressed.dataset.word || pressed.textContent;
    pressed.textContent = pressed.dataset.busy;
  }
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-tick-all]")) return;
    for (const box of event.target.form.querySelectorAll("input[name=effect]")) box.checked = event.target.checked;
  });
  document.addEventListener("htmx:after:request", restore);
  window.addEventListener("pageshow", restore);

  function restore() {
    for (const button of document.querySelectorAll("[data-word]")) button.textContent = button.dataset.word;
  }
})();
