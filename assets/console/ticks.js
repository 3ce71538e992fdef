// How many keys of the list, or lines of an import, are ticked, said where something is done with them. Without this file the boxes do all that they do.
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];

  // which new lines of an import the plan has room for: those that are ticked before those that are not
  const seat = () => {
    const table = document.querySelector("#lines[data-room]");
    if (!table) return;
    const news = [...table.querySelectorAll("[data-new]")];
    const rest = table.querySelector("[name=rest]:checked");
    const left = Number(table.dataset.room) - Number(rest?.dataset.count ?? 0);
    const fit = new Set([...news.filter((box) => box.checked), ...news.filter((box) => !box.checked)].slice(0, Math.max(left, 0)));
    for (const box of news) {
      const [badge, fits] = [box.closest("tr").querySelector("[data-outcome]"), fit.has(box)];
      badge.className = `badge ${fits ? "ok" : "warn"}`;
      badge.textContent = fits ? table.dataset.fits : table.dataset.over;
    }
  };

  const tell = () => {
    seat();
    for (const told of all("[data-chosen]")) {
      const ticked = all(told.dataset.chosen || "#list [name=id]").filter((box) => box.checked);
      const count = ticked.reduce((sum, box) => sum + Number(box.dataset.count ?? 1), 0);
      // French counts nought as one
      const isOne = count === 1 || (count === 0 && document.documentElement.lang === "fr");
      told.textContent = (isOne ? told.dataset.one : told.dataset.many).replace("{count}", count);
    }
    for (const box of all("[data-check-all]")) {
      const boxes = all(box.dataset.checkAll);
      const count = boxes.filter((one) => one.checked).length;
      box.checked = count > 0 && count === boxes.length;
      box.indeterminate = count > 0 && count < boxes.length;
    }
  };

  // a box that ticks all has ticked them by then
  document.addEventListener("change", tell);
  document.addEventListener("htmx:after:swap", tell);
  document.addEventListener("vault:turned", tell);
  addEventListener("pageshow", tell);
  tell();
})();
