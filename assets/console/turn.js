// Another language or theme without losing what was typed: the page is asked for anew and changes in place. Without this file
// the switches are links.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isBox = (field) => /box|radio/.test(field.type);

  const turn = async (link) => {
    const answer = await fetch(link.href);
    if (!answer.ok || !/^text\/html/.test(answer.headers.get("content-type"))) return location.assign(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // somebody else signed in meanwhile: what was typed in one account does not go to another
    const isOthers = page.body.dataset.account !== document.body.dataset.account;
    // the same field of the same form
    const twinOf = (field) =>
      all(`form[action="${field.form.getAttribute("action")}"] [name="${field.name}"]`, page)
        .find((one) => !isBox(one) || one.value === field.value);

    // hidden ones too: it stays the form that it was, with what it knows of a change by others and of being sent twice
    const typed = all("main form [name]:not([name=csrf], button)");
    const isLost = (field) =>
      field.type !== "hidden" && (isBox(field) ? field.checked : field.value) && (isOthers || field.type === "file" || !twinOf(field));
    const losesMuch = document.querySelector(".secret.shown, .codes") || typed.some(isLost);
    if (losesMuch && !confirm(document.body.dataset.turnLoses)) return;
    if (isOthers) return location.assign(link.href);
    for (const field of typed) {
      const twin = twinOf(field);
      if (twin && field.type !== "file") { twin.value = field.value; twin.checked = field.checked; }
    }

    const here = new URL(answer.url);
    ["lang", "theme"].forEach((name) => here.searchParams.delete(name));
    history.replaceState(history.state, "", here);
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.documentElement.dataset.theme = page.documentElement.dataset.theme ?? "";
    Object.assign(document.body.dataset, page.body.dataset);
    const at = all("[data-turn]").indexOf(link);
    document.body.replaceChildren(...page.body.childNodes);
    window.htmx?.process(document.body);
    document.dispatchEvent(new CustomEvent("vault:turned"));
    (all("[data-turn]")[at] ?? document.querySelector("main")).focus();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-turn]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turn(link).catch(() => location.assign(link.href));
  });
})();
