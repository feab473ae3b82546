/* While the plans are checked or asked again, the button that was pressed says so. Nothing depends on this file. */
(function () {
  "use strict";

  document.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    if (!pressed || !pressed.dataset.busy) return;
    pressed.dataset.word = pressed.textContent;
    pressed.textContent = pressed.dataset.busy;
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-word]")) button.textContent = button.dataset.word;
  });
})();
