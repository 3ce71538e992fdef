// How many keys of the list, or lines of an import, are ticked, said where something is done with them. Without this file the boxes do all that they do.
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];

  const tell = () => {
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
