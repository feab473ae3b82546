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

  const load = newest((address) => window.htmx.ajax("GET", address, { target: "#preview", swap: "innerHTML" }));

  function show(opener) {
    if (!$("#preview") || !window.htmx) return;
    mark(opener.dataset.case);
    load(opener.getAttribute("href"));
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

  /* One question at a time, and after the answer the newest one, so that an old answer never stands last. */
  function newest(ask) {
    let asking = false, next = null;
    return async function (...wanted) {
      next = wanted;
      if (asking) return;
      asking = true;
      try {
        while (next) { const now = next; next = null; await ask(...now); }
      } finally { asking = false; }
    };
  }

  /* A form that shows itself again in part, as it is filled in. */
  const askAgain = newest((form) => window.htmx.ajax("POST", form.action, {
    source: form, target: form.dataset.asks, swap: "outerHTML", values: { step: "look" },
  }));
  let pause = 0;
  function later(event) {
    const field = event.target.closest("[data-asks-again]");
    if (!field || !window.htmx) return;
    clearTimeout(pause);
    pause = setTimeout(() => askAgain(field.form), event.type === "input" ? 300 : 0);
  }
  document.addEventListener("change", later);
  document.addEventListener("input", (event) => { if (event.target.matches("textarea")) later(event); });

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
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
  });

  /* The words for a person, as they stand; where the browser gives no clipboard they are marked, ready to be copied. */
  async function copy(button) {
    const words = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(words.innerText);
      button.textContent = button.dataset.copied;
    } catch (_) {
      const all = document.createRange();
      all.selectNodeContents(words);
      getSelection().removeAllRanges();
      getSelection().addRange(all);
    }
  }

  function open(id) {
    const details = document.getElementById(id);
    if (details && details.matches("details")) {
      details.open = true;
      const field = $("input:not([type=hidden]), textarea, select", details);
      if (field) field.focus({ preventScroll: true });
    }
  }

  /* -- after htmx put something in place -- */

  /* What somebody typed into a part while its new form was on the way stays, and so does their place in it. */
  const PARTS = "#asked [name], #way [name]";
  const radio = (field) => field.type === "radio";
  let typed = [], chosen = [], place = null;
  document.addEventListener("htmx:before:swap", () => {
    typed = $$(PARTS).filter((field) => !radio(field)).map((field) => [field.name, field.value]);
    chosen = $$(PARTS).filter((field) => radio(field) && field.checked).map((field) => field.id);
    const here = document.activeElement;
    place = here && here.matches(PARTS) ? [radio(here) ? here.id : here.name, here.selectionStart, here.selectionEnd] : null;
  });

  function putBack() {
    for (const field of $$(PARTS)) {
      if (radio(field) && field.id && chosen.includes(field.id)) field.checked = true;
      const kept = !radio(field) && typed.find(([name]) => name === field.name);
      if (kept && kept[1] && field.value !== kept[1]) field.value = kept[1];
      if (!place || place[0] !== (radio(field) ? field.id : field.name) || document.activeElement === field) continue;
      field.focus({ preventScroll: true });
      if (field.setSelectionRange && place[1] !== null) field.setSelectionRange(place[1], place[2]);
    }
  }

  document.addEventListener("htmx:after:swap", () => {
    putBack();
    for (const hidden of $$(".js-only[hidden]")) hidden.hidden = false;
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
