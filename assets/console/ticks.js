// How many keys of the list are ticked, said where something is done with them. Without this file the boxes do all that they do.
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];

  const tell = () => {
    const told = document.querySelector("[data-chosen]");
    if (!told) return;
    const boxes = all("#list [name=id]");
    const count = boxes.filter((box) => box.checked).length;
    told.textContent = (count === 1 ? told.dataset.one : told.dataset.many).replace("{count}", count);
    for (const box of all("[data-check-all]")) {
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
