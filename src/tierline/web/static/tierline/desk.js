/* The desk's keys and small comforts. Everything works without this file; it only makes the same things quicker. */
(function () {
  "use strict";

  const WIDE = window.matchMedia("(min-width: 68rem)");
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  /* -- rows: j, k, Enter, and the preview beside them -- */

  const rows = () => $$("tr[data-row]");
  const link = (row) => $(".rows__open", row);
  const chosenIndex = () => {
    const all = rows();
    const focused = all.findIndex((row) => row.contains(document.activeElement));
    return focused >= 0 ? focused : all.findIndex((row) => row.classList.contains("is-chosen"));
  };

  function mark(number) {
    for (const row of rows()) {
      const opener = link(row);
      const mine = opener.dataset.case === String(number);
      row.classList.toggle("is-chosen", mine);
      if (mine) opener.setAttribute("aria-current", "true");
      else opener.removeAttribute("aria-current");
    }
  }

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const from = chosenIndex();
    const to = from < 0 ? 0 : Math.min(all.length - 1, Math.max(0, from + by));
    const opener = link(all[to]);
    opener.focus({ preventScroll: true });
    all[to].scrollIntoView({ block: "nearest" });
    if (WIDE.matches && opener.dataset.case && to !== from) show(opener);
  }

  function show(opener) {
    const pane = $("#preview");
    if (!pane || !window.htmx) return;
    mark(opener.dataset.case);
    window.htmx.ajax("GET", opener.getAttribute("href"), { target: "#preview", swap: "innerHTML", source: pane });
  }

  /* The first case is read at once where there is room for it; the address stays as it is. */
  function showFirst() {
    if (WIDE.matches && $("#preview .preview-empty") && rows().length) show(link(rows()[0]));
  }

  /* What is acted on beside the list gives way to the case below it. */
  function leadOn(form) {
    const back = $("input[name=back]", form);
    const all = rows();
    const here = all.findIndex((row) => row.classList.contains("is-chosen"));
    const next = all[here + 1] || all[here - 1];
    if (!back || here < 0) return;
    const address = new URL(back.value, location.origin);
    if (next && WIDE.matches) address.searchParams.set("case", link(next).dataset.case);
    back.value = address.pathname + address.search;
  }

  /* -- keys -- */

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  const go = (selector) => { const found = $(selector); if (found) found.click(); };
  const KEYS = {
    "/": () => { const field = $("#desk-search"); if (field) { field.focus(); field.select(); } },
    "?": () => go('.desk-nav a[href="/help/"]'),
    j: () => step(1),
    k: () => step(-1),
    o: () => go("[data-open-case]"),
    n: () => go(".desk-intake"),
    q: () => go(".desk-nav a"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target)) return;
    if (event.key === "Enter") return openChosen(event);
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  function openChosen(event) {
    const row = event.target.closest("tr[data-row]") || (event.target === document.body && $("tr.is-chosen"));
    if (!row || event.target.closest(".rows__ref")) return;
    event.preventDefault();
    $(".rows__ref", row).click();
  }

  /* -- forms -- */

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.closest("#preview")) leadOn(form);
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  }, true);
  window.addEventListener("pageshow", () => { for (const form of $$("form[data-sent]")) delete form.dataset.sent; });

  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-asks-again]");
    if (!field || !window.htmx) return;
    window.htmx.ajax("POST", field.form.action, {
      source: field.form, target: "#asked", swap: "outerHTML", values: { step: "ask" },
    });
  });

  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill-ask]");
    if (fill) {
      const ask = $("#ask");
      ask.value = ask.dataset.summary;
      ask.dispatchEvent(new Event("input", { bubbles: true }));
      ask.focus();
    }
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open);
  });

  function open(id) {
    const details = document.getElementById(id);
    if (details && details.matches("details")) {
      details.open = true;
      const field = $("input:not([type=hidden]), textarea, select", details);
      if (field) field.focus({ preventScroll: true });
    }
  }

  /* -- after htmx put something in place -- */

  document.addEventListener("htmx:after:swap", () => {
    const shown = $("#preview-body");
    if (shown) mark(shown.dataset.case);
    else showFirst();
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const hidden of $$(".js-only[hidden]")) hidden.hidden = false;
    if (location.hash.length > 1) open(location.hash.slice(1));
    const chosen = $("tr.is-chosen");
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
    showFirst();
  });
})();
