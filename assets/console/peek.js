// Shows what is typed into a password's field, as long as its button is pressed. Without this file there is no button.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const turn = (button, isShown) => {
    button.setAttribute("aria-pressed", String(isShown));
    document.querySelector(button.dataset.peek).type = isShown ? "text" : "password";
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-peek]");
    if (button) turn(button, button.getAttribute("aria-pressed") !== "true");
  });
  // a browser keeps what stood in a plain field, and knows a password by its field
  const hide = (root) => all("[data-peek][aria-pressed=true]", root).forEach((button) => turn(button, false));
  document.addEventListener("submit", (event) => hide(event.target));
  addEventListener("pagehide", () => hide(document));
})();
