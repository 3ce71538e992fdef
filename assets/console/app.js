// What the console does beyond htmx, and nothing that it could not do without: every form and page works with this file
// missing. No dependency; texts come from the page.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const texts = document.body.dataset;

  // ---- moments in the person's own time -------------------------------------------------------------------------
  const localise = (root) => all("time[datetime]", root).forEach((time) => {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime()) || time.dataset.done) return;
    time.dataset.done = "1";
    // what ends with a day is said in days, and in the zone in which it was said
    const ends = time.dateTime.includes("T23:59:59") && { timeZone: "UTC" };
    const form = { dateStyle: "medium", ...(ends || time.dataset.form === "day" ? ends : { timeStyle: "short" }) };
    time.textContent = new Intl.DateTimeFormat(texts.dates, form).format(at);
    time.title = at.toISOString();
  });

  // ---- notices --------------------------------------------------------------------------------------------------
  const toast = (text, isFault) => {
    const box = document.createElement("div");
    box.className = isFault ? "toast fault-toast" : "toast";
    box.textContent = text;
    $("#messages").append(box);
    setTimeout(() => box.remove(), isFault ? 12000 : 5000);
  };
  const settleToasts = () => all("#messages .toast[data-stays]").forEach((box) => {
    const seconds = Number(box.dataset.stays);
    delete box.dataset.stays;
    if (seconds) setTimeout(() => box.matches(":hover, :focus-within") || box.remove(), seconds * 1000);
  });

  // ---- secrets: shown for a while, never left behind ------------------------------------------------------------
  const mask = (box) => {
    const back = box.dataset.masked;
    const target = (box.dataset.target && $(box.dataset.target)) || box;
    all("code, pre, input, li", box).forEach((part) => { part.textContent = ""; part.value = ""; });
    if (back !== undefined) { target.textContent = back; target.classList.remove("shown"); }
    box.dispatchEvent(new CustomEvent("vault:masked", { bubbles: true }));
  };
  const countDown = (root) => all("[data-seconds]", root).forEach((box) => {
    const seconds = Number(box.dataset.seconds);
    box.removeAttribute("data-seconds");
    const end = Date.now() + seconds * 1000;
    const told = $("[data-left]", box);
    const bar = $(".countdown", box);
    const tick = () => {
      if (!box.isConnected) return;
      const left = end - Date.now();
      if (told) told.textContent = Math.max(0, Math.ceil(left / 1000));
      if (bar) bar.style.transform = `scaleX(${Math.max(0, left / seconds / 1000)})`;
      if (left <= 0) mask(box); else setTimeout(tick, 250);
    };
    tick();
  });
  const maskAll = () => all(".secret[data-masked], .secret.shown, .secret.once, .codes").forEach(mask);
  addEventListener("pagehide", maskAll);
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // ---- copying: what the page shows, or a value that is fetched, copied and forgotten ------------------------------
  const copied = () => toast(texts.copied);
  const copy = async (button) => {
    const source = button.dataset.copyForm && $(button.dataset.copyForm);
    try {
      if (!navigator.clipboard?.write) return toast(texts.copyFailed, true);
      if (!source) {
        const from = $(button.dataset.copy);
        await navigator.clipboard.writeText(from.value ?? from.textContent);
        return copied();
      }
      const answer = fetch(source.action, { method: "POST", body: new URLSearchParams(new FormData(source)), headers: { "HX-Request": "true", Accept: "text/plain" } })
        .then((response) => {
          if (!response.ok || !response.headers.get("content-type")?.startsWith("text/plain")) throw response;
          return response.blob();
        });
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": answer })]);
      copied();
      document.dispatchEvent(new Event("vault:seen"));
    } catch (fault) {
      const elsewhere = fault instanceof Response && fault.headers.get("hx-redirect");
      if (elsewhere) location.assign(elsewhere);
      else toast(fault instanceof Response ? texts.copyRefused : texts.copyFailed, true);
    }
  };

  // ---- clicks and keys --------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-form], [data-mask], [data-dismiss], [data-close], [data-print], [data-check-all]");
    if (!button) return;
    if (button.matches("[data-copy], [data-copy-form]")) { event.preventDefault(); copy(button); }
    else if (button.matches("[data-mask]")) mask(button.closest(".secret"));
    else if (button.matches("[data-dismiss]")) button.closest(".toast, .note").remove();
    else if (button.matches("[data-close]")) button.closest("dialog").close();
    else if (button.matches("[data-print]")) print();
    else all(button.dataset.checkAll).forEach((box) => { box.checked = button.checked; });
  });
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") && !target.matches("[type=checkbox], [type=radio]");
  let goingSince = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const link = event.timeStamp - goingSince < 1000 && $(`[data-go="${CSS.escape(event.key)}"]`);
    goingSince = event.key === "g" ? event.timeStamp : -Infinity;
    if (link) { link.click(); return event.preventDefault(); }
    if (event.key === "/") { const field = $("[data-search]"); if (field) field.focus(); else location.assign($("[data-go=k]").href + "#search"); event.preventDefault(); }
    else if (event.key === "c") { $("[data-create]")?.click(); }
    else if (event.key === "?") { $("#shortcuts")?.showModal(); event.preventDefault(); }
  });

  // ---- a chosen file is read into its field -------------------------------------------------------------------------
  document.addEventListener("change", async ({ target }) => {
    const file = target.matches?.("[data-read]") && target.files[0];
    if (!file) return;
    $(target.dataset.read).value = await file.text();
    if (/\.csv$/i.test(file.name)) $("[name=format]", target.form).value = "1password";
  });

  // ---- parts that htmx brings ---------------------------------------------------------------------------------------
  const arrive = (root) => { localise(root); countDown(root); settleToasts(); };
  document.addEventListener("vault:turned", () => arrive(document));
  document.addEventListener("htmx:after:swap", () => {
    arrive(document);
    // a focus that went with the part that was there before
    if (document.activeElement === document.body) $("#value [data-mask], #reveal button")?.focus();
  });
  document.addEventListener("htmx:error", () => toast(texts.offline, true));
  arrive(document);

  // ---- what is told once, where to go on ----------------------------------------------------------------------------
  // an answer that shows something once: a reload and the way back lead to the page where it belongs, and send nothing again
  if (texts.instead) history.replaceState(history.state, "", texts.instead);
  // one that carries a form on stays what it is until it is left: from then on the way back leads to the form's own page
  const leave = () => texts.leftFor && history.replaceState(history.state, "", texts.leftFor);
  document.addEventListener("submit", leave);
  document.addEventListener("click", (event) => event.target.closest("a[href]") && !event.ctrlKey && !event.metaKey && !event.shiftKey && leave());
  const here = new URL(location.href);
  if (!texts.instead && ["notice", "chosen"].some((name) => here.searchParams.has(name))) {
    ["notice", "count", "undo", "chosen"].forEach((name) => here.searchParams.delete(name));
    history.replaceState(history.state, "", here);
  }
  // what is wrong, what was searched for, or what was just done: its undo is then the next stop of the keyboard
  const told = $("[autofocus]") ? null : $("#toasts .toast");
  ($("main [aria-invalid=true]") ?? (here.hash === "#search" ? $("[data-search]") : told))?.focus();
})();
